//! What persons decided of two records: a log to which lines are added and from which none is ever taken. An undone decision stays
//! in it, and so does the undoing.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use facts::{Text, text};
use linkage::Decision;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Failure, now};

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Counted from 1.
    pub n: u64,
    pub when: String,
    pub who: String,
    /// The records' pseudonyms: the roll's, and the other register's.
    pub left: String,
    pub right: String,
    /// The same person or not; none where it takes an earlier line back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<bool>,
    /// The line that is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// Whether it was asked again, without showing the first answer.
    #[serde(default)]
    pub again: bool,
    #[serde(default)]
    pub note: String,
    /// SHA-256 of the line before, so that a line that was changed or taken out is noticed.
    pub before: String,
}

/// What somebody says of two records.
#[derive(Debug, Clone)]
pub struct DecisionAsked<'a> {
    pub who: &'a str,
    pub left: &'a str,
    pub right: &'a str,
    pub same: bool,
    pub again: bool,
    pub note: &'a str,
}

fn path(home: &Path) -> PathBuf {
    home.join("ledgers").join("decisions.log")
}

/// Writes a decision down. It is on the disk before this returns.
pub fn decide(home: &Path, asked: &DecisionAsked<'_>) -> Result<Decided, Failure> {
    add(home, |n, before, _| {
        Ok(Decided {
            n,
            when: now(),
            who: asked.who.to_string(),
            left: asked.left.to_string(),
            right: asked.right.to_string(),
            same: Some(asked.same),
            undoes: None,
            again: asked.again,
            note: asked.note.to_string(),
            before,
        })
    })
}

/// Takes a decision back: the latest of this person that still stands, or the one named. Both lines stay.
pub fn undo_decision(home: &Path, who: &str, n: Option<u64>) -> Result<Decided, Failure> {
    add(home, |next, before, lines| {
        let gone: Vec<u64> = lines.iter().filter_map(|line| line.undoes).collect();
        let stands = |line: &&Decided| line.same.is_some() && !gone.contains(&line.n) && line.who == who;
        let found = match n {
            Some(n) => lines.iter().filter(stands).find(|line| line.n == n),
            None => lines.iter().rev().find(stands),
        };
        let Some(line) = found else {
            return Err(Failure::unknown(
                text!("没有可以撤销的判定", "there is no decision to take back"),
                text!("只能撤销自己作出、还没有撤销的判定", "only one's own that still stands"),
            ));
        };
        let (left, right) = (line.left.clone(), line.right.clone());
        let undoes = Some(line.n);
        Ok(Decided {
            n: next,
            when: now(),
            who: who.to_string(),
            left,
            right,
            same: None,
            undoes,
            again: false,
            note: String::new(),
            before,
        })
    })
}

/// Every line, the oldest first. A line that was changed or taken out is told.
pub fn all_decisions(home: &Path) -> Result<Vec<Decided>, Failure> {
    let path = path(home);
    match File::open(&path) {
        Ok(file) => read(&path, file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Failure::io(text!("读取人工判定", "read the decisions"), &path, &error)),
    }
}

fn read(path: &Path, file: File) -> Result<Vec<Decided>, Failure> {
    let mut lines: Vec<Decided> = Vec::new();
    let mut before = String::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| Failure::io(text!("读取人工判定", "read the decisions"), path, &error))?;
        if line.is_empty() {
            continue;
        }
        let at = lines.len() + 1;
        let broken = || {
            Failure::prevented(
                text!("人工判定记录第 {at} 行被改动过或不完整", "line {at} of the decisions was changed or is not whole"),
                text!("从备份恢复 ledgers/decisions.log", "restore ledgers/decisions.log from a backup"),
            )
        };
        let decided: Decided = serde_json::from_str(&line).map_err(|_| broken())?;
        if decided.before != before || decided.n != at as u64 {
            return Err(broken());
        }
        before = hash(&line);
        lines.push(decided);
    }
    Ok(lines)
}

