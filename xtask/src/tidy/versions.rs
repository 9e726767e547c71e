//! One version of every outside crate: a second one is compiled, shipped and audited beside the first.

use std::collections::BTreeMap;

use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "versions",
    about: "no outside crate is built in two versions, but those with a reason",
    run: versions,
    good: &[(LOCK, "[[package]]\nname = \"zip\"\nversion = \"9.0.0\"\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\n")],
    bad: &[
        &[(LOCK, "[[package]]\nname = \"zip\"\nversion = \"8.6.0\"\n\n[[package]]\nname = \"zip\"\nversion = \"9.0.0\"\n")],
        // The facts must have one storage engine, whatever the reason.
        &[(
            LOCK,
            "[[package]]\nname = \"libsqlite3-sys\"\nversion = \"0.36.0\"\n\n[[package]]\nname = \"libsqlite3-sys\"\nversion = \"0.37.0\"\n",
        )],
    ],
};

const LOCK: &str = "Cargo.lock";

/// Crates in more than one version, with the reason; an entry that is no longer needed is remarked upon. In alphabetical order.
const ALLOWED: &[(&str, &str)] = &[
    ("constant_time_eq", "one is totp-rs's, the other zip's; one function that compares bytes"),
    ("fallible-iterator", "one is rusqlite's, the other postgres's; a few hundred lines of traits each"),
    ("getrandom", "the older ones are parquet's, in builds with that feature"),
    ("hashbrown", "the older one comes with rusqlite's support of WebAssembly and is not compiled here"),
    ("num-bigint", "the newer one is parquet's, in builds with that feature"),
    ("r-efi", "both are of firmware's users and not compiled here"),
    ("strsim", "the older one is clarabel's, through derive_builder, and runs at build time only"),
    ("syn", "the older ones are zeroize_derive's and derive_builder's, the newer serde_derive's; all run at build time only"),
    ("thiserror", "the older one is clarabel's; it is a handful of lines that derive"),
    ("thiserror-impl", "the older one is clarabel's and runs at build time only"),
    ("wasi", "both are of WebAssembly's users and not compiled here"),
    ("web-time", "the older one is clarabel's for WebAssembly and is not compiled here"),
];

fn versions(tree: &Tree) -> Vec<Fault> {
    let Some(lock) = tree.get(LOCK) else { return vec![Fault::new(LOCK, 0, "is missing")] };
    check(&lock.text, ALLOWED)
}

fn check(lock: &str, allowed: &[(&str, &str)]) -> Vec<Fault> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for line in lock.lines() {
        if let Some(value) = value(line, "name") {
            name = value;
        } else if let Some(version) = value(line, "version").filter(|_| !name.is_empty()) {
            found.entry(name).or_default().push(version);
            name = "";
        }
    }
    found.retain(|_, versions| versions.len() > 1);
    let mut faults = Vec::new();
    for (name, versions) in &found {
        let mut fault =
            Fault::new(LOCK, 0, format!("{name} is there in versions {}: bring its users to one", versions.join(", ")));
        if let Some((_, reason)) = allowed.iter().find(|(allowed, _)| allowed == name) {
            fault = Fault { remark: true, what: format!("{name} {}: {reason}", versions.join(", ")), ..fault };
        }
        faults.push(fault);
    }
    for (name, _) in allowed.iter().filter(|(name, _)| !found.contains_key(name)) {
        let what = format!("{name} is there once: take it off the list in tidy/versions.rs");
        faults.push(Fault { remark: true, ..Fault::new(LOCK, 0, what) });
    }
    faults
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_allowed_crates_is_exact() {
        let twice = "name = \"zip\"\nversion = \"8.6.0\"\nname = \"zip\"\nversion = \"9.0.0\"\n";
        let remarks = |lock, allowed| -> Vec<bool> { check(lock, allowed).iter().map(|fault| fault.remark).collect() };
        assert_eq!(remarks(twice, &[("zip", "calamine is one behind")]), [true]);
        assert_eq!(remarks(twice, &[]), [false]);
        assert_eq!(remarks("name = \"zip\"\nversion = \"9.0.0\"\n", &[("zip", "calamine is one behind")]), [true]);
        assert!(ALLOWED.is_sorted());
    }
}
