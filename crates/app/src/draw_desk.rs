//! The draws of a home as an officer sees them: how far each has come, who is to speak next, and what it came to.

use std::fs;
use std::path::{Path, PathBuf};

use draws::{Draw, DrawList, Hash, Reveal, Reveals, WitnessKind, read_result, verify};
use facts::{Finding, Text, text};
use serde::Serialize;

use crate::draw_folder::{CERTIFICATE, COMMITMENTS, DRAW, DrawFiles, LIST, RESULT, REVEALS, read_files};
use crate::{DrawAsked, Failure, PreparedDraw, prepare_draw};

/// What is to be done next with a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrawStep {
    /// Witnesses have still to bind themselves.
    Commit,
    /// Witnesses have still to show what they are bound to.
    Reveal,
    /// All have spoken: it can be held.
    Ready,
    /// It has been held and signed.
    Held,
}

/// One draw in a list.
#[derive(Debug, Clone, Serialize)]
pub struct DrawLine {
    /// The name of its folder.
    pub name: String,
    pub title: String,
    pub step: Option<DrawStep>,
    /// Why it cannot be read, where it cannot.
    pub fault: Option<Text>,
}

/// One draw with everything that is published of it.
#[derive(Debug, Clone, Serialize)]
pub struct DrawPage {
    pub name: String,
    pub title: String,
    pub round: u32,
    pub id: String,
    pub step: DrawStep,
    pub method: Text,
    pub method_source: Text,
    pub witnesses: Vec<DrawWitness>,
    pub pools: Vec<DrawPool>,
    pub entries: usize,
    /// Who decided on this round and why, where an earlier one was set aside.
    pub decision: Option<String>,
    pub result: Option<DrawResult>,
    /// The files that may be published now.
    pub files: Vec<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
pub struct DrawWitness {
    pub name: String,
    /// Drawn before all eyes after the others; binds itself to nothing.
    pub public: bool,
    pub commitment: Option<String>,
    /// What was shown; none before, and none of a witness who stayed away.
    pub value: Option<String>,
    pub missing: bool,
    /// Whether it is this witness's turn.
    pub due: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct DrawPool {
    pub name: String,
    pub entries: usize,
    pub lots: usize,
    pub places: u32,
    pub admitted: Option<usize>,
    /// The order number of the last lot that was admitted.
    pub last_admitted: Option<u32>,
}

/// What a draw came to, recomputed from the published files before it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct DrawResult {
    pub seed: String,
    /// Hash of `result.csv`.
    pub hash: String,
    /// Rows of the list, rows of the result, and of these the admitted: the count before anything is told to families.
    pub listed: usize,
    pub drawn: usize,
    pub admitted: usize,
    /// What does not follow from the files; empty where all does.
    pub findings: Vec<Finding>,
}

const FILES: [&str; 6] = [DRAW, LIST, COMMITMENTS, REVEALS, RESULT, CERTIFICATE];

/// Every draw of a home, by the name of its folder.
pub fn list_draws(home: &Path) -> Result<Vec<DrawLine>, Failure> {
    let root = home.join("draws");
    let failed = |error: &std::io::Error| Failure::io(text!("列出派位", "list the draws"), &root, error);
    let entries = match fs::read_dir(&root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&error)),
    };
    let mut lines = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(&error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if named(home, &name).is_err() || !entry.path().join(DRAW).is_file() {
            continue;
        }
        lines.push(match draw_page(home, &name) {
            Ok(page) => DrawLine { name, title: page.title, step: Some(page.step), fault: None },
            Err(failure) => DrawLine { title: name.clone(), name, step: None, fault: Some(failure.what) },
        });
    }
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(lines)
}

/// One draw of a home.
pub fn draw_page(home: &Path, name: &str) -> Result<DrawPage, Failure> {
    let files = read_files(&open_draw(home, name)?)?;
    let (draw, list) = files.draw_and_list()?;
    let (commitments, reveals) = files.witnesses(&draw)?;
    let step = step(&draw, &commitments, &reveals, &files);
    let result = (step == DrawStep::Held).then(|| result(&files, &list, &reveals));
    let present = [&files.draw, &files.list, &files.commitments, &files.reveals, &files.result, &files.certificate];
    Ok(DrawPage {
        name: name.to_string(),
        title: draw.title.clone(),
        round: draw.round,
        id: draw.id().to_string(),
        step,
        method: (draw.method.title)(),
        method_source: (draw.method.source)(),
        witnesses: witnesses(&draw, &commitments, &reveals, step),
        pools: pools(&draw, &list, &files),
        entries: list.n_entries(),
        decision: draw.after.as_ref().map(|earlier| earlier.decision.clone()),
        result,
        files: FILES.iter().zip(present).filter(|(_, words)| !words.is_empty()).map(|(file, _)| *file).collect(),
    })
}

