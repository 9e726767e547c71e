use facts::{Text, text};

use crate::Records;
use crate::compare::{Pattern, Shape, pattern};
use crate::learn::{Logs, Weights};
use crate::settings::{Settings, Term};

/// What was learned of two registers: how often each level is met among matches, relatives and strangers. It scores a pair the same
/// way in batch and one by one.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) weights: Weights,
    pub(crate) shape: Shape,
    logs: Logs,
    rarities: Vec<Rarity>,
    /// For each comparison and level, which rarity counts.
    rarity_of: Vec<Vec<Option<usize>>>,
}

/// How often each word of a column occurs.
#[derive(Debug, Clone)]
struct Rarity {
    term: Term,
    counts: Vec<u32>,
    total: f64,
    /// The chance that two words drawn at random are the same.
    same: f64,
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
        let mut rarities: Vec<Rarity> = Vec::new();
        let mut rarity_of = Vec::new();
        for comparison in &settings.comparisons {
            let mut of: Vec<Option<usize>> = Vec::new();
            for level in &comparison.levels {
                of.push(level.frequency.map(|term| {
                    rarities.iter().position(|rarity| rarity.term == term).unwrap_or_else(|| {
                        rarities.push(Rarity::new(records, term));
                        rarities.len() - 1
                    })
                }));
            }
            rarity_of.push(of);
        }
        Model { logs: Logs::new(&weights), weights, shape, rarities, rarity_of }
    }

    pub(crate) fn relearned(&mut self, weights: Weights) {
        self.logs = Logs::new(&weights);
        self.weights = weights;
    }

    pub(crate) fn pattern(&self, records: &Records, settings: &Settings, l: u32, r: u32) -> Pattern {
        pattern(records, settings, &self.shape, l, r)
    }

    /// The logarithm of the odds that a pair with these levels is a match.
    pub(crate) fn log_odds(&self, records: &Records, levels: &[usize], l: u32, r: u32) -> f64 {
        let [matched, kin, mut stranger] = self.logs.of(levels);
        for (comparison, level) in levels.iter().enumerate() {
            stranger += self.rarity(records, comparison, *level, l, r);
        }
        matched - add_logs(kin, stranger)
    }

    /// By how much the rarity of the word on which both agree makes that agreement less likely by chance.
    pub(crate) fn rarity(&self, records: &Records, comparison: usize, level: usize, l: u32, r: u32) -> f64 {
        let Some(rarity) = self.rarity_of[comparison].get(level).copied().flatten() else { return 0.0 };
        let rarity = &self.rarities[rarity];
        let code = records.code(rarity.term, l);
        if code == 0 || code != records.code(rarity.term, r) {
            return 0.0;
        }
        let count = rarity.counts.get(code as usize).copied().unwrap_or(0).max(1);
        (f64::from(count) / rarity.total).ln() - rarity.same.ln()
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
    fn new(records: &Records, term: Term) -> Rarity {
        let mut counts = vec![0_u32; records.n_words(term)];
        for row in 0..records.len() as u32 {
            counts[records.code(term, row) as usize] += 1;
        }
        counts[0] = 0;
        let total = counts.iter().map(|count| f64::from(*count)).sum::<f64>().max(1.0);
        let same =
            counts.iter().map(|count| f64::from(*count) * (f64::from(*count) - 1.0).max(0.0)).sum::<f64>() / (total * total);
        Rarity { term, counts, total, same: same.max(1.0 / (total * total)) }
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

/// ln(e^a + e^b).
pub(crate) fn add_logs(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// The probability of these log odds.
pub(crate) fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}
