//! The cheapest purchases and moves with which everything asked holds.
//!
//! 1. The cone relaxation gives a bound and prices ([`relax`]).
//! 2. Its choice of what each school leaves is taken over; every pool is made anew in whole units ([`rebuild`]), in turn, until
//!    nothing gets cheaper; then other choices are tried where their price says that it may pay ([`improve`]).
//! 3. Branching on how many units a pool buys and on what a school leaves lifts the bound; every branch's point is a new start
//!    for step 2 ([`branch`]).

mod branch;
mod conflict;
mod improve;
mod rebuild;
mod relax;
mod state;
mod tight;

use plan::Problem;

use branch::search;
pub use conflict::conflict;
use relax::{Relaxed, Window, relax};
use tight::Tight;

/// How a planner works; nothing here changes what a plan must satisfy, but for `keep`.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Nothing that is met may be missed afterwards, and nothing missed may get worse: who lacks does not give.
    pub keep: bool,
    /// The relative gap at which it stops.
    pub gap: f64,
    /// Most branches looked at.
    pub branches: usize,
    /// Most other choices tried for each start.
    pub trials: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { keep: true, gap: 1e-3, branches: 120, trials: 3000 }
    }
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The plan costs no more than `gap` above the bound.
    WithinGap,
    /// All steps allowed were taken; plan and bound are the best found.
    StepsUsed,
    /// The outer guard ended the search; plan and bound are the best found until then.
    Stopped,
    /// Proven: no plan satisfies everything asked.
    Impossible,
    /// No plan was found, and it is not proven that there is none.
    NotFound,
}

/// A plan in levels, with the proof of how good it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: Status,
    /// By site; none where no plan was found.
    pub levels: Option<Vec<i64>>,
    /// By row: whether it is left.
    pub left: Vec<bool>,
    pub cost: Option<f64>,
    /// No plan costs less; 0 where nothing better is known.
    pub bound: f64,
    /// The bound of the relaxation before branching.
    pub first_bound: f64,
    /// By cone: what raising its limit by one whole would save, at the margin.
    pub limit_prices: Vec<f64>,
    /// By row: what one unit less of it would save, at the margin.
    pub row_prices: Vec<f64>,
    /// By cap: what one more would save, at the margin.
    pub cap_prices: Vec<f64>,
    pub branches: usize,
}

impl Answer {
    /// How much of its cost a better plan could save at most.
    pub fn gap(&self) -> Option<f64> {
        let cost = self.cost?;
        Some(if cost > 0.0 { ((cost - self.bound) / cost).max(0.0) } else { 0.0 })
    }
}

/// Looks for the cheapest plan. `stopped` is asked between steps and ends the search early.
///
/// ```
/// use plan::{Cone, Member, Pool, Problem, Row, Site};
/// use planners::{Settings, plan_budget};
/// // Two schools with 100 pupils each; the first has 9 teachers of a kind and the second none. Each needs 2; one can move.
/// let problem = Problem {
///     pools: vec![Pool { price: Some(60.0), move_cost: Some(6.0) }],
///     sites: vec![Site { pool: 0, gives: 9, takes: None }, Site { pool: 0, gives: 0, takes: None }],
///     rows: vec![
///         Row { terms: vec![(0, 1.0)], start: 9.0, need: 2.0, left: None, choice: None },
///         Row { terms: vec![(1, 1.0)], start: 0.0, need: 2.0, left: None, choice: None },
///     ],
///     choices: vec![],
///     cones: vec![Cone {
///         limit: 0.5,
///         members: vec![
///             Member { weight: 100.0, start: 9.0, terms: vec![(0, 1.0)] },
///             Member { weight: 100.0, start: 0.0, terms: vec![(1, 1.0)] },
///         ],
///     }],
///     caps: vec![],
/// };
/// let answer = plan_budget(&problem, &Settings::default(), &|| false);
/// // 6 : 3 has a coefficient of 1.5 / 4.5; 7 : 2 has one of 2.5 / 4.5, which is too much.
/// assert_eq!(answer.levels, Some(vec![-3, 3]));
/// assert_eq!(answer.cost, Some(18.0));
/// assert!(answer.bound <= 18.0);
/// ```
pub fn plan_budget(problem: &Problem, settings: &Settings, stopped: &dyn Fn() -> bool) -> Answer {
    let tight = Tight::of(problem, settings.keep);
    let window = Window::whole(&tight);
    let mut answer = Answer {
        status: Status::NotFound,
        levels: None,
        left: vec![false; problem.rows.len()],
        cost: None,
        bound: 0.0,
        first_bound: 0.0,
        limit_prices: vec![0.0; problem.cones.len()],
        row_prices: vec![0.0; problem.rows.len()],
        cap_prices: vec![0.0; problem.caps.len()],
        branches: 0,
    };
    let root = match relax(&tight, &window, f64::MAX) {
        Relaxed::Solved(root) => root,
        Relaxed::Infeasible => {
            answer.status = Status::Impossible;
            return answer;
        }
        Relaxed::Unclear => return answer,
    };
    answer.bound = root.bound.max(0.0);
    answer.first_bound = answer.bound;
    answer.limit_prices.clone_from(&root.limit_prices);
    answer.row_prices.clone_from(&root.row_prices);
    answer.cap_prices.clone_from(&root.cap_prices);
    search(&tight, settings, stopped, window, *root, &mut answer);
    answer
}
