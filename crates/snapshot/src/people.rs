//! The columns that identify people: a sealed stream of rows beside the snapshot.
//!
//! The stream says once what many rows share (their table, form, file, sheet and slot) and then, row by row, the number of
//! the row and its values; so whoever lays a new snapshot over an old one can leave out the slots that come anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use facts::{TABLES, Table, Value};
use jiff::Timestamp;
use serde::Serialize;

use crate::content::{bytes, decode, decode_text, encode, encode_text};
use crate::durable::Temporary;
use crate::seal::{HomeKey, Sealer, Unsealer};
use crate::storage::{Stored, personal_columns, to_value};
use crate::{Act, Home, HomeError, SnapshotId};

/// Who looks at people's data, why and when: written to the home's `looked.log` before anything is shown.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub who: &'a str,
    pub purpose: &'a str,
    pub when: Timestamp,
}

/// The sealed columns of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// As in [`crate::SourceRow::person`].
    pub person: String,
    /// The personal columns of the table, in their order.
    pub values: Vec<(&'static str, Value)>,
}

/// The key between a row of facts and its sealed columns: the first digits of the file's hash, the sheet where the file has
/// several, and the row.
pub(crate) fn person_key(file: &str, sheet: &str, row: u32) -> String {
    let file = file.get(..12).unwrap_or(file);
    if sheet.is_empty() { format!("{file}:{row}") } else { format!("{file}:{sheet}:{row}") }
}

/// What the rows of a stretch of the stream share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) table: &'static Table,
    pub(crate) form: String,
    pub(crate) file: String,
    pub(crate) sheet: String,
    pub(crate) slot: String,
}

const STRETCH: u8 = 1;
const ROW: u8 = 2;

/// Writes the stream into a temporary file.
pub(crate) struct PeopleWriter {
    temporary: Temporary,
    sealer: Sealer<BufWriter<File>>,
    /// The table and origin of the current stretch.
    stretch: Option<(usize, i64)>,
    record: Vec<u8>,
}

impl PeopleWriter {
    pub(crate) fn new(folder: &Path, key: &HomeKey) -> io::Result<PeopleWriter> {
        let temporary = Temporary::in_folder(folder, "people");
        let file = temporary.create_private()?;
        let sealer = Sealer::new(BufWriter::new(file), key)?;
        Ok(PeopleWriter { temporary, sealer, stretch: None, record: Vec::new() })
    }

    /// Adds a row; `shared` is asked only where a new stretch begins.
    pub(crate) fn push(
        &mut self,
        stretch: (usize, i64),
        shared: impl FnOnce() -> Stretch,
        row: u32,
        values: &[Stored<'_>],
    ) -> io::Result<()> {
        self.record.clear();
        if self.stretch != Some(stretch) {
            let shared = shared();
            self.record.push(STRETCH);
            for words in [shared.table.name, &shared.form, &shared.file, &shared.sheet, &shared.slot] {
                encode_text(words, &mut self.record);
            }
            self.stretch = Some(stretch);
        }
        self.record.push(ROW);
        self.record.extend_from_slice(&row.to_le_bytes());
        for value in values {
            encode(value, &mut self.record);
        }
        self.sealer.write_all(&self.record)
    }

    pub(crate) fn finish(self) -> io::Result<Temporary> {
        drop(self.sealer.finish()?);
        Ok(self.temporary)
    }
}

impl std::fmt::Debug for PeopleWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PeopleWriter({})", self.temporary.path().display())
    }
}

/// Reads a stream from its beginning, giving every row with its stretch.
pub(crate) fn read_all(
    path: &Path,
    key: &HomeKey,
    mut each: impl FnMut(&Stretch, u32, Vec<Stored<'static>>) -> Result<(), HomeError>,
) -> Result<(), HomeError> {
    let failed = |error| HomeError::sealed(Act::ReadPeople, path, error);
    let file = File::open(path).map_err(failed)?;
    let mut from = BufReader::new(Unsealer::new(file, key).map_err(failed)?);
    let mut stretch = None;
    loop {
        let mut tag = [0];
        if from.read(&mut tag).map_err(failed)? == 0 {
            return Ok(());
        }
        match (tag[0], &stretch) {
            (STRETCH, _) => stretch = Some(read_stretch(&mut from).map_err(failed)?),
            (ROW, Some(shared)) => {
                let (row, values) = read_row(shared, &mut from).map_err(failed)?;
                each(shared, row, values)?;
            }
            _ => return Err(failed(io::ErrorKind::InvalidData.into())),
        }
    }
}

fn read_stretch(from: &mut impl Read) -> io::Result<Stretch> {
    let name = decode_text(from)?;
    let table = TABLES.iter().find(|table| table.name == name).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Stretch { table, form: decode_text(from)?, file: decode_text(from)?, sheet: decode_text(from)?, slot: decode_text(from)? })
}

fn read_row(stretch: &Stretch, from: &mut impl Read) -> io::Result<(u32, Vec<Stored<'static>>)> {
    let row = u32::from_le_bytes(bytes(from)?);
    let values = personal_columns(stretch.table).map(|_| decode(from)).collect::<io::Result<_>>()?;
    Ok((row, values))
}

/// Finds some people of a table, in the order asked for; whoever is not there is left out.
pub(crate) fn find(path: &Path, key: &HomeKey, table: &Table, persons: &[String]) -> Result<Vec<PersonRow>, HomeError> {
    let wanted: BTreeSet<&str> = persons.iter().map(String::as_str).collect();
    let mut found: BTreeMap<String, PersonRow> = BTreeMap::new();
    read_all(path, key, |stretch, row, values| {
        if stretch.table.name != table.name {
            return Ok(());
        }
        let person = person_key(&stretch.file, &stretch.sheet, row);
        if wanted.contains(person.as_str()) {
            let named = personal_columns(stretch.table).zip(values);
            let values = named.map(|(column, stored)| (column.name, to_value(column, stored))).collect();
            found.insert(person.clone(), PersonRow { person, values });
        }
        Ok(())
    })?;
    Ok(persons.iter().filter_map(|person| found.get(person).cloned()).collect())
}

#[derive(Serialize)]
struct LookEntry<'a> {
    when: Timestamp,
    who: &'a str,
    purpose: &'a str,
    snapshot: &'a SnapshotId,
    table: &'a str,
    persons: &'a [String],
}

/// Writes a look down, one JSON object on a line, and has it on the disk before it returns.
pub(crate) fn log_look(
    home: &Home,
    look: &Look<'_>,
    snapshot: &SnapshotId,
    table: &str,
    persons: &[String],
) -> Result<(), HomeError> {
    if look.who.trim().is_empty() || look.purpose.trim().is_empty() {
        return Err(HomeError::LookUnsigned);
    }
    let entry = LookEntry { when: look.when, who: look.who, purpose: look.purpose, snapshot, table, persons };
    let path = home.path().join("looked.log");
    append_line(&path, &entry).map_err(|error| HomeError::io(Act::LogLook, &path, error))
}

fn append_line(path: &Path, entry: &LookEntry<'_>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // One line at a time, however many look at once; unlocked when the file is closed.
    file.lock()?;
    let mut line = serde_json::to_string(entry)?;
    line.push('\n');
    if ends_within_a_line(&mut file)? {
        line.insert(0, '\n');
    }
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// Whether a power cut left half a line at the end.
fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    Ok(bytes::<1>(file)? != [b'\n'])
}
