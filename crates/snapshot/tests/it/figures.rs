use facts::{Date, Missing, SchoolCode, Stage, Value};
use snapshot::{Aggregate, StockQuery};

use crate::county::*;

/// Compares the answer to one query, asked alone and together with others, with lines
/// `school stage value rows missing`.
fn check(rows: &[Row], query: &StockQuery<'_>, expected: &[&str]) {
    let (_dir, home) = home();
    let manifest = publish_new(&home.lock("甲").unwrap(), None, rows);
    let snapshot = home.snapshot(manifest.id.as_str()).unwrap();
    snapshot.verify().unwrap();
    let all = StockQuery { where_sql: "", aggregate: Aggregate::CountRows, ..*query };
    let other_params = [("p".to_string(), 99.0)];
    let other = StockQuery { params: &other_params, ..*query };
    let alone = snapshot.stock(query).unwrap();
    let together = snapshot.stocks(&[all, *query, other, all]).unwrap();
    assert_eq!(alone, together[1]);
    let lines: Vec<String> = alone
        .iter()
        .map(|row| {
            let school = row.school.as_ref().map_or("-", SchoolCode::as_str);
            let value = row.value.map_or("-".to_string(), |value| value.to_string());
            format!("{school} {} {value} {} {}", row.stage.id(), row.rows, row.missing)
        })
        .collect();
    assert_eq!(lines, expected);
    // The trace: as many rows as had a say.
    for row in &alone {
        let behind = snapshot.stock_rows(query, row.school.as_ref(), row.stage).unwrap();
        assert!(behind.len() >= row.rows as usize && behind.len() <= (row.rows + row.missing) as usize);
    }
}

#[test]
fn a_figure_by_item() {
    let mut county_line = figure("S1", "whole", "books", 7.0, 9);
    county_line.values[0] = Value::Missing(Missing::Blank);
    let mut last_year = figure("S1", "primary", "books", 3.0, 10);
    last_year.values[1] = Value::text("2024-2025");
    let mut unknown = figure("S2", "junior", "books", 0.0, 11);
    unknown.values[4] = Value::Missing(Missing::Dash);
    let rows = [
        figure("S1", "primary", "books", 40.0, 1),
        figure("S1", "junior", "books", 30.5, 2),
        figure("S2", "primary", "computers", 4.0, 3),
        county_line,
        last_year,
        unknown,
    ];
    let books = query("school_figures", "item = 'books'", Aggregate::Sum("value"));
    check(&rows, &books, &["- whole 7 1 0", "S1 primary 40 1 0", "S1 junior 30.5 1 0", "S2 junior - 1 1"]);
    check(&rows, &query("school_figures", "item = 'none such'", Aggregate::Sum("value")), &[]);
    check(&rows, &query("rooms", "kind = 'music'", Aggregate::CountRows), &[]);
}

#[test]
fn several_years_at_once() {
    let of_year = |start: i16, grade, size, n| {
        let mut row = class("S1", "primary", grade, "1班", Value::Integer(size), n);
        row.values[1] = Value::text(facts::SchoolYear::starting(start).id());
        row
    };
    let this = year().start();
    let rows = [of_year(this - 2, 1, 58, 1), of_year(this - 1, 2, 45, 2), of_year(this, 3, 57, 3), of_year(this, 4, 40, 4)];
    let since = |offset: i16| facts::SchoolYear::starting(this + offset);
    let now = query("classes", "size > 50", Aggregate::CountRows);
    check(&rows, &now, &["S1 primary 1 1 0"]);
    check(&rows, &StockQuery { since: since(-1), year: since(-1), ..now }, &[]);
    check(&rows, &StockQuery { since: since(-9), year: since(-1), ..now }, &["S1 primary 1 1 0"]);
    check(&rows, &StockQuery { since: since(-2), ..now }, &["S1 primary 2 2 0"]);
}

#[test]
fn a_count_with_parameters() {
    let size = |n| Value::Integer(n);
    let rows = [
        class("S1", "primary", 1, "1班", size(46), 1),
        class("S1", "primary", 1, "2班", size(45), 2),
        class("S1", "junior", 7, "1班", size(51), 3),
        class("S2", "primary", 1, "1班", Value::Missing(Missing::Dash), 4),
    ];
    let params = [("p".to_string(), 45.0), ("unused".to_string(), 1.0)];
    let over = StockQuery { params: &params, ..query("classes", "size > :p", Aggregate::CountRows) };
    // A class of unknown size is neither over nor under: it is missing, not zero.
    check(&rows, &over, &["S1 primary 1 1 0", "S1 junior 1 1 0", "S2 primary - 0 1"]);
    check(&rows, &query("classes", "", Aggregate::Max("size")), &["S1 primary 46 2 0", "S1 junior 51 1 0", "S2 primary - 1 1"]);
    check(&rows, &query("classes", "grade = 1", Aggregate::Min("size")), &["S1 primary 45 2 0", "S2 primary - 1 1"]);
    check(&rows, &query("classes", "size is null", Aggregate::CountRows), &["S2 primary 1 1 0"]);
    check(
        &rows,
        &query("classes", "size / (grade - 1) > 1", Aggregate::CountRows),
        &["S1 primary - 0 2", "S1 junior 1 1 0", "S2 primary - 0 1"],
    );
}

