//! How the county board looks as JSON.

use serde::Serialize;
use utoipa::ToSchema;

use crate::shape::{BasisId, Finding, Heading, IndicatorHead, StageId, StateId, VerdictId, Words};

/// The county at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub struct Board {
    pub heading: Heading,
    pub verdict: VerdictId,
    /// Why it is no pass, one sentence each.
    pub reasons: Vec<Words>,
    pub scope: ScopeCount,
    pub parts: Vec<PartLine>,
    pub judgements: Vec<JudgementLine>,
    pub indicators: Vec<IndicatorHead>,
    /// Coefficients of variation, one row an indicator and stage.
    pub spreads: Vec<SpreadLine>,
    /// Means of coefficients of variation, where the pack judges them.
    pub composites: Vec<CompositeLine>,
    /// Points, where the pack counts them.
    pub scores: Vec<ScoreLine>,
    /// Schools and stages that fall short or lack data, by code.
    pub short: Vec<ShortLine>,
    pub items: Vec<ItemLine>,
    /// What changed since the snapshot over which this one was laid; none for a first snapshot.
    pub changes: Option<ChangeList>,
    /// Exceptions that were applied to some school.
    pub exceptions: Vec<ExceptionLine>,
    /// Parameters that nobody has compared with the original yet.
    pub unconfirmed: Vec<UnconfirmedLine>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScopeCount {
    pub examined: usize,
    pub outside: usize,
    pub unknown: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PartLine {
    pub id: String,
    pub title: Words,
    pub verdict: VerdictId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JudgementKind {
    AtLeast,
    CvEach,
    CvMean,
    Items,
    Score,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct JudgementLine {
    pub id: String,
    pub title: Words,
    pub kind: JudgementKind,
    pub part: Option<String>,
    pub article: Words,
    pub verdict: VerdictId,
    /// How many of its rows pass, fail and lack data.
    pub pass: usize,
    pub fail: usize,
    pub unknown: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SpreadLine {
    pub judgement: String,
    pub indicator: String,
    pub short: Words,
    pub stage: StageId,
    pub verdict: VerdictId,
    pub cv: Option<f64>,
    pub limit: Option<f64>,
    /// How far it stays below the limit; negative where it is over.
    pub distance: Option<f64>,
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    /// Schools whose figure is known, and those whose is not.
    pub schools: usize,
    pub missing: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CompositeLine {
    pub judgement: String,
    /// What the judgement is called.
    pub title: Words,
    pub stage: StageId,
    pub verdict: VerdictId,
    pub mean: Option<f64>,
    pub limit: Option<f64>,
    /// How far it stays below the limit; negative where it is over.
    pub distance: Option<f64>,
    /// The coefficients of which it is the mean.
    pub of: Vec<CompositePart>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CompositePart {
    pub indicator: String,
    pub short: Words,
    pub cv: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreLine {
    pub judgement: String,
    pub title: Words,
    pub verdict: VerdictId,
    pub earned: Option<f64>,
    pub attainable: Option<f64>,
    pub need: Option<f64>,
    /// Item by item, in the order of the document.
    pub of: Vec<ScorePart>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScorePart {
    pub item: String,
    pub no: String,
    pub title: Words,
    pub earned: Option<f64>,
    pub attainable: Option<f64>,
}

/// A school at a stage that falls short of a judgement, or cannot be judged.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShortLine {
    pub judgement: String,
    pub school: String,
    pub name: String,
    pub stage: StageId,
    pub verdict: VerdictId,
    pub met: usize,
    pub missed: usize,
    pub below_floor: usize,
    pub missing: usize,
    /// How many indicators must be met.
    pub need: Option<f64>,
    pub misses: Vec<Miss>,
}

/// An indicator that a school misses, or of which data are missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Miss {
    pub indicator: String,
    pub short: Words,
    pub state: StateId,
    pub value: Option<f64>,
    pub threshold: Option<f64>,
    pub floor: Option<f64>,
    /// By how much, in the indicator's unit.
    pub gap: Option<f64>,
    /// What is lacking of the lever: 3 teachers.
    pub lever_gap: Option<f64>,
    /// The gap in words: 还差 3 人（专任教师）.
    pub words: Option<Words>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ItemLine {
    pub id: String,
    /// Its number in the document.
    pub no: String,
    pub title: Words,
    pub part: Option<String>,
    pub article: Words,
    pub veto: bool,
    pub verdict: VerdictId,
    /// How many schools, stages or counties were looked at.
    pub checked: usize,
    pub fail: usize,
    pub unknown: usize,
    /// The rows that fail or lack data; for an item of the county its one row.
    pub rows: Vec<ItemRowLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ItemRowLine {
    /// None for the county as a whole.
    pub school: Option<String>,
    pub name: Option<String>,
    pub stage: Option<StageId>,
    pub verdict: VerdictId,
    pub basis: BasisId,
    /// The two sides of the topmost comparison, and their difference where it is missed.
    pub value: Option<f64>,
    pub limit: Option<f64>,
    pub gap: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExceptionLine {
    pub id: String,
    pub label: Words,
    pub target: String,
    pub article: Words,
    pub expires: Option<String>,
    pub review_by: Option<String>,
    pub confirmed: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UnconfirmedLine {
    pub id: String,
    pub title: Words,
    pub article: Words,
    pub source: String,
}

/// What changed since another snapshot, most important first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeList {
    pub before_snapshot: String,
    pub before_on: String,
    /// Whether another standard, another text of it or another day of force was applied.
    pub rules_changed: bool,
    pub lines: Vec<ChangeLine>,
    /// Figures that changed without changing how they are judged; they are not among the lines.
    pub smaller_changes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    Verdict,
    School,
    Spread,
    Figure,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeLine {
    pub kind: ChangeKind,
    pub words: Words,
    /// Why: stocks, thresholds, exceptions, campuses.
    pub causes: Vec<Words>,
    pub school: Option<String>,
    pub stage: Option<StageId>,
    pub indicator: Option<String>,
    /// Whether the verdict became better or worse, where it changed.
    pub better: Option<bool>,
}
