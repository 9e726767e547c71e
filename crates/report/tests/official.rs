//! The official tables of the national standards, filled for a county of four schools.

mod county;

use std::path::Path;

use county::{CREATED, grid, outcome, resolve, school, signed};
use evaluate::GivenSchool;
use facts::{Lang, Stage};
use policy::PackFiles;
use report::{TablesInput, tables};

fn pack(id: &str) -> PackFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies").join(id);
    let mut files: Vec<(String, String)> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    PackFiles { id: id.into(), files, version: "0123456789ab".into() }
}

/// What schools report under either standard, whether or not it asks for it.
fn schools() -> Vec<GivenSchool> {
    use Stage::{Junior, Primary, Whole};
    let town = [
        ("pupils", Primary, Some(2100.0)),
        ("compulsory_pupils", Primary, Some(2100.0)),
        ("compulsory_classes", Primary, Some(42.0)),
        ("form_classes", Primary, Some(42.0)),
        ("form_grades", Primary, Some(6.0)),
        ("form_staff", Whole, Some(120.0)),
        ("full_time_teachers", Primary, Some(110.0)),
        ("teachers_above_required", Primary, Some(105.0)),
        ("teachers_mid_rank", Primary, Some(60.0)),
        ("backbone_teachers", Primary, Some(22.0)),
        ("pe_art_teachers", Primary, Some(19.0)),
        ("teaching_area", Whole, Some(9000.0)),
        ("indoor_sports_area", Whole, Some(800.0)),
        ("sports_field_area", Whole, Some(15000.0)),
        ("equipment_value", Whole, Some(4_300_000.0)),
        ("multimedia_rooms", Whole, Some(50.0)),
        ("computers", Whole, Some(210.0)),
        ("books", Whole, Some(42000.0)),
        ("declared_meets_provincial_standard", Whole, Some(1.0)),
    ];
    let nine_year = [
        ("pupils", Primary, Some(600.0)),
        ("pupils", Junior, Some(300.0)),
        ("compulsory_pupils", Primary, Some(600.0)),
        ("compulsory_pupils", Junior, Some(300.0)),
        ("compulsory_classes", Primary, Some(14.0)),
        ("compulsory_classes", Junior, Some(7.0)),
        ("form_classes", Primary, Some(14.0)),
        ("form_classes", Junior, Some(7.0)),
        ("form_grades", Primary, Some(6.0)),
        ("form_grades", Junior, Some(3.0)),
        ("form_staff", Whole, Some(70.0)),
        ("full_time_teachers", Primary, Some(36.0)),
        ("full_time_teachers", Junior, Some(28.0)),
        ("teachers_above_required", Primary, Some(34.0)),
        ("teachers_above_required", Junior, Some(26.0)),
        ("teachers_mid_rank", Primary, Some(20.0)),
        ("teachers_mid_rank", Junior, Some(15.0)),
        ("backbone_teachers", Primary, Some(6.0)),
        ("backbone_teachers", Junior, Some(3.0)),
        ("pe_art_teachers", Primary, Some(6.0)),
        ("pe_art_teachers", Junior, Some(3.0)),
        ("teaching_area", Whole, Some(4000.0)),
        ("indoor_sports_area", Whole, Some(0.0)),
        ("sports_field_area", Whole, Some(9000.0)),
        ("equipment_value", Whole, Some(2_100_000.0)),
        ("multimedia_rooms", Whole, Some(24.0)),
        ("computers", Whole, Some(100.0)),
        ("books", Whole, Some(23226.0)),
        ("declared_meets_provincial_standard", Whole, Some(0.0)),
    ];
    let junior = [
        ("pupils", Junior, Some(500.0)),
        ("compulsory_pupils", Junior, Some(500.0)),
        ("compulsory_classes", Junior, Some(10.0)),
        ("form_classes", Junior, Some(10.0)),
        ("form_grades", Junior, Some(3.0)),
        ("form_staff", Whole, Some(50.0)),
        ("full_time_teachers", Junior, Some(45.0)),
        ("teachers_above_required", Junior, Some(40.0)),
        ("teachers_mid_rank", Junior, Some(25.0)),
        ("backbone_teachers", Junior, Some(0.0)),
        ("pe_art_teachers", Junior, Some(5.0)),
        ("teaching_area", Whole, Some(3000.0)),
        ("indoor_sports_area", Whole, None),
        ("sports_field_area", Whole, Some(5200.0)),
        ("equipment_value", Whole, Some(1_300_000.0)),
        ("multimedia_rooms", Whole, Some(12.0)),
        ("computers", Whole, Some(60.0)),
        ("books", Whole, Some(15000.0)),
        ("declared_meets_provincial_standard", Whole, Some(1.0)),
    ];
    vec![
        school("9900000001", "城关小学", "211", "public", &town),
        school("9900000002", "河口九年一贯制学校", "312", "public", &nine_year),
        school("9900000003", "城关初级中学", "311", "public", &junior),
        school(
            "9900000004",
            "坡头教学点",
            "218",
            "public",
            &[("pupils", Primary, Some(40.0)), ("compulsory_pupils", Primary, Some(40.0))],
        ),
    ]
}

