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
];

/// Tables with their columns in order, as they are copied: the log first.
pub const COPIED: &[(&str, &[&str])] = &[
    ("log", &["no", "case_id", "seq", "at", "body", "hash"]),
    ("cases", CASE),
    ("procedures", &["id", "version", "files"]),
    ("users", &["person", "name", "role", "level", "line", "unit"]),
    ("vault", &["case_id", "field", "value"]),
];

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
pub const NUMBERS: &[&str] = &["no", "round", "seq"];
