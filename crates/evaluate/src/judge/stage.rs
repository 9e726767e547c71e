use facts::Stage;
use policy::expr::{Compare, Env};
use policy::{Indicator, Resolved, Rule};

use super::lever::lever_gap;
use crate::exact::{Quick, decided};
use crate::ground::{Ground, Measured};
use crate::outcome::{AtLeastRow, Figure, State, Verdict};

/// An at-least judgement: so many indicators must be met, and the rest must not fall below a share of their thresholds.
pub(super) struct Tolerance<'a> {
    judgement: usize,
    of: &'a [usize],
    need: usize,
    floor: Option<usize>,
}

impl Tolerance<'_> {
    pub fn all(resolved: &Resolved) -> Vec<Tolerance<'_>> {
        let tolerance = |(judgement, rule): (usize, &'_ policy::Judgement)| match &rule.rule {
            Rule::AtLeast { .. } => Some(judgement),
            _ => None,
        };
        let places = resolved.judgements.iter().enumerate().filter_map(tolerance);
        let read = |judgement: usize| match &resolved.judgements[judgement].rule {
            Rule::AtLeast { of, need, floor } => Some(Tolerance { judgement, of, need: *need, floor: *floor }),
            _ => None,
        };
        places.filter_map(read).collect()
    }
}

/// Fills in the figures of one school and stage, and adds a row to every at-least judgement.
pub(super) fn judge(
    ground: &Ground<'_, Quick>,
    school: usize,
    tolerances: &[Tolerance<'_>],
    figures: &mut [Figure],
    rows: &mut [Vec<AtLeastRow>],
) {
    let indicators = &ground.rules.resolved.indicators;
    // By tolerance and indicator: whether a missed figure still reaches the floor.
    let mut reached: Vec<Option<bool>> = vec![None; tolerances.len() * indicators.len()];
    for (index, indicator) in indicators.iter().enumerate().filter(|(_, indicator)| indicator.stages.contains(&ground.stage)) {
        let mut figure = decided(|| compare(ground, indicator), || compare(&ground.exactly(), indicator));
        for (place, tolerance) in tolerances.iter().enumerate().filter(|(_, tolerance)| tolerance.of.contains(&index)) {
            figure.floor = strictest(indicator.compare, figure.floor, floor::<Quick>(ground, indicator, tolerance));
            if figure.state == State::Missed || figure.state == State::BelowFloor {
                let reach =
                    decided(|| reaches(ground, indicator, tolerance), || reaches(&ground.exactly(), indicator, tolerance));
                if reach == Some(false) {
                    figure.state = State::BelowFloor;
                }
                reached[place * indicators.len() + index] = reach;
            }
        }
        if figure.state == State::Missed || figure.state == State::BelowFloor {
            figure.lever_gap = lever_gap(ground, indicator);
        }
        figures[index] = figure;
    }
    for (place, tolerance) in tolerances.iter().enumerate() {
        let reached = &reached[place * indicators.len()..(place + 1) * indicators.len()];
        let row = row(ground, school, tolerance, indicators, figures, reached);
        if let (Some(row), Some(rows)) = (row, rows.get_mut(tolerance.judgement)) {
            rows.push(row);
        }
    }
}

fn compare<N: Measured>(ground: &Ground<'_, N>, indicator: &Indicator) -> Figure {
    let value = indicator.formula.number(ground);
    let threshold = indicator.threshold.and_then(|threshold| ground.parameter(threshold));
    let met = match (&value, &threshold) {
        (Some(value), Some(threshold)) => indicator.compare.holds(value, threshold),
        _ => None,
    };
    let state = match (indicator.threshold, &value, met) {
        (_, None, _) => State::NotEnoughData,
        (None, Some(_), _) => State::Unjudged,
        (Some(_), Some(_), None) => State::NotEnoughData,
        (Some(_), Some(_), Some(true)) => State::Met,
        (Some(_), Some(_), Some(false)) => State::Missed,
    };
    Figure {
        state,
        value: value.map(|value| value.shown()),
        threshold: threshold.map(|threshold| threshold.shown()),
        ..Figure::NOT_APPLICABLE
    }
}

/// The lowest value (the highest, where less is better) that a judgement tolerates of a missed indicator. None where it
/// sets no floor, or where a miss of an exact value can be tolerated by no share of it.
fn floor<N: Measured>(ground: &Ground<'_, N>, indicator: &Indicator, tolerance: &Tolerance<'_>) -> Option<N> {
    let threshold = ground.parameter(indicator.threshold?)?;
    let floor = ground.parameter(tolerance.floor?)?;
    match indicator.compare {
        Compare::Greater | Compare::GreaterOrEqual => Some(threshold.times(floor)),
        Compare::Less | Compare::LessOrEqual => threshold.over(floor),
        Compare::Equal | Compare::NotEqual => None,
    }
}

fn reaches<N: Measured>(ground: &Ground<'_, N>, indicator: &Indicator, tolerance: &Tolerance<'_>) -> Option<bool> {
    // Where the judgement sets no floor, any miss among those it allows is tolerated.
    if tolerance.floor.is_none() {
        return Some(true);
    }
    let value: N = indicator.formula.number(ground)?;
    match indicator.compare {
        Compare::Greater | Compare::GreaterOrEqual => Some(value >= floor(ground, indicator, tolerance)?),
        Compare::Less | Compare::LessOrEqual => Some(value <= floor(ground, indicator, tolerance)?),
        Compare::Equal | Compare::NotEqual => Some(false),
    }
}

fn strictest(compare: Compare, known: Option<f64>, floor: Option<Quick>) -> Option<f64> {
    let downward = matches!(compare, Compare::Less | Compare::LessOrEqual);
    match (known, floor.map(|floor| floor.value)) {
        (Some(known), Some(floor)) => Some(if downward { known.min(floor) } else { known.max(floor) }),
        (known, floor) => known.or(floor),
    }
}

fn row(
    ground: &Ground<'_, Quick>,
    school: usize,
    tolerance: &Tolerance<'_>,
    indicators: &[Indicator],
    figures: &[Figure],
    reached: &[Option<bool>],
) -> Option<AtLeastRow> {
    let need = ground.parameter(tolerance.need).map(|need| need.value);
    let stage: Stage = ground.stage;
    let mut row = AtLeastRow { school, stage, verdict: Verdict::Pass, met: 0, missed: 0, below_floor: 0, missing: 0, need };
    for index in tolerance.of.iter().copied().filter(|index| indicators[*index].stages.contains(&stage)) {
        match figures[index].state {
            State::Met => row.met += 1,
            State::Missed | State::BelowFloor => {
                row.missed += 1;
                match reached[index] {
                    Some(true) => {}
                    Some(false) => row.below_floor += 1,
                    None => row.missing += 1,
                }
            }
            _ => row.missing += 1,
        }
    }
    if row.met + row.missed + row.missing == 0 {
        return None;
    }
    let could_be_met = (row.met + row.missing) as f64;
    row.verdict = match need {
        _ if row.below_floor > 0 => Verdict::Fail,
        None => Verdict::NotEnoughData,
        Some(need) if could_be_met < need => Verdict::Fail,
        _ if row.missing > 0 => Verdict::NotEnoughData,
        Some(_) => Verdict::Pass,
    };
    Some(row)
}
