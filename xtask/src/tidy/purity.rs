//! The core reads no file, no clock and no dice: the same input gives the same outcome, anywhere, for ever.
//! The `clippy.toml` beside each of these crates says the same to the compiler, where it can.

use super::rust::code;
use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "purity",
    about: "the vocabulary and the engines do no IO and read no clock, randomness or environment",
    run: purity,
    good: &[
        ("crates/policy/clippy.toml", ""),
        ("crates/policy/src/lib.rs", "// std::fs is for others\nfn at(now: Date) {}\n#[cfg(test)]\nmod tests { use std::fs; }\n"),
        ("crates/snapshot/src/lib.rs", "use std::fs::File;\n"),
    ],
    bad: &[
        &[("crates/policy/clippy.toml", ""), ("crates/policy/src/lib.rs", "use std::fs;\n")],
        &[("crates/evaluate/clippy.toml", ""), ("crates/evaluate/src/a.rs", "fn now() { let t = Instant::now(); }\n")],
        &[("crates/measures/clippy.toml", ""), ("crates/measures/src/a.rs", "fn draw() { let t = rand::random(); }\n")],
        &[("crates/facts/clippy.toml", ""), ("crates/facts/src/a.rs", "fn home() { std::env::var(\"HOME\"); }\n")],
        // The ban in the compiler's own words is gone.
        &[("crates/draws/src/lib.rs", "")],
    ],
};

/// In alphabetical order.
const PURE: &[&str] = &["draws", "duty", "evaluate", "facts", "linkage", "measures", "plan", "planners", "policy"];

/// What must not be named, and what to do instead.
const BANS: &[(&str, &str)] = &[
    ("Instant::now", "take the time as an argument"),
    ("SystemTime", "take the date as an argument"),
    ("Timestamp::now", "take the date as an argument"),
    ("Zoned::now", "take the date as an argument"),
    ("getrandom", "take a seed as an argument"),
    ("include_dir", "take the files as text; app embeds them"),
    ("println!", "return what is to be said; the binary prints it"),
    ("eprintln!", "return a Finding; the binary prints it"),
    ("rand::", "take a seed as an argument"),
    ("rusqlite", "ask snapshot; only it knows how facts are stored"),
    ("std::env", "take the value as an argument"),
    ("std::fs", "take the text as an argument; app reads files"),
    ("std::io", "take the text as an argument; app reads files"),
    ("std::net", "nothing here speaks to a network"),
    ("std::process", "nothing here starts a program or ends one"),
    ("std::thread", "return a value that the caller may compute side by side"),
];

fn purity(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for name in PURE {
        let (conf, folder) = (format!("crates/{name}/clippy.toml"), format!("crates/{name}/"));
        let sources: Vec<_> = tree.sources().filter(|file| file.path.starts_with(&folder)).collect();
        if !sources.is_empty() && !tree.has(&conf) {
            faults.push(Fault::new(conf, 0, "is missing: it holds the bans that clippy can check"));
        }
        for file in sources {
            for (index, line) in code(&file.text).iter().enumerate() {
                let ban = BANS.iter().find(|(ban, _)| names(line, ban));
                faults.extend(ban.map(|(ban, instead)| Fault::new(&file.path, index + 1, format!("names `{ban}`: {instead}"))));
            }
        }
    }
    faults
}

/// Whether the ban stands in the line as words of its own (`operand::` does not name `rand::`).
fn names(line: &str, ban: &str) -> bool {
    line.match_indices(ban).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}
