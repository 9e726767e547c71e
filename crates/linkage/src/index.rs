use crate::Records;
use crate::block::key;
use crate::link::{Pair, State};
use crate::model::{Model, probability};
use crate::settings::Settings;

/// Everything known, ready for one more record at a time: it is scored as in batch.
///
/// The registers and the model stay as they were learned; what is matched against is the right register (or the one register), and
/// whatever is added.
#[derive(Debug)]
pub struct Index {
    records: Records,
    settings: Settings,
    model: Model,
    /// For each key, the keys of the rows in order, and the rows.
    keys: Vec<(Vec<u64>, Vec<u32>)>,
    /// Rows that came since, not yet in order.
    added: Vec<Vec<(u64, u32)>>,
}

/// So many added rows are looked through one by one before they are put in order.
const ADDED_MAX: usize = 512;

impl Index {
    pub fn new(records: Records, settings: Settings, model: Model) -> Index {
        let mut keys = Vec::new();
        for block in &settings.blocks {
            let rows = records.right_rows();
            let mut pairs: Vec<(u64, u32)> =
                rows.map(|row| (key(&records, &block.terms, row as u32), row as u32)).filter(|(key, _)| *key != 0).collect();
            pairs.sort_unstable();
            keys.push((pairs.iter().map(|(key, _)| *key).collect(), pairs.iter().map(|(_, row)| *row).collect()));
        }
        let added = settings.blocks.iter().map(|_| Vec::new()).collect();
        Index { records, settings, model, keys, added }
    }

    /// The records that may be the same person as one with these cells (in the order of the settings' columns), likeliest first,
    /// from the given probability on. The pair's left row is that of a record that is gone again.
    pub fn matches(&mut self, cells: &[String], probability_min: f64) -> Vec<Pair> {
        self.records.push("", cells, &self.settings);
        let row = self.records.len() as u32 - 1;
        let mut candidates: Vec<u32> = Vec::new();
        for (block, ((keys, rows), added)) in self.settings.blocks.iter().zip(self.keys.iter().zip(&self.added)) {
            let wanted = key(&self.records, &block.terms, row);
            if wanted == 0 {
                continue;
            }
            let start = keys.partition_point(|key| *key < wanted);
            let many = keys[start..].iter().take_while(|key| **key == wanted).count();
            // A block that batch would part is no sign of anybody.
            if many as u64 <= self.settings.block_pairs_max {
                candidates.extend(&rows[start..start + many]);
            }
            candidates.extend(added.iter().filter(|(key, _)| *key == wanted).map(|(_, row)| *row));
        }
        candidates.sort_unstable();
        candidates.dedup();
        let mut pairs = Vec::new();
        for other in candidates {
            let levels = self.model.shape.levels(self.model.pattern(&self.records, &self.settings, row, other));
            let log_odds = self.model.log_odds(&self.records, &levels, row, other);
            if probability(log_odds) >= probability_min {
                pairs.push(Pair { left: row, right: other, log_odds, probability: probability(log_odds), state: State::No });
            }
        }
        self.records.pop();
        pairs.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds).then(a.right.cmp(&b.right)));
        pairs
    }

    /// Adds a record to what is matched against.
    pub fn add(&mut self, id: &str, cells: &[String]) {
        self.records.push(id, cells, &self.settings);
        let row = self.records.len() as u32 - 1;
        for (block, added) in self.settings.blocks.iter().zip(&mut self.added) {
            match key(&self.records, &block.terms, row) {
                0 => {}
                key => added.push((key, row)),
            }
        }
        if self.added.iter().any(|added| added.len() > ADDED_MAX) {
            self.order();
        }
    }

    pub fn records(&self) -> &Records {
        &self.records
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn order(&mut self) {
        for ((keys, rows), added) in self.keys.iter_mut().zip(&mut self.added) {
            let mut pairs: Vec<(u64, u32)> = keys.drain(..).zip(rows.drain(..)).chain(added.drain(..)).collect();
            pairs.sort_unstable();
            keys.extend(pairs.iter().map(|(key, _)| *key));
            rows.extend(pairs.iter().map(|(_, row)| *row));
        }
    }
}
