use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use facts::{Finding, Place, Severity, Text, text};

use crate::syntax::SyntaxFault;

/// The text of every file of every pack that is being read.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    files: Vec<SourceFile>,
}

#[derive(Debug)]
struct SourceFile {
    /// `cn/2017-quality-balance/parameters.toml`.
    name: String,
    pack: usize,
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

/// A stretch of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub file: usize,
    pub start: usize,
    pub end: usize,
}

/// The most findings of one pack that are told.
const FINDINGS_MAX: usize = 1_000;

/// Something that was read, and where.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct At<T> {
    pub value: T,
    pub mark: Mark,
}

impl Sources {
    pub fn add(&mut self, pack: usize, name: String, text: String) -> usize {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.files.push(SourceFile { name, pack, text, lines });
        self.files.len() - 1
    }

    pub fn text(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| file.text.as_str())
    }

    pub fn pack(&self, file: usize) -> Option<usize> {
        self.files.get(file).map(|file| file.pack)
    }

    /// File, line and the line's words, with a line of carets below the part that is meant.
    pub fn place(&self, mark: Mark) -> Place {
        let Some(file) = self.files.get(mark.file) else { return Place::Everywhere };
        let line = file.lines.partition_point(|start| *start <= mark.start).max(1);
        let start = file.lines.get(line - 1).copied().unwrap_or(0);
        let words = file.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let excerpt = (!words.trim().is_empty()).then(|| {
            let at =
                |byte: usize| words.get(..byte.saturating_sub(start).min(words.len())).map_or(0, |head| head.chars().count());
            underlined(words, at(mark.start), at(mark.end))
        });
        Place::Source { file: file.name.clone(), line: Some(line as u32), excerpt }
    }

    /// The beginning of a line of a file, by the file's name.
    pub fn mark_at(&self, name: &str, line: u32) -> Option<Mark> {
        let file = self.files.iter().position(|file| file.name == name)?;
        let start = self.files[file].lines.get(line.saturating_sub(1) as usize).copied()?;
        Some(Mark { file, start, end: start })
    }

    /// Where a name stands for the first time at or after a mark, whole; the mark itself where it does not.
    pub fn name_after(&self, mark: Mark, name: &str) -> Mark {
        let text = self.text(mark.file);
        let of_name = |c: char| c.is_alphanumeric() || c == '_';
        let whole = |at: &usize| {
            let (before, after) = (text[..*at].chars().next_back(), text[at + name.len()..].chars().next());
            !before.is_some_and(of_name) && !after.is_some_and(of_name)
        };
        let found = text.get(mark.start..).unwrap_or("").match_indices(name).map(|(at, _)| mark.start + at).find(whole);
        found.map_or(mark, |start| Mark { start, end: start + name.len(), ..mark })
    }

    /// The line of a mark, counted from 1.
    pub fn line(&self, mark: Mark) -> u32 {
        let lines = self.files.get(mark.file).map_or(0, |file| file.lines.partition_point(|start| *start <= mark.start));
        lines.max(1) as u32
    }

    /// Where a word of a string lies in the file: exactly, unless the string is written with escapes.
    fn within(&self, mark: Mark, text: &str, at: usize) -> Mark {
        let raw = self.text(mark.file).get(mark.start..mark.end).unwrap_or("");
        match raw.find(text) {
            Some(offset) if !text.is_empty() => {
                let start = mark.start + offset + at;
                Mark { start, end: start + word(text.get(at..).unwrap_or("")), ..mark }
            }
            _ => mark,
        }
    }
}

/// How many bytes the name, number, quoted string or sign takes with which a text begins.
fn word(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    let of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':');
    if first == '\'' {
        return text[1..].find('\'').map_or(text.len(), |end| end + 2);
    }
    let name = text.find(|c| !of_name(c)).unwrap_or(text.len());
    name.max(first.len_utf8())
}

/// A line and, below it, carets under the characters `from..to`. Of a long line the part around them is shown; a caret below
/// nothing says less than none.
fn underlined(line: &str, from: usize, to: usize) -> String {
    const SHOWN: usize = 160;
    let chars: Vec<char> = line.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let blank = chars.iter().take_while(|c| c.is_whitespace()).count();
    let first = if chars.len() - blank > SHOWN && from > blank + SHOWN / 2 { from - SHOWN / 2 } else { blank };
    let last = chars.len().min(first + SHOWN);
    let before = if first > blank { "… " } else { "" };
    let after = if last < chars.len() { " …" } else { "" };
    let words: String = chars[first..last].iter().collect();
    let words = format!("{before}{}{after}", words.trim_end());
    let (from, to) = (from.max(first), to.min(last));
    // A place between two characters, or after the last one, is pointed at too; the beginning of a line is the whole line.
    if from > to || (from == to && from <= blank) {
        return words;
    }
    let columns = |chars: &[char]| chars.iter().map(|c| columns_of(*c)).sum::<usize>();
    let indent = before.chars().count() + columns(&chars[first..from]);
    format!("{words}\n{}{}", " ".repeat(indent), "^".repeat(columns(&chars[from..to]).max(1)))
}

