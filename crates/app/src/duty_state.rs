//! Statements on fixed days: who has made theirs, whose are looked at again.

use std::collections::BTreeMap;
use std::path::Path;

use duty::{Event, Procedure, Routine, Statement, Subject, statement_key};
use facts::{Date, Text, text};
use jiff::ToSpan;
use serde::Serialize;
use store::{Batch, Filter, Row};

use crate::choose::{day, snapshots};
use crate::desk_case::actors;
use crate::duty_act::{take_all, write};
use crate::duty_ledger::{refused, within};
use crate::duty_statements::sees;
use crate::{Acted, DutyAsked, Failure, Ledger, Viewer};

/// Which statement is meant.
#[derive(Debug, Clone, Default)]
pub struct StatementAsked {
    pub procedure: String,
    pub routine: String,
    pub period: String,
    /// A school's code, or the beginning of a division code; where it is not given, that of whoever states.
    pub unit: Option<String>,
    /// The sender's own word for it: what comes a second time with the same is not made again.
    pub key: Option<String>,
}

/// The field of an event that holds the sender's word; no field of a procedure is called so.
const KEY: &str = "-key";

/// What falls due on a day, and how far it is.
#[derive(Debug, Serialize)]
pub struct Fixed {
    pub on: Date,
    pub procedure: String,
    pub routine: String,
    pub title: Text,
    pub period: String,
    pub who: Text,
    pub units: usize,
    pub stated: usize,
    /// Drawn to be looked at again, and how many of them were.
    pub drawn: usize,
    pub checked: usize,
    pub missing: Vec<String>,
    pub overdue: bool,
}

/// Statements that were drawn to be looked at again.
#[derive(Debug, Serialize)]
pub struct Drawn {
    pub period: String,
    pub seed: String,
    pub units: usize,
    /// Name and case of each unit drawn; no case where the unit has not stated anything.
    pub drawn: Vec<(String, Option<String>)>,
}

/// Makes a statement.
pub fn make_statement(ledger: &mut Ledger, asked: &StatementAsked, by: &DutyAsked) -> Result<Acted, Failure> {
    let actor = ledger.actor(by.by.as_deref())?;
    let procedure = procedure_of(ledger, &asked.procedure)?;
    let each = procedure.routine(&asked.routine).map_or("", |routine| routine.each.as_str());
    let unit = asked.unit.clone().unwrap_or_else(|| actor.unit.clone());
    let home = ledger.home.clone();
    let units = units(&home, each, &unit)?;
    let Some(subject) = units.into_iter().find(|subject| subject.key == unit) else {
        let what = text!("没有单位“{unit}”", "there is no unit `{unit}`");
        return Err(Failure::unknown(what, text!("--unit 学校标识码或区划代码", "--unit with a school code or a division code")));
    };
    within(&actor, &subject)?;
    let key = statement_key(&asked.routine, &asked.period, &unit);
    let known = match ledger.store.about(&procedure.id, &key)? {
        Some(row) => Some(ledger.case(&row.case)?.case),
        None => None,
    };
    let sent: Option<String> = asked.key.as_ref().map(|key| key.chars().take(64).collect());
    if let Some(known) = known.as_ref().filter(|known| sent.is_some() && known.fields.get(KEY) == sent.as_ref()) {
        return Ok(Acted::again(known));
    }
    let evidence = take_all(ledger, &procedure, by)?;
    let statement =
        Statement { routine: asked.routine.clone(), period: asked.period.clone(), subject, fields: by.set.clone(), evidence };
    let mut events = duty::state(&procedure, &statement, known.as_ref(), &actor, ledger.now).map_err(|no| refused(&no))?;
    if let (Some(sent), Some(Event::Opened { fields, .. })) = (sent, events.first_mut()) {
        fields.insert(KEY.into(), sent);
    }
    let id = duty::case_id(&procedure.prefix, &procedure.id, &key);
    write(ledger, &procedure, None, &id, events, &actor, Vec::new())
}

