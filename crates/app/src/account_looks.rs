//! Looks at people's records that left their line in the home's `looked.log`: taken into the ledger's own log, where whoever
//! controls them reads them and its chain covers them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use duty::Moment;
use duty::chain::{digest, hex};
use facts::text;
use jiff::Timestamp;
use serde::Deserialize;
use store::{NewTrace, Settlement, StoreError};

use crate::{Failure, Ledger};

/// A line of `looked.log`.
#[derive(Deserialize)]
struct Line {
    when: Timestamp,
    who: String,
    purpose: String,
    snapshot: String,
    table: String,
    persons: Vec<String>,
}

/// Lines that are taken in at once.
const LINES_MAX: usize = 2_000;

/// Takes what was written to `looked.log` since the last time into the log of the ledger; gives how many looks came. Every line
/// comes once, however many do this at the same time. Whoever cuts the file afterwards changes nothing of what was taken in, and
/// the cut is written down.
pub fn take_in_looks(ledger: &mut Ledger) -> Result<usize, Failure> {
    let path = ledger.home.join("looked.log");
    let mut taken = 0;
    loop {
        let Some((n, change)) = next(ledger, &path)? else { return Ok(taken) };
        match ledger.store.settle(&change) {
            Ok(()) => taken += n,
            // Somebody else took the same lines in.
            Err(StoreError::Conflict { .. }) => return Ok(taken),
            Err(error) => return Err(error.into()),
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::io(text!("读取查阅记录", "read the log of looks"), path, error)
}

/// The next lines that are not in the ledger's log yet, as a change of it.
fn next(ledger: &mut Ledger, path: &Path) -> Result<Option<(usize, Settlement)>, Failure> {
    let failed = |error: std::io::Error| failed(path, &error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let length = file.metadata().map_err(failed)?.len();
    let mut file = BufReader::new(file);
    let mut first = Vec::new();
    // Two servers on one database each have a file of their own: it goes by its first line.
    if file.by_ref().take(1 << 20).read_until(b'\n', &mut first).map_err(failed)? == 0 || first.last() != Some(&b'\n') {
        return Ok(None);
    }
    let name = format!("looked:{}", &hex(&digest(&first))[..12]);
    let known = ledger.store.mark(&name)?;
    let from: u64 = known.as_deref().and_then(|known| known.parse().ok()).unwrap_or(0);
    if length < from {
        let words = format!("looked.log {from} → {length}");
        let trace =
            NewTrace { at: ledger.now.to_string(), person: "-".into(), act: "looks-cut".into(), about: name.clone(), words };
        let mark = Some((name, known, length.to_string()));
        return Ok(Some((0, Settlement { traces: vec![trace], mark, ..Settlement::default() })));
    }
    file.seek(SeekFrom::Start(from)).map_err(failed)?;
    let (mut at, mut lines) = (from, Vec::new());
    while lines.len() < LINES_MAX {
        let mut line = Vec::new();
        let read = file.read_until(b'\n', &mut line).map_err(failed)?;
        // Half a line is still being written.
        if read == 0 || line.last() != Some(&b'\n') {
            break;
        }
        at += read as u64;
        lines.push(line);
    }
    if at == from {
        return Ok(None);
    }
    let users = ledger.store.users()?;
    let people: BTreeSet<&str> = users.iter().map(|user| user.person.as_str()).collect();
    let traces: Vec<NewTrace> =
        lines.iter().filter(|line| line.len() > 1).map(|line| trace(line, &people, &ledger.now)).collect();
    let n = traces.len();
    Ok(Some((n, Settlement { traces, mark: Some((name, known, at.to_string())), ..Settlement::default() })))
}

/// A line as the ledger's log keeps it; one that cannot be read is kept as it is.
fn trace(line: &[u8], people: &BTreeSet<&str>, now: &Moment) -> NewTrace {
    let plain = |words: &str, most: usize| words.chars().filter(|c| !c.is_control()).take(most).collect::<String>();
    let act = "look-people".to_string();
    let Ok(line) = serde_json::from_slice::<Line>(line) else {
        let words = plain(&String::from_utf8_lossy(line), 500);
        return NewTrace { at: now.to_string(), person: "-".into(), act, about: "looked.log".into(), words };
    };
    // The console writes account and name; everything else is no account.
    let account = line.who.split_whitespace().next().filter(|first| people.contains(first));
    let rows = match line.persons.as_slice() {
        [all] if all == "*" => "*".to_string(),
        some => format!("{}: {}", some.len(), some.join(" ")),
    };
    let table = facts::table(&line.table).map_or(line.table.as_str(), |table| table.title);
    NewTrace {
        at: Moment::from_unix(line.when.as_second()).to_string(),
        person: plain(account.unwrap_or(&line.who), 60),
        act,
        about: plain(&line.snapshot, 12),
        words: plain(&format!("{}；{} {rows}", line.purpose, table), 4_000),
    }
}
