//! From a point of the relaxation to a plan in whole units.

use super::polish::polish;
use super::rebuild::{Rebuilt, rebuild};
use super::relax::Relaxation;
use super::state::State;
use super::tight::Tight;

/// A plan in levels.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    pub cost: f64,
    pub levels: Vec<i64>,
    pub left: Vec<bool>,
}

/// Most passes over all pools before the choices are looked at.
const PASSES: usize = 6;

/// Makes a plan of a point. None where some pool cannot be made to satisfy what is asked of it.
pub(crate) fn improve(tight: &Tight<'_>, point: &Relaxation, trials: usize, stopped: &dyn Fn() -> bool) -> Option<Whole> {
    let left = choose(tight, point);
    // Where several pools serve one requirement, they begin with the point's whole units; else with nothing.
    let shared = tight.rows.iter().any(|row| pools_of(tight, row).len() > 1);
    let levels = if shared {
        point.levels.iter().map(|level| (level + 1e-6).trunc() as i64).collect()
    } else {
        vec![0; tight.problem.sites.len()]
    };
    let mut state = State::of(tight, levels, left);
    let most = most(tight, point);
    let mut costs = vec![f64::INFINITY; tight.problem.pools.len()];
    let order = order(tight, point);
    for pass in 0..PASSES {
        let mut better = false;
        for pool in order.iter().copied() {
            if stopped() && pass > 0 {
                break;
            }
            let hint = if pass == 0 {
                point.bought[pool].round() as i64
            } else {
                tight.sites[pool].iter().map(|site| state.levels[*site]).sum()
            };
            let near: Vec<i64> = match pass {
                0 => tight.sites[pool].iter().map(|site| point.levels[*site].round() as i64).collect(),
                _ => tight.sites[pool].iter().map(|site| state.levels[*site]).collect(),
            };
            let polished = polish(&mut state, pool, &near, most[pool], stopped);
            // Where few units are bought, all numbers of them around the point are tried besides.
            let few = hint <= FEW_UNITS_PER_SITE * near.len() as i64 && near.len() <= FEW_SITES;
            let made = match (polished, trials > 0 && few && !stopped()) {
                (Some(polished), false) => Some(polished),
                (polished, _) => cheaper(polished, rebuild(&mut state, pool, hint, most[pool], stopped)),
            };
            match made {
                Some(made) if made.cost < costs[pool] - 1e-9 => {
                    state.put(pool, &made.levels);
                    costs[pool] = made.cost;
                    better = true;
                }
                Some(_) => {}
                None if pass == 0 && shared => {}
                None => return None,
            }
        }
        // One pass settles pools that share nothing.
        if !better || !shared {
            break;
        }
    }
    if !state.holds() {
        return None;
    }
    if shared && trials > 0 {
        trade(&mut state, &most, stopped);
    }
    flip(&mut state, point, &most, trials, stopped);
    state.holds().then(|| Whole { cost: state.cost(), levels: state.levels, left: state.left })
}

/// Pools that the point uses come first: where two serve one demand, the other is not to buy what they could do.
fn order(tight: &Tight<'_>, point: &Relaxation) -> Vec<usize> {
    let unused = |pool: &usize| tight.sites[*pool].iter().all(|site| point.levels[*site].abs() < 0.5);
    let mut order: Vec<usize> = (0..tight.sites.len()).collect();
    order.sort_by_key(|pool| (unused(pool), *pool));
    order
}

/// Gives up what one pool buys and lets those that serve the same coefficients make up for it: all of it, half of it, one unit; as
/// long as that is cheaper. Pool by pool alone this is never found, since the first half of it breaks a limit.
fn trade(state: &mut State<'_, '_>, most: &[i64], stopped: &dyn Fn() -> bool) {
    let tight = state.tight;
    let shares = |a: usize, b: usize| a != b && tight.cones[a].iter().any(|cone| tight.cones[b].contains(cone));
    let mut better = true;
    while better && !stopped() {
        better = false;
        for pool in 0..tight.sites.len() {
            let bought: i64 = tight.sites[pool].iter().map(|site| state.levels[*site]).sum();
            let others: Vec<usize> = (0..tight.sites.len()).filter(|other| shares(pool, *other)).collect();
            if bought <= 0 || others.is_empty() {
                continue;
            }
            for keep in [0, bought / 2, bought - 1] {
                if stopped() {
                    return;
                }
                if give_up(state, pool, keep, &others, most, stopped) {
                    better = true;
                    break;
                }
            }
        }
    }
}

/// Brings one pool down to so many units bought, and makes others anew; as it was where that is no cheaper.
fn give_up(
    state: &mut State<'_, '_>,
    pool: usize,
    keep: i64,
    others: &[usize],
    most: &[i64],
    stopped: &dyn Fn() -> bool,
) -> bool {
    let tight = state.tight;
    let (before, kept) = (state.cost(), state.levels.clone());
    let mut bought: i64 = tight.sites[pool].iter().map(|site| state.levels[*site]).sum();
    while bought > keep {
        let spare = tight.sites[pool].iter().filter(|site| state.levels[**site] > state.range(**site).0.max(0));
        let Some(site) = spare.copied().min_by(|a, b| state.strain(*a, -1.0).total_cmp(&state.strain(*b, -1.0))) else { break };
        // Many units alike go at once.
        let size = (bought - keep).min(state.levels[site] - state.range(site).0.max(0)).min(1 + (bought - keep) / 8);
        state.step(site, -size);
        bought -= size;
    }
    for other in others {
        let near: Vec<i64> = tight.sites[*other].iter().map(|site| state.levels[*site]).collect();
        if let Some(made) = polish(state, *other, &near, most[*other], stopped) {
            state.put(*other, &made.levels);
        }
    }
    if state.cost() < before - 1e-9 && state.clone().holds() {
        return true;
    }
    for (site, level) in kept.iter().enumerate() {
        if state.levels[site] != *level {
            state.step(site, level - state.levels[site]);
        }
    }
    false
}

