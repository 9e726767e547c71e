use clap::Arg;
use facts::text;

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;

pub const ENTRY: Entry = Entry {
    name: "snapshots",
    about: || {
        text!(
            "列出数据快照；--verify 逐行核对一个快照有没有被改动",
            "list the snapshots; --verify compares one with its id, row by row"
        )
    },
    usage: || text!("junheng snapshots [--verify 编号]", "junheng snapshots [--verify ID]"),
    arguments: |command, lang| {
        command.arg(Arg::new("verify").long("verify").value_name("ID").help(pick(lang, "核对这个快照", "the snapshot to verify")))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    if let Some(id) = call.text("verify") {
        let whole = app::verify_snapshot(&call.home, id)?;
        call.say(text!("快照 {whole} 完好，内容与编号一致", "snapshot {whole} is whole: its content fits its id"));
        return Ok(Exit::Fine);
    }
    let manifests = app::list_snapshots(&call.home)?;
    if call.json {
        crate::print::json(&manifests);
        return Ok(Exit::Fine);
    }
    if manifests.is_empty() {
        call.say(text!(
            "还没有数据。先运行：junheng import 文件或文件夹（没有文件时：junheng sample --out 样例县）",
            "no data yet. Run: junheng import FILES (without files: junheng sample --out DIR)"
        ));
    }
    for manifest in manifests {
        let years: Vec<String> = manifest.years.iter().map(|year| year.id()).collect();
        let (id, county, created) = (manifest.id.short(), &manifest.county, &manifest.created);
        let (years, rows) = (years.join("、"), manifest.tables.values().sum::<u64>());
        let (name, files) = (&manifest.county_name, manifest.files.len());
        call.say(text!(
            "{id}  {county} {name}  学年 {years}  {files} 个文件 {rows} 行  {created}",
            "{id}  {county} {name}  school years {years}  {files} files, {rows} rows  {created}"
        ));
    }
    for planned in app::list_planned(&call.home) {
        let (id, county, name, on) = (&planned.id, &planned.county, &planned.county_name, planned.on);
        let (base, n) = (&planned.snapshot[..12], planned.changes.len());
        call.say(text!(
            "{id}  {county} {name}〔计划，不是现状〕  {on}  快照 {base} 加 {n} 项变动",
            "{id}  {county} {name} [PLANNED, not real]  {on}  snapshot {base} with {n} changes"
        ));
    }
    Ok(Exit::Fine)
}
