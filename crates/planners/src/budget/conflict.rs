//! Which demands cannot hold together.

use plan::Problem;

use super::relax::{Relaxed, Window, relax};
use super::tight::Tight;

/// A smallest set of demands that no plan satisfies together, out of groups of them: none where all hold together, as far as
/// units in fractions can tell.
///
/// `without(problem, kept)` gives the problem with only the kept groups. Each group is left out once; it stays out where the
/// rest is impossible without it. What remains is impossible, and possible as soon as any one of it is given up.
pub fn conflict(
    n_groups: usize,
    keep: bool,
    without: &dyn Fn(&[bool]) -> Problem,
    stopped: &dyn Fn() -> bool,
) -> Option<Vec<usize>> {
    let impossible = |kept: &[bool]| {
        let problem = without(kept);
        let tight = Tight::of(&problem, keep);
        matches!(relax(&tight, &Window::whole(&tight), f64::MAX), Relaxed::Infeasible)
    };
    let mut kept = vec![true; n_groups];
    if !impossible(&kept) {
        return None;
    }
    for group in 0..n_groups {
        if stopped() {
            break;
        }
        kept[group] = false;
        if !impossible(&kept) {
            kept[group] = true;
        }
    }
    Some((0..n_groups).filter(|group| kept[*group]).collect())
}

/// How far one demand must give way so that all hold together: the smallest share, from 0 (as it stands) to 1 (given up), found
/// by halving. `at(share)` gives the problem with the demand eased so far. None where giving it up does not help.
pub fn least_easing(keep: bool, at: &dyn Fn(f64) -> Problem, stopped: &dyn Fn() -> bool) -> Option<f64> {
    let possible = |share: f64| {
        let problem = at(share);
        let tight = Tight::of(&problem, keep);
        !matches!(relax(&tight, &Window::whole(&tight), f64::MAX), Relaxed::Infeasible)
    };
    if !possible(1.0) {
        return None;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        if stopped() {
            break;
        }
        let middle = (low + high) / 2.0;
        if possible(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

const HALVINGS: usize = 11;
