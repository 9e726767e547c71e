use facts::{Date, Text};
use serde::{Deserialize, Serialize};

/// A value with the law behind it, so that every refusal and every row of a report can name its article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cited<T> {
    pub value: T,
    #[serde(flatten)]
    pub citation: Citation,
}

/// Where a value or a rule is written, and when it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// The pack that says so: `cn/2017-quality-balance`.
    pub pack: String,
    pub document: Document,
    /// The anchor in the pack's `source.md`: `a7-1`.
    pub article: String,
    /// The words that stand at that anchor, "第七条（一）", and their translation.
    pub article_title: Text,
    pub from: Option<Date>,
    /// The last day on which it holds; none = until further notice.
    pub to: Option<Date>,
    /// `false` until somebody has compared it with the original: an outcome that rests on it says so.
    pub confirmed: bool,
    /// Where the value was found: an address, or words.
    pub source: String,
    /// The label of the replacement or exception that put this value in the place of another.
    pub label: Option<Text>,
}

/// The document that a pack encodes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Document {
    pub title: Text,
    pub number: String,
    pub issuer: String,
    pub signed: Option<Date>,
    pub url: String,
    pub retrieved: Option<Date>,
}

impl<T> Cited<T> {
    /// The same citation for another value.
    pub fn with<U>(&self, value: U) -> Cited<U> {
        Cited { value, citation: self.citation.clone() }
    }
}
