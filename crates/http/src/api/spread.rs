//! What a coefficient of variation is made of: the same on the page of an indicator and on the page of the figure.

use app::{County, CvRow, Rows, SpreadExplanation};
use facts::Stage;
use serde::Serialize;
use utoipa::ToSchema;

use super::parameter::ExplainedParameter;
use crate::shape::Citation;

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
    /// Limits of the coefficient, one for each judgement that looks at it.
    pub limits: Vec<ExplainedParameter>,
    /// Where that is written.
    pub spread_citation: Option<Citation>,
}

impl From<&SpreadExplanation> for SpreadSums {
    fn from(spread: &SpreadExplanation) -> SpreadSums {
        SpreadSums {
            total: spread.total,
            pupils: spread.pupils,
            mean: spread.mean,
            sd: spread.sd,
            cv: spread.cv,
            complete: spread.complete,
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
