//! Pupils to be put into classes of equal size, and how far a composition is from perfectly even.

use facts::{Text, text};

/// Pupils, what is to be even among their classes, and how many classes there are.
///
/// Classes have n div K pupils, and n mod K of them one more. Everything is a whole number, so that the penalty of a composition
/// is the same number in any language; `docs/concepts/classes.md` is its specification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassProblem {
    pub classes: u32,
    /// The pupils (numbered from 0) of each unit: one, or those who are bound to be in one class. Every pupil is in one unit.
    pub units: Vec<Vec<u32>>,
    pub counts: Vec<ClassCount>,
    pub scores: Vec<ClassScore>,
}

/// Something of which every class should have the same number: girls, boarders, namesakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassCount {
    /// For each one too many or too few in a class.
    pub weight: u32,
    /// By pupil, ascending: how much of it the pupil is. Who is none of it is left out.
    pub amounts: Vec<(u32, u32)>,
}

/// Something that adds up, and whose sums should be equal: points of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassScore {
    /// For each point between the class that is most above its share and the one that is most below.
    pub weight: u32,
    /// By pupil.
    pub values: Vec<i32>,
}

/// How uneven a composition is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassPenalty {
    pub total: u64,
    /// Weighted, in the order of the problem.
    pub counts: Vec<u64>,
    pub scores: Vec<u64>,
}

/// What a problem may be at most; within it no sum of a search leaves 64 bits.
pub const PUPILS_MAX: usize = 5_000;
pub const SCORE_MAX: i32 = 20_000;
pub const SCORE_WEIGHT_MAX: u32 = 100;
pub const COUNT_WEIGHT_MAX: u32 = 10_000;
pub const BOUND_MAX: usize = 4;
const AMOUNT_MAX: u32 = 100;
const SCORES_MAX: usize = 20;
const COUNTS_MAX: usize = 5_000;

impl ClassProblem {
    pub fn n_pupils(&self) -> usize {
        self.units.iter().map(Vec::len).sum()
    }

    /// Between how many of a count a class may have without penalty.
    pub fn span(&self, count: &ClassCount) -> (u64, u64) {
        let (all, classes) = (count.amounts.iter().map(|(_, amount)| u64::from(*amount)).sum::<u64>(), u64::from(self.classes));
        (all / classes.max(1), all.div_ceil(classes.max(1)))
    }

    /// The share of a score that falls to a class of so many pupils, rounded up.
    pub fn share(&self, score: &ClassScore, pupils: usize) -> i64 {
        let (all, n) = (score.values.iter().map(|value| i64::from(*value)).sum::<i64>(), self.n_pupils().max(1) as i64);
        let product = pupils as i64 * all;
        product.div_euclid(n) + i64::from(product.rem_euclid(n) != 0)
    }

    /// What makes it no problem that can be solved: too large, out of range, a pupil in no unit.
    pub fn faults(&self) -> Vec<Text> {
        let mut faults = Vec::new();
        let n = self.n_pupils();
        if n == 0 || n > PUPILS_MAX {
            faults.push(text!("应有 1 至 {PUPILS_MAX} 名学生，现有 {n} 名", "there must be 1 to {PUPILS_MAX} pupils, not {n}"));
        }
        let classes = self.classes;
        if classes < 2 || classes as usize > n {
            faults.push(text!("{n} 名学生不能分成 {classes} 个班", "{n} pupils cannot be put into {classes} classes"));
        }
        let mut seen = vec![false; n];
        for pupil in self.units.iter().flatten() {
            match seen.get_mut(*pupil as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => faults.push(text!("第 {pupil} 名学生出现两次或不存在", "pupil {pupil} is there twice or does not exist")),
            }
        }
        if let Some(unit) = self.units.iter().find(|unit| unit.is_empty() || unit.len() > BOUND_MAX) {
            let size = unit.len();
            faults
                .push(text!("捆绑的学生应不多于 {BOUND_MAX} 名，现有 {size} 名", "{size} pupils are bound, {BOUND_MAX} at most"));
        }
        let outside = |(pupil, amount): &(u32, u32)| *pupil as usize >= n || *amount == 0 || *amount > AMOUNT_MAX;
        let ascending = |count: &ClassCount| count.amounts.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if self.counts.len() > COUNTS_MAX
            || self
                .counts
                .iter()
                .any(|count| count.weight > COUNT_WEIGHT_MAX || !ascending(count) || count.amounts.iter().any(outside))
        {
            faults.push(text!("计数项超出范围", "a count is out of range"));
        }
        let too_far = |value: &i32| !(-SCORE_MAX..=SCORE_MAX).contains(value);
        if self.scores.len() > SCORES_MAX
            || self
                .scores
                .iter()
                .any(|score| score.weight > SCORE_WEIGHT_MAX || score.values.len() != n || score.values.iter().any(too_far))
        {
            faults.push(text!("成绩项超出范围", "a score is out of range"));
        }
        faults
    }
}

