//! Who may ask what, and what every browser is told.

use std::io::Write;
use std::time::Duration;

use crate::client::{OWN, connect, get, read, request, send};
use crate::house::sample_server;

#[test]
fn only_own_names_are_answered() {
    let at = sample_server();
    let check = |host: &str, expected: u16| {
        let answer = send(at, "GET", "/api/packs", &[("Host", host)], &[]);
        assert_eq!(answer.status, expected, "{host}");
        assert!(answer.header("content-security-policy").is_some(), "{host}");
    };
    check("localhost:1234", 200);
    check("127.0.0.1", 200);
    check("console.test", 200);
    check("rebound.example", 403);
    check("127.0.0.1.rebound.example:80", 403);
}

#[test]
fn every_answer_bears_the_headers_that_protect_it() {
    for path in ["/", "/api/state", "/api/nothing", "/api/export?view=schools"] {
        let answer = get(sample_server(), path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("http:") && !policy.contains("https:") && !policy.contains("unsafe-eval"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(answer.header("access-control-allow-origin").is_none(), "{path}");
    }
}

#[test]
fn another_site_changes_nothing() {
    let at = sample_server();
    let check = |method: &str, path: &str, headers: &[(&str, &str)], expected: u16| {
        let answer = send(at, method, path, headers, b"{}");
        assert_eq!(answer.status, expected, "{method} {path}");
        assert!(answer.header("access-control-allow-origin").is_none());
    };
    let form = ("Content-Type", "multipart/form-data; boundary=x");
    check("POST", "/api/imports", &[form], 403);
    check("POST", "/api/imports/1-1/accept", &[("Content-Type", "text/plain")], 403);
    check("DELETE", "/api/imports/1-1", &[], 403);
    // A browser asks first whether it may send the header, and is not told that it may.
    check("OPTIONS", "/api/imports", &[("Origin", "https://evil.example"), ("Access-Control-Request-Headers", "x-junheng")], 403);
    check("DELETE", "/api/imports/1-1", &[OWN], 404);
    check("POST", "/api/imports/1-1/accept", &[OWN], 404);
}

#[test]
fn broken_requests_do_not_hurt_others() {
    let at = sample_server();
    for words in [&b"GET"[..], b"\x16\x03\x01\x02\x00\x01\x00", b"GET /api/state HTTP/1.1\r\nHost: a\r\nHost"] {
        let mut stream = connect(at);
        stream.write_all(words).unwrap();
    }
    let long = format!("/api/board?on={}", "9".repeat(60_000));
    assert!(matches!(get(at, &long).status, 400 | 414 | 431));
    // A client that takes its time.
    let mut slow = connect(at);
    for piece in request(at, "GET", "/api/packs", &[], &[]).chunks(16) {
        slow.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(read(slow).status, 200);
    assert_eq!(get(at, "/api/state").status, 200);
}

#[test]
fn many_read_at_once() {
    let at = sample_server();
    let one = get(at, "/api/board").body;
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..64).map(|_| scope.spawn(move || get(at, "/api/board"))).collect();
        for reader in readers {
            let answer = reader.join().unwrap();
            assert!(answer.status == 200 && answer.body == one);
        }
    });
}
