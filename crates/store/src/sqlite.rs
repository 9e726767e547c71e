use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection as Db, ErrorCode, OpenFlags, ToSql};

use crate::StoreError;
use crate::connection::{Connection, Each, Fields, Value};

/// A store in one file.
pub struct Sqlite {
    db: Db,
}

/// For how long a writer waits for another.
const WAIT: Duration = Duration::from_secs(15);

impl Sqlite {
    pub fn open(path: &Path) -> Result<Sqlite, StoreError> {
        let failed = |what: String| StoreError::FailedOpen { what: format!("{}: {what}", path.display()) };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Db::open_with_flags(path, flags).map_err(|error| failed(error.to_string()))?;
        db.busy_timeout(WAIT).map_err(wrong)?;
        // Whatever is acknowledged survives a power cut, too.
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536",
        )
        .map_err(wrong)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Sqlite { db })
    }
}

impl Connection for Sqlite {
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.db.prepare_cached(sql).map_err(wrong)?;
        statement.execute(rusqlite::params_from_iter(values)).map(|rows| rows as u64).map_err(wrong)
    }

    fn query(&mut self, sql: &str, values: &[Value<'_>], each: Each<'_>) -> Result<(), StoreError> {
        let mut statement = self.db.prepare_cached(sql).map_err(wrong)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(wrong)?;
        while let Some(row) = rows.next().map_err(wrong)? {
            each(&SqliteRow(row))?;
        }
        Ok(())
    }

    fn begin_write(&mut self) -> Result<(), StoreError> {
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(wrong)
    }

    fn begin_read(&mut self) -> Result<(), StoreError> {
        self.db.execute_batch("BEGIN").map_err(wrong)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.db.execute_batch("COMMIT").map_err(wrong)
    }

    fn rollback(&mut self) {
        if !self.db.is_autocommit() {
            let _ = self.db.execute_batch("ROLLBACK");
        }
    }

    fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        let mut found = false;
        self.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", &[Value::Text(name)], &mut |_| {
            found = true;
            Ok(())
        })?;
        Ok(found)
    }
}

struct SqliteRow<'r>(&'r rusqlite::Row<'r>);

impl Fields for SqliteRow<'_> {
    fn text(&self, column: usize) -> Result<&str, StoreError> {
        self.maybe(column)?.ok_or_else(|| StoreError::Broken { what: format!("column {column} is empty") })
    }

    fn maybe(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.0.get_ref(column).map_err(wrong)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(words) => {
                let words = std::str::from_utf8(words).map_err(|error| StoreError::Broken { what: error.to_string() })?;
                Ok(Some(words))
            }
            other => Err(StoreError::Broken { what: format!("column {column} holds {:?}", other.data_type()) }),
        }
    }

    fn number(&self, column: usize) -> Result<i64, StoreError> {
        self.0.get(column).map_err(wrong)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Text(words) | Value::Maybe(Some(words)) => ValueRef::Text(words.as_bytes()),
            Value::Maybe(None) => ValueRef::Null,
            Value::Number(number) => ValueRef::Integer(*number),
        }))
    }
}

fn is_failed_write(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
    let code = error.sqlite_error().map_or(0, |error| error.extended_code);
    [SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE].contains(&code)
}

fn wrong(error: rusqlite::Error) -> StoreError {
    let what = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        // What a quota, or a limit on the size of a file, does.
        Some(ErrorCode::SystemIoFailure) if is_failed_write(&error) => StoreError::Full,
        Some(ErrorCode::ReadOnly) => StoreError::ReadOnly,
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError::FailedOpen { what },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Broken { what },
        _ => StoreError::Refused { what },
    }
}
