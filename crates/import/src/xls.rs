use std::cell::Cell as Flag;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, Range, Reader};
use facts::{Cell, Date, text};

use crate::fault::Fault;
use crate::rows::{Batch, CELL_BYTES_MAX, Content, Emit};
use crate::source::encrypted;
use crate::xlsx_sheet::too_long;
use crate::xml::broken;

/// A workbook of Excel 97 to 2003. Its sheets have at most 65,536 rows, so they are read whole.
pub(crate) struct Xls {
    names: Vec<String>,
    sheets: Vec<Range<Data>>,
}

thread_local! {
    static ASTRAY: Flag<bool> = const { Flag::new(false) };
}

/// Whether this thread is in a reader that is not ours and may be led astray by a damaged file: a panic in it is caught and becomes a
/// finding of the file, so whoever tells of panics has nothing to tell.
///
/// ```
/// assert!(!import::is_reading_astray());
/// ```
pub fn is_reading_astray() -> bool {
    ASTRAY.get()
}

impl std::fmt::Debug for Xls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Xls").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Xls {
    pub(crate) fn open(bytes: &[u8]) -> Result<Xls, Fault> {
        check_extent(bytes)?;
        // The reader is not ours and its format is full of offsets: should one lead it astray, this file has a finding.
        ASTRAY.set(true);
        let read = catch_unwind(AssertUnwindSafe(|| -> Result<Xls, calamine::XlsError> {
            let mut workbook = calamine::Xls::new(Cursor::new(bytes))?;
            let names = workbook.sheet_names();
            let sheets = names.iter().map(|name| workbook.worksheet_range(name).unwrap_or_default()).collect();
            Ok(Xls { names, sheets })
        }));
        ASTRAY.set(false);
        match read {
            Ok(Ok(xls)) if xls.names.is_empty() => Err(broken(&"no sheet found")),
            Ok(Ok(xls)) => Ok(xls),
            Ok(Err(calamine::XlsError::Password)) => Err(encrypted()),
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(broken(&"the .xls reader gave up")),
        }
    }

    pub(crate) fn sheets(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn read(&self, sheet: usize, emit: &mut Emit<'_>) -> Result<Vec<Fault>, Fault> {
        let Some(range) = self.sheets.get(sheet) else { return Ok(Vec::new()) };
        let (first_row, first_col) = range.start().unwrap_or((0, 0));
        let mut batch = Batch::default();
        let mut faults = Vec::new();
        for (row, cells) in (first_row + 1..).zip(range.rows()) {
            if batch.is_full() {
                let Some(mut next) = emit(std::mem::take(&mut batch)) else { return Ok(faults) };
                next.clear();
                batch = next;
            }
            batch.start_row(row);
            for (col, cell) in (first_col + 1..).zip(cells) {
                match cell {
                    Data::String(words) if words.len() > CELL_BYTES_MAX => faults.push(too_long(row, col)),
                    cell => push(&mut batch, col, cell),
                }
            }
            batch.drop_blank_row();
        }
        if !batch.is_empty() {
            emit(batch);
        }
        faults.truncate(20);
        Ok(faults)
    }
}

fn push(batch: &mut Batch, col: u32, cell: &Data) {
    match cell {
        Data::Empty => {}
        Data::String(words) => batch.push(col, words, Content::Text),
        Data::Int(number) => batch.push(col, &number.to_string(), Content::Number(*number as f64)),
        Data::Float(number) if number.is_finite() => {
            // As a spreadsheet shows it: an id that became a number keeps its fifteen digits and the power of ten.
            let words = if number.abs() < 1e15 { number.to_string() } else { format!("{number:E}") };
            batch.push(col, &words, Content::Number(*number));
        }
        Data::Float(_) => {}
        Data::Bool(true) => batch.push(col, "是", Content::Text),
        Data::Bool(false) => batch.push(col, "否", Content::Text),
        // A time of day alone is no date.
        Data::DateTime(moment) if moment.as_f64() < 1.0 => {
            batch.push(col, &moment.as_f64().to_string(), Content::Number(moment.as_f64()));
        }
        Data::DateTime(moment) => {
            let (year, month, date, ..) = moment.to_ymd_hms_milli();
            let day = Date::new(year as i16, month as i8, date as i8);
            let content = day.map_or(Content::Number(moment.as_f64()), Content::Day);
            batch.push(col, &moment.as_f64().to_string(), content);
        }
        Data::DateTimeIso(words) => match words.get(..10).and_then(|day| day.parse::<Date>().ok()) {
            Some(day) => batch.push(col, words, Content::Day(day)),
            None => batch.push(col, words, Content::Text),
        },
        Data::DurationIso(words) => batch.push(col, words, Content::Text),
        Data::Error(error) => batch.push(col, &error.to_string(), Content::Error),
    }
}

