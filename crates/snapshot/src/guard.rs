//! What keeps the SQL of packs to its purpose, even if nobody checked it before: a filter is one expression over the
//! non-personal columns of one fact table, in bounded steps.
//!
//! Four things hold it, each enough for most attacks: the text must be one bracketed expression by its own tokens; SQLite's
//! authorizer admits one SELECT over that table and a few functions and nothing else; the file is opened immutable with its
//! limits low; and a counter of virtual machine steps stops what takes too long.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use facts::{Table, Text, text};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;

use crate::storage::fact_columns;

/// Longer filters are refused.
const FILTER_BYTES_MAX: usize = 4000;
/// Filters nested deeper are refused.
const DEPTH_MAX: u32 = 50;
/// How often the steps are counted.
const STEPS_PER_CHECK: i32 = 1000;

/// What a pack's filter may call. `abs`, `coalesce`, `min` and `max` are the same in every database; the others are what the
/// snapshot's own statements aggregate with.
const FUNCTIONS: &[&str] = &["abs", "coalesce", "count", "max", "min", "sum", "total"];

/// Watches over a connection for as long as it lives.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    watch: Arc<Mutex<Watch>>,
    steps_left: Arc<AtomicI64>,
}

#[derive(Debug)]
struct Watch {
    scope: Scope,
    n_selects: u32,
    /// The columns read by the statement that is being prepared.
    read: BTreeSet<String>,
    refused: Option<Text>,
}

