use std::path::Path;

use app::{BudgetAsked, Failure};
use clap::{Arg, ArgAction};
use facts::text;

use super::evaluate::one_snapshot;
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "plan",
    about: || text!("编制、核对、说明、比较配备方案", "make, check, explain and compare plans of purchases and moves"),
    usage: || {
        text!(
            "junheng plan budget [--settings 价目表] [--out plan.json] | check 方案 | explain 方案 | diff 方案1 方案2 | apply 方案 --out 变动.json",
            "junheng plan budget [--settings PRICES] [--out plan.json] | check PLAN | explain PLAN | diff PLAN1 PLAN2 | apply PLAN --out CHANGES.json"
        )
    },
    arguments: |command, lang| {
        command
            .arg(
                Arg::new("act")
                    .value_name("ACT")
                    .required(true)
                    .value_parser(["budget", "check", "explain", "diff", "apply"])
                    .hide_possible_values(true)
                    .help(pick(lang, "budget、check、explain、diff 或 apply", "budget, check, explain, diff or apply")),
            )
            .arg(Arg::new("plan").value_name("PLAN").action(ArgAction::Append).help(pick(lang, "方案文件", "files of plans")))
            .arg(Arg::new("settings").long("settings").value_name("FILE").help(pick(
                lang,
                "价目表（默认用自带的假设价格）",
                "the price list (default: the assumptions in the binary)",
            )))
            .arg(Arg::new("out").long("out").value_name("FILE").help(pick(lang, "写到哪个文件", "where to write")))
            .arg(Arg::new("on").long("on").value_name("DATE").help(pick(lang, "按哪一天", "as of which day")))
            .arg(one_snapshot(lang))
    },
    run,
    hidden: false,
};

fn run(call: &Call) -> Result<Exit, Failure> {
    let plans = call.paths("plan");
    let settings = call.text("settings").map(Path::new);
    let out = call.text("out").map(Path::new);
    match (call.text("act").unwrap_or_default(), &plans[..]) {
        ("budget", []) => budget(call, settings, out),
        ("check", [plan]) => {
            let checked = app::check_plan(&call.library()?, &call.home, &app::read_plan(plan)?, settings)?;
            if call.json {
                print::json(&checked);
            } else {
                for line in checked.outcome.lines() {
                    call.say(line);
                }
                print::findings(&checked.findings, call.lang);
                if checked.findings.is_empty() {
                    call.say(text!("另行核算无误", "worked out again in another way: nothing wrong"));
                }
            }
            Ok(if checked.findings.iter().any(facts::Finding::must_fix) { Exit::Missed } else { Exit::Fine })
        }
        ("explain", [plan]) => {
            let plan = app::read_plan(plan)?;
            if call.json {
                print::json(&plan);
            } else {
                app::plan_lines(&plan).into_iter().for_each(|line| call.say(line));
            }
            Ok(Exit::Fine)
        }
        ("diff", [before, after]) => {
            let lines = app::diff_plans(&app::read_plan(before)?, &app::read_plan(after)?);
            if call.json {
                print::json(&lines);
            } else {
                lines.into_iter().for_each(|line| call.say(line));
            }
            Ok(Exit::Fine)
        }
        ("apply", [plan]) => {
            let changes = app::plan_changes(&app::read_plan(plan)?);
            match out {
                Some(out) => {
                    app::write_changes(&changes, out)?;
                    let (n, out) = (changes.len(), out.display());
                    call.say(text!(
                        "{n} 项变动已写到 {out}；试算：junheng what-if --pack 标准 --delta {out}",
                        "{n} changes written to {out}; try them: junheng what-if --pack ID --delta {out}"
                    ));
                }
                None => print::json(&changes),
            }
            Ok(Exit::Fine)
        }
        _ => Err(Failure::wrong_use(
            text!("方案文件的个数不对", "the number of plans does not fit"),
            text!("看用法：junheng plan --help", "see `junheng plan --help`"),
        )),
    }
}

fn budget(call: &Call, settings: Option<&Path>, out: Option<&Path>) -> Result<Exit, Failure> {
    let asked = BudgetAsked {
        on: call.date("on")?,
        snapshot: call.text("snapshot").map(str::to_string),
        settings: settings.map(Path::to_path_buf),
    };
    let proposed = app::propose_budget(&call.library()?, &call.home, &asked)?;
    if let (Some(plan), Some(out)) = (&proposed.plan, out) {
        let hash = app::write_plan(plan, out)?;
        let out = out.display();
        if !call.json {
            call.say(text!("方案已写到 {out}，编号 {hash}", "plan written to {out}, id {hash}"));
        }
    }
    match &proposed.plan {
        Some(plan) if call.json => print::json(plan),
        Some(plan) => app::plan_lines(plan).into_iter().for_each(|line| call.say(line)),
        None => call.say(proposed.refusal()),
    }
    if !call.json {
        for words in &proposed.conflict {
            call.say(words.clone());
        }
        print::findings(&proposed.findings, call.lang);
    }
    Ok(if proposed.plan.is_some() && proposed.conflict.is_empty() { Exit::Fine } else { Exit::Missed })
}
