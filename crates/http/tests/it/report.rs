//! The page of the public: what it takes in, where that lies, who never sees it, and that nothing else is behind it.

use std::io::{Read, Write};
use std::net::SocketAddr;

use app::LedgerAsked;
use http_server::{DOORS, Setting};
use serde_json::{Value, json};

use crate::client::{Answer, OWN, connect, get, read, request, send};
use crate::house::copy_of_sample;

/// A home made for showing, with the console and the public's page at addresses of their own.
struct House {
    _folder: tempfile::TempDir,
    home: std::path::PathBuf,
    console: SocketAddr,
    public: SocketAddr,
}

fn house() -> House {
    let (folder, home) = copy_of_sample();
    let mut ledger = app::open_ledger(&LedgerAsked { home: home.clone(), practice: true, ..LedgerAsked::default() }).unwrap();
    app::make_demo(&mut ledger, &home).unwrap();
    drop(ledger);
    let setting = Setting { behind_proxy: true, report_port: Some(0), ..Setting::default() };
    let serving = http_server::bind(home.clone(), SocketAddr::from(([127, 0, 0, 1], 0)), setting).unwrap();
    let (console, public) = (serving.address(), serving.report_address().unwrap());
    std::thread::spawn(move || serving.run_until(std::future::pending()).unwrap());
    House { _folder: folder, home, console, public }
}

fn come_in(at: SocketAddr, person: &str) -> String {
    let body = json!({ "person": person, "demo": true }).to_string();
    let answer = send(at, "POST", "/api/session", &[OWN, ("X-Forwarded-For", person)], body.as_bytes());
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_string()
}

/// A report as the page sends it, from an address of its own.
fn report(at: SocketAddr, from: &str, deed: &Value, files: &[(&str, &str, &[u8])]) -> Answer {
    let mut stream = connect(at);
    stream.write_all(&request_of(at, from, deed, files)).unwrap();
    read(stream)
}

fn request_of(at: SocketAddr, from: &str, deed: &Value, files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let boundary = "----report";
    let mut body = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"deed\"\r\n\r\n{deed}\r\n").into_bytes();
    for (kind, name, bytes) in files {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{kind}\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    let kind = format!("multipart/form-data; boundary={boundary}");
    request(at, "POST", "/api/report", &[OWN, ("Content-Type", &kind), ("X-Forwarded-For", from)], &body)
}

const WORDS: &str = "校长的弟弟收了择校费，我的孩子在三年级二班";
const PHOTO: &[u8] = b"\xff\xd8\xff\xe0 the photo of the receipt";

fn deed(place: &str) -> Value {
    let fields = json!({
        "matter": "fees", "named": "named", "reporter_name": "晏家长", "reporter_phone": "13800001234", "original": WORDS,
    });
    json!({ "kind": "cn/procedures/complaints", "place": place, "fields": fields })
}

