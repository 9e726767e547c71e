use std::collections::BTreeMap;

use facts::{Text, text};

use crate::clocks::clock_of;
use crate::closing::{Close, CloseBy};
use crate::procedure::{Article, Step, fit};
use crate::refusal::{Refusal, join, named, said};
use crate::wanted::{evidence_wanted, fields_wanted};
use crate::{Actor, Calendar, Case, ClockState, Event, Moment, Party, Procedure, Proof, Status, Subject, Who, paper};

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Act(Act),
    HandOver { to: Party, reason: String },
    TakeOver,
    Decline { reason: String },
    Pause { reason: String },
    Resume { reason: String },
    Close { category: Option<String>, evidence: Vec<Proof>, note: String },
    Reopen { reason: String },
    Stay { stay: String, held: bool, evidence: Vec<Proof>, note: String },
    ReadVault { vault: String, reason: String },
}

/// A step with what goes with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Act {
    pub step: String,
    pub fields: BTreeMap<String, String>,
    pub evidence: Vec<Proof>,
    /// Why the steps before it, which may be left out, are left out.
    pub skip: Option<String>,
    pub note: String,
}

/// A case that somebody opens by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    pub subject: Subject,
    pub finding: String,
    pub fields: BTreeMap<String, String>,
    pub evidence: Vec<Proof>,
}

/// Opens a case by hand, or says why not.
pub fn open(procedure: &Procedure, opening: Opening, actor: &Actor, now: Moment) -> Result<Event, Box<Refusal>> {
    let rule = &procedure.opening;
    let article = procedure.article(&rule.article);
    if !procedure.is_in_force(now.date()) {
        let (from, name, on) = (procedure.in_force.from, procedure.name(), now.date());
        let what = said!("“{}”在 {on} 不适用", "\"{}\" is not in force on {on}", name);
        return Err(Refusal::new("not-in-force", what, text!("自 {from} 起适用", "it is in force from {from}"), article));
    }
    may(procedure, &rule.who, actor, &article, &text!("立案", "open a case"))?;
    let mut lacking = fields_wanted(procedure, &rule.fields, &opening.fields);
    lacking.extend(evidence_wanted(procedure, &rule.needs, &opening.evidence));
    Refusal::unless_whole(&lacking, &text!("立案", "open a case"), &article)?;
    let owner = rule.owner_of(&opening.fields);
    Ok(Event::Opened {
        procedure: procedure.id.clone(),
        version: procedure.version.clone(),
        subject: opening.subject,
        finding: opening.finding,
        first: procedure.first.clone(),
        owner,
        sight: None,
        fields: opening.fields,
        evidence: opening.evidence,
    })
}

