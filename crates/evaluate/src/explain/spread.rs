use facts::{SchoolCode, Stage};
use policy::{Citation, Resolved, Rule};
use serde::Serialize;

use super::ExplainFault;
use super::parameter::{ExplainedParameter, parameter_of_county};
use crate::outcome::{IndicatorHead, Outcome};
use crate::{Heading, StockMatrix, evaluate};

/// How a coefficient of variation came about, school by school.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpreadExplanation {
    pub heading: Heading,
    pub indicator: IndicatorHead,
    pub stage: Stage,
    /// Σ x_i and Σ P_i.
    pub total: f64,
    pub pupils: f64,
    /// X̄ = Σ x_i / Σ P_i.
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    pub cv: Option<f64>,
    pub complete: bool,
    /// Limits set for it, one for each judgement that looks at it.
    pub limits: Vec<ExplainedParameter>,
    /// Every school that counts, the largest share of the variance first.
    pub terms: Vec<SpreadTerm>,
    /// Schools whose figure is missing.
    pub missing: Vec<SchoolCode>,
    /// Where the rule is written.
    pub citation: Option<Citation>,
}

/// One school's term of the variance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpreadTerm {
    pub school: SchoolCode,
    pub name: String,
    /// X_i, the indicator at this school.
    pub value: f64,
    pub pupils: f64,
    /// P_i / P.
    pub weight: f64,
    /// (P_i / P) (X_i − X̄)².
    pub term: f64,
    /// The term's part of the variance.
    pub share: f64,
}

/// Explains the coefficient of variation of an indicator at a stage.
pub fn explain_spread(
    resolved: &Resolved,
    matrix: &StockMatrix,
    stage: Stage,
    indicator: &str,
) -> Result<SpreadExplanation, ExplainFault> {
    let outcome = evaluate(resolved, matrix);
    let index = resolved.indicator(indicator).ok_or_else(|| ExplainFault::NoSuchIndicator(indicator.to_string()))?;
    let spread = *outcome.spread(index, stage).ok_or(ExplainFault::NotAtThisStage(stage))?;
    let (mut terms, missing) = terms(resolved, &outcome, index, stage);
    let pupils = measures::sum(terms.iter().map(|term| term.pupils));
    let total = measures::sum(terms.iter().map(|term| term.value * term.pupils));
    for term in &mut terms {
        term.weight = term.pupils / pupils;
        term.term = term.weight * (term.value - spread.mean.unwrap_or(f64::NAN)).powi(2);
    }
    terms.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.school.cmp(&b.school)));
    let judgements = resolved.judgements.iter().filter_map(|judgement| match &judgement.rule {
        Rule::CvEach { of, limit } if of.contains(&index) => Some((judgement, *limit)),
        _ => None,
    });
    let limits: Vec<_> = judgements.collect();
    Ok(SpreadExplanation {
        heading: matrix.heading.clone(),
        indicator: outcome.frame.indicators[index].clone(),
        stage,
        total,
        pupils,
        mean: spread.mean,
        sd: spread.sd,
        cv: spread.cv,
        complete: spread.complete,
        citation: limits.first().map(|(judgement, _)| judgement.citation.clone()),
        limits: limits.iter().filter_map(|(_, limit)| parameter_of_county(resolved, *limit, stage)).collect(),
        terms,
        missing,
    })
}

fn terms(resolved: &Resolved, outcome: &Outcome, index: usize, stage: Stage) -> (Vec<SpreadTerm>, Vec<SchoolCode>) {
    let weight = resolved.indicators[index].weight;
    let (mut terms, mut missing) = (Vec::new(), Vec::new());
    for (position, school) in outcome.matrix.schools.iter().enumerate() {
        let Some(figure) = outcome.figure(position, stage, index).filter(|figure| figure.state != crate::State::NotApplicable)
        else {
            continue;
        };
        match (figure.value, figure.share, school.stocks.get(stage, weight).known()) {
            (Some(value), Some(share), Some(pupils)) => terms.push(SpreadTerm {
                school: school.code.clone(),
                name: school.name.clone(),
                value,
                pupils,
                weight: 0.0,
                term: 0.0,
                share,
            }),
            _ => missing.push(school.code.clone()),
        }
    }
    (terms, missing)
}
