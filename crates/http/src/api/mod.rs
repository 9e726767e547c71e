//! One file a page or act, one line in [`router`]; the OpenAPI document follows from the same list.

mod accounts;
mod board;
mod board_rows;
mod board_shape;
mod calendar;
mod case;
mod cases;
mod classes;
mod draws;
mod draws_asked;
mod draws_shape;
mod excerpt;
mod exports;
mod figure;
mod imports;
mod indicator;
mod indicators;
mod ledgers;
mod logs;
mod map;
mod packs;
mod parameter;
mod report;
mod school;
mod schools;
mod session;
mod spread;
mod state;
mod statements;
mod what_if;

pub use packs::pack;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::server::Server;

#[derive(OpenApi)]
#[openapi(
    paths(packs::pack),
    components(schemas(case::DeedBody, cases::OpeningBody)),
    info(
        title = "Junheng 均衡",
        description = "Facts, standards and outcomes of balanced compulsory education in a county. Every message is given in Chinese and in English; every refusal is a `Refusal`."
    )
)]
struct Document;

/// Everything under `/api`, in alphabetical order of the modules.
pub fn router() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(accounts::accounts, accounts::put_account))
        .routes(routes!(accounts::lock))
        .routes(routes!(accounts::reset))
        .routes(routes!(accounts::roles))
        .routes(routes!(accounts::unlock))
        .routes(routes!(board::board))
        .routes(routes!(calendar::calendar))
        .routes(routes!(calendar::closeouts))
        .routes(routes!(calendar::export_calendar))
        .routes(routes!(calendar::export_closeouts))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(case::case, case::act_on_case))
                .routes(routes!(cases::cases, cases::open_case))
                .routes(routes!(statements::open_table))
                .routes(routes!(statements::statements, statements::make_statement))
                .layer(DefaultBodyLimit::disable()),
        )
        .routes(routes!(case::case_file))
        .routes(routes!(case::look_into_vault))
        .routes(routes!(cases::desk))
        .routes(routes!(cases::export_cases))
        .routes(routes!(cases::procedures))
        .routes(routes!(classes::classes))
        .merge(OpenApiRouter::new().routes(routes!(draws::prepare_draw, draws::draws)).layer(DefaultBodyLimit::disable()))
        .merge(OpenApiRouter::new().routes(routes!(draws::try_draw)).layer(DefaultBodyLimit::disable()))
        .routes(routes!(draws::draw))
        .routes(routes!(draws::commit_draw))
        .routes(routes!(draws::draw_file))
        .routes(routes!(draws::draw_journal))
        .routes(routes!(draws::draw_paper))
        .routes(routes!(draws::draw_places))
        .routes(routes!(draws::hold_draw))
        .routes(routes!(draws::move_in_draw))
        .routes(routes!(draws::release_draw))
        .routes(routes!(draws::reveal_draw))
        .routes(routes!(excerpt::excerpt))
        .routes(routes!(exports::export))
        .routes(routes!(exports::tables))
        .routes(routes!(exports::school_report))
        .routes(routes!(figure::figure))
        .merge(OpenApiRouter::new().routes(routes!(imports::receive, imports::imports)).layer(DefaultBodyLimit::disable()))
        .routes(routes!(imports::import, imports::discard))
        .routes(routes!(imports::accept))
        .routes(routes!(imports::job_excerpt))
        .routes(routes!(indicator::indicator))
        .routes(routes!(indicators::indicators))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(ledgers::push_list, ledgers::lists_kept))
                .layer(DefaultBodyLimit::max(ledgers::LIST_BYTES_MAX)),
        )
        .routes(routes!(ledgers::decide_pair, ledgers::undo_pair))
        .routes(routes!(ledgers::list_kept))
        .routes(routes!(ledgers::ledger_pairs))
        .routes(routes!(ledgers::ledgers_shown))
        .routes(routes!(logs::approvals, logs::ask_approval))
        .routes(routes!(logs::decide_approval))
        .routes(routes!(logs::logs))
        .routes(routes!(map::map))
        .routes(routes!(packs::packs))
        .routes(routes!(school::school))
        .merge(public())
        .routes(routes!(schools::schools))
        .routes(routes!(session::end_session))
        .routes(routes!(session::password))
        .routes(routes!(session::session, session::log_in, session::log_out))
        .routes(routes!(session::sessions))
        .routes(routes!(session::offer_totp, session::set_totp, session::unset_totp))
        .routes(routes!(state::state))
        .routes(routes!(statements::draw_statements))
        .routes(routes!(statements::hand_overs))
        .routes(routes!(statements::sync_duties))
        .routes(routes!(what_if::what_if))
}

/// What the public reaches, and all of it.
pub fn public() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(report::report_form, report::take_report))
        .layer(DefaultBodyLimit::disable())
        .routes(routes!(report::report_state))
}
