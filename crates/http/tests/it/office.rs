//! The pages of an office's week: calendar, statements that are sent twice, hand-overs, counts by township, cases from data.

use std::net::SocketAddr;

use app::LedgerAsked;
use http_server::Setting;
use serde_json::{Value, json};

use crate::client::{Answer, OWN, send};
use crate::house::copy_of_sample;

struct House {
    _folder: tempfile::TempDir,
    home: std::path::PathBuf,
    at: SocketAddr,
}

impl House {
    fn open() -> House {
        let (folder, home) = copy_of_sample();
        let asked = LedgerAsked { home: home.clone(), practice: true, ..LedgerAsked::default() };
        let mut ledger = app::open_ledger(&asked).unwrap();
        let made = app::make_demo(&mut ledger, &home).unwrap();
        let left: Vec<&str> = made.findings.iter().map(|finding| finding.what.en.as_str()).collect();
        assert!(left.is_empty() && made.receipts.len() == 1, "{left:?}");
        drop(ledger);
        let setting = Setting { behind_proxy: true, ..Setting::default() };
        let serving = http_server::bind(home.clone(), SocketAddr::from(([127, 0, 0, 1], 0)), setting).unwrap();
        let at = serving.address();
        std::thread::spawn(move || serving.run_until(std::future::pending()).unwrap());
        House { _folder: folder, home, at }
    }

    fn ask(&self, person: &str, method: &str, path: &str, body: &[u8], kind: &str) -> Answer {
        let come = json!({ "person": person, "demo": true }).to_string();
        let answer = send(self.at, "POST", "/api/session", &[OWN, ("X-Forwarded-For", person)], come.as_bytes());
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_string();
        send(self.at, method, path, &[OWN, ("Cookie", &cookie), ("Content-Type", kind)], body)
    }

    fn get(&self, person: &str, path: &str) -> Value {
        let answer = self.ask(person, "GET", path, b"", "application/json");
        assert_eq!(answer.status, 200, "{person} {path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    fn state(&self, person: &str, deed: &Value) -> Answer {
        let boundary = "----state";
        let mut body = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"deed\"\r\n\r\n{deed}\r\n").into_bytes();
        for kind in ["visit_record", "photo", "roll_call"] {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{kind}\"; filename=\"a.jpg\"\r\n\r\n");
            body.extend(head.bytes());
            body.extend(b"\xff\xd8\xff a photo\r\n");
        }
        body.extend(format!("--{boundary}--\r\n").bytes());
        self.ask(person, "POST", "/api/statements", &body, &format!("multipart/form-data; boundary={boundary}"))
    }

    /// Lines of the log of cases.
    fn lines(&self) -> u64 {
        app::verify_log(&self.home, None).unwrap().head.lines
    }
}

/// An answer to every field: the first choice, nought, today, or a word.
fn filled(statement: &Value, today: &Value) -> serde_json::Map<String, Value> {
    let points = statement["lists"].as_array().unwrap().iter().flat_map(|list| list["points"].as_array().unwrap());
    let fields = points.chain(statement["fields"].as_array().unwrap());
    let value = |field: &Value| match field["kind"].as_str().unwrap() {
        "choice" => field["choices"][0]["id"].clone(),
        "number" => json!("0"),
        "date" => today.clone(),
        _ => json!("听课、访谈"),
    };
    fields
        .filter(|field| field["optional"] == false)
        .map(|field| (field["id"].as_str().unwrap().to_string(), value(field)))
        .collect()
}

#[test]
fn a_visit_that_is_sent_twice_is_one_visit() {
    let house = House::open();
    let form = house.get("responsible-inspector", "/api/statements");
    let statement = form["statements"].as_array().unwrap().iter().find(|one| one["overdue"] == false).unwrap();
    assert_eq!(statement["lists"][0]["points"].as_array().unwrap().len(), 8, "the eight matters of the pack");
    let fields = filled(statement, &form["today"]);
    let deed = |unit: &Value, key: &str| {
        let of = |name: &str| statement[name].clone();
        let (procedure, routine, period) = (of("procedure"), of("routine"), of("period"));
        json!({ "procedure": procedure, "routine": routine, "period": period, "unit": unit, "fields": fields, "key": key })
    };
    let unit = &statement["units"][0]["code"];
    let before = house.lines();
    let first = house.state("responsible-inspector", &deed(unit, "a1"));
    assert_eq!(first.status, 200, "{}", String::from_utf8_lossy(&first.body));
    let after = house.lines();
    assert!(after > before);
    // The same again, and once more: the same answer, and nothing is written.
    for _ in 0..2 {
        let again = house.state("responsible-inspector", &deed(unit, "a1"));
        assert_eq!((again.status, &again.json()["case"]), (200, &first.json()["case"]));
    }
    assert_eq!(house.lines(), after);
    // Another visit of the same period is another word, and is told that one was made.
    let other = house.state("responsible-inspector", &deed(unit, "b2"));
    assert!(other.status == 400 && other.json()["what"]["zh"].as_str().unwrap().contains("报过"), "{}", other.status);
    // A school that is not theirs is refused, and so is somebody who makes no visits.
    let schools = house.get("bureau-leader", "/api/schools");
    let own: Vec<&Value> = statement["units"].as_array().unwrap().iter().map(|unit| &unit["code"]).collect();
    let strange = schools["schools"].as_array().unwrap().iter().map(|one| &one["code"]).find(|code| !own.contains(code)).unwrap();
    assert_eq!(house.state("responsible-inspector", &deed(strange, "c3")).status, 403);
    assert_eq!(house.state("basic-education", &deed(unit, "d4")).status, 400);
    // The case shows nothing of the word.
    let case = first.json()["case"].as_str().unwrap().to_string();
    assert!(!house.get("responsible-inspector", &format!("/api/cases/{case}")).to_string().contains("a1\""));
}

