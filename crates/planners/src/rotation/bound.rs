//! How few points any rotation can come to: teachers in fractions, aggregated where they are alike.

use plan::RotationProblem;

use super::Arc;
use crate::solver::{Conic, Solved, proven, solve};

/// What a plan with fewer points than this does not exist for; 0 where nothing is known. None where no rotation is possible.
pub(super) fn bound(problem: &RotationProblem, groups: &[super::Group], arcs: &[Arc]) -> Option<f64> {
    let n_arcs = arcs.len();
    let gaps: Vec<usize> = (0..problem.posts.len()).filter(|at| problem.posts[*at].need > problem.posts[*at].have).collect();
    let (first_gap, first_spread) = (n_arcs, n_arcs + gaps.len());
    let n = first_spread + problem.spreads.len();
    let mut conic = Conic { cost: vec![0.0; n], ..Conic::default() };
    let (mut lower, mut upper) = (vec![0.0; n], vec![0.0; n]);
    for (at, arc) in arcs.iter().enumerate() {
        conic.cost[at] = problem.per_km * arc.km + problem.per_move;
        upper[at] = groups[arc.group].teachers.len() as f64;
    }
    for (at, post) in gaps.iter().enumerate() {
        conic.cost[first_gap + at] = problem.per_gap;
        upper[first_gap + at] = f64::from(problem.posts[*post].need) + problem.teachers.len() as f64;
    }
    let mut row = |entries: Vec<(usize, f64)>, right: f64| {
        conic.rows.push(entries);
        conic.right.push(right);
    };
    for (group, of) in groups.iter().enumerate() {
        row((0..n_arcs).filter(|at| arcs[*at].group == group).map(|at| (at, 1.0)).collect(), of.teachers.len() as f64);
    }
    let mut net: Vec<Vec<(usize, f64)>> = vec![Vec::new(); problem.posts.len()];
    for (at, arc) in arcs.iter().enumerate() {
        net[groups[arc.group].post].push((at, 1.0));
        net[arc.to_post].push((at, -1.0));
    }
    for (at, (post, out)) in problem.posts.iter().zip(&net).enumerate().filter(|(_, (_, out))| !out.is_empty()) {
        let have = f64::from(post.have);
        row(out.clone(), have - f64::from(post.need.min(post.have)));
        row(out.iter().map(|(column, each)| (*column, -each)).collect(), f64::from(post.need.max(post.have)) - have);
        if let Ok(gap) = gaps.binary_search(&at) {
            let mut entries = out.clone();
            entries.push((first_gap + gap, -1.0));
            row(entries, have - f64::from(post.need));
        }
    }
    for (at, post) in gaps.iter().enumerate().filter(|(_, post)| net[**post].is_empty()) {
        lower[first_gap + at] = f64::from(problem.posts[*post].need - problem.posts[*post].have);
    }
    let all = |each: &dyn Fn(&Arc) -> f64| arcs.iter().enumerate().map(|(at, arc)| (at, each(arc))).collect::<Vec<_>>();
    let backbone = |arc: &Arc| f64::from(u8::from(groups[arc.group].backbone));
    row(all(&|_| -1.0), -(problem.least_moved as f64));
    row(all(&|_| 1.0), problem.most_moved as f64);
    row(all(&|arc| -backbone(arc)), -(problem.least_backbone as f64));
    row(all(&|arc| problem.backbone_share - backbone(arc)), 0.0);
    let structural = conic.rows.len();
    for (spread, of) in problem.spreads.iter().enumerate() {
        conic.cost[first_spread + spread] = of.weight;
        upper[first_spread + spread] = 1e3;
    }
    for column in 0..n {
        conic.rows.push(vec![(column, -1.0)]);
        conic.right.push(-lower[column]);
        conic.rows.push(vec![(column, 1.0)]);
        conic.right.push(upper[column]);
    }
    conic.nonnegative = conic.rows.len();
    let cones = conic.rows.len();
    for (spread, of) in problem.spreads.iter().enumerate() {
        let pupils: f64 = of.schools.iter().flatten().map(|(pupils, _)| pupils).sum();
        let has: f64 = of.schools.iter().flatten().map(|(_, has)| has).sum();
        // Teachers may come from schools that do not count: the total is at most this.
        let outside = |teacher: &&plan::Rotatable| {
            teacher.eligible && teacher.spreads.contains(&spread) && of.schools[problem.posts[teacher.post].school].is_none()
        };
        let total = (has + problem.teachers.iter().filter(outside).count() as f64).max(1e-9);
        conic.rows.push(vec![(first_spread + spread, -1.0)]);
        conic.right.push(0.0);
        let mut members = 1;
        let mut entries: Vec<Vec<(usize, f64)>> = vec![Vec::new(); of.schools.len()];
        for (at, arc) in arcs.iter().enumerate().filter(|(_, arc)| groups[arc.group].spreads.contains(&spread)) {
            entries[problem.posts[groups[arc.group].post].school].push((at, -1.0));
            entries[arc.to].push((at, 1.0));
        }
        for (school, changes) in of.schools.iter().zip(entries) {
            let Some((school_pupils, has)) = school.filter(|(pupils, _)| *pupils > 0.0) else { continue };
            let scale = (pupils / school_pupils).sqrt() / total;
            conic.rows.push(changes.into_iter().map(|(column, each)| (column, -each * scale)).collect());
            conic.right.push(has * scale);
            members += 1;
        }
        conic.cones.push(members);
    }
    match solve(&conic) {
        Solved::Infeasible => None,
        Solved::Unclear => Some(0.0),
        Solved::Point { mut multipliers, .. } => {
            let found = proven(&conic, &mut multipliers, structural..cones, &lower, &upper);
            Some(if found.is_finite() { found.max(0.0) } else { 0.0 })
        }
    }
}
