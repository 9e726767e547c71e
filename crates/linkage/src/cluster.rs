//! One register held against itself: which records are one person. Links are drawn from the likeliest down; two groups become one only
//! where enough of their records resemble each other, so that a chain of half-likenesses does not make one person of a family.

use std::collections::BTreeMap;

use facts::{Finding, Place, Severity, text};

use crate::Records;
use crate::assign::find;
use crate::link::{Pair, State};
use crate::settings::Settings;

/// At least this part of the pairs between two groups must be links.
const TIED_MIN: f64 = 0.4;

/// For each record the number of its person: the first of its records. Links that the guard refuses become reviews.
pub(crate) fn cluster(pairs: &mut [Pair], records: &Records, _settings: &Settings) -> (Vec<u32>, Vec<Finding>) {
    let n = records.len();
    let mut parent: Vec<u32> = (0..n as u32).collect();
    let mut sizes = vec![1_u32; n];
    // Links between two groups, by their first records.
    let mut ties: Vec<BTreeMap<u32, u32>> = vec![BTreeMap::new(); n];
    let mut parted: Vec<(u32, u32)> = Vec::new();
    let is_link = |pair: &Pair| matches!(pair.state, State::Link | State::SaidSame);
    for pair in pairs.iter().filter(|pair| is_link(pair)) {
        *ties[pair.left as usize].entry(pair.right).or_default() += 1;
        *ties[pair.right as usize].entry(pair.left).or_default() += 1;
    }
    for pair in pairs.iter().filter(|pair| pair.state == State::SaidDifferent) {
        parted.push((pair.left, pair.right));
    }
    let mut refused = 0;
    for pair in pairs.iter_mut() {
        if !is_link(pair) {
            continue;
        }
        let (a, b) = (find(&mut parent, pair.left), find(&mut parent, pair.right));
        if a == b {
            continue;
        }
        let tied = ties[a as usize].get(&b).copied().unwrap_or(0);
        let possible = f64::from(sizes[a as usize]) * f64::from(sizes[b as usize]);
        let forbidden = parted.iter().any(|(l, r)| {
            let (l, r) = (find(&mut parent, *l), find(&mut parent, *r));
            (l, r) == (a, b) || (l, r) == (b, a)
        });
        if pair.state != State::SaidSame && (forbidden || f64::from(tied) < TIED_MIN * possible) {
            pair.state = State::Review;
            refused += 1;
            continue;
        }
        let (into, from) = (a.min(b), a.max(b));
        parent[from as usize] = into;
        sizes[into as usize] += sizes[from as usize];
        let moved = std::mem::take(&mut ties[from as usize]);
        ties[into as usize].remove(&from);
        for (other, number) in moved.into_iter().filter(|(other, _)| *other != into) {
            *ties[into as usize].entry(other).or_default() += number;
            let back = &mut ties[other as usize];
            back.remove(&from);
            *back.entry(into).or_default() += number;
        }
    }
    let clusters = (0..n as u32).map(|row| find(&mut parent, row)).collect();
    let findings = (refused > 0).then(|| {
        Finding::new(
            Severity::Note,
            "link-chain-refused",
            Place::Everywhere,
            text!(
                "有 {refused} 对看似同一人，但会把不相像的记录连成一串，没有合并",
                "{refused} pairs look the same but would chain records together that do not: they were not joined"
            ),
            text!("在待核对的名单里逐对看", "look at them in the list for review"),
        )
    });
    (clusters, findings.into_iter().collect())
}
