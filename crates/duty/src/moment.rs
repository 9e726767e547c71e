use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment of Beijing time, to the second. China keeps one time and no summer time, so a day here is a day in every county.
///
/// ```
/// let at: duty::Moment = "2026-02-28T09:30:00+08:00".parse().unwrap();
/// assert_eq!(at.to_string(), "2026-02-28T09:30:00+08:00");
/// assert_eq!("2026-02-28".parse::<duty::Moment>().unwrap().date(), at.date());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(DateTime);

impl Moment {
    /// The second of a Unix time as clocks in Beijing show it.
    pub fn from_unix(seconds: i64) -> Moment {
        const AHEAD: i64 = 8 * 3600;
        let instant = jiff::Timestamp::from_second(seconds.saturating_add(AHEAD)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Moment(jiff::tz::Offset::UTC.to_datetime(instant).with().subsec_nanosecond(0).build().unwrap_or_default())
    }

    /// The same reading of a clock that shows world time, as seconds since 1970.
    pub fn as_unix(self) -> i64 {
        jiff::tz::Offset::UTC.to_timestamp(self.0).map_or(0, jiff::Timestamp::as_second)
    }

    pub fn date(self) -> Date {
        self.0.date()
    }

    /// The last second of a day: a period of days ends there.
    pub fn end_of(date: Date) -> Moment {
        Moment(date.to_datetime(Time::constant(23, 59, 59, 0)))
    }

    /// The first second of a day.
    pub fn start_of(date: Date) -> Moment {
        Moment(date.to_datetime(Time::midnight()))
    }

    pub(crate) fn plus_hours(self, hours: i64) -> Moment {
        Moment(self.0.saturating_add(jiff::Span::new().try_hours(hours).unwrap_or_default()))
    }

    /// Whole hours from an earlier moment to this one.
    pub(crate) fn hours_since(self, earlier: Moment) -> i64 {
        self.0.duration_since(earlier.0).as_hours().max(0)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+08:00", self.0.strftime("%Y-%m-%dT%H:%M:%S"))
    }
}

impl FromStr for Moment {
    type Err = jiff::Error;

    fn from_str(words: &str) -> Result<Moment, jiff::Error> {
        let words = words.strip_suffix("+08:00").unwrap_or(words);
        match words.parse::<Date>() {
            Ok(date) if !words.contains('T') => Ok(Moment::start_of(date)),
            _ => Ok(Moment(words.parse()?)),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Moment, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}
