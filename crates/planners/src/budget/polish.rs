//! One pool made whole from levels that are nearly right: those of the relaxation, or those of a plan of which one demand has
//! changed. Few steps are needed, so that it is quick even where a pool buys a hundred thousand square metres.

use super::rebuild::Rebuilt;
use super::state::State;

/// Most steps in each direction, per site of the pool.
const STEPS_PER_SITE: usize = 60;

/// Every so many steps the guard is asked.
const ASKS: usize = 64;

/// Looks for cheap levels of one pool near some others; the state stays as it was. None where the limits cannot be reached.
pub(crate) fn polish(
    state: &mut State<'_, '_>,
    pool: usize,
    near: &[i64],
    most: i64,
    stopped: &dyn Fn() -> bool,
) -> Option<Rebuilt> {
    let tight = state.tight;
    let before: Vec<i64> = tight.sites[pool].iter().map(|site| state.levels[*site]).collect();
    let made = Polish::of(state, pool, most).and_then(|mut polish| polish.run(near, stopped));
    state.put(pool, &before);
    made
}

struct Polish<'s, 't, 'a> {
    state: &'s mut State<'t, 'a>,
    pool: usize,
    sites: &'t [usize],
    ranges: Vec<(i64, i64)>,
    /// Most units bought.
    most: i64,
    price: f64,
    /// None where nothing moves.
    move_cost: Option<f64>,
    total: i64,
}

/// Units that leave one place, come to another, or both.
#[derive(Clone, Copy)]
struct Step {
    from: Option<usize>,
    to: Option<usize>,
    size: i64,
}

