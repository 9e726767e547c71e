//! How a row of facts lies in SQLite.
//!
//! A fact table holds its non-personal columns, typed strictly, then `origin` (a row of `origins`: form, file, sheet, slot),
//! `src_row`, `src_col` and `missing`, the reasons of those missing values that are not simply blank. Beside it lies
//! `twin_…` of the same shape: rows that say what another row of the same key says already, kept for their provenance and
//! never counted. `registers` and `gaps` are small summaries that spare queries a scan.

use std::borrow::Cow;

use facts::{Column, ColumnKind, Missing, Stage, Table, Text, Time, Value, parse_date, text};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

/// "Jhsn": says that a SQLite file is a snapshot.
pub(crate) const APPLICATION_ID: i32 = 0x4a68_736e;

/// A value in the form in which it is stored and hashed: dates, codes and years are text, and a whole number in a column of
/// reals is a real, so that one fact has one form whichever way a reader of files produced it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stored<'a> {
    Missing(Missing),
    Text(Cow<'a, str>),
    Integer(i64),
    Real(f64),
}

impl Stored<'_> {
    pub(crate) fn into_owned(self) -> Stored<'static> {
        match self {
            Stored::Missing(reason) => Stored::Missing(reason),
            Stored::Text(words) => Stored::Text(Cow::Owned(words.into_owned())),
            Stored::Integer(number) => Stored::Integer(number),
            Stored::Real(number) => Stored::Real(number),
        }
    }
}

impl ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Stored::Missing(_) => ValueRef::Null,
            Stored::Text(words) => ValueRef::Text(words.as_bytes()),
            Stored::Integer(number) => ValueRef::Integer(*number),
            Stored::Real(number) => ValueRef::Real(*number),
        }))
    }
}

/// Brings a value to the form of its column, or says why it does not fit.
pub(crate) fn to_stored<'a>(column: &Column, value: &'a Value) -> Result<Stored<'a>, Text> {
    use ColumnKind::*;
    let (title, kind) = (column.title, column.kind);
    let misfit = || match value {
        // What identifies a person has no place in a message.
        Value::Text(words) if !column.personal => text!("“{words}”不能作为{title}", "\"{words}\" is no {kind:?}"),
        _ => text!("此值不能作为{title}", "this value is no {kind:?}"),
    };
    Ok(match (column.kind, value) {
        (_, Value::Missing(reason)) => Stored::Missing(*reason),
        (_, Value::Text(words)) if words.is_empty() => Stored::Missing(Missing::Blank),
        (Integer, Value::Integer(number)) => Stored::Integer(*number),
        (Integer, Value::Real(number)) if number.fract() == 0.0 && number.abs() < 9e15 => Stored::Integer(*number as i64),
        (Boolean, Value::Integer(number @ (0 | 1))) => Stored::Integer(*number),
        (Real, Value::Integer(number)) => Stored::Real(*number as f64),
        // Adding zero makes of minus zero zero: they are one number and must be one row.
        (Real, Value::Real(number)) if number.is_finite() => Stored::Real(*number + 0.0),
        (Integer | Boolean | Real, _) => return Err(misfit()),
        (Date | Text | CitizenId, Value::Date(date)) => Stored::Text(date.to_string().into()),
        (Date, Value::Text(words)) => Stored::Text(parse_date(words).ok_or_else(misfit)?.to_string().into()),
        (Stage, Value::Text(words)) => Stored::Text(Cow::Borrowed(facts::Stage::from_id(words).ok_or_else(misfit)?.id())),
        (SchoolYear, Value::Text(words)) if is_school_year(words) => Stored::Text(Cow::Borrowed(words)),
        (SchoolYear, Value::Text(words)) => Stored::Text(facts::SchoolYear::read(words).ok_or_else(misfit)?.id().into()),
        (Text | SchoolCode | DivisionCode | CitizenId | StudentNo, Value::Text(words)) => Stored::Text(Cow::Borrowed(words)),
        (Text | SchoolCode | DivisionCode | CitizenId | StudentNo, Value::Integer(number)) => {
            Stored::Text(number.to_string().into())
        }
        _ => return Err(misfit()),
    })
}

