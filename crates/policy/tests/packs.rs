//! Packs that pass and packs that are refused, as data: `packs/base` is a small sound pack, each file of `packs/good` and
//! `packs/bad` adds files to it (`--- more.toml`), or packs beside it (`--- @xx-53/pack.toml`), and ends with the findings
//! that must come of it. `UPDATE=1 cargo test -p policy --test packs` writes them anew; read the difference.
#![expect(clippy::disallowed_methods, reason = "the crate reads no file; this test stands where app does")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use facts::{Finding, Item, ItemList, Place, Severity, Text};
use policy::{PackFiles, PackSet, check};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs").join(name)
}

fn base() -> PackFiles {
    let files = ["entries.toml", "pack.toml", "source.md"];
    let read = |name: &str| (name.to_string(), fs::read_to_string(folder("base").join(name)).expect("a file of the base"));
    PackFiles { id: "xx/base".into(), files: files.into_iter().map(read).collect(), version: "test".into() }
}

fn items() -> ItemList {
    let item = |(id, unit): (&str, &str)| Item {
        id: id.into(),
        title: Text::new(id, id),
        aliases: Vec::new(),
        unit: unit.parse().expect("a unit"),
        may_be_negative: false,
        whole_number: false,
        note: None,
    };
    ItemList::new([("pupils", "person"), ("teachers_backbone", "person"), ("teaching_area", "m2")].map(item).into())
}

/// The packs of one test file: the base with what the file adds.
fn packs(text: &str) -> Vec<PackFiles> {
    let mut packs = vec![base()];
    for section in text.split("\n--- ").skip(1) {
        let (path, body) = section.split_once('\n').unwrap_or((section, ""));
        if path == "findings" {
            break;
        }
        let (id, file) = match path.strip_prefix('@').and_then(|path| path.rsplit_once('/')) {
            Some((id, file)) => (id, file),
            None => ("xx/base", path),
        };
        let entry = (file.to_string(), body.to_string());
        match packs.iter_mut().find(|pack| pack.id == id) {
            Some(pack) => pack.files.push(entry),
            None => packs.push(PackFiles { id: id.into(), files: vec![entry], version: "test".into() }),
        }
    }
    packs
}

fn shown(finding: &Finding) -> String {
    let mut words = format!("{} {}: {}\n", finding.severity.title().en, finding.code, finding.what.en);
    let _ = writeln!(words, "    {}", finding.what.zh);
    if let Place::Source { file, line, excerpt } = &finding.place {
        let line = line.map_or(String::new(), |line| format!(":{line}"));
        let _ = writeln!(words, "  at {file}{line} | {}", excerpt.as_deref().unwrap_or(""));
    }
    let _ = writeln!(words, "  {} / {}", finding.hint.en, finding.hint.zh);
    words
}

/// Checks one file against the findings at its end.
fn check_file(path: &Path) -> (PackSet, Vec<Finding>) {
    let text = fs::read_to_string(path).expect("a test file");
    let (set, findings) = check(&packs(&text), &items());
    let found: String = findings.iter().map(shown).collect();
    let (given, wanted) = text.split_once("--- findings\n").expect("a test file ends with its findings");
    if std::env::var("UPDATE").is_ok() {
        fs::write(path, format!("{given}--- findings\n{found}")).expect("the test file can be written");
    } else {
        assert_eq!(wanted, found, "{}", path.display());
    }
    (set, findings)
}

fn files(name: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(name)).expect("a folder").flatten().map(|entry| entry.path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn the_base_is_sound() {
    let (set, findings) = check(&[base()], &items());
    assert_eq!(findings, []);
    assert!(set.get("xx/base").is_some());
}

#[test]
fn every_good_pack_passes() {
    for path in files("good") {
        let (set, findings) = check_file(&path);
        assert!(findings.iter().all(|finding| finding.severity != Severity::Logic), "{}", path.display());
        assert!(set.get("xx/base").is_some(), "{}", path.display());
    }
}

#[test]
fn every_bad_pack_is_refused_with_its_reason() {
    for path in files("bad") {
        let (set, findings) = check_file(&path);
        let faulty: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Logic).collect();
        if faulty.is_empty() {
            assert!(path.ends_with("unconfirmed.txt"), "{} is not refused", path.display());
            continue;
        }
        for finding in faulty {
            let Place::Source { file, .. } = &finding.place else { panic!("{}: a finding without a place", path.display()) };
            let spoilt = packs(&fs::read_to_string(&path).expect("a test file"));
            let pack = spoilt.iter().find(|pack| file.starts_with(&format!("{}/", pack.id)));
            let id = &pack.expect("the finding lies in one of the packs").id;
            assert!(set.get(id).is_none(), "{}: {id} has a fault and is in the set", path.display());
        }
    }
}
