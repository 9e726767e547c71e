//! What the pages' lists hold: every item of a school, the parts of a composite and a score, workbooks in the reader's language.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::client::get;
use crate::house::sample_server;

fn json(path: &str) -> Value {
    let answer = get(sample_server(), path);
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

fn list<'a>(of: &'a Value, pointer: &str) -> &'a [Value] {
    of.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("{pointer} in {of}"))
}

/// An item that a school as a whole misses, with code and name of that school.
fn missed(board: &Value) -> (String, String, String) {
    let word = |of: &Value| of.as_str().unwrap().to_string();
    let of_schools = |item: &Value| {
        let row = list(item, "/rows")
            .iter()
            .find(|row| row["school"].is_string() && row["stage"].is_null() && row["verdict"] == "fail");
        row.map(|row| (word(&item["id"]), word(&row["school"]), word(&row["name"])))
    };
    list(board, "/items").iter().find_map(of_schools).unwrap()
}

#[test]
fn a_school_shows_every_item_that_looks_at_it() {
    let board = json("/api/board");
    let (_, code, _) = missed(&board);
    let school = json(&format!("/api/schools/{code}"));
    let items = list(&school, "/items");
    let with = |verdict: &str| items.iter().filter(|item| item["verdict"] == verdict).count();
    assert!(with("pass") > 0 && with("fail") > 0, "{items:?}");
    // Those that do not hold are those of the board.
    let ids = |item: &Value, stage: &Value| format!("{} {stage}", item["id"]);
    let failing: BTreeSet<String> =
        items.iter().filter(|item| item["verdict"] != "pass").map(|item| ids(item, &item["stage"])).collect();
    let mut of_board = BTreeSet::new();
    for item in list(&board, "/items") {
        let rows = list(item, "/rows").iter().filter(|row| row["school"] == code && row["verdict"] != "pass");
        of_board.extend(rows.map(|row| ids(item, &row["stage"])));
    }
    assert_eq!(failing, of_board);
    // What holds has its numbers too.
    assert!(items.iter().any(|item| item["verdict"] == "pass" && item["value"].is_number() && item["limit"].is_number()));
}

#[test]
fn an_item_names_its_school_and_a_missed_indicator_its_floor() {
    let board = json("/api/board");
    let (id, code, name) = missed(&board);
    let item = json(&format!("/api/figures?indicator={id}&school={code}"));
    assert_eq!((&item["school"], &item["school_name"]), (&Value::from(code), &Value::from(name)));
    let mut misses = list(&board, "/short").iter().flat_map(|at| list(at, "/misses").iter().map(move |miss| (at, miss)));
    let (at, miss) = misses.find(|(_, miss)| miss["state"] == "below-floor").unwrap();
    let word = |of: &Value| of.as_str().unwrap().to_string();
    let (indicator, school, stage) = (word(&miss["indicator"]), word(&at["school"]), word(&at["stage"]));
    let figure = json(&format!("/api/figures?indicator={indicator}&school={school}&stage={stage}"));
    assert_eq!((&figure["state"], &figure["floor"]), (&Value::from("below-floor"), &miss["floor"]));
    assert!(figure["value"].as_f64() < figure["floor"].as_f64());
}

#[test]
fn a_composite_has_its_parts_and_a_score_its_items() {
    let board = json("/api/board?pack=cn/2012-basic-balance");
    let composites = list(&board, "/composites");
    assert_eq!(composites.len(), 2);
    for composite in composites {
        let parts: Vec<f64> = list(composite, "/of").iter().filter_map(|part| part["cv"].as_f64()).collect();
        assert_eq!(parts.len(), 8, "{composite}");
        let mean = composite["mean"].as_f64().unwrap();
        assert!((parts.iter().sum::<f64>() / 8.0 - mean).abs() < 1e-12, "{composite}");
        assert!((composite["limit"].as_f64().unwrap() - mean - composite["distance"].as_f64().unwrap()).abs() < 1e-12);
    }
    let score = &list(&board, "/scores")[0];
    let points = |of: &str| list(score, "/of").iter().filter_map(|part| part[of].as_f64()).sum::<f64>();
    assert_eq!(list(score, "/of").len(), 17);
    assert_eq!((points("earned"), points("attainable")), (score["earned"].as_f64().unwrap(), 100.0));
}

#[test]
fn every_indicator_of_every_standard_is_listed() {
    for pack in list(&json("/api/packs"), "/packs") {
        let id = pack["id"].as_str().unwrap();
        let answer = get(sample_server(), &format!("/api/indicators?pack={id}"));
        // Standards that are not in force on the day, or hold elsewhere, say so.
        if answer.status != 200 {
            continue;
        }
        let listed = answer.json();
        let board = json(&format!("/api/board?pack={id}"));
        let ids = |rows: &[Value], pointer: &str| -> BTreeSet<String> {
            rows.iter().map(|row| row.pointer(pointer).unwrap().to_string()).collect()
        };
        assert_eq!(ids(list(&listed, "/rows"), "/indicator/id"), ids(list(&board, "/indicators"), "/id"), "{id}");
    }
}

#[test]
fn workbooks_speak_the_language_that_is_asked_for() {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (path, heading) in [
        ("/api/export?view=schools", "pupils"),
        ("/api/export?view=indicator&indicator=backbone_per_100", "threshold"),
        ("/api/export?view=classes", "class"),
        ("/api/export?view=findings", "way on"),
        ("/api/export?view=parameters", "confirmed"),
    ] {
        for (lang, wanted) in [("zh", false), ("en", true)] {
            let body = get(sample_server(), &format!("{path}&lang={lang}")).body;
            let mut book = zip::ZipArchive::new(std::io::Cursor::new(body)).unwrap();
            let words = std::io::read_to_string(book.by_name("xl/sharedStrings.xml").unwrap()).unwrap();
            assert_eq!(words.contains(&format!(">{heading}<")), wanted, "{path} {lang}");
            // The first words are the title of the sheet.
            let title = words.split("<t").nth(1).and_then(|rest| rest.split('>').nth(1)).unwrap_or_default();
            assert_eq!(title.chars().any(is_han), !wanted, "{path} {lang}: {title}");
        }
    }
}

#[test]
fn a_declared_figure_shows_what_it_is_of() {
    let explained = json("/api/figures?indicator=quality_monitoring");
    let rows: Vec<&Value> = list(&explained, "/stocks").iter().flat_map(|stock| list(stock, "/rows")).collect();
    let declared = rows.iter().find(|row| row["form"] == "declarations").unwrap_or_else(|| panic!("{explained}"));
    let excerpt = json(declared["excerpt"].as_str().unwrap());
    let masked: Vec<&str> = (list(&excerpt, "/columns").iter().filter(|column| column["masked"] == true))
        .map(|column| column["letters"].as_str().unwrap())
        .collect();
    assert!(masked.is_empty(), "covered without need: {masked:?} of {excerpt}");
}
