use facts::{FileHash, Place, SchoolCode, Stage, Text, Unit as Measure, Value};
use policy::expr::Env;
use policy::{Stock, StockItem, StockLevel, Target};
use serde::Serialize;
use snapshot::{HomeError, Snapshot, SourceRow};

use crate::exact::Quick;
use crate::ground::{Ground, Rules};
use crate::judge::{AtStage, CountyGround};
use crate::matrix::{
    Asked, Cell, Lack, School, Stated, StockMatrix, Unit, county_filter_values, filter_values, is_long, stock_query,
};
use crate::outcome::Scope;
use crate::shown;

/// A stock of a school or of the county: what it is, how it was put together, and the rows that it came from.
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
    pub table: String,
    /// Empty where every row of the table counts.
    pub filter: String,
    /// Of a school: itself and its merged campuses. Of the county, where a stock of schools is put together: every examined
    /// school, those without a figure first. Empty for a stock of the county itself.
    pub units: Vec<ExplainedUnit>,
    /// The rows of a stock of the county itself.
    pub rows: Vec<SourceCell>,
}

/// A unit's part of a stock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedUnit {
    pub code: SchoolCode,
    pub name: String,
    /// What it reports, at the stage or as a whole.
    pub reported: Cell,
    /// `Whole` where only the whole unit is reported, or all its stages are asked for.
    pub reported_at: Stage,
    /// Whether a figure of one stage was taken from that of the whole unit as it stands.
    pub from_whole: bool,
    /// Figures that the stock adds up and no row states.
    pub left_out: Vec<Text>,
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
    pub article: Text,
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
    /// Which figure it states, where the stock adds up several.
    pub item: Option<Text>,
    /// The aggregated column's value, in its base unit, or none where rows are counted or the cell says nothing.
    pub value: Option<f64>,
    /// What the cell itself says where it uses another unit: `552.46 万元`. Known to whoever can open the raw file.
    pub written: Option<String>,
    /// Why the value is missing: `blank`, `dash` ….
    pub missing: Option<String>,
}

/// A stock at the school and stage of a ground.
pub(super) fn explain_stock(
    snapshot: Option<&Snapshot>,
    ground: &Ground<'_, Quick>,
    matrix: &StockMatrix,
    index: usize,
) -> Result<Option<ExplainedStock>, HomeError> {
    let resolved = ground.rules.resolved;
    let Some(stock) = resolved.stocks.get(index) else { return Ok(None) };
    if stock.level == StockLevel::County {
        return explain_stock_of_county(snapshot, ground.rules, matrix, index);
    }
    let trace = Trace::of(snapshot, ground.rules, matrix, stock)?;
    let mut units = Vec::new();
    for unit in &ground.school.units {
        units.push(trace.unit(ground, index, unit)?);
    }
    let applied = ground.applied.iter().filter_map(|exception| resolved.exceptions.get(*exception));
    let exceptions =
        applied.filter(|exception| exception.target == Target::Stock(index)).map(|exception| exception.label.clone());
    let value = ground.stock(index).map(|number| number.value);
    let measured = ground.school.stocks.get(ground.stage, index);
    Ok(Some(ExplainedStock { exceptions: exceptions.collect(), units, ..bare(stock, value, measured) }))
}

/// A stock of the county itself, with its rows.
pub(super) fn explain_stock_of_county(
    snapshot: Option<&Snapshot>,
    rules: &Rules<'_>,
    matrix: &StockMatrix,
    index: usize,
) -> Result<Option<ExplainedStock>, HomeError> {
    let Some(stock) = rules.resolved.stocks.get(index) else { return Ok(None) };
    let cell = matrix.county.get(index).copied().unwrap_or(Cell::Missing(Lack::NoRow));
    let trace = Trace::of(snapshot, rules, matrix, stock)?;
    let rows = trace.rows(None, Stage::Whole, county_filter_values(rules, stock))?;
    Ok(Some(ExplainedStock { rows, ..bare(stock, cell.known(), cell) }))
}

/// A stock of schools put together over all that are examined: each with its part, those without one first.
pub(super) fn explain_stock_over_schools(county: &CountyGround<'_>, index: usize) -> Option<ExplainedStock> {
    let stock = county.rules.resolved.stocks.get(index)?;
    let schools = county.matrix.schools.iter().zip(county.scope).filter(|(_, scope)| **scope == Scope::In);
    let unit = |school: &School| ExplainedUnit {
        code: school.code.clone(),
        name: school.name.clone(),
        reported: school.stocks.get(Stage::Whole, index),
        reported_at: Stage::Whole,
        from_whole: false,
        left_out: Vec::new(),
        working: None,
        rows: Vec::new(),
    };
    let mut units: Vec<ExplainedUnit> = schools.map(|(school, _)| unit(school)).collect();
    units.sort_by_key(|unit| unit.reported.known().is_some());
    let value = Env::<Quick>::stock(&AtStage(county, Stage::Whole), index).map(|number| number.value);
    let lack = || units.iter().find_map(|unit| unit.reported.lack()).unwrap_or(Lack::NoRow);
    let measured = value.map_or_else(|| Cell::Missing(lack()), Cell::Known);
    Some(ExplainedStock { units, ..bare(stock, value, measured) })
}

