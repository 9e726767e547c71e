//! What came out: verdicts, figures, spreads and items, by index, so that thousands of schools are judged in milliseconds.
//! Words are made only for what somebody reads.

mod frame;
mod json;
mod rows;
mod words;

use std::sync::Arc;

use facts::{Finding, Stage};
use serde::Serialize;

pub use frame::{ExceptionHead, Frame, IndicatorHead, ItemHead, JudgementHead, LeverHead, PartHead, Unconfirmed};
pub use rows::{
    AtLeastRow, Basis, CvRow, Figure, ItemOutcome, ItemRow, Judged, MeanCvRow, NumberedItem, Rows, ScoreRow, Spread, State,
};
pub use words::shown;

use crate::StockMatrix;

/// The outcome of one county: does it pass, which schools fail, why, and by how much.
///
/// Everything is kept by index: `indicators`, `judgements`, `items` and `parts` follow [`Frame`], schools follow
/// `matrix.schools`. It serialises with ids instead.
#[must_use = "an outcome that nobody reads decides nothing"]
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The names and ids behind the indices.
    pub frame: Arc<Frame>,
    /// The stocks that were judged.
    pub matrix: StockMatrix,
    pub verdict: Verdict,
    /// Why the verdict is not a pass; empty for a pass.
    pub reasons: Vec<Reason>,
    /// In the order of `frame.parts`.
    pub parts: Vec<Verdict>,
    /// In the order of `frame.judgements`.
    pub judgements: Vec<Judged>,
    /// In the order of `frame.items`.
    pub items: Vec<ItemOutcome>,
    /// In the order of `matrix.schools`.
    pub scope: Vec<Scope>,
    /// By school, stage (`frame.stages`) and indicator; read it through [`Outcome::figure`].
    pub(crate) figures: Vec<Figure>,
    /// By indicator and, within it, by stage; only pairs for which the pack asks for a figure.
    pub spreads: Vec<Spread>,
    /// Exceptions that were applied, ordered by school, stage and exception.
    pub applied: Vec<Applied>,
    /// What the evaluation noticed: schools without data, stages without pupils ….
    pub findings: Vec<Finding>,
}

/// A verdict never hides missing data: what cannot be decided is neither a pass nor a fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Pass,
    Fail,
    NotEnoughData,
}

/// Whether the standard concerns a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    In,
    Out,
    /// The rule of scope asks for something that is not known of this school.
    Unknown,
}

/// Why a county does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A judgement (by its place in `frame.judgements`) fails or cannot be decided.
    Judgement(usize),
    /// A veto (by its place in `frame.items`) applies or cannot be excluded.
    Veto(usize),
    /// Schools of which it is not known whether the standard concerns them.
    ScopeUnknown,
}

/// An exception that replaced a parameter or a stock at a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Applied {
    pub school: usize,
    /// `Whole` where a rule about the school as such was concerned.
    pub stage: Stage,
    /// Its place in `frame.exceptions`.
    pub exception: usize,
}

impl Outcome {
    /// The figure of an indicator at a school and stage; `None` where the pack forms no such figure.
    pub fn figure(&self, school: usize, stage: Stage, indicator: usize) -> Option<&Figure> {
        let n_indicators = self.frame.indicators.len();
        let stage = self.frame.stages.iter().position(|candidate| *candidate == stage)?;
        if indicator >= n_indicators || !self.frame.indicators[indicator].stages.contains(&self.frame.stages[stage]) {
            return None;
        }
        self.figures.get((school * self.frame.stages.len() + stage) * n_indicators + indicator)
    }

    /// How unevenly an indicator is spread over the schools of a stage.
    pub fn spread(&self, indicator: usize, stage: Stage) -> Option<&Spread> {
        self.spreads.iter().find(|spread| spread.indicator == indicator && spread.stage == stage)
    }

    /// Items by the number that the document gives them, in their order: several entries that share a part and a number (an item
    /// that asks one thing of some schools and another of others) are one item, which holds where all of them do.
    pub fn numbered(&self, items: &[usize]) -> Vec<NumberedItem> {
        let mut numbered: Vec<NumberedItem> = Vec::new();
        for (item, outcome) in items.iter().filter_map(|item| Some((*item, self.items.get(*item)?))) {
            let head = |item: usize| self.frame.items.get(item).map(|head| (&head.part, &head.no));
            match numbered.iter_mut().find(|known| known.items.first().is_some_and(|first| head(*first) == head(item))) {
                Some(known) => {
                    known.verdict = Verdict::all([known.verdict, outcome.verdict]);
                    known.items.push(item);
                }
                None => numbered.push(NumberedItem { items: vec![item], verdict: outcome.verdict }),
            }
        }
        numbered
    }

    /// The exceptions applied at a school and stage.
    pub fn applied_at(&self, school: usize, stage: Stage) -> impl Iterator<Item = &ExceptionHead> {
        let from = self.applied.partition_point(|applied| (applied.school, applied.stage) < (school, stage));
        self.applied[from..]
            .iter()
            .take_while(move |applied| (applied.school, applied.stage) == (school, stage))
            .filter_map(|applied| self.frame.exceptions.get(applied.exception))
    }
}

impl Verdict {
    /// Verdicts that must all pass: one fail fails, and what is not known keeps the rest from passing.
    ///
    /// ```
    /// use evaluate::Verdict::{self, *};
    /// assert_eq!(Verdict::all([Pass, NotEnoughData, Fail]), Fail);
    /// assert_eq!(Verdict::all([Pass, NotEnoughData]), NotEnoughData);
    /// assert_eq!(Verdict::all([]), Pass);
    /// ```
    pub fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        let mut sum = Verdict::Pass;
        for verdict in verdicts {
            match verdict {
                Verdict::Fail => return Verdict::Fail,
                Verdict::NotEnoughData => sum = Verdict::NotEnoughData,
                Verdict::Pass => {}
            }
        }
        sum
    }

    pub(crate) fn of(holds: Option<bool>) -> Verdict {
        match holds {
            Some(true) => Verdict::Pass,
            Some(false) => Verdict::Fail,
            None => Verdict::NotEnoughData,
        }
    }
}
