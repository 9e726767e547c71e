use std::collections::{BTreeMap, BTreeSet};

use duty::{Case, Event, Procedure, Shown, Sight, Subject};
use facts::{Text, text};
use store::{Batch, Filter};

use super::{Book, LedgerChild, Ledgers};
use crate::duty_sync::{Change, Synced};
use crate::{Failure, Ledger};

/// Opens a case for each child that is suspected to have dropped out or has, by the procedure that the rules name, and tells of cases
/// whose child is no longer listed. Doing it twice changes nothing the second time.
///
/// A child whose row may be a pupil's gets no case before a person has decided.
pub fn open_ledger_cases(ledger: &mut Ledger, ledgers: &Ledgers) -> Result<Synced, Failure> {
    let Some(id) = ledgers.rules.procedure.clone() else {
        return Err(Failure::wrong_use(
            text!("规则里没有写控辍保学的程序", "the rules name no procedure for children out of school"),
            text!("在 ledgers.toml 里写 procedure = \"…\"", "write procedure = \"…\" in ledgers.toml"),
        ));
    };
    let Some((procedure, _)) = ledger.procedures.all.get(&id).cloned() else {
        return Err(Failure::unknown(
            text!("没有程序“{id}”", "there is no procedure `{id}`"),
            text!("看 policies/…/procedures", "see policies/…/procedures"),
        ));
    };
    let manifest = &ledgers.manifest;
    let sight =
        Sight { snapshot: manifest.id.short().to_string(), as_of: month_end(ledgers), published: manifest.created.to_string() };
    let mut synced = Synced { snapshot: sight.snapshot.clone(), as_of: Some(sight.as_of), ..Synced::default() };
    let mut batch = Batch { procedures: ledger.kept(&procedure.id), ..Batch::default() };
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for child in ledgers.of_book(Book::Suspected).chain(ledgers.of_book(Book::Dropout)) {
        let subject = subject(ledgers, child);
        if !seen.insert(subject.key.clone()) {
            continue;
        }
        let finding = ledgers.category(child).map_or_else(String::new, |category| category.title().zh);
        observe(
            ledger,
            &procedure,
            &sight,
            (&subject, Shown::Shown, &finding),
            Some(&fields(ledgers, child)),
            &mut batch,
            &mut synced,
        )?;
    }
    // Whoever has a case and is on no list any more.
    let filter = Filter { procedure: Some(procedure.id.clone()), ..Filter::default() };
    for row in ledger.store.list(&filter)?.rows {
        if !row.subject.starts_with(PREFIX) || seen.contains(&row.subject) {
            continue;
        }
        let subject = Subject { key: row.subject, label: row.label, division: row.division, school: row.school };
        observe(ledger, &procedure, &sight, (&subject, Shown::Gone, ""), None, &mut batch, &mut synced)?;
    }
    if !batch.entries.is_empty() {
        ledger.append(&batch)?;
    }
    Ok(synced)
}

/// What subjects of this procedure begin with that come from the ledgers.
const PREFIX: &str = "child:";

type Seen<'s> = (&'s Subject, Shown, &'s str);

