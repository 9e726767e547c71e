//! Branch and bound over how many units each pool buys and what each choice leaves.

use super::improve::{Whole, improve};
use super::relax::{Relaxation, Relaxed, Window, relax};
use super::tight::Tight;
use super::{Answer, Settings, Status};

/// How near a fraction must be to a whole number to count as one.
const WHOLE: f64 = 1e-4;

struct Node {
    window: Window,
    point: Relaxation,
}

impl Window {
    /// Everything that pools can buy, nothing fixed.
    pub fn whole(tight: &Tight<'_>) -> Window {
        let bought = tight.problem.pools.iter().map(|pool| (0.0, if pool.price.is_some() { f64::INFINITY } else { 0.0 }));
        Window { bought: bought.collect(), left: vec![None; tight.rows.len()] }
    }
}

/// Improves plan and bound of an answer until they meet, steps are used up or the guard calls.
pub(crate) fn search(
    tight: &Tight<'_>,
    settings: &Settings,
    stopped: &dyn Fn() -> bool,
    window: Window,
    root: Relaxation,
    answer: &mut Answer,
) {
    let mut best: Option<Whole> = improve(tight, &root, settings.trials, stopped);
    let worth = |best: &Option<Whole>| best.as_ref().map_or(f64::MAX, |best| best.cost);
    let mut root = root;
    // With a known plan the box is smaller, and the same multipliers prove more.
    if let (Some(best), Relaxed::Solved(again)) = (&best, relax(tight, &window, worth(&best))) {
        if again.bound > root.bound {
            root.bound = again.bound;
        }
        answer.first_bound = root.bound.min(best.cost).max(0.0);
    }
    let mut open = vec![Node { window, point: root }];
    let mut status = Status::StepsUsed;
    // The lowest bound among branches that were closed without proof.
    let mut closed = f64::INFINITY;
    loop {
        let lowest = open.iter().map(|node| node.point.bound).fold(closed, f64::min).min(worth(&best));
        answer.bound = if lowest < f64::MAX { lowest.max(0.0) } else { answer.bound };
        if let Some(best) = &best
            && best.cost - answer.bound <= settings.gap * best.cost.abs()
        {
            status = Status::WithinGap;
            break;
        }
        if stopped() {
            status = Status::Stopped;
            break;
        }
        if answer.branches >= settings.branches {
            break;
        }
        let lowest_open = (0..open.len()).min_by(|a, b| open[*a].point.bound.total_cmp(&open[*b].point.bound).then(a.cmp(b)));
        let Some(at) = lowest_open else {
            if best.is_none() {
                status = Status::Impossible;
            }
            break;
        };
        let node = open.swap_remove(at);
        let Some(split) = split(tight, &node) else {
            closed = closed.min(node.point.bound);
            continue;
        };
        for window in children(&node.window, split) {
            answer.branches += 1;
            let found = relax(tight, &window, worth(&best));
            let mut point = match found {
                Relaxed::Solved(point) => *point,
                Relaxed::Infeasible => continue,
                Relaxed::Unclear => {
                    closed = closed.min(node.point.bound);
                    continue;
                }
            };
            point.bound = point.bound.max(node.point.bound);
            if point.bound >= worth(&best) {
                continue;
            }
            if let Some(made) = improve(tight, &point, settings.trials / 10, stopped)
                && made.cost < worth(&best) - 1e-9
            {
                best = Some(made);
            }
            open.push(Node { window, point });
        }
    }
    answer.status = match (&best, status) {
        (None, Status::StepsUsed) => Status::NotFound,
        (_, status) => status,
    };
    if let Some(best) = best {
        answer.bound = answer.bound.min(best.cost);
        answer.cost = Some(best.cost);
        answer.left = best.left;
        answer.levels = Some(best.levels);
    }
}

#[derive(Clone, Copy)]
enum Split {
    Bought(usize, f64),
    Left(usize),
}

/// What to branch on: the fraction that is dearest to round.
fn split(tight: &Tight<'_>, node: &Node) -> Option<Split> {
    let mut best: Option<(f64, Split)> = None;
    let mut consider = |score: f64, split: Split| {
        if score > 0.0 && best.as_ref().is_none_or(|(known, _)| score > *known) {
            best = Some((score, split));
        }
    };
    for (pool, bought) in node.point.bought.iter().enumerate() {
        let part = bought - bought.floor();
        if part > WHOLE && part < 1.0 - WHOLE {
            let price = tight.problem.pools[pool].price.unwrap_or(0.0);
            consider(price * part.min(1.0 - part), Split::Bought(pool, *bought));
        }
    }
    for (row, left) in node.point.left.iter().enumerate() {
        if tight.rows[row].choice.is_some() && *left > WHOLE && *left < 1.0 - WHOLE {
            let requirement = &tight.rows[row];
            let size = requirement.left.map_or(0.0, |least| requirement.need - least);
            consider(node.point.row_prices[row] * size * left.min(1.0 - left), Split::Left(row));
        }
    }
    best.map(|(_, split)| split)
}

fn children(window: &Window, split: Split) -> [Window; 2] {
    let (mut low, mut high) = (window.clone(), window.clone());
    match split {
        Split::Bought(pool, bought) => {
            low.bought[pool].1 = bought.floor();
            high.bought[pool].0 = bought.ceil();
        }
        Split::Left(row) => {
            low.left[row] = Some(false);
            high.left[row] = Some(true);
        }
    }
    [low, high]
}