/// Fixes a new draw of a home, in a folder under the name given.
pub fn prepare_draw_here(home: &Path, name: &str, asked: &DrawAsked) -> Result<Result<PreparedDraw, Vec<Finding>>, Failure> {
    prepare_draw(home, &DrawAsked { out: named(home, name)?, ..asked.clone() })
}

/// One of the published files of a draw.
pub fn draw_file(home: &Path, name: &str, file: &str) -> Result<Vec<u8>, Failure> {
    let folder = open_draw(home, name)?;
    let known = FILES.into_iter().find(|known| *known == file).ok_or_else(|| no_such(file))?;
    match fs::read(folder.join(known)) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(no_such(file)),
        Err(error) => Err(Failure::io(text!("读派位文件", "read a file of the draw"), &folder.join(known), &error)),
    }
}

/// The folder of a draw that is there.
pub fn open_draw(home: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = named(home, name)?;
    if folder.join(DRAW).is_file() { Ok(folder) } else { Err(no_such(name)) }
}

/// The folder that a name means: letters, digits, `-` and `_` only, so that it lies nowhere else.
fn named(home: &Path, name: &str) -> Result<PathBuf, Failure> {
    const CHARS_MAX: usize = 60;
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.chars().count() > CHARS_MAX || !name.chars().all(plain) {
        return Err(Failure::wrong_use(
            text!("派位的名称“{name}”不能用", "`{name}` cannot be the name of a draw"),
            text!(
                "用汉字、字母、数字、- 和 _，不超过 {CHARS_MAX} 个字",
                "use letters, digits, - and _, at most {CHARS_MAX} of them"
            ),
        ));
    }
    Ok(home.join("draws").join(name))
}

fn step(draw: &Draw, commitments: &[(String, Hash)], reveals: &Reveals, files: &DrawFiles) -> DrawStep {
    let bound = |name: &str| commitments.iter().any(|(known, _)| known == name);
    if !files.certificate.is_empty() {
        DrawStep::Held
    } else if draw.witnesses.iter().any(|one| one.kind == WitnessKind::Commit && !bound(&one.name)) {
        DrawStep::Commit
    } else if draw.witnesses.iter().any(|one| reveals.of(&one.name).is_none()) {
        DrawStep::Reveal
    } else {
        DrawStep::Ready
    }
}

fn witnesses(draw: &Draw, commitments: &[(String, Hash)], reveals: &Reveals, step: DrawStep) -> Vec<DrawWitness> {
    let secret_left = draw.witnesses.iter().any(|one| one.kind == WitnessKind::Commit && reveals.of(&one.name).is_none());
    let of = |witness: &draws::Witness| {
        let (public, shown) = (witness.kind == WitnessKind::Public, reveals.of(&witness.name));
        let commitment = commitments.iter().find(|(known, _)| *known == witness.name).map(|(_, hash)| hash.to_string());
        let due = match step {
            DrawStep::Commit => !public && commitment.is_none(),
            DrawStep::Reveal => shown.is_none() && (!public || !secret_left),
            DrawStep::Ready | DrawStep::Held => false,
        };
        DrawWitness {
            name: witness.name.clone(),
            public,
            commitment,
            value: match shown {
                Some(Reveal::Shown { value, .. } | Reveal::Public { value }) => Some(value.clone()),
                Some(Reveal::Missing) | None => None,
            },
            missing: shown == Some(&Reveal::Missing),
            due,
        }
    };
    draw.witnesses.iter().map(of).collect()
}

fn pools(draw: &Draw, list: &DrawList, files: &DrawFiles) -> Vec<DrawPool> {
    let rows = if files.certificate.is_empty() { None } else { read_result(&files.result) };
    let of = |pool: &draws::Pool| {
        let admitted = rows.as_ref().map(|rows| rows.iter().filter(|row| row.pool == pool.name && row.admitted));
        DrawPool {
            name: pool.name.clone(),
            entries: pool.n_entries(),
            lots: pool.lots.len(),
            places: draw.places.iter().find(|(name, _)| *name == pool.name).map_or(0, |(_, places)| *places),
            admitted: admitted.clone().map(Iterator::count),
            last_admitted: admitted.and_then(|rows| rows.map(|row| row.order).max()),
        }
    };
    list.pools().iter().map(of).collect()
}

fn result(files: &DrawFiles, list: &DrawList, reveals: &Reveals) -> DrawResult {
    let rows = read_result(&files.result).unwrap_or_default();
    DrawResult {
        seed: reveals.seed().0.to_string(),
        hash: Hash::of(files.result.as_bytes()).to_string(),
        listed: list.n_entries(),
        drawn: rows.len(),
        admitted: rows.iter().filter(|row| row.admitted).count(),
        findings: verify(&files.published()),
    }
}

fn no_such(name: &str) -> Failure {
    Failure::unknown(
        text!("没有“{name}”这次派位或这个文件", "there is no draw or file `{name}`"),
        text!("从“派位”页的列表里选", "choose one of the list on the page Draws"),
    )
}
