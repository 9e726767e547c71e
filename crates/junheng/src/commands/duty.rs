use std::collections::BTreeMap;

use app::{Acted, CaseFilter, DutyAsked, DutyOpening, Failure, Ledger, LedgerAsked, StatementAsked};
use clap::{Arg, ArgAction, Command};
use facts::{Lang, Text, text};

use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "duty",
    about: || {
        text!(
            "台账：谁负责、下一步、期限、证据、销号、反弹",
            "cases: who answers for what, what comes next and by when, evidence, close-out, relapse"
        )
    },
    usage: || {
        text!(
            "junheng duty sync|list|show|open|act|hand-over|take-over|close|reopen|stay|… （junheng duty 子命令 --help）",
            "junheng duty sync|list|show|open|act|hand-over|take-over|close|reopen|stay|… (junheng duty COMMAND --help)"
        )
    },
    arguments,
    run,
    hidden: false,
};

/// `--store URL`, which every command on a ledger has.
pub fn store_option(lang: Lang) -> Arg {
    Arg::new("store").long("store").value_name("URL").help(pick(
        lang,
        "台账存放处：文件，或 postgres://…（默认数据目录的 duty/log.sqlite）",
        "where cases are kept: a file, or postgres://… (default: duty/log.sqlite in the home)",
    ))
}

