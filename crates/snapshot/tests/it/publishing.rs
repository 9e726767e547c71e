use facts::{Explanation, Finding, Missing, Place, Severity, Value, text};
use proptest::prelude::*;
use snapshot::{Aggregate, Finished, Home, HomeError, SnapshotWriter, SourceFile};

use crate::county::*;

#[test]
fn the_same_content_is_the_same_snapshot() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let rows = [figure("S1", "primary", "books", 40.0, 1), pupil("S1", 2, Value::Integer(1))];
    let first = publish_new(&lock, None, &rows);
    assert_eq!(first.county_name, "某县");
    assert_eq!(first.years, [year()]);
    assert_eq!(
        first.tables.iter().map(|(name, n)| (name.as_str(), *n)).collect::<Vec<_>>(),
        [("school_figures", 1), ("students", 1)]
    );
    let before = files_below(home.path());
    assert_eq!(publish(&lock, None, &rows), Finished::Unchanged(first.clone()));
    assert_eq!(publish(&lock, Some(&first.id), &rows), Finished::Unchanged(first.clone()));
    assert_eq!(files_below(home.path()), before, "an import of the same files changes no byte");
}

#[test]
fn a_slot_that_comes_anew_replaces_its_rows_and_its_people() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let old = [
        figure("S1", "primary", "books", 40.0, 1),
        figure("S2", "primary", "books", 50.0, 2),
        pupil("S1", 10, Value::Integer(1)),
        pupil("S1", 11, Value::Integer(0)),
        pupil("S2", 12, Value::Integer(0)),
    ];
    let first = publish_new(&lock, None, &old);
    let mut new = [figure("S1", "primary", "books", 41.0, 1), pupil("S1", 10, Value::Integer(0))];
    for row in &mut new {
        row.file = file(2);
    }
    let mut writer = SnapshotWriter::begin(&lock, county(), Some(&first.id)).unwrap();
    for row in &new {
        push(&mut writer, row).unwrap();
    }
    let mut finish = finish();
    finish.files = vec![SourceFile { name: "更正.xlsx".into(), hash: file(2), form: "test-form".into() }];
    let Finished::New(second) = writer.finish(finish).unwrap() else { panic!() };
    assert_eq!(second.parent, Some(first.id.clone()));
    assert_eq!(second.tables["students"], 2);
    // S2's rows still come from the first file.
    let names: Vec<_> = second.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["报表.xlsx", "更正.xlsx"]);

    let snapshot = home.snapshot(second.id.as_str()).unwrap();
    snapshot.verify().unwrap();
    let books = snapshot.stock(&query("school_figures", "item = 'books'", Aggregate::Sum("value"))).unwrap();
    assert_eq!(books.iter().map(|row| row.value).collect::<Vec<_>>(), [Some(41.0), Some(50.0)]);
    let look = snapshot::Look { who: "张三", purpose: "核对", when: finish_time() };
    let persons = ["020202020202:10", "010101010101:12", "010101010101:10", "010101010101:11"].map(String::from);
    let people = snapshot.people(table("students"), &persons, &look).unwrap();
    assert_eq!(people.iter().map(|person| person.person.as_str()).collect::<Vec<_>>(), &persons[..2]);
    // The parent is what it was.
    home.snapshot(first.id.as_str()).unwrap().verify().unwrap();
    // The whole content at once, without a parent, has the same name: the parent is no part of it.
    let all = [new[0].clone(), new[1].clone(), old[1].clone(), old[4].clone()];
    assert_eq!(publish(&lock, None, &all).manifest().id, second.id);
}

fn finish_time() -> jiff::Timestamp {
    finish().created
}

#[test]
fn returning_to_an_earlier_content_makes_it_the_latest_again() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let first = publish_new(&lock, None, &[figure("S1", "primary", "books", 1.0, 1)]);
    let second = publish_new(&lock, Some(&first.id), &[figure("S1", "primary", "books", 2.0, 1)]);
    assert_eq!(home.latest(&county()).unwrap(), Some(second.id.clone()));
    let third = publish(&lock, Some(&second.id), &[figure("S1", "primary", "books", 1.0, 1)]);
    assert_eq!(third, Finished::Unchanged(first.clone()));
    assert_eq!(home.latest(&county()).unwrap(), Some(first.id));
    assert_eq!(home.list().unwrap().manifests.len(), 2);
}

