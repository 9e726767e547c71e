use facts::{FileHash, Place, SchoolCode, Stage, Text, Unit as Measure, Value};
use policy::expr::Env;
use policy::{Stock, StockLevel, Target};
use serde::Serialize;
use snapshot::{HomeError, Snapshot, SourceRow};

use crate::exact::Quick;
use crate::ground::Ground;
use crate::matrix::{Cell, Lack, StockMatrix, Unit, filter_values, is_long, stock_query};
use crate::shown;

/// A stock of a school: what it is, how it was put together, and the rows that it came from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedStock {
    pub id: String,
    pub title: Text,
    pub unit: Measure,
    pub value: Option<f64>,
    /// Before an exception replaced it.
    pub measured: Cell,
    /// The exceptions that replaced it.
    pub exceptions: Vec<Text>,
    /// The fact table and the filter.
    pub table: String,
    pub filter: String,
    /// The school itself and its merged campuses; empty for a stock of the county.
    pub units: Vec<ExplainedUnit>,
    /// The rows of a stock of the county.
    pub rows: Vec<SourceCell>,
}

/// A unit's part of a stock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedUnit {
    pub code: SchoolCode,
    pub name: String,
    /// What it reports, at the stage or as a whole.
    pub reported: Cell,
    /// `Whole` where only the whole unit is reported.
    pub reported_at: Stage,
    /// How the whole was divided, where it was.
    pub working: Option<Working>,
    pub rows: Vec<SourceCell>,
}

/// How a figure of a whole school was divided: `4000 × 600 / (600 + 1.1 × 300)`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Working {
    pub words: String,
    pub share: f64,
    /// The article that sets the weights.
    pub article: String,
    pub weights: Vec<(Stage, f64)>,
    pub pupils: Vec<(Stage, f64)>,
}

/// A row of an imported file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceCell {
    /// File, sheet and cell (or row).
    pub place: Place,
    /// Under which the raw file is kept.
    pub file: FileHash,
    pub form: String,
    /// The aggregated column's value, or none where rows are counted or the cell says nothing.
    pub value: Option<f64>,
    /// Why the value is missing: `blank`, `dash` ….
    pub missing: Option<String>,
}

pub(super) fn explain_stock(
    snapshot: Option<&Snapshot>,
    ground: &Ground<'_, Quick>,
    matrix: &StockMatrix,
    index: usize,
) -> Result<Option<ExplainedStock>, HomeError> {
    let resolved = ground.rules.resolved;
    let Some(stock) = resolved.stocks.get(index) else { return Ok(None) };
    let applied = ground.applied.iter().filter_map(|exception| resolved.exceptions.get(*exception));
    let exceptions =
        applied.filter(|exception| exception.target == Target::Stock(index)).map(|exception| exception.label.clone());
    let (measured, units, rows) = if stock.level == StockLevel::County {
        let cell = matrix.county.get(index).copied().unwrap_or(Cell::Missing(Lack::NoRow));
        (cell, Vec::new(), county_rows(snapshot, ground, matrix, stock)?)
    } else {
        let mut units = Vec::new();
        for unit in &ground.school.units {
            units.push(explain_unit(snapshot, ground, matrix, stock, index, unit)?);
        }
        (ground.school.stocks.get(ground.stage, index), units, Vec::new())
    };
    Ok(Some(ExplainedStock {
        id: stock.id.clone(),
        title: stock.title.clone(),
        unit: stock.unit.clone(),
        value: ground.stock(index).map(|number| number.value),
        measured,
        exceptions: exceptions.collect(),
        table: stock.table.name.to_string(),
        filter: stock
            .schools
            .as_ref()
            .map_or_else(|| stock.where_sql.clone(), |schools| format!("{} and {}", stock.where_sql, schools.text())),
        units,
        rows,
    }))
}

/// The rows behind a stock of the county itself.
pub(super) fn county_rows(
    snapshot: Option<&Snapshot>,
    ground: &Ground<'_, Quick>,
    matrix: &StockMatrix,
    stock: &Stock,
) -> Result<Vec<SourceCell>, HomeError> {
    let params = filter_values(ground.rules, &matrix.county, ground.school, stock, Stage::Whole);
    source_rows(snapshot, matrix, stock, None, Stage::Whole, params)
}

