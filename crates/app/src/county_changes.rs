use evaluate::{Changes, State, Verdict};
use facts::{Date, SchoolCode, Stage, Text};

use crate::County;

/// What changed from one outcome of a county to a later one, most important first.
pub struct CountyChanges {
    pub before_snapshot: String,
    pub before_on: Date,
    pub rules_changed: bool,
    pub lines: Vec<CountyChange>,
    /// Figures that changed without changing how they are judged.
    pub smaller_changes: usize,
}

pub struct CountyChange {
    pub kind: ChangeKind,
    pub words: Text,
    pub causes: Vec<Text>,
    pub school: Option<SchoolCode>,
    pub stage: Option<Stage>,
    pub indicator: Option<String>,
    /// Whether it became better or worse, where how it is judged changed.
    pub better: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Verdict,
    School,
    Spread,
    Figure,
}

/// Compares a county with what it was: verdicts, schools, coefficients, and the figures that are judged otherwise now.
pub fn county_changes(before: &County, after: &County) -> CountyChanges {
    let changes: Changes = evaluate::diff(before.outcome(), after.outcome());
    let mut lines = Vec::new();
    if let Some(verdict) = &changes.verdict {
        let (old, new) = (verdict.before.title(), verdict.after.title());
        let words =
            Text::new(format!("全县结论：{} → {}", old.zh, new.zh), format!("the county's verdict: {} → {}", old.en, new.en));
        lines
            .push(CountyChange { better: better(Some(verdict.before), Some(verdict.after)), ..line(ChangeKind::Verdict, words) });
    }
    for change in changes.parts.iter().chain(&changes.judgements).chain(&changes.items) {
        lines.push(CountyChange { better: better(change.before, change.after), ..line(ChangeKind::Verdict, change.line()) });
    }
    for change in &changes.schools {
        lines.push(CountyChange { school: Some(change.school.clone()), ..line(ChangeKind::School, change.line()) });
    }
    for change in &changes.spreads {
        lines.push(CountyChange {
            stage: Some(change.stage),
            indicator: Some(change.indicator.clone()),
            better: better(change.verdict.before, change.verdict.after),
            ..lines_of(ChangeKind::Spread, change.lines())
        });
    }
    let judged_anew = |change: &&evaluate::FigureChange| change.state.before != change.state.after;
    for change in changes.figures.iter().filter(judged_anew) {
        lines.push(CountyChange {
            school: Some(change.school.clone()),
            stage: Some(change.stage),
            indicator: Some(change.indicator.clone()),
            better: better_state(change.state.before, change.state.after),
            ..lines_of(ChangeKind::Figure, change.lines())
        });
    }
    CountyChanges {
        before_snapshot: before.manifest.id.to_string(),
        before_on: before.outcome().matrix.heading.on,
        rules_changed: changes.rules_changed,
        smaller_changes: changes.figures.iter().filter(|change| !judged_anew(change)).count(),
        lines,
    }
}

fn line(kind: ChangeKind, words: Text) -> CountyChange {
    CountyChange { kind, words, causes: Vec::new(), school: None, stage: None, indicator: None, better: None }
}

/// The first line says what changed, the indented ones why.
fn lines_of(kind: ChangeKind, lines: Vec<Text>) -> CountyChange {
    let mut lines = lines.into_iter().map(|words| Text::new(words.zh.trim(), words.en.trim()));
    let words = lines.next().unwrap_or_else(|| Text::new("", ""));
    CountyChange { causes: lines.collect(), ..line(kind, words) }
}

fn better(before: Option<Verdict>, after: Option<Verdict>) -> Option<bool> {
    match (before?, after?) {
        (before, after) if before == after => None,
        (_, Verdict::Pass) | (Verdict::Fail, _) => Some(true),
        _ => Some(false),
    }
}

fn better_state(before: State, after: State) -> Option<bool> {
    let rank = |state| match state {
        State::Met => Some(3),
        State::Missed => Some(1),
        State::BelowFloor => Some(0),
        State::NotEnoughData => Some(2),
        State::Unjudged | State::NotApplicable => None,
    };
    Some(rank(after)? > rank(before)?)
}
