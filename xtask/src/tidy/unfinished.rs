//! What is merged is finished: a thing left to do is an issue, not a comment.

use super::rust::code;
use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "unfinished",
    about: "no todo!, dbg!, unimplemented!, #[ignore], #[allow] without reason, and no word that puts work off",
    run: unfinished,
    good: &[
        (
            "crates/a/src/lib.rs",
            "const WORD: &str = \"dbg!\";\n#[allow(dead_code, reason = \"the macro names it\")]\nfn method_todos() {}\n",
        ),
        ("docs/a.md", "A to-do list is a list.\n"),
    ],
    bad: &[
        &[("crates/a/src/lib.rs", "fn a() { todo!() }\n")],
        &[("crates/a/tests/b.rs", "fn a() { dbg!(1); }\n")],
        &[("crates/a/src/lib.rs", "fn a() { unimplemented!() }\n")],
        &[("crates/a/src/lib.rs", "#[ignore = \"slow\"]\nfn a() {}\n")],
        &[("crates/a/src/lib.rs", "#[allow(dead_code)]\nfn a() {}\n")],
        &[("crates/a/src/lib.rs", "fn a() {} // TODO: b\n")],
        &[("policies/cn/a/pack.toml", "# FIXME b\n")],
    ],
};

/// Code that must not be there, and what to do instead.
const CODE: &[(&str, &str)] = &[
    ("todo!", "write it, or leave it out"),
    ("dbg!", "take it out"),
    ("unimplemented!", "write it, or leave it out"),
    ("#[ignore", "a test that does not run proves nothing: mend it or take it out"),
];

/// Words that put work off.
const WORDS: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

const TEXTS: &[&str] = &[".rs", ".md", ".toml", ".py", ".sh", ".yml"];

/// The one file that must spell them out.
const SELF: &str = "xtask/src/tidy/unfinished.rs";

fn unfinished(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.files.iter().filter(|file| file.path != SELF && TEXTS.iter().any(|ending| file.path.ends_with(ending))) {
        for (number, line) in file.lines() {
            let word =
                WORDS.iter().find(|word| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|part| part == **word));
            faults.extend(word.map(|word| {
                Fault::new(
                    &file.path,
                    number,
                    format!("says {word}: do it, or open an issue and say what is missing in the documents"),
                )
            }));
        }
        if !file.path.ends_with(".rs") {
            continue;
        }
        for (index, line) in code(&file.text).iter().enumerate() {
            let found = CODE.iter().find(|(bad, _)| {
                line.match_indices(bad).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            });
            faults.extend(found.map(|(bad, instead)| Fault::new(&file.path, index + 1, format!("`{bad}`: {instead}"))));
            if (line.contains("#[allow(") || line.contains("#![allow(")) && !line.contains("reason") {
                faults.push(Fault::new(&file.path, index + 1, "a lint is silenced with #[expect(…, reason = \"…\")]"));
            }
        }
    }
    faults
}
