//! `GET /api/packs` and `GET /api/packs/{id}`: the standards, their parameters, and what changes on which day.

use std::sync::Arc;

use app::{PackPage, PackRow};
use axum::extract::{Path, State as Shared};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::board_shape::ExceptionLine;
use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{Citation, Finding, StageId, Words, findings};
use crate::visit::{Visit, date_of};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DayQuery {
    /// `2025-09-01`; today where none is given.
    pub on: Option<String>,
}

/// Every pack, and whether it is in force on a day.
#[utoipa::path(get, path = "/api/packs", params(DayQuery), responses((status = 200, body = Packs), (status = "4XX", body = Refusal)))]
pub async fn packs(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer(visit, |work, visit| {
            let on = date_of("on", visit.query::<DayQuery>()?.on.as_deref())?;
            let rows = app::pack_rows(&work.library, on);
            Ok(Packs { packs: rows.iter().map(PackLine::from).collect(), faults: findings(work.library.faults()) })
        })
        .await
}

/// One pack on a day: parameters with dates and articles, and what changes later.
#[utoipa::path(get, path = "/api/packs/{id}", params(("id" = String, Path, description = "With its slashes: cn/2017-quality-balance"), DayQuery), responses((status = 200, body = PackDetail), (status = "4XX", body = Refusal)))]
pub async fn pack(Shared(server): Shared<Arc<Server>>, Path(id): Path<String>, visit: Visit) -> Response {
    server
        .answer(visit, move |work, visit| {
            let on = date_of("on", visit.query::<DayQuery>()?.on.as_deref())?;
            Ok(PackDetail::from(&app::pack_page(&work.library, &id, on)?))
        })
        .await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Packs {
    pub packs: Vec<PackLine>,
    /// What is wrong with packs and forms that are not the software's own; the faulty ones are left out.
    pub faults: Vec<Finding>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PackLine {
    pub id: String,
    pub title: Words,
    pub document: DocumentLine,
    pub version: String,
    /// The division prefix where it applies; empty for the nation.
    pub place: String,
    pub extends: Option<String>,
    pub from: String,
    pub to: Option<String>,
    pub on: String,
    pub in_force: bool,
    /// How many of its parameters nobody has compared with the original.
    pub unconfirmed: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentLine {
    pub title: Words,
    pub number: String,
    pub issuer: String,
    pub signed: Option<String>,
    pub url: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PackDetail {
    #[serde(flatten)]
    pub pack: PackLine,
    pub parameters: Vec<PackParameter>,
    /// What its formulas are made of: the titles behind their names.
    pub stocks: Vec<PackStock>,
    pub indicators: Vec<PackIndicator>,
    pub items: Vec<PackItem>,
    pub exceptions: Vec<ExceptionLine>,
    /// What a reader should know: unconfirmed values, exceptions past their review date.
    pub notes: Vec<Finding>,
    /// The days after `on` on which something of it changes, the next one first.
    pub changes: Vec<PackChange>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PackParameter {
    pub id: String,
    pub title: Words,
    pub unit: String,
    pub unit_title: Words,
    pub values: Vec<PackValue>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PackValue {
    /// None for all stages that have no value of their own.
    pub stage: Option<StageId>,
    pub value: f64,
    pub citation: Citation,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PackStock {
    pub id: String,
    pub title: Words,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PackIndicator {
    pub id: String,
    pub title: Words,
    pub short: Words,
    pub unit_title: Words,
    pub formula: String,
    pub compare: String,
    pub threshold: Option<String>,
    pub stages: Vec<StageId>,
    pub citation: Citation,
    /// Set where a provincial pack replaced it.
    pub label: Option<Words>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PackItem {
    pub id: String,
    pub no: String,
    pub title: Words,
    pub condition: Option<String>,
    pub veto: bool,
    pub citation: Citation,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PackChange {
    pub on: String,
    pub lines: Vec<Words>,
}

impl From<&PackRow> for PackLine {
    fn from(row: &PackRow) -> PackLine {
        PackLine {
            id: row.id.clone(),
            title: (&row.title).into(),
            document: DocumentLine {
                title: (&row.document.title).into(),
                number: row.document.number.clone(),
                issuer: row.document.issuer.clone(),
                signed: row.document.signed.map(|day| day.to_string()),
                url: row.document.url.clone(),
            },
            version: row.version.clone(),
            place: row.place.clone(),
            extends: row.extends.clone(),
            from: row.from.to_string(),
            to: row.to.map(|day| day.to_string()),
            on: row.on.to_string(),
            in_force: row.in_force,
            unconfirmed: row.unconfirmed,
        }
    }
}

impl From<&PackPage> for PackDetail {
    fn from(page: &PackPage) -> PackDetail {
        PackDetail {
            pack: (&page.row).into(),
            parameters: (page.parameters().iter())
                .map(|parameter| PackParameter {
                    id: parameter.id.clone(),
                    title: (&parameter.title).into(),
                    unit: parameter.unit.to_string(),
                    unit_title: (&parameter.unit_title).into(),
                    values: (parameter.values.iter())
                        .map(|value| PackValue {
                            stage: value.stage.map(StageId::from),
                            value: value.cited.value,
                            citation: (&value.cited.citation).into(),
                        })
                        .collect(),
                })
                .collect(),
            stocks: (page.stocks().iter())
                .map(|stock| PackStock { id: stock.id.clone(), title: (&stock.title).into() })
                .collect(),
            indicators: (page.indicators().iter())
                .map(|indicator| PackIndicator {
                    id: indicator.id.clone(),
                    title: (&indicator.title).into(),
                    short: (&indicator.short).into(),
                    unit_title: (&indicator.unit_title).into(),
                    formula: indicator.formula.text().to_string(),
                    compare: indicator.compare.sign().to_string(),
                    threshold: indicator.threshold.and_then(|at| page.parameters().get(at)).map(|one| one.id.clone()),
                    stages: indicator.stages.iter().map(|stage| StageId::from(*stage)).collect(),
                    citation: (&indicator.citation).into(),
                    label: indicator.label.as_ref().map(Words::from),
                })
                .collect(),
            items: (page.items().iter())
                .map(|item| PackItem {
                    id: item.id.clone(),
                    no: item.no.clone(),
                    title: (&item.title).into(),
                    condition: item.require.as_ref().map(|asked| asked.condition.text().to_string()),
                    veto: item.veto,
                    citation: (&item.citation).into(),
                })
                .collect(),
            exceptions: page.exceptions().into_iter().map(exception_line).collect(),
            notes: findings(page.notes()),
            changes: (page.changes.iter())
                .map(|(on, lines)| PackChange { on: on.to_string(), lines: lines.iter().map(Words::from).collect() })
                .collect(),
        }
    }
}

fn exception_line(line: app::PackException) -> ExceptionLine {
    ExceptionLine {
        id: line.id,
        label: line.label.into(),
        target: line.target,
        article: line.article.into(),
        expires: line.expires.map(|day| day.to_string()),
        review_by: line.review_by.map(|day| day.to_string()),
        confirmed: line.confirmed,
    }
}
