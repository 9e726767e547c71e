use std::path::PathBuf;

use clap::{Arg, Command};
use facts::text;

use super::evaluate::{one_snapshot, which_outcome};
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "report",
    about: || {
        text!("写出工作簿：官方表格，或每所学校的核查报告", "write workbooks: the official tables, or each school's report")
    },
    usage: || {
        text!(
            "junheng report tables --pack 标准 --out 文件.xlsx；junheng report schools --pack 标准 --out 目录",
            "junheng report tables --pack ID --out FILE.xlsx; junheng report schools --pack ID --out DIR"
        )
    },
    arguments: |command, lang| {
        let out = |what: &'static str| Arg::new("out").long("out").value_name("PATH").required(true).help(what);
        let kind = |name: &'static str, about: &'static str| {
            which_outcome(Command::new(name), lang).about(about).arg(one_snapshot(lang))
        };
        command
            .subcommand_required(true)
            .subcommand(
                kind("tables", pick(lang, "官方表格（表Ⅰ、Ⅱ-1、Ⅱ-2、Ⅲ……）", "the official tables (Ⅰ, Ⅱ-1, Ⅱ-2, Ⅲ …)"))
                    .arg(out(pick(lang, "写到哪个 .xlsx", "the .xlsx to write"))),
            )
            .subcommand(kind("schools", pick(lang, "每所学校一个核查报告", "one report a school")).arg(out(pick(
                lang,
                "写到哪个目录",
                "the folder to write to",
            ))))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let Some((kind, matches)) = call.matches.subcommand() else { return Ok(Exit::WrongUse) };
    let call = Call { matches, lang: call.lang, json: call.json, home: call.home.clone() };
    let library = call.library()?;
    let asked = app::ReportAsked {
        pack: call.text("pack").unwrap_or_default().to_string(),
        on: call.date("on")?,
        snapshot: call.text("snapshot").map(str::to_string),
        out: PathBuf::from(call.text("out").unwrap_or_default()),
        lang: call.lang,
    };
    let written = match kind {
        "tables" => app::report_tables(&library, &call.home, &asked)?,
        _ => app::report_schools(&library, &call.home, &asked)?,
    };
    if call.json {
        print::json(&written);
    } else {
        let (files, out) = (written.files.len(), asked.out.display());
        call.say(text!("已写出 {files} 个工作簿：{out}", "wrote {files} workbooks: {out}"));
    }
    Ok(Exit::Fine)
}
