use std::cmp::Ordering;

use facts::Stage;
use measures::{compare_cv_exactly, composite, exact};
use policy::expr::{Env, Number};
use policy::{Judgement, Rule};

use super::county::{AtStage, CountyGround};
use super::spreads::exact_holdings;
use crate::exact::{Exact, Quick, compare_mean_root, decided, squared_cv};
use crate::outcome::{AtLeastRow, CvRow, ItemOutcome, Judged, MeanCvRow, Rows, Scope, ScoreRow, Spread, Verdict};

/// Relative distance from a limit within which a coefficient of variation is compared without rounding.
const CLOSE: f64 = 1e-9;

pub(super) fn judgements(
    county: &CountyGround<'_>,
    rows: Vec<Vec<AtLeastRow>>,
    spreads: &[Spread],
    items: &[ItemOutcome],
) -> Vec<Judged> {
    let judgements = county.rules.resolved.judgements.iter().zip(rows);
    judgements.map(|(judgement, rows)| judge(county, judgement, rows, spreads, items)).collect()
}

fn judge(
    county: &CountyGround<'_>,
    judgement: &Judgement,
    at_least: Vec<AtLeastRow>,
    spreads: &[Spread],
    items: &[ItemOutcome],
) -> Judged {
    match &judgement.rule {
        Rule::AtLeast { .. } => {
            let verdict = over(at_least.iter().map(|row| row.verdict), county.scope.contains(&Scope::Unknown));
            Judged { verdict, rows: Rows::AtLeast(at_least) }
        }
        Rule::CvEach { of, limit } => {
            let rows: Vec<CvRow> = seen(of, spreads).map(|spread| cv_row(county, spread, *limit)).collect();
            Judged { verdict: over(rows.iter().map(|row| row.verdict), false), rows: Rows::CvEach(rows) }
        }
        Rule::CvMean { of, limit } => {
            let stages = &county.rules.division.judged;
            let rows: Vec<MeanCvRow> = stages.iter().filter_map(|stage| mean_row(county, of, spreads, *stage, *limit)).collect();
            Judged { verdict: over(rows.iter().map(|row| row.verdict), false), rows: Rows::CvMean(rows) }
        }
        Rule::Items { of } => {
            let verdicts = of.iter().map(|item| items.get(*item).map_or(Verdict::NotEnoughData, |item| item.verdict));
            Judged { verdict: over(verdicts, false), rows: Rows::Items(of.clone()) }
        }
        Rule::Score { of, need } => score(county, of, *need),
    }
}

/// Where there is nothing to look at, nothing has been shown.
fn over(verdicts: impl Iterator<Item = Verdict>, incomplete: bool) -> Verdict {
    let mut verdicts = verdicts.peekable();
    let nothing = verdicts.peek().is_none();
    match Verdict::all(verdicts) {
        Verdict::Pass if nothing || incomplete => Verdict::NotEnoughData,
        verdict => verdict,
    }
}

/// The spreads of some indicators, at stages that have schools.
fn seen<'a>(of: &'a [usize], spreads: &'a [Spread]) -> impl Iterator<Item = &'a Spread> {
    spreads.iter().filter(|spread| of.contains(&spread.indicator) && spread.schools + spread.missing > 0)
}

fn cv_row(county: &CountyGround<'_>, spread: &Spread, limit: usize) -> CvRow {
    let limit = county.rules.county_parameter(limit, spread.stage);
    let within = match (spread.cv, limit) {
        (Some(cv), Some(limit)) if spread.complete => {
            let order = if (cv - limit).abs() > CLOSE * limit.abs() {
                cv.partial_cmp(&limit)
            } else {
                exact_holdings(county.rules, county.matrix, county.scope, spread)
                    .and_then(|holdings| compare_cv_exactly(&holdings, &exact(limit)?))
            };
            order.map(Ordering::is_le)
        }
        _ => None,
    };
    CvRow { indicator: spread.indicator, stage: spread.stage, verdict: Verdict::of(within), cv: spread.cv, limit }
}

fn mean_row(county: &CountyGround<'_>, of: &[usize], spreads: &[Spread], stage: Stage, limit: usize) -> Option<MeanCvRow> {
    let seen: Vec<&Spread> = seen(of, spreads).filter(|spread| spread.stage == stage).collect();
    if seen.is_empty() {
        return None;
    }
    let limit = county.rules.county_parameter(limit, stage);
    let cvs: Option<Vec<f64>> = seen.iter().map(|spread| spread.cv).collect();
    let mean = cvs.as_deref().and_then(composite);
    let within = match (mean, limit) {
        (Some(mean), Some(limit)) if seen.iter().all(|spread| spread.complete) => {
            let order = if (mean - limit).abs() > CLOSE * limit.abs() {
                mean.partial_cmp(&limit)
            } else {
                let square = |spread: &&Spread| squared_cv(&exact_holdings(county.rules, county.matrix, county.scope, spread)?);
                let squares: Option<Vec<_>> = seen.iter().map(square).collect();
                squares.and_then(|squares| compare_mean_root(&squares, limit))
            };
            order.map(Ordering::is_le)
        }
        _ => None,
    };
    Some(MeanCvRow { stage, verdict: Verdict::of(within), mean, limit })
}

fn score(county: &CountyGround<'_>, of: &[usize], need: usize) -> Judged {
    let ground = AtStage(county, Stage::Whole);
    let row = |item: &usize| {
        let rule = county.rules.resolved.items.get(*item)?;
        let earned = rule.score.and_then(|stock| Env::<Quick>::stock(&ground, stock)).map(|earned| earned.value);
        let attainable = rule.points.and_then(|points| county.rules.county_parameter(points, Stage::Whole));
        Some(ScoreRow { item: *item, earned, attainable })
    };
    let rows: Vec<ScoreRow> = of.iter().filter_map(row).collect();
    let total = |of: fn(&ScoreRow) -> Option<f64>| rows.iter().map(of).collect::<Option<Vec<f64>>>().map(measures::sum);
    let (earned, attainable) = (total(|row| row.earned), total(|row| row.attainable));
    let need = county.rules.county_parameter(need, Stage::Whole);
    // What has not been scored could still earn all its points.
    let at_best = total(|row| row.earned.or(row.attainable));
    let enough = decided(|| enough::<Quick>(&rows, need, |row| row.earned), || enough::<Exact>(&rows, need, |row| row.earned));
    let verdict = match (enough, at_best, need) {
        (Some(enough), ..) if !rows.is_empty() => Verdict::of(Some(enough)),
        (_, Some(best), Some(need)) if best < need - CLOSE && !rows.is_empty() => Verdict::Fail,
        _ => Verdict::NotEnoughData,
    };
    Judged { verdict, rows: Rows::Score { rows, earned, attainable, need } }
}

fn enough<N: Number>(rows: &[ScoreRow], need: Option<f64>, of: fn(&ScoreRow) -> Option<f64>) -> Option<bool> {
    let mut sum = N::of(0.0);
    for row in rows {
        sum = sum.plus(N::of(of(row)?));
    }
    Some(sum >= N::of(need?))
}
