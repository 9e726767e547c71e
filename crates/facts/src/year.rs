use std::fmt;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::plain;

/// A school year, named by the calendar year in which it starts; it runs from 1 September to 31 August.
///
/// ```
/// use facts::SchoolYear;
/// let year = SchoolYear::read("2025—2026学年").unwrap();
/// assert_eq!(year.id(), "2025-2026");
/// assert!(year.contains("2026-08-31".parse().unwrap()));
/// assert_eq!(SchoolYear::read("2025-2027"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct SchoolYear(i16);

impl SchoolYear {
    pub fn starting(year: i16) -> SchoolYear {
        SchoolYear(year)
    }

    /// The school year in which a day falls.
    pub fn of(day: Date) -> SchoolYear {
        SchoolYear(if day.month() >= 9 { day.year() } else { day.year() - 1 })
    }

    pub fn start(self) -> i16 {
        self.0
    }

    /// 1 September: the date as of which the national statistics of the year are taken.
    pub fn statistics_date(self) -> Date {
        date(self.0, 9, 1)
    }

    pub fn last_day(self) -> Date {
        date(self.0 + 1, 8, 31)
    }

    pub fn contains(self, day: Date) -> bool {
        SchoolYear::of(day) == self
    }

    pub fn previous(self) -> SchoolYear {
        SchoolYear(self.0 - 1)
    }

    pub fn id(self) -> String {
        format!("{}-{}", self.0, self.0 + 1)
    }

    /// Reads "2025-2026", "2025—2026学年", "2025/2026学年度", "2025-26" or "2025" (a year that starts then).
    pub fn read(words: &str) -> Option<SchoolYear> {
        let words = plain(words);
        let words = words.trim_end_matches('度').trim_end_matches("学年").trim_end_matches('年');
        let mut parts = words.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        let first: i16 = parts.next().filter(|part| part.len() == 4)?.parse().ok()?;
        if !(1900..2200).contains(&first) {
            return None;
        }
        match parts.next() {
            None => {}
            Some(second) => {
                let next: i16 = second.parse().ok()?;
                let fits = match second.len() {
                    4 => next == first + 1,
                    2 => next == (first + 1) % 100,
                    _ => false,
                };
                if !fits {
                    return None;
                }
            }
        }
        parts.next().is_none().then_some(SchoolYear(first))
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.0 + 1)
    }
}

impl From<SchoolYear> for String {
    fn from(year: SchoolYear) -> String {
        year.id()
    }
}

impl TryFrom<String> for SchoolYear {
    type Error = String;
    fn try_from(words: String) -> Result<SchoolYear, String> {
        SchoolYear::read(&words).ok_or(words)
    }
}

/// Reads a day as files write it: `20250901`, `2025-9-1`, `2025/09/01`, `2025.9.1`, `2025年9月1日`.
///
/// ```
/// use facts::parse_date;
/// assert_eq!(parse_date("2025年9月1日").unwrap().to_string(), "2025-09-01");
/// assert_eq!(parse_date("20250229"), None);
/// ```
pub fn parse_date(words: &str) -> Option<Date> {
    let words = plain(words);
    let (year, month, day) = if words.len() == 8 && words.bytes().all(|b| b.is_ascii_digit()) {
        (words[..4].parse().ok()?, words[4..6].parse().ok()?, words[6..].parse().ok()?)
    } else {
        let mut parts = words.split(['-', '/', '.', '年', '月', '日', ' ']).filter(|part| !part.is_empty());
        let mut next = |len: usize| parts.next().filter(|part| part.len() <= len);
        let found = (next(4)?.parse().ok()?, next(2)?.parse().ok()?, next(2)?.parse().ok()?);
        // A time of day after the date is accepted only where it is midnight, as spreadsheets add it by themselves.
        if parts.any(|rest| rest.chars().any(|c| c.is_ascii_digit() && c != '0')) {
            return None;
        }
        found
    };
    (year > 999).then(|| Date::new(year, month, day).ok()).flatten()
}
