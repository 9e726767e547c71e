//! Which pairs are looked at: those that agree in all terms of one key. Counted exactly before any is compared.

use facts::{Finding, Place, Severity, text};

use crate::settings::{Settings, Term};
use crate::words::Mixer;
use crate::{Hands, Records};

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
    /// Row by row, for each key its value; 0 where a part is missing.
    keys: Vec<u32>,
    rules: Vec<Grouped>,
    within: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Grouped {
    rows: Vec<u32>,
    /// Start, first row of the right side, end; where a register is held against itself the middle is the start.
    groups: Vec<[u32; 3]>,
    /// Some blocks were parted: not all that agree in the key are in one group.
    parted: bool,
}

/// Some groups of one key: a piece of the work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk {
    rule: usize,
    start: usize,
    end: usize,
}

const LARGEST: usize = 3;
/// Rows whose keys are computed at one go.
const ROWS_AT_ONCE: usize = 1 << 14;
/// About so many pairs are a piece of the work.
const CHUNK_PAIRS: u64 = 1 << 15;

/// Groups the records by each key, parts the blocks that are too large, and counts.
pub(crate) fn blocks(records: &Records, settings: &Settings, hands: Hands<'_>) -> (Blocks, Plan) {
    let width = settings.blocks.len();
    let parts = hands.each(records.len().div_ceil(ROWS_AT_ONCE), |part| {
        let rows = part * ROWS_AT_ONCE..((part + 1) * ROWS_AT_ONCE).min(records.len());
        let of_row = |row: usize| settings.blocks.iter().map(move |block| short_key(records, &block.terms, row as u32));
        rows.flat_map(of_row).collect::<Vec<u32>>()
    });
    let keys = parts.concat();
    let done = hands.each(width, |rule| group(records, settings, rule, &keys));
    let (mut plan, mut blocks) = (Plan::default(), Blocks { keys, rules: Vec::new(), within: records.within });
    for (grouped, rule) in done {
        plan.findings.extend(tell_parted(&rule, settings));
        plan.rules.push(rule);
        blocks.rules.push(grouped);
    }
    (blocks, plan)
}

/// The groups of one key.
fn group(records: &Records, settings: &Settings, number: usize, keys: &[u32]) -> (Grouped, RulePlan) {
    let block = &settings.blocks[number];
    let mut grouped = Grouped::default();
    let mut rule = RulePlan { words: block.words.clone(), pairs: 0, largest: Vec::new(), left_out: 0 };
    let sorted = sorted(records, keys, settings.blocks.len(), number);
    for group in sorted.chunk_by(|a, b| a >> 32 == b >> 32).filter(|group| group.len() > 1) {
        let rows = || group.iter().map(|keyed| *keyed as u32);
        let count = count(records, rows());
        if count == 0 {
            continue;
        }
        let kept = if count > settings.block_pairs_max {
            let mut rows: Vec<u32> = rows().collect();
            let kept = part(records, settings, &mut rows, &settings.split, &mut grouped);
            rule.left_out += count - kept;
            grouped.parted = true;
            kept
        } else {
            grouped.push(records, rows());
            count
        };
        rule.pairs += kept;
        if rule.largest.last().is_none_or(|(_, least)| *least < count) || rule.largest.len() < LARGEST {
            let words: Vec<String> = block.terms.iter().map(|term| records.written(settings, *term, group[0] as u32)).collect();
            rule.largest.push((words.join(" + "), count));
            rule.largest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            rule.largest.truncate(LARGEST);
        }
    }
    grouped.rows.shrink_to_fit();
    grouped.groups.shrink_to_fit();
    (grouped, rule)
}

/// Key and row in one number, in order, without the rows whose key nobody on the other side seems to have.
fn sorted(records: &Records, keys: &[u32], width: usize, number: usize) -> Vec<u64> {
    let key = |row: usize| keys[row * width + number];
    let bits = (records.len() * 8).next_power_of_two().clamp(1 << 10, 1 << 27);
    let shift = 32 - bits.trailing_zeros().min(32);
    let (mut once, mut again) = (Bits::new(bits), Bits::new(bits));
    if records.within {
        for row in 0..records.len() {
            if once.set(key(row) >> shift) {
                again.set(key(row) >> shift);
            }
        }
    } else {
        for row in 0..records.n_left {
            once.set(key(row) >> shift);
        }
        for row in records.right_rows() {
            if once.has(key(row) >> shift) {
                again.set(key(row) >> shift);
            }
        }
    }
    let kept: Vec<u64> = (0..records.len())
        .filter(|row| key(*row) != 0 && again.has(key(*row) >> shift))
        .map(|row| u64::from(key(row)) << 32 | row as u64)
        .collect();
    sort_keyed(kept)
}

struct Bits(Vec<u64>);

impl Bits {
    fn new(bits: usize) -> Bits {
        Bits(vec![0; bits / 64])
    }

    fn has(&self, at: u32) -> bool {
        self.0[at as usize / 64] >> (at % 64) & 1 != 0
    }

    /// Whether it was set already.
    fn set(&mut self, at: u32) -> bool {
        let had = self.has(at);
        self.0[at as usize / 64] |= 1 << (at % 64);
        had
    }
}

/// Sorts numbers whose upper half is as good as random: into buckets first, then within them.
pub(crate) fn sort_keyed(mut keyed: Vec<u64>) -> Vec<u64> {
    if keyed.len() < 1 << 12 {
        keyed.sort_unstable();
        return keyed;
    }
    let bits = (keyed.len() / 64).ilog2().min(12);
    let bucket = |keyed: u64| (keyed >> (64 - bits)) as usize;
    let mut starts = vec![0_u32; (1 << bits) + 1];
    keyed.iter().for_each(|keyed| starts[bucket(*keyed) + 1] += 1);
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let (mut next, mut to) = (starts.clone(), vec![0; keyed.len()]);
    for keyed in &keyed {
        let next = &mut next[bucket(*keyed)];
        to[*next as usize] = *keyed;
        *next += 1;
    }
    starts.windows(2).for_each(|ends| to[ends[0] as usize..ends[1] as usize].sort_unstable());
    to
}

