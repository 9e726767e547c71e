//! Opening many cases from a table: a document broken into duties, a list of hazards.

use std::path::Path;

use facts::{Text, text};

use crate::duty_act::open_row;
use crate::plain_table::read_plain;
use crate::{Acted, DutyAsked, DutyOpening, Failure, Ledger, open_duty};

/// Headings of what every case has, beside the procedure's own fields by id or title.
const HEADS: [(&str, &[&str]); 4] = [
    ("label", &["label", "关于什么", "对象"]),
    ("division", &["division", "区划", "区划代码"]),
    ("school", &["school", "学校标识码"]),
    ("finding", &["finding", "问题", "发现的问题"]),
];

/// Opens a case for each row of a table, CSV or a workbook. A row that lacks something is told and the others are opened;
/// what is opened twice is told too.
pub fn open_duties(
    ledger: &mut Ledger,
    opening: &DutyOpening,
    table: &Path,
    asked: &DutyAsked,
) -> Result<Vec<RowOpened>, Failure> {
    let Some((procedure, _)) = ledger.procedures.all.get(&opening.procedure).cloned() else {
        return open_duty(ledger, opening, asked).map(|_| Vec::new());
    };
    let (table, findings) = read_plain(table)?;
    if findings.iter().any(facts::Finding::must_fix) {
        return Err(Failure::found(&findings));
    }
    let words = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
    let heads: Vec<(&str, Option<usize>)> = HEADS.iter().map(|(id, names)| (*id, table.column(&words(names)))).collect();
    let fields: Vec<(String, usize)> = (procedure.opening.fields.iter())
        .filter_map(|id| procedure.field(id))
        .filter_map(|field| Some((field.id.clone(), table.column(&words(&[field.id.as_str(), field.title.as_str()]))?)))
        .collect();
    let mut opened = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let cell = |column: usize| row.get(column).map(|words| words.trim().to_string()).filter(|words| !words.is_empty());
        let of = |id: &str| heads.iter().find(|(known, _)| *known == id).and_then(|(_, column)| cell((*column)?));
        let mut asked = asked.clone();
        for (id, column) in &fields {
            let Some(value) = cell(*column) else { continue };
            let choice = procedure.field(id).and_then(|field| field.choices.iter().find(|choice| choice.title == value));
            asked.set.insert(id.clone(), choice.map_or(value, |choice| choice.id.clone()));
        }
        let one = DutyOpening {
            procedure: opening.procedure.clone(),
            label: of("label").unwrap_or_else(|| opening.label.clone()),
            division: of("division").unwrap_or_else(|| opening.division.clone()),
            school: of("school").or_else(|| opening.school.clone()),
            finding: of("finding").unwrap_or_else(|| opening.finding.clone()),
        };
        // The heading is line 1.
        opened.push(RowOpened { line: at + 2, outcome: open_row(ledger, &one, &asked, Some(at + 2)) });
    }
    Ok(opened)
}

/// What came of a row.
#[derive(Debug)]
pub struct RowOpened {
    pub line: usize,
    pub outcome: Result<Acted, Failure>,
}

impl RowOpened {
    pub fn words(&self) -> Text {
        let line = self.line;
        match &self.outcome {
            Ok(acted) => {
                let case = &acted.case;
                text!("第 {line} 行：{case}", "line {line}: {case}")
            }
            Err(Failure { what: Text { zh, en }, .. }) => text!("第 {line} 行没有立案：{zh}", "line {line} was not opened: {en}"),
        }
    }
}
