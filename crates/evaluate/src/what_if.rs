use std::sync::Arc;

use facts::{Finding, Place, SchoolCode, Severity, Stage, Text, text};
use policy::{Resolved, StockLevel};
use serde::{Deserialize, Serialize};

use crate::matrix::{Cell, Division, Lack, School, StockMatrix, Unit};
use crate::{Outcome, evaluate};

/// A change of what schools have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum Delta {
    /// Adds to a stock of a school; a negative amount takes away. Where a combined school reports the stock as a whole
    /// (premises, books), the amount is added to the whole and divided among the stages like the rest of it.
    Add { school: SchoolCode, stage: Stage, stock: String, amount: f64 },
    /// Moves an amount of a stock from one school to another.
    Move { from: SchoolCode, to: SchoolCode, stage: Stage, stock: String, amount: f64 },
    /// Moves pupils from one school to another. Nothing else moves with them.
    MovePupils { from: SchoolCode, to: SchoolCode, stage: Stage, pupils: f64 },
    /// Merges a school into another, of which it becomes a campus.
    Merge { school: SchoolCode, into: SchoolCode },
}

/// The outcome that the county would have after some changes, without a query.
///
/// It is the outcome of [`evaluate`] for the [`changed`] matrix. A change that cannot be made (an unknown school, more taken
/// than is there) is left out and named in the outcome's findings; the others are made in order.
pub fn what_if(resolved: &Resolved, matrix: &StockMatrix, deltas: &[Delta]) -> Outcome {
    evaluate(resolved, &changed(resolved, matrix, deltas))
}

/// The stock matrix after some changes. Schools that do not change are shared with the matrix given.
pub fn changed(resolved: &Resolved, matrix: &StockMatrix, deltas: &[Delta]) -> StockMatrix {
    let division = Division::of(resolved);
    let mut matrix = matrix.clone();
    for delta in deltas {
        // All or nothing: what a delta has begun is not kept when it cannot be finished.
        let before = matrix.schools.clone();
        if let Err(refused) = apply(&division, &mut matrix, delta) {
            matrix.schools = before;
            matrix.findings.push(*refused);
        }
    }
    matrix
}

fn apply(division: &Division<'_>, matrix: &mut StockMatrix, delta: &Delta) -> Result<(), Box<Finding>> {
    match delta {
        Delta::Add { school, stage, stock, amount } => {
            let stock = stock_named(division.resolved, stock)?;
            add(division, matrix, school, *stage, stock, *amount)
        }
        Delta::Move { from, to, stage, stock, amount } => {
            let stock = stock_named(division.resolved, stock)?;
            add(division, matrix, from, *stage, stock, -*amount)?;
            add(division, matrix, to, *stage, stock, *amount)
        }
        Delta::MovePupils { from, to, stage, pupils } => {
            let stock = division.pupils.map_or_else(|| stock_named(division.resolved, "pupils"), Ok)?;
            add(division, matrix, from, *stage, stock, -*pupils)?;
            add(division, matrix, to, *stage, stock, *pupils)
        }
        Delta::Merge { school, into } => merge(division, matrix, school, into),
    }
}

fn add(
    division: &Division<'_>,
    matrix: &mut StockMatrix,
    code: &SchoolCode,
    stage: Stage,
    stock: usize,
    amount: f64,
) -> Result<(), Box<Finding>> {
    let position = matrix.position(code).ok_or_else(|| unknown(code))?;
    let school = Arc::make_mut(&mut matrix.schools[position]);
    if !amount.is_finite() {
        return Err(refused(school, text!("变动数不是有效的数", "the amount is no number")));
    }
    let known = |unit: &Unit| place(division, unit, stage, stock).and_then(|at| start(division, unit, at, stage, stock));
    let held = school.units.iter().enumerate().filter_map(|(index, unit)| Some((index, known(unit)?)));
    // What is added goes to the school itself where it can; what is taken comes from where most is.
    let chosen =
        if amount < 0.0 { held.reduce(|most, next| if next.1 > most.1 { next } else { most }) } else { held.into_iter().next() };
    let title = &division.resolved.stocks[stock].title;
    let (zh, en) = (&title.zh, &title.en);
    let Some((unit, value)) = chosen else {
        return Err(refused(
            school,
            text!("缺少“{zh}”的现有数，无法增减", "\"{en}\" is missing, so nothing can be added or taken"),
        ));
    };
    let sum = facts::significant(value + amount);
    if sum < 0.0 {
        let wanted = -amount;
        return Err(refused(
            school,
            text!("“{zh}”现有 {value}，不够减去 {wanted}", "there are {value} of \"{en}\", too few to take {wanted}"),
        ));
    }
    let unit = &mut school.units[unit];
    if let Some(at) = place(division, unit, stage, stock) {
        unit.figures.set(at, stock, Cell::Known(sum));
    }
    school.settle(division);
    Ok(())
}