fn arguments(command: Command, lang: Lang) -> Command {
    let one = |name: &'static str, value: &'static str, zh: &'static str, en: &'static str| {
        Arg::new(name).long(name).value_name(value).help(pick(lang, zh, en))
    };
    let flag = |name: &'static str, zh: &'static str, en: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(pick(lang, zh, en))
    };
    let many = |name: &'static str, value: &'static str, zh: &'static str, en: &'static str| {
        one(name, value, zh, en).action(ArgAction::Append)
    };
    let part = |name: &'static str, zh: &'static str, en: &'static str| {
        Command::new(name).about(pick(lang, zh, en)).arg(store_option(lang)).arg(one(
            "at",
            "TIME",
            "什么时间（只用于演练台账）",
            "what time it is (in a ledger for practice only)",
        ))
    };
    let case = || Arg::new("case").value_name("CASE").required(true).help(pick(lang, "案件编号", "the number of the case"));
    let who =
        |command: Command| {
            command
                .arg(one("by", "ID", "由谁办理（junheng users 登记的账号）", "who acts (an id from `junheng users`)"))
                .arg(one("reason", "WORDS", "理由或说明", "the reason, or a note"))
        };
    let proof = |command: Command| {
        who(command).arg(many("evidence", "KIND=FILE", "证据，可多次给出", "evidence; may be given several times"))
    };
    let fields = |command: Command| {
        proof(command).arg(many("set", "FIELD=WORDS", "栏目，可多次给出", "a field; may be given several times"))
    };
    let statement = |command: Command| {
        command
            .arg(Arg::new("procedure").value_name("PROCEDURE").required(true).help(pick(lang, "哪个程序", "which procedure")))
            .arg(Arg::new("routine").value_name("ROUTINE").required(true).help(pick(lang, "哪个定期报告", "which report")))
            .arg(one("period", "MONTH", "哪一期，如 2026-03", "which period, such as 2026-03").required(true))
    };
    command
        .subcommand_required(true)
        .subcommand(
            part("sync", "按最新核算立案、销号、反弹，逾期上报", "open, close and re-open by the latest evaluation")
                .arg(one("on", "DATE", "按哪一天的数据", "the day of the data"))
                .arg(many("snapshot", "ID", "哪个快照", "which snapshot"))
                .arg(flag("practice", "新建演练台账：可以给出 --at", "a new ledger is for practice: --at may be given")),
        )
        .subcommand(
            part("list", "列出案件，先到期的在前", "list cases, what is due first")
                .arg(one("procedure", "ID", "哪个程序", "which procedure"))
                .arg(one("status", "open|paused|closed", "状态", "the status"))
                .arg(one("role", "ROLE", "责任角色", "the role that answers for it"))
                .arg(one("division", "CODE", "区划代码的开头", "the beginning of a division code"))
                .arg(one("school", "CODE", "学校标识码", "a school code"))
                .arg(flag("all", "包括已销号的", "closed ones, too"))
                .arg(flag("overdue", "只看逾期的", "only what is overdue"))
                .arg(flag("relapsed", "只看反弹的", "only what came back"))
                .arg(
                    one("limit", "N", "最多列出几件（默认 50）", "how many at most (default 50)")
                        .value_parser(clap::value_parser!(u32)),
                ),
        )
        .subcommand(
            part("show", "看一个案件：期限、下一步、谁可以办、经过", "one case: clocks, next steps, who may, what happened")
                .arg(case()),
        )
        .subcommand(part("procedures", "列出程序和它们的步骤", "list the procedures and their steps"))
        .subcommand(
            fields(part("open", "人工立案", "open a case by hand"))
                .arg(one("procedure", "ID", "哪个程序", "which procedure").required(true))
                .arg(one("label", "WORDS", "关于什么", "what it is about").required_unless_present("table"))
                .arg(one("division", "CODE", "所在区划代码", "the division where it lies").required_unless_present("table"))
                .arg(one("school", "CODE", "学校标识码", "a school code"))
                .arg(one("finding", "WORDS", "发现的问题", "the problem").required_unless_present("table"))
                .arg(one(
                    "table",
                    "FILE",
                    "按表立案：一行一件，表头是栏目（责任书分解等）",
                    "a case for each row of a table whose headings are fields: a document broken into duties",
                )),
        )
        .subcommand(statement(fields(part("state", "定期报告，零也要报", "report on a fixed day, zero included"))).arg(one(
            "unit",
            "CODE",
            "哪个单位（默认本人的）",
            "which unit (default: one's own)",
        )))
        .subcommand(
            statement(who(part("draw", "按公布的种子抽查定期报告", "draw reports to be looked at again, with a published seed")))
                .arg(
                    one("seed", "WORDS", "截止日之后公布、人人可查的数", "a number made known after the last day").required(true),
                ),
        )
        .subcommand(
            part("calendar", "日历：哪天要报什么，谁还没有报", "the calendar: what is due when, and who has not reported")
                .arg(one("from", "DATE", "从哪天（默认本月初）", "from which day (default: the first of the month)"))
                .arg(one("to", "DATE", "到哪天（默认三个月后）", "to which day (default: three months on)"))
                .arg(one("unit", "CODE", "哪个区划或学校", "which division or school").required(true)),
        )
        .subcommand(
            part("receipt", "凭受理号查办理情况，不用说是谁", "ask with a receipt how far a case is, without saying who you are")
                .arg(Arg::new("receipt").value_name("RECEIPT").required(true).help(pick(lang, "受理号", "the receipt"))),
        )
        .subcommand(
            fields(part("act", "办一个步骤", "do a step"))
                .arg(case())
                .arg(Arg::new("step").value_name("STEP").required(true).help(pick(lang, "步骤", "the step")))
                .arg(one("skip", "REASON", "跳过前面可以不做的步骤的理由", "why steps that may be left out are left out")),
        )
        .subcommand(
            who(part("hand-over", "移交，对方须签收", "hand over; the other must sign for it"))
                .arg(case())
                .arg(one("to", "ROLE|ID/ROLE", "移交给谁", "to whom").required(true)),
        )
        .subcommand(who(part("take-over", "签收移交", "sign for a hand-over")).arg(case()))
        .subcommand(who(part("decline", "退回移交", "decline a hand-over")).arg(case()))
        .subcommand(who(part("pause", "中止", "pause")).arg(case()))
        .subcommand(who(part("resume", "恢复", "resume")).arg(case()))
        .subcommand(proof(part("close", "销号（由另一人确认）", "close (confirmed by a second person)")).arg(case()).arg(one(
            "category",
            "ID",
            "销号类别",
            "the category of close-out",
        )))
        .subcommand(who(part("reopen", "重新立案", "re-open")).arg(case()))
        .subcommand(
            proof(part("stay", "销号后的稳定性核查", "look whether a close-out still holds"))
                .arg(case())
                .arg(Arg::new("check").value_name("CHECK").required(true).help(pick(lang, "哪一次核查", "which check")))
                .arg(flag("lost", "没有稳定，重新立案", "it does not hold: re-open")),
        )
        .subcommand(
            who(part("vault", "查看单独保存的身份信息，先留痕", "read what is kept apart; the look is written down"))
                .arg(case())
                .arg(Arg::new("vault").value_name("VAULT").required(true).help(pick(lang, "哪一项", "which vault"))),
        )
}

