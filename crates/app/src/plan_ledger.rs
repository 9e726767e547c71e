//! What a plan is checked against, read from what units report: campuses put together, premises divided and formulas worked out by
//! code of its own. Nothing of it comes from a planner; of the evaluation it takes which judgements there are, and their thresholds.

use std::collections::BTreeMap;

use evaluate::{Rows, School, Scope, State, Unit};
use facts::{Finding, Place, SchoolCode, Severity, Stage, text};
use plan::{Ledger, Measured, Part, Priced};
use policy::Resolved;
use policy::expr::{Env, School as Traits};

use crate::plan_budget::PlanGround;
use crate::plan_settings::PlanOption;

const STAGES: [Stage; 3] = [Stage::Primary, Stage::Junior, Stage::Senior];

/// Two ways to the same figure may differ by the dust of arithmetic.
const DUST: f64 = 1e-9;

/// The ledger, and figures at which this reading and the evaluation differ.
pub(crate) fn ledger(ground: &PlanGround, options: &[PlanOption]) -> (Ledger, Vec<Finding>) {
    let PlanGround { resolved, matrix, before } = ground;
    let (mut ledger, mut doubts) = (Ledger::default(), Vec::new());
    for option in options {
        let adds = option.adds.iter().map(|(stock, amount)| (stock.clone(), *amount)).collect();
        ledger.options.push(Priced { option: option.id.clone(), price: option.price, move_cost: option.move_cost, adds });
    }
    for judged in &before.judgements {
        if let Rows::CvEach(rows) = &judged.rows {
            for row in rows {
                let complete = before.spread(row.indicator, row.stage).is_some_and(|spread| spread.complete);
                if let (Some(limit), true) = (row.limit, complete) {
                    ledger.limits.push((before.frame.indicators[row.indicator].id.clone(), row.stage, limit));
                }
            }
        }
    }
    for (rule, judged) in resolved.judgements.iter().zip(&before.judgements) {
        let (policy::Rule::AtLeast { of, .. }, Rows::AtLeast(rows)) = (&rule.rule, &judged.rows) else { continue };
        for row in rows.iter().filter(|row| before.scope[row.school] == Scope::In) {
            let school = &matrix.schools[row.school];
            // Where an exception changes what is counted, only the evaluation knows it.
            let excepted = before.applied.iter().any(|applied| applied.school == row.school);
            let mut figures = Vec::new();
            let mut pupils = 0.0;
            for index in of {
                let indicator = &resolved.indicators[*index];
                let figure = before.figure(row.school, row.stage, *index);
                let Some((figure, value)) = figure.and_then(|figure| Some((figure, figure.value?))) else { continue };
                let weight = reported(resolved, school, row.stage, indicator.weight).unwrap_or(0.0);
                pupils = weight;
                let mut factors = BTreeMap::new();
                let mut numerator = Some(0.0);
                for (at, stock) in resolved.stocks.iter().enumerate().filter(|(at, _)| *at != indicator.weight) {
                    let unit = UnitEnv { one: at, weight: indicator.weight, resolved, stage: row.stage };
                    if let Some(factor) = indicator.formula.number::<f64>(&unit).filter(|factor| *factor != 0.0) {
                        numerator = numerator.zip(reported(resolved, school, row.stage, at)).map(|(sum, has)| sum + factor * has);
                        factors.insert(stock.id.clone(), factor);
                    }
                }
                if figure.state == State::NotApplicable {
                    continue;
                }
                let differs = numerator.is_none_or(|sum| (sum - value * weight).abs() > DUST * (value * weight).abs().max(1.0));
                if differs && !excepted {
                    doubts.push(doubt(&school.code, &school.name, value, numerator.map(|sum| sum / weight)));
                }
                figures.push(Measured {
                    indicator: indicator.id.clone(),
                    numerator: if excepted { value * weight } else { numerator.unwrap_or(value * weight) },
                    factors,
                    need: figure.threshold.unwrap_or(0.0),
                    least: figure.floor.unwrap_or(0.0),
                });
            }
            ledger.parts.push(Part {
                school: school.code.clone(),
                name: school.name.clone(),
                stage: row.stage,
                pupils,
                shares: shares(resolved, school, row.stage),
                figures,
                met_at_least: row.need.unwrap_or(0.0).max(0.0) as usize,
            });
        }
    }
    (ledger, doubts)
}

