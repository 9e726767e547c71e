//! Uploads: the honest way, and every dishonest or unlucky one.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{OWN, connect, form, get, request, send, upload};
use crate::house::{files_of, serve};

fn job(answer: &crate::client::Answer) -> String {
    assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["job"].as_str().unwrap().to_string()
}

/// Waits until an import is in one of some states.
fn wait(at: SocketAddr, job: &str, states: &[&str]) -> Value {
    let until = Instant::now() + Duration::from_secs(300);
    loop {
        let import = get(at, &format!("/api/imports/{job}")).json();
        let state = import["state"].as_str().unwrap_or_default().to_string();
        if states.contains(&state.as_str()) {
            return import;
        }
        assert!(Instant::now() < until, "still {state}: {import}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn accept(at: SocketAddr, job: &str, body: &str) -> u16 {
    send(at, "POST", &format!("/api/imports/{job}/accept"), &[OWN, ("Content-Type", "application/json")], body.as_bytes()).status
}

/// The files that lie in a home's folder of uploads, locks aside.
fn left(home: &Path) -> Vec<String> {
    fn collect(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                collect(&entry.path(), found);
            } else if entry.file_name() != "lock" {
                found.push(entry.path().display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    collect(&home.join("uploads"), &mut found);
    found
}

fn left_none(home: &Path) {
    let until = Instant::now() + Duration::from_secs(20);
    while !left(home).is_empty() {
        assert!(Instant::now() < until, "{:?}", left(home));
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn home() -> (tempfile::TempDir, std::path::PathBuf, SocketAddr) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let at = serve(&home);
    (folder, home, at)
}

/// A roll of two schools that a county could have.
const SCHOOLS: &str = "学校标识码,学校名称,区划代码,办学类型,学段,学年,在校生数,项目,数值,单位\n\
    5399010001,东山小学,539901001,211,小学,2025-2026,600,图书,9000,册\n\
    5399010002,西河小学,539901002,211,小学,2025-2026,300,图书,2100,册\n";

#[test]
fn a_year_is_looked_over_explained_and_accepted() {
    let (_folder, home, at) = home();
    let files = files_of("2025-2026");
    let sent: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let job = job(&upload(at, &sent, &[("by", "王老师")]));
    let checked = wait(at, &job, &["checked", "refused", "failed"]);
    assert_eq!((&checked["state"], &checked["by"]), (&Value::from("checked"), &Value::from("王老师")), "{}", checked["findings"]);
    assert!(checked["files"].as_array().unwrap().iter().any(|file| file["forms"][0]["title"]["en"] == "Pupil roll"));
    assert_eq!(checked["count"]["logic"], 0);
    assert_eq!(checked["uploads"].as_array().unwrap().len(), files.len());
    // Looked over, nothing kept.
    assert_eq!(get(at, "/api/state").json()["empty"], true);
    let experience = checked["findings"].as_array().unwrap().iter().find(|finding| finding["severity"] == "experience");
    let mut answers = Vec::new();
    if let Some(finding) = experience {
        answers.push(serde_json::json!({
            "code": finding["code"], "place": finding["place"], "words": "今年合并了两个班，\"已\"报批\n=1+1", "by": "李校长",
        }));
        let place = &finding["place"];
        if place["cell"].is_string() {
            let path = format!(
                "/api/imports/{job}/excerpt?file={}&sheet={}&cell={}",
                encoded(place["file"].as_str().unwrap()),
                encoded(place["sheet"].as_str().unwrap_or("")),
                place["cell"].as_str().unwrap()
            );
            let excerpt = get(at, &path);
            assert_eq!(excerpt.status, 200, "{path}");
            assert!(!excerpt.json()["rows"].as_array().unwrap().is_empty());
        }
    }
    let body = serde_json::json!({ "explanations": answers }).to_string();
    assert_eq!(accept(at, &job, &body), 202);
    assert_eq!(accept(at, &job, &body), 409);
    let done = wait(at, &job, &["published", "refused", "failed"]);
    assert_eq!((&done["state"], &done["published"][0]["new"]), (&Value::from("published"), &Value::Bool(true)), "{done}");
    // Readers see it at once, and nothing lies about.
    let state = get(at, "/api/state").json();
    assert_eq!((&state["empty"], &state["defaults"]["snapshot"]), (&Value::Bool(false), &done["published"][0]["snapshot"]));
    assert_eq!(get(at, "/api/board").status, 200);
    left_none(&home);
    if experience.is_some() {
        let board = String::from_utf8(get(at, "/api/board").body).unwrap();
        assert!(board.contains("李校长"), "the explanation is printed beside the finding");
    }
}

fn encoded(words: &str) -> String {
    words
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[test]
fn names_and_cells_are_only_ever_shown() {
    let (folder, home, at) = home();
    let script = "<script>alert(1)</script>";
    let table = format!("{SCHOOLS}5399010003,{script},539901001,211,小学,2025-2026,50,=cmd|' /C calc'!A0,1,册\n");
    let names = ["../../../escaped.csv", "..\\..\\escaped2.csv", "/etc/escaped3.csv", "<img src=x onerror=alert(1)>.csv"];
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, table.as_bytes())).collect();
    let job = job(&upload(at, &files[..1], &[("county", "539901")]));
    let import = wait(at, &job, &["checked", "refused", "failed"]);
    assert_eq!(import["uploads"][0]["name"], "escaped.csv");
    let found = import["findings"].to_string();
    assert!(found.contains("cmd|"), "{found}");
    assert_eq!(upload(at, &files, &[]).status, 202);
    for path in [
        folder.path().join("escaped.csv"),
        folder.path().join("escaped2.csv"),
        "/etc/escaped3.csv".into(),
        home.join("escaped.csv"),
    ] {
        assert!(!path.exists(), "{}", path.display());
    }
}

#[test]
fn a_script_in_a_cell_comes_back_as_text() {
    let (_folder, _home, at) = home();
    let table = SCHOOLS.replace("东山小学", "<script>alert(1)</script>").replace("西河小学", "=HYPERLINK(\"\"x\"\")");
    let table = table.replace("=HYPERLINK(\"\"x\"\")", "\"=HYPERLINK(\"\"x\"\")\"");
    let job = job(&upload(at, &[("学校.csv", table.as_bytes())], &[]));
    let import = wait(at, &job, &["checked", "refused", "failed"]);
    assert_eq!(import["state"], "checked", "{import}");
    assert_eq!(accept(at, &job, ""), 202);
    wait(at, &job, &["published"]);
    let schools = get(at, "/api/schools");
    assert_eq!(schools.header("content-type"), Some("application/json"));
    assert_eq!(schools.json()["schools"][0]["name"], "<script>alert(1)</script>");
    let book = get(at, "/api/export?view=schools").body;
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let sheet = std::io::read_to_string(book.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(!sheet.contains("<f>"), "{sheet}");
}

#[test]
fn own_layers_lie_on_the_map() {
    let (_folder, home, at) = home();
    let job = job(&upload(at, &[("学校.csv", SCHOOLS.as_bytes())], &[]));
    wait(at, &job, &["checked"]);
    assert_eq!(accept(at, &job, ""), 202);
    wait(at, &job, &["published"]);
    let map = get(at, "/api/map").json();
    assert!(map["bounds"].is_null() && map["schools"][0]["place"].is_null() && map["layers"].as_array().unwrap().is_empty());
    std::fs::create_dir_all(home.join("map")).unwrap();
    std::fs::write(home.join("map/乡镇界.geojson"), r#"{"type":"Point","coordinates":[103.4,23.4]}"#).unwrap();
    std::fs::write(home.join("map/坏.geojson"), "{").unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    let map = loop {
        let map = get(at, "/api/map").json();
        if !map["layers"].as_array().unwrap().is_empty() {
            break map;
        }
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(
        (&map["layers"][0]["name"], &map["layers"][0]["geojson"]["type"]),
        (&Value::from("乡镇界"), &Value::from("FeatureCollection"))
    );
    assert!(map["notes"][0]["zh"].as_str().unwrap().contains("坏.geojson"));
}

#[test]
fn bad_uploads_are_refused_and_leave_nothing() {
    let (_folder, home, at) = home();
    let check = |kind: &str, body: &[u8], expected: u16| {
        let answer = send(at, "POST", "/api/imports", &[OWN, ("Content-Type", kind)], body);
        assert_eq!(answer.status, expected, "{kind}: {}", String::from_utf8_lossy(&answer.body));
        assert!(!answer.json()["what"]["zh"].as_str().unwrap().is_empty());
        left_none(&home);
    };
    check("application/json", b"{}", 400);
    check("multipart/form-data", b"no boundary", 400);
    check("multipart/form-data; boundary=x", b"nothing of the kind", 400);
    check(
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\ncut off",
        400,
    );
    let (kind, body) = form(&[], &[("by", "x")]);
    check(&kind, &body, 400);
    let (kind, body) = form(&[("a.csv", b"a,b\n")], &[("county", "12")]);
    check(&kind, &body, 400);
    let (kind, body) = form(&[], &[("by", &"x".repeat(10_000))]);
    check(&kind, &body, 400);
    // Announced to be larger than anything that is taken.
    let answer = send(at, "POST", "/api/imports", &[OWN, ("Content-Type", &kind), ("Content-Length", "99999999999")], b"");
    assert_eq!(answer.status, 413);
    assert_eq!(get(at, "/api/imports").json()["imports"].as_array().unwrap().len(), 0);
}

#[test]
fn a_slow_upload_arrives_and_holds_nobody_up() {
    let (_folder, home, at) = home();
    let (kind, body) = form(&[("学校.csv", SCHOOLS.as_bytes())], &[]);
    let whole = request(at, "POST", "/api/imports", &[OWN, ("Content-Type", &kind)], &body);
    let mut slow = connect(at);
    for piece in whole.chunks(whole.len() / 40 + 1) {
        slow.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(10));
        // Others read and import meanwhile.
        assert_eq!(get(at, "/api/state").status, 200);
    }
    let quick = job(&upload(at, &[("学校.csv", SCHOOLS.as_bytes())], &[]));
    assert_eq!(wait(at, &quick, &["checked", "refused", "failed"])["state"], "checked");
    let slow = job(&crate::client::read(slow));
    assert_eq!(wait(at, &slow, &["checked", "refused", "failed"])["state"], "checked");
    for job in [quick, slow] {
        assert_eq!(send(at, "DELETE", &format!("/api/imports/{job}"), &[OWN], &[]).status, 204);
    }
    left_none(&home);
}

#[test]
fn many_uploads_that_break_off_at_once_leave_nothing() {
    let (_folder, home, at) = home();
    let (kind, body) = form(&[("学籍.csv", &vec![b'x'; 1 << 20])], &[]);
    let length = body.len().to_string();
    let whole = request(at, "POST", "/api/imports", &[OWN, ("Content-Type", &kind), ("Content-Length", &length)], &body);
    // Broken off at every stage: before the folder, while the file is made, while it is written.
    std::thread::scope(|scope| {
        for number in 0..24 {
            let whole = &whole;
            scope.spawn(move || {
                let mut stream = connect(at);
                // Above so many uploads at once a client is refused and may find the connection closed.
                let _ = stream.write_all(&whole[..(number * 41_000 + 150).min(whole.len() - 1)]);
            });
        }
    });
    left_none(&home);
    assert_eq!(get(at, "/api/imports").json()["imports"].as_array().unwrap().len(), 0);
}

#[test]
fn a_browser_closed_in_the_middle_leaves_nothing() {
    let (_folder, home, at) = home();
    let (kind, body) = form(&[("学籍.csv", &vec![b'x'; 3 << 20])], &[]);
    let length = body.len().to_string();
    let whole = request(at, "POST", "/api/imports", &[OWN, ("Content-Type", &kind), ("Content-Length", &length)], &body);
    let mut stream = connect(at);
    stream.write_all(&whole[..2 << 20]).unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while left(&home).is_empty() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(left(&home).len(), 1);
    drop(stream);
    left_none(&home);
    assert_eq!(get(at, "/api/imports").json()["imports"].as_array().unwrap().len(), 0);
}

#[test]
fn a_bomb_is_a_finding() {
    let (_folder, home, at) = home();
    let mut bytes = Vec::new();
    let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(&mut bytes));
    bomb.start_file("学籍.csv", zip::write::SimpleFileOptions::default()).unwrap();
    for _ in 0..256 {
        bomb.write_all(&vec![b'0'; 1 << 20]).unwrap();
    }
    bomb.finish().unwrap();
    assert!(bytes.len() < 1 << 20);
    let job = job(&upload(at, &[("数据.zip", &bytes)], &[]));
    let import = wait(at, &job, &["checked", "refused", "failed"]);
    assert_eq!(import["state"], "refused");
    assert!(import["findings"].to_string().contains("unpacks-too-large"), "{}", import["findings"]);
    assert_eq!(accept(at, &job, ""), 409);
    assert_eq!(send(at, "DELETE", &format!("/api/imports/{job}"), &[OWN], &[]).status, 204);
    assert_eq!(get(at, &format!("/api/imports/{job}")).status, 404);
    left_none(&home);
}

#[test]
fn two_imports_at_once_take_turns() {
    let (_folder, home, at) = home();
    let files = files_of("2024-2025");
    let sent: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let first = job(&upload(at, &sent, &[("by", "王老师")]));
    let second = job(&upload(at, &[("学校.csv", SCHOOLS.as_bytes())], &[("by", "李老师")]));
    let waiting = get(at, &format!("/api/imports/{second}")).json();
    if waiting["state"] == "waiting" {
        assert!(waiting["waiting_for"]["zh"].as_str().unwrap().contains("王老师"), "{waiting}");
    }
    assert_eq!(wait(at, &first, &["checked", "refused", "failed"])["state"], "checked");
    assert_eq!(wait(at, &second, &["checked", "refused", "failed"])["state"], "checked");
    assert_eq!((accept(at, &first, ""), accept(at, &second, "")), (202, 202));
    assert_eq!(wait(at, &first, &["published", "failed"])["state"], "published");
    assert_eq!(wait(at, &second, &["published", "failed"])["state"], "published");
    let briefs = get(at, "/api/imports").json();
    assert_eq!(briefs["imports"][0]["id"], Value::from(second));
    left_none(&home);
}

#[test]
fn many_files_come_at_once() {
    let (_folder, home, at) = home();
    let one: Vec<String> = (0..1000).map(|number| format!("2025-2026/{number:04}.csv")).collect();
    let table = |number: usize| SCHOOLS.replace("539901000", &format!("53990{number:04}"));
    let tables: Vec<String> = (0..1000).map(table).collect();
    let files: Vec<(&str, &[u8])> = one.iter().zip(&tables).map(|(name, table)| (name.as_str(), table.as_bytes())).collect();
    let job = job(&upload(at, &files, &[]));
    let import = wait(at, &job, &["checked", "refused", "failed"]);
    assert_eq!(import["files"].as_array().unwrap().len(), 1000);
    assert_eq!(send(at, "DELETE", &format!("/api/imports/{job}"), &[OWN], &[]).status, 204);
    left_none(&home);
}

#[test]
fn an_import_that_is_thrown_away_while_it_runs_keeps_nothing() {
    let (_folder, home, at) = home();
    let files = files_of("2023-2024");
    let sent: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let job = job(&upload(at, &sent, &[]));
    assert_eq!(send(at, "DELETE", &format!("/api/imports/{job}"), &[OWN], &[]).status, 204);
    left_none(&home);
    assert_eq!(get(at, "/api/state").json()["empty"], true);
}

#[test]
fn what_a_killed_server_left_is_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let left_over = folder.path().join("uploads/999999/1");
    std::fs::create_dir_all(&left_over).unwrap();
    std::fs::write(left_over.join("00000"), "学籍号,姓名").unwrap();
    std::fs::write(folder.path().join("uploads/999999/lock"), "").unwrap();
    serve(folder.path());
    assert!(!folder.path().join("uploads/999999").exists());
}
