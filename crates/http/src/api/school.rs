//! `GET /api/schools/{code}`: one school, every indicator, its findings, its way through the years.

use std::sync::Arc;

use app::{County, KeptCounty, SchoolOfCounty};
use axum::extract::{Path, State as Shared};
use axum::response::Response;
use facts::{SchoolCode, Stage};
use serde::Serialize;
use utoipa::ToSchema;

use super::board_rows::item_row;
use super::board_shape::{ExceptionLine, ItemRowLine};
use super::schools::{SchoolStage, SchoolTraits, at_least_row, school_stage};
use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{Finding, Heading, IndicatorHead, ScopeId, StageId, StateId, VerdictId, Words, findings};
use crate::visit::{Visit, WhichQuery};

/// One school by its code, or by that of a campus of it.
#[utoipa::path(get, path = "/api/schools/{code}", params(("code" = String, Path), WhichQuery), responses((status = 200, body = School), (status = "4XX", body = Refusal)))]
pub async fn school(Shared(server): Shared<Arc<Server>>, Path(code): Path<String>, visit: Visit) -> Response {
    server
        .answer(visit, move |work, visit| {
            let asked = visit.which()?;
            let kept = work.kept(&asked)?;
            let own = kept.school(&work.viewer, "school:read", &code)?;
            let code = &own.county.outcome().matrix.schools[own.index].code;
            // Its way through the years: those in which it was this reader's, and a school of its own.
            let of_year = |kept: KeptCounty| kept.school(&work.viewer, "school:read", code.as_str()).ok();
            let years: Vec<SchoolOfCounty> = work.years(&kept, &asked).into_iter().filter_map(of_year).collect();
            Ok(shown(&own.county, own.index, &years))
        })
        .await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct School {
    pub heading: Heading,
    pub code: String,
    pub name: String,
    #[serde(flatten)]
    pub traits: SchoolTraits,
    pub scope: ScopeId,
    pub scope_title: Words,
    /// The names of its division and those above, the lowest last.
    pub address: Vec<String>,
    /// The school itself, then its campuses and attached classes.
    pub units: Vec<SchoolUnit>,
    pub indicators: Vec<IndicatorHead>,
    pub stages: Vec<StageFigures>,
    /// Every item that looks at this school, those that hold among them.
    pub items: Vec<SchoolItem>,
    pub findings: Vec<Finding>,
    /// One entry a school year of the snapshot, oldest first.
    pub trend: Vec<TrendYear>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SchoolUnit {
    pub code: String,
    pub name: String,
    #[serde(flatten)]
    pub traits: SchoolTraits,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StageFigures {
    pub stage: StageId,
    pub pupils: Option<f64>,
    pub verdict: Option<VerdictId>,
    pub met: usize,
    pub missed: usize,
    pub below_floor: usize,
    pub missing: usize,
    pub need: Option<f64>,
    pub figures: Vec<SchoolFigure>,
    /// Exceptions that were applied here.
    pub exceptions: Vec<ExceptionLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SchoolFigure {
    pub indicator: String,
    pub state: StateId,
    pub value: Option<f64>,
    pub threshold: Option<f64>,
    pub floor: Option<f64>,
    pub gap: Option<f64>,
    pub gap_words: Option<Words>,
    pub lever_gap: Option<f64>,
    /// The school's share of the county's variance of this indicator, 0 to 1.
    pub share_of_variance: Option<f64>,
    pub county_mean: Option<f64>,
    pub county_cv: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SchoolItem {
    pub id: String,
    pub no: String,
    pub title: Words,
    pub article: Words,
    #[serde(flatten)]
    pub row: ItemRowLine,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TrendYear {
    pub year: String,
    pub on: String,
    pub stages: Vec<SchoolStage>,
}

fn shown(county: &County, index: usize, years: &[SchoolOfCounty]) -> School {
    let outcome = county.outcome();
    let school = &outcome.matrix.schools[index];
    let row = county.school_row(&school.code);
    let scope = outcome.scope.get(index).copied().unwrap_or(app::Scope::Unknown);
    let codes: Vec<&SchoolCode> = school.units.iter().map(|unit| &unit.code).collect();
    School {
        heading: county.into(),
        code: school.code.to_string(),
        name: school.name.clone(),
        traits: SchoolTraits::of(county, row),
        scope: scope.into(),
        scope_title: scope.title().into(),
        address: row.and_then(|row| row.division.as_ref()).map_or_else(Vec::new, |division| county.address(division)),
        units: (school.units.iter())
            .map(|unit| SchoolUnit {
                code: unit.code.to_string(),
                name: unit.name.clone(),
                traits: SchoolTraits::of(county, county.school_row(&unit.code)),
            })
            .collect(),
        indicators: IndicatorHead::all(county),
        stages: outcome.frame.stages.iter().filter_map(|stage| stage_figures(county, index, *stage)).collect(),
        items: items(county, index),
        findings: findings(county.findings_of(&codes)),
        trend: years.iter().filter_map(|year| trend_year(year, &school.code)).collect(),
    }
}

fn stage_figures(county: &County, index: usize, stage: Stage) -> Option<StageFigures> {
    let outcome = county.outcome();
    let figures: Vec<SchoolFigure> = (outcome.frame.indicators.iter().enumerate())
        .filter_map(|(at, head)| Some((at, head, outcome.figure(index, stage, at)?)))
        .filter(|(_, _, figure)| figure.state != app::State::NotApplicable)
        .map(|(at, head, figure)| {
            let spread = outcome.spread(at, stage);
            SchoolFigure {
                indicator: head.id.clone(),
                state: figure.state.into(),
                value: figure.value,
                threshold: figure.threshold,
                floor: figure.floor,
                gap: figure.gap(),
                gap_words: outcome.gap_words(figure, at).map(Words::from),
                lever_gap: figure.lever_gap,
                share_of_variance: figure.share,
                county_mean: spread.and_then(|spread| spread.mean),
                county_cv: spread.and_then(|spread| spread.cv),
            }
        })
        .collect();
    let pupils = county.pupils(index, stage);
    if figures.is_empty() && pupils.is_none() {
        return None;
    }
    let row = at_least_row(county, index, stage);
    Some(StageFigures {
        stage: stage.into(),
        pupils,
        verdict: row.map(|row| row.verdict.into()),
        met: row.map_or(0, |row| row.met),
        missed: row.map_or(0, |row| row.missed),
        below_floor: row.map_or(0, |row| row.below_floor),
        missing: row.map_or(0, |row| row.missing),
        need: row.and_then(|row| row.need),
        figures,
        exceptions: outcome.applied_at(index, stage).map(ExceptionLine::from).collect(),
    })
}

fn items(county: &County, index: usize) -> Vec<SchoolItem> {
    let outcome = county.outcome();
    let rows = county.items_of_school(index).into_iter();
    rows.filter_map(|(at, row)| {
        let head = outcome.frame.items.get(at)?;
        Some(SchoolItem {
            id: head.id.clone(),
            no: head.no.clone(),
            title: (&head.title).into(),
            article: (&head.article).into(),
            row: item_row(outcome, &row),
        })
    })
    .collect()
}

fn trend_year(year: &SchoolOfCounty, code: &SchoolCode) -> Option<TrendYear> {
    let (county, index) = (&year.county, year.index);
    let outcome = county.outcome();
    outcome.matrix.schools.get(index).filter(|school| school.code == *code)?;
    let heading = &outcome.matrix.heading;
    Some(TrendYear {
        year: heading.year.id(),
        on: heading.on.to_string(),
        stages: outcome.frame.stages.iter().filter_map(|stage| school_stage(county, index, *stage)).collect(),
    })
}
