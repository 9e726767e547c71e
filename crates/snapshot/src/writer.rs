use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use facts::{CountyCode, FactSink, Finding, Origin, SinkError, TABLES, Table, Text, Value, text};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use crate::conflict::{self, KeyConflict};
use crate::content::{Content, RowHash, encode, origin_hash, position, row_hash};
use crate::durable::{Temporary, make_folder};
use crate::inherit::Replaced;
use crate::people::{PeopleWriter, Stretch};
use crate::storage::{
    APPLICATION_ID, SHARED_TABLES, Stored, create_table, fact_columns, insert, personal_columns, reasons, to_stored, twin,
};
use crate::{Act, HomeError, HomeLock, Manifest, SCHEMA_VERSION, SnapshotId, SourceFile, inherit, key, publish};

/// Takes rows into a file of its own beside the snapshots. Dropped before [`SnapshotWriter::finish`], nothing has happened.
///
/// ```
/// use facts::{CountyCode, FactSink, FileHash, Origin, Value, table};
/// use snapshot::{Finish, Finished, Home, SnapshotWriter};
///
/// # let dir = tempfile::tempdir().unwrap();
/// let home = Home::open_or_create(dir.path()).unwrap();
/// let lock = home.lock("教育局 张三").unwrap();
/// let file = lock.store_raw("学校标识码,学年,…".as_bytes()).unwrap();
///
/// let county = CountyCode::parse("530000").unwrap();
/// let mut writer = SnapshotWriter::begin(&lock, county.clone(), None).unwrap();
/// let origin = Origin { form: "school-figures", file: &file, sheet: "", row: 2, col: None, slot: "2153000012/2025-2026" };
/// let values = ["2153000012", "2025-2026", "primary", "books"].map(Value::text);
/// writer.push(table("school_figures").unwrap(), &[&values[..], &[Value::Integer(4000)]].concat(), &origin).unwrap();
/// assert!(writer.conflicts().unwrap().is_empty());
///
/// let finish = Finish { county_name: "某县".into(), created: "2026-11-24T08:00:00Z".parse().unwrap(), files: vec![], findings: vec![] };
/// let Finished::New(manifest) = writer.finish(finish).unwrap() else { panic!() };
/// assert_eq!(home.latest(&county).unwrap(), Some(manifest.id));
/// ```
pub struct SnapshotWriter<'a> {
    pub(crate) lock: &'a HomeLock,
    pub(crate) county: CountyCode,
    pub(crate) parent: Option<SnapshotId>,
    /// In one transaction from beginning to end. Closed before the file is published or removed.
    pub(crate) db: Connection,
    pub(crate) temporary: Temporary,
    pub(crate) people: Option<PeopleWriter>,
    pub(crate) content: Content,
    pub(crate) tables: Vec<TableState>,
    pub(crate) origins: Origins,
    /// Set once the parent's rows have been taken over and the keys compared.
    settled: Option<Vec<KeyConflict>>,
    pub(crate) inherited: Option<Manifest>,
    pub(crate) replaced: Vec<Replaced>,
    /// For each table, how many of its rows are the import's own: they have the first numbers.
    pub(crate) own: Vec<i64>,
    /// Rows taken over that count in the place of an equal one of the import's own: table and row number.
    pub(crate) stand_ins: BTreeSet<(usize, i64)>,
    /// Set by [`SnapshotWriter::prepare`].
    pub(crate) summary: Option<publish::Summary>,
    buffer: Vec<u8>,
}

/// What is told about the rows when they are published.
#[derive(Debug, Clone)]
pub struct Finish {
    pub county_name: String,
    pub created: Timestamp,
    /// The files from which the new rows came.
    pub files: Vec<SourceFile>,
    /// Findings to be kept: 经验 findings with their explanations.
    pub findings: Vec<Finding>,
}

/// What came of a writer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Finished {
    New(Manifest),
    /// A snapshot with this very content was there already; it is the county's latest again.
    Unchanged(Manifest),
}

impl Finished {
    /// Of the snapshot that now is the county's latest.
    pub fn manifest(&self) -> &Manifest {
        match self {
            Finished::New(manifest) | Finished::Unchanged(manifest) => manifest,
        }
    }
}

