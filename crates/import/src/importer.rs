use std::ops::ControlFlow;

use facts::{FactSink, Finding, Origin, SinkError, Table, Value};

use crate::forms::Forms;
use crate::report::{FileReport, Findings, Progress};
use crate::source::{self, Source};

/// One import: the files that are read into it are compared with each other, so that a pupil in two rolls, a school with two
/// names, or a roll that disagrees with the statistics comes to light.
///
/// ```
/// use std::ops::ControlFlow;
/// # struct Nowhere;
/// # impl facts::FactSink for Nowhere {
/// #     fn push(&mut self, _: &'static facts::Table, _: &[facts::Value], _: &facts::Origin<'_>) -> Result<(), facts::SinkError> { Ok(()) }
/// # }
/// let (forms, _) = import::Forms::check(&[], facts::ItemList::default());
/// let mut importer = import::Importer::new(&forms);
/// let (sources, mut findings) = import::open("名册.pdf", b"%PDF-1.7".to_vec());
/// for source in &sources {
///     let report = importer.read(source, &mut Nowhere, &mut |_| ControlFlow::Continue(())).unwrap();
///     findings.extend(report.findings);
/// }
/// findings.extend(importer.finish());
/// ```
#[derive(Debug)]
pub struct Importer<'f> {
    forms: &'f Forms,
}

impl<'f> Importer<'f> {
    pub fn new(forms: &'f Forms) -> Importer<'f> {
        Importer { forms }
    }

    /// Reads one file into the sink. `progress` is called every few hundred rows and may stop the reading.
    pub fn read(
        &mut self,
        source: &Source,
        sink: &mut dyn FactSink,
        progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<FileReport, SinkError> {
        let _ = (sink, progress, self.forms.ids());
        Ok(FileReport {
            name: source.name().to_string(),
            hash: source.hash().clone(),
            sheets: Vec::new(),
            rows: 0,
            findings: Findings::default().close(source.name()),
            stopped: false,
        })
    }

    /// What comes to light only when all files have been read: duplicates between files and cross-form checks.
    pub fn finish(self) -> Vec<Finding> {
        Vec::new()
    }
}

/// Opens and reads one file to nowhere, and returns what there is to say about it; for looking a file over, and for fuzzing.
pub fn read_bytes(name: &str, bytes: &[u8], forms: &Forms) -> Vec<Finding> {
    let (sources, mut findings) = source::open(name, bytes.to_vec());
    let mut importer = Importer::new(forms);
    for source in &sources {
        if let Ok(report) = importer.read(source, &mut Nowhere, &mut |_| ControlFlow::Continue(())) {
            findings.extend(report.findings);
        }
    }
    findings.extend(importer.finish());
    findings
}

struct Nowhere;

impl FactSink for Nowhere {
    fn push(&mut self, _: &'static Table, _: &[Value], _: &Origin<'_>) -> Result<(), SinkError> {
        Ok(())
    }
}
