//! Which pairs are looked at: those that agree in all terms of one key. Counted exactly before any is compared.

use facts::{Finding, Place, Severity, text};

use crate::Records;
use crate::settings::{Settings, Term};
use crate::words::Mixer;

/// What blocking will cost, and what of it was parted.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub rules: Vec<RulePlan>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone)]
pub struct RulePlan {
    pub words: String,
    /// Pairs of this key; those that an earlier key has too are counted again.
    pub pairs: u64,
    /// The largest blocks, their value and their pairs.
    pub largest: Vec<(String, u64)>,
    /// Pairs of blocks that were parted and are no longer looked at by this key.
    pub left_out: u64,
}

impl Plan {
    /// At most so many pairs are compared.
    pub fn pairs(&self) -> u64 {
        self.rules.iter().map(|rule| rule.pairs).sum()
    }
}

/// For each key, the rows that share it with a row of the other side.
#[derive(Debug)]
pub(crate) struct Blocks {
    /// For each key and row a word of it; 0 where a part is missing.
    keys: Vec<Vec<u64>>,
    groups: Vec<Grouped>,
    within: bool,
}

#[derive(Debug, Default)]
struct Grouped {
    rows: Vec<u32>,
    /// Start, first row of the right side, end; where a register is held against itself the middle is the start.
    groups: Vec<[u32; 3]>,
}

const LARGEST: usize = 3;

/// Groups the records by each key, parts the blocks that are too large, and counts.
pub(crate) fn blocks(records: &Records, settings: &Settings) -> (Blocks, Plan) {
    let mut plan = Plan::default();
    let mut blocks = Blocks { keys: Vec::new(), groups: Vec::new(), within: records.within };
    let mut pairs: Vec<(u64, u32)> = Vec::with_capacity(records.len());
    for block in &settings.blocks {
        let keys = keys(records, &block.terms);
        pairs.clear();
        pairs.extend(keys.iter().zip(0..).filter(|(key, _)| **key != 0).map(|(key, row)| (*key, row)));
        pairs.sort_unstable();
        let mut grouped = Grouped::default();
        let mut rule = RulePlan { words: block.words.clone(), pairs: 0, largest: Vec::new(), left_out: 0 };
        for group in pairs.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
            let count = count(records, group);
            if count == 0 {
                continue;
            }
            let kept = if count > settings.block_pairs_max {
                let mut rows: Vec<u32> = group.iter().map(|(_, row)| *row).collect();
                let kept = part(records, settings, &mut rows, &settings.split, &mut grouped);
                rule.left_out += count - kept;
                kept
            } else {
                grouped.push(records, group.iter().map(|(_, row)| *row));
                count
            };
            rule.pairs += kept;
            if rule.largest.last().is_none_or(|(_, least)| *least < count) || rule.largest.len() < LARGEST {
                let words: Vec<&str> = block.terms.iter().map(|term| records.word(*term, group[0].1)).collect();
                rule.largest.push((words.join(" + "), count));
                rule.largest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                rule.largest.truncate(LARGEST);
            }
        }
        grouped.rows.shrink_to_fit();
        grouped.groups.shrink_to_fit();
        plan.findings.extend(tell_parted(&rule, settings));
        plan.rules.push(rule);
        blocks.keys.push(keys);
        blocks.groups.push(grouped);
    }
    (blocks, plan)
}

impl Blocks {
    /// Gives each pair once, in an order that depends on nothing but the records; stops where `see` says so.
    pub(crate) fn each(&self, mut see: impl FnMut(u32, u32) -> bool) -> bool {
        for (at, grouped) in self.groups.iter().enumerate() {
            let earlier = &self.keys[..at];
            for [start, middle, end] in &grouped.groups {
                let (start, middle, end) = (*start as usize, *middle as usize, *end as usize);
                for left in start..if self.within { end } else { middle } {
                    let others = if self.within { left + 1..end } else { middle..end };
                    for right in others {
                        let (l, r) = (grouped.rows[left], grouped.rows[right]);
                        let seen = |keys: &Vec<u64>| keys[l as usize] == keys[r as usize] && keys[l as usize] != 0;
                        if !earlier.iter().any(seen) && !see(l, r) {
                            return false;
                        }
                    }
                }
            }
        }
        true
    }
}

