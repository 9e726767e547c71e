use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use app::{ImportRequest, ImportResult};
use clap::{Arg, ArgAction};
use facts::{CountyCode, text};

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "import",
    about: || text!("导入文件：要么得到一个新快照，要么什么也不改变", "import files: one new snapshot, or nothing changes"),
    usage: || {
        text!(
            "junheng import 文件、文件夹或压缩包… [--dry-run] [--explanations 文件]",
            "junheng import FILES, FOLDERS or ZIPS… [--dry-run] [--explanations FILE]"
        )
    },
    arguments: |command, lang| {
        command
            .arg(Arg::new("paths").value_name("PATH").action(ArgAction::Append).required(true).help(pick(
                lang,
                "文件、文件夹或 zip，可多个",
                "files, folders or zips",
            )))
            .arg(Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help(pick(
                lang,
                "只检查，不保存",
                "check only, keep nothing",
            )))
            .arg(Arg::new("explanations").long("explanations").value_name("FILE").help(pick(
                lang,
                "对经验问题的说明（CSV 或表格：学校或文件、问题代码、说明、说明人）",
                "explanations of 经验 findings (CSV or workbook: school or file, code, explanation, by whom)",
            )))
            .arg(Arg::new("county").long("county").value_name("CODE").help(pick(
                lang,
                "文件没有写区划代码时，它们属于哪个县（6 位）",
                "the county of files without division codes (6 digits)",
            )))
            .arg(Arg::new("fresh").long("fresh").action(ArgAction::SetTrue).help(pick(
                lang,
                "从空白开始，不在上一个快照的基础上",
                "start from nothing instead of the latest snapshot",
            )))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let county = match call.text("county") {
        None => None,
        Some(words) => Some(CountyCode::parse(words).ok_or_else(|| {
            app::Failure::wrong_use(
                text!("“{words}”不是县级区划代码", "`{words}` is no county code"),
                text!("写 6 位数字，例如 539901", "write six digits, such as 539901"),
            )
        })?),
    };
    let request = ImportRequest {
        home: &call.home,
        paths: &call.paths("paths"),
        uploads: &[],
        dry_run: call.matches.get_flag("dry-run"),
        explanations: call.text("explanations").map(PathBuf::from),
        county,
        fresh: call.matches.get_flag("fresh"),
    };
    let library = call.library()?;
    let watched = std::io::stderr().is_terminal() && !call.json;
    let mut progress = |step: &app::Progress| {
        if watched {
            eprint!("\r\x1b[K{}", step.words().get(call.lang));
            let _ = std::io::stderr().flush();
        }
        ControlFlow::Continue(())
    };
    let report = app::import_files(&library, &request, &mut progress)?;
    if watched {
        eprint!("\r\x1b[K");
    }
    if call.json {
        print::json(&report);
    } else {
        say(call, &report);
    }
    Ok(if matches!(report.result, ImportResult::Refused) { Exit::Missed } else { Exit::Fine })
}

fn say(call: &Call, report: &app::ImportReport) {
    for line in report.file_lines() {
        call.say(line);
    }
    print::findings(&report.findings, call.lang);
    print::findings_counted(&report.findings, call.lang);
    for line in report.result_lines() {
        call.say(line);
    }
}
