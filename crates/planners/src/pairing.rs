//! Who is paired with whom: every school that needs a partner gets one, at the least sum of costs.

/// What pairing costs, and how many each partner can take.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PairingProblem {
    /// By school in need and partner; none where the two cannot be paired.
    pub cost: Vec<Vec<Option<f64>>>,
    /// By partner.
    pub capacity: Vec<usize>,
}

/// The partner of each school in need; none for those for whom there is no place. As many as possible are paired, and no other
/// pairing of these costs less: each school is let in by the cheapest chain of schools that make room for each other.
///
/// ```
/// use planners::{PairingProblem, pair};
/// // Both would rather have the first partner, who can take one; the second school has less to lose.
/// let problem = PairingProblem {
///     cost: vec![vec![Some(1.0), Some(9.0)], vec![Some(1.0), Some(3.0)]],
///     capacity: vec![1, 1],
/// };
/// assert_eq!(pair(&problem), vec![Some(0), Some(1)]);
/// ```
pub fn pair(problem: &PairingProblem) -> Vec<Option<usize>> {
    let (n, m) = (problem.cost.len(), problem.capacity.len());
    let mut partner: Vec<Option<usize>> = vec![None; n];
    let mut load = vec![0; m];
    for school in 0..n {
        // Cheapest way to each partner, and whom it moves on from where.
        let mut way: Vec<(f64, Option<(usize, usize)>)> =
            (0..m).map(|to| (problem.cost[school][to].unwrap_or(f64::INFINITY), None)).collect();
        for _ in 0..m {
            let mut better = false;
            for (other, at) in partner.iter().enumerate().filter_map(|(other, at)| Some((other, (*at)?))) {
                let Some(now) = problem.cost[other][at] else { continue };
                for to in (0..m).filter(|to| *to != at) {
                    let Some(then) = problem.cost[other][to] else { continue };
                    let length = way[at].0 - now + then;
                    if length < way[to].0 - 1e-12 {
                        way[to] = (length, Some((at, other)));
                        better = true;
                    }
                }
            }
            if !better {
                break;
            }
        }
        let free = (0..m).filter(|to| load[*to] < problem.capacity[*to] && way[*to].0.is_finite());
        let Some(end) = free.min_by(|a, b| way[*a].0.total_cmp(&way[*b].0).then(a.cmp(b))) else { continue };
        load[end] += 1;
        let mut to = end;
        // No chain is longer than there are partners.
        for _ in 0..=m {
            match way[to].1 {
                Some((from, other)) => {
                    partner[other] = Some(to);
                    to = from;
                }
                None => {
                    partner[school] = Some(to);
                    break;
                }
            }
        }
    }
    partner
}
