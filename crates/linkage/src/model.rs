use std::sync::Arc;

use facts::{Text, text};

use crate::compare::{Pattern, Shape, pattern, patterns};
use crate::learn::{Logs, Weights};
use crate::settings::{Settings, Term};
use crate::{Records, Words};

/// What was learned of two registers: how often each level is met among matches, relatives and strangers. It scores a pair the same
/// way in batch and one by one.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) weights: Weights,
    pub(crate) shape: Shape,
    logs: Logs,
    pub(crate) rarities: Vec<Rarity>,
    /// For each comparison and level, which rarity counts.
    rarity_of: Vec<Vec<Option<usize>>>,
}

/// How often each word of a column occurs.
#[derive(Debug, Clone)]
pub(crate) struct Rarity {
    pub(crate) term: Term,
    /// For each word the logarithm of its share over the chance that two words drawn at random are the same.
    pub(crate) logs: Vec<f64>,
    /// That of a word that occurs once.
    pub(crate) least: f64,
    /// Where the model was learned from other records: the words that were common there, and their logarithms.
    pub(crate) known: Option<Arc<(Words, Vec<f64>)>>,
}

/// One level of one comparison, as learned.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelWeight {
    pub comparison: String,
    pub level: Text,
    /// Share of the level among matches, among relatives (where they are told apart) and among strangers.
    pub matched: f64,
    pub kin: Option<f64>,
    pub stranger: f64,
    /// log2 of matched over stranger.
    pub weight: f64,
}

impl Model {
    pub(crate) fn new(records: &Records, settings: &Settings, shape: Shape, weights: Weights) -> Model {
        let rarities = Model::rarity_terms(settings).into_iter().map(|term| Rarity::new(records, term)).collect();
        Model::of(settings, shape, weights, rarities)
    }

    /// The columns, or what is derived from them, whose words' rarity counts.
    pub(crate) fn rarity_terms(settings: &Settings) -> Vec<Term> {
        let mut terms = Vec::new();
        for term in settings.comparisons.iter().flat_map(|comparison| &comparison.levels).filter_map(|level| level.frequency) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        terms
    }

    /// `rarities` in the order of [`Model::rarity_terms`].
    pub(crate) fn of(settings: &Settings, shape: Shape, weights: Weights, rarities: Vec<Rarity>) -> Model {
        let number = |term: Term| rarities.iter().position(|rarity| rarity.term == term);
        let of_level = |level: &crate::settings::Level| level.frequency.and_then(number);
        let rarity_of = settings.comparisons.iter().map(|comparison| comparison.levels.iter().map(of_level).collect()).collect();
        Model { logs: Logs::new(&weights), weights, shape, rarities, rarity_of }
    }

    pub(crate) fn relearned(&mut self, weights: Weights) {
        self.logs = Logs::new(&weights);
        self.weights = weights;
    }

    pub(crate) fn pattern(&self, records: &Records, settings: &Settings, l: u32, r: u32) -> Pattern {
        pattern(records, settings, &self.shape, l, r)
    }

    /// Those of many pairs.
    pub(crate) fn patterns(&self, records: &Records, settings: &Settings, pairs: &[(u32, u32)]) -> Vec<Pattern> {
        patterns(records, settings, &self.shape, pairs)
    }

    /// The logarithm of the odds that a pair with these levels is a match.
    pub(crate) fn log_odds(&self, records: &Records, levels: &[usize], l: u32, r: u32) -> f64 {
        log_odds_of(self.sums(levels), self.rarities(records, levels, l, r))
    }

    /// What the levels alone say.
    pub(crate) fn sums(&self, levels: &[usize]) -> [f64; 3] {
        self.logs.of(levels)
    }

    /// By how much the rarity of the words on which both agree makes that agreement less likely by chance, all comparisons together.
    pub(crate) fn rarities(&self, records: &Records, levels: &[usize], l: u32, r: u32) -> f64 {
        levels.iter().enumerate().map(|(comparison, level)| self.rarity(records, comparison, *level, l, r)).sum()
    }

