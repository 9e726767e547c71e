//! One pool made anew while all others stay: given how many units are bought, first what is required, then units from where
//! they do most harm to the coefficients to where they do most good, until all limits hold.
//!
//! For a pool whose places touch one coefficient each this is the best there is, since Σ T²/n is separable and convex: of all
//! ways to give a number of units, taking the best single step each time is one of the best.

use super::state::State;

/// Best levels found for a pool, by the order of its sites, with their cost.
pub(crate) struct Rebuilt {
    pub cost: f64,
    pub levels: Vec<i64>,
}

/// Most steps that one attempt takes, per site of the pool: beyond it an attempt counts as failed.
const STEPS_PER_SITE: usize = 400;

/// Every so many steps the guard is asked.
const ASKS: usize = 64;

/// Attempts without gain before the search for the number of units turns round. Costs are convex in it but for the steps of
/// whole units.
const PATIENCE: usize = 3;

/// Looks for the number of units to buy at which the pool costs least, from `hint` outwards; the state stays as it was.
/// Once stopped, it gives the best found so far.
pub(crate) fn rebuild(
    state: &mut State<'_, '_>,
    pool: usize,
    hint: i64,
    most: i64,
    stopped: &dyn Fn() -> bool,
) -> Option<Rebuilt> {
    let before: Vec<i64> = state.tight.sites[pool].iter().map(|site| state.levels[*site]).collect();
    let most = if state.tight.problem.pools[pool].price.is_some() { most.max(0) } else { 0 };
    let hint = hint.clamp(0, most);
    let mut best: Option<(i64, Rebuilt)> = None;
    let mut consider = |bought: i64, best: &mut Option<(i64, Rebuilt)>| -> bool {
        let made = attempt(state, pool, bought, stopped);
        state.put(pool, &before);
        match made {
            Some(made) if best.as_ref().is_none_or(|(_, known)| made.cost < known.cost - 1e-9) => {
                *best = Some((bought, made));
                true
            }
            _ => false,
        }
    };
    // The first number with which it is possible at all; further and further away where it is not.
    let mut first = hint;
    let mut stride = 1;
    while !consider(first, &mut best) {
        if first == most || stopped() {
            return None;
        }
        first = (first + stride).min(most);
        stride = (stride * 2).min(1 + most / 8);
    }
    for direction in [-1, 1] {
        let mut bought = first + direction;
        let mut without = 0;
        while (0..=most).contains(&bought) && without < PATIENCE && !stopped() {
            without = if consider(bought, &mut best) { 0 } else { without + 1 };
            bought += direction;
        }
    }
    best.map(|(_, made)| made)
}

/// The pool with a given number of units bought; none where the limits cannot be reached so.
fn attempt(state: &mut State<'_, '_>, pool: usize, bought: i64, stopped: &dyn Fn() -> bool) -> Option<Rebuilt> {
    let tight = state.tight;
    let sites = &tight.sites[pool];
    let moves = tight.problem.pools[pool].move_cost.is_some();
    let mut ranges = Vec::with_capacity(sites.len());
    for site in sites {
        let (low, high) = state.range(*site);
        let low = if moves { low } else { low.max(0) };
        if low > high {
            return None;
        }
        ranges.push((low, high));
    }
    let base: Vec<i64> = ranges.iter().map(|(low, high)| (*low).max(0).min(*high)).collect();
    state.put(pool, &base);
    let mut total: i64 = base.iter().sum();
    let mut left_steps = STEPS_PER_SITE * sites.len() + 1000;
    // Too few: buy where it helps the coefficients most. Too many required: take from where that helps most.
    while total != bought {
        let step = if total < bought { 1 } else { -1 };
        let (at, _) = best_step(state, sites, &ranges, step, None)?;
        // Many alike: a large shortfall is filled in larger steps.
        let gap = (bought - total).abs();
        let size = (gap / (4 * sites.len() as i64)).max(1);
        let room = if step > 0 { ranges[at].1 - state.levels[sites[at]] } else { state.levels[sites[at]] - ranges[at].0 };
        let size = size.min(room).min(gap);
        state.step(sites[at], step * size);
        total += step * size;
        left_steps = left_steps.checked_sub(1)?;
        if left_steps.is_multiple_of(ASKS) && stopped() {
            return None;
        }
    }
    balance(state, sites, &ranges, &base);
    while state.excess(&tight.cones[pool]) > 0.0 {
        if !moves {
            return None;
        }
        let before = state.excess(&tight.cones[pool]);
        let (from, _) = best_step(state, sites, &ranges, -1, None)?;
        state.step(sites[from], -1);
        let (to, _) = best_step(state, sites, &ranges, 1, Some(from))?;
        state.step(sites[to], 1);
        if state.excess(&tight.cones[pool]) >= before || (left_steps.is_multiple_of(ASKS) && stopped()) {
            return None;
        }
        left_steps = left_steps.checked_sub(1)?;
    }
    let levels: Vec<i64> = sites.iter().map(|site| state.levels[*site]).collect();
    let moved: i64 = levels.iter().map(|level| (-level).max(0)).sum();
    Some(Rebuilt { cost: tight.problem.pools[pool].cost(bought, moved), levels })
}

