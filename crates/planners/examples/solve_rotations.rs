//! Plans rotations given as JSON files and prints one line of JSON for each: moves, bound, seconds. `benches/planning` states them.
#![expect(clippy::disallowed_methods, reason = "a bench reads files and the clock")]

use std::time::{Duration, Instant};

use plan::{RotationProblem, rotation_sum};
use planners::plan_rotation;

/// As `junheng plan rotation` does.
const PASSES: usize = 3;

fn main() {
    let mut guard = Duration::from_secs(600);
    for word in std::env::args().skip(1) {
        if let Some(seconds) = word.strip_prefix("--seconds=") {
            guard = Duration::from_secs_f64(seconds.parse().expect("a number"));
            continue;
        }
        let problem: RotationProblem = serde_json::from_str(&std::fs::read_to_string(&word).expect("a file")).expect("a problem");
        let started = Instant::now();
        let answer = plan_rotation(&problem, PASSES, &|| started.elapsed() > guard);
        let seconds = started.elapsed().as_secs_f64();
        let found = !answer.moves.is_empty();
        let moves: Vec<[usize; 2]> = answer.moves.iter().map(|step| [step.teacher, step.to]).collect();
        println!(
            "{}",
            serde_json::json!({
                "problem": word,
                "status": format!("{:?}", answer.status),
                "points": rotation_sum(&problem, &answer.moves).points,
                "moves": found.then_some(moves),
                "bound": answer.bound,
                "seconds": seconds,
            })
        );
    }
}
