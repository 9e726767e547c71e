use facts::{Text, text};
use plan::{ClassProblem, class_penalty};
use planners::{ClassSettings, assign_classes, class_lot, class_snake};
use serde::Serialize;

use super::roll::{ClassRoll, scale_of};

/// One composition, as even as it is.
#[derive(Debug, Clone, Serialize)]
pub struct BalanceWay {
    pub way: Text,
    pub penalty: u64,
    pub smallest: usize,
    pub largest: usize,
    pub counts: Vec<BalanceCount>,
    pub scores: Vec<BalanceScore>,
    /// Bound pupils who are parted.
    pub parted: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct BalanceCount {
    pub title: String,
    pub least: u64,
    pub most: u64,
}

#[derive(Debug, Clone, Serialize)]
pub struct BalanceScore {
    pub title: String,
    /// Means of classes, in points.
    pub least: f64,
    pub most: f64,
    /// Between the class with the widest spread (standard deviation) and the one with the narrowest, in points.
    pub spread_gap: f64,
}

/// How evenly a composition shares out what the roll asks for.
pub(crate) fn balance(way: Text, roll: &ClassRoll, class_of: &[u32]) -> BalanceWay {
    let problem = &roll.input.problem;
    let classes = problem.classes as usize;
    let mut sizes = vec![0usize; classes];
    class_of.iter().for_each(|class| sizes[*class as usize] += 1);
    let counts = problem.counts.iter().zip(&roll.input.count_titles).map(|(count, title)| {
        let mut had = vec![0u64; classes];
        count.amounts.iter().for_each(|(pupil, amount)| had[class_of[*pupil as usize] as usize] += u64::from(*amount));
        let (least, most) = (had.iter().min().copied().unwrap_or(0), had.iter().max().copied().unwrap_or(0));
        BalanceCount { title: title.clone(), least, most }
    });
    let scores = problem.scores.iter().zip(&roll.input.score_titles).map(|(score, title)| {
        let scale = scale_of(title);
        let (mut sums, mut squares) = (vec![0.0; classes], vec![0.0; classes]);
        for (value, class) in score.values.iter().zip(class_of) {
            let points = f64::from(*value) / scale as f64;
            sums[*class as usize] += points;
            squares[*class as usize] += points * points;
        }
        let mean = |class: usize| sums[class] / sizes[class].max(1) as f64;
        let spread = |class: usize| (squares[class] / sizes[class].max(1) as f64 - mean(class).powi(2)).max(0.0).sqrt();
        let (least, most) = ends((0..classes).map(mean));
        let (narrow, wide) = ends((0..classes).map(spread));
        BalanceScore { title: title.clone(), least, most, spread_gap: wide - narrow }
    });
    BalanceWay {
        way,
        penalty: class_penalty(problem, class_of).total,
        smallest: sizes.iter().min().copied().unwrap_or(0),
        largest: sizes.iter().max().copied().unwrap_or(0),
        counts: counts.collect(),
        scores: scores.collect(),
        parted: problem
            .units
            .iter()
            .filter(|unit| unit.iter().any(|pupil| class_of[*pupil as usize] != class_of[unit[0] as usize]))
            .count(),
    }
}

fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)))
}

/// The same roll put into the order that goes there and back (by sex, then by score), and by lot alone.
pub(crate) fn other_ways(roll: &ClassRoll, below: &mut dyn FnMut(u64) -> u64) -> Vec<BalanceWay> {
    let problem = &roll.input.problem;
    let mut keys: Vec<(i64, i64)> = vec![(0, 0); roll.input.receipts.len()];
    let sexes = problem.counts.iter().zip(&roll.input.count_titles).filter(|(_, title)| title.starts_with("性别 "));
    for (nth, (count, _)) in sexes.enumerate() {
        count.amounts.iter().for_each(|(pupil, _)| keys[*pupil as usize].0 = nth as i64 + 1);
    }
    if let Some(score) = problem.scores.first() {
        keys.iter_mut().zip(&score.values).for_each(|(key, value)| key.1 = i64::from(*value));
    }
    let snake = class_snake(&keys, problem.classes);
    let mut ways = vec![balance(text!("蛇形排序", "snake order"), roll, &snake)];
    if let Some(lot) = class_lot(problem, below) {
        ways.push(balance(text!("纯抽签", "lot alone"), roll, &lot));
    }
    ways
}

