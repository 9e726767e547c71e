//! The forms of this repository: they check without a finding, and each reads its sample as `expected.toml` says.

use std::fs;
use std::path::{Path, PathBuf};

use import::Forms;

fn forms_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms")
}

fn files_of(dir: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(dir: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), files);
            } else {
                files.push((name, fs::read(entry.path()).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    walk(dir, "", &mut files);
    files
}

#[test]
fn they_check() {
    let files = files_of(&forms_dir());
    let (items, findings) = import::read_items(&files);
    assert_eq!(findings, []);
    let (forms, findings) = Forms::check(&files, items);
    for finding in &findings {
        println!("{} {} {:?}", finding.place.words(), finding.what, finding.place);
    }
    assert_eq!(findings, []);
    assert_eq!(forms.ids().len(), 9, "{:?}", forms.ids());
}
