//! Who changes schools: the largest fall of what is uneven for the least travel.
//!
//! Most moves are exchanges of two teachers of one stage and subject, so that no school loses a teacher that it needs; single
//! moves fill posts that lack one. The best exchange is taken again and again until quotas are met and nothing helps any more;
//! then each is taken back once to see whether another serves better. The bound lets teachers move in fractions ([`bound`]).

mod bound;
mod state;

use std::collections::BTreeMap;

use plan::{Rotated, RotationProblem};

use crate::Status;
use state::{Action, State};

/// Teachers who are alike to the planner, first those who have been longest at their school.
#[derive(Debug, Clone)]
struct Group {
    teachers: Vec<usize>,
    post: usize,
    spreads: Vec<usize>,
    backbone: bool,
}

/// Where a group could go.
#[derive(Debug, Clone, Copy)]
struct Arc {
    group: usize,
    to: usize,
    to_post: usize,
    km: f64,
}

/// A rotation with the proof of how good it is.
#[derive(Debug, Clone, PartialEq)]
pub struct RotationAnswer {
    pub status: Status,
    pub moves: Vec<Rotated>,
    /// No rotation comes to fewer points.
    pub bound: f64,
}

/// Looks for the rotation with the fewest points. Teachers who are alike are taken in their order.
///
/// ```
/// use plan::{Post, Rotatable, RotationProblem, Spread, rotation_sum};
/// use planners::{Status, plan_rotation};
/// // Four backbone teachers at the first of two schools of 100 pupils, none at the second.
/// let teacher = |post, backbone| Rotatable { post, eligible: true, backbone, spreads: if backbone { vec![0] } else { vec![] } };
/// let problem = RotationProblem {
///     teachers: vec![teacher(0, true), teacher(0, true), teacher(0, true), teacher(0, true), teacher(1, false), teacher(1, false)],
///     posts: vec![Post { school: 0, line: 0, have: 4, need: 4 }, Post { school: 1, line: 0, have: 2, need: 2 }],
///     km: vec![vec![0.0, 7.0], vec![7.0, 0.0]],
///     counts: vec![vec![false, true], vec![true, false]],
///     spreads: vec![Spread { weight: 1000.0, schools: vec![Some((100.0, 4.0)), Some((100.0, 0.0))] }],
///     least_moved: 1, most_moved: 6, backbone_share: 0.2, most_km: 30.0, per_km: 0.1,
///     ..RotationProblem::default()
/// };
/// let answer = plan_rotation(&problem, 100, &|| false);
/// let sum = rotation_sum(&problem, &answer.moves);
/// assert_eq!((answer.status, sum.moved, sum.cvs), (Status::StepsUsed, 4, vec![0.0]));
/// assert!(answer.bound <= sum.points);
/// ```
pub fn plan_rotation(problem: &RotationProblem, passes: usize, stopped: &dyn Fn() -> bool) -> RotationAnswer {
    let groups = groups(problem);
    let arcs = arcs(problem, &groups);
    let Some(bound) = bound::bound(problem, &groups, &arcs) else {
        return RotationAnswer { status: Status::Impossible, moves: Vec::new(), bound: 0.0 };
    };
    let mut state = State::of(problem, &groups);
    let actions = actions(problem, &groups, &arcs);
    let mut status = Status::StepsUsed;
    // Quotas first, then whatever still helps.
    while !stopped() {
        let Some((action, change)) = state.best(&actions) else { break };
        if change >= -1e-9 && state.quotas_met() {
            break;
        }
        state.take(action);
    }
    for _ in 0..passes {
        let mut better = false;
        for at in 0..state.taken.len() {
            if stopped() {
                status = Status::Stopped;
                break;
            }
            let before = state.points();
            let old = state.give_back(at);
            let quotas = |state: &State<'_>| state.quotas_met();
            if state.points() < before - 1e-9 && quotas(&state) {
                better = true;
                break;
            }
            if let Some((action, _)) = state.best(&actions) {
                state.take(action);
                if state.points() < before - 1e-9 && quotas(&state) {
                    better = true;
                    continue;
                }
                state.give_back(state.taken.len() - 1);
            }
            state.take_at(at, old);
        }
        if !better || status == Status::Stopped {
            break;
        }
    }
    if stopped() {
        status = Status::Stopped;
    }
    if !state.quotas_met() {
        // Stopped on the way says nothing of what is possible.
        let status = if stopped() { Status::Stopped } else { Status::NotFound };
        return RotationAnswer { status, moves: Vec::new(), bound };
    }
    let mut next: Vec<usize> = vec![0; groups.len()];
    let mut moves = Vec::new();
    for action in &state.taken {
        for (group, to) in action.moves(problem, &groups) {
            moves.push(Rotated { teacher: groups[group].teachers[next[group]], to });
            next[group] += 1;
        }
    }
    RotationAnswer { status, moves, bound }
}

fn groups(problem: &RotationProblem) -> Vec<Group> {
    let mut found: BTreeMap<(usize, bool, Vec<usize>), Vec<usize>> = BTreeMap::new();
    for (at, teacher) in problem.teachers.iter().enumerate().filter(|(_, teacher)| teacher.eligible) {
        found.entry((teacher.post, teacher.backbone, teacher.spreads.clone())).or_default().push(at);
    }
    let group = |((post, backbone, spreads), teachers)| Group { teachers, post, spreads, backbone };
    found.into_iter().map(group).collect()
}

fn arcs(problem: &RotationProblem, groups: &[Group]) -> Vec<Arc> {
    let mut arcs = Vec::new();
    let mut by_line: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, post) in problem.posts.iter().enumerate() {
        by_line.entry(post.line).or_default().push(at);
    }
    for (group, of) in groups.iter().enumerate() {
        let from = &problem.posts[of.post];
        for to_post in by_line.get(&from.line).into_iter().flatten() {
            let to = problem.posts[*to_post].school;
            let km = problem.km[from.school][to];
            if to != from.school && problem.counts[from.school][to] && km <= problem.most_km {
                arcs.push(Arc { group, to, to_post: *to_post, km });
            }
        }
    }
    arcs
}

/// Every exchange of two groups, and every move to a post that lacks a teacher.
fn actions(problem: &RotationProblem, groups: &[Group], arcs: &[Arc]) -> Vec<Action> {
    let mut of_post: Vec<Vec<usize>> = vec![Vec::new(); problem.posts.len()];
    for (group, of) in groups.iter().enumerate() {
        of_post[of.post].push(group);
    }
    let mut actions = Vec::new();
    for arc in arcs {
        let post = &problem.posts[arc.to_post];
        if post.have < post.need {
            actions.push(Action { group: arc.group, other: None, to_post: arc.to_post });
        }
        let from = problem.posts[groups[arc.group].post].school;
        let back = problem.counts[arc.to][from] && problem.km[arc.to][from] <= problem.most_km;
        for other in of_post[arc.to_post].iter().filter(|other| back && arc.group < **other) {
            actions.push(Action { group: arc.group, other: Some(*other), to_post: arc.to_post });
        }
    }
    actions
}
