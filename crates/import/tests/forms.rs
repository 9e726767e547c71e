//! The forms of this repository: they check without a finding, and each reads its sample as its `expected.toml` says.
//! `UPDATE=1 cargo test -p import --test forms` writes the expectations anew; look at the difference.

mod support;

use std::fs;

use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    rows: Vec<String>,
    findings: Vec<String>,
}

#[test]
fn each_reads_its_sample_as_expected() {
    let forms = support::forms();
    let has_form = |name: &str| name.strip_suffix("/form.toml").map(str::to_string);
    let files = support::files_of(&support::forms_dir());
    let mut folders: Vec<String> = files.iter().filter_map(|(name, _)| has_form(name)).collect();
    folders.sort();
    assert_eq!(forms.ids(), folders, "a form is left out");
    let mut wrong = Vec::new();
    for id in forms.ids() {
        let folder = support::forms_dir().join(id);
        let samples: Vec<(String, Vec<u8>)> =
            support::files_of(&folder).into_iter().filter(|(name, _)| !name.ends_with(".toml")).collect();
        assert!(!samples.is_empty(), "{id} has no sample");
        let files: Vec<(&str, Vec<u8>)> = samples.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
        let (rows, reports, findings) = support::read(&forms, &files);
        assert!(reports.iter().all(|report| report.forms() == [id]), "{id}: {:?}", reports[0].findings);
        let found = Expected { rows, findings: findings.iter().map(support::show).collect() };
        let path = folder.join("expected.toml");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, toml::to_string_pretty(&found).unwrap()).unwrap();
        }
        let expected: Expected =
            toml::from_str(&fs::read_to_string(&path).unwrap_or_default()).unwrap_or(Expected { rows: vec![], findings: vec![] });
        if expected != found {
            wrong.push(format!("{id}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
