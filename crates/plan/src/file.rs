//! A plan as it lies in `plan.json`: who gets what, what moves, what it costs, and how far from the best it can be.

use facts::{CountyCode, Date, SchoolCode, Stage, Text};
use serde::{Deserialize, Serialize};

/// A proposed plan. It never changes: its name is a hash over its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanFile {
    /// `junheng-plan/1`.
    pub format: String,
    pub kind: String,
    pub pack: String,
    pub pack_version: String,
    pub county: CountyCode,
    pub county_name: String,
    pub on: Date,
    /// The snapshot that it was made for.
    pub snapshot: Option<String>,
    /// SHA-256 of the settings' text.
    pub settings: String,
    /// Enrolment that is expected instead of today's, where the plan was asked for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Expected>,
    /// The search is the same for the same inputs; no dice are thrown.
    pub seed: u64,
    pub status: String,
    pub lines: Vec<Line>,
    /// Yuan.
    pub cost: f64,
    /// Yuan by fund, in the order of the settings.
    pub funds: Vec<(String, f64)>,
    /// Cost of the first year, and of each year after it.
    pub first_year: f64,
    pub later_years: f64,
    /// What is done in which year, and what stands at its end.
    #[serde(default)]
    pub years: Vec<YearPlan>,
    /// Each coefficient of variation with a limit, before and after.
    #[serde(default)]
    pub coefficients: Vec<Shift>,
    /// No plan of these purchases and moves costs less.
    pub bound: f64,
    /// (cost − bound) ÷ cost.
    pub gap: f64,
    pub before: Tally,
    pub after: Tally,
    /// Figures that stay below their standard, as the standard allows.
    pub left: Vec<LeftOut>,
    pub binding: Vec<Binding>,
    /// What the plan does not do, and what its reader must know.
    pub notes: Vec<Text>,
}

/// How many pupils a stage of a school has, and how many are expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    pub school: SchoolCode,
    pub stage: Stage,
    pub now: f64,
    pub pupils: f64,
}

/// The lights that a budget plan is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub schools: usize,
    pub schools_pass: usize,
    pub coefficients_over: usize,
    pub items_failing: usize,
}

/// One purchase, or one move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub option: String,
    pub title: Text,
    pub school: SchoolCode,
    pub name: String,
    pub stage: Stage,
    /// Whence it moves; none where it is bought.
    pub from: Option<SchoolCode>,
    pub from_name: Option<String>,
    pub units: u32,
    pub unit: Text,
    /// Yuan.
    pub cost: f64,
    pub fund: Text,
    /// Whether the cost comes back every year.
    pub yearly: bool,
    /// What one unit adds: stock and amount.
    pub adds: Vec<(String, f64)>,
    pub reason: Text,
    pub article: String,
    /// In which year of the plan it is done, from 1.
    #[serde(default = "first_year")]
    pub year: u32,
}

fn first_year() -> u32 {
    1
}

/// A year of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct YearPlan {
    /// From 1.
    pub year: u32,
    /// Yuan: what is bought and moved in it, and what earlier years left to be paid every year.
    pub cost: f64,
    /// As the county then stands, by the evaluation.
    pub after: Tally,
}

/// A coefficient of variation before and after a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    pub indicator: String,
    pub title: Text,
    pub stage: Stage,
    pub before: Option<f64>,
    pub after: Option<f64>,
    pub limit: Option<f64>,
}

/// A figure that its school leaves below the standard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    pub school: SchoolCode,
    pub name: String,
    pub stage: Stage,
    pub indicator: String,
    pub title: Text,
    pub value: f64,
    pub need: f64,
}

/// A demand that makes the plan dearer, and what an easier one would save.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    pub what: Text,
    /// Yuan saved, at the margin, by the change that `what` names.
    pub saves: f64,
}