/// Draws the statements that are looked at again. Doing it twice with the same seed changes nothing.
pub fn draw_statements(ledger: &mut Ledger, asked: &StatementAsked, seed: &str, by: &DutyAsked) -> Result<Drawn, Failure> {
    let actor = ledger.actor(by.by.as_deref())?;
    let procedure = procedure_of(ledger, &asked.procedure)?;
    let each = procedure.routine(&asked.routine).map_or("", |routine| routine.each.as_str());
    let home = ledger.home.clone();
    // All that whoever draws answers for: with a choice of units one could choose whom the lot meets.
    let units = units(&home, each, &actor.unit)?;
    let mut stated = BTreeMap::new();
    for subject in &units {
        let key = statement_key(&asked.routine, &asked.period, &subject.key);
        if let Some(row) = ledger.store.about(&procedure.id, &key)? {
            stated.insert(subject.key.clone(), ledger.case(&row.case)?);
        }
    }
    let codes: Vec<String> = units.iter().map(|subject| subject.key.clone()).collect();
    let seeds: Vec<String> = stated.values().flat_map(|followed| followed.case.drawn.clone()).collect();
    let (chosen, event) = duty::draw(&procedure, (&asked.routine, &asked.period), seed, &codes, &seeds, (&actor, ledger.now))
        .map_err(|no| refused(&no))?;
    let mut batch = Batch::default();
    let mut drawn = Vec::new();
    for code in &chosen {
        let name = units.iter().find(|subject| subject.key == *code).map_or(code, |subject| &subject.label).clone();
        let followed = stated.get(code);
        if let Some(followed) = followed.filter(|followed| followed.case.drawn.is_empty()) {
            let (rules, case) = (&followed.procedure, &followed.case);
            batch.entries.push(ledger.entry(rules, Some(case), &case.id, vec![event.clone()], &actor)?);
        }
        drawn.push((name, followed.map(|followed| followed.case.id.clone())));
    }
    if !batch.entries.is_empty() {
        ledger.append(&batch)?;
    }
    Ok(Drawn { period: asked.period.clone(), seed: seed.to_string(), units: units.len(), drawn })
}

/// What falls due between two days, of every procedure, for the units below one; and who has not stated yet. Without days,
/// from the first of this month for three months.
pub fn fixed_days(ledger: &mut Ledger, from: Option<Date>, to: Option<Date>, unit: &str) -> Result<Vec<Fixed>, Failure> {
    let from = from.unwrap_or_else(|| ledger.now.date().first_of_month());
    let to = to.unwrap_or_else(|| from.saturating_add(3.months()).last_of_month());
    fixed_between(ledger, from, to, unit, &|_, _| true)
}

/// The same for what somebody may see.
pub(crate) fn fixed_days_for(ledger: &mut Ledger, viewer: &Viewer, from: Date, to: Date) -> Result<Vec<Fixed>, Failure> {
    let reaches = viewer.reaches("cases:read")?;
    if !ledger.home.join("snapshots").is_dir() {
        return Ok(Vec::new());
    }
    let own = actors(ledger, viewer);
    // Where units were chosen one by one they need not lie below the viewer's own.
    let below =
        if reaches.iter().all(|reach| reach.unit.as_ref() == Some(&viewer.unit)) { viewer.unit.clone() } else { String::new() };
    let fixed = fixed_between(ledger, from, to, &below, &|routine, unit| sees(&reaches, unit, &routine.who, &own))?;
    Ok(fixed.into_iter().filter(|fixed| fixed.units > 0).collect())
}

fn fixed_between(
    ledger: &mut Ledger,
    from: Date,
    to: Date,
    unit: &str,
    sees: &dyn Fn(&Routine, &Subject) -> bool,
) -> Result<Vec<Fixed>, Failure> {
    let home = ledger.home.clone();
    let rules: Vec<Procedure> = ledger.procedures.all.values().map(|(procedure, _)| procedure.clone()).collect();
    let mut by_kind: BTreeMap<String, Vec<Subject>> = BTreeMap::new();
    let mut fixed = Vec::new();
    for procedure in rules.iter().filter(|procedure| !procedure.routines.is_empty()) {
        for due in duty::calendar_of(procedure, from, to) {
            let Some(routine) = procedure.routine(&due.routine) else { continue };
            if !by_kind.contains_key(&routine.each) {
                by_kind.insert(routine.each.clone(), units(&home, &routine.each, unit)?);
            }
            // The statements of this day alone: a county makes thousands in a year.
            let subject = Some(statement_key(&routine.id, &due.period, ""));
            let filter = Filter { procedure: Some(procedure.id.clone()), subject, ..Filter::default() };
            let rows: BTreeMap<String, Row> =
                ledger.store.list(&filter)?.rows.into_iter().map(|row| (row.subject.clone(), row)).collect();
            let all = by_kind.get(&routine.each).map_or(&[][..], Vec::as_slice);
            let of_place = |subject: &&Subject| subject.division.starts_with(&procedure.place) && sees(routine, subject);
            fixed.push(line(ledger, procedure, routine, &due, all.iter().filter(of_place), &rows)?);
        }
    }
    fixed.sort_by(|a, b| (a.on, &a.procedure, &a.routine).cmp(&(b.on, &b.procedure, &b.routine)));
    Ok(fixed)
}

fn line<'s>(
    ledger: &mut Ledger,
    procedure: &Procedure,
    routine: &Routine,
    due: &duty::Due,
    units: impl Iterator<Item = &'s Subject>,
    rows: &BTreeMap<String, Row>,
) -> Result<Fixed, Failure> {
    let mut fixed = Fixed {
        on: due.on,
        procedure: procedure.id.clone(),
        routine: routine.id.clone(),
        title: routine.name(),
        period: due.period.clone(),
        who: ledger.procedures.roles.words(&routine.who),
        units: 0,
        stated: 0,
        drawn: 0,
        checked: 0,
        missing: Vec::new(),
        overdue: ledger.now.date() > due.on,
    };
    for subject in units {
        fixed.units += 1;
        match rows.get(&statement_key(&routine.id, &due.period, &subject.key)) {
            None => fixed.missing.push(subject.label.clone()),
            Some(row) => {
                fixed.stated += 1;
                // More events than the statement itself: it may have been drawn.
                if row.seq > 2 {
                    let events = ledger.store.events(&row.case)?;
                    fixed.drawn += usize::from(events.iter().any(|one| matches!(one.event, Event::Drawn { .. })));
                    fixed.checked += usize::from(events.iter().any(|one| matches!(one.event, Event::StayChecked { .. })));
                }
            }
        }
    }
    Ok(fixed)
}

