use crate::Words;

/// A register as it was read: some columns of it, each word once.
///
/// ```
/// let mut table = linkage::Table::new("学籍", &["学籍号", "姓名"]);
/// table.push(&["G1", "李明"]);
/// table.push(&["G2"]);
/// assert_eq!((table.len(), table.cell(1, 0), table.cell(1, 1)), (2, "G2", ""));
/// ```
#[derive(Debug, Clone)]
pub struct Table {
    name: String,
    pub(crate) columns: Vec<TableColumn>,
    rows: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct TableColumn {
    pub head: String,
    /// Each word once, or, where hardly one comes twice, one for each row.
    pub words: Words,
    pub codes: Vec<u32>,
    /// Hardly a word comes twice: it would cost more to look for doubles than they would save.
    sparse: bool,
}

/// After so many rows it is seen whether the words of a column repeat.
const TRIAL_ROWS: usize = 4096;

/// What is longer than this is no name, number or address; its first bytes tell as much.
const CELL_BYTES_MAX: usize = 1000;

impl Table {
    /// A table without rows; `name` is how people know it.
    pub fn new(name: &str, heads: &[&str]) -> Table {
        let column =
            |head: &&str| TableColumn { head: head.to_string(), words: Words::default(), codes: Vec::new(), sparse: false };
        Table { name: name.to_string(), columns: heads.iter().map(column).collect(), rows: 0 }
    }

    /// Adds a row; cells that it lacks are missing, cells beyond the heads are left out.
    pub fn push<S: AsRef<str>>(&mut self, cells: &[S]) {
        for (at, cell) in cells.iter().enumerate() {
            self.put(at, cell.as_ref());
        }
        self.end_row();
    }

    /// Puts one cell into the row that is being filled; [`Table::end_row`] closes it.
    pub fn put(&mut self, at: usize, cell: &str) {
        let Some(column) = self.columns.get_mut(at).filter(|column| column.codes.len() <= self.rows) else { return };
        if self.rows == TRIAL_ROWS {
            // Of six thousand days, as many as a school has birthdays on, seven tenths have come once by now; and they repeat.
            column.sparse = column.words.len() * 10 > TRIAL_ROWS * 8;
        }
        let word = head_of(cell.trim());
        let code = if column.sparse { column.words.append(word) } else { column.words.intern(word) };
        column.codes.resize(self.rows, 0);
        column.codes.push(code);
    }

    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn heads(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.head.as_str()).collect()
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// A cell's words, "" where it is missing.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let Some(column) = self.columns.get(column) else { return "" };
        column.codes.get(row).map_or("", |code| column.words.get(*code))
    }

    /// The columns of these headings, as they stand.
    pub(crate) fn columns_of(&self, heads: &[String]) -> Vec<&TableColumn> {
        heads.iter().filter_map(|head| self.position(head)).map(|at| &self.columns[at]).collect()
    }

    /// The columns of these headings, which nobody else will ask for again.
    pub(crate) fn take(&mut self, heads: &[String]) -> Vec<TableColumn> {
        let places: Vec<usize> = heads.iter().filter_map(|head| self.position(head)).collect();
        let nothing = || TableColumn { head: String::new(), words: Words::default(), codes: Vec::new(), sparse: false };
        places.into_iter().map(|at| std::mem::replace(&mut self.columns[at], nothing())).collect()
    }

    pub(crate) fn position(&self, head: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.head == head)
    }

    /// How many rows have a word in the column.
    pub(crate) fn filled(&self, column: usize) -> usize {
        self.columns.get(column).map_or(0, |column| column.codes.iter().filter(|code| **code != 0).count())
    }

    /// How many different words a column has.
    pub(crate) fn distinct(&self, column: usize) -> usize {
        let Some(column) = self.columns.get(column) else { return 0 };
        if !column.sparse {
            return column.words.len() - 1;
        }
        let mut words = Words::default();
        for code in 1..column.words.len() as u32 {
            words.intern(column.words.get(code));
        }
        words.len() - 1
    }
}

/// A cell's words, or as much of them as is looked at.
pub(crate) fn head_of(cell: &str) -> &str {
    let mut end = cell.len().min(CELL_BYTES_MAX);
    while !cell.is_char_boundary(end) {
        end -= 1;
    }
    &cell[..end]
}