fn check(id: &str, snapshot: &str, lang: Lang) {
    let resolved = resolve(&[pack(id)], id);
    for table in &resolved.tables {
        let numbers: Vec<&str> =
            table.columns.iter().map(|column| column.number.as_str()).filter(|number| !number.is_empty()).collect();
        let counted: Vec<String> = (1..=numbers.len()).map(|n| format!("L{n}")).collect();
        assert_eq!(numbers, counted, "the columns of {} are numbered in order", table.id);
    }
    let known = |figure: &str| resolved.stock(figure).is_some();
    let mut schools = schools();
    for school in &mut schools {
        school.figures.retain(|figure| known(&figure.stock));
    }
    let county = [
        ("declared_population", 419_314.0),
        ("declared_farm_population", 251_600.0),
        ("declared_townships", 11.0),
        ("declared_villages", 119.0),
        ("declared_gdp_per_head", 61_234.5),
        ("declared_exchange_eligible", 300.0),
        ("declared_exchange_teachers", 41.0),
        ("declared_exchange_backbone", 9.0),
        ("declared_retention_graduates", 812.0),
        ("declared_retention_entrants", 830.0),
        ("declared_retention_in", 12.0),
        ("declared_retention_out", 20.0),
        ("declared_retention_deaths", 1.0),
        ("declared_survey_sent", 1200.0),
        ("declared_survey_valid", 1100.0),
        ("declared_survey_satisfied", 1001.0),
    ];
    let county: Vec<(String, f64)> =
        county.iter().filter(|(id, _)| known(id)).map(|(id, value)| (id.to_string(), *value)).collect();
    let outcome = outcome(&resolved, &schools, &county);
    assert!(outcome.matrix.findings.iter().all(|finding| finding.code != "unknown-stock"), "{:?}", outcome.matrix.findings);
    let input = TablesInput { outcome: &outcome, resolved: &resolved, signed: &signed(), created: CREATED, lang };
    // The notes on what nobody has confirmed change as the packs are confirmed.
    let text: String = grid(&tables(&input).unwrap())
        .lines()
        .filter(|line| !line.starts_with("注意：") && !line.starts_with("note: this rests"))
        .map(|line| format!("{line}\n"))
        .collect();
    insta::assert_snapshot!(snapshot, text);
}

#[test]
fn quality_balance() {
    check("cn/2017-quality-balance", "quality_balance", Lang::Zh);
    check("cn/2017-quality-balance", "quality_balance_en", Lang::En);
}

#[test]
fn basic_balance() {
    check("cn/2012-basic-balance", "basic_balance", Lang::Zh);
}
