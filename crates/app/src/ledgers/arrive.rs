use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use facts::{FactSink, Finding, Origin, Severity, SinkError, Table, Text, Value, text};
use import::Importer;
use linkage::Unique;
use serde::{Deserialize, Serialize};
use snapshot::{Home, RowPlace, WholeRow};

use super::aid::entitled;
use super::registers::{Record, record};
use super::together::{linked, whole};
use super::{Ledgers, masked};
use crate::{Failure, Library};

/// A list of supported families that has just come in.
#[derive(Debug, Clone)]
pub struct ArrivalAsked<'a> {
    pub home: &'a Path,
    /// As its sender calls it.
    pub name: &'a str,
    pub path: &'a Path,
    /// Beginnings of division codes; rows of other places are refused. None: every row.
    pub scope: Option<&'a [String]>,
}

/// What a list means for the children of the county.
#[derive(Debug, Serialize)]
pub struct Arrived {
    pub file: String,
    pub rows: usize,
    /// Found among the children.
    pub matched: Vec<ArrivedRow>,
    /// Likely enough that somebody should look.
    pub unsure: Vec<ArrivedRow>,
    pub unmatched: Vec<ArrivedRow>,
    /// Of the matched, those who become entitled to something by this list, with what that costs in a term, in yuan.
    pub newly_entitled: usize,
    pub amount: f64,
    /// Of the matched, those who are at no school.
    pub not_at_school: usize,
    pub milliseconds: u128,
    pub findings: Vec<Finding>,
}

/// A row of the list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ArrivedRow {
    pub row: u32,
    /// Masked.
    pub name: String,
    /// New or relapsed: `listed`, `relapsed`.
    pub state: String,
    /// The child under its pseudonym; of an unsure row the likeliest.
    pub child: Option<String>,
    pub probability: Option<f64>,
    pub school: String,
    pub grade: String,
    pub class: String,
    pub category: Option<Text>,
    /// What it is entitled to now, and was not before.
    pub newly: Vec<Due>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Due {
    pub item: String,
    pub title: Text,
    /// Yuan in a term.
    pub amount: f64,
}

/// Holds a list that has come in against all children of the ledgers, and says what follows from it. [`super::keep_list`] keeps it.
pub fn arrive(library: &Library, ledgers: &Ledgers, asked: &ArrivalAsked<'_>) -> Result<Arrived, Failure> {
    let begun = Instant::now();
    let (list, mut findings) = read_list(library, ledgers, asked)?;
    let n_new = list.len();
    // The earlier lists go along: from a handful of rows alone nothing could be learned.
    let mut left = list;
    left.extend(ledgers.registers.supported.records.iter().cloned());
    let people: Vec<Record> = ledgers.all.children.iter().map(|child| whole(&ledgers.registers, child)).collect();
    let pairs = linked(asked.name, &left, &people, Unique::Right, &ledgers.rules.link, &[], &mut findings)?;
    let mut of_row: Vec<Vec<(bool, usize, f64)>> = vec![Vec::new(); n_new];
    for (is_link, found) in [(true, &pairs.links), (false, &pairs.reviews)] {
        for (row, child, probability) in found.iter().filter(|(row, _, _)| *row < n_new) {
            of_row[*row].push((is_link, *child, *probability));
        }
    }
    let mut place = vec![usize::MAX; ledgers.all.children.len()];
    for (at, child) in ledgers.children.iter().enumerate() {
        place[child.at] = at;
    }
    let mut arrived = Arrived {
        file: asked.name.to_string(),
        rows: n_new,
        matched: Vec::new(),
        unsure: Vec::new(),
        unmatched: Vec::new(),
        newly_entitled: 0,
        amount: 0.0,
        not_at_school: 0,
        milliseconds: 0,
        findings,
    };
    for (at, found) in of_row.into_iter().enumerate() {
        let best = found.into_iter().max_by(|a, b| (a.0, a.2).partial_cmp(&(b.0, b.2)).unwrap_or(std::cmp::Ordering::Equal));
        let row = row(ledgers, &left[at], best.map(|(_, child, probability)| (child, probability)), &place);
        match best {
            Some((true, child, _)) => {
                arrived.newly_entitled += usize::from(!row.newly.is_empty());
                arrived.amount += row.newly.iter().map(|due| due.amount).sum::<f64>();
                arrived.not_at_school += usize::from(ledgers.all.children[child].roll.is_none());
                arrived.matched.push(row);
            }
            // Who it may be is for a person to say: what it would be entitled to is not told yet.
            Some((false, _, _)) => arrived.unsure.push(ArrivedRow { newly: Vec::new(), ..row }),
            None => arrived.unmatched.push(row),
        }
    }
    arrived.milliseconds = begun.elapsed().as_millis();
    Ok(arrived)
}