#[test]
fn a_report_is_taken_in_sealed_and_found_by_its_receipt_alone() {
    let house = house();
    let form = get(house.public, "/api/report").json();
    let place = form["places"][1]["code"].as_str().unwrap().to_string();
    assert_eq!(form["kinds"][0]["id"], "cn/procedures/complaints");
    let choices = form["kinds"][0]["fields"][0]["choices"].as_array().unwrap().len();
    assert_eq!(choices, 4, "the matters come from the pack");

    let taken = report(house.public, "10.0.0.1", &deed(&place), &[("attachment", "晏家长的收据.jpg", PHOTO)]);
    assert_eq!(taken.status, 200, "{}", String::from_utf8_lossy(&taken.body));
    let receipt = taken.json()["receipt"].as_str().unwrap().to_string();
    assert_eq!(receipt.len(), 19, "{receipt}");

    // The receipt shows the state; nothing of who reported, and not what they wrote.
    let ask = |receipt: &str| {
        let body = json!({ "receipt": receipt }).to_string();
        send(house.public, "POST", "/api/report/receipt", &[OWN, ("X-Forwarded-For", "10.0.0.1")], body.as_bytes())
    };
    let shown = ask(&receipt);
    assert_eq!((shown.status, shown.json()["state"]["en"].as_str()), (200, Some("under way")));
    let said = String::from_utf8_lossy(&shown.body).to_string();
    assert!(!said.contains("晏家长") && !said.contains("择校费") && !said.contains("TS-"), "{said}");
    assert_eq!(ask("0000-0000-0000-0000").status, 404);

    // The school sees that there is a complaint, discipline may read it, and each look is in the case.
    let (principal, discipline) = (come_in(house.console, "principal"), come_in(house.console, "discipline"));
    let as_who = |method: &str, cookie: &str, path: &str, body: &str| {
        send(house.console, method, path, &[OWN, ("Cookie", cookie)], body.as_bytes())
    };
    let listed = as_who("GET", &discipline, "/api/cases?procedure=cn/procedures/complaints", "").json();
    let of_ours = |line: &&Value| line["finding"].as_str().unwrap().contains("实名");
    let case = listed["cases"].as_array().unwrap().iter().find(of_ours).unwrap()["case"].as_str().unwrap().to_string();
    for cookie in [&principal, &discipline] {
        let page = String::from_utf8_lossy(&as_who("GET", cookie, &format!("/api/cases/{case}"), "").body).to_string();
        assert!(!page.contains("晏家长") && !page.contains("13800001234") && !page.contains("择校费"), "{page}");
    }
    let page = as_who("GET", &discipline, &format!("/api/cases/{case}"), "").json();
    let file = page["evidence"][0]["file"].as_str().unwrap().to_string();
    assert_eq!(page["evidence"][0]["name"], "attachment.jpg");
    let fetched = as_who("GET", &discipline, &format!("/api/cases/{case}/files/{file}"), "");
    assert_eq!((fetched.status, fetched.body.as_slice()), (200, PHOTO));
    assert!(fetched.header("content-disposition").unwrap().starts_with("attachment"));
    let vault = json!({ "vault": "reporter", "reason": "核实" }).to_string();
    let read = as_who("POST", &discipline, &format!("/api/cases/{case}/vault"), &vault);
    let told = String::from_utf8_lossy(&read.body);
    assert!(read.status == 200 && told.contains(WORDS), "{told}");

    // Whoever else may see the case never gets the file, nor the words.
    for who in ["bureau-leader", "inspection-office", "principal", "audit-admin", "safety"] {
        let cookie = come_in(house.console, who);
        assert_ne!(as_who("GET", &cookie, &format!("/api/cases/{case}/files/{file}"), "").status, 200, "{who}");
        assert_ne!(as_who("POST", &cookie, &format!("/api/cases/{case}/vault"), &vault).status, 200, "{who}");
        let page = as_who("GET", &cookie, &format!("/api/cases/{case}"), "");
        assert!(!String::from_utf8_lossy(&page.body).contains(&file), "{who}");
    }
    let timeline = as_who("GET", &discipline, &format!("/api/cases/{case}"), "").json()["timeline"].to_string();
    assert!(timeline.matches("looked into reporter").count() >= 2, "{timeline}");

    // On the disk lies nothing that can be read.
    for (path, bytes) in files_below(&house.home.join("duty")) {
        for secret in [WORDS.as_bytes(), "晏家长".as_bytes(), b"13800001234", &PHOTO[4..], receipt.as_bytes()] {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{} stands in {}", String::from_utf8_lossy(secret), path.display());
        }
    }
}

