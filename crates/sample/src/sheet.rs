//! A sheet of cells, and the three kinds of bytes it can become.

use std::io;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Number(f64),
}

/// Cells by row and column; what was never set is empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet {
    pub name: String,
    pub rows: Vec<Vec<Option<Cell>>>,
    /// First row and column, last row and column, counted from 0.
    pub merges: Vec<[usize; 4]>,
}

impl Sheet {
    pub fn new(name: impl Into<String>) -> Sheet {
        Sheet { name: name.into(), ..Sheet::default() }
    }

    /// Sets a cell by its row counted from 1 and its column letter, as the forms name them.
    pub fn set(&mut self, row: usize, column: char, cell: impl Into<Cell>) {
        self.set_at(row - 1, letter(column), cell);
    }

    pub fn set_at(&mut self, row: usize, column: usize, cell: impl Into<Cell>) {
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Vec::new());
        }
        let cells = &mut self.rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, None);
        }
        cells[column] = Some(cell.into());
    }

    /// Sets a cell and merges it with those down and right of it up to `last`.
    pub fn merge(&mut self, (row, column): (usize, char), (last_row, last_column): (usize, char), cell: impl Into<Cell>) {
        self.set(row, column, cell);
        self.merges.push([row - 1, letter(column), last_row - 1, letter(last_column)]);
    }

    /// Adds a row below the last.
    pub fn push(&mut self, cells: Vec<Option<Cell>>) {
        self.rows.push(cells);
    }

    /// Adds a row of words; "" leaves its cell empty.
    pub fn push_words<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) {
        self.push(words.into_iter().map(|word| (!word.is_empty()).then(|| word.into())).collect());
    }
}

fn letter(column: char) -> usize {
    (column as usize).saturating_sub('A' as usize)
}

impl From<&str> for Cell {
    fn from(words: &str) -> Cell {
        Cell::Text(words.into())
    }
}

impl From<String> for Cell {
    fn from(words: String) -> Cell {
        Cell::Text(words)
    }
}

macro_rules! cell_from_number {
    ($($number:ty),*) => {$(
        impl From<$number> for Cell {
            fn from(number: $number) -> Cell {
                Cell::Number(f64::from(number))
            }
        }
    )*};
}
cell_from_number!(f64, u32, u16, i16, u8);

/// An .xlsx file. Its date of creation is fixed, so that the same sheets give the same bytes.
pub(crate) fn xlsx(sheets: &[Sheet]) -> io::Result<Vec<u8>> {
    build_xlsx(sheets).map_err(io::Error::other)
}

fn build_xlsx(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2025, 10, 8)?;
    workbook.set_properties(&DocProperties::new().set_author("示例州教育体育局").set_creation_datetime(&created));
    let plain = Format::new();
    for sheet in sheets {
        let page = workbook.add_worksheet();
        page.set_name(&sheet.name)?;
        // The words of a merged cell are written with the other cells below.
        for [row, column, last_row, last_column] in &sheet.merges {
            page.merge_range(*row as u32, *column as u16, *last_row as u32, *last_column as u16, "", &plain)?;
        }
        for (row, cells) in sheet.rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (row, column) = (row as u32, column as u16);
                match cell {
                    Some(Cell::Text(words)) => page.write_string(row, column, words)?,
                    Some(Cell::Number(number)) => page.write_number(row, column, *number)?,
                    None => page,
                };
            }
        }
    }
    workbook.save_to_buffer()
}

/// The sheet as lines of comma-separated values, ended as Windows ends them.
pub(crate) fn csv(sheet: &Sheet) -> String {
    let mut out = String::new();
    for row in &sheet.rows {
        for (n, cell) in row.iter().enumerate() {
            if n > 0 {
                out.push(',');
            }
            match cell {
                Some(Cell::Text(words)) if words.contains([',', '"', '\n', '\r']) => {
                    out.push('"');
                    out.push_str(&words.replace('"', "\"\""));
                    out.push('"');
                }
                Some(Cell::Text(words)) => out.push_str(words),
                Some(Cell::Number(number)) => out.push_str(&number.to_string()),
                None => {}
            }
        }
        out.push_str("\r\n");
    }
    out
}

pub(crate) fn gb18030(words: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(words).0.into_owned()
}
