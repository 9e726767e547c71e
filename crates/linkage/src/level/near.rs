use facts::{Text, text};

use super::Test;
use super::edit::within_edits;
use crate::clean;

/// One slip in a date: a digit wrong, two neighbours swapped, or month and day swapped.
#[derive(Debug)]
pub(super) struct DateSlip;

/// At most `n` days apart: 55 covers a birth date given by the lunar calendar.
#[derive(Debug)]
pub(super) struct Days;

/// Two sets, their members parted by `/`, have one in common.
#[derive(Debug)]
pub(super) struct Overlap;

/// Two numbers at most `n` apart.
#[derive(Debug)]
pub(super) struct Within;

impl Test for DateSlip {
    fn id(&self) -> &'static str {
        "date-slip"
    }

    fn about(&self) -> Text {
        text!("日期错一位、相邻两位颠倒或月日颠倒", "one digit of a date wrong, two swapped, or month and day swapped")
    }

    fn holds(&self, a: &str, b: &str, _: f64) -> bool {
        if a == b || a.len() != 8 || b.len() != 8 || !a.is_ascii() || !b.is_ascii() {
            return false;
        }
        let crossed = a[..4] == b[..4] && a[4..6] == b[6..] && a[6..] == b[4..6];
        crossed || within_edits(a, b, 1)
    }
}

impl Test for Days {
    fn id(&self) -> &'static str {
        "days"
    }

    fn about(&self) -> Text {
        text!("相差不超过 n 天", "at most n days apart")
    }

    fn holds(&self, a: &str, b: &str, n: f64) -> bool {
        match (clean::day_number(a), clean::day_number(b)) {
            (Some(a), Some(b)) => f64::from((a - b).abs()) <= n,
            _ => false,
        }
    }
}

impl Test for Overlap {
    fn id(&self) -> &'static str {
        "overlap"
    }

    fn about(&self) -> Text {
        text!("两组（以 / 分隔）有共同的一个", "two sets, parted by /, share a member")
    }

    fn holds(&self, a: &str, b: &str, _: f64) -> bool {
        a.split('/').any(|one| !one.is_empty() && b.split('/').any(|other| other == one))
    }
}

impl Test for Within {
    fn id(&self) -> &'static str {
        "within"
    }

    fn about(&self) -> Text {
        text!("相差不超过 n", "at most n apart")
    }

    fn holds(&self, a: &str, b: &str, n: f64) -> bool {
        matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if (a - b).abs() <= n)
    }
}
