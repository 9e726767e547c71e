use std::fs;

use facts::{Missing, Value};
use snapshot::{HomeError, Look};

use crate::county::*;

fn look<'a>(who: &'a str, purpose: &'a str) -> Look<'a> {
    Look { who, purpose, when: finish().created }
}

#[test]
fn a_look_gives_the_sealed_columns_and_is_written_down() {
    let (_dir, home) = home();
    let mut other_sheet = pupil("S1", 2, Value::Integer(0));
    other_sheet.sheet = "二年级";
    let rows = [pupil("S1", 1, Value::Integer(1)), pupil("S1", 2, Value::Integer(1)), other_sheet];
    let manifest = publish_new(&home.lock("甲").unwrap(), None, &rows);
    let snapshot = home.snapshot(manifest.id.as_str()).unwrap();
    let persons = ["010101010101:二年级:2", "010101010101:1", "nobody"].map(String::from);
    let people = snapshot.people(table("students"), &persons, &look("张三\n", "核对学籍")).unwrap();
    assert_eq!(people.len(), 2);
    assert_eq!(people[0].person, persons[0]);
    let value = |column: &str| people[1].values.iter().find(|(name, _)| *name == column).unwrap().1.clone();
    assert_eq!(value("name"), Value::text("学生1"));
    assert_eq!(value("birth_date"), Value::Date("2015-03-01".parse().unwrap()));
    assert_eq!(value("phone"), Value::Missing(Missing::Dash));
    assert_eq!(value("guardian"), Value::Missing(Missing::Blank));
    assert_eq!(people[1].values.len(), 8);

    // A power cut left half a line; the next entry begins a new one.
    let log = home.path().join("looked.log");
    fs::write(&log, fs::read_to_string(&log).unwrap() + "{\"when\":").unwrap();
    let _ = snapshot.people(table("students"), &persons[1..2], &look("李四", "抽查")).unwrap();
    let lines: Vec<String> = fs::read_to_string(&log).unwrap().lines().map(String::from).collect();
    assert_eq!(lines.len(), 3);
    let entry: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(entry["who"], "张三\n");
    assert_eq!(entry["persons"][0], persons[0]);
    assert!(serde_json::from_str::<serde_json::Value>(&lines[2]).is_ok());
}

#[test]
fn an_unsigned_or_unlogged_look_sees_nothing() {
    let (_dir, home) = home();
    let manifest = publish_new(&home.lock("甲").unwrap(), None, &[pupil("S1", 1, Value::Integer(1))]);
    let snapshot = home.snapshot(manifest.id.as_str()).unwrap();
    let persons = ["010101010101:1".to_string()];
    for (who, purpose) in [("", "核对"), ("张三", " ")] {
        assert!(matches!(snapshot.people(table("students"), &persons, &look(who, purpose)), Err(HomeError::LookUnsigned)));
    }
    // The log cannot be written: a folder stands in its place.
    fs::create_dir(home.path().join("looked.log")).unwrap();
    let refused = snapshot.people(table("students"), &persons, &look("张三", "核对")).unwrap_err();
    assert!(refused.words().zh.contains("查阅记录"), "{refused}");
}

#[test]
fn nothing_personal_lies_in_the_clear() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    lock.store_raw("学籍号,姓名\nL000000000000000001,学生1\n".as_bytes()).unwrap();
    publish_new(&lock, None, &[pupil("S1", 1, Value::Integer(1))]);
    for (path, bytes) in files_below(home.path()) {
        for words in ["学生1", "L000000000000000001", "2015-03-01"] {
            let shown = bytes.windows(words.len()).any(|window| window == words.as_bytes());
            assert!(!shown, "{words} in {}", path.display());
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(home.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("keys/home.key"), mode("keys")), (0o600, 0o700));
    }
}

#[test]
fn a_lost_key_is_not_replaced() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let manifest = publish_new(&lock, None, &[pupil("S1", 1, Value::Integer(1))]);
    let snapshot = home.snapshot(manifest.id.as_str()).unwrap();
    let key = home.path().join("keys/home.key");
    let persons = ["010101010101:1".to_string()];
    let check = |matching: fn(&HomeError) -> bool| {
        let error = snapshot.people(table("students"), &persons, &look("张三", "核对")).unwrap_err();
        assert!(matching(&error), "{error:?}");
    };
    let kept = fs::read(&key).unwrap();
    fs::write(&key, "not a key").unwrap();
    check(|error| matches!(error, HomeError::KeyDamaged { .. }));
    fs::write(&key, "00".repeat(32)).unwrap();
    check(|error| matches!(error, HomeError::OtherKey { .. }));
    fs::remove_file(&key).unwrap();
    check(|error| matches!(error, HomeError::KeyMissing { .. }));
    assert!(matches!(lock.store_raw(&b"x"[..]), Err(HomeError::KeyMissing { .. })));
    fs::write(&key, kept).unwrap();
    assert_eq!(snapshot.people(table("students"), &persons, &look("张三", "核对")).unwrap().len(), 1);
}
