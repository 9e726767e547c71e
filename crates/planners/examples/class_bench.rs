//! One class assignment from a sealed input on standard input: seconds, penalty, and classes; for the benches.
//!
//! `class_bench [RUNS] < input.txt`
#![expect(clippy::disallowed_methods, reason = "a bench reads arguments and the clock")]

use std::io::Read;
use std::time::Instant;

use plan::{ClassInput, class_penalty};
use planners::{ClassSettings, assign_classes};

fn main() {
    let mut words = String::new();
    std::io::stdin().read_to_string(&mut words).expect("a sealed input");
    let input = ClassInput::read(&words).expect("a sealed input");
    let runs: u64 = std::env::args().nth(1).map_or(1, |runs| runs.parse().expect("a number of runs"));
    let settings = ClassSettings { slack: input.slack, kicks: input.kicks };
    for run in 0..runs {
        // Any generator serves a measurement.
        let mut state = run.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut below = |n: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) % n
        };
        let started = Instant::now();
        let answer = assign_classes(&input.problem, &settings, &mut below).expect("bound pupils fit");
        let seconds = started.elapsed().as_secs_f64();
        assert_eq!(class_penalty(&input.problem, &answer.class_of).total, answer.penalty);
        let classes: Vec<String> = answer.class_of.iter().map(u32::to_string).collect();
        println!("{seconds:.4} {} {} {} {} {}", answer.penalty, answer.bound, answer.exchanges, answer.kicks, classes.join(","));
    }
}
