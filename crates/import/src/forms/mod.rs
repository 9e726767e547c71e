//! What forms look like: read from `forms/`, checked, and turned into what the reading of rows needs.

pub(crate) mod compile;
mod cross;
pub(crate) mod expr;
mod items;
mod raw;
mod toml_file;
mod toml_words;
pub(crate) mod vocabulary;

use std::collections::BTreeMap;

use facts::{Finding, ItemList, Severity, Stage, Table, Text, Unit};

pub use items::read_items;

use expr::Expr;
use vocabulary::Vocabulary;

/// Every form that can be recognised, with its vocabularies and checks, and the items whose figures it may give.
///
/// ```
/// let (forms, findings) = import::Forms::check(&[], facts::ItemList::default());
/// assert!(forms.ids().is_empty() && findings.is_empty());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Forms {
    items: ItemList,
    unclear: Vec<Unclear>,
    /// By item: how grave a fraction is where a list of figures gives one, if it is less than for other whole numbers.
    pub(crate) fractions: BTreeMap<String, Severity>,
    pub(crate) forms: Vec<Form>,
    pub(crate) vocabularies: Vec<Vocabulary>,
    pub(crate) words: SheetWords,
    pub(crate) tallies: Vec<Tally>,
    pub(crate) cross_checks: Vec<CrossCheck>,
    pub(crate) quantities: Vec<Quantity>,
}

/// One form: how a list or a workbook of official tables becomes rows of fact tables.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub id: String,
    pub title: Text,
    /// What an import replaces: `{school}/{year}`.
    pub slot: Vec<SlotPart>,
    /// The columns of a list, or what stands above the tables of a workbook.
    pub columns: Vec<Column>,
    pub facts: Vec<Fact>,
    pub checks: Vec<Check>,
    pub uniques: Vec<Unique>,
    pub agrees: Vec<Agree>,
    /// The official tables of a workbook; a list has none.
    pub sheets: Vec<Sheet>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SlotPart {
    Words(String),
    Column(usize),
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub id: String,
    /// Each way of heading it, as the parts of a head over several rows, from the top.
    pub heads: Vec<Vec<String>>,
    /// Its first head, as people know it.
    pub title: String,
    pub reading: Reading,
    /// Read as plain words where this does not hold (a passport is no citizen id).
    pub only_when: Option<Expr>,
    pub required: bool,
    pub fill_down: bool,
    pub totalled: bool,
    /// Names nobody, and helps whoever looks at the sheet to understand it, although no fact is made of it.
    pub open: bool,
}

/// How a cell's words become a value.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub kind: Kind,
    pub vocabulary: Option<usize>,
    pub unit: Option<Unit>,
    pub filled: bool,
    pub may_be_negative: bool,
    pub max: Option<f64>,
    pub item_column: Option<usize>,
    pub unit_column: Option<usize>,
    /// Words that mean, in this column, that there is no value.
    pub missing: Vec<String>,
    pub severity: Severity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    CitizenId,
    /// A word of a vocabulary.
    Code,
    Date,
    Division,
    /// A number whose item, and so whose unit, another column names.
    Figure,
    Integer,
    Item,
    Number,
    School,
    Stage,
    StudentNo,
    Text,
    Unit,
    Year,
}

/// What one row, or one sheet, says as a row of a fact table.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub table: &'static Table,
    pub when: Option<Expr>,
    /// One for each column of the table.
    pub values: Vec<Given>,
    /// Positions in the table.
    pub once: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Given {
    Missing,
    Column(usize),
    Expr(Expr),
}

#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub rule: Rule,
    pub must: Expr,
    /// What it names: where one of them could not be read, the check says nothing more.
    pub needs: Vec<usize>,
    pub at: Option<usize>,
}

/// How a check that is not met is told.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub code: String,
    pub severity: Severity,
    pub title: Text,
    pub hint: Text,
}

