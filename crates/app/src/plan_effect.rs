//! Whether pairs helped: did the gap of paired schools close more than that of schools which began alike and had no partner?

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use evaluate::{Outcome, Scope, State};
use facts::{Date, SchoolCode, SchoolYear, Stage, Text, text};
use plan::PairingFile;
use serde::Serialize;

use crate::choose::{day, one_snapshot};
use crate::words::shown;
use crate::{Failure, Library, evaluate_counties};

/// Whose pairs are looked at, and when.
#[derive(Debug, Clone, Default)]
pub struct EffectAsked {
    /// The day on which it is looked; the latest of the snapshot where none is given.
    pub on: Option<Date>,
    /// The snapshot looked at; the latest where none is given.
    pub snapshot: Option<String>,
}

/// What became of paired schools and of those that began alike. Gaps are means over the figures that were missed at the start:
/// 1 − value ÷ standard, 0 where it is met.
#[derive(Debug, Serialize)]
#[must_use = "an effect that nobody reads changes no pair"]
pub struct PairingEffect {
    pub from: Date,
    pub to: Date,
    pub schools: Vec<SchoolEffect>,
    pub paired: usize,
    /// Schools without a partner that began like some paired one.
    pub alike: usize,
    /// By how much more the gap of paired schools closed, and its interval of 95 %; none where it cannot be known.
    pub difference: Option<f64>,
    pub interval: Option<(f64, f64)>,
    pub unknown: Option<Text>,
}

/// One paired school.
#[derive(Debug, Serialize)]
pub struct SchoolEffect {
    pub school: SchoolCode,
    pub name: String,
    pub partner_name: String,
    pub gap_before: f64,
    pub gap_after: f64,
    /// How much the gap of schools that began alike closed, on average, and how many there are.
    pub alike_closed: Option<f64>,
    pub alike: usize,
}

/// How near two gaps at the start must be to count as alike.
const ALIKE: f64 = 0.05;
/// With fewer schools on either side nothing is said.
const LEAST: usize = 5;

/// Compares paired schools, a year or more after, with schools of the same start that had no partner.
pub fn measure_pairing(
    library: &Library,
    home: &Path,
    plan: &PairingFile,
    asked: &EffectAsked,
) -> Result<PairingEffect, Failure> {
    let before = outcome(library, home, plan, plan.snapshot.as_deref(), Some(plan.on))?;
    let after = outcome(library, home, plan, asked.snapshot.as_deref(), asked.on)?;
    let (from, to) = (plan.on, after.matrix.heading.on);
    let starts = starts(&before);
    let closed: BTreeMap<&SchoolCode, (f64, f64)> = starts
        .iter()
        .filter_map(|(code, missed)| {
            let gap = |outcome: &Outcome| gap(outcome, code, missed);
            Some((code, (gap(&before)?, gap(&after)?)))
        })
        .collect();
    let paired: BTreeSet<&SchoolCode> = plan.pairs.iter().map(|pair| &pair.school).collect();
    let unpaired: Vec<(f64, f64)> =
        closed.iter().filter(|(code, _)| !paired.contains(**code)).map(|(_, (old, new))| (*old, old - new)).collect();
    let mut schools = Vec::new();
    let mut used = BTreeSet::new();
    let mut differences = Vec::new();
    for pair in &plan.pairs {
        let Some((old, new)) = closed.get(&pair.school).copied() else { continue };
        let alike: Vec<usize> = (0..unpaired.len()).filter(|at| (unpaired[*at].0 - old).abs() <= ALIKE).collect();
        let mean = (!alike.is_empty()).then(|| alike.iter().map(|at| unpaired[*at].1).sum::<f64>() / alike.len() as f64);
        used.extend(alike.iter().copied());
        if let Some(mean) = mean {
            differences.push((old - new) - mean);
        }
        schools.push(SchoolEffect {
            school: pair.school.clone(),
            name: pair.name.clone(),
            partner_name: pair.partner_name.clone(),
            gap_before: old,
            gap_after: new,
            alike_closed: mean,
            alike: alike.len(),
        });
    }
    let (n, m) = (differences.len(), used.len());
    let unknown = if SchoolYear::of(to) <= SchoolYear::of(from) {
        Some(text!("结对还不满一个学年，现在无法得知", "a school year has not passed: it cannot be known yet"))
    } else if n < LEAST || m < LEAST {
        Some(text!(
            "无法得知：能比较的结对学校 {n} 所、起点相同而没有结对的学校 {m} 所，各至少要 {LEAST} 所",
            "it cannot be known: {n} paired schools can be compared and {m} without a partner began alike; {LEAST} of each are needed"
        ))
    } else {
        None
    };
    let controls: Vec<f64> = used.iter().map(|at| unpaired[*at].1).collect();
    let (difference, interval) = match &unknown {
        Some(_) => (None, None),
        None => {
            let mean = differences.iter().sum::<f64>() / n as f64;
            // Both sides vary: the spread among pairs, and that of the few schools they are all held against.
            let error = (variance(&differences) / n as f64 + variance(&controls) / m as f64).sqrt();
            let reach = student(n.min(m) - 1) * error;
            (Some(mean), Some((mean - reach, mean + reach)))
        }
    };
    Ok(PairingEffect { from, to, schools, paired: n, alike: m, difference, interval, unknown })
}

