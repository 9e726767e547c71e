//! In what two records agree that have nothing to do with each other: learned from pairs drawn at random, and, where agreement is
//! too rare to be met that way, from the frequencies of the words themselves.

use crate::block::key;
use crate::compare::{Agreement, Shape, level};
use crate::random::Random;
use crate::settings::{Clause, Settings, Term};
use crate::{Hands, Records};

/// For each comparison and level, the share of all pairs in which there is something to compare.
#[derive(Debug, Clone)]
pub(crate) struct Chance {
    pub share: Vec<Vec<f64>>,
}

/// Rows of each side in one draw. All pairs of a draw are looked at, so that its rows stay near at hand.
const DRAW: usize = 128;
/// Levels met more often than this in the draws need no second look.
const ENOUGH: f64 = 400.0;
/// How many pairs that agree in a rare word are looked at.
const RARE_PAIRS: u64 = 5_000;
/// About so many records are enough to find them among.
const RARE_RECORDS: u64 = 1 << 14;
/// And so many words of a column at least.
const WORDS_MIN: u64 = 500;

pub(crate) fn chance(records: &Records, settings: &Settings, shape: &Shape, hands: Hands<'_>) -> Chance {
    let counts = drawn(records, settings, shape, hands);
    let asked: Vec<(usize, usize)> = (0..shape.len())
        .flat_map(|at| (0..settings.comparisons[at].levels.len()).map(move |level| (at, level)))
        .filter(|(at, level)| counts[*at][*level] < ENOUGH)
        .collect();
    let rares = hands.each(asked.len(), |number| rare(records, settings, asked[number].0, asked[number].1));
    let rare_of =
        |at: usize, level: usize| asked.iter().zip(&rares).find(|(asked, _)| **asked == (at, level)).and_then(|(_, rare)| *rare);
    let mut share = Vec::new();
    for (at, counts) in counts.iter().enumerate() {
        let n_levels = settings.comparisons[at].levels.len();
        let present: f64 = counts[..=n_levels].iter().sum();
        let seen = counts.iter().sum::<f64>().max(1.0);
        let mut of: Vec<f64> = counts[..=n_levels].iter().map(|count| (count + 0.5) / (present + 1.0)).collect();
        for (level, of) in of[..n_levels].iter_mut().enumerate() {
            if let Some(rare) = rare_of(at, level) {
                *of = (rare * seen / present.max(1.0)).min(1.0);
            }
        }
        // What no level takes is left to "other".
        let sum: f64 = of[..n_levels].iter().sum();
        if sum < 1.0 && counts[n_levels] > 0.0 {
            of[n_levels] = (1.0 - sum).max(1e-9);
        }
        let total: f64 = of.iter().sum();
        of.iter_mut().for_each(|share| *share /= total);
        share.push(of);
    }
    Chance { share }
}

/// For each comparison, how often each level was met: among all pairs where there are few, among draws of them where there are many.
fn drawn(records: &Records, settings: &Settings, shape: &Shape, hands: Hands<'_>) -> Vec<Vec<f64>> {
    let nothing = || -> Vec<Vec<f64>> { (0..shape.len()).map(|at| vec![0.0; shape.size(at)]).collect() };
    let see = |counts: &mut Vec<Vec<f64>>, l: u32, r: u32| {
        let agreement = Agreement::of(records, l, r);
        for (comparison, counts) in settings.comparisons.iter().zip(counts) {
            counts[level(records, comparison, agreement, l, r)] += 1.0;
        }
    };
    let (left, right) = (0..records.n_left as u32, records.right_rows());
    let parts = if records.n_pairs() <= settings.sample_pairs as f64 {
        let mut counts = nothing();
        for l in left {
            for r in right.clone().filter(|r| !records.within || *r > l as usize) {
                see(&mut counts, l, r as u32);
            }
        }
        vec![counts]
    } else {
        let n_draws = settings.sample_pairs.div_ceil((DRAW * DRAW) as u64) as usize;
        hands.each(n_draws, |draw| {
            let mut random = Random::new(settings.seed, 1 + draw as u64);
            let ls: Vec<u32> = (0..DRAW).map(|_| random.below(left.len()) as u32).collect();
            let rs: Vec<u32> = (0..DRAW).map(|_| (right.start + random.below(right.len())) as u32).collect();
            let mut counts = nothing();
            for l in &ls {
                rs.iter().filter(|r| *r != l).for_each(|r| see(&mut counts, *l, *r));
            }
            counts
        })
    };
    let mut counts = nothing();
    for part in parts {
        for (to, part) in counts.iter_mut().flatten().zip(part.iter().flatten()) {
            *to += part;
        }
    }
    counts
}

