//! The problem as the planner works on it: each requirement as sharp as whole units allow.

use plan::Problem;

/// Slack within which a quotient counts as whole: `need` and `start` are quotients of figures with some fifteen digits.
const WHOLE: f64 = 1e-9;

#[derive(Debug, Clone)]
pub(crate) struct Tight<'a> {
    pub problem: &'a Problem,
    pub rows: Vec<Requirement>,
    /// By site: the rows and the members of cones that it touches.
    pub touches: Vec<Touched>,
    /// By choice: its rows.
    pub choices: Vec<Vec<usize>>,
    /// By pool: its sites.
    pub sites: Vec<Vec<usize>>,
    /// By site: the lowest level that no requirement forbids.
    pub lowest: Vec<i64>,
    pub highest: Vec<i64>,
    /// By pool: the cones that its sites touch.
    pub cones: Vec<Vec<usize>>,
    /// By cone: (1 + limit²) ÷ Σ weight, so that CV ≤ limit is Σ w v² ≤ factor · (Σ w v)².
    pub factor: Vec<f64>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Touched {
    pub rows: Vec<(usize, f64)>,
    /// Cone, member, coefficient.
    pub members: Vec<(usize, usize, f64)>,
}

/// Σ coefficient · δ ≥ need, or ≥ left where it is left.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    pub terms: Vec<(usize, f64)>,
    pub need: f64,
    pub left: Option<f64>,
    pub choice: Option<usize>,
}

impl<'a> Tight<'a> {
    /// Sharpens a problem. With `keep`, no place may give so much that a requirement that it misses gets worse, or that one
    /// that it meets is missed.
    pub fn of(problem: &'a Problem, keep: bool) -> Tight<'a> {
        let mut tight = Tight {
            problem,
            rows: problem.rows.iter().map(|row| requirement(row, keep)).collect(),
            touches: vec![Touched::default(); problem.sites.len()],
            choices: vec![Vec::new(); problem.choices.len()],
            sites: vec![Vec::new(); problem.pools.len()],
            lowest: problem.sites.iter().map(|site| -i64::from(site.gives)).collect(),
            highest: problem.sites.iter().map(|site| site.takes.map_or(i64::MAX / 4, i64::from)).collect(),
            cones: Vec::new(),
            factor: Vec::new(),
        };
        for (index, site) in problem.sites.iter().enumerate() {
            tight.sites[site.pool].push(index);
        }
        for (index, row) in tight.rows.iter().enumerate() {
            if let Some(choice) = row.choice {
                tight.choices[choice].push(index);
            }
            for (site, coefficient) in &row.terms {
                tight.touches[*site].rows.push((index, *coefficient));
            }
            // Where a single site decides, its level is bounded from below whatever is left.
            if let ([(site, coefficient)], least) = (&row.terms[..], row.left.map_or(row.need, |left| left.min(row.need)))
                && *coefficient > 0.0
            {
                let least = (least / coefficient - WHOLE).ceil() as i64;
                tight.lowest[*site] = tight.lowest[*site].max(least);
            }
        }
        for (cone, of) in problem.cones.iter().enumerate() {
            let total: f64 = of.members.iter().map(|member| member.weight).sum();
            tight.factor.push((1.0 + of.limit * of.limit) / total);
            for (place, member) in of.members.iter().enumerate() {
                for (site, coefficient) in &member.terms {
                    tight.touches[*site].members.push((cone, place, *coefficient));
                }
            }
        }
        for sites in &tight.sites {
            let touched = sites.iter().flat_map(|site| tight.touches[*site].members.iter().map(|(cone, _, _)| *cone));
            let mut cones: Vec<usize> = touched.collect();
            cones.sort_unstable();
            cones.dedup();
            tight.cones.push(cones);
        }
        tight
    }
}

fn requirement(row: &plan::Row, keep: bool) -> Requirement {
    let mut need = row.need - row.start;
    let mut left = row.left.map(|left| left - row.start);
    let mut terms = row.terms.clone();
    if keep {
        if need <= 0.0 {
            // It is met: it stays met.
            left = None;
        } else {
            left = left.map(|left| left.max(0.0));
        }
    }
    // Where every unit counts the same, the requirement is a whole number of units.
    if let Some((_, unit)) = terms.first().copied()
        && unit > 0.0
        && terms.iter().all(|(_, coefficient)| (coefficient - unit).abs() <= WHOLE * unit)
    {
        need = units(need, unit);
        left = left.map(|left| units(left, unit));
        for term in &mut terms {
            term.1 = 1.0;
        }
    }
    let choice = row.choice.filter(|_| left.is_some_and(|left| left < need));
    Requirement { terms, need, left: left.filter(|_| choice.is_some()), choice }
}

/// The whole units that reach a value.
fn units(value: f64, unit: f64) -> f64 {
    (value / unit - WHOLE).ceil()
}
