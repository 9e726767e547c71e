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
    let stages = &rules.division.judged;
    let n_indicators = rules.resolved.indicators.len();
    let mut spreads = Vec::new();
    for (index, indicator) in rules.resolved.indicators.iter().enumerate() {
        for (place, stage) in stages.iter().enumerate().filter(|(_, stage)| indicator.stages.contains(stage)) {
            let mut missing = 0;
            let mut holdings = Vec::new();
            let mut holders = Vec::new();
            for (position, school) in concerned(rules, matrix, scope, *stage) {
                let at = (position * stages.len() + place) * n_indicators + index;
                match (figures[at].value, school.stocks.get(*stage, indicator.weight).known()) {
                    (Some(value), Some(weight)) => {
                        holdings.push(Holding { amount: value * weight, weight });
                        holders.push(at);
                    }
                    _ => missing += 1,
                }
            }
            let spread = measures::spread(&holdings);
            if let Some(spread) = &spread {
                for (at, share) in holders.iter().zip(&spread.shares) {
                    figures[*at].share = Some(*share);
                }
            }
            spreads.push(Spread {
                indicator: index,
                stage: *stage,
                cv: spread.as_ref().and_then(|spread| spread.cv),
                mean: spread.as_ref().map(|spread| spread.mean),
                sd: spread.as_ref().map(|spread| spread.sd),
                schools: holdings.len(),
                missing,
                complete: missing == 0 && !holdings.is_empty() && !scope.contains(&Scope::Unknown),
            });
        }
    }
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
