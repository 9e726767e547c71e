use std::io::Cursor;

use facts::{Cell, Date, text};
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::fault::Fault;
use crate::rows::{Batch, CELL_BYTES_MAX, COLUMNS_MAX, Content, Emit, SHEET_ROWS_MAX};
use crate::source::{check_ratio, damaged, encrypted, unpacked_max};
use crate::xlsx_sheet::{too_far_right, too_long};
use crate::xml::{attribute, broken, push_entity, xml};

/// An OpenDocument spreadsheet, read as a stream: a cell "repeated 16,384 × 1,048,576 times" is four attributes in the file
/// and must not be sixteen milliards of cells here.
#[derive(Debug)]
pub(crate) struct Ods<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    sheets: Vec<String>,
}

/// Of a row with content that is repeated, so many are taken; a form has no two equal rows, so more is a slip of the pen.
const REPEATED_ROWS_MAX: u32 = 1000;
const SHEETS_MAX: usize = 500;

impl<'a> Ods<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Ods<'a>, Fault> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        let mut is_encrypted = false;
        walk(&mut zip, "META-INF/manifest.xml", |event| {
            if let Event::Start(tag) | Event::Empty(tag) = event {
                is_encrypted |= tag.local_name().as_ref() == "encryption-data";
            }
            Ok(true)
        })?;
        if is_encrypted {
            return Err(encrypted());
        }
        let mut sheets = Vec::new();
        walk(&mut zip, "content.xml", |event| {
            if let Event::Start(tag) | Event::Empty(tag) = event
                && tag.local_name().as_ref() == "table"
            {
                sheets.push(attribute(tag, "name").unwrap_or_default());
            }
            Ok(sheets.len() < SHEETS_MAX)
        })?;
        Ok(Ods { zip, sheets })
    }

    pub(crate) fn sheets(&self) -> &[String] {
        &self.sheets
    }

    pub(crate) fn read(&mut self, sheet: usize, emit: &mut Emit<'_>) -> Result<Vec<Fault>, Fault> {
        let mut reading = Reading::default();
        let mut tables = 0;
        walk(&mut self.zip, "content.xml", |event| {
            if let Event::Start(tag) | Event::Empty(tag) = event
                && tag.local_name().as_ref() == "table"
            {
                tables += 1;
                return Ok(tables <= sheet + 1);
            }
            if tables == sheet + 1 { reading.take(event, emit) } else { Ok(true) }
        })?;
        reading.batch.drop_blank_row();
        if !reading.batch.is_empty() && !reading.stopped {
            emit(std::mem::take(&mut reading.batch));
        }
        Ok(reading.faults)
    }
}

