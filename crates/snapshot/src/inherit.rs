//! Taking over a parent's rows: all but those of the forms and slots that came anew, people and facts alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use facts::{FileHash, Finding, Missing, Origin, TABLES, Table, Value};

use crate::content::position;
use crate::open::{damaged, manifest, open_immutable};
use crate::reader::{RowPlace, rows};
use crate::storage::{StoredRow, fact_columns, select, to_value, twin};
use crate::writer::SnapshotWriter;
use crate::{Act, HomeError, Manifest, conflict, key, people};

/// An origin of the parent's, and whether its rows are taken over.
struct Inherited {
    form: String,
    file: FileHash,
    sheet: String,
    slot: String,
    kept: bool,
}

/// What a form said of something, `slot`, before and says now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    pub form: String,
    pub slot: String,
    pub rows_before: u64,
    pub rows_now: u64,
}

pub(crate) fn take_over(writer: &mut SnapshotWriter<'_>) -> Result<(), HomeError> {
    let Some(parent) = writer.parent.clone() else { return Ok(()) };
    // Asked before any row is taken over: these came anew.
    let slots = writer.origins.slots();
    let home = writer.lock.home().clone();
    let path = home.snapshot_path(&writer.county, &parent);
    if !path.is_file() {
        return Err(HomeError::NoSnapshot { wanted: parent.to_string() });
    }
    let failed = |error| HomeError::sql(Act::ReadSnapshot, &path, error);
    let written = writer.temporary.path().to_path_buf();
    let not_written = |error| HomeError::sql(Act::WriteSnapshot, &written, error);
    let db = open_immutable(&path)?;
    let parent_manifest = manifest(&db, &path, &writer.county, &parent)?;
    let origins = rows(&db, "SELECT id, form, file, sheet, slot FROM origins", |row| {
        let (form, slot): (String, String) = (row.get(1)?, row.get(4)?);
        let key = (form, slot);
        let kept = !slots.contains(&key);
        let (form, slot) = key;
        Ok((row.get(0)?, Inherited { form, file: FileHash(row.get(2)?), sheet: row.get(3)?, slot, kept }))
    });
    let origins: BTreeMap<i64, Inherited> = origins.map_err(failed)?.into_iter().collect();
    let mut gone: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (index, table) in TABLES.iter().enumerate().filter(|(_, table)| parent_manifest.tables.contains_key(table.name)) {
        // Rows that were twins of others may now stand alone: all are weighed anew.
        for name in [table.name.to_string(), twin(table)] {
            let mut statement = db.prepare(&select(table, &name)).map_err(failed)?;
            let mut found = statement.query([]).map_err(failed)?;
            while let Some(row) = found.next().map_err(failed)? {
                let row = StoredRow::read(table, row).map_err(failed)?;
                let origin = origins.get(&row.origin);
                let origin = origin.ok_or_else(|| damaged(&path, facts::text!("有数据行没有来源", "a row has no origin")))?;
                if !origin.kept {
                    *gone.entry((origin.form.as_str(), origin.slot.as_str())).or_default() += 1;
                } else {
                    let place = origin.at(row.row, row.col);
                    writer.add(index, &row.values, row.missing, &place).map_err(not_written)?;
                }
            }
        }
    }
    writer.replaced = replaced(writer, &gone).map_err(not_written)?;
    take_over_people(writer, &slots, &home.people_path(&writer.county, &parent))?;
    let mut manifest = parent_manifest;
    manifest.files.retain(|file| origins.values().any(|origin| origin.kept && origin.file == file.hash));
    writer.inherited = Some(manifest);
    Ok(())
}

/// The slots of which the parent's rows are gone, with the number of the import's own rows in their place.
fn replaced(writer: &SnapshotWriter<'_>, gone: &BTreeMap<(&str, &str), u64>) -> rusqlite::Result<Vec<Replaced>> {
    let mut now: BTreeMap<(String, String), u64> = BTreeMap::new();
    let created = TABLES.iter().zip(&writer.tables).zip(&writer.own).filter(|((_, state), own)| state.created && **own > 0);
    for ((table, _), own) in created.filter(|_| !gone.is_empty()) {
        let sql = format!(
            "SELECT form, slot, n FROM (SELECT origin, count(*) AS n FROM {} WHERE rowid <= {own} GROUP BY origin)
             JOIN origins ON origins.id = origin",
            table.name
        );
        for (form, slot, n) in rows(&writer.db, &sql, |row| <(String, String, i64)>::try_from(row))? {
            *now.entry((form, slot)).or_default() += u64::try_from(n).unwrap_or(0);
        }
    }
    let replaced = gone.iter().map(|((form, slot), rows_before)| {
        let (form, slot) = (form.to_string(), slot.to_string());
        let rows_now = now.get(&(form.clone(), slot.clone())).copied().unwrap_or(0);
        Replaced { form, slot, rows_before: *rows_before, rows_now }
    });
    Ok(replaced.collect())
}

