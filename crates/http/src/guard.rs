//! What is asked of every request and told to every browser.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use facts::text;

use crate::refusal::Refusal;

/// The names under which this server may be reached, beside numbers and `localhost`.
pub struct Names(pub Vec<String>);

/// The header that changing requests must bear: a page of another site cannot set it without asking first, and is refused then.
pub const OWN_HEADER: &str = "x-junheng";

/// Scripts, styles and data come from here only. Charts and tables set styles on elements as they are drawn.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub async fn guard(State(names): State<Arc<Names>>, request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let mut response = match refused(&names, request.method(), request.uri(), request.headers()) {
        Some(refusal) => refusal.into_response(),
        None => in_both_languages(next.run(request).await, is_head),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn refused(names: &Names, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Refusal> {
    let host = uri.host().or_else(|| host_name(headers.get(HOST)?.to_str().ok()?));
    if !host.is_some_and(|host| names.allow(host)) {
        return Some(Refusal::new(
            StatusCode::FORBIDDEN,
            text!("不能用这个网址访问本系统", "this system is not reached under this address"),
            text!(
                "用启动时显示的地址（或 IP 地址）打开；要用域名，启动时加上 --name 域名",
                "open the address shown at the start, or the IP address; for a host name, start with --name NAME"
            ),
        ));
    }
    let only_reads = matches!(*method, Method::GET | Method::HEAD);
    if !only_reads && !headers.contains_key(OWN_HEADER) {
        return Some(Refusal::new(
            StatusCode::FORBIDDEN,
            text!("会改动数据的请求必须由控制台自己发出", "a request that changes data must come from the console itself"),
            text!("脚本中请加上请求头 x-junheng: 1", "in a script, add the header x-junheng: 1"),
        ));
    }
    None
}

/// The host without its port: `[::1]:8420` → `[::1]`.
fn host_name(host: &str) -> Option<&str> {
    let without_port = |host: &str| host.rfind(':').map_or(host.len(), |at| at);
    let end = if host.starts_with('[') { host.find(']')? + 1 } else { without_port(host) };
    host.get(..end).filter(|name| !name.is_empty())
}

impl Names {
    /// A name that somebody else owns may be made to point here by its owner, a number may not.
    fn allow(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<IpAddr>().is_ok()
            || host.eq_ignore_ascii_case("localhost")
            || self.0.iter().any(|name| name.eq_ignore_ascii_case(host))
    }
}

/// Refusals that the framework words in English only, or not at all, are worded as all others.
fn in_both_languages(response: Response, is_head: bool) -> Response {
    let status = response.status();
    let is_ours = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == b"application/json");
    if !(status.is_client_error() || status.is_server_error()) || is_ours || is_head {
        return response;
    }
    let refusal = match status {
        StatusCode::NOT_FOUND => Refusal::no_such_page(),
        StatusCode::METHOD_NOT_ALLOWED => Refusal::no_such_method(),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refusal::new(status, text!("提交的内容太长", "what was sent is too long"), text!("分几次提交", "send it in parts"))
        }
        _ => Refusal::new(
            status,
            text!("请求有误", "the request is wrong"),
            text!("对照 docs/reference/openapi.json", "see docs/reference/openapi.json"),
        ),
    };
    refusal.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_names_are_answered() {
        let names = Names(vec!["junheng.edu.test".into()]);
        let check =
            |host: &str, expected: bool| assert_eq!(host_name(host).is_some_and(|host| names.allow(host)), expected, "{host}");
        check("127.0.0.1:8420", true);
        check("localhost:8420", true);
        check("[::1]:8420", true);
        check("10.1.2.3", true);
        check("JUNHENG.edu.test", true);
        check("evil.example:8420", false);
        check("localhost.evil.example", false);
        check("127.0.0.1.evil.example", false);
        check("", false);
        check("[::1", false);
    }
}
