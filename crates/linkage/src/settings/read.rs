//! Settings from TOML: every mistake at once, each with its place.

use facts::{Finding, Place, Severity, Text, text};
use serde::Deserialize;

use super::{BITS, Block, Clause, Column, Comparison, Derived, Heads, Level, Settings, Term, Unique, bits};
use crate::{clean, derive, level};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSettings {
    #[serde(default)]
    unique: Unique,
    id: RawHeads,
    #[serde(default)]
    column: Vec<RawColumn>,
    #[serde(default)]
    block: Vec<RawBlock>,
    #[serde(default)]
    split: Vec<String>,
    #[serde(default)]
    compare: Vec<RawComparison>,
    threshold: Option<f64>,
    #[serde(default = "seed")]
    seed: u64,
    #[serde(default = "sample_pairs")]
    sample_pairs: u64,
    #[serde(default = "pairs_max")]
    pairs_max: u64,
    #[serde(default = "block_pairs_max")]
    block_pairs_max: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHeads {
    from: Option<OneOrMore>,
    left: Option<OneOrMore>,
    right: Option<OneOrMore>,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    name: String,
    kind: String,
    from: Option<OneOrMore>,
    left: Option<OneOrMore>,
    right: Option<OneOrMore>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBlock {
    on: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawComparison {
    title: String,
    #[serde(default)]
    shared: bool,
    #[serde(default)]
    kin_min: f64,
    levels: Vec<RawLevel>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawLevel {
    Plain(String),
    Full(FullLevel),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullLevel {
    when: String,
    frequency: Option<String>,
    #[serde(default)]
    against: bool,
}

fn seed() -> u64 {
    1
}

fn sample_pairs() -> u64 {
    1 << 18
}

fn pairs_max() -> u64 {
    500_000_000
}

fn block_pairs_max() -> u64 {
    200_000
}

/// Reads settings. What is wrong with them comes back whole, each with its place in the text; settings come only where nothing is.
///
/// ```
/// let (settings, findings) = linkage::read_settings("link.toml", r#"
///     id = { from = "编号" }
///     column = [{ name = "name", kind = "name", from = "姓名" }]
///     block = [{ on = ["pinyin(name)"] }]
///     compare = [{ title = "姓名", levels = [{ when = "same(name)", frequency = "name" }, "edit(name, 1)"] }]
/// "#);
/// assert!(findings.is_empty());
/// assert_eq!(settings.unwrap().comparisons[0].levels.len(), 2);
/// ```
pub fn read_settings(file: &str, toml: &str) -> (Option<Settings>, Vec<Finding>) {
    let raw: RawSettings = match toml::from_str(toml) {
        Ok(raw) => raw,
        Err(error) => {
            let line = error.span().map(|span| toml[..span.start.min(toml.len())].matches('\n').count() as u32 + 1);
            let message = error.message();
            let place = Place::Source { file: file.to_string(), line, excerpt: None };
            let what = text!("比对设置读不懂：{message}", "the settings cannot be read: {message}");
            let hint = text!("用 junheng link init 生成一份，再在上面改", "let `junheng link init` write some and change those");
            return (None, vec![Finding::new(Severity::Logic, "link-settings-unreadable", place, what, hint)]);
        }
    };
    let mut reader = Reader { file, toml, findings: Vec::new(), columns: Vec::new(), derived: Vec::new() };
    let settings = reader.settings(raw);
    let findings = reader.findings;
    (settings.filter(|_| findings.is_empty()), findings)
}

struct Reader<'a> {
    file: &'a str,
    toml: &'a str,
    findings: Vec<Finding>,
    columns: Vec<Column>,
    derived: Vec<Derived>,
}

impl Reader<'_> {
    fn settings(&mut self, raw: RawSettings) -> Option<Settings> {
        let id = self.heads("id", raw.id.from, raw.id.left, raw.id.right);
        for column in raw.column {
            let heads = self.heads(&column.name, column.from, column.left, column.right);
            let Some(kind) = clean::kind(&column.kind) else {
                let (word, known) = (&column.kind, clean::KINDS.iter().map(|kind| kind.id()).collect::<Vec<_>>().join(" "));
                self.wrong(
                    word,
                    "link-kind-unknown",
                    text!("没有“{word}”这种列", "there is no kind of column `{word}`"),
                    text!("可以是：{known}", "it can be: {known}"),
                );
                continue;
            };
            if self.columns.iter().any(|other| other.name == column.name) {
                let name = &column.name;
                self.wrong(
                    name,
                    "link-column-twice",
                    text!("列“{name}”写了两次", "column `{name}` is declared twice"),
                    text!("删去一处", "remove one"),
                );
                continue;
            }
            self.columns.push(Column { name: column.name, kind, heads });
        }
        let mut blocks = Vec::new();
        for block in raw.block {
            let terms: Vec<Term> = block.on.iter().filter_map(|words| self.term(words)).collect();
            if !terms.is_empty() {
                blocks.push(Block { words: block.on.join(" + "), terms });
            }
        }
        let split = raw.split.iter().filter_map(|words| self.term(words)).collect();
        let mut comparisons = Vec::new();
        for comparison in raw.compare {
            comparisons.extend(self.comparison(comparison));
        }
        let nothing = |what: Text| (what, text!("看 junheng link init 写出的样子", "see what `junheng link init` writes"));
        if blocks.is_empty() {
            let (what, hint) = nothing(text!("没有一条分块规则（block）", "there is no block"));
            self.wrong("block", "link-no-block", what, hint);
        }
        if comparisons.is_empty() {
            let (what, hint) = nothing(text!("没有一项比较（compare）", "there is nothing to compare"));
            self.wrong("compare", "link-no-comparison", what, hint);
        }
        Some(Settings {
            unique: raw.unique,
            id,
            columns: std::mem::take(&mut self.columns),
            blocks,
            split,
            comparisons,
            threshold: raw.threshold.map(|threshold| threshold.clamp(0.0, 1.0)),
            seed: raw.seed,
            sample_pairs: raw.sample_pairs.clamp(1000, 1 << 30),
            pairs_max: raw.pairs_max,
            block_pairs_max: raw.block_pairs_max.max(100),
            derived: std::mem::take(&mut self.derived),
        })
    }

    fn heads(&mut self, name: &str, from: Option<OneOrMore>, left: Option<OneOrMore>, right: Option<OneOrMore>) -> Heads {
        let list = |words: Option<OneOrMore>| match words {
            None => Vec::new(),
            Some(OneOrMore::One(word)) => vec![word],
            Some(OneOrMore::More(words)) => words,
        };
        let (from, mut left, mut right) = (list(from), list(left), list(right));
        if left.is_empty() {
            left.clone_from(&from);
        }
        if right.is_empty() {
            right = from;
        }
        if left.is_empty() && right.is_empty() {
            let what = text!("“{name}”没有写明来自哪一列", "`{name}` does not say from which column it comes");
            self.wrong(
                name,
                "link-column-without-heading",
                what,
                text!("写 from = \"表头\"，或分别写 left 和 right", "write from = \"heading\", or left and right"),
            );
        }
        Heads { left, right }
    }

    fn comparison(&mut self, raw: RawComparison) -> Option<Comparison> {
        const LEVELS_MAX: usize = 30;
        let mut levels = Vec::new();
        for level in raw.levels.into_iter().take(LEVELS_MAX) {
            let (when, frequency, against) = match level {
                RawLevel::Plain(when) => (when, None, false),
                RawLevel::Full(full) => (full.when, full.frequency, full.against),
            };
            let tests: Vec<Clause> = when.split('&').filter_map(|words| self.clause(words.trim())).collect();
            let frequency = frequency.and_then(|words| self.term(&words));
            if !tests.is_empty() {
                levels.push(Level::new(when, tests, frequency, against));
            }
        }
        if levels.is_empty() {
            return None;
        }
        let mut columns: Vec<usize> = levels.iter().flat_map(|level| &level.tests).flat_map(Clause::columns).collect();
        columns.sort_unstable();
        columns.dedup();
        let (mask, beyond) = (bits(&columns), columns.iter().copied().filter(|column| *column >= BITS).collect());
        let kin_min = raw.kin_min.clamp(0.0, 0.5);
        Some(Comparison { title: raw.title, shared: raw.shared, kin_min, levels, columns, mask, beyond })
    }

    /// `same(x)`, `swapped(a, b)`, or a test of [`level::TESTS`].
    fn clause(&mut self, words: &str) -> Option<Clause> {
        let (name, arguments) = call(words);
        if name == "swapped" {
            let columns: Vec<usize> = arguments.iter().filter_map(|word| self.column(word)).collect();
            return match columns[..] {
                [a, b] => Some(Clause::Swapped(a, b)),
                _ => {
                    self.wrong(
                        words,
                        "link-level-unreadable",
                        text!("“{words}”要写两列", "`{words}` wants two columns"),
                        text!("如 swapped(given_name, surname)", "as in swapped(given_name, surname)"),
                    );
                    None
                }
            };
        }
        let of = self.term(arguments.first().copied().unwrap_or_default())?;
        if name == "same" {
            return Some(Clause::Same(of));
        }
        let Some(test) = level::test(name) else {
            let known: Vec<&str> = level::TESTS.iter().map(|test| test.id()).collect();
            let known = known.join(" ");
            self.wrong(
                words,
                "link-test-unknown",
                text!("没有“{name}”这种比法", "there is no test `{name}`"),
                text!("可以是：same swapped {known}", "it can be: same swapped {known}"),
            );
            return None;
        };
        let n = match arguments.get(1) {
            None => 0.0,
            Some(number) => match facts::parse_number(number) {
                Some(n) => n,
                None => {
                    self.wrong(
                        words,
                        "link-level-unreadable",
                        text!("“{number}”不是数", "`{number}` is no number"),
                        text!("如 edit(name, 1)", "as in edit(name, 1)"),
                    );
                    return None;
                }
            },
        };
        Some(Clause::Holds(of, test, n))
    }

    /// `name`, `pinyin(name)` or `last(id_no, 6)`.
    fn term(&mut self, words: &str) -> Option<Term> {
        let words = words.trim();
        if !words.contains('(') {
            return Some(Term { column: self.column(words)?, derived: None });
        }
        let (name, arguments) = call(words);
        let Some(derivation) = derive::derivation(name) else {
            let known: Vec<&str> = derive::DERIVATIONS.iter().map(|derivation| derivation.id()).collect();
            let known = known.join(" ");
            self.wrong(
                words,
                "link-derivation-unknown",
                text!("没有“{name}”这种取法", "nothing called `{name}` can be taken from a column"),
                text!("可以是：{known}", "it can be: {known}"),
            );
            return None;
        };
        let column = self.column(arguments.first().copied().unwrap_or_default())?;
        let n = arguments.get(1).and_then(|number| number.parse().ok()).unwrap_or(0);
        let same = |other: &Derived| other.column == column && other.derivation.id() == name && other.n == n;
        let derived = self.derived.iter().position(same).unwrap_or_else(|| {
            self.derived.push(Derived { column, derivation, n });
            self.derived.len() - 1
        });
        Some(Term { column, derived: Some(derived) })
    }

    fn column(&mut self, name: &str) -> Option<usize> {
        let found = self.columns.iter().position(|column| column.name == name.trim());
        if found.is_none() {
            let known = self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(" ");
            self.wrong(
                name,
                "link-column-unknown",
                text!("没有叫“{name}”的列（column）", "no column is called `{name}`"),
                text!("已有：{known}", "there are: {known}"),
            );
        }
        found
    }

    fn wrong(&mut self, at: &str, code: &str, what: Text, hint: Text) {
        let line = self.toml.lines().position(|line| !at.is_empty() && line.contains(at)).map(|line| line as u32 + 1);
        let place = Place::Source { file: self.file.to_string(), line, excerpt: None };
        self.findings.push(Finding::new(Severity::Logic, code, place, what, hint));
    }
}

/// `edit(pinyin(name), 1)` → `edit` and [`pinyin(name)`, `1`].
fn call(words: &str) -> (&str, Vec<&str>) {
    let Some((name, rest)) = words.split_once('(') else { return (words, Vec::new()) };
    let inside = rest.strip_suffix(')').unwrap_or(rest);
    let (mut arguments, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                arguments.push(inside[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(inside[start..].trim());
    (name.trim(), arguments)
}
