use facts::Stage;
use measures::{BigRational, exact};
use policy::{Expectation, Quantity, Resolved, Rule};

use super::Found;
use crate::Verdict;

/// A county of which only the coefficients of variation were published.
pub(super) struct Published<'a> {
    pub resolved: &'a Resolved,
    pub stage: Stage,
    pub cvs: &'a [(String, f64)],
    pub means: &'a [(String, f64)],
    pub sds: &'a [(String, f64)],
}

impl Published<'_> {
    pub fn find(&self, expectation: &Expectation) -> Option<Found> {
        let id = expectation.id.as_deref();
        match expectation.quantity {
            Quantity::Mean => named(self.means, id?).map(Found::Number),
            Quantity::Sd => named(self.sds, id?).map(Found::Number),
            Quantity::Cv => self.cv(id?).map(Found::Number),
            Quantity::Composite => {
                let all: Vec<f64> = self.cvs.iter().filter_map(|(id, _)| self.cv(id)).collect();
                measures::composite(&all).map(Found::Number)
            }
            Quantity::Verdict => self.verdict(id?, expectation.indicator.as_deref()).map(Found::Verdict),
            _ => None,
        }
    }

    /// S / X̄ where both were published, which proves the printed coefficient; else that.
    fn cv(&self, id: &str) -> Option<f64> {
        match (named(self.sds, id), named(self.means, id)) {
            (Some(sd), Some(mean)) if mean > 0.0 => Some(sd / mean),
            _ => named(self.cvs, id),
        }
    }

    fn verdict(&self, judgement: &str, indicator: Option<&str>) -> Option<Verdict> {
        let judgement = &self.resolved.judgements[self.resolved.judgement(judgement)?];
        let limit = |index: usize| Some(self.resolved.parameters.get(index)?.at(self.stage)?.value);
        let ids = |of: &[usize]| -> Vec<&str> {
            of.iter().filter_map(|index| self.resolved.indicators.get(*index)).map(|indicator| indicator.id.as_str()).collect()
        };
        match &judgement.rule {
            Rule::CvEach { of, limit: index } => {
                let limit = limit(*index)?;
                let asked = ids(of).into_iter().filter(|id| indicator.is_none_or(|wanted| wanted == *id));
                let verdicts = asked.map(|id| Verdict::of(named(self.cvs, id).or_else(|| self.cv(id)).map(|cv| cv <= limit)));
                Some(Verdict::all(verdicts))
            }
            Rule::CvMean { of, limit: index } => {
                // Printed decimals are added as decimals: eight times 0.65 is 5.2.
                let cvs: Option<Vec<BigRational>> = ids(of).into_iter().map(|id| exact(named(self.cvs, id)?)).collect();
                let count = BigRational::from_integer(of.len().into());
                let within = cvs.zip(exact(limit(*index)?)).map(|(cvs, limit)| cvs.iter().sum::<BigRational>() <= limit * count);
                Some(Verdict::of(within))
            }
            _ => None,
        }
    }
}

fn named(among: &[(String, f64)], id: &str) -> Option<f64> {
    among.iter().find(|(name, _)| name == id).map(|(_, value)| *value)
}
