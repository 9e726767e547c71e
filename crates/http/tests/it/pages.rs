//! What every address gives: shape and values, errors in both languages, the way from the board to a cell.

use serde_json::Value;

use crate::client::{Answer, get, send};
use crate::house::{sample_server, serve};

/// Each expectation is a JSON pointer and what must stand there: `=` a value, `?` any value but null, `#` a list or object
/// that is not empty, `0` nothing or an empty list.
fn check(path: &str, status: u16, expected: &[(&str, &str)]) -> Answer {
    let answer = get(sample_server(), path);
    let shown = String::from_utf8_lossy(&answer.body).chars().take(600).collect::<String>();
    assert_eq!(answer.status, status, "{path}: {shown}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
    let body = answer.json();
    if status >= 400 {
        said_twice(&body, path);
    }
    for (pointer, wanted) in expected {
        let found = body.pointer(pointer).unwrap_or(&Value::Null);
        let fits = match wanted.split_at(1) {
            ("=", value) => found.as_str().map_or_else(|| found.to_string(), str::to_string) == value,
            ("?", _) => !found.is_null(),
            ("#", _) => {
                found.as_array().is_some_and(|list| !list.is_empty()) || found.as_object().is_some_and(|map| !map.is_empty())
            }
            ("0", _) => found.is_null() || found.as_array().is_some_and(Vec::is_empty),
            _ => panic!("{wanted}"),
        };
        assert!(fits, "{path}{pointer}: {found} instead of {wanted}");
    }
    answer
}

/// A refusal says what and how to go on, in Chinese and in English.
fn said_twice(body: &Value, path: &str) {
    let words = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_string();
    assert!(!words("/what/zh").is_ascii(), "{path}: {body}");
    assert!(words("/what/en").chars().any(|c| c.is_ascii_alphabetic()), "{path}: {body}");
}

fn first(path: &str, pointer: &str) -> String {
    let body = get(sample_server(), path).json();
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{path}{pointer}")).to_string()
}

#[test]
fn every_page_has_its_data() {
    check(
        "/api/state",
        200,
        &[
            ("/empty", "=false"),
            ("/next_step", "0"),
            ("/snapshots/2/latest", "=true"),
            ("/snapshots/2/years/2/id", "=2025-2026"),
            ("/snapshots/1/latest", "=false"),
            ("/defaults/on", "=2025-09-01"),
            ("/defaults/pack", "=cn/2017-quality-balance"),
            ("/packs", "#"),
            ("/faults", "0"),
            ("/upload/file_bytes", "?"),
        ],
    );
    check(
        "/api/board",
        200,
        &[
            ("/heading/year", "=2025-2026"),
            ("/heading/county_name", "?"),
            ("/verdict", "=fail"),
            ("/reasons", "#"),
            ("/parts", "#"),
            ("/judgements", "#"),
            ("/spreads/13/limit", "?"),
            ("/spreads/0/cv", "?"),
            ("/items", "#"),
            ("/changes/lines", "#"),
            ("/changes/before_on", "=2024-09-01"),
        ],
    );
    check("/api/board?on=2023-09-01", 200, &[("/heading/year", "=2023-2024")]);
    check("/api/board?rules=2030-01-01", 200, &[("/heading/rules_on", "=2030-01-01"), ("/heading/on", "=2025-09-01")]);
    check("/api/board?pack=cn/2012-basic-balance", 200, &[("/composites/0/mean", "?"), ("/scores", "#")]);
    check(
        "/api/schools",
        200,
        &[
            ("/divisions", "#"),
            ("/schools/0/kind_title/en", "?"),
            ("/schools/0/stages/0/pupils", "?"),
            ("/schools/0/stages/0/verdict", "?"),
        ],
    );
    let school = first("/api/schools", "/schools/0/code");
    check(
        &format!("/api/schools/{school}"),
        200,
        &[
            ("/code", &format!("={school}")),
            ("/address", "#"),
            ("/units", "#"),
            ("/stages/0/figures/0/state", "?"),
            ("/stages/0/figures/0/county_cv", "?"),
            ("/trend/2/year", "=2025-2026"),
        ],
    );
    let indicator = first("/api/board", "/indicators/0/id");
    check(
        &format!("/api/indicators/{indicator}"),
        200,
        &[
            ("/citation/number", "?"),
            ("/stages/1/stage", "=junior"),
            ("/stages/0/threshold", "?"),
            ("/stages/0/floor", "?"),
            ("/stages/0/limits/0/value", "=0.5"),
            ("/stages/0/schools/0/share", "?"),
        ],
    );
    check(&format!("/api/indicators/{indicator}?stage=junior"), 200, &[("/stages/0/stage", "=junior"), ("/stages/1", "0")]);
    check("/api/classes", 200, &[("/limits", "#"), ("/classes/0/size", "?"), ("/totals/0/reached", "#"), ("/rooms/0/room", "?")]);
    check("/api/classes?pack=cn/2012-basic-balance", 200, &[("/limits", "#")]);
    check("/api/packs", 200, &[("/packs/0/id", "?"), ("/faults", "0")]);
    check("/api/packs?on=1999-01-01", 200, &[("/packs/0/in_force", "=false")]);
    check(
        "/api/packs/cn/2017-quality-balance?on=2016-01-01",
        200,
        &[("/in_force", "=false"), ("/changes/0/on", "=2017-04-19"), ("/changes/0/lines", "#")],
    );
    for id in ["cn/2017-quality-balance", "cn%2F2017-quality-balance"] {
        check(
            &format!("/api/packs/{id}?on=2025-09-01"),
            200,
            &[
                ("/in_force", "=true"),
                ("/parameters/0/values/0/citation/article_title", "?"),
                ("/indicators", "#"),
                ("/items", "#"),
            ],
        );
    }
    check(
        "/api/map",
        200,
        &[("/bounds/0", "?"), ("/schools/0/place/lon", "?"), ("/schools/0/place/datum", "?"), ("/layers", "0")],
    );
    check("/api/imports", 200, &[]);
}

#[test]
fn schools_stand_by_code() {
    let schools = get(sample_server(), "/api/schools").json();
    let codes: Vec<&str> = schools["schools"].as_array().unwrap().iter().map(|school| school["code"].as_str().unwrap()).collect();
    assert!(codes.is_sorted() && codes.len() > 10);
    let board = get(sample_server(), "/api/board").json();
    let short: Vec<&str> = board["short"].as_array().unwrap().iter().map(|line| line["school"].as_str().unwrap()).collect();
    assert!(short.is_sorted() && !short.is_empty());
}

/// From the board to a miss, from there to the figure, its stock, its row, and the cell that holds the number.
#[test]
fn a_figure_is_followed_to_its_cell() {
    let at = sample_server();
    let board = get(at, "/api/board").json();
    let (mut followed, mut masked) = (0, 0);
    for line in board["short"].as_array().unwrap().iter().take(4) {
        let (school, stage) = (line["school"].as_str().unwrap(), line["stage"].as_str().unwrap());
        let indicator = line["misses"][0]["indicator"].as_str().unwrap();
        let path = format!("/api/figures?indicator={indicator}&school={school}&stage={stage}");
        let figure = check(
            &path,
            200,
            &[("/figure", "=indicator"), ("/worked", "?"), ("/threshold/citation/article_title", "?"), ("/lines", "#")],
        )
        .json();
        let stocks = figure["stocks"].as_array().unwrap();
        for row in
            stocks.iter().flat_map(|stock| stock["units"].as_array().unwrap()).flat_map(|unit| unit["rows"].as_array().unwrap())
        {
            let excerpt = check(row["excerpt"].as_str().unwrap(), 200, &[("/form", "?"), ("/rows", "#")]).json();
            let rows = excerpt["rows"].as_array().unwrap();
            assert!(rows.len() <= 7 && excerpt["columns"].as_array().unwrap().len() <= 9);
            assert!(rows[0]["is_head"].as_bool().unwrap());
            let cells = || rows.iter().flat_map(|row| row["cells"].as_array().unwrap());
            masked += cells().filter(|cell| cell["masked"] == true).count();
            let target = cells().find(|cell| cell["is_target"] == true).unwrap_or_else(|| panic!("{excerpt}"));
            if let (Some(value), false) = (row["value"].as_f64(), excerpt["target_col"].is_null()) {
                let shown: f64 = target["text"].as_str().unwrap().replace(',', "").parse().unwrap();
                // Money stands in 万元 in the sheet and in yuan in the facts.
                assert!(shown == value || (shown * 10_000.0 - value).abs() < 1e-6, "{shown} is not {value} in {excerpt}");
            }
            followed += 1;
        }
    }
    assert!(followed > 4, "{followed} cells, {masked} masked");
}

#[test]
fn a_look_at_a_sheet_of_people_is_covered_and_written_down() {
    let at = sample_server();
    let state = get(at, "/api/state").json();
    let home = std::path::PathBuf::from(state["home"].as_str().unwrap());
    let logged = |home: &std::path::Path| std::fs::read_to_string(home.join("looked.log")).unwrap_or_default();
    let board = get(at, "/api/board").json();
    let indicators: Vec<String> =
        board["indicators"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().into()).collect();
    let items = board["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_string());
    let schools = get(at, "/api/schools").json();
    let school = schools["schools"][0]["code"].as_str().unwrap();
    for figure in indicators.into_iter().chain(items) {
        let answer = get(at, &format!("/api/figures?indicator={figure}&school={school}&stage=primary"));
        if answer.status != 200 {
            continue;
        }
        let words = String::from_utf8(answer.body).unwrap();
        let Some(from) = words.find("\"form\":\"staff-roll\"").or_else(|| words.find("\"form\":\"pupil-roll\"")) else {
            continue;
        };
        let excerpt = words[from..].split("\"excerpt\":\"").nth(1).unwrap().split('"').next().unwrap();
        let before = logged(&home);
        let shown = check(excerpt, 200, &[("/logged", "=true")]).json();
        let after = logged(&home);
        assert!(after.len() > before.len() && after.ends_with('\n') && after.contains("console"));
        let columns = shown["columns"].as_array().unwrap();
        for (at, column) in columns.iter().enumerate() {
            let head = shown["rows"][0]["cells"][at]["text"].as_str().unwrap();
            let tells = ["姓名", "身份证件号", "出生日期", "联系电话", "现住址", "学籍号"].contains(&head);
            assert!(!tells || column["masked"] == true, "{head} is not covered");
        }
        return;
    }
    panic!("no figure is counted from a roll");
}

#[test]
fn what_does_not_exist_is_refused_in_both_languages() {
    for (path, status) in [
        ("/api/nothing", 404),
        ("/nothing.js", 404),
        ("/../../etc/passwd", 404),
        ("/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/api/schools/0000000000", 404),
        ("/api/schools/%ff", 400),
        ("/api/indicators/nothing", 404),
        ("/api/indicators/backbone_per_100?stage=senior", 404),
        ("/api/indicators/backbone_per_100?stage=x", 400),
        ("/api/board?pack=nothing", 400),
        ("/api/board?on=yesterday", 400),
        ("/api/board?on=2050-01-01", 400),
        ("/api/board?snapshot=ffffffffffff", 404),
        ("/api/board?snapshot=..%2F..%2Fetc", 404),
        ("/api/figures", 400),
        ("/api/figures?indicator=nothing", 400),
        ("/api/figures?indicator=backbone_per_100&school=0000000000&stage=primary", 404),
        ("/api/packs/nothing/at-all", 404),
        ("/api/imports/1-1", 404),
        ("/api/imports/1-1/excerpt?file=a", 404),
        ("/api/export?view=nothing", 400),
        ("/api/export", 400),
        ("/api/reports/school/nothing", 404),
        ("/api/excerpt?file=..%2F..%2Fkeys%2Fhome.key&cell=A1", 404),
        ("/api/excerpt?file=aa&cell=99999999999", 400),
        ("/api/excerpt?file=aa", 400),
    ] {
        check(path, status, &[("/what/zh", "?"), ("/what/en", "?")]);
    }
    let answer = send(sample_server(), "PUT", "/api/board", &[crate::client::OWN], &[]);
    assert_eq!(answer.status, 405);
    said_twice(&answer.json(), "PUT /api/board");
}

#[test]
fn an_empty_home_says_what_to_do_first() {
    let folder = tempfile::tempdir().unwrap();
    let at = serve(&folder.path().join("none"));
    let state = get(at, "/api/state").json();
    assert_eq!((&state["empty"], &state["next_step"]["title"]["zh"]), (&Value::Bool(true), &Value::from("换成我的数据")));
    assert!(state["next_step"]["steps"].as_array().unwrap().len() > 1 && state["defaults"].is_null());
    for path in ["/api/board", "/api/schools", "/api/classes", "/api/map", "/api/schools/1"] {
        let answer = get(at, path);
        assert_eq!(answer.status, 400, "{path}");
        said_twice(&answer.json(), path);
    }
    assert_eq!(get(at, "/api/packs").status, 200);
    assert_eq!(get(at, "/").status, 200);
    // Looking leaves no trace.
    assert!(!folder.path().join("none").exists());
}

#[test]
fn workbooks_come_under_their_names() {
    let school = first("/api/schools", "/schools/0/code");
    for path in [
        "/api/export?view=schools".to_string(),
        "/api/export?view=schools&lang=en".into(),
        "/api/export?view=indicator&indicator=backbone_per_100".into(),
        "/api/export?view=classes".into(),
        "/api/export?view=findings".into(),
        "/api/export?view=parameters".into(),
        "/api/reports/tables".into(),
        format!("/api/reports/school/{school}"),
    ] {
        let answer = get(sample_server(), &path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.starts_with(b"PK"), "{path}");
        assert!(answer.header("content-disposition").unwrap().contains("filename*=UTF-8''"), "{path}");
        let mut book = zip::ZipArchive::new(std::io::Cursor::new(&answer.body)).unwrap();
        let names = book.file_names().map(|name| name.unwrap().into_owned());
        let sheets: Vec<String> = names.filter(|name| name.contains("worksheets/sheet")).collect();
        assert!(!sheets.is_empty(), "{path}");
        for name in sheets {
            let sheet = std::io::read_to_string(book.by_name(&name).unwrap()).unwrap();
            assert!(!sheet.contains("<f>"), "{path}: a formula in {name}");
        }
    }
}

#[test]
fn who_has_an_answer_is_spared_it_and_who_can_unpack_gets_it_packed() {
    let at = sample_server();
    let plain = get(at, "/api/schools");
    let packed = send(at, "GET", "/api/schools", &[("Accept-Encoding", "gzip, br")], &[]);
    assert_eq!((packed.header("content-encoding"), plain.header("content-encoding")), (Some("gzip"), None));
    assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() * 4 < plain.body.len());
    let etag = plain.header("etag").unwrap();
    let again = send(at, "GET", "/api/schools", &[("If-None-Match", etag)], &[]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(get(at, "/api/schools").body, plain.body);
}

#[test]
fn a_pack_put_into_the_home_is_in_force_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = serve(folder.path());
    let find = |id: &str| {
        let packs = get(at, "/api/packs").json();
        packs["packs"].as_array().unwrap().iter().any(|pack| pack["id"] == id)
            || packs["faults"].as_array().is_some_and(|faults| !faults.is_empty())
    };
    assert!(!find("cn-99/made-up"));
    let pack = folder.path().join("policies/cn-99/made-up");
    std::fs::create_dir_all(&pack).unwrap();
    std::fs::write(pack.join("pack.toml"), "id = 'cn-99/made-up'\n").unwrap();
    let seen = (0..50).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        find("cn-99/made-up")
    });
    assert!(seen);
}
