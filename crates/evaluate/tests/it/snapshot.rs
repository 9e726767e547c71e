//! From rows in a snapshot to stocks, and from a figure back to its cells.

use evaluate::{Cell, Lack, State, StockMatrix, evaluate, explain, matrix};
use facts::Stage::{Junior, Primary, Whole};
use facts::{CountyCode, FactSink, FileHash, Missing, Origin, Place, SchoolYear, Stage, Table, Value};
use snapshot::{Finish, Finished, Home, Snapshot, SnapshotWriter, SourceFile};
use tempfile::TempDir;

use crate::tiny::{ON, code, date, resolved, resolved_with};

struct Row {
    table: &'static str,
    given: Vec<(&'static str, Value)>,
    sheet: &'static str,
    row: u32,
    col: Option<u32>,
}

fn text(words: &str) -> Value {
    Value::text(words)
}

fn listed(code: &str, kind: &str, parent: Option<&str>, row: u32) -> Row {
    let mut given = vec![
        ("code", text(code)),
        ("name", text(&format!("{code}学校"))),
        ("kind", text(kind)),
        ("owner", text("public")),
        ("urban_rural", text("121")),
        ("counts_as_school", Value::Integer(i64::from(parent.is_none()))),
        ("built_year", Value::Integer(2000)),
        ("valid_from", Value::Date(date("2023-09-01"))),
        ("valid_to", Value::Date(date("2024-08-31"))),
    ];
    given.extend(parent.map(|parent| ("parent", text(parent))));
    Row { table: "schools", given, sheet: "学校", row, col: None }
}

fn figure(school: &str, stage: Stage, item: &str, value: Value, row: u32) -> Row {
    let given = vec![
        ("school", text(school)),
        ("year", text("2023-2024")),
        ("stage", text(stage.id())),
        ("item", text(item)),
        ("value", value),
    ];
    Row { table: "school_figures", given, sheet: "教基5170", row, col: Some(3) }
}

fn class(school: &str, stage: Stage, grade: i64, size: i64, row: u32) -> Row {
    let given = vec![
        ("school", text(school)),
        ("year", text("2023-2024")),
        ("stage", text(stage.id())),
        ("grade", Value::Integer(grade)),
        ("name", text(&format!("{row}班"))),
        ("size", Value::Integer(size)),
    ];
    Row { table: "classes", given, sheet: "班级", row, col: None }
}

fn county() -> Vec<Row> {
    let real = Value::Real;
    vec![
        listed("N", "312", None, 2),
        listed("P", "211", Some("N"), 3),
        listed("A", "211", None, 4),
        listed("B", "311", None, 5),
        figure("N", Primary, "pupils", real(600.0), 10),
        figure("N", Junior, "pupils", real(300.0), 11),
        figure("N", Whole, "teaching_area", real(4000.0), 12),
        figure("N", Primary, "teachers_backbone", real(6.0), 13),
        figure("N", Junior, "teachers_backbone", Value::Missing(Missing::Dash), 14),
        figure("P", Primary, "pupils", real(100.0), 15),
        figure("P", Whole, "teaching_area", real(500.0), 16),
        figure("P", Primary, "teachers_backbone", real(1.0), 17),
        figure("A", Primary, "pupils", real(100.0), 18),
        figure("B", Junior, "pupils", real(100.0), 19),
        class("N", Primary, 1, 46, 30),
        class("N", Primary, 2, 45, 31),
        class("N", Junior, 7, 46, 32),
        class("A", Primary, 1, 45, 33),
    ]
}

fn publish(rows: &[Row]) -> (TempDir, Snapshot) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Home::open_or_create(folder.path()).expect("a home");
    let file = FileHash("0a".repeat(32));
    {
        let lock = home.lock("test").expect("a lock");
        let county = CountyCode::parse("530000").expect("a county");
        let mut writer = SnapshotWriter::begin(&lock, county, None).expect("a writer");
        for Row { table, given, sheet, row, col } in rows {
            let table: &'static Table = facts::table(table).expect("a table");
            let mut values = vec![Value::Missing(Missing::Blank); table.columns.len()];
            for (name, value) in given {
                values[table.position(name).expect("a column")] = value.clone();
            }
            let origin = Origin { form: "test-form", file: &file, sheet, row: *row, col: *col, slot: "all" };
            writer.push(table, &values, &origin).expect("pushed");
        }
        let files = vec![SourceFile { name: "报表.xlsx".into(), hash: file.clone(), form: "test-form".into() }];
        let created = "2024-11-24T08:00:00Z".parse().expect("a time");
        let finish = Finish { county_name: "某县".into(), created, files, findings: Vec::new() };
        assert!(matches!(writer.finish(finish).expect("finished"), Finished::New(_)));
    }
    let id = home.latest(&CountyCode::parse("530000").expect("a county")).expect("listed").expect("there");
    let snapshot = home.snapshot(id.as_str()).expect("opened");
    (folder, snapshot)
}

