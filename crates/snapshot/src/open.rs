//! Opening a snapshot's file: everything that can be wrong with it is named before any of it is believed.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use facts::{CountyCode, Text, text};
use rusqlite::{Connection, OpenFlags};

use crate::storage::APPLICATION_ID;
use crate::{Act, HomeError, Manifest, SCHEMA_VERSION, SnapshotId};

/// Opens a snapshot's file read-only and immutable: SQLite takes no locks and looks for no journal.
pub(crate) fn open_immutable(path: &Path) -> Result<Connection, HomeError> {
    check_length(path)?;
    let failed = |error| HomeError::sql(Act::OpenSnapshot, path, error);
    let uri = uri(path).map_err(|error| HomeError::io(Act::OpenSnapshot, path, error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(uri, flags).map_err(failed)?;
    let application: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    if application != APPLICATION_ID {
        return Err(damaged(path, text!("不是均衡的快照", "not a snapshot of Junheng")));
    }
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    if found != SCHEMA_VERSION {
        return Err(HomeError::SchemaVersion { path: path.to_path_buf(), found, known: SCHEMA_VERSION });
    }
    db.execute_batch("PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;").map_err(failed)?;
    Ok(db)
}

/// Reads what a snapshot says about itself and compares it with its name.
pub(crate) fn read_manifest(path: &Path, county: &CountyCode, id: &SnapshotId) -> Result<Manifest, HomeError> {
    manifest(&open_immutable(path)?, path, county, id)
}

pub(crate) fn manifest(db: &Connection, path: &Path, county: &CountyCode, id: &SnapshotId) -> Result<Manifest, HomeError> {
    let json: String = db
        .query_row("SELECT json FROM manifest", [], |row| row.get(0))
        .map_err(|error| HomeError::sql(Act::OpenSnapshot, path, error))?;
    let manifest: Manifest =
        serde_json::from_str(&json).map_err(|_| damaged(path, text!("清单无法读取", "its manifest cannot be read")))?;
    if manifest.id != *id || manifest.county != *county {
        return Err(damaged(path, text!("文件名与清单不符", "its name is not the one in its manifest")));
    }
    Ok(manifest)
}

pub(crate) fn damaged(path: &Path, why: Text) -> HomeError {
    HomeError::Damaged { path: path.to_path_buf(), why }
}

/// A file cut short may still open, and fail only where its missing pages are read. Its header says how long it should be.
fn check_length(path: &Path) -> Result<(), HomeError> {
    let failed = |error| HomeError::io(Act::OpenSnapshot, path, error);
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut header = [0; 100];
    let header_read = file.read_exact(&mut header);
    if header_read.is_err() || !header.starts_with(b"SQLite format 3\0") {
        return Err(damaged(path, text!("不是 SQLite 文件", "not a SQLite file")));
    }
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65536,
        size => u64::from(size),
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    if page * pages != length {
        let wanted = page * pages;
        return Err(damaged(
            path,
            text!("应有 {wanted} 字节，实有 {length} 字节", "it should have {wanted} bytes and has {length}"),
        ));
    }
    Ok(())
}

/// A path as SQLite's URI wants it: any byte that could mean something else is written in hexadecimal.
fn uri(path: &Path) -> io::Result<String> {
    let path = std::path::absolute(path)?;
    let mut uri = String::from("file://");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(*byte as char),
            other => uri += &format!("%{other:02X}"),
        }
    }
    Ok(uri + "?mode=ro&immutable=1")
}
