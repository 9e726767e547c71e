use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use facts::{Finding, Place, Severity, Text};

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
}

/// A stretch of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub file: usize,
    pub start: usize,
    pub end: usize,
}

/// Something that was read, and where.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct At<T> {
    pub value: T,
    pub mark: Mark,
}

impl Sources {
    pub fn add(&mut self, pack: usize, name: String, text: String) -> usize {
        self.files.push(SourceFile { name, pack, text });
        self.files.len() - 1
    }

    pub fn text(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| file.text.as_str())
    }

    pub fn pack(&self, file: usize) -> Option<usize> {
        self.files.get(file).map(|file| file.pack)
    }

    /// File, line and the line's words.
    pub fn place(&self, mark: Mark) -> Place {
        let Some(file) = self.files.get(mark.file) else { return Place::Everywhere };
        let before = file.text.get(..mark.start).unwrap_or(&file.text);
        let line = before.bytes().filter(|b| *b == b'\n').count();
        let excerpt = file.text.lines().nth(line).map(|words| shorten(words.trim(), 160));
        Place::Source { file: file.name.clone(), line: Some(line as u32 + 1), excerpt: excerpt.filter(|words| !words.is_empty()) }
    }

    /// The beginning of a line of a file, by the file's name.
    pub fn mark_at(&self, name: &str, line: u32) -> Option<Mark> {
        let file = self.files.iter().position(|file| file.name == name)?;
        let ahead = self.files[file].text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
        Some(Mark { file, start: ahead, end: ahead })
    }

    /// The line of a mark, counted from 1.
    pub fn line(&self, mark: Mark) -> u32 {
        match self.place(mark) {
            Place::Source { line: Some(line), .. } => line,
            _ => 1,
        }
    }

    /// Where a byte of a string lies in the file: exactly, unless the string is written with escapes.
    fn within(&self, mark: Mark, text: &str, at: usize) -> Mark {
        let raw = self.text(mark.file).get(mark.start..mark.end).unwrap_or("");
        match raw.find(text) {
            Some(offset) if !text.is_empty() => Mark { start: mark.start + offset + at, ..mark },
            _ => mark,
        }
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
    /// Set while a pack's change to another pack's entry is checked: what then goes wrong is the fault of the change.
    blamed: Cell<Option<Mark>>,
}

impl<'s> Faults<'s> {
    pub fn new(sources: &'s Sources) -> Faults<'s> {
        Faults { sources, findings: RefCell::default(), spoilt: RefCell::default(), blamed: Cell::new(None) }
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

    pub fn note(&self, code: &str, mark: Mark, what: Text, hint: Text) {
        self.push(Severity::Note, code, mark, what, hint);
    }

    /// A fault in an expression: the place is that of its part, the message names the part.
    pub fn refuse_within(&self, mark: Mark, text: &str, fault: &SyntaxFault) {
        let place = self.sources.within(mark, text, fault.start);
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
        self.findings.borrow_mut().push(Finding::new(severity, code, self.sources.place(mark), what, hint));
    }
}
