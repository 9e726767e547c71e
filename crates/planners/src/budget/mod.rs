//! The cheapest purchases and moves with which everything asked holds.
//!
//! 1. The cone relaxation gives a bound and prices ([`relax`]).
//! 2. Its choice of what each school leaves is taken over; every pool is made anew in whole units ([`rebuild`]), in turn, until
//!    nothing gets cheaper; then other choices are tried where their price says that it may pay ([`improve`]).
//! 3. Branching on how many units a pool buys and on what a school leaves lifts the bound; every branch's point is a new start
//!    for step 2 ([`branch`]).
//!
//! Parts of a problem that share nothing, such as the counties of a prefecture, are planned each for itself ([`parts`]).

mod branch;
mod conflict;
mod improve;
mod parts;
mod polish;
mod rebuild;
mod relax;
mod state;
mod tight;

use plan::Problem;

use branch::{Search, Unbegun};
pub use conflict::{conflict, least_easing};
use parts::{Part, parts};
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
    // Counties share nothing but what is capped for all. If what is cheapest for each keeps within the caps, it is cheapest
    // for all.
    let apart = parts(problem, false);
    if apart.len() > 1 {
        let answer = plan_parts(problem, &apart, settings, stopped);
        if answer.levels.as_ref().is_none_or(|levels| within_caps(problem, levels)) {
            return answer;
        }
        let mut coupled = plan_parts(problem, &parts(problem, true), settings, stopped);
        coupled.bound = coupled.bound.max(answer.bound);
        return coupled;
    }
    plan_parts(problem, &apart, settings, stopped)
}

fn within_caps(problem: &Problem, levels: &[i64]) -> bool {
    let sums = problem.bought_and_moved(levels);
    problem.caps.iter().all(|cap| {
        let used: f64 = cap.terms.iter().map(|(pool, factor)| factor * sums[*pool].0 as f64).sum();
        used <= cap.most * (1.0 + 1e-12)
    })
}

/// Plans every part and joins the plans. The part with the largest sum between plan and bound is branched next.
fn plan_parts(problem: &Problem, parts: &[Part], settings: &Settings, stopped: &dyn Fn() -> bool) -> Answer {
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
    let mut searches = Vec::with_capacity(parts.len());
    for part in parts {
        if stopped() {
            answer.status = Status::Stopped;
            return answer;
        }
        let search = match Search::begin(Tight::of(&part.problem, settings.keep)) {
            Ok(search) => search,
            Err(Unbegun::Impossible) => {
                answer.status = Status::Impossible;
                return answer;
            }
            Err(Unbegun::Unclear) => return answer,
        };
        fill(&mut answer.limit_prices, &part.cones, &search.root.limit_prices);
        fill(&mut answer.row_prices, &part.rows, &search.root.row_prices);
        fill(&mut answer.cap_prices, &part.caps, &search.root.cap_prices);
        searches.push(search);
    }
    // A plan for every part first, however rough; then a better one for each.
    for trials in [0, settings.trials] {
        for search in searches.iter_mut().filter(|search| search.gap() > settings.gap) {
            search.first_plan(trials, stopped);
        }
    }
    let status = loop {
        let cost: f64 = searches.iter().map(Search::worth).sum();
        let bound: f64 = searches.iter().map(|search| search.bound).sum();
        if cost < f64::MAX && cost - bound <= settings.gap * cost.abs() {
            break Status::WithinGap;
        }
        if stopped() {
            break Status::Stopped;
        }
        if searches.iter().any(|search| search.exhausted() && search.best.is_none() && !search.unproven()) {
            break Status::Impossible;
        }
        let open = searches.iter_mut().filter(|search| !search.exhausted() && search.branches < settings.branches);
        let Some(widest) = open.max_by(|a, b| (a.worth() - a.bound).total_cmp(&(b.worth() - b.bound))) else {
            break Status::StepsUsed;
        };
        widest.step(settings, stopped);
    };
    answer.branches = searches.iter().map(|search| search.branches).sum();
    answer.bound = searches.iter().map(|search| search.bound).sum();
    answer.first_bound = searches.iter().map(|search| search.first_bound).sum();
    answer.status = status;
    let Some(plans) = searches.iter().map(|search| search.best.as_ref()).collect::<Option<Vec<_>>>() else {
        if status == Status::StepsUsed {
            answer.status = Status::NotFound;
        }
        return answer;
    };
    let mut levels = vec![0; problem.sites.len()];
    for (part, plan) in parts.iter().zip(plans) {
        fill(&mut levels, &part.sites, &plan.levels);
        fill(&mut answer.left, &part.rows, &plan.left);
    }
    let cost = problem.cost(&levels);
    answer.bound = answer.bound.min(cost);
    answer.cost = Some(cost);
    answer.levels = Some(levels);
    answer
}

/// Puts the values of a part where they stand in the whole.
fn fill<T: Copy>(whole: &mut [T], places: &[usize], values: &[T]) {
    for (place, value) in places.iter().zip(values) {
        whole[*place] = *value;
    }
}
