use std::path::{Path, PathBuf};

use evaluate::{ExplainedStock, Outcome, Scope};
use facts::{Date, Finding, Lang, Place, SchoolCode, Stage, Text, text};
use report::{SchoolReportInput, Signed, SourceLine, TablesInput, Working};
use serde::Serialize;
use snapshot::Snapshot;

use crate::choose::one_snapshot;
use crate::{Failure, Judged, Library, evaluate_snapshot};

/// Which report is wanted, and where.
#[derive(Debug, Clone)]
pub struct ReportAsked {
    pub pack: String,
    pub on: Option<Date>,
    pub snapshot: Option<String>,
    pub out: PathBuf,
    pub lang: Lang,
}

/// The files that were written.
#[derive(Debug, Serialize)]
pub struct Written {
    pub files: Vec<String>,
}

/// A workbook that has been made and not yet written anywhere.
pub struct Workbook {
    /// 单位_表名_学年_日期.xlsx
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Writes the official tables of a pack as one workbook.
pub fn report_tables(library: &Library, home: &Path, asked: &ReportAsked) -> Result<Written, Failure> {
    let snapshot = one_snapshot(home, asked.snapshot.as_deref())?;
    let judged = evaluate_snapshot(library, &snapshot, &asked.pack, asked.on)?;
    let workbook = tables_workbook(&judged, made_on(&snapshot), asked.lang)?;
    write(&asked.out, &workbook.bytes)?;
    Ok(Written { files: vec![asked.out.display().to_string()] })
}

/// Writes the 核查报告 of every school in scope, one workbook each, into a folder.
pub fn report_schools(library: &Library, home: &Path, asked: &ReportAsked) -> Result<Written, Failure> {
    let snapshot = one_snapshot(home, asked.snapshot.as_deref())?;
    let judged = evaluate_snapshot(library, &snapshot, &asked.pack, asked.on)?;
    let mut files = Vec::new();
    for school in (0..judged.outcome.matrix.schools.len()).filter(|school| judged.outcome.scope[*school] != Scope::Out) {
        let workbook = school_workbook(&snapshot, &judged, school, asked.lang)?;
        let path = asked.out.join(workbook.name);
        write(&path, &workbook.bytes)?;
        files.push(path.display().to_string());
    }
    Ok(Written { files })
}

/// The official tables of a pack.
pub fn tables_workbook(judged: &Judged, created: Date, lang: Lang) -> Result<Workbook, Failure> {
    let Judged { resolved, outcome } = judged;
    let input = TablesInput { outcome, resolved, signed: &signed(outcome), created, lang };
    let bytes = report::tables(&input).map_err(|fault| workbook_failure(&fault))?;
    let heading = &outcome.matrix.heading;
    Ok(Workbook { name: report::file_name(&heading.county_name, resolved.title.get(lang), heading.year, heading.on), bytes })
}

/// The 核查报告 of one school, by its place in the outcome.
pub fn school_workbook(snapshot: &Snapshot, judged: &Judged, index: usize, lang: Lang) -> Result<Workbook, Failure> {
    let school = &judged.outcome.matrix.schools[index];
    let (workings, sources) = traced(snapshot, judged, index)?;
    let codes: Vec<&SchoolCode> = school.units.iter().map(|unit| &unit.code).collect();
    let input = SchoolReportInput {
        outcome: &judged.outcome,
        resolved: &judged.resolved,
        school: index,
        findings: &findings_of(snapshot, &codes, &sources),
        workings: &workings,
        sources: &sources,
        signed: &signed(&judged.outcome),
        created: made_on(snapshot),
        lang,
    };
    let bytes = report::school_report(&input).map_err(|fault| workbook_failure(&fault))?;
    let (heading, table) = (&judged.outcome.matrix.heading, text!("核查报告", "check report"));
    let name = report::file_name(&format!("{}_{}", school.code, school.name), table.get(lang), heading.year, heading.on);
    Ok(Workbook { name, bytes })
}

fn signed(outcome: &Outcome) -> Signed {
    Signed { body: outcome.matrix.heading.county_name.clone(), ..Signed::default() }
}

/// The day on which the facts were fixed: the same snapshot gives the same bytes whenever the report is written.
fn made_on(snapshot: &Snapshot) -> Date {
    jiff::tz::Offset::constant(8).to_datetime(snapshot.manifest().created).date()
}

/// How each figure of a school was worked out, and the rows that its stocks rest on.
fn traced(snapshot: &Snapshot, judged: &Judged, school: usize) -> Result<(Vec<Working>, Vec<SourceLine>), Failure> {
    let Judged { resolved, outcome } = judged;
    let code = &outcome.matrix.schools[school].code;
    let (mut workings, mut sources) = (Vec::new(), Vec::new());
    for (index, indicator) in resolved.indicators.iter().enumerate() {
        for stage in &indicator.stages {
            if outcome.figure(school, *stage, index).is_none_or(|figure| figure.state == evaluate::State::NotApplicable) {
                continue;
            }
            let explained = evaluate::explain_outcome(Some(snapshot), resolved, outcome, code, *stage, &indicator.id)
                .map_err(|fault| Failure::prevented(fault.words(), Text::new("", "")))?;
            workings.push(Working { stage: *stage, indicator: index, lines: explained.lines() });
            sources.extend(explained.stocks.iter().flat_map(|stock| source_lines(*stage, stock)));
        }
    }
    // A stock that several indicators use is listed once.
    let mut seen: Vec<(Stage, String, Place)> = Vec::new();
    sources.retain(|line: &SourceLine| {
        let key = (line.stage, line.stock.zh.clone(), line.place.clone());
        let first = !seen.contains(&key);
        if first {
            seen.push(key);
        }
        first
    });
    Ok((workings, sources))
}

fn source_lines(stage: Stage, stock: &ExplainedStock) -> Vec<SourceLine> {
    let mut lines = Vec::new();
    for unit in &stock.units {
        let note = match &unit.working {
            Some(working) => {
                let (words, zh, en) = (&working.words, &working.article.zh, &working.article.en);
                text!("按权重拆分：{words}（{zh}）", "divided by weight: {words} ({en})")
            }
            None => Text::new("", ""),
        };
        lines.extend(unit.rows.iter().map(|row| SourceLine {
            stage,
            stock: stock.title.clone(),
            value: row.value,
            unit: stock.unit.clone(),
            place: row.place.clone(),
            note: note.clone(),
        }));
    }
    lines
}

/// What the import found about a school: in place, or in the files from which its figures come.
fn findings_of(snapshot: &Snapshot, codes: &[&SchoolCode], sources: &[SourceLine]) -> Vec<Finding> {
    let of_school = |finding: &&Finding| match &finding.place {
        Place::School { code, .. } => codes.contains(&code),
        Place::File { file, .. } => {
            let own = sources.iter().any(|line| matches!(&line.place, Place::File { file: of_line, .. } if of_line == file));
            // A file of many schools names the school in its words; a workbook of its own is the school's altogether.
            own && (codes.iter().any(|code| finding.what.zh.contains(code.as_str())) || file.contains("统计"))
        }
        Place::Source { .. } | Place::Everywhere => false,
    };
    snapshot.manifest().findings.iter().filter(of_school).cloned().collect()
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let act = || text!("写出工作簿", "write the workbook");
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| Failure::io(act(), folder, &error))?;
    }
    std::fs::write(path, bytes).map_err(|error| Failure::io(act(), path, &error))
}

pub fn workbook_failure(fault: &report::WorkbookFault) -> Failure {
    Failure::prevented(text!("生成工作簿失败：{fault}", "the workbook could not be made: {fault}"), Text::new("", ""))
}