impl SnapshotWriter<'_> {
    /// The forms and slots of which earlier rows made way for those of this import. As with [`SnapshotWriter::conflicts`], no
    /// row can be pushed afterwards.
    pub fn replaced(&mut self) -> Result<&[Replaced], HomeError> {
        self.conflicts()?;
        Ok(&self.replaced)
    }

    /// What the parent says about itself, without the files of which nothing is left; none where there is no parent. As with
    /// [`SnapshotWriter::conflicts`], no row can be pushed afterwards.
    pub fn inherited(&mut self) -> Result<Option<&Manifest>, HomeError> {
        self.conflicts()?;
        Ok(self.inherited.as_ref())
    }

    /// The rows of a table that were taken over from the parent and count, in the order in which they were imported; personal
    /// columns are missing in them. A row that the import says again is not among them. As with
    /// [`SnapshotWriter::conflicts`], no row can be pushed afterwards.
    pub fn inherited_rows(&mut self, table: &'static Table, visit: &mut dyn FnMut(&[Value], &RowPlace)) -> Result<(), HomeError> {
        self.conflicts()?;
        let failed = |error| HomeError::sql(Act::WriteSnapshot, self.temporary.path(), error);
        let Some(index) = position(table).filter(|index| self.inherited.is_some() && self.tables[*index].created) else {
            return Ok(());
        };
        let own = self.own.get(index).copied().unwrap_or(0);
        let places = conflict::places(self).map_err(failed)?;
        let sql = select(table, table.name).replacen(" FROM ", ", rowid FROM ", 1) + " WHERE rowid > ? ORDER BY rowid";
        let rowid_at = fact_columns(table).count() + 4;
        let mut statement = self.db.prepare_cached(&sql).map_err(failed)?;
        let mut found = statement.query([own]).map_err(failed)?;
        while let Some(found) = found.next().map_err(failed)? {
            let rowid: i64 = found.get(rowid_at).map_err(failed)?;
            let row = StoredRow::read(table, found).map_err(failed)?;
            let Some((place, _)) = places.get(&row.origin).filter(|_| !self.stand_ins.contains(&(index, rowid))) else {
                continue;
            };
            let mut stored = row.values.into_iter();
            let values: Vec<Value> = (table.columns.iter())
                .map(|column| match column.personal {
                    true => Value::Missing(Missing::Blank),
                    false => stored.next().map_or(Value::Missing(Missing::Blank), |stored| to_value(column, stored)),
                })
                .collect();
            visit(&values, &RowPlace { row: row.row, col: row.col, ..place.clone() });
        }
        Ok(())
    }

    /// Leaves out findings of the parent's that would otherwise be kept: those that were looked for anew over all rows.
    pub fn forget_findings(&mut self, which: &dyn Fn(&Finding) -> bool) -> Result<(), HomeError> {
        self.conflicts()?;
        if let Some(manifest) = &mut self.inherited {
            manifest.findings.retain(|finding| !which(finding));
        }
        Ok(())
    }
}

fn take_over_people(writer: &mut SnapshotWriter<'_>, slots: &BTreeSet<(String, String)>, path: &Path) -> Result<(), HomeError> {
    if !path.is_file() {
        return Ok(());
    }
    let home = writer.lock.home();
    let key = key::read(home)?.ok_or_else(|| HomeError::KeyMissing { path: key::path(home) })?;
    people::read_all(path, &key, |stretch, row, values| {
        let slot = (stretch.form.clone(), stretch.slot.clone());
        let Some(index) = position(stretch.table).filter(|_| !slots.contains(&slot)) else { return Ok(()) };
        let file = FileHash(stretch.file.clone());
        let origin = Origin { form: &stretch.form, file: &file, sheet: &stretch.sheet, row, col: None, slot: &stretch.slot };
        writer.add_person(index, &values, &origin)
    })
}

impl Inherited {
    fn at(&self, row: u32, col: Option<u32>) -> Origin<'_> {
        Origin { form: &self.form, file: &self.file, sheet: &self.sheet, row, col, slot: &self.slot }
    }
}
