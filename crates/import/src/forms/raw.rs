use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// `form.toml` as it stands. What each word means is told in `docs/reference/form-format.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawForm {
    pub id: Spanned<String>,
    pub title: String,
    pub title_en: Spanned<String>,
    pub layout: RawLayout,
    pub slot: Spanned<String>,
    #[serde(default, rename = "column")]
    pub columns: Vec<RawColumn>,
    #[serde(default, rename = "fact")]
    pub facts: Vec<RawFact>,
    #[serde(default, rename = "check")]
    pub checks: Vec<RawCheck>,
    #[serde(default, rename = "unique")]
    pub uniques: Vec<RawUnique>,
    #[serde(default, rename = "agree")]
    pub agrees: Vec<RawAgree>,
    #[serde(default, rename = "sheet")]
    pub sheets: Vec<RawSheet>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawLayout {
    List,
    Matrix,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawColumn {
    pub id: Spanned<String>,
    #[serde(default)]
    pub heads: Vec<String>,
    pub kind: Spanned<String>,
    pub vocabulary: Option<Spanned<String>>,
    pub unit: Option<Spanned<String>>,
    /// Whether a row without it is wrong.
    #[serde(default)]
    pub filled: bool,
    #[serde(default)]
    pub may_be_negative: bool,
    pub max: Option<f64>,
    /// For a figure: the columns with its item and its unit.
    pub item_column: Option<Spanned<String>>,
    pub unit_column: Option<Spanned<String>>,
    /// Words that mean, in this column, that there is no value.
    #[serde(default)]
    pub missing: Vec<String>,
    /// How grave it is when the words cannot be read.
    pub severity: Option<Spanned<String>>,
    /// Read as plain words where this does not hold; it may name earlier columns only.
    pub only_when: Option<Spanned<String>>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub fill_down: bool,
    #[serde(default)]
    pub open: bool,
    /// Whether a totals row may sum it.
    #[serde(default)]
    pub totalled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFact {
    pub table: Spanned<String>,
    pub when: Option<Spanned<String>>,
    #[serde(default)]
    pub set: BTreeMap<String, Spanned<String>>,
    /// Columns of the table by which rows that say the same are taken once.
    #[serde(default)]
    pub once: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCheck {
    pub code: Spanned<String>,
    pub severity: Spanned<String>,
    pub must: Spanned<String>,
    /// The column in whose cell the finding is shown.
    pub at: Option<Spanned<String>>,
    pub title: String,
    pub title_en: Spanned<String>,
    pub hint: String,
    pub hint_en: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawUnique {
    pub code: Spanned<String>,
    pub severity: Spanned<String>,
    pub key: Vec<Spanned<String>>,
    /// Rows that are equal in this too are another case, named by `code_within`.
    pub within: Option<Spanned<String>>,
    pub code_within: Option<String>,
    pub title_within: Option<String>,
    pub title_within_en: Option<String>,
    pub at: Option<Spanned<String>>,
    pub when: Option<Spanned<String>>,
    pub title: String,
    pub title_en: Spanned<String>,
    pub hint: String,
    pub hint_en: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAgree {
    /// Forms that name the same subject are compared with each other.
    pub subject: String,
    pub code: Spanned<String>,
    pub severity: Spanned<String>,
    pub key: Vec<Spanned<String>>,
    pub value: Spanned<String>,
    pub title: String,
    pub title_en: Spanned<String>,
    pub hint: String,
    pub hint_en: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSheet {
    /// How its name or its title line begins.
    pub names: Vec<String>,
    pub stage: Option<Spanned<String>>,
    pub rows: BTreeMap<String, Vec<String>>,
    pub columns: BTreeMap<String, Vec<String>>,
    /// The column that holds the unit of each row.
    pub unit_column: Option<Spanned<String>>,
    #[serde(default, rename = "cell")]
    pub cells: Vec<RawCell>,
    #[serde(default, rename = "derive")]
    pub derived: Vec<RawDerived>,
    #[serde(default, rename = "fact")]
    pub facts: Vec<RawFact>,
    #[serde(default, rename = "check")]
    pub checks: Vec<RawCheck>,
    #[serde(default, rename = "agree")]
    pub agrees: Vec<RawAgree>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCell {
    /// Its name in checks and facts; the item's id where nothing is said.
    pub id: Option<Spanned<String>>,
    pub item: Option<Spanned<String>>,
    pub row: Spanned<String>,
    pub column: Spanned<String>,
    pub stage: Option<Spanned<String>>,
    /// Where it stands in the template known to us; only breaks ties.
    pub hint: Option<Spanned<String>>,
    #[serde(default)]
    pub optional: bool,
    /// How words become a value, where it is no figure.
    pub kind: Option<Spanned<String>>,
    pub vocabulary: Option<Spanned<String>>,
    #[serde(default)]
    pub filled: bool,
    pub severity: Option<Spanned<String>>,
    /// Which of the form's columns it tells, should no line above the table do so.
    pub context: Option<Spanned<String>>,
}

/// A figure that no cell holds but follows from cells.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDerived {
    pub item: Spanned<String>,
    pub stage: Option<Spanned<String>>,
    pub value: Spanned<String>,
    pub at: Spanned<String>,
}

/// `cross-checks.toml`: figures of different forms held against each other.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCrossChecks {
    #[serde(default, rename = "tally")]
    pub tallies: Vec<RawTally>,
    #[serde(default, rename = "cross-check")]
    pub checks: Vec<RawCrossCheck>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTally {
    pub id: Spanned<String>,
    pub title: String,
    pub title_en: Spanned<String>,
    pub table: Spanned<String>,
    /// `school`, `year`, `stage` stand in every key; a table without stages counts for the whole school.
    pub when: Option<Spanned<String>>,
    /// What is added up for each row.
    pub value: Spanned<String>,
    #[serde(default)]
    pub whole_school: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCrossCheck {
    pub code: Spanned<String>,
    pub severity: Spanned<String>,
    pub must: Spanned<String>,
    pub title: String,
    pub title_en: Spanned<String>,
    pub hint: String,
    pub hint_en: Spanned<String>,
}

/// `vocabularies/<id>.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawVocabulary {
    pub id: Spanned<String>,
    pub title: String,
    pub title_en: Spanned<String>,
    /// Value → the words that mean it. The value "" stands for "none".
    pub words: BTreeMap<String, Vec<String>>,
    /// Value → parts by which words are known that are not listed.
    #[serde(default)]
    pub contains: BTreeMap<String, Vec<String>>,
}

/// `sheet-words.toml`: words that tell what a row is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSheetWords {
    #[serde(default)]
    pub totals: Vec<String>,
    #[serde(default)]
    pub notes: Vec<String>,
}

/// `items/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawItems {
    #[serde(default, rename = "item")]
    pub items: Vec<RawItem>,
    #[serde(default, rename = "unclear")]
    pub unclear: Vec<RawUnclear>,
}

/// Words by which files call different things.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawUnclear {
    pub words: Vec<Spanned<String>>,
    /// The items that may be meant.
    pub items: Vec<Spanned<String>>,
    pub hint: String,
    pub hint_en: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawItem {
    pub id: Spanned<String>,
    pub title: String,
    pub title_en: Spanned<String>,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub unit: Spanned<String>,
    #[serde(default)]
    pub may_be_negative: bool,
    #[serde(default)]
    pub whole_number: bool,
    /// How grave a fraction of a whole number is in a list of figures: other systems count teachers in full-time equivalents.
    pub fraction: Option<Spanned<String>>,
    pub note: Option<String>,
    pub note_en: Option<String>,
}
