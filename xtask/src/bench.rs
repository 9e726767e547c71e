//! `cargo xtask bench`: builds the release binary and hands over to `benches/run.py`, which measures it beside its peers.

use std::path::Path;
use std::process::Command;

use crate::step;

pub fn run(root: &Path, words: &[String]) -> Result<(), String> {
    step::tool("python3", "--version", "Install Python 3.11 or later: the peers are Python libraries.")?;
    let built = step::run(step::cargo(root).args(["build", "--release", "--package", "junheng"]))?;
    if built.code != 0 {
        return Err("the release build failed; what is wrong stands above".into());
    }
    let binary = step::target(root).join("release/junheng");
    let ran = step::run(Command::new("python3").current_dir(root).arg("benches/run.py").args(words).arg("--bin").arg(binary))?;
    if ran.code == 0 { Ok(()) } else { Err("the measurement failed; what is wrong stands above".into()) }
}
