use store::{Filter, Store, StoreError, backup, open, restore, verify};

use crate::server::Server;
use crate::{actor, batch, entry};

#[test]
fn sqlite_tells_the_story() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    tell(&path("a.sqlite"), &path("b.sqlite"));
}

#[test]
fn postgresql_tells_the_same_story() {
    let server = Server::start();
    tell(&server.url("a"), &server.url("b"));
}

/// What a store does, from the first case to a copy in another store.
fn tell(url: &str, other: &str) {
    let mut store = open(url, false).unwrap();
    let start = store.head().unwrap();
    assert_eq!((start.lines, start.practice), (0, false));

    // Two cases in one batch, then one goes on.
    store.append(&batch([entry("C-1", 0), entry("C-2", 0)])).unwrap();
    store.append(&batch([entry("C-1", 1)])).unwrap();
    assert_eq!(store.events("C-1").unwrap().len(), 2);
    assert_eq!(store.row("C-1").unwrap().unwrap(), entry("C-1", 1).row);
    assert_eq!(store.about("cn/x", "C-2").unwrap().unwrap().case, "C-2");
    assert_eq!(verify(&mut *store).unwrap(), Ok(3));

    // Two people act on one case at once: both saw two events. The second is refused in words, and nothing of theirs is kept.
    let mut second = open(url, false).unwrap();
    store.append(&batch([entry("C-1", 2)])).unwrap();
    let refused = second.append(&batch([entry("C-3", 0), entry("C-1", 2)])).unwrap_err();
    assert_eq!(refused, StoreError::Conflict { case: "C-1".into() });
    assert!(refused.words().zh.contains("C-1"));
    assert!(store.row("C-3").unwrap().is_none());
    assert_eq!(verify(&mut *store).unwrap(), Ok(4));

    at_once(url);
    lists(&mut *store);

    store.put_user(&actor("li")).unwrap();
    crate::accounts::tell(&mut *store);
    let mut vaulted = batch([entry("C-9", 0)]);
    vaulted.vault.push(("C-9".into(), "reporter".into(), "sealed".into()));
    vaulted.procedures.push(("cn/x".into(), "1".into(), "{}".into()));
    store.append(&vaulted).unwrap();
    assert_eq!(store.vault("C-9").unwrap(), [("reporter".into(), "sealed".into())]);

    // A copy while somebody else writes.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.sqlite");
    let writing = std::thread::spawn({
        let url = url.to_string();
        move || {
            let mut store = open(&url, false).unwrap();
            for n in 0..50 {
                store.append(&batch([entry(&format!("W-{n}"), 0)])).unwrap();
            }
        }
    });
    let lines = backup(url, &file).unwrap();
    writing.join().unwrap();
    let mut copy = open(&file.display().to_string(), false).unwrap();
    assert_eq!(verify(&mut *copy).unwrap(), Ok(lines));
    assert_eq!(restore(&file, other).unwrap(), lines);
    let mut restored = open(other, false).unwrap();
    assert_eq!(verify(&mut *restored).unwrap(), Ok(lines));
    assert_eq!(restored.events("C-1").unwrap(), store.events("C-1").unwrap());
    assert_eq!(restored.users().unwrap(), [actor("li")]);
    assert_eq!(restored.accounts().unwrap(), store.accounts().unwrap());
    assert_eq!(restored.verify_traces().unwrap(), Ok(3));
    // Whoever was in is not in the copy.
    assert!(restored.sessions(None).unwrap().is_empty());
    assert_eq!(restored.procedure("cn/x", "1").unwrap().unwrap(), "{}");
    assert_eq!(restore(&file, other).unwrap_err(), StoreError::NotEmpty);

    // Down and up again: nothing is thrown away on the way down.
    let version = restored.schema_version().unwrap();
    assert!(matches!(restored.migrate(version - 1).unwrap_err(), StoreError::WouldLose { .. }));
    assert_eq!(restored.schema_version().unwrap(), version);
}

/// Eight writers add to one case at once, each again and again until it gets through.
fn at_once(url: &str) {
    let writer = |n: usize| {
        let url = url.to_string();
        move || {
            let mut store = open(&url, false).unwrap();
            let mut refused = 0;
            for _ in 0..10 {
                loop {
                    let seen = store.row("C-1").unwrap().unwrap().seq;
                    match store.append(&batch([entry("C-1", seen)])) {
                        Ok(_) => break,
                        Err(StoreError::Conflict { .. }) => refused += 1,
                        Err(error) => panic!("writer {n}: {error:?}"),
                    }
                }
            }
            refused
        }
    };
    let before = open(url, false).unwrap().row("C-1").unwrap().unwrap().seq;
    let writers: Vec<_> = (0..8).map(|n| std::thread::spawn(writer(n))).collect();
    writers.into_iter().for_each(|writer| {
        writer.join().unwrap();
    });
    let mut store = open(url, false).unwrap();
    assert_eq!(store.row("C-1").unwrap().unwrap().seq, before + 80);
    assert_eq!(store.events("C-1").unwrap().len() as u64, before + 80);
    verify(&mut *store).unwrap().unwrap();
}

