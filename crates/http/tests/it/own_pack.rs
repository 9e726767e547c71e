//! A made-up province's standards, `tests/example-province`, laid into a home as an office does it: checked, evaluated, explained,
//! written as tables and shown by the server. Nothing of this province is in Rust or in the console.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use facts::{Lang, Severity, Stage};
use serde_json::Value;

use crate::client::get;
use crate::house::serve;

const STANDARD: &str = "cn-99-example/2026-running-standard";
const CLASS_SIZE: &str = "cn-99-example/2026-class-size";

fn province() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/example-province")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(path, target).unwrap();
        }
    }
}

/// A home with the province's packs and the figures of three schools.
fn home() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    copy(&province().join("policies"), &home.join("policies"));
    let library = app::library(&home, &[]).unwrap();
    let faults: Vec<String> = library.faults().map(|fault| fault.what.en.clone()).collect();
    assert_eq!(faults, Vec::<String>::new());
    let request = app::ImportRequest {
        home: &home,
        paths: &[province().join("schools.csv")],
        uploads: &[],
        dry_run: false,
        explanations: None,
        county: None,
        fresh: false,
    };
    let report = app::import_files(&library, &request, &mut |_| ControlFlow::Continue(())).unwrap();
    // The province's own figures (饮水点, 心理教师数, 劳动实践场地面积) are known to the form because its pack declares them.
    let grave: Vec<&str> =
        report.findings.iter().filter(|found| found.severity != Severity::Note).map(|found| found.what.en.as_str()).collect();
    assert_eq!(grave, Vec::<&str>::new());
    assert_eq!(report.published().len(), 1);
    (folder, home)
}

#[test]
fn a_province_needs_no_programmer() {
    let (folder, home) = home();
    let library = app::library(&home, &[]).unwrap();

    let evaluated = app::evaluate_counties(&library, &home, STANDARD, None, &[]).unwrap();
    let said: Vec<String> = evaluated.lines(false).into_iter().map(|line| line.zh).collect();
    for wanted in [
        "乙教学点（2199010002）小学 1/3 项：劳动场地 0.5 < 0.6，还差 3 ㎡；图书 15 < 20，且低于底线 16，还差 150 册",
        "小学 1 项差异系数都不超过 0.50",
        "1 每 1000 名学生至少一名专职心理教师：乙教学点 0（标准 30）",
        "县级自评合格：得分 —（满分 100，要求 85）",
    ] {
        assert!(said.iter().any(|line| line.contains(wanted)), "{wanted}\n{}", said.join("\n"));
    }

    let asked = app::FigureAsked {
        pack: STANDARD.into(),
        on: None,
        snapshot: None,
        school: facts::SchoolCode::parse("2199010002"),
        stage: Some(Stage::Primary),
        indicator: "practice_per_pupil".into(),
    };
    let explained = app::explain_figure(&library, &home, &asked).unwrap().lines();
    let explained: Vec<String> = explained.into_iter().map(|line| line.zh).collect();
    for wanted in [
        "practice_area / pupils = 15 / 30 = 0.5 ㎡/人",
        "示例省义务教育学校办学标准（示教规〔2024〕8号）第四条 劳动实践场地，2024-09-01 至 2026-08-31 有效",
        "例外：教学点：劳动实践场地减半（一般为 1.2）",
        "schools.csv › 第 9 行：15",
    ] {
        assert!(explained.iter().any(|line| line.contains(wanted)), "{wanted}\n{}", explained.join("\n"));
    }

    let out = folder.path().join("tables.xlsx");
    let asked = app::ReportAsked { pack: STANDARD.into(), on: None, snapshot: None, out: out.clone(), lang: Lang::Zh };
    app::report_tables(&library, &home, &asked).unwrap();
    let mut workbook = zip::ZipArchive::new(std::fs::File::open(out).unwrap()).unwrap();
    let mut sheets = String::new();
    workbook.by_name("xl/workbook.xml").unwrap().read_to_string(&mut sheets).unwrap();
    assert!(sheets.contains("办学条件") && sheets.contains("健康与安全"), "{sheets}");

    shown_by_the_server(&home);
}

/// Each expectation is an address, a JSON pointer, and what stands there.
fn shown_by_the_server(home: &Path) {
    let at = serve(home);
    let figure = "figures?school=2199010002&stage=primary&indicator=practice_per_pupil&";
    let (book, school) = ("indicators/books_per_pupil?", "schools/2199010001?");
    for (path, pack, pointer, wanted) in [
        ("board?", STANDARD, "/verdict", "fail"),
        ("board?", STANDARD, "/judgements/0/article/zh", "第九条 判定"),
        ("board?", STANDARD, "/judgements/0/article/en", "The rule"),
        ("board?", STANDARD, "/parts/1/verdict", "pass"),
        ("schools?", STANDARD, "/indicators/0/short/zh", "劳动场地"),
        (school, STANDARD, "/name", "甲小学"),
        (school, STANDARD, "/indicators/2/unit_title/en", "persons/device"),
        (book, STANDARD, "/citation/number", "示教规〔2024〕8号"),
        (book, STANDARD, "/stages/0/threshold", "20.0"),
        (book, STANDARD, "/stages/0/floor", "16.0"),
        (book, STANDARD, "/stages/0/limits/0/value", "0.5"),
        (figure, STANDARD, "/worked", "15 / 30"),
        (figure, STANDARD, "/threshold/value", "0.6"),
        (figure, STANDARD, "/threshold/general", "1.2"),
        (figure, STANDARD, "/lever_gap", "3.0"),
        // A national parameter under the province's label, on the day it changes.
        ("board?on=2025-09-01&", CLASS_SIZE, "/heading/pack_title/en", "Example province: class sizes (made up, for tests)"),
    ] {
        let answer = get(at, &format!("/api/{path}pack={pack}"));
        let body = answer.json();
        let found = body.pointer(pointer).unwrap_or(&Value::Null);
        let found = found.as_str().map_or_else(|| found.to_string(), str::to_string);
        assert_eq!((answer.status, found.as_str()), (200, wanted), "{path}{pack}{pointer}");
    }
    let replaced = get(at, &format!("/api/packs/{CLASS_SIZE}?on=2026-09-01")).json();
    let large =
        replaced["parameters"].as_array().unwrap().iter().find(|parameter| parameter["id"] == "large_class_from").unwrap();
    assert_eq!(large["values"][0]["value"], 51.0, "{large}");
    assert_eq!(large["values"][0]["citation"]["label"]["zh"], "示例省：51 人及以上为大班额", "{large}");
}