/// How many columns of a terminal a character takes: Chinese characters and full-width signs take two.
fn columns_of(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 2,
        '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// Words that are shown whole where they are not too long.
fn shorten(line: &str, shown: usize) -> String {
    match line.char_indices().nth(shown) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.to_string(),
    }
}

/// Collects what is wrong, and which packs it spoils.
#[derive(Debug)]
pub(crate) struct Faults<'s> {
    pub sources: &'s Sources,
    findings: RefCell<Vec<Finding>>,
    spoilt: RefCell<BTreeSet<usize>>,
    /// Packs of which a file could not be read at all.
    unread: RefCell<BTreeSet<usize>>,
    /// How many findings each pack has, those that are not kept among them.
    counts: RefCell<BTreeMap<Option<usize>, usize>>,
    /// Set while a pack's change to another pack's entry is checked: what then goes wrong is the fault of the change.
    blamed: Cell<Option<Mark>>,
}

impl<'s> Faults<'s> {
    pub fn new(sources: &'s Sources) -> Faults<'s> {
        Faults {
            sources,
            findings: RefCell::default(),
            spoilt: RefCell::default(),
            unread: RefCell::default(),
            counts: RefCell::default(),
            blamed: Cell::new(None),
        }
    }

    /// Something that must be mended before the pack can be used.
    pub fn refuse(&self, code: &str, mark: Mark, what: Text, hint: Text) {
        let elsewhere = |blamed: &Mark| self.sources.pack(blamed.file) != self.sources.pack(mark.file);
        let mark = self.blamed.get().filter(elsewhere).unwrap_or(mark);
        if let Some(pack) = self.sources.pack(mark.file) {
            self.spoilt.borrow_mut().insert(pack);
        }
        self.push(Severity::Logic, code, mark, what, hint);
    }

    /// Runs a check in which faults found in other packs are put down to one place.
    pub fn blaming(&self, mark: Mark, check: impl FnOnce()) {
        let before = self.blamed.replace(Some(mark));
        check();
        self.blamed.set(before);
    }

    /// Something that is likely a mistake, and does not keep the pack from being used.
    pub fn doubt(&self, code: &str, mark: Mark, what: Text, hint: Text) {
        self.push(Severity::Experience, code, mark, what, hint);
    }

    pub fn note(&self, code: &str, mark: Mark, what: Text, hint: Text) {
        self.push(Severity::Note, code, mark, what, hint);
    }

    /// A fault in an expression: the place is that of its part, the message names the part.
    pub fn refuse_within(&self, mark: Mark, text: &str, fault: &SyntaxFault) {
        let mut place = self.sources.within(mark, text, fault.start);
        if place != mark && fault.end > fault.start {
            place.end = place.start + (fault.end - fault.start);
        }
        let part = text.get(fault.start..fault.end).unwrap_or("").trim();
        let what = match part {
            "" => fault.what.clone(),
            part if fault.what.zh.contains(part) => fault.what.clone(),
            part => {
                let part = shorten(part, 60);
                Text { zh: format!("“{part}”：{}", fault.what.zh), en: format!("`{part}`: {}", fault.what.en) }
            }
        };
        self.refuse(fault.code, place, what, fault.hint.clone());
    }

    /// Where a byte of a string lies in its file.
    pub fn within(&self, mark: Mark, text: &str, at: usize) -> Mark {
        self.sources.within(mark, text, at)
    }

    /// A file that could not be read: what else its pack lacks may stand there, so the pack is checked no further.
    pub fn unread(&self, code: &str, mark: Mark, what: Text, hint: Text) {
        if let Some(pack) = self.sources.pack(mark.file) {
            self.unread.borrow_mut().insert(pack);
        }
        self.refuse(code, mark, what, hint);
    }

    pub fn is_unread(&self, pack: usize) -> bool {
        self.unread.borrow().contains(&pack)
    }

    pub fn is_spoilt(&self, pack: usize) -> bool {
        self.spoilt.borrow().contains(&pack)
    }

    pub fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings.into_inner();
        // By place, so that one file is mended from the top down; the same fault is told once.
        findings
            .sort_by(|a, b| a.severity.cmp(&b.severity).then_with(|| a.place.cmp(&b.place)).then_with(|| a.code.cmp(&b.code)));
        findings.dedup();
        findings
    }

    fn push(&self, severity: Severity, code: &str, mark: Mark, what: Text, hint: Text) {
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(self.sources.pack(mark.file)).or_default();
        *count += 1;
        let place = || self.sources.place(mark);
        let finding = match (*count).cmp(&(FINDINGS_MAX + 1)) {
            Ordering::Less => Finding::new(severity, code, place(), what, hint),
            Ordering::Equal => {
                let what = text!(
                    "问题超过 {FINDINGS_MAX} 个，其余不再列出",
                    "more than {FINDINGS_MAX} findings; the rest is not listed"
                );
                let hint = text!("先改好列出的，再检查一次", "mend those that are listed, then check again");
                Finding::new(Severity::Note, "too-many-findings", place(), what, hint)
            }
            Ordering::Greater => return,
        };
        self.findings.borrow_mut().push(finding);
    }
}
