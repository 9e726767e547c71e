use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use facts::Value;
use snapshot::{Finished, Home, SnapshotWriter};

use crate::county::*;

/// Names the home that the child process writes to; without it the child's test does nothing.
const CHILD_HOME: &str = "SNAPSHOT_TEST_CHILD_HOME";

fn new_rows() -> Vec<Row> {
    let mut rows: Vec<Row> = (0..1500).map(|n| pupil("S2", n, Value::Integer(1))).collect();
    rows.push(figure("S1", "primary", "books", 41.0, 1));
    for row in &mut rows {
        row.file = file(2);
    }
    rows
}

/// The part of the other process: it imports without end until it is killed, each time from the first snapshot on.
#[test]
fn the_child_imports() {
    let Some(path) = env::var_os(CHILD_HOME) else { return };
    let home = Home::open(path).unwrap();
    let first = home.latest(&county()).unwrap().unwrap();
    let rows = new_rows();
    loop {
        let lock = home.lock("子进程").unwrap();
        lock.store_raw(&vec![3; 200_000][..]).unwrap();
        let mut writer = SnapshotWriter::begin(&lock, county(), Some(&first)).unwrap();
        for row in &rows {
            push(&mut writer, row).unwrap();
        }
        // Never the same twice, so that each round publishes.
        let n = home.list().unwrap().manifests.len() as u32;
        push(&mut writer, &figure("S3", "primary", "books", f64::from(n), 1)).unwrap();
        let _ = writer.finish(finish()).unwrap();
    }
}

#[test]
fn killed_at_any_moment_it_leaves_the_last_snapshot_whole() {
    let (_dir, home) = home();
    let first = publish_new(&home.lock("甲").unwrap(), None, &[figure("S1", "primary", "books", 40.0, 1)]);
    let (mut n_published, mut n_unfinished, mut round) = (0, 0, 0);
    // Until it has been killed often, before as well as after it published.
    while round < 25 || (round < 200 && (n_published == 0 || n_unfinished == 0)) {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "kill::the_child_imports", "--nocapture"])
            .env(CHILD_HOME, home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The moments sweep over starting, writing, publishing and beginning again.
        std::thread::sleep(Duration::from_millis(10 + round % 40 * 17));
        round += 1;
        child.kill().unwrap();
        child.wait().unwrap();

        n_unfinished += usize::from(files_below(home.path()).iter().any(|(path, _)| is_temporary(path)));
        let listing = home.list().unwrap();
        n_published = listing.manifests.len() - 1;
        assert!(listing.broken.is_empty(), "{:?}", listing.broken);
        assert!(listing.manifests.iter().any(|manifest| manifest.id == first.id));
        for manifest in &listing.manifests {
            home.snapshot(manifest.id.as_str()).unwrap().verify().unwrap();
        }
        let latest = home.latest(&county()).unwrap().unwrap();
        home.snapshot(latest.as_str()).unwrap();
        // The next import works, and nothing of the killed one is left beside it.
        let lock = home.lock("下一次").unwrap();
        let finished = publish(&lock, Some(&first.id), &[figure("S1", "primary", "books", 40.0, 1)]);
        assert_eq!(finished, Finished::Unchanged(first.clone()));
        for (path, _) in files_below(home.path()) {
            assert!(!is_temporary(&path), "{}", path.display());
        }
        if let Ok(raw) = home.read_raw(&facts::FileHash(raw_hash())) {
            assert_eq!(raw.len(), 200_000);
        }
    }
    assert!(n_published > 0 && n_unfinished > 0, "{n_published} published, {n_unfinished} killed in the midst");
}

fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "tmp")
}

/// SHA-256 of two hundred thousand threes, as `head -c 200000 /dev/zero | tr '\0' '\3' | sha256sum` says.
fn raw_hash() -> String {
    "ebd166f9bb58194b65fcdb9d1cd67f4f653fed0ab188830e9ea6cedbcba1c39b".into()
}
