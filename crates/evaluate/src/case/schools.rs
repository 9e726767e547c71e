use std::collections::BTreeMap;

use facts::{SchoolCode, SchoolYear, Stage};
use policy::expr::Env;
use policy::{Case, CaseSchool, Expectation, ItemLevel, Quantity, Resolved};

use super::Found;
use crate::exact::Quick;
use crate::ground::{Ground, Need, Rules};
use crate::judge::{AtStage, CountyGround};
use crate::outcome::{Figure, Outcome, Rows, Scope, State, Verdict};
use crate::{GivenFigure, GivenSchool, Heading, evaluate, given};

/// A county given school by school, and its outcome.
pub(super) struct Judged<'a> {
    resolved: &'a Resolved,
    outcome: Outcome,
}

impl<'a> Judged<'a> {
    pub fn of(resolved: &'a Resolved, case: &Case, schools: &[CaseSchool], county: &[(String, f64)]) -> Judged<'a> {
        let mut by_code: BTreeMap<&str, GivenSchool> = BTreeMap::new();
        for school in schools {
            let Some(code) = SchoolCode::parse(&school.code) else { continue };
            let entry = by_code.entry(&school.code).or_insert_with(|| GivenSchool {
                name: school.code.clone(),
                code,
                traits: school.school.clone(),
                parent: None,
                figures: Vec::new(),
            });
            entry.figures.extend(school.stocks.iter().map(|(stage, stock, value)| GivenFigure {
                stock: stock.clone(),
                stage: *stage,
                value: Some(*value),
            }));
        }
        let heading = Heading::of(resolved, SchoolYear::of(case.on), case.on);
        let schools: Vec<GivenSchool> = by_code.into_values().collect();
        Judged { resolved, outcome: evaluate(resolved, &given(resolved, heading, &schools, county)) }
    }

    pub fn find(&self, expectation: &Expectation) -> Option<Found> {
        let id = expectation.id.as_deref();
        let figure = || self.figure(expectation);
        match expectation.quantity {
            Quantity::Stock => self.stock(id?, expectation).map(Found::Number),
            Quantity::Parameter => self.parameter(id?, expectation).map(Found::Number),
            Quantity::Value => figure()?.value.map(Found::Number),
            Quantity::Met => Some(Found::Verdict(match figure()?.state {
                State::Met => Verdict::Pass,
                State::Missed | State::BelowFloor => Verdict::Fail,
                State::Unjudged | State::NotEnoughData | State::NotApplicable => Verdict::NotEnoughData,
            })),
            Quantity::Cv | Quantity::Mean | Quantity::Sd | Quantity::Variance => {
                let spread = self.outcome.spread(self.resolved.indicator(id?)?, expectation.stage?)?;
                let number = match expectation.quantity {
                    Quantity::Cv => spread.cv,
                    Quantity::Mean => spread.mean,
                    Quantity::Sd => spread.sd,
                    _ => spread.sd.map(|sd| sd * sd),
                };
                number.map(Found::Number)
            }
            Quantity::Term | Quantity::Weight => self.term(expectation).map(Found::Number),
            Quantity::Composite => self.composite(id?, expectation.stage).map(Found::Number),
            Quantity::Verdict => self.verdict(id?, expectation).map(Found::Verdict),
        }
    }

    fn position(&self, expectation: &Expectation) -> Option<usize> {
        self.outcome.matrix.position(&SchoolCode::parse(expectation.school.as_deref()?)?)
    }

    fn figure(&self, expectation: &Expectation) -> Option<&Figure> {
        let indicator = self.resolved.indicator(expectation.id.as_deref()?)?;
        self.outcome.figure(self.position(expectation)?, expectation.stage?, indicator)
    }

    /// A stock or parameter as it holds at a school and stage, or for the county.
    fn on_ground(&self, expectation: &Expectation, read: impl Fn(&dyn Env<Quick>) -> Option<Quick>) -> Option<f64> {
        let rules = Rules::of(self.resolved);
        let stage = expectation.stage.unwrap_or(Stage::Whole);
        let matrix = &self.outcome.matrix;
        if expectation.school.is_none() {
            let county = CountyGround::of(&rules, matrix, &self.outcome.scope);
            return read(&AtStage(&county, stage)).map(|number| number.value);
        }
        let school = matrix.schools.get(self.position(expectation)?)?;
        let whole = Ground::of(&rules, &matrix.county, school, Need::Everything);
        let ground = if stage == Stage::Whole { whole } else { whole.at(stage) };
        read(&ground).map(|number| number.value)
    }

    fn stock(&self, id: &str, expectation: &Expectation) -> Option<f64> {
        let index = self.resolved.stock(id)?;
        self.on_ground(expectation, |env| env.stock(index))
    }

    fn parameter(&self, id: &str, expectation: &Expectation) -> Option<f64> {
        let index = self.resolved.parameter(id)?;
        self.on_ground(expectation, |env| env.parameter(index))
    }

    fn term(&self, expectation: &Expectation) -> Option<f64> {
        let (stage, at) = (expectation.stage?, self.position(expectation)?);
        let index = self.resolved.indicator(expectation.id.as_deref()?)?;
        let weight = self.resolved.indicators[index].weight;
        let pupils = |position: usize| self.outcome.matrix.schools.get(position)?.stocks.get(stage, weight).known();
        let counted = (0..self.outcome.matrix.schools.len())
            .filter(|position| self.outcome.figure(*position, stage, index).is_some_and(|figure| figure.share.is_some()));
        let share = pupils(at)? / measures::sum(counted.filter_map(pupils));
        if expectation.quantity == Quantity::Weight {
            return Some(share);
        }
        let mean = self.outcome.spread(index, stage)?.mean?;
        Some(share * (self.figure(expectation)?.value? - mean).powi(2))
    }

    fn composite(&self, id: &str, stage: Option<Stage>) -> Option<f64> {
        match &self.outcome.judgements.get(self.resolved.judgement(id)?)?.rows {
            Rows::CvMean(rows) => rows.iter().find(|row| stage.is_none_or(|stage| stage == row.stage))?.mean,
            Rows::Score { earned, .. } => *earned,
            _ => None,
        }
    }

    fn verdict(&self, id: &str, expectation: &Expectation) -> Option<Verdict> {
        if let Some(index) = self.resolved.judgement(id) {
            return self.judgement_verdict(index, expectation);
        }
        let index = self.resolved.item(id)?;
        let (rule, item) = (&self.resolved.items[index], self.outcome.items.get(index)?);
        if expectation.school.is_none() && expectation.stage.is_none() || rule.level == ItemLevel::County {
            return Some(item.verdict);
        }
        let school = match &expectation.school {
            Some(_) => Some(self.position(expectation)?),
            None => None,
        };
        if school.is_some_and(|school| self.outcome.scope[school] != Scope::In) {
            return Some(Verdict::NotEnoughData);
        }
        let asked = item.rows.iter().filter(|row| {
            let stage = expectation.stage.is_none_or(|stage| row.stage.is_none_or(|of| of == stage));
            stage && school.is_none_or(|school| row.school == Some(school))
        });
        // Rows that hold are not kept: who is not among the others satisfies the item.
        Some(Verdict::all(asked.map(|row| row.verdict)))
    }

    fn judgement_verdict(&self, index: usize, expectation: &Expectation) -> Option<Verdict> {
        let judged = self.outcome.judgements.get(index)?;
        if expectation.school.is_none() && expectation.stage.is_none() && expectation.indicator.is_none() {
            return Some(judged.verdict);
        }
        let indicator = match &expectation.indicator {
            Some(id) => Some(self.resolved.indicator(id)?),
            None => None,
        };
        let school = match &expectation.school {
            Some(_) => Some(self.position(expectation)?),
            None => None,
        };
        let at_stage = |stage: Stage| expectation.stage.is_none_or(|wanted| wanted == stage);
        let verdicts: Vec<Verdict> = match &judged.rows {
            Rows::AtLeast(rows) => {
                let rows = rows.iter().filter(|row| at_stage(row.stage) && school.is_none_or(|school| school == row.school));
                rows.map(|row| row.verdict).collect()
            }
            Rows::CvEach(rows) => {
                let rows = rows.iter().filter(|row| at_stage(row.stage) && indicator.is_none_or(|i| i == row.indicator));
                rows.map(|row| row.verdict).collect()
            }
            Rows::CvMean(rows) => rows.iter().filter(|row| at_stage(row.stage)).map(|row| row.verdict).collect(),
            Rows::Items(_) | Rows::Score { .. } => vec![judged.verdict],
        };
        Some(if verdicts.is_empty() { Verdict::NotEnoughData } else { Verdict::all(verdicts) })
    }
}
