use std::collections::BTreeMap;

use facts::{SchoolCode, Stage};

use super::{FromTo, Mover, SpreadChange};
use crate::outcome::{CvRow, Outcome, Rows};

/// How many schools are named for each coefficient.
const MOVERS: usize = 5;

/// Coefficients of variation that changed, with the schools that moved them most.
pub(super) fn spreads(before: &Outcome, after: &Outcome) -> Vec<SpreadChange> {
    let mut changes = Vec::new();
    for new in &after.spreads {
        let Some(head) = after.frame.indicators.get(new.indicator) else { continue };
        let old_index = before.frame.indicators.iter().position(|old| old.id == head.id);
        let Some(old) = old_index.and_then(|index| before.spread(index, new.stage)) else { continue };
        let (old_row, new_row) = (row(before, old.indicator, old.stage), row(after, new.indicator, new.stage));
        let verdict = FromTo { before: old_row.map(|row| row.verdict), after: new_row.map(|row| row.verdict) };
        if old.cv == new.cv && verdict.before == verdict.after {
            continue;
        }
        changes.push(SpreadChange {
            indicator: head.id.clone(),
            title: head.title.clone(),
            stage: new.stage,
            cv: FromTo { before: old.cv, after: new.cv },
            mean: FromTo { before: old.mean, after: new.mean },
            limit: FromTo { before: old_row.and_then(|row| row.limit), after: new_row.and_then(|row| row.limit) },
            verdict,
            movers: movers((before, old.indicator, old.cv), (after, new.indicator, new.cv), new.stage),
        });
    }
    changes
}

fn row(outcome: &Outcome, indicator: usize, stage: Stage) -> Option<&CvRow> {
    outcome.judgements.iter().find_map(|judged| match &judged.rows {
        Rows::CvEach(rows) => rows.iter().find(|row| row.indicator == indicator && row.stage == stage),
        _ => None,
    })
}

fn movers(old: (&Outcome, usize, Option<f64>), new: (&Outcome, usize, Option<f64>), stage: Stage) -> Vec<Mover> {
    let mut movers: BTreeMap<&SchoolCode, Mover> = BTreeMap::new();
    for (side, (outcome, indicator, cv)) in [old, new].into_iter().enumerate() {
        for (position, school) in outcome.matrix.schools.iter().enumerate() {
            let share = outcome.figure(position, stage, indicator).and_then(|figure| figure.share);
            let (Some(share), Some(cv)) = (share, cv) else { continue };
            let mover = movers.entry(&school.code).or_insert_with(|| Mover {
                school: school.code.clone(),
                name: school.name.clone(),
                before: None,
                after: None,
            });
            *(if side == 0 { &mut mover.before } else { &mut mover.after }) = Some(share * cv * cv);
        }
    }
    let moved = |mover: &Mover| (mover.after.unwrap_or(0.0) - mover.before.unwrap_or(0.0)).abs();
    let mut movers: Vec<Mover> = movers.into_values().filter(|mover| moved(mover) > 0.0).collect();
    movers.sort_by(|a, b| moved(b).total_cmp(&moved(a)).then_with(|| a.school.cmp(&b.school)));
    movers.truncate(MOVERS);
    movers
}
