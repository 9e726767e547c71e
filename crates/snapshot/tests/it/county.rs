//! A small made-up county to write and read in tests.

use facts::{CountyCode, FactSink, FileHash, Missing, Origin, SchoolYear, Table, Value};
use snapshot::{Aggregate, Finish, Finished, Home, HomeLock, Manifest, SnapshotId, SnapshotWriter, SourceFile, StockQuery};
use tempfile::TempDir;

pub fn county() -> CountyCode {
    CountyCode::parse("530000").unwrap()
}

pub fn year() -> SchoolYear {
    SchoolYear::starting(2025)
}

pub fn table(name: &str) -> &'static Table {
    facts::table(name).unwrap()
}

/// A home in a folder whose name would trip a careless URI.
pub fn home() -> (TempDir, Home) {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::open_or_create(dir.path().join("数据 100%?a=b#c")).unwrap();
    (dir, home)
}

/// A row to be pushed.
#[derive(Debug, Clone)]
pub struct Row {
    pub table: &'static str,
    pub values: Vec<Value>,
    pub form: &'static str,
    pub file: FileHash,
    pub sheet: &'static str,
    pub row: u32,
    pub col: Option<u32>,
    pub slot: String,
}

pub fn file(n: u8) -> FileHash {
    FileHash(format!("{n:02x}").repeat(32))
}

fn named(table_name: &'static str, given: &[(&str, Value)]) -> Vec<Value> {
    let mut values = vec![Value::Missing(Missing::Blank); table(table_name).columns.len()];
    for (name, value) in given {
        values[table(table_name).position(name).unwrap()] = value.clone();
    }
    values
}

/// A row of a table of which only some columns are known.
pub fn row(table_name: &'static str, school: &str, n: u32, given: &[(&str, Value)]) -> Row {
    let school_column = if table_name == "schools" { "code" } else { "school" };
    let mut all = vec![(school_column, Value::text(school))];
    if table(table_name).column("year").is_some() {
        all.push(("year", Value::text("2025-2026")));
    }
    all.extend(given.iter().cloned());
    Row {
        table: table_name,
        values: named(table_name, &all),
        form: "test-form",
        file: file(1),
        sheet: "",
        row: n,
        col: None,
        slot: format!("{school}/2025-2026"),
    }
}

pub fn figure(school: &str, stage: &str, item: &str, value: f64, n: u32) -> Row {
    let given = [("stage", Value::text(stage)), ("item", Value::text(item)), ("value", Value::Real(value))];
    row("school_figures", school, n, &given)
}

pub fn class(school: &str, stage: &str, grade: i64, name: &str, size: Value, n: u32) -> Row {
    let given = [
        ("stage", Value::text(stage)),
        ("grade", Value::Integer(grade)),
        ("name", Value::text(name)),
        ("kind", Value::text("ordinary")),
        ("size", size),
    ];
    row("classes", school, n, &given)
}

/// A generated pupil; no such person exists.
pub fn pupil(school: &str, n: u32, boarding: Value) -> Row {
    let given = [
        ("student_no", Value::text(format!("L{n:018}"))),
        ("name", Value::text(format!("学生{n}"))),
        ("birth_date", Value::Date(facts::Date::new(2015, 3, 1).unwrap())),
        ("phone", Value::Missing(Missing::Dash)),
        ("stage", Value::text("primary")),
        ("grade", Value::Integer(i64::from(n % 6) + 1)),
        ("class", Value::text("1班")),
        ("boarding", boarding),
        ("status", Value::text("enrolled")),
    ];
    row("students", school, n, &given)
}

pub fn push(writer: &mut SnapshotWriter<'_>, row: &Row) -> Result<(), facts::SinkError> {
    let Row { form, sheet, row: n, col, .. } = row;
    let origin = Origin { form, file: &row.file, sheet, row: *n, col: *col, slot: &row.slot };
    writer.push(table(row.table), &row.values, &origin)
}

pub fn finish() -> Finish {
    let files = vec![SourceFile { name: "报表.xlsx".into(), hash: file(1), form: "test-form".into() }];
    Finish { county_name: "某县".into(), created: "2026-11-24T08:00:00Z".parse().unwrap(), files, findings: Vec::new() }
}

/// Writes and publishes some rows over a parent.
pub fn publish(lock: &HomeLock, parent: Option<&SnapshotId>, rows: &[Row]) -> Finished {
    let mut writer = SnapshotWriter::begin(lock, county(), parent).unwrap();
    for row in rows {
        push(&mut writer, row).unwrap();
    }
    writer.finish(finish()).unwrap()
}

pub fn publish_new(lock: &HomeLock, parent: Option<&SnapshotId>, rows: &[Row]) -> Manifest {
    match publish(lock, parent, rows) {
        Finished::New(manifest) => manifest,
        Finished::Unchanged(manifest) => panic!("unchanged: {manifest:?}"),
    }
}

pub fn query<'a>(table_name: &str, where_sql: &'a str, aggregate: Aggregate<'a>) -> StockQuery<'a> {
    let on = year().statistics_date();
    StockQuery { table: table(table_name), where_sql, aggregate, params: &[], since: year(), year: year(), on }
}

/// Every file below a folder, with its content.
pub fn files_below(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files_below(&path));
        } else {
            all.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}