fn run(call: &Call) -> Result<Exit, Failure> {
    let Some((name, matches)) = call.matches.subcommand() else { return Ok(Exit::WrongUse) };
    let call = Call { matches, lang: call.lang, json: call.json, home: call.home.clone() };
    let mut ledger = ledger(&call, name == "sync" && matches.get_flag("practice"))?;
    if ledger.is_practice() && !call.json {
        call.say(text!("（演练台账）", "(a ledger for practice)"));
    }
    match name {
        "sync" => sync(&call, &mut ledger),
        "list" => list(&call, &mut ledger),
        "show" => {
            let page = app::show_duty(&mut ledger, call.text("case").unwrap_or_default())?;
            show(&call, &page, page.lines())
        }
        "procedures" => procedures(&call, &ledger),
        "calendar" => calendar(&call, &mut ledger),
        "draw" => {
            let drawn = app::draw_statements(
                &mut ledger,
                &statement(&call),
                call.text("seed").unwrap_or_default(),
                &asked(&call, name)?,
            )?;
            show(&call, &drawn, drawn.lines())
        }
        "receipt" => {
            let found = app::ask_with_receipt(&mut ledger, call.text("receipt").unwrap_or_default())?;
            show(&call, &found, found.lines())
        }
        "open" if call.text("table").is_some() => table(&call, &mut ledger),
        _ => act(&call, &mut ledger, name),
    }
}

/// The ledger that the options name.
pub fn ledger(call: &Call, practice: bool) -> Result<Ledger, Failure> {
    app::open_ledger(&LedgerAsked {
        home: call.home.clone(),
        policies: call.paths("packs"),
        store: call.text("store").map(str::to_string),
        practice,
        at: call.text("at").map(str::to_string),
    })
}

fn show<T: serde::Serialize>(call: &Call, value: &T, lines: Vec<Text>) -> Result<Exit, Failure> {
    if call.json {
        print::json(value);
    } else {
        lines.into_iter().for_each(|line| call.say(line));
    }
    Ok(Exit::Fine)
}

fn sync(call: &Call, ledger: &mut Ledger) -> Result<Exit, Failure> {
    let library = call.library()?;
    let synced = app::sync_duties(&library, ledger, &call.home, call.date("on")?, &call.texts("snapshot"))?;
    show(call, &synced, synced.lines())
}

fn list(call: &Call, ledger: &mut Ledger) -> Result<Exit, Failure> {
    let word = |name: &str| call.text(name).map(str::to_string);
    let status = word("status");
    let filter = CaseFilter {
        procedure: word("procedure"),
        unclosed: status.is_none() && !call.matches.get_flag("all"),
        status,
        owner_role: word("role"),
        division: word("division"),
        school: word("school"),
        due_before: call.matches.get_flag("overdue").then(|| ledger.time()),
        relapsed: call.matches.get_flag("relapsed"),
        limit: call.matches.get_one::<u32>("limit").copied().unwrap_or(50),
        ..CaseFilter::default()
    };
    let cases = app::list_duties(ledger, &filter)?;
    show(call, &cases, cases.lines())
}

fn procedures(call: &Call, ledger: &Ledger) -> Result<Exit, Failure> {
    if call.json {
        print::json(&ledger.procedures.all.keys().collect::<Vec<_>>());
        return Ok(Exit::Fine);
    }
    for (id, (procedure, _)) in &ledger.procedures.all {
        let (name, steps) = (procedure.name(), procedure.steps.len());
        let steps_zh: Vec<&str> = procedure.steps.iter().map(|step| step.title.as_str()).collect();
        let steps_en: Vec<&str> = procedure.steps.iter().map(|step| step.title_en.as_str()).collect();
        let (zh, en, version) = (steps_zh.join("、"), steps_en.join(", "), &procedure.version);
        let (name_zh, name_en) = (name.zh, name.en);
        call.say(text!(
            "{id}  {name_zh}  版本 {version}  {steps} 步：{zh}",
            "{id}  {name_en}  version {version}  {steps} steps: {en}"
        ));
    }
    print::findings(&ledger.procedures.findings, call.lang);
    Ok(if ledger.procedures.findings.is_empty() { Exit::Fine } else { Exit::Missed })
}

fn statement(call: &Call) -> StatementAsked {
    let word = |name: &str| call.text(name).map(str::to_string);
    StatementAsked {
        procedure: word("procedure").unwrap_or_default(),
        routine: word("routine").unwrap_or_default(),
        period: word("period").unwrap_or_default(),
        unit: if call.matches.try_contains_id("unit").unwrap_or(false) { word("unit") } else { None },
        key: None,
    }
}

