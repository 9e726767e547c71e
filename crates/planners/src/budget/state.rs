//! Whole units at every place, with what follows from them kept up to date.

use super::tight::Tight;

/// Levels of all sites, and which requirements are left.
#[derive(Debug, Clone)]
pub(crate) struct State<'t, 'a> {
    pub tight: &'t Tight<'a>,
    pub levels: Vec<i64>,
    /// By row: whether its choice leaves it.
    pub left: Vec<bool>,
    /// By cone and member: its value.
    values: Vec<Vec<f64>>,
    /// By cone: Σ w v and Σ w v².
    sums: Vec<f64>,
    squares: Vec<f64>,
}

/// Slack of a cone, relative to (Σ w v)², so that what is accepted here is accepted when it is worked out again.
const MARGIN: f64 = 1e-10;
const SLACK: f64 = 1e-7;

/// A cone that has less than this left to its limit counts as having this.
const LEAST_LEFT: f64 = 1e-5;

impl<'t, 'a> State<'t, 'a> {
    pub fn of(tight: &'t Tight<'a>, levels: Vec<i64>, left: Vec<bool>) -> State<'t, 'a> {
        let mut state = State { tight, levels, left, values: Vec::new(), sums: Vec::new(), squares: Vec::new() };
        state.refresh();
        state
    }

    /// Works the sums out anew.
    pub fn refresh(&mut self) {
        let value = |member: &plan::Member| {
            member.start + member.terms.iter().map(|(site, coefficient)| coefficient * self.levels[*site] as f64).sum::<f64>()
        };
        let cones = &self.tight.problem.cones;
        self.values = cones.iter().map(|cone| cone.members.iter().map(value).collect()).collect();
        let add = |part: fn(f64, f64) -> f64| -> Vec<f64> {
            cones
                .iter()
                .zip(&self.values)
                .map(|(cone, values)| cone.members.iter().zip(values).map(|(member, v)| part(member.weight, *v)).sum())
                .collect()
        };
        (self.sums, self.squares) = (add(|w, v| w * v), add(|w, v| w * v * v));
    }

    pub fn cost(&self) -> f64 {
        self.tight.problem.cost(&self.levels)
    }

    /// How much a row must still reach.
    fn asked(&self, row: usize) -> f64 {
        let requirement = &self.tight.rows[row];
        match requirement.left {
            Some(left) if self.left[row] => left,
            _ => requirement.need,
        }
    }

    /// The lowest and highest level that a site may take while all others stay.
    pub fn range(&self, site: usize) -> (i64, i64) {
        let (mut low, mut high) = (self.tight.lowest[site], self.tight.highest[site]);
        for (row, coefficient) in &self.tight.touches[site].rows {
            let terms = &self.tight.rows[*row].terms;
            let others: f64 = terms.iter().filter(|(of, _)| *of != site).map(|(of, each)| each * self.levels[*of] as f64).sum();
            let bound = (self.asked(*row) - others) / coefficient;
            if *coefficient > 0.0 {
                low = low.max((bound - SLACK).ceil() as i64);
            } else {
                high = high.min((bound + SLACK).floor() as i64);
            }
        }
        (low, high)
    }

    /// How far a cone is over its limit, relative to the square of its sum; negative within.
    fn over(&self, cone: usize, sum: f64, squares: f64) -> f64 {
        let limit = self.tight.factor[cone] * sum * sum;
        (squares - limit) / limit.max(1e-300) + MARGIN
    }

    /// How far some cones together are over their limits.
    pub fn excess(&self, cones: &[usize]) -> f64 {
        cones.iter().map(|cone| self.over(*cone, self.sums[*cone], self.squares[*cone]).max(0.0)).sum()
    }