/// What a command does to a case: the events to record, or a refusal that names its article.
pub fn decide(
    procedure: &Procedure,
    calendar: &Calendar,
    case: &Case,
    command: &Command,
    actor: &Actor,
    now: Moment,
) -> Result<Vec<Event>, Box<Refusal>> {
    if now < case.moved {
        let moved = case.moved;
        let what = text!("时间 {now} 早于本案最近一次记录 {moved}", "{now} lies before the case's last event at {moved}");
        let hint = text!("不能补记；检查服务器的时钟", "nothing is recorded backwards; look at the server's clock");
        return Err(Refusal::new("time-runs-backwards", what, hint, procedure.article(&procedure.opening.article)));
    }
    match command {
        Command::Act(act) => step(procedure, calendar, case, act, actor, now),
        Command::HandOver { to, reason } => hand_over(procedure, case, to, reason, actor),
        Command::TakeOver => taken(procedure, case, actor).map(|()| vec![Event::HandOverTaken]),
        Command::Decline { reason } => {
            taken(procedure, case, actor).map(|()| vec![Event::HandOverDeclined { reason: reason.clone() }])
        }
        Command::Pause { reason } => pause(procedure, case, actor, Status::Open, Event::Paused { reason: reason.clone() }),
        Command::Resume { reason } => pause(procedure, case, actor, Status::Paused, Event::Resumed { reason: reason.clone() }),
        Command::Close { category, evidence, note } => {
            close(procedure, case, category.as_deref(), evidence, note, actor).map(|event| vec![event])
        }
        Command::Reopen { reason } => reopen(procedure, case, reason, actor).map(|event| vec![event]),
        Command::Stay { stay, held, evidence, note } => stay_check(procedure, case, stay, (*held, evidence, note), actor),
        Command::ReadVault { vault, reason } => {
            let Some(rule) = procedure.vaults.iter().find(|rule| rule.id == *vault) else {
                let known = named(procedure.vaults.iter().map(|vault| (&vault.id, vault.name())));
                return Err(unknown("vault", vault, &known, procedure));
            };
            let article = procedure.article(&rule.article);
            if rule.closed_to.iter().any(|who| who.is(actor)) {
                let (role, name) = (procedure.role(&actor.role), rule.name());
                let what = said!("{}永远不能查看“{}”", "{} may never read \"{}\"", role, name);
                let hint = text!("不需要知道是谁，也能办理", "the case can be dealt with without knowing who it is");
                return Err(Refusal::new("closed-to", what, hint, article));
            }
            may(procedure, &rule.readers, actor, &article, &said!("查看{}", "read: {}", rule.name()))?;
            Ok(vec![Event::VaultRead { vault: vault.clone(), reason: reason.clone() }])
        }
    }
}

fn step(
    procedure: &Procedure,
    calendar: &Calendar,
    case: &Case,
    act: &Act,
    actor: &Actor,
    now: Moment,
) -> Result<Vec<Event>, Box<Refusal>> {
    let Some(step) = procedure.step(&act.step) else {
        let known = named(procedure.steps.iter().map(|step| (&step.id, step.name())));
        return Err(unknown("step", &act.step, &known, procedure));
    };
    let (article, name) = (procedure.article(&step.article), step.name());
    must_be(case, Status::Open, &article)?;
    let skipped = if step.side { Vec::new() } else { reached(procedure, case, step, act.skip.as_deref())? };
    may(procedure, &step.who, actor, &article, &name)?;
    if step.by_owner && !answers(case, actor) {
        let owner = procedure.party(&case.owner);
        let what = said!("只有责任人可以办理“{}”", "only whoever answers for the case may do \"{}\"", name);
        return Err(Refusal::new("not-the-owner", what, said!("责任人：{}", "that is: {}", owner), article));
    }
    somebody_else(case, actor, &step.different_from, procedure, &article)?;
    in_time(procedure, calendar, case, step, now)?;
    let mut lacking = fields_wanted(procedure, &step.fields, &act.fields);
    lacking.extend(evidence_wanted(procedure, &step.needs, &act.evidence));
    Refusal::unless_whole(&lacking, &name, &article)?;
    let papers = paper::papers(procedure, case, &act.step, &act.fields, actor, now)
        .map_err(|lacking| Refusal::lacking(&lacking, &name, &article))?;
    Ok(vec![Event::StepDone {
        step: act.step.clone(),
        reason: act.skip.clone().filter(|_| !skipped.is_empty()),
        skipped,
        fields: act.fields.clone(),
        evidence: act.evidence.clone(),
        papers: papers.into_iter().map(|paper| paper.made).collect(),
        note: act.note.clone(),
    }])
}

fn names_of(procedure: &Procedure, steps: &[String]) -> Text {
    join(&steps.iter().filter_map(|id| procedure.step(id)).map(Step::name).collect::<Vec<_>>())
}

