use app::Failure;
use clap::Arg;
use facts::text;

use super::duty::store_option;
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "backup",
    about: || {
        text!(
            "备份数据目录和台账，办公不用停（含解密密钥，妥善保管）",
            "back up the home and the ledger while people work (with the keys: guard it well)"
        )
    },
    usage: || text!("junheng backup --out 目录", "junheng backup --out DIR"),
    arguments: |command, lang| {
        command.arg(store_option(lang)).arg(Arg::new("out").long("out").value_name("DIR").required(true).help(pick(
            lang,
            "写到哪个新目录",
            "the new folder to write to",
        )))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, Failure> {
    let out = call.text("out").unwrap_or_default();
    let done = app::backup_home(&call.home, call.text("store"), std::path::Path::new(out))?;
    if call.json {
        print::json(&done);
    } else {
        let (lines, files) = (done.lines, done.files);
        call.say(text!(
            "已备份到 {out}：台账 {lines} 条，文件 {files} 个",
            "backed up to {out}: {lines} lines of the log, {files} files"
        ));
    }
    Ok(Exit::Fine)
}