fn cell(matrix: &StockMatrix, school: &str, stage: Stage, stock: &str) -> Cell {
    let position = matrix.position(&code(school)).expect("a school");
    matrix.schools[position].stocks.get(stage, matrix.stock(stock).expect("a stock"))
}

fn year() -> SchoolYear {
    SchoolYear::starting(2023)
}

#[test]
fn rows_become_stocks_of_counted_schools() {
    let (_folder, snapshot) = publish(&county());
    let matrix = matrix(&snapshot, &resolved(ON), year(), date(ON)).expect("a matrix");
    let check = |school: &str, stage: Stage, stock: &str, expected: Cell| {
        assert_eq!(cell(&matrix, school, stage, stock), expected, "{school} {stage:?} {stock}");
    };
    assert_eq!(matrix.schools.iter().map(|school| school.code.as_str()).collect::<Vec<_>>(), ["A", "B", "N"]);
    // The campus is divided by its own single stage, then added.
    check("N", Primary, "teaching_area", Cell::Known(4000.0 * 600.0 / 930.0 + 500.0));
    check("N", Primary, "backbone", Cell::Known(7.0));
    check("N", Junior, "backbone", Cell::Missing(Lack::Blank));
    check("A", Primary, "backbone", Cell::Missing(Lack::NoRow));
    check("A", Junior, "pupils", Cell::Missing(Lack::NoSuchStage));
    // The parameter of the filter differs by stage: 46 is too many in primary, not in junior classes.
    check("N", Primary, "classes_over", Cell::Known(1.0));
    check("N", Junior, "classes_over", Cell::Known(0.0));
    // Nothing found in a register that was handed in is zero; without a register it is missing.
    check("A", Primary, "classes_over", Cell::Known(0.0));
    check("B", Junior, "classes_over", Cell::Missing(Lack::NotInRegister));
    assert_eq!(matrix.county[matrix.stock("declared_plan").expect("a stock")], Cell::Missing(Lack::NoRow));
}

#[test]
fn a_parameter_that_an_exception_replaces_reaches_the_filter() {
    let relaxed = [(
        "parameter = \"area_min\"\nwhen = \"school.built_year <= 1980\"\nvalue = 3",
        "parameter = \"size_max\"\nwhen = \"school.built_year <= 2000\"\nvalue = 46",
    )];
    let (_folder, snapshot) = publish(&county());
    let matrix = matrix(&snapshot, &resolved_with(ON, &relaxed), year(), date(ON)).expect("a matrix");
    assert_eq!(cell(&matrix, "N", Primary, "classes_over"), Cell::Known(0.0));
}

/// Both figures count for primary, one for junior.
const BY_STAGE: &str = "(stage = 'primary' and item in ('teachers_backbone', 'teachers_visiting')) or \
                        (stage = 'junior' and item = 'teachers_backbone')";

