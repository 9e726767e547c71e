//! Rows that bear one key: which of them counts, and which contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use facts::{Finding, Place, Severity, TABLES, Table, Text, Value, text};
use rusqlite::Connection;

use crate::reader::{RowPlace, rows};
use crate::storage::{Stored, StoredRow, fact_columns, select, to_value, twin};
use crate::writer::{SnapshotWriter, encode_key};
use crate::{Act, HomeError, SourceFile};

/// More than this many are not told one by one.
const CONFLICTS_MAX: usize = 1000;

/// Rows with one key that say different things.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyConflict {
    pub table: &'static Table,
    pub key: Vec<(&'static str, Value)>,
    /// The columns in which they differ, with what each row says, in the order of `places`.
    pub differ: Vec<(&'static str, Vec<Value>)>,
    /// All rows, in order. `file_name` is the hash where the file is not one of the parent's.
    pub places: Vec<RowPlace>,
}

impl KeyConflict {
    /// As a 逻辑 finding that names the places; `files` are those of the import.
    pub fn finding(&self, files: &[SourceFile]) -> Finding {
        let mut places = self.places.clone();
        for place in &mut places {
            if let Some(file) = files.iter().find(|file| file.hash == place.file) {
                place.file_name.clone_from(&file.name);
            }
        }
        let told: Vec<String> = places.iter().map(|place| place.place().words().zh).collect();
        let told = told.join("；");
        let title = self.table.title;
        let name = self.table.name;
        let key: Vec<String> = self.key.iter().map(|(_, value)| show(value)).collect();
        let key = key.join(" ");
        let differ = |column_name: fn(&Table, &str) -> String| {
            let each = self.differ.iter().map(|(column, values)| {
                let values: Vec<String> = values.iter().map(show).collect();
                format!("{} {}", column_name(self.table, column), values.join(" / "))
            });
            each.collect::<Vec<_>>().join(", ")
        };
        let in_zh = differ(|table, name| table.column(name).map_or(name, |column| column.title).to_string());
        let in_en = differ(|_, name| name.to_string());
        Finding::new(
            Severity::Logic,
            "contradicting-rows",
            places.last().map_or(Place::Everywhere, RowPlace::place),
            Text::new(
                format!("{title}“{key}”在多处的数据互相矛盾（{in_zh}）：{told}。"),
                format!("The rows of {name} \"{key}\" contradict each other ({in_en}): {told}."),
            ),
            text!(
                "请核对各处数据，只保留正确的一处，再重新导入。",
                "Compare these places, keep the right one, and import again."
            ),
        )
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Missing(_) => "—".into(),
        Value::Text(words) => words.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
    }
}

/// A row among those of one key.
#[derive(Debug)]
struct Rival {
    rowid: i64,
    values: Vec<Stored<'static>>,
    at: RowPlace,
    slot: String,
}

/// Compares all rows of one key: moves those aside that say nothing more than another, and tells which contradict.
pub(crate) fn settle(writer: &mut SnapshotWriter<'_>) -> Result<Vec<KeyConflict>, HomeError> {
    let failed = |error| HomeError::sql(Act::WriteSnapshot, writer.temporary.path(), error);
    let mut conflicts = Vec::new();
    let mut stand_ins = BTreeSet::new();
    for (index, (table, state)) in TABLES.iter().zip(&writer.tables).enumerate() {
        let own = writer.own.get(index).copied().unwrap_or(0);
        let repeated = repeated(&state.keys);
        if repeated.is_empty() {
            continue;
        }
        let places = places(writer).map_err(failed)?;
        for group in repeated {
            for rivals in by_key(&writer.db, table, &group, &places).map_err(failed)? {
                match fullest(&rivals) {
                    Some(kept) => {
                        set_aside(&writer.db, table, &rivals, kept).map_err(failed)?;
                        if rivals[kept].rowid > own && rivals.iter().any(|rival| rival.rowid <= own) {
                            stand_ins.insert((index, rivals[kept].rowid));
                        }
                    }
                    None if conflicts.len() < CONFLICTS_MAX => conflicts.push(conflict(table, &rivals)),
                    None => {}
                }
            }
        }
    }
    // In the order of what people see, not of the digests by which they were found.
    conflicts.sort_by_key(|conflict| (conflict.table.name, conflict.places.clone()));
    writer.stand_ins = stand_ins;
    Ok(conflicts)
}

/// Row numbers whose keys have one digest, for every digest that several rows have.
fn repeated(keys: &[u64]) -> Vec<Vec<i64>> {
    let mut order: Vec<(u64, i64)> = keys.iter().enumerate().map(|(index, key)| (*key, index as i64 + 1)).collect();
    order.sort_unstable();
    let groups = order.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    groups.map(|group| group.iter().map(|(_, rowid)| *rowid).collect()).collect()
}

/// The places of origins, with the parent's names for files.
pub(crate) fn places(writer: &SnapshotWriter<'_>) -> rusqlite::Result<BTreeMap<i64, (RowPlace, String)>> {
    let all = rows(&writer.db, "SELECT id, form, file, sheet, slot FROM origins", |row| {
        let file = facts::FileHash(row.get(2)?);
        let file_name = match &writer.inherited {
            Some(manifest) => manifest.file_name(&file).to_string(),
            None => file.0.clone(),
        };
        let place = RowPlace { file_name, file, sheet: row.get(3)?, row: 0, col: None, form: row.get(1)? };
        Ok((row.get(0)?, (place, row.get(4)?)))
    })?;
    Ok(all.into_iter().collect())
}

/// Reads some rows and divides them by their real keys; each group in order of place.
fn by_key(
    db: &Connection,
    table: &'static Table,
    rowids: &[i64],
    places: &BTreeMap<i64, (RowPlace, String)>,
) -> rusqlite::Result<Vec<Vec<Rival>>> {
    let mut groups: BTreeMap<Vec<u8>, Vec<Rival>> = BTreeMap::new();
    let mut statement = db.prepare_cached(&(select(table, table.name) + " WHERE rowid = ?"))?;
    for rowid in rowids {
        let mut found = statement.query([rowid])?;
        let Some(row) = found.next()? else { continue };
        let row = StoredRow::read(table, row)?;
        let Some((place, slot)) = places.get(&row.origin) else { continue };
        let mut key = Vec::new();
        for (_, value) in fact_columns(table).zip(&row.values).filter(|(column, _)| table.key.contains(&column.name)) {
            encode_key(value, &mut key);
        }
        let at = RowPlace { row: row.row, col: row.col, ..place.clone() };
        let values = row.values.into_iter().map(Stored::into_owned).collect();
        groups.entry(key).or_default().push(Rival { rowid: *rowid, values, at, slot: slot.clone() });
    }
    let mut groups: Vec<_> = groups.into_values().filter(|rivals| rivals.len() > 1).collect();
    for rivals in &mut groups {
        rivals.sort_by(|a, b| (&a.at.file, &a.at, &a.slot).cmp(&(&b.at.file, &b.at, &b.slot)));
    }
    Ok(groups)
}

/// The first row that says all that the others say, if there is one.
fn fullest(rivals: &[Rival]) -> Option<usize> {
    let said = |rival: &Rival| rival.values.iter().filter(|value| !matches!(value, Stored::Missing(_))).count();
    let most = rivals.iter().map(said).max()?;
    let kept = rivals.iter().position(|rival| said(rival) == most)?;
    let says_as_much = |other: &Rival| {
        let pairs = rivals[kept].values.iter().zip(&other.values);
        pairs.into_iter().all(|(kept, other)| matches!(other, Stored::Missing(_)) || kept == other)
    };
    rivals.iter().all(says_as_much).then_some(kept)
}

fn set_aside(db: &Connection, table: &'static Table, rivals: &[Rival], kept: usize) -> rusqlite::Result<()> {
    let (name, twin) = (table.name, twin(table));
    for (index, rival) in rivals.iter().enumerate() {
        if index != kept {
            db.prepare_cached(&format!("INSERT INTO {twin} SELECT * FROM {name} WHERE rowid = ?"))?.execute([rival.rowid])?;
            db.prepare_cached(&format!("DELETE FROM {name} WHERE rowid = ?"))?.execute([rival.rowid])?;
        }
    }
    Ok(())
}

fn conflict(table: &'static Table, rivals: &[Rival]) -> KeyConflict {
    let mut key = Vec::new();
    let mut differ = Vec::new();
    for (index, column) in fact_columns(table).enumerate() {
        let values: Vec<Value> = rivals.iter().map(|rival| to_value(column, rival.values[index].clone())).collect();
        let said: Vec<&Value> = values.iter().filter(|value| !value.is_missing()).collect();
        if table.key.contains(&column.name) {
            key.extend(values.into_iter().next().map(|value| (column.name, value)));
        } else if said.windows(2).any(|pair| pair[0] != pair[1]) {
            differ.push((column.name, values));
        }
    }
    if differ.is_empty() {
        // Each says what another leaves out: nothing is contrary, and still neither can stand for both.
        for (index, column) in fact_columns(table).enumerate() {
            let values: Vec<Value> = rivals.iter().map(|rival| to_value(column, rival.values[index].clone())).collect();
            if values.windows(2).any(|pair| pair[0].is_missing() != pair[1].is_missing()) {
                differ.push((column.name, values));
            }
        }
    }
    KeyConflict { table, key, differ, places: rivals.iter().map(|rival| rival.at.clone()).collect() }
}
