//! `cargo xtask`: what a developer runs. Nothing is in a shell script that could be here.

mod bench;
mod console;
mod demo;
mod json;
mod seeds;
mod step;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// One thing that `cargo xtask` does. To add one: write a module with a `run`, and a line here.
struct Task {
    name: &'static str,
    about: &'static str,
    run: fn(root: &Path, words: &[String]) -> Result<(), String>,
}

/// In alphabetical order.
const TASKS: &[Task] = &[
    Task {
        name: "bench",
        about: "measure against other tools: bench import|county|province (benches/PROTOCOL.md)",
        run: bench::run,
    },
    Task {
        name: "demo",
        about: "build, make the sample county, import it, evaluate it, open the console: demo [--out DIR] [--no-serve]",
        run: demo::run,
    },
    Task { name: "seeds", about: "write the first inputs of the fuzz targets into fuzz/seeds", run: seeds::run },
    Task { name: "test", about: "everything that must hold before a change is merged", run: test::run },
    Task { name: "tidy", about: "the rules of the house that no compiler checks: tidy [CHECK…]", run: tidy::run },
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(task) = words.first().and_then(|name| TASKS.iter().find(|task| task.name == name)) else {
        println!("cargo xtask COMMAND\n");
        for task in TASKS {
            println!("  {:<8}{}", task.name, task.about);
        }
        return ExitCode::from(2);
    };
    match (task.run)(&root(), &words[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\ncargo xtask {}: {reason}", task.name);
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository, wherever the command is given.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::TASKS;

    #[test]
    fn tasks_are_in_alphabetical_order() {
        let names: Vec<&str> = TASKS.iter().map(|task| task.name).collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}
