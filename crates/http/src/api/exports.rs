//! Workbooks: whatever a page shows as .xlsx, the official tables, and the 核查报告 of a school.

use std::sync::Arc;

use app::ExportView;
use axum::extract::{Path, State as Shared};
use axum::response::Response;
use facts::{Lang, text};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::refusal::Refusal;
use crate::server::Server;
use crate::visit::{Visit, WhichQuery, stage_of};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// schools, indicator, classes, findings or parameters
    pub view: String,
    /// The indicator, for `view=indicator`.
    pub indicator: Option<String>,
    pub stage: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LangQuery {
    /// zh or en
    pub lang: Option<String>,
}

/// The table of a page as .xlsx; codes are text, and no cell is a formula.
#[utoipa::path(get, path = "/api/export", params(ExportQuery, LangQuery, WhichQuery), responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = [u8]), (status = "4XX", body = Refusal)))]
pub async fn export(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .download(visit, |work, visit| {
            let asked: ExportQuery = visit.query()?;
            let kept = work.kept(&visit.which()?)?;
            let stage = stage_of(asked.stage.as_deref())?;
            let view = match (asked.view.as_str(), asked.indicator) {
                ("schools", _) => ExportView::Schools,
                ("indicator", Some(indicator)) => ExportView::Indicator { indicator, stage },
                ("classes", _) => ExportView::Classes,
                ("findings", _) => ExportView::Findings,
                ("parameters", _) => ExportView::Parameters,
                (other, _) => {
                    return Err(app::Failure::wrong_use(
                        text!("不能导出“{other}”", "`{other}` cannot be exported"),
                        text!(
                            "view 可以是 schools、indicator（并给出 indicator）、classes、findings、parameters",
                            "view can be schools, indicator (with an indicator), classes, findings or parameters"
                        ),
                    ));
                }
            };
            app::export_view(&work.library, &work.home, (&work.viewer, &kept), &view, lang(visit)?)
        })
        .await
}

/// The official tables of the pack.
#[utoipa::path(get, path = "/api/reports/tables", params(LangQuery, WhichQuery), responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = [u8]), (status = "4XX", body = Refusal)))]
pub async fn tables(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server.download(visit, |work, visit| app::export_tables(&work.viewer, &work.kept(&visit.which()?)?, lang(visit)?)).await
}

/// The 核查报告 of a school.
#[utoipa::path(get, path = "/api/reports/school/{code}", params(("code" = String, Path), LangQuery, WhichQuery), responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = [u8]), (status = "4XX", body = Refusal)))]
pub async fn school_report(Shared(server): Shared<Arc<Server>>, Path(code): Path<String>, visit: Visit) -> Response {
    server
        .download(visit, move |work, visit| {
            let kept = work.kept(&visit.which()?)?;
            app::export_school(&work.home, &work.viewer, &kept, &code, lang(visit)?)
        })
        .await
}

fn lang(visit: &Visit) -> Result<Lang, app::Failure> {
    let asked: LangQuery = visit.query()?;
    Ok(if asked.lang.as_deref() == Some("en") { Lang::En } else { Lang::Zh })
}
