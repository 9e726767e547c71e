use std::io::Read;

use facts::{Cell, Date, column_letters, text};
use quick_xml::events::{BytesStart, Event};

use crate::fault::Fault;
use crate::rows::{Batch, CELL_BYTES_MAX, COLUMNS_MAX, Content, Emit};
use crate::xlsx::Strings;
use crate::xml::{broken, push_entity, xml};

#[derive(Debug, Default)]
pub(crate) struct Styles {
    /// For each style, whether it shows a number as a date.
    pub dates: Vec<bool>,
    /// Whether days are counted from 1904, as old Macs did.
    pub from_1904: bool,
}

/// Reads one sheet of an .xlsx workbook, cell by cell, whatever dimension it claims to have.
pub(crate) fn read<R: Read>(
    part: R,
    bytes_max: u64,
    strings: &Strings,
    styles: &Styles,
    emit: &mut Emit<'_>,
) -> Result<Vec<Fault>, Fault> {
    let mut xml = xml(part, bytes_max);
    let mut buffer = Vec::with_capacity(1 << 10);
    let mut batch = Batch::default();
    let mut left_out = LeftOut::default();
    let mut cell = OpenCell::default();
    let (mut row, mut col, mut in_sheet) = (0_u32, 0_u32, false);
    loop {
        buffer.clear();
        xml.renew();
        let event = match xml.reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => return Err(at_row(broken(&error), row)),
        };
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "c" => cell.open(&tag, &mut row, &mut col, styles),
                "v" => cell.taking = Taking::Value,
                "t" if !cell.in_phonetic => cell.taking = Taking::Inline,
                "f" => cell.formula = true,
                "rPh" => cell.in_phonetic = true,
                "row" => {
                    (row, col) = (row_number(&tag).unwrap_or(row + 1), 0);
                    batch.drop_blank_row();
                    if batch.is_full() {
                        let Some(mut next) = emit(std::mem::take(&mut batch)) else { return Ok(left_out.faults()) };
                        next.clear();
                        batch = next;
                    }
                    batch.start_row(row);
                }
                "sheetData" => in_sheet = true,
                _ => {}
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                // A cell without content still counts where cells do not say which they are.
                "c" => cell.open(&tag, &mut row, &mut col, styles),
                "f" => cell.formula = true,
                "row" => (row, col) = (row_number(&tag).unwrap_or(row + 1), 0),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "v" | "t" => cell.taking = Taking::Nothing,
                "rPh" => cell.in_phonetic = false,
                "c" => {
                    if col <= COLUMNS_MAX {
                        cell.close(&mut batch, col, strings, styles, &mut left_out, row);
                    } else {
                        left_out.too_far_right(row, col);
                    }
                }
                "sheetData" => break,
                _ => {}
            },
            Event::Text(words) if cell.taking != Taking::Nothing => cell.words.push_str(words.into_inner().as_ref()),
            Event::CData(words) if cell.taking != Taking::Nothing => cell.words.push_str(words.into_inner().as_ref()),
            Event::GeneralRef(entity) if cell.taking != Taking::Nothing => push_entity(&mut cell.words, &entity),
            Event::Eof if in_sheet => return Err(at_row(broken(&"sheetData has no end"), row)),
            Event::Eof => break,
            _ => {}
        }
    }
    batch.drop_blank_row();
    if !batch.is_empty() {
        emit(batch);
    }
    Ok(left_out.faults())
}

fn at_row(fault: Fault, row: u32) -> Fault {
    if row == 0 { fault } else { fault.at(Cell { row, col: 0 }) }
}

#[derive(Debug, Default)]
struct OpenCell {
    words: String,
    kind: Kind,
    is_day: bool,
    taking: Taking,
    formula: bool,
    in_phonetic: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Words,
    Boolean,
    Error,
    IsoDate,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Taking {
    #[default]
    Nothing,
    Value,
    Inline,
}

impl OpenCell {
    fn open(&mut self, tag: &BytesStart<'_>, row: &mut u32, col: &mut u32, styles: &Styles) {
        self.words.clear();
        (self.kind, self.is_day, self.taking, self.formula) = (Kind::Number, false, Taking::Nothing, false);
        *col += 1;
        // By hand: a general reading of the attributes of every cell would be a third of the work.
        for (key, value) in Attributes(tag.attributes_raw()) {
            match key {
                "r" => {
                    if let Some(place) = parse_place(value) {
                        (*row, *col) = if *row == place.0 || *row == 0 { place } else { (*row, place.1) };
                    }
                }
                "s" => {
                    self.is_day = value.parse().ok().and_then(|style: usize| styles.dates.get(style)).copied().unwrap_or(false)
                }
                "t" => {
                    self.kind = match value {
                        "s" => Kind::Shared,
                        "str" | "inlineStr" => Kind::Words,
                        "b" => Kind::Boolean,
                        "e" => Kind::Error,
                        "d" => Kind::IsoDate,
                        _ => Kind::Number,
                    }
                }
                _ => {}
            }
        }
    }

