//! How good the links would be at each threshold, by the probabilities themselves; and how far those are to be trusted, by decisions.

use crate::link::{Pair, State};

/// What a threshold is expected to give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub threshold: f64,
    pub links: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// From here on a pair that is no link goes to a person.
pub(crate) const REVIEW_MIN: f64 = 0.05;

const THRESHOLDS: &[f64] = &[0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999];

/// Expected precision and recall: with calibrated probabilities, the matches among some pairs are the sum of their probabilities.
pub(crate) fn curve(pairs: &[Pair], chosen: &[bool], matches_expected: f64) -> Vec<Point> {
    let candidates: Vec<f64> = (pairs.iter().zip(chosen))
        .filter(|(pair, chosen)| **chosen && pair.state != State::SaidDifferent)
        .map(|(pair, _)| if pair.state == State::SaidSame { 1.0 } else { pair.probability })
        .collect();
    let all = candidates.iter().sum::<f64>().max(matches_expected).max(1e-9);
    let point = |threshold: &f64| {
        let links: Vec<f64> = candidates.iter().copied().filter(|probability| probability >= threshold).collect();
        let right: f64 = links.iter().sum();
        let precision = if links.is_empty() { 0.0 } else { right / links.len() as f64 };
        let recall = right / all;
        Point { threshold: *threshold, links: links.len(), precision, recall, f1: 2.0 * right / (links.len() as f64 + all) }
    };
    THRESHOLDS.iter().map(point).collect()
}

/// The threshold of the best expected F1; of equals the highest.
pub(crate) fn best(curve: &[Point]) -> f64 {
    let mut best: Option<&Point> = None;
    for point in curve {
        if best.is_none_or(|best| point.f1 >= best.f1 - 1e-6) {
            best = Some(point);
        }
    }
    // One of two equal rivals is right half the time: that is for a person to say.
    best.map_or(0.95, |point| point.threshold.max(0.5))
}

/// Of pairs that persons decided, those with a probability in one range: how many are the same, against how many should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    pub decided: usize,
    pub expected: f64,
    pub same: usize,
}

/// Holds the model's probabilities against what is known of some pairs: (probability, whether it is the same person).
///
/// ```
/// let bins = linkage::calibration(&[(0.97, true), (0.96, true), (0.4, false)]);
/// assert_eq!((bins.len(), bins[1].same, bins[1].decided), (2, 2, 2));
/// ```
pub fn calibration(known: &[(f64, bool)]) -> Vec<Bin> {
    const EDGES: &[f64] = &[0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.0];
    let bin = |edges: &[f64]| {
        let (from, to) = (edges[0], edges[1]);
        let inside = known.iter().filter(|(probability, _)| *probability >= from && (*probability < to || to == 1.0));
        let (mut decided, mut expected, mut same) = (0, 0.0, 0);
        for (probability, is_same) in inside {
            decided += 1;
            expected += probability;
            same += usize::from(*is_same);
        }
        Bin { from, to, decided, expected, same }
    };
    // Bins meet at their edges, and a range that nobody decided in says nothing.
    EDGES.windows(2).map(bin).filter(|bin| bin.decided > 0).collect()
}
