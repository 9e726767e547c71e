use facts::Date;

/// A run of rows as a reader gives them: one text and two lists, whatever the number of cells, so that a roll of millions of
/// cells costs no allocation per cell. Batches go back to the reader and are filled again.
#[derive(Debug, Default, Clone)]
pub(crate) struct Batch {
    text: String,
    cells: Vec<RawCell>,
    rows: Vec<RowSpan>,
}

/// What a cell holds, before anybody asks what it means. Its words stand in the batch's text, a number's as the file wrote it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Content {
    Text,
    Number(f64),
    Day(Date),
    /// `#REF!`, `#DIV/0!` …
    Error,
    /// A formula whose result was never calculated and saved.
    Uncalculated,
}

#[derive(Debug, Clone, Copy)]
struct RawCell {
    col: u32,
    start: u32,
    end: u32,
    content: Content,
}

#[derive(Debug, Clone, Copy)]
struct RowSpan {
    number: u32,
    start: u32,
    end: u32,
}

/// One row of a batch; blank cells are left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Counted from 1.
    pub number: u32,
    cells: &'a [RawCell],
    text: &'a str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct CellRef<'a> {
    /// Counted from 1.
    pub col: u32,
    pub words: &'a str,
    pub content: Content,
}

impl Batch {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.rows.clear();
    }

    pub(crate) fn start_row(&mut self, number: u32) {
        let at = self.cells.len() as u32;
        self.rows.push(RowSpan { number, start: at, end: at });
    }

    /// Adds a cell to the row that was started last; blank words are no cell.
    pub(crate) fn push(&mut self, col: u32, words: &str, content: Content) {
        if content == Content::Text && words.bytes().all(|b| b == b' ') {
            return;
        }
        let start = self.text.len() as u32;
        self.text.push_str(words);
        let Some(row) = self.rows.last_mut() else { return };
        self.cells.push(RawCell { col, start, end: self.text.len() as u32, content });
        row.end = self.cells.len() as u32;
    }

    /// Repeats the row that was started last under the next numbers.
    pub(crate) fn repeat_row(&mut self, times: u32) {
        let Some(row) = self.rows.last().copied() else { return };
        self.rows.extend((1..=times).map(|step| RowSpan { number: row.number + step, ..row }));
    }

    /// Forgets the row that was started last if it has no cell.
    pub(crate) fn drop_blank_row(&mut self) {
        self.rows.pop_if(|row| row.start == row.end);
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether it is time to hand the batch over.
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= 512 || self.text.len() >= 1 << 20 || self.cells.len() >= 1 << 16
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|span| Row {
            number: span.number,
            cells: &self.cells[span.start as usize..span.end as usize],
            text: &self.text,
        })
    }

    pub(crate) fn append(&mut self, row: Row<'_>) {
        self.start_row(row.number);
        for cell in row.cells() {
            self.push(cell.col, cell.words, cell.content);
        }
    }
}

impl<'a> Row<'a> {
    pub(crate) fn cells(&self) -> impl DoubleEndedIterator<Item = CellRef<'a>> + use<'a> {
        let text = self.text;
        self.cells.iter().map(move |cell| CellRef {
            col: cell.col,
            words: &text[cell.start as usize..cell.end as usize],
            content: cell.content,
        })
    }

    pub(crate) fn cell(&self, col: u32) -> Option<CellRef<'a>> {
        self.cells().find(|cell| cell.col == col)
    }

    /// A cell's words, "" where it is blank.
    pub(crate) fn text(&self, col: u32) -> &'a str {
        self.cell(col).map_or("", |cell| cell.words)
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.cells.is_empty()
    }
}

/// What a reader hands its batches to. It takes one and gives another, empty, to fill next; `None` tells it to stop.
pub(crate) type Emit<'a> = dyn FnMut(Batch) -> Option<Batch> + 'a;

/// Cells further right than this are not read: no form has them, and a stray cell in column XFD must not cost a million.
pub(crate) const COLUMNS_MAX: u32 = 1024;
/// As much as a spreadsheet program puts into one cell, in bytes.
pub(crate) const CELL_BYTES_MAX: usize = 32_767 * 4;
/// As many rows as a spreadsheet can have; a text file may have more.
pub(crate) const SHEET_ROWS_MAX: u32 = 1_048_576;
