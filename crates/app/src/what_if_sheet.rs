use evaluate::{LeverHead, Outcome, Scope, State};
use facts::{SchoolCode, Stage, Text, Unit};
use policy::Resolved;

use crate::what_if::{compare, figure_line, parse_change};
use crate::{Failure, WhatIf, WholeCounty};

/// The sheet on which changes are typed, as it stands after them, and what they change.
pub struct SheetTried {
    pub sheet: Sheet,
    pub tried: WhatIf,
    /// Every item, school and light that turned, in words.
    pub turned: Vec<Text>,
}

/// What each school has of the stocks that lift its indicators, and how those stand.
pub struct Sheet {
    /// Pupils first, then the lever of each indicator, each once.
    pub columns: Vec<SheetColumn>,
    /// A row for each school and stage that is judged, by code: never a ranking.
    pub rows: Vec<SheetRow>,
}

#[derive(Clone)]
pub struct SheetColumn {
    pub stock: String,
    pub title: Text,
    pub unit: Unit,
    /// Whether it is counted in whole things, not measured.
    pub whole: bool,
    /// The indicators that it lifts, by their place among the pack's; none for pupils.
    pub indicators: Vec<usize>,
}

pub struct SheetRow {
    pub code: SchoolCode,
    pub name: String,
    pub stage: Stage,
    /// In the order of the columns; none where the figure is missing.
    pub cells: Vec<Option<SheetCell>>,
}

pub struct SheetCell {
    /// Where the school states it: at the row's stage, or for the whole school, which then shows in each of its rows.
    pub stage: Stage,
    pub value: f64,
    /// How the worst of the column's indicators stands at the row's stage; none for pupils.
    pub state: Option<State>,
}

/// Judges a county after changes as people type them (`2153990004.primary.backbone+=2`). Without any it gives the sheet as it is.
pub fn try_on_sheet(county: &WholeCounty, changes: &[String]) -> Result<SheetTried, Failure> {
    let resolved = &county.judged.resolved;
    let before = county.outcome();
    let deltas =
        changes.iter().map(|words| parse_change(words, resolved, &before.matrix)).collect::<Result<Vec<_>, Failure>>()?;
    let after = evaluate::what_if(resolved, &before.matrix, &deltas);
    let tried = compare(resolved, before, &after, deltas);
    let figures = tried.changes.figures.iter().filter(|figure| figure.state.before != figure.state.after);
    let turned = (tried.changes.items.iter().map(evaluate::VerdictChange::line))
        .chain(tried.changes.schools.iter().map(evaluate::SchoolChange::line))
        .chain(figures.filter_map(figure_line))
        .collect();
    Ok(SheetTried { sheet: sheet(resolved, &after), tried, turned })
}

fn sheet(resolved: &Resolved, outcome: &Outcome) -> Sheet {
    let columns = columns(resolved, outcome);
    let mut rows = Vec::new();
    for (at, school) in outcome.matrix.schools.iter().enumerate().filter(|(at, _)| outcome.scope.get(*at) == Some(&Scope::In)) {
        for stage in &outcome.frame.stages {
            let judged =
                |index: usize| outcome.figure(at, *stage, index).is_some_and(|figure| figure.state != State::NotApplicable);
            if !(0..outcome.frame.indicators.len()).any(judged) {
                continue;
            }
            let cells = columns.iter().map(|column| cell(resolved, outcome, at, *stage, column)).collect();
            rows.push(SheetRow { code: school.code.clone(), name: school.name.clone(), stage: *stage, cells });
        }
    }
    rows.sort_by(|a, b| (&a.code, a.stage).cmp(&(&b.code, b.stage)));
    Sheet { columns, rows }
}

fn columns(resolved: &Resolved, outcome: &Outcome) -> Vec<SheetColumn> {
    let weight = resolved.indicators.first().and_then(|indicator| resolved.stocks.get(indicator.weight));
    let pupils = weight.map(|stock| SheetColumn {
        stock: stock.id.clone(),
        title: stock.title.clone(),
        unit: stock.unit.clone(),
        whole: true,
        indicators: Vec::new(),
    });
    let mut columns: Vec<SheetColumn> = pupils.into_iter().collect();
    for (index, head) in outcome.frame.indicators.iter().enumerate() {
        let Some(LeverHead { stock, title, unit, whole }) = &head.lever else { continue };
        match columns.iter_mut().find(|column| column.stock == *stock) {
            Some(known) => known.indicators.push(index),
            None => columns.push(SheetColumn {
                stock: stock.clone(),
                title: title.clone(),
                unit: unit.clone(),
                whole: *whole,
                indicators: vec![index],
            }),
        }
    }
    columns
}

fn cell(resolved: &Resolved, outcome: &Outcome, school: usize, stage: Stage, column: &SheetColumn) -> Option<SheetCell> {
    let stock = resolved.stock(&column.stock)?;
    let school_stocks = &outcome.matrix.schools[school];
    let by_stage = school_stocks.units.iter().any(|unit| unit.figures.get(stage, stock).known().is_some());
    let stated = if by_stage { stage } else { Stage::Whole };
    let value = school_stocks.stocks.get(stated, stock).known()?;
    let states = column.indicators.iter().filter_map(|index| Some(outcome.figure(school, stage, *index)?.state));
    Some(SheetCell { stage: stated, value, state: states.max_by_key(|state| weight_of(*state)) })
}

/// The worse a light, the more it counts.
fn weight_of(state: State) -> u8 {
    match state {
        State::NotApplicable => 0,
        State::Unjudged => 1,
        State::Met => 2,
        State::NotEnoughData => 3,
        State::Missed => 4,
        State::BelowFloor => 5,
    }
}
