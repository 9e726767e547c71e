use std::collections::BTreeMap;
use std::fmt;

use facts::{CountyCode, FileHash, Finding, SchoolYear};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Stands for the layout that this software writes and reads: the fact tables, and how they are stored. A file that says another
/// number was written by another version.
pub const SCHEMA_VERSION: u32 = ((facts::TABLES_FINGERPRINT ^ STORAGE) % (1 << 31)) as u32;

/// Goes up whenever the storage or the canonical encoding changes; the tables speak for themselves.
const STORAGE: u64 = 2;

/// What a snapshot says about itself: whose facts, of which years, from which files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub id: SnapshotId,
    pub county: CountyCode,
    pub county_name: String,
    /// The school years of which it holds rows, in order.
    pub years: Vec<SchoolYear>,
    /// When it was published, as told by whoever published it. Not part of the id.
    pub created: Timestamp,
    /// The snapshot over which it was laid. Not part of the id.
    pub parent: Option<SnapshotId>,
    pub schema_version: u32,
    /// Rows per table; tables without rows are left out.
    pub tables: BTreeMap<String, u64>,
    /// The files from which its rows came, by name.
    pub files: Vec<SourceFile>,
    /// What was found and explained at import, to be shown beside the figures from then on.
    pub findings: Vec<Finding>,
}

impl Manifest {
    /// The name under which the official knows a file; its hash where it is not among the files.
    pub fn file_name<'a>(&'a self, file: &'a FileHash) -> &'a str {
        self.files.iter().find(|source| source.hash == *file).map_or(file.0.as_str(), |source| source.name.as_str())
    }
}

/// A file whose rows a snapshot holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceFile {
    /// As the official named it: `数据.zip/学籍.csv`.
    pub name: String,
    pub hash: FileHash,
    /// The form as which it was recognised.
    pub form: String,
}

/// The name of a snapshot: SHA-256 over its county, its tables' rows in canonical order and its explanations.
///
/// ```
/// use snapshot::SnapshotId;
/// let id = SnapshotId::parse(&"0a".repeat(32)).unwrap();
/// assert_eq!(id.short(), "0a0a0a0a0a0a");
/// assert!(SnapshotId::parse("0a0a").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotId(String);

impl SnapshotId {
    /// Reads a whole id: 64 hexadecimal digits in lower case.
    pub fn parse(words: &str) -> Option<SnapshotId> {
        let fits = words.len() == 64 && words.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| SnapshotId(words.to_string()))
    }

    /// The first twelve digits: enough for people to tell snapshots apart.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }

    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<SnapshotId> for String {
    fn from(id: SnapshotId) -> String {
        id.0
    }
}

impl TryFrom<String> for SnapshotId {
    type Error = String;
    fn try_from(words: String) -> Result<SnapshotId, String> {
        SnapshotId::parse(&words).ok_or_else(|| format!("`{words}` is no snapshot id"))
    }
}