#[test]
fn a_sum_of_figures_is_known_only_where_each_is_stated() {
    // The filter of the backbone stock, rows beside those of the county, and what is known then of school A and of N (junior).
    let check = |filter: &str, more: &str, rows: &[(&str, Stage, &str, Value)], a: Cell, n: Cell| {
        let mut all = county();
        all.retain(|row| !row.given.iter().any(|(_, value)| *value == Value::Missing(Missing::Dash)));
        let rows = rows.iter().enumerate();
        all.extend(rows.map(|(at, (school, stage, item, value))| figure(school, *stage, item, value.clone(), 60 + at as u32)));
        let (_folder, snapshot) = publish(&all);
        let new = format!("where = \"{filter}\"\n{more}");
        let resolved = resolved_with(ON, &[("where = \"item = 'teachers_backbone'\"", &new)]);
        let matrix = matrix(&snapshot, &resolved, year(), date(ON)).expect("a matrix");
        assert_eq!(cell(&matrix, "A", Primary, "backbone"), a, "{filter} {more} A");
        assert_eq!(cell(&matrix, "N", Junior, "backbone"), n, "{filter} {more} N");
        let told = |school: &str| {
            let found = matrix.findings.iter().find(|finding| {
                finding.code == "figures-left-out"
                    && matches!(&finding.place, Place::School { code, .. } if code.as_str() == school)
            });
            found.map(|finding| finding.what.zh.clone())
        };
        assert_eq!(told("A").is_some(), a == Cell::Missing(Lack::ItemsNotStated), "{filter} {more}");
        assert!(told("A").is_none_or(|words| words.contains("小学 骨干教师缺teachers_visiting")), "{:?}", told("A"));
    };
    let left_out = Cell::Missing(Lack::ItemsNotStated);
    let backbone = |school, stage, value| (school, stage, "teachers_backbone", Value::Real(value));
    let visiting = |school, stage, value| (school, stage, "teachers_visiting", value);
    let both = "item in ('teachers_backbone', 'teachers_visiting')";
    let rows = [backbone("A", Primary, 2.0), backbone("N", Junior, 3.0)];
    check(both, "", &rows, left_out, left_out);
    check("item = 'teachers_backbone' or item = 'teachers_visiting'", "", &rows, left_out, left_out);
    check(BY_STAGE, "", &rows, left_out, Cell::Known(3.0));
    // A condition on the value does not excuse from stating it.
    check(&format!("{both} and value > 0"), "", &rows, left_out, left_out);
    // A pack may say that no row means none.
    check(both, "absent_is_zero = [\"teachers_visiting\"]", &rows, Cell::Known(2.0), Cell::Known(3.0));
    // Zero is a number, a blank cell is not; what nobody states has no row.
    let stated = [rows[0].clone(), visiting("A", Primary, Value::Real(0.0))];
    check(both, "", &stated, Cell::Known(2.0), Cell::Missing(Lack::NoRow));
    let zero_dropped = format!("{both} and value > 0");
    check(&zero_dropped, "", &stated, Cell::Known(2.0), Cell::Missing(Lack::NoRow));
    let blank = [rows[0].clone(), visiting("A", Primary, Value::Missing(Missing::Blank))];
    check(both, "", &blank, Cell::Missing(Lack::Blank), Cell::Missing(Lack::NoRow));
    // A row of the whole school is no row of the stage.
    let whole = [rows[0].clone(), visiting("A", Whole, Value::Real(1.0))];
    check(both, "", &whole, left_out, Cell::Missing(Lack::NoRow));
    // A campus must state each figure too.
    let campus = [
        rows[0].clone(),
        visiting("A", Primary, Value::Real(0.0)),
        backbone("N", Junior, 3.0),
        visiting("N", Junior, Value::Real(1.0)),
    ];
    check(both, "", &campus, Cell::Known(2.0), Cell::Known(4.0));
}

#[test]
fn schools_are_those_of_the_day() {
    let (_folder, snapshot) = publish(&county());
    let day = date("2025-09-01");
    let matrix = matrix(&snapshot, &resolved("2025-09-01"), SchoolYear::starting(2025), day).expect("a matrix");
    assert!(matrix.schools.is_empty());
    assert!(matrix.findings.iter().any(|finding| finding.code == "no-schools-on-date"));
}