/// The usual spelling of a school year, `2025-2026`, told without a copy.
fn is_school_year(words: &str) -> bool {
    let (Some((first, second)), 9) = (words.split_once('-'), words.len()) else { return false };
    match (first.parse::<i16>(), second.parse::<i16>()) {
        (Ok(first), Ok(second)) => (1900..2200).contains(&first) && second == first + 1,
        _ => false,
    }
}

/// The value as the rest of the house knows it.
pub(crate) fn to_value(column: &Column, stored: Stored<'_>) -> Value {
    match stored {
        Stored::Missing(reason) => Value::Missing(reason),
        Stored::Integer(number) => Value::Integer(number),
        Stored::Real(number) => Value::Real(number),
        Stored::Text(words) => match (column.kind, parse_date(&words)) {
            (ColumnKind::Date, Some(date)) => Value::Date(date),
            _ => Value::Text(words.into_owned()),
        },
    }
}

pub(crate) fn missing_from_id(id: &str) -> Option<Missing> {
    [Missing::Blank, Missing::Dash, Missing::None, Missing::NotApplicable].into_iter().find(|reason| reason.id() == id)
}

/// The columns that lie in the fact table.
pub(crate) fn fact_columns(table: &'static Table) -> impl Iterator<Item = &'static Column> {
    table.columns.iter().filter(|column| !column.personal)
}

/// The columns that lie in the sealed file.
pub(crate) fn personal_columns(table: &'static Table) -> impl Iterator<Item = &'static Column> {
    table.columns.iter().filter(|column| column.personal)
}

/// The column that names the school: `school`, or `code` of the schools themselves.
pub(crate) fn school_column(table: &Table) -> Option<&'static str> {
    table.columns.iter().find(|column| column.kind == ColumnKind::SchoolCode).map(|column| column.name)
}

pub(crate) fn stage_column(table: &Table) -> Option<&'static str> {
    table.columns.iter().find(|column| column.kind == ColumnKind::Stage).map(|column| column.name)
}

/// The place where rows lie that repeat others.
pub(crate) fn twin(table: &Table) -> String {
    format!("twin_{}", table.name)
}

/// The tables every snapshot has besides the fact tables.
pub(crate) const SHARED_TABLES: &str = "
    CREATE TABLE manifest (json TEXT NOT NULL) STRICT;
    CREATE TABLE origins (
        id INTEGER PRIMARY KEY, form TEXT NOT NULL, file TEXT NOT NULL, sheet TEXT NOT NULL, slot TEXT NOT NULL
    ) STRICT;
    CREATE TABLE registers (tbl TEXT NOT NULL, year TEXT NOT NULL, school TEXT, stage TEXT, n INTEGER NOT NULL) STRICT;
    CREATE TABLE gaps (tbl TEXT NOT NULL, col TEXT NOT NULL) STRICT;
";

pub(crate) fn create_table(table: &'static Table, name: &str) -> String {
    let mut sql = format!("CREATE TABLE {name} (");
    for column in fact_columns(table) {
        let kind = match column.kind {
            ColumnKind::Integer | ColumnKind::Boolean => "INTEGER",
            ColumnKind::Real => "REAL",
            _ => "TEXT",
        };
        sql += &format!("{} {kind}, ", column.name);
    }
    sql + "origin INTEGER NOT NULL, src_row INTEGER NOT NULL, src_col INTEGER, missing TEXT) STRICT"
}

