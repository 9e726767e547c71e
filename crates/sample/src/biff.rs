//! Old Excel files (.xls): a BIFF8 stream in an OLE2 container. Written here because no crate writes them; only what a
//! list of words and numbers needs.

use std::collections::HashMap;
use std::io::{self, Cursor, Write};

use crate::sheet::{Cell, Sheet};

/// An .xls file with one worksheet for each sheet. Streams of the container bear no dates, so the bytes depend on the
/// sheets alone.
pub(crate) fn xls(sheets: &[Sheet]) -> io::Result<Vec<u8>> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    file.create_stream("/Workbook")?.write_all(&workbook_stream(sheets)?)?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

const BOF: u16 = 0x0809;
const BOUNDSHEET: u16 = 0x0085;
const CODEPAGE: u16 = 0x0042;
const CONTINUE: u16 = 0x003c;
const DATEMODE: u16 = 0x0022;
const DIMENSIONS: u16 = 0x0200;
const EOF: u16 = 0x000a;
const FONT: u16 = 0x0031;
const LABELSST: u16 = 0x00fd;
const MERGEDCELLS: u16 = 0x00e5;
const NUMBER: u16 = 0x0203;
const SST: u16 = 0x00fc;
const STYLE: u16 = 0x0293;
const WINDOW1: u16 = 0x003d;
const WINDOW2: u16 = 0x023e;
const XF: u16 = 0x00e0;

/// The longest body of a record.
const RECORD_MAX: usize = 8224;
/// The one cell format, after the fifteen style formats that Excel expects.
const CELL_FORMAT: u16 = 15;

fn workbook_stream(sheets: &[Sheet]) -> io::Result<Vec<u8>> {
    let mut words = Words::default();
    let pages: Vec<Vec<u8>> = sheets.iter().map(|sheet| worksheet_stream(sheet, &mut words)).collect::<io::Result<_>>()?;
    let mut head = Vec::new();
    record(&mut head, BOF, &bof(0x0005));
    record(&mut head, CODEPAGE, &1200u16.to_le_bytes());
    record(&mut head, WINDOW1, &le16(&[0, 0, 0x4000, 0x2000, 0x38, 0, 0, 1, 600]));
    record(&mut head, DATEMODE, &[0, 0]);
    for _ in 0..5 {
        let mut font = le16(&[200, 0, 0x7fff, 400, 0]);
        font.extend([0, 0, 134, 0]);
        font.extend(short_string("宋体"));
        record(&mut head, FONT, &font);
    }
    for n in 0..=CELL_FORMAT {
        let style = n < CELL_FORMAT;
        let mut format = le16(&[0, 0, if style { 0xfff5 } else { 0x0001 }]);
        format.extend([0x20, 0, 0, if style { 0xf4 } else { 0 }]);
        format.extend(le16(&[0, 0, 0, 0, 0x20c0]));
        record(&mut head, XF, &format);
    }
    record(&mut head, STYLE, &[0, 0x80, 0, 0xff]);
    let table = words.table()?;
    let names: Vec<Vec<u8>> = sheets.iter().map(|sheet| short_string(&sheet.name)).collect();
    // Every BOUNDSHEET says where its sheet begins, so the lengths of all that comes before are summed first.
    let mut begin = head.len() + names.iter().map(|name| 4 + 6 + name.len()).sum::<usize>() + table.len() + 4;
    for (name, page) in names.iter().zip(&pages) {
        let mut body = u32::try_from(begin).map_err(io::Error::other)?.to_le_bytes().to_vec();
        body.extend([0, 0]);
        body.extend(name);
        record(&mut head, BOUNDSHEET, &body);
        begin += page.len();
    }
    head.extend(table);
    record(&mut head, EOF, &[]);
    pages.iter().for_each(|page| head.extend(page));
    Ok(head)
}

fn worksheet_stream(sheet: &Sheet, words: &mut Words) -> io::Result<Vec<u8>> {
    let width = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
    let too_large = || io::Error::new(io::ErrorKind::InvalidInput, format!("sheet {} is larger than .xls can be", sheet.name));
    let (Ok(height), Ok(width)) = (u16::try_from(sheet.rows.len()), u8::try_from(width)) else { return Err(too_large()) };
    let mut out = Vec::new();
    record(&mut out, BOF, &bof(0x0010));
    let mut dimensions = 0u32.to_le_bytes().to_vec();
    dimensions.extend(u32::from(height).to_le_bytes());
    dimensions.extend(le16(&[0, width.into(), 0]));
    record(&mut out, DIMENSIONS, &dimensions);
    for (row, cells) in (0u16..).zip(&sheet.rows) {
        for (column, cell) in (0u16..).zip(cells) {
            let mut body = le16(&[row, column, CELL_FORMAT]);
            match cell {
                Some(Cell::Text(text)) => {
                    body.extend(words.index(text).to_le_bytes());
                    record(&mut out, LABELSST, &body);
                }
                Some(Cell::Number(number)) => {
                    body.extend(number.to_le_bytes());
                    record(&mut out, NUMBER, &body);
                }
                None => {}
            }
        }
    }
    record(&mut out, WINDOW2, &le16(&[0x06b6, 0, 0, 0x40, 0, 0, 0, 0, 0]));
    for merges in sheet.merges.chunks(1000) {
        let mut body = (merges.len() as u16).to_le_bytes().to_vec();
        for [row, column, last_row, last_column] in merges {
            body.extend(le16(&[*row as u16, *last_row as u16, *column as u16, *last_column as u16]));
        }
        record(&mut out, MERGEDCELLS, &body);
    }
    record(&mut out, EOF, &[]);
    Ok(out)
}

