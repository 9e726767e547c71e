//! What somebody has to report on fixed days, and making a statement from a page: once, however often it is sent.

use duty::{Actor, Procedure, Routine, Subject, Who, statement_key};
use facts::{Date, Text};
use jiff::ToSpan;
use store::Reach;

use crate::desk_case::{FieldShown, Needs, actors, fields, in_some_role};
use crate::duty_state::{Drawn, StatementAsked, draw_statements, make_statement, units};
use crate::{Acted, DutyAsked, Failure, Ledger, Viewer};

/// A statement that is to be made, with what it asks for and the units of which it tells.
#[derive(Debug)]
pub struct StatementDue {
    pub procedure: String,
    pub routine: String,
    pub title: Text,
    pub article: Text,
    /// `2026-03`, from which day it may be made, and until when.
    pub period: String,
    pub begins: Date,
    pub due: Date,
    pub overdue: bool,
    pub fields: Vec<FieldShown>,
    /// Lists of points: title and points.
    pub lists: Vec<(Text, Vec<FieldShown>)>,
    pub needs: Needs,
    /// The field that says how many: 0 makes it a zero report.
    pub counts: Option<String>,
    /// A total and the numbers that must add up to it.
    pub sums: Vec<(String, Vec<String>)>,
    pub units: Vec<UnitDue>,
}

/// A unit, and the case of its statement once it is made.
#[derive(Debug)]
pub struct UnitDue {
    pub code: String,
    pub name: String,
    pub case: Option<String>,
}

/// How far back a statement that was not made is still asked for.
const MONTHS_BACK: i64 = 2;

/// What the viewer may state now: everything that has begun, late ones too, what is due first.
pub fn statements_due(ledger: &mut Ledger, viewer: &Viewer) -> Result<Vec<StatementDue>, Failure> {
    ledger.look_at_clock();
    let reaches = viewer.reaches("cases:act")?;
    let (today, home) = (ledger.now.date(), ledger.home.clone());
    let own = actors(ledger, viewer);
    let rules: Vec<Procedure> = ledger.procedures.all.values().map(|(procedure, _)| procedure.clone()).collect();
    let mut all = Vec::new();
    for procedure in rules.iter().filter(|procedure| procedure.is_in_force(today)) {
        // A year back, so that the one before the first is known: with it a period begins.
        let dues = duty::calendar_of(procedure, today.saturating_sub(13.months()), today.saturating_add(13.months()));
        for routine in procedure.routines.iter().filter(|routine| viewer.is_alone() || is_one(&own, &routine.who)) {
            let below = if viewer.is_alone() { "" } else { viewer.unit.as_str() };
            let mut known = units(&home, &routine.each, below)?;
            known.retain(|unit| unit.division.starts_with(&procedure.place) && sees(&reaches, unit, &routine.who, &own));
            if known.is_empty() {
                continue;
            }
            let mut before: Option<Date> = None;
            for due in dues.iter().filter(|due| due.routine == routine.id) {
                let begins = before.map_or(due.on.first_of_month(), |on| on.first_of_month().saturating_add(1.month()));
                before = Some(due.on);
                if begins <= today && due.on >= today.saturating_sub(MONTHS_BACK.months()) {
                    all.push(one(ledger, procedure, routine, (&due.period, begins, due.on), &known)?);
                }
            }
        }
    }
    all.sort_by(|a, b| (a.due, &a.procedure, &a.routine).cmp(&(b.due, &b.procedure, &b.routine)));
    Ok(all)
}

