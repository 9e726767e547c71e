//! `/api/statements`: what one has to report on fixed days, making a statement, and drawing the sample; `/api/hand-overs`:
//! what is offered, and receipts; `/api/duty/sync`: cases from the latest evaluation; `/api/cases/table`: many at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::{DutyAsked, StatementAsked};
use axum::body::Bytes;
use axum::extract::{Multipart, State as Shared};
use axum::response::{IntoResponse, Response};
use facts::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::case::{Acted, DeedForm, FieldLine, Named, named};
use super::cases::{CaseLine, OpeningBody};
use super::session::answer;
use crate::evidence;
use crate::gate::Who;
use crate::refusal::{Refusal, json_of};
use crate::server::Server;
use crate::shape::Words;

/// What one may state now, what is due first.
#[utoipa::path(get, path = "/api/statements", responses((status = 200, body = Statements), (status = "4XX", body = Refusal)))]
pub async fn statements(Shared(server): Shared<Arc<Server>>, who: Who) -> Response {
    let made = server.at_ledger(move |ledger| {
        let due = app::statements_due(ledger, &who.viewer)?;
        Ok(Statements {
            person: who.viewer.person.clone(),
            today: ledger.time().chars().take(10).collect(),
            statements: due.into_iter().map(StatementLine::from).collect(),
        })
    });
    answer(made.await)
}

/// Makes a statement: the part `deed` is a `StatementBody`, each further part evidence, named by its kind. What comes a second
/// time with the same key is answered as the first time and not made again. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/statements", request_body(content = DeedForm, content_type = "multipart/form-data"), responses((status = 200, body = Acted), (status = "4XX", body = Refusal)))]
pub async fn make_statement(Shared(server): Shared<Arc<Server>>, who: Who, form: Multipart) -> Response {
    let (body, brought): (StatementBody, _) = match evidence::receive(&server, form).await {
        Ok(received) => received,
        Err(refusal) => return refusal.into_response(),
    };
    let statement = StatementAsked {
        procedure: body.procedure,
        routine: body.routine,
        period: body.period,
        unit: Some(body.unit),
        key: body.key,
    };
    let asked = DutyAsked { by: body.by, set: body.fields, evidence: brought.evidence(), ..DutyAsked::default() };
    let made = server.at_ledger(move |ledger| {
        let acted = app::state_duty(ledger, &who.viewer, &statement, &asked);
        drop(brought);
        acted.map(Acted::from)
    });
    answer(made.await)
}

