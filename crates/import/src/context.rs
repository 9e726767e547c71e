//! What stands above a table: `学校标识码：2153000012  学年：2025-2026  单位：人`, or a title with the school year in it.

use facts::{Cell, Missing, SchoolYear, Unit, Value, plain};

use crate::cell;
use crate::forms::{Column, Forms, Kind};
use crate::heads;
use crate::rows::{CellRef, Content, Row};

/// What was found above a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    /// For each of the form's columns.
    pub values: Vec<Option<(Value, Cell)>>,
    pub unit: Option<(Unit, f64)>,
}

/// Looks for the form's columns, and for the unit of the whole sheet, in the rows above the headings.
pub(crate) fn read(rows: &[Row<'_>], columns: &[Column], forms: &Forms) -> Context {
    let mut context = Context { values: vec![None; columns.len()], unit: None };
    for row in rows {
        let cells: Vec<CellRef<'_>> = row.cells().collect();
        for (at, cell) in cells.iter().enumerate() {
            let words = plain(cell.words);
            for (column, label_end, value_end) in labelled(&words, columns) {
                let mut value = words[label_end..value_end].trim();
                let next = cells.get(at + 1).map(|next| plain(next.words));
                if value.is_empty() && value_end == words.len() {
                    value = next.as_deref().unwrap_or("");
                }
                context.take(column, value, Cell { row: row.number, col: cell.col }, columns, forms);
            }
            let Some(year) = find_year(&words) else { continue };
            for (column, value) in columns.iter().zip(&mut context.values) {
                if column.reading.kind == Kind::Year && value.is_none() {
                    *value = Some((Value::text(year.id()), Cell { row: row.number, col: cell.col }));
                }
            }
        }
    }
    context
}

/// Whether a row is such a line.
pub(crate) fn is_context(row: &Row<'_>, columns: &[Column]) -> bool {
    row.cells().any(|cell| cell.words.contains([':', '：']) && !labelled(&plain(cell.words), columns).is_empty())
}

impl Context {
    fn take(&mut self, column: Option<usize>, words: &str, place: Cell, columns: &[Column], forms: &Forms) {
        let Some(at) = column else {
            self.unit = self.unit.take().or_else(|| Unit::read(words).filter(|_| !words.is_empty()));
            return;
        };
        let mut value = Value::Missing(Missing::Blank);
        let found = CellRef { col: place.col, words, content: Content::Text };
        if self.values[at].is_none()
            && cell::read(found, &columns[at].reading, 1.0, forms, &mut value).is_ok()
            && !value.is_missing()
        {
            self.values[at] = Some((value, place));
        }
    }
}

/// Each `label：` in the words: which column it names (none for the unit), where its value starts, and where that ends.
fn labelled(words: &str, columns: &[Column]) -> Vec<(Option<usize>, usize, usize)> {
    let mut found: Vec<(Option<usize>, usize, usize)> = Vec::new();
    let mut start_of_labels = Vec::new();
    for (colon, _) in words.match_indices(':') {
        let before = &words[..colon];
        // The label runs back to the last space or full stop, or to the end of the value before.
        let start =
            before.rfind([' ', ',', ';', '。', '、']).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let label = heads::HeadPart::read(&before[start..]);
        let is_named = |column: &Column| column.heads.iter().any(|head| heads::names(head, std::slice::from_ref(&label)));
        let column =
            if matches!(label.bare.as_str(), "单位" | "计量单位") { None } else { columns.iter().position(is_named) };
        if column.is_some() || matches!(label.bare.as_str(), "单位" | "计量单位") {
            found.push((column, colon + 1, words.len()));
            start_of_labels.push(start);
        }
    }
    for (this, next) in found.iter_mut().zip(start_of_labels.iter().skip(1)) {
        this.2 = (*next).max(this.1);
    }
    found
}

/// A school year of two years in running words: `××县2025—2026学年学籍名册`.
fn find_year(words: &str) -> Option<SchoolYear> {
    let bytes = words.as_bytes();
    (0..bytes.len().saturating_sub(4)).find_map(|start| {
        let is_start = bytes[start].is_ascii_digit() && (start == 0 || !bytes[start - 1].is_ascii_digit());
        if !is_start {
            return None;
        }
        let rest = &words[start..];
        let end = rest.find(|c: char| !(c.is_ascii_digit() || "-—–－~至/".contains(c))).unwrap_or(rest.len());
        let run = &rest[..end];
        let is_pair = run.len() > 8 && run.chars().any(|c| !c.is_ascii_digit());
        is_pair.then(|| SchoolYear::read(run)).flatten()
    })
}
