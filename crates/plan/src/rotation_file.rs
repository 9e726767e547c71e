//! A rotation as it lies in `rotation.json`. It holds no name of a teacher: letters look the names up, and each look is logged.

use facts::{CountyCode, Date, SchoolCode, Stage, Text};
use serde::{Deserialize, Serialize};

use crate::{RotationSum, Shift, Tally};

/// A proposed rotation of a school year. Its name is a hash over its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RotationFile {
    /// `junheng-rotation/1`.
    pub format: String,
    pub kind: String,
    pub pack: String,
    pub pack_version: String,
    pub county: CountyCode,
    pub county_name: String,
    pub on: Date,
    pub snapshot: Option<String>,
    /// Which rule, and the SHA-256 of its text.
    pub rules: String,
    pub rules_hash: String,
    /// Which of the rule's choices between evenness and travel this is.
    pub choice: String,
    pub status: String,
    pub eligible: usize,
    /// Teachers who are not, by reason.
    pub not_eligible: Vec<(Text, usize)>,
    pub moves: Vec<MoveLine>,
    pub start: RotationSum,
    pub end: RotationSum,
    /// No rotation under this choice comes to fewer points.
    pub bound: f64,
    pub before: Tally,
    pub after: Tally,
    pub coefficients: Vec<Shift>,
    /// The same under each choice of the rule.
    pub choices: Vec<ChoiceSum>,
    pub notes: Vec<Text>,
}

/// One teacher's move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoveLine {
    /// The row of the staff roll.
    pub teacher: String,
    pub school: SchoolCode,
    pub school_name: String,
    pub to: SchoolCode,
    pub to_name: String,
    pub stage: Stage,
    pub subject: String,
    pub km: f64,
    /// What of the standard he or she brings: stock and title.
    pub brings: Vec<(String, Text)>,
    pub reason: Text,
}

/// What a choice between evenness and travel comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChoiceSum {
    pub id: String,
    pub title: Text,
    pub moved: usize,
    pub backbone: usize,
    pub km: f64,
    pub gaps: u32,
    /// Points of the start, of this plan, and the least that any plan can come to.
    pub start: f64,
    pub points: f64,
    pub bound: f64,
    /// Official coefficients over their limit with it.
    pub coefficients_over: usize,
}
