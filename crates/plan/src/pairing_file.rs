//! Pairs of schools as they lie in `pairing.json`.

use facts::{CountyCode, Date, SchoolCode, Stage, Text};
use serde::{Deserialize, Serialize};

/// Which school helps which, for a school year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairingFile {
    /// `junheng-pairing/1`.
    pub format: String,
    pub kind: String,
    pub pack: String,
    pub county: CountyCode,
    pub county_name: String,
    pub on: Date,
    pub snapshot: Option<String>,
    pub rules: String,
    pub pairs: Vec<PairLine>,
    /// Schools in need without a partner, and why.
    pub unpaired: Vec<(String, Text)>,
    pub notes: Vec<Text>,
}

/// A school in need and its partner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairLine {
    pub school: SchoolCode,
    pub name: String,
    pub partner: SchoolCode,
    pub partner_name: String,
    pub km: f64,
    pub reason: Text,
    pub mentors: Vec<MentorLine>,
}

/// A teacher who is new, and one of the partner school to learn from: rows of the staff roll.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MentorLine {
    pub mentor: String,
    pub apprentice: String,
    pub stage: Stage,
    pub subject: String,
}
