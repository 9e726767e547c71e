//! `GET /api/schools`: the division tree and every school with what it comes to, and `GET /api/schools/{code}`: one school.

use std::sync::Arc;

use app::{AtLeastRow, County, PartOfCounty, Rows, SchoolRow};
use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{Heading, IndicatorHead, ScopeId, StageId, StateId, VerdictId, Words};
use crate::visit::{Visit, WhichQuery};

/// Every school of the county with its verdicts, and the tree of divisions.
#[utoipa::path(get, path = "/api/schools", params(WhichQuery), responses((status = 200, body = Schools), (status = "4XX", body = Refusal)))]
pub async fn schools(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer(visit, |work, visit| {
            // Whoever answers for a part of the county sees that part.
            Ok(shown(&work.kept(&visit.which()?)?.part(&work.viewer, "school:read")?))
        })
        .await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Schools {
    pub heading: Heading,
    pub indicators: Vec<IndicatorHead>,
    /// Provinces to villages, by code.
    pub divisions: Vec<Division>,
    /// By code: never a ranking.
    pub schools: Vec<SchoolLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Division {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    /// province, prefecture, county, township, village
    pub level: Option<String>,
    pub urban_rural: Option<String>,
    pub population: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SchoolLine {
    pub code: String,
    pub name: String,
    #[serde(flatten)]
    pub traits: SchoolTraits,
    pub scope: ScopeId,
    /// Campuses and attached classes that were merged into it.
    pub campuses: usize,
    /// Whether it teaches several stages, so that premises were divided among them.
    pub combined: bool,
    pub stages: Vec<SchoolStage>,
}

/// What the list of schools says of a school.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchoolTraits {
    /// 办学类型, three digits.
    pub kind: Option<String>,
    pub kind_title: Option<Words>,
    /// public or private
    pub owner: Option<String>,
    pub managed_by: Option<String>,
    /// 城乡分类代码
    pub urban_rural: Option<String>,
    pub division: Option<String>,
    pub boarding: Option<bool>,
    pub built_year: Option<i64>,
    pub counts_as_school: Option<bool>,
    pub parent: Option<String>,
}

impl SchoolTraits {
    pub fn of(county: &County, row: Option<&SchoolRow>) -> SchoolTraits {
        let kind = row.and_then(|row| row.kind.clone());
        SchoolTraits {
            kind_title: kind.as_deref().and_then(|kind| county.kind_title(kind)).map(Words::from),
            kind,
            owner: row.and_then(|row| row.owner.clone()),
            managed_by: row.and_then(|row| row.managed_by.clone()),
            urban_rural: row.and_then(|row| row.urban_rural.clone()),
            division: row.and_then(|row| row.division.as_ref()).map(ToString::to_string),
            boarding: row.and_then(|row| row.boarding),
            built_year: row.and_then(|row| row.built_year),
            counts_as_school: row.and_then(|row| row.counts_as_school),
            parent: row.and_then(|row| row.parent.as_ref()).map(ToString::to_string),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SchoolStage {
    pub stage: StageId,
    pub pupils: Option<f64>,
    /// None where no judgement looks at single schools.
    pub verdict: Option<VerdictId>,
    pub met: usize,
    /// How many indicators are judged here.
    pub total: usize,
    pub missing: usize,
    /// In the order of `indicators`; those that do not apply are left out.
    pub figures: Vec<BriefFigure>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BriefFigure {
    pub indicator: String,
    pub value: Option<f64>,
    pub state: StateId,
}

fn shown(part: &PartOfCounty) -> Schools {
    let county = &*part.county;
    Schools {
        heading: county.into(),
        indicators: IndicatorHead::all(county),
        divisions: (county.divisions.iter())
            .map(|division| Division {
                code: division.code.to_string(),
                name: division.name.clone(),
                parent: division.parent.as_ref().map(ToString::to_string),
                level: division.level.clone(),
                urban_rural: division.urban_rural.clone(),
                population: division.population,
            })
            .collect(),
        schools: part.schools.iter().filter_map(|index| school_line(county, *index)).collect(),
    }
}

fn school_line(county: &County, index: usize) -> Option<SchoolLine> {
    let outcome = county.outcome();
    let school = outcome.matrix.schools.get(index)?;
    Some(SchoolLine {
        code: school.code.to_string(),
        name: school.name.clone(),
        traits: SchoolTraits::of(county, county.school_row(&school.code)),
        scope: outcome.scope.get(index).map_or(ScopeId::Unknown, |scope| (*scope).into()),
        campuses: school.units.len().saturating_sub(1),
        combined: school.combined,
        stages: outcome.frame.stages.iter().filter_map(|stage| school_stage(county, index, *stage)).collect(),
    })
}

/// A stage of a school; none where the school has no such stage.
pub fn school_stage(county: &County, school: usize, stage: facts::Stage) -> Option<SchoolStage> {
    let outcome = county.outcome();
    let figures: Vec<BriefFigure> = (outcome.frame.indicators.iter().enumerate())
        .filter_map(|(index, head)| Some((head, outcome.figure(school, stage, index)?)))
        .filter(|(_, figure)| figure.state != app::State::NotApplicable)
        .map(|(head, figure)| BriefFigure { indicator: head.id.clone(), value: figure.value, state: figure.state.into() })
        .collect();
    let row = at_least_row(county, school, stage);
    let pupils = county.pupils(school, stage);
    if figures.is_empty() && pupils.is_none() {
        return None;
    }
    let judged = figures.iter().filter(|figure| figure.state != StateId::Unjudged).count();
    let count = |wanted: StateId| figures.iter().filter(|figure| figure.state == wanted).count();
    Some(SchoolStage {
        stage: stage.into(),
        pupils,
        verdict: row.map(|row| row.verdict.into()),
        met: row.map_or_else(|| count(StateId::Met), |row| row.met),
        total: row.map_or(judged, |row| row.met + row.missed + row.missing),
        missing: row.map_or_else(|| count(StateId::NotEnoughData), |row| row.missing),
        figures,
    })
}

/// What the judgement over single schools, if the pack has one, says of a school at a stage.
pub fn at_least_row(county: &County, school: usize, stage: facts::Stage) -> Option<&AtLeastRow> {
    county.outcome().judgements.iter().find_map(|judged| match &judged.rows {
        // Rows follow the schools, so that the search is short however many schools there are.
        Rows::AtLeast(rows) => {
            let from = rows.partition_point(|row| row.school < school);
            rows[from..].iter().take_while(|row| row.school == school).find(|row| row.stage == stage)
        }
        _ => None,
    })
}
