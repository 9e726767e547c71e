//! A problem falls into parts that share nothing: the counties of a prefecture, or the stages of a county where nothing is
//! bought for both. Only caps may couple them.

use plan::{Cap, Problem};

/// A part of a problem, and where its sites, rows, cones and caps stand in the whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    pub problem: Problem,
    pub sites: Vec<usize>,
    pub rows: Vec<usize>,
    pub cones: Vec<usize>,
    pub caps: Vec<usize>,
}

/// The parts of a problem. With `across`, a cap over several parts couples them; without, such caps are left out, and what the
/// parts cost together is less than what the whole costs.
pub(crate) fn parts(problem: &Problem, across: bool) -> Vec<Part> {
    // Nodes: pools, then choices.
    let n_pools = problem.pools.len();
    let mut roots: Vec<usize> = (0..n_pools + problem.choices.len()).collect();
    let pool = |site: &(usize, f64)| problem.sites[site.0].pool;
    for row in &problem.rows {
        join(&mut roots, row.terms.iter().map(pool).chain(row.choice.map(|choice| n_pools + choice)));
    }
    for cone in &problem.cones {
        join(&mut roots, cone.members.iter().flat_map(|member| &member.terms).map(pool));
    }
    if across {
        problem.caps.iter().for_each(|cap| join(&mut roots, cap.terms.iter().map(|(pool, _)| *pool)));
    }
    let heads: Vec<usize> = (0..roots.len()).map(|node| find(&roots, node)).collect();
    let mut order: Vec<usize> = heads.clone();
    order.sort_unstable();
    order.dedup();
    let part_of = |node: usize| order.binary_search(&heads[node]).unwrap_or(0);
    let mut parts = vec![Part::default(); order.len().max(1)];
    let mut place = vec![0; heads.len()];
    for (node, at) in place.iter_mut().enumerate() {
        let of = &mut parts[part_of(node)].problem;
        *at = if node < n_pools { of.pools.len() } else { of.choices.len() };
        if node < n_pools {
            of.pools.push(problem.pools[node].clone());
        } else {
            of.choices.push(problem.choices[node - n_pools]);
        }
    }
    let mut site_at = Vec::with_capacity(problem.sites.len());
    for (index, site) in problem.sites.iter().enumerate() {
        let part = &mut parts[part_of(site.pool)];
        site_at.push(part.sites.len());
        part.sites.push(index);
        part.problem.sites.push(plan::Site { pool: place[site.pool], ..site.clone() });
    }
    let moved = |terms: &[(usize, f64)]| terms.iter().map(|(site, each)| (site_at[*site], *each)).collect::<Vec<_>>();
    for (index, row) in problem.rows.iter().enumerate() {
        // A row that no site serves and no choice holds can stand anywhere.
        let node = row.terms.first().map(pool).or(row.choice.map(|choice| n_pools + choice));
        let part = &mut parts[node.map_or(0, part_of)];
        part.rows.push(index);
        let choice = row.choice.map(|choice| place[n_pools + choice]);
        part.problem.rows.push(plan::Row { terms: moved(&row.terms), choice, ..row.clone() });
    }
    for (index, cone) in problem.cones.iter().enumerate() {
        let node = cone.members.iter().flat_map(|member| &member.terms).map(pool).next();
        let part = &mut parts[node.map_or(0, part_of)];
        part.cones.push(index);
        let members = cone.members.iter().map(|member| plan::Member { terms: moved(&member.terms), ..member.clone() });
        part.problem.cones.push(plan::Cone { limit: cone.limit, members: members.collect() });
    }
    for (index, cap) in problem.caps.iter().enumerate() {
        let Some(first) = cap.terms.first().map(|(pool, _)| part_of(*pool)) else { continue };
        if cap.terms.iter().all(|(pool, _)| part_of(*pool) == first) {
            parts[first].caps.push(index);
            let terms = cap.terms.iter().map(|(pool, factor)| (place[*pool], *factor)).collect();
            parts[first].problem.caps.push(Cap { terms, most: cap.most });
        }
    }
    parts
}

fn join(roots: &mut [usize], nodes: impl Iterator<Item = usize>) {
    let mut first = None;
    for node in nodes {
        let root = find(roots, node);
        match first {
            None => first = Some(root),
            Some(known) => {
                let (low, high) = (root.min(find(roots, known)), root.max(find(roots, known)));
                roots[high] = low;
                first = Some(low);
            }
        }
    }
}

fn find(roots: &[usize], mut node: usize) -> usize {
    while roots[node] != node {
        node = roots[node];
    }
    node
}
