use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use crate::{Procedure, Routine};

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
