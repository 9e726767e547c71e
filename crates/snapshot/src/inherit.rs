//! Taking over a parent's rows: all but those of the forms and slots that came anew, people and facts alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use facts::{FileHash, Origin, TABLES};

use crate::content::position;
use crate::open::{damaged, manifest, open_immutable};
use crate::reader::rows;
use crate::storage::{StoredRow, select, twin};
use crate::writer::SnapshotWriter;
use crate::{Act, HomeError, key, people};

/// An origin of the parent's, and whether its rows are taken over.
struct Inherited {
    form: String,
    file: FileHash,
    sheet: String,
    slot: String,
    kept: bool,
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
    for (index, table) in TABLES.iter().enumerate().filter(|(_, table)| parent_manifest.tables.contains_key(table.name)) {
        // Rows that were twins of others may now stand alone: all are weighed anew.
        for name in [table.name.to_string(), twin(table)] {
            let mut statement = db.prepare(&select(table, &name)).map_err(failed)?;
            let mut found = statement.query([]).map_err(failed)?;
            while let Some(row) = found.next().map_err(failed)? {
                let row = StoredRow::read(table, row).map_err(failed)?;
                let origin = origins.get(&row.origin);
                let origin = origin.ok_or_else(|| damaged(&path, facts::text!("有数据行没有来源", "a row has no origin")))?;
                if origin.kept {
                    let place = origin.at(row.row, row.col);
                    writer.add(index, &row.values, row.missing, &place).map_err(not_written)?;
                }
            }
        }
    }
    take_over_people(writer, &slots, &home.people_path(&writer.county, &parent))?;
    let mut manifest = parent_manifest;
    manifest.files.retain(|file| origins.values().any(|origin| origin.kept && origin.file == file.hash));
    writer.inherited = Some(manifest);
    Ok(())
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
