use clap::Arg;
use facts::text;

use super::evaluate::which_outcome;
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "diff",
    about: || text!("比较两个快照的核算结果：什么变了，为什么", "compare the outcomes of two snapshots: what changed, and why"),
    usage: || text!("junheng diff 快照1 快照2 --pack 标准 [--on 日期]", "junheng diff SNAP1 SNAP2 --pack ID [--on DATE]"),
    arguments: |command, lang| {
        let snapshot =
            |id: &'static str, name: &'static str, help: &'static str| Arg::new(id).value_name(name).required(true).help(help);
        let command = command.arg(snapshot("before", "SNAP1", pick(lang, "先前的快照", "the earlier snapshot"))).arg(snapshot(
            "after",
            "SNAP2",
            pick(lang, "后来的快照", "the later snapshot"),
        ));
        which_outcome(command, lang)
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let library = call.library()?;
    let ids = (call.text("before").unwrap_or_default(), call.text("after").unwrap_or_default());
    let changes = app::diff_snapshots(&library, &call.home, call.text("pack").unwrap_or_default(), call.date("on")?, ids)?;
    if call.json {
        print::json(&changes);
    } else {
        for line in changes.lines() {
            call.say(line);
        }
    }
    Ok(Exit::Fine)
}
