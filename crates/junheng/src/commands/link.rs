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
      junheng link serve-check --right 表 --settings 设置.toml [--left 表 | --model 模型]   每行一条 JSON 记录，答以像它的人
      junheng link hide 表 --side left|right --settings 设置.toml --key 密钥 --out 密文.csv   只含带密钥的散列，可以交给对方
      junheng link keys|score|settle …                分块做，供 Spark 等管道调用；见 benches/linkage/spark.py",
            "junheng link --left A --right B --settings S.toml --out links.csv|xlsx [--explain ID1 ID2] [--report report.html]
       junheng link --dedupe A --settings S.toml --out links.csv
       junheng link init A [B]                          writes settings from what the columns look like
       junheng link serve-check --right B --settings S.toml [--left A | --model M]   one JSON record a line in, its matches out
       junheng link hide A --side left|right --settings S.toml --key K --out hidden.csv   keyed hashes only, to be handed over
       junheng link keys|score|settle …                 in pieces, for pipes such as Spark's; see benches/linkage/spark.py"
        )
    },
    arguments: |command, lang| {
        let path = |name: &'static str, value: &'static str, zh, en| {
            Arg::new(name).long(name).value_name(value).help(pick(lang, zh, en))
        };
        command
            .arg(Arg::new("words").num_args(0..=3).value_name("init|serve-check|hide|keys|score|settle").help(pick(
                lang,
                "要做的事及其文件；不写就是比对",
                "what to do, and its files; to link where nothing is said",
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
            .arg(path("save-model", "FILE", "把学到的模型存下来（TOML）", "keep the model that was learned (TOML)"))
            .arg(path("model", "FILE", "用存下来的模型，不再学习", "use a model that was kept, and learn nothing"))
            .arg(path("resume", "FILE", "续做文件：中断后从这里接着做", "where the work stands: a stopped run goes on from it"))
            .arg(path(
                "private",
                "KEY",
                "按密钥散列后比对，不看明文；报出准确度的损失",
                "compare hashes by this key instead of words; what that loses is told",
            ))
            .arg(path("key", "KEY", "hide 用的密钥文件，两边相同", "the key for hide, the same on both sides"))
            .arg(
                path("side", "left|right", "hide 的这张表在哪一边", "on which side the table of hide stands")
                    .value_parser(["left", "right"]),
            )
            .arg(path("scores", "FILE", "settle 读的得分", "the scores that settle reads"))
            .arg(Arg::new("within").long("within").action(ArgAction::SetTrue).help(pick(
                lang,
                "score：只有一张表",
                "score: there is one register only",
            )))
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
        Some("hide") if words.len() == 2 => hide(call, &words[1]),
        Some("keys") if words.len() == 1 => {
            app::link_keys(settings(call)?, std::io::stdin().lock(), std::io::BufWriter::new(std::io::stdout().lock()))?;
            Ok(Exit::Fine)
        }
        Some("score") if words.len() == 1 => {
            let (input, output) = (std::io::stdin().lock(), std::io::BufWriter::new(std::io::stdout().lock()));
            app::link_score(settings(call)?, Path::new(wanted(call, "model")?), call.matches.get_flag("within"), input, output)?;
            Ok(Exit::Fine)
        }
        Some("settle") if words.len() == 1 => settle(call),
        Some(word) => Err(app::Failure::wrong_use(
            text!("“{word}”在这里不懂", "`{word}` is not understood here"),
            text!(
                "可以是 init、serve-check、hide、keys、score、settle；看 junheng link --help",
                "it can be init, serve-check, hide, keys, score or settle; see `junheng link --help`"
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
        settings: settings(call)?,
        decisions: call.text("decisions").map(Path::new),
        out: call.text("out").map(Path::new),
        report: call.text("report").map(Path::new),
        explain,
        save_model: call.text("save-model").map(Path::new),
        resume: call.text("resume").map(Path::new),
        private: call.text("private").map(Path::new),
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
    let mut checker = app::link_checker(
        call.text("left").map(Path::new),
        Path::new(right),
        settings(call)?,
        call.text("model").map(Path::new),
    )?;
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

fn hide(call: &Call, register: &str) -> Result<Exit, app::Failure> {
    let (key, out) = (wanted(call, "key")?, wanted(call, "out")?);
    let right = wanted(call, "side")? == "right";
    let findings = app::hide_register(Path::new(register), right, settings(call)?, Path::new(key), Path::new(out))?;
    print::findings(&findings, call.lang);
    call.say(text!(
        "密文写到 {out}，比对它的设置写到 {out}.toml；编号换成了行次",
        "the hidden register is in {out}, the settings to link it by in {out}.toml; ids became places in the register"
    ));
    Ok(exit(&findings))
}

fn settle(call: &Call) -> Result<Exit, app::Failure> {
    let dedupe = call.text("dedupe");
    let left = if dedupe.is_some() { wanted(call, "dedupe")? } else { wanted(call, "left")? };
    let right = if dedupe.is_some() { None } else { Some(Path::new(wanted(call, "right")?)) };
    let (model, scores, out) = (wanted(call, "model")?, wanted(call, "scores")?, wanted(call, "out")?);
    let (links, findings) = app::link_settle(
        Path::new(left),
        right,
        settings(call)?,
        Path::new(model),
        Path::new(scores),
        Path::new(out),
        call.lang,
    )?;
    print::findings(&findings, call.lang);
    call.say(text!("判为同一人 {links} 对，写到 {out}", "{links} links, in {out}"));
    Ok(exit(&findings))
}

fn settings<'a>(call: &'a Call) -> Result<&'a Path, app::Failure> {
    wanted(call, "settings").map(Path::new)
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
