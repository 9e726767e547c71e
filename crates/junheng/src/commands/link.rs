use std::io::BufRead;
use std::path::Path;

use clap::{Arg, ArgAction};
use facts::{Finding, text};

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "link",
    about: || {
        text!(
            "找出两张表（或一张表内）的同一个人：自动学习权重，逐对说明理由",
            "find the same person in two tables, or twice in one: weights learned without labels, each score explained"
        )
    },
    usage: || {
        text!(
            "junheng link --left 表 --right 表 --settings 设置.toml --out 结果.csv|xlsx [--explain 左编号 右编号] [--report 报告.html]
      junheng link --dedupe 表 --settings 设置.toml --out 结果.csv
      junheng link init 表 [表]                       看表头写出一份设置
      junheng link serve-check --right 表 --settings 设置.toml   每行一条 JSON 记录，答以像它的人",
            "junheng link --left A --right B --settings S.toml --out links.csv|xlsx [--explain ID1 ID2] [--report report.html]
       junheng link --dedupe A --settings S.toml --out links.csv
       junheng link init A [B]                          writes settings from what the columns look like
       junheng link serve-check --right B --settings S.toml   one JSON record a line in, its matches out"
        )
    },
    arguments: |command, lang| {
        let path = |name: &'static str, value: &'static str, zh, en| {
            Arg::new(name).long(name).value_name(value).help(pick(lang, zh, en))
        };
        command
            .arg(Arg::new("words").num_args(0..=3).value_name("init|serve-check").help(pick(
                lang,
                "init 或 serve-check，及其文件",
                "init or serve-check, and its files",
            )))
            .arg(path("left", "FILE", "左边的表：CSV、xlsx、xls、ods", "the left table: CSV, xlsx, xls, ods"))
            .arg(path("right", "FILE", "右边的表", "the right table"))
            .arg(
                path("dedupe", "FILE", "只看这一张表里的重复", "look for doubles within this table")
                    .conflicts_with_all(["left", "right"]),
            )
            .arg(path("settings", "FILE", "比对设置（TOML）", "the settings (TOML)"))
            .arg(path(
                "decisions",
                "FILE",
                "人工判定：左编号、右编号、相同或不同",
                "decisions: left id, right id, same or different",
            ))
            .arg(path("out", "FILE", "结果，.csv 或 .xlsx", "the result, .csv or .xlsx"))
            .arg(path(
                "report",
                "FILE",
                "写一页说明（HTML）：权重、门槛、逐对理由",
                "write a page (HTML): weights, thresholds, waterfalls",
            ))
            .arg(Arg::new("explain").long("explain").num_args(2).value_names(["ID1", "ID2"]).help(pick(
                lang,
                "说明这两条记录的得分",
                "explain the score of these two records",
            )))
            .arg(Arg::new("unmasked").long("unmasked").action(ArgAction::SetTrue).help(pick(
                lang,
                "说明里显示完整的姓名和号码（默认遮盖）",
                "show names and numbers whole (they are masked by default)",
            )))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, app::Failure> {
    let words = call.texts("words");
    match words.first().map(String::as_str) {
        None => link(call),
        Some("init") => init(call, &words[1..]),
        Some("serve-check") if words.len() == 1 => serve_check(call),
        Some(word) => Err(app::Failure::wrong_use(
            text!("“{word}”在这里不懂", "`{word}` is not understood here"),
            text!(
                "可以是 init 或 serve-check；看 junheng link --help",
                "it can be init or serve-check; see `junheng link --help`"
            ),
        )),
    }
}

fn link(call: &Call) -> Result<Exit, app::Failure> {
    let left = wanted(call, if call.text("dedupe").is_some() { "dedupe" } else { "left" })?;
    let right = if call.text("dedupe").is_some() { None } else { Some(wanted(call, "right")?) };
    let explain = call.texts("explain");
    let explain = if let [left, right] = &explain[..] { Some((left.as_str(), right.as_str())) } else { None };
    let asked = app::LinkAsked {
        left: Path::new(left),
        right: right.map(Path::new),
        settings: Path::new(wanted(call, "settings")?),
        decisions: call.text("decisions").map(Path::new),
        out: call.text("out").map(Path::new),
        report: call.text("report").map(Path::new),
        explain,
        unmasked: call.matches.get_flag("unmasked"),
        lang: call.lang,
    };
    /// Pairs between two lines of progress.
    const SAY_EVERY: u64 = 1 << 22;
    let report = app::link_files(&asked, &mut |done, of| {
        if done.is_multiple_of(SAY_EVERY) {
            eprintln!("{}", text!("已比较 {done} 对，至多 {of} 对", "{done} pairs compared, of {of} at most").get(call.lang));
        }
    })?;
    if call.json {
        print::json(&report);
    } else {
        report.lines().into_iter().for_each(|line| call.say(line));
        report.explanation.iter().flatten().for_each(|line| call.say(line.clone()));
        print::findings(&report.findings, call.lang);
        if let Some(out) = call.text("out") {
            call.say(text!("结果写到 {out}", "the result is in {out}"));
        }
    }
    Ok(exit(&report.findings))
}

fn init(call: &Call, files: &[String]) -> Result<Exit, app::Failure> {
    let Some(left) = files.first() else {
        return Err(missing("init", text!("junheng link init 表 [表]", "junheng link init A [B]")));
    };
    let (toml, findings) = app::propose_link(Path::new(left), files.get(1).map(Path::new))?;
    if call.json {
        #[derive(serde::Serialize)]
        struct Proposed<'a> {
            settings: &'a str,
            findings: &'a [Finding],
        }
        print::json(&Proposed { settings: &toml, findings: &findings });
        return Ok(exit(&findings));
    }
    match call.text("out") {
        Some(out) => {
            app::write_settings(Path::new(out), &toml)?;
            call.say(text!("设置写到 {out}", "the settings are in {out}"));
        }
        None => print::line(toml.trim_end()),
    }
    // Findings must not get into settings that are redirected to a file.
    for finding in &findings {
        eprintln!("{} {}", finding.what.get(call.lang), finding.hint.get(call.lang));
    }
    Ok(exit(&findings))
}

fn serve_check(call: &Call) -> Result<Exit, app::Failure> {
    let right = wanted(call, "right")?;
    let mut checker =
        app::link_checker(call.text("left").map(Path::new), Path::new(right), Path::new(wanted(call, "settings")?))?;
    for line in std::io::stdin().lock().lines() {
        let line =
            line.map_err(|error| app::Failure::io(text!("读取标准输入", "read standard input"), Path::new("-"), &error))?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match checker.check(&line) {
            Ok(matches) => serde_json::json!({ "matches": matches }),
            Err(failure) => serde_json::json!({ "error": failure.what, "hint": failure.hint }),
        };
        print::line(&answer.to_string());
    }
    Ok(Exit::Fine)
}

fn wanted<'a>(call: &'a Call, name: &str) -> Result<&'a str, app::Failure> {
    call.text(name).ok_or_else(|| missing(&format!("--{name}"), text!("看 junheng link --help", "see `junheng link --help`")))
}

fn missing(what: &str, hint: facts::Text) -> app::Failure {
    app::Failure::wrong_use(text!("还缺：{what}", "missing: {what}"), hint)
}

fn exit(findings: &[Finding]) -> Exit {
    if findings.iter().any(Finding::must_fix) { Exit::Missed } else { Exit::Fine }
}
