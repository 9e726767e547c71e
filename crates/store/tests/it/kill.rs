//! kill -9 in the middle of writing: every event that was acknowledged is there, and the chain fits.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use store::{StoreError, open, verify};

use crate::server::Server;
use crate::{batch, entry};

const TIMES: u32 = 200;
/// Names the store to a child that writes until it is killed.
const CHILD: &str = "JUNHENG_TEST_WRITE_TO";

#[test]
fn sqlite_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    kill_writers(&folder.path().join("a.sqlite").display().to_string());
}

#[test]
fn postgresql_loses_nothing_that_was_acknowledged() {
    let server = Server::start();
    kill_writers(&server.url("a"));
}

/// Not a test of its own: what the killed child does. Without the variable there is nothing to do.
#[test]
fn child() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let mut store = open(&url, false).unwrap();
    let mut out = std::io::stdout().lock();
    for n in 0_u64.. {
        let case = format!("K-{}", n % 7);
        let seen = store.row(&case).unwrap().map_or(0, |row| row.seq);
        match store.append(&batch([entry(&case, seen)])) {
            Ok(_) => writeln!(out, "ack {case} {}", seen + 1).unwrap(),
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
        out.flush().unwrap();
    }
}

fn kill_writers(url: &str) {
    let mut store = open(url, false).unwrap();
    let mut acknowledged: BTreeMap<String, u64> = BTreeMap::new();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut events = 0;
    for time in 0..TIMES {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::child", "--nocapture"])
            .env(CHILD, url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (writes, written) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            let lines = out.lines().map_while(Result::ok);
            let acknowledged = lines.filter_map(|line| Some(line.split_once("ack ")?.1.to_string()));
            let wake = |_: &String| {
                let _ = writes.send(());
            };
            acknowledged.inspect(wake).collect::<Vec<String>>()
        });
        // On a busy machine a child takes its time to begin; nine of ten are killed while they write, the tenth wherever it is.
        if time % 10 != 0 {
            written.recv_timeout(Duration::from_secs(60)).expect("the writer never wrote");
        }
        std::thread::sleep(Duration::from_micros((state >> 33) % 30_000));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in reader.join().unwrap() {
            // A last line that was torn by the kill acknowledges nothing.
            let Some((case, seq)) = line.split_once(' ') else { continue };
            let Ok(seq) = seq.parse::<u64>() else { continue };
            events += 1;
            let known = acknowledged.entry(case.to_string()).or_default();
            *known = seq.max(*known);
        }
        for (case, seq) in &acknowledged {
            let row = store.row(case).unwrap().unwrap();
            assert!(row.seq >= *seq, "{case}: {seq} was acknowledged, {} is there", row.seq);
        }
        if time % 20 == 0 || time + 1 == TIMES {
            verify(&mut *store).unwrap().unwrap();
            for (case, seq) in &acknowledged {
                let events = store.events(case).unwrap();
                assert!(events.len() as u64 >= *seq, "{case}");
                assert!(events.iter().enumerate().all(|(at, event)| event.seq == at as u64 + 1), "{case} has a gap");
            }
        }
    }
    assert!(events > u64::from(TIMES), "the writers hardly wrote: the test shows nothing");
}