/// Up to so many units for each place, and so many places, a pool is also built up from nothing.
const FEW_UNITS_PER_SITE: i64 = 8;
const FEW_SITES: usize = 400;

fn cheaper(a: Option<Rebuilt>, b: Option<Rebuilt>) -> Option<Rebuilt> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.cost < a.cost { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn pools_of(tight: &Tight<'_>, row: &super::tight::Requirement) -> Vec<usize> {
    let mut pools: Vec<usize> = row.terms.iter().map(|(site, _)| tight.problem.sites[*site].pool).collect();
    pools.sort_unstable();
    pools.dedup();
    pools
}

/// What each choice leaves: what the point leaves most of.
fn choose(tight: &Tight<'_>, point: &Relaxation) -> Vec<bool> {
    let mut left = vec![false; tight.rows.len()];
    for (choice, rows) in tight.choices.iter().enumerate() {
        let mut rows = rows.clone();
        rows.sort_by(|a, b| {
            let rank = |row: usize| (point.left[row], saving(tight, point, row));
            let (x, y) = (rank(*a), rank(*b));
            y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)).then(a.cmp(b))
        });
        for row in rows.into_iter().take(tight.problem.choices[choice]) {
            left[row] = true;
        }
    }
    left
}

/// What leaving a row is worth at the prices of the point.
fn saving(tight: &Tight<'_>, point: &Relaxation, row: usize) -> f64 {
    let requirement = &tight.rows[row];
    requirement.left.map_or(0.0, |left| point.row_prices[row] * (requirement.need - left))
}

/// By pool: the most units it may buy. Under caps, the point's share of what they allow.
fn most(tight: &Tight<'_>, point: &Relaxation) -> Vec<i64> {
    let units: i64 = tight.rows.iter().map(|row| row.need.max(0.0).ceil() as i64).sum::<i64>().saturating_add(1_000_000);
    let mut most = vec![units; tight.problem.pools.len()];
    for cap in &tight.problem.caps {
        let mut room = cap.most;
        let mut order: Vec<(usize, f64)> = cap.terms.clone();
        for (pool, factor) in &order {
            most[*pool] = most[*pool].min((point.bought[*pool] + 1e-6).floor().max(0.0) as i64);
            room -= factor * most[*pool] as f64;
        }
        // What whole units leave over goes to the pools that lose the largest part of a unit.
        order.sort_by(|a, b| {
            let part = |pool: usize| point.bought[pool] - most[pool] as f64;
            part(b.0).total_cmp(&part(a.0)).then(a.0.cmp(&b.0))
        });
        for (pool, factor) in order {
            if factor <= room && factor > 0.0 {
                most[pool] += 1;
                room -= factor;
            }
        }
    }
    most
}

/// Tries other choices, the most promising first by the prices of the point, as long as trials are left.
fn flip(state: &mut State<'_, '_>, point: &Relaxation, most: &[i64], trials: usize, stopped: &dyn Fn() -> bool) {
    let tight = state.tight;
    let mut left_trials = trials;
    loop {
        let mut swaps = Vec::new();
        for rows in &tight.choices {
            for out in rows.iter().filter(|row| state.left[**row]) {
                for into in rows.iter().filter(|row| !state.left[**row]) {
                    let loss = saving(tight, point, *out) - saving(tight, point, *into);
                    // Whole units shift a plan's cost by a unit or so; what loses more by the prices will not gain.
                    if loss < UNITS * dearest(tight, *out).max(dearest(tight, *into)) {
                        swaps.push((loss, *out, *into));
                    }
                }
            }
        }
        swaps.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut better = false;
        for (_, out, into) in swaps {
            if left_trials == 0 || stopped() {
                return;
            }
            left_trials -= 1;
            if state.left[out] && !state.left[into] && swap(state, most, out, into, stopped) {
                better = true;
            }
        }
        if !better {
            return;
        }
    }
}

/// How many units' worth of loss a swap may show by the prices and still be tried.
const UNITS: f64 = 1.0;

/// The dearest unit that could serve a row.
fn dearest(tight: &Tight<'_>, row: usize) -> f64 {
    let pools = pools_of(tight, &tight.rows[row]);
    pools.iter().filter_map(|pool| tight.problem.pools[*pool].price).fold(0.0, f64::max)
}

/// Leaves one row instead of another where that makes the plan cheaper.
fn swap(state: &mut State<'_, '_>, most: &[i64], out: usize, into: usize, stopped: &dyn Fn() -> bool) -> bool {
    let tight = state.tight;
    let mut pools = pools_of(tight, &tight.rows[out]);
    pools.extend(pools_of(tight, &tight.rows[into]));
    pools.sort_unstable();
    pools.dedup();
    let before = state.cost();
    let kept: Vec<Vec<i64>> =
        pools.iter().map(|pool| tight.sites[*pool].iter().map(|site| state.levels[*site]).collect()).collect();
    state.left[out] = false;
    state.left[into] = true;
    let mut possible = true;
    for pool in &pools {
        let near: Vec<i64> = tight.sites[*pool].iter().map(|site| state.levels[*site]).collect();
        match polish(state, *pool, &near, most[*pool], stopped) {
            Some(made) => state.put(*pool, &made.levels),
            None => {
                possible = false;
                break;
            }
        }
    }
    if possible && state.cost() < before - 1e-9 && state.clone().holds() {
        return true;
    }
    state.left[out] = true;
    state.left[into] = false;
    for (pool, levels) in pools.iter().zip(&kept) {
        state.put(*pool, levels);
    }
    false
}
