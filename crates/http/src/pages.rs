use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use include_dir::{Dir, include_dir};

use crate::body::Body;
use crate::refusal::Refusal;
use crate::server::Server;
use crate::visit::Visit;

/// The console as it was built, or the notice that it was not.
static PAGES: Dir<'_> = include_dir!("$OUT_DIR/pages");

/// Everything outside `/api`: the files of the console.
pub async fn page(State(server): State<Arc<Server>>, visit: Visit) -> Response {
    let address = visit.address();
    let path = address.split(['?', '#']).next().unwrap_or("/").trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let make = || {
        let file = PAGES.get_file(path)?;
        // Vite puts a hash of the content into the names of what lies in `assets`.
        let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        Some(Body::of(file.contents().to_vec(), content_type(path), caching))
    };
    match server.page(path, make) {
        Some(body) => body.answer(&visit),
        None => Refusal::no_such_page().into_response(),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