impl Blocks {
    /// The whole work in pieces of about as many pairs.
    pub(crate) fn chunks(&self) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        for (rule, grouped) in self.rules.iter().enumerate() {
            let (mut start, mut pairs) = (0, 0_u64);
            for (at, [first, middle, end]) in grouped.groups.iter().enumerate() {
                let (left, right) = (u64::from(middle - first), u64::from(end - middle));
                pairs += if self.within { right * right / 2 } else { left * right };
                if pairs >= CHUNK_PAIRS || at + 1 == grouped.groups.len() {
                    chunks.push(Chunk { rule, start, end: at + 1 });
                    (start, pairs) = (at + 1, 0);
                }
            }
        }
        chunks
    }

    /// Whether some key finds the pair.
    pub(crate) fn hold(&self, l: u32, r: u32) -> bool {
        let width = self.rules.len();
        let keys = |row: u32| &self.keys[row as usize * width..(row as usize + 1) * width];
        let agrees = keys(l).iter().zip(keys(r)).map(|(a, b)| a == b && *a != 0);
        self.rules.iter().zip(agrees).any(|(rule, agrees)| agrees && (!rule.parted || rule.hold(l, r)))
    }

    /// Gives each pair of a piece once, those left out that an earlier key has too.
    pub(crate) fn each(&self, chunk: Chunk, mut see: impl FnMut(u32, u32)) {
        let grouped = &self.rules[chunk.rule];
        let width = self.rules.len();
        let earlier = |row: u32| &self.keys[row as usize * width..row as usize * width + chunk.rule];
        grouped.each_of(chunk.start..chunk.end, self.within, |l, r| {
            if !earlier(l).iter().zip(earlier(r)).any(|(a, b)| a == b && *a != 0) {
                see(l, r);
            }
        });
    }
}

impl Grouped {
    pub(crate) fn each(&self, within: bool, see: impl FnMut(u32, u32)) {
        self.each_of(0..self.groups.len(), within, see);
    }

    #[inline]
    fn each_of(&self, groups: std::ops::Range<usize>, within: bool, mut see: impl FnMut(u32, u32)) {
        for [start, middle, end] in &self.groups[groups] {
            let (start, middle, end) = (*start as usize, *middle as usize, *end as usize);
            for left in start..if within { end } else { middle } {
                let others = if within { left + 1..end } else { middle..end };
                for r in &self.rows[others] {
                    see(self.rows[left], *r);
                }
            }
        }
    }

    fn hold(&self, l: u32, r: u32) -> bool {
        self.groups.iter().any(|[start, _, end]| {
            let rows = &self.rows[*start as usize..*end as usize];
            rows.binary_search(&l).is_ok() && rows.binary_search(&r).is_ok()
        })
    }

    /// Rows of the left side come first, since they have the lower numbers.
    fn push(&mut self, records: &Records, rows: impl Iterator<Item = u32>) {
        let start = self.rows.len();
        self.rows.extend(rows);
        let n_left = self.rows[start..].iter().take_while(|row| (**row as usize) < records.n_left).count();
        let middle = if records.within { start } else { start + n_left };
        self.groups.push([start as u32, middle as u32, self.rows.len() as u32]);
    }
}

/// The key of a row: its parts' numbers, mixed; 0 where a part is missing.
#[inline]
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

/// Half of the key. That two keys fall together costs a comparison in vain, no more: a pair is found by a key, and held to be found by
/// it, on the same number.
#[inline]
pub(crate) fn short_key(records: &Records, terms: &[Term], row: u32) -> u32 {
    match key(records, terms, row) {
        0 => 0,
        key => ((key >> 32) as u32).max(1),
    }
}

/// The pairs of a group; its rows come in order.
fn count(records: &Records, rows: impl Iterator<Item = u32>) -> u64 {
    let (mut n, mut left) = (0_u64, 0_u64);
    for row in rows {
        n += 1;
        left += u64::from((row as usize) < records.n_left);
    }
    if records.within { n * n.saturating_sub(1) / 2 } else { left * (n - left) }
}

/// Groups rows that share a key, parted where they are too many.
pub(crate) fn part_rows(records: &Records, settings: &Settings, rows: &mut [u32], to: &mut Grouped) {
    part(records, settings, rows, &settings.split, to);
}

/// Parts rows by one term after the other until a part is small enough. What is still too large after the last is compared only
/// among neighbours in order of their words. Gives back how many pairs are left.
fn part(records: &Records, settings: &Settings, rows: &mut [u32], split: &[Term], to: &mut Grouped) -> u64 {
    let pairs = count(records, rows.iter().copied());
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
            rows.sort_by(|a, b| records.word(*term, *a).cmp(records.word(*term, *b)).then(a.cmp(b)));
            for part_of in rows.chunk_by_mut(|a, b| records.code(*term, *a) == records.code(*term, *b)) {
                kept += part(records, settings, part_of, rest, to);
            }
        }
        None => {
            let size = (settings.block_pairs_max as f64).sqrt() as usize;
            // By their words, which say the same wherever the rows came from.
            rows.sort_by_cached_key(|row| {
                ((0..settings.columns.len()).map(|column| records.cell(column, *row)).collect::<Vec<_>>(), *row)
            });
            for part_of in rows.chunks_mut(size.max(2)) {
                part_of.sort_unstable();
                let pairs = count(records, part_of.iter().copied());
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
