//! One file a page or act, one line in [`router`]; the OpenAPI document follows from the same list.

mod board;
mod board_rows;
mod board_shape;
mod classes;
mod excerpt;
mod exports;
mod figure;
mod imports;
mod indicator;
mod indicators;
mod map;
mod packs;
mod parameter;
mod school;
mod schools;
mod spread;
mod state;
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
    info(
        title = "Junheng 均衡",
        description = "Facts, standards and outcomes of balanced compulsory education in a county. Every message is given in Chinese and in English; every refusal is a `Refusal`."
    )
)]
struct Document;

/// Everything under `/api`, in alphabetical order of the modules.
pub fn router() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(board::board))
        .routes(routes!(classes::classes))
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
        .routes(routes!(map::map))
        .routes(routes!(packs::packs))
        .routes(routes!(school::school))
        .routes(routes!(schools::schools))
        .routes(routes!(state::state))
        .routes(routes!(what_if::what_if))
}
