//! A store copied into another, whichever databases they are in: a backup is a SQLite store of its own.

use std::path::Path;

use crate::connection::{Connection, Fields, Value};
use crate::database::Database;
use crate::postgresql::Postgres;
use crate::schema::{COPIED, COPIED_MARKS, NUMBERS};
use crate::sqlite::Sqlite;
use crate::{Store, StoreError};

/// Copies a store, as it stands at one moment, into a new file, while others go on writing. Gives the number of lines.
pub fn backup(url: &str, to: &Path) -> Result<u64, StoreError> {
    let mut copy = Sqlite::open(to).and_then(|db| Database::open(db, false))?;
    with(url, |from| copy_all(from, &mut copy))?;
    Ok(copy.head()?.lines)
}

/// Fills an empty store from a backup. Gives the number of lines.
pub fn restore(from: &Path, url: &str) -> Result<u64, StoreError> {
    if !from.is_file() {
        return Err(StoreError::FailedOpen { what: from.display().to_string() });
    }
    let mut from = Sqlite::open(from).and_then(|db| Database::open(db, false))?;
    with(url, |to| {
        if to.head()?.lines > 0 {
            return Err(StoreError::NotEmpty);
        }
        copy_into(&mut from.db, to)?;
        Ok(to.head()?.lines)
    })
}

/// A database of either kind.
trait AnyStore: Store {
    fn connection(&mut self) -> &mut dyn Connection;
}

impl<C: Connection> AnyStore for Database<C> {
    fn connection(&mut self) -> &mut dyn Connection {
        &mut self.db
    }
}

fn with<T>(url: &str, act: impl FnOnce(&mut dyn AnyStore) -> Result<T, StoreError>) -> Result<T, StoreError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        act(&mut Database::open(Postgres::connect(url)?, false)?)
    } else {
        act(&mut Database::open(Sqlite::open(Path::new(url.strip_prefix("sqlite:").unwrap_or(url)))?, false)?)
    }
}

fn copy_all(from: &mut dyn AnyStore, to: &mut Database<Sqlite>) -> Result<(), StoreError> {
    let from = from.connection();
    from.begin_read()?;
    let copied = copy_into(from, to);
    from.rollback();
    copied
}

/// Copies every table, then where the log ends; whole or not at all.
fn copy_into(from: &mut dyn Connection, to: &mut dyn AnyStore) -> Result<(), StoreError> {
    let to = to.connection();
    to.begin_write()?;
    let copied = tables(from, to).and_then(|()| to.commit());
    if copied.is_err() {
        to.rollback();
    }
    copied
}

fn tables(from: &mut dyn Connection, to: &mut dyn Connection) -> Result<(), StoreError> {
    for (table, columns) in COPIED {
        let marks: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
        let insert = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), marks.join(", "));
        let select = format!("SELECT {} FROM {table}", columns.join(", "));
        page(from, columns, &select, &mut |row| {
            let values = columns.iter().enumerate().map(|(at, column)| {
                if NUMBERS.contains(column) { row.number(at).map(Value::Number) } else { row.maybe(at).map(Value::Maybe) }
            });
            to.execute(&insert, &values.collect::<Result<Vec<_>, _>>()?).map(|_| ())
        })?;
    }
    let mut meta = Vec::new();
    from.query("SELECT name, value FROM meta", &[], &mut |row| {
        let name = row.text(0)?;
        if COPIED_MARKS.iter().any(|mark| name == *mark || mark.ends_with(':') && name.starts_with(mark)) {
            meta.push((name.to_string(), row.text(1)?.to_string()));
        }
        Ok(())
    })?;
    for (name, value) in meta {
        let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        to.execute(sql, &[Value::Text(&name), Value::Text(&value)])?;
    }
    Ok(())
}

/// Goes through a table; the logs, which may be long, page by page.
fn page(
    from: &mut dyn Connection,
    columns: &[&str],
    select: &str,
    each: &mut dyn FnMut(&dyn Fields) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    const PAGE: i64 = 20_000;
    if columns[0] != "no" {
        return from.query(&format!("{select} ORDER BY {}", columns[..1].join(", ")), &[], each);
    }
    let (mut after, mut rows) = (0, PAGE);
    while rows == PAGE {
        rows = 0;
        from.query(
            &format!("{select} WHERE no > $1 ORDER BY no LIMIT $2"),
            &[Value::Number(after), Value::Number(PAGE)],
            &mut |row| {
                rows += 1;
                after = row.number(0)?;
                each(row)
            },
        )?;
    }
    Ok(())
}