/// The shared strings of a workbook, each once, in order of appearance.
#[derive(Default)]
struct Words {
    order: Vec<String>,
    index: HashMap<String, u32>,
    uses: u32,
}

impl Words {
    fn index(&mut self, words: &str) -> u32 {
        self.uses += 1;
        if let Some(index) = self.index.get(words) {
            return *index;
        }
        let index = self.order.len() as u32;
        self.index.insert(words.into(), index);
        self.order.push(words.into());
        index
    }

    /// The SST record and its CONTINUE records. No string is divided between two records: that is allowed, and spares the
    /// reader and us the second flag byte in the middle of a string.
    fn table(&self) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut kind = SST;
        let mut body = self.uses.to_le_bytes().to_vec();
        body.extend((self.order.len() as u32).to_le_bytes());
        for words in &self.order {
            let letters: Vec<u16> = words.encode_utf16().collect();
            if 3 + letters.len() * 2 > RECORD_MAX - 8 {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "a cell has more words than one .xls record holds"));
            }
            if body.len() + 3 + letters.len() * 2 > RECORD_MAX {
                record(&mut out, kind, &body);
                kind = CONTINUE;
                body.clear();
            }
            body.extend((letters.len() as u16).to_le_bytes());
            body.push(1);
            body.extend(le16(&letters));
        }
        record(&mut out, kind, &body);
        Ok(out)
    }
}

fn record(out: &mut Vec<u8>, kind: u16, body: &[u8]) {
    out.extend(kind.to_le_bytes());
    out.extend((body.len() as u16).to_le_bytes());
    out.extend(body);
}

/// BIFF8, of the kind (globals or worksheet), as written by Excel 97.
fn bof(kind: u16) -> Vec<u8> {
    le16(&[0x0600, kind, 0x0dbb, 0x07cc, 0x0041, 0, 0x0006, 0])
}

fn short_string(words: &str) -> Vec<u8> {
    let letters: Vec<u16> = words.encode_utf16().take(255).collect();
    let mut out = vec![letters.len() as u8, 1];
    out.extend(le16(&letters));
    out
}

fn le16(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xls};

    use super::xls;
    use crate::sheet::{Cell, Sheet};

    fn check(sheets: &[Sheet]) {
        let bytes = xls(sheets).expect("an .xls file");
        assert_eq!(bytes, xls(sheets).expect("the same file again"));
        let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).expect("a readable .xls file");
        assert_eq!(book.sheet_names(), sheets.iter().map(|sheet| sheet.name.clone()).collect::<Vec<_>>());
        for sheet in sheets {
            let range = book.worksheet_range(&sheet.name).expect("the sheet");
            for (r, row) in sheet.rows.iter().enumerate() {
                for (c, cell) in row.iter().enumerate() {
                    let read = range.get_value((r as u32, c as u32)).unwrap_or(&Data::Empty);
                    match cell {
                        Some(Cell::Text(words)) => assert_eq!(read, &Data::String(words.clone())),
                        Some(Cell::Number(number)) => assert_eq!(read, &Data::Float(*number)),
                        None => assert_eq!(read, &Data::Empty),
                    }
                }
            }
            let merges = book.merge_cells_by_sheet_name(&sheet.name);
            let merges: Vec<[usize; 4]> = merges
                .iter()
                .flatten()
                .map(|area| [area.start.0, area.start.1, area.end.0, area.end.1].map(|n| n as usize))
                .collect();
            assert_eq!(merges, sheet.merges);
        }
    }

    #[test]
    fn old_excel_files_read_back() {
        let mut small = Sheet::new("班级");
        small.merge((1, 'A'), (1, 'D'), "玉衡市班级情况");
        small.set(3, 'B', 42.5);
        small.set(3, 'D', "２班 ");
        // Enough different words to need many CONTINUE records.
        let mut long = Sheet::new("学籍");
        for n in 0..9000u32 {
            long.push(vec![Some(format!("学生{n}").into()), None, Some(n.into())]);
        }
        check(&[small.clone()]);
        check(&[small, long]);
        check(&[Sheet::new("空")]);
    }
}
