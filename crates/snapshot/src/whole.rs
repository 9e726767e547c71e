//! A register of people read whole, for holding it against another: facts and sealed columns together.

use std::collections::HashMap;

use facts::{SchoolYear, Table, Time, Value, text};
use rusqlite::named_params;
use sha2::{Digest, Sha256};

use crate::content::hex;
use crate::guard::Scope;
use crate::open::damaged;
use crate::people::{self, person_key};
use crate::seal::HomeKey;
use crate::storage::{StoredRow, fact_columns, personal_columns, select, to_value};
use crate::{Act, Home, HomeError, Look, RowPlace, Snapshot, key};

/// A row of a table of people with all its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeRow {
    /// In the order of the table's columns.
    pub values: Vec<Value>,
    pub at: RowPlace,
}

impl WholeRow {
    /// A value as words, empty where it is missing.
    pub fn words(&self, table: &Table, column: &str) -> String {
        match table.position(column).and_then(|at| self.values.get(at)) {
            Some(Value::Text(words)) => words.clone(),
            Some(Value::Date(date)) => date.to_string(),
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Real(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    pub fn integer(&self, table: &Table, column: &str) -> Option<i64> {
        match table.position(column).and_then(|at| self.values.get(at)) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }
}

impl Snapshot {
    /// Every row of a table of people in a year, in order of where they came from. The look is logged first, as one at everybody
    /// (`*`): without a log entry, no look.
    pub fn whole_rows(&self, table: &'static Table, year: SchoolYear, look: &Look<'_>) -> Result<Vec<WholeRow>, HomeError> {
        if table.time != Time::SchoolYear || !self.manifest.tables.contains_key(table.name) {
            return Ok(Vec::new());
        }
        people::log_look(&self.home, look, &self.manifest.id, table.name, &["*".to_string()])?;
        let mut rows = self.fact_rows(table, year)?;
        if !table.has_people() || rows.is_empty() {
            return Ok(rows);
        }
        let path = self.home.people_path(&self.manifest.county, &self.manifest.id);
        if !path.is_file() {
            return Err(damaged(&path, text!("文件不存在", "it is not there")));
        }
        let key = key::read(&self.home)?.ok_or_else(|| HomeError::KeyMissing { path: key::path(&self.home) })?;
        let of_person: HashMap<String, usize> =
            rows.iter().enumerate().map(|(at, row)| (person_key(&row.at.file.0, &row.at.sheet, row.at.row), at)).collect();
        people::read_all(&path, &key, |stretch, row, values| {
            if stretch.table.name != table.name {
                return Ok(());
            }
            if let Some(at) = of_person.get(&person_key(&stretch.file, &stretch.sheet, row)) {
                for (column, stored) in personal_columns(table).zip(values) {
                    if let Some(place) = table.position(column.name) {
                        rows[*at].values[place] = to_value(column, stored);
                    }
                }
            }
            Ok(())
        })?;
        Ok(rows)
    }

    /// The rows without their sealed columns, which are missing.
    fn fact_rows(&self, table: &'static Table, year: SchoolYear) -> Result<Vec<WholeRow>, HomeError> {
        // Asked for before the statement below holds the connection.
        let mut origins: HashMap<i64, RowPlace> = HashMap::new();
        let failed = |error| HomeError::sql(Act::ReadSnapshot, &self.path, error);
        let mut read: Vec<(i64, u32, Option<u32>, Vec<Value>)> = Vec::new();
        {
            self.guard.expect(Scope::Own);
            let sql = select(table, table.name) + " WHERE year = :year ORDER BY origin, src_row, src_col";
            let mut statement = self.db.prepare_cached(&sql).map_err(failed)?;
            let mut found = statement.query(named_params! { ":year": year.id() }).map_err(failed)?;
            while let Some(row) = found.next().map_err(failed)? {
                let row = StoredRow::read(table, row).map_err(failed)?;
                let mut values = vec![Value::Missing(facts::Missing::Blank); table.columns.len()];
                for (column, stored) in fact_columns(table).zip(row.values) {
                    if let Some(place) = table.position(column.name) {
                        values[place] = to_value(column, stored);
                    }
                }
                read.push((row.origin, row.row, row.col, values));
            }
        }
        let mut rows = Vec::with_capacity(read.len());
        for (origin, row, col, values) in read {
            let place = match origins.get(&origin) {
                Some(place) => place.clone(),
                None => {
                    let place = self.origin(origin)?;
                    origins.insert(origin, place.clone());
                    place
                }
            };
            rows.push(WholeRow { values, at: RowPlace { row, col, ..place } });
        }
        Ok(rows)
    }
}

/// Gives people names under which a home may speak of them: the same person the same name, in another home another, and without
/// the home's key nobody can try out whose it is.
pub struct Pseudonyms(HomeKey);

impl Home {
    /// The home's pseudonyms; its key must be there.
    pub fn pseudonyms(&self) -> Result<Pseudonyms, HomeError> {
        key::read(self)?.map(Pseudonyms).ok_or_else(|| HomeError::KeyMissing { path: key::path(self) })
    }
}

impl Pseudonyms {
    /// Sixteen hexadecimal digits for what identifies somebody, part by part.
    pub fn of(&self, parts: &[&str]) -> String {
        let mut digest = Sha256::new().chain_update(b"junheng pseudonym").chain_update(self.0.0);
        for part in parts {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
        hex(&digest.finalize()[..8])
    }
}

/// Never shows the key.
impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}