/// How much chance is left once classes are even, measured by drawing many times.
#[derive(Debug, Clone, Serialize)]
pub struct ClassChance {
    pub runs: u32,
    /// How many of the compositions were different.
    pub distinct: usize,
    /// If there were fewer compositions than 2 to this power, two of the runs would have come out alike with 95 % certainty.
    pub bits_at_least: f64,
    /// What each child has by construction: every class number is as likely, log₂ of the number of classes.
    pub label_bits: f64,
    /// Of two unbound children: how often together, on average, and the pair most often together.
    pub together_mean: f64,
    pub together_most: f64,
    /// The same for lots alone, drawn as often.
    pub lot_together_most: f64,
    /// The variance over pairs of how often they were together, over that of lots alone: 1 is as free as lots.
    pub pair_variance: f64,
}

/// Draws again and again with other seeds.
pub(crate) fn measure(
    problem: &ClassProblem,
    settings: &ClassSettings,
    runs: u32,
    below: &mut dyn FnMut(u64) -> u64,
) -> ClassChance {
    let n = problem.n_pupils();
    let (mut ours, mut lots) = (Pairs::of(problem), Pairs::of(problem));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..runs {
        if let Some(answer) = assign_classes(problem, settings, below) {
            ours.add(&answer.class_of);
            seen.insert(answer.class_of);
        }
        if let Some(lot) = class_lot(problem, below) {
            lots.add(&lot);
        }
    }
    let runs_f = f64::from(runs.max(1));
    let (mean, most, variance) = ours.measures(runs_f, n);
    let (_, lot_most, lot_variance) = lots.measures(runs_f, n);
    ClassChance {
        runs,
        distinct: seen.len(),
        bits_at_least: if seen.len() == runs as usize {
            (runs_f * (runs_f - 1.0) / (2.0 * 20f64.ln())).max(1.0).log2()
        } else {
            0.0
        },
        label_bits: f64::from(problem.classes).log2(),
        together_mean: mean,
        together_most: most,
        lot_together_most: lot_most,
        pair_variance: variance / lot_variance.max(f64::MIN_POSITIVE),
    }
}

/// How often every two pupils were together.
struct Pairs {
    together: Vec<u16>,
    unit_of: Vec<usize>,
}

impl Pairs {
    fn of(problem: &ClassProblem) -> Pairs {
        let n = problem.n_pupils();
        let mut unit_of = vec![0; n];
        for (unit, pupils) in problem.units.iter().enumerate() {
            pupils.iter().for_each(|pupil| unit_of[*pupil as usize] = unit);
        }
        Pairs { together: vec![0; n * n], unit_of }
    }

    fn add(&mut self, class_of: &[u32]) {
        let n = class_of.len();
        for (a, class) in class_of.iter().enumerate() {
            for (b, other) in class_of.iter().enumerate().skip(a + 1) {
                self.together[a * n + b] += u16::from(class == other);
            }
        }
    }

    /// Mean, greatest and variance of the shares of runs, over pairs that are not bound.
    fn measures(&self, runs: f64, n: usize) -> (f64, f64, f64) {
        let (mut sum, mut squares, mut most, mut pairs) = (0.0, 0.0, 0.0f64, 0.0);
        for (a, unit) in self.unit_of.iter().enumerate() {
            for (b, _) in self.unit_of.iter().enumerate().skip(a + 1).filter(|(_, other)| unit != *other) {
                let share = f64::from(self.together[a * n + b]) / runs;
                sum += share;
                squares += share * share;
                most = most.max(share);
                pairs += 1.0;
            }
        }
        let mean = sum / f64::max(pairs, 1.0);
        (mean, most, (squares / f64::max(pairs, 1.0) - mean * mean).max(0.0))
    }
}