fn one(
    ledger: &mut Ledger,
    procedure: &Procedure,
    routine: &Routine,
    (period, begins, due): (&str, Date, Date),
    known: &[Subject],
) -> Result<StatementDue, Failure> {
    let mut of_units = Vec::new();
    for unit in known {
        let made = ledger.store.about(&procedure.id, &statement_key(&routine.id, period, &unit.key))?;
        of_units.push(UnitDue { code: unit.key.clone(), name: unit.label.clone(), case: made.map(|row| row.case) });
    }
    let lists = routine.checklists.iter().filter_map(|id| procedure.checklist(id));
    let kind = |id: &String| {
        let known = procedure.evidence.iter().find(|kind| kind.id == *id);
        (id.clone(), known.map_or_else(|| Text::new(id.clone(), id.clone()), duty::Evidence::name))
    };
    Ok(StatementDue {
        procedure: procedure.id.clone(),
        routine: routine.id.clone(),
        title: routine.name(),
        article: procedure.article(&routine.article).cite(),
        period: period.to_string(),
        begins,
        due,
        overdue: ledger.now.date() > due,
        fields: fields(procedure, &routine.fields),
        lists: lists
            .map(|list| {
                let ids: Vec<String> = list.items.iter().map(|item| item.id.clone()).collect();
                (list.name(), fields(procedure, &ids))
            })
            .collect(),
        needs: routine.needs.iter().map(kind).collect(),
        counts: routine.counts.clone(),
        sums: routine.sums.iter().map(|sum| (sum.total.clone(), sum.parts.clone())).collect(),
        units: of_units,
    })
}

fn is_one(actors: &[Actor], who: &[Who]) -> bool {
    actors.iter().any(|actor| who.iter().any(|who| who.is(actor)))
}

/// Whether a unit lies within a reach; where that is bound to roles, only what is asked of one of them.
pub(crate) fn sees(reaches: &[Reach], unit: &Subject, who: &[Who], own: &[Actor]) -> bool {
    const SCHOOL_DIGITS: usize = 10;
    let near = |reach: &Reach| {
        let Some(of) = reach.unit.as_deref().filter(|of| !of.is_empty()) else { return false };
        if of.len() == SCHOOL_DIGITS {
            return unit.school.as_deref() == Some(of);
        }
        // What a county or a prefecture reports concerns those below it, too.
        unit.division.starts_with(of) || unit.school.is_none() && of.starts_with(&unit.division)
    };
    reaches.is_empty() || reaches.iter().any(|reach| near(reach) && (reach.roles.is_empty() || is_one(own, who)))
}

/// Makes a statement, in the first of the viewer's roles that may. What was sent before with the same key is not made again.
pub fn state_duty(ledger: &mut Ledger, viewer: &Viewer, asked: &StatementAsked, by: &DutyAsked) -> Result<Acted, Failure> {
    ledger.look_at_clock();
    must_reach(ledger, viewer, asked)?;
    in_some_role(viewer, by, |by| make_statement(ledger, asked, by))
}

/// Refuses whoever may not act for a unit.
fn must_reach(ledger: &Ledger, viewer: &Viewer, asked: &StatementAsked) -> Result<(), Failure> {
    let reaches = viewer.reaches("cases:act")?;
    let routine = ledger.procedures.all.get(&asked.procedure).and_then(|(procedure, _)| procedure.routine(&asked.routine));
    // What is not known is told in words by the statement itself.
    let (Some(routine), Some(unit)) = (routine, &asked.unit) else { return Ok(()) };
    let own = actors(ledger, viewer);
    let known = units(&ledger.home, &routine.each, unit)?;
    match known.into_iter().find(|subject| subject.key == *unit) {
        Some(subject) if !sees(&reaches, &subject, &routine.who, &own) => Err(crate::viewer::outside()),
        _ => Ok(()),
    }
}

/// Draws the statements that are looked at again, with a seed made known after the last day.
pub fn draw_duty(
    ledger: &mut Ledger,
    viewer: &Viewer,
    asked: &StatementAsked,
    seed: &str,
    by: &DutyAsked,
) -> Result<Drawn, Failure> {
    viewer.must("cases:act")?;
    ledger.look_at_clock();
    in_some_role(viewer, by, |by| draw_statements(ledger, asked, seed, by))
}
