//! `/api/report`: the page of the public. No account, no cookie; nothing else of the server is reached from it, and it tells
//! nothing but what kinds there are, a receipt, and how far a case with a receipt is.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::ReportSent;
use axum::body::Bytes;
use axum::extract::{Multipart, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use facts::{Text, text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::case::{FieldLine, FieldValue, Named, named};
use super::session::answer;
use crate::evidence::{self, Limits};
use crate::gate::Who;
use crate::refusal::{Refusal, json_of};
use crate::server::Server;
use crate::shape::Words;

/// What can be reported, about which places, with what files.
#[utoipa::path(get, path = "/api/report", responses((status = 200, body = ReportForm), (status = "4XX", body = Refusal)))]
pub async fn report_form(Shared(server): Shared<Arc<Server>>) -> Response {
    let made = server.at_ledger(|ledger| {
        let form = app::report_form(ledger)?;
        let kind = |kind: app::ReportKind| ReportKind {
            id: kind.id,
            title: kind.title.into(),
            fields: kind.fields.into_iter().map(FieldLine::from).collect(),
            files: named(kind.files),
        };
        Ok(ReportForm {
            kinds: form.kinds.into_iter().map(kind).collect(),
            places: form.places.into_iter().map(|(code, name)| ReportPlace { code, name }).collect(),
            files_max: form.rules.files_max,
            megabytes_max: form.rules.megabytes_max,
            words_max: form.rules.words_max,
        })
    });
    match made.await {
        Ok(form) => answer(Ok(form)),
        Err(_) => closed().into_response(),
    }
}

/// Takes a report in: the part `deed` is a `ReportBody`, each further part a file, named by its kind. Gives a receipt, shown
/// this once. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/report", request_body(content = ReportParts, content_type = "multipart/form-data"), responses((status = 200, body = ReportTaken), (status = "4XX", body = Refusal)))]
pub async fn take_report(Shared(server): Shared<Arc<Server>>, who: Who, form: Multipart) -> Response {
    let Ok(rules) = server.at_ledger(|ledger| Ok(app::report_form(ledger)?.rules)).await else {
        return closed().into_response();
    };
    if !server.reports.may(&who.address, rules.per_hour, rules.per_hour_all) {
        return too_often().into_response();
    }
    let limits = Limits { bytes: u64::from(rules.megabytes_max) << 20, files: rules.files_max, only_media: true };
    let (body, brought): (ReportBody, _) = match evidence::receive_within(&server, &server.reports.slots, limits, form).await {
        Ok(received) => received,
        Err(refusal) => return refusal.into_response(),
    };
    let asked = ReportSent { kind: body.kind, place: body.place, fields: body.fields, files: brought.evidence() };
    let made = server.at_ledger(move |ledger| {
        let receipt = app::take_report(ledger, &asked);
        drop(brought);
        Ok(ReportTaken { receipt: receipt? })
    });
    answer(made.await)
}

/// How far the case is that belongs to a receipt. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/report/receipt", request_body = ReceiptBody, responses((status = 200, body = ReceiptState), (status = "4XX", body = Refusal)))]
pub async fn report_state(Shared(server): Shared<Arc<Server>>, who: Who, body: Bytes) -> Response {
    let body: ReceiptBody = match json_of(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let Ok(rules) = server.at_ledger(|ledger| Ok(app::report_form(ledger)?.rules)).await else {
        return closed().into_response();
    };
    if !server.receipts.may(&who.address, rules.queries_per_hour, rules.queries_per_hour_all) {
        return too_often().into_response();
    }
    let made = server.at_ledger(move |ledger| {
        let found = app::ask_with_receipt(ledger, &body.receipt)?;
        Ok(ReceiptState {
            title: (&found.title).into(),
            state: state_of(&found).into(),
            opened: found.opened,
            moved: found.moved,
            fields: found.fields.into_iter().map(|(title, value)| FieldValue { title: title.into(), value }).collect(),
        })
    });
    answer(made.await)
}

fn state_of(found: &app::Receipted) -> Text {
    match found.status {
        "closed" => text!("已办结", "finished"),
        "paused" => text!("中止", "paused"),
        _ => text!("正在办理", "under way"),
    }
}

fn closed() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        text!("这里还不能受理", "nothing is taken in here yet"),
        text!("请打教育局公布的举报电话", "please call the number that the bureau has made known"),
    )
}

fn too_often() -> Refusal {
    Refusal::new(
        StatusCode::TOO_MANY_REQUESTS,
        text!("提交太频繁", "too many from this address"),
        text!(
            "过一小时再试，或打教育局公布的举报电话",
            "try again in an hour, or call the number that the bureau has made known"
        ),
    )
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReportForm {
    pub kinds: Vec<ReportKind>,
    /// The county, then its schools.
    pub places: Vec<ReportPlace>,
    pub files_max: usize,
    pub megabytes_max: u32,
    /// Characters in one field.
    pub words_max: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReportKind {
    pub id: String,
    pub title: Words,
    pub fields: Vec<FieldLine>,
    /// Kinds of files that are taken; photos, PDF, sound and film only.
    pub files: Vec<Named>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReportPlace {
    pub code: String,
    pub name: String,
}

/// The parts of a report.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it only describes the form in the OpenAPI document; the parts are read as they come")]
pub struct ReportParts {
    /// A `ReportBody` as JSON.
    deed: String,
    /// Files, each part named by its kind.
    #[schema(value_type = Vec<String>, format = Binary)]
    kind: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReportBody {
    pub kind: String,
    /// A code of the form's places.
    pub place: String,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReportTaken {
    /// With it, and only with it, one can ask how far the case is. It is kept nowhere.
    pub receipt: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReceiptBody {
    pub receipt: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptState {
    pub title: Words,
    pub state: Words,
    pub opened: String,
    pub moved: String,
    /// What the procedure shows to whoever holds the receipt.
    pub fields: Vec<FieldValue>,
}
