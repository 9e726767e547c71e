//! The shapes of `/api/draws`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shape::{Finding, Words, findings};

#[derive(Debug, Serialize, ToSchema)]
pub struct Draws {
    pub draws: Vec<DrawLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawLine {
    /// The name of its folder.
    pub name: String,
    pub title: String,
    pub kind: DrawKind,
    pub step: Option<DrawStep>,
    /// Why it cannot be read, where it cannot.
    pub fault: Option<Words>,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrawStep {
    Commit,
    Reveal,
    Ready,
    Held,
}

impl From<app::DrawStep> for DrawStep {
    fn from(step: app::DrawStep) -> DrawStep {
        match step {
            app::DrawStep::Commit => DrawStep::Commit,
            app::DrawStep::Reveal => DrawStep::Reveal,
            app::DrawStep::Ready => DrawStep::Ready,
            app::DrawStep::Held => DrawStep::Held,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Draw {
    pub name: String,
    pub title: String,
    pub kind: DrawKind,
    pub round: u32,
    /// The hash of `draw.txt`, to be read out before the first witness speaks.
    pub id: String,
    pub step: DrawStep,
    pub method: Words,
    pub method_source: Words,
    pub witnesses: Vec<DrawWitness>,
    pub pools: Vec<DrawPool>,
    pub entries: usize,
    pub decision: Option<String>,
    pub result: Option<DrawResult>,
    /// Of classes that have been made.
    pub classes: Option<DrawClasses>,
    /// Of an admission that has been made.
    pub admission: Option<DrawAdmission>,
    /// Of a draw of teams: which team has which class.
    pub teams: Vec<DrawTeam>,
    /// Whether parents may ask.
    pub release: Option<DrawRelease>,
    /// The rolls and reports that can be taken.
    pub papers: Vec<String>,
    pub files: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawWitness {
    pub name: String,
    pub public: bool,
    pub commitment: Option<String>,
    pub value: Option<String>,
    pub missing: bool,
    pub due: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawPool {
    pub name: String,
    pub entries: usize,
    pub lots: usize,
    pub places: u32,
    pub admitted: Option<usize>,
    pub last_admitted: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawResult {
    pub seed: String,
    pub hash: String,
    pub listed: usize,
    pub drawn: usize,
    pub admitted: usize,
    /// What does not follow from the files; empty where all does.
    pub findings: Vec<Finding>,
}

impl From<app::DrawPage> for Draw {
    fn from(page: app::DrawPage) -> Draw {
        let witness = |of: app::DrawWitness| DrawWitness {
            name: of.name,
            public: of.public,
            commitment: of.commitment,
            value: of.value,
            missing: of.missing,
            due: of.due,
        };
        let pool = |of: app::DrawPool| DrawPool {
            name: of.name,
            entries: of.entries,
            lots: of.lots,
            places: of.places,
            admitted: of.admitted,
            last_admitted: of.last_admitted,
        };
        Draw {
            name: page.name,
            title: page.title,
            kind: page.kind.into(),
            round: page.round,
            id: page.id,
            step: page.step.into(),
            method: page.method.into(),
            method_source: page.method_source.into(),
            witnesses: page.witnesses.into_iter().map(witness).collect(),
            pools: page.pools.into_iter().map(pool).collect(),
            entries: page.entries,
            decision: page.decision,
            result: page.result.map(|of| DrawResult {
                seed: of.seed,
                hash: of.hash,
                listed: of.listed,
                drawn: of.drawn,
                admitted: of.admitted,
                findings: findings(&of.findings),
            }),
            classes: page.classes.map(DrawClasses::from),
            admission: page.admission.map(DrawAdmission::from),
            teams: page.teams.into_iter().map(|one| DrawTeam { class: one.class, team: one.team }).collect(),
            release: page.release.map(|one| DrawRelease { counted: one.counted, time: one.time, by: one.by }),
            papers: page.papers,
            files: page.files.into_iter().map(str::to_string).collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrawKind {
    #[default]
    Places,
    Classes,
    Admission,
    Teachers,
}

impl From<app::DrawKind> for DrawKind {
    fn from(kind: app::DrawKind) -> DrawKind {
        match kind {
            app::DrawKind::Places => DrawKind::Places,
            app::DrawKind::Classes => DrawKind::Classes,
            app::DrawKind::Admission => DrawKind::Admission,
            app::DrawKind::Teachers => DrawKind::Teachers,
        }
    }
}

impl From<DrawKind> for app::DrawKind {
    fn from(kind: DrawKind) -> app::DrawKind {
        match kind {
            DrawKind::Places => app::DrawKind::Places,
            DrawKind::Classes => app::DrawKind::Classes,
            DrawKind::Admission => app::DrawKind::Admission,
            DrawKind::Teachers => app::DrawKind::Teachers,
        }
    }
}

/// How even a composition is.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrawWay {
    pub way: Words,
    pub penalty: u64,
    pub smallest: usize,
    pub largest: usize,
    /// Bound pupils who are parted.
    pub parted: usize,
    pub counts: Vec<DrawCount>,
    pub scores: Vec<DrawScore>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawCount {
    pub title: String,
    pub least: u64,
    pub most: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawScore {
    pub title: String,
    /// Means of classes, in points.
    pub least: f64,
    pub most: f64,
    /// Between the widest and the narrowest spread.
    pub spread_gap: f64,
}

impl From<app::BalanceWay> for DrawWay {
    fn from(way: app::BalanceWay) -> DrawWay {
        let count = |one: app::BalanceCount| DrawCount { title: one.title, least: one.least, most: one.most };
        let score =
            |one: app::BalanceScore| DrawScore { title: one.title, least: one.least, most: one.most, spread_gap: one.spread_gap };
        DrawWay {
            way: way.way.into(),
            penalty: way.penalty,
            smallest: way.smallest,
            largest: way.largest,
            parted: way.parted,
            counts: way.counts.into_iter().map(count).collect(),
            scores: way.scores.into_iter().map(score).collect(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawClasses {
    pub classes: u32,
    pub penalty: u64,
    /// No composition has less.
    pub bound: u64,
    /// What the rule weighs heavily and no composition was found to keep.
    pub unmet: Vec<String>,
    /// This one, snake order, lot alone.
    pub ways: Vec<DrawWay>,
    pub moves: Vec<DrawMoved>,
    pub reasons: Vec<DrawReason>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawReason {
    pub code: String,
    pub title: Words,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawMoved {
    pub time: String,
    pub receipt: String,
    pub from: String,
    pub to: u32,
    pub code: String,
    pub by: String,
    pub second: String,
    pub words: String,
}

impl From<app::DrawClasses> for DrawClasses {
    fn from(of: app::DrawClasses) -> DrawClasses {
        let moved = |one: app::DrawMove| DrawMoved {
            time: one.time,
            receipt: one.receipt,
            from: one.from,
            to: one.to,
            code: one.code,
            by: one.by,
            second: one.second,
            words: one.words,
        };
        DrawClasses {
            classes: of.classes,
            penalty: of.penalty,
            bound: of.bound,
            unmet: of.unmet,
            ways: of.ways.into_iter().map(DrawWay::from).collect(),
            moves: of.moves.into_iter().map(moved).collect(),
            reasons: of.reasons.into_iter().map(|(code, title)| DrawReason { code, title: title.into() }).collect(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawAdmission {
    pub children: usize,
    pub admitted: usize,
    pub diverted: usize,
    pub schools: Vec<DrawSchool>,
    /// The receipts without a place.
    pub without: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawSchool {
    pub school: String,
    pub admitted: usize,
    pub diverted: usize,
    /// Of a trial: what was planned and asked for.
    pub places: Option<u32>,
    pub asked: Option<u32>,
}

impl From<app::DrawAdmission> for DrawAdmission {
    fn from(of: app::DrawAdmission) -> DrawAdmission {
        let school = |one: app::DrawSchool| DrawSchool {
            school: one.school,
            admitted: one.admitted,
            diverted: one.diverted,
            places: None,
            asked: None,
        };
        DrawAdmission {
            children: of.children,
            admitted: of.admitted,
            diverted: of.diverted,
            schools: of.schools.into_iter().map(school).collect(),
            without: of.without,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawTeam {
    pub class: String,
    pub team: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawRelease {
    pub counted: String,
    pub time: String,
    pub by: String,
}

/// What the papers would come to, or what is wrong with them.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct DrawTrial {
    pub findings: Vec<Finding>,
    pub classes: Option<DrawClassTrial>,
    pub admission: Option<DrawAdmission>,
    /// Places that are missing: at these schools together, so many.
    pub shortages: Vec<DrawShortage>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawClassTrial {
    pub pupils: usize,
    pub classes: u32,
    pub options: Vec<Words>,
    pub penalty: u64,
    pub bound: u64,
    pub unmet: Vec<String>,
    pub ways: Vec<DrawWay>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawShortage {
    pub schools: Vec<String>,
    pub children: u32,
    pub receipts: Vec<String>,
}

impl From<app::DrawTrial> for DrawTrial {
    fn from(of: app::DrawTrial) -> DrawTrial {
        let mut trial = DrawTrial::default();
        if let Some(tried) = of.classes {
            trial.findings = findings(&tried.findings);
            trial.classes = Some(DrawClassTrial {
                pupils: tried.pupils,
                classes: tried.classes,
                options: tried.options.into_iter().map(Words::from).collect(),
                penalty: tried.penalty,
                bound: tried.bound,
                unmet: tried.unmet,
                ways: tried.ways.into_iter().map(DrawWay::from).collect(),
            });
        }
        if let Some(tried) = of.admission {
            trial.findings = findings(&tried.findings);
            let school = |one: app::SchoolFilled| DrawSchool {
                school: one.school,
                admitted: one.admitted as usize,
                diverted: one.diverted as usize,
                places: Some(one.places),
                asked: Some(one.asked),
            };
            let without = tried.results.iter().filter(|child| child.school.is_empty()).map(|child| child.receipt.clone());
            trial.admission = Some(DrawAdmission {
                children: tried.children,
                admitted: tried.admitted,
                diverted: tried.diverted,
                without: without.collect(),
                schools: tried.schools.into_iter().map(school).collect(),
            });
            let shortage =
                |one: app::Shortage| DrawShortage { schools: one.schools, children: one.children, receipts: one.receipts };
            trial.shortages = tried.shortages.into_iter().map(shortage).collect();
        }
        trial
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawJournal {
    pub notes: Vec<DrawNote>,
    /// Whether every line holds the hash of those before it.
    pub whole: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawNote {
    pub number: usize,
    pub time: String,
    pub event: Words,
    pub detail: String,
    /// Whether the clock stood before the line above.
    pub late: bool,
}

impl From<app::DrawJournal> for DrawJournal {
    fn from(journal: app::DrawJournal) -> DrawJournal {
        let note = |one: app::DrawNote| DrawNote {
            number: one.number,
            time: one.time,
            event: one.event_words.into(),
            detail: one.detail,
            late: one.late,
        };
        DrawJournal { notes: journal.notes.into_iter().map(note).collect(), whole: journal.whole }
    }
}