/// Shifts bought units between the places that got them, in ever smaller steps, as long as that does the coefficients good:
/// what was filled in large steps is not yet level.
fn balance(state: &mut State<'_, '_>, sites: &[usize], ranges: &[(i64, i64)], base: &[i64]) {
    let bought = |state: &State<'_, '_>, at: usize| state.levels[sites[at]] - base[at].max(0);
    let largest = (0..sites.len()).map(|at| bought(state, at)).max().unwrap_or(0);
    let mut size = (largest / 4).max(1);
    loop {
        for _ in 0..4 * sites.len() {
            // Where taking does least harm, among those that got as much; then where giving does most good.
            let taken = best_of(state, sites, |at| bought(state, at) >= size, -size);
            let Some(from) = taken else { break };
            let harm = state.effect(sites[from], -(size as f64));
            state.step(sites[from], -size);
            let fits = |at: usize| at != from && state.levels[sites[at]] + size <= ranges[at].1;
            let given = best_of(state, sites, fits, size);
            let good = given.map(|to| (to, state.effect(sites[to], size as f64)));
            match good {
                Some((to, (_, good))) if harm.1 + good < -1e-13 => state.step(sites[to], size),
                _ => {
                    state.step(sites[from], size);
                    break;
                }
            }
        }
        if size == 1 {
            return;
        }
        size = (size / 4).max(1);
    }
}

/// The place, among those that fit, where a step presses least on the coefficients.
fn best_of(state: &State<'_, '_>, sites: &[usize], fits: impl Fn(usize) -> bool, step: i64) -> Option<usize> {
    let places = (0..sites.len()).filter(|at| fits(*at));
    places.map(|at| (at, state.effect(sites[at], step as f64).1)).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
}

/// The place where one step does the coefficients most good (or least harm). A step back towards what the place has is
/// preferred where both do equally well, since it saves a move.
fn best_step(
    state: &State<'_, '_>,
    sites: &[usize],
    ranges: &[(i64, i64)],
    step: i64,
    except: Option<usize>,
) -> Option<(usize, f64)> {
    let mut best: Option<(usize, (f64, f64))> = None;
    for (at, site) in sites.iter().enumerate() {
        let level = state.levels[*site] + step;
        if level < ranges[at].0 || level > ranges[at].1 || except == Some(at) {
            continue;
        }
        let effect = state.effect(*site, step as f64);
        let better = best
            .is_none_or(|(_, known)| effect.0 < known.0 - 1e-15 || (effect.0 <= known.0 + 1e-15 && effect.1 < known.1 - 1e-15));
        if better {
            best = Some((at, effect));
        }
    }
    best.map(|(at, effect)| (at, effect.0))
}