#[test]
fn a_count_of_people_without_seeing_them() {
    let rows = [
        pupil("S1", 1, Value::Integer(1)),
        pupil("S1", 2, Value::Integer(0)),
        pupil("S1", 3, Value::Missing(Missing::Blank)),
        pupil("S2", 4, Value::Integer(0)),
    ];
    check(&rows, &query("students", "boarding = 1 and status = 'enrolled'", Aggregate::CountRows), &["S1 primary 1 1 1"]);
    check(&rows, &query("students", "", Aggregate::Sum("boarding")), &["S1 primary 1 3 1", "S2 primary 0 1 0"]);
}

#[test]
fn a_table_without_stages_speaks_for_the_whole_school() {
    let room = |school: &str, kind: &str, n| {
        row(
            "rooms",
            school,
            n,
            &[("kind", Value::text(kind)), ("name", Value::text(format!("{n}"))), ("area", Value::Real(60.5))],
        )
    };
    let rows = [room("S1", "music", 1), room("S1", "art", 2), room("S1", "science", 3)];
    check(&rows, &query("rooms", "kind in ('music', 'art')", Aggregate::Sum("area")), &["S1 whole 121 2 0"]);
}

#[test]
fn the_trace_names_file_sheet_row_and_cell() {
    let mut books = figure("S1", "primary", "books", 40.0, 12);
    (books.sheet, books.col) = ("教基5176", Some(4));
    let mut area = figure("S1", "primary", "land_area", 0.0, 6);
    area.values[4] = Value::Missing(Missing::NotApplicable);
    let (_dir, home) = home();
    let manifest = publish_new(&home.lock("甲").unwrap(), None, &[books, area, pupil("S1", 5, Value::Integer(1))]);
    let snapshot = home.snapshot(manifest.id.as_str()).unwrap();
    let school = SchoolCode::parse("S1").unwrap();
    let both = query("school_figures", "item in ('books', 'land_area')", Aggregate::Sum("value"));
    let rows = snapshot.stock_rows(&both, Some(&school), Stage::Primary).unwrap();
    let told: Vec<String> = rows.iter().map(|row| row.at.place().words().zh).collect();
    assert_eq!(told, ["报表.xlsx › 第 6 行", "报表.xlsx › 教基5176 › D12"]);
    assert_eq!(rows[0].values[4], ("value", Value::Missing(Missing::NotApplicable)));
    assert_eq!(rows[1].values[4], ("value", Value::Real(40.0)));
    assert_eq!(rows[1].person, None);
    let pupils = snapshot.stock_rows(&query("students", "", Aggregate::CountRows), Some(&school), Stage::Primary).unwrap();
    assert_eq!(pupils[0].person.as_deref(), Some("010101010101:5"));
    assert!(pupils[0].values.iter().all(|(column, _)| *column != "name"));
    assert_eq!(snapshot.stock_rows(&both, Some(&school), Stage::Junior).unwrap(), []);
    assert_eq!(snapshot.stock_rows(&both, None, Stage::Primary).unwrap(), []);
}

#[test]
fn schools_and_divisions_are_those_of_the_day() {
    let valid = |name: &str, from: &str, to: Option<&str>, n| {
        let date = |words: &str| Value::Date(words.parse().unwrap());
        let to = to.map_or(Value::Missing(Missing::Blank), date);
        row(
            "schools",
            "S1",
            n,
            &[
                ("name", Value::text(name)),
                ("kind", Value::text("211")),
                ("boarding", Value::Integer(1)),
                ("valid_from", date(from)),
                ("valid_to", to),
            ],
        )
    };
    let mut township = row("schools", "x", 9, &[]);
    township.table = "divisions";
    township.values = vec![Value::Missing(Missing::Blank); table("divisions").columns.len()];
    township.values[0] = Value::text("530000104");
    township.values[2] = Value::text("某镇");
    let rows = [
        valid("旧名", "2019-09-01", Some("2025-08-31"), 1),
        valid("新名", "2025-09-01", None, 2),
        valid("新名二", "2026-09-01", None, 3),
        township,
    ];
    let (_dir, home) = home();
    let manifest = publish_new(&home.lock("甲").unwrap(), None, &rows);
    let snapshot = home.snapshot(manifest.id.as_str()).unwrap();
    let name_on = |day: &str| {
        let schools = snapshot.schools(day.parse::<Date>().unwrap()).unwrap();
        schools.iter().map(|school| school.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(name_on("2019-08-31"), [""; 0]);
    assert_eq!(name_on("2025-08-31"), ["旧名"]);
    assert_eq!(name_on("2025-09-01"), ["新名"]);
    assert_eq!(name_on("2027-01-01"), ["新名二"]);
    let school = &snapshot.schools("2025-09-01".parse().unwrap()).unwrap()[0];
    assert_eq!((school.boarding, school.counts_as_school, school.at.row), (Some(true), None, 2));
    assert_eq!(snapshot.divisions("2025-09-01".parse().unwrap()).unwrap()[0].name, "某镇");
}

#[test]
fn registers_tell_who_handed_in_what() {
    let rows = [pupil("S1", 1, Value::Integer(1)), pupil("S1", 2, Value::Integer(1)), figure("S2", "whole", "books", 1.0, 3)];
    let (_dir, home) = home();
    let manifest = publish_new(&home.lock("甲").unwrap(), None, &rows);
    let snapshot = home.snapshot(manifest.id.as_str()).unwrap();
    let registers = snapshot.registers(year()).unwrap();
    let told: Vec<_> = registers
        .iter()
        .map(|register| (register.table, register.school.as_ref().unwrap().as_str(), register.stage.id(), register.rows))
        .collect();
    assert_eq!(told, [("school_figures", "S2", "whole", 1), ("students", "S1", "primary", 2)]);
    assert_eq!(snapshot.registers(year().previous()).unwrap(), []);
}