    fn close(&mut self, batch: &mut Batch, col: u32, strings: &Strings, styles: &Styles, left_out: &mut LeftOut, row: u32) {
        let words = self.words.as_str();
        if words.is_empty() {
            if self.formula && self.kind != Kind::Words {
                batch.push(col, "", Content::Uncalculated);
            }
            return;
        }
        if words.len() > CELL_BYTES_MAX {
            left_out.too_long(row, col);
            return;
        }
        match self.kind {
            Kind::Words | Kind::IsoDate => batch.push(col, words, Content::Text),
            Kind::Shared => {
                match words.parse().ok().and_then(|index| strings.get(index)) {
                    Some(shared) => batch.push(col, shared, Content::Text),
                    // It points past the workbook's words: lost, which is not the same as blank.
                    None => batch.push(col, "�", Content::Error),
                }
            }
            Kind::Boolean => batch.push(col, if words == "1" { "是" } else { "否" }, Content::Text),
            Kind::Error => batch.push(col, words, Content::Error),
            Kind::Number => {
                let content = match words.trim().parse::<f64>() {
                    Ok(serial) if self.is_day => day(serial, styles.from_1904).map_or(Content::Number(serial), Content::Day),
                    Ok(number) if number.is_finite() => Content::Number(number),
                    _ => Content::Text,
                };
                batch.push(col, words.trim(), content);
            }
        }
    }
}

/// The day that a spreadsheet's day number stands for; a time of day is left out.
pub(crate) fn day(serial: f64, from_1904: bool) -> Option<Date> {
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    // Excel believes that 1900 had a 29 February, so its day 60 does not exist and later ones count from 30 December 1899.
    let start = if from_1904 { Date::constant(1904, 1, 1) } else { Date::constant(1899, 12, 30) };
    start.checked_add(jiff::Span::new().try_days(serial.floor() as i64).ok()?).ok()
}

/// What a sheet has that no form could: named once, with its first place, and counted.
#[derive(Debug, Default)]
struct LeftOut {
    right: Option<(u32, u32)>,
    n_right: u64,
    long: Option<(u32, u32)>,
}

impl LeftOut {
    fn too_far_right(&mut self, row: u32, col: u32) {
        self.right.get_or_insert((row, col));
        self.n_right += 1;
    }

    fn too_long(&mut self, row: u32, col: u32) {
        self.long.get_or_insert((row, col));
    }

    fn faults(self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some((row, col)) = self.right {
            faults.push(too_far_right(row, col, self.n_right));
        }
        if let Some((row, col)) = self.long {
            faults.push(too_long(row, col));
        }
        faults
    }
}

pub(crate) fn too_far_right(row: u32, col: u32, number: u64) -> Fault {
    let last = column_letters(COLUMNS_MAX);
    Fault::new(
        "cells-too-far-right",
        text!(
            "{last} 列以右还有 {number} 个有内容的单元格，未读取",
            "{number} cells to the right of column {last} were not read"
        ),
        text!("表中没有这么多列；删去右边多余的内容后另存", "no form is that wide; delete what stands there and save again"),
    )
    .experience()
    .at(Cell { row, col })
}

pub(crate) fn too_long(row: u32, col: u32) -> Fault {
    Fault::new(
        "cell-too-long",
        text!("单元格内容过长（超过 32767 字），未读取", "the cell holds more than 32,767 characters and was not read"),
        text!("检查是否粘贴错了内容", "see whether the wrong thing was pasted into it"),
    )
    .at(Cell { row, col })
}

fn row_number(tag: &BytesStart<'_>) -> Option<u32> {
    let number = Attributes(tag.attributes_raw()).find(|(key, _)| *key == "r")?.1;
    number.parse().ok().filter(|row| (1..=crate::rows::SHEET_ROWS_MAX).contains(row))
}

/// `BC17` → (17, 55).
pub(crate) fn parse_place(words: &str) -> Option<(u32, u32)> {
    let bytes = words.as_bytes();
    let letters = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let col = bytes[..letters].iter().fold(0, |col, b| col * 26 + u32::from(b - b'A') + 1);
    let mut row = 0_u32;
    for b in &bytes[letters..] {
        row = row.checked_mul(10)?.checked_add(u32::from(b.checked_sub(b'0').filter(|digit| *digit < 10)?))?;
    }
    (1..=crate::rows::SHEET_ROWS_MAX).contains(&row).then_some((row, col))
}

/// The attributes of a tag as they stand: ` r="A1" s='3'`.
struct Attributes<'a>(&'a str);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        // Bytes, not characters: the marks looked for are ASCII, and a sheet of a roll has millions of these.
        let bytes = self.0.as_bytes();
        let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
        let equals = start + bytes[start..].iter().position(|b| *b == b'=')?;
        let open = equals + 1 + bytes[equals + 1..].iter().position(|b| !b.is_ascii_whitespace())?;
        let quote = bytes[open];
        if !matches!(quote, b'"' | b'\'') {
            return None;
        }
        let close = open + 1 + bytes[open + 1..].iter().position(|b| *b == quote)?;
        let (key, value) = (self.0.get(start..equals)?, self.0.get(open + 1..close)?);
        self.0 = self.0.get(close + 1..)?;
        Some((key.trim_ascii_end(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_days_and_attributes() {
        assert_eq!(parse_place("BC17"), Some((17, 55)));
        assert_eq!(parse_place("XFD1048576"), Some((1_048_576, 16_384)));
        for bad in ["", "17", "A", "A0", "AAAA1", "A1x", "A99999999999"] {
            assert_eq!(parse_place(bad), None, "{bad}");
        }
        assert_eq!(day(45901.0, false).unwrap().to_string(), "2025-09-01");
        assert_eq!(day(44439.5, true).unwrap().to_string(), "2025-09-01");
        assert_eq!(day(-1.0, false), None);
        let found: Vec<_> = Attributes(" r = \"A1\" t='s' broken").collect();
        assert_eq!(found, [("r", "A1"), ("t", "s")]);
    }
}
