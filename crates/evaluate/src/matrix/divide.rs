//! From what units report to what schools have: whole-school figures divided among stages, campuses merged.
//!
//! Generic over the kind of number, so that a figure close to its threshold can be worked out again in exact rationals from
//! the figures as reported.

use facts::{Stage, stages_of_kind};
use policy::expr::{Env, Number};
use policy::{Aggregate, Resolved, Split, Stock, StockLevel};

use super::{Cell, Lack, Traits, Unit};

/// The rules of one pack by which units become schools.
#[derive(Debug, Clone)]
pub(crate) struct Division<'a> {
    pub resolved: &'a Resolved,
    /// The stock by which schools weigh and premises are divided.
    pub pupils: Option<usize>,
    /// The stages that the pack judges.
    pub judged: Vec<Stage>,
    /// By stock: whether it comes from a long table.
    long: Vec<bool>,
}

/// What a unit teaches, worked out once for all its stocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// In the order of [`STAGES`].
    taught: [bool; 3],
    /// The stage of a unit that teaches only one.
    pub only: Option<Stage>,
}

pub(crate) const STAGES: [Stage; 3] = [Stage::Primary, Stage::Junior, Stage::Senior];

impl<'a> Division<'a> {
    pub fn of(resolved: &'a Resolved) -> Division<'a> {
        let weight = || resolved.indicators.first().map(|indicator| indicator.weight);
        let pupils = resolved.stock("pupils").or_else(weight);
        let named = |stage: &Stage| {
            resolved.indicators.iter().any(|indicator| indicator.stages.contains(stage))
                || resolved.items.iter().any(|item| item.stages.contains(stage))
        };
        let mut judged: Vec<Stage> = STAGES.into_iter().filter(named).collect();
        if judged.is_empty() {
            judged = STAGES.to_vec();
        }
        Division { resolved, pupils, judged, long: resolved.stocks.iter().map(is_long).collect() }
    }

    /// A stock of a school at a stage, or in total: its units' stocks put together.
    pub fn school<N: Number>(&self, units: &[Unit], stage: Stage, stock: usize) -> Result<N, Lack> {
        let shapes: Vec<Shape> = units.iter().map(|unit| self.shape(unit)).collect();
        self.school_of(units, &shapes, stage, stock)
    }

    /// The same, with the shapes of its units already known.
    pub fn school_of<N: Number>(&self, units: &[Unit], shapes: &[Shape], stage: Stage, stock: usize) -> Result<N, Lack> {
        let Some(rule) = self.resolved.stocks.get(stock).filter(|rule| rule.level == StockLevel::School) else {
            return Err(Lack::NoRow);
        };
        let read = |unit: &Unit, shape: Shape, first: bool| match (stage, counts(rule, unit)) {
            (Stage::Whole, Some(false)) => (Ok(N::of(0.0)), true),
            (stage, Some(false)) if shape.teaches(stage) => (Ok(N::of(0.0)), true),
            (stage, None) => (Err(Lack::SchoolUnclear), stage == Stage::Whole || shape.teaches(stage)),
            (Stage::Whole, _) => (self.total(rule, unit, shape, stock), first || shape.taught.contains(&true)),
            (_, Some(false)) => (Err(Lack::NoSuchStage), false),
            (stage, _) => (self.share(rule, unit, shape, stage, stock), shape.teaches(stage)),
        };
        if let ([unit], [shape]) = (units, shapes) {
            return match read(unit, *shape, true) {
                (Err(_), false) => Err(Lack::NoSuchStage),
                (cell, _) => cell,
            };
        }
        let mut parts = Vec::new();
        let mut skipped = Lack::NoSuchStage;
        for (index, (unit, shape)) in units.iter().zip(shapes).enumerate() {
            match read(unit, *shape, index == 0) {
                (Ok(value), _) => parts.push(value),
                // A school states its largest class, or what it declares, for its campuses too.
                (Err(Lack::NoRow), true) if index > 0 && is_extreme(rule.aggregate) && !parts.is_empty() => {}
                (Err(lack), true) => return Err(lack),
                (Err(lack), false) if stage == Stage::Whole => skipped = lack,
                (Err(_), false) => {}
            }
        }
        put_together(rule.aggregate, parts).ok_or(skipped)
    }

    /// A unit's stock at a stage: its own row, or its part of the whole.
    fn share<N: Number>(&self, rule: &Stock, unit: &Unit, shape: Shape, stage: Stage, stock: usize) -> Result<N, Lack> {
        let whole = unit.figures.get(Stage::Whole, stock);
        if self.by_stage(unit, stock) {
            let own = number(unit.figures.get(stage, stock))?;
            // In a long table the whole school's row beside stage rows is their total. In a register it holds what names
            // no stage, which only a school of one stage can place.
            return match whole {
                _ if self.long[stock] => Ok(own),
                Cell::Missing(Lack::NoRow) => Ok(own),
                Cell::Missing(lack) => Err(lack),
                Cell::Known(_) if shape.only == Some(stage) => {
                    put_together(rule.aggregate, vec![own, number(whole)?]).ok_or(Lack::NoRow)
                }
                Cell::Known(_) => Err(Lack::NotDivided),
            };
        }
        let value: N = number(whole)?;
        match shape.only {
            Some(only) if only == stage => return Ok(value),
            Some(_) => return Err(Lack::NoSuchStage),
            None => {}
        }
        if !rule.split {
            return Err(Lack::NotDivided);
        }
        let mut total = N::of(0.0);
        let mut part = None;
        for (of, weighted) in self.parts::<N>(unit)? {
            total = total.plus(weighted.clone());
            if of == stage {
                part = Some(weighted);
            }
        }
        value.times(part.ok_or(Lack::NoSuchStage)?).over(total).ok_or(Lack::PupilsMissing)
    }

    /// A unit's stock over the stages that the pack judges.
    fn total<N: Number>(&self, rule: &Stock, unit: &Unit, shape: Shape, stock: usize) -> Result<N, Lack> {
        let whole = unit.figures.get(Stage::Whole, stock);
        let by_stage = self.by_stage(unit, stock);
        let outside = || STAGES.iter().any(|stage| shape.teaches(*stage) && !self.judged.contains(stage));
        let in_parts = by_stage || rule.split && outside();
        if !in_parts {
            return number(whole);
        }
        let mut parts = Vec::with_capacity(STAGES.len() + 1);
        for stage in &self.judged {
            let cell =
                if by_stage { number(unit.figures.get(*stage, stock)) } else { self.share(rule, unit, shape, *stage, stock) };
            match cell {
                Ok(value) => parts.push(value),
                Err(lack) if shape.teaches(*stage) => return Err(lack),
                Err(_) => {}
            }
        }
        if by_stage && !self.long[stock] {
            match whole {
                Cell::Known(_) => parts.push(number(whole)?),
                Cell::Missing(Lack::NoRow) => {}
                Cell::Missing(lack) => return Err(lack),
            }
        }
        put_together(rule.aggregate, parts).ok_or(Lack::NoRow)
    }

    /// What a unit teaches.
    pub fn shape(&self, unit: &Unit) -> Shape {
        let taught = STAGES.map(|stage| self.teaches(unit, stage));
        let mut stages = STAGES.into_iter().zip(taught).filter(|(_, taught)| *taught).map(|(stage, _)| stage);
        let first = stages.next();
        let only = if stages.next().is_some() { None } else { first };
        Shape { taught, only }
    }

    /// The weighted pupils of each stage by which a unit's premises are divided: weight × pupils.
    pub fn parts<N: Number>(&self, unit: &Unit) -> Result<Vec<(Stage, N)>, Lack> {
        let Some(split) = self.split(unit) else { return Err(Lack::NotDivided) };
        let mut parts = Vec::with_capacity(split.weights.len());
        for (stage, weight) in &split.weights {
            if self.teaches(unit, *stage) {
                parts.push((*stage, N::of(*weight).times(number(self.pupils(unit, *stage)).map_err(|_| Lack::PupilsMissing)?)));
            }
        }
        let unweighted = |stage: &Stage| self.teaches(unit, *stage) && !split.weights.iter().any(|(of, _)| of == stage);
        if STAGES.iter().any(unweighted) { Err(Lack::NotDivided) } else { Ok(parts) }
    }

    /// The rule by which the premises of a unit are divided, by its own kind.
    pub fn split(&self, unit: &Unit) -> Option<&'a Split> {
        let kind = unit.traits.kind.as_ref()?;
        self.resolved.splits.iter().find(|split| split.kinds.contains(kind))
    }