    /// How a step of one site changes the excess, and the pressure (the same with cones within their limits counted).
    pub fn effect(&self, site: usize, step: f64) -> (f64, f64) {
        let (mut excess, mut pressure) = (0.0, 0.0);
        let touched = &self.tight.touches[site].members;
        let mut at = 0;
        while at < touched.len() {
            let cone = touched[at].0;
            let (mut sum, mut squares) = (self.sums[cone], self.squares[cone]);
            while at < touched.len() && touched[at].0 == cone {
                let (_, member, coefficient) = touched[at];
                let (weight, value) = (self.tight.problem.cones[cone].members[member].weight, self.values[cone][member]);
                let change = coefficient * step;
                sum += weight * change;
                squares += weight * change * (2.0 * value + change);
                at += 1;
            }
            let (before, after) = (self.over(cone, self.sums[cone], self.squares[cone]), self.over(cone, sum, squares));
            excess += after.max(0.0) - before.max(0.0);
            pressure += after - before;
        }
        (excess, pressure)
    }

    /// How a step of one site uses up what the cones have left to their limits, each measured by what it has left.
    pub fn strain(&self, site: usize, step: f64) -> f64 {
        let mut strain = 0.0;
        let touched = &self.tight.touches[site].members;
        let mut at = 0;
        while at < touched.len() {
            let cone = touched[at].0;
            let (mut sum, mut squares) = (self.sums[cone], self.squares[cone]);
            while at < touched.len() && touched[at].0 == cone {
                let (_, member, coefficient) = touched[at];
                let (weight, value) = (self.tight.problem.cones[cone].members[member].weight, self.values[cone][member]);
                let change = coefficient * step;
                sum += weight * change;
                squares += weight * change * (2.0 * value + change);
                at += 1;
            }
            let (before, after) = (self.over(cone, self.sums[cone], self.squares[cone]), self.over(cone, sum, squares));
            strain += (after - before) / (-before).max(LEAST_LEFT);
        }
        strain
    }

    /// Takes a step at one site.
    pub fn step(&mut self, site: usize, step: i64) {
        self.levels[site] += step;
        for (cone, member, coefficient) in &self.tight.touches[site].members {
            let weight = self.tight.problem.cones[*cone].members[*member].weight;
            let value = &mut self.values[*cone][*member];
            let change = coefficient * step as f64;
            self.sums[*cone] += weight * change;
            self.squares[*cone] += weight * change * (2.0 * *value + change);
            *value += change;
        }
    }

    /// Puts the levels of one pool to others.
    pub fn put(&mut self, pool: usize, levels: &[i64]) {
        for (site, level) in self.tight.sites[pool].iter().zip(levels) {
            let step = level - self.levels[*site];
            if step != 0 {
                self.step(*site, step);
            }
        }
    }

    /// Whether everything asked holds, worked out anew.
    pub fn holds(&mut self) -> bool {
        self.refresh();
        let problem = self.tight.problem;
        let sums = problem.bought_and_moved(&self.levels);
        let bought = problem.pools.iter().zip(&sums).all(|(pool, (bought, moved))| {
            *bought >= 0 && (pool.price.is_some() || *bought == 0) && (pool.move_cost.is_some() || *moved == 0)
        });
        let caps = problem.caps.iter().all(|cap| {
            let used: f64 = cap.terms.iter().map(|(pool, factor)| factor * sums[*pool].0 as f64).sum();
            used <= cap.most * (1.0 + 1e-12)
        });
        let ranges = (0..self.levels.len()).all(|site| {
            let level = self.levels[site];
            level >= self.tight.lowest[site] && level <= self.tight.highest[site]
        });
        let rows = self.tight.rows.iter().enumerate().all(|(row, requirement)| {
            let reached: f64 = requirement.terms.iter().map(|(site, each)| each * self.levels[*site] as f64).sum();
            reached >= self.asked(row) - SLACK * (1.0 + self.asked(row).abs())
        });
        let left = self
            .tight
            .choices
            .iter()
            .enumerate()
            .all(|(choice, rows)| rows.iter().filter(|row| self.left[**row]).count() <= problem.choices[choice]);
        let all: Vec<usize> = (0..self.sums.len()).collect();
        bought && caps && ranges && rows && left && self.excess(&all) <= 0.0
    }
}
