//! Where cases are kept: an append-only log with a hash chain, and beside it a list of cases as they stand.
//!
//! Beside them stand the accounts, who is in, and a second log, with a chain of its own: who came in, looked, exported.
//!
//! One trait, [`Store`], over SQLite (a file, the default) and PostgreSQL (many servers). The SQL is the same text for both,
//! in the subset that databases speaking PostgreSQL's protocol accept too. Nothing here knows what a step or a role means.

mod account;
mod accounts;
mod condition;
mod connection;
mod copy;
mod database;
mod error;
mod postgresql;
mod row;
mod schema;
mod sqlite;

use std::path::Path;

use duty::Actor;
use duty::chain::Line;
use facts::Text;

pub use account::{Account, Accounts, Approval, NewTrace, Session, Settlement, Trace, TraceFilter};
pub use copy::{backup, restore};
pub use database::Database;
pub use error::StoreError;
pub use row::{Filter, Head, Listing, Order, Reach, Row, Tally};

/// What is written together, or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    pub entries: Vec<Entry>,
    /// Procedures at a version, as the cases that were opened under them need them: id, version, files.
    pub procedures: Vec<(String, String, String)>,
    /// What is kept apart from the log: case, field, value.
    pub vault: Vec<(String, String, String)>,
}

/// What happens to one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The number of events that the writer saw: 0 for a new case. Another number in the store means that somebody else was
    /// quicker, and nothing is written.
    pub expected: u64,
    pub events: Vec<duty::Recorded>,
    /// The case as it stands after them.
    pub row: Row,
}

/// A store of cases, and of the accounts of those who work on them.
pub trait Store: Accounts {
    /// Writes a batch whole: when it returns, every event is on the disk and in the chain.
    fn append(&mut self, batch: &Batch) -> Result<Head, StoreError>;

    fn row(&mut self, case: &str) -> Result<Option<Row>, StoreError>;

    /// The case of a procedure about a subject, the latest where there are several.
    fn about(&mut self, procedure: &str, subject: &str) -> Result<Option<Row>, StoreError>;

    fn list(&mut self, filter: &Filter) -> Result<Listing, StoreError>;

    /// Counts cases by township and procedure, in the order of the codes; what is overdue at a moment.
    fn tally(&mut self, filter: &Filter, now: &str) -> Result<Vec<Tally>, StoreError>;

    /// The events of a case, in order.
    fn events(&mut self, case: &str) -> Result<Vec<duty::Recorded>, StoreError>;

    /// Goes through the whole log in order, until the reader has a complaint.
    fn scan(&mut self, each: &mut dyn FnMut(&Line<'_>, &str) -> Result<(), Text>) -> Result<Result<(), Text>, StoreError>;

    /// The end of the log.
    fn head(&mut self) -> Result<Head, StoreError>;

    /// The files of a procedure at a version.
    fn procedure(&mut self, id: &str, version: &str) -> Result<Option<String>, StoreError>;

    /// What is kept apart of a case: field and value.
    fn vault(&mut self, case: &str) -> Result<Vec<(String, String)>, StoreError>;

    /// Adds a user, or changes one.
    fn put_user(&mut self, user: &Actor) -> Result<(), StoreError>;

    fn user(&mut self, person: &str) -> Result<Option<Actor>, StoreError>;

    fn users(&mut self) -> Result<Vec<Actor>, StoreError>;

    /// Takes the tables to an older or newer form; refused where something would be lost.
    fn migrate(&mut self, version: i64) -> Result<(), StoreError>;

    fn schema_version(&mut self) -> Result<i64, StoreError>;
}

/// Opens a store, making it where there is none: `postgres://…`, or a path of a file. A store begun for practice says so in
/// its chain for ever.
pub fn open(url: &str, practice: bool) -> Result<Box<dyn Store + Send>, StoreError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Box::new(Database::open(postgresql::Postgres::connect(url)?, practice)?));
    }
    let path = Path::new(url.strip_prefix("sqlite:").unwrap_or(url));
    Ok(Box::new(Database::open(sqlite::Sqlite::open(path)?, practice)?))
}

/// Reads the whole log and compares every line with the chain, and the end with the head that is kept beside it; gives the
/// number of lines, or what does not fit.
pub fn verify(store: &mut dyn Store) -> Result<Result<u64, Text>, StoreError> {
    let head = store.head()?;
    let mut verifier = duty::chain::Verifier::new(head.practice);
    // Lines that were added since the head was read are not this look's business.
    let fits = store.scan(&mut |line, hash| if line.no > head.lines { Ok(()) } else { verifier.push(line, hash) })?;
    Ok(fits.and_then(|()| verifier.finish(head.lines, &head.hash)).map(|()| head.lines))
}