/// The share of all pairs at a level that asks for equal words: how many pairs have these words equal (counted), times the share of
/// those that are at this level and not at an earlier one (looked at). `None` for a level without such a clause.
fn rare(records: &Records, settings: &Settings, at: usize, at_level: usize) -> Option<f64> {
    let comparison = &settings.comparisons[at];
    let terms: Vec<Term> = comparison.levels[at_level]
        .tests
        .iter()
        .filter_map(|test| if let Clause::Same(term) = test { Some(*term) } else { None })
        .collect();
    if terms.is_empty() {
        return None;
    }
    // Of many records, some of the words stand for all: those whose number falls into one of so many parts, in the column that has most.
    let rarest = terms.iter().copied().max_by_key(|term| records.n_words(*term))?;
    let parts = (records.len() as u64 / RARE_RECORDS).min(records.n_words(rarest) as u64 / WORDS_MIN).max(1);
    let every = 1 << parts.ilog2();
    let stands = |row: &u32| {
        let code = records.code(rarest, *row);
        code != 0 && (code.wrapping_mul(0x9e37_79b1) >> 16) as u64 & (every - 1) == 0
    };
    let mut rows: Vec<(u64, u32)> = (0..records.len() as u32)
        .filter(stands)
        .map(|row| (key(records, &terms, row), row))
        .filter(|(key, _)| *key != 0)
        .collect();
    rows.sort_unstable();
    let groups: Vec<Group<'_>> = rows
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() > 1)
        .map(|group| {
            let left = group.partition_point(|(_, row)| (*row as usize) < records.n_left);
            let n = group.len() as u64;
            let pairs = if records.within { n * (n - 1) / 2 } else { left as u64 * (n - left as u64) };
            (group, left, pairs)
        })
        .filter(|(.., pairs)| *pairs > 0)
        .collect();
    let pairs: u64 = groups.iter().map(|(.., pairs)| pairs).sum();
    if pairs == 0 {
        return Some(0.25 / records.n_pairs().max(1.0));
    }
    // Every so many-th pair, over all groups end to end.
    let step = pairs.div_ceil(RARE_PAIRS).max(1);
    let (mut next, mut passed, mut seen, mut hits) = (step / 2, 0_u64, 0_u64, 0_u64);
    for (group, left, pairs) in groups {
        while next < passed + pairs {
            let index = next - passed;
            let (l, r) = if records.within {
                triangle(index)
            } else {
                ((index % left as u64) as usize, left + (index / left as u64) as usize)
            };
            seen += 1;
            let (l, r) = (group[l].1, group[r].1);
            hits += u64::from(level(records, comparison, Agreement::of(records, l, r), l, r) == at_level);
            next += step;
        }
        passed += pairs;
    }
    let share = (hits as f64 + 0.25) / (seen as f64 + 0.5);
    Some(share * (pairs * every) as f64 / records.n_pairs().max(1.0))
}

/// Rows with one key, how many of them are left ones, and their pairs.
type Group<'a> = (&'a [(u64, u32)], usize, u64);

/// The pair (l, r), l < r, of a running number: 0 → (0, 1), 1 → (0, 2), 2 → (1, 2), 3 → (0, 3) …
fn triangle(index: u64) -> (usize, usize) {
    let mut r = ((((8 * index + 1) as f64).sqrt() + 1.0) / 2.0) as u64;
    while r * (r - 1) / 2 > index {
        r -= 1;
    }
    while r * (r + 1) / 2 <= index {
        r += 1;
    }
    ((index - r * (r - 1) / 2) as usize, r as usize)
}

#[cfg(test)]
mod tests {
    use super::triangle;

    #[test]
    fn triangle_numbers_every_pair_once() {
        let pairs: Vec<(usize, usize)> = (0..10).map(triangle).collect();
        assert_eq!(pairs, [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (2, 4), (3, 4)]);
    }
}
