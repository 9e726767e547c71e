//! The ledgers over HTTP: numbers, pairs to be decided, a list that another department pushes.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use crate::client::{get, send};
use crate::house::{copy_of_sample, sample_files, serve};

const OWN: (&str, &str) = ("x-junheng", "1");

#[test]
fn a_pair_is_decided_and_a_list_finds_its_children() {
    let (_folder, home) = copy_of_sample();
    let library = app::library(&home, &[]).unwrap();
    let paths = [sample_files().join("登记册")];
    let request = app::ImportRequest {
        home: &home,
        paths: &paths,
        uploads: &[],
        dry_run: false,
        explanations: None,
        county: None,
        fresh: false,
    };
    let report = app::import_files(&library, &request, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(report.published().len(), 1);
    let at = serve(&home);

    let shown = get(at, "/api/ledgers").json();
    assert!(shown["children"].as_u64().unwrap() > 4000 && shown["suspected"].as_u64().unwrap() > 5, "{shown}");
    let looks = || std::fs::read_to_string(home.join("looked.log")).unwrap().lines().count();
    let before = looks();
    let pairs = get(at, "/api/ledgers/pairs").json();
    assert!(looks() > before, "a look that nobody wrote down");
    let pair = &pairs["pairs"][0];
    assert!(pair["reasons"].as_array().unwrap().len() > 2, "{pair}");

    let said = json!({ "left": pair["left"]["key"], "right": pair["right"]["key"], "same": true }).to_string();
    let refused = send(at, "POST", "/api/ledgers/decisions", &[], said.as_bytes());
    assert_eq!(refused.status, 403, "without the header of our own pages");
    let kept = send(at, "POST", "/api/ledgers/decisions", &[OWN], said.as_bytes()).json();
    assert_eq!((&kept["n"], &kept["same"]), (&Value::from(1), &Value::Bool(true)));
    let waiting = |answer: &Value| answer["waiting"].as_u64().unwrap();
    assert_eq!(waiting(&get(at, "/api/ledgers/pairs").json()) + 1, waiting(&pairs));
    let undone = send(at, "DELETE", "/api/ledgers/decisions", &[OWN], b"").json();
    assert_eq!((&undone["n"], &undone["undoes"]), (&Value::from(2), &Value::from(1)));
    assert_eq!(waiting(&get(at, "/api/ledgers/pairs").json()), waiting(&pairs));
    assert_eq!(send(at, "DELETE", "/api/ledgers/decisions", &[OWN], b"").status, 404);

    let list = std::fs::read(sample_files().join("新名单/新识别监测对象.csv")).unwrap();
    let key = app::make_list_key(&home, "office", &["539901".to_string()], facts::Date::constant(2999, 1, 1)).unwrap();
    let push = |key: &str| {
        let bearer = format!("Bearer {key}");
        send(at, "POST", "/api/ledgers/lists?name=list.csv", &[OWN, ("authorization", &bearer)], &list)
    };
    assert_eq!(push("00").status, 403);
    let arrived = push(&key).json();
    let count = |of: &str| arrived[of].as_array().unwrap().len();
    assert!(count("matched") * 10 >= arrived["rows"].as_u64().unwrap() as usize * 8, "{arrived}");
    assert!(arrived["newly_entitled"].as_u64().unwrap() > 0, "{arrived}");
    let elsewhere = app::make_list_key(&home, "other", &["5301".to_string()], facts::Date::constant(2999, 1, 1)).unwrap();
    let arrived = push(&elsewhere).json();
    assert_eq!((arrived["rows"].as_u64(), &arrived["findings"][0]["code"]), (Some(0), &Value::from("list-outside-scope")));
}
