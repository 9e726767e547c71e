//! Classes of equal size, as even as can be, in which no child can be steered.
//!
//! A composition drawn by lot is improved by exchanges until none helps, shaken, and improved again; classes get their numbers by lot
//! at the end. Every step follows from the numbers that `below` gives, so whoever has the seed can do it again. The
//! specification is `docs/concepts/classes.md`.

mod plain;
mod state;

use plan::{ClassProblem, class_bound};

pub use plain::{class_lot, class_snake};
use state::{State, Table};

/// When the search ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassSettings {
    /// A composition whose penalty is at most so much above the proven bound is taken at once.
    pub slack: u64,
    /// How often the search is shaken at most.
    pub kicks: u32,
}

/// A composition, and what was done for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassAnswer {
    /// The class of each pupil, from 0.
    pub class_of: Vec<u32>,
    pub penalty: u64,
    /// No composition has a smaller penalty.
    pub bound: u64,
    pub exchanges: u64,
    pub kicks: u32,
}

/// A shake goes through so many pairs of classes.
const KICK_PAIRS: u32 = 2;

/// Puts pupils into classes. `below(n)` gives a number from 0 to n − 1, each as likely as the other; nothing else is left to chance.
/// `None` where bound pupils fit into no class.
///
/// ```
/// use plan::{ClassProblem, ClassScore, class_penalty};
/// use planners::{ClassSettings, assign_classes};
/// let problem = ClassProblem {
///     classes: 2,
///     units: (0..6).map(|pupil| vec![pupil]).collect(),
///     counts: vec![],
///     scores: vec![ClassScore { weight: 1, values: vec![90, 80, 70, 60, 50, 40] }],
/// };
/// let mut state = 7u64;
/// let mut below = |n: u64| {
///     state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
///     (state >> 33) % n
/// };
/// let answer = assign_classes(&problem, &ClassSettings { slack: 0, kicks: 100 }, &mut below).unwrap();
/// // 390 points cannot be halved in tens: 190 and 200 is the best.
/// assert_eq!(answer.penalty, 10);
/// assert_eq!(class_penalty(&problem, &answer.class_of).total, 10);
/// ```
pub fn assign_classes(
    problem: &ClassProblem,
    settings: &ClassSettings,
    below: &mut dyn FnMut(u64) -> u64,
) -> Option<ClassAnswer> {
    let table = Table::of(problem);
    let bound = class_bound(problem);
    let enough = bound.saturating_add(settings.slack);
    let mut state = State::new(&table, plain::deal(problem, below)?);
    let mut penalty = state.penalty();
    let mut kicks = 0;
    if penalty > enough {
        state.improve();
        penalty = state.penalty();
        state.weigh();
        let mut best = state.clone();
        while penalty > enough && kicks < settings.kicks {
            kicks += 1;
            shake(&mut state, below);
            state.improve();
            let found = state.penalty();
            if found <= penalty {
                penalty = found;
                state.weigh();
                best.clone_from(&state);
            } else {
                state.clone_from(&best);
            }
        }
    }
    let numbers = plain::shuffled(problem.classes, below);
    let mut class_of = state.class_of(problem);
    class_of.iter_mut().for_each(|class| *class = numbers[*class as usize]);
    Some(ClassAnswer { class_of, penalty, bound, exchanges: state.exchanges, kicks })
}

/// Goes through the units of a few pairs of classes drawn by lot, and lets exchanges stay that do a little harm.
fn shake(state: &mut State<'_>, below: &mut dyn FnMut(u64) -> u64) {
    let classes = state.slots.len() as u64;
    for _ in 0..KICK_PAIRS {
        let a = below(classes) as usize;
        let b = (a + 1 + below(classes - 1) as usize) % classes as usize;
        state.pass(a.min(b), a.max(b), state.shake_limit());
    }
}
