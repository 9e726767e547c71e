use std::path::Path;

use app::{AcceptAsked, BudgetAsked, EffectAsked, Failure, PairingAsked, RotationAsked};
use clap::{Arg, ArgAction};
use facts::text;

use super::evaluate::one_snapshot;
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "plan",
    about: || {
        text!(
            "编制、核对、说明、比较方案：花最少的钱全部达标，谁交流轮岗",
            "make, check, explain and compare plans: the cheapest way to pass, and who rotates"
        )
    },
    usage: || {
        text!(
            "junheng plan budget [--settings 价目表] [--time 秒] [--money 元] [--posts 个] [--years 年] [--out plan.json]
      junheng plan rotation [--settings 规则] [--exempt 名单] [--choice 取舍] [--out rotation.json]
      junheng plan pairing [--settings 规则] [--before 上年方案] [--out pairing.json]
      junheng plan check|explain|paper|sheet|apply 方案 [--out 文件] | diff 方案1 方案2 | accept 方案 --by 谁 --until 日期 | effect 结对方案",
            "junheng plan budget [--settings PRICES] [--time SECONDS] [--money YUAN] [--posts N] [--years N] [--out plan.json]
       junheng plan rotation [--settings RULE] [--exempt LIST] [--choice ID] [--out rotation.json]
       junheng plan pairing [--settings RULE] [--before PLAN] [--out pairing.json]
       junheng plan check|explain|paper|sheet|apply PLAN [--out FILE] | diff PLAN1 PLAN2 | accept PLAN --by USER --until DATE | effect PAIRS"
        )
    },
    arguments,
    run,
    hidden: false,
};

fn arguments(command: clap::Command, lang: facts::Lang) -> clap::Command {
    let number = |name: &'static str, value: &'static str, zh: &'static str, en: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(clap::value_parser!(f64)).help(pick(lang, zh, en))
    };
    command
        .arg(
            Arg::new("act")
                .value_name("ACT")
                .required(true)
                .value_parser(["budget", "rotation", "pairing", "check", "explain", "paper", "sheet", "diff", "apply", "accept", "effect"])
                .hide_possible_values(true)
                .help(pick(
                    lang,
                    "budget 配备、rotation 交流轮岗、pairing 学校结对、check 核对、explain 说明、paper 上会文件或通知书、sheet 工作簿、diff 比较、apply 写成计划快照（加 --out 写成试算用的变动）、accept 审定并按校立案、effect 结对成效",
                    "budget, rotation, pairing, check, explain, paper (for a meeting; letters of a rotation), sheet (workbook), diff or apply (a planned snapshot; with --out a file of changes to try), accept (opens a case for each school), effect (of pairs, after a year)",
                )),
        )
        .arg(Arg::new("plan").value_name("PLAN").action(ArgAction::Append).help(pick(lang, "方案文件", "files of plans")))
        .arg(Arg::new("settings").long("settings").value_name("FILE").help(pick(
            lang,
            "价目表或交流轮岗规则（默认用自带的）",
            "the price list or the rule on rotation (default: those in the binary)",
        )))
        .arg(number("time", "SECONDS", "最多算多少秒：到时给出已找到的最好方案、下界和状态", "seconds at most; then the best plan so far, its bound and status"))
        .arg(number("money", "YUAN", "总资金上限（元）", "yuan in all, at most"))
        .arg(number("posts", "N", "新增编制上限（个）", "new posts in all, at most"))
        .arg(
            Arg::new("years")
                .long("years")
                .value_name("N")
                .value_parser(clap::value_parser!(u32).range(1..=20))
                .help(pick(lang, "分几年完成：先让最多的学校达标", "over how many years: most schools first")),
        )
        .arg(Arg::new("exempt").long("exempt").value_name("FILE").help(pick(
            lang,
            "免交流名单（列：学校标识码、姓名、原因）",
            "teachers who are exempt (columns 学校标识码, 姓名, 原因)",
        )))
        .arg(Arg::new("before").long("before").value_name("FILE").help(pick(
            lang,
            "pairing 时：上一年的结对方案，能延续的延续",
            "with pairing: last year's pairs, which are kept where they can be",
        )))
        .arg(Arg::new("choice").long("choice").value_name("ID").help(pick(
            lang,
            "规则里的哪一种取舍：少走路、兼顾、差距最小",
            "which choice of the rule between travel and evenness",
        )))
        .arg(Arg::new("pupils").long("pupils").value_name("FILE").help(pick(
            lang,
            "budget 时：按预测学生数编制（列：学校标识码、学段、学生数）",
            "with budget: plan for expected pupils (columns 学校标识码, 学段, 学生数)",
        )))
        .arg(Arg::new("problem").long("problem").value_name("FILE").help(pick(
            lang,
            "budget 时：把问题写成纯数字（JSON），供别的求解器核对",
            "with budget: write the problem as plain numbers (JSON), for another solver",
        )))
        .arg(Arg::new("by").long("by").value_name("USER").help(pick(lang, "accept 时：谁审定", "with accept: who accepts")))
        .arg(Arg::new("until").long("until").value_name("DATE").help(pick(lang, "accept 时：完成期限", "with accept: to be done by")))
        .arg(Arg::new("store").long("store").value_name("STORE").help(pick(lang, "accept 时：台账（文件或 postgres://…）", "with accept: the ledger, a file or postgres://…")))
        .arg(Arg::new("at").long("at").value_name("TIME").help(pick(lang, "accept 时：演练台账里的时间", "with accept: the time in a ledger for practice")))
        .arg(Arg::new("teacher").long("teacher").value_name("NAME").help(pick(
            lang,
            "explain 时：为什么是（或不是）这名教师",
            "with explain: why this teacher moves, or stays",
        )))
        .arg(Arg::new("school").long("school").value_name("CODE").help(pick(
            lang,
            "explain 时：只说一所学校",
            "with explain: one school only",
        )))
        .arg(Arg::new("out").long("out").value_name("FILE").help(pick(lang, "写到哪个文件", "where to write")))
        .arg(Arg::new("on").long("on").value_name("DATE").help(pick(lang, "按哪一天", "as of which day")))
        .arg(one_snapshot(lang))
}