/// Pushes rows and compares the conflicts: table, columns that differ, and rows.
fn check_conflicts(rows: &[Row], expected: &[(&str, &[&str], &[u32])]) {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let mut writer = SnapshotWriter::begin(&lock, county(), None).unwrap();
    for row in rows {
        push(&mut writer, row).unwrap();
    }
    let found = writer.conflicts().unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|conflict| {
            let differ: Vec<&str> = conflict.differ.iter().map(|(column, _)| *column).collect();
            (conflict.table.name, differ, conflict.places.iter().map(|place| place.row).collect::<Vec<_>>())
        })
        .collect();
    let expected: Vec<_> = expected.iter().map(|(table, differ, rows)| (*table, differ.to_vec(), rows.to_vec())).collect();
    assert_eq!(told, expected);
    let n = found.len();
    match writer.finish(finish()) {
        Err(HomeError::Contradictions { n: told }) => assert_eq!(told as usize, n),
        finished => {
            let id = finished.unwrap().manifest().id.clone();
            home.snapshot(id.as_str()).unwrap().verify().unwrap();
            assert_eq!(n, 0);
        }
    }
}

#[test]
fn two_rows_with_one_key() {
    let books = |value, n| figure("S1", "primary", "books", value, n);
    check_conflicts(&[books(1.0, 3), books(2.0, 9)], &[("school_figures", &["value"], &[3, 9])]);
    // They say the same: one counts.
    check_conflicts(&[books(1.0, 3), books(1.0, 9)], &[]);
    let school = |n, given: &[(&str, Value)]| row("schools", "S1", n, given);
    let kind = |code: &str| ("kind", Value::text(code));
    let name = ("name", Value::text("一中"));
    let dash = ("name", Value::Missing(Missing::Dash));
    // One says more than the other, and nothing else.
    check_conflicts(&[school(1, std::slice::from_ref(&name)), school(2, &[name.clone(), kind("211")])], &[]);
    check_conflicts(&[school(1, &[dash, kind("211")]), school(2, &[kind("211")])], &[]);
    let contrary = [school(1, &[name.clone(), kind("312")]), school(2, &[kind("211")])];
    check_conflicts(&contrary, &[("schools", &["kind"], &[1, 2])]);
    // Each says what the other leaves out.
    check_conflicts(&[school(1, &[name]), school(2, &[kind("211")])], &[("schools", &["name", "kind"], &[1, 2])]);
    // A line of the county as a whole has no school, and is one key all the same.
    let line = |n, spent| {
        let mut line = row("finance", "S1", n, &[("item", Value::text("public_funds")), ("spent", Value::Real(spent))]);
        line.values[0] = Value::Missing(if n == 1 { Missing::Blank } else { Missing::Dash });
        line
    };
    check_conflicts(&[line(1, 5.0), line(2, 6.0)], &[("finance", &["spent"], &[1, 2])]);
    // Pupils have no key.
    check_conflicts(&[pupil("S1", 1, Value::Integer(1)), pupil("S1", 2, Value::Integer(1))], &[]);
}

#[test]
fn a_conflict_names_both_places() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let first = publish_new(&lock, None, &[figure("S1", "primary", "books", 40.0, 3)]);
    let mut other = figure("S1", "primary", "books", 50.0, 9);
    other.form = "other-form";
    other.file = file(2);
    other.sheet = "Sheet1";
    other.col = Some(4);
    let mut writer = SnapshotWriter::begin(&lock, county(), Some(&first.id)).unwrap();
    push(&mut writer, &other).unwrap();
    let conflicts = writer.conflicts().unwrap();
    let files = [SourceFile { name: "新.csv".into(), hash: file(2), form: "other-form".into() }];
    let finding = conflicts[0].finding(&files);
    assert!(finding.must_fix());
    assert_eq!(
        finding.what.zh,
        "学校数据“S1 2025-2026 primary books”在多处的数据互相矛盾（数值 40 / 50）：报表.xlsx › 第 3 行；新.csv › Sheet1 › D9。"
    );
    assert!(push(&mut writer, &other).is_err(), "too late");
}

