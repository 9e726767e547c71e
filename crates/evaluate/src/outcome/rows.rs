use facts::Stage;
use serde::Serialize;

use super::Verdict;

/// An indicator at one school and stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    pub state: State,
    /// Unrounded.
    pub value: Option<f64>,
    pub threshold: Option<f64>,
    /// The lowest value that an at-least judgement still tolerates, where there is one.
    pub floor: Option<f64>,
    /// What is lacking of the lever stock until the threshold is met; whole where things are counted.
    pub lever_gap: Option<f64>,
    /// The school's share of the county's variance of this indicator, 0 to 1.
    pub share: Option<f64>,
}

impl Figure {
    pub(crate) const NOT_APPLICABLE: Figure =
        Figure { state: State::NotApplicable, value: None, threshold: None, floor: None, lever_gap: None, share: None };

    /// By how much the threshold is missed, in the indicator's unit; `None` where it is not missed.
    pub fn gap(&self) -> Option<f64> {
        match self.state {
            State::Missed | State::BelowFloor => Some((self.threshold? - self.value?).abs()),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Met,
    /// Missed, but not below the floor of any judgement.
    Missed,
    /// Missed so far that not even the tolerance of a judgement helps.
    BelowFloor,
    /// The pack sets no threshold; only the spread of the indicator is judged.
    Unjudged,
    NotEnoughData,
    /// Out of scope, or the school has no pupils of this stage.
    NotApplicable,
}

/// The coefficient of variation of an indicator over the schools of a stage, weighted by pupils, population type, around
/// the ratio of totals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub indicator: usize,
    pub stage: Stage,
    /// Over the schools whose figure is known; decides nothing unless `complete`.
    pub cv: Option<f64>,
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    /// Schools whose figure is known.
    pub schools: usize,
    /// Schools whose figure is not known.
    pub missing: usize,
    /// Whether every school that the standard concerns has its figure.
    pub complete: bool,
}

/// The outcome of one judgement with the rows that it looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub verdict: Verdict,
    pub rows: Rows,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// `at-least`: every school and stage in scope, by school.
    AtLeast(Vec<AtLeastRow>),
    /// `cv-each`: every indicator and stage.
    CvEach(Vec<CvRow>),
    /// `cv-mean`: every stage.
    CvMean(Vec<MeanCvRow>),
    /// `items`: the places of the items in `frame.items`.
    Items(Vec<usize>),
    /// `score`: points earned against points needed.
    Score { rows: Vec<ScoreRow>, earned: Option<f64>, attainable: Option<f64>, need: Option<f64> },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtLeastRow {
    pub school: usize,
    pub stage: Stage,
    pub verdict: Verdict,
    pub met: usize,
    /// Missed, those below the floor among them.
    pub missed: usize,
    pub below_floor: usize,
    pub missing: usize,
    /// How many indicators must be met.
    pub need: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CvRow {
    pub indicator: usize,
    pub stage: Stage,
    pub verdict: Verdict,
    pub cv: Option<f64>,
    pub limit: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanCvRow {
    pub stage: Stage,
    pub verdict: Verdict,
    /// The arithmetic mean of the indicators' coefficients.
    pub mean: Option<f64>,
    pub limit: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreRow {
    /// Its place in `frame.items`.
    pub item: usize,
    pub earned: Option<f64>,
    pub attainable: Option<f64>,
}

/// An item as the document counts it; most are one entry of the pack.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberedItem {
    /// The places of its entries in `frame.items`.
    pub items: Vec<usize>,
    /// Of all its entries together.
    pub verdict: Verdict,
}

/// The outcome of one item of a list such as the fifteen of government support.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemOutcome {
    pub verdict: Verdict,
    /// How many rows were looked at: schools, schools and stages, or the county alone.
    pub checked: usize,
    /// The rows that fail or lack data; for an item of the county its one row, whatever came out.
    pub rows: Vec<ItemRow>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ItemRow {
    /// `None` for the county as a whole.
    pub school: Option<usize>,
    pub stage: Option<Stage>,
    pub verdict: Verdict,
    pub basis: Basis,
    /// The left side of the topmost comparison.
    pub value: Option<f64>,
    /// Its right side.
    pub limit: Option<f64>,
}

/// What an item was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The computed condition.
    Computed,
    /// What was declared, because the data for the computed condition are not there.
    Declared,
    /// Neither is known.
    Nothing,
}

impl CvRow {
    /// How far the coefficient stays below its limit; negative where it is over.
    pub fn distance(&self) -> Option<f64> {
        Some(self.limit? - self.cv?)
    }
}

impl ItemRow {
    /// By how much the topmost comparison is missed.
    pub fn gap(&self) -> Option<f64> {
        if self.verdict == Verdict::Fail { Some((self.limit? - self.value?).abs()) } else { None }
    }
}
