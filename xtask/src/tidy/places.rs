//! Nothing in the repository knows on which machine it was written, or from where that machine gets its packages.

use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "places",
    about: "no absolute path of somebody's machine, no mirror of a package registry",
    run: places,
    good: &[
        ("docs/a.md", "See https://example.org/home/x and ./work/a, crates/root/b.\n"),
        ("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"),
        ("web/package-lock.json", "\"node_modules/a\": { \"version\": \"1.0.0\" }\n"),
    ],
    bad: &[
        &[("docs/a.md", "Run it in /home/li/junheng.\n")],
        &[("crates/a/src/lib.rs", "const A: &str = \"/root/a\";\n")],
        &[("docs/a.md", "`C:\\Users\\li\\junheng`\n")],
        &[("Cargo.lock", "source = \"registry+https://mirror.example.org/index\"\n")],
        &[("web/package-lock.json", "\"resolved\": \"https://mirror.example.org/a.tgz\"\n")],
        &[(".cargo/config.toml", "[source.crates-io]\nreplace-with = \"mirror\"\n")],
    ],
};

/// Beginnings of paths that exist on one machine only.
const PATHS: &[&str] = &["/root/", "/home/", "/Users/", "/work/", "C:\\Users"];

const SELF: &str = "xtask/src/tidy/places.rs";

fn places(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.files.iter().filter(|file| file.path != SELF) {
        for (number, line) in file.lines() {
            let path = PATHS.iter().find(|path| line.match_indices(**path).any(|(at, _)| starts_a_path(&line[..at])));
            faults.extend(path.map(|path| Fault::new(&file.path, number, format!("names a place on one machine (`{path}`)"))));
            if let Some(what) = mirror(&file.path, line) {
                faults.push(Fault::new(&file.path, number, what));
            }
        }
    }
    faults
}

/// A path starts here unless it goes on from something: `example.org/home/` is an address.
fn starts_a_path(before: &str) -> bool {
    !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '~' | '}' | '*'))
}

fn mirror(path: &str, line: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let line = line.trim();
    match name {
        "Cargo.lock" => (line.starts_with("source = ")
            && line != "source = \"registry+https://github.com/rust-lang/crates.io-index\"")
            .then_some("a crate from elsewhere than crates.io"),
        "package-lock.json" => line
            .contains("\"resolved\": \"http")
            .then_some("names a registry: npm config set omit-lockfile-registry-resolved true"),
        "config.toml" if path.contains(".cargo") => (line.starts_with("[source") || line.starts_with("[registr"))
            .then_some("names a registry: that belongs into the file of the machine"),
        ".npmrc" | "pip.conf" | "requirements.txt" => (line.contains("registry=") || line.contains("index-url"))
            .then_some("names a registry: that belongs into the file of the machine"),
        _ => None,
    }
}