impl<'a> SnapshotWriter<'a> {
    /// Begins a snapshot of a county, laid over `parent`, whose rows it takes over except those of the forms and slots that
    /// come anew.
    pub fn begin(lock: &'a HomeLock, county: CountyCode, parent: Option<&SnapshotId>) -> Result<SnapshotWriter<'a>, HomeError> {
        let folder = lock.home().county(&county);
        make_folder(&folder).map_err(|error| HomeError::io(Act::WriteSnapshot, &folder, error))?;
        let temporary = Temporary::in_folder(&folder, "facts");
        let db = create(temporary.path()).map_err(|error| HomeError::sql(Act::WriteSnapshot, temporary.path(), error))?;
        Ok(SnapshotWriter {
            lock,
            county,
            parent: parent.cloned(),
            db,
            temporary,
            people: None,
            content: Content::new(),
            tables: TABLES.iter().map(TableState::new).collect(),
            origins: Origins::default(),
            settled: None,
            inherited: None,
            replaced: Vec::new(),
            own: Vec::new(),
            stand_ins: BTreeSet::new(),
            summary: None,
            buffer: Vec::new(),
        })
    }

    /// Rows so far, those that are taken over from the parent included once the conflicts have been asked for.
    pub fn rows(&self) -> u64 {
        self.content.facts.iter().map(|rows| rows.len() as u64).sum()
    }

    /// Contradictions among the rows, those taken over included; the first thousand. No row can be pushed afterwards.
    ///
    /// Rows of one key that say the same, or one of which says all that the others say, are no contradiction: the fullest
    /// counts, and the others are kept beside it for their provenance.
    pub fn conflicts(&mut self) -> Result<Vec<KeyConflict>, HomeError> {
        if self.settled.is_none() {
            self.own = self.content.facts.iter().map(|rows| rows.len() as i64).collect();
            inherit::take_over(self)?;
            self.settled = Some(conflict::settle(self)?);
        }
        Ok(self.settled.clone().unwrap_or_default())
    }

    /// Does what takes time in [`SnapshotWriter::finish`] and can still be thrown away: compares keys, sorts hashes, makes indices.
    /// So it can go on while the raw files are kept. No row can be pushed afterwards.
    pub fn prepare(&mut self) -> Result<(), HomeError> {
        self.conflicts()?;
        publish::prepare(self)
    }

    /// Publishes the rows as one snapshot, or finds that the home has it already. Rows that contradict each other are never
    /// published.
    pub fn finish(mut self, finish: Finish) -> Result<Finished, HomeError> {
        match self.conflicts()?.len() as u64 {
            0 => publish::publish(self, finish),
            n => Err(HomeError::Contradictions { n }),
        }
    }

    /// Adds a row in its stored form.
    pub(crate) fn add(
        &mut self,
        index: usize,
        values: &[Stored<'_>],
        missing: Option<&str>,
        origin: &Origin<'_>,
    ) -> rusqlite::Result<()> {
        let table = &TABLES[index];
        let state = &mut self.tables[index];
        if !state.created {
            self.db.execute_batch(&create_table(table, table.name))?;
            self.db.execute_batch(&create_table(table, &twin(table)))?;
            state.created = true;
        }
        let (id, origin_hash) = self.origins.number(&self.db, origin)?;
        let mut statement = self.db.prepare_cached(&state.insert)?;
        for (position, value) in values.iter().enumerate() {
            statement.raw_bind_parameter(position + 1, value)?;
        }
        let n = values.len();
        statement.raw_bind_parameter(n + 1, id)?;
        statement.raw_bind_parameter(n + 2, origin.row)?;
        statement.raw_bind_parameter(n + 3, origin.col)?;
        statement.raw_bind_parameter(n + 4, missing)?;
        statement.raw_execute()?;
        self.content.facts[index].push(row_hash(values, &origin_hash, origin.row, origin.col, &mut self.buffer));
        state.note(values, &mut self.buffer);
        Ok(())
    }

    /// Adds a person's sealed columns.
    pub(crate) fn add_person(&mut self, index: usize, values: &[Stored<'_>], origin: &Origin<'_>) -> Result<(), HomeError> {
        if self.people.is_none() {
            let key = key::read_or_create(self.lock)?;
            let folder = self.lock.home().county(&self.county);
            let writer = PeopleWriter::new(&folder, &key);
            self.people = Some(writer.map_err(|error| HomeError::io(Act::WriteSnapshot, &folder, error))?);
        }
        let failed = |error| HomeError::sql(Act::WriteSnapshot, self.temporary.path(), error);
        let (id, origin_hash) = self.origins.number(&self.db, origin).map_err(failed)?;
        let stretch = || Stretch {
            table: &TABLES[index],
            form: origin.form.to_string(),
            file: origin.file.0.clone(),
            sheet: origin.sheet.to_string(),
            slot: origin.slot.to_string(),
        };
        if let Some(people) = &mut self.people {
            let pushed = people.push((index, id), stretch, origin.row, values);
            pushed.map_err(|error| HomeError::io(Act::WriteSnapshot, self.temporary.path(), error))?;
        }
        self.content.people[index].push(row_hash(values, &origin_hash, origin.row, None, &mut self.buffer));
        Ok(())
    }

    fn push_row(&mut self, table: &'static Table, values: &[Value], origin: &Origin<'_>) -> Result<(), HomeError> {
        let wrong = |column, why: Text| {
            let place = format!("{} {} {}", origin.file, origin.sheet, origin.row);
            HomeError::WrongValue { table: table.name, column, place, why }
        };
        if self.settled.is_some() {
            return Err(HomeError::RowTooLate { table: table.name });
        }
        let index = position(table).ok_or_else(|| wrong("*", text!("没有这个表", "there is no such table")))?;
        if values.len() != table.columns.len() {
            let (n, m) = (values.len(), table.columns.len());
            return Err(wrong("*", text!("有 {n} 个值，应有 {m} 个", "{n} values instead of {m}")));
        }
        let mut facts = Vec::with_capacity(values.len());
        let mut personal = Vec::new();
        for (column, value) in table.columns.iter().zip(values) {
            let stored = to_stored(column, value).map_err(|why| wrong(column.name, why))?;
            if column.personal { personal.push(stored) } else { facts.push(stored) }
        }
        let missing = reasons(fact_columns(table).zip(&facts));
        let added = self.add(index, &facts, missing.as_deref(), origin);
        added.map_err(|error| HomeError::sql(Act::WriteSnapshot, self.temporary.path(), error))?;
        if personal_columns(table).next().is_some() {
            self.add_person(index, &personal, origin)?;
        }
        Ok(())
    }
}

impl FactSink for SnapshotWriter<'_> {
    fn push(&mut self, table: &'static Table, values: &[Value], origin: &Origin<'_>) -> Result<(), SinkError> {
        self.push_row(table, values, origin).map_err(|error| SinkError(Box::new(error)))
    }
}

impl std::fmt::Debug for SnapshotWriter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SnapshotWriter({}, {} rows, {})", self.county, self.rows(), self.temporary.path().display())
    }
}

