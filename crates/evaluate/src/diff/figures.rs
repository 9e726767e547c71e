use facts::{SchoolCode, Stage, Text};

use super::{Cause, FigureChange, FromTo};
use crate::outcome::{Figure, IndicatorHead, Outcome};

/// Figures of schools that both outcomes have, where value or state changed.
pub(super) fn figures(before: &Outcome, after: &Outcome) -> Vec<FigureChange> {
    let mut changes = Vec::new();
    for (new_at, school) in after.matrix.schools.iter().enumerate() {
        let Some(old_at) = before.matrix.position(&school.code) else { continue };
        for stage in &after.frame.stages {
            for (new_index, head) in after.frame.indicators.iter().enumerate() {
                let Some(old_index) = before.frame.indicators.iter().position(|old| old.id == head.id) else { continue };
                let (Some(old), Some(new)) = (before.figure(old_at, *stage, old_index), after.figure(new_at, *stage, new_index))
                else {
                    continue;
                };
                if old.value == new.value && old.state == new.state {
                    continue;
                }
                changes.push(FigureChange {
                    school: school.code.clone(),
                    name: school.name.clone(),
                    stage: *stage,
                    indicator: head.id.clone(),
                    title: head.title.clone(),
                    decimals: head.decimals,
                    value: FromTo { before: old.value, after: new.value },
                    state: FromTo { before: old.state, after: new.state },
                    causes: causes((before, old_at, old), (after, new_at, new), *stage, head),
                });
            }
        }
    }
    changes
}

type Side<'a> = (&'a Outcome, usize, &'a Figure);

fn causes(old: Side<'_>, new: Side<'_>, stage: Stage, head: &IndicatorHead) -> Vec<Cause> {
    let mut causes = Vec::new();
    let (joined, left) = (campuses(new, old), campuses(old, new));
    if !joined.is_empty() || !left.is_empty() {
        causes.push(Cause::Campuses { joined, left });
    }
    for id in &head.stocks {
        let cell = |(outcome, at, _): Side<'_>| {
            let stock = outcome.matrix.stock(id)?;
            Some(outcome.matrix.schools.get(at)?.stocks.get(stage, stock))
        };
        let (before, after) = (cell(old), cell(new));
        if before != after {
            let title = new.0.frame.stock_titles.get(id).cloned().unwrap_or_else(|| Text::new(id, id));
            causes.push(Cause::Stock { stock: id.clone(), title, before, after });
        }
    }
    if old.2.threshold != new.2.threshold {
        let (before, after) = (old.2.threshold, new.2.threshold);
        causes.push(Cause::Threshold { parameter: head.threshold.clone(), before, after });
    }
    // An exception matters to the figure where it replaced its threshold or one of its stocks.
    let concerns = |target: &String| head.stocks.contains(target) || head.threshold.as_ref() == Some(target);
    let applied = |(outcome, at, _): Side<'_>| {
        let heads = outcome.applied_at(at, stage).filter(|exception| concerns(&exception.target));
        heads.map(|exception| (exception.id.clone(), exception.label.clone())).collect::<Vec<_>>()
    };
    let (before, after) = (applied(old), applied(new));
    for (exception, label) in after.iter().filter(|entry| !before.contains(entry)).cloned() {
        causes.push(Cause::ExceptionApplied { exception, label });
    }
    for (exception, label) in before.iter().filter(|entry| !after.contains(entry)).cloned() {
        causes.push(Cause::ExceptionEnded { exception, label });
    }
    if causes.is_empty() {
        causes.push(Cause::Rules);
    }
    causes
}

/// The campuses that one side has and the other has not.
fn campuses(of: Side<'_>, without: Side<'_>) -> Vec<SchoolCode> {
    let units = |(outcome, at, _): Side<'_>| {
        outcome.matrix.schools.get(at).map_or(Vec::new(), |school| school.units.iter().map(|unit| unit.code.clone()).collect())
    };
    let others = units(without);
    units(of).into_iter().filter(|code| !others.contains(code)).collect()
}
