//! Pack entries as they were read: names not yet resolved, every part with its place.

use facts::{Date, Stage, Table, Text, Unit};

use crate::case::Case;
use crate::cited::Document;
use crate::expr::Compare;
use crate::layout::TableEntry;
use crate::resolved::{Aggregate, ItemLevel, StockLevel, Years};
use crate::source::{At, Mark};
use crate::syntax::Tree;

/// One pack as read from its files.
#[derive(Debug, Clone)]
pub(crate) struct PackSource {
    pub id: String,
    pub version: String,
    pub title: Text,
    pub extends: Option<At<String>>,
    pub place: String,
    pub from: Date,
    pub to: Option<Date>,
    pub document: Document,
    /// The head of `pack.toml`.
    pub mark: Mark,
    /// Anchor and title of each article in `source.md`.
    pub articles: Vec<(String, Text)>,
    pub parts: Vec<Head>,
    pub figures: Vec<(Head, facts::Item)>,
    pub declarations: Vec<(Head, Option<Unit>)>,
    pub entries: Entries,
    pub splits: Vec<SplitEntry>,
    pub scopes: Vec<ScopeEntry>,
    pub exceptions: Vec<ExceptionEntry>,
    pub replaces: Vec<ReplaceEntry>,
    pub tables: Vec<TableEntry>,
    pub cases: Vec<Case>,
}

impl PackSource {
    /// How many entries it has.
    pub fn len(&self) -> usize {
        let Entries { parameters, stocks, indicators, judgements, items } = &self.entries;
        let values: usize = parameters.iter().map(|parameter| parameter.values.len()).sum();
        let replaceable = parameters.len() + values + stocks.len() + indicators.len() + judgements.len() + items.len();
        let reported = self.parts.len() + self.figures.len() + self.declarations.len() + self.tables.len();
        replaceable + reported + self.splits.len() + self.scopes.len() + self.exceptions.len() + self.replaces.len()
    }
}

/// The entries that replacements can touch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries {
    pub parameters: Vec<ParameterEntry>,
    pub stocks: Vec<StockEntry>,
    pub indicators: Vec<IndicatorEntry>,
    pub judgements: Vec<JudgementEntry>,
    pub items: Vec<ItemEntry>,
}

/// What every entry has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    pub id: At<String>,
    pub title: Text,
    pub law: Law,
    pub mark: Mark,
}

/// Where an entry is written in the document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Law {
    /// Which pack's `source.md` holds the article.
    pub pack: usize,
    pub article: Option<At<String>>,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub confirmed: bool,
    pub source: String,
    pub label: Option<Text>,
}

/// An expression with its text; the tree is missing where it could not be parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Formula {
    pub text: String,
    pub tree: Option<Tree>,
    pub mark: Mark,
}

#[derive(Debug, Clone)]
pub(crate) struct ParameterEntry {
    pub head: Head,
    pub unit: Option<Unit>,
    pub unit_title: Option<Text>,
    pub values: Vec<ValueEntry>,
    /// A value was faulty and is not among them.
    pub unread: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ValueEntry {
    pub stage: Option<Stage>,
    pub value: f64,
    pub from: Date,
    pub to: Option<Date>,
    pub law: Law,
    pub mark: Mark,
}

#[derive(Debug, Clone)]
pub(crate) struct StockEntry {
    pub head: Head,
    pub unit: Option<Unit>,
    pub table: Option<&'static Table>,
    /// None = every row.
    pub condition: Option<Formula>,
    pub aggregate: Option<At<Aggregate>>,
    pub split: bool,
    pub level: StockLevel,
    pub years: Years,
    /// None = every school.
    pub schools: Option<Formula>,
    /// Items of which no row counts as none of them.
    pub absent_is_zero: Vec<At<String>>,
}

#[derive(Debug, Clone)]
pub(crate) struct IndicatorEntry {
    pub head: Head,
    pub short: Option<Text>,
    pub unit: Option<Unit>,
    pub unit_title: Option<Text>,
    pub formula: Option<Formula>,
    pub stages: Vec<Stage>,
    pub threshold: Option<At<String>>,
    pub compare: Compare,
    pub weight: Option<At<String>>,
    pub lever: Option<At<String>>,
    pub part: Option<At<String>>,
    pub form_decimals: u8,
}

#[derive(Debug, Clone)]
pub(crate) struct JudgementEntry {
    pub head: Head,
    pub part: Option<At<String>>,
    pub kind: Option<JudgementKind>,
    pub of: Vec<At<String>>,
    pub need: Option<At<String>>,
    pub floor: Option<At<String>>,
    pub limit: Option<At<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JudgementKind {
    AtLeast,
    CvEach,
    CvMean,
    Items,
    Score,
}

#[derive(Debug, Clone)]
pub(crate) struct ItemEntry {
    pub head: Head,
    pub no: String,
    pub part: Option<At<String>>,
    pub level: ItemLevel,
    pub stages: Vec<Stage>,
    pub applies: Option<Formula>,
    pub require: Option<Formula>,
    pub otherwise: Option<Formula>,
    pub points: Option<At<String>>,
    pub score: Option<At<String>>,
    pub summary: Option<At<String>>,
    pub summary_en: Option<At<String>>,
    pub veto: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct SplitEntry {
    pub kinds: Vec<At<String>>,
    pub weights: Vec<(Stage, f64)>,
    pub from: Date,
    pub to: Option<Date>,
    pub law: Law,
    pub mark: Mark,
}

#[derive(Debug, Clone)]
pub(crate) struct ScopeEntry {
    pub condition: Option<Formula>,
    pub from: Date,
    pub to: Option<Date>,
    pub law: Law,
    pub mark: Mark,
}

#[derive(Debug, Clone)]
pub(crate) struct ExceptionEntry {
    pub head: Head,
    /// The id of a parameter (`true`) or a stock.
    pub target: Option<(bool, At<String>)>,
    pub kinds: Vec<At<String>>,
    pub place: String,
    pub when: Option<Formula>,
    pub value: Vec<(Option<Stage>, f64)>,
    pub with: Option<Formula>,
    pub from: Date,
    pub to: Option<Date>,
    pub review_by: Option<Date>,
    pub order: Option<i64>,
}

/// A labelled change of an entry of the pack that is extended.
#[derive(Debug, Clone)]
pub(crate) struct ReplaceEntry {
    pub target: At<String>,
    pub law: Law,
    pub order: Option<i64>,
    pub mark: Mark,
    /// The keys that it gives, beside those that every replacement has.
    pub keys: Vec<At<String>>,
    pub change: Change,
}

/// What a replacement may give; which of it fits depends on the kind of its target.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    pub title: Option<Text>,
    pub values: Vec<ValueEntry>,
    pub table: Option<&'static Table>,
    pub condition: Option<Formula>,
    pub aggregate: Option<At<Aggregate>>,
    pub split: Option<bool>,
    pub absent_is_zero: Option<Vec<At<String>>>,
    pub formula: Option<Formula>,
    pub stages: Option<Vec<Stage>>,
    pub threshold: Option<At<String>>,
    pub compare: Option<Compare>,
    pub weight: Option<At<String>>,
    pub lever: Option<At<String>>,
    pub of: Option<Vec<At<String>>>,
    pub need: Option<At<String>>,
    pub floor: Option<At<String>>,
    pub limit: Option<At<String>>,
    pub applies: Option<Formula>,
    pub require: Option<Formula>,
    pub otherwise: Option<Formula>,
    pub points: Option<At<String>>,
    pub score: Option<At<String>>,
    pub summary: Option<At<String>>,
    pub summary_en: Option<At<String>>,
}
