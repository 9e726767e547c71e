use std::ops::Range;

use facts::{Finding, Place, Severity, Text, text};
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::toml_words;

/// A file of the forms folder while it is checked: findings point at its lines.
pub(crate) struct TomlFile<'a> {
    pub path: &'a str,
    text: &'a str,
    pub findings: Vec<Finding>,
}

const BYTES_MAX: usize = 1 << 20;

impl<'a> TomlFile<'a> {
    /// Reads a file as `T`, or tells where it is none.
    pub(crate) fn read<T: DeserializeOwned>(path: &'a str, bytes: &'a [u8]) -> (TomlFile<'a>, Option<T>) {
        let mut file = TomlFile { path, text: std::str::from_utf8(bytes).unwrap_or(""), findings: Vec::new() };
        if bytes.len() > BYTES_MAX || std::str::from_utf8(bytes).is_err() {
            file.fault(
                0..0,
                "form-unreadable",
                text!("文件不是 UTF-8 文本，或大于 1 MB", "the file is not UTF-8 text, or larger than 1 MB"),
                text!("用文本编辑器存为 UTF-8", "save it as UTF-8 in a text editor"),
            );
            return (file, None);
        }
        match toml::from_str(file.text) {
            Ok(read) => (file, Some(read)),
            Err(error) => {
                file.fault(
                    error.span().unwrap_or(0..0),
                    "form-malformed",
                    toml_words::in_both_languages(error.message()),
                    text!("对照 docs/reference/form-format.md 改正", "mend it by docs/reference/form-format.md"),
                );
                (file, None)
            }
        }
    }

    pub(crate) fn fault(&mut self, span: Range<usize>, code: &str, what: Text, hint: Text) {
        let before = self.text.get(..span.start).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let excerpt = self.text.lines().nth(line - 1).map(|line| line.trim().chars().take(120).collect());
        let place = Place::Source { file: self.path.to_string(), line: Some(line as u32), excerpt };
        self.findings.push(Finding::new(Severity::Logic, code, place, what, hint));
    }

    /// A word that names nothing that exists.
    pub(crate) fn unknown(&mut self, word: &Spanned<String>, kind: &Text, known: &[&str]) {
        let (name, zh, en) = (word.as_ref(), &kind.zh, &kind.en);
        let listed: Vec<&str> = known.iter().take(40).copied().collect();
        let listed = listed.join(", ");
        self.fault(
            word.span(),
            "form-unknown-name",
            text!("没有名为“{name}”的{zh}", "there is no {en} called `{name}`"),
            text!("可用的有：{listed}", "there are: {listed}"),
        );
    }

    pub(crate) fn severity(&mut self, word: &Spanned<String>) -> Severity {
        match word.as_ref().as_str() {
            "logic" => Severity::Logic,
            "experience" => Severity::Experience,
            "note" => Severity::Note,
            _ => {
                self.unknown(word, &text!("轻重", "severity"), &["logic", "experience", "note"]);
                Severity::Logic
            }
        }
    }

    /// A title in both languages; the English one may not be left empty.
    pub(crate) fn title(&mut self, zh: &str, en: &Spanned<String>) -> Text {
        if zh.trim().is_empty() || en.as_ref().trim().is_empty() {
            self.fault(
                en.span(),
                "form-untitled",
                text!("中文或英文名称是空的", "the Chinese or the English title is empty"),
                text!("两种都要写", "write both"),
            );
        }
        Text::new(zh, en.as_ref().clone())
    }

    pub(crate) fn is_id(&mut self, word: &Spanned<String>) -> bool {
        let fits = !word.as_ref().is_empty()
            && word.as_ref().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
        if !fits {
            let name = word.as_ref();
            self.fault(
                word.span(),
                "form-bad-id",
                text!("“{name}”不能作代号", "`{name}` cannot be an id"),
                text!("只用小写字母、数字、_ 和 -", "use small letters, digits, _ and - only"),
            );
        }
        fits
    }

    pub(crate) fn twice(&mut self, word: &Spanned<String>) {
        let name = word.as_ref();
        self.fault(
            word.span(),
            "form-id-twice",
            text!("代号“{name}”用了两次", "the id `{name}` is used twice"),
            text!("改掉其中一个", "change one of them"),
        );
    }
}
