use std::collections::BTreeMap;
use std::sync::Arc;

use facts::{Finding, Place, SchoolCode, Severity, Stage, significant, text};
use policy::{Resolved, StockLevel};

use super::roster::{Listed, roster};
use super::{Cell, Division, Heading, Lack, StockMatrix, Traits};

/// A school, campus or attached class with the figures it reports, by stock.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenSchool {
    pub code: SchoolCode,
    pub name: String,
    pub traits: Traits,
    /// The school into which it is merged if it does not count as one itself.
    pub parent: Option<SchoolCode>,
    pub figures: Vec<GivenFigure>,
}

/// One stock of one stage, or of the `Whole` school.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenFigure {
    pub stock: String,
    pub stage: Stage,
    /// None where the figure is stated to be missing.
    pub value: Option<f64>,
}

/// A stock matrix from figures that somebody already has: a published case, another engine's result. Whole-school figures
/// are divided and campuses merged as for figures from a snapshot; a figure that is not given is missing.
pub fn given(resolved: &Resolved, heading: Heading, schools: &[GivenSchool], county: &[(String, f64)]) -> StockMatrix {
    let n_stocks = resolved.stocks.len();
    let listed = schools.iter().map(|school| Listed {
        code: school.code.clone(),
        name: school.name.clone(),
        traits: school.traits.clone(),
        parent: school.parent.clone(),
    });
    let (mut rows, mut findings) = roster(listed.collect(), n_stocks);
    let figures: BTreeMap<&SchoolCode, &[GivenFigure]> =
        schools.iter().map(|school| (&school.code, school.figures.as_slice())).collect();
    let division = Division::of(resolved);
    for school in &mut rows {
        for unit in &mut school.units {
            for figure in figures.get(&unit.code).copied().unwrap_or_default() {
                match resolved.stock(&figure.stock).filter(|stock| resolved.stocks[*stock].level == StockLevel::School) {
                    Some(stock) => unit.figures.set(figure.stage, stock, cell(figure.value)),
                    None => findings.push(unknown_stock(
                        &figure.stock,
                        Place::School { code: unit.code.clone(), name: Some(unit.name.clone()) },
                    )),
                }
            }
        }
        school.settle(&division);
    }
    let mut cells = vec![Cell::Missing(Lack::NoRow); n_stocks];
    for (id, value) in county {
        match resolved.stock(id).filter(|stock| resolved.stocks[*stock].level == StockLevel::County) {
            Some(stock) => cells[stock] = cell(Some(*value)),
            None => findings.push(unknown_stock(id, Place::Everywhere)),
        }
    }
    StockMatrix {
        heading,
        stocks: resolved.stocks.iter().map(|stock| stock.id.clone()).collect(),
        schools: rows.into_iter().map(Arc::new).collect(),
        county: cells,
        findings,
    }
}

fn cell(value: Option<f64>) -> Cell {
    match value {
        Some(value) if value.is_finite() => Cell::Known(significant(value)),
        _ => Cell::Missing(Lack::Blank),
    }
}

fn unknown_stock(id: &str, place: Place) -> Finding {
    Finding::new(
        Severity::Logic,
        "unknown-stock",
        place,
        text!(
            "给出了数量“{id}”，但该标准在此层级没有这一数量",
            "a figure is given for `{id}`, which is no stock of the standard at this level"
        ),
        text!("对照标准中 [[stock]] 的 id 与 level", "compare with the ids and levels of [[stock]] in the standard"),
    )
}
