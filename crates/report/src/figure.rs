use evaluate::{Cell, Lack, Outcome, Scope};
use facts::{Stage, significant};
use policy::expr::{Env, Program, School};
use policy::{Aggregate, FigureOf, Resolved, StockLevel, TableFigure};

/// What a table is filled from: an outcome and the pack that it was judged by.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub outcome: &'a Outcome,
    pub resolved: &'a Resolved,
}

/// A figure of the county, with the schools for want of whose data it is missing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct CountyFigure {
    pub value: Option<f64>,
    pub lacking: Vec<usize>,
}

impl<'a> Source<'a> {
    /// A figure of one school, in a row about one of its stages.
    pub fn of_school(self, figure: &TableFigure, school: usize, stage: Stage) -> Option<f64> {
        let FigureOf::Value(program) = &figure.of else { return None };
        let env = SchoolEnv { source: self, school, stage: figure.stage.unwrap_or(stage) };
        program.number::<f64>(&env).map(significant)
    }

    /// Whether a condition holds for a school in a row about one of its stages.
    pub fn holds(self, condition: &Program, school: usize, stage: Stage) -> Option<bool> {
        condition.truth::<f64>(&SchoolEnv { source: self, school, stage })
    }

    /// A figure of the county: of each stock in it, what all its schools have together.
    pub fn of_county(self, figure: &TableFigure, row_stage: Option<Stage>) -> CountyFigure {
        let stage = figure.stage.or(row_stage).unwrap_or(Stage::Whole);
        let (schools, mut lacking) = self.schools(figure, stage);
        // Of a county without a single school nothing was counted, which is not zero.
        let unknown = !lacking.is_empty() || self.outcome.matrix.schools.is_empty();
        let value = match &figure.of {
            FigureOf::Schools => (!unknown).then_some(schools.len() as f64),
            FigureOf::Value(program) => {
                let mut stocks = Vec::new();
                for stock in program.stocks() {
                    let is_of_county = self.resolved.stocks.get(stock).is_some_and(|stock| stock.level == StockLevel::County);
                    let total = match is_of_county {
                        true => self.outcome.matrix.county.get(stock).and_then(|cell| cell.known()),
                        false if unknown => None,
                        false => self.together(stock, stage, &schools, &mut lacking),
                    };
                    stocks.push((stock, total));
                }
                program.number::<f64>(&CountyEnv { source: self, stage, stocks }).map(significant)
            }
        };
        if value.is_some() {
            lacking.clear();
        }
        lacking.sort_unstable();
        lacking.dedup();
        CountyFigure { value, lacking }
    }

    /// What the schools in scope have of a stock together, or what the county has, for words about the county.
    pub fn examined_total(self, stock: usize) -> Option<f64> {
        let rule = self.resolved.stocks.get(stock)?;
        if rule.level == StockLevel::County {
            return self.outcome.matrix.county.get(stock)?.known();
        }
        let in_scope = |school: &usize| self.outcome.scope.get(*school) == Some(&Scope::In);
        let schools: Vec<usize> = (0..self.outcome.matrix.schools.len()).filter(in_scope).collect();
        self.together(stock, Stage::Whole, &schools, &mut Vec::new()).map(significant)
    }

    /// Whether a school teaches a stage, as far as is known: a school whose pupils are missing is not left out.
    pub fn teaches(self, school: usize, stage: Stage) -> bool {
        let pupils = self.resolved.indicators.first().map(|indicator| indicator.weight).or_else(|| self.resolved.stock("pupils"));
        let (Some(pupils), Some(school)) = (pupils, self.outcome.matrix.schools.get(school)) else { return false };
        match school.stocks.get(stage, pupils) {
            Cell::Known(pupils) => pupils > 0.0,
            Cell::Missing(lack) => lack != Lack::NoSuchStage,
        }
    }

    /// The schools that a figure is about, and those of which this is not known.
    fn schools(self, figure: &TableFigure, stage: Stage) -> (Vec<usize>, Vec<usize>) {
        let (mut schools, mut unknown) = (Vec::new(), Vec::new());
        for school in 0..self.outcome.matrix.schools.len() {
            let in_scope = match self.outcome.scope.get(school) {
                _ if !figure.examined => Some(true),
                Some(Scope::In) => Some(true),
                Some(Scope::Unknown) => None,
                Some(Scope::Out) | None => Some(false),
            };
            let is_meant = figure.schools.as_ref().map_or(Some(true), |condition| self.holds(condition, school, stage));
            let teaches = stage == Stage::Whole || self.teaches(school, stage);
            match (teaches, in_scope, is_meant) {
                (false, ..) | (_, Some(false), _) | (_, _, Some(false)) => {}
                (true, Some(true), Some(true)) => schools.push(school),
                _ => unknown.push(school),
            }
        }
        (schools, unknown)
    }

    /// A stock of several schools together; none as soon as one of them has not said what it has.
    fn together(self, stock: usize, stage: Stage, schools: &[usize], lacking: &mut Vec<usize>) -> Option<f64> {
        let aggregate = self.resolved.stocks.get(stock)?.aggregate;
        let mut known = Vec::with_capacity(schools.len());
        let mut complete = true;
        for school in schools {
            match self.outcome.matrix.schools.get(*school)?.stocks.get(stage, stock) {
                Cell::Known(value) => known.push(value),
                Cell::Missing(Lack::NoSuchStage) => {}
                Cell::Missing(_) => {
                    lacking.push(*school);
                    complete = false;
                }
            }
        }
        if !complete {
            return None;
        }
        match aggregate {
            Aggregate::CountRows | Aggregate::Sum(_) => Some(measures::sum(known)),
            Aggregate::Max(_) => known.into_iter().reduce(f64::max),
            Aggregate::Min(_) => known.into_iter().reduce(f64::min),
        }
    }

    fn parameter(self, index: usize, stage: Stage) -> Option<f64> {
        self.resolved.parameters.get(index)?.at(stage).map(|cited| cited.value)
    }
}

struct SchoolEnv<'a> {
    source: Source<'a>,
    school: usize,
    stage: Stage,
}

impl Env<f64> for SchoolEnv<'_> {
    fn stock(&self, index: usize) -> Option<f64> {
        let matrix = &self.source.outcome.matrix;
        match self.source.resolved.stocks.get(index)?.level {
            StockLevel::County => matrix.county.get(index)?.known(),
            StockLevel::School => matrix.schools.get(self.school)?.stocks.get(self.stage, index).known(),
        }
    }

    fn parameter(&self, index: usize) -> Option<f64> {
        self.source.parameter(index, self.stage)
    }

    fn school(&self) -> Option<&School> {
        self.source.outcome.matrix.schools.get(self.school).map(|school| &school.traits)
    }
}

struct CountyEnv<'a> {
    source: Source<'a>,
    stage: Stage,
    stocks: Vec<(usize, Option<f64>)>,
}

impl Env<f64> for CountyEnv<'_> {
    fn stock(&self, index: usize) -> Option<f64> {
        self.stocks.iter().find(|(stock, _)| *stock == index)?.1
    }

    fn parameter(&self, index: usize) -> Option<f64> {
        self.source.parameter(index, self.stage)
    }

    fn school(&self) -> Option<&School> {
        None
    }
}
