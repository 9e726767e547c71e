//! `cargo xtask test`: everything that must hold before a change is merged, up to the first step that fails.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::{console, step};

/// One step: what it runs, and in one line what its failure means.
struct Step {
    name: &'static str,
    program: Program,
    words: &'static [&'static str],
    reason: &'static str,
}

#[derive(PartialEq)]
enum Program {
    Cargo,
    /// The binary that the step before built.
    Junheng,
    /// npm, in the folder of the console; left out where this machine has no Node that can.
    Npm,
    /// This program itself.
    Xtask,
}

/// The quick ones first. The console's pages come before whatever compiles the server, which embeds them.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        program: Program::Cargo,
        words: &["fmt", "--all", "--check"],
        reason: "the code is not formatted: run cargo fmt --all",
    },
    Step {
        name: "tidy",
        program: Program::Xtask,
        words: &["tidy"],
        reason: "a rule of the house is broken; the place stands above",
    },
    Step {
        name: "console packages",
        program: Program::Npm,
        words: console::PACKAGES,
        reason: "the console's packages could not be installed; npm says why above",
    },
    Step {
        name: "console types",
        program: Program::Npm,
        words: console::TYPES,
        reason: "a type of the console does not fit; the place stands above",
    },
    Step {
        name: "console pages",
        program: Program::Npm,
        words: console::PAGES,
        reason: "the console's pages could not be built; the place stands above",
    },
    Step {
        name: "clippy",
        program: Program::Cargo,
        words: &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
            "-D",
            "clippy::dbg_macro",
            "-D",
            "clippy::iter_over_hash_type",
            "-D",
            "clippy::todo",
            "-D",
            "clippy::unimplemented",
        ],
        reason: "the code does not compile, or a lint fires; it stands above with its way on",
    },
    // All at once and with everything that tests need: built alone, the binary would have other features of some crates,
    // and they and all above them would be built again for the tests.
    Step {
        name: "build",
        program: Program::Cargo,
        words: &["build", "--workspace", "--all-targets"],
        reason: "the build failed; what is wrong stands above",
    },
    Step {
        name: "check",
        program: Program::Junheng,
        words: &["check", "policies", "forms"],
        reason: "a pack or a form is not right; the place stands above",
    },
];

/// The tests come last, so that the last lines are how many there were.
const TESTS: Step = Step {
    name: "tests",
    program: Program::Cargo,
    words: &["test", "--workspace", "--no-fail-fast"],
    reason: "a test failed; its name stands above",
};

/// The same where cargo-nextest is installed: every test in a process of its own, all suites side by side.
const TESTS_BY_NEXTEST: &[Step] = &[
    Step {
        name: "tests",
        program: Program::Cargo,
        words: &["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "fail", "--final-status-level", "fail"],
        reason: "a test failed; its name stands above",
    },
    Step {
        name: "doc tests",
        program: Program::Cargo,
        words: &["test", "--workspace", "--doc", "--no-fail-fast"],
        reason: "an example in a doc comment failed; its name stands above",
    },
];

/// The console's own tests, with the binary that was built.
const CONSOLE_TESTS: Step = Step {
    name: "console tests",
    program: Program::Npm,
    words: console::TESTS,
    reason: "a test of the console failed; it stands above with ✖",
};

pub fn run(root: &Path, words: &[String]) -> Result<(), String> {
    if !words.is_empty() {
        return Err("use: cargo xtask test".into());
    }
    let nextest = step::run_silently(step::cargo(root).args(["nextest", "--version"])).is_ok_and(|done| done.code == 0);
    let tests = if nextest { TESTS_BY_NEXTEST } else { std::slice::from_ref(&TESTS) };
    let no_build = console::cannot_build();
    let no_test = no_build.clone().or_else(console::cannot_test);
    let (mut times, mut count, mut failed) = (Vec::new(), Count::default(), None);
    for next in STEPS.iter().chain(tests).chain([&CONSOLE_TESTS]) {
        let missing = if next.name == CONSOLE_TESTS.name { &no_test } else { &no_build };
        if next.program == Program::Npm && missing.is_some() {
            times.push((next.name, None));
            continue;
        }
        println!("\n== {}", next.name);
        let mut command = match next.program {
            Program::Cargo => step::cargo(root),
            Program::Junheng => Command::new(step::target(root).join("debug/junheng")),
            Program::Npm => console::npm(root, next.words),
            Program::Xtask => Command::new(std::env::current_exe().map_err(|error| error.to_string())?),
        };
        if next.program != Program::Npm {
            command.current_dir(root).args(next.words);
        }
        let done = step::run(&mut command)?;
        times.push((next.name, Some(done.took)));
        done.lines.iter().for_each(|line| count.add(line));
        if done.code != 0 {
            failed = Some(format!("{}: {}", next.name, next.reason));
            break;
        }
    }
    println!();
    for (name, took) in &times {
        println!("{name:<18}{:>12}", took.map_or_else(|| "left out".into(), step::duration));
    }
    println!("{:<18}{:>12}", "all", step::duration(times.iter().filter_map(|(_, took)| *took).sum::<Duration>()));
    if let Some(missing) = no_test {
        println!("\n{missing}");
    }
    if count != Count::default() {
        println!("\n{}", count.line());
    }
    failed.map_or(Ok(()), Err)
}

/// How many tests there were, over all suites.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Count {
    /// Adds up a closing line of one of the runners: `test result: ok. 3 passed; 0 failed; 1 ignored; …`,
    /// `Summary [ 0.2s] 5 tests run: 4 passed, 1 failed, 0 skipped`, or Node's `ℹ pass 3` (`# pass 3` in TAP).
    fn add(&mut self, line: &str) {
        let line = line.trim();
        if let Some((word, n)) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")).and_then(|rest| rest.split_once(' '))
        {
            let Ok(n) = n.parse::<u64>() else { return };
            match word {
                "pass" => self.passed += n,
                "fail" | "cancelled" => self.failed += n,
                "skipped" | "todo" => self.ignored += n,
                _ => {}
            }
            return;
        }
        let counts = match line.strip_prefix("test result: ") {
            Some(rest) => rest,
            None if line.starts_with("Summary [") => line.split_once("run: ").map_or("", |(_, rest)| rest),
            None => return,
        };
        let words: Vec<&str> = counts.split([' ', ',', ';', '.']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(n) = pair[0].parse::<u64>() else { continue };
            match pair[1] {
                "passed" => self.passed += n,
                "failed" | "timed" => self.failed += n,
                "ignored" | "skipped" => self.ignored += n,
                _ => {}
            }
        }
    }

    fn line(&self) -> String {
        let Count { passed, failed, ignored } = self;
        let word = if *failed == 0 { "ok" } else { "FAILED" };
        format!("test result: {word}. {passed} passed; {failed} failed; {ignored} ignored; all suites")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runner_is_counted() {
        let mut count = Count::default();
        for line in [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "     Summary [   0.213s] 7 tests run: 5 passed (1 slow), 2 failed, 4 skipped",
            "test a::b ... ok",
            "# tests 9",
            "# pass 6",
            "# fail 1",
            "ℹ cancelled 1",
            "# skipped 1",
            "# Subtest: 3 schools",
        ] {
            count.add(line);
        }
        assert_eq!(count, Count { passed: 14, failed: 4, ignored: 6 });
        assert_eq!(count.line(), "test result: FAILED. 14 passed; 4 failed; 6 ignored; all suites");
    }
}
