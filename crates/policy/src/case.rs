use facts::{CountyCode, Date, Stage, Text};

use crate::expr::School;

/// Published or hand-worked figures that a pack must reproduce: one `[[case]]` of a file in its `cases/`.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// `cn/2017-quality-balance/cases/five_schools.toml`.
    pub file: String,
    /// The line where it begins.
    pub line: u32,
    pub id: String,
    pub title: Text,
    /// Where the figures were published, or how they were worked out.
    pub source: String,
    /// The day as of which the pack is resolved.
    pub on: Date,
    pub county: CountyCode,
    pub given: Given,
    pub expected: Vec<Expectation>,
}

/// What a case starts from.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Stocks of schools and of the county, by id (`kind = "school-figures"`).
    Schools { schools: Vec<CaseSchool>, county: Vec<(String, f64)> },
    /// The published coefficients of one county at one stage, by indicator (`kind = "cv-rows"`), with the means and standard
    /// deviations where they were published too.
    Coefficients { stage: Stage, cvs: Vec<(String, f64)>, means: Vec<(String, f64)>, sds: Vec<(String, f64)> },
}

/// A school of a case: its attributes and its stocks.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSchool {
    pub code: String,
    pub school: School,
    /// Stage, stock and value; `Whole` for a figure that the school does not divide by stage. What is not given is missing.
    pub stocks: Vec<(Stage, String, f64)>,
}

/// One figure that must come out.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// As it is written: `cv.books_per_pupil.primary`.
    pub name: String,
    pub quantity: Quantity,
    /// A stock, parameter, indicator, judgement or item, as the quantity asks; none for the composite of coefficients.
    pub id: Option<String>,
    /// The indicator of a cv-each judgement that is meant.
    pub indicator: Option<String>,
    pub stage: Option<Stage>,
    pub school: Option<String>,
    pub value: Expected,
    /// The line in the case file.
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expected {
    /// By how much the figure may differ: half a unit of the last digit printed, say.
    Number {
        value: f64,
        tolerance: f64,
    },
    Passes,
    Fails,
    /// Not enough data.
    Missing,
}

/// What an expectation is about, in alphabetical order of the words in case files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// `composite`: the mean of the coefficients, or a judgement's figure (its mean of coefficients, or its score).
    Composite,
    /// `cv`: an indicator's coefficient of variation at a stage.
    Cv,
    /// `mean`: its county mean, the ratio of totals.
    Mean,
    /// `met`: whether an indicator meets its threshold at a school and stage.
    Met,
    /// `parameter`: a parameter as it holds for a school at a stage, after exceptions.
    Parameter,
    /// `sd`: an indicator's enrolment-weighted standard deviation.
    Sd,
    /// `stock`: a stock of a school at a stage, after exceptions and splits.
    Stock,
    /// `term`: a school's term of the variance, its share of the pupils × its squared distance from the mean.
    Term,
    /// `value`: an indicator at a school and stage.
    Value,
    /// `variance`: the sum of the terms.
    Variance,
    /// `verdict`: of a judgement or an item; at a stage, a school, an indicator, or as a whole.
    Verdict,
    /// `weight`: a school's share of the county's pupils.
    Weight,
}

impl Quantity {
    /// Every quantity with its word in case files, in alphabetical order.
    pub const ALL: [(&'static str, Quantity); 12] = [
        ("composite", Quantity::Composite),
        ("cv", Quantity::Cv),
        ("mean", Quantity::Mean),
        ("met", Quantity::Met),
        ("parameter", Quantity::Parameter),
        ("sd", Quantity::Sd),
        ("stock", Quantity::Stock),
        ("term", Quantity::Term),
        ("value", Quantity::Value),
        ("variance", Quantity::Variance),
        ("verdict", Quantity::Verdict),
        ("weight", Quantity::Weight),
    ];
}