    /// Whether a stock of a unit is its part of a whole that several stages share.
    pub fn is_divided(&self, unit: &Unit, stock: usize) -> bool {
        self.resolved.stocks.get(stock).is_some_and(|rule| rule.split)
            && !self.by_stage(unit, stock)
            && self.shape(unit).only.is_none()
    }

    /// Whether a unit teaches a stage: it has pupils there, or, where their number is missing, other signs say so. A school
    /// of a kind that includes the stage is taken to teach it until it reports that it has no pupils there; a campus may
    /// hold only a part of what the kind includes.
    pub fn teaches(&self, unit: &Unit, stage: Stage) -> bool {
        match self.pupils(unit, stage) {
            Cell::Known(pupils) => pupils > 0.0,
            Cell::Missing(_) => {
                let reports = unit.figures.stage(stage).any(|cell| cell.known().is_some_and(|value| value > 0.0));
                reports || (unit.traits.counts_as_school != Some(false) && self.kind_teaches(unit, stage))
            }
        }
    }

    fn kind_teaches(&self, unit: &Unit, stage: Stage) -> bool {
        let by_kind = stages_of_kind(unit.traits.kind.as_deref().unwrap_or_default());
        // Of a school that is of no known kind and reports no pupils, nothing can be excluded.
        let nothing_known = || by_kind.is_empty() && STAGES.iter().all(|stage| self.pupils(unit, *stage).known().is_none());
        by_kind.contains(&stage) || (self.judged.contains(&stage) && nothing_known())
    }

