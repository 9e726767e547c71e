use app::Failure;
use clap::{Arg, Command};
use facts::{Text, text};

use super::duty::store_option;
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "log",
    about: || text!("核对或导出台账的日志", "verify or export the log of the cases"),
    usage: || {
        text!(
            "junheng log verify；junheng log export --out 文件.jsonl",
            "junheng log verify; junheng log export --out FILE.jsonl"
        )
    },
    arguments: |command, lang| {
        let part = |name: &'static str, about: &'static str| Command::new(name).about(about).arg(store_option(lang));
        command
            .subcommand_required(true)
            .subcommand(part("verify", pick(lang, "逐条核对哈希链", "compare every line with the hash chain")))
            .subcommand(part("export", pick(lang, "全部导出，一行一条", "write all of it, a line each")).arg(
                Arg::new("out").long("out").value_name("FILE").required(true).help(pick(
                    lang,
                    "写到哪个文件",
                    "the file to write",
                )),
            ))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, Failure> {
    let Some((name, matches)) = call.matches.subcommand() else { return Ok(Exit::WrongUse) };
    let call = Call { matches, lang: call.lang, json: call.json, home: call.home.clone() };
    let store = call.text("store");
    if name == "export" {
        let out = call.text("out").unwrap_or_default();
        let lines = app::export_log(&call.home, store, std::path::Path::new(out))?;
        call.say(text!("已导出 {lines} 条：{out}", "{lines} lines written to {out}"));
        return Ok(Exit::Fine);
    }
    let found = app::verify_log(&call.home, store)?;
    if call.json {
        print::json(&found);
    } else {
        let (lines, hash) = (found.head.lines, &found.head.hash);
        match &found.broken {
            None => call
                .say(text!("{lines} 条记录都与哈希链相符，末尾 {hash}", "all {lines} lines fit the chain, which ends in {hash}")),
            Some(Text { zh, en }) => call.say(text!("✗ {zh}", "✗ {en}")),
        }
    }
    Ok(if found.broken.is_none() { Exit::Fine } else { Exit::Missed })
}
