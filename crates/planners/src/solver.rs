//! The port to the conic solver. Nothing else in the house names it.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SecondOrderConeT, SolverStatus, SupportedConeT,
};

/// `min cost·x` where `right − rows·x` lies in a product of cones: first so many non-negative numbers, then second-order
/// cones, each the length of `(t, z…)` with `‖z‖ ≤ t`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conic {
    pub cost: Vec<f64>,
    /// By row: its entries as (column, coefficient).
    pub rows: Vec<Vec<(usize, f64)>>,
    pub right: Vec<f64>,
    pub nonnegative: usize,
    pub cones: Vec<usize>,
}

pub(crate) enum Solved {
    /// Primal point and multipliers by row; how good they are is for the caller to work out.
    Point {
        x: Vec<f64>,
        multipliers: Vec<f64>,
    },
    Infeasible,
    /// The solver gave up.
    Unclear,
}

/// Most iterations of the interior-point method; problems of this kind take 10 to 40.
const ITERATIONS: u32 = 200;

/// Solves a conic problem; deterministic, on one thread.
pub(crate) fn solve(conic: &Conic) -> Solved {
    let (n, m) = (conic.cost.len(), conic.rows.len());
    let mut columns: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n];
    for (row, entries) in conic.rows.iter().enumerate() {
        for (column, coefficient) in entries {
            columns[*column].push((row, *coefficient));
        }
    }
    let mut starts = vec![0];
    let (mut places, mut values) = (Vec::new(), Vec::new());
    for column in columns {
        for (row, coefficient) in column {
            places.push(row);
            values.push(coefficient);
        }
        starts.push(places.len());
    }
    let matrix = CscMatrix::new(m, n, starts, places, values);
    let mut cones: Vec<SupportedConeT<f64>> = vec![NonnegativeConeT(conic.nonnegative)];
    cones.extend(conic.cones.iter().map(|length| SecondOrderConeT(*length)));
    let settings = DefaultSettingsBuilder::default().verbose(false).max_iter(ITERATIONS).build();
    let Ok(settings) = settings else { return Solved::Unclear };
    let quadratic = CscMatrix::zeros((n, n));
    let Ok(mut solver) = DefaultSolver::new(&quadratic, &conic.cost, &matrix, &conic.right, &cones, settings) else {
        return Solved::Unclear;
    };
    solver.solve();
    match solver.solution.status {
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => Solved::Infeasible,
        SolverStatus::DualInfeasible | SolverStatus::AlmostDualInfeasible | SolverStatus::Unsolved => Solved::Unclear,
        // Even a point at which it stopped early has multipliers, and any multipliers give a bound.
        _ => Solved::Point { x: solver.solution.x.clone(), multipliers: solver.solution.z.clone() },
    }
}

/// Weak duality, by hand: for multipliers z in the dual cones, every plan x in the box costs at least
/// `−right·z + Σ min over the box of (cost + rowsᵀz)ⱼ xⱼ`. The rows of the box itself are left out of z. What rounding may
/// have done is taken off.
pub(crate) fn proven(conic: &Conic, z: &mut [f64], boxed: std::ops::Range<usize>, lower: &[f64], upper: &[f64]) -> f64 {
    let cones = boxed.end;
    for multiplier in &mut z[..boxed.start] {
        *multiplier = multiplier.max(0.0);
    }
    let mut at = cones;
    for length in &conic.cones {
        let norm = z[at + 1..at + length].iter().map(|value| value * value).sum::<f64>().sqrt();
        z[at] = z[at].max(norm * (1.0 + 1e-12));
        at += length;
    }
    let mut reduced = conic.cost.clone();
    let mut size: Vec<f64> = conic.cost.iter().map(|cost| cost.abs()).collect();
    let (mut bound, mut total) = (0.0, 0.0);
    for row in (0..boxed.start).chain(cones..conic.rows.len()) {
        bound -= conic.right[row] * z[row];
        total += (conic.right[row] * z[row]).abs();
        for (column, coefficient) in &conic.rows[row] {
            reduced[*column] += coefficient * z[row];
            size[*column] += (coefficient * z[row]).abs();
        }
    }
    for column in 0..reduced.len() {
        // Each sum of m terms is off by at most m · ε · Σ|terms|.
        let slip = size[column] * 1e-15 * 64.0;
        let cheapest = reduced[column] - slip;
        bound += if cheapest >= 0.0 { cheapest * lower[column] } else { cheapest * upper[column] };
        total += slip * upper[column].min(1e9) + (cheapest * lower[column]).abs();
    }
    bound - total * 1e-11
}