    /// The pupils of a unit at a stage; a number for the whole unit belongs to the one stage that its kind teaches.
    pub fn pupils(&self, unit: &Unit, stage: Stage) -> Cell {
        let Some(pupils) = self.pupils else { return Cell::Missing(Lack::NoRow) };
        let by_kind = stages_of_kind(unit.traits.kind.as_deref().unwrap_or_default());
        if !self.by_stage(unit, pupils) && by_kind == [stage] {
            return unit.figures.get(Stage::Whole, pupils);
        }
        unit.figures.get(stage, pupils)
    }

    /// Whether a unit reports a stock by stage.
    pub fn by_stage(&self, unit: &Unit, stock: usize) -> bool {
        STAGES.iter().any(|stage| unit.figures.get(*stage, stock) != Cell::Missing(Lack::NoRow))
    }
}

impl Shape {
    pub fn teaches(self, stage: Stage) -> bool {
        STAGES.iter().zip(self.taught).any(|(of, taught)| taught && *of == stage)
    }
}

/// Whether a stock comes from a long table, one figure a row: there a figure that is not stated is missing. In a register,
/// where a row is a thing, what is not listed is not there, provided that there is a register.
pub(crate) fn is_long(stock: &Stock) -> bool {
    stock.table.column("item").is_some()
}

fn is_extreme(aggregate: Aggregate) -> bool {
    matches!(aggregate, Aggregate::Max(_) | Aggregate::Min(_))
}

/// Whether a stock is of a unit like this one; none where the unit does not say what it is.
fn counts(rule: &Stock, unit: &Unit) -> Option<bool> {
    rule.schools.as_ref().map_or(Some(true), |schools| schools.truth::<f64>(&OfSchool(&unit.traits)))
}

/// A unit before any of its figures is known.
struct OfSchool<'a>(&'a Traits);

impl Env<f64> for OfSchool<'_> {
    fn stock(&self, _: usize) -> Option<f64> {
        None
    }
    fn parameter(&self, _: usize) -> Option<f64> {
        None
    }
    fn school(&self) -> Option<&Traits> {
        Some(self.0)
    }
}

/// Adds in order of size, so that the names of campuses do not show in the last bit of a sum.
fn put_together<N: Number>(aggregate: Aggregate, mut parts: Vec<N>) -> Option<N> {
    if parts.len() > 1 {
        parts.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    }
    match aggregate {
        Aggregate::CountRows | Aggregate::Sum(_) => parts.into_iter().reduce(N::plus),
        Aggregate::Max(_) => parts.pop(),
        Aggregate::Min(_) => parts.into_iter().next(),
    }
}

fn number<N: Number>(cell: Cell) -> Result<N, Lack> {
    match cell {
        Cell::Known(value) => Ok(N::of(value)),
        Cell::Missing(lack) => Err(lack),
    }
}
