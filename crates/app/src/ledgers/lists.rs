//! Lists that came in: the file as it came, sealed with the home's raw files, and what it meant on that day, sealed beside it. Numbered,
//! never changed; what they mean today is asked anew.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use facts::{FileHash, Text, text};
use serde::{Deserialize, Serialize};
use snapshot::{Home, HomeError, HomeLock};

use super::{Arrived, ArrivedRow};
use crate::{Failure, now};

/// A list that is kept: what may be told of it without naming anybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptList {
    /// Counted from 1.
    pub n: u64,
    pub when: String,
    /// Who handed it in.
    pub who: String,
    pub file: String,
    /// Under which the file itself lies among the raw files.
    pub hash: String,
    /// The snapshot against which it was held.
    pub snapshot: String,
    pub county: String,
    pub rows: usize,
    pub matched: usize,
    pub unsure: usize,
    pub unmatched: usize,
    pub newly_entitled: usize,
    /// What those cost in a term, in yuan.
    pub amount: f64,
    pub not_at_school: usize,
}

/// The rows of a kept list, names masked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeptRows {
    pub matched: Vec<ArrivedRow>,
    pub unsure: Vec<ArrivedRow>,
    pub unmatched: Vec<ArrivedRow>,
}

/// As it lies on the disk: the head for lists of lists, the rows sealed.
#[derive(Serialize, Deserialize)]
struct Lying {
    head: KeptList,
    rows: String,
}

/// How long an import that is writing is waited for.
const WAIT: Duration = Duration::from_secs(10);

fn folder(home: &Path) -> PathBuf {
    home.join("ledgers").join("lists")
}

fn name(n: u64) -> String {
    format!("{n:06}.json")
}

/// Keeps a list that came in: its file, and what it meant. Both are on the disk before this returns. The same file handed in by the same
/// hand against the same snapshot is kept once.
pub fn keep_list(
    home: &Path,
    who: &str,
    path: &Path,
    snapshot: &str,
    county: &str,
    arrived: &Arrived,
) -> Result<KeptList, Failure> {
    let FileHash(hash) = locked(home, who)?.store_raw_file(path)?;
    let folder = folder(home);
    let failed = |error: &std::io::Error| Failure::io(text!("保存名单", "keep the list"), &folder, error);
    snapshot::make_folder(&folder).map_err(|error| failed(&error))?;
    let gate = OpenOptions::new().create(true).append(true).open(folder.join("lock")).map_err(|error| failed(&error))?;
    // One at a time gets a number; unlocked when it is closed.
    gate.lock().map_err(|error| failed(&error))?;
    let known = kept_lists(home)?;
    let same =
        |list: &&KeptList| (list.hash.as_str(), list.who.as_str(), list.snapshot.as_str()) == (hash.as_str(), who, snapshot);
    if let Some(list) = known.iter().find(same) {
        return Ok(list.clone());
    }
    let head = KeptList {
        n: known.iter().map(|list| list.n).max().unwrap_or(0) + 1,
        when: now(),
        who: who.to_string(),
        file: arrived.file.clone(),
        hash,
        snapshot: snapshot.to_string(),
        county: county.to_string(),
        rows: arrived.rows,
        matched: arrived.matched.len(),
        unsure: arrived.unsure.len(),
        unmatched: arrived.unmatched.len(),
        newly_entitled: arrived.newly_entitled,
        amount: arrived.amount,
        not_at_school: arrived.not_at_school,
    };
    let rows =
        KeptRows { matched: arrived.matched.clone(), unsure: arrived.unsure.clone(), unmatched: arrived.unmatched.clone() };
    let sealed = Home::open(home)?.seal_words(&json(&rows)?)?;
    let lying = json(&Lying { head: head.clone(), rows: sealed })?;
    snapshot::write_whole(&folder, &name(head.n), lying.as_bytes()).map_err(|error| failed(&error))?;
    Ok(head)
}

/// The right to write, once whoever has it is done.
fn locked(home: &Path, who: &str) -> Result<HomeLock, Failure> {
    let (opened, begun) = (Home::open(home)?, Instant::now());
    loop {
        match opened.lock(who) {
            Err(HomeError::Locked { .. }) if begun.elapsed() < WAIT => std::thread::sleep(Duration::from_millis(100)),
            taken => return Ok(taken?),
        }
    }
}

fn json(what: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(what)
        .map_err(|error| Failure::prevented(text!("名单没有保存：{error}", "the list was not kept: {error}"), Text::new("", "")))
}