#[test]
fn rows_that_repeat_others_count_once_and_are_not_lost() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let one = figure("S1", "primary", "books", 40.0, 3);
    let mut again = figure("S1", "primary", "books", 40.0, 7);
    again.slot = "other".into();
    let first = publish_new(&lock, None, &[again.clone(), one.clone()]);
    assert_eq!(first.tables["school_figures"], 1);
    let books = query("school_figures", "item = 'books'", Aggregate::Sum("value"));
    let snapshot = home.snapshot(first.id.as_str()).unwrap();
    assert_eq!(snapshot.stock(&books).unwrap()[0].value, Some(40.0));
    assert_eq!(
        snapshot.stock_rows(&books, Some(&facts::SchoolCode::parse("S1").unwrap()), facts::Stage::Primary).unwrap()[0].at.row,
        3
    );
    // The first file no longer says it, the second still does.
    let mut emptied = figure("S1", "primary", "computers", 1.0, 3);
    emptied.file = file(3);
    let second = publish_new(&lock, Some(&first.id), &[emptied]);
    let snapshot = home.snapshot(second.id.as_str()).unwrap();
    snapshot.verify().unwrap();
    let rows = snapshot.stock_rows(&books, Some(&facts::SchoolCode::parse("S1").unwrap()), facts::Stage::Primary).unwrap();
    assert_eq!(rows.iter().map(|row| row.at.row).collect::<Vec<_>>(), [7]);
}

#[test]
fn explanations_are_kept_until_their_file_is_replaced() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let explained = |words: &str| {
        let place = Place::file("报表.xlsx");
        let mut finding = Finding::new(Severity::Experience, "odd", place, text!("偏大", "large"), text!("核实", "check"));
        finding.explanation = Some(Explanation { words: words.into(), by: "一中".into() });
        finding
    };
    let publish_explained = |parent: Option<&snapshot::SnapshotId>, rows: &[Row], words: Option<&str>, n: u8| {
        let mut writer = SnapshotWriter::begin(&lock, county(), parent).unwrap();
        for row in rows {
            let mut row = row.clone();
            row.file = file(n);
            push(&mut writer, &row).unwrap();
        }
        let mut finish = finish();
        finish.findings.extend(words.map(explained));
        finish.files[0].hash = file(n);
        finish.files[0].name = if n == 1 { "报表.xlsx".into() } else { "更正.xlsx".into() };
        writer.finish(finish).unwrap()
    };
    let rows = [figure("S1", "primary", "books", 1.0, 1)];
    let Finished::New(bare) = publish_explained(None, &rows, None, 1) else { panic!() };
    let Finished::New(told) = publish_explained(Some(&bare.id), &rows, Some("扩建"), 1) else { panic!() };
    assert!(matches!(publish_explained(Some(&told.id), &rows, Some("扩建"), 1), Finished::Unchanged(_)));
    let other = [figure("S2", "primary", "books", 1.0, 1)];
    let Finished::New(beside) = publish_explained(Some(&told.id), &other, None, 2) else { panic!() };
    assert_eq!(beside.findings, told.findings);
    let Finished::New(replaced) = publish_explained(Some(&told.id), &rows, None, 2) else { panic!() };
    assert_eq!(replaced.findings, []);
}

