use app::Failure;
use clap::Arg;
use facts::text;

use super::duty::store_option;
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "restore",
    about: || {
        text!(
            "从备份恢复到一个空的数据目录，旧版本的台账自动升级",
            "restore a backup into an empty home; an older ledger is brought up to date"
        )
    },
    usage: || {
        text!(
            "junheng restore --from 目录 [--home 空目录] [--store URL]",
            "junheng restore --from DIR [--home EMPTY] [--store URL]"
        )
    },
    arguments: |command, lang| {
        command.arg(store_option(lang)).arg(Arg::new("from").long("from").value_name("DIR").required(true).help(pick(
            lang,
            "备份目录",
            "the folder of the backup",
        )))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, Failure> {
    let from = call.text("from").unwrap_or_default();
    let done = app::restore_home(std::path::Path::new(from), &call.home, call.text("store"))?;
    if call.json {
        print::json(&done);
    } else {
        let (lines, files) = (done.lines, done.files);
        call.say(text!("已恢复：台账 {lines} 条，文件 {files} 个", "restored: {lines} lines of the log, {files} files"));
    }
    Ok(Exit::Fine)
}