impl Grouped {
    /// Rows of the left side come first, since they have the lower numbers.
    fn push(&mut self, records: &Records, rows: impl Iterator<Item = u32>) {
        let start = self.rows.len();
        self.rows.extend(rows);
        let n_left = self.rows[start..].iter().take_while(|row| (**row as usize) < records.n_left).count();
        let middle = if records.within { start } else { start + n_left };
        self.groups.push([start as u32, middle as u32, self.rows.len() as u32]);
    }
}

/// The key of each row: its parts' numbers, mixed.
fn keys(records: &Records, terms: &[Term]) -> Vec<u64> {
    (0..records.len() as u32).map(|row| key(records, terms, row)).collect()
}

pub(crate) fn key(records: &Records, terms: &[Term], row: u32) -> u64 {
    let mut mixer = Mixer::default();
    for term in terms {
        match records.code(*term, row) {
            0 => return 0,
            code => mixer.add(u64::from(code)),
        }
    }
    std::hash::Hasher::finish(&mixer).max(1)
}

fn count(records: &Records, group: &[(u64, u32)]) -> u64 {
    let n = group.len() as u64;
    if records.within {
        return n * (n - 1) / 2;
    }
    let left = group.partition_point(|(_, row)| (*row as usize) < records.n_left) as u64;
    left * (n - left)
}

/// Parts rows by one term after the other until a part is small enough. What is still too large after the last is compared only
/// among neighbours in order of their words. Gives back how many pairs are left.
fn part(records: &Records, settings: &Settings, rows: &mut [u32], split: &[Term], to: &mut Grouped) -> u64 {
    let numbered: Vec<(u64, u32)> = rows.iter().map(|row| (0, *row)).collect();
    let pairs = count(records, &numbered);
    if pairs == 0 {
        return 0;
    }
    if pairs <= settings.block_pairs_max {
        to.push(records, rows.iter().copied());
        return pairs;
    }
    let mut kept = 0;
    match split.split_first() {
        Some((term, rest)) => {
            rows.sort_unstable_by_key(|row| (records.code(*term, *row), *row));
            for part_of in rows.chunk_by_mut(|a, b| records.code(*term, *a) == records.code(*term, *b)) {
                kept += part(records, settings, part_of, rest, to);
            }
        }
        None => {
            let size = (settings.block_pairs_max as f64).sqrt() as usize;
            rows.sort_unstable_by_key(|row| (records.columns.iter().map(|column| column.codes[*row as usize]).max(), *row));
            for part_of in rows.chunks_mut(size.max(2)) {
                part_of.sort_unstable();
                let numbered: Vec<(u64, u32)> = part_of.iter().map(|row| (0, *row)).collect();
                let pairs = count(records, &numbered);
                if pairs > 0 {
                    to.push(records, part_of.iter().copied());
                    kept += pairs;
                }
            }
        }
    }
    kept
}

fn tell_parted(rule: &RulePlan, settings: &Settings) -> Option<Finding> {
    if rule.left_out == 0 {
        return None;
    }
    let (words, left_out, max) = (&rule.words, rule.left_out, settings.block_pairs_max);
    let largest: Vec<String> = rule.largest.iter().map(|(value, pairs)| format!("“{value}” {pairs}")).collect();
    let largest = largest.join("、");
    Some(Finding::new(
        Severity::Experience,
        "link-block-parted",
        Place::Everywhere,
        text!(
            "按“{words}”分块，有的块过大（超过 {max} 对），已再细分，因此少比 {left_out} 对；最大的：{largest}",
            "blocks of `{words}` are too large (over {max} pairs) and were parted, so that {left_out} pairs are not looked at by it; the largest: {largest}"
        ),
        text!(
            "给这条规则加一项（如出生年份），或提高 block_pairs_max；其他规则仍会找到这些对",
            "add a term to this key (such as the year of birth), or raise block_pairs_max; other keys may still find these pairs"
        ),
    ))
}
