//! Branch and bound over how many units each pool buys and what each choice leaves.

use super::Settings;
use super::improve::{Whole, improve};
use super::relax::{Relaxation, Relaxed, Window, relax};
use super::tight::Tight;

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

/// A search that can be stopped after each branch, and looked at.
pub(crate) struct Search<'a> {
    pub tight: Tight<'a>,
    pub best: Option<Whole>,
    /// No plan costs less.
    pub bound: f64,
    pub first_bound: f64,
    pub branches: usize,
    /// The point of the relaxation before branching, with its prices.
    pub root: Relaxation,
    open: Vec<Node>,
    /// The lowest bound among branches that were closed without proof.
    closed: f64,
}

/// Why a search has not begun.
pub(crate) enum Unbegun {
    Impossible,
    Unclear,
}

impl<'a> Search<'a> {
    /// Solves the relaxation; there is no plan yet.
    pub fn begin(tight: Tight<'a>) -> Result<Search<'a>, Unbegun> {
        let window = Window::whole(&tight);
        let root = match relax(&tight, &window, f64::MAX) {
            Relaxed::Solved(root) => *root,
            Relaxed::Infeasible => return Err(Unbegun::Impossible),
            Relaxed::Unclear => return Err(Unbegun::Unclear),
        };
        let bound = root.bound.max(0.0);
        let open = vec![Node { window, point: root.clone() }];
        Ok(Search { tight, best: None, bound, first_bound: bound, branches: 0, root, open, closed: f64::INFINITY })
    }

    /// Makes a plan of the relaxation's point, and with it a sharper bound. It tries at most so many other choices.
    pub fn first_plan(&mut self, trials: usize, stopped: &dyn Fn() -> bool) {
        if let Some(made) = improve(&self.tight, &self.root, trials, stopped)
            && made.cost < self.worth()
        {
            self.best = Some(made);
        }
        let (Some(best), Some(node)) = (&self.best, self.open.first_mut()) else { return };
        // With a known plan the box is smaller, and the same multipliers prove more.
        if !stopped()
            && let Relaxed::Solved(again) = relax(&self.tight, &node.window, best.cost)
            && again.bound > node.point.bound
        {
            node.point.bound = again.bound;
        }
        self.first_bound = node.point.bound.min(best.cost).max(0.0);
        self.settle();
    }

    pub fn worth(&self) -> f64 {
        self.best.as_ref().map_or(f64::MAX, |best| best.cost)
    }

    /// The share of its cost that a better plan could save at most.
    pub fn gap(&self) -> f64 {
        self.best.as_ref().map_or(f64::MAX, |best| (best.cost - self.bound) / best.cost.abs().max(1e-9))
    }

    /// Whether no branch is open.
    pub fn exhausted(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether a branch was closed without proof that it holds no plan.
    pub fn unproven(&self) -> bool {
        self.closed < f64::INFINITY
    }

    fn settle(&mut self) {
        let lowest = self.open.iter().map(|node| node.point.bound).fold(self.closed, f64::min).min(self.worth());
        if lowest < f64::MAX {
            self.bound = lowest.max(0.0);
        }
    }

    /// Branches once, where the bound is lowest.
    pub fn step(&mut self, settings: &Settings, stopped: &dyn Fn() -> bool) {
        let open = &self.open;
        let lowest = (0..open.len()).min_by(|a, b| open[*a].point.bound.total_cmp(&open[*b].point.bound).then(a.cmp(b)));
        let Some(at) = lowest else { return };
        let node = self.open.swap_remove(at);
        let Some(split) = split(&self.tight, &node) else {
            self.closed = self.closed.min(node.point.bound);
            self.settle();
            return;
        };
        for window in children(&node.window, split) {
            if stopped() {
                // What was not looked at is as open as what it came from.
                self.closed = self.closed.min(node.point.bound);
                break;
            }
            self.branches += 1;
            let mut point = match relax(&self.tight, &window, self.worth()) {
                Relaxed::Solved(point) => *point,
                Relaxed::Infeasible => continue,
                Relaxed::Unclear => {
                    self.closed = self.closed.min(node.point.bound);
                    continue;
                }
            };
            point.bound = point.bound.max(node.point.bound);
            if point.bound >= self.worth() {
                continue;
            }
            if let Some(made) = improve(&self.tight, &point, settings.trials / 10, stopped)
                && made.cost < self.worth() - 1e-9
            {
                self.best = Some(made);
            }
            self.open.push(Node { window, point });
        }
        self.settle();
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