/// The steps left out on the way to one that may be done now.
fn reached(procedure: &Procedure, case: &Case, step: &Step, reason: Option<&str>) -> Result<Vec<String>, Box<Refusal>> {
    if case.ready.contains(&step.id) {
        return Ok(Vec::new());
    }
    let article = procedure.article(&step.article);
    let mut ways: Vec<Vec<&str>> = case.ready.iter().map(|id| vec![id.as_str()]).collect();
    let mut at = 0;
    while let Some(way) = ways.get(at).cloned() {
        at += 1;
        let Some(last) = way.last().and_then(|id| procedure.step(id)) else { continue };
        if last.id == step.id {
            let skipped: Vec<String> = way[..way.len() - 1].iter().map(|id| id.to_string()).collect();
            if reason.is_some_and(|reason| !reason.trim().is_empty()) {
                return Ok(skipped);
            }
            let names = names_of(procedure, &skipped);
            let what = said!("前面还有步骤没有做：{}", "steps before it have not been done: {}", names);
            let hint = text!("可以不做的，写明理由（--skip 理由）", "where they may be left out, say why (--skip REASON)");
            return Err(Refusal::new("skip-needs-reason", what, hint, article));
        }
        if last.skippable {
            let onward = last.follows(&case.fields).iter().filter(|id| !way.contains(&id.as_str()));
            ways.extend(onward.map(|id| [&way[..], &[id.as_str()]].concat()));
        }
    }
    let ready = names_of(procedure, &case.ready);
    let name = step.name();
    let what = said!("现在还不能做“{}”", "\"{}\" cannot be done now", name);
    let hint = if case.ready.is_empty() {
        text!("各步骤已完成，下一步是销号", "all steps are done; what follows is the close-out")
    } else {
        said!("现在该做：{}", "what comes now: {}", ready)
    };
    Err(Refusal::new("out-of-order", what, hint, article))
}

/// Clocks that hold a step back, or after which it is too late.
fn in_time(procedure: &Procedure, calendar: &Calendar, case: &Case, step: &Step, now: Moment) -> Result<(), Box<Refusal>> {
    let name = step.name();
    for clock in &procedure.clocks {
        let article = procedure.article(&clock.article);
        let (held, barred) = (clock.holds.contains(&step.id), clock.bars.contains(&step.id));
        if (!held && !barred) || !fit(&clock.only, &case.fields) {
            continue;
        }
        let of = clock.name();
        match clock_of(procedure, case, calendar, clock, now, 0) {
            None if held => {
                let what = said!(
                    "“{}”的期限还没有起算，不能做“{}”",
                    "the period \"{}\" has not begun, so that \"{}\" cannot be done",
                    of,
                    name
                );
                let from = procedure.step(clock.from.as_str()).map_or_else(|| of.clone(), Step::name);
                let hint = said!("先做：{}", "first comes: {}", from);
                return Err(Refusal::new("period-not-begun", what, hint, article));
            }
            Some(running) if held && now <= running.due && running.state != ClockState::Stopped => {
                let due = running.due.date();
                let what = said!(
                    "“{}”到 {due} 才满，之前不能做“{}”",
                    "\"{}\" is over only on {due}; before that \"{}\" cannot be done",
                    of,
                    name
                );
                return Err(Refusal::new("too-early", what, text!("{due} 之后再办", "come back after {due}"), article));
            }
            Some(running) if barred && now > running.due => {
                let due = running.due.date();
                let what = said!("“{}”已于 {due} 届满，不能再做“{}”", "\"{}\" ended on {due}; \"{}\" is too late", of, name);
                let hint = text!("走别的途径，或请法制机构出具意见", "take another road, or ask the legal office");
                return Err(Refusal::new("too-late", what, hint, article));
            }
            _ => {}
        }
    }
    Ok(())
}

