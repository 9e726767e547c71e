//! The packs of this repository, as they are.
#![expect(clippy::disallowed_methods, reason = "the crate reads no file; this test stands where app does")]

use std::fs;
use std::path::{Path, PathBuf};

use facts::{CountyCode, Item, ItemList, Severity, Text};
use policy::{Given, PackFiles, PackSet, check};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn packs() -> Vec<PackFiles> {
    let policies = root().join("policies");
    let mains = files_under(&policies).into_iter().filter(|path| path.ends_with("pack.toml"));
    let pack = |main: PathBuf| {
        let folder = main.parent().expect("a pack.toml lies in a folder").to_path_buf();
        let name = |path: &Path, base: &Path| path.strip_prefix(base).expect("below").to_string_lossy().into_owned();
        let files = files_under(&folder);
        let read = |path: &PathBuf| (name(path, &folder), fs::read_to_string(path).expect("text"));
        PackFiles { id: name(&folder, &policies), files: files.iter().map(read).collect(), version: "test".into() }
    };
    mains.map(pack).collect()
}

/// The ids and units of forms/items, which is all that a pack needs of them.
fn items() -> ItemList {
    let mut items = Vec::new();
    for path in files_under(&root().join("forms/items")) {
        let table: toml::Table = fs::read_to_string(path).expect("text").parse().expect("TOML");
        for item in table.get("item").and_then(|list| list.as_array()).into_iter().flatten() {
            let word = |key: &str| item.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_string();
            items.push(Item {
                id: word("id"),
                title: Text::new(word("title"), word("title_en")),
                aliases: Vec::new(),
                unit: word("unit").parse().expect("a unit"),
                may_be_negative: false,
                whole_number: false,
                note: None,
            });
        }
    }
    ItemList::new(items)
}

fn checked() -> PackSet {
    let (set, findings) = check(&packs(), &items());
    let faults: Vec<String> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Logic)
        .map(|finding| format!("{} {}: {} — {}", finding.code, finding.place.words().en, finding.what.en, finding.hint.en))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    set
}

#[test]
fn every_pack_of_the_repository_passes() {
    let set = checked();
    assert!(set.ids().count() >= 3);
    for id in set.ids() {
        let pack = set.get(id).expect("an id of the set");
        let county = CountyCode::parse(&format!("{:0<6}", pack.layer.place)).expect("six digits");
        let days = [pack.from].into_iter().chain(pack.cases.iter().map(|case| case.on));
        for day in days {
            let resolved = set.resolve(id, day, &county).expect("a checked pack resolves on every day on which it is in force");
            assert_eq!(resolved.order.len(), resolved.stocks.len() + resolved.parameters.len());
            assert!(!resolved.judgements.is_empty());
        }
    }
}

#[test]
fn the_published_cases_are_there() {
    let set = checked();
    let pack = set.get("cn/2012-basic-balance").expect("the pack of 2012");
    let case = pack.cases.iter().find(|case| case.id == "five_schools_published").expect("the published case");
    let Given::Schools { schools, .. } = &case.given else { panic!("the case gives schools") };
    assert_eq!(schools.len(), 5);
    assert!(case.expected.iter().any(|expectation| expectation.name == "cv.books_per_pupil.primary"));
}