fn outcome(
    library: &Library,
    home: &Path,
    plan: &PairingFile,
    snapshot: Option<&str>,
    on: Option<Date>,
) -> Result<Outcome, Failure> {
    let snapshot = one_snapshot(home, snapshot)?;
    let (year, on) = day(snapshot.manifest(), on)?;
    let resolved = evaluate_counties::resolve(library, &plan.pack, on, snapshot.manifest())?;
    let matrix = evaluate::matrix(&snapshot, &resolved, year, on)?;
    Ok(evaluate::evaluate(&resolved, &matrix))
}

/// The figures that each public school missed.
fn starts(before: &Outcome) -> BTreeMap<SchoolCode, Vec<(Stage, String)>> {
    let mut starts: BTreeMap<SchoolCode, Vec<(Stage, String)>> = BTreeMap::new();
    for (at, school) in before.matrix.schools.iter().enumerate() {
        if before.scope[at] != Scope::In || school.traits.owner.as_deref() == Some("private") {
            continue;
        }
        for stage in &before.frame.stages {
            for (indicator, head) in before.frame.indicators.iter().enumerate() {
                let Some(figure) = before.figure(at, *stage, indicator) else { continue };
                let missed = matches!(figure.state, State::Missed | State::BelowFloor);
                if missed && figure.value.is_some() && figure.threshold.is_some_and(|need| need > 0.0) {
                    starts.entry(school.code.clone()).or_default().push((*stage, head.id.clone()));
                }
            }
        }
    }
    starts
}

/// The mean gap of some figures of a school; none where one is not known.
fn gap(outcome: &Outcome, code: &SchoolCode, missed: &[(Stage, String)]) -> Option<f64> {
    let at = outcome.matrix.position(code)?;
    let mut sum = 0.0;
    for (stage, id) in missed {
        let indicator = outcome.frame.indicators.iter().position(|head| head.id == *id)?;
        let figure = outcome.figure(at, *stage, indicator)?;
        sum += (1.0 - figure.value? / figure.threshold?).max(0.0);
    }
    Some(sum / missed.len() as f64)
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0).max(1.0)
}

/// The 97.5 % point of Student's distribution, from the usual table; rounded up between its lines.
fn student(degrees: usize) -> f64 {
    const TABLE: [(usize, f64); 9] =
        [(4, 2.776), (5, 2.571), (6, 2.447), (8, 2.306), (10, 2.228), (15, 2.131), (20, 2.086), (30, 2.042), (60, 2.0)];
    TABLE.iter().rev().find(|(from, _)| *from <= degrees).map_or(12.706, |(_, point)| *point)
}

impl PairingEffect {
    pub fn lines(&self) -> Vec<Text> {
        let (from, to, n, m) = (self.from, self.to, self.paired, self.alike);
        let percent = |share: f64| shown(Some(share * 100.0), 1);
        let mut lines = vec![text!(
            "结对帮扶成效（{from} 至 {to}）：比较 {n} 所结对学校和 {m} 所起点相同而没有结对的学校",
            "effect of pairs ({from} to {to}): {n} paired schools beside {m} that began alike without a partner"
        )];
        match (&self.unknown, self.difference, self.interval) {
            (Some(why), ..) => lines.push(why.clone()),
            (None, Some(difference), Some((low, high))) => {
                let (more, low_words, high_words) = (percent(difference), percent(low), percent(high));
                lines.push(text!(
                    "结对学校的差距多缩小 {more} 个百分点（95% 区间 {low_words} 至 {high_words}）",
                    "the gap of paired schools closed by {more} points more (95 % interval {low_words} to {high_words})"
                ));
                if low <= 0.0 && high >= 0.0 {
                    lines.push(text!(
                        "区间包含 0：看不出结对有没有作用",
                        "the interval contains 0: it cannot be told whether pairs helped"
                    ));
                }
            }
            _ => {}
        }
        for school in &self.schools {
            let (name, partner) = (&school.name, &school.partner_name);
            let (old, new) = (percent(school.gap_before), percent(school.gap_after));
            let n = school.alike;
            lines.push(match school.alike_closed {
                Some(closed) => {
                    let closed = percent(closed);
                    text!(
                        "  {name}（{partner} 帮扶）：差距 {old}% → {new}%；起点相同的 {n} 所平均缩小 {closed} 个百分点",
                        "  {name} (with {partner}): gap {old} % → {new} %; {n} that began alike closed {closed} points on average"
                    )
                }
                None => text!(
                    "  {name}（{partner} 帮扶）：差距 {old}% → {new}%；没有起点相同的学校可比",
                    "  {name} (with {partner}): gap {old} % → {new} %; no school began alike"
                ),
            });
        }
        lines
    }
}
