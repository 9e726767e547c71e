//! The draws of a home as an officer sees them: how far each has come, who is to speak next, and what it came to.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use draws::{Draw, DrawList, Hash, Reveal, Reveals, WitnessKind, read_result, verify};
use facts::{Finding, Place, Severity, Text, text};
use serde::Serialize;

use crate::draw_folder::{CERTIFICATE, COMMITMENTS, DRAW, DrawFiles, LIST, RESULT, REVEALS, read_files};
use crate::draw_office::{
    DrawAdmission, DrawClasses, DrawKind, DrawRelease, admission_of, classes_of, is_made, papers_of, released, shown_title,
};
use crate::{Failure, TeamPair, open_query, pair_teams, verify_classes};

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
    pub kind: DrawKind,
    pub step: Option<DrawStep>,
    /// Why it cannot be read, where it cannot.
    pub fault: Option<Text>,
}

/// One draw with everything that is published of it.
#[derive(Debug, Clone, Serialize)]
pub struct DrawPage {
    pub name: String,
    pub title: String,
    pub kind: DrawKind,
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
    /// Of classes that have been made.
    pub classes: Option<DrawClasses>,
    /// Of an admission that has been made.
    pub admission: Option<DrawAdmission>,
    /// Of a draw of teams that has been held.
    pub teams: Vec<TeamPair>,
    /// Whether the numbers were compared with the paper, and parents may ask.
    pub release: Option<DrawRelease>,
    /// The rolls and reports that can be made.
    pub papers: Vec<String>,
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

/// Those of every draw, and those of classes and admission; what is sealed is not among them.
const FILES: [&str; 11] = [
    DRAW,
    LIST,
    COMMITMENTS,
    REVEALS,
    RESULT,
    CERTIFICATE,
    "rules.toml",
    "classes.csv",
    "classes-certificate.txt",
    "admission.csv",
    "admission-certificate.txt",
];

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
            Ok(page) => DrawLine { name, title: page.title, kind: page.kind, step: Some(page.step), fault: None },
            Err(failure) => DrawLine { title: name.clone(), name, kind: DrawKind::Places, step: None, fault: Some(failure.what) },
        });
    }
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(lines)
}

/// One draw of a home.
pub fn draw_page(home: &Path, name: &str) -> Result<DrawPage, Failure> {
    let folder = open_draw(home, name)?;
    let files = read_files(&folder)?;
    let (draw, list) = files.draw_and_list()?;
    let (commitments, reveals) = files.witnesses(&draw)?;
    let kind = DrawKind::of(&draw);
    let step = step(&draw, &commitments, &reveals, is_made(&folder, kind)?);
    let held = step == DrawStep::Held;
    let result = if held { Some(result(&folder, kind, &files, &list, &reveals)?) } else { None };
    // What does not follow is named, and nothing more is read from it.
    let sound = result.as_ref().is_some_and(|result| result.findings.is_empty());
    let release = if sound { released(&folder, &open_query(&folder)?)? } else { None };
    Ok(DrawPage {
        name: name.to_string(),
        title: shown_title(&draw).to_string(),
        kind,
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
        classes: if sound && kind == DrawKind::Classes { Some(classes_of(&folder)?) } else { None },
        admission: if sound && kind == DrawKind::Admission { Some(admission_of(&folder)?) } else { None },
        teams: if sound && kind == DrawKind::Teachers { pair_teams(&folder)? } else { Vec::new() },
        release,
        papers: if sound { papers_of(&folder, kind)? } else { Vec::new() },
        files: FILES.into_iter().filter(|file| folder.join(file).is_file()).collect(),
    })
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
pub(crate) fn named(home: &Path, name: &str) -> Result<PathBuf, Failure> {
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

fn step(draw: &Draw, commitments: &[(String, Hash)], reveals: &Reveals, made: bool) -> DrawStep {
    let bound = |name: &str| commitments.iter().any(|(known, _)| known == name);
    if made {
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

/// What a draw came to, everything of its kind made again.
fn result(folder: &Path, kind: DrawKind, files: &DrawFiles, list: &DrawList, reveals: &Reveals) -> Result<DrawResult, Failure> {
    let findings = if kind == DrawKind::Classes { verify_classes(folder)? } else { verify(&files.published()) };
    let rows = read_result(&files.result).unwrap_or_default();
    let mut result = DrawResult {
        seed: reveals.seed().0.to_string(),
        hash: Hash::of(files.result.as_bytes()).to_string(),
        listed: list.n_entries(),
        drawn: rows.len(),
        admitted: rows.iter().filter(|row| row.admitted).count(),
        findings,
    };
    if result.findings.is_empty() && matches!(kind, DrawKind::Classes | DrawKind::Admission) {
        match open_query(folder) {
            Ok(book) => {
                (result.hash, result.drawn, result.admitted) = (book.result, book.entries, book.admitted);
                // One child draws a number at each school, where schools draw apart.
                result.listed =
                    list.pools().iter().flat_map(|pool| &pool.lots).flat_map(|lot| &lot.receipts).collect::<BTreeSet<_>>().len();
            }
            Err(failure) => result.findings.push(Finding::new(
                Severity::Logic,
                "draw-does-not-recompute",
                Place::Everywhere,
                failure.what,
                failure.hint,
            )),
        }
    }
    Ok(result)
}

fn no_such(name: &str) -> Failure {
    Failure::unknown(
        text!("没有“{name}”这次派位或这个文件", "there is no draw or file `{name}`"),
        text!("从“派位”页的列表里选", "choose one of the list on the page Draws"),
    )
}