fn procedure_of(ledger: &Ledger, id: &str) -> Result<Procedure, Failure> {
    ledger.procedures.all.get(id).map(|(procedure, _)| procedure.clone()).ok_or_else(|| {
        let with: Vec<&str> = (ledger.procedures.all.iter())
            .filter(|(_, (procedure, _))| !procedure.routines.is_empty())
            .map(|(id, _)| id.as_str())
            .collect();
        let known = with.join("、");
        Failure::unknown(
            text!("没有程序“{id}”", "there is no procedure `{id}`"),
            text!("有定期报告的：{known}", "with reports on fixed days: {known}"),
        )
    })
}

/// The units of a kind at or below a unit, by code.
pub(crate) fn units(home: &Path, each: &str, below: &str) -> Result<Vec<Subject>, Failure> {
    let subject = |code: &str, label: &str, division: &str, school: Option<String>| Subject {
        key: code.to_string(),
        label: label.to_string(),
        division: division.to_string(),
        school,
    };
    let digits = match each {
        "school" => 0,
        "township" => 9,
        "county" => 6,
        "prefecture" => 4,
        _ => 2,
    };
    let mut found = BTreeMap::new();
    for snapshot in snapshots(home, &[])? {
        let (on, county) = (day(snapshot.manifest(), None)?.1, snapshot.manifest().county.to_string());
        if digits == 0 {
            for school in snapshot.schools(on)? {
                let (code, division) =
                    (school.code.to_string(), school.division.map_or_else(|| county.clone(), |at| at.as_str().to_string()));
                if code == below || division.starts_with(below) {
                    found.insert(code.clone(), subject(&code, &school.name, &division, Some(code.clone())));
                }
            }
            continue;
        }
        let divisions = snapshot.divisions(on)?;
        let name = |code: &str| {
            divisions
                .iter()
                .find(|row| row.code.as_str().trim_end_matches('0') == code.trim_end_matches('0'))
                .map(|row| row.name.clone())
        };
        let codes: Vec<String> = if digits == 9 {
            divisions
                .iter()
                .filter_map(|row| row.code.as_str().get(..9))
                .filter(|code| !code.ends_with("000"))
                .map(str::to_string)
                .collect()
        } else {
            vec![county.get(..digits).unwrap_or(&county).to_string()]
        };
        for code in codes.into_iter().filter(|code| code.starts_with(below) || below.starts_with(code.as_str())) {
            let label = name(&code).unwrap_or_else(|| code.clone());
            found.insert(code.clone(), subject(&code, &label, &code, None));
        }
    }
    Ok(found.into_values().collect())
}

impl Fixed {
    pub fn lines(&self) -> Vec<Text> {
        let (on, period, units, stated) = (self.on, &self.period, self.units, self.stated);
        let (Text { zh, en }, who) = (&self.title, &self.who);
        let (who_zh, who_en) = (&who.zh, &who.en);
        let (late_zh, late_en) = if self.overdue && stated < units { ("！逾期 ", "! overdue ") } else { ("", "") };
        let (drawn, checked) = (self.drawn, self.checked);
        let mut lines = vec![text!(
            "{on}  {zh}（{who_zh}）：{period} 应报 {units}，已报 {stated}，抽查 {checked}/{drawn} {late_zh}",
            "{on}  {en} ({who_en}): {period}, {stated} of {units} stated, {checked} of {drawn} drawn looked at {late_en}"
        )];
        if self.overdue && !self.missing.is_empty() {
            let (some, more) = (self.missing.iter().take(10).cloned().collect::<Vec<_>>().join("、"), self.missing.len());
            lines.push(text!("    没有报的 {more} 个：{some}", "    {more} have not: {some}"));
        }
        lines
    }
}

impl Drawn {
    pub fn lines(&self) -> Vec<Text> {
        let (period, seed, units, drawn) = (&self.period, &self.seed, self.units, self.drawn.len());
        let mut lines = vec![text!(
            "{period}：种子“{seed}”，{units} 个单位抽 {drawn} 个；同一种子任何人都能重算",
            "{period}: with the seed `{seed}`, {drawn} of {units} units drawn; anybody with the seed gets the same"
        )];
        lines.extend(self.drawn.iter().map(|(name, case)| match case {
            Some(case) => text!("  {name}：{case}", "  {name}: {case}"),
            None => text!("  {name}：没有报，直接到场", "  {name}: nothing stated; go and look"),
        }));
        lines
    }
}
