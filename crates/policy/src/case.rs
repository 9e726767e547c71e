use facts::{CountyCode, Date, Stage, Text};
use serde::{Deserialize, Serialize};

use crate::expr::School;

/// Published or hand-worked figures that a pack must reproduce, from a file in its `cases/`.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// `cn/2017-quality-balance/cases/five_schools.toml`.
    pub file: String,
    pub title: Text,
    /// Where the figures were published, or how they were worked out.
    pub source: String,
    pub on: Date,
    pub county: CountyCode,
    pub schools: Vec<CaseSchool>,
    /// Values of county-level stocks, by id.
    pub county_stocks: Vec<(String, f64)>,
    /// Coefficients of variation of counties of which nothing else was published.
    pub coefficients: Vec<Coefficients>,
    pub expected: Vec<Expectation>,
}

/// A school of a case: its attributes and the values of its stocks, by id.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSchool {
    pub code: String,
    pub name: String,
    pub school: School,
    /// `Whole` for a figure that the school does not divide by stage.
    pub stocks: Vec<(Stage, String, f64)>,
}

/// The published coefficients of one county at one stage, by indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    pub name: String,
    pub stage: Stage,
    pub values: Vec<(String, f64)>,
}

/// One figure that must come out.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    pub quantity: Quantity,
    /// A stock, indicator, judgement or item, as the quantity asks; empty for [`Quantity::Outcome`].
    pub id: String,
    pub stage: Option<Stage>,
    /// The code of the school, or the name of the county of [`Case::coefficients`].
    pub of: Option<String>,
    pub value: Expected,
    /// By how much the figure may differ; half a unit of the last digit printed, say.
    pub tolerance: f64,
    /// The line in the case file.
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expected {
    Number(f64),
    Passes,
    Fails,
    /// Not enough data.
    Unknown,
}

/// What an expectation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// A stock of a school at a stage, after splitting and exceptions.
    Stock,
    /// A parameter as it holds for a school at a stage, after exceptions.
    Parameter,
    /// An indicator's value at a school and stage.
    Figure,
    /// An indicator's county mean at a stage: the ratio of totals.
    Mean,
    /// Its enrolment-weighted standard deviation.
    Sd,
    /// Its coefficient of variation.
    Cv,
    /// A school's term of the variance: its share of the pupils × its squared distance from the mean.
    Term,
    /// A judgement's figure: the mean of coefficients, or the score.
    Composite,
    /// Whether a judgement is satisfied (at a stage, at a school, or as a whole).
    Judgement,
    /// Whether an item is satisfied.
    Item,
    /// Whether the county passes.
    Outcome,
}
