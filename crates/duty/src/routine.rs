//! What falls due on fixed days, and which statements of it are looked at again.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Procedure, Who};

/// Something reported or looked at on fixed days, with a statement even when there is nothing (零报告).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routine {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub article: String,
    pub who: Vec<Who>,
    /// The months in which it falls due.
    pub months: Vec<u8>,
    /// Its day; the last of a month that is shorter.
    pub day: u8,
    /// For each of what: `school`, `township`, `county`, `prefecture`, `province`.
    pub each: String,
    /// What a statement says.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Lists of points that it answers, one by one.
    #[serde(default)]
    pub checklists: Vec<String>,
    /// The field that says how many there are: 0 makes it a zero report.
    #[serde(default)]
    pub counts: Option<String>,
    /// Numbers that must add up, so that a zero agrees with the roll-call that it rests on.
    #[serde(default, rename = "sum")]
    pub sums: Vec<Sum>,
    /// What a statement rests on: the roll-call, a signed sheet.
    #[serde(default)]
    pub needs: Vec<String>,
    /// How many of the statements are looked at again.
    #[serde(default)]
    pub sample: Option<Sample>,
}

/// A number that is the sum of others.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    pub total: String,
    pub parts: Vec<String>,
}

/// Which statements are looked at again, and by whom: drawn from the period and a seed made known after its last day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    pub in_hundred: u8,
    pub at_least: u16,
    /// The stay check that the drawn statements get.
    pub stay: String,
    /// Who draws.
    pub who: Vec<Who>,
    pub source: String,
    pub confirmed: bool,
}

/// Points that are looked at one by one; each becomes a field of the statement with the same three answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub article: String,
    /// The field that must be filled in where a point is bad: which cases it led to.
    pub follow: String,
    #[serde(rename = "item")]
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub id: String,
    pub title: String,
    pub title_en: String,
}

/// A statement or visit that falls due on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Due {
    pub on: Date,
    pub routine: String,
    /// What it is about: `2026-03`.
    pub period: String,
}

/// From when a statement may be made: the month after the one in which the routine last fell due.
pub(crate) fn begins(routine: &Routine, due: Date) -> Date {
    let month = due.first_of_month();
    let back = (1..=12).find(|back| routine.months.contains(&(month.saturating_sub(back.months()).month() as u8)));
    month.saturating_sub((back.unwrap_or(1) - 1).months())
}

/// The day on which a period's statement is due; none where the routine does not fall into that month.
pub(crate) fn due_of(routine: &Routine, period: &str) -> Option<Date> {
    let month: Date = format!("{period}-01").parse().ok()?;
    routine.months.contains(&(month.month() as u8)).then(|| day_of(routine, month))
}

/// What the routines of a procedure ask for between two days, in order of day.
pub fn calendar_of(procedure: &Procedure, from: Date, to: Date) -> Vec<Due> {
    let mut dues = Vec::new();
    for month in from.first_of_month().series(1.month()).take_while(|month| *month <= to) {
        for routine in procedure.routines.iter().filter(|routine| routine.months.contains(&(month.month() as u8))) {
            let on = day_of(routine, month);
            if (from..=to).contains(&on) {
                dues.push(Due { on, routine: routine.id.clone(), period: month.strftime("%Y-%m").to_string() });
            }
        }
    }
    dues.sort();
    dues
}

/// The routine's day of a month; the last day of a month that is too short.
fn day_of(routine: &Routine, month: Date) -> Date {
    let last = month.last_of_month();
    let day = i8::try_from(routine.day).unwrap_or(i8::MAX).clamp(1, last.day());
    Date::new(month.year(), month.month(), day).unwrap_or(last)
}