fn lists(store: &mut dyn Store) {
    let mut due = entry("D-1", 0);
    due.row.due = Some("2026-03-05T23:59:59+08:00".into());
    due.row.division = "539901101".into();
    let mut done = entry("D-2", 0);
    done.row.status = "closed".into();
    done.row.division = "539902".into();
    store.append(&batch([due, done])).unwrap();
    let mut cases =
        |filter: Filter| -> Vec<String> { store.list(&filter).unwrap().rows.into_iter().map(|row| row.case).collect() };
    assert_eq!(cases(Filter::default()), ["D-1", "C-1", "C-2", "D-2"]);
    assert_eq!(cases(Filter { unclosed: true, limit: 2, offset: 1, ..Filter::default() }), ["C-1", "C-2"]);
    assert_eq!(cases(Filter { division: Some("539901".into()), ..Filter::default() }), ["D-1", "C-1", "C-2"]);
    assert_eq!(cases(Filter { division: Some("5399011".into()), ..Filter::default() }), ["D-1"]);
    assert_eq!(cases(Filter { due_before: Some("2026-03-06".into()), ..Filter::default() }), ["D-1"]);
    assert_eq!(cases(Filter { status: Some("closed".into()), ..Filter::default() }), ["D-2"]);
}

#[test]
fn a_new_store_goes_down_to_nothing_and_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("a.sqlite").display().to_string();
    let mut store = open(&url, true).unwrap();
    let newest = store.schema_version().unwrap();
    for version in [newest - 1, 0, newest] {
        store.migrate(version).unwrap();
        assert_eq!(store.schema_version().unwrap(), version);
    }
    store.append(&batch([entry("C-1", 0)])).unwrap();
    assert!(store.head().unwrap().practice);
    assert_eq!(verify(&mut *store).unwrap(), Ok(1));
}

/// A backup that an older version of the program wrote goes into the present one, in either database.
#[test]
fn an_older_backup_is_restored_onto_a_newer_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let server = Server::start();
    for to in [path("new.sqlite"), server.url("new")] {
        let old = path(&format!("old-{}.sqlite", to.len()));
        let mut store = open(&old, false).unwrap();
        store.append(&batch([entry("C-1", 0), entry("C-2", 0)])).unwrap();
        let newest = store.schema_version().unwrap();
        // The form of the tables before there were accounts.
        store.migrate(2).unwrap();
        drop(store);
        assert_eq!(restore(std::path::Path::new(&old), &to).unwrap(), 2);
        let mut restored = open(&to, false).unwrap();
        assert_eq!((restored.schema_version().unwrap(), verify(&mut *restored).unwrap()), (newest, Ok(2)));
        restored.append(&batch([entry("C-1", 1)])).unwrap();
    }
}

#[test]
fn what_somebody_changes_in_the_file_is_found() {
    let statements = [
        "UPDATE log SET body = replace(body, '大班额', '小班额') WHERE no = 2",
        "DELETE FROM log WHERE no = 2",
        "DELETE FROM log WHERE no = 3",
        "UPDATE log SET at = '2020-01-01T00:00:00+08:00' WHERE no = 3",
        "UPDATE log SET hash = substr(hash, 1, 63) || '0' WHERE no = 1 AND hash NOT LIKE '%0'",
        "UPDATE meta SET value = 'practice' WHERE name = 'mode'",
        "UPDATE meta SET value = '2' WHERE name = 'lines'",
    ];
    for statement in statements {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("a.sqlite").display().to_string();
        let mut store = open(&url, false).unwrap();
        store.append(&batch([entry("C-1", 0), entry("C-2", 0), entry("C-3", 0)])).unwrap();
        let db = rusqlite::Connection::open(&url).unwrap();
        assert_eq!(db.execute(statement, []).unwrap(), 1, "{statement}");
        drop(db);
        let found = verify(&mut *store).unwrap();
        assert!(found.is_err(), "{statement}");
    }
}

#[test]
fn a_newer_store_and_a_file_that_is_none_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("a.sqlite").display().to_string();
    drop(open(&url, false).unwrap());
    rusqlite::Connection::open(&url).unwrap().execute("UPDATE meta SET value = '99' WHERE name = 'version'", []).unwrap();
    assert!(matches!(open(&url, false).err().unwrap(), StoreError::Newer { found: 99, .. }));
    let other = folder.path().join("letter.txt");
    std::fs::write(&other, "这不是台账，只是一封信。".repeat(100)).unwrap();
    assert!(matches!(open(&other.display().to_string(), false).err().unwrap(), StoreError::Broken { .. }));
}