fn hand_over(procedure: &Procedure, case: &Case, to: &Party, reason: &str, actor: &Actor) -> Result<Vec<Event>, Box<Refusal>> {
    let article = procedure.article(&procedure.opening.article);
    if case.status == Status::Closed {
        must_be(case, Status::Open, &article)?;
    }
    if !answers(case, actor) {
        let owner = procedure.party(&case.owner);
        let what = text!("只有现在的责任人可以移交", "only whoever answers for the case now may hand it over");
        let hint = said!("现在的责任人：{}", "that is: {}", owner);
        return Err(Refusal::new("not-the-owner", what, hint, article));
    }
    if let Some((_, to, _)) = &case.offer {
        let to = procedure.party(to);
        let what = said!("已移交给{}，对方还没有签收", "it has been handed to {}, who has not signed for it yet", to);
        let hint = text!("等对方签收或退回", "wait until they take or decline it");
        return Err(Refusal::new("already-handed-over", what, hint, article));
    }
    Ok(vec![Event::HandedOver { to: to.clone(), reason: reason.to_string() }])
}

/// Whether somebody may sign for, or decline, what was handed over.
fn taken(procedure: &Procedure, case: &Case, actor: &Actor) -> Result<(), Box<Refusal>> {
    let article = procedure.article(&procedure.opening.article);
    let Some((_, to, _)) = &case.offer else {
        let what = text!("没有等待签收的移交", "nothing waits to be signed for");
        return Err(Refusal::new("no-hand-over", what, text!("先由责任人移交", "it must be handed over first"), article));
    };
    if to.role == actor.role && to.person.as_ref().is_none_or(|person| *person == actor.person) {
        return Ok(());
    }
    let whom = procedure.party(to);
    let what = said!("这是移交给{}的", "it was handed to {}", whom);
    Err(Refusal::new("not-the-receiver", what, text!("由本人签收", "they must sign for it themselves"), article))
}

fn pause(procedure: &Procedure, case: &Case, actor: &Actor, from: Status, event: Event) -> Result<Vec<Event>, Box<Refusal>> {
    let Some(rule) = &procedure.pause else {
        let article = procedure.article(&procedure.opening.article);
        let what = text!("这个程序没有中止", "this procedure knows no pause");
        return Err(Refusal::new("no-pause", what, text!("照常办理", "carry on"), article));
    };
    let article = procedure.article(&rule.article);
    must_be(case, from, &article)?;
    may(procedure, &rule.who, actor, &article, &text!("中止或恢复", "pause or resume"))?;
    Ok(vec![event])
}

fn close(
    procedure: &Procedure,
    case: &Case,
    category: Option<&str>,
    evidence: &[Proof],
    note: &str,
    actor: &Actor,
) -> Result<Event, Box<Refusal>> {
    let rule = &procedure.close;
    let article = procedure.article(&rule.article);
    if case.status == Status::Closed {
        must_be(case, Status::Open, &article)?;
    }
    if rule.by == CloseBy::Data {
        let seen = case.sight.as_ref().map(|sight| sight.as_of.to_string()).unwrap_or_default();
        let what = text!(
            "不能人工销号：{seen} 的数据仍显示这个问题",
            "it cannot be closed by hand: the data of {seen} still show the problem"
        );
        let hint = text!(
            "整改后导入新的数据，再运行 junheng duty sync：数据不再显示，自动销号",
            "mend it, import newer data and run `junheng duty sync`: it closes when the data no longer show it"
        );
        return Err(Refusal::new("only-data-close", what, hint, article));
    }
    let close_out = text!("销号", "the close-out");
    may(procedure, &rule.who, actor, &article, &close_out)?;
    let empty = (Vec::new(), Vec::new(), Vec::new());
    let (after, needs, stays) = match (category, rule.categories.is_empty()) {
        (None, true) => empty,
        (Some(id), _) if procedure.category(id).is_some() => procedure
            .category(id)
            .map(|category| (category.after.clone(), category.needs.clone(), category.stays.clone()))
            .unwrap_or(empty),
        (id, _) => {
            let known = named(rule.categories.iter().map(|category| (&category.id, category.name())));
            return Err(unknown("category", id.unwrap_or_default(), &known, procedure));
        }
    };
    let open = steps_open(procedure, case, rule, &after);
    if !open.is_empty() {
        let names = join(&open);
        let what = said!("销号之前还要做：{}", "before it can be closed: {}", names);
        return Err(Refusal::new("steps-open", what, text!("先办完这些步骤", "do these steps first"), article));
    }
    if !fit(&rule.only, &case.fields) {
        let unfit = |(id, values): (&String, &Vec<String>)| {
            let field = procedure.field(id)?;
            let title = |value: &String| field.choices.iter().find(|choice| choice.id == *value).map(|choice| choice.name());
            let wanted = join(&values.iter().filter_map(title).collect::<Vec<_>>());
            let is = case.fields.get(id).and_then(title).unwrap_or_else(|| text!("没有填", "not given"));
            (!case.fields.get(id).is_some_and(|value| values.contains(value)))
                .then(|| said!("{}应为“{}”，现为“{}”", "{} should be \"{}\" and is \"{}\"", field.name(), wanted, is))
        };
        let unfit = join(&rule.only.iter().filter_map(unfit).collect::<Vec<_>>());
        let what = said!("还不能销号：{}", "it cannot be closed yet: {}", unfit);
        return Err(Refusal::new("fields-say-otherwise", what, text!("整改后再复查", "mend it and look again"), article));
    }
    somebody_else(case, actor, &rule.different_from, procedure, &article)?;
    let needs: Vec<String> = rule.needs.iter().chain(&needs).cloned().collect();
    Refusal::unless_whole(&evidence_wanted(procedure, &needs, evidence), &close_out, &article)?;
    let (category, note) = (category.map(str::to_string), note.to_string());
    Ok(Event::Closed { category, sight: None, evidence: evidence.to_vec(), note, stays })
}

