//! Words for a person on standard output; the machine-readable form of the same goes through `json`.

use facts::{Finding, Lang, Place, Severity, text};
use serde::Serialize;

/// Prints a value as JSON, one document a command.
pub fn json<T: Serialize>(value: &T) {
    match serde_json::to_string_pretty(value) {
        Ok(words) => println!("{words}"),
        Err(error) => eprintln!("{error}"),
    }
}

/// Prints findings, gravest first, each as: kind, place, what; then how to mend it.
pub fn findings(findings: &[Finding], lang: Lang) {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    for finding in sorted {
        println!("  [{}] {}：{}", finding.severity.title().get(lang), finding.place.words().get(lang), finding.what.get(lang));
        if let Place::Source { excerpt: Some(excerpt), .. } = &finding.place {
            println!("        | {excerpt}");
        }
        if !finding.hint.get(lang).is_empty() {
            println!("        {}{}", text!("办法：", "way on: ").get(lang), finding.hint.get(lang));
        }
        if let Some(explanation) = &finding.explanation {
            println!("        {}{}（{}）", text!("说明：", "explained: ").get(lang), explanation.words, explanation.by);
        }
    }
}

/// One line that counts findings by kind.
pub fn findings_counted(findings: &[Finding], lang: Lang) {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (logic, experience, note) = (count(Severity::Logic), count(Severity::Experience), count(Severity::Note));
    println!(
        "{}",
        text!(
            "逻辑问题 {logic} 处（必须改正），经验问题 {experience} 处（改正或说明），提示 {note} 处",
            "{logic} to fix, {experience} to fix or explain, {note} notes"
        )
        .get(lang)
    );
}
