//! `GET /api/indicators`: every indicator of a standard at each stage, whether only schools are judged by it, only its spread,
//! both or neither.

use std::sync::Arc;

use app::{County, State};
use axum::extract::State as Shared;
use axum::response::Response;
use facts::Stage;
use serde::Serialize;
use utoipa::ToSchema;

use super::spread::judged;
use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{Heading, IndicatorHead, StageId, VerdictId};
use crate::visit::{Visit, WhichQuery};

/// Every indicator at each stage, in the order of the standard.
#[utoipa::path(get, path = "/api/indicators", params(WhichQuery), responses((status = 200, body = Indicators), (status = "4XX", body = Refusal)))]
pub async fn indicators(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer(visit, |work, visit| {
            let county = work.county(&visit.which()?)?;
            Ok(shown(&county))
        })
        .await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Indicators {
    pub heading: Heading,
    pub rows: Vec<IndicatorRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorRow {
    pub indicator: IndicatorHead,
    pub stage: StageId,
    /// The threshold before exceptions; none where schools are not judged by it.
    pub threshold: Option<f64>,
    /// Schools that meet it, miss it (those below the floor among them), and of which it is not known.
    pub met: usize,
    pub missed: usize,
    pub unknown: usize,
    pub mean: Option<f64>,
    pub cv: Option<f64>,
    /// Where a judgement looks at the coefficient.
    pub limit: Option<f64>,
    pub verdict: Option<VerdictId>,
}

fn shown(county: &County) -> Indicators {
    let outcome = county.outcome();
    let heads = (0..outcome.frame.indicators.len()).filter_map(|index| Some((index, IndicatorHead::of(county, index)?)));
    let rows = heads.flat_map(|(index, head)| {
        let stages = outcome.frame.indicators.get(index).map_or_else(Vec::new, |one| one.stages.clone());
        stages.into_iter().map(move |stage| row(county, index, head.clone(), stage))
    });
    Indicators { heading: county.into(), rows: rows.collect() }
}

fn row(county: &County, index: usize, indicator: IndicatorHead, stage: Stage) -> IndicatorRow {
    let (outcome, resolved) = (county.outcome(), &county.judged.resolved);
    let threshold = resolved.indicators.get(index).and_then(|rule| rule.threshold);
    let states = (0..outcome.matrix.schools.len()).filter_map(|school| Some(outcome.figure(school, stage, index)?.state));
    let (mut met, mut missed, mut unknown) = (0, 0, 0);
    for state in states {
        match state {
            State::Met => met += 1,
            State::Missed | State::BelowFloor => missed += 1,
            State::NotEnoughData => unknown += 1,
            State::Unjudged | State::NotApplicable => {}
        }
    }
    let (spread, judged) = (outcome.spread(index, stage), judged(county, index, stage));
    IndicatorRow {
        indicator,
        stage: stage.into(),
        threshold: threshold.and_then(|at| resolved.parameters.get(at)?.at(stage)).map(|cited| cited.value),
        met,
        missed,
        unknown,
        mean: spread.and_then(|spread| spread.mean),
        cv: spread.and_then(|spread| spread.cv),
        limit: judged.and_then(|row| row.limit),
        verdict: judged.map(|row| row.verdict.into()),
    }
}
