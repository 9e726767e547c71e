//! Who asks, and whether their rights open the door at which they ask. What lies behind a door decides `app` by place and case.

use std::sync::Arc;

use app::{Entered, Viewer};
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;
use facts::text;

use crate::connection::Connections;
use crate::refusal::Refusal;
use crate::server::Server;

/// Who may come through a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Anybody, in or not.
    Anybody,
    /// Whoever is in, even if the password must be changed first.
    In,
    /// Whoever is in and whose password is their own.
    Settled,
    /// Whoever holds one of these rights.
    Holds(&'static [&'static str]),
    /// Whoever holds this right for every county of the home: files may bring rows of any.
    Everywhere(&'static str),
}

use Door::{Anybody, Everywhere, Holds, In, Settled};

/// Every door of the interface. An address that is not listed is open to nobody.
pub const DOORS: &[(&str, &str, Door)] = &[
    ("GET", "/api", Settled),
    ("GET", "/api/accounts", Holds(&["accounts:read"])),
    ("POST", "/api/accounts", Holds(&["accounts:write"])),
    ("POST", "/api/accounts/{person}/lock", Holds(&["accounts:write"])),
    ("POST", "/api/accounts/{person}/reset", Holds(&["accounts:write"])),
    ("POST", "/api/accounts/{person}/unlock", Holds(&["accounts:write"])),
    ("GET", "/api/approvals", Holds(&["approvals:ask", "approvals:decide", "audit:read"])),
    ("POST", "/api/approvals", Holds(&["approvals:ask"])),
    ("POST", "/api/approvals/{id}", Holds(&["approvals:decide"])),
    ("GET", "/api/board", Holds(&["county:read"])),
    ("GET", "/api/calendar", Holds(&["cases:read"])),
    ("GET", "/api/cases", Holds(&["cases:read"])),
    ("POST", "/api/cases", Holds(&["cases:open"])),
    ("POST", "/api/cases/table", Holds(&["cases:open"])),
    ("GET", "/api/cases/{id}", Holds(&["cases:read"])),
    ("POST", "/api/cases/{id}", Holds(&["cases:act"])),
    ("GET", "/api/cases/{id}/files/{file}", Holds(&["cases:read"])),
    ("POST", "/api/cases/{id}/vault", Holds(&["cases:read"])),
    ("GET", "/api/classes", Holds(&["county:read"])),
    ("GET", "/api/closeouts", Holds(&["cases:read"])),
    ("GET", "/api/desk", Holds(&["cases:read"])),
    ("GET", "/api/draws", Everywhere("draws:read")),
    ("POST", "/api/draws", Everywhere("draws:run")),
    ("POST", "/api/draws/trials", Everywhere("draws:run")),
    ("GET", "/api/draws/{name}", Everywhere("draws:read")),
    ("POST", "/api/draws/{name}/commitments", Everywhere("draws:run")),
    ("POST", "/api/draws/{name}/exceptions", Everywhere("draws:run")),
    ("GET", "/api/draws/{name}/files/{file}", Everywhere("draws:read")),
    ("GET", "/api/draws/{name}/journal", Everywhere("draws:read")),
    // Names of children are in them.
    ("GET", "/api/draws/{name}/papers/{paper}", Everywhere("draws:run")),
    ("GET", "/api/draws/{name}/places/{receipt}", Everywhere("draws:read")),
    ("POST", "/api/draws/{name}/release", Everywhere("draws:run")),
    ("POST", "/api/draws/{name}/result", Everywhere("draws:run")),
    ("POST", "/api/draws/{name}/reveals", Everywhere("draws:run")),
    ("POST", "/api/duty/sync", Everywhere("cases:sync")),
    ("GET", "/api/excerpt", Holds(&["sheets:read"])),
    ("GET", "/api/export", Holds(&["county:export"])),
    ("GET", "/api/export/calendar", Holds(&["cases:export"])),
    ("GET", "/api/export/cases", Holds(&["cases:export"])),
    ("GET", "/api/export/closeouts", Holds(&["cases:export"])),
    ("GET", "/api/figures", Holds(&["county:read", "school:read"])),
    ("GET", "/api/hand-overs", Holds(&["cases:read"])),
    ("GET", "/api/imports", Everywhere("imports:read")),
    ("POST", "/api/imports", Everywhere("imports:write")),
    ("GET", "/api/imports/{job}", Everywhere("imports:read")),
    ("DELETE", "/api/imports/{job}", Everywhere("imports:write")),
    ("POST", "/api/imports/{job}/accept", Everywhere("imports:write")),
    ("GET", "/api/imports/{job}/excerpt", Everywhere("imports:read")),
    ("GET", "/api/indicators", Holds(&["county:read"])),
    ("GET", "/api/indicators/{id}", Holds(&["county:read"])),
    ("GET", "/api/ledgers", Holds(&["identity:read"])),
    ("DELETE", "/api/ledgers/decisions", Holds(&["identity:read"])),
    ("POST", "/api/ledgers/decisions", Holds(&["identity:read"])),
    ("GET", "/api/ledgers/lists", Holds(&["identity:read"])),
    // Whoever brings a key needs no account; the handler looks at it.
    ("POST", "/api/ledgers/lists", Anybody),
    ("GET", "/api/ledgers/lists/{n}", Holds(&["identity:read"])),
    ("GET", "/api/ledgers/pairs", Holds(&["identity:read"])),
    ("GET", "/api/logs", Holds(&["audit:read", "looks:read"])),
    ("GET", "/api/map", Holds(&["county:read"])),
    ("GET", "/api/packs", Holds(&["packs:read"])),
    ("GET", "/api/packs/{*id}", Holds(&["packs:read"])),
    ("GET", "/api/packs/{id}", Holds(&["packs:read"])),
    ("GET", "/api/procedures", Holds(&["cases:read"])),
    // The public has no account.
    ("GET", "/api/report", Anybody),
    ("POST", "/api/report", Anybody),
    ("POST", "/api/report/receipt", Anybody),
    ("GET", "/api/reports/school/{code}", Holds(&["school:export"])),
    ("GET", "/api/reports/tables", Holds(&["county:export"])),
    ("GET", "/api/roles", Settled),
    ("GET", "/api/schools", Holds(&["school:read"])),
    ("GET", "/api/schools/{code}", Holds(&["school:read"])),
    ("GET", "/api/session", Anybody),
    ("POST", "/api/session", Anybody),
    ("DELETE", "/api/session", Anybody),
    ("POST", "/api/session/password", In),
    ("POST", "/api/session/totp", Settled),
    ("PUT", "/api/session/totp", Settled),
    ("DELETE", "/api/session/totp", Settled),
    ("GET", "/api/sessions", Settled),
    ("DELETE", "/api/sessions/{id}", Settled),
    ("GET", "/api/state", Settled),
    ("GET", "/api/statements", Holds(&["cases:act"])),
    ("POST", "/api/statements", Holds(&["cases:act"])),
    ("POST", "/api/statements/draw", Holds(&["cases:act"])),
    ("POST", "/api/what-if", Holds(&["county:read"])),
    ("GET", "/api/{*rest}", Settled),
];