fn explain_unit(
    snapshot: Option<&Snapshot>,
    ground: &Ground<'_, Quick>,
    matrix: &StockMatrix,
    stock: &Stock,
    index: usize,
    unit: &Unit,
) -> Result<ExplainedUnit, HomeError> {
    let division = &ground.rules.division;
    let by_stage = division.by_stage(unit, index);
    let reported_at = if by_stage { ground.stage } else { Stage::Whole };
    // The total of a school that reports by stage comes from the rows of its stages.
    let stages: Vec<Stage> = match (by_stage, ground.stage) {
        (true, Stage::Whole) if is_long(stock) => division.judged.clone(),
        (true, Stage::Whole) => Stage::ALL.to_vec(),
        _ => vec![reported_at],
    };
    let mut rows = Vec::new();
    for stage in stages {
        let params = filter_values(ground.rules, &matrix.county, ground.school, stock, stage);
        rows.extend(source_rows(snapshot, matrix, stock, Some(&unit.code), stage, params)?);
    }
    let reported = unit.figures.get(reported_at, index);
    let working = if division.is_divided(unit, index) { working(ground, unit, reported) } else { None };
    Ok(ExplainedUnit { code: unit.code.clone(), name: unit.name.clone(), reported, reported_at, working, rows })
}

fn working(ground: &Ground<'_, Quick>, unit: &Unit, reported: Cell) -> Option<Working> {
    let division = &ground.rules.division;
    let whole = reported.known()?;
    let split = division.split(unit)?;
    let parts = division.parts::<f64>(unit).ok()?;
    let weight = |stage: Stage| split.weights.iter().find(|(of, _)| *of == stage).map(|(_, weight)| *weight);
    let pupils: Vec<(Stage, f64)> =
        parts.iter().filter_map(|(stage, _)| Some((*stage, division.pupils(unit, *stage).known()?))).collect();
    let term = |stage: Stage| {
        let count = pupils.iter().find(|(of, _)| *of == stage).map(|(_, count)| *count)?;
        let weight = weight(stage)?;
        Some(if weight == 1.0 { shown(count) } else { format!("{} × {}", shown(weight), shown(count)) })
    };
    let total: f64 = parts.iter().map(|(_, part)| part).sum();
    let all: Option<Vec<String>> = parts.iter().map(|(stage, _)| term(*stage)).collect();
    let own = parts.iter().find(|(stage, _)| *stage == ground.stage)?;
    Some(Working {
        words: format!("{} × {} / ({})", shown(whole), term(ground.stage)?, all?.join(" + ")),
        share: whole * own.1 / total,
        article: split.citation.article_title.clone(),
        weights: split.weights.clone(),
        pupils,
    })
}

fn source_rows(
    snapshot: Option<&Snapshot>,
    matrix: &StockMatrix,
    stock: &Stock,
    school: Option<&SchoolCode>,
    stage: Stage,
    params: Option<Vec<(String, f64)>>,
) -> Result<Vec<SourceCell>, HomeError> {
    let (Some(snapshot), Some(params)) = (snapshot, params) else { return Ok(Vec::new()) };
    let query = stock_query(stock, &params, matrix.heading.year, matrix.heading.on);
    let rows = snapshot.stock_rows(&query, school, stage)?;
    Ok(rows.into_iter().map(|row| source_cell(stock, row)).collect())
}

fn source_cell(stock: &Stock, row: SourceRow) -> SourceCell {
    let column = match stock.aggregate {
        policy::Aggregate::CountRows => None,
        policy::Aggregate::Sum(column) | policy::Aggregate::Max(column) | policy::Aggregate::Min(column) => Some(column),
    };
    let found = column.and_then(|column| row.values.iter().find(|(name, _)| *name == column)).map(|(_, value)| value);
    let (value, missing) = match found {
        Some(Value::Integer(value)) => (Some(*value as f64), None),
        Some(Value::Real(value)) => (Some(*value), None),
        Some(Value::Missing(why)) => (None, Some(why.id().to_string())),
        _ => (None, None),
    };
    SourceCell { place: row.at.place(), file: row.at.file, form: row.at.form, value, missing }
}
