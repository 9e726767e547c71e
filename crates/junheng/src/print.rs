//! Words for a person on standard output; the machine-readable form of the same goes through `json`.

use std::io::{ErrorKind, Write};

use facts::{Finding, Lang, Place, Severity, text};
use serde::Serialize;

/// Prints one line. A reader who has gone away (`junheng … | head`) has seen enough: that is no failure.
pub fn line(words: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{words}") {
        let code = if error.kind() == ErrorKind::BrokenPipe { 0 } else { 3 };
        std::process::exit(code);
    }
}

/// Prints a value as JSON, one document a command.
pub fn json<T: Serialize>(value: &T) {
    match serde_json::to_string_pretty(value) {
        Ok(words) => line(&words),
        Err(error) => eprintln!("{error}"),
    }
}

/// Prints findings, gravest first, each as: kind, place, what; then how to mend it, once for a run of the same.
pub fn findings(findings: &[Finding], lang: Lang) {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    for (index, finding) in sorted.iter().enumerate() {
        let (kind, place, what) = (finding.severity.title(), finding.place.words(), finding.what.get(lang));
        let (kind, code, colon) = (kind.get(lang), &finding.code, text!("：", ": "));
        line(&format!("  [{kind} {code}] {}{}{what}", place.get(lang), colon.get(lang)));
        if let Place::Source { excerpt: Some(excerpt), .. } = &finding.place {
            // The second line, where there is one, points with carets at a part of the first.
            excerpt.lines().for_each(|words| line(&format!("        | {words}")));
        }
        if let Some(explanation) = &finding.explanation {
            line(&format!("        {}{}（{}）", text!("说明：", "explained: ").get(lang), explanation.words, explanation.by));
        }
        let hint = finding.hint.get(lang);
        if !hint.is_empty() && sorted.get(index + 1).is_none_or(|next| next.hint != finding.hint) {
            line(&format!("        {}{hint}", text!("办法：", "way on: ").get(lang)));
        }
    }
}

/// One line that counts findings by kind.
pub fn findings_counted(findings: &[Finding], lang: Lang) {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (logic, experience, note) = (count(Severity::Logic), count(Severity::Experience), count(Severity::Note));
    let counted = text!(
        "逻辑问题 {logic} 处（必须改正），经验问题 {experience} 处（改正或说明），提示 {note} 处",
        "{logic} to fix, {experience} to fix or explain, {note} notes"
    );
    line(counted.get(lang));
}
