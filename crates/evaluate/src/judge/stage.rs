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
    let mut reached: Vec<Option<bool>> = vec![None; tolerances.len() * indicators.len()];
    for (index, indicator) in indicators.iter().enumerate().filter(|(_, indicator)| indicator.stages.contains(&ground.stage)) {
        let of = |tolerance: &Tolerance<'_>| if tolerance.of.contains(&index) { Some(tolerance.floor) } else { None };
        let floors: Vec<Option<Option<usize>>> = tolerances.iter().map(of).collect();
        let compared = decided(|| compare(ground, indicator, &floors), || compare(&ground.exactly(), indicator, &floors));
        let below = compared.met == Some(false) && compared.reached.contains(&Some(false));
        for (tolerance, reach) in compared.reached.iter().enumerate() {
            reached[tolerance * indicators.len() + index] = *reach;
        }
        let state = match (indicator.threshold, compared.value, compared.met) {
            (_, None, _) => State::NotEnoughData,
            (None, Some(_), _) => State::Unjudged,
            (Some(_), Some(_), None) => State::NotEnoughData,
            (Some(_), Some(_), Some(true)) => State::Met,
            (Some(_), Some(_), Some(false)) if below => State::BelowFloor,
            (Some(_), Some(_), Some(false)) => State::Missed,
        };
        let missed = matches!(state, State::Missed | State::BelowFloor);
        figures[index] = Figure {
            state,
            value: compared.value,
            threshold: compared.threshold,
            floor: compared.floor,
            lever_gap: if missed { lever_gap(ground, indicator) } else { None },
            share: None,
        };
    }
    for (place, tolerance) in tolerances.iter().enumerate() {
        let reached = &reached[place * indicators.len()..(place + 1) * indicators.len()];
        let row = row(ground, school, tolerance, indicators, figures, reached);
        if let (Some(row), Some(rows)) = (row, rows.get_mut(tolerance.judgement)) {
            rows.push(row);
        }
    }
}

struct Compared {
    value: Option<f64>,
    threshold: Option<f64>,
    met: Option<bool>,
    /// The strictest floor.
    floor: Option<f64>,
    /// By tolerance: whether a missed figure still reaches the floor; true where there is none.
    reached: Vec<Option<bool>>,
}

fn compare<N: Measured>(ground: &Ground<'_, N>, indicator: &Indicator, floors: &[Option<Option<usize>>]) -> Compared {
    let value = indicator.formula.number(ground);
    let threshold = indicator.threshold.and_then(|threshold| ground.parameter(threshold));
    let met = match (&value, &threshold) {
        (Some(value), Some(threshold)) => indicator.compare.holds(value, threshold),
        _ => None,
    };
    let upward = matches!(indicator.compare, Compare::Greater | Compare::GreaterOrEqual);
    let downward = matches!(indicator.compare, Compare::Less | Compare::LessOrEqual);
    let mut strictest: Option<N> = None;
    let mut reached = Vec::with_capacity(floors.len());
    for floor in floors {
        let reach = match (floor, &threshold) {
            (None, _) | (_, None) => None,
            // Nothing is tolerated only where the judgement says how much; without a floor any miss is.
            (Some(None), _) => Some(true),
            (Some(Some(floor)), Some(threshold)) => ground.parameter(*floor).and_then(|floor| {
                let floor = match (upward, downward) {
                    (true, _) => threshold.clone().times(floor),
                    (_, true) => threshold.clone().over(floor)?,
                    _ => return value.as_ref().map(|_| false),
                };
                let reach = value.as_ref().map(|value| if upward { *value >= floor } else { *value <= floor });
                let stricter = strictest.as_ref().is_none_or(|known| if upward { floor > *known } else { floor < *known });
                if stricter {
                    strictest = Some(floor);
                }
                reach
            }),
        };
        reached.push(reach);
    }
    Compared {
        value: value.map(|value| value.shown()),
        threshold: threshold.map(|threshold| threshold.shown()),
        met,
        floor: strictest.map(|floor| floor.shown()),
        reached,
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
