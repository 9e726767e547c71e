//! The tables, and the way from each form of them to the next and back.

/// One form of the tables.
pub struct Migration {
    pub up: &'static [&'static str],
    pub down: &'static [&'static str],
    /// Tables that must be empty before the way back.
    pub fills: &'static [&'static str],
}

/// Form 1 is the first of them. TEXT and BIGINT only: what every database of the family stores alike.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        up: &[
            "CREATE TABLE log (no BIGINT PRIMARY KEY, case_id TEXT NOT NULL, seq BIGINT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL)",
            "CREATE UNIQUE INDEX log_case ON log (case_id, seq)",
            "CREATE TABLE cases (case_id TEXT PRIMARY KEY, procedure TEXT NOT NULL, version TEXT NOT NULL, subject TEXT NOT NULL, label TEXT NOT NULL, division TEXT NOT NULL, school TEXT, status TEXT NOT NULL, step TEXT, owner_role TEXT NOT NULL, owner_person TEXT, told TEXT, round BIGINT NOT NULL, due TEXT, wake TEXT, opened TEXT NOT NULL, moved TEXT NOT NULL, closed TEXT, finding TEXT NOT NULL, seq BIGINT NOT NULL)",
            "CREATE INDEX cases_subject ON cases (procedure, subject)",
            "CREATE INDEX cases_status_due ON cases (status, due)",
            "CREATE INDEX cases_procedure_status_due ON cases (procedure, status, due)",
            "CREATE INDEX cases_owner ON cases (owner_role, status, due)",
            "CREATE INDEX cases_wake ON cases (wake)",
            "CREATE INDEX cases_division ON cases (division, status, due)",
            "CREATE INDEX cases_school ON cases (school, status, due)",
            "CREATE INDEX cases_moved ON cases (moved)",
            "CREATE TABLE procedures (id TEXT NOT NULL, version TEXT NOT NULL, files TEXT NOT NULL, PRIMARY KEY (id, version))",
        ],
        down: &["DROP TABLE procedures", "DROP TABLE cases", "DROP TABLE log"],
        fills: &["log", "cases", "procedures"],
    },
    Migration {
        up: &[
            "CREATE TABLE users (person TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, level TEXT NOT NULL, line TEXT NOT NULL, unit TEXT NOT NULL)",
            "CREATE TABLE vault (case_id TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (case_id, field))",
        ],
        down: &["DROP TABLE vault", "DROP TABLE users"],
        fills: &["users", "vault"],
    },
    Migration {
        up: &[
            "CREATE TABLE accounts (person TEXT PRIMARY KEY, roles TEXT, chosen TEXT, password TEXT, must_change BIGINT NOT NULL, changed TEXT, totp TEXT, totp_step BIGINT NOT NULL, tries BIGINT NOT NULL, shut_until TEXT, locked BIGINT NOT NULL, seen TEXT)",
            "CREATE TABLE sessions (token TEXT PRIMARY KEY, person TEXT NOT NULL, begun TEXT NOT NULL, seen TEXT NOT NULL, ends TEXT NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL)",
            "CREATE INDEX sessions_person ON sessions (person)",
            "CREATE TABLE traces (no BIGINT PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, act TEXT NOT NULL, about TEXT NOT NULL, words TEXT NOT NULL, hash TEXT NOT NULL)",
            "CREATE INDEX traces_about ON traces (about, no)",
            "CREATE INDEX traces_person ON traces (person, no)",
            "CREATE TABLE approvals (id TEXT PRIMARY KEY, person TEXT NOT NULL, at TEXT NOT NULL, what TEXT NOT NULL, part TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL, decided_by TEXT, decided TEXT, until TEXT)",
        ],
        down: &["DROP TABLE approvals", "DROP TABLE traces", "DROP TABLE sessions", "DROP TABLE accounts"],
        fills: &["accounts", "traces", "approvals"],
    },
];

/// Tables with their columns in order, as they are copied: the log first. Who is in at the moment is not copied.
pub const COPIED: &[(&str, &[&str])] = &[
    ("log", &["no", "case_id", "seq", "at", "body", "hash"]),
    ("cases", CASE),
    ("procedures", &["id", "version", "files"]),
    ("users", &["person", "name", "role", "level", "line", "unit"]),
    ("vault", &["case_id", "field", "value"]),
    ("accounts", ACCOUNT),
    ("traces", &["no", "at", "person", "act", "about", "words", "hash"]),
    ("approvals", APPROVAL),
];

/// Words kept about the store as a whole that are copied with it; `looked:` stands for all that begin so.
pub const COPIED_MARKS: &[&str] = &["lines", "head", "mode", "trace_lines", "trace_head", "demo", "looked:"];

pub const ACCOUNT: &[&str] = &[
    "person",
    "roles",
    "chosen",
    "password",
    "must_change",
    "changed",
    "totp",
    "totp_step",
    "tries",
    "shut_until",
    "locked",
    "seen",
];

pub const SESSION: &[&str] = &["token", "person", "begun", "seen", "ends", "address", "agent"];

pub const APPROVAL: &[&str] = &["id", "person", "at", "what", "part", "reason", "state", "decided_by", "decided", "until"];

pub const CASE: &[&str] = &[
    "case_id",
    "procedure",
    "version",
    "subject",
    "label",
    "division",
    "school",
    "status",
    "step",
    "owner_role",
    "owner_person",
    "told",
    "round",
    "due",
    "wake",
    "opened",
    "moved",
    "closed",
    "finding",
    "seq",
];

/// The columns that hold numbers.
pub const NUMBERS: &[&str] = &["no", "round", "seq", "must_change", "totp_step", "tries", "locked"];