#[test]
fn one_writer_at_a_time_and_nothing_left_of_one_that_gave_up() {
    let (_dir, home) = home();
    let lock = home.lock("教育局 张三").unwrap();
    let refused = home.lock("李四").unwrap_err();
    assert!(refused.words().zh.contains("教育局 张三"), "{refused}");
    assert!(refused.words().en.contains("教育局 张三"));
    let before = files_below(home.path());
    let mut writer = SnapshotWriter::begin(&lock, county(), None).unwrap();
    push(&mut writer, &figure("S1", "primary", "books", 1.0, 1)).unwrap();
    drop(writer);
    assert_eq!(files_below(home.path()), before);
    drop(lock);
    home.lock("李四").unwrap();
}

#[test]
fn a_row_that_does_not_fit_is_named() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let check = |column: &str, value: Value, fits: bool| {
        let mut row = class("S1", "primary", 1, "1班", Value::Integer(40), 5);
        row.values[table("classes").position(column).unwrap()] = value;
        let mut writer = SnapshotWriter::begin(&lock, county(), None).unwrap();
        let pushed = push(&mut writer, &row);
        assert_eq!(pushed.is_ok(), fits, "{column} {pushed:?}");
        if let Err(error) = pushed {
            let words = error.to_string();
            assert!(words.contains(column) && words.contains('5'), "{words}");
        }
    };
    check("size", Value::Real(40.0), true);
    check("size", Value::Real(40.5), false);
    check("size", Value::text("四十"), false);
    check("size", Value::text(""), true);
    check("stage", Value::text("小学"), false);
    check("year", Value::text("2025—2026学年"), true);
    check("year", Value::text("2025-2027"), false);
    check("name", Value::Integer(1), true);
}

#[test]
fn ids_open_by_their_first_digits() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let first = publish_new(&lock, None, &[figure("S1", "primary", "books", 1.0, 1)]);
    assert_eq!(home.snapshot(first.id.short()).unwrap().manifest(), &first);
    assert!(matches!(home.snapshot("zz"), Err(HomeError::NoSnapshot { .. })));
    assert!(matches!(home.snapshot(""), Err(HomeError::NoSnapshot { .. })));
    // Seventeen snapshots: two begin with one digit.
    for value in 2..18 {
        let _ = publish(&lock, None, &[figure("S1", "primary", "books", f64::from(value), 1)]);
    }
    let ids: Vec<String> = home.list().unwrap().manifests.iter().map(|manifest| manifest.id.to_string()).collect();
    let shared = ids.iter().find(|id| ids.iter().filter(|other| other[..1] == id[..1]).count() > 1).unwrap();
    let Err(HomeError::AmbiguousId { candidates, .. }) = home.snapshot(&shared[..1]) else { panic!() };
    assert!(candidates.len() > 1);
}

#[test]
fn a_folder_that_is_no_home_is_not_taken_for_one() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Home::open(dir.path()), Err(HomeError::NoHome { .. })));
    // A file stands where the folder should be.
    let path = dir.path().join("file");
    std::fs::write(&path, "x").unwrap();
    let error = Home::open_or_create(path.join("home")).unwrap_err();
    assert!(error.words().zh.contains("建立数据目录"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The order in which rows arrive is no part of what they say.
    #[test]
    fn order_of_rows_does_not_change_the_id(order in Just((0..24).collect::<Vec<usize>>()).prop_shuffle()) {
        let mut rows = Vec::new();
        for n in 0..6 {
            let school = if n % 2 == 0 { "S1" } else { "S2" };
            rows.push(pupil(school, n, Value::Integer(i64::from(n % 2))));
            rows.push(figure(school, "primary", &format!("item{n}"), f64::from(n), n));
            // The same again from elsewhere, which is set aside.
            let mut again = figure(school, "primary", &format!("item{n}"), f64::from(n), 100 + n);
            again.sheet = "Sheet2";
            rows.push(again);
            rows.push(class(school, "primary", i64::from(n), "1班", Value::Missing(Missing::None), n));
        }
        let (_dir, home) = home();
        let lock = home.lock("甲").unwrap();
        let shuffled: Vec<Row> = order.iter().map(|index| rows[*index].clone()).collect();
        let first = publish_new(&lock, None, &rows);
        prop_assert_eq!(publish(&lock, None, &shuffled), Finished::Unchanged(first));
    }
}
