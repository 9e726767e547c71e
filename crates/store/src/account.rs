use duty::Actor;
use serde::Serialize;

use crate::StoreError;

/// How somebody comes in. The person is one of the users; times are moments as the log writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    pub person: String,
    /// Roles held beside the one of the user.
    pub roles: Vec<String>,
    /// Divisions and schools chosen one by one, where a role sees what was chosen.
    pub chosen: Vec<String>,
    /// The hash of the password in the PHC form; without one nobody comes in.
    pub password: Option<String>,
    /// Whether the password was given by somebody else, and must be replaced first.
    pub must_change: bool,
    /// When the password was set.
    pub changed: Option<String>,
    /// The secret of the second step, in base 32.
    pub totp: Option<String>,
    /// The last period whose code was used: no code serves twice.
    pub totp_step: i64,
    /// Tries since the last that went well.
    pub tries: i64,
    /// Until when it is shut after too many tries.
    pub shut_until: Option<String>,
    /// Whether somebody locked it by hand.
    pub locked: bool,
    /// When it was last used to come in.
    pub seen: Option<String>,
}

/// Somebody who is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of what the browser holds.
    pub token: String,
    pub person: String,
    pub begun: String,
    pub seen: String,
    /// When it ends at the latest.
    pub ends: String,
    pub address: String,
    pub agent: String,
}

/// A line of the log of who came in, looked, exported or changed an account; each covers the one before by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    pub no: u64,
    pub at: String,
    pub person: String,
    /// What was done: `look`, `export`, `login` …
    pub act: String,
    /// To what: a case, an account, an approval.
    pub about: String,
    pub words: String,
    #[serde(skip)]
    pub hash: String,
}

/// A line to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTrace {
    pub at: String,
    pub person: String,
    pub act: String,
    pub about: String,
    pub words: String,
}

/// Which lines are meant; what is not given does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceFilter {
    pub person: Option<String>,
    /// Any of these acts; all where it is empty.
    pub acts: Vec<String>,
    pub about: Option<String>,
    /// From this moment on, and before that one.
    pub from: Option<String>,
    pub before: Option<String>,
    /// Lines older than this number: the next page.
    pub older_than: Option<i64>,
    pub limit: u32,
}

/// Leave to see or take out many records at once, asked for by one person and given by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approval {
    pub id: String,
    pub person: String,
    pub at: String,
    /// What for: `cases:export`.
    pub what: String,
    /// Which part of it, as a page names it.
    pub part: String,
    pub reason: String,
    /// `asked`, `given` or `declined`.
    pub state: String,
    pub decided_by: Option<String>,
    pub decided: Option<String>,
    pub until: Option<String>,
}

/// What is changed together, or not at all; the trace of it is part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settlement {
    pub user: Option<Actor>,
    pub account: Option<Account>,
    pub session: Option<Session>,
    /// Sessions that end: by the hash of what the browser holds.
    pub ended: Vec<String>,
    /// A person whose sessions all end, but for one.
    pub ended_of: Option<(String, Option<String>)>,
    pub approval: Option<Approval>,
    pub traces: Vec<NewTrace>,
    /// A word about the store as a whole: its name, what it must still be, and what it becomes.
    pub mark: Option<(String, Option<String>, String)>,
}

/// Accounts, sessions, approvals, and the log of looks.
pub trait Accounts {
    /// Changes something whole.
    fn settle(&mut self, change: &Settlement) -> Result<(), StoreError>;

    fn account(&mut self, person: &str) -> Result<Option<Account>, StoreError>;

    fn accounts(&mut self) -> Result<Vec<Account>, StoreError>;

    /// Whether anybody can come in: as long as nobody can, a home asks for no login.
    fn has_accounts(&mut self) -> Result<bool, StoreError>;

    /// Counts one more try before it is looked at, however many come at once; gives the number of tries.
    fn count_try(&mut self, person: &str) -> Result<i64, StoreError>;

    fn session(&mut self, token: &str) -> Result<Option<Session>, StoreError>;

    /// The sessions of one person, or of all, the latest first.
    fn sessions(&mut self, person: Option<&str>) -> Result<Vec<Session>, StoreError>;

    /// The lines that are meant, the latest first.
    fn traces(&mut self, filter: &TraceFilter) -> Result<Vec<Trace>, StoreError>;

    /// Compares every line with the chain; gives the number of lines, or what does not fit.
    fn verify_traces(&mut self) -> Result<Result<u64, facts::Text>, StoreError>;

    fn approval(&mut self, id: &str) -> Result<Option<Approval>, StoreError>;

    /// All approvals, the latest first.
    fn approvals(&mut self) -> Result<Vec<Approval>, StoreError>;

    /// A word kept about the store as a whole.
    fn mark(&mut self, name: &str) -> Result<Option<String>, StoreError>;

    fn set_mark(&mut self, name: &str, value: &str) -> Result<(), StoreError>;
}
