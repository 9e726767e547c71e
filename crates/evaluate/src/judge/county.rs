use facts::Stage;
use policy::expr::{Env, Number, School as Traits};
use policy::{Aggregate, StockLevel};

use crate::StockMatrix;
use crate::exact::{Exact, Quick};
use crate::ground::{Ground, Need, Rules};
use crate::matrix::Cell;
use crate::outcome::Scope;

/// What a rule about the county as a whole is worked out on: the county's own stocks, and the schools' stocks put together
/// over all schools that the standard concerns.
pub(crate) struct CountyGround<'a> {
    pub rules: &'a Rules<'a>,
    pub matrix: &'a StockMatrix,
    pub scope: &'a [Scope],
}

/// A county ground for one stage; `Whole` where none is meant.
pub(crate) struct AtStage<'a>(pub &'a CountyGround<'a>, pub Stage);

impl<'a> CountyGround<'a> {
    pub fn of(rules: &'a Rules<'a>, matrix: &'a StockMatrix, scope: &'a [Scope]) -> CountyGround<'a> {
        CountyGround { rules, matrix, scope }
    }

    fn cells(&self, stock: usize) -> Option<Vec<f64>> {
        if self.scope.contains(&Scope::Unknown) {
            return None;
        }
        let mut values = Vec::with_capacity(self.matrix.schools.len());
        for (school, _) in self.matrix.schools.iter().zip(self.scope).filter(|(_, scope)| **scope == Scope::In) {
            match school.stocks.get(Stage::Whole, stock) {
                Cell::Known(value) => values.push(value),
                Cell::Missing(_) if self.rules.division.judged.iter().all(|stage| !self.rules.teaches(school, *stage)) => {}
                Cell::Missing(_) => return None,
            }
        }
        Some(values)
    }

    /// The sum over every school that the standard concerns, where each tells its part; a school that teaches nothing that is
    /// judged has none.
    fn over_schools<N: Number>(&self, part: impl Fn(&Ground<'_, Quick>) -> Option<N>) -> Option<N> {
        if self.scope.contains(&Scope::Unknown) {
            return None;
        }
        let mut sum = N::of(0.0);
        for (school, _) in self.matrix.schools.iter().zip(self.scope).filter(|(_, scope)| **scope == Scope::In) {
            if self.rules.division.judged.iter().any(|stage| self.rules.teaches(school, *stage)) {
                sum = sum.plus(part(&Ground::of(self.rules, &self.matrix.county, school, Need::Everything))?);
            }
        }
        Some(sum)
    }

    fn exact_cells(&self, stock: usize) -> Option<Vec<Exact>> {
        self.cells(stock)?;
        let schools = self.matrix.schools.iter().zip(self.scope).filter(|(_, scope)| **scope == Scope::In);
        Some(schools.filter_map(|(school, _)| self.rules.division.school(&school.units, Stage::Whole, stock).ok()).collect())
    }
}

impl Env<Quick> for AtStage<'_> {
    fn stock(&self, index: usize) -> Option<Quick> {
        let rule = self.0.rules.resolved.stocks.get(index)?;
        if rule.level == StockLevel::County {
            return self.0.matrix.county.get(index)?.known().map(Quick::of);
        }
        let values = self.0.cells(index)?;
        match rule.aggregate {
            Aggregate::Max(_) => values.into_iter().reduce(f64::max).map(Quick::rounded),
            Aggregate::Min(_) => values.into_iter().reduce(f64::min).map(Quick::rounded),
            Aggregate::CountRows | Aggregate::Sum(_) => {
                let whole = values.iter().all(|value| value.fract() == 0.0);
                let total = if whole { values.iter().sum() } else { measures::sum(values) };
                Some(if whole { Quick::of(total) } else { Quick::rounded(total) })
            }
        }
    }
    fn parameter(&self, index: usize) -> Option<Quick> {
        self.0.rules.county_parameter(index, self.1).map(Quick::of)
    }
    fn school(&self) -> Option<&Traits> {
        None
    }
    fn over_stages(&self, each: &dyn Fn(&dyn Env<Quick>) -> Option<Quick>) -> Option<Quick> {
        self.0.over_schools(|ground| ground.over_stages(each))
    }
}

impl Env<Exact> for AtStage<'_> {
    fn stock(&self, index: usize) -> Option<Exact> {
        let rule = self.0.rules.resolved.stocks.get(index)?;
        if rule.level == StockLevel::County {
            return self.0.matrix.county.get(index)?.known().map(Exact::of);
        }
        let values = self.0.exact_cells(index)?.into_iter();
        match rule.aggregate {
            Aggregate::Max(_) => values.reduce(|a, b| if b > a { b } else { a }),
            Aggregate::Min(_) => values.reduce(|a, b| if b < a { b } else { a }),
            Aggregate::CountRows | Aggregate::Sum(_) => Some(values.fold(Exact(Exact::zero()), Exact::plus)),
        }
    }
    fn parameter(&self, index: usize) -> Option<Exact> {
        self.0.rules.county_parameter(index, self.1).map(Exact::of)
    }
    fn school(&self) -> Option<&Traits> {
        None
    }
    fn over_stages(&self, each: &dyn Fn(&dyn Env<Exact>) -> Option<Exact>) -> Option<Exact> {
        self.0.over_schools(|ground| ground.exactly().over_stages(each))
    }
}
