use std::path::Path;

use facts::{Finding, Place, Severity, text};
use serde::Deserialize;

use crate::Failure;
use crate::plain_table::{forbidden_head, own_text, read_plain};

/// The ten prohibitions, with the words by which a breach shows in a plan, a notice or a form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prohibitions {
    document: String,
    #[serde(rename = "confirmed")]
    _confirmed: bool,
    negations: Vec<String>,
    #[serde(rename = "prohibition")]
    prohibitions: Vec<Prohibition>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prohibition {
    number: u32,
    title: String,
    title_en: String,
    words: Vec<String>,
    #[serde(default, rename = "plan")]
    _plan: bool,
}

/// Looks through notices (text), and plans and forms (tables), for what must not be in them: the ten prohibitions, and what may not be
/// asked of a family.
pub fn check_papers(paths: &[impl AsRef<Path>]) -> Result<Vec<Finding>, Failure> {
    let list = own_text("cn/admission/prohibitions.toml").unwrap_or_default();
    let list: Prohibitions = toml::from_str(&list).map_err(|error| {
        let why = error.to_string();
        Failure::prevented(
            text!("十项严禁读不懂：{why}", "the list of prohibitions cannot be read: {why}"),
            text!("重新安装", "install it again"),
        )
    })?;
    let mut findings = Vec::new();
    for path in paths {
        let path = path.as_ref();
        let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        let is_text = path.extension().is_some_and(|ending| ["txt", "md"].iter().any(|text| ending.eq_ignore_ascii_case(text)));
        if is_text {
            let words =
                std::fs::read_to_string(path).map_err(|error| Failure::io(text!("读公告", "read the notice"), path, &error))?;
            for (at, line) in words.lines().enumerate() {
                let place = Place::Source { file: name.clone(), line: Some(at as u32 + 1), excerpt: None };
                for sentence in line.split(['。', '；', ';', '！']) {
                    findings.extend(list.breaches(sentence, &place));
                }
            }
        } else {
            let (table, of_table) = read_plain(path)?;
            findings.extend(of_table);
            let cells = table.heads.iter().chain(table.rows.iter().flatten()).filter(|cell| !cell.is_empty());
            for cell in cells {
                findings.extend(list.breaches(cell, &table.place()));
            }
            findings.extend(table.heads.iter().filter_map(|head| forbidden_head(head, table.place())));
        }
    }
    findings.dedup();
    Ok(findings)
}

impl Prohibitions {
    /// The prohibitions that a sentence seems to break; one that itself forbids breaks none.
    fn breaches(&self, sentence: &str, place: &Place) -> Vec<Finding> {
        if self.negations.iter().any(|negation| sentence.contains(negation.as_str())) {
            return Vec::new();
        }
        let found = self.prohibitions.iter().filter_map(|entry| {
            let word = entry.words.iter().find(|word| sentence.contains(word.as_str()))?;
            let (number, zh, en, document) = (entry.number, &entry.title, &entry.title_en, &self.document);
            Some(Finding::new(
                Severity::Logic,
                format!("admission-prohibited-{number}"),
                place.clone(),
                text!("出现“{word}”：涉嫌第 {number} 项严禁（{zh}）", "`{word}`: it looks like prohibition {number} ({en})"),
                text!("删去或改正；依据：{document}", "take it out or correct it; {document}"),
            ))
        });
        found.collect()
    }
}
