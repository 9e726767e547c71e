//! What the tests of this crate share: the repository's forms, and a sink that writes down what it is given.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use facts::{FactSink, Finding, Origin, SinkError, Table, Value};
use import::{FileReport, Forms, Importer};

pub fn forms_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms")
}

pub fn files_of(dir: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(dir: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), files);
            } else {
                files.push((name, fs::read(entry.path()).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    walk(dir, "", &mut files);
    files.sort();
    files
}

pub fn forms() -> Forms {
    let files = files_of(&forms_dir());
    let (items, findings) = import::read_items(&files);
    assert_eq!(findings, []);
    let (forms, findings) = Forms::check(&files, items);
    let told: Vec<String> = findings.iter().map(|finding| format!("{} {}", finding.place.words(), finding.what)).collect();
    assert_eq!(told, Vec::<String>::new());
    forms
}

/// Writes each row down as one line.
#[derive(Default)]
pub struct Written(pub Vec<String>);

impl FactSink for Written {
    fn push(&mut self, table: &'static Table, values: &[Value], origin: &Origin<'_>) -> Result<(), SinkError> {
        assert_eq!(table.columns.len(), values.len());
        let shown = table.columns.iter().zip(values).filter_map(|(column, value)| {
            let words = match value {
                Value::Missing(facts::Missing::Blank) => return None,
                Value::Missing(reason) => format!("missing-{}", reason.id()),
                Value::Text(words) => words.clone(),
                Value::Integer(number) => number.to_string(),
                Value::Real(number) => format!("{number:?}"),
                Value::Date(day) => day.to_string(),
            };
            Some(format!("{}={words}", column.name))
        });
        let shown: Vec<String> = shown.collect();
        let place = match origin.col {
            Some(col) => facts::Cell { row: origin.row, col }.to_string(),
            None => origin.row.to_string(),
        };
        let (form, sheet, slot) = (origin.form, origin.sheet, origin.slot);
        self.0.push(format!("{} [{form} {slot} {sheet}!{place}] {}", table.name, shown.join(" ")));
        Ok(())
    }
}

/// Reads files into one import.
pub fn read(forms: &Forms, files: &[(&str, Vec<u8>)]) -> (Vec<String>, Vec<FileReport>, Vec<Finding>) {
    let mut importer = Importer::new(forms);
    let mut written = Written::default();
    let (mut reports, mut findings) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let (sources, opened) = import::open(name, bytes.clone());
        findings.extend(opened);
        for source in &sources {
            let report = importer.read(source, &mut written, &mut |_| ControlFlow::Continue(())).unwrap();
            findings.extend(report.findings.clone());
            reports.push(report);
        }
    }
    findings.extend(importer.finish().into_iter().map(|cross| cross.finding));
    (written.0, reports, findings)
}

pub fn show(finding: &Finding) -> String {
    let severity = match finding.severity {
        facts::Severity::Logic => "logic",
        facts::Severity::Experience => "experience",
        facts::Severity::Note => "note",
    };
    format!("{severity} {} @ {}: {} → {}", finding.code, finding.place.words(), finding.what, finding.hint)
}
