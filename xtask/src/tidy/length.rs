//! A file that nobody reads to its end hides its second subject.

use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "length",
    about: "no Rust file is over 600 lines; those over 450 are named",
    run: length,
    good: &[("crates/a/src/lib.rs", "fn a() {}\n"), ("docs/long.md", LONG)],
    bad: &[&[("crates/a/src/lib.rs", LONG)]],
};

const MOST: usize = 600;
const MANY: usize = 450;

/// 601 lines.
const LONG: &str = match std::str::from_utf8(&[b'\n'; MOST + 1]) {
    Ok(text) => text,
    Err(_) => "",
};

fn length(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.with_ending(".rs") {
        let lines = file.text.lines().count();
        if lines > MANY {
            let what = format!("{lines} lines: find the second subject and give it a file");
            faults.push(Fault { remark: lines <= MOST, ..Fault::new(&file.path, 0, what) });
        }
    }
    faults
}