impl<'s, 't, 'a> Polish<'s, 't, 'a> {
    fn of(state: &'s mut State<'t, 'a>, pool: usize, most: i64) -> Option<Polish<'s, 't, 'a>> {
        let tight = state.tight;
        let of = &tight.problem.pools[pool];
        let sites = &tight.sites[pool][..];
        let mut ranges = Vec::with_capacity(sites.len());
        for site in sites {
            let (low, high) = state.range(*site);
            let low = if of.move_cost.is_some() { low } else { low.max(0) };
            if low > high {
                return None;
            }
            ranges.push((low, high));
        }
        let most = if of.price.is_some() { most.max(0) } else { 0 };
        let price = of.price.unwrap_or(0.0);
        Some(Polish { state, pool, sites, ranges, most, price, move_cost: of.move_cost, total: 0 })
    }

    fn level(&self, at: usize) -> i64 {
        self.state.levels[self.sites[at]]
    }

    fn excess(&self) -> f64 {
        self.state.excess(&self.state.tight.cones[self.pool])
    }

    fn run(&mut self, near: &[i64], stopped: &dyn Fn() -> bool) -> Option<Rebuilt> {
        let levels: Vec<i64> = near.iter().zip(&self.ranges).map(|(level, (low, high))| (*level).clamp(*low, *high)).collect();
        self.state.put(self.pool, &levels);
        self.total = levels.iter().sum();
        self.fill(stopped)?;
        self.reach(stopped)?;
        for _ in 0..ROUNDS {
            let trimmed = self.trim(stopped);
            if !self.level_out(stopped) && !trimmed {
                break;
            }
        }
        self.trim(stopped);
        let levels: Vec<i64> = (0..self.sites.len()).map(|at| self.level(at)).collect();
        let moved: i64 = levels.iter().map(|level| (-level).max(0)).sum();
        let cost = self.state.tight.problem.pools[self.pool].cost(self.total, moved);
        Some(Rebuilt { cost, levels })
    }

    /// Brings the number of units bought between nothing and the most.
    fn fill(&mut self, stopped: &dyn Fn() -> bool) -> Option<()> {
        let mut left = STEPS_PER_SITE * self.sites.len() + 1000;
        while self.total < 0 || self.total > self.most {
            let up = self.total < 0;
            let gap = if up { -self.total } else { self.total - self.most };
            let size = (gap / (2 * self.sites.len() as i64)).max(1);
            let at = self.best(|polish, at| {
                let (low, high) = polish.ranges[at];
                let size = if up { size.min(high - polish.level(at)) } else { size.min(polish.level(at) - low) };
                (size > 0).then(|| polish.state.effect(polish.sites[at], (if up { size } else { -size }) as f64).1 / size as f64)
            })?;
            let (low, high) = self.ranges[at];
            let size = if up { size.min(high - self.level(at)) } else { size.min(self.level(at) - low) };
            let step = if up { Step { from: None, to: Some(at), size } } else { Step { from: Some(at), to: None, size } };
            self.take(step);
            left = left.checked_sub(1)?;
            if left.is_multiple_of(ASKS) && stopped() {
                return None;
            }
        }
        Some(())
    }

    /// The place with the lowest score.
    fn best(&self, score: impl Fn(&Self, usize) -> Option<f64>) -> Option<usize> {
        let scored = (0..self.sites.len()).filter_map(|at| Some((at, score(self, at)?)));
        scored.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
    }

    fn take(&mut self, step: Step) {
        if let Some(from) = step.from {
            self.state.step(self.sites[from], -step.size);
            self.total -= step.size;
        }
        if let Some(to) = step.to {
            self.state.step(self.sites[to], step.size);
            self.total += step.size;
        }
    }

    fn undo(&mut self, step: Step) {
        self.take(Step { from: step.to, to: step.from, size: step.size });
    }

    /// What a step costs.
    fn cost(&self, step: Step) -> f64 {
        let given = |level: i64| (-level).max(0) as f64;
        let mut moved = 0.0;
        let mut bought = 0.0;
        if let Some(from) = step.from {
            moved += given(self.level(from) - step.size) - given(self.level(from));
            bought -= step.size as f64;
        }
        if let Some(to) = step.to {
            moved += given(self.level(to) + step.size) - given(self.level(to));
            bought += step.size as f64;
        }
        self.price * bought + self.move_cost.unwrap_or(0.0) * moved
    }

    /// Buys and moves until the coefficients are within their limits: each time what helps most for its money.
    fn reach(&mut self, stopped: &dyn Fn() -> bool) -> Option<()> {
        let mut left = STEPS_PER_SITE * self.sites.len() + 1000;
        let mut size = 1;
        loop {
            let excess = self.excess();
            if excess <= 0.0 {
                return Some(());
            }
            left = left.checked_sub(1)?;
            if left.is_multiple_of(ASKS) && stopped() {
                return None;
            }
            let fits_up = |polish: &Self, at: usize| polish.level(at) + size <= polish.ranges[at].1;
            let fits_down = |polish: &Self, at: usize| polish.level(at) - size >= polish.ranges[at].0;
            let up = self.best(|polish, at| fits_up(polish, at).then(|| polish.state.effect(polish.sites[at], size as f64).0));
            let down =
                self.best(|polish, at| fits_down(polish, at).then(|| polish.state.effect(polish.sites[at], -(size as f64)).0));
            let buy = Step { from: None, to: up, size };
            let mut options = Vec::new();
            if up.is_some() && self.total + size <= self.most {
                options.push(buy);
            }
            if up != down && up.is_some() && down.is_some() {
                options.push(Step { from: down, ..buy });
            }
            let mut best: Option<(f64, Step)> = None;
            for step in options {
                let cost = self.cost(step).max(1e-6);
                self.take(step);
                let gain = excess - self.excess();
                self.undo(step);
                let worth = gain / cost;
                if gain > 0.0 && best.is_none_or(|(known, _)| worth > known) {
                    best = Some((worth, step));
                }
            }
            match best {
                Some((_, step)) => {
                    self.take(step);
                    // Far away: larger steps; the last one is not to overshoot.
                    if self.excess() <= 0.0 && size > 1 {
                        self.undo(step);
                        size /= 2;
                    } else {
                        size *= 2;
                    }
                }
                None if size > 1 => size /= 2,
                None => return None,
            }
        }
    }

    /// Gives up what is not needed: units bought, then moves, in ever smaller steps. Whether anything was.
    fn trim(&mut self, stopped: &dyn Fn() -> bool) -> bool {
        let largest = (0..self.sites.len()).map(|at| self.level(at).abs()).max().unwrap_or(0);
        let mut size = (largest / 2).max(1);
        let mut any = false;
        loop {
            let mut left = STEPS_PER_SITE * self.sites.len();
            while left > 0 && self.trim_once(size) {
                any = true;
                left -= 1;
                if left.is_multiple_of(ASKS) && stopped() {
                    return any;
                }
            }
            if size == 1 || stopped() {
                return any;
            }
            size = (size / 3).max(1);
        }
    }

    fn trim_once(&mut self, size: i64) -> bool {
        let strain = |polish: &Self, at: usize, size: i64| polish.state.strain(polish.sites[at], size as f64);
        let down = self.best(|polish, at| {
            let fits = polish.level(at) - size >= polish.ranges[at].0.max(0);
            fits.then(|| strain(polish, at, -size))
        });
        let up = self.best(|polish, at| (polish.level(at) <= -size).then(|| strain(polish, at, size)));
        let sell = Step { from: down, to: None, size };
        let mut options = Vec::new();
        if down.is_some() && self.total >= size {
            options.push(sell);
        }
        if down.is_some() && up.is_some() {
            options.push(Step { to: up, ..sell });
        }
        let mut best: Option<(f64, Step)> = None;
        for step in options {
            let saved = -self.cost(step);
            self.take(step);
            let holds = self.excess() <= 0.0;
            self.undo(step);
            if saved > 1e-9 && holds && best.is_none_or(|(known, _)| saved > known) {
                best = Some((saved, step));
            }
        }
        if let Some((_, step)) = best {
            self.take(step);
        }
        best.is_some()
    }

    /// Shifts bought units to where they do the coefficients more good, at no cost. Whether anything was.
    fn level_out(&mut self, stopped: &dyn Fn() -> bool) -> bool {
        let largest = (0..self.sites.len()).map(|at| self.level(at)).max().unwrap_or(0);
        let mut size = (largest / 4).max(1);
        let mut any = false;
        loop {
            for n in 0..4 * self.sites.len() {
                if n % ASKS == ASKS - 1 && stopped() {
                    return any;
                }
                let before = self.excess();
                let harm = |polish: &Self, at: usize, size: i64| polish.state.strain(polish.sites[at], size as f64);
                let Some(from) = self
                    .best(|polish, at| (polish.level(at) - size >= polish.ranges[at].0.max(0)).then(|| harm(polish, at, -size)))
                else {
                    break;
                };
                let lost = harm(self, from, -size);
                self.take(Step { from: Some(from), to: None, size });
                let to = self.best(|polish, at| {
                    let fits = at != from && polish.level(at) >= 0 && polish.level(at) + size <= polish.ranges[at].1;
                    fits.then(|| harm(polish, at, size))
                });
                let won = to.map(|to| (to, lost + harm(self, to, size)));
                match won {
                    Some((to, sum)) if sum < -1e-9 => {
                        self.take(Step { from: None, to: Some(to), size });
                        if self.excess() > before {
                            self.undo(Step { from: Some(from), to: Some(to), size });
                            break;
                        }
                        any = true;
                    }
                    _ => {
                        self.undo(Step { from: Some(from), to: None, size });
                        break;
                    }
                }
            }
            if size == 1 {
                return any;
            }
            size = (size / 4).max(1);
        }
    }
}

/// How often giving up and levelling take turns.
const ROUNDS: usize = 4;
