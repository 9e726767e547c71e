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
    // Each of these is a page of its own that knows nothing of the others.
    let path = match path {
        "" => "index.html",
        "report" => REPORT,
        "visit" => "visit.html",
        path => path,
    };
    answered(&server, &visit, path)
}

/// The page of the public.
const REPORT: &str = "report.html";

/// The files of the page of the public, and no others: whoever comes by its own address finds nothing else there.
pub async fn public_page(State(server): State<Arc<Server>>, visit: Visit) -> Response {
    let address = visit.address();
    let path = address.split(['?', '#']).next().unwrap_or("/").trim_start_matches('/');
    if matches!(path, "" | "report") {
        return answered(&server, &visit, REPORT);
    }
    let page = PAGES.get_file(REPORT).and_then(|file| file.contents_utf8()).unwrap_or_default();
    if path.len() > 1 && page.contains(&format!("\"./{path}\"")) {
        return answered(&server, &visit, path);
    }
    Refusal::no_such_page().into_response()
}

fn answered(server: &Server, visit: &Visit, path: &str) -> Response {
    let make = || {
        let file = PAGES.get_file(path)?;
        // Vite puts a hash of the content into the names of what lies in `assets`.
        let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        Some(Body::of(file.contents().to_vec(), content_type(path), caching))
    };
    match server.page(path, make) {
        Some(body) => body.answer(visit),
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
