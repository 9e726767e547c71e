use facts::{CountyCode, FactSink, FileHash, Finding, Origin, SinkError, Table, Value};
use jiff::Timestamp;

use crate::{HomeError, HomeLock, Manifest, RowPlace, SnapshotId, SourceFile};

/// Takes rows into a file of its own beside the snapshots. Dropped before [`SnapshotWriter::finish`], nothing has happened.
#[derive(Debug)]
pub struct SnapshotWriter<'a> {
    lock: &'a HomeLock,
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

#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Finished {
    New(Manifest),
    /// A snapshot with this very content was there already; it is the county's latest again.
    Unchanged(Manifest),
}

impl Finished {
    pub fn manifest(&self) -> &Manifest {
        match self {
            Finished::New(manifest) | Finished::Unchanged(manifest) => manifest,
        }
    }
}

/// Rows with one key that say different things.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyConflict {
    pub table: &'static Table,
    pub key: Vec<(&'static str, Value)>,
    /// The columns in which they differ.
    pub differ: Vec<&'static str>,
    /// All of them, in order. `file_name` is the hash where the file is not one of the parent's.
    pub places: Vec<RowPlace>,
}

impl KeyConflict {
    /// As a 逻辑 finding that names the places; `files` are those of the import.
    pub fn finding(&self, _files: &[SourceFile]) -> Finding {
        Finding::new(
            facts::Severity::Logic,
            "contradiction",
            facts::Place::Everywhere,
            facts::Text::new("", ""),
            facts::Text::new("", ""),
        )
    }
}

impl<'a> SnapshotWriter<'a> {
    /// Begins a snapshot of a county, laid over `parent`, whose rows it takes over except those of the forms and slots that
    /// come anew.
    pub fn begin(lock: &'a HomeLock, _county: CountyCode, _parent: Option<&SnapshotId>) -> Result<SnapshotWriter<'a>, HomeError> {
        Ok(SnapshotWriter { lock })
    }

    /// Contradictions among the rows, those taken over included; the first thousand. No row can be pushed afterwards.
    pub fn conflicts(&mut self) -> Result<Vec<KeyConflict>, HomeError> {
        Ok(Vec::new())
    }

    /// Publishes the rows as one snapshot, or finds that the home has it already.
    pub fn finish(self, _finish: Finish) -> Result<Finished, HomeError> {
        Err(HomeError::NoHome { path: self.lock.home().path().to_path_buf() })
    }
}

impl FactSink for SnapshotWriter<'_> {
    fn push(&mut self, table: &'static Table, _values: &[Value], origin: &Origin<'_>) -> Result<(), SinkError> {
        let _: &FileHash = origin.file;
        Err(SinkError(Box::new(HomeError::RowTooLate { table: table.name })))
    }
}
