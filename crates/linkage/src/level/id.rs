use facts::{Text, text};

use super::edit::within_edits;
use super::{Sketch, Test};
use crate::clean;

/// One slip of the pen between two numbers of which at least one is invalid. A check digit catches every such slip, so that two valid
/// numbers never differ by one.
#[derive(Debug)]
pub(super) struct IdSlip;

/// Both numbers are valid. After "the same" in a list of levels this means: two different persons.
#[derive(Debug)]
pub(super) struct IdsValid;

impl Test for IdSlip {
    fn id(&self) -> &'static str {
        "id-slip"
    }

    fn about(&self) -> Text {
        text!("身份证号错一位、漏一位或相邻两位颠倒", "one digit of an id wrong, missing or swapped with its neighbour")
    }

    fn holds(&self, a: &str, b: &str, _: f64) -> bool {
        within_edits(a, b, 1) && !(clean::is_valid_id(a) && clean::is_valid_id(b))
    }

    fn glance(&self, a: Sketch, b: Sketch, _: f64) -> Option<bool> {
        (a.edits_min(b) > 1 || a.is_valid_id()? && b.is_valid_id()?).then_some(false)
    }
}

impl Test for IdsValid {
    fn id(&self) -> &'static str {
        "ids-valid"
    }

    fn about(&self) -> Text {
        text!("两个身份证号都有效", "both ids are valid")
    }

    fn holds(&self, a: &str, b: &str, _: f64) -> bool {
        clean::is_valid_id(a) && clean::is_valid_id(b)
    }

    fn glance(&self, a: Sketch, b: Sketch, _: f64) -> Option<bool> {
        Some(a.is_valid_id()? && b.is_valid_id()?)
    }
}
