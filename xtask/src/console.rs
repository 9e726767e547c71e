//! The console in `web/`: whether this machine can build and test it, and the commands that do.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::step;

/// What the pages are built with, at least: Vite asks for it.
const NODE: &str = "20.19";

/// Packages as locked. Nothing of them is audited or asked for money: the lock file decides.
pub const PACKAGES: &[&str] = &["ci", "--no-audit", "--no-fund"];
/// TypeScript and templates.
pub const TYPES: &[&str] = &["run", "check"];
/// The pages that the binary embeds.
pub const PAGES: &[&str] = &["run", "build"];
/// Units, then the pages in a real browser.
pub const TESTS: &[&str] = &["test"];

/// `npm` in the console's folder.
pub fn npm(root: &Path, words: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    // The browser tests start the binary that was built last, wherever cargo puts it.
    npm.current_dir(root.join("web")).env("JUNHENG", step::target(root).join("debug/junheng")).args(words);
    if words == TESTS {
        // One line a test, also where nobody sits at a terminal.
        npm.env("NODE_OPTIONS", "--test-reporter=spec");
    }
    npm
}

/// What is missing on this machine to build the console, in one line with the way on.
pub fn cannot_build() -> Option<String> {
    let found = Command::new("node").arg("--version").stdin(Stdio::null()).output();
    let version = found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string()).unwrap_or_default();
    if !new_enough(&version) {
        let seen = if version.is_empty() { "-" } else { &version };
        return Some(format!(
            "没有 Node {NODE} 以上（现有：{seen}），控制台页面略去，命令行不受影响；装好 Node 与 npm（https://nodejs.org）再运行一次。 \
             No Node {NODE} or later (here: {seen}): the console is left out, the commands work; install Node and npm (https://nodejs.org) and run this again."
        ));
    }
    step::tool("npm", "--version", "The console is left out; install npm (Debian: apt-get install npm) and run this again.").err()
}

/// What is missing on this machine to test the console beside what building needs.
pub fn cannot_test() -> Option<String> {
    let browser = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into());
    step::tool(&browser, "--version", "The console's tests are left out; run scripts/install-debian-packages.sh.").err()
}

/// `^20.19.0 || >=22.12.0`, as `web/package.json` says it: `node --version` prints `v20.19.2`.
fn new_enough(version: &str) -> bool {
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let mut parts = version.trim_start_matches('v').split('.');
    let (major, minor) = (number(parts.next()), number(parts.next()));
    (major, minor) >= (22, 12) || (major == 20 && minor >= 19)
}

#[cfg(test)]
mod tests {
    use super::new_enough;

    #[test]
    fn the_versions_that_vite_takes() {
        for version in ["v20.19.0", "v20.20.2", "v22.12.0", "v24.1.0"] {
            assert!(new_enough(version), "{version}");
        }
        for version in ["", "v18.20.4", "v20.18.3", "v21.7.0", "v22.11.0", "not a version"] {
            assert!(!new_enough(version), "{version}");
        }
    }
}