/// Whoever asks, as every handler finds them.
#[derive(Clone)]
pub struct Who {
    pub viewer: Arc<Viewer>,
    /// What they came in with; nothing where a home has no accounts, or nobody is in.
    pub entered: Option<Arc<Entered>>,
    pub address: String,
    pub agent: String,
    /// What the browser holds.
    pub token: Option<String>,
}

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub Option<std::net::IpAddr>);

impl axum::extract::connect_info::Connected<IncomingStream<'_, Connections>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Peer {
        Peer(Some(stream.remote_addr().ip()))
    }
}

pub async fn gate(State(server): State<Arc<Server>>, mut request: Request, next: Next) -> Response {
    let door = match request.extensions().get::<MatchedPath>() {
        // Pages, scripts and styles hold no data.
        None => return next.run(request).await,
        Some(path) => door(request.method(), path.as_str()),
    };
    let headers = request.headers();
    let token = token_of(headers);
    let address = address_of(&request, server.behind_proxy);
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("").to_string();
    let who = server.clone().who(token, address, agent).await;
    let who = match who {
        Ok(who) => who,
        Err(refusal) => return refusal.into_response(),
    };
    if let Some(refusal) = refused(door, &who) {
        return refusal.into_response();
    }
    if let Some(Everywhere(right)) = door {
        let (home, viewer) = (server.home.clone(), who.viewer.clone());
        let looked = tokio::task::spawn_blocking(move || app::must_for_counties(&home, &viewer, right, None)).await;
        if let Ok(Err(failure)) = looked {
            return Refusal::from(failure).into_response();
        }
    }
    request.extensions_mut().insert(who);
    next.run(request).await
}