/// What the statement that is being prepared may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The snapshot's own statements.
    Own,
    /// A filter by itself: the fact columns of its table.
    Filter(&'static Table),
    /// A statement of the snapshot's own around a filter: that table, provenance included.
    Around(&'static Table),
}

impl Guard {
    /// Puts limits, authorizer and step counter on a connection.
    pub(crate) fn set(db: &Connection) -> rusqlite::Result<Guard> {
        for (limit, value) in [
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 1_000_000),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 2),
            (Limit::SQLITE_LIMIT_FUNCTION_ARG, 20),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100),
            (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            db.set_limit(limit, value)?;
        }
        for (config, value) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            // Without this, a misspelt column in double quotes would be taken for a string.
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        ] {
            db.set_db_config(config, value)?;
        }
        let watch = Watch { scope: Scope::Own, n_selects: 0, read: BTreeSet::new(), refused: None };
        let guard = Guard { watch: Arc::new(Mutex::new(watch)), steps_left: Arc::new(AtomicI64::new(i64::MAX)) };
        let watch = Arc::clone(&guard.watch);
        db.authorizer(Some(move |context: AuthContext<'_>| locked(&watch).allow(&context.action)))?;
        let steps_left = Arc::clone(&guard.steps_left);
        let count = move || steps_left.fetch_sub(i64::from(STEPS_PER_CHECK), Ordering::Relaxed) <= 0;
        db.progress_handler(STEPS_PER_CHECK, Some(count))?;
        Ok(guard)
    }

    /// Says what the next statement may read; it may take any number of steps unless [`Guard::allow_steps`] follows.
    pub(crate) fn expect(&self, scope: Scope) {
        let mut watch = locked(&self.watch);
        *watch = Watch { scope, n_selects: 0, read: BTreeSet::new(), refused: None };
        self.allow_steps(u64::MAX);
    }

    /// Says how many steps the next statement may take.
    pub(crate) fn allow_steps(&self, steps: u64) {
        self.steps_left.store(i64::try_from(steps).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Why the last statement was refused, if the authorizer did.
    pub(crate) fn refusal(&self) -> Option<Text> {
        locked(&self.watch).refused.take()
    }

    /// The columns that the last statement reads.
    pub(crate) fn columns_read(&self) -> BTreeSet<String> {
        std::mem::take(&mut locked(&self.watch).read)
    }
}

/// A panic elsewhere leaves nothing half done here.
fn locked(watch: &Mutex<Watch>) -> MutexGuard<'_, Watch> {
    watch.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    fn allow(&mut self, action: &AuthAction<'_>) -> Authorization {
        let refusal = match action {
            AuthAction::Select => {
                self.n_selects += 1;
                (self.n_selects > 1).then(|| text!("条件里不能再有查询", "a filter holds no query of its own"))
            }
            AuthAction::Read { table_name, column_name } => self.refuse_read(table_name, column_name),
            AuthAction::Function { function_name } => (!FUNCTIONS.iter().any(|name| name.eq_ignore_ascii_case(function_name)))
                .then(|| text!("条件里不能用函数 {function_name}", "a filter does not call {function_name}")),
            _ => Some(text!("条件只能读取事实表", "a filter reads facts and does nothing else")),
        };
        match refusal {
            None => Authorization::Allow,
            Some(why) => {
                self.refused.get_or_insert(why);
                Authorization::Deny
            }
        }
    }

    fn refuse_read(&mut self, table_name: &str, column_name: &str) -> Option<Text> {
        let table = match self.scope {
            Scope::Own => return None,
            Scope::Filter(table) | Scope::Around(table) => table,
        };
        self.read.insert(column_name.to_string());
        // SQLite names no column where a statement reads only that there are rows.
        let of_the_facts = column_name.is_empty() || fact_columns(table).any(|column| column.name == column_name);
        let fits = table_name == table.name && (of_the_facts || matches!(self.scope, Scope::Around(_)));
        let place = table.name;
        (!fits).then(|| {
            text!(
                "条件只能用表 {place} 的非个人列，不能用 {table_name}.{column_name}",
                "a filter reads the non-personal columns of table {place}, not {table_name}.{column_name}"
            )
        })
    }
}

/// Checks that a text is one expression that cannot leave the brackets put around it.
pub(crate) fn check_shape(filter: &str) -> Result<(), Text> {
    if filter.len() > FILTER_BYTES_MAX {
        return Err(text!("条件长于 {FILTER_BYTES_MAX} 字节", "it is longer than {FILTER_BYTES_MAX} bytes"));
    }
    let mut depth = 0_u32;
    let mut quote = None;
    let mut before = ' ';
    for c in filter.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), '\0') | (None, '\0' | ';' | '`' | '[' | ']' | '?' | '@' | '#' | '$' | '{' | '}' | '\\') => {
                return Err(text!("条件里不能有字符 {c:?}", "it holds the character {c:?}"));
            }
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '-') if before == '-' => return Err(text!("条件里不能有注释", "it holds a comment")),
            (None, '*') if before == '/' => return Err(text!("条件里不能有注释", "it holds a comment")),
            (None, '(') if depth == DEPTH_MAX => {
                return Err(text!("括号多于 {DEPTH_MAX} 层", "its brackets are nested deeper than {DEPTH_MAX}"));
            }
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.checked_sub(1).ok_or_else(|| text!("括号不配对", "its brackets do not match"))?;
            }
            (None, _) => {}
        }
        before = if quote.is_some() { ' ' } else { c };
    }
    if depth > 0 || quote.is_some() {
        return Err(text!("括号或引号不配对", "its brackets or quotes do not match"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_takes_too_many_steps_is_stopped() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE classes (size INTEGER)").unwrap();
        for size in 0..1000 {
            db.execute("INSERT INTO classes VALUES (?)", [size]).unwrap();
        }
        let guard = Guard::set(&db).unwrap();
        let count = |steps| {
            guard.expect(Scope::Own);
            guard.allow_steps(steps);
            let sql = "SELECT count(*) FROM classes a, classes b WHERE a.size + b.size = 7";
            db.query_row(sql, [], |row| row.get::<_, i64>(0))
        };
        assert_eq!(count(100_000_000).unwrap(), 8);
        let error = count(100_000).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::OperationInterrupted));
        assert_eq!(count(100_000_000).unwrap(), 8, "the next one may take its own");
    }

    /// Without the check of shape before it, the authorizer alone holds.
    #[test]
    fn the_authorizer_holds_alone() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE classes (size INTEGER, origin INTEGER); CREATE TABLE students (name TEXT)").unwrap();
        let guard = Guard::set(&db).unwrap();
        let Some(table) = facts::table("classes") else { panic!() };
        let sql = |filter: &str| format!("SELECT 1 FROM classes WHERE ({filter}\n)");
        for (sql, allowed) in [
            (sql("size > 1"), true),
            (sql("origin > 1"), false),
            (sql("1) UNION SELECT name FROM students WHERE (1"), false),
            (sql("1) UNION SELECT sql FROM sqlite_master WHERE (1"), false),
            (sql("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n) > 1"), false),
            (sql("load_extension('x') = 1"), false),
            ("PRAGMA user_version = 7".into(), false),
            ("ATTACH DATABASE ':memory:' AS other".into(), false),
            ("INSERT INTO classes VALUES (1, 1)".into(), false),
            ("DELETE FROM classes".into(), false),
            ("CREATE TABLE x (y)".into(), false),
            ("DROP TABLE classes".into(), false),
            ("BEGIN".into(), false),
            ("VACUUM INTO 'x'".into(), false),
        ] {
            guard.expect(Scope::Filter(table));
            let ran = db.execute_batch(&sql);
            assert_eq!(ran.is_ok(), allowed, "{sql}: {ran:?}");
        }
    }
}
