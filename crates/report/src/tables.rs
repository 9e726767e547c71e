use evaluate::{Outcome, Scope};
use facts::{Date, Lang, Text, text};
use policy::{OfficialTable, Resolved, Shows, TableColumn, TableRows};

use crate::figure::Source;
use crate::rows::{self, TableBody};
use crate::sheet::{Cell, Column, Mark, Sheet, Shown};
use crate::words;
use crate::workbook::{self, WorkbookFault};

/// What the official tables of one county are made of.
#[derive(Debug, Clone, Copy)]
pub struct TablesInput<'a> {
    pub outcome: &'a Outcome,
    /// The pack by which it was judged, with the tables that it lays out.
    pub resolved: &'a Resolved,
    pub signed: &'a Signed,
    /// The day that the file bears as its creation.
    pub created: Date,
    pub lang: Lang,
}

/// Who answers for a table. What is empty leaves room for a pen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signed {
    /// 填报单位.
    pub body: String,
    /// 填报人.
    pub filled_by: String,
    /// 审核人.
    pub checked_by: String,
    /// 单位负责人.
    pub head: String,
    pub day: Option<Date>,
}

/// The official tables of a county as an .xlsx workbook, one sheet for each table that the pack lays out.
///
/// Figures are printed as the form rounds them; the cells keep them whole. What misses its standard bears a sign and a
/// shade, what is not known says so and is never 0.
pub fn tables(input: &TablesInput<'_>) -> Result<Vec<u8>, WorkbookFault> {
    workbook::write(&sheets(input), input.created, input.lang)
}

fn sheets(input: &TablesInput<'_>) -> Vec<Sheet> {
    let tables = &input.resolved.tables;
    if tables.is_empty() {
        return vec![no_tables(input)];
    }
    tables.iter().map(|table| sheet(input, table)).collect()
}

fn sheet(input: &TablesInput<'_>, table: &OfficialTable) -> Sheet {
    let (source, lang) = (Source { outcome: input.outcome, resolved: input.resolved }, input.lang);
    let TableBody { rows, lacking } = rows::body(source, table, lang);
    let mut notes: Vec<String> = table
        .notes
        .iter()
        .map(|note| words::wording(note, lang, |blank| rows::blank_words(source, table, blank, lang)))
        .collect();
    notes.extend(notes_on_signs(&rows, lang));
    notes.extend(notes_on_lacks(source, lacking, lang));
    if matches!(table.rows, TableRows::Schools(_)) {
        notes.extend(note_on_scope(source, lang));
    }
    let heading = &input.outcome.matrix.heading;
    let year = heading.year;
    Sheet {
        name: table.sheet.get(lang).to_string(),
        title: format!("{}  {}", table.sheet.get(lang), table.title.get(lang)),
        subject: text!("{}　{year} 学年", "{}, school year {year}", heading.county_name).get(lang).to_string(),
        unit_line: table.unit_line.get(lang).to_string(),
        columns: table.columns.iter().map(|column| head(column, lang)).collect(),
        frozen_columns: frozen(table),
        rows,
        notes,
        signatures: signatures(input.signed, lang),
        provenance: provenance(input.outcome, input.resolved, lang),
    }
}

fn head(column: &TableColumn, lang: Lang) -> Column {
    Column {
        head: column.head.iter().map(|words| words.get(lang).to_string()).collect(),
        number: column.number.clone(),
        width: column.width,
    }
}

/// The columns that say what a row is about stay in sight.
fn frozen(table: &OfficialTable) -> u16 {
    let names_the_row = |column: &&TableColumn| {
        column
            .shows
            .iter()
            .all(|shows| matches!(shows, Shows::Order | Shows::Stage | Shows::Line | Shows::SchoolName | Shows::SchoolCode))
    };
    match table.rows {
        TableRows::Items(_) => 0,
        _ => u16::try_from(table.columns.iter().take_while(names_the_row).count()).unwrap_or(0),
    }
}

/// What the signs in the table mean, for those that are in it.
fn notes_on_signs(rows: &[Vec<Cell>], lang: Lang) -> Vec<String> {
    let any = |is: &dyn Fn(&Cell) -> bool| rows.iter().flatten().any(is);
    let mut notes = Vec::new();
    if any(&|cell| cell.mark == Mark::Short) {
        notes.push(text!("▲ 及深色底纹：不达标。", "▲ and a dark shade: not met."));
    }
    if any(&|cell| cell.mark == Mark::Near) {
        notes.push(text!(
            "△ 及浅色底纹：未达到标准，但不低于允许的最低比例。",
            "△ and a light shade: below the standard, yet not below the share of it that is tolerated."
        ));
    }
    if any(&|cell| matches!(cell.shown, Shown::Missing(_))) {
        notes.push(text!(
            "“数据不足”：缺少所需数据，未按 0 计算，也未判为达标或不达标。",
            "\"not enough data\": a figure that is needed is missing; it was not taken for 0, nor judged met or not met."
        ));
    }
    notes.iter().map(|note| note.get(lang).to_string()).collect()
}

