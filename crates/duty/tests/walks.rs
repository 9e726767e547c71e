//! The project's own procedures are without faults, and every walk beside them comes out as written.
#![expect(clippy::disallowed_methods, reason = "a test reads the packs from the disk")]

use std::path::{Path, PathBuf};

use duty::{Calendar, ProcedureFiles, Roles, holidays, read, roles, walk};

#[test]
fn procedures_are_sound_and_their_walks_come_out_as_written() {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut wrong = Vec::new();
    let (mut table, mut calendar, mut procedures) = (Roles::default(), Calendar::default(), 0);
    for path in files(&policies) {
        let text = || std::fs::read_to_string(&path).unwrap();
        match path.file_name().unwrap().to_str() {
            Some("roles.toml") => table.merge(roles("roles.toml", &text()).unwrap()),
            Some("holidays.toml") => wrong.extend(holidays("holidays.toml", &text(), &mut calendar)),
            _ => {}
        }
    }
    for folder in files(&policies).iter().filter(|path| path.ends_with("procedure.toml")).map(|path| path.parent().unwrap()) {
        let id = folder.strip_prefix(&policies).unwrap().to_string_lossy().into_owned();
        let of_folder = |path: PathBuf| {
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        };
        let source = ProcedureFiles { id, files: files(folder).into_iter().map(of_folder).collect(), version: "test".into() };
        let (procedure, found) = read(&source, &table);
        wrong.extend(found);
        let Some(procedure) = procedure else { continue };
        procedures += 1;
        let walks: Vec<_> = source.files.iter().filter(|(name, _)| name.starts_with("walks/")).collect();
        assert!(!walks.is_empty(), "{} has no walk: a procedure that nobody walked is a claim", source.id);
        for (name, text) in walks {
            wrong.extend(walk(&procedure, &table, &calendar, &format!("{}/{name}", source.id), text));
        }
    }
    let told: Vec<String> = wrong.iter().map(|finding| format!("{} {}", finding.place.words().en, finding.what.en)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(procedures > 0);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// A seventh procedure is a folder and nothing else.
#[test]
fn a_procedure_nobody_thought_of_is_added_as_data_alone() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(here.join("../../policies/cn/procedures/roles.toml")).unwrap();
    let table = roles("roles.toml", &table).unwrap();
    let folder = here.join("tests/seventh");
    let of_folder = |path: PathBuf| {
        let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(&path).unwrap())
    };
    let id = "cn/procedures/school-bus".to_string();
    let source = ProcedureFiles { id, files: files(&folder).into_iter().map(of_folder).collect(), version: "test".into() };
    let (procedure, found) = read(&source, &table);
    assert!(found.is_empty(), "{found:?}");
    let walked = &source.files.iter().find(|(name, _)| name == "walks/permit.toml").unwrap().1;
    let found = walk(&procedure.unwrap(), &table, &Calendar::default(), "permit.toml", walked);
    assert!(found.is_empty(), "{found:?}");
    // A slip is told with its line and what there is instead.
    let mut slip = source.clone();
    for (name, text) in &mut slip.files {
        if name == "procedure.toml" {
            *text = text.replace("next = [\"opinion\"]", "next = [\"opinon\"]");
        }
    }
    let (procedure, found) = read(&slip, &table);
    assert!(procedure.is_none());
    assert!(
        found.iter().any(|finding| finding.code == "unknown-name" && finding.place.words().en.contains("line 64")),
        "{found:?}"
    );
}
