use std::collections::BTreeMap;

use facts::{Date, Stage, Text, Unit};
use policy::expr::Compare;
use serde::Serialize;

/// The names behind the indices of an outcome: what the pack asks for, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub title: Text,
    /// The stages that the pack judges.
    pub stages: Vec<Stage>,
    pub parts: Vec<PartHead>,
    pub indicators: Vec<IndicatorHead>,
    pub judgements: Vec<JudgementHead>,
    pub items: Vec<ItemHead>,
    pub exceptions: Vec<ExceptionHead>,
    /// Parameters in use that nobody has confirmed against the original document: the outcome rests on them.
    pub unconfirmed: Vec<Unconfirmed>,
    /// What the stocks are called, by id.
    pub stock_titles: BTreeMap<String, Text>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartHead {
    pub id: String,
    pub title: Text,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndicatorHead {
    pub id: String,
    pub title: Text,
    pub short: Text,
    pub unit: Unit,
    /// In words, as the pack says it.
    pub unit_title: Text,
    pub stages: Vec<Stage>,
    /// Decimals of the official form; for display only.
    pub decimals: u8,
    /// The stocks that it is made of, those that exceptions bring in among them.
    pub stocks: Vec<String>,
    /// How a value must stand to its threshold.
    pub compare: Compare,
    /// The parameter that holds its threshold.
    pub threshold: Option<String>,
    pub lever: Option<LeverHead>,
    pub part: Option<String>,
    pub article: Text,
}

/// The stock whose lack is stated when an indicator is missed ("还差 3 名教师").
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeverHead {
    pub stock: String,
    pub title: Text,
    pub unit: Unit,
    /// Whether it is counted in whole things (people, rooms), not measured (area, money).
    pub whole: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgementHead {
    pub id: String,
    pub title: Text,
    pub part: Option<String>,
    pub article: Text,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemHead {
    pub id: String,
    /// Its number in the document.
    pub no: String,
    pub title: Text,
    pub part: Option<String>,
    pub article: Text,
    /// Who must satisfy it.
    pub level: policy::ItemLevel,
    pub veto: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExceptionHead {
    pub id: String,
    pub label: Text,
    /// The parameter or stock that it replaces.
    pub target: String,
    pub article: Text,
    /// The last day on which it may be used.
    pub expires: Option<Date>,
    /// The day by which somebody must look at it again.
    pub review_by: Option<Date>,
    pub confirmed: bool,
}

/// A parameter or exception in use that is `confirmed = false`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unconfirmed {
    pub id: String,
    pub title: Text,
    pub article: Text,
    pub source: String,
}
