//! A link in a document leads somewhere.

use super::tree::{File, Tree};
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "links",
    about: "every link between documents leads to a file and a heading that exist",
    run: links,
    good: &[
        (
            "README.md",
            "[a](docs/a.md#两条-命令-two) [b](docs) [c](https://example.org) [d](#here)\n\n## Here\n`[x](y)`\n```\n[x](y)\n```\n",
        ),
        ("docs/a.md", "[back](../README.md) ![picture](a.png)\n\n## 两条 命令 (two)\n\n# A {#a-1}\n\n[e](a.md#a-1)\n"),
        ("docs/a.png", ""),
    ],
    bad: &[
        &[("README.md", "[a](docs/a.md)\n")],
        &[("docs/a.md", "[a](b.md#three)\n"), ("docs/b.md", "## Two\n")],
        &[("docs/a.md", "[a](#three)\n")],
        &[("docs/a.md", "[a](../../out.md)\n")],
    ],
};

fn links(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.with_ending(".md") {
        for (number, line) in prose(file) {
            for target in targets(&line) {
                if let Err(what) = follow(tree, file, target) {
                    faults.push(Fault::new(&file.path, number, format!("`{target}` {what}")));
                }
            }
        }
    }
    faults
}

/// The lines that are not in a fence, with what stands in backticks blanked.
fn prose(file: &File) -> Vec<(usize, String)> {
    let (mut fenced, mut prose) = (false, Vec::new());
    for (number, line) in file.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            prose.push((number, line.split('`').step_by(2).collect::<Vec<_>>().join(" ")));
        }
    }
    prose
}

fn targets(line: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    for (at, _) in line.match_indices("](") {
        if let Some((target, _)) = line[at + 2..].split_once(')') {
            targets.push(target.split_whitespace().next().unwrap_or_default());
        }
    }
    targets
}

fn follow(tree: &Tree, from: &File, target: &str) -> Result<(), &'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return Ok(());
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let to = if path.is_empty() { Some(from.path.clone()) } else { join(from.folder(), path) };
    let to = to.ok_or("leads out of the repository")?;
    if !tree.has(&to) {
        return Err("is not there");
    }
    let headed = tree.get(&to).filter(|to| to.path.ends_with(".md")).is_none_or(|to| anchor.is_empty() || has_anchor(to, anchor));
    if headed { Ok(()) } else { Err("has no such heading") }
}

fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn has_anchor(file: &File, anchor: &str) -> bool {
    file.text.contains(&format!("{{#{anchor}}}")) || file.lines().any(|(_, line)| line.starts_with('#') && slug(line) == anchor)
}

/// The anchor that forges give a heading: small letters, no punctuation, `-` for a space.
fn slug(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}
