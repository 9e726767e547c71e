use facts::{Stage, Value};
use snapshot::{Aggregate, Home, HomeError, StockQuery};

use crate::county::*;

fn county_home() -> (tempfile::TempDir, Home, String) {
    let (dir, home) = home();
    let mut rows = vec![figure("S1", "primary", "books", 40.0, 1)];
    rows.extend((0..300).map(|n| pupil("S1", n, Value::Integer(1))));
    rows.push(class("S1", "primary", 1, "1班", Value::Integer(40), 1));
    let manifest = publish_new(&home.lock("甲").unwrap(), None, &rows);
    (dir, home, manifest.id.to_string())
}

#[test]
fn a_filter_is_one_condition_and_nothing_else() {
    let (_dir, home, id) = county_home();
    let snapshot = home.snapshot(&id).unwrap();
    let before = files_below(home.path());
    let hostile = [
        // Other statements.
        "1); DROP TABLE classes; --",
        "1; ATTACH DATABASE '/tmp/x.sqlite' AS x",
        "ATTACH DATABASE '/tmp/x.sqlite' AS x",
        "PRAGMA table_info(classes)",
        "1) ; PRAGMA writable_schema = 1; SELECT (1",
        "1); DELETE FROM classes WHERE (1",
        "VACUUM INTO '/tmp/x.sqlite'",
        // Ways out of the brackets.
        "1) UNION SELECT name, sql, 1, 1, 1, 1 FROM sqlite_master WHERE (1",
        "1) GROUP BY (1",
        "1 -- comment",
        "1 /* comment",
        "1) LIMIT (0",
        "(1",
        "'1",
        // Queries within.
        "size IN (SELECT 1)",
        "EXISTS (SELECT * FROM students)",
        "(SELECT count(*) FROM sqlite_master) > 0",
        "size = (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n)",
        "name IN students",
        "size IN (VALUES (1), (2))",
        "1 IN pragma_table_info('classes')",
        "1 IN json_each('[1]')",
        // What a filter may not read.
        "citizen_id IS NOT NULL",
        "origin = 1",
        "src_row = 1",
        "missing IS NULL",
        "rowid = 1",
        "_rowid_ = 1",
        "students.boarding = 1",
        "main.origins.file = ''",
        "sqlite_master.name = 'x'",
        "\"no such column\" = 1",
        // Functions.
        "load_extension('/tmp/x.so')",
        "randomblob(1000000000) IS NULL",
        "length(zeroblob(1000000000)) > 0",
        "name LIKE '%a%a%a%a%a%'",
        "name GLOB '*'",
        "readfile('/etc/passwd') IS NULL",
        "fts3_tokenizer('x') IS NULL",
        "printf('%1000000000d', 1) = ''",
        "current_timestamp > ''",
        "sqlite_version() > ''",
        "count(*) > 1",
        "row_number() OVER () = 1",
        "name MATCH 'x'",
        "RAISE(ABORT, 'x')",
        // Parameters that nobody gave.
        "size > :unknown",
        "size > ?",
        "size > ?1",
        "size > $year",
        "size > @x",
        "size >",
        "",
    ];
    for filter in hostile.iter().filter(|filter| !filter.is_empty()) {
        for aggregate in [Aggregate::CountRows, Aggregate::Sum("size")] {
            let query = query("classes", filter, aggregate);
            let answer = snapshot.stock(&query);
            assert!(matches!(answer, Err(HomeError::FilterRefused { .. })), "{filter}: {answer:?}");
            let rows = snapshot.stock_rows(&query, None, Stage::Primary);
            assert!(matches!(rows, Err(HomeError::FilterRefused { .. })), "{filter}: {rows:?}");
        }
    }
    let long = "size = 1 or ".repeat(400) + "size = 2";
    let deep = "(".repeat(500) + "1" + &")".repeat(500);
    for filter in [long, deep] {
        assert!(matches!(snapshot.stock(&query("classes", &filter, Aggregate::CountRows)), Err(HomeError::FilterRefused { .. })));
    }
    for aggregate in [Aggregate::Sum("name"), Aggregate::Max("citizen_id"), Aggregate::Min("1) FROM sqlite_master --")] {
        let answer = snapshot.stock(&query("students", "", aggregate));
        assert!(matches!(answer, Err(HomeError::FilterRefused { .. })), "{aggregate:?}: {answer:?}");
    }
    assert_eq!(files_below(home.path()), before);
    // And the snapshot still answers.
    assert_eq!(snapshot.stock(&query("classes", "size = 40", Aggregate::CountRows)).unwrap().len(), 1);
}

#[test]
fn honest_filters_pass() {
    let (_dir, home, id) = county_home();
    let snapshot = home.snapshot(&id).unwrap();
    let params = [("size_max".to_string(), 45.0)];
    for filter in [
        "size <= :size_max and kind <> 'special'",
        "not (size > :size_max) or size is null",
        "name in ('1班', '二班；--', '/* no comment */')",
        "abs(size - 40) * 2 < 1.5 and coalesce(grade, 0) - -1 >= 2",
        "grade in (1, 2) and (size + 1) / 2.0 > 20",
        "\"size\" = 40",
    ] {
        let query = StockQuery { params: &params, ..query("classes", filter, Aggregate::CountRows) };
        let answer = snapshot.stock(&query).unwrap_or_else(|error| panic!("{filter}: {error}"));
        assert_eq!(answer.iter().map(|row| row.rows).sum::<u32>(), 1, "{filter}");
    }
}

#[test]
fn a_refusal_says_what_and_why() {
    let (_dir, home, id) = county_home();
    let snapshot = home.snapshot(&id).unwrap();
    let refusal = snapshot.stock(&query("students", "students.school in classes", Aggregate::CountRows)).unwrap_err().words();
    assert!(refusal.zh.contains("students.school in classes") && refusal.en.contains("students.school in classes"));
    let refusal = snapshot.stock(&query("students", "phone is null", Aggregate::CountRows)).unwrap_err().words();
    assert!(refusal.zh.contains("phone"), "{refusal}");
    let refusal = snapshot.stock(&query("students", "upper(school) = 'S1'", Aggregate::CountRows)).unwrap_err().words();
    assert_eq!(refusal.en, "The filter \"upper(school) = 'S1'\" is refused: a filter does not call upper. Write it otherwise.");
}

#[test]
fn many_threads_read_one_snapshot() {
    let (_dir, home, id) = county_home();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            // Opened here and read there: an opening can be handed over.
            let snapshot = home.snapshot(&id).unwrap();
            scope.spawn(move || {
                for _ in 0..20 {
                    let rows = snapshot.stock(&query("students", "boarding = 1", Aggregate::CountRows)).unwrap();
                    assert_eq!(rows[0].value, Some(300.0));
                }
            });
        }
    });
}
