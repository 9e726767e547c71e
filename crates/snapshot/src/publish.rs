//! Giving a finished file its name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use facts::{Finding, Place, SchoolYear, TABLES};

use crate::durable::{sync_folder, write_whole};
use crate::open::{damaged, read_manifest};
use crate::reader::rows;
use crate::storage::{create_index, fact_columns, fill_registers};
use crate::verify::verify;
use crate::writer::{Finish, Finished, SnapshotWriter};
use crate::{Act, HomeError, Manifest, SCHEMA_VERSION, SnapshotId, SourceFile};

pub(crate) fn publish(mut writer: SnapshotWriter<'_>, finish: Finish) -> Result<Finished, HomeError> {
    let home = writer.lock.home().clone();
    let county = writer.county.clone();
    let folder = home.county(&county);
    let unpublished = |error| HomeError::io(Act::Publish, &folder, error);
    let inherited = writer.inherited.take();
    let files = merge_files(finish.files, inherited.as_ref());
    let findings = merge_findings(finish.findings, inherited.as_ref(), &files);

    let content = std::mem::take(&mut writer.content);
    let people = writer.people.take().filter(|_| content.people.iter().any(|rows| !rows.is_empty()));
    let Some(id) = content.id(&county, &findings) else {
        return Err(damaged(&folder, facts::text!("无法编号", "it cannot be named")));
    };
    let path = home.snapshot_path(&county, &id);
    // Known and whole. One that is damaged is written anew in its place.
    let known = read_manifest(&path, &county, &id).and_then(|known| verify(&home, &known).map(|()| known));
    if let Ok(manifest) = known {
        note_latest(&folder, &id).map_err(unpublished)?;
        return Ok(Finished::Unchanged(manifest));
    }

    let (tables, years) = match writer.summary.take() {
        Some(summary) => summary,
        None => summarise(&writer)?,
    };
    let failed = |error| HomeError::sql(Act::WriteSnapshot, writer.temporary.path(), error);
    let manifest = Manifest {
        id,
        county: county.clone(),
        county_name: finish.county_name,
        years,
        created: finish.created,
        parent: writer.parent.clone(),
        schema_version: SCHEMA_VERSION,
        tables,
        files,
        findings,
    };
    let json = serde_json::to_string(&manifest).map_err(|error| unpublished(error.into()))?;
    writer.db.execute("INSERT INTO manifest VALUES (?)", [json]).map_err(failed)?;
    writer.db.execute_batch("COMMIT").map_err(failed)?;
    let SnapshotWriter { db, temporary, .. } = writer;
    db.close().map_err(|(_, error)| HomeError::sql(Act::WriteSnapshot, temporary.path(), error))?;

    // People first: facts whose people are missing would be a broken snapshot, people without facts are swept away.
    if let Some(people) = people {
        let sealed = people.finish().map_err(unpublished)?;
        sealed.publish(&home.people_path(&county, &manifest.id)).map_err(unpublished)?;
    }
    temporary.publish(&path).and_then(|()| sync_folder(&folder)).map_err(unpublished)?;
    note_latest(&folder, &manifest.id).map_err(unpublished)?;
    Ok(Finished::New(manifest))
}

/// Notes which snapshot is in force: not always the newest, as an import can lead back to an earlier content.
fn note_latest(folder: &std::path::Path, id: &SnapshotId) -> std::io::Result<()> {
    let line = format!("{id}\n");
    if fs::read_to_string(folder.join("latest")).is_ok_and(|noted| noted == line) {
        return Ok(());
    }
    write_whole(folder, "latest", line.as_bytes())
}

/// How many rows each table has, and of which years.
pub(crate) type Summary = (BTreeMap<String, u64>, Vec<SchoolYear>);

/// What can be done before it is known what else is to be told of the snapshot.
pub(crate) fn prepare(writer: &mut SnapshotWriter<'_>) -> Result<(), HomeError> {
    if writer.summary.is_none() {
        writer.content.sort();
        writer.summary = Some(summarise(writer)?);
    }
    Ok(())
}

fn summarise(writer: &SnapshotWriter<'_>) -> Result<Summary, HomeError> {
    counted(writer).map_err(|error| HomeError::sql(Act::WriteSnapshot, writer.temporary.path(), error))
}

/// Makes the indices and the small summaries, and counts rows and years.
fn counted(writer: &SnapshotWriter<'_>) -> rusqlite::Result<Summary> {
    let db = &writer.db;
    let mut tables = BTreeMap::new();
    for (table, state) in TABLES.iter().zip(&writer.tables).filter(|(_, state)| state.created) {
        for sql in [create_index(table), fill_registers(table)].into_iter().flatten() {
            db.execute_batch(&sql)?;
        }
        for (column, _) in fact_columns(table).zip(&state.gaps).filter(|(_, gap)| **gap) {
            db.execute("INSERT INTO gaps VALUES (?, ?)", [table.name, column.name])?;
        }
        let count = format!("SELECT count(*) FROM {}", table.name);
        let n: i64 = db.query_row(&count, [], |row| row.get(0))?;
        tables.insert(table.name.to_string(), u64::try_from(n).unwrap_or(0));
    }
    let years = rows(db, "SELECT DISTINCT year FROM registers ORDER BY year", |row| row.get::<_, String>(0))?;
    Ok((tables, years.iter().filter_map(|year| SchoolYear::read(year)).collect()))
}

/// The import's files and those of the parent that still have rows, by name.
fn merge_files(new: Vec<SourceFile>, inherited: Option<&Manifest>) -> Vec<SourceFile> {
    let old = inherited.into_iter().flat_map(|manifest| manifest.files.iter().cloned());
    let all: BTreeSet<SourceFile> = new.into_iter().chain(old).collect();
    all.into_iter().collect()
}

/// The import's findings, and those of the parent that it does not repeat and whose file, if they name one, still counts.
fn merge_findings(new: Vec<Finding>, inherited: Option<&Manifest>, files: &[SourceFile]) -> Vec<Finding> {
    let old = inherited.into_iter().flat_map(|manifest| manifest.findings.iter());
    let stands = |finding: &&Finding| match &finding.place {
        Place::File { file, .. } => files.iter().any(|source| source.name == *file),
        _ => true,
    };
    let repeated = |finding: &&Finding| new.iter().any(|other| (&other.code, &other.place) == (&finding.code, &finding.place));
    let mut all: Vec<Finding> = old.filter(stands).filter(|finding| !repeated(finding)).cloned().collect();
    all.extend(new);
    all.sort();
    all.dedup();
    all
}