/// Which schools' data are missing, column by column.
fn notes_on_lacks(source: Source<'_>, lacking: Vec<(String, Vec<usize>)>, lang: Lang) -> Vec<String> {
    // Columns that wait for the same schools share a note, in the order of the form.
    let mut groups: Vec<(Vec<usize>, Vec<String>)> = Vec::new();
    for (column, schools) in lacking {
        match groups.iter_mut().find(|(known, _)| *known == schools) {
            Some((_, columns)) if columns.contains(&column) => {}
            Some((_, columns)) => columns.push(column),
            None => groups.push((schools, vec![column])),
        }
    }
    let note = |(schools, columns): &(Vec<usize>, Vec<String>)| {
        let names = words::schools(source, schools);
        let zh = format!("{} 缺以下学校的数据：{}。", columns.join("、"), names.zh);
        Text::new(zh, format!("{}: figures missing from {}.", columns.join(", "), names.en)).get(lang).to_string()
    };
    groups.iter().map(note).collect()
}

fn note_on_scope(source: Source<'_>, lang: Lang) -> Option<String> {
    let unknown: Vec<usize> = (0..source.outcome.matrix.schools.len())
        .filter(|school| source.outcome.scope.get(*school) == Some(&Scope::Unknown))
        .collect();
    if unknown.is_empty() {
        return None;
    }
    let names = words::schools(source, &unknown);
    let zh = format!("因数据不足，是否列入评估范围未能确定、故未列入本表的学校：{}。", names.zh);
    let en = format!("not listed, because it is not known whether the standard concerns them: {}.", names.en);
    Some(Text::new(zh, en).get(lang).to_string())
}

pub(crate) fn signatures(signed: &Signed, lang: Lang) -> Vec<String> {
    let or_line = |words: &str| if words.trim().is_empty() { "＿＿＿＿＿＿".to_string() } else { words.trim().to_string() };
    let day = match (signed.day, lang) {
        (Some(day), lang) => words::day(day, lang),
        (None, Lang::Zh) => "＿＿＿＿年＿＿月＿＿日".to_string(),
        (None, Lang::En) => "____-__-__".to_string(),
    };
    let parts = [
        text!("填报单位（盖章）：{}", "body (seal): {}", or_line(&signed.body)),
        text!("填报人：{}", "filled in by: {}", or_line(&signed.filled_by)),
        text!("审核人：{}", "checked by: {}", or_line(&signed.checked_by)),
        text!("单位负责人：{}", "head of the body: {}", or_line(&signed.head)),
        text!("填报日期：{day}", "date: {day}"),
    ];
    parts.iter().map(|part| part.get(lang).to_string()).collect()
}

/// Which snapshot, pack and day a sheet rests on, and what nobody has confirmed yet.
pub(crate) fn provenance(outcome: &Outcome, resolved: &Resolved, lang: Lang) -> Vec<String> {
    let heading = &outcome.matrix.heading;
    let mut lines = Vec::new();
    let snapshot = heading.snapshot.as_deref().unwrap_or("—");
    lines.push(text!("数据快照：{snapshot}", "snapshot: {snapshot}"));
    for layer in &resolved.layers {
        let (id, version, number, title) = (&layer.id, &layer.version, &layer.document.number, &layer.document.title);
        let (zh, en) = (&title.zh, &title.en);
        lines.push(text!("标准：{id}（版本 {version}），《{zh}》{number}", "standard: {id} (version {version}), {en} {number}"));
    }
    let on = words::day(heading.on, lang);
    lines.push(text!("标准执行日期：{on}；学年：{}", "standards as of {on}; school year {}", heading.year));
    let unconfirmed = &outcome.frame.unconfirmed;
    if !unconfirmed.is_empty() {
        let count = unconfirmed.len();
        let zh: Vec<&str> = unconfirmed.iter().map(|value| value.title.zh.as_str()).collect();
        let en: Vec<&str> = unconfirmed.iter().map(|value| value.title.en.as_str()).collect();
        lines.push(Text::new(
            format!("注意：本表依据 {count} 项尚未与原件核对的参数：{}。", zh.join("、")),
            format!("note: this rests on {count} parameters that nobody has confirmed yet: {}.", en.join(", ")),
        ));
    }
    lines.iter().map(|line| line.get(lang).to_string()).collect()
}

/// A workbook needs a sheet, and its reader an answer.
fn no_tables(input: &TablesInput<'_>) -> Sheet {
    let lang = input.lang;
    let title = text!("本标准没有规定报表", "this standard lays out no tables");
    let way_on = text!(
        "请在规则包的 tables.toml 中用 [[table]] 写出报表的行、列和附注。",
        "Lay them out as [[table]] in the pack's tables.toml: rows, columns and notes."
    );
    Sheet {
        name: text!("说明", "note").get(lang).to_string(),
        title: title.get(lang).to_string(),
        columns: vec![Column { head: Vec::new(), number: String::new(), width: 100.0 }],
        notes: vec![way_on.get(lang).to_string()],
        provenance: provenance(input.outcome, input.resolved, lang),
        ..Sheet::default()
    }
}
