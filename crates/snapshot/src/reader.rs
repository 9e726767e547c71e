use facts::{Date, DivisionCode, FileHash, Place, SchoolCode, SchoolYear, Stage, Table, Value};

use crate::{HomeError, Look, Manifest, PersonRow, SourceRow, StockQuery, StockRow};

/// A snapshot opened for reading. It can be opened as often and in as many threads as one likes; each opening belongs to
/// one thread at a time.
#[derive(Debug)]
pub struct Snapshot {
    manifest: Manifest,
}

/// A school as it was on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct SchoolRow {
    pub code: SchoolCode,
    pub name: String,
    pub kind: Option<String>,
    pub owner: Option<String>,
    pub managed_by: Option<String>,
    pub division: Option<DivisionCode>,
    pub urban_rural: Option<String>,
    pub counts_as_school: Option<bool>,
    pub parent: Option<SchoolCode>,
    pub boarding: Option<bool>,
    pub built_year: Option<i64>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub datum: Option<String>,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    pub at: RowPlace,
}

/// A unit of the division tree as it was on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct DivisionRow {
    pub code: DivisionCode,
    pub parent: Option<DivisionCode>,
    pub name: String,
    pub level: Option<String>,
    pub urban_rural: Option<String>,
    pub population: Option<i64>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub datum: Option<String>,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    pub at: RowPlace,
}

/// Where a row came from, down to the row or the cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPlace {
    pub form: String,
    pub file: FileHash,
    /// As the official named it.
    pub file_name: String,
    pub sheet: String,
    pub row: u32,
    /// Only for a figure at a fixed cell.
    pub col: Option<u32>,
}

impl RowPlace {
    /// As findings and explanations show it.
    pub fn place(&self) -> Place {
        Place::cell(&self.file_name, &self.sheet, facts::Cell { row: self.row, col: self.col.unwrap_or(0) })
    }
}

/// That a table holds rows of a school in a year. A school without one has handed in nothing, which is not zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Register {
    pub table: &'static str,
    /// None for rows of the county as a whole.
    pub school: Option<SchoolCode>,
    /// `Whole` where the table has no stage.
    pub stage: Stage,
    pub rows: u64,
}

impl Snapshot {
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The schools on a day, by code; of several rows valid on it, the one valid since latest.
    pub fn schools(&self, _on: Date) -> Result<Vec<SchoolRow>, HomeError> {
        Ok(Vec::new())
    }

    /// The division tree on a day, by code.
    pub fn divisions(&self, _on: Date) -> Result<Vec<DivisionRow>, HomeError> {
        Ok(Vec::new())
    }

    /// Which tables hold rows of which school in a year; only tables by school year.
    pub fn registers(&self, _year: SchoolYear) -> Result<Vec<Register>, HomeError> {
        Ok(Vec::new())
    }

    /// One sum per school and stage, in order of school and stage.
    pub fn stock(&self, query: &StockQuery<'_>) -> Result<Vec<StockRow>, HomeError> {
        Ok(self.stocks(std::slice::from_ref(query))?.pop().unwrap_or_default())
    }

    /// Many sums at once, faster than one by one; the answers stand in the order of the queries.
    pub fn stocks(&self, queries: &[StockQuery<'_>]) -> Result<Vec<Vec<StockRow>>, HomeError> {
        Ok(vec![Vec::new(); queries.len()])
    }

    /// The rows behind one sum: the same filter without the aggregate, in order of file, sheet, row and cell. Rows of which
    /// the filter cannot say whether they belong, because a cell is missing, are among them.
    pub fn stock_rows(
        &self,
        _query: &StockQuery<'_>,
        _school: Option<&SchoolCode>,
        _stage: Stage,
    ) -> Result<Vec<SourceRow>, HomeError> {
        Ok(Vec::new())
    }

    /// The sealed columns of some people, in the order asked for. The look is logged first; without a log entry, no look.
    pub fn people(&self, _table: &Table, _persons: &[String], _look: &Look<'_>) -> Result<Vec<PersonRow>, HomeError> {
        let _: Vec<Value> = Vec::new();
        Ok(Vec::new())
    }

    /// Reads everything and compares it with the id: the way to know that nothing was changed or lost.
    pub fn verify(&self) -> Result<(), HomeError> {
        Ok(())
    }
}
