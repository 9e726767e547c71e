use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::Moment;

/// Which days are worked: Monday to Friday, but for the holidays and exchanged days that the State Council announces for a year.
///
/// A year that is in no table has weekends and nothing else; a clock that runs into one says that its end is not sure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    off: BTreeSet<Date>,
    worked: BTreeSet<Date>,
    years: BTreeSet<i16>,
}

/// One year of a holiday table, `holidays.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayYear {
    pub year: i16,
    /// The announcement.
    pub document: String,
    /// Whether somebody has compared it with the original.
    pub confirmed: bool,
    /// First and last day of each holiday.
    pub off: Vec<(String, String)>,
    /// Saturdays and Sundays that are worked.
    pub worked: Vec<String>,
}

/// How long a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    Hours(u16),
    /// Calendar days; the first day is the one after.
    Days(u16),
    WorkingDays(u16),
    Months(u16),
}

impl Calendar {
    /// Takes in a year; gives back the words that are no dates.
    pub fn add(&mut self, table: &HolidayYear) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut date = |words: &String| words.parse::<Date>().map_err(|_| wrong.push(words.clone())).ok();
        for (first, last) in &table.off {
            let (Some(first), Some(last)) = (date(first), date(last)) else { continue };
            self.off.extend(first.series(1.day()).take(31).take_while(|day| *day <= last));
        }
        self.worked.extend(table.worked.iter().filter_map(&mut date));
        if table.confirmed {
            self.years.insert(table.year);
        }
        wrong
    }

    pub fn is_worked(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if weekend { self.worked.contains(&day) } else { !self.off.contains(&day) }
    }

    /// Whether the holidays of every year from one day to another are in a confirmed table.
    pub fn is_sure(&self, from: Date, to: Date) -> bool {
        (from.year()..=to.year()).all(|year| self.years.contains(&year))
    }

    /// The end of a span that begins at a moment: the day on which it begins does not count; with `rolls`, an end on a day
    /// that is not worked moves to the next one that is.
    ///
    /// ```
    /// use duty::{Calendar, Moment, Span};
    /// let end = |span, from: &str| Calendar::default().end(span, from.parse().unwrap(), false).date().to_string();
    /// assert_eq!(end(Span::Days(1), "2028-02-28"), "2028-02-29");
    /// assert_eq!(end(Span::Months(1), "2027-01-31"), "2027-02-28");
    /// assert_eq!(end(Span::WorkingDays(2), "2026-11-27"), "2026-12-01");
    /// ```
    pub fn end(&self, span: Span, from: Moment, rolls: bool) -> Moment {
        let date = from.date();
        let last = match span {
            Span::Hours(hours) => return from.plus_hours(hours.into()),
            Span::Days(days) => date.saturating_add(i64::from(days).days()),
            Span::Months(months) => date.saturating_add(i64::from(months).months()),
            Span::WorkingDays(days) => self.after_working_days(date, days.into()),
        };
        Moment::end_of(if rolls { self.next_worked(last) } else { last })
    }

    /// Moves an end on by the time for which the clock stood still.
    pub(crate) fn extended(&self, span: Span, end: Moment, (from, to): (Moment, Moment), rolls: bool) -> Moment {
        let days = (to.date() - from.date()).get_days().max(0);
        let last = match span {
            Span::Hours(_) => return end.plus_hours(to.hours_since(from)),
            Span::Days(_) | Span::Months(_) => end.date().saturating_add(days.days()),
            Span::WorkingDays(_) => {
                let lost = from.date().series(1.day()).skip(1).take_while(|day| *day <= to.date());
                self.after_working_days(end.date(), lost.filter(|day| self.is_worked(*day)).count())
            }
        };
        Moment::end_of(if rolls { self.next_worked(last) } else { last })
    }

    fn after_working_days(&self, from: Date, days: usize) -> Date {
        let following = from.series(1.day()).skip(1);
        if days == 0 { from } else { following.filter(|day| self.is_worked(*day)).nth(days - 1).unwrap_or(Date::MAX) }
    }

    fn next_worked(&self, day: Date) -> Date {
        day.series(1.day()).find(|day| self.is_worked(*day)).unwrap_or(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(span: Span, from: &str, rolls: bool, until: &str) {
        let mut calendar = Calendar::default();
        let wrong = calendar.add(&HolidayYear {
            year: 2025,
            document: "made up".into(),
            confirmed: true,
            off: vec![("2025-10-01".into(), "2025-10-08".into())],
            worked: vec!["2025-09-28".into(), "2025-10-11".into()],
        });
        assert!(wrong.is_empty());
        assert_eq!(calendar.end(span, from.parse().unwrap(), rolls).to_string(), until, "{span:?} from {from}");
    }

    #[test]
    fn clocks_cross_holidays_exchanged_days_leap_days_and_month_ends() {
        for (span, from, rolls, until) in [
            (Span::WorkingDays(1), "2025-09-27", false, "2025-09-28T23:59:59+08:00"),
            (Span::WorkingDays(3), "2025-09-29", false, "2025-10-10T23:59:59+08:00"),
            (Span::WorkingDays(4), "2025-09-29", false, "2025-10-11T23:59:59+08:00"),
            (Span::Days(3), "2025-09-29", true, "2025-10-09T23:59:59+08:00"),
            (Span::Days(3), "2025-09-29", false, "2025-10-02T23:59:59+08:00"),
            (Span::Days(30), "2028-02-01", false, "2028-03-02T23:59:59+08:00"),
            (Span::Days(30), "2027-02-01", false, "2027-03-03T23:59:59+08:00"),
            (Span::Months(6), "2027-08-31", false, "2028-02-29T23:59:59+08:00"),
            (Span::Hours(24), "2028-02-28T10:00:00", false, "2028-02-29T10:00:00+08:00"),
        ] {
            check(span, from, rolls, until);
        }
    }
}
