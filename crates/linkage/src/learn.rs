//! Weights without labels: expectation and maximisation over counts of patterns, with three kinds of pair: the same person,
//! relatives (who share what a household shares), and strangers.
//!
//! How often strangers agree is known beforehand ([`Chance`]), and how many pairs of strangers there are, too; what is met in the
//! blocks beyond that are matches and relatives. So the share of matches need not be guessed, and no comparison has to sit out because
//! pairs were found by it.

use crate::chance::Chance;
use crate::compare::Shape;
use crate::settings::Settings;

/// How often each pattern was met.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    /// Where each comparison's levels begin among all levels.
    starts: Vec<usize>,
    n_levels: usize,
    /// For each pattern its levels, as places among all levels.
    levels: Vec<u16>,
    counts: Vec<Count>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    /// Pairs that may be matches.
    free: f64,
    /// Pairs of which one record has a better partner, where persons stand once in a register, and pairs that a person called different.
    barred: f64,
    /// Pairs that a person called the same.
    same: f64,
}

impl Counts {
    pub(crate) fn new(shape: &Shape) -> Counts {
        let mut n_levels = 0;
        let starts = (0..shape.len()).map(|at| (n_levels, n_levels += shape.size(at)).0).collect();
        Counts { starts, n_levels, levels: Vec::new(), counts: Vec::new() }
    }

    pub(crate) fn push(&mut self, levels: &[usize], free: f64, barred: f64, same: f64) {
        self.levels.extend(self.starts.iter().zip(levels).map(|(start, level)| (start + level) as u16));
        self.counts.push(Count { free, barred, same });
    }

    /// One pair of a pattern turns out to have a better rival.
    pub(crate) fn bar(&mut self, pattern: u32) {
        if let Some(count) = self.counts.get_mut(pattern as usize) {
            count.free -= 1.0;
            count.barred += 1.0;
        }
    }
}

/// The shares of the levels among matches, relatives and strangers, and how many pairs of each there are.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    pub matched: Vec<Vec<f64>>,
    pub kin: Option<Vec<Vec<f64>>>,
    pub stranger: Vec<Vec<f64>>,
    pub n_matched: f64,
    pub n_kin: f64,
    pub n_stranger: f64,
    pub rounds: usize,
}

const ROUNDS_MAX: usize = 300;
/// Rounds end when no share moves by more than this.
const STILL: f64 = 1e-6;
/// What is added to each count, so that a level never met among matches is improbable and not impossible.
const PSEUDO: f64 = 0.3;
/// A level that speaks against is believed of matches only beyond so many pairs, and never taken for impossible.
const AGAINST_PAIRS: f64 = 3.0;
const AGAINST_MIN: f64 = 1e-4;
/// At least this part of what agrees among all pairs is put down to chance, however much of it the matches explain.
const CHANCE_MIN: f64 = 0.02;

/// Where learning starts: matches mostly at the first level of each comparison, relatives too where the comparison is of what they share.
pub(crate) fn first_weights(settings: &Settings, chance: &Chance, n_pairs: f64, n_matched: f64) -> Weights {
    let falling = |n: usize| {
        let mut shares: Vec<f64> = (0..n).map(|at| if at == 0 { 0.85 } else { 0.1 / (at as f64 + 1.0) }).collect();
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
        shares
    };
    let mut matched: Vec<Vec<f64>> = settings.comparisons.iter().map(|comparison| falling(comparison.levels.len() + 1)).collect();
    for (shares, comparison) in matched.iter_mut().zip(&settings.comparisons) {
        for (share, _) in shares.iter_mut().zip(&comparison.levels).filter(|(_, level)| level.against) {
            *share = AGAINST_MIN;
        }
    }
    let any_shared = settings.comparisons.iter().any(|comparison| comparison.shared);
    let any_own = settings.comparisons.iter().any(|comparison| !comparison.shared);
    let kin = (any_shared && any_own).then(|| {
        let of = |at: usize| -> Vec<f64> {
            let own = if settings.comparisons[at].shared { 0.95 } else { 0.02 };
            matched[at].iter().zip(&chance.share[at]).map(|(matched, chance)| own * matched + (1.0 - own) * chance).collect()
        };
        (0..matched.len()).map(of).collect()
    });
    let n_kin = if kin.is_some() { n_matched } else { 0.0 };
    Weights { matched, kin, stranger: chance.share.clone(), n_matched, n_kin, n_stranger: n_pairs, rounds: 0 }
}

