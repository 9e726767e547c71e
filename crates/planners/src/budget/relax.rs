//! The cone relaxation: units in fractions, requirements left in part. Its optimum is below that of any plan; the bound
//! reported is worked out from the multipliers alone, so that it holds however well the solver did.

use super::tight::Tight;
use crate::solver::{Conic, Solved, proven, solve};

/// Lower and upper ends of how many units each pool may buy; narrowed in the branches of the search.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    pub bought: Vec<(f64, f64)>,
    /// By row: whether it must be left, or must not be.
    pub left: Vec<Option<bool>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Relaxed {
    Solved(Box<Relaxation>),
    /// No plan at all, or none in this window.
    Infeasible,
    Unclear,
}

#[derive(Debug, Clone)]
pub(crate) struct Relaxation {
    /// No plan in the window costs less.
    pub bound: f64,
    /// By site, in fractions of units.
    pub levels: Vec<f64>,
    /// By pool: units bought.
    pub bought: Vec<f64>,
    /// By row: how far it is left, 0 to 1.
    pub left: Vec<f64>,
    /// By row: what one unit less of its requirement would save.
    pub row_prices: Vec<f64>,
    /// By cone: what a limit higher by one whole would save, at this point.
    pub limit_prices: Vec<f64>,
    /// By cap: what one more would save.
    pub cap_prices: Vec<f64>,
}

struct Columns {
    n: usize,
    /// By site: the column of units given, where it can give.
    down: Vec<Option<usize>>,
    /// By row: the column of how far it is left, where it can be.
    left: Vec<Option<usize>>,
}

/// Solves the relaxation within a window. `worth` is the cost of a known plan: only cheaper ones matter for the bound.
pub(crate) fn relax(tight: &Tight<'_>, window: &Window, worth: f64) -> Relaxed {
    let columns = columns(tight);
    let mut conic = Conic { cost: vec![0.0; columns.n], ..Conic::default() };
    for (site, of) in tight.problem.sites.iter().enumerate() {
        let pool = &tight.problem.pools[of.pool];
        let price = pool.price.unwrap_or(0.0);
        conic.cost[site] = price;
        if let Some(down) = columns.down[site] {
            conic.cost[down] = pool.move_cost.unwrap_or(0.0) - price;
        }
    }
    let spread = |entries: &mut Vec<(usize, f64)>, site: usize, coefficient: f64| {
        entries.push((site, coefficient));
        if let Some(down) = columns.down[site] {
            entries.push((down, -coefficient));
        }
    };
    // right − row·x ≥ 0.
    for (index, row) in tight.rows.iter().enumerate() {
        let mut entries = Vec::new();
        for (site, coefficient) in &row.terms {
            spread(&mut entries, *site, -coefficient);
        }
        if let (Some(column), Some(left)) = (columns.left[index], row.left) {
            entries.push((column, left - row.need));
        }
        conic.rows.push(entries);
        conic.right.push(-row.need);
    }
    for (choice, rows) in tight.choices.iter().enumerate() {
        conic.rows.push(rows.iter().filter_map(|row| Some((columns.left[*row]?, 1.0))).collect());
        conic.right.push(tight.problem.choices[choice] as f64);
    }
    for (pool, (low, high)) in window.bought.iter().enumerate() {
        let mut entries = Vec::new();
        for site in &tight.sites[pool] {
            spread(&mut entries, *site, -1.0);
        }
        if high.is_finite() {
            conic.rows.push(entries.iter().map(|(column, value)| (*column, -value)).collect());
            conic.right.push(*high);
        }
        conic.rows.push(entries);
        conic.right.push(-low);
    }
    let first_cap = conic.rows.len();
    for cap in &tight.problem.caps {
        let mut entries = Vec::new();
        for (pool, factor) in &cap.terms {
            for site in &tight.sites[*pool] {
                spread(&mut entries, *site, *factor);
            }
        }
        conic.rows.push(entries);
        conic.right.push(cap.most);
    }
    let structural = conic.rows.len();
    let (lower, upper) = boxes(tight, &columns, window, worth);
    for column in 0..columns.n {
        conic.rows.push(vec![(column, -1.0)]);
        conic.right.push(-lower[column]);
        if tight.problem.sites.get(column).is_none_or(|site| site.takes.is_some()) {
            conic.rows.push(vec![(column, 1.0)]);
            conic.right.push(upper[column]);
        }
    }
    conic.nonnegative = conic.rows.len();
    let cones = conic.rows.len();
    let mut scales = Vec::new();
    for (of, factor) in tight.problem.cones.iter().zip(&tight.factor) {
        let sum: f64 = of.members.iter().map(|member| member.weight * member.start).sum();
        let root = factor.sqrt();
        // Cones of every size become comparable.
        let scale = 1.0 / (root * sum.abs()).max(1e-9);
        scales.push(scale);
        let mut top = Vec::new();
        for member in &of.members {
            for (site, coefficient) in &member.terms {
                spread(&mut top, *site, -root * member.weight * coefficient * scale);
            }
        }
        conic.rows.push(merged(top));
        conic.right.push(root * sum * scale);
        for member in &of.members {
            let weight = member.weight.sqrt() * scale;
            let mut entries = Vec::new();
            for (site, coefficient) in &member.terms {
                spread(&mut entries, *site, -weight * coefficient);
            }
            conic.rows.push(entries);
            conic.right.push(weight * member.start);
        }
        conic.cones.push(of.members.len() + 1);
    }
    let (x, mut multipliers) = match solve(&conic) {
        Solved::Point { x, multipliers } => (x, multipliers),
        Solved::Infeasible => return Relaxed::Infeasible,
        Solved::Unclear => return Relaxed::Unclear,
    };
    if x.iter().chain(&multipliers).any(|value| !value.is_finite()) {
        return Relaxed::Unclear;
    }
    let bound = proven(&conic, &mut multipliers, structural..cones, &lower, &upper);
    let net = |site: usize| x[site] - columns.down[site].map_or(0.0, |down| x[down]);
    let levels: Vec<f64> = (0..tight.problem.sites.len()).map(net).collect();
    let bought = tight.sites.iter().map(|sites| sites.iter().map(|site| levels[*site]).sum()).collect();
    let left = columns.left.iter().map(|column| column.map_or(0.0, |column| x[column])).collect();
    let mut at = cones;
    let mut limit_prices = Vec::new();
    for (of, scale) in tight.problem.cones.iter().zip(&scales) {
        // t = √((1 + C²)/W) · A: its growth with C, times what a longer t is worth.
        let after: f64 = of.members.iter().map(|member| member.weight * value(member, &levels)).sum();
        let weights: f64 = of.members.iter().map(|member| member.weight).sum();
        let growth = after * of.limit / ((1.0 + of.limit * of.limit) * weights).sqrt();
        limit_prices.push(multipliers[at] * growth * scale);
        at += of.members.len() + 1;
    }
    Relaxed::Solved(Box::new(Relaxation {
        bound,
        levels,
        bought,
        left,
        row_prices: multipliers[..tight.rows.len()].to_vec(),
        limit_prices,
        cap_prices: multipliers[first_cap..structural].to_vec(),
    }))
}