fn doubt(code: &SchoolCode, name: &str, value: f64, own: Option<f64>) -> Finding {
    let own = own.map_or_else(|| "—".to_string(), |own| format!("{own:.6}"));
    Finding::new(
        Severity::Logic,
        "plan-start-differs",
        Place::School { code: code.clone(), name: Some(name.to_string()) },
        text!(
            "起始值核算为 {value:.6}，核对程序另行算出 {own}",
            "the start is {value:.6} by the evaluation and {own} by the check"
        ),
        text!(
            "核对这所学校的填报和校区；先不要用这份方案",
            "look at what the school and its campuses report; do not use this plan yet"
        ),
    )
}

/// One stock is 1, all others 0, and the pupils are 1: what a formula gives is the factor of that stock.
struct UnitEnv<'a> {
    one: usize,
    weight: usize,
    resolved: &'a Resolved,
    stage: Stage,
}

impl Env<f64> for UnitEnv<'_> {
    fn stock(&self, index: usize) -> Option<f64> {
        Some(f64::from(u8::from(index == self.one || index == self.weight)))
    }
    fn parameter(&self, index: usize) -> Option<f64> {
        self.resolved.parameters.get(index)?.at(self.stage).map(|cited| cited.value)
    }
    fn school(&self) -> Option<&Traits> {
        None
    }
}

/// What a school has of a stock at a stage, from what it and its campuses report.
fn reported(resolved: &Resolved, school: &School, stage: Stage, stock: usize) -> Option<f64> {
    let mut sum = None;
    for unit in &school.units {
        let own = |stage: Stage| unit.figures.get(stage, stock).known();
        let part = match own(stage) {
            Some(value) => Some(value),
            None if STAGES.into_iter().any(|stage| own(stage).is_some()) => None,
            None => own(Stage::Whole).map(|whole| whole * share_of(resolved, unit, stage)),
        };
        sum = sum.into_iter().chain(part).reduce(|a: f64, b| a + b);
    }
    sum
}

/// Which part of a unit's premises belongs to a stage: its weighted pupils over those of all stages that it teaches.
fn share_of(resolved: &Resolved, unit: &Unit, stage: Stage) -> f64 {
    let pupils = |stage: Stage| resolved.stock("pupils").and_then(|stock| unit.figures.get(stage, stock).known()).unwrap_or(0.0);
    let taught: Vec<Stage> = STAGES.into_iter().filter(|stage| pupils(*stage) > 0.0).collect();
    if taught.len() < 2 {
        return if taught.is_empty() || taught.contains(&stage) { 1.0 } else { 0.0 };
    }
    let split = resolved.splits.iter().find(|split| unit.traits.kind.as_ref().is_some_and(|kind| split.kinds.contains(kind)));
    let Some(split) = split else { return 0.0 };
    let weighted =
        |stage: Stage| split.weights.iter().filter(|(of, _)| *of == stage).map(|(of, weight)| weight * pupils(*of)).sum::<f64>();
    weighted(stage) / taught.into_iter().map(weighted).sum::<f64>()
}

/// Which part of what the whole school gets belongs to a stage, by stock; 0 where a stock is told by stage.
fn shares(resolved: &Resolved, school: &School, stage: Stage) -> BTreeMap<String, f64> {
    // What is bought goes to the school itself, not to a campus of it.
    let share = school.units.first().map_or(1.0, |unit| share_of(resolved, unit, stage));
    resolved.stocks.iter().map(|stock| (stock.id.clone(), if stock.split { share } else { 0.0 })).collect()
}