fn observe(
    ledger: &mut Ledger,
    procedure: &Procedure,
    sight: &Sight,
    (subject, shown, finding): Seen<'_>,
    fields: Option<&BTreeMap<&'static str, String>>,
    batch: &mut Batch,
    synced: &mut Synced,
) -> Result<(), Failure> {
    let (id, followed) = match ledger.store.about(&procedure.id, &subject.key)? {
        None if shown != Shown::Shown => return Ok(()),
        None => (duty::case_id(&procedure.prefix, &procedure.id, &subject.key), None),
        Some(row) => (row.case.clone(), Some(ledger.case(&row.case)?)),
    };
    let (case, rules): (Option<&Case>, &Procedure) = match &followed {
        Some(followed) => (Some(&followed.case), &followed.procedure),
        None => (None, procedure),
    };
    let Some(mut event) = duty::observe(rules, case, subject, sight, shown, finding) else { return Ok(()) };
    let change = Change { case: id.clone(), label: subject.label.clone(), words: finding.to_string() };
    match &mut event {
        Event::Opened { fields: of_event, .. } => {
            // What tells who the child is goes into the vault of the case, never into the log.
            for (field, value) in fields.into_iter().flatten().filter(|(_, value)| !value.is_empty()) {
                match rules.field(field) {
                    Some(known) if known.vault.is_some() => {
                        batch.vault.push((id.clone(), field.to_string(), ledger.sealed(value)?));
                    }
                    Some(_) => drop(of_event.insert(field.to_string(), value.clone())),
                    None => {}
                }
            }
            synced.opened.push(change);
        }
        Event::Reopened { .. } => synced.reopened.push(change),
        Event::Closed { .. } => synced.closed.push(change),
        _ => synced.still += 1,
    }
    batch.entries.push(ledger.entry(rules, case, &id, vec![event], &Ledger::program())?);
    Ok(())
}

fn subject(ledgers: &Ledgers, child: &LedgerChild) -> Subject {
    let short = child.key.get(..8).unwrap_or(&child.key);
    let place = if child.school_name.is_empty() { &child.town } else { &child.school_name };
    let division = if child.division.is_empty() { ledgers.manifest.county.to_string() } else { child.division.clone() };
    Subject {
        key: format!("{PREFIX}{}", child.key),
        label: format!("{place}（{short}）"),
        division,
        school: (!child.school.is_empty()).then(|| child.school.clone()),
    }
}

/// The fields of the procedure's opening, as far as the ledgers know them.
fn fields(ledgers: &Ledgers, child: &LedgerChild) -> BTreeMap<&'static str, String> {
    let category = ledgers.category(child).map(|category| category.id.as_str()).unwrap_or_default();
    let source = match category {
        "long-absent" | "not-present" => "record_present",
        _ if child.kinds.iter().any(|kind| matches!(kind.as_str(), "lifted" | "unstable" | "marginal" | "sudden")) => {
            "dropout_poor"
        }
        _ => "hukou_record",
    };
    let class = match child.school_name.as_str() {
        "" => String::new(),
        school => format!("{school} {} 年级 {}", child.grade, child.class),
    };
    BTreeMap::from([
        ("child", child.name.clone()),
        ("child_id", child.id_no.clone()),
        ("record_number", child.student_no.clone()),
        ("guardian", child.guardian.clone()),
        ("address", format!("{}{} {}", child.town, child.village, child.phone)),
        ("last_class", class),
        ("source", source.to_string()),
    ])
}

/// The last day of the month of which there is attendance, or the first day of the school year.
fn month_end(ledgers: &Ledgers) -> facts::Date {
    let month = ledgers.month.as_deref().and_then(|month| facts::parse_date(&format!("{month}-01")));
    month.map_or_else(|| ledgers.year.statistics_date(), |day| day.last_of_month())
}

/// What was done, in lines.
pub fn case_lines(synced: &Synced) -> Vec<Text> {
    let (opened, reopened, gone, still) = (synced.opened.len(), synced.reopened.len(), synced.closed.len(), synced.still);
    let as_of = synced.as_of.map(|day| day.to_string()).unwrap_or_default();
    let mut lines = vec![text!(
        "按 {as_of} 的登记册：新立案 {opened}，重新立案 {reopened}，销号 {gone}，已在办或不再出现 {still}",
        "by the registers of {as_of}: {opened} opened, {reopened} re-opened, {gone} closed, {still} seen again or no longer seen"
    )];
    for change in &synced.opened {
        let (case, label, words) = (&change.case, &change.label, &change.words);
        lines.push(text!("  立案 {case} {label}：{words}", "  opened {case} {label}: {words}"));
    }
    lines
}