fn calendar(call: &Call, ledger: &mut Ledger) -> Result<Exit, Failure> {
    let fixed = app::fixed_days(ledger, call.date("from")?, call.date("to")?, call.text("unit").unwrap_or_default())?;
    show(call, &fixed, fixed.iter().flat_map(app::Fixed::lines).collect())
}

/// Opens a case for each row; a row that could not be opened makes the command end with 1.
fn table(call: &Call, ledger: &mut Ledger) -> Result<Exit, Failure> {
    let path = std::path::PathBuf::from(call.text("table").unwrap_or_default());
    let rows = app::open_duties(ledger, &opening(call), &path, &asked(call, "open")?)?;
    let opened = rows.iter().filter(|row| row.outcome.is_ok()).count();
    let left = rows.len() - opened;
    let mut lines: Vec<Text> = rows.iter().map(app::RowOpened::words).collect();
    lines.push(text!("立案 {opened} 件，没有立案 {left} 行", "{opened} opened, {left} rows not"));
    let cases: Vec<&str> = rows.iter().filter_map(|row| row.outcome.as_ref().ok()).map(|acted| acted.case.as_str()).collect();
    show(call, &cases, lines)?;
    Ok(if left == 0 { Exit::Fine } else { Exit::Missed })
}

fn opening(call: &Call) -> DutyOpening {
    let word = |name: &str| call.text(name).map(str::to_string);
    DutyOpening {
        procedure: word("procedure").unwrap_or_default(),
        label: word("label").unwrap_or_default(),
        division: word("division").unwrap_or_default(),
        school: word("school"),
        finding: word("finding").unwrap_or_default(),
    }
}

fn asked(call: &Call, name: &str) -> Result<DutyAsked, Failure> {
    let has = |id: &str| call.matches.try_contains_id(id).unwrap_or(false);
    let word = |id: &str| if has(id) { call.text(id).map(str::to_string) } else { None };
    let words = |id: &str| if has(id) { call.texts(id) } else { Vec::new() };
    let mut set = BTreeMap::new();
    for given in words("set") {
        let Some((field, value)) = given.split_once('=') else {
            let hint = text!("写成 --set 栏目=内容", "write --set FIELD=WORDS");
            return Err(Failure::wrong_use(text!("“{given}”不是栏目", "`{given}` is no field"), hint));
        };
        set.insert(field.to_string(), value.to_string());
    }
    Ok(DutyAsked {
        by: word("by"),
        set,
        evidence: words("evidence"),
        skip: word("skip"),
        reason: word("reason").unwrap_or_default(),
        to: word("to"),
        category: word("category"),
        held: !(name == "stay" && call.matches.get_flag("lost")),
    })
}

fn act(call: &Call, ledger: &mut Ledger, name: &str) -> Result<Exit, Failure> {
    let asked = asked(call, name)?;
    let word =
        |id: &str| if call.matches.try_contains_id(id).unwrap_or(false) { call.text(id).map(str::to_string) } else { None };
    let case = word("case").unwrap_or_default();
    let acted: Acted = match name {
        "open" => app::open_duty(ledger, &opening(call), &asked)?,
        "state" => app::make_statement(ledger, &statement(call), &asked)?,
        "act" => app::act_on_duty(ledger, &case, &word("step").unwrap_or_default(), &asked)?,
        "hand-over" => app::hand_over_duty(ledger, &case, &asked)?,
        "take-over" => app::answer_hand_over(ledger, &case, true, &asked)?,
        "decline" => app::answer_hand_over(ledger, &case, false, &asked)?,
        "pause" => app::pause_duty(ledger, &case, true, &asked)?,
        "resume" => app::pause_duty(ledger, &case, false, &asked)?,
        "close" => app::close_duty(ledger, &case, &asked)?,
        "reopen" => app::reopen_duty(ledger, &case, &asked)?,
        "stay" => app::check_stay(ledger, &case, &word("check").unwrap_or_default(), &asked)?,
        _ => {
            let values = app::read_vault(ledger, &case, &word("vault").unwrap_or_default(), &asked)?;
            let lines = values.iter().map(|(Text { zh, en }, value)| text!("{zh}：{value}", "{en}: {value}"));
            return show(call, &values, lines.collect());
        }
    };
    show(call, &acted, acted.lines())
}
