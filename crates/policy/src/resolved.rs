use facts::{CountyCode, Date, Finding, SchoolYear, Stage, Table, Text, Unit};
use serde::{Deserialize, Serialize};

use crate::cited::{Citation, Cited, Document};
use crate::expr::{Compare, Program};
use crate::table::OfficialTable;

/// A pack as it holds on one day in one county: values chosen, replacements made, names turned into indices, expressions
/// compiled. `evaluate` needs nothing else of policy.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The pack that was asked for.
    pub pack: String,
    pub title: Text,
    pub on: Date,
    pub county: CountyCode,
    /// The packs that went into it, the most general first, the one asked for last.
    pub layers: Vec<Layer>,
    pub parts: Vec<Part>,
    pub parameters: Vec<Parameter>,
    pub stocks: Vec<Stock>,
    pub indicators: Vec<Indicator>,
    pub judgements: Vec<Judgement>,
    pub items: Vec<Item>,
    /// Those in force on the day in the county, in the order in which they are to be applied.
    pub exceptions: Vec<Exception>,
    pub splits: Vec<Split>,
    /// Which schools are examined; none = every counted school.
    pub scope: Option<Cited<Program>>,
    /// Stocks and parameters in an order in which each comes after everything that it rests on: follow it and every
    /// exception and every `:parameter` of a query is known when it is needed.
    pub order: Vec<Target>,
    /// The official tables, in the order in which the packs declare them.
    pub tables: Vec<OfficialTable>,
    /// What a reader of the outcome should know: unconfirmed values, exceptions past their review date.
    pub notes: Vec<Finding>,
}

/// One pack of the chain from the nation's to the place's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    pub id: String,
    pub version: String,
    pub title: Text,
    /// The division prefix where it applies: "" the nation.
    pub place: String,
    pub document: Document,
}

/// A part of the outcome, such as 资源配置.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub id: String,
    pub title: Text,
}

/// A number of the rules. It has one value for all stages, or one for each of some stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub id: String,
    pub title: Text,
    pub unit: Unit,
    /// The unit in words: 元/人, or as the pack says it: 间/百人.
    pub unit_title: Text,
    pub values: Vec<StageValue>,
}

/// A parameter's value for one stage, or for all that have none of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct StageValue {
    pub stage: Option<Stage>,
    pub cited: Cited<f64>,
}

/// A count, sum or extreme per school and stage over a fact table.
#[derive(Debug, Clone, PartialEq)]
pub struct Stock {
    pub id: String,
    pub title: Text,
    pub unit: Unit,
    pub table: &'static Table,
    /// Written anew from the checked condition, so that nothing outside the subset can be in it. Empty where every row counts.
    pub where_sql: String,
    /// The figures that the filter names, in the order of their ids; empty for a table that does not state figures.
    pub items: Vec<StockItem>,
    pub aggregate: Aggregate,
    /// The parameters that `where_sql` names as `:id`, by index, to be given per school and stage.
    pub parameters: Vec<usize>,
    /// Whether a figure of the whole school is divided among its stages by [`Resolved::splits`].
    pub split: bool,
    pub level: StockLevel,
    pub years: Years,
    /// Which schools have it, a condition over `school.…` alone; the others have none of it. None = every school.
    pub schools: Option<Program>,
    pub citation: Option<Citation>,
    /// Set where a provincial pack replaced it.
    pub label: Option<Text>,
}

/// A figure that a stock adds up. Where a school states any of a stock's figures for a stage, all that count there must be
/// stated: what no row states is missing, not zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockItem {
    pub id: String,
    pub title: Text,
    /// The stages at which the filter may let its rows through.
    pub stages: Vec<Stage>,
    /// Whether the pack says that no row of it means that there is none.
    pub absent_is_zero: bool,
}

/// What is done with the rows that a stock finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    CountRows,
    Sum(&'static str),
    Max(&'static str),
    Min(&'static str),
}

/// Whose rows a stock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StockLevel {
    School,
    /// Rows without a school: statements and lines of the county as a whole.
    County,
}

/// The school years whose rows a stock counts, told from the year that is examined: 0 is that year, -1 the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Years {
    pub first: i16,
    pub last: i16,
}

impl Years {
    /// The first and the last of them, for the year that is examined.
    ///
    /// ```
    /// use facts::SchoolYear;
    /// let (first, last) = policy::Years { first: -9, last: -1 }.of(SchoolYear::starting(2025));
    /// assert_eq!((first.id(), last.id()), ("2016-2017".to_string(), "2024-2025".to_string()));
    /// ```
    pub fn of(self, year: SchoolYear) -> (SchoolYear, SchoolYear) {
        let at = |offset: i16| SchoolYear::starting(year.start().saturating_add(offset));
        (at(self.first), at(self.last))
    }

    /// Whether the year that is examined is none of them.
    pub fn are_earlier(self) -> bool {
        self.last < 0
    }
}

/// Plain arithmetic over stocks, compared with a threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    pub id: String,
    pub title: Text,
    /// For narrow columns; the title where the pack gives none.
    pub short: Text,
    pub unit: Unit,
    /// The unit in words: 元/人, or as the pack says it: 间/百人.
    pub unit_title: Text,
    pub formula: Program,
    pub stages: Vec<Stage>,
    /// The parameter it is compared with; none where only its spread is judged.
    pub threshold: Option<usize>,
    pub compare: Compare,
    /// The stock by which a school weighs in the county mean and the coefficient of variation.
    pub weight: usize,
    /// The stock whose lack is stated when the threshold is missed.
    pub lever: Option<usize>,
    pub part: Option<usize>,
    pub citation: Citation,
    /// Decimals on the official form; never used in a comparison.
    pub form_decimals: u8,
    pub label: Option<Text>,
}