/// Walks the events of a part until `on` says no.
fn walk(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    part: &str,
    mut on: impl FnMut(&Event<'_>) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    let Some(index) = zip.index_for_name(part) else { return Ok(()) };
    let part = zip.by_index(index).map_err(damaged)?;
    check_ratio(part.compressed_size(), part.size())?;
    let bytes_max = unpacked_max(part.compressed_size());
    let mut xml = xml(part, bytes_max);
    let mut buffer = Vec::new();
    let mut depth = 0_i64;
    loop {
        buffer.clear();
        xml.renew();
        let event = xml.reader.read_event_into(&mut buffer).map_err(|error| broken(&error))?;
        match event {
            Event::Eof if depth > 0 => return Err(broken(&"the end is missing")),
            Event::Eof => return Ok(()),
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if !on(&event)? {
            return Ok(());
        }
    }
}

#[derive(Debug, Default)]
struct Reading {
    batch: Batch,
    /// The number of the row that is open, and how often it is repeated.
    row: u32,
    row_repeated: u32,
    col: u32,
    cell: OpenCell,
    /// Words of a remark attached to a cell are no words of the cell.
    in_annotation: bool,
    stopped: bool,
    faults: Vec<Fault>,
}

#[derive(Debug, Default)]
struct OpenCell {
    words: String,
    repeated: u32,
    content: Option<Content>,
    has_formula: bool,
    paragraphs: u32,
}

impl Reading {
    fn take(&mut self, event: &Event<'_>, emit: &mut Emit<'_>) -> Result<bool, Fault> {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "table-row" => self.open_row(tag, emit),
                "table-cell" | "covered-table-cell" => self.cell.open(tag),
                "annotation" => self.in_annotation = true,
                "p" if !self.in_annotation => {
                    self.cell.paragraphs += 1;
                    if self.cell.paragraphs > 1 && self.cell.content.is_none() {
                        self.cell.words.push(' ');
                    }
                }
                _ => {}
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                "table-row" => {
                    self.open_row(tag, emit);
                    self.close_row();
                }
                "table-cell" | "covered-table-cell" => {
                    self.cell.open(tag);
                    self.close_cell();
                }
                "s" | "tab" | "line-break" if self.takes_words() => self.cell.words.push(' '),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "table-row" => self.close_row(),
                "table-cell" | "covered-table-cell" => self.close_cell(),
                "annotation" => self.in_annotation = false,
                _ => {}
            },
            Event::Text(words) if self.takes_words() => self.cell.words.push_str(words.borrow().into_inner().as_ref()),
            Event::GeneralRef(entity) if self.takes_words() => push_entity(&mut self.cell.words, entity),
            _ => {}
        }
        Ok(!self.stopped)
    }

    fn takes_words(&self) -> bool {
        self.cell.paragraphs > 0 && self.cell.content.is_none() && !self.in_annotation && self.cell.words.len() <= CELL_BYTES_MAX
    }

    fn open_row(&mut self, tag: &BytesStart<'_>, emit: &mut Emit<'_>) {
        if self.batch.is_full() {
            match emit(std::mem::take(&mut self.batch)) {
                Some(mut next) => {
                    next.clear();
                    self.batch = next;
                }
                None => self.stopped = true,
            }
        }
        self.row = self.row.saturating_add(1);
        self.row_repeated = times(tag, "number-rows-repeated");
        self.col = 0;
        self.batch.start_row(self.row);
    }

    fn close_row(&mut self) {
        let again = self.row_repeated.saturating_sub(1);
        self.batch.drop_blank_row();
        let has_content = self.batch.rows().last().is_some_and(|row| row.number == self.row);
        if has_content && again > 0 {
            self.batch.repeat_row(again.min(REPEATED_ROWS_MAX));
            if again > REPEATED_ROWS_MAX {
                let what = text!(
                    "这一行声明重复 {again} 次，只读了前 {REPEATED_ROWS_MAX} 次",
                    "this row is said to repeat {again} times; {REPEATED_ROWS_MAX} were read"
                );
                let hint = text!("删去表尾误填充的行后另存", "delete the rows filled down by mistake and save again");
                let place = Cell { row: self.row, col: 0 };
                self.push_fault(Fault::new("rows-repeated-without-end", what, hint).at(place));
            }
        }
        self.row = self.row.saturating_add(again);
        self.row_repeated = 0;
    }

    fn close_cell(&mut self) {
        let first = self.col + 1;
        self.col = self.col.saturating_add(self.cell.repeated);
        let cell = std::mem::take(&mut self.cell);
        if self.row > SHEET_ROWS_MAX {
            return;
        }
        let content = match cell.content {
            None if cell.has_formula && cell.words.is_empty() => Content::Uncalculated,
            None => Content::Text,
            Some(content) => content,
        };
        let is_blank = cell.words.trim().is_empty() && matches!(content, Content::Text);
        if is_blank {
            return;
        }
        if cell.words.len() > CELL_BYTES_MAX {
            self.push_fault(too_long(self.row, first));
            return;
        }
        if self.col > COLUMNS_MAX {
            self.push_fault(too_far_right(
                self.row,
                first.max(COLUMNS_MAX + 1),
                u64::from(self.col - first.max(COLUMNS_MAX + 1) + 1),
            ));
        }
        for col in first..=self.col.min(COLUMNS_MAX) {
            self.batch.push(col, &cell.words, content);
        }
    }

    fn push_fault(&mut self, fault: Fault) {
        if self.faults.iter().filter(|known| known.code == fault.code).count() < 20 {
            self.faults.push(fault);
        }
    }
}

impl OpenCell {
    fn open(&mut self, tag: &BytesStart<'_>) {
        *self = OpenCell { repeated: times(tag, "number-columns-repeated"), ..OpenCell::default() };
        let mut kind = String::new();
        let mut value = String::new();
        for attribute in tag.attributes().with_checks(false).flatten() {
            match attribute.key.local_name().as_ref() {
                "value-type" => kind = attribute.value.into_owned(),
                "value" | "date-value" | "boolean-value" => value = attribute.value.into_owned(),
                "formula" => self.has_formula = true,
                _ => {}
            }
        }
        match kind.as_str() {
            "float" | "currency" | "percentage" => {
                if let Some(number) = value.parse().ok().filter(|number: &f64| number.is_finite()) {
                    self.set(Content::Number(number), value);
                }
            }
            "date" => {
                if let Some(day) = value.get(..10).and_then(|day| day.parse::<Date>().ok()) {
                    self.set(Content::Day(day), value);
                }
            }
            "boolean" => self.set(Content::Text, if value == "true" { "是" } else { "否" }.to_string()),
            _ => {}
        }
    }

    /// A typed cell's value stands in its attribute; what is shown (`1,234`, `85%`) is not asked.
    fn set(&mut self, content: Content, words: String) {
        self.content = Some(content);
        self.words = words;
    }
}

fn times(tag: &BytesStart<'_>, name: &str) -> u32 {
    attribute(tag, name).and_then(|value| value.parse().ok()).unwrap_or(1).max(1)
}