/// What is known of a table while it is being written.
pub(crate) struct TableState {
    insert: String,
    pub(crate) created: bool,
    /// Positions among the fact columns of those that name a row.
    key: Vec<usize>,
    /// For each row, in the order of their numbers, a digest of its key; empty for a table without one.
    pub(crate) keys: Vec<u64>,
    /// For each fact column, whether some value is missing.
    pub(crate) gaps: Vec<bool>,
}

impl TableState {
    fn new(table: &'static Table) -> TableState {
        let key = fact_columns(table).enumerate().filter(|(_, column)| table.key.contains(&column.name));
        TableState {
            insert: insert(table, table.name),
            created: false,
            key: key.map(|(index, _)| index).collect(),
            keys: Vec::new(),
            gaps: vec![false; fact_columns(table).count()],
        }
    }

    fn note(&mut self, values: &[Stored<'_>], buffer: &mut Vec<u8>) {
        for (gap, value) in self.gaps.iter_mut().zip(values) {
            *gap |= matches!(value, Stored::Missing(_));
        }
        if !self.key.is_empty() {
            buffer.clear();
            for index in &self.key {
                encode_key(&values[*index], buffer);
            }
            let mut hasher = DefaultHasher::new();
            hasher.write(buffer);
            self.keys.push(hasher.finish());
        }
    }
}

/// A part of a key. For what reason a part is missing makes no other key.
pub(crate) fn encode_key(value: &Stored<'_>, buffer: &mut Vec<u8>) {
    match value {
        Stored::Missing(_) => encode(&Stored::Missing(facts::Missing::Blank), buffer),
        value => encode(value, buffer),
    }
}

/// The origins of rows, numbered as they come.
#[derive(Default)]
pub(crate) struct Origins {
    numbers: BTreeMap<OriginKey, (i64, RowHash)>,
    /// Rows come in stretches of one origin: most often it is the last one again.
    last: Option<(OriginKey, i64, RowHash)>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
struct OriginKey {
    form: String,
    file: String,
    sheet: String,
    slot: String,
}

impl OriginKey {
    fn is(&self, origin: &Origin<'_>) -> bool {
        self.slot == origin.slot && self.file == origin.file.0 && self.sheet == origin.sheet && self.form == origin.form
    }
}

impl Origins {
    fn number(&mut self, db: &Connection, origin: &Origin<'_>) -> rusqlite::Result<(i64, RowHash)> {
        if let Some((key, number, hash)) = &self.last
            && key.is(origin)
        {
            return Ok((*number, *hash));
        }
        let key = OriginKey {
            form: origin.form.to_string(),
            file: origin.file.0.clone(),
            sheet: origin.sheet.to_string(),
            slot: origin.slot.to_string(),
        };
        let (number, hash) = match self.numbers.get(&key) {
            Some(known) => *known,
            None => {
                let number = self.numbers.len() as i64 + 1;
                let hash = origin_hash(&key.form, &key.file, &key.sheet, &key.slot);
                let id = number.to_string();
                let row = [id.as_str(), &key.form, &key.file, &key.sheet, &key.slot];
                db.prepare_cached("INSERT INTO origins VALUES (?, ?, ?, ?, ?)")?.execute(params_from_iter(row))?;
                self.numbers.insert(key.clone(), (number, hash));
                (number, hash)
            }
        };
        self.last = Some((key, number, hash));
        Ok((number, hash))
    }

