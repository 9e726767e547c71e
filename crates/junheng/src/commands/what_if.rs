use app::WhatIfAsked;
use clap::{Arg, ArgAction};
use facts::text;

use super::evaluate::{one_snapshot, which_outcome};
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "what-if",
    about: || {
        text!(
            "试算：学校增减或调动一些东西，核算结果会怎样（不改动数据）",
            "try changes of what schools have and see the outcome before and after (no data are changed)"
        )
    },
    usage: || {
        text!(
            "junheng what-if --pack 标准 [变动]… [--delta 文件]… [--on 日期] [--snapshot 编号]",
            "junheng what-if --pack ID [CHANGE]… [--delta FILE]… [--on DATE] [--snapshot ID]"
        )
    },
    arguments: |command, lang| {
        which_outcome(command, lang)
            .arg(one_snapshot(lang))
            .arg(Arg::new("delta").long("delta").value_name("FILE").action(ArgAction::Append).help(pick(
                lang,
                "变动文件（TOML 的 [[change]]，或 JSON），可多次给出",
                "a file of changes (TOML with [[change]], or JSON); may be given several times",
            )))
            .arg(Arg::new("change").value_name("CHANGE").action(ArgAction::Append).help(pick(
                lang,
                "一项变动：学校.数量+=n、甲校.数量->乙校=n、甲校.pupils->乙校=n、甲校=>乙校（并入）",
                "one change: SCHOOL.STOCK+=n, A.STOCK->B=n, A.pupils->B=n, A=>B (merge A into B)",
            )))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let library = call.library()?;
    let asked = WhatIfAsked {
        pack: call.text("pack").unwrap_or_default().to_string(),
        on: call.date("on")?,
        snapshot: call.text("snapshot").map(str::to_string),
        files: call.paths("delta"),
        changes: call.texts("change"),
    };
    let tried = app::what_if(&library, &call.home, &asked)?;
    if call.json {
        print::json(&tried);
    } else {
        for line in tried.lines() {
            call.say(line);
        }
        print::findings(&tried.findings, call.lang);
    }
    Ok(if tried.whole() { Exit::Fine } else { Exit::Missed })
}