/// A stock without its parts.
fn bare(stock: &Stock, value: Option<f64>, measured: Cell) -> ExplainedStock {
    let schools = stock.schools.as_ref();
    ExplainedStock {
        id: stock.id.clone(),
        title: stock.title.clone(),
        unit: stock.unit.clone(),
        value,
        measured,
        exceptions: Vec::new(),
        table: stock.table.name.to_string(),
        filter: filter(&stock.where_sql, schools.map(|schools| schools.text())),
        units: Vec::new(),
        rows: Vec::new(),
    }
}

/// The conditions on rows and on their schools, as one.
fn filter(rows: &str, schools: Option<&str>) -> String {
    let all = [Some(rows), schools];
    all.into_iter().flatten().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" and ")
}

/// What is needed to find the rows of one stock.
struct Trace<'a> {
    snapshot: Option<&'a Snapshot>,
    matrix: &'a StockMatrix,
    stock: &'a Stock,
    /// Who states which of its figures, where it adds up several.
    stated: Option<Stated>,
}

impl<'a> Trace<'a> {
    fn of(
        snapshot: Option<&'a Snapshot>,
        rules: &Rules<'a>,
        matrix: &'a StockMatrix,
        stock: &'a Stock,
    ) -> Result<Trace<'a>, HomeError> {
        let asked = Asked { year: matrix.heading.year, on: rules.resolved.on };
        let several = snapshot.filter(|_| stock.items.len() > 1);
        let stated = several.map(|snapshot| Stated::of(snapshot, asked, stock)).transpose()?;
        Ok(Trace { snapshot, matrix, stock, stated })
    }

    fn unit(&self, ground: &Ground<'_, Quick>, index: usize, unit: &Unit) -> Result<ExplainedUnit, HomeError> {
        let division = &ground.rules.division;
        let by_stage = division.by_stage(unit, index);
        let reported_at = if by_stage { ground.stage } else { Stage::Whole };
        // The total of a school that reports by stage comes from the rows of its stages.
        let stages: Vec<Stage> = match (by_stage, ground.stage) {
            (true, Stage::Whole) if is_long(self.stock) => division.judged.clone(),
            (true, Stage::Whole) => Stage::ALL.to_vec(),
            _ => vec![reported_at],
        };
        let mut rows = Vec::new();
        let mut left_out = Vec::new();
        for stage in stages {
            let params = filter_values(ground.rules, &self.matrix.county, ground.school, self.stock, stage);
            rows.extend(self.rows(Some(&unit.code), stage, params)?);
            let lacks = unit.figures.get(stage, index) == Cell::Missing(Lack::ItemsNotStated);
            if let Some(stated) = self.stated.as_ref().filter(|_| lacks) {
                left_out.extend(stated.lacking(self.stock, Some(&unit.code), stage).into_iter().map(|item| item.title.clone()));
            }
        }
        let whole = unit.figures.get(Stage::Whole, index);
        let is_divided = division.is_divided(unit, index) && ground.stage != Stage::Whole;
        let reported = match is_divided {
            true => whole,
            false => match division.school::<f64>(std::slice::from_ref(unit), ground.stage, index) {
                Ok(value) => Cell::Known(value),
                Err(lack) => Cell::Missing(lack),
            },
        };
        Ok(ExplainedUnit {
            code: unit.code.clone(),
            name: unit.name.clone(),
            from_whole: !by_stage && !is_divided && ground.stage != Stage::Whole && reported.known().is_some(),
            reported,
            reported_at,
            left_out,
            working: if is_divided { working(ground, unit, whole) } else { None },
            rows,
        })
    }

    fn rows(
        &self,
        school: Option<&SchoolCode>,
        stage: Stage,
        params: Option<Vec<(String, f64)>>,
    ) -> Result<Vec<SourceCell>, HomeError> {
        let (Some(snapshot), Some(params)) = (self.snapshot, params) else { return Ok(Vec::new()) };
        let query = stock_query(self.stock, &params, self.matrix.heading.year, self.matrix.heading.on);
        let rows = snapshot.stock_rows(&query, school, stage)?;
        Ok(rows.into_iter().map(|row| source_cell(self.stock, row)).collect())
    }
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
    let says = |item: &&StockItem| row.values.contains(&("item", Value::text(&item.id)));
    let item = stock.items.iter().filter(|_| stock.items.len() > 1).find(says);
    SourceCell {
        place: row.at.place(),
        file: row.at.file,
        form: row.at.form,
        item: item.map(|item| item.title.clone()),
        value,
        written: None,
        missing,
    }
}
