//! Every door of the interface, for every role, inside and outside its jurisdiction: what is answered stands in
//! `tests/rights.txt`. `UPDATE=1` writes what is answered now, for review.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use app::{AccountAsked, CaseFilter, CountyAsked, DutyAsked, DutyOpening, Keeper, LedgerAsked};
use http_server::{DOORS, Door, Setting};
use serde_json::Value;

use crate::client::{OWN, get, send};
use crate::house::{copy_of_sample, sample_server};

/// A home with accounts of every role, each twice: where there are things to see, and elsewhere.
struct House {
    _folder: tempfile::TempDir,
    at: SocketAddr,
    people: Vec<String>,
    case: String,
    school: String,
}

fn house() -> House {
    let (folder, home) = copy_of_sample();
    let mut ledger = app::open_ledger(&LedgerAsked { home: home.clone(), practice: true, ..LedgerAsked::default() }).unwrap();
    open_case(&mut ledger, &home);
    let made = app::make_demo(&mut ledger, &home).unwrap();
    let opened = CaseFilter { words: Some("节前任务".into()), ..CaseFilter::default() };
    let case = app::list_duties(&mut ledger, &opened).unwrap().cases.remove(0).row;
    let accounts = app::list_accounts(&mut ledger, Keeper::Machine).unwrap();
    for account in &accounts {
        let elsewhere = |unit: &String| match unit.len() {
            10 => "2153990999".to_string(),
            length => "539902001001".chars().take(length.max(6)).collect(),
        };
        let asked = AccountAsked {
            person: format!("{}.elsewhere", account.person),
            name: account.name.clone(),
            role: account.roles[0].clone(),
            unit: elsewhere(&account.unit),
            roles: Vec::new(),
            chosen: account.chosen.iter().map(elsewhere).collect(),
        };
        app::put_account(&mut ledger, Keeper::Machine, &asked).unwrap();
    }
    drop(ledger);
    let people = made.accounts.iter().flat_map(|line| [line.person.clone(), format!("{}.elsewhere", line.person)]).collect();
    let school = case.school.clone().unwrap();
    House { at: serve_behind_proxy(&home), _folder: folder, people, case: case.case, school }
}

/// A duty of a school of the sample, opened by hand.
fn open_case(ledger: &mut app::Ledger, home: &Path) {
    let asked = CountyAsked { pack: app::DEFAULT_PACK.into(), snapshot: None, on: None, rules_on: None };
    let kept = app::open_county(&std::sync::Arc::new(app::library(home, &[]).unwrap()), home, &asked).unwrap();
    let county = kept.whole(&app::Viewer::alone(), "county:read").unwrap();
    let school = &county.schools[0];
    app::put_user(ledger, "ju", "局领导", "bureau_leader", "539901").unwrap();
    let opening = DutyOpening {
        procedure: "cn/procedures/duty-letter".into(),
        label: "节前任务".into(),
        division: school.division.as_ref().unwrap().to_string(),
        school: Some(school.code.to_string()),
        finding: "任务".into(),
    };
    let set = [
        ("document", "通知"),
        ("clause", "1"),
        ("task", "排查"),
        ("party", "principal"),
        ("responsible", "校长"),
        ("complete_by", "2099-12-31"),
        ("proof_wanted", "清单"),
    ];
    let set = set.map(|(field, value)| (field.to_string(), value.to_string())).into();
    app::open_duty(ledger, &opening, &DutyAsked { by: Some("ju".into()), set, ..DutyAsked::default() }).unwrap();
}

/// Behind a proxy each asks from an address of their own, so that the limit of logins is not reached.
fn serve_behind_proxy(home: &Path) -> SocketAddr {
    let setting = Setting { behind_proxy: true, ..Setting::default() };
    let serving = http_server::bind(home.to_path_buf(), SocketAddr::from(([127, 0, 0, 1], 0)), setting).unwrap();
    let address = serving.address();
    std::thread::spawn(move || serving.run_until(std::future::pending()).unwrap());
    address
}

fn come_in(at: SocketAddr, person: &str) -> String {
    let body = serde_json::json!({ "person": person, "demo": true }).to_string();
    let from = format!("from {person}");
    let answer = send(at, "POST", "/api/session", &[OWN, ("X-Forwarded-For", &from)], body.as_bytes());
    assert_eq!(answer.status, 200, "{person}: {}", String::from_utf8_lossy(&answer.body));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Secure"), "{cookie}");
    cookie.split(';').next().unwrap().to_string()
}

