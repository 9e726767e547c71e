use clap::{Arg, ArgAction};
use facts::{Severity, text, worst};

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "check",
    about: || text!("检查标准包和导入表式", "check packs and import forms"),
    usage: || text!("junheng check 目录…", "junheng check PATH…"),
    arguments: |command, lang| {
        command.arg(Arg::new("paths").value_name("PATH").action(ArgAction::Append).required(true).help(pick(
            lang,
            "标准包、表式，或装着它们的文件夹",
            "packs, forms, or folders that hold them",
        )))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let checked = app::check_sources(&call.paths("paths"))?;
    if call.json {
        print::json(&checked);
    } else {
        print::findings(&checked.findings, call.lang);
        let (packs, forms, cases) = (checked.packs.len(), checked.forms.len(), checked.cases);
        call.say(text!(
            "查了 {packs} 个标准包（{cases} 个算例）、{forms} 个表式",
            "checked {packs} packs ({cases} cases) and {forms} forms"
        ));
        if !checked.procedures.is_empty() {
            let (procedures, walks) = (checked.procedures.len(), checked.walks);
            call.say(text!("查了 {procedures} 个办理程序（{walks} 次走查）", "checked {procedures} procedures ({walks} walks)"));
        }
        print::findings_counted(&checked.findings, call.lang);
    }
    Ok(if worst(&checked.findings) == Some(Severity::Logic) { Exit::Missed } else { Exit::Fine })
}