/// Every list that is kept, the latest first.
pub fn kept_lists(home: &Path) -> Result<Vec<KeptList>, Failure> {
    let folder = folder(home);
    let failed = |error: &std::io::Error| Failure::io(text!("读取收到的名单", "read the lists that came in"), &folder, error);
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| failed(&error))?,
    };
    let mut lists = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(&error))?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            lists.push(read(&path)?.head);
        }
    }
    lists.sort_by_key(|list| std::cmp::Reverse(list.n));
    Ok(lists)
}

/// One of them with its rows.
pub fn kept_list(home: &Path, n: u64) -> Result<(KeptList, KeptRows), Failure> {
    let path = folder(home).join(name(n));
    if !path.is_file() {
        return Err(Failure::unknown(
            text!("没有第 {n} 份名单", "there is no list {n}"),
            text!("看有哪些：junheng ledgers lists", "see which there are: junheng ledgers lists"),
        ));
    }
    let Lying { head, rows } = read(&path)?;
    let words = Home::open(home)?.unseal_words(&rows)?;
    let rows = serde_json::from_str(&words).map_err(|error| broken(&path, &error))?;
    Ok((head, rows))
}

/// Writes a kept list as it came, to be imported.
pub fn write_kept_list(home: &Path, n: u64, out: &Path) -> Result<KeptList, Failure> {
    let (head, _) = kept_list(home, n)?;
    let bytes = Home::open(home)?.read_raw(&FileHash(head.hash.clone()))?;
    crate::link_output::write_whole(out, &bytes)?;
    Ok(head)
}

fn read(path: &Path) -> Result<Lying, Failure> {
    let file =
        File::open(path).map_err(|error| Failure::io(text!("读取收到的名单", "read a list that came in"), path, &error))?;
    serde_json::from_reader(std::io::BufReader::new(file)).map_err(|error| broken(path, &error))
}

fn broken(path: &Path, error: &serde_json::Error) -> Failure {
    let at = path.display();
    Failure::prevented(
        text!("{at} 读不懂：{error}", "{at} cannot be read: {error}"),
        text!("从备份恢复 ledgers/lists", "restore ledgers/lists from a backup"),
    )
}

impl KeptList {
    /// The list in a line.
    pub fn line(&self) -> Text {
        let KeptList { n, when, who, file, rows, matched, unsure, unmatched, newly_entitled, amount, .. } = self;
        text!(
            "{n}　{when}　{who}　{file}：{rows} 人，对上 {matched}，待核对 {unsure}，没有对上 {unmatched}；新应享受 {newly_entitled} 人，一学期 {amount} 元",
            "{n}  {when}  {who}  {file}: {rows} rows, {matched} matched, {unsure} unsure, {unmatched} unmatched; {newly_entitled} newly entitled, {amount} yuan a term"
        )
    }
}

impl KeptRows {
    /// The rows, a line each, those that somebody must look at first.
    pub fn lines(&self) -> Vec<Text> {
        let newly = self.matched.iter().filter(|row| !row.newly.is_empty());
        let rest = self.matched.iter().filter(|row| row.newly.is_empty());
        let of = |title: Text, rows: &mut dyn Iterator<Item = &ArrivedRow>| -> Vec<Text> {
            rows.map(|row| row.line(&title)).collect()
        };
        let mut lines = of(text!("待核对", "unsure"), &mut self.unsure.iter());
        lines.extend(of(text!("没有对上", "unmatched"), &mut self.unmatched.iter()));
        lines.extend(of(text!("新应享受", "newly entitled"), &mut newly.into_iter()));
        lines.extend(of(text!("对上", "matched"), &mut rest.into_iter()));
        lines
    }
}

impl ArrivedRow {
    /// The row after what became of it.
    pub(super) fn line(&self, title: &Text) -> Text {
        let ArrivedRow { row, name, school, grade, class, probability, newly, .. } = self;
        let Text { zh, en } = title;
        let likely = probability.map_or_else(String::new, |likely| format!("{:.0}%", likely * 100.0));
        let due = |lang: facts::Lang| {
            newly.iter().map(|due| format!("{} {}", due.title.get(lang), due.amount)).collect::<Vec<_>>().join("、")
        };
        let (due_zh, due_en) = (due(facts::Lang::Zh), due(facts::Lang::En));
        let squeezed = |line: String| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let zh = squeezed(format!("{zh}：第 {row} 行 {name} {school} {grade} {class} {likely} {due_zh}"));
        let en = squeezed(format!("{en}: row {row} {name} {school} {grade} {class} {likely} {due_en}"));
        Text::new(format!("  {zh}"), format!("  {en}"))
    }
}
