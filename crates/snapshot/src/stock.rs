use std::collections::BTreeMap;

use facts::{ColumnKind, Date, SchoolCode, SchoolYear, Stage, Table, Text, Time, Value, text};
use rusqlite::{ErrorCode, Statement};

use crate::guard::{Scope, check_shape};
use crate::people::person_key;
use crate::reader::VALID;
use crate::storage::{StoredRow, fact_columns, school_column, select, stage_column, stage_of, to_value};
use crate::{Act, HomeError, RowPlace, Snapshot};

/// A count or sum per school and stage over one fact table.
#[derive(Debug, Clone, Copy)]
pub struct StockQuery<'a> {
    pub table: &'static Table,
    /// A condition over the table's non-personal columns, with parameters as `:name`. Empty for every row.
    pub where_sql: &'a str,
    pub aggregate: Aggregate<'a>,
    pub params: &'a [(String, f64)],
    /// For tables by school year: rows of the years from `since` to `year`.
    pub since: SchoolYear,
    pub year: SchoolYear,
    /// For tables by validity.
    pub on: Date,
}

/// What is made of the rows that a filter lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate<'a> {
    CountRows,
    Sum(&'a str),
    Max(&'a str),
    Min(&'a str),
}

/// A stock of one school and stage.
#[derive(Debug, Clone, PartialEq)]
pub struct StockRow {
    /// None for rows of the county as a whole.
    pub school: Option<SchoolCode>,
    /// `Whole` where the table has no stage or the row names none.
    pub stage: Stage,
    /// Made of the rows that are known; None where none is.
    pub value: Option<f64>,
    /// Rows that the filter lets through.
    pub rows: u32,
    /// Rows that would have a say but for a missing cell: the filter cannot decide, or there is nothing to add up.
    pub missing: u32,
}

/// One row of a fact table behind a stock.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// The non-personal columns in the table's order; a missing one with its reason.
    pub values: Vec<(&'static str, Value)>,
    /// The key to the sealed columns, where the table has any: see [`Snapshot::people`].
    pub person: Option<String>,
    pub at: RowPlace,
}

/// A filter that has passed the guard.
struct Filter {
    /// In brackets.
    sql: String,
    params: Vec<(String, f64)>,
    /// Whether it can be neither true nor false of a row.
    may_be_unknown: bool,
}

impl Snapshot {
    /// One sum per school and stage, in order of school and stage.
    pub fn stock(&self, query: &StockQuery<'_>) -> Result<Vec<StockRow>, HomeError> {
        Ok(self.stocks(std::slice::from_ref(query))?.pop().unwrap_or_default())
    }

    /// Many sums at once, faster than one by one; the answers stand in the order of the queries.
    ///
    /// A list of figures is looked up item by item through its index. Any other table is read once for all queries over it.
    pub fn stocks(&self, queries: &[StockQuery<'_>]) -> Result<Vec<Vec<StockRow>>, HomeError> {
        let filters = queries.iter().map(|query| self.filter(query)).collect::<Result<Vec<_>, _>>()?;
        let mut answers = vec![Vec::new(); queries.len()];
        for batch in batches(queries, &filters) {
            let mut sums = vec![BTreeMap::new(); batch.len()];
            let separate = batch.iter().all(|index| queries[*index].table.column("item").is_some());
            if separate {
                for (index, sums) in batch.iter().zip(&mut sums) {
                    self.add_up(&[(&queries[*index], &filters[*index])], std::slice::from_mut(sums))?;
                }
            } else {
                let pairs: Vec<_> = batch.iter().map(|index| (&queries[*index], &filters[*index])).collect();
                self.add_up(&pairs, &mut sums)?;
            }
            for (index, sums) in batch.into_iter().zip(sums) {
                answers[index] = stock_rows(sums, queries[index].aggregate);
            }
        }
        Ok(answers)
    }

    /// The rows behind one sum: the same filter without the aggregate, in order of file, sheet, row and cell. Rows of which
    /// the filter cannot say whether they belong, because a cell is missing, are among them.
    pub fn stock_rows(
        &self,
        query: &StockQuery<'_>,
        school: Option<&SchoolCode>,
        stage: Stage,
    ) -> Result<Vec<SourceRow>, HomeError> {
        let filter = self.filter(query)?;
        let table = query.table;
        if !self.manifest.tables.contains_key(table.name) {
            return Ok(Vec::new());
        }
        let school_is = school_column(table).map_or("NULL IS $school".into(), |name| format!("{name} IS $school"));
        let stage_is = match (stage_column(table), stage) {
            (None, _) => "$stage = 'whole'".to_string(),
            (Some(name), Stage::Whole) => format!("coalesce({name}, 'whole') = $stage"),
            (Some(name), _) => format!("{name} = $stage"),
        };
        let sql = format!(
            "{} WHERE {} AND {school_is} AND {stage_is} AND {} IS NOT FALSE",
            select(table, table.name),
            holds(query),
            filter.sql
        );
        let failed = |error| self.filter_error(query.where_sql, error);
        let mut statement = self.prepare_around(table, 1, &sql).map_err(failed)?;
        bind(&mut statement, query, &filter.params).map_err(failed)?;
        bind_if_named(&mut statement, "$school", school.map(SchoolCode::as_str)).map_err(failed)?;
        bind_if_named(&mut statement, "$stage", Some(stage.id())).map_err(failed)?;
        let mut found = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = found.next().map_err(failed)? {
            let row = StoredRow::read(table, row).map_err(failed)?;
            let origin = row.origin;
            let named = fact_columns(table).zip(row.values);
            let values = named.map(|(column, stored)| (column.name, to_value(column, stored))).collect();
            all.push((origin, row.row, row.col, values));
        }
        drop(found);
        let mut rows = Vec::with_capacity(all.len());
        for (origin, row, col, values) in all {
            let at = RowPlace { row, col, ..self.origin(origin)? };
            let person = table.has_people().then(|| person_key(&at.file.0, &at.sheet, row));
            rows.push(SourceRow { values, person, at });
        }
        rows.sort_by(|a, b| a.at.cmp(&b.at));
        Ok(rows)
    }

    /// Lets a filter through the guard, and learns what it reads.
    fn filter(&self, query: &StockQuery<'_>) -> Result<Filter, HomeError> {
        let words = query.where_sql.trim();
        let refused = |why: Text| HomeError::FilterRefused { filter: words.to_string(), why };
        check_shape(words).map_err(refused)?;
        check_aggregate(query).map_err(refused)?;
        let table = query.table;
        if words.is_empty() || !self.manifest.tables.contains_key(table.name) {
            return Ok(Filter { sql: "(TRUE)".into(), params: Vec::new(), may_be_unknown: false });
        }
        self.guard.expect(Scope::Filter(table));
        let probe = self.db.prepare(&format!("SELECT 1 FROM {} WHERE ({words}\n)", table.name));
        let probe = probe.map_err(|error| self.filter_error(words, error))?;
        let read = self.guard.columns_read();
        let mut params = Vec::new();
        for index in 1..=probe.parameter_count() {
            let name = probe.parameter_name(index).unwrap_or("?");
            let given = query.params.iter().find(|(given, _)| name.strip_prefix(':') == Some(given));
            let (_, value) = given.ok_or_else(|| refused(text!("没有参数 {name}", "there is no parameter {name}")))?;
            params.push((name.to_string(), *value));
        }
        // Only a missing cell, or a division by zero, leaves a condition undecided.
        let gap = read.into_iter().any(|column| self.gaps.contains(&(table.name.to_string(), column)));
        let may_be_unknown = gap || words.contains(['/', '%']) || words.to_ascii_lowercase().contains("null");
        Ok(Filter { sql: format!("({words}\n)"), params, may_be_unknown })
    }

    /// Runs queries over one table, time and set of parameters, and adds what they give to `sums`.
    fn add_up(&self, queries: &[(&StockQuery<'_>, &Filter)], sums: &mut [BTreeMap<Key, Sum>]) -> Result<(), HomeError> {
        let Some((first, _)) = queries.first() else { return Ok(()) };
        let table = first.table;
        if !self.manifest.tables.contains_key(table.name) {
            return Ok(());
        }
        let words = first.where_sql;
        let failed = |error| self.filter_error(words, error);
        for sql in statements(table, queries) {
            let mut statement = self.prepare_around(table, queries.len(), &sql).map_err(failed)?;
            for (query, filter) in queries {
                bind(&mut statement, query, &filter.params).map_err(failed)?;
            }
            let mut found = statement.raw_query();
            while let Some(row) = found.next().map_err(failed)? {
                let text = |index| row.get_ref(index)?.as_str_or_null().map_err(rusqlite::Error::from);
                let school = text(0).map_err(failed)?.and_then(SchoolCode::parse);
                let key = (school, stage_of(text(1).map_err(failed)?));
                for (index, (query, _)) in queries.iter().enumerate() {
                    let sum = Sum::read(row, 2 + 4 * index).map_err(failed)?;
                    if sum.rows + sum.unknown > 0 {
                        sums[index].entry(key.clone()).or_default().add(&sum, query.aggregate);
                    }
                }
            }
        }
        Ok(())
    }

    /// Prepares a statement around filters that have passed.
    fn prepare_around(&self, table: &'static Table, n_queries: usize, sql: &str) -> rusqlite::Result<Statement<'_>> {
        self.guard.expect(Scope::Around(table));
        // Far beyond any honest filter, as each row costs some ten steps per word of it.
        let rows = self.manifest.tables.get(table.name).copied().unwrap_or(0);
        self.guard.allow_steps((10_000_000 + rows.saturating_mul(2000)).saturating_mul(n_queries as u64));
        self.db.prepare(sql)
    }

    fn filter_error(&self, words: &str, error: rusqlite::Error) -> HomeError {
        use ErrorCode::*;
        let filter = words.to_string();
        match (self.guard.refusal(), error.sqlite_error_code()) {
            (Some(why), _) => HomeError::FilterRefused { filter, why },
            (None, Some(OperationInterrupted)) => HomeError::FilterTooLong { filter },
            (None, Some(DatabaseCorrupt | NotADatabase | SystemIoFailure | CannotOpen | OutOfMemory)) => {
                HomeError::sql(Act::ReadSnapshot, &self.path, error)
            }
            _ => HomeError::FilterRefused { filter, why: text!("SQLite 报告：{error}", "SQLite says: {error}") },
        }
    }
}

/// The statements that answer queries: per school and stage, four columns for each query as [`Sum::read`] takes them.
fn statements(table: &'static Table, queries: &[(&StockQuery<'_>, &Filter)]) -> Vec<String> {
    let Some(holds) = queries.first().map(|(query, _)| holds(query)) else { return Vec::new() };
    let name = table.name;
    let school = school_column(table).unwrap_or("NULL");
    let stage = stage_column(table).unwrap_or("NULL");
    let statement = |columns: &str, condition: &str| {
        format!("SELECT {school}, {stage}, {columns} FROM {name} WHERE {holds} {condition} GROUP BY {school}, {stage}")
    };
    // One query alone filters in WHERE, where an index can serve it; what it cannot decide is asked for apart.
    if let [(query, filter)] = queries {
        let sql = &filter.sql;
        let decided = statement(&format!("{}, 0", aggregate_columns(query.aggregate, "")), &format!("AND {sql}"));
        let undecided = statement("0, 0, NULL, count(*)", &format!("AND {sql} IS NULL"));
        return if filter.may_be_unknown { vec![decided, undecided] } else { vec![decided] };
    }
    let columns = queries.iter().map(|(query, Filter { sql, may_be_unknown, .. })| {
        let decided = aggregate_columns(query.aggregate, &format!(" FILTER (WHERE {sql})"));
        let undecided = if *may_be_unknown { format!("count(*) FILTER (WHERE {sql} IS NULL)") } else { "0".into() };
        format!("{decided}, {undecided}")
    });
    vec![statement(&columns.collect::<Vec<_>>().join(", "), "")]
}

/// Rows, rows with a value, and the aggregate.
fn aggregate_columns(aggregate: Aggregate<'_>, only: &str) -> String {
    match aggregate {
        Aggregate::CountRows => format!("count(*){only}, count(*){only}, NULL"),
        Aggregate::Sum(column) => format!("count(*){only}, count({column}){only}, total({column}){only}"),
        Aggregate::Max(column) => format!("count(*){only}, count({column}){only}, max({column}){only}"),
        Aggregate::Min(column) => format!("count(*){only}, count({column}){only}, min({column}){only}"),
    }
}

type Key = (Option<SchoolCode>, Stage);

/// What is known of one school and stage so far.
#[derive(Debug, Clone, Default)]
struct Sum {
    rows: u32,
    known: u32,
    unknown: u32,
    value: Option<f64>,
}

impl Sum {
    /// Four columns: rows, rows with a value, the aggregate, rows the filter cannot decide.
    fn read(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<Sum> {
        Ok(Sum { rows: row.get(from)?, known: row.get(from + 1)?, value: row.get(from + 2)?, unknown: row.get(from + 3)? })
    }

    fn add(&mut self, other: &Sum, aggregate: Aggregate<'_>) {
        let of_known = other.value.filter(|_| other.known > 0);
        self.value = match (self.value, of_known) {
            (Some(a), Some(b)) => Some(match aggregate {
                Aggregate::CountRows | Aggregate::Sum(_) => a + b,
                Aggregate::Max(_) => a.max(b),
                Aggregate::Min(_) => a.min(b),
            }),
            (a, b) => a.or(b),
        };
        self.rows += other.rows;
        self.known += other.known;
        self.unknown += other.unknown;
    }
}

fn stock_rows(sums: BTreeMap<Key, Sum>, aggregate: Aggregate<'_>) -> Vec<StockRow> {
    let rows = sums.into_iter().map(|((school, stage), sum)| StockRow {
        school,
        stage,
        value: match aggregate {
            Aggregate::CountRows => (sum.known > 0).then_some(f64::from(sum.known)),
            _ => sum.value,
        },
        rows: sum.rows,
        missing: sum.unknown + (sum.rows - sum.known.min(sum.rows)),
    });
    rows.collect()
}

/// Groups queries that one statement can answer: the same table and time, and no parameter with two values.
fn batches(queries: &[StockQuery<'_>], filters: &[Filter]) -> Vec<Vec<usize>> {
    /// Keeps statements short of SQLite's limits.
    const BATCH_MAX: usize = 40;
    let fits = |batch: &[usize], index: usize| {
        let (query, filter) = (&queries[index], &filters[index]);
        batch.len() < BATCH_MAX
            && batch.iter().all(|other| {
                let (other, theirs) = (&queries[*other], &filters[*other]);
                let mut pairs = filter.params.iter().flat_map(|mine| theirs.params.iter().map(move |their| (mine, their)));
                (other.table.name, other.since, other.year, other.on) == (query.table.name, query.since, query.year, query.on)
                    && pairs.all(|(mine, their)| mine.0 != their.0 || mine.1.to_bits() == their.1.to_bits())
            })
    };
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for index in 0..queries.len() {
        match batches.iter_mut().find(|batch| fits(batch, index)) {
            Some(batch) => batch.push(index),
            None => batches.push(vec![index]),
        }
    }
    batches
}

/// The condition that a row holds at the time asked for. The ids of school years stand in the order of the years.
fn holds(query: &StockQuery<'_>) -> &'static str {
    match query.table.time {
        Time::SchoolYear if query.since == query.year => "year = $year",
        Time::SchoolYear => "year BETWEEN $since AND $year",
        Time::Validity => VALID,
    }
}

fn bind(statement: &mut Statement<'_>, query: &StockQuery<'_>, params: &[(String, f64)]) -> rusqlite::Result<()> {
    bind_if_named(statement, "$year", Some(query.year.id().as_str()))?;
    bind_if_named(statement, "$since", Some(query.since.id().as_str()))?;
    bind_if_named(statement, "$on", Some(query.on.to_string().as_str()))?;
    for (name, value) in params {
        if let Some(index) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(index, value)?;
        }
    }
    Ok(())
}

fn bind_if_named(statement: &mut Statement<'_>, name: &str, words: Option<&str>) -> rusqlite::Result<()> {
    match statement.parameter_index(name)? {
        Some(index) => statement.raw_bind_parameter(index, words),
        None => Ok(()),
    }
}

fn check_aggregate(query: &StockQuery<'_>) -> Result<(), Text> {
    let (Aggregate::Sum(name) | Aggregate::Max(name) | Aggregate::Min(name)) = query.aggregate else { return Ok(()) };
    let table = query.table.name;
    let column = query.table.column(name).filter(|column| !column.personal);
    match column.map(|column| column.kind) {
        Some(ColumnKind::Integer | ColumnKind::Real | ColumnKind::Boolean) => Ok(()),
        Some(_) => Err(text!("{table}.{name} 不是数值", "{table}.{name} is no number")),
        None => Err(text!("表 {table} 没有可用的列 {name}", "table {table} has no column {name} that may be used")),
    }
}
