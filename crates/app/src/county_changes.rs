use evaluate::{Changes, SpreadChange, State, Verdict};
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

/// Compares a county with what it was: verdicts first, then coefficients and figures that are judged otherwise now, schools that
/// came or went, and last the judged coefficients that moved without changing their verdict.
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
    let (turned, moved): (Vec<_>, Vec<_>) =
        changes.spreads.iter().partition(|change| change.verdict.before != change.verdict.after);
    lines.extend(turned.into_iter().map(spread_line));
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
    for change in &changes.schools {
        lines.push(CountyChange { school: Some(change.school.clone()), ..line(ChangeKind::School, change.line()) });
    }
    // A coefficient that no judgement looks at is a figure among others.
    let (judged, others): (Vec<_>, Vec<_>) = moved.into_iter().partition(|change| change.verdict.after.is_some());
    lines.extend(judged.into_iter().map(spread_line));
    CountyChanges {
        before_snapshot: before.manifest.id.to_string(),
        before_on: before.outcome().matrix.heading.on,
        rules_changed: changes.rules_changed,
        smaller_changes: changes.figures.iter().filter(|change| !judged_anew(change)).count() + others.len(),
        lines,
    }
}

/// A coefficient with the schools that moved it; by how much each did stands on the page of the coefficient.
fn spread_line(change: &SpreadChange) -> CountyChange {
    let (stage, title) = (change.stage.title(), &change.title);
    let (old, new) = apart(change.cv.before, change.cv.after);
    let mut words = Text::new(
        format!("{}{}的校际差异系数：{old} → {new}", stage.zh, title.zh),
        format!("{}, {}: coefficient of variation {old} → {new}", title.en, stage.en),
    );
    if let (Some(before), Some(after)) = (change.verdict.before, change.verdict.after)
        && before != after
    {
        let (before, after) = (before.title(), after.title());
        words = Text::new(
            format!("{}，{} → {}", words.zh, before.zh, after.zh),
            format!("{}, {} → {}", words.en, before.en, after.en),
        );
    }
    let moved = |(before, after): (Option<f64>, Option<f64>)| after.unwrap_or(0.0) - before.unwrap_or(0.0);
    let rose = moved((change.cv.before, change.cv.after)) > 0.0;
    // Those that pull the other way explain nothing.
    let movers = change.movers.iter().filter(|mover| (moved((mover.before, mover.after)) > 0.0) == rose);
    let names: Vec<&str> = movers.map(|mover| mover.name.as_str()).collect();
    let (zh, en) = if rose { ("推高的学校：", "raised by ") } else { ("拉低的学校：", "lowered by ") };
    let causes = match names.as_slice() {
        [] => Vec::new(),
        names => vec![Text::new(format!("{zh}{}", names.join("、")), format!("{en}{}", names.join(", ")))],
    };
    CountyChange {
        stage: Some(change.stage),
        indicator: Some(change.indicator.clone()),
        better: better(change.verdict.before, change.verdict.after),
        causes,
        ..line(ChangeKind::Spread, words)
    }
}

/// Two coefficients with as many decimals, three at least, as it takes to tell them apart.
fn apart(old: Option<f64>, new: Option<f64>) -> (String, String) {
    let shown = |value: Option<f64>, places: usize| value.map_or("—".to_string(), |value| format!("{value:.places$}"));
    let places = (3..6).find(|places| shown(old, *places) != shown(new, *places)).unwrap_or(6);
    (shown(old, places), shown(new, places))
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