fn files_below(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

#[test]
fn what_does_not_belong_there_is_refused() {
    let house = house();
    let place = get(house.public, "/api/report").json()["places"][0]["code"].as_str().unwrap().to_string();
    let whole = deed(&place);
    let with = |key: &str, value: Value| {
        let mut deed = whole.clone();
        deed[key] = value;
        deed
    };
    let check = |from: &str, deed: &Value, files: &[(&str, &str, &[u8])], expected: u16| {
        let answer = report(house.public, from, deed, files);
        assert_eq!(answer.status, expected, "{}", String::from_utf8_lossy(&answer.body));
        assert!(expected == 200 || answer.json()["hint"]["zh"].as_str().is_some_and(|hint| !hint.is_empty()));
    };
    // No other procedure, no place that is none, no field that is not asked for, nothing too long.
    check("a", &with("kind", json!("cn/procedures/hazards")), &[], 404);
    check("a", &with("place", json!("539902")), &[], 400);
    check("a", &with("fields", json!({ "answer": "x" })), &[], 400);
    check("a", &with("fields", json!({ "matter": "fees", "named": "anonymous", "original": "字".repeat(5_001) })), &[], 400);
    // A file is what it is: the test file of virus scanners, a script with a harmless name, one that climbs, one too large.
    const EICAR: &[u8] = br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    check("b", &whole, &[("attachment", "收据.jpg", EICAR)], 415);
    check("b", &whole, &[("attachment", "a.pdf", b"<script>alert(1)</script>")], 415);
    check("b", &whole, &[("attachment", "../../../../etc/cron.d/x.jpg", PHOTO)], 200);
    // The server need not wait for the end of what is too large: it may hang up before.
    let mut stream = connect(house.public);
    let large = [PHOTO, &vec![0; 21 << 20]].concat();
    let _ = stream.write_all(&request_of(house.public, "b", &whole, &[("attachment", "big.jpg", &large)]));
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&said));
    check("c", &whole, &[("minutes", "a.jpg", PHOTO)], 400);
    let six: Vec<(&str, &str, &[u8])> = (0..6).map(|_| ("attachment", "a.jpg", PHOTO)).collect();
    check("c", &whole, &six, 413);
    // Five an hour from one address; another still has its own.
    for _ in 0..5 {
        check("d", &whole, &[], 200);
    }
    check("d", &whole, &[], 429);
    check("e", &whole, &[], 200);
    // Without the header of its own page nothing is taken in.
    assert_eq!(send(house.public, "POST", "/api/report", &[], b"{}").status, 403);
}

#[test]
fn nothing_else_is_behind_the_address_of_the_public() {
    let house = house();
    assert_eq!(get(house.public, "/").status, 200);
    assert_eq!(get(house.public, "/report").status, 200);
    let leader = come_in(house.console, "bureau-leader");
    for (method, door, _) in
        DOORS.iter().filter(|(_, door, _)| !door.starts_with("/api/report") || door.starts_with("/api/reports"))
    {
        let path = door.replace(['{', '}', '*'], "");
        // Not even for somebody who is in at the console.
        for headers in [&[OWN][..], &[OWN, ("Cookie", leader.as_str())]] {
            let answer = send(house.public, method, &path, headers, b"{}");
            assert!(matches!(answer.status, 404 | 405), "{method} {path}: {}", answer.status);
        }
    }
    for path in
        ["/index.html", "/visit", "/visit.html", "/visit-worker.js", "/assets/", "/../Cargo.toml", "/assets/../index.html"]
    {
        assert_eq!(get(house.public, path).status, 404, "{path}");
    }
    assert_eq!(get(house.console, "/report").status, 200);
}

#[test]
fn a_home_without_a_ledger_takes_nothing_in() {
    let folder = tempfile::tempdir().unwrap();
    let at = crate::house::serve(folder.path());
    let answer = get(at, "/api/report");
    assert!(answer.status == 503 && answer.json()["hint"]["en"].as_str().unwrap().contains("call"), "{}", answer.status);
    assert_eq!(report(at, "x", &json!({ "kind": "x", "place": "x" }), &[]).status, 503);
    assert!(!folder.path().join("duty").exists(), "looking makes nothing");
}
