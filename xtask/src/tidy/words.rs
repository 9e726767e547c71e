//! One word for one thing, and no word that claims or hurts. Each ban has its replacement.

use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "words",
    about: "banned words are replaced; no module is called common, util, helpers or misc",
    run: words,
    good: &[
        ("docs/a.md", "A list of allowed schools; the tool makes use of it.\n"),
        ("crates/a/src/place.rs", "mod utility_costs {}\n"),
    ],
    bad: &[
        &[("docs/a.md", "A whitelist of schools.\n")],
        &[("crates/a/src/lib.rs", "// Utilize it.\n")],
        &[("docs/a.md", "残废儿童\n")],
        &[("crates/a/src/util.rs", "fn a() {}\n")],
        &[("crates/a/src/helpers/mod.rs", "fn a() {}\n")],
        &[("crates/common/src/lib.rs", "fn a() {}\n")],
        &[("crates/a/src/lib.rs", "mod misc {}\n")],
    ],
};

/// A word and what to write instead.
const BANNED: &[(&str, &str)] = &[
    ("blacklist", "list of what is refused"),
    ("whitelist", "list of what is allowed"),
    ("sanity check", "check"),
    ("utilize", "use"),
    ("leverages", "uses"),
    ("seamless", "say what happens"),
    ("blazing", "give the measured figure"),
    ("cutting-edge", "say what it does"),
    ("state-of-the-art", "say what it does"),
    ("残废", "残疾"),
    ("残障儿童", "残疾儿童（法规用语）"),
    ("农民工子女", "进城务工人员随迁子女"),
    ("差生", "学习有困难的学生（义务教育法用语）"),
];

/// A helper goes to the crate and the module that own the idea.
const NAMELESS: &[&str] = &["common", "util", "utils", "helper", "helpers", "misc"];

const TEXTS: &[&str] = &[".rs", ".md", ".toml", ".py", ".sh", ".ts", ".vue", ".svelte", ".html"];

const SELF: &str = "xtask/src/tidy/words.rs";

fn words(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.files.iter().filter(|file| file.path != SELF && TEXTS.iter().any(|ending| file.path.ends_with(ending))) {
        let rust = file.path.ends_with(".rs");
        if rust && file.path.split('/').any(|part| NAMELESS.contains(&part.trim_end_matches(".rs"))) {
            faults.push(Fault::new(&file.path, 0, "has no subject of its own: move each thing to the module that owns the idea"));
        }
        for (number, line) in file.lines() {
            let lower = line.to_lowercase();
            faults.extend(
                BANNED
                    .iter()
                    .filter(|(word, _)| lower.contains(word))
                    .map(|(word, instead)| Fault::new(&file.path, number, format!("“{word}”: write “{instead}”"))),
            );
            let module = line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ").strip_prefix("mod ");
            let name = module.map(|rest| rest.trim_end_matches([';', '{', '}', ' ']));
            if rust && name.is_some_and(|name| NAMELESS.contains(&name)) {
                faults.push(Fault::new(
                    &file.path,
                    number,
                    "a module without a subject: move each thing to the module that owns the idea",
                ));
            }
        }
    }
    faults
}
