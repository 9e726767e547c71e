//! One to one: of rivals for the same record one can be right at most.

use crate::Records;
use crate::link::{Pair, State};
use crate::settings::Unique;

/// Rivals are weighed together up to so many pairs; beyond that the likelier goes first.
const EXACT_MAX: usize = 14;

/// Chooses pairs so that a record has one partner where its register holds persons once, and revises probabilities in view of rivals:
/// with two equal candidates, each is right at most half the time. For each pair, whether it is chosen.
pub(crate) fn assign(pairs: &mut [Pair], records: &Records, unique: Unique) -> Vec<bool> {
    let mut chosen = vec![unique == Unique::Neither; pairs.len()];
    if unique == Unique::Neither {
        return chosen;
    }
    let sides =
        Sides { left: matches!(unique, Unique::Both | Unique::Right), right: matches!(unique, Unique::Both | Unique::Left) };
    for group in grouped(pairs, records, &sides).chunk_by(|a, b| a >> 32 == b >> 32) {
        if let [only] = group {
            chosen[*only as u32 as usize] = true;
            continue;
        }
        let group: Vec<usize> = group.iter().map(|keyed| *keyed as u32 as usize).collect();
        if group.len() <= EXACT_MAX {
            exactly(pairs, &group, &sides, &mut chosen);
        } else {
            greedily(pairs, &group, &sides, &mut chosen);
        }
    }
    chosen
}

/// On which side a record may stand in one chosen pair only.
struct Sides {
    left: bool,
    right: bool,
}

impl Sides {
    fn rival(&self, a: &Pair, b: &Pair) -> bool {
        self.left && a.left == b.left || self.right && a.right == b.right
    }
}

/// Pairs that compete with each other, directly or through others, side by side: the number of their group before their own.
fn grouped(pairs: &[Pair], records: &Records, sides: &Sides) -> Vec<u64> {
    let mut parent: Vec<u32> = (0..records.len() as u32).collect();
    // Where one side may repeat, only the other ties pairs together.
    let node = |pair: &Pair| match (sides.left, sides.right) {
        (true, true) => (pair.left, pair.right),
        (true, false) => (pair.left, pair.left),
        _ => (pair.right, pair.right),
    };
    for pair in pairs {
        let (a, b) = node(pair);
        let (a, b) = (find(&mut parent, a), find(&mut parent, b));
        parent[a.max(b) as usize] = a.min(b);
    }
    let key = |(at, pair): (usize, &Pair)| u64::from(find(&mut parent, node(pair).0)) << 32 | at as u64;
    let mut keyed: Vec<u64> = pairs.iter().enumerate().map(key).collect();
    keyed.sort_unstable();
    keyed
}

pub(crate) fn find(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        let up = parent[at as usize];
        parent[at as usize] = parent[up as usize];
        at = up;
    }
    at
}

/// The odds of a pair, held within what can be added up. What a person said outweighs all.
fn odds(pair: &Pair) -> f64 {
    match pair.state {
        State::SaidSame => 40_f64.exp(),
        State::SaidDifferent => 0.0,
        _ => pair.log_odds.clamp(-30.0, 30.0).exp(),
    }
}

/// Goes through every way to choose pairs without rivals, weighs each by the odds of its pairs, and takes the weightiest.
fn exactly(pairs: &mut [Pair], group: &[usize], sides: &Sides, chosen: &mut [bool]) {
    let members: Vec<Pair> = group.iter().map(|at| pairs[*at]).collect();
    let mut walk = Walk { members: &members, sides, sums: vec![0.0; members.len()], total: 0.0, best: 0.0, best_set: 0 };
    walk.go(0, 0, 1.0);
    let (sums, total, best_set) = (walk.sums, walk.total, walk.best_set);
    for (index, at) in group.iter().enumerate() {
        pairs[*at].probability = sums[index] / total;
        chosen[*at] = best_set & (1 << index) != 0;
    }
}

struct Walk<'a> {
    members: &'a [Pair],
    sides: &'a Sides,
    /// For each pair, the weight of all choices that hold it.
    sums: Vec<f64>,
    total: f64,
    best: f64,
    best_set: u32,
}

impl Walk<'_> {
    fn go(&mut self, at: usize, set: u32, weight: f64) {
        let Some(pair) = self.members.get(at) else {
            self.total += weight;
            for (index, sum) in self.sums.iter_mut().enumerate() {
                if set & (1 << index) != 0 {
                    *sum += weight;
                }
            }
            // The first of equals: pairs are in order, so that it does not depend on anything else.
            if weight > self.best {
                (self.best, self.best_set) = (weight, set);
            }
            return;
        };
        let free = (0..at).all(|other| set & (1 << other) == 0 || !self.sides.rival(pair, &self.members[other]));
        if free && odds(pair) > 0.0 {
            self.go(at + 1, set | 1 << at, weight * odds(pair));
        }
        self.go(at + 1, set, weight);
    }
}

/// Pairs are in order of their odds. A pair that has rivals shares its probability with them.
fn greedily(pairs: &mut [Pair], group: &[usize], sides: &Sides, chosen: &mut [bool]) {
    let mut sums: std::collections::BTreeMap<(bool, u32), f64> = std::collections::BTreeMap::new();
    for at in group {
        let odds = odds(&pairs[*at]);
        if sides.left {
            *sums.entry((false, pairs[*at].left)).or_default() += odds;
        }
        if sides.right {
            *sums.entry((true, pairs[*at].right)).or_default() += odds;
        }
    }
    let mut taken = std::collections::BTreeSet::new();
    for at in group {
        let pair = &mut pairs[*at];
        let keys: Vec<(bool, u32)> = [(sides.left, (false, pair.left)), (sides.right, (true, pair.right))]
            .into_iter()
            .filter(|(once, _)| *once)
            .map(|(_, key)| key)
            .collect();
        let rivals = keys.iter().filter_map(|key| sums.get(key)).fold(0.0, |most: f64, sum| most.max(*sum));
        pair.probability = pair.probability.min(odds(pair) / (1.0 + rivals));
        if pair.state != State::SaidDifferent && keys.iter().all(|key| !taken.contains(key)) {
            taken.extend(keys);
            chosen[*at] = true;
        }
    }
}
