//! Each thing that grows has one page that walks through one real addition.

use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "growth",
    about: "every growing thing has its docs/dev/adding-*.md page, and docs/dev/README.md leads to it",
    run: growth,
    good: &[
        (INDEX, "(adding-a-standard.md) (adding-an-indicator.md) (adding-an-import-form.md)"),
        ("docs/dev/adding-a-standard.md", "# x"),
        ("docs/dev/adding-an-import-form.md", "# x"),
        ("docs/dev/adding-an-indicator.md", "# x"),
    ],
    bad: &[
        &[
            (INDEX, "adding-a-standard.md adding-an-indicator.md adding-an-import-form.md"),
            ("docs/dev/adding-a-standard.md", "# x"),
            ("docs/dev/adding-an-indicator.md", "# x"),
        ],
        &[
            (INDEX, "adding-a-standard.md adding-an-indicator.md"),
            ("docs/dev/adding-a-standard.md", "# x"),
            ("docs/dev/adding-an-import-form.md", "# x"),
            ("docs/dev/adding-an-indicator.md", "# x"),
        ],
    ],
};

const INDEX: &str = "docs/dev/README.md";

/// What grows, and where it lives. In alphabetical order of its page.
const GROWING: &[(&str, &str)] =
    &[("adding-a-standard", "policies/"), ("adding-an-import-form", "forms/"), ("adding-an-indicator", "policies/*/indicators")];

fn growth(tree: &Tree) -> Vec<Fault> {
    let index = tree.get(INDEX).map_or("", |file| file.text.as_str());
    let listed = |page: &str| GROWING.iter().any(|(name, _)| page == format!("docs/dev/{name}.md"));
    let mut pages: Vec<String> = GROWING.iter().map(|(name, _)| format!("docs/dev/{name}.md")).collect();
    pages.extend(
        tree.files.iter().map(|file| file.path.clone()).filter(|path| path.starts_with("docs/dev/adding-") && !listed(path)),
    );
    let mut faults = Vec::new();
    for page in pages {
        if !tree.has(&page) {
            faults.push(Fault::new(page, 0, "is missing"));
        } else if !index.contains(page.trim_start_matches("docs/dev/")) {
            faults.push(Fault::new(INDEX, 0, format!("does not lead to {page}")));
        }
    }
    faults
}