fn value(member: &plan::Member, levels: &[f64]) -> f64 {
    member.start + member.terms.iter().map(|(site, coefficient)| coefficient * levels[*site]).sum::<f64>()
}

fn columns(tight: &Tight<'_>) -> Columns {
    let mut n = tight.problem.sites.len();
    let mut next = |wanted: bool| {
        wanted.then(|| {
            n += 1;
            n - 1
        })
    };
    let down = tight.lowest.iter().map(|lowest| next(*lowest < 0)).collect();
    let left = tight.rows.iter().map(|row| next(row.choice.is_some())).collect();
    Columns { n, down, left }
}

/// The box in which every plan that costs less than `worth` lies.
fn boxes(tight: &Tight<'_>, columns: &Columns, window: &Window, worth: f64) -> (Vec<f64>, Vec<f64>) {
    let mut lower = vec![0.0; columns.n];
    let mut upper = vec![1.0; columns.n];
    for (pool, sites) in tight.sites.iter().enumerate() {
        let given: f64 = sites.iter().map(|site| -(tight.lowest[*site].min(0)) as f64).sum();
        let bought = match tight.problem.pools[pool].price {
            Some(price) if price > 0.0 => worth / price,
            Some(_) => f64::MAX,
            None => 0.0,
        };
        for site in sites {
            let takes = tight.problem.sites[*site].takes.map_or(f64::MAX, f64::from);
            upper[*site] = (bought.min(window.bought[pool].1) + given).min(takes).min(1e12);
            lower[*site] = (tight.lowest[*site].max(0) as f64).min(upper[*site]);
            if let Some(down) = columns.down[*site] {
                upper[down] = -tight.lowest[*site] as f64;
            }
        }
    }
    for (column, fixed) in columns.left.iter().zip(&window.left) {
        match (column, fixed) {
            (Some(column), Some(true)) => lower[*column] = 1.0,
            (Some(column), Some(false)) => upper[*column] = 0.0,
            _ => {}
        }
    }
    (lower, upper)
}

/// Entries of one column added together.
fn merged(mut entries: Vec<(usize, f64)>) -> Vec<(usize, f64)> {
    entries.sort_by_key(|(column, _)| *column);
    let mut sums: Vec<(usize, f64)> = Vec::with_capacity(entries.len());
    for (column, value) in entries {
        match sums.last_mut() {
            Some(last) if last.0 == column => last.1 += value,
            _ => sums.push((column, value)),
        }
    }
    sums
}
