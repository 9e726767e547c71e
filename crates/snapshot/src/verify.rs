//! Reading a whole snapshot back and hashing it anew.

use std::collections::BTreeMap;
use std::path::Path;

use facts::{TABLES, Table, text};
use rusqlite::Connection;

use crate::content::{Content, RowHash, origin_hash, position, row_hash};
use crate::open::{damaged, open_immutable};
use crate::reader::rows;
use crate::storage::{StoredRow, select, twin};
use crate::{Act, Home, HomeError, Manifest, key, people};

/// Whether the file that bears a manifest's id holds what the id was made of.
pub(crate) fn verify(home: &Home, manifest: &Manifest) -> Result<(), HomeError> {
    let path = home.snapshot_path(&manifest.county, &manifest.id);
    let db = open_immutable(&path)?;
    let failed = |error| HomeError::sql(Act::ReadSnapshot, &path, error);
    let sound: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if sound != "ok" {
        return Err(damaged(&path, text!("SQLite 报告：{sound}", "SQLite says: {sound}")));
    }
    let origins: BTreeMap<i64, RowHash> = rows(&db, "SELECT id, form, file, sheet, slot FROM origins", |row| {
        let [form, file, sheet, slot]: [String; 4] = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
        Ok((row.get(0)?, origin_hash(&form, &file, &sheet, &slot)))
    })
    .map_err(failed)?
    .into_iter()
    .collect();
    let mut content = Content::new();
    for (table, hashes) in TABLES.iter().zip(&mut content.facts) {
        for name in [table.name.to_string(), twin(table)] {
            if has_table(&db, &name).map_err(failed)? {
                hash_rows(&db, &path, table, &name, &origins, hashes)?;
            }
        }
        let kept = manifest.tables.get(table.name).copied().unwrap_or(0);
        if kept > hashes.len() as u64 {
            return Err(damaged(&path, text!("数据行少于清单所列", "it has fewer rows than its manifest says")));
        }
    }
    hash_people(home, manifest, &mut content)?;
    match content.id(&manifest.county, &manifest.findings) {
        Some(id) if id == manifest.id => Ok(()),
        _ => Err(damaged(&path, text!("内容与编号不符", "its content is not what its id names"))),
    }
}

fn has_table(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1")?.exists([name])
}

fn hash_rows(
    db: &Connection,
    path: &Path,
    table: &'static Table,
    name: &str,
    origins: &BTreeMap<i64, RowHash>,
    hashes: &mut Vec<RowHash>,
) -> Result<(), HomeError> {
    let failed = |error| HomeError::sql(Act::ReadSnapshot, path, error);
    let mut buffer = Vec::new();
    let mut statement = db.prepare(&select(table, name)).map_err(failed)?;
    let mut found = statement.query([]).map_err(failed)?;
    while let Some(row) = found.next().map_err(failed)? {
        let row = StoredRow::read(table, row).map_err(failed)?;
        let origin = origins.get(&row.origin);
        let origin = origin.ok_or_else(|| damaged(path, text!("有数据行没有来源", "a row has no origin")))?;
        hashes.push(row_hash(&row.values, origin, row.row, row.col, &mut buffer));
    }
    Ok(())
}

fn hash_people(home: &Home, manifest: &Manifest, content: &mut Content) -> Result<(), HomeError> {
    let path = home.people_path(&manifest.county, &manifest.id);
    if !path.is_file() {
        return Ok(());
    }
    let key = key::read(home)?.ok_or_else(|| HomeError::KeyMissing { path: key::path(home) })?;
    let mut buffer = Vec::new();
    people::read_all(&path, &key, |stretch, row, values| {
        let origin = origin_hash(&stretch.form, &stretch.file, &stretch.sheet, &stretch.slot);
        if let Some(index) = position(stretch.table) {
            content.people[index].push(row_hash(&values, &origin, row, None, &mut buffer));
        }
        Ok(())
    })
}
