//! `GET /api/indicators/{id}`: how one indicator is spread over the schools.

use std::sync::Arc;

use app::{County, SpreadExplanation};
use axum::extract::{Path, State as Shared};
use axum::response::Response;
use facts::Stage;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::spread::{SpreadSums, judged};
use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{Citation, Heading, IndicatorHead, ScopeId, StageId, StateId, VerdictId};
use crate::visit::{Visit, WhichQuery, stage_of};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StageQuery {
    /// primary or junior; every stage of the indicator where none is given.
    pub stage: Option<String>,
}

/// One indicator over all schools, with each school's part of its coefficient of variation.
#[utoipa::path(get, path = "/api/indicators/{id}", params(("id" = String, Path), StageQuery, WhichQuery), responses((status = 200, body = Indicator), (status = "4XX", body = Refusal)))]
pub async fn indicator(Shared(server): Shared<Arc<Server>>, Path(id): Path<String>, visit: Visit) -> Response {
    server
        .answer(visit, move |work, visit| {
            let county = work.county(&visit.which()?)?;
            let stage = stage_of(visit.query::<StageQuery>()?.stage.as_deref())?;
            let index = county.indicator_index(&id)?;
            shown(&county, index, stage)
        })
        .await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Indicator {
    pub heading: Heading,
    pub indicator: IndicatorHead,
    pub citation: Citation,
    pub stages: Vec<IndicatorStage>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorStage {
    pub stage: StageId,
    /// The threshold before exceptions; none where only the spread is judged.
    pub threshold: Option<f64>,
    pub threshold_citation: Option<Citation>,
    /// The lowest value that a judgement tolerates, where one does.
    pub floor: Option<f64>,
    /// Whether the coefficient keeps to its limit, where a judgement looks at it.
    pub verdict: Option<VerdictId>,
    #[serde(flatten)]
    pub sums: SpreadSums,
    /// By code: never a ranking.
    pub schools: Vec<IndicatorSchool>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorSchool {
    pub code: String,
    pub name: String,
    pub scope: ScopeId,
    pub state: StateId,
    pub value: Option<f64>,
    pub pupils: Option<f64>,
    /// As it holds for this school, after exceptions.
    pub threshold: Option<f64>,
    pub floor: Option<f64>,
    /// P_i / P
    pub weight: Option<f64>,
    /// (P_i / P) (X_i − X̄)²
    pub term: Option<f64>,
    /// The term's part of the variance, 0 to 1.
    pub share: Option<f64>,
}

fn shown(county: &County, index: usize, stage: Option<Stage>) -> Result<Indicator, app::Failure> {
    let rule = &county.judged.resolved.indicators[index];
    let wanted = |candidate: &&Stage| stage.is_none_or(|stage| stage == **candidate);
    let stages = rule.stages.iter().filter(wanted).map(|stage| {
        let spread = county.explain_spread(&rule.id, *stage)?;
        Ok(indicator_stage(county, index, *stage, &spread))
    });
    let stages = stages.collect::<Result<Vec<_>, app::Failure>>()?;
    let Some(indicator) = IndicatorHead::of(county, index).filter(|_| !stages.is_empty()) else {
        return Err(app::Failure::not_at_stage());
    };
    Ok(Indicator { heading: county.into(), indicator, citation: (&rule.citation).into(), stages })
}

fn indicator_stage(county: &County, index: usize, stage: Stage, spread: &SpreadExplanation) -> IndicatorStage {
    let outcome = county.outcome();
    let resolved = &county.judged.resolved;
    let threshold = resolved.indicators[index].threshold.and_then(|parameter| resolved.parameters.get(parameter)?.at(stage));
    let schools: Vec<IndicatorSchool> = (outcome.matrix.schools.iter().enumerate())
        .filter_map(|(at, school)| Some((at, school, outcome.figure(at, stage, index)?)))
        .filter(|(_, _, figure)| figure.state != app::State::NotApplicable)
        .map(|(at, school, figure)| {
            let term = spread.terms.iter().find(|term| term.school == school.code);
            IndicatorSchool {
                code: school.code.to_string(),
                name: school.name.clone(),
                scope: outcome.scope.get(at).map_or(ScopeId::Unknown, |scope| (*scope).into()),
                state: figure.state.into(),
                value: figure.value,
                pupils: county.pupils(at, stage),
                threshold: figure.threshold,
                floor: figure.floor,
                weight: term.map(|term| term.weight),
                term: term.map(|term| term.term),
                share: figure.share,
            }
        })
        .collect();
    IndicatorStage {
        stage: stage.into(),
        threshold: threshold.map(|cited| cited.value),
        threshold_citation: threshold.map(|cited| (&cited.citation).into()),
        floor: schools.iter().find_map(|school| school.floor),
        verdict: judged(county, index, stage).map(|row| row.verdict.into()),
        sums: SpreadSums::of(county, spread),
        schools,
    }
}
