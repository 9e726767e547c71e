//! The same work in pieces that know nothing of each other, for more records than one machine holds: what keys a record has, and the
//! scores of the pairs that share one. Whatever brings records with the same key together may run them; scores are those of one run.

use crate::block::{Grouped, part_rows, short_key};
use crate::model::{Model, probability};
use crate::settings::{Settings, Term};
use crate::{Hands, Records, Table};

/// A record on its way to where its key is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub right: bool,
    /// Its place in its register.
    pub row: u64,
    pub id: String,
    /// In the order of the settings' columns.
    pub cells: Vec<String>,
}

/// Two ids and the logarithm of the odds that they are one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    pub left: String,
    pub right: String,
    pub log_odds: f64,
}

/// Works out keys and scores records that share one.
#[derive(Debug)]
pub struct Shard {
    settings: Settings,
    empty: Records,
}

/// What parts the words of a key; no cleaned word has it.
const BETWEEN: char = '\u{1f}';

impl Shard {
    pub fn new(settings: Settings, within: bool) -> Shard {
        let table = || Table::new("", &[]);
        let (mut empty, _) = Records::made(table(), (!within).then(table), &settings, Hands::ONE, true);
        empty.n_left = 0;
        Shard { settings, empty }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A model for this shard, from the text that [`Model::to_toml`] wrote.
    pub fn model(&self, toml: &str) -> Option<Model> {
        Model::from_toml(toml, &self.empty, &self.settings)
    }

    /// The keys of a record, each with the number of its rule in front.
    pub fn keys(&mut self, cells: &[String]) -> Vec<String> {
        let mut records = self.empty.clone();
        records.push("", cells, &self.settings);
        let key = |(number, terms): (usize, &Vec<Term>)| {
            let mut key = number.to_string();
            for term in terms {
                let word = records.word(*term, 0);
                if word.is_empty() {
                    return None;
                }
                key.push(BETWEEN);
                key.push_str(word);
            }
            Some(key)
        };
        self.settings.blocks.iter().map(|block| &block.terms).enumerate().filter_map(key).collect()
    }

    /// The pairs of the records that share a key, those left out that a key of an earlier rule finds too, and those of no odds worth
    /// a look.
    pub fn score(&self, model: &Model, key: &str, mut sent: Vec<Sent>) -> Vec<Scored> {
        let rule = key.split(BETWEEN).next().and_then(|rule| rule.parse::<usize>().ok()).unwrap_or(usize::MAX);
        if rule >= self.settings.blocks.len() {
            return Vec::new();
        }
        sent.sort_by_key(|sent| (sent.right, sent.row));
        let mut records = self.empty.clone();
        records.n_left = sent.iter().filter(|sent| !sent.right).count();
        sent.iter().for_each(|sent| records.push(&sent.id, &sent.cells, &self.settings));
        let mut model = model.clone();
        model.meet(&records);
        let mut rows: Vec<u32> = (0..records.len() as u32).collect();
        let mut grouped = Grouped::default();
        part_rows(&records, &self.settings, &mut rows, &mut grouped);
        let mut scored = Vec::new();
        let seen = |l: u32, r: u32| {
            self.settings.blocks[..rule].iter().any(|block| {
                let key = short_key(&records, &block.terms, l);
                key != 0 && key == short_key(&records, &block.terms, r)
            })
        };
        grouped.each(records.within, |l, r| {
            if seen(l, r) {
                return;
            }
            let levels = model.shape.levels(model.pattern(&records, &self.settings, l, r));
            let log_odds = model.log_odds(&records, &levels, l, r);
            if probability(log_odds) >= crate::link::PROBABILITY_MIN {
                let (left, right) = (records.id(l).to_string(), records.id(r).to_string());
                scored.push(Scored { left, right, log_odds });
            }
        });
        scored
    }
}
