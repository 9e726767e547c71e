//! `/api/desk`, `/api/cases`, `/api/procedures`: what somebody has to do, the ledger, and opening a case by hand.

use std::sync::Arc;

use app::{CaseLine as Line, CasesAsked, DutyAsked, DutyOpening};
use axum::extract::{Multipart, State as Shared};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use facts::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::case::{Acted, DeedForm, FieldLine, FileLine, Named, named};
use super::session::answer;
use crate::evidence;
use crate::gate::Who;
use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::Words;
use crate::visit::{Visit, percent_encoded};

/// What somebody has to do: first what is due, never a ranking.
#[utoipa::path(get, path = "/api/desk", responses((status = 200, body = Desk), (status = "4XX", body = Refusal)))]
pub async fn desk(Shared(server): Shared<Arc<Server>>, who: Who) -> Response {
    let made = server.at_ledger(move |ledger| {
        let desk = app::my_work(ledger, &who.viewer)?;
        Ok(Desk {
            practice: ledger.is_practice(),
            now: ledger.time(),
            mine: desk.mine.into_iter().map(CaseLine::from).collect(),
            mine_total: desk.mine_total,
            inbox: (desk.inbox.into_iter())
                .map(|offered| Offered { line: offered.line.into(), from: offered.from, reason: offered.reason })
                .collect(),
            told: desk.told.into_iter().map(CaseLine::from).collect(),
            open: desk.open,
            paused: desk.paused,
            overdue: desk.all_overdue,
            closed: desk.closed,
            relapsed: desk.relapsed,
        })
    });
    answer(made.await)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CasesQuery {
    pub procedure: Option<String>,
    /// open, paused, closed, or unclosed for the first two
    pub status: Option<String>,
    /// The beginning of a division code.
    pub division: Option<String>,
    pub school: Option<String>,
    /// In the number, what it is about, or the problem.
    pub words: Option<String>,
    pub overdue: Option<bool>,
    pub relapsed: Option<bool>,
    /// Only what one's own role answers for.
    pub mine: Option<bool>,
    pub offset: Option<u32>,
    pub limit: Option<u32>,
    /// The language of a workbook: zh or en.
    pub lang: Option<String>,
}

/// The ledger, a page at a time, what is due first.
#[utoipa::path(get, path = "/api/cases", params(CasesQuery), responses((status = 200, body = Cases), (status = "4XX", body = Refusal)))]
pub async fn cases(Shared(server): Shared<Arc<Server>>, who: Who, visit: Visit) -> Response {
    let made = server.at_ledger(move |ledger| {
        let page = app::list_cases(ledger, &who.viewer, &asked(visit.query()?))?;
        let values = page.values.into_iter().map(|values| LedgerValues {
            values: values.fields,
            papers: values
                .papers
                .into_iter()
                .map(|(title, number)| FileLine { title: title.into(), name: number.clone(), file: number })
                .collect(),
        });
        Ok(Cases {
            practice: ledger.is_practice(),
            total: page.total,
            rows_max: page.rows_max,
            columns: named(page.columns),
            values: values.collect(),
            cases: page.cases.into_iter().map(CaseLine::from).collect(),
        })
    });
    answer(made.await)
}

/// The ledger of a procedure as .xlsx. Where it concerns persons, leave must have been given; the export is written down.
#[utoipa::path(get, path = "/api/export/cases", params(CasesQuery), responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = [u8]), (status = "4XX", body = Refusal)))]
pub async fn export_cases(Shared(server): Shared<Arc<Server>>, who: Who, visit: Visit) -> Response {
    let made = server.at_ledger(move |ledger| {
        let query: CasesQuery = visit.query()?;
        let lang = if query.lang.as_deref() == Some("en") { Lang::En } else { Lang::Zh };
        app::export_cases(ledger, &who.viewer, &asked(query), lang)
    });
    match made.await {
        Ok(workbook) => handed_out(&workbook.name, WORKBOOK, workbook.bytes),
        Err(refusal) => refusal.into_response(),
    }
}

/// What a workbook is called by programs.
pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file to be saved under its name, never shown by the browser itself.
pub fn handed_out(name: &str, kind: &str, bytes: Vec<u8>) -> Response {
    let named = format!("attachment; filename*=UTF-8''{}", percent_encoded(name));
    let headers = [(CONTENT_TYPE, kind.to_string()), (CONTENT_DISPOSITION, named), (CACHE_CONTROL, "no-store".to_string())];
    (headers, bytes).into_response()
}

/// The procedures that there are, with what a case wants that is opened by hand.
#[utoipa::path(get, path = "/api/procedures", responses((status = 200, body = Procedures), (status = "4XX", body = Refusal)))]
pub async fn procedures(Shared(server): Shared<Arc<Server>>, who: Who) -> Response {
    let made = server.at_ledger(move |ledger| {
        let listed = app::list_procedures(ledger, &who.viewer)?;
        let line = |one: app::ProcedureShown| Procedure {
            id: one.id,
            title: one.title.into(),
            subject: one.subject.into(),
            may_open: one.may_open,
            personal: one.personal,
            breaks_down: one.breaks_down,
            fields: one.fields.into_iter().map(FieldLine::from).collect(),
            needs: named(one.needs),
        };
        Ok(Procedures { procedures: listed.into_iter().map(line).collect() })
    });
    answer(made.await)
}

/// Opens a case by hand: the part `deed` is an `OpeningBody`, each further part evidence, named by its kind. Wants the header
/// `x-junheng: 1`.
#[utoipa::path(post, path = "/api/cases", request_body(content = DeedForm, content_type = "multipart/form-data"), responses((status = 200, body = Acted), (status = "4XX", body = Refusal)))]
pub async fn open_case(Shared(server): Shared<Arc<Server>>, who: Who, form: Multipart) -> Response {
    let (body, brought): (OpeningBody, _) = match evidence::receive(&server, form).await {
        Ok(received) => received,
        Err(refusal) => return refusal.into_response(),
    };
    let (opening, asked) = body.asked();
    let asked = DutyAsked { evidence: brought.evidence(), ..asked };
    let made = server.at_ledger(move |ledger| {
        let acted = app::open_case(ledger, &who.viewer, &opening, &asked);
        // Kept under its hash by now, or refused: the folder goes.
        drop(brought);
        acted.map(Acted::from)
    });
    answer(made.await)
}

fn asked(query: CasesQuery) -> CasesAsked {
    let given = |words: Option<String>| words.map(|words| words.trim().to_string()).filter(|words| !words.is_empty());
    CasesAsked {
        procedure: given(query.procedure),
        status: given(query.status),
        division: given(query.division),
        school: given(query.school),
        words: given(query.words),
        overdue: query.overdue == Some(true),
        relapsed: query.relapsed == Some(true),
        mine: query.mine == Some(true),
        offset: query.offset.unwrap_or(0),
        limit: query.limit.unwrap_or(0),
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Desk {
    /// Whether the ledger is one for practice.
    pub practice: bool,
    pub now: String,
    pub mine: Vec<CaseLine>,
    pub mine_total: u64,
    /// Offered, and not yet signed for.
    pub inbox: Vec<Offered>,
    /// What others are late with and this role is told of.
    pub told: Vec<CaseLine>,
    /// Of all cases that may be seen.
    pub open: u64,
    pub paused: u64,
    pub overdue: u64,
    pub closed: u64,
    pub relapsed: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Offered {
    #[serde(flatten)]
    pub line: CaseLine,
    pub from: String,
    pub reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Cases {
    pub practice: bool,
    pub total: u64,
    /// How many may be seen at once.
    pub rows_max: u32,
    /// The procedure's own columns, where one is chosen that is about no persons.
    pub columns: Vec<Named>,
    /// What stands in them, case by case.
    pub values: Vec<LedgerValues>,
    pub cases: Vec<CaseLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerValues {
    pub values: Vec<String>,
    pub papers: Vec<FileLine>,
}

/// A case as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseLine {
    pub case: String,
    pub procedure: String,
    pub title: Words,
    pub label: String,
    pub division: String,
    pub school: Option<String>,
    /// open, paused, closed
    pub status: String,
    pub status_title: Words,
    /// The steps that come next.
    pub step: Words,
    pub owner: Words,
    pub owner_person: Option<String>,
    pub round: u64,
    pub due: Option<String>,
    pub overdue: bool,
    pub opened: String,
    pub moved: String,
    pub closed: Option<String>,
    pub finding: String,
}

impl From<Line> for CaseLine {
    fn from(line: Line) -> CaseLine {
        let row = line.row;
        CaseLine {
            status_title: app::status_title(&row.status).into(),
            title: line.title.into(),
            step: line.step_title.into(),
            owner: line.owner_title.into(),
            overdue: line.overdue,
            case: row.case,
            procedure: row.procedure,
            label: row.label,
            division: row.division,
            school: row.school,
            status: row.status,
            owner_person: row.owner_person,
            round: row.round,
            due: row.due,
            opened: row.opened,
            moved: row.moved,
            closed: row.closed,
            finding: row.finding,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Procedures {
    pub procedures: Vec<Procedure>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Procedure {
    pub id: String,
    pub title: Words,
    /// What one case is about.
    pub subject: Words,
    pub may_open: bool,
    /// Whether its cases are about persons.
    pub personal: bool,
    /// Whether each case names who answers for it: a document broken into duties.
    pub breaks_down: bool,
    /// Filled in when a case is opened by hand.
    pub fields: Vec<FieldLine>,
    pub needs: Vec<Named>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct OpeningBody {
    pub procedure: String,
    pub label: String,
    pub division: String,
    pub school: Option<String>,
    pub finding: String,
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, String>,
    /// Who acts, in a home without accounts.
    pub by: Option<String>,
}

impl OpeningBody {
    /// What is opened, and what is said by whom; evidence comes beside it.
    pub fn asked(self) -> (DutyOpening, DutyAsked) {
        let OpeningBody { procedure, label, division, school, finding, fields, by } = self;
        (DutyOpening { procedure, label, division, school, finding }, DutyAsked { by, set: fields, ..DutyAsked::default() })
    }
}
