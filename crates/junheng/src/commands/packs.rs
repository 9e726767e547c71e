use clap::Arg;
use facts::text;

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;

pub const ENTRY: Entry = Entry {
    name: "packs",
    about: || text!("列出某日有效的标准和参数", "list the standards and parameters in force on a day"),
    usage: || text!("junheng packs [--on 日期] [--pack 标准]", "junheng packs [--on DATE] [--pack ID]"),
    arguments: |command, lang| {
        command
            .arg(Arg::new("on").long("on").value_name("DATE").help(pick(lang, "哪一天（默认今天）", "the day (default today)")))
            .arg(Arg::new("pack").long("pack").value_name("ID").help(pick(
                lang,
                "只看一个标准，并列出它的参数",
                "one pack only, with its parameters",
            )))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let library = call.library()?;
    let listed = app::list_packs(&library, call.date("on")?, call.text("pack"))?;
    if call.json {
        crate::print::json(&listed);
        return Ok(Exit::Fine);
    }
    for pack in &listed {
        for line in pack.lines() {
            call.say(line);
        }
    }
    Ok(Exit::Fine)
}
