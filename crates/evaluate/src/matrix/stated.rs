//! A stock that adds up several figures of an official table is known only where each of them is stated. A school that states
//! its teachers with a bachelor's degree and leaves out the rows of the other degrees has not said that it has none.

use std::collections::BTreeSet;

use facts::{Finding, Place, SchoolCode, Severity, Stage, text};
use policy::{Aggregate, Stock, StockItem};
use snapshot::{HomeError, Snapshot, StockQuery};

use super::query::Asked;
use super::{Cell, Lack, School, Unit};

/// Figures of a stock that a unit leaves out at a stage at which it states others of the same stock.
#[derive(Debug)]
pub(super) struct LeftOut<'a> {
    /// Code and name; none for the county itself.
    unit: Option<(SchoolCode, String)>,
    stock: &'a Stock,
    stage: Stage,
    items: Vec<&'a StockItem>,
}

/// Makes a stock missing wherever only some of its figures are stated, and tells which are not.
///
/// `n_rows` is how many rows the stock's filter found for a unit at a stage. A figure has one row at most, so where there are as
/// many rows as figures nothing is left out, and no further query is needed.
pub(super) fn require<'a>(
    (snapshot, asked): (&Snapshot, Asked),
    schools: &mut [School],
    (index, stock): (usize, &'a Stock),
    judged: &[Stage],
    n_rows: impl Fn(usize, &Unit, Stage) -> usize,
) -> Result<Vec<LeftOut<'a>>, HomeError> {
    if !adds_up_figures(stock) {
        return Ok(Vec::new());
    }
    let mut doubtful = Vec::new();
    for (position, school) in schools.iter().enumerate() {
        for (place, unit) in school.units.iter().enumerate() {
            for stage in stages(unit, index, judged) {
                if is_doubtful(stock, stage, n_rows(position, unit, stage)) {
                    doubtful.push((position, place, stage));
                }
            }
        }
    }
    if doubtful.is_empty() {
        return Ok(Vec::new());
    }
    let stated = Stated::of(snapshot, asked, stock)?;
    let mut left_out = Vec::new();
    for (position, place, stage) in doubtful {
        let unit = &mut schools[position].units[place];
        let items = stated.lacking(stock, Some(&unit.code), stage);
        if !items.is_empty() {
            unit.figures.set(stage, index, Cell::Missing(Lack::ItemsNotStated));
            left_out.push(LeftOut { unit: Some((unit.code.clone(), unit.name.clone())), stock, stage, items });
        }
    }
    Ok(left_out)
}

/// The same for a stock of the county itself.
pub(super) fn require_of_county<'a>(
    (snapshot, asked): (&Snapshot, Asked),
    cell: &mut Cell,
    stock: &'a Stock,
    n_rows: usize,
) -> Result<Option<LeftOut<'a>>, HomeError> {
    let stage = Stage::Whole;
    if !adds_up_figures(stock) || cell.known().is_none() || !is_doubtful(stock, stage, n_rows) {
        return Ok(None);
    }
    let items = Stated::of(snapshot, asked, stock)?.lacking(stock, None, stage);
    if items.is_empty() {
        return Ok(None);
    }
    *cell = Cell::Missing(Lack::ItemsNotStated);
    Ok(Some(LeftOut { unit: None, stock, stage, items }))
}

fn adds_up_figures(stock: &Stock) -> bool {
    stock.items.len() > 1 && stock.aggregate != Aggregate::CountRows
}

/// Whether figures may have been left out where so many rows were found.
fn is_doubtful(stock: &Stock, stage: Stage, n_rows: usize) -> bool {
    let n_items = stock.items.iter().filter(|item| item.stages.contains(&stage)).count();
    n_rows > 0 && (n_rows != n_items || stock.years.first != stock.years.last)
}

/// The stages at which a unit's own rows are taken: beside rows by stage, one of the whole is only their total.
fn stages(unit: &Unit, index: usize, judged: &[Stage]) -> impl Iterator<Item = Stage> {
    let is_known = |stage: &Stage| unit.figures.get(*stage, index).known().is_some();
    let by_stage: Vec<Stage> = judged.iter().copied().filter(is_known).collect();
    let whole = Some(Stage::Whole).filter(|whole| by_stage.is_empty() && is_known(whole));
    by_stage.into_iter().chain(whole)
}

/// Which figures of a stock are stated, by whom and for which stage.
pub(crate) struct Stated(Vec<BTreeSet<(Option<SchoolCode>, Stage)>>);

impl Stated {
    pub(crate) fn of(snapshot: &Snapshot, asked: Asked, stock: &Stock) -> Result<Stated, HomeError> {
        let filters: Vec<String> = stock.items.iter().map(|item| format!("(item = '{}')", item.id.replace('\'', "''"))).collect();
        let (since, year) = stock.years.of(asked.year);
        let query = StockQuery {
            table: stock.table,
            where_sql: "",
            aggregate: snapshot::Aggregate::CountRows,
            params: &[],
            since,
            year,
            on: asked.on,
        };
        let queries: Vec<_> = filters.iter().map(|filter| StockQuery { where_sql: filter, ..query }).collect();
        let answers = snapshot.stocks(&queries)?.into_iter();
        Ok(Stated(answers.map(|rows| rows.into_iter().map(|row| (row.school, row.stage)).collect()).collect()))
    }

    /// The figures that must be stated at a stage and are not.
    pub(crate) fn lacking<'a>(&self, stock: &'a Stock, school: Option<&SchoolCode>, stage: Stage) -> Vec<&'a StockItem> {
        let is_stated = |item: &StockItem| {
            let known = stock.items.iter().zip(&self.0).find(|(of, _)| of.id == item.id);
            known.is_some_and(|(_, rows)| rows.contains(&(school.cloned(), stage)))
        };
        stock.items_asked(stage).filter(|item| !is_stated(item)).collect()
    }
}

/// One finding for each school or campus, with all that it leaves out.
pub(super) fn findings(mut left_out: Vec<LeftOut<'_>>) -> Vec<Finding> {
    left_out.sort_by(|a, b| a.unit.cmp(&b.unit));
    let by_unit = left_out.chunk_by(|a, b| a.unit == b.unit);
    by_unit
        .map(|of_unit| {
            let list = |words: fn(&facts::Text) -> &String, between: &str, colon: &str| {
                let line = |left: &LeftOut<'_>| {
                    let items: Vec<&str> = left.items.iter().map(|item| words(&item.title).as_str()).collect();
                    let (stock, stage) = (words(&left.stock.title), left.stage.title());
                    format!("{} {stock}{colon}{}", words(&stage), items.join(between))
                };
                of_unit.iter().map(line).collect::<Vec<_>>().join(if between == "、" { "；" } else { "; " })
            };
            let zh = list(|text| &text.zh, "、", "缺");
            let en = list(|text| &text.en, ", ", " lacks ");
            let school = of_unit[0].unit.clone();
            let place = school.map_or(Place::Everywhere, |(code, name)| Place::School { code, name: Some(name) });
            Finding::new(
                Severity::Logic,
                "figures-left-out",
                place,
                text!(
                    "几项相加的数只报了一部分，其余各项没有任何一行，按缺数处理：{zh}",
                    "of figures that are added up only some are stated, the others have no row; the sum is taken as missing: {en}"
                ),
                text!("为每一项各报一行，没有的报 0", "state each of them in a row of its own; 0 where there is none"),
            )
        })
        .collect()
}
