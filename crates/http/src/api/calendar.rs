//! `/api/calendar`: what is due on which day of a month; `/api/closeouts`: cases by township, opened, closed, come back.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use facts::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::case::Named;
use super::cases::{CaseLine, WORKBOOK, handed_out};
use super::session::answer;
use crate::gate::Who;
use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::Words;
use crate::visit::Visit;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MonthQuery {
    /// `2026-03`; this month where none is given.
    pub month: Option<String>,
    /// The language of a workbook: zh or en.
    pub lang: Option<String>,
}

/// A month: days off and on, reports on fixed days, and cases that fall due, as far as one may see them.
#[utoipa::path(get, path = "/api/calendar", params(MonthQuery), responses((status = 200, body = Calendar), (status = "4XX", body = Refusal)))]
pub async fn calendar(Shared(server): Shared<Arc<Server>>, who: Who, visit: Visit) -> Response {
    let made = server.at_ledger(move |ledger| {
        let query: MonthQuery = visit.query()?;
        app::duty_month(ledger, &who.viewer, given(query.month).as_deref()).map(Calendar::from)
    });
    answer(made.await)
}

/// The month as .xlsx; of cases about persons the number alone.
#[utoipa::path(get, path = "/api/export/calendar", params(MonthQuery), responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = [u8]), (status = "4XX", body = Refusal)))]
pub async fn export_calendar(Shared(server): Shared<Arc<Server>>, who: Who, visit: Visit) -> Response {
    let made = server.at_ledger(move |ledger| {
        let query: MonthQuery = visit.query()?;
        let lang = lang_of(query.lang.as_deref());
        app::export_month(ledger, &who.viewer, given(query.month).as_deref(), lang)
    });
    match made.await {
        Ok(workbook) => handed_out(&workbook.name, WORKBOOK, workbook.bytes),
        Err(refusal) => refusal.into_response(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CloseoutQuery {
    /// One procedure; all that are no mere reports where none is given.
    pub procedure: Option<String>,
    /// The language of a workbook: zh or en.
    pub lang: Option<String>,
}

/// Cases by township, in the order of the division codes: no ranking.
#[utoipa::path(get, path = "/api/closeouts", params(CloseoutQuery), responses((status = 200, body = Closeouts), (status = "4XX", body = Refusal)))]
pub async fn closeouts(Shared(server): Shared<Arc<Server>>, who: Who, visit: Visit) -> Response {
    let made = server.at_ledger(move |ledger| {
        let query: CloseoutQuery = visit.query()?;
        app::closeouts(ledger, &who.viewer, given(query.procedure).as_deref()).map(Closeouts::from)
    });
    answer(made.await)
}

/// The same as .xlsx.
#[utoipa::path(get, path = "/api/export/closeouts", params(CloseoutQuery), responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = [u8]), (status = "4XX", body = Refusal)))]
pub async fn export_closeouts(Shared(server): Shared<Arc<Server>>, who: Who, visit: Visit) -> Response {
    let made = server.at_ledger(move |ledger| {
        let query: CloseoutQuery = visit.query()?;
        let lang = lang_of(query.lang.as_deref());
        app::export_closeouts(ledger, &who.viewer, given(query.procedure).as_deref(), lang)
    });
    match made.await {
        Ok(workbook) => handed_out(&workbook.name, WORKBOOK, workbook.bytes),
        Err(refusal) => refusal.into_response(),
    }
}

fn given(words: Option<String>) -> Option<String> {
    words.filter(|words| !words.trim().is_empty())
}

fn lang_of(words: Option<&str>) -> Lang {
    if words == Some("en") { Lang::En } else { Lang::Zh }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Calendar {
    /// `2026-03`
    pub month: String,
    pub before: String,
    pub after: String,
    pub today: String,
    pub days: Vec<CalendarDay>,
    pub fixed: Vec<FixedLine>,
    pub cases: Vec<CaseLine>,
    pub cases_total: u64,
    /// Not closed, and due before this month.
    pub overdue_before: u64,
    /// Whether the holidays of the month are confirmed.
    pub sure: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarDay {
    pub on: String,
    /// 1 is Monday.
    pub weekday: i8,
    pub worked: bool,
    /// A working day that is off, or a weekend that is worked.
    pub exchanged: bool,
}

/// A report or a visit on a fixed day.
#[derive(Debug, Serialize, ToSchema)]
pub struct FixedLine {
    pub on: String,
    pub procedure: String,
    pub routine: String,
    pub title: Words,
    pub period: String,
    pub who: Words,
    pub units: usize,
    pub stated: usize,
    /// Drawn to be looked at again, and how many of them were.
    pub drawn: usize,
    pub checked: usize,
    /// Names of the units that have not stated anything.
    pub missing: Vec<String>,
    pub overdue: bool,
    /// Whether one may state it.
    pub mine: bool,
    /// Whether one may draw the sample.
    pub draws: bool,
}

impl From<app::Month> for Calendar {
    fn from(month: app::Month) -> Calendar {
        let name = |day: facts::Date| day.strftime("%Y-%m").to_string();
        let fixed = |app::FixedShown { fixed, mine, draws }: app::FixedShown| FixedLine {
            on: fixed.on.to_string(),
            procedure: fixed.procedure,
            routine: fixed.routine,
            title: fixed.title.into(),
            period: fixed.period,
            who: fixed.who.into(),
            units: fixed.units,
            stated: fixed.stated,
            drawn: fixed.drawn,
            checked: fixed.checked,
            missing: fixed.missing,
            overdue: fixed.overdue,
            mine,
            draws,
        };
        Calendar {
            month: name(month.from),
            before: month.from.yesterday().map(name).unwrap_or_default(),
            after: month.to.tomorrow().map(name).unwrap_or_default(),
            today: month.today.to_string(),
            days: (month.days.iter())
                .map(|day| CalendarDay {
                    on: day.on.to_string(),
                    weekday: day.on.weekday().to_monday_one_offset(),
                    worked: day.worked,
                    exchanged: day.exchanged,
                })
                .collect(),
            fixed: month.fixed.into_iter().map(fixed).collect(),
            cases: month.cases.into_iter().map(CaseLine::from).collect(),
            cases_total: month.cases_total,
            overdue_before: month.overdue_before,
            sure: month.sure,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Closeouts {
    /// Procedures that have cases.
    pub procedures: Vec<Named>,
    pub rows: Vec<CloseoutLine>,
    pub total: CloseoutCounts,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CloseoutLine {
    /// The beginning of a division code.
    pub division: String,
    pub name: String,
    #[serde(flatten)]
    pub counts: CloseoutCounts,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CloseoutCounts {
    /// All that were ever opened.
    pub opened: u64,
    pub open: u64,
    pub paused: u64,
    pub overdue: u64,
    pub closed: u64,
    /// Came back at least once.
    pub relapsed: u64,
    /// Came back, and not closed again.
    pub relapsed_open: u64,
}

impl From<app::CloseoutCounts> for CloseoutCounts {
    fn from(counts: app::CloseoutCounts) -> CloseoutCounts {
        CloseoutCounts {
            opened: counts.opened,
            open: counts.open(),
            paused: counts.paused,
            overdue: counts.overdue,
            closed: counts.closed,
            relapsed: counts.relapsed,
            relapsed_open: counts.relapsed_open,
        }
    }
}

impl From<app::Closeouts> for Closeouts {
    fn from(made: app::Closeouts) -> Closeouts {
        Closeouts {
            procedures: super::case::named(made.procedures),
            rows: (made.rows.into_iter())
                .map(|row| CloseoutLine { division: row.division, name: row.name, counts: row.counts.into() })
                .collect(),
            total: made.total.into(),
        }
    }
}