fn door(method: &Method, path: &str) -> Option<Door> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    DOORS.iter().find(|(of, at, _)| *of == method && *at == path).map(|(_, _, door)| *door)
}

fn refused(door: Option<Door>, who: &Who) -> Option<Refusal> {
    if who.viewer.is_alone() {
        return None;
    }
    let Some(door) = door else { return Some(Refusal::no_such_method()) };
    let is_in = who.entered.is_some();
    match door {
        Anybody => None,
        _ if !is_in => Some(Refusal::new(
            StatusCode::UNAUTHORIZED,
            text!("请先登录", "log in first"),
            text!(
                "登录可能已超时；在登录页输入账号和口令",
                "the session may have run out; enter account and password on the login page"
            ),
        )),
        In => None,
        _ if who.viewer.must_change => Some(Refusal::new(
            StatusCode::FORBIDDEN,
            text!("要先改口令", "the password must be changed first"),
            text!("在登录页改成自己的口令", "replace it with one of your own on the login page"),
        )),
        Settled => None,
        Everywhere(right) => who.viewer.must(right).err().map(Refusal::from),
        Holds(rights) if rights.iter().any(|right| who.viewer.may(right)) => None,
        Holds(rights) => {
            let missing = rights.first().map_or(Ok(()), |right| who.viewer.must(right));
            missing.err().map(Refusal::from)
        }
    }
}

/// The name of the cookie.
pub const COOKIE_NAME: &str = "junheng";

fn token_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|words| words.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let token = pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value.to_string())?;
    (token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(token)
}

/// Behind a proxy the last address is the one that the proxy itself saw; what stands before it anybody can write.
fn address_of(request: &Request, behind_proxy: bool) -> String {
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    if let Some(last) = forwarded.filter(|_| behind_proxy).and_then(|words| words.rsplit(',').next()) {
        return last.trim().chars().take(60).collect();
    }
    let peer = request.extensions().get::<ConnectInfo<Peer>>().and_then(|ConnectInfo(Peer(ip))| *ip);
    peer.map_or_else(String::new, |ip| ip.to_string())
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Who, Refusal> {
        parts.extensions.get::<Who>().cloned().ok_or_else(Refusal::no_such_page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_listed_once_and_in_order() {
        assert!(DOORS.is_sorted_by_key(|(_, path, _)| *path));
        let mut all: Vec<_> = DOORS.iter().map(|(method, path, _)| (method, path)).collect();
        all.dedup();
        assert_eq!(all.len(), DOORS.len());
        let known = |right: &&str| app::RIGHTS.iter().any(|(id, _, _)| id == right);
        for (method, path, door) in DOORS {
            if let Holds(rights) = door {
                assert!(!rights.is_empty() && rights.iter().all(known), "{method} {path}");
            }
        }
    }

    #[test]
    fn a_token_is_read_from_among_the_cookies() {
        let check = |cookie: &'static str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, axum::http::HeaderValue::from_static(cookie));
            assert_eq!(token_of(&headers).is_some(), expected, "{cookie}");
        };
        check("junheng=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", true);
        check("a=b; junheng=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", true);
        check("junheng=0011", false);
        check("junhengx=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", false);
        check("junheng=' OR 1=1 --5566778899aabbccddeeff00112233445566778899aabbccddeeff", false);
    }
}
