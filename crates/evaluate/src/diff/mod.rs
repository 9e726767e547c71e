//! What changed between two outcomes, and why.

mod figures;
mod schools;
mod spreads;
mod words;

use facts::{SchoolCode, Stage, Text};
use serde::Serialize;

use crate::matrix::Cell;
use crate::outcome::{Outcome, State, Verdict};
use crate::{Heading, Scope};

/// The differences between two outcomes of one county: from one year, snapshot, standard or plan to another.
#[must_use = "a comparison that nobody reads explains nothing"]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes {
    pub before: Heading,
    pub after: Heading,
    /// Whether another standard, or another text of it, was applied.
    pub rules_changed: bool,
    /// Present where the county's verdict changed.
    pub verdict: Option<FromTo<Verdict>>,
    pub parts: Vec<VerdictChange>,
    pub judgements: Vec<VerdictChange>,
    pub items: Vec<VerdictChange>,
    pub schools: Vec<SchoolChange>,
    pub figures: Vec<FigureChange>,
    pub spreads: Vec<SpreadChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FromTo<T> {
    pub before: T,
    pub after: T,
}

/// A verdict that is another than it was; one side is missing where the standard did not ask.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerdictChange {
    pub id: String,
    pub title: Text,
    pub before: Option<Verdict>,
    pub after: Option<Verdict>,
}

/// What happened to a school.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchoolChange {
    pub school: SchoolCode,
    pub name: String,
    pub change: SchoolEvent,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum SchoolEvent {
    Appeared,
    Vanished,
    /// It became a campus of another school.
    Merged {
        into: SchoolCode,
    },
    /// It had been a campus of another school.
    Separated {
        from: SchoolCode,
    },
    /// The standard concerns it now, or no longer.
    Scope {
        before: Scope,
        after: Scope,
    },
}

/// A figure that is another than it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureChange {
    pub school: SchoolCode,
    pub name: String,
    pub stage: Stage,
    pub indicator: String,
    pub title: Text,
    /// Decimals of the official form.
    pub decimals: u8,
    pub value: FromTo<Option<f64>>,
    pub state: FromTo<State>,
    pub causes: Vec<Cause>,
}

/// Why a figure changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "cause")]
pub enum Cause {
    Stock {
        stock: String,
        title: Text,
        before: Option<Cell>,
        after: Option<Cell>,
    },
    Threshold {
        parameter: Option<String>,
        before: Option<f64>,
        after: Option<f64>,
    },
    ExceptionApplied {
        exception: String,
        label: Text,
    },
    ExceptionEnded {
        exception: String,
        label: Text,
    },
    /// Campuses joined or left the school.
    Campuses {
        joined: Vec<SchoolCode>,
        left: Vec<SchoolCode>,
    },
    /// Nothing that was measured changed: the standard did, or what of it holds on the day.
    Rules,
}

/// A coefficient of variation that is another than it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpreadChange {
    pub indicator: String,
    pub title: Text,
    pub stage: Stage,
    pub cv: FromTo<Option<f64>>,
    pub mean: FromTo<Option<f64>>,
    pub limit: FromTo<Option<f64>>,
    pub verdict: FromTo<Option<Verdict>>,
    /// The schools that moved it most: how much each adds to the square of the coefficient.
    pub movers: Vec<Mover>,
}

/// A school's part of CV², before and after; the parts of all schools add up to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mover {
    pub school: SchoolCode,
    pub name: String,
    pub before: Option<f64>,
    pub after: Option<f64>,
}

/// Compares two outcomes, school by school and figure by figure, by code.
pub fn diff(before: &Outcome, after: &Outcome) -> Changes {
    let (old, new) = (&before.matrix.heading, &after.matrix.heading);
    let pair = |a: Verdict, b: Verdict| (a != b).then_some(FromTo { before: a, after: b });
    Changes {
        rules_changed: (&old.pack, &old.pack_version) != (&new.pack, &new.pack_version),
        before: old.clone(),
        after: new.clone(),
        verdict: pair(before.verdict, after.verdict),
        parts: verdicts(&parts(before), &parts(after)),
        judgements: verdicts(&judgements(before), &judgements(after)),
        items: verdicts(&items(before), &items(after)),
        schools: schools::schools(before, after),
        figures: figures::figures(before, after),
        spreads: spreads::spreads(before, after),
    }
}

type Entry<'a> = (&'a str, &'a Text, Verdict);

fn parts(outcome: &Outcome) -> Vec<Entry<'_>> {
    outcome.frame.parts.iter().zip(&outcome.parts).map(|(head, verdict)| (head.id.as_str(), &head.title, *verdict)).collect()
}

fn judgements(outcome: &Outcome) -> Vec<Entry<'_>> {
    let judged = outcome.frame.judgements.iter().zip(&outcome.judgements);
    judged.map(|(head, judged)| (head.id.as_str(), &head.title, judged.verdict)).collect()
}

fn items(outcome: &Outcome) -> Vec<Entry<'_>> {
    outcome.frame.items.iter().zip(&outcome.items).map(|(head, item)| (head.id.as_str(), &head.title, item.verdict)).collect()
}

fn verdicts(before: &[Entry<'_>], after: &[Entry<'_>]) -> Vec<VerdictChange> {
    let find = |among: &[Entry<'_>], id: &str| among.iter().find(|entry| entry.0 == id).map(|entry| entry.2);
    let gone = before.iter().filter(|entry| find(after, entry.0).is_none());
    let change = |(id, title, _): &Entry<'_>| VerdictChange {
        id: (*id).to_string(),
        title: (*title).clone(),
        before: find(before, id),
        after: find(after, id),
    };
    after.iter().chain(gone).map(change).filter(|change| change.before != change.after).collect()
}
