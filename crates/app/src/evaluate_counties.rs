use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use evaluate::{Outcome, StockMatrix, Verdict};
use facts::{Date, Text, text};
use policy::Resolved;
use serde::Serialize;
use snapshot::Snapshot;

use crate::choose::{day, snapshots};
use crate::planned::{evaluate_meant, planned};
use crate::{Failure, Library, words};

/// The outcomes of one or several counties, side by side.
#[derive(Serialize)]
#[must_use = "an outcome that nobody reads decides nothing"]
pub struct Evaluated {
    pub outcomes: Vec<Outcome>,
}

/// Evaluates the snapshots named, or the latest of each county, under a pack as of a day.
pub fn evaluate_counties(
    library: &Library,
    home: &Path,
    pack: &str,
    on: Option<Date>,
    ids: &[String],
) -> Result<Evaluated, Failure> {
    let ids = meant(home, ids)?;
    let outcomes = side_by_side(&ids, |id| Ok(evaluate_meant(library, home, id, pack, on)?.1.outcome))?;
    Ok(Evaluated { outcomes })
}

/// The ids of the snapshots and planned states that are meant, in the order in which they are named.
fn meant(home: &Path, ids: &[String]) -> Result<Vec<String>, Failure> {
    let whole = |snapshot: &Snapshot| snapshot.manifest().id.as_str().to_string();
    if ids.is_empty() {
        return Ok(snapshots(home, ids)?.iter().map(whole).collect());
    }
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        match planned(home, id)? {
            Some(planned) => found.push(planned.id),
            None => found.extend(snapshots(home, std::slice::from_ref(id))?.iter().map(whole)),
        }
    }
    Ok(found)
}

/// One county's outcome with what it was made of.
pub struct Judged {
    pub resolved: Resolved,
    pub outcome: Outcome,
}

/// Evaluates one snapshot.
pub fn evaluate_snapshot(library: &Library, snapshot: &Snapshot, pack: &str, on: Option<Date>) -> Result<Judged, Failure> {
    let manifest = snapshot.manifest();
    let (year, on) = day(manifest, on)?;
    let resolved = resolve(library, pack, on, manifest)?;
    let matrix: StockMatrix = evaluate::matrix(snapshot, &resolved, year, on)?;
    let outcome = evaluate::evaluate(&resolved, &matrix);
    Ok(Judged { resolved, outcome })
}

pub fn resolve(library: &Library, pack: &str, on: Date, manifest: &snapshot::Manifest) -> Result<Resolved, Failure> {
    if library.packs.get(pack).is_none() {
        let known: Vec<&str> = library.packs.ids().collect();
        let (known_zh, known_en) = (known.join("、"), known.join(", "));
        let faults: Vec<Text> = library.faults().map(|finding| finding.place.words()).collect();
        let hint = if faults.is_empty() {
            text!("有这些：{known_zh}", "there are: {known_en}")
        } else {
            let (faults_zh, faults_en): (Vec<String>, Vec<String>) = faults.into_iter().map(|place| (place.zh, place.en)).unzip();
            let (faults_zh, faults_en) = (faults_zh.join("、"), faults_en.join(", "));
            text!(
                "有这些：{known_zh}；有问题没有启用的：{faults_zh}（junheng check 查看）",
                "there are: {known_en}; left out as faulty: {faults_en} (see `junheng check`)"
            )
        };
        return Err(Failure::wrong_use(text!("没有“{pack}”这个标准", "there is no pack `{pack}`"), hint));
    }
    library.packs.resolve(pack, on, &manifest.county).map_err(|found| Failure::found(&found))
}

/// Does one piece of work for each county on as many threads as there are cores; the results keep the order of the ids.
fn side_by_side<T: Send>(ids: &[String], work: impl Fn(&str) -> Result<T, Failure> + Sync) -> Result<Vec<T>, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(ids.len());
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<T, Failure>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((index, id)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, ids.get(index)?)))
                {
                    let result = work(id);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Evaluated {
    pub fn passes(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.verdict == Verdict::Pass)
    }

    /// The outcome in words: one county in a dozen lines, several as one line each.
    pub fn lines(&self, all: bool) -> Vec<Text> {
        match &self.outcomes[..] {
            [one] => words::county(one, all),
            many => words::counties(many),
        }
    }
}
