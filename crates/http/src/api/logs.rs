//! `/api/logs`: who came in, looked, exported; `/api/approvals`: leave for exports.

use std::sync::Arc;

use app::LogAsked;
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::session::answer;
use crate::gate::Who;
use crate::refusal::{Refusal, json_of};
use crate::server::Server;
use crate::shape::Words;
use crate::visit::Visit;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// Of one account.
    pub person: Option<String>,
    /// `look`, `export`, `login` …
    pub act: Option<String>,
    /// Of one case, account or approval.
    pub about: Option<String>,
    /// From this moment on: `2026-03-01`.
    pub from: Option<String>,
    /// Before this moment.
    pub before: Option<String>,
    /// Lines before this number: the next page.
    pub older_than: Option<i64>,
    pub limit: Option<u32>,
}

/// The log, the latest first: all of it for the audit administrator, looks at pupils' records for the disciplinary inspector.
#[utoipa::path(get, path = "/api/logs", params(LogQuery), responses((status = 200, body = Logs), (status = "4XX", body = Refusal)))]
pub async fn logs(Shared(server): Shared<Arc<Server>>, who: Who, visit: Visit) -> Response {
    let read = server.at_ledger(move |ledger| {
        let asked: LogQuery = visit.query()?;
        let given = |words: Option<String>| words.filter(|words| !words.trim().is_empty());
        let limit = asked.limit.unwrap_or(200);
        let asked = LogAsked {
            person: given(asked.person),
            act: given(asked.act),
            about: given(asked.about),
            from: given(asked.from),
            before: given(asked.before),
            older_than: asked.older_than,
            limit,
        };
        let lines = app::read_traces(ledger, &who.viewer, &asked)?;
        let line = |trace: app::Trace| LogLine {
            no: trace.no,
            at: trace.at,
            person: trace.person,
            act_title: app::act_title(&trace.act).into(),
            act: trace.act,
            about: trace.about,
            words: trace.words,
        };
        Ok(Logs { lines: lines.into_iter().map(line).collect() })
    });
    answer(read.await)
}

/// Requests for leave to export: one's own, or all for those who decide.
#[utoipa::path(get, path = "/api/approvals", responses((status = 200, body = Approvals), (status = "4XX", body = Refusal)))]
pub async fn approvals(Shared(server): Shared<Arc<Server>>, who: Who) -> Response {
    let listed = server.at_ledger(move |ledger| {
        let all = app::list_approvals(ledger, &who.viewer)?;
        Ok(Approvals { approvals: all.into_iter().map(Approval::from).collect() })
    });
    answer(listed.await)
}

/// Asks for leave to export the ledger of a procedure. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/approvals", request_body = ApprovalBody, responses((status = 200, body = Approval), (status = "4XX", body = Refusal)))]
pub async fn ask_approval(Shared(server): Shared<Arc<Server>>, who: Who, body: Bytes) -> Response {
    let body: ApprovalBody = match json_of(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let asked = server.at_ledger(move |ledger| {
        app::ask_approval(ledger, &who.viewer, &body.procedure, &body.reason, &app::random()?).map(Approval::from)
    });
    answer(asked.await)
}

/// Gives leave, or declines it. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/approvals/{id}", params(("id" = String, Path)), request_body = DecisionBody, responses((status = 200, body = Approval), (status = "4XX", body = Refusal)))]
pub async fn decide_approval(Shared(server): Shared<Arc<Server>>, who: Who, Path(id): Path<String>, body: Bytes) -> Response {
    let body: DecisionBody = match json_of(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let decided = server.at_ledger(move |ledger| app::decide_approval(ledger, &who.viewer, &id, body.give).map(Approval::from));
    answer(decided.await)
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Logs {
    pub lines: Vec<LogLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LogLine {
    pub no: u64,
    pub at: String,
    pub person: String,
    pub act: String,
    pub act_title: Words,
    pub about: String,
    pub words: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Approvals {
    pub approvals: Vec<Approval>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Approval {
    pub id: String,
    pub person: String,
    pub at: String,
    /// The procedure.
    pub procedure: String,
    pub reason: String,
    /// asked, given, declined
    pub state: String,
    pub decided_by: Option<String>,
    pub decided: Option<String>,
    pub until: Option<String>,
}

impl From<app::Approval> for Approval {
    fn from(approval: app::Approval) -> Approval {
        let app::Approval { id, person, at, part, reason, state, decided_by, decided, until, .. } = approval;
        Approval { id, person, at, procedure: part, reason, state, decided_by, decided, until }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ApprovalBody {
    pub procedure: String,
    pub reason: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DecisionBody {
    pub give: bool,
}