fn path_of(house: &House, door: &str) -> String {
    let path = match door {
        "/api/{*rest}" => "/api/nothing/at/all".into(),
        "/api/indicators/{id}" => "/api/indicators/teaching_area_per_pupil".into(),
        "/api/packs/{id}" => "/api/packs/cn%2F2017-quality-balance".into(),
        "/api/packs/{*id}" => "/api/packs/cn/2017-quality-balance".into(),
        "/api/export" => "/api/export?view=schools".into(),
        "/api/export/cases" => "/api/export/cases?procedure=cn/procedures/class-size".into(),
        "/api/figures" => format!("/api/figures?indicator=teaching_area_per_pupil&stage=primary&school={}", house.school),
        _ => door.replace("{code}", &house.school),
    };
    let path = if path.starts_with("/api/cases/") { path.replace("{id}", &house.case) } else { path };
    // Whatever else is named is not there.
    let mut out = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let _ = write!(out, "/{}", if part.starts_with('{') { "none" } else { part });
    }
    out
}

#[test]
fn every_door_opens_to_whom_it_should() {
    let house = house();
    let mut told = String::new();
    let mut cookies: BTreeMap<&str, String> = BTreeMap::new();
    for person in &house.people {
        cookies.insert(person, come_in(house.at, person));
    }
    for (method, door, _) in DOORS {
        let path = path_of(&house, door);
        let mut answered: BTreeMap<(&str, u16), BTreeSet<&str>> = BTreeMap::new();
        let out = send(house.at, method, &path, &[OWN], b"{}").status;
        answered.entry(("nobody", out)).or_default();
        for person in &house.people {
            // Who goes out comes in again for the doors that follow.
            let cookie = match (*method, *door) {
                ("DELETE", "/api/session") => come_in(house.at, person),
                _ => cookies[person.as_str()].clone(),
            };
            let answer = send(house.at, method, &path, &[OWN, ("Cookie", &cookie)], b"{}");
            assert!(answer.status < 500, "{person} {method} {path}: {}", String::from_utf8_lossy(&answer.body));
            let (role, place) = match person.strip_suffix(".elsewhere") {
                Some(role) => (role, "elsewhere"),
                None => (person.as_str(), "inside"),
            };
            answered.entry((place, answer.status)).or_default().insert(role);
        }
        let _ = writeln!(told, "{method} {door}");
        for ((place, status), roles) in answered {
            let all = roles.len() * 2 == house.people.len();
            let roles = if all { "everybody".to_string() } else { roles.into_iter().collect::<Vec<_>>().join(" ") };
            let _ = writeln!(told, "  {place} {status} {roles}").map(|()| ());
        }
    }
    let told: String = told.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rights.txt");
    // The first walk of a checkout without the table writes it.
    if std::env::var_os("UPDATE").is_some() || !path.exists() {
        std::fs::write(&path, &told).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = written.lines().zip(told.lines()).find(|(a, b)| a != b);
    assert!(written == told, "tests/rights.txt is not what is answered; first {differs:?}; UPDATE=1 writes it anew");
}

#[test]
fn every_address_of_the_document_is_a_door() {
    let document: Value = serde_json::from_str(&http_server::openapi()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|key| !matches!(key.as_str(), "parameters" | "summary")) {
            let method = method.to_uppercase();
            let found = DOORS.iter().any(|(of, at, _)| *of == method && at == path);
            assert!(found, "{method} {path} has no row in DOORS: it is open to nobody");
        }
    }
    let open = DOORS.iter().filter(|(_, _, door)| *door == Door::Anybody).map(|(_, path, _)| *path);
    // Another system pushes its list with a key of its own instead of a login; the public reports without any.
    assert_eq!(
        open.collect::<BTreeSet<_>>(),
        BTreeSet::from(["/api/ledgers/lists", "/api/report", "/api/report/receipt", "/api/session"])
    );
}

#[test]
fn a_home_without_accounts_asks_for_no_login() {
    let state = get(sample_server(), "/api/session").json();
    assert_eq!((&state["asks"], &state["me"]), (&Value::Bool(false), &Value::Null));
}

#[test]
fn it_leaves_this_machine_only_with_accounts_and_tls() {
    let (_folder, home) = copy_of_sample();
    let check = |behind_proxy: bool, expected: &str| {
        let at = SocketAddr::from(([0, 0, 0, 0], 0));
        let setting = Setting { behind_proxy, ..Setting::default() };
        let refused = http_server::bind(home.clone(), at, setting).err().map(|failure| failure.what.en).unwrap_or_default();
        assert!(refused.contains(expected) && refused.is_empty() == expected.is_empty(), "{refused} instead of {expected}");
    };
    check(true, "there are no accounts");
    let mut ledger = app::open_ledger(&LedgerAsked { home: home.clone(), ..LedgerAsked::default() }).unwrap();
    let asked = AccountAsked {
        person: "li".into(),
        name: "李".into(),
        role: "bureau_leader".into(),
        unit: "539901".into(),
        ..AccountAsked::default()
    };
    app::put_account(&mut ledger, Keeper::Machine, &asked).unwrap();
    app::reset_password(&mut ledger, Keeper::Machine, "li", &[7; 32]).unwrap();
    check(false, "speaks no TLS");
    check(true, "");
}
