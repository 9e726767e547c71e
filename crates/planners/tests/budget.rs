//! Plans of made-up counties: they satisfy what was asked, worked out here again, and no plan of a small one is cheaper.

use plan::{Cap, Cone, Member, Pool, Problem, Row, Site};
use planners::{Settings, Status, conflict, plan_budget};

/// A county of schools with some pupils, and one thing that each must have two of for a hundred pupils.
fn county(pupils: &[f64], have: &[u32], limit: f64, price: Option<f64>, move_cost: Option<f64>) -> Problem {
    let sites = have.iter().map(|have| Site { pool: 0, gives: if move_cost.is_some() { *have } else { 0 }, takes: None });
    let value = |at: usize| f64::from(have[at]) * 100.0 / pupils[at];
    let row = |at: usize| Row { terms: vec![(at, 100.0 / pupils[at])], start: value(at), need: 2.0, left: None, choice: None };
    let member = |at: usize| Member { weight: pupils[at], start: value(at), terms: vec![(at, 100.0 / pupils[at])] };
    Problem {
        pools: vec![Pool { price, move_cost }],
        sites: sites.collect(),
        rows: (0..pupils.len()).map(row).collect(),
        choices: vec![],
        cones: vec![Cone { limit, members: (0..pupils.len()).map(member).collect() }],
        caps: vec![],
    }
}

fn holds(problem: &Problem, levels: &[i64]) -> bool {
    let at =
        |terms: &[(usize, f64)], start: f64| start + terms.iter().map(|(site, each)| each * levels[*site] as f64).sum::<f64>();
    let rows = problem.rows.iter().all(|row| at(&row.terms, row.start) >= row.need - 1e-9);
    let cones = problem.cones.iter().all(|cone| {
        let values: Vec<(f64, f64)> = cone.members.iter().map(|m| (m.weight, at(&m.terms, m.start))).collect();
        let total: f64 = values.iter().map(|(w, _)| w).sum();
        let mean = values.iter().map(|(w, v)| w * v).sum::<f64>() / total;
        let variance = values.iter().map(|(w, v)| w * (v - mean).powi(2)).sum::<f64>() / total;
        variance.sqrt() <= cone.limit * mean * (1.0 + 1e-9)
    });
    let gives = problem.sites.iter().zip(levels).all(|(site, level)| *level >= -i64::from(site.gives));
    rows && cones && gives && levels.iter().sum::<i64>() >= 0
}

/// The cheapest of all plans within a few units, by trying every one.
fn cheapest(problem: &Problem, levels: &mut Vec<i64>, best: &mut f64) {
    if levels.len() == problem.sites.len() {
        if holds(problem, levels) {
            *best = best.min(problem.cost(levels));
        }
        return;
    }
    for level in -9..=9 {
        levels.push(level);
        cheapest(problem, levels, best);
        levels.pop();
    }
}

#[test]
fn no_plan_of_a_small_county_is_cheaper() {
    let check = |pupils: &[f64], have: &[u32], limit: f64, move_cost: Option<f64>| {
        let problem = county(pupils, have, limit, Some(60.0), move_cost);
        let answer = plan_budget(&problem, &Settings { gap: 1e-9, ..Settings::default() }, &|| false);
        let levels = answer.levels.clone().expect("a plan");
        assert!(holds(&problem, &levels), "{levels:?}");
        let mut best = f64::INFINITY;
        cheapest(&problem, &mut Vec::new(), &mut best);
        assert_eq!(answer.cost, Some(best), "{pupils:?} {have:?} {limit}");
        assert!(answer.bound <= best + 1e-6, "{} {best}", answer.bound);
    };
    check(&[100.0, 100.0, 100.0], &[9, 0, 1], 0.5, Some(6.0));
    check(&[100.0, 100.0, 100.0], &[9, 0, 1], 0.2, Some(6.0));
    check(&[100.0, 150.0, 60.0], &[9, 1, 1], 0.3, Some(6.0));
    check(&[100.0, 150.0, 60.0], &[5, 1, 1], 0.3, None);
    check(&[120.0, 80.0, 60.0, 200.0], &[2, 6, 1, 3], 0.25, Some(20.0));
}