fn run(call: &Call) -> Result<Exit, Failure> {
    let plans = call.paths("plan");
    let out = call.text("out").map(Path::new);
    match (call.text("act").unwrap_or_default(), &plans[..]) {
        ("budget", []) => budget(call, out),
        ("rotation", []) => rotation(call, out),
        ("pairing", []) => pairing(call, out),
        ("check", [plan]) => check(call, plan),
        ("explain", [plan]) => explain(call, plan),
        ("paper", [plan]) => paper(call, plan, wanted(out)?),
        ("sheet", [plan]) => {
            let out = wanted(out)?;
            app::plan_workbook(&app::read_plan(plan)?, call.lang, out)?;
            let out = out.display();
            call.say(text!("工作簿已写到 {out}", "workbook written to {out}"));
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
        ("apply", [plan]) => apply(call, plan, out),
        ("accept", [plan]) => accept(call, plan),
        ("effect", [plan]) => effect(call, plan),
        _ => Err(Failure::wrong_use(
            text!("方案文件的个数不对", "the number of plans does not fit"),
            text!("看用法：junheng plan --help", "see `junheng plan --help`"),
        )),
    }
}

fn wanted(out: Option<&Path>) -> Result<&Path, Failure> {
    out.ok_or_else(|| {
        Failure::wrong_use(
            text!("没有说写到哪个文件", "it is not said where to write"),
            text!("加上 --out 文件", "add --out FILE"),
        )
    })
}

/// A number of the command line that cannot be negative.
fn amount(call: &Call, name: &str) -> Result<Option<f64>, Failure> {
    match call.matches.get_one::<f64>(name).copied() {
        Some(number) if !number.is_finite() || number < 0.0 => Err(Failure::wrong_use(
            text!("--{name} 不能是 {number}", "--{name} cannot be {number}"),
            text!("写成不小于 0 的数", "give a number not below 0"),
        )),
        number => Ok(number),
    }
}

fn rotation_asked(call: &Call) -> Result<RotationAsked, Failure> {
    Ok(RotationAsked {
        on: call.date("on")?,
        snapshot: call.text("snapshot").map(str::to_string),
        rules: call.text("settings").map(str::to_string),
        exempt: call.text("exempt").map(Into::into),
        choice: call.text("choice").map(str::to_string),
        seconds: amount(call, "time")?,
        who: "command line".to_string(),
    })
}

fn rotation(call: &Call, out: Option<&Path>) -> Result<Exit, Failure> {
    let proposed = app::propose_rotation(&call.library()?, &call.home, &rotation_asked(call)?)?;
    if let (Some(plan), Some(out)) = (&proposed.plan, out) {
        let hash = app::write_rotation(plan, out)?;
        let out = out.display();
        if !call.json {
            call.say(text!("方案已写到 {out}，编号 {hash}", "plan written to {out}, id {hash}"));
        }
    }
    match &proposed.plan {
        Some(plan) if call.json => print::json(plan),
        Some(plan) => app::rotation_lines(plan).into_iter().for_each(|line| call.say(line)),
        None => {}
    }
    if let Some(refusal) = proposed.refusal {
        call.say(refusal);
    }
    if !call.json {
        print::findings(&proposed.findings, call.lang);
    }
    Ok(if proposed.plan.is_some() { Exit::Fine } else { Exit::Missed })
}

fn pairing_asked(call: &Call) -> Result<PairingAsked, Failure> {
    Ok(PairingAsked { of: rotation_asked(call)?, before: call.text("before").map(Into::into) })
}

fn pairing(call: &Call, out: Option<&Path>) -> Result<Exit, Failure> {
    let plan = app::propose_pairing(&call.library()?, &call.home, &pairing_asked(call)?)?;
    if let Some(out) = out {
        app::write_pairing(&plan, out)?;
    }
    if call.json {
        print::json(&plan);
    } else {
        app::pairing_lines(&plan).into_iter().for_each(|line| call.say(line));
    }
    Ok(if plan.unpaired.is_empty() { Exit::Fine } else { Exit::Missed })
}

fn check(call: &Call, plan: &Path) -> Result<Exit, Failure> {
    if let Some(pairs) = app::read_pairing(plan)? {
        let findings = app::check_pairing(&call.library()?, &call.home, &pairs, &pairing_asked(call)?)?;
        if call.json {
            print::json(&findings);
        } else {
            print::findings(&findings, call.lang);
        }
        if findings.is_empty() && !call.json {
            call.say(text!("另行核算无误", "worked out again in another way: nothing wrong"));
        }
        return Ok(if findings.is_empty() { Exit::Fine } else { Exit::Missed });
    }
    let (findings, outcome) = match app::read_rotation(plan)? {
        Some(rotation) => {
            let checked = app::check_rotation(&call.library()?, &call.home, &rotation, &rotation_asked(call)?)?;
            (checked.findings, checked.outcome)
        }
        None => {
            let settings = call.text("settings").map(Path::new);
            let checked = app::check_plan(&call.library()?, &call.home, &app::read_plan(plan)?, settings)?;
            (checked.findings, checked.outcome)
        }
    };
    if call.json {
        print::json(&app::PlanChecked { findings: findings.clone(), outcome });
    } else {
        outcome.lines().into_iter().for_each(|line| call.say(line));
        print::findings(&findings, call.lang);
        if findings.is_empty() {
            call.say(text!("另行核算无误", "worked out again in another way: nothing wrong"));
        }
    }
    Ok(if findings.iter().any(facts::Finding::must_fix) { Exit::Missed } else { Exit::Fine })
}

fn explain(call: &Call, plan: &Path) -> Result<Exit, Failure> {
    if let Some(pairs) = app::read_pairing(plan)? {
        if call.json {
            print::json(&pairs);
        } else {
            app::pairing_lines(&pairs).into_iter().for_each(|line| call.say(line));
        }
        return Ok(Exit::Fine);
    }
    let lines = match app::read_rotation(plan)? {
        Some(rotation) => match call.text("teacher") {
            Some(who) => app::explain_teacher(&call.library()?, &call.home, &rotation, who, &rotation_asked(call)?)?,
            None if call.json => {
                print::json(&rotation);
                return Ok(Exit::Fine);
            }
            None => app::rotation_lines(&rotation),
        },
        None => {
            let plan = app::read_plan(plan)?;
            match call.text("school") {
                Some(school) => app::school_lines(&plan, school)?,
                None if call.json => {
                    print::json(&plan);
                    return Ok(Exit::Fine);
                }
                None => app::plan_lines(&plan),
            }
        }
    };
    if call.json {
        print::json(&lines);
    } else {
        lines.into_iter().for_each(|line| call.say(line));
    }
    Ok(Exit::Fine)
}

fn paper(call: &Call, plan: &Path, out: &Path) -> Result<Exit, Failure> {
    let shown = out.display();
    match app::read_rotation(plan)? {
        Some(rotation) => {
            let n = app::rotation_letters(&call.library()?, &call.home, &rotation, &rotation_asked(call)?, out)?;
            call.say(text!(
                "{n} 份通知书已写到 {shown}（含姓名，妥善保管）",
                "{n} letters written to {shown} (with names: keep them safe)"
            ));
        }
        None => {
            app::plan_page(plan, call.lang, out)?;
            call.say(text!(
                "上会文件已写到 {shown}，用浏览器打开后打印",
                "paper for the meeting written to {shown}; open it in a browser to print"
            ));
        }
    }
    Ok(Exit::Fine)
}

fn apply(call: &Call, file: &Path, out: Option<&Path>) -> Result<Exit, Failure> {
    let changes = match app::read_rotation(file)? {
        Some(rotation) => app::rotation_changes(&rotation),
        None if app::read_pairing(file)?.is_some() => Vec::new(),
        None => app::plan_changes(&app::read_plan(file)?),
    };
    if let Some(out) = out {
        app::write_changes(&changes, out)?;
        let (n, out) = (changes.len(), out.display());
        call.say(text!(
            "{n} 项变动已写到 {out}；试算：junheng what-if --pack 标准 --delta {out}",
            "{n} changes written to {out}; try them: junheng what-if --pack ID --delta {out}"
        ));
        return Ok(Exit::Fine);
    }
    let planned = app::apply_plan(&call.library()?, &call.home, file, changes)?;
    if call.json {
        print::json(&serde_json::json!({ "planned": planned.id, "snapshot": planned.snapshot, "changes": planned.changes }));
        return Ok(Exit::Fine);
    }
    let (id, pack, n, base) = (&planned.id, &planned.pack, planned.changes.len(), &planned.snapshot[..12]);
    call.say(text!(
        "计划快照 {id}：快照 {base} 加 {n} 项变动。它不是事实：导入不会接在它后面，台账不会按它立案",
        "planned snapshot {id}: snapshot {base} with {n} changes. It is not real: no import builds on it, and no case is opened from it"
    ));
    call.say(text!(
        "看结果：junheng evaluate --pack {pack} --snapshot {id}；与现状比较：junheng diff {base} {id} --pack {pack}；控制台顶部也可选它",
        "look at it: junheng evaluate --pack {pack} --snapshot {id}; beside the real one: junheng diff {base} {id} --pack {pack}; or choose it at the top of the console"
    ));
    Ok(Exit::Fine)
}

fn accept(call: &Call, file: &Path) -> Result<Exit, Failure> {
    let Some(until) = call.date("until")? else {
        return Err(Failure::wrong_use(
            text!("没有写完成期限", "it is not said until when it is to be done"),
            text!("加上 --until 2026-08-31 这样的日期", "add --until, such as --until 2026-08-31"),
        ));
    };
    let asked = AcceptAsked { by: call.text("by").map(str::to_string), until, settings: call.text("settings").map(Into::into) };
    let mut ledger = super::duty::ledger(call, false)?;
    let accepted = app::accept_plan(&call.library()?, &mut ledger, &call.home, file, &asked)?;
    if call.json {
        print::json(&accepted);
    } else {
        accepted.lines().into_iter().for_each(|line| call.say(line));
    }
    Ok(Exit::Fine)
}

fn effect(call: &Call, file: &Path) -> Result<Exit, Failure> {
    let Some(pairs) = app::read_pairing(file)? else {
        return Err(Failure::wrong_use(
            text!("这不是结对方案", "this is no plan of pairs"),
            text!("用 junheng plan pairing 写出的文件", "use a file that `junheng plan pairing` wrote"),
        ));
    };
    let asked = EffectAsked { on: call.date("on")?, snapshot: call.text("snapshot").map(str::to_string) };
    let effect = app::measure_pairing(&call.library()?, &call.home, &pairs, &asked)?;
    if call.json {
        print::json(&effect);
    } else {
        effect.lines().into_iter().for_each(|line| call.say(line));
    }
    Ok(Exit::Fine)
}

fn budget(call: &Call, out: Option<&Path>) -> Result<Exit, Failure> {
    let asked = BudgetAsked {
        on: call.date("on")?,
        snapshot: call.text("snapshot").map(str::to_string),
        settings: call.text("settings").map(Into::into),
        seconds: amount(call, "time")?,
        money: amount(call, "money")?,
        posts: amount(call, "posts")?,
        years: call.matches.get_one::<u32>("years").copied(),
        pupils: call.text("pupils").map(Into::into),
        problem: call.text("problem").map(Into::into),
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
