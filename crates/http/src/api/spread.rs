//! What a coefficient of variation is made of: the same on the page of an indicator and on the page of the figure.

use app::{County, CvRow, Rows, SpreadExplanation};
use facts::Stage;
use serde::Serialize;
use utoipa::ToSchema;

use super::parameter::ExplainedParameter;
use crate::shape::{Citation, VerdictId};

/// The sums over the schools that count, and what came of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpreadSums {
    /// Σ x and Σ P over the schools that count.
    pub total: f64,
    pub pupils: f64,
    /// Σ x / Σ P
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    pub cv: Option<f64>,
    /// Whether every school that the standard concerns has its figure.
    pub complete: bool,
    /// Of the judgement that looks at it, where one does.
    pub verdict: Option<VerdictId>,
    /// Limits of the coefficient, one for each judgement that looks at it.
    pub limits: Vec<ExplainedParameter>,
    /// Where that is written.
    pub spread_citation: Option<Citation>,
}

impl SpreadSums {
    pub fn of(county: &County, spread: &SpreadExplanation) -> SpreadSums {
        let indicator = county.judged.resolved.indicator(&spread.indicator.id);
        SpreadSums {
            total: spread.total,
            pupils: spread.pupils,
            mean: spread.mean,
            sd: spread.sd,
            cv: spread.cv,
            complete: spread.complete,
            verdict: indicator.and_then(|index| judged(county, index, spread.stage)).map(|row| row.verdict.into()),
            limits: spread.limits.iter().map(ExplainedParameter::from).collect(),
            spread_citation: spread.citation.as_ref().map(Citation::from),
        }
    }
}

/// The row of the judgement that looks at the coefficient of an indicator, where one does.
pub fn judged(county: &County, indicator: usize, stage: Stage) -> Option<&CvRow> {
    county.outcome().judgements.iter().find_map(|judged| match &judged.rows {
        Rows::CvEach(rows) => rows.iter().find(|row| row.indicator == indicator && row.stage == stage),
        _ => None,
    })
}