/// What a composition breaks that no penalty may weigh up: sizes, bound pupils, a class that does not exist.
///
/// `class_of` names the class of each pupil, from 0.
pub fn class_faults(problem: &ClassProblem, class_of: &[u32]) -> Vec<Text> {
    let (n, classes) = (problem.n_pupils(), problem.classes as usize);
    if class_of.len() != n || class_of.iter().any(|class| *class as usize >= classes) {
        return vec![text!("名单与学生对不上", "the composition does not fit the pupils")];
    }
    let mut faults = Vec::new();
    let mut sizes = vec![0usize; classes];
    class_of.iter().for_each(|class| sizes[*class as usize] += 1);
    for (class, size) in sizes.iter().enumerate() {
        if *size != n / classes && *size != n.div_ceil(classes) {
            let class = class + 1;
            faults.push(text!(
                "{class} 班有 {size} 人，各班人数相差超过 1",
                "class {class} has {size} pupils: sizes differ by more than 1"
            ));
        }
    }
    for unit in &problem.units {
        if unit.iter().any(|pupil| class_of[*pupil as usize] != class_of[unit[0] as usize]) {
            let first = unit[0];
            faults.push(text!(
                "第 {first} 名学生与捆绑的同伴不在一个班",
                "pupil {first} is not in the class of those it is bound to"
            ));
        }
    }
    faults
}

/// The penalty of a composition, worked out from nothing: whoever doubts a planner can compare.
///
/// ```
/// use plan::{ClassCount, ClassProblem, ClassScore, class_penalty};
/// let problem = ClassProblem {
///     classes: 2,
///     units: vec![vec![0], vec![1], vec![2], vec![3]],
///     counts: vec![ClassCount { weight: 100, amounts: vec![(0, 1), (1, 1)] }],
///     scores: vec![ClassScore { weight: 1, values: vec![90, 80, 70, 60] }],
/// };
/// // Both girls in one class: one too many here, one too few there; 170 points against 130.
/// assert_eq!(class_penalty(&problem, &[0, 0, 1, 1]).total, 200 + 40);
/// assert_eq!(class_penalty(&problem, &[0, 1, 1, 0]).total, 0);
/// ```
pub fn class_penalty(problem: &ClassProblem, class_of: &[u32]) -> ClassPenalty {
    let classes = problem.classes as usize;
    let mut penalty = ClassPenalty::default();
    for count in &problem.counts {
        let (least, most) = problem.span(count);
        let mut had = vec![0u64; classes];
        count.amounts.iter().for_each(|(pupil, amount)| had[class_of[*pupil as usize] as usize] += u64::from(*amount));
        let outside: u64 = had.iter().map(|had| had.saturating_sub(most) + least.saturating_sub(*had)).sum();
        penalty.counts.push(u64::from(count.weight) * outside);
    }
    for score in &problem.scores {
        let (mut sums, mut sizes) = (vec![0i64; classes], vec![0usize; classes]);
        for (value, class) in score.values.iter().zip(class_of) {
            sums[*class as usize] += i64::from(*value);
            sizes[*class as usize] += 1;
        }
        let above: Vec<i64> = sums.iter().zip(&sizes).map(|(sum, size)| sum - problem.share(score, *size)).collect();
        let range = above.iter().max().unwrap_or(&0) - above.iter().min().unwrap_or(&0);
        penalty.scores.push(u64::from(score.weight) * range.unsigned_abs());
    }
    penalty.total = penalty.counts.iter().chain(&penalty.scores).sum();
    penalty
}

/// No composition has a smaller penalty: sums that cannot be shared out evenly leave a point somewhere.
pub fn class_bound(problem: &ClassProblem) -> u64 {
    let (n, classes) = (problem.n_pupils(), i64::from(problem.classes));
    let larger = (n as i64) % classes.max(1);
    let bound = |score: &ClassScore| {
        let all: i64 = score.values.iter().map(|value| i64::from(*value)).sum();
        let small = n / problem.classes.max(1) as usize;
        let shares = larger * problem.share(score, small + 1) + (classes - larger) * problem.share(score, small);
        u64::from((all - shares).rem_euclid(classes.max(1)) != 0) * u64::from(score.weight)
    };
    problem.scores.iter().map(bound).sum()
}