/// Where a unit keeps a stock of a stage: by stage, or with the whole.
fn place(division: &Division<'_>, unit: &Unit, stage: Stage, stock: usize) -> Option<Stage> {
    let whole = unit.figures.get(Stage::Whole, stock).known().is_some();
    match stage {
        _ if !whole || division.by_stage(unit, stock) => {
            if stage == Stage::Whole {
                division.shape(unit).only
            } else {
                Some(stage)
            }
        }
        Stage::Whole => Some(Stage::Whole),
        stage => (division.teaches(unit, stage)).then_some(Stage::Whole),
    }
}

fn start(division: &Division<'_>, unit: &Unit, at: Stage, stage: Stage, stock: usize) -> Option<f64> {
    match unit.figures.get(at, stock) {
        Cell::Known(value) => Some(value),
        // A stage that the unit does not teach yet has nothing so far.
        Cell::Missing(Lack::NoRow) if !division.teaches(unit, stage) => Some(0.0),
        Cell::Missing(_) => None,
    }
}

fn merge(division: &Division<'_>, matrix: &mut StockMatrix, code: &SchoolCode, into: &SchoolCode) -> Result<(), Box<Finding>> {
    let position = matrix.position(code).ok_or_else(|| unknown(code))?;
    if code == into {
        return Err(refused(&matrix.schools[position], text!("不能并入自身", "a school cannot be merged into itself")));
    }
    matrix.position(into).ok_or_else(|| unknown(into))?;
    let merged = matrix.schools.remove(position);
    let Some(position) = matrix.position(into) else { return Err(unknown(into)) };
    let school = Arc::make_mut(&mut matrix.schools[position]);
    school.units.extend(merged.units.iter().cloned().map(|mut unit| {
        unit.traits.counts_as_school = Some(false);
        unit
    }));
    let head = school.code.clone();
    school.units.sort_by(|a, b| (a.code != head, &a.code).cmp(&(b.code != head, &b.code)));
    school.settle(division);
    Ok(())
}

fn stock_named(resolved: &Resolved, id: &str) -> Result<usize, Box<Finding>> {
    let found = resolved.stock(id).filter(|stock| resolved.stocks[*stock].level == StockLevel::School);
    found.ok_or_else(|| {
        Box::new(Finding::new(
            Severity::Logic,
            "what-if-unknown-stock",
            Place::Everywhere,
            text!("没有按学校统计的数量“{id}”，该项变动未计入", "there is no stock `{id}` of schools; the change was left out"),
            text!("使用标准中 [[stock]] 的 id", "use the id of a [[stock]] of the standard"),
        ))
    })
}

fn unknown(code: &SchoolCode) -> Box<Finding> {
    Box::new(Finding::new(
        Severity::Logic,
        "what-if-unknown-school",
        Place::School { code: code.clone(), name: None },
        text!("没有这所学校，该项变动未计入", "there is no such school; the change was left out"),
        text!("核对学校标识码；校区用其所属学校的标识码", "check the code; a campus is reached by the code of its school"),
    ))
}

fn refused(school: &School, why: Text) -> Box<Finding> {
    let (zh, en) = (why.zh, why.en);
    Box::new(Finding::new(
        Severity::Logic,
        "what-if-refused",
        Place::School { code: school.code.clone(), name: Some(school.name.clone()) },
        text!("{zh}，该项变动未计入", "{en}; the change was left out"),
        text!("修改该项变动", "change the amount or the school"),
    ))
}
