use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Date, Table};

/// What a cell says once it has been read: a value, or missing with its reason. Missing is not zero.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Missing(Missing),
    Text(String),
    Integer(i64),
    Real(f64),
    Date(Date),
}

impl Value {
    pub fn text(words: impl Into<String>) -> Value {
        Value::Text(words.into())
    }

    pub fn is_missing(&self) -> bool {
        matches!(self, Value::Missing(_))
    }
}

/// Why a value is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The cell is empty, or the file has no such column.
    Blank,
    /// "—", "-", "…": the filler put a dash.
    Dash,
    /// "无".
    None,
    /// "/", "不适用": it does not apply.
    NotApplicable,
}

impl Missing {
    /// Whether words mean that there is no value.
    ///
    /// ```
    /// use facts::Missing;
    /// assert_eq!(Missing::read("——"), Some(Missing::Dash));
    /// assert_eq!(Missing::read("0"), None);
    /// ```
    pub fn read(words: &str) -> Option<Missing> {
        match words {
            "" => Some(Missing::Blank),
            "无" | "没有" | "暂无" | "null" | "NULL" | "N/A" | "n/a" | "#N/A" => Some(Missing::None),
            "/" | "\\" | "不适用" | "不涉及" => Some(Missing::NotApplicable),
            words if words.chars().all(|c| matches!(c, '-' | '—' | '–' | '－' | '─' | '…' | '*')) => Some(Missing::Dash),
            _ => None,
        }
    }

    /// The word kept in the fact tables.
    pub fn id(self) -> &'static str {
        match self {
            Missing::Blank => "blank",
            Missing::Dash => "dash",
            Missing::None => "none",
            Missing::NotApplicable => "not-applicable",
        }
    }
}

/// SHA-256 of a file's bytes, in hexadecimal: the name under which the raw file is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileHash(pub String);

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a row of facts came from, down to the row, or to the cell for a figure at a fixed place of an official table.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    pub form: &'a str,
    pub file: &'a FileHash,
    pub sheet: &'a str,
    /// Counted from 1.
    pub row: u32,
    /// Counted from 1.
    pub col: Option<u32>,
    /// What this row replaces in an earlier snapshot: all rows of the same form and slot (`2153000012/2025-2026`).
    pub slot: &'a str,
}

/// Takes rows of facts as they are read, so that a roll of any length passes through bounded memory.
pub trait FactSink {
    /// `values` stand in the order of `table.columns`.
    fn push(&mut self, table: &'static Table, values: &[Value], origin: &Origin<'_>) -> Result<(), SinkError>;
}

/// The place where facts are kept refused a row: the disk is full, or the file can no longer be written.
#[derive(Debug)]
pub struct SinkError(pub Box<dyn std::error::Error + Send + Sync>);

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SinkError {}
