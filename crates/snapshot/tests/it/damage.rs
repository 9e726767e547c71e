use std::fs;

use facts::Value;
use snapshot::{Home, HomeError, Manifest, SCHEMA_VERSION};

use crate::county::*;

fn published() -> (tempfile::TempDir, Home, Manifest, std::path::PathBuf) {
    let (dir, home) = home();
    let rows: Vec<Row> = (0..2000).map(|n| pupil("S1", n, Value::Integer(1))).collect();
    let manifest = publish_new(&home.lock("甲").unwrap(), None, &rows);
    let path = home.path().join("snapshots/530000").join(format!("{}.sqlite", manifest.id));
    (dir, home, manifest, path)
}

/// Damages the file and tells what opening and verifying say.
fn check(damage: impl Fn(&mut Vec<u8>), opens: bool) {
    let (_dir, home, manifest, path) = published();
    let mut bytes = fs::read(&path).unwrap();
    damage(&mut bytes);
    fs::write(&path, bytes).unwrap();
    let verified = home.snapshot(manifest.id.as_str()).and_then(|snapshot| {
        assert!(opens);
        snapshot.verify()
    });
    let error = verified.unwrap_err();
    assert!(matches!(&error, HomeError::Damaged { .. } | HomeError::Sql { .. }), "{error:?}");
    assert!(error.words().zh.contains(manifest.id.as_str()), "{error}");
    let listing = home.list().unwrap();
    assert_eq!(listing.manifests.len() + listing.broken.len(), 1);
    assert_eq!(listing.broken.is_empty(), opens);
    // The same content comes again: the snapshot is made whole.
    let rows: Vec<Row> = (0..2000).map(|n| pupil("S1", n, Value::Integer(1))).collect();
    publish_new(&home.lock("甲").unwrap(), None, &rows);
    home.snapshot(manifest.id.as_str()).unwrap().verify().unwrap();
}

#[test]
fn a_damaged_file_is_named() {
    check(|bytes| bytes.clear(), false);
    check(|bytes| bytes.truncate(50), false);
    check(|bytes| bytes.truncate(bytes.len() / 2), false);
    check(|bytes| bytes.extend([0; 10]), false);
    check(|bytes| bytes[0] = b'P', false);
    check(|bytes| bytes[8192..].fill(0xff), false);
    // One letter of one fact.
    let school = |bytes: &mut Vec<u8>| {
        let at = bytes.windows(8).rposition(|window| window == b"enrolled").unwrap();
        bytes[at] = b'E';
    };
    check(school, true);
}

#[test]
fn another_table_layout_is_named() {
    for found in [1, SCHEMA_VERSION ^ 1] {
        let (_dir, home, manifest, path) = published();
        let db = rusqlite::Connection::open(&path).unwrap();
        db.pragma_update(None, "user_version", found).unwrap();
        drop(db);
        let error = home.snapshot(manifest.id.as_str()).unwrap_err();
        assert!(matches!(error, HomeError::SchemaVersion { found: told, .. } if told == found));
        assert!(error.words().zh.contains("重新导入") && error.words().zh.contains("升级"), "{error}");
    }
}

#[test]
fn another_snapshot_under_this_name_is_noticed() {
    let (_dir, home, manifest, path) = published();
    let other = publish_new(&home.lock("甲").unwrap(), None, &[figure("S1", "primary", "books", 1.0, 1)]);
    fs::copy(home.path().join("snapshots/530000").join(format!("{}.sqlite", other.id)), &path).unwrap();
    assert!(matches!(home.snapshot(manifest.id.as_str()), Err(HomeError::Damaged { .. })));
}

#[test]
fn people_cut_short_or_exchanged_are_noticed() {
    let (_dir, home, manifest, path) = published();
    let people = path.with_extension("people");
    let bytes = fs::read(&people).unwrap();
    let snapshot = home.snapshot(manifest.id.as_str()).unwrap();
    for damaged in [&bytes[..bytes.len() - 1], &bytes[..60], &bytes[..0]] {
        fs::write(&people, damaged).unwrap();
        assert!(matches!(snapshot.verify(), Err(HomeError::Damaged { .. })));
    }
    fs::remove_file(&people).unwrap();
    assert!(matches!(snapshot.verify(), Err(HomeError::Damaged { .. })));
    let other = publish_new(&home.lock("甲").unwrap(), None, &[pupil("S1", 1, Value::Integer(1))]);
    fs::copy(home.path().join("snapshots/530000").join(format!("{}.people", other.id)), &people).unwrap();
    assert!(matches!(snapshot.verify(), Err(HomeError::Damaged { .. })));
}