/// The reader makes a table as large as the farthest cells span. Two lone cells in opposite corners of a hundred sheets would
/// cost half a gigabyte each, so the extents are added up first.
fn check_extent(bytes: &[u8]) -> Result<(), Fault> {
    const CELLS_MAX: u64 = 8_000_000;
    let mut compound = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let path = if compound.exists("/Workbook") { "/Workbook" } else { "/Book" };
    let stream = compound.open_stream(path).map_err(|error| broken(&error))?;
    let mut stream = std::io::BufReader::with_capacity(1 << 16, stream);
    let mut extent = Extent::default();
    let mut cells = 0_u64;
    let mut body = Vec::new();
    let mut head = [0_u8; 4];
    while stream.read_exact(&mut head).is_ok() {
        let kind = u16::from_le_bytes([head[0], head[1]]);
        let length = u16::from_le_bytes([head[2], head[3]]);
        body.resize(usize::from(length), 0);
        if stream.read_exact(&mut body).is_err() {
            break;
        }
        match kind {
            // FILEPASS: the rest is encrypted.
            0x002f => return Err(encrypted()),
            // DIMENSIONS: the reader sets as much memory aside as is claimed here, and ends the program where there is not so much.
            0x0200 if !may_be_size(&body) => return Err(broken(&"a sheet claims a size that none can have")),
            // BOF: a new sheet.
            0x0809 | 0x0009 | 0x0209 | 0x0409 => cells += std::mem::take(&mut extent).cells(),
            // Cells: FORMULA, MULRK, LABELSST, LABEL, NUMBER, BOOLERR, RK, BLANK kinds and their older forms.
            0x0006 | 0x00bd | 0x00d6 | 0x00fd | 0x0203..=0x0206 | 0x027e if body.len() >= 4 => {
                let (row, first) = (u16::from_le_bytes([body[0], body[1]]), u16::from_le_bytes([body[2], body[3]]));
                let last = match (kind, body.as_slice()) {
                    (0x00bd, [.., low, high]) => u16::from_le_bytes([*low, *high]),
                    _ => first,
                };
                extent.take(u32::from(row), u32::from(first), u32::from(last));
            }
            _ => {}
        }
        if cells + extent.cells() > CELLS_MAX {
            return Err(Fault::new(
                "cells-too-scattered",
                text!(
                    "工作表里单元格散布过广（空白区域极大），无法读取",
                    "the cells of a sheet lie too far apart (a huge blank area)"
                ),
                text!(
                    "删去远离数据区的多余内容，另存为 .xlsx 后再导入",
                    "delete what stands far from the data, save as .xlsx, and import that"
                ),
            )
            .at(Cell { row: extent.last_row + 1, col: extent.last_col + 1 }));
        }
    }
    Ok(())
}

/// Whether a DIMENSIONS record claims no more than a sheet can have, 65,536 rows of 256 cells: first and last row, first and last
/// column, the last ones not included.
fn may_be_size(body: &[u8]) -> bool {
    let number = |at: usize, n_bytes: usize| body[at..at + n_bytes].iter().rfold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    let (first_row, end_row, end_col) = match body.len() {
        10 => (number(0, 2), number(2, 2), number(6, 2)),
        14 | 16 => (number(0, 4), number(4, 4), number(10, 2)),
        // The reader refuses it.
        _ => return true,
    };
    end_row == 0 || end_col == 0 || (first_row <= end_row && end_row <= 1 << 16 && end_col <= 1 << 8)
}

#[derive(Debug, Default)]
struct Extent {
    any: bool,
    first_row: u32,
    last_row: u32,
    first_col: u32,
    last_col: u32,
}

impl Extent {
    fn take(&mut self, row: u32, first: u32, last: u32) {
        if !self.any {
            *self = Extent { any: true, first_row: row, last_row: row, first_col: first, last_col: last.max(first) };
        }
        (self.first_row, self.last_row) = (self.first_row.min(row), self.last_row.max(row));
        (self.first_col, self.last_col) = (self.first_col.min(first), self.last_col.max(last));
    }

    fn cells(&self) -> u64 {
        if !self.any {
            return 0;
        }
        u64::from(self.last_row - self.first_row + 1) * u64::from(self.last_col - self.first_col + 1)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Found by fuzzing: memory for a sheet of ten million billion bytes was asked for, which no catching of panics survives.
    #[test]
    fn a_sheet_that_claims_too_much_is_damaged() {
        let check = |size: &[u8], fits: bool| {
            let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
            let mut stream = compound.create_stream("/Workbook").unwrap();
            stream.write_all(&[0x09, 0x08, 4, 0, 0, 6, 0x10, 0]).unwrap();
            stream.write_all(&[0x00, 0x02, size.len() as u8, 0]).unwrap();
            stream.write_all(size).unwrap();
            drop(stream);
            let checked = check_extent(&compound.into_inner().into_inner());
            assert_eq!(checked.is_ok(), fits, "{size:?}");
        };
        check(&[0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 17, 0, 0, 0], true);
        check(&[0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0], true);
        check(&[0; 14], true);
        check(&[9, 0, 0, 0, 2, 0, 0, 0, 0, 0, 17, 0, 0, 0], false);
        check(&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 17, 0, 0, 0], false);
        check(&[0, 0, 255, 255, 0, 0, 255, 255, 0, 0], false);
    }
}
