use facts::{Date, SchoolCode, SchoolYear, Stage, Table, Value};

use crate::RowPlace;

/// A count or sum per school and stage over one fact table.
#[derive(Debug, Clone, Copy)]
pub struct StockQuery<'a> {
    pub table: &'static Table,
    /// A condition over the table's non-personal columns, with parameters as `:name`. Empty for every row.
    pub where_sql: &'a str,
    pub aggregate: Aggregate<'a>,
    pub params: &'a [(String, f64)],
    /// For tables by school year.
    pub year: SchoolYear,
    /// For tables by validity.
    pub on: Date,
}

/// What is made of the rows that a filter lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate<'a> {
    CountRows,
    Sum(&'a str),
    Max(&'a str),
    Min(&'a str),
}

/// A stock of one school and stage.
#[derive(Debug, Clone, PartialEq)]
pub struct StockRow {
    /// None for rows of the county as a whole.
    pub school: Option<SchoolCode>,
    /// `Whole` where the table has no stage or the row names none.
    pub stage: Stage,
    /// Made of the rows that are known; None where none is.
    pub value: Option<f64>,
    /// Rows that the filter lets through.
    pub rows: u32,
    /// Rows that would have a say but for a missing cell: the filter cannot decide, or there is nothing to add up.
    pub missing: u32,
}

/// One row of a fact table behind a stock.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// The non-personal columns in the table's order; a missing one with its reason.
    pub values: Vec<(&'static str, Value)>,
    /// The key to the sealed columns, where the table has any: see [`crate::Snapshot::people`].
    pub person: Option<String>,
    pub at: RowPlace,
}
