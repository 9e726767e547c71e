//! `POST /api/what-if`: the sheet on which changes are typed, and the outcome before and after them. Nothing is stored.

use std::sync::Arc;

use app::{County, SheetTried};
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use facts::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{Finding, Heading, StageId, StateId, VerdictId, Words, findings};
use crate::visit::{Visit, WhichQuery};

/// More changes than anybody types on one sheet.
const CHANGES_MAX: usize = 2_000;

/// Judges the county after some changes, and gives the sheet as it then stands; without changes, as it is. Nothing is stored.
/// Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/what-if", params(WhichQuery), request_body = WhatIfChanges, responses((status = 200, body = WhatIfSheet), (status = "4XX", body = Refusal)))]
pub async fn what_if(Shared(server): Shared<Arc<Server>>, visit: Visit, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<WhatIfChanges>(&body) else { return Refusal::bad_body().into_response() };
    server
        .answer_anew(visit, move |work, visit| {
            let n = asked.changes.len();
            if n > CHANGES_MAX {
                return Err(app::Failure::wrong_use(
                    text!("一次试算了 {n} 项变动，最多 {CHANGES_MAX} 项", "{n} changes at once; at most {CHANGES_MAX} are tried"),
                    text!("分几次试算", "try them in parts"),
                ));
            }
            let county = work.county(&visit.which()?)?;
            let tried = app::try_on_sheet(&county, &asked.changes)?;
            Ok(WhatIfSheet::of(&county, &tried))
        })
        .await
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct WhatIfChanges {
    /// Each as people type it: `SCHOOL.STAGE.STOCK+=2`, `A.STAGE.STOCK->B=2`, `A=>B` (merge).
    pub changes: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WhatIfSheet {
    pub heading: Heading,
    pub before: WhatIfLights,
    pub after: WhatIfLights,
    pub coefficients: Vec<WhatIfCoefficient>,
    /// Every item, school and light that turned.
    pub turned: Vec<Words>,
    /// Changes that could not be made, and changes that nothing notices.
    pub findings: Vec<Finding>,
    pub columns: Vec<WhatIfColumn>,
    /// By code: never a ranking.
    pub rows: Vec<WhatIfRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WhatIfLights {
    pub verdict: VerdictId,
    pub schools: usize,
    pub schools_pass: usize,
    pub coefficients_over: usize,
    pub items_failing: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WhatIfCoefficient {
    pub indicator: String,
    pub short: Words,
    pub stage: StageId,
    pub before: Option<f64>,
    pub after: Option<f64>,
    pub limit: Option<f64>,
    pub verdict_before: VerdictId,
    pub verdict_after: VerdictId,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WhatIfColumn {
    pub stock: String,
    pub title: Words,
    pub unit: Words,
    /// Counted in whole things, not measured.
    pub whole: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WhatIfRow {
    pub code: String,
    pub name: String,
    pub stage: StageId,
    /// In the order of the columns; none where the figure is missing.
    pub cells: Vec<Option<WhatIfCell>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WhatIfCell {
    /// Where the school states it: at the row's stage, or for the whole school.
    pub stage: StageId,
    pub value: f64,
    /// How the worst of the indicators that it lifts stands; none for pupils.
    pub state: Option<StateId>,
}

impl WhatIfSheet {
    fn of(county: &County, of: &SheetTried) -> WhatIfSheet {
        WhatIfSheet {
            heading: county.into(),
            before: (&of.tried.before).into(),
            after: (&of.tried.after).into(),
            coefficients: of.tried.coefficients.iter().map(WhatIfCoefficient::from).collect(),
            turned: of.turned.iter().map(Words::from).collect(),
            findings: findings(&of.tried.findings),
            columns: of.sheet.columns.iter().map(WhatIfColumn::from).collect(),
            rows: of.sheet.rows.iter().map(WhatIfRow::from).collect(),
        }
    }
}

impl From<&app::Lights> for WhatIfLights {
    fn from(lights: &app::Lights) -> WhatIfLights {
        WhatIfLights {
            verdict: lights.verdict.into(),
            schools: lights.schools,
            schools_pass: lights.schools_pass,
            coefficients_over: lights.coefficients_over,
            items_failing: lights.items_failing,
        }
    }
}

impl From<&app::Coefficient> for WhatIfCoefficient {
    fn from(of: &app::Coefficient) -> WhatIfCoefficient {
        WhatIfCoefficient {
            indicator: of.indicator.clone(),
            short: (&of.short).into(),
            stage: of.stage.into(),
            before: of.before,
            after: of.after,
            limit: of.limit,
            verdict_before: of.verdict_before.into(),
            verdict_after: of.verdict_after.into(),
        }
    }
}

impl From<&app::SheetColumn> for WhatIfColumn {
    fn from(of: &app::SheetColumn) -> WhatIfColumn {
        WhatIfColumn { stock: of.stock.clone(), title: (&of.title).into(), unit: of.unit.title().into(), whole: of.whole }
    }
}

impl From<&app::SheetRow> for WhatIfRow {
    fn from(of: &app::SheetRow) -> WhatIfRow {
        let cell = |cell: &app::SheetCell| WhatIfCell {
            stage: cell.stage.into(),
            value: cell.value,
            state: cell.state.map(StateId::from),
        };
        WhatIfRow {
            code: of.code.to_string(),
            name: of.name.clone(),
            stage: of.stage.into(),
            cells: of.cells.iter().map(|stated| stated.as_ref().map(cell)).collect(),
        }
    }
}