/// An index by the order in which stocks are grouped, and by item where a table is a list of figures; tables by validity
/// are too small for one.
pub(crate) fn create_index(table: &'static Table) -> Option<String> {
    if table.time != Time::SchoolYear {
        return None;
    }
    let item = table.column("item").map(|column| column.name);
    let columns: Vec<&str> = [Some("year"), item, school_column(table), stage_column(table)].into_iter().flatten().collect();
    Some(format!("CREATE INDEX by_{name} ON {name} ({columns})", name = table.name, columns = columns.join(", ")))
}

/// Counts the rows of each school, stage and year.
pub(crate) fn fill_registers(table: &'static Table) -> Option<String> {
    if table.time != Time::SchoolYear {
        return None;
    }
    let name = table.name;
    let school = school_column(table).unwrap_or("NULL");
    let stage = stage_column(table).unwrap_or("NULL");
    Some(format!(
        "INSERT INTO registers SELECT '{name}', year, {school}, {stage}, count(*) FROM {name}
         WHERE year IS NOT NULL GROUP BY 2, 3, 4"
    ))
}

pub(crate) fn insert(table: &'static Table, name: &str) -> String {
    let n = fact_columns(table).count() + 4;
    format!("INSERT INTO {name} VALUES ({})", vec!["?"; n].join(", "))
}

/// Fact columns in order, then origin, src_row, src_col, missing.
pub(crate) fn select(table: &'static Table, name: &str) -> String {
    let columns: Vec<&str> = fact_columns(table).map(|column| column.name).collect();
    format!("SELECT {}, origin, src_row, src_col, missing FROM {name}", columns.join(", "))
}

/// The reasons to be kept beside a row: `area dash,lon none`; None where every missing value is blank.
pub(crate) fn reasons<'a>(row: impl Iterator<Item = (&'static Column, &'a Stored<'a>)>) -> Option<String> {
    let mut words = String::new();
    for (column, stored) in row {
        if let Stored::Missing(reason @ (Missing::Dash | Missing::None | Missing::NotApplicable)) = stored {
            let comma = if words.is_empty() { "" } else { "," };
            words += &format!("{comma}{} {}", column.name, reason.id());
        }
    }
    (!words.is_empty()).then_some(words)
}

/// A row read back by [`select`].
pub(crate) struct StoredRow<'a> {
    pub(crate) values: Vec<Stored<'a>>,
    pub(crate) origin: i64,
    pub(crate) row: u32,
    pub(crate) col: Option<u32>,
    pub(crate) missing: Option<&'a str>,
}

impl<'a> StoredRow<'a> {
    pub(crate) fn read(table: &'static Table, row: &'a rusqlite::Row<'_>) -> rusqlite::Result<StoredRow<'a>> {
        let n = fact_columns(table).count();
        let missing = row.get_ref(n + 3)?.as_str_or_null().map_err(rusqlite::Error::from)?;
        let mut values = Vec::with_capacity(n);
        for (index, column) in fact_columns(table).enumerate() {
            values.push(match row.get_ref(index)? {
                ValueRef::Null => Stored::Missing(reason_of(missing, column.name)),
                ValueRef::Integer(number) => Stored::Integer(number),
                ValueRef::Real(number) => Stored::Real(number),
                other => Stored::Text(Cow::Borrowed(other.as_str().map_err(rusqlite::Error::from)?)),
            });
        }
        Ok(StoredRow { values, origin: row.get(n)?, row: row.get(n + 1)?, col: row.get(n + 2)?, missing })
    }
}

fn reason_of(missing: Option<&str>, column: &str) -> Missing {
    let reasons = missing.unwrap_or_default().split(',');
    let mut named = reasons.filter_map(|entry| entry.split_once(' ')).filter(|(name, _)| *name == column);
    named.next().and_then(|(_, id)| missing_from_id(id)).unwrap_or(Missing::Blank)
}

/// The stage of a stored word; a row that names none speaks for the whole school.
pub(crate) fn stage_of(words: Option<&str>) -> Stage {
    words.and_then(Stage::from_id).unwrap_or(Stage::Whole)
}
