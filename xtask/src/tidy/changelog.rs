//! Whoever upgrades reads one file.

use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "changelog",
    about: "CHANGELOG.md has an Unreleased section with something in it",
    run: changelog,
    good: &[(PAGE, "# Changelog\n\n## Unreleased\n\n- Import reads .ods.\n\n## 0.1.0\n")],
    bad: &[&[(PAGE, "# Changelog\n\n## 0.1.0\n\n- First.\n")], &[(PAGE, "## Unreleased\n\n## 0.1.0\n\n- First.\n")], &[]],
};

const PAGE: &str = "CHANGELOG.md";

fn changelog(tree: &Tree) -> Vec<Fault> {
    let Some(page) = tree.get(PAGE) else { return vec![Fault::new(PAGE, 0, "is missing")] };
    let mut lines = page.lines().skip_while(|(_, line)| !line.starts_with("## ") || !line.contains("Unreleased"));
    let Some((number, _)) = lines.next() else { return vec![Fault::new(PAGE, 0, "has no `## Unreleased`")] };
    let said = lines.take_while(|(_, line)| !line.starts_with("## ")).any(|(_, line)| line.starts_with("- "));
    if said { Vec::new() } else { vec![Fault::new(PAGE, number, "says nothing of what changes")] }
}
