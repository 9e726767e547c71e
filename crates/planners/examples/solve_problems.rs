//! Solves problems given as JSON files and prints one line of JSON for each: cost, bound, gap, branches, seconds.
//! `benches/planning` states the problems.
#![expect(clippy::disallowed_methods, reason = "a bench reads files and the clock")]

use std::time::{Duration, Instant};

use plan::Problem;
use planners::{Settings, plan_budget};

fn main() {
    let mut settings = Settings::default();
    let mut guard = Duration::from_secs(600);
    for word in std::env::args().skip(1) {
        if let Some((key, value)) = word.strip_prefix("--").and_then(|option| option.split_once('=')) {
            match key {
                "keep" => settings.keep = value == "true",
                "gap" => settings.gap = value.parse().expect("a number"),
                "branches" => settings.branches = value.parse().expect("a number"),
                "trials" => settings.trials = value.parse().expect("a number"),
                "seconds" => guard = Duration::from_secs_f64(value.parse().expect("a number")),
                _ => panic!("unknown option {key}"),
            }
            continue;
        }
        let problem: Problem = serde_json::from_str(&std::fs::read_to_string(&word).expect("a file")).expect("a problem");
        let started = Instant::now();
        let answer = plan_budget(&problem, &settings, &|| started.elapsed() > guard);
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{}",
            serde_json::json!({
                "problem": word,
                "status": format!("{:?}", answer.status),
                "cost": answer.cost,
                "bound": answer.bound,
                "first_bound": answer.first_bound,
                "gap": answer.gap(),
                "branches": answer.branches,
                "seconds": seconds,
                "levels": answer.levels,
            })
        );
    }
}