fn row(ledgers: &Ledgers, record: &Record, found: Option<(usize, f64)>, place: &[usize]) -> ArrivedRow {
    let table = ledgers.registers.supported.table;
    let word = |column: &str| record.row.words(table, column);
    let mut row =
        ArrivedRow { row: record.row.at.row, name: masked("name", &record.name), state: word("state"), ..ArrivedRow::default() };
    let Some((at, probability)) = found else { return row };
    row.probability = Some(probability);
    let Some(child) = place.get(at).and_then(|at| ledgers.children.get(*at)) else { return row };
    row.child = Some(child.key.clone());
    row.school.clone_from(&child.school_name);
    (row.grade, row.class) = (child.grade.clone(), child.class.clone());
    row.category = ledgers.category(child).map(|category| category.title());
    let Some(pupil) = ledgers.all.children.get(at).and_then(|together| together.roll) else { return row };
    let on = crate::list_packs::today();
    let before = entitled(&ledgers.registers, &ledgers.rules, pupil, &child.kinds, on);
    let now = entitled(&ledgers.registers, &ledgers.rules, pupil, &[word("kind")], on);
    row.newly = (now.into_iter())
        .filter(|(item, _, _)| !before.iter().any(|(known, _, _)| known == item))
        .map(|(item, title, amount)| Due { item, title, amount })
        .collect();
    row
}

/// The rows of a list of supported families, by the form `support-list`.
fn read_list(library: &Library, ledgers: &Ledgers, asked: &ArrivalAsked<'_>) -> Result<(Vec<Record>, Vec<Finding>), Failure> {
    struct Rows {
        of: Vec<(u32, String, Vec<Value>)>,
        others: usize,
    }
    impl FactSink for Rows {
        fn push(&mut self, table: &'static Table, values: &[Value], origin: &Origin<'_>) -> Result<(), SinkError> {
            if table.name == "supported" {
                self.of.push((origin.row, origin.sheet.to_string(), values.to_vec()));
            } else {
                self.others += 1;
            }
            Ok(())
        }
    }
    let (sources, mut findings) = import::open_path(asked.name, asked.path);
    let mut importer = Importer::new(&library.forms);
    let (table, towns) = (ledgers.registers.supported.table, &ledgers.towns);
    let pseudonyms = Home::open(asked.home)?.pseudonyms()?;
    let mut records = Vec::new();
    let mut outside = 0;
    for source in &sources {
        let mut rows = Rows { of: Vec::new(), others: 0 };
        let report = importer.read(source, &mut rows, &mut |_| ControlFlow::Continue(()));
        let report = report.map_err(|error| {
            Failure::prevented(text!("读取名单失败：{error}", "the list could not be read: {error}"), Text::new("", ""))
        })?;
        findings.extend(report.findings);
        for (row, sheet, values) in rows.of {
            let at = RowPlace {
                file_name: source.name().to_string(),
                file: source.hash().clone(),
                sheet,
                row,
                col: None,
                form: "support-list".to_string(),
            };
            let row = WholeRow { values, at };
            let division = row.words(table, "division");
            if asked.scope.is_some_and(|scope| !scope.iter().any(|begin| division.starts_with(begin.as_str()))) {
                outside += 1;
                continue;
            }
            records.push(record(table, row, &["citizen_id", "name", "birth_date", "household", "batch"], towns, &pseudonyms));
        }
    }
    if outside > 0 {
        findings.push(Finding::new(
            Severity::Logic,
            "list-outside-scope",
            facts::Place::file(asked.name),
            text!(
                "{outside} 行不在这把钥匙的区划范围内，没有处理",
                "{outside} rows lie outside the places of this key and were left out"
            ),
            text!("核对区划代码，或换一把钥匙", "look at the division codes, or use another key"),
        ));
    }
    if records.is_empty() && outside == 0 {
        let name = asked.name;
        return Err(Failure::wrong_use(
            text!("{name} 里没有认出脱贫户、监测对象或困难家庭的名单", "no list of supported families was recognised in {name}"),
            text!("对照表式 support-list 的表头：姓名、户类型、年度等", "compare the headings with the form support-list"),
        ));
    }
    Ok((records, findings))
}

impl Arrived {
    pub fn lines(&self) -> Vec<Text> {
        let (rows, matched, unsure, unmatched) = (self.rows, self.matched.len(), self.unsure.len(), self.unmatched.len());
        let (newly, amount, away) = (self.newly_entitled, self.amount, self.not_at_school);
        let file = &self.file;
        let mut lines = vec![
            text!(
                "{file}：{rows} 人，对上 {matched}，待核对 {unsure}，没有对上 {unmatched}",
                "{file}: {rows} rows, {matched} matched, {unsure} unsure, {unmatched} unmatched"
            ),
            text!(
                "新应享受资助 {newly} 人，一学期 {amount} 元；对上而不在校的 {away} 人",
                "{newly} newly entitled, {amount} yuan a term; {away} of the matched are at no school"
            ),
        ];
        for (title, rows) in [(text!("待核对", "unsure"), &self.unsure), (text!("没有对上", "unmatched"), &self.unmatched)]
        {
            lines.extend(rows.iter().take(LINES_MAX).map(|row| row.line(&title)));
        }
        lines
    }
}

/// Lines of a kind that are shown; all are in the JSON.
const LINES_MAX: usize = 20;
