//! What a rotation planner is asked, what a rotation is, and the check of one. Plain numbers with indices: nobody is named here.

use serde::{Deserialize, Serialize};

/// Teachers who may or must stay, schools that need them, and how even they are spread.
///
/// Aim: Σ weight · √(1 + CV²) over the [`Spread`]s, in points, plus points for each post that lacks a teacher of its subject,
/// plus points for each kilometre and each move.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RotationProblem {
    pub teachers: Vec<Rotatable>,
    /// Kilometres between schools, by school and school; infinite where unknown.
    pub km: Vec<Vec<f64>>,
    /// By school and school: whether a move between them counts. One that does not ("paper move") is not made.
    pub counts: Vec<Vec<bool>>,
    /// Posts: teachers of one stage and subject at a school.
    pub posts: Vec<Post>,
    pub spreads: Vec<Spread>,
    /// So many must move at least.
    pub least_moved: usize,
    /// No more than so many move.
    pub most_moved: usize,
    /// So many backbone teachers must move at least, whatever else moves.
    pub least_backbone: usize,
    /// The least share of backbone teachers among those who move.
    pub backbone_share: f64,
    /// No move is longer.
    pub most_km: f64,
    pub per_km: f64,
    pub per_move: f64,
    pub per_gap: f64,
}

/// A teacher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rotatable {
    /// Index of the post that he or she holds.
    pub post: usize,
    pub eligible: bool,
    pub backbone: bool,
    /// Indices of the spreads in which this teacher counts.
    pub spreads: Vec<usize>,
}

/// The teachers of one subject and stage at a school.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub school: usize,
    /// Index of stage and subject: teachers move within it.
    pub line: usize,
    pub have: u32,
    /// The school's own need: nobody leaves it below this, nor below what it has where that is less.
    pub need: u32,
}

/// How evenly something that teachers have is spread over the pupils of schools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    pub weight: f64,
    /// By school: pupils and how many have it; none where the school does not count.
    pub schools: Vec<Option<(f64, f64)>>,
}

/// Who goes where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rotated {
    pub teacher: usize,
    /// Index of a school.
    pub to: usize,
}

/// What a rotation comes to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RotationSum {
    pub points: f64,
    pub moved: usize,
    pub backbone: usize,
    pub km: f64,
    /// Posts that lack a teacher, counted by teacher.
    pub gaps: u32,
    /// By spread: the coefficient of variation.
    pub cvs: Vec<f64>,
}

/// Why a rotation is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationFault {
    /// A teacher moves twice, or is not there.
    Twice(usize),
    NotEligible(usize),
    /// To the own school, to one where the move does not count, or too far.
    Destination(usize),
    /// No post of the subject at the school.
    NoPost(usize),
    /// A post falls below its need.
    Need(usize),
    /// A post gets more than it has and needs.
    Crowded(usize),
    TooFew,
    TooMany,
    TooFewBackbone,
}

impl RotationProblem {
    /// The post of a line at a school.
    pub fn post_at(&self, school: usize, line: usize) -> Option<usize> {
        self.posts.iter().position(|post| post.school == school && post.line == line)
    }
}

