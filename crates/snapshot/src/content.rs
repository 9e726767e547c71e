//! The canonical form of what a snapshot holds, and its hash.
//!
//! Every row is hashed by itself, over its values, its origin and its place. The canonical order of a table is the order of
//! its rows' hashes: it needs no sorting of the rows themselves and does not depend on how or when they arrived. The id is
//! the hash over the tables' hashes, the people's, and the explanations that are printed beside the figures.

use std::io::{self, Read};

use facts::{CountyCode, Finding, Missing, TABLES, Table};
use sha2::{Digest, Sha256};

use crate::storage::Stored;
use crate::{SCHEMA_VERSION, SnapshotId};

pub(crate) type RowHash = [u8; 32];

/// The hashes of all rows, by position in [`facts::TABLES`].
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) facts: Vec<Vec<RowHash>>,
    pub(crate) people: Vec<Vec<RowHash>>,
}

impl Content {
    pub(crate) fn new() -> Content {
        Content { facts: vec![Vec::new(); TABLES.len()], people: vec![Vec::new(); TABLES.len()] }
    }

    /// Brings the rows into their canonical order.
    pub(crate) fn sort(&mut self) {
        self.facts.iter_mut().chain(&mut self.people).for_each(|rows| rows.sort_unstable());
    }

    /// The id of a snapshot with these rows and explanations.
    pub(crate) fn id(mut self, county: &CountyCode, findings: &[Finding]) -> Option<SnapshotId> {
        self.sort();
        let mut hash = Sha256::new();
        let mut part = |words: &[u8]| {
            hash.update((words.len() as u64).to_le_bytes());
            hash.update(words);
        };
        part(b"junheng snapshot");
        part(&SCHEMA_VERSION.to_le_bytes());
        part(county.as_str().as_bytes());
        for (kind, tables) in [("facts", &self.facts), ("people", &self.people)] {
            for (table, rows) in TABLES.iter().zip(tables).filter(|(_, rows)| !rows.is_empty()) {
                part(kind.as_bytes());
                part(table.name.as_bytes());
                part(rows.as_flattened());
            }
        }
        for explanation in explanations(findings) {
            part(b"explanation");
            part(explanation.as_bytes());
        }
        SnapshotId::parse(&hex(&hash.finalize()))
    }
}

/// What people said about findings. The findings' own words are left out: a better wording is no new fact.
fn explanations(findings: &[Finding]) -> Vec<String> {
    let told = findings.iter().filter_map(|finding| Some((finding, finding.explanation.as_ref()?)));
    let mut all: Vec<String> = told
        .filter_map(|(finding, told)| serde_json::to_string(&(&finding.code, &finding.place, &told.words, &told.by)).ok())
        .collect();
    all.sort();
    all.dedup();
    all
}

/// The hash of what many rows share: the form, file, sheet and slot from which they came.
pub(crate) fn origin_hash(form: &str, file: &str, sheet: &str, slot: &str) -> RowHash {
    let mut buffer = Vec::with_capacity(160);
    for words in [form, file, sheet, slot] {
        encode_text(words, &mut buffer);
    }
    Sha256::digest(&buffer).into()
}

/// The hash of one row, of a fact table or of its sealed part; `buffer` is scratch space.
pub(crate) fn row_hash(values: &[Stored<'_>], origin: &RowHash, row: u32, col: Option<u32>, buffer: &mut Vec<u8>) -> RowHash {
    buffer.clear();
    for value in values {
        encode(value, buffer);
    }
    buffer.extend_from_slice(origin);
    buffer.extend_from_slice(&row.to_le_bytes());
    buffer.extend_from_slice(&col.unwrap_or(0).to_le_bytes());
    Sha256::digest(&*buffer).into()
}

/// A value as bytes from which it can be read back: a tag, then the value.
pub(crate) fn encode(value: &Stored<'_>, out: &mut Vec<u8>) {
    match value {
        Stored::Missing(reason) => out.push(match reason {
            Missing::Blank => 0,
            Missing::Dash => 1,
            Missing::None => 2,
            Missing::NotApplicable => 3,
        }),
        Stored::Text(words) => {
            out.push(4);
            encode_text(words, out);
        }
        Stored::Integer(number) => {
            out.push(5);
            out.extend_from_slice(&number.to_le_bytes());
        }
        Stored::Real(number) => {
            out.push(6);
            out.extend_from_slice(&number.to_le_bytes());
        }
    }
}

pub(crate) fn encode_text(words: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&(words.len() as u32).to_le_bytes());
    out.extend_from_slice(words.as_bytes());
}

/// Reads back what [`encode`] wrote.
pub(crate) fn decode(from: &mut impl Read) -> io::Result<Stored<'static>> {
    let [tag] = bytes(from)?;
    Ok(match tag {
        0 => Stored::Missing(Missing::Blank),
        1 => Stored::Missing(Missing::Dash),
        2 => Stored::Missing(Missing::None),
        3 => Stored::Missing(Missing::NotApplicable),
        4 => Stored::Text(decode_text(from)?.into()),
        5 => Stored::Integer(i64::from_le_bytes(bytes(from)?)),
        6 => Stored::Real(f64::from_le_bytes(bytes(from)?)),
        _ => return Err(io::ErrorKind::InvalidData.into()),
    })
}

pub(crate) fn decode_text(from: &mut impl Read) -> io::Result<String> {
    let n = u64::from(u32::from_le_bytes(bytes(from)?));
    let mut words = Vec::new();
    // Read through a limit, so that a false length takes no memory.
    if from.take(n).read_to_end(&mut words)? as u64 != n {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    String::from_utf8(words).map_err(|_| io::ErrorKind::InvalidData.into())
}

pub(crate) fn bytes<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut out = [0; N];
    from.read_exact(&mut out)?;
    Ok(out)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)] as char, DIGITS[usize::from(b & 15)] as char]).collect()
}

/// The position of a table in [`facts::TABLES`].
pub(crate) fn position(table: &Table) -> Option<usize> {
    // Asked for every row: nearly always it is the very table.
    let is_same = |known: &Table| std::ptr::eq(known, table);
    TABLES.iter().position(is_same).or_else(|| TABLES.iter().position(|known| known.name == table.name))
}