#[test]
fn stocks_of_earlier_years_see_those_years() {
    let of_year = |mut row: Row, year: &str| {
        row.given.retain(|(column, _)| *column != "year");
        row.given.push(("year", text(year)));
        row
    };
    let mut rows = county();
    let mut before = listed("A", "211", None, 50);
    before.given.retain(|(column, _)| !column.starts_with("valid"));
    before.given.push(("valid_to", Value::Date(date("2023-08-31"))));
    rows.extend([
        before,
        of_year(class("A", Primary, 1, 50, 51), "2021-2022"),
        of_year(class("A", Primary, 2, 45, 52), "2022-2023"),
        of_year(class("N", Primary, 1, 45, 53), "2023-2024"),
    ]);
    let stock = |id: &str, years: &str| {
        format!(
            "[[stock]]\nid = \"{id}\"\ntitle = \"超额班\"\ntitle_en = \"Over\"\nunit = \"class\"\ntable = \"classes\"\n\
             where = \"size > :size_max\"\naggregate = \"count(*)\"\n{years}\n"
        )
    };
    let now = "[[stock]]\nid = \"classes_over\"";
    let more = format!("{}{}{now}", stock("over_last", "year = -1"), stock("over_before", "since = -9\nyear = -1"));
    let (_folder, snapshot) = publish(&rows);
    let resolved = resolved_with(ON, &[(now, &more)]);
    let matrix = matrix(&snapshot, &resolved, year(), date(ON)).expect("a matrix");
    let check = |school: &str, stock: &str, expected: Cell| {
        assert_eq!(cell(&matrix, school, Primary, stock), expected, "{school} {stock}");
    };
    check("A", "classes_over", Cell::Known(0.0));
    check("A", "over_last", Cell::Known(0.0));
    check("A", "over_before", Cell::Known(1.0));
    // It did not exist when the others handed in their registers: it had no class.
    check("N", "over_last", Cell::Known(0.0));
    check("N", "over_before", Cell::Known(0.0));
}

#[test]
fn a_figure_leads_back_to_its_cells() {
    let (_folder, snapshot) = publish(&county());
    let resolved = resolved(ON);
    let matrix = matrix(&snapshot, &resolved, year(), date(ON)).expect("a matrix");
    let explained = explain(Some(&snapshot), &resolved, &matrix, &code("N"), Primary, "area_per_pupil").expect("explained");
    assert_eq!(explained.state, State::Missed);
    let area = explained.stocks.iter().find(|stock| stock.id == "teaching_area").expect("the area");
    let places: Vec<String> = area.units.iter().flat_map(|unit| &unit.rows).map(|row| row.place.words().zh).collect();
    assert_eq!(places, ["报表.xlsx › 教基5170 › C12", "报表.xlsx › 教基5170 › C16"]);
    assert_eq!(area.units[0].rows[0].value, Some(4000.0));
    assert_eq!(area.units[0].working.as_ref().map(|working| working.words.as_str()), Some("4000 × 600 / (600 + 1.1 × 300)"));
    let words: Vec<String> = explained.lines().into_iter().map(|line| line.zh).collect();
    assert!(words.iter().any(|line| line.contains("报表.xlsx › 教基5170 › C12：4000")), "{words:#?}");
    let missing = explain(Some(&snapshot), &resolved, &matrix, &code("N"), Junior, "backbone_per_100").expect("explained");
    let row = &missing.stocks.iter().find(|stock| stock.id == "backbone").expect("backbone").units[0].rows[0];
    assert_eq!((row.value, row.missing.as_deref()), (None, Some("dash")));
}

#[test]
fn an_outcome_names_its_snapshot() {
    let (_folder, snapshot) = publish(&county());
    let resolved = resolved(ON);
    let matrix = matrix(&snapshot, &resolved, year(), date(ON)).expect("a matrix");
    let outcome = evaluate(&resolved, &matrix);
    let heading = &outcome.matrix.heading;
    assert_eq!(heading.snapshot.as_deref(), Some(snapshot.manifest().id.as_str()));
    assert_eq!((heading.county_name.as_str(), heading.pack.as_str(), heading.pack_version.as_str()), ("某县", "cn/tiny", "v1"));
}