#[derive(Debug, Clone)]
pub(crate) struct Unique {
    pub rule: Rule,
    pub key: Vec<usize>,
    pub within: Option<(usize, Rule)>,
    pub at: Option<usize>,
    pub when: Option<Expr>,
}

#[derive(Debug, Clone)]
pub(crate) struct Agree {
    pub rule: Rule,
    pub subject: String,
    pub key: Vec<usize>,
    pub value: usize,
}

/// One official table: rows known by their labels, columns by their headings.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub names: Vec<String>,
    pub rows: Vec<Labels>,
    pub columns: Vec<Labels>,
    pub unit_column: Option<usize>,
    /// In expressions, cells follow the form's columns.
    pub cells: Vec<SheetCell>,
    pub derived: Vec<Derived>,
    pub facts: Vec<Fact>,
    pub checks: Vec<Check>,
    pub agrees: Vec<Agree>,
}

#[derive(Debug, Clone)]
pub(crate) struct Labels {
    /// As people know it.
    pub title: String,
    pub heads: Vec<Vec<String>>,
}

#[derive(Debug, Clone)]
pub(crate) struct SheetCell {
    pub id: String,
    pub item: Option<String>,
    pub stage: Stage,
    pub row: usize,
    pub column: usize,
    /// (row, column)
    pub hint: Option<(u32, u32)>,
    pub optional: bool,
    /// The form's column that it tells.
    pub context: Option<usize>,
    pub reading: Reading,
}

#[derive(Debug, Clone)]
pub(crate) struct Derived {
    pub item: String,
    pub stage: Stage,
    pub value: Expr,
    /// The cell at whose row it is shown.
    pub at: usize,
}

/// Words that tell what a row is.
#[derive(Debug, Clone, Default)]
pub(crate) struct SheetWords {
    pub totals: Vec<String>,
    pub notes: Vec<String>,
}

/// Words by which files call different items, so that none may be taken for them.
#[derive(Debug, Clone)]
pub(crate) struct Unclear {
    /// Without spaces, units and remarks in brackets.
    pub words: Vec<String>,
    /// Of the items that may be meant.
    pub titles: Vec<Text>,
    pub hint: Text,
}

/// A sum over rows of a fact table, kept for each school, year and stage while files are read.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    pub title: Text,
    pub source: TallySource,
}

#[derive(Debug, Clone)]
pub(crate) enum TallySource {
    /// The figure itself, as `school_figures` has it.
    Figure(String),
    Rows {
        table: &'static Table,
        when: Option<Expr>,
        value: Expr,
        whole_school: bool,
    },
}

/// What a cross-check names: a tally of the same year, or of the year before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantity {
    pub tally: usize,
    pub previous: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct CrossCheck {
    pub rule: Rule,
    /// Names stand for places among [`Forms::quantities`].
    pub must: Expr,
}

impl Forms {
    /// Reads and checks `<id>/form.toml`, `vocabularies/*.toml`, `sheet-words.toml` and `cross-checks.toml` among the files
    /// of the forms folder (paths relative to it). `items` are those of [`read_items`], and those that packs declare besides.
    /// A form with a 逻辑 finding is left out.
    pub fn check(files: &[(String, Vec<u8>)], items: ItemList) -> (Forms, Vec<Finding>) {
        compile::compile(files, items)
    }

    pub fn items(&self) -> &ItemList {
        &self.items
    }

    /// What may be meant by the name of an item that is none's alone.
    pub(crate) fn unclear(&self, words: &str) -> Option<&Unclear> {
        let words = crate::heads::HeadPart::read(words).bare;
        self.unclear.iter().find(|unclear| unclear.words.contains(&words))
    }

    /// The ids of the forms, in alphabetical order.
    pub fn ids(&self) -> Vec<&str> {
        self.forms.iter().map(|form| form.id.as_str()).collect()
    }

    /// A form's title, by its id.
    pub fn title(&self, id: &str) -> Option<&Text> {
        self.forms.iter().find(|form| form.id == id).map(|form| &form.title)
    }
}