/// Draws the statements of a period that are looked at again, with a seed made known after its last day. Wants the header
/// `x-junheng: 1`.
#[utoipa::path(post, path = "/api/statements/draw", request_body = DrawBody, responses((status = 200, body = DrawnStatements), (status = "4XX", body = Refusal)))]
pub async fn draw_statements(Shared(server): Shared<Arc<Server>>, who: Who, body: Bytes) -> Response {
    let body: DrawBody = match json_of(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let made = server.at_ledger(move |ledger| {
        let DrawBody { procedure, routine, period, seed, by } = body;
        let statement = StatementAsked { procedure, routine, period, ..StatementAsked::default() };
        let drawn = app::draw_duty(ledger, &who.viewer, &statement, &seed, &DutyAsked { by, ..DutyAsked::default() })?;
        Ok(DrawnStatements {
            period: drawn.period,
            seed: drawn.seed,
            units: drawn.units,
            drawn: drawn.drawn.into_iter().map(|(name, case)| DrawnUnit { name, case }).collect(),
        })
    });
    answer(made.await)
}

/// Hand-overs that wait for one's signature, and the receipts of those that were answered.
#[utoipa::path(get, path = "/api/hand-overs", responses((status = 200, body = HandOvers), (status = "4XX", body = Refusal)))]
pub async fn hand_overs(Shared(server): Shared<Arc<Server>>, who: Who) -> Response {
    let made = server.at_ledger(move |ledger| {
        let found = app::hand_overs(ledger, &who.viewer)?;
        Ok(HandOvers { hand_overs: found.into_iter().map(HandOverLine::from).collect() })
    });
    answer(made.await)
}

/// Opens, closes and re-opens cases by the latest evaluation of every county. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/duty/sync", responses((status = 200, body = DutySynced), (status = "4XX", body = Refusal)))]
pub async fn sync_duties(Shared(server): Shared<Arc<Server>>, who: Who) -> Response {
    let work = server.work_now();
    let made = server.at_new_ledger(move |ledger| {
        let synced = app::sync_from_page(&work.library, ledger, &who.viewer, &work.home)?;
        let lines = |changes: Vec<app::Change>| -> Vec<DutyChange> {
            changes.into_iter().map(|change| DutyChange { case: change.case, label: change.label, words: change.words }).collect()
        };
        Ok(DutySynced {
            as_of: synced.as_of.map(|day| day.to_string()),
            still: synced.still,
            unknown: synced.unknown,
            opened: lines(synced.opened),
            reopened: lines(synced.reopened),
            closed: lines(synced.closed),
            escalated: lines(synced.escalated),
        })
    });
    answer(made.await)
}

/// Opens a case for each row of a table: the part `deed` is an `OpeningBody` whose words stand for what a row leaves out, the
/// part `table` a CSV or a workbook. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/cases/table", request_body(content = DeedForm, content_type = "multipart/form-data"), responses((status = 200, body = TableOpened), (status = "4XX", body = Refusal)))]
pub async fn open_table(Shared(server): Shared<Arc<Server>>, who: Who, form: Multipart) -> Response {
    let (body, brought): (OpeningBody, _) = match evidence::receive(&server, form).await {
        Ok(received) => received,
        Err(refusal) => return refusal.into_response(),
    };
    let (opening, asked) = body.asked();
    let made = server.at_ledger(move |ledger| {
        let Some(table) = brought.path("table") else {
            return Err(app::Failure::wrong_use(
                text!("没有附上表", "no table came along"),
                text!("选一个 CSV 或 Excel 文件，表头是栏目", "choose a CSV or a workbook whose headings are the fields"),
            ));
        };
        let rows = app::open_table(ledger, &who.viewer, &opening, &table, &asked)?;
        drop(brought);
        let line = |row: app::RowOpened| TableRow {
            line: row.line,
            words: row.words().into(),
            case: row.outcome.ok().map(|acted| acted.case),
        };
        Ok(TableOpened { rows: rows.into_iter().map(line).collect() })
    });
    answer(made.await)
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Statements {
    /// Who asks; what is kept on a telephone belongs to them alone.
    pub person: String,
    pub today: String,
    pub statements: Vec<StatementLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StatementLine {
    pub procedure: String,
    pub routine: String,
    pub title: Words,
    pub article: Words,
    /// The month in which it falls due: `2026-03`.
    pub period: String,
    pub begins: String,
    pub due: String,
    pub overdue: bool,
    pub fields: Vec<FieldLine>,
    pub lists: Vec<PointList>,
    pub needs: Vec<Named>,
    /// The field that says how many: 0 makes it a zero report.
    pub counts: Option<String>,
    pub sums: Vec<StatementSum>,
    pub units: Vec<UnitLine>,
}

/// A total and the numbers that must add up to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementSum {
    pub total: String,
    pub parts: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PointList {
    pub title: Words,
    pub points: Vec<FieldLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UnitLine {
    pub code: String,
    pub name: String,
    /// The case of its statement, once made.
    pub case: Option<String>,
}

impl From<app::StatementDue> for StatementLine {
    fn from(due: app::StatementDue) -> StatementLine {
        let fields = |fields: Vec<app::FieldShown>| fields.into_iter().map(FieldLine::from).collect();
        StatementLine {
            procedure: due.procedure,
            routine: due.routine,
            title: due.title.into(),
            article: due.article.into(),
            period: due.period,
            begins: due.begins.to_string(),
            due: due.due.to_string(),
            overdue: due.overdue,
            fields: fields(due.fields),
            lists: due
                .lists
                .into_iter()
                .map(|(title, points)| PointList { title: title.into(), points: fields(points) })
                .collect(),
            needs: named(due.needs),
            counts: due.counts,
            sums: due.sums.into_iter().map(|(total, parts)| StatementSum { total, parts }).collect(),
            units: due.units.into_iter().map(|unit| UnitLine { code: unit.code, name: unit.name, case: unit.case }).collect(),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct StatementBody {
    pub procedure: String,
    pub routine: String,
    pub period: String,
    /// The unit of which it tells.
    pub unit: String,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The sender's own word for this statement: the same each time that it is sent.
    pub key: Option<String>,
    /// Who acts, in a home without accounts.
    pub by: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DrawBody {
    pub procedure: String,
    pub routine: String,
    pub period: String,
    pub seed: String,
    /// Who acts, in a home without accounts.
    pub by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawnStatements {
    pub period: String,
    pub seed: String,
    /// Of how many units.
    pub units: usize,
    pub drawn: Vec<DrawnUnit>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawnUnit {
    pub name: String,
    /// Nothing where the unit has not stated anything.
    pub case: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HandOvers {
    pub hand_overs: Vec<HandOverLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HandOverLine {
    #[serde(flatten)]
    pub line: CaseLine,
    pub receipt: String,
    pub from: String,
    pub to: Words,
    pub reason: String,
    pub at: String,
    /// Whether one may sign for it.
    pub mine: bool,
    pub answer: Option<HandOverAnswer>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HandOverAnswer {
    pub at: String,
    pub by: String,
    pub taken: bool,
    pub reason: String,
}

impl From<app::HandOver> for HandOverLine {
    fn from(one: app::HandOver) -> HandOverLine {
        HandOverLine {
            receipt: one.receipt,
            from: one.from,
            to: one.to.into(),
            reason: one.reason,
            at: one.at,
            mine: one.mine,
            answer: one.answer.map(|answer| HandOverAnswer {
                at: answer.at,
                by: answer.by,
                taken: answer.taken,
                reason: answer.reason,
            }),
            line: one.line.into(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DutySynced {
    /// The day of the data; nothing where no procedure follows data.
    pub as_of: Option<String>,
    pub opened: Vec<DutyChange>,
    pub reopened: Vec<DutyChange>,
    pub closed: Vec<DutyChange>,
    pub escalated: Vec<DutyChange>,
    /// Still shown by newer data.
    pub still: usize,
    /// Of which the data do not say enough.
    pub unknown: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DutyChange {
    pub case: String,
    pub label: String,
    pub words: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TableOpened {
    pub rows: Vec<TableRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TableRow {
    pub line: usize,
    pub words: Words,
    pub case: Option<String>,
}
