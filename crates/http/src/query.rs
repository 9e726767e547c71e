//! The page where parents look up a result: a number in, the result and its reason out. It reads one signed result and nothing else; no other door
//! leads in from here.

use std::net::SocketAddr;
use std::sync::Arc;

use app::{Failure, QueryAnswer, QueryBook};
use axum::Router;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::connection::Connections;
use crate::gate::Peer;
use crate::query_limit::QueryLimit;
use crate::serve::{no_address, told_to_end};

const PAGE: &str = include_str!("query.html");

/// A query page that has its address and does not answer yet.
pub struct Querying {
    runtime: Runtime,
    listener: TcpListener,
    router: Router,
    address: SocketAddr,
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    n: String,
}

struct Desk {
    book: QueryBook,
    limit: QueryLimit,
}

/// Takes an address for the query page of one result. Port 0 takes any that is free; one address may ask so often a minute, 0 for without limit.
pub fn bind_query(book: QueryBook, at: SocketAddr, per_minute: u32) -> Result<Querying, Failure> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let runtime = Builder::new_multi_thread().worker_threads(cores.clamp(1, 4)).enable_all().build();
    let runtime = runtime.map_err(|error| no_address(at, &error))?;
    let listener = runtime.block_on(TcpListener::bind(at)).map_err(|error| no_address(at, &error))?;
    let address = listener.local_addr().map_err(|error| no_address(at, &error))?;
    let router = Router::new().route("/", get(look_up)).with_state(Arc::new(Desk { book, limit: QueryLimit::new(per_minute) }));
    Ok(Querying { runtime, listener, router, address })
}

impl Querying {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until it is told to end: Ctrl-C, or the system's word.
    pub fn run(self) -> Result<(), Failure> {
        let Querying { runtime, listener, router, address } = self;
        let served = runtime.block_on(async move {
            let served = axum::serve(Connections::new(listener), router.into_make_service_with_connect_info::<Peer>());
            tokio::select! {
                served = served => served,
                () = told_to_end() => Ok(()),
            }
        });
        runtime.shutdown_timeout(std::time::Duration::from_secs(5));
        served.map_err(|error| no_address(address, &error))
    }
}

async fn look_up(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(Peer(address)): ConnectInfo<Peer>,
    Query(asked): Query<Asked>,
) -> Response {
    let (book, receipt) = (&desk.book, asked.n.trim());
    if !receipt.is_empty() && !desk.limit.may_ask(address) {
        let words = "<section><h2>查询太频繁，请一分钟后再试</h2><p lang=\"en\">Too many questions from this address; try again in a minute.</p></section>";
        return page(book, receipt, StatusCode::TOO_MANY_REQUESTS, words);
    }
    let (status, answer) = match (receipt.is_empty(), book.answer(receipt)) {
        (true, _) => (StatusCode::OK, String::new()),
        (false, Some(answers)) => (StatusCode::OK, answers.iter().map(section).collect()),
        (false, None) => {
            desk.limit.missed(address);
            let words = "<section><h2>没有这个受理号 No such receipt</h2><p>照报名时的受理号逐字核对。 Compare it letter by letter.</p></section>";
            (StatusCode::NOT_FOUND, words.to_string())
        }
    };
    page(book, receipt, status, &answer)
}

fn page(book: &QueryBook, receipt: &str, status: StatusCode, answer: &str) -> Response {
    let page = PAGE
        .replace("{{title}}", &escaped(&book.title))
        .replace("{{draw}}", &book.draw)
        .replace("{{result}}", &book.result)
        .replace("{{receipt}}", &escaped(receipt))
        .replace("{{answer}}", answer);
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, page).into_response()
}

fn section(answer: &QueryAnswer) -> String {
    let QueryAnswer { outcome, school, reason, .. } = answer;
    format!(
        "<section><h2>{}　{}　{}</h2><p>{}</p><p lang=\"en\">{}</p></section>",
        escaped(&outcome.zh),
        escaped(school),
        escaped(&outcome.en),
        escaped(&reason.zh),
        escaped(&reason.en)
    )
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_stay_words() {
        assert_eq!(escaped("<b>\"1\" & 2"), "&lt;b&gt;&quot;1&quot; &amp; 2");
        let answer = QueryAnswer {
            outcome: facts::Text::new("✓ 录取", "✓ admitted"),
            school: "一小<script>".into(),
            admitted: true,
            reason: facts::Text::new("顺序号 1", "number 1"),
        };
        assert!(!section(&answer).contains("<script>"));
    }
}
