//! The rules of the house that no compiler checks. Each is one file in `tidy/` and one line in [`CHECKS`].

mod changelog;
mod edges;
mod growth;
mod length;
mod links;
mod packs;
mod places;
mod purity;
mod rust;
mod traps;
mod tree;
mod unfinished;
mod versions;
mod words;

use std::path::Path;

use tree::Tree;

/// One rule: a pure function from the repository to its faults, with a tree that keeps it and one that breaks it.
struct Check {
    name: &'static str,
    about: &'static str,
    run: fn(&Tree) -> Vec<Fault>,
    /// Read by the tests only: files that keep the rule.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests read it"))]
    good: &'static [(&'static str, &'static str)],
    /// Read by the tests only: each of these trees breaks the rule once.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests read it"))]
    bad: &'static [&'static [(&'static str, &'static str)]],
}

/// In alphabetical order.
const CHECKS: &[Check] = &[
    changelog::CHECK,
    edges::CHECK,
    growth::CHECK,
    length::CHECK,
    links::CHECK,
    packs::CHECK,
    places::CHECK,
    purity::CHECK,
    traps::CHECK,
    unfinished::CHECK,
    versions::CHECK,
    words::CHECK,
];

/// One place where a rule is broken, and the way on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Fault {
    path: String,
    /// Counted from 1; 0 where the whole file is meant.
    line: usize,
    what: String,
    /// A remark is printed and does not make the check fail.
    remark: bool,
}

impl Fault {
    fn new(path: impl Into<String>, line: usize, what: impl Into<String>) -> Fault {
        Fault { path: path.into(), line, what: what.into(), remark: false }
    }
}

pub fn run(root: &Path, words: &[String]) -> Result<(), String> {
    if let Some(unknown) = words.iter().find(|word| CHECKS.iter().all(|check| check.name != word.as_str())) {
        let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        return Err(format!("there is no check `{unknown}`; there are {}", names.join(", ")));
    }
    let tree = Tree::read(root)?;
    let mut failed = Vec::new();
    for check in CHECKS.iter().filter(|check| words.is_empty() || words.iter().any(|word| word == check.name)) {
        let mut faults = (check.run)(&tree);
        faults.sort();
        let grave = faults.iter().filter(|fault| !fault.remark).count();
        println!("tidy {:<11}{} {}", check.name, if grave == 0 { "ok  " } else { "FAIL" }, check.about);
        for fault in &faults {
            let line = if fault.line > 0 { format!(":{}", fault.line) } else { String::new() };
            println!("  {}{}{line}: {}", if fault.remark { "remark: " } else { "" }, fault.path, fault.what);
        }
        if grave > 0 {
            failed.push(format!("{} ({grave})", check.name));
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("rules broken: {}", failed.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_in_alphabetical_order() {
        let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        assert!(names.is_sorted(), "{names:?}");
    }

    #[test]
    fn every_check_passes_its_good_tree() {
        for check in CHECKS {
            let faults: Vec<Fault> = (check.run)(&Tree::of(check.good)).into_iter().filter(|fault| !fault.remark).collect();
            assert_eq!(faults, [], "{}", check.name);
        }
    }

    #[test]
    fn every_check_fails_each_of_its_bad_trees() {
        for check in CHECKS {
            assert!(!check.bad.is_empty(), "{} must show that it can fail", check.name);
            for bad in check.bad {
                let faults = (check.run)(&Tree::of(bad)).into_iter().filter(|fault| !fault.remark).count();
                assert_eq!(faults, 1, "{} on {bad:?}", check.name);
            }
        }
    }
}
