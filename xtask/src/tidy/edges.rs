//! Who may know whom: the two tables in ARCHITECTURE.md against `cargo metadata`, both ways.

use std::collections::BTreeSet;

use super::tree::Tree;
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "edges",
    about: "the tables of ARCHITECTURE.md are the arrows between crates, no more and no fewer",
    run: edges,
    good: &[(PAGE, GOOD), ("metadata.json", METADATA)],
    bad: &[
        // An arrow that the table does not allow.
        &[
            (
                PAGE,
                "<!-- tidy: crates -->\n| crate | knows | in tests also |\n|---|---|---|\n| app | | |\n| facts | | |\n\n<!-- tidy: outside -->\n| outside crate | known to | in tests also |\n|---|---|---|\n| serde | app | |\n| tempfile | | app |\n",
            ),
            ("metadata.json", METADATA),
        ],
        // A row for an arrow that is gone.
        &[
            (
                PAGE,
                "<!-- tidy: crates -->\n| crate | knows | in tests also |\n|---|---|---|\n| app | facts | |\n| facts | | app |\n\n<!-- tidy: outside -->\n| outside crate | known to | in tests also |\n|---|---|---|\n| serde | app | |\n| tempfile | | app |\n",
            ),
            ("metadata.json", METADATA),
        ],
        // No table at all.
        &[(PAGE, "# Architecture\n")],
    ],
};

const PAGE: &str = "ARCHITECTURE.md";
const GOOD: &str = "<!-- tidy: crates -->\n| crate | knows | in tests also |\n|---|---|---|\n| `app` | `facts` | |\n| facts | | |\n\n<!-- tidy: outside -->\n| outside crate | known to | in tests also |\n|---|---|---|\n| serde | app | |\n| tempfile | | app |\n";
const METADATA: &str = r#"{"packages":[
    {"name":"facts","dependencies":[]},
    {"name":"app","dependencies":[{"name":"facts","kind":null,"path":"crates/facts"},{"name":"serde","kind":null},{"name":"tempfile","kind":"dev"}]}
]}"#;

/// An arrow from one crate to another; the last says whether only its tests know it.
type Arrow = (String, String, bool);

fn edges(tree: &Tree) -> Vec<Fault> {
    let Some(page) = tree.get(PAGE) else { return vec![Fault::new(PAGE, 0, "is missing")] };
    let (Some(ours), Some(outside)) = (table(&page.text, "crates"), table(&page.text, "outside")) else {
        return vec![Fault::new(PAGE, 0, "needs two tables, under `<!-- tidy: crates -->` and `<!-- tidy: outside -->`")];
    };
    let mut allowed: BTreeSet<Arrow> = BTreeSet::new();
    for (dev, column) in [(false, 1), (true, 2)] {
        allowed.extend(ours.iter().flat_map(|row| names(&row[column]).map(move |to| (row[0].clone(), to, dev))));
        allowed.extend(outside.iter().flat_map(|row| names(&row[column]).map(move |from| (from, row[0].clone(), dev))));
    }
    let mut drawn: BTreeSet<Arrow> = BTreeSet::new();
    for from in &tree.crates {
        let known = |name: &str| from.needs.iter().any(|need| need.name == name && !need.dev);
        let needs = from.needs.iter().filter(|need| !need.dev || !known(&need.name));
        drawn.extend(needs.map(|need| (from.name.clone(), need.name.clone(), need.dev)));
    }
    let tests = |dev: bool| if dev { " in its tests" } else { "" };
    let mut faults = Vec::new();
    for (from, to, dev) in drawn.difference(&allowed) {
        faults.push(Fault::new(PAGE, 0, format!("{from} knows {to}{}, which the tables do not allow: a design change goes into the table, anything else out of the code", tests(*dev))));
    }
    for (from, to, dev) in allowed.difference(&drawn) {
        faults.push(Fault::new(PAGE, 0, format!("the tables say that {from} knows {to}{}; it does not", tests(*dev))));
    }
    let rows: BTreeSet<&str> = ours.iter().map(|row| row[0].as_str()).collect();
    let crates: BTreeSet<&str> = tree.crates.iter().map(|member| member.name.as_str()).collect();
    faults.extend(
        rows.symmetric_difference(&crates)
            .map(|name| Fault::new(PAGE, 0, format!("{name} is in the table or in the workspace, not in both"))),
    );
    faults
}

/// The rows of the table of three columns that follows `<!-- tidy: NAME -->`, without its head.
fn table(page: &str, name: &str) -> Option<Vec<[String; 3]>> {
    let (_, rest) = page.split_once(&format!("<!-- tidy: {name} -->"))?;
    let rows = rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|line| {
        let mut cells = line.trim().trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_string());
        Some([cells.next()?, cells.next()?, cells.next()?])
    })
    .collect()
}

fn names(cell: &str) -> impl Iterator<Item = String> {
    cell.split(',').map(|name| name.trim().trim_matches('`').to_string()).filter(|name| !name.is_empty())
}