/// The steps that must be done before the close-out and are not.
fn steps_open(procedure: &Procedure, case: &Case, rule: &Close, after: &[String]) -> Vec<Text> {
    let wanted = rule.after.iter().chain(after);
    let open = wanted.filter(|steps| !steps.split('|').any(|step| case.has_done(step)));
    open.filter_map(|steps| procedure.step(steps.split('|').next()?)).map(Step::name).collect()
}

fn reopen(procedure: &Procedure, case: &Case, reason: &str, actor: &Actor) -> Result<Event, Box<Refusal>> {
    let Some(rule) = &procedure.reopen else {
        let article = procedure.article(&procedure.close.article);
        let what = text!("这个程序不能重新立案", "a case of this procedure cannot be re-opened");
        return Err(Refusal::new("no-reopening", what, text!("另立新案", "open a new one"), article));
    };
    let article = procedure.article(&rule.article);
    must_be(case, Status::Closed, &article)?;
    may(procedure, &rule.who, actor, &article, &text!("重新立案", "re-open a case"))?;
    Ok(Event::Reopened {
        at: rule.at.clone(),
        reason: reason.to_string(),
        owner: procedure.opening.owner_of(&case.fields),
        sight: None,
        tell: rule.tell.clone(),
    })
}

fn stay_check(
    procedure: &Procedure,
    case: &Case,
    id: &str,
    (held, evidence, note): (bool, &[Proof], &str),
    actor: &Actor,
) -> Result<Vec<Event>, Box<Refusal>> {
    let due = case.stays.iter().filter(|stay| stay.held.is_none());
    let Some(rule) = due.clone().find(|stay| stay.stay == id).and_then(|stay| procedure.stay(&stay.stay)) else {
        let known = named(due.filter_map(|stay| procedure.stay(&stay.stay)).map(|stay| (&stay.id, stay.name())));
        return Err(unknown("stay", id, &known, procedure));
    };
    let article = procedure.article(&rule.article);
    must_be(case, Status::Closed, &article)?;
    may(procedure, &rule.who, actor, &article, &rule.name())?;
    somebody_else(case, actor, &rule.different_from, procedure, &article)?;
    Refusal::unless_whole(&evidence_wanted(procedure, &rule.needs, evidence), &rule.name(), &article)?;
    let (evidence, words) = (evidence.to_vec(), note.to_string());
    let mut events = vec![Event::StayChecked { stay: id.to_string(), held, evidence, note: words }];
    if let (false, Some(reopen)) = (held, &procedure.reopen) {
        events.push(Event::Reopened {
            at: reopen.at.clone(),
            reason: if note.is_empty() { rule.title.clone() } else { note.to_string() },
            owner: procedure.opening.owner_of(&case.fields),
            sight: None,
            tell: reopen.tell.clone(),
        });
    }
    Ok(events)
}

