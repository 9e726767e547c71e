use facts::Stage;
use measures::{ExactHolding, Holding};
use policy::expr::Number;

use crate::StockMatrix;
use crate::exact::Exact;
use crate::ground::{Ground, Need, Rules};
use crate::outcome::{Figure, Scope, Spread};

/// How unevenly each indicator is spread over the schools of each stage. Each school's share of the variance is entered in
/// its figure.
pub(super) fn spreads(rules: &Rules<'_>, matrix: &StockMatrix, scope: &[Scope], figures: &mut [Figure]) -> Vec<Spread> {
    let indicators = &rules.resolved.indicators;
    let n_stages = rules.division.judged.len();
    let whole = !scope.contains(&Scope::Unknown);
    let mut spreads = Vec::new();
    for (place, stage) in rules.division.judged.iter().enumerate() {
        let schools: Vec<(usize, &crate::School)> = concerned(rules, matrix, scope, *stage).collect();
        // Nearly always every indicator weighs schools by the same stock; it is read once.
        let mut weights: Vec<(usize, Vec<Option<f64>>)> = Vec::new();
        for (index, indicator) in indicators.iter().enumerate().filter(|(_, indicator)| indicator.stages.contains(stage)) {
            if !weights.iter().any(|(stock, _)| *stock == indicator.weight) {
                let read = |(_, school): &(usize, &crate::School)| school.stocks.get(*stage, indicator.weight).known();
                weights.push((indicator.weight, schools.iter().map(read).collect()));
            }
            let Some((_, weights)) = weights.iter().find(|(stock, _)| *stock == indicator.weight) else { continue };
            let (mut holdings, mut holders) = (Vec::with_capacity(schools.len()), Vec::with_capacity(schools.len()));
            for ((position, _), weight) in schools.iter().zip(weights) {
                let at = (position * n_stages + place) * indicators.len() + index;
                if let (Some(value), Some(weight)) = (figures[at].value, *weight) {
                    holdings.push(Holding { amount: value * weight, weight });
                    holders.push(at);
                }
            }
            let spread = measures::spread(&holdings);
            if let Some(spread) = &spread {
                for (at, share) in holders.iter().zip(&spread.shares) {
                    figures[*at].share = Some(*share);
                }
            }
            let missing = schools.len() - holdings.len();
            spreads.push(Spread {
                indicator: index,
                stage: *stage,
                cv: spread.as_ref().and_then(|spread| spread.cv),
                mean: spread.as_ref().map(|spread| spread.mean),
                sd: spread.as_ref().map(|spread| spread.sd),
                schools: holdings.len(),
                missing,
                complete: whole && missing == 0 && !holdings.is_empty(),
            });
        }
    }
    spreads.sort_by_key(|spread| (spread.indicator, spread.stage));
    spreads
}

/// The schools that the standard concerns and that teach a stage.
fn concerned<'a>(
    rules: &'a Rules<'_>,
    matrix: &'a StockMatrix,
    scope: &'a [Scope],
    stage: Stage,
) -> impl Iterator<Item = (usize, &'a crate::School)> {
    let schools = matrix.schools.iter().enumerate().filter(|(position, _)| scope[*position] == Scope::In);
    schools.map(|(position, school)| (position, school.as_ref())).filter(move |(_, school)| rules.teaches(school, stage))
}

/// What each school has of an indicator, and its pupils, without any rounding; none where one of them is missing.
pub(super) fn exact_holdings(
    rules: &Rules<'_>,
    matrix: &StockMatrix,
    scope: &[Scope],
    spread: &Spread,
) -> Option<Vec<ExactHolding>> {
    let indicator = rules.resolved.indicators.get(spread.indicator)?;
    let holding = |(_, school): (usize, &crate::School)| {
        let ground = Ground::of(rules, &matrix.county, school, Need::Rules).at(spread.stage).exactly();
        let value = indicator.formula.number::<Exact>(&ground)?;
        let weight: Exact = rules.division.school(&school.units, spread.stage, indicator.weight).ok()?;
        Some(ExactHolding { amount: value.times(weight.clone()).0, weight: weight.0 })
    };
    concerned(rules, matrix, scope, spread.stage).map(holding).collect()
}