#[test]
fn what_cannot_be_is_proven_and_named() {
    let settings = Settings::default();
    let mut problem = county(&[100.0, 100.0], &[1, 1], 0.5, Some(60.0), None);
    problem.caps.push(Cap { terms: vec![(0, 1.0)], most: 1.0 });
    let answer = plan_budget(&problem, &settings, &|| false);
    assert_eq!((answer.status, answer.levels), (Status::Impossible, None));
    // Groups: what schools need, the coefficient, the cap. The coefficient has nothing to do with it.
    let without = |kept: &[bool]| {
        let mut problem = problem.clone();
        if !kept[0] {
            problem.rows.clear();
        }
        if !kept[1] {
            problem.cones.clear();
        }
        if !kept[2] {
            problem.caps.clear();
        }
        problem
    };
    assert_eq!(conflict(3, true, &without, &|| false), Some(vec![0, 2]));
    let nothing_moves = county(&[100.0, 100.0], &[9, 2], 0.5, None, None);
    assert_eq!(plan_budget(&nothing_moves, &settings, &|| false).status, Status::Impossible);
}

#[test]
fn who_lacks_does_not_give() {
    // The first school has one too few; the coefficient would be served by taking from it.
    let problem = county(&[1000.0, 100.0], &[19, 1], 0.5, Some(60.0), Some(6.0));
    let answer = plan_budget(&problem, &Settings::default(), &|| false);
    assert_eq!(answer.levels, Some(vec![1, 1]));
}

#[test]
fn the_same_problem_gives_the_same_plan() {
    let problem = county(&[310.0, 150.0, 60.0, 77.0], &[19, 1, 1, 0], 0.4, Some(60.0), Some(6.0));
    let plan = || plan_budget(&problem, &Settings::default(), &|| false);
    assert_eq!(plan(), plan());
}

/// Several problems as one, side by side.
fn beside(problems: &[Problem]) -> Problem {
    let mut whole = Problem::default();
    for problem in problems {
        let (pools, sites) = (whole.pools.len(), whole.sites.len());
        let moved = |terms: &[(usize, f64)]| terms.iter().map(|(site, each)| (site + sites, *each)).collect::<Vec<_>>();
        whole.pools.extend(problem.pools.iter().cloned());
        whole.sites.extend(problem.sites.iter().map(|site| Site { pool: site.pool + pools, ..site.clone() }));
        whole.rows.extend(problem.rows.iter().map(|row| Row { terms: moved(&row.terms), ..row.clone() }));
        whole.cones.extend(problem.cones.iter().map(|cone| {
            let members = cone.members.iter().map(|member| Member { terms: moved(&member.terms), ..member.clone() });
            Cone { limit: cone.limit, members: members.collect() }
        }));
    }
    whole
}

#[test]
fn counties_that_share_nothing_are_planned_each_for_itself() {
    let counties = [
        county(&[100.0, 100.0, 100.0], &[9, 0, 1], 0.5, Some(60.0), Some(6.0)),
        county(&[100.0, 150.0, 60.0], &[9, 1, 1], 0.3, Some(60.0), Some(6.0)),
        county(&[310.0, 150.0, 60.0, 77.0], &[19, 1, 1, 0], 0.4, Some(60.0), Some(6.0)),
    ];
    let plan = |problem: &Problem| plan_budget(problem, &Settings { gap: 1e-9, ..Settings::default() }, &|| false);
    let alone: f64 = counties.iter().filter_map(|county| plan(county).cost).sum();
    let mut whole = beside(&counties);
    let together = plan(&whole);
    assert_eq!(together.cost, Some(alone));
    // What the cheapest plans of all buy is within this cap, so that it changes nothing; with one unit less it does.
    let bought: i64 = whole.bought_and_moved(&together.levels.expect("a plan")).iter().map(|(bought, _)| bought).sum();
    let terms = vec![(0, 1.0), (1, 1.0), (2, 1.0)];
    whole.caps.push(Cap { terms, most: bought as f64 });
    assert_eq!(plan(&whole).cost, Some(alone));
    whole.caps[0].most -= 1.0;
    let capped = plan(&whole);
    assert!(capped.cost.is_none_or(|cost| cost >= alone), "{capped:?}");
    if let Some(levels) = &capped.levels {
        assert!(levels.iter().sum::<i64>() < bought);
    }
}

#[test]
fn who_is_stopped_at_once_says_so() {
    let problem = county(&[100.0, 100.0, 100.0], &[9, 0, 1], 0.5, Some(60.0), Some(6.0));
    let answer = plan_budget(&problem, &Settings::default(), &|| true);
    assert_eq!((answer.status, answer.levels), (Status::Stopped, None));
}
