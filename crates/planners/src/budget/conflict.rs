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
