use std::collections::BTreeMap;

use facts::{FileHash, Finding, Place, Severity, text};

/// What became of one file.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "an unread report mends nothing"]
pub struct FileReport {
    /// As the official knows it: `数据.zip/学籍.csv`.
    pub name: String,
    pub hash: FileHash,
    pub sheets: Vec<SheetReport>,
    /// How many rows of facts it gave.
    pub rows: u64,
    pub findings: Vec<Finding>,
    /// Whether the caller stopped the reading before the end.
    pub stopped: bool,
}

/// What became of one sheet; a text file is one sheet without a name.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetReport {
    pub sheet: String,
    /// The id of the form it was recognised as; `None` where it is no form that is known.
    pub form: Option<String>,
    /// How many rows of facts it gave.
    pub rows: u64,
}

impl FileReport {
    /// The ids of the forms found in the file, each once, in the order of the sheets.
    pub fn forms(&self) -> Vec<&str> {
        let mut forms: Vec<&str> = Vec::new();
        for form in self.sheets.iter().filter_map(|sheet| sheet.form.as_deref()) {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms
    }
}

/// How far the reading of a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    pub file: &'a str,
    pub sheet: &'a str,
    pub rows: u64,
}

/// Collects findings and shows the first two hundred of each kind; the others are counted.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    shown: Vec<Finding>,
    kinds: BTreeMap<String, (Severity, usize)>,
}

const SHOWN_PER_KIND: usize = 200;

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        let kind = self.kinds.entry(finding.code.clone()).or_insert((finding.severity, 0));
        kind.0 = kind.0.min(finding.severity);
        kind.1 += 1;
        if kind.1 <= SHOWN_PER_KIND {
            self.shown.push(finding);
        }
    }

    /// Whether another finding of this kind would only be counted, so that its words need not be made.
    pub(crate) fn is_full(&self, code: &str) -> bool {
        self.kinds.get(code).is_some_and(|kind| kind.1 >= SHOWN_PER_KIND)
    }

    pub(crate) fn count(&mut self, code: &str) {
        if let Some(kind) = self.kinds.get_mut(code) {
            kind.1 += 1;
        }
    }

    pub(crate) fn close(mut self, file: &str) -> Vec<Finding> {
        for (code, (severity, number)) in &self.kinds {
            let Some(more) = number.checked_sub(SHOWN_PER_KIND).filter(|more| *more > 0) else { continue };
            self.shown.push(Finding::new(
                *severity,
                code.clone(),
                Place::file(file),
                text!("同类问题还有 {more} 处，未逐一列出", "{more} more of the same kind are not listed one by one"),
                text!("先改正已列出的，再导入一次查看其余", "mend those listed, then import again to see the others"),
            ));
        }
        self.shown
    }
}
