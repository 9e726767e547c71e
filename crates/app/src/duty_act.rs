use std::collections::BTreeMap;

use duty::{Act, Case, Command, Event, Opening, Party, Procedure, Subject};
use facts::{Text, text};
use serde::Serialize;
use snapshot::Home;
use store::{Batch, Settlement};

use crate::account_login::trace;
use crate::account_logs::MACHINE;
use crate::account_manage::known_role;
use crate::duty_ledger::{refused, within};
use crate::duty_receipt::{new_receipt, receipt_key};
use crate::{Failure, Ledger};

/// What somebody does to a case, as they say it.
#[derive(Debug, Clone, Default)]
pub struct DutyAsked {
    pub by: Option<String>,
    /// Fields by id.
    pub set: BTreeMap<String, String>,
    /// `kind=path`.
    pub evidence: Vec<String>,
    pub skip: Option<String>,
    pub reason: String,
    /// A role, or `person/role`.
    pub to: Option<String>,
    pub category: Option<String>,
    pub held: bool,
}

/// A case opened by hand.
#[derive(Debug, Clone, Default)]
pub struct DutyOpening {
    pub procedure: String,
    pub label: String,
    pub division: String,
    pub school: Option<String>,
    pub finding: String,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct Acted {
    pub case: String,
    pub status: &'static str,
    pub ready: Vec<Text>,
    pub due: Option<String>,
    /// Papers written, with their paths.
    pub papers: Vec<(Text, String)>,
    /// The number with which whoever opened it may ask how far it is, without saying who they are. It is kept nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// Opens a case by hand.
pub fn open_duty(ledger: &mut Ledger, opening: &DutyOpening, asked: &DutyAsked) -> Result<Acted, Failure> {
    open_row(ledger, opening, asked, None)
}

/// Opens a case for a row of a table: two rows that say the same are two cases.
pub(crate) fn open_row(
    ledger: &mut Ledger,
    opening: &DutyOpening,
    asked: &DutyAsked,
    row: Option<usize>,
) -> Result<Acted, Failure> {
    let actor = ledger.actor(asked.by.as_deref())?;
    open_as(ledger, opening, asked, &row.map_or_else(String::new, |row| row.to_string()), &actor)
}

/// Opens a case as somebody who need have no account; a mark tells apart what is otherwise the same.
pub(crate) fn open_as(
    ledger: &mut Ledger,
    opening: &DutyOpening,
    asked: &DutyAsked,
    mark: &str,
    actor: &duty::Actor,
) -> Result<Acted, Failure> {
    let Some((procedure, _)) = ledger.procedures.all.get(&opening.procedure).cloned() else {
        let known: Vec<&str> = ledger.procedures.all.keys().map(String::as_str).collect();
        let (known, id) = (known.join("、"), &opening.procedure);
        return Err(Failure::unknown(
            text!("没有程序“{id}”", "there is no procedure `{id}`"),
            text!("有这些：{known}", "there are: {known}"),
        ));
    };
    let mark = if mark.is_empty() { String::new() } else { format!(":{mark}") };
    let key = format!("{}:{}:{}{mark}", opening.label, ledger.now, actor.person);
    let id = duty::case_id(&procedure.prefix, &procedure.id, &key);
    let receipt = procedure.opening.receipt.is_some().then(new_receipt).transpose()?;
    let subject = Subject {
        key: receipt.as_deref().map_or_else(|| id.clone(), receipt_key),
        label: opening.label.clone(),
        division: opening.division.clone(),
        school: opening.school.clone(),
    };
    within(actor, &subject)?;
    if !subject.division.starts_with(&procedure.place) {
        let (place, id) = (&procedure.place, &procedure.id);
        let what =
            text!("程序 {id} 只适用于 {place} 开头的区划", "the procedure {id} holds only in divisions beginning with {place}");
        return Err(Failure::wrong_use(what, text!("换一个程序", "choose another procedure")));
    }
    let evidence = take_all(ledger, &procedure, asked)?;
    let opening = Opening { subject, finding: opening.finding.clone(), fields: asked.set.clone(), evidence };
    let event = duty::open(&procedure, opening, actor, ledger.now).map_err(|no| refused(&no))?;
    let acted = write(ledger, &procedure, None, &id, vec![event], actor, Vec::new())?;
    Ok(Acted { receipt, ..acted })
}

/// Takes in the files that somebody brings, each as the procedure keeps its kind.
pub(crate) fn take_all(ledger: &Ledger, procedure: &Procedure, asked: &DutyAsked) -> Result<Vec<duty::Proof>, Failure> {
    asked.evidence.iter().map(|words| ledger.take_evidence(procedure, words)).collect()
}

/// Does a step of a case.
pub fn act_on_duty(ledger: &mut Ledger, id: &str, step: &str, asked: &DutyAsked) -> Result<Acted, Failure> {
    command(ledger, id, asked, |evidence| {
        Command::Act(Act {
            step: step.to_string(),
            fields: asked.set.clone(),
            evidence,
            skip: asked.skip.clone(),
            note: asked.reason.clone(),
        })
    })
}

/// Offers a case to somebody else, who must sign for it.
pub fn hand_over_duty(ledger: &mut Ledger, id: &str, asked: &DutyAsked) -> Result<Acted, Failure> {
    let Some(to) = asked.to.clone() else {
        let hint = text!("--to 角色，或 --to 账号/角色", "--to ROLE, or --to ID/ROLE");
        return Err(Failure::wrong_use(text!("要说明移交给谁", "say to whom"), hint));
    };
    let (person, role) = match to.split_once('/') {
        Some((person, role)) => (Some(person.to_string()), role.to_string()),
        None => (None, to),
    };
    known_role(ledger, &role)?;
    if let Some(person) = &person {
        // Somebody who could sign for it.
        ledger.actor(Some(&format!("{person}/{role}")))?;
    }
    command(ledger, id, asked, |_| Command::HandOver { to: Party { role, person }, reason: asked.reason.clone() })
}

/// Signs for a case, or declines it.
pub fn answer_hand_over(ledger: &mut Ledger, id: &str, take: bool, asked: &DutyAsked) -> Result<Acted, Failure> {
    let reason = asked.reason.clone();
    command(ledger, id, asked, |_| if take { Command::TakeOver } else { Command::Decline { reason } })
}

/// Pauses a case, or goes on with it.
pub fn pause_duty(ledger: &mut Ledger, id: &str, pause: bool, asked: &DutyAsked) -> Result<Acted, Failure> {
    let reason = asked.reason.clone();
    command(ledger, id, asked, |_| if pause { Command::Pause { reason } } else { Command::Resume { reason } })
}

pub fn close_duty(ledger: &mut Ledger, id: &str, asked: &DutyAsked) -> Result<Acted, Failure> {
    command(ledger, id, asked, |evidence| Command::Close {
        category: asked.category.clone(),
        evidence,
        note: asked.reason.clone(),
    })
}

pub fn reopen_duty(ledger: &mut Ledger, id: &str, asked: &DutyAsked) -> Result<Acted, Failure> {
    command(ledger, id, asked, |_| Command::Reopen { reason: asked.reason.clone() })
}

/// Looks whether a close-out still holds.
pub fn check_stay(ledger: &mut Ledger, id: &str, stay: &str, asked: &DutyAsked) -> Result<Acted, Failure> {
    command(ledger, id, asked, |evidence| Command::Stay {
        stay: stay.to_string(),
        held: asked.held,
        evidence,
        note: asked.reason.clone(),
    })
}

/// Reads what is kept apart of a case; the look is written down first.
pub fn read_vault(ledger: &mut Ledger, id: &str, vault: &str, asked: &DutyAsked) -> Result<Vec<(Text, String)>, Failure> {
    command(ledger, id, asked, |_| Command::ReadVault { vault: vault.to_string(), reason: asked.reason.clone() })?;
    let person = asked.by.as_deref().map_or(MACHINE, |by| by.split('/').next().unwrap_or(by));
    let trace = trace(ledger, person, "look-vault", id, &format!("{vault}: {}", asked.reason));
    ledger.store.settle(&Settlement { traces: vec![trace], ..Settlement::default() })?;
    let procedure = ledger.case(id)?.procedure;
    let home = Home::open_or_create(&ledger.home)?;
    let mut values = Vec::new();
    for (field, value) in ledger.store.vault(id)? {
        let Some(field) = procedure.field(&field).filter(|field| field.vault.as_deref() == Some(vault)) else { continue };
        values.push((field.name(), home.unseal_words(&value)?));
    }
    Ok(values)
}

fn command(
    ledger: &mut Ledger,
    id: &str,
    asked: &DutyAsked,
    of: impl FnOnce(Vec<duty::Proof>) -> Command,
) -> Result<Acted, Failure> {
    let actor = ledger.actor(asked.by.as_deref())?;
    let followed = ledger.case(id)?;
    within(&actor, &followed.case.subject)?;
    let evidence = take_all(ledger, &followed.procedure, asked)?;
    let command = of(evidence);
    let (procedure, case) = (&followed.procedure, &followed.case);
    let events =
        duty::decide(procedure, &ledger.procedures.calendar, case, &command, &actor, ledger.now).map_err(|no| refused(&no))?;
    let mut papers = Vec::new();
    if let Command::Act(act) = &command {
        papers = duty::papers(procedure, case, &act.step, &act.fields, &actor, ledger.now).unwrap_or_default();
    }
    write(ledger, procedure, Some(case), id, events, &actor, papers)
}

/// Writes events down, what is kept apart into the vault, and the papers that a step made into files.
pub(crate) fn write(
    ledger: &mut Ledger,
    procedure: &Procedure,
    before: Option<&Case>,
    id: &str,
    mut events: Vec<Event>,
    actor: &duty::Actor,
    papers: Vec<duty::Filled>,
) -> Result<Acted, Failure> {
    let mut batch = Batch { procedures: ledger.kept(&procedure.id), ..Batch::default() };
    for event in &mut events {
        if let Event::Opened { fields, .. } | Event::StepDone { fields, .. } = event {
            let apart = |field: &String| procedure.field(field).is_some_and(|field| field.vault.is_some());
            let kept: Vec<String> = fields.keys().filter(|field| apart(field)).cloned().collect();
            for field in kept {
                let value = fields.remove(&field).unwrap_or_default();
                batch.vault.push((id.to_string(), field, ledger.sealed(&value)?));
            }
        }
    }
    let entry = ledger.entry(procedure, before, id, events, actor)?;
    let (status, step, due) = (entry.row.status.clone(), entry.row.step.clone(), entry.row.due.clone());
    batch.entries.push(entry);
    let mut written = Vec::new();
    for paper in papers {
        let path = ledger.keep("papers", &format!("{}.md", paper.made.number), paper.text.as_bytes())?;
        let name = procedure.papers.iter().find(|known| known.id == paper.made.paper).map(|known| known.name());
        written.push((name.unwrap_or_else(|| Text::new("", "")), path.display().to_string()));
    }
    ledger.append(&batch)?;
    let ready = step.iter().flat_map(|steps| steps.split(' ')).filter_map(|step| procedure.step(step)).map(|step| step.name());
    let status = ["open", "paused", "closed"].into_iter().find(|known| *known == status).unwrap_or("open");
    Ok(Acted { case: id.to_string(), status, ready: ready.collect(), due, papers: written, receipt: None })
}

impl Acted {
    /// The answer to what was sent before: nothing is done.
    pub(crate) fn again(case: &Case) -> Acted {
        let (case, status) = (case.id.clone(), case.status.id());
        Acted { case, status, ready: Vec::new(), due: None, papers: Vec::new(), receipt: None }
    }

    pub fn lines(&self) -> Vec<Text> {
        let join = |of: fn(&Text) -> &String| self.ready.iter().map(|text| of(text).as_str()).collect::<Vec<_>>().join("、");
        let (case, zh, en) = (&self.case, join(|text| &text.zh), join(|text| &text.en));
        let due = self.due.as_deref().and_then(|due| due.get(..10)).unwrap_or("—");
        let mut lines = vec![match (self.status, zh.is_empty()) {
            ("closed", _) if self.due.is_none() => text!("{case} 已办结", "{case} is closed"),
            ("closed", _) => text!("{case} 已销号，下一次核查 {due}", "{case} is closed; next check {due}"),
            ("paused", _) => text!("{case} 已中止", "{case} is paused"),
            (_, true) => text!("{case} 已记录；各步骤已完成，可以销号", "{case}: recorded; all steps are done, it can be closed"),
            _ => text!("{case} 已记录；下一步：{zh}；期限 {due}", "{case}: recorded; next: {en}; due {due}"),
        }];
        if let Some(receipt) = &self.receipt {
            lines.push(text!(
                "  受理号 {receipt}：凭它查办理情况（junheng duty receipt），不用说是谁；只显示这一次",
                "  receipt {receipt}: ask with it how far the case is (junheng duty receipt) without saying who you are; it is shown this once"
            ));
        }
        for (Text { zh, en }, path) in &self.papers {
            lines.push(text!("  文书《{zh}》：{path}", "  paper \"{en}\": {path}"));
        }
        lines
    }
}