/// Whether somebody answers for a case now.
pub(crate) fn answers(case: &Case, actor: &Actor) -> bool {
    match &case.owner.person {
        Some(person) => *person == actor.person,
        None => case.owner.role == actor.role || case.escalated.iter().any(|(_, _, role)| *role == actor.role),
    }
}

pub(crate) fn may(procedure: &Procedure, who: &[Who], actor: &Actor, article: &Article, act: &Text) -> Result<(), Box<Refusal>> {
    if who.iter().any(|who| who.is(actor)) {
        return Ok(());
    }
    let what = said!("{}不能办理“{}”", "{} may not do \"{}\"", procedure.role(&actor.role), act);
    let hint = if who.is_empty() {
        text!("由数据或程序自动办理，谁也不能人工办", "data or the program do it by themselves; nobody does it by hand")
    } else {
        said!("可以办理的：{}", "those who may: {}", procedure.roles.words(who))
    };
    Err(Refusal::new("not-entitled", what, hint, article.clone()))
}

fn somebody_else(
    case: &Case,
    actor: &Actor,
    steps: &[String],
    procedure: &Procedure,
    article: &Article,
) -> Result<(), Box<Refusal>> {
    if steps.iter().any(|step| step == "open") && case.opener == actor.person {
        let person = &actor.name;
        let what = text!("本案是 {person} 报的，须由另一人办理", "{person} opened the case and cannot be the one that does this");
        return Err(Refusal::new("same-person", what, text!("请另一人办理", "ask somebody else"), article.clone()));
    }
    let Some(done) = case.was_done_by(&actor.person, steps) else { return Ok(()) };
    let (name, person) = (procedure.step(&done.step).map_or_else(|| Text::new("", ""), Step::name), &actor.name);
    let what =
        said!("“{}”是 {person} 办的，须由另一人核查", "\"{}\" was done by {person}, who cannot be the one that checks", name);
    Err(Refusal::new("same-person", what, text!("请另一人办理", "ask somebody else"), article.clone()))
}

fn must_be(case: &Case, status: Status, article: &Article) -> Result<(), Box<Refusal>> {
    if case.status == status {
        return Ok(());
    }
    let (code, what, hint) = match case.status {
        Status::Closed => {
            ("case-is-closed", text!("本案已销号", "the case is closed"), text!("要继续办理，先重新立案", "re-open it to go on"))
        }
        Status::Paused => ("case-is-paused", text!("本案已中止", "the case is paused"), text!("先恢复办理", "resume it first")),
        Status::Open => (
            "case-is-open",
            text!("本案正在办理，没有中止或销号", "the case is open: neither paused nor closed"),
            text!("按当前步骤办理", "go on with the present step"),
        ),
    };
    Err(Refusal::new(code, what, hint, article.clone()))
}

fn unknown(kind: &str, id: &str, known: &Text, procedure: &Procedure) -> Box<Refusal> {
    let word = match kind {
        "step" => text!("步骤", "step"),
        "category" => text!("销号类别", "category of close-out"),
        "stay" => text!("待查的稳定性检查", "stay check that is due"),
        _ => text!("密存栏目", "vault"),
    };
    let what = said!("没有“{id}”这个{}", "there is no {} `{id}`", word);
    let hint = if known.zh.is_empty() {
        text!("现在一个也没有", "there is none now")
    } else {
        said!("可以是：{}", "it can be: {}", known)
    };
    Refusal::new(&format!("unknown-{kind}"), what, hint, procedure.article(&procedure.close.article))
}
