//! Every pack has the text of its law beside it, and every number names an article that is really there.
//! `junheng check` says far more; this holds even where the packs do not parse.

use super::tree::{File, Tree};
use super::{Check, Fault};

pub const CHECK: Check = Check {
    name: "packs",
    about: "every pack has source.md, every article it names is there, and it has cases",
    run: packs,
    good: &[
        ("policies/cn/a/pack.toml", "id = \"cn/a\"\n"),
        ("policies/cn/a/source.md", "# 第七条 {#a7-1}\n"),
        ("policies/cn/a/indicators.toml", "article = \"a7-1\"\n"),
        ("policies/cn/a/cases/one.toml", "title = \"x\"\n"),
        ("policies/b/pack.toml", "id = \"b\"\nextends = \"cn/a\"\narticle = \"a7-1\"\n"),
        ("policies/b/source.md", "# 1 {#b1}\n"),
        ("policies/b/cases/one.toml", "title = \"x\"\n"),
    ],
    bad: &[
        &[("policies/cn/a/pack.toml", "id = \"cn/a\"\n"), ("policies/cn/a/cases/one.toml", "")],
        &[("policies/cn/a/pack.toml", "id = \"cn/a\"\n"), ("policies/cn/a/source.md", "")],
        &[
            ("policies/cn/a/pack.toml", "id = \"cn/a\"\n[[item]]\narticle = \"a9\"\n"),
            ("policies/cn/a/source.md", "# 第七条 {#a7-1}\n"),
            ("policies/cn/a/cases/one.toml", ""),
        ],
        &[("policies/cn/b/pack.toml", "id = \"cn/a\"\n"), ("policies/cn/b/source.md", ""), ("policies/cn/b/cases/one.toml", "")],
    ],
};

fn packs(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for pack in tree.with_ending("/pack.toml").filter(|file| file.path.starts_with("policies/")) {
        let folder = pack.folder();
        let id = folder.trim_start_matches("policies/");
        if word(&pack.text, "id") != Some(id) {
            faults.push(Fault::new(&pack.path, 0, format!("its id must be `{id}`, the name of its folder")));
        }
        if !tree.has(&format!("{folder}/cases")) {
            faults.push(Fault::new(folder, 0, "has no cases/: a standard without a worked figure is not proved"));
        }
        let Some(source) = tree.get(&format!("{folder}/source.md")) else {
            faults.push(Fault::new(folder, 0, "has no source.md with the articles"));
            continue;
        };
        let base = word(&pack.text, "extends").and_then(|base| tree.get(&format!("policies/{base}/source.md")));
        let inside = |file: &&File| {
            file.folder() == folder || file.path.starts_with(&format!("{folder}/")) && !file.path.contains("/cases/")
        };
        for file in tree.with_ending(".toml").filter(inside) {
            for (number, line) in file.lines() {
                let Some(article) = word(line, "article") else { continue };
                let anchor = format!("{{#{article}}}");
                if !source.text.contains(&anchor) && !base.is_some_and(|base| base.text.contains(&anchor)) {
                    faults.push(Fault::new(
                        &file.path,
                        number,
                        format!("names article `{article}`, and source.md has no `{anchor}`"),
                    ));
                }
            }
        }
    }
    faults
}

/// The word of the first `key = "word"`, at the start of a line or inside an inline table.
fn word<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let mut rest = line;
        while let Some(at) = rest.find(key) {
            let own = !rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
            let value = rest[at + key.len()..]
                .trim_start()
                .strip_prefix('=')
                .map(str::trim_start)
                .and_then(|value| value.strip_prefix('"'));
            if let Some((word, _)) = value.filter(|_| own).and_then(|value| value.split_once('"')) {
                return Some(word);
            }
            rest = &rest[at + key.len()..];
        }
    }
    None
}
