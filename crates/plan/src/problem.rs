//! What a budget planner is asked: how many units to buy and to move so that every standard is met for the least money.
//!
//! Plain numbers with indices: a planner knows no school and no standard. Whoever states the problem keeps the names.

use serde::{Deserialize, Serialize};

/// A problem of purchases and moves in whole units.
///
/// Each [`Site`] has an integer level δ: how many units more (or fewer) of its pool's thing the place has afterwards. Everything
/// asked is linear in the levels, but for the coefficients of variation ([`Cone`]).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    pub pools: Vec<Pool>,
    pub sites: Vec<Site>,
    pub rows: Vec<Row>,
    /// By choice: how many of its rows may be left at their `left` value.
    pub choices: Vec<usize>,
    pub cones: Vec<Cone>,
    pub caps: Vec<Cap>,
}

/// Places that can pass units of one thing to each other, and buy more of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// Cost of one more unit; none where none can be bought.
    pub price: Option<f64>,
    /// Cost of moving one unit from a place to another; none where nothing moves.
    pub move_cost: Option<f64>,
}

/// One thing at one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    pub pool: usize,
    /// How many units the place can give away at most.
    pub gives: u32,
    /// How many units more it can take at most; none where there is no end.
    pub takes: Option<u32>,
}

/// Something that must reach a value: `start + Σ coefficient · δ ≥ need`, or `≥ left` where its choice leaves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub terms: Vec<(usize, f64)>,
    pub start: f64,
    pub need: f64,
    /// Accepted where the row is one of those that its choice leaves; none where it can never be left.
    pub left: Option<f64>,
    pub choice: Option<usize>,
}

/// A coefficient of variation: of the members' values, by weight, around their weighted mean; at most `limit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cone {
    pub limit: f64,
    pub members: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    pub weight: f64,
    pub start: f64,
    pub terms: Vec<(usize, f64)>,
}

/// `Σ factor · units bought ≤ most` over some pools: money, posts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cap {
    pub terms: Vec<(usize, f64)>,
    pub most: f64,
}

impl Problem {
    /// Units bought and units moved of each pool, for some levels.
    pub fn bought_and_moved(&self, levels: &[i64]) -> Vec<(i64, i64)> {
        let mut sums = vec![(0, 0); self.pools.len()];
        for (site, level) in self.sites.iter().zip(levels) {
            sums[site.pool].0 += level;
            sums[site.pool].1 += (-level).max(0);
        }
        sums
    }

    /// What some levels cost.
    ///
    /// ```
    /// use plan::{Pool, Problem, Site};
    /// let pool = Pool { price: Some(60.0), move_cost: Some(6.0) };
    /// let site = |gives| Site { pool: 0, gives, takes: None };
    /// let problem = Problem { pools: vec![pool], sites: vec![site(5), site(0)], ..Problem::default() };
    /// // Two are moved from the first to the second place, one more is bought.
    /// assert_eq!(problem.cost(&[-2, 3]), 72.0);
    /// ```
    pub fn cost(&self, levels: &[i64]) -> f64 {
        let pools = self.pools.iter().zip(self.bought_and_moved(levels));
        pools.map(|(pool, (bought, moved))| pool.cost(bought, moved)).sum()
    }
}

impl Pool {
    /// The cost of some units bought and some moved.
    pub fn cost(&self, bought: i64, moved: i64) -> f64 {
        self.price.unwrap_or(0.0) * bought as f64 + self.move_cost.unwrap_or(0.0) * moved as f64
    }
}