    /// The forms and slots of the origins so far.
    pub(crate) fn slots(&self) -> BTreeSet<(String, String)> {
        self.numbers.keys().map(|key| (key.form.clone(), key.slot.clone())).collect()
    }
}

fn create(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    // The file has no name until it is whole, so it needs no journal, and it is flushed once, at the end.
    db.execute_batch(&format!(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA cache_size = -65536; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};
         BEGIN; {SHARED_TABLES}"
    ))?;
    Ok(db)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Home;

    /// SQLite's own limit of pages gives the very error of a full disk.
    #[test]
    fn a_full_disk_leaves_the_last_snapshot_whole() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open_or_create(dir.path()).unwrap();
        let lock = home.lock("甲").unwrap();
        let county = CountyCode::parse("530000").unwrap();
        let file = facts::FileHash("ab".repeat(32));
        let finish =
            || Finish { county_name: "某县".into(), created: Timestamp::UNIX_EPOCH, files: Vec::new(), findings: Vec::new() };
        let publish = |n_rows: u32, n_pages: i64, parent: Option<&SnapshotId>| {
            let mut writer = SnapshotWriter::begin(&lock, county.clone(), parent)?;
            writer.db.pragma_update(None, "cache_size", 10).unwrap();
            writer.db.pragma_update(None, "max_page_count", n_pages).unwrap();
            let Some(table) = facts::table("school_figures") else { panic!() };
            for row in 0..n_rows {
                let mut values = ["2153000012", "2025-2026", "primary", ""].map(Value::text).to_vec();
                values[3] = Value::text(format!("item {row}"));
                values.push(Value::Integer(1));
                let slot = "2153000012/2025-2026";
                let origin = Origin { form: "f", file: &file, sheet: "", row, col: None, slot };
                writer.push_row(table, &values, &origin)?;
            }
            writer.finish(finish())
        };
        let first = publish(10, 1000, None).unwrap().manifest().clone();
        for n_pages in [15, 20, 30, 40] {
            let error = publish(5000, n_pages, Some(&first.id)).unwrap_err();
            assert!(matches!(error, HomeError::DiskFull { .. }), "{n_pages}: {error:?}");
            let folder = home.county(&county);
            assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2, "the snapshot and the note which is latest");
            home.snapshot(first.id.as_str()).unwrap().verify().unwrap();
        }
        assert!(publish(5000, 1000, Some(&first.id)).is_ok());
    }
}