#[test]
fn a_month_shows_what_is_due_and_who_has_not_reported() {
    let house = House::open();
    let month = house.get("basic-education", "/api/calendar?month=2026-10");
    let days = month["days"].as_array().unwrap();
    let day = |on: &str| days.iter().find(|day| day["on"] == on).unwrap();
    assert_eq!((days.len(), &month["before"], &month["after"]), (31, &json!("2026-09"), &json!("2026-11")));
    // The first is a Thursday that is off.
    let first = day("2026-10-01");
    assert_eq!((&first["weekday"], &first["worked"], &first["exchanged"]), (&json!(4), &json!(false), &json!(true)));
    let fixed = month["fixed"].as_array().unwrap();
    let monthly = fixed.iter().find(|one| one["routine"] == "school_monthly").unwrap();
    let (units, stated) = (monthly["units"].as_u64().unwrap(), monthly["stated"].as_u64().unwrap());
    assert!(units > 1 && units - stated == monthly["missing"].as_array().unwrap().len() as u64);
    // A school sees its own alone; nobody sees the inspectors' other schools.
    let of_school = house.get("principal", "/api/calendar?month=2026-10");
    assert!(of_school["fixed"].as_array().unwrap().iter().all(|one| one["units"] == 1), "{of_school}");
    let december = house.get("prefecture-education", "/api/calendar?month=2026-12");
    let routines: Vec<&str> = december["fixed"].as_array().unwrap().iter().map(|one| one["routine"].as_str().unwrap()).collect();
    for routine in ["school_monthly", "county_quarterly", "province_assessment"] {
        assert!(routines.contains(&routine), "{routine} in {routines:?}");
    }
    let wrong = house.ask("basic-education", "GET", "/api/calendar?month=2026-13", b"", "application/json");
    assert_eq!(wrong.status, 400);
    let workbook = house.ask("basic-education", "GET", "/api/export/calendar?month=2026-10&lang=en", b"", "application/json");
    assert!(workbook.status == 200 && workbook.body.starts_with(b"PK"));
}

#[test]
fn cases_come_from_the_data_and_are_counted_by_township() {
    let house = House::open();
    let sync = || house.ask("basic-education", "POST", "/api/duty/sync", b"", "application/json").json();
    // What is late is told upwards once.
    let first = sync();
    assert!(first["as_of"] == "2025-09-01" && !first["escalated"].as_array().unwrap().is_empty(), "{first}");
    let again = sync();
    for part in ["opened", "reopened", "closed", "escalated"] {
        assert!(again[part].as_array().unwrap().is_empty(), "{part}: {again}");
    }
    assert_eq!(house.ask("principal", "POST", "/api/duty/sync", b"", "application/json").status, 403);
    let counted = house.get("bureau-leader", "/api/closeouts");
    let rows = counted["rows"].as_array().unwrap();
    let codes: Vec<&str> = rows.iter().map(|row| row["division"].as_str().unwrap()).collect();
    assert!(codes.is_sorted(), "in the order of the codes: {codes:?}");
    let sum: u64 = rows.iter().map(|row| row["opened"].as_u64().unwrap()).sum();
    assert!(sum > 3 && Some(sum) == counted["total"]["opened"].as_u64(), "{counted}");
    assert!(counted["total"]["overdue"].as_u64() > Some(0) && counted["total"]["closed"].as_u64() > Some(0), "{counted}");
    // A township sees its own row.
    let own = house.get("township-education", "/api/closeouts");
    assert_eq!(own["rows"].as_array().unwrap().len(), 1, "{own}");
    let workbook = house.ask("bureau-leader", "GET", "/api/export/closeouts", b"", "application/json");
    assert!(workbook.status == 200 && workbook.body.starts_with(b"PK"));
}

#[test]
fn a_hand_over_has_a_receipt_once_it_is_signed_for() {
    let house = House::open();
    let waiting = |person: &str| -> Vec<Value> {
        let all = house.get(person, "/api/hand-overs");
        all["hand_overs"].as_array().unwrap().clone()
    };
    let people = ["bureau-leader", "basic-education", "personnel", "planning", "safety", "finance", "legal"];
    let found = people.iter().find_map(|person| Some((*person, waiting(person).into_iter().find(|one| one["mine"] == true)?)));
    let (person, offered) = found.expect("the home for showing has one to sign for");
    assert_eq!(offered["answer"], Value::Null);
    let case = offered["case"].as_str().unwrap();
    let body = "------x\r\nContent-Disposition: form-data; name=\"deed\"\r\n\r\n{\"deed\":\"take-over\"}\r\n------x--\r\n";
    let kind = "multipart/form-data; boundary=----x";
    let signed = house.ask(person, "POST", &format!("/api/cases/{case}"), body.as_bytes(), kind);
    assert_eq!(signed.status, 200, "{}", String::from_utf8_lossy(&signed.body));
    let after = waiting(person).into_iter().find(|one| one["receipt"] == offered["receipt"]).unwrap();
    assert_eq!((&after["mine"], &after["answer"]["taken"]), (&json!(false), &json!(true)));
}
