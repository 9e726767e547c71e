use clap::{Arg, ArgAction, Command};
use facts::{Lang, text};

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "evaluate",
    about: || {
        text!(
            "按标准核算：县、学校、差异系数各差多少",
            "evaluate under a standard: county, schools, coefficients, and by how much each is missed"
        )
    },
    usage: || {
        text!(
            "junheng evaluate --pack 标准 [--on 日期] [--snapshot 编号]… [--all]",
            "junheng evaluate --pack ID [--on DATE] [--snapshot ID]… [--all]"
        )
    },
    arguments: |command, lang| {
        which_outcome(command, lang)
            .arg(Arg::new("snapshot").long("snapshot").value_name("ID").action(ArgAction::Append).help(pick(
                lang,
                "哪个快照（默认每个县最新的一个；可给多个县）",
                "which snapshot (default: each county's latest; several counties may be given)",
            )))
            .arg(Arg::new("all").long("all").action(ArgAction::SetTrue).help(pick(
                lang,
                "列出每一所学校，不只是未达标的",
                "list every school, not only those that fall short",
            )))
    },
    run,
    hidden: false,
};

/// The options that say which outcome is meant, shared by the commands that look at one.
pub fn which_outcome(command: Command, lang: Lang) -> Command {
    command
        .arg(Arg::new("pack").long("pack").value_name("ID").required(true).help(pick(
            lang,
            "标准，例如 cn/2017-quality-balance（junheng packs 列出全部）",
            "the pack, such as cn/2017-quality-balance (`junheng packs` lists all)",
        )))
        .arg(Arg::new("on").long("on").value_name("DATE").help(pick(
            lang,
            "按哪一天（默认快照中最近学年的统计时点）",
            "as of which day (default: the statistics date of the snapshot's latest school year)",
        )))
}

/// `--snapshot ID`, once.
pub fn one_snapshot(lang: Lang) -> Arg {
    Arg::new("snapshot").long("snapshot").value_name("ID").help(pick(
        lang,
        "哪个快照（默认最新的一个）",
        "which snapshot (default: the latest)",
    ))
}

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let library = call.library()?;
    let pack = call.text("pack").unwrap_or_default();
    let evaluated = app::evaluate_counties(&library, &call.home, pack, call.date("on")?, &call.texts("snapshot"))?;
    if call.json {
        print::json(&evaluated);
    } else {
        for line in evaluated.lines(call.matches.get_flag("all")) {
            call.say(line);
        }
    }
    Ok(if evaluated.passes() { Exit::Fine } else { Exit::Missed })
}
