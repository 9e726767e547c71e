use facts::{Text, text};

use super::edit::within_edits;
use super::{Sketch, Test};
use crate::clean;

/// One slip in a date: a digit wrong, two neighbours swapped, or month and day swapped.
#[derive(Debug)]
pub(super) struct DateSlip;

/// At most `n` days apart: 55 covers a birth date given by the lunar calendar.
#[derive(Debug)]
pub(super) struct Days;

/// Two sets of pieces of words, as hidden registers have: what two words share, by Dice (twice the common part of both together), is
/// at least `n`.
#[derive(Debug)]
pub(super) struct Dice;

/// Two sets of pairs of letters differ by no more than `n` slips would make them: each slip touches two, a swap three.
#[derive(Debug)]
pub(super) struct Grams;

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

    fn glance(&self, a: Sketch, b: Sketch, _: f64) -> Option<bool> {
        // Month and day that changed places leave the digits what they are.
        (a.edits_min(b) > 1).then_some(false)
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

impl Test for Dice {
    fn id(&self) -> &'static str {
        "dice"
    }

    fn about(&self) -> Text {
        text!("两组片段（以 / 分隔）的 Dice 系数不低于 n", "Dice coefficient of two sets, parted by /, of at least n")
    }

    fn holds(&self, a: &str, b: &str, n: f64) -> bool {
        let (n_a, n_b, both) = common(a, b);
        n_a + n_b > 0 && 2.0 * both as f64 >= n * (n_a + n_b) as f64
    }
}

impl Test for Grams {
    fn id(&self) -> &'static str {
        "grams"
    }

    fn about(&self) -> Text {
        text!("两组片段（以 / 分隔）的差别不超过 n 处笔误", "two sets of letter pairs, parted by /, differ by at most n slips")
    }

    fn holds(&self, a: &str, b: &str, n: f64) -> bool {
        let (n_a, n_b, both) = common(a, b);
        let most = 2 * n as usize + usize::from(n_a.min(n_b) >= 8);
        both > 0 && n_a - both <= most && n_b - both <= most
    }
}

/// The sizes of two sets and of what they share.
fn common(a: &str, b: &str) -> (usize, usize, usize) {
    let set = |words: &str| words.split('/').filter(|piece| !piece.is_empty()).count();
    let both = a.split('/').filter(|piece| !piece.is_empty() && b.split('/').any(|other| other == *piece)).count();
    (set(a), set(b), both)
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
