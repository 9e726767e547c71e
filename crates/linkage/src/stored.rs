//! A model that was learned, as text: to match one record after a restart without learning again, and to score elsewhere what one
//! machine cannot hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::compare::Shape;
use crate::learn::Weights;
use crate::model::{Model, Rarity};
use crate::settings::{Settings, Term};
use crate::{Records, Words};

#[derive(Serialize, Deserialize)]
struct Stored {
    /// The comparisons it was learned for, level by level.
    comparisons: Vec<Vec<String>>,
    n_matched: f64,
    n_kin: f64,
    n_stranger: f64,
    matched: Vec<Vec<f64>>,
    kin: Option<Vec<Vec<f64>>>,
    stranger: Vec<Vec<f64>>,
    rarities: Vec<StoredRarity>,
}

#[derive(Serialize, Deserialize)]
struct StoredRarity {
    /// The logarithm for a word that occurs once: for all words that are not listed.
    least: f64,
    words: BTreeMap<String, f64>,
}

fn comparisons(settings: &Settings) -> Vec<Vec<String>> {
    let words = |level: &crate::settings::Level| level.words.clone();
    settings.comparisons.iter().map(|comparison| comparison.levels.iter().map(words).collect()).collect()
}

impl Model {
    /// The model as TOML. It holds the words that occur more than once in the columns whose rarity counts (names, for the most part),
    /// and nothing else of anybody; numbers come back to the last bit.
    pub fn to_toml(&self, records: &Records, settings: &Settings) -> String {
        let rarity = |rarity: &Rarity| {
            let words = (1..records.n_words(rarity.term) as u32).map(|code| (code, rarity.of(code)));
            let common = words.filter(|(_, log)| *log > rarity.least);
            let word = |code| records.term_words(rarity.term).get(code).to_string();
            StoredRarity { least: rarity.least, words: common.map(|(code, log)| (word(code), log)).collect() }
        };
        let weights = &self.weights;
        let stored = Stored {
            comparisons: comparisons(settings),
            n_matched: weights.n_matched,
            n_kin: weights.n_kin,
            n_stranger: weights.n_stranger,
            matched: weights.matched.clone(),
            kin: weights.kin.clone(),
            stranger: weights.stranger.clone(),
            rarities: self.rarities.iter().map(rarity).collect(),
        };
        toml::to_string(&stored).unwrap_or_default()
    }

    /// Reads a model for records that may be others than those it was learned from. `None` where the text is no model, or one of other
    /// settings.
    pub fn from_toml(text: &str, records: &Records, settings: &Settings) -> Option<Model> {
        let stored: Stored = toml::from_str(text).ok()?;
        let shape = Shape::new(settings);
        let fits = |shares: &[Vec<f64>]| {
            shares.len() == shape.len() && shares.iter().enumerate().all(|(at, shares)| shares.len() + 1 == shape.size(at))
        };
        let kin_fits = stored.kin.as_deref().is_none_or(fits);
        if stored.comparisons != comparisons(settings) || !fits(&stored.matched) || !fits(&stored.stranger) || !kin_fits {
            return None;
        }
        let weights = Weights {
            matched: stored.matched,
            kin: stored.kin,
            stranger: stored.stranger,
            n_matched: stored.n_matched,
            n_kin: stored.n_kin,
            n_stranger: stored.n_stranger,
            rounds: 0,
        };
        let terms = Model::rarity_terms(settings);
        if terms.len() != stored.rarities.len() {
            return None;
        }
        let rarity = |(term, stored): (&Term, StoredRarity)| {
            let mut known = Words::default();
            let mut logs = vec![stored.least];
            for (word, log) in &stored.words {
                if known.intern(word) as usize == logs.len() {
                    logs.push(*log);
                }
            }
            Rarity { term: *term, logs: Vec::new(), least: stored.least, known: Some(Arc::new((known, logs))) }
        };
        let rarities = terms.iter().zip(stored.rarities).map(rarity).collect();
        let mut model = Model::of(settings, shape, weights, rarities);
        model.meet(records);
        Some(model)
    }

    /// Forgets words that the records lost again.
    pub(crate) fn forget(&mut self, records: &Records) {
        for rarity in self.rarities.iter_mut().filter(|rarity| rarity.known.is_some()) {
            rarity.logs.truncate(records.n_words(rarity.term));
        }
    }

    /// Takes note of words that came to the records since. A model that was learned from these very records has no need of it.
    pub(crate) fn meet(&mut self, records: &Records) {
        for rarity in &mut self.rarities {
            let Some(common) = rarity.known.clone() else { continue };
            let (known, logs) = &*common;
            let words = records.term_words(rarity.term);
            for code in rarity.logs.len()..words.len() {
                let number = known.number(words.get(code as u32)).unwrap_or(0) as usize;
                rarity.logs.push(logs.get(number).copied().unwrap_or(rarity.least));
            }
        }
    }
}