/// What a rotation comes to, worked out from the bottom.
///
/// ```
/// use plan::{Post, Rotatable, Rotated, RotationProblem, Spread, rotation_sum};
/// // Two schools of 100 pupils; three backbone teachers at the first, none at the second.
/// let teacher = |post, backbone| Rotatable { post, eligible: true, backbone, spreads: if backbone { vec![0] } else { vec![] } };
/// let problem = RotationProblem {
///     teachers: vec![teacher(0, true), teacher(0, true), teacher(0, true), teacher(1, false)],
///     posts: vec![Post { school: 0, line: 0, have: 3, need: 3 }, Post { school: 1, line: 0, have: 1, need: 1 }],
///     km: vec![vec![0.0, 7.0], vec![7.0, 0.0]],
///     counts: vec![vec![false, true], vec![true, false]],
///     spreads: vec![Spread { weight: 1.0, schools: vec![Some((100.0, 3.0)), Some((100.0, 0.0))] }],
///     per_km: 1.0,
///     ..RotationProblem::default()
/// };
/// let swap = [Rotated { teacher: 0, to: 1 }, Rotated { teacher: 3, to: 0 }];
/// let sum = rotation_sum(&problem, &swap);
/// // Before 3 : 0, a coefficient of 1; after 2 : 1, one of 1/3.
/// assert!((sum.cvs[0] - 1.0 / 3.0).abs() < 1e-12);
/// assert_eq!((sum.moved, sum.backbone, sum.km), (2, 1, 14.0));
/// ```
pub fn rotation_sum(problem: &RotationProblem, moves: &[Rotated]) -> RotationSum {
    let mut sum = RotationSum { moved: moves.len(), ..RotationSum::default() };
    let mut have: Vec<i64> = problem.posts.iter().map(|post| i64::from(post.have)).collect();
    let mut spreads: Vec<Vec<Option<(f64, f64)>>> = problem.spreads.iter().map(|spread| spread.schools.clone()).collect();
    for step in moves {
        let Some(teacher) = problem.teachers.get(step.teacher) else { continue };
        let post = &problem.posts[teacher.post];
        sum.backbone += usize::from(teacher.backbone);
        sum.km += problem.km[post.school][step.to];
        have[teacher.post] -= 1;
        if let Some(to) = problem.post_at(step.to, post.line) {
            have[to] += 1;
        }
        for spread in &teacher.spreads {
            let schools = &mut spreads[*spread];
            if let Some((_, has)) = &mut schools[post.school] {
                *has -= 1.0;
            }
            if let Some((_, has)) = &mut schools[step.to] {
                *has += 1.0;
            }
        }
    }
    for (post, have) in problem.posts.iter().zip(&have) {
        sum.gaps += u32::try_from((i64::from(post.need) - have).max(0)).unwrap_or(0);
    }
    sum.points = problem.per_gap * f64::from(sum.gaps) + problem.per_km * sum.km + problem.per_move * sum.moved as f64;
    for (spread, schools) in problem.spreads.iter().zip(&spreads) {
        let known: Vec<(f64, f64)> = schools.iter().flatten().copied().collect();
        let cv = spread_cv(&known);
        sum.points += spread.weight * (1.0 + cv * cv).sqrt();
        sum.cvs.push(cv);
    }
    sum
}

/// The coefficient of variation of counts per pupil, weighted by pupils; 0 where there is nothing.
fn spread_cv(schools: &[(f64, f64)]) -> f64 {
    let pupils: f64 = schools.iter().map(|(pupils, _)| pupils).sum();
    let mean = schools.iter().map(|(_, has)| has).sum::<f64>() / pupils;
    if pupils <= 0.0 || mean <= 0.0 || !mean.is_finite() {
        return 0.0;
    }
    let squares = schools.iter().filter(|(pupils, _)| *pupils > 0.0).map(|(pupils, has)| pupils * (has / pupils - mean).powi(2));
    (squares.sum::<f64>() / pupils).sqrt() / mean
}

/// Everything wrong with a rotation.
pub fn rotation_faults(problem: &RotationProblem, moves: &[Rotated]) -> Vec<RotationFault> {
    let mut faults = Vec::new();
    let mut seen = vec![false; problem.teachers.len()];
    let mut have: Vec<i64> = problem.posts.iter().map(|post| i64::from(post.have)).collect();
    for step in moves {
        let Some(teacher) = problem.teachers.get(step.teacher).filter(|_| !seen[step.teacher]) else {
            faults.push(RotationFault::Twice(step.teacher));
            continue;
        };
        seen[step.teacher] = true;
        if !teacher.eligible {
            faults.push(RotationFault::NotEligible(step.teacher));
        }
        let post = &problem.posts[teacher.post];
        let far = problem.km.get(post.school).and_then(|row| row.get(step.to)).is_none_or(|km| *km > problem.most_km);
        if far || step.to == post.school || !problem.counts[post.school][step.to] {
            faults.push(RotationFault::Destination(step.teacher));
        }
        have[teacher.post] -= 1;
        match problem.post_at(step.to, post.line) {
            Some(to) => have[to] += 1,
            None => faults.push(RotationFault::NoPost(step.teacher)),
        }
    }
    for (at, (post, have)) in problem.posts.iter().zip(&have).enumerate() {
        if *have < i64::from(post.need.min(post.have)) {
            faults.push(RotationFault::Need(at));
        }
        if *have > i64::from(post.need.max(post.have)) {
            faults.push(RotationFault::Crowded(at));
        }
    }
    let backbone = moves.iter().filter(|step| problem.teachers.get(step.teacher).is_some_and(|teacher| teacher.backbone)).count();
    if moves.len() < problem.least_moved {
        faults.push(RotationFault::TooFew);
    }
    if moves.len() > problem.most_moved {
        faults.push(RotationFault::TooMany);
    }
    if backbone < problem.least_backbone || (backbone as f64) < problem.backbone_share * moves.len() as f64 - 1e-9 {
        faults.push(RotationFault::TooFewBackbone);
    }
    faults
}