/// Goes on from `weights` until they stand still.
pub(crate) fn learn(mut weights: Weights, counts: &Counts, chance: &Chance, settings: &Settings, n_pairs: f64) -> Weights {
    for round in 1..=ROUNDS_MAX {
        let before = weights.clone();
        let sums = expect(&weights, counts);
        weights.n_matched = sums.n_matched.max(0.5);
        weights.n_kin = if weights.kin.is_some() { sums.n_kin.max(0.5) } else { 0.0 };
        weights.n_stranger = (n_pairs - weights.n_matched - weights.n_kin).max(n_pairs * 0.01).max(1.0);
        weights.matched = sums.matched;
        for (shares, comparison) in weights.matched.iter_mut().zip(&settings.comparisons) {
            for (share, _) in shares.iter_mut().zip(&comparison.levels).filter(|(_, level)| level.against) {
                *share = (*share - AGAINST_PAIRS / weights.n_matched).max(AGAINST_MIN);
            }
        }
        if let Some(kin) = &mut weights.kin {
            *kin = sums.kin;
            for (shares, comparison) in kin.iter_mut().zip(&settings.comparisons) {
                raise_first(shares, comparison.kin_min);
            }
        }
        weights.stranger = purged(&weights, chance, n_pairs);
        weights.rounds = round;
        if distance(&before, &weights) < STILL {
            break;
        }
    }
    weights
}

/// Raises the first share to at least `least`, at the cost of the others.
fn raise_first(shares: &mut [f64], least: f64) {
    let Some((first, others)) = shares.split_first_mut().filter(|(first, _)| **first < least) else { return };
    let scale = (1.0 - least) / (1.0 - *first);
    *first = least;
    others.iter_mut().for_each(|share| *share *= scale);
}

struct Sums {
    matched: Vec<Vec<f64>>,
    kin: Vec<Vec<f64>>,
    n_matched: f64,
    n_kin: f64,
}

/// Divides each pattern's pairs among the three kinds, and counts levels by kind.
fn expect(weights: &Weights, counts: &Counts) -> Sums {
    let logs = Logs::new(weights);
    // How many pairs of each kind are expected at a pattern: the number of the kind times the shares of its levels.
    let log_of: Vec<[f64; 3]> = (0..counts.starts.len())
        .flat_map(|at| (0..logs.kinds[0][at].len()).map(move |level| (at, level)))
        .map(|(at, level)| logs.at(at, level))
        .collect();
    let share_of: Vec<[f64; 3]> = log_of.iter().map(|logs| logs.map(f64::exp)).collect();
    let numbers = logs.priors.map(f64::exp);
    let mut sums = vec![[0.0; 2]; counts.n_levels];
    let (mut n_matched, mut n_kin) = (0.0, 0.0);
    for (levels, count) in counts.levels.chunks_exact(counts.starts.len().max(1)).zip(&counts.counts) {
        let mut kinds = numbers;
        for level in levels {
            let shares = &share_of[*level as usize];
            kinds.iter_mut().zip(shares).for_each(|(kind, share)| *kind *= share);
        }
        if kinds[0] + kinds[1] + kinds[2] < LEAST {
            kinds = by_logs(levels, &log_of, logs.priors);
        }
        let [m, k, s] = kinds;
        let free = count.free / (m + k + s);
        let as_match = free * m + count.same;
        let rest = if k + s > 0.0 { k / (k + s) } else { 0.0 };
        let as_kin = free * k + count.barred * rest;
        n_matched += as_match;
        n_kin += as_kin;
        for level in levels {
            let sum = &mut sums[*level as usize];
            sum[0] += as_match;
            sum[1] += as_kin;
        }
    }
    let (matched, kin): (Vec<f64>, Vec<f64>) = sums.into_iter().map(|[matched, kin]| (matched, kin)).unzip();
    let ends = counts.starts.iter().skip(1).copied().chain([counts.n_levels]);
    // The last level of each comparison is "missing", which has no share.
    let spans: Vec<(usize, usize)> = counts.starts.iter().copied().zip(ends.map(|end| end - 1)).collect();
    let shares = |sums: &[f64]| -> Vec<Vec<f64>> {
        let of = |(start, end): &(usize, usize)| {
            let pseudo = PSEUDO / (end - start) as f64;
            let sum: f64 = sums[*start..*end].iter().sum::<f64>() + PSEUDO;
            sums[*start..*end].iter().map(|share| (share + pseudo) / sum).collect()
        };
        spans.iter().map(of).collect()
    };
    Sums { matched: shares(&matched), kin: shares(&kin), n_matched, n_kin }
}