/// A rule that decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub id: String,
    pub title: Text,
    pub part: Option<usize>,
    pub citation: Citation,
    pub rule: Rule,
    pub label: Option<Text>,
}

/// What a judgement asks. Indicators, items and parameters by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Every school and stage: at least `need` of the indicators meet their threshold, and each of the rest reaches `floor`
    /// times its threshold.
    AtLeast { of: Vec<usize>, need: usize, floor: Option<usize> },
    /// The coefficient of variation of every indicator, at every stage, is at most `limit`.
    CvEach { of: Vec<usize>, limit: usize },
    /// The mean of the coefficients of variation of the indicators, at every stage, is at most `limit`.
    CvMean { of: Vec<usize>, limit: usize },
    /// Every item holds.
    Items { of: Vec<usize> },
    /// The points earned on the items add up to at least `need`.
    Score { of: Vec<usize>, need: usize },
}

/// A requirement of government or of every school.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub id: String,
    /// Its number in the document.
    pub no: String,
    pub title: Text,
    pub part: Option<usize>,
    pub citation: Citation,
    pub level: ItemLevel,
    /// The stages at which it is looked at; empty unless `level` is [`ItemLevel::SchoolStage`].
    pub stages: Vec<Stage>,
    /// Which schools it concerns; none = all in scope.
    pub applies: Option<Program>,
    /// None only where points are all there is to it.
    pub require: Option<Requirement>,
    /// Asked where `require` lacks data.
    pub otherwise: Option<Requirement>,
    /// The parameter with the points that can be earned.
    pub points: Option<usize>,
    /// The stock with the points earned.
    pub score: Option<usize>,
    /// Words for the official table, with figures put in.
    pub summary: Option<Summary>,
    /// Whether the county fails outright when it does not hold.
    pub veto: bool,
    pub label: Option<Text>,
}

/// Who must satisfy an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemLevel {
    County,
    School,
    SchoolStage,
}

/// A condition, with the two sides of its comparison where it is a single one.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    pub condition: Program,
    pub gap: Option<Gap>,
}

/// `left <= right`: by how much the requirement is missed is their difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    pub left: Program,
    pub compare: Compare,
    pub right: Program,
    pub unit: Unit,
}

/// Words with figures: `超过上限的班级 {classes_over} 个`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub zh: Vec<Piece>,
    pub en: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Words(String),
    Stock(usize),
    Parameter(usize),
}

/// What an exception replaces, or what comes next in [`Resolved::order`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    Parameter(usize),
    Stock(usize),
}

/// A labelled, dated replacement of a parameter or a stock for the schools that it covers.
///
/// Where several cover a school they are applied in order: each sees what the one before left, and the last one stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Exception {
    pub id: String,
    pub label: Text,
    pub target: Target,
    /// Whether it covers a school: kinds, place below the county and `when` in one. Missing = not covered.
    pub applies: Program,
    pub value: Substitute,
    pub order: i64,
    pub citation: Citation,
    /// The day by which somebody must look at it again.
    pub review_by: Option<Date>,
}

/// What an exception puts in.
#[derive(Debug, Clone, PartialEq)]
pub enum Substitute {
    /// A value for all stages (`None`) or for some.
    Number(Vec<(Option<Stage>, f64)>),
    /// Worked out over stocks and parameters; the thing itself stands for what it was before.
    Formula(Program),
}

/// How a figure of a whole school is divided: a stage's share is its weight × its pupils over the sum of these.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    pub kinds: Vec<String>,
    pub weights: Vec<(Stage, f64)>,
    pub citation: Citation,
}

impl Resolved {
    pub fn parameter(&self, id: &str) -> Option<usize> {
        self.parameters.iter().position(|parameter| parameter.id == id)
    }

    pub fn stock(&self, id: &str) -> Option<usize> {
        self.stocks.iter().position(|stock| stock.id == id)
    }

    pub fn indicator(&self, id: &str) -> Option<usize> {
        self.indicators.iter().position(|indicator| indicator.id == id)
    }

    pub fn judgement(&self, id: &str) -> Option<usize> {
        self.judgements.iter().position(|judgement| judgement.id == id)
    }

    pub fn item(&self, id: &str) -> Option<usize> {
        self.items.iter().position(|item| item.id == id)
    }

    /// The exceptions to one parameter or stock, in the order in which they are to be applied.
    pub fn exceptions_to(&self, target: Target) -> impl Iterator<Item = &Exception> {
        self.exceptions.iter().filter(move |exception| exception.target == target)
    }
}

impl Stock {
    /// The figures that must be stated at a stage, if any is.
    pub fn items_asked(&self, stage: Stage) -> impl Iterator<Item = &StockItem> {
        self.items.iter().filter(move |item| !item.absent_is_zero && item.stages.contains(&stage))
    }
}

impl Parameter {
    /// The value for a stage: its own, or the one for all stages.
    pub fn at(&self, stage: Stage) -> Option<&Cited<f64>> {
        let find = |wanted: Option<Stage>| self.values.iter().find(|value| value.stage == wanted).map(|value| &value.cited);
        find(Some(stage)).or_else(|| find(None))
    }
}

impl Exception {
    /// The number it puts in at a stage; none where it says nothing about that stage or is a formula.
    pub fn number_at(&self, stage: Stage) -> Option<f64> {
        let Substitute::Number(values) = &self.value else { return None };
        let find = |wanted: Option<Stage>| values.iter().find(|(of, _)| *of == wanted).map(|(_, value)| *value);
        find(Some(stage)).or_else(|| find(None))
    }
}