fn hash(line: &str) -> String {
    Sha256::digest(line.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds a line made from those that are there; one writer at a time.
fn add(home: &Path, make: impl FnOnce(u64, String, &[Decided]) -> Result<Decided, Failure>) -> Result<Decided, Failure> {
    let path = path(home);
    let failed = |error: &std::io::Error| Failure::io(text!("保存人工判定", "keep a decision"), &path, error);
    if let Some(folder) = path.parent() {
        snapshot::make_folder(folder).map_err(|error| failed(&error))?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(|error| failed(&error))?;
    // Unlocked when the file is closed.
    file.lock().map_err(|error| failed(&error))?;
    let lines = read(&path, File::open(&path).map_err(|error| failed(&error))?)?;
    let last = match lines.last() {
        None => String::new(),
        Some(last) => hash(&line_of(last)?),
    };
    let decided = make(lines.len() as u64 + 1, last, &lines)?;
    let line = line_of(&decided)? + "\n";
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed(&error))?;
    Ok(decided)
}

fn line_of(decided: &Decided) -> Result<String, Failure> {
    serde_json::to_string(decided).map_err(|error| {
        Failure::prevented(text!("保存人工判定失败：{error}", "a decision could not be kept: {error}"), Text::new("", ""))
    })
}

/// What stands of a pair: answers that were not taken back, the oldest first.
pub(crate) fn standing(lines: &[Decided]) -> BTreeMap<(String, String), Vec<Decided>> {
    let gone: Vec<u64> = lines.iter().filter_map(|line| line.undoes).collect();
    let mut pairs: BTreeMap<(String, String), Vec<Decided>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.same.is_some() && !gone.contains(&line.n)) {
        pairs.entry((line.left.clone(), line.right.clone())).or_default().push(line.clone());
    }
    pairs
}

/// The answer that most gave; none where as many said one thing as the other.
pub(crate) fn answer(lines: &[Decided]) -> Option<bool> {
    let same = lines.iter().filter(|line| line.same == Some(true)).count();
    let different = lines.iter().filter(|line| line.same == Some(false)).count();
    (same != different).then_some(same > different)
}

/// The decisions in force, as the engine takes them.
pub(crate) fn decisions(home: &Path) -> Result<Vec<Decision>, Failure> {
    let pairs = standing(&all_decisions(home)?);
    let decided = pairs.into_iter().filter_map(|((left, right), lines)| Some(Decision { left, right, same: answer(&lines)? }));
    Ok(decided.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(home: &Path, who: &str, right: &str, same: bool) {
        decide(home, &DecisionAsked { who, left: "a", right, same, again: false, note: "" }).unwrap();
    }

    #[test]
    fn decisions_stay_and_the_most_of_them_counts() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let check = |expected: &[(&str, bool)]| {
            let found: Vec<(String, bool)> = decisions(home).unwrap().into_iter().map(|one| (one.right, one.same)).collect();
            let expected: Vec<(String, bool)> = expected.iter().map(|(right, same)| (right.to_string(), *same)).collect();
            assert_eq!(found, expected);
        };
        check(&[]);
        say(home, "one", "b", true);
        say(home, "one", "c", false);
        check(&[("b", true), ("c", false)]);
        // A second answer that differs leaves the pair open; a third decides.
        say(home, "two", "b", false);
        check(&[("c", false)]);
        say(home, "three", "b", false);
        check(&[("b", false), ("c", false)]);
        assert!(undo_decision(home, "four", None).is_err());
        undo_decision(home, "one", None).unwrap();
        check(&[("b", false)]);
        assert!(undo_decision(home, "one", Some(2)).is_err());
        assert_eq!(all_decisions(home).unwrap().len(), 5);
        let log = std::fs::read_to_string(path(home)).unwrap();
        std::fs::write(path(home), log.replacen("\"two\"", "\"one\"", 1)).unwrap();
        assert!(all_decisions(home).is_err());
    }
}