/// Below this a product of shares has lost its digits, or will.
const LEAST: f64 = 1e-280;

/// The same product for a pattern so unlikely of every kind that it cannot be written down, next to the likeliest kind.
fn by_logs(levels: &[u16], log_of: &[[f64; 3]], priors: [f64; 3]) -> [f64; 3] {
    let mut logs = priors;
    for level in levels {
        logs.iter_mut().zip(&log_of[*level as usize]).for_each(|(sum, log)| *sum += log);
    }
    let top = logs[0].max(logs[1]).max(logs[2]);
    logs.map(|log| (log - top).exp())
}

/// What all pairs agree in, less what matches and relatives agree in: chance alone.
fn purged(weights: &Weights, chance: &Chance, n_pairs: f64) -> Vec<Vec<f64>> {
    let of = |at: usize| {
        let all = &chance.share[at];
        let mut shares: Vec<f64> = (0..all.len())
            .map(|level| {
                let kin = weights.kin.as_ref().map_or(0.0, |kin| kin[at][level]);
                let explained = (weights.n_matched * weights.matched[at][level] + weights.n_kin * kin) / n_pairs.max(1.0);
                (all[level] - explained).max(all[level] * CHANCE_MIN)
            })
            .collect();
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
        shares
    };
    (0..chance.share.len()).map(of).collect()
}

fn distance(before: &Weights, after: &Weights) -> f64 {
    let pairs = before.matched.iter().zip(&after.matched);
    let kin = before.kin.iter().flatten().zip(after.kin.iter().flatten());
    let moved = pairs.chain(kin).flat_map(|(a, b)| a.iter().zip(b)).map(|(a, b)| (a - b).abs());
    let number = (before.n_matched - after.n_matched).abs() / after.n_matched;
    moved.fold(number, f64::max)
}

/// Logarithms of the weights; "missing" adds nothing.
#[derive(Debug, Clone)]
pub(crate) struct Logs {
    kinds: [Vec<Vec<f64>>; 3],
    priors: [f64; 3],
}

impl Logs {
    pub(crate) fn new(weights: &Weights) -> Logs {
        let logs = |shares: &Vec<Vec<f64>>| -> Vec<Vec<f64>> {
            shares.iter().map(|shares| shares.iter().map(|share| share.max(1e-300).ln()).chain([0.0]).collect()).collect()
        };
        let no_kin = weights.stranger.iter().map(|shares| vec![0.0; shares.len() + 1]).collect();
        Logs {
            kinds: [logs(&weights.matched), weights.kin.as_ref().map_or(no_kin, logs), logs(&weights.stranger)],
            priors: [
                weights.n_matched.ln(),
                if weights.kin.is_some() { weights.n_kin.ln() } else { f64::NEG_INFINITY },
                weights.n_stranger.ln(),
            ],
        }
    }

    /// The logarithm of how many pairs with these levels are expected: matches, relatives, strangers.
    pub(crate) fn of(&self, levels: &[usize]) -> [f64; 3] {
        let mut sums = self.priors;
        for (sum, kind) in sums.iter_mut().zip(&self.kinds) {
            *sum += levels.iter().zip(kind).map(|(level, logs)| logs[*level]).sum::<f64>();
        }
        sums
    }

    /// What one level of one comparison adds for each kind.
    pub(crate) fn at(&self, comparison: usize, level: usize) -> [f64; 3] {
        [0, 1, 2].map(|kind| self.kinds[kind][comparison][level])
    }

    pub(crate) fn priors(&self) -> [f64; 3] {
        self.priors
    }
}