    /// What it can come to at most, for the rarest words.
    pub(crate) fn log_odds_max(&self, levels: &[usize], [matched, kin, stranger]: [f64; 3]) -> f64 {
        let rarest = |(of, level): (&Vec<Option<usize>>, &usize)| {
            of.get(*level).copied().flatten().map_or(0.0, |rarity| self.rarities[rarity].least.min(0.0))
        };
        let rarest: f64 = self.rarity_of.iter().zip(levels).map(rarest).sum();
        // A hair more, since sums depend on the order of their parts.
        matched - add_logs(kin, stranger + rarest) + 1e-6
    }

    /// The same of one comparison.
    pub(crate) fn rarity(&self, records: &Records, comparison: usize, level: usize, l: u32, r: u32) -> f64 {
        let Some(rarity) = self.rarity_of[comparison].get(level).copied().flatten() else { return 0.0 };
        let rarity = &self.rarities[rarity];
        let code = records.code(rarity.term, l);
        if code == 0 || code != records.code(rarity.term, r) {
            return 0.0;
        }
        rarity.of(code)
    }

    pub(crate) fn logs(&self) -> &Logs {
        &self.logs
    }

    /// How many pairs of the two registers are the same person, as estimated.
    pub fn matches_expected(&self) -> f64 {
        self.weights.n_matched
    }

    /// The table of weights, comparison by comparison.
    pub fn table(&self, settings: &Settings) -> Vec<LevelWeight> {
        let mut rows = Vec::new();
        for (at, comparison) in settings.comparisons.iter().enumerate() {
            for level in 0..=comparison.levels.len() {
                let (matched, stranger) = (self.weights.matched[at][level], self.weights.stranger[at][level]);
                rows.push(LevelWeight {
                    comparison: comparison.title.clone(),
                    level: level_words(settings, at, level),
                    matched,
                    kin: self.weights.kin.as_ref().map(|kin| kin[at][level]),
                    stranger,
                    weight: (matched / stranger).log2(),
                });
            }
        }
        rows
    }
}

impl Rarity {
    pub(crate) fn of(&self, code: u32) -> f64 {
        self.logs.get(code as usize).copied().unwrap_or(self.least)
    }

    fn new(records: &Records, term: Term) -> Rarity {
        let mut counts = vec![0_u32; records.n_words(term)];
        for row in 0..records.len() as u32 {
            counts[records.code(term, row) as usize] += 1;
        }
        counts[0] = 0;
        let total = counts.iter().map(|count| f64::from(*count)).sum::<f64>().max(1.0);
        let same =
            counts.iter().map(|count| f64::from(*count) * (f64::from(*count) - 1.0).max(0.0)).sum::<f64>() / (total * total);
        let same = same.max(1.0 / (total * total));
        let log = |count: u32| (f64::from(count.max(1)) / total).ln() - same.ln();
        Rarity { term, logs: counts.into_iter().map(log).collect(), least: log(1), known: None }
    }
}

/// The words for a level: as the settings write it, "other", or "missing".
pub(crate) fn level_words(settings: &Settings, comparison: usize, level: usize) -> Text {
    let levels = &settings.comparisons[comparison].levels;
    match levels.get(level) {
        Some(level) => Text::new(level.words.clone(), level.words.clone()),
        None if level == levels.len() => text!("以上都不是", "none of these"),
        None => text!("缺", "missing"),
    }
}

/// The logarithm of the odds: what the levels say of matches, relatives and strangers, and what the rarity of words takes from strangers.
pub(crate) fn log_odds_of([matched, kin, stranger]: [f64; 3], rarity: f64) -> f64 {
    matched - add_logs(kin, stranger + rarity)
}

/// ln(e^a + e^b).
pub(crate) fn add_logs(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// The probability of these log odds.
pub(crate) fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}
