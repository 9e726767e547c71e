use crate::block::{short_key, sort_keyed};
use crate::link::{Pair, State};
use crate::model::{Model, probability};
use crate::settings::{Settings, Term};
use crate::{Hands, Records};

/// Everything known, ready for one more record at a time: it is scored as in batch.
///
/// The registers and the model stay as they were learned; what is matched against is the right register (or the one register), and
/// whatever is added.
#[derive(Debug)]
pub struct Index {
    records: Records,
    settings: Settings,
    model: Model,
    /// For each key, its value and the row in one number, in order.
    keys: Vec<Sorted>,
    /// Rows that came since, not yet in order.
    added: Vec<Vec<u64>>,
}

/// So many added rows are looked through one by one before they are put in order.
const ADDED_MAX: usize = 512;

impl Index {
    pub fn new(records: Records, settings: Settings, model: Model) -> Index {
        Index::new_with(records, settings, model, Hands::ONE)
    }

    /// The same, key by key side by side.
    pub fn new_with(mut records: Records, settings: Settings, model: Model, hands: Hands<'_>) -> Index {
        records.ready();
        let keys = hands.each(settings.blocks.len(), |at| {
            let keyed = |row: usize| keyed(&records, &settings.blocks[at].terms, row as u32);
            Sorted::new(sort_keyed(records.right_rows().filter_map(keyed).collect()))
        });
        let added = settings.blocks.iter().map(|_| Vec::new()).collect();
        Index { records, settings, model, keys, added }
    }

    /// The records that may be the same person as one with these cells (in the order of the settings' columns), likeliest first,
    /// from the given probability on. The pair's left row is that of a record that is gone again.
    pub fn matches(&mut self, cells: &[String], probability_min: f64) -> Vec<Pair> {
        self.records.push("", cells, &self.settings);
        self.model.meet(&self.records);
        let row = self.records.len() as u32 - 1;
        let mut candidates: Vec<u32> = Vec::new();
        for (block, (keys, added)) in self.settings.blocks.iter().zip(self.keys.iter().zip(&self.added)) {
            let Some(wanted) = keyed(&self.records, &block.terms, row) else { continue };
            let key = wanted >> 32;
            let rows = keys.of(key).iter().map(|keyed| *keyed as u32);
            let first = candidates.len();
            candidates.extend(rows.chain(added.iter().filter(|other| *other >> 32 == key).map(|keyed| *keyed as u32)));
            self.part(row, &mut candidates, first);
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
        self.records.pop(&self.settings);
        self.model.forget(&self.records);
        pairs.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds).then(a.right.cmp(&b.right)));
        pairs
    }

    /// Of a block that batch would part, those stay that agree with the record in what it is parted by.
    fn part(&self, row: u32, candidates: &mut Vec<u32>, first: usize) {
        let most = ((2 * self.settings.block_pairs_max) as f64).sqrt() as usize;
        let mut terms = self.settings.split.iter();
        while candidates.len() - first > most {
            let Some(term) = terms.next() else {
                candidates.truncate(first);
                return;
            };
            let wanted = self.records.code(*term, row);
            let mut kept = first;
            for at in first..candidates.len() {
                if self.records.code(*term, candidates[at]) == wanted {
                    candidates[kept] = candidates[at];
                    kept += 1;
                }
            }
            candidates.truncate(kept);
        }
    }

    /// Adds a record to what is matched against.
    pub fn add(&mut self, id: &str, cells: &[String]) {
        self.records.push(id, cells, &self.settings);
        let row = self.records.len() as u32 - 1;
        for (block, added) in self.settings.blocks.iter().zip(&mut self.added) {
            added.extend(keyed(&self.records, &block.terms, row));
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
        for (keys, added) in self.keys.iter_mut().zip(&mut self.added) {
            keys.add(added);
        }
    }
}

/// Keys and rows in order, with a directory by the first bits of the key: keys are as good as random, so that few share an entry.
#[derive(Debug)]
struct Sorted {
    keyed: Vec<u64>,
    starts: Vec<u32>,
}

impl Sorted {
    fn new(keyed: Vec<u64>) -> Sorted {
        let bits = (keyed.len() / 8).max(2).ilog2();
        let mut starts = vec![0; (1 << bits) + 1];
        for keyed in &keyed {
            starts[(keyed >> (64 - bits)) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Sorted { keyed, starts }
    }

    fn of(&self, key: u64) -> &[u64] {
        let bits = (self.starts.len() - 1).ilog2();
        let at = (key >> (32 - bits)) as usize;
        let near = &self.keyed[self.starts[at] as usize..self.starts[at + 1] as usize];
        let start = near.partition_point(|other| other >> 32 < key);
        let many = near[start..].partition_point(|other| other >> 32 == key);
        &near[start..start + many]
    }

    fn add(&mut self, added: &mut Vec<u64>) {
        let mut keyed = std::mem::take(&mut self.keyed);
        keyed.append(added);
        // Nearly in order: a stable sort finds the long run that is there.
        keyed.sort();
        *self = Sorted::new(keyed);
    }
}

/// A row's key before its number; `None` where a part of the key is missing.
fn keyed(records: &Records, terms: &[Term], row: u32) -> Option<u64> {
    match short_key(records, terms, row) {
        0 => None,
        key => Some(u64::from(key) << 32 | u64::from(row)),
    }
}
