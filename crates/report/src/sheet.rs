/// One sheet as it will be printed, in plain values: what stands where, before any workbook format is thought of.
///
/// From top to bottom: title, line under the title, heads, numbers of the columns, rows, notes, signatures, provenance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// The tab. Made unique and legal when it is written.
    pub name: String,
    pub title: String,
    /// Left, under the title: whose figures, of which year.
    pub subject: String,
    /// Right, under the title: 单位：人、㎡、元.
    pub unit_line: String,
    pub columns: Vec<Column>,
    /// How many columns at the left stay in sight.
    pub frozen_columns: u16,
    pub rows: Vec<Vec<Cell>>,
    pub notes: Vec<String>,
    /// 填报人, 审核人, 单位负责人, date: spread over one line.
    pub signatures: Vec<String>,
    /// Which snapshot, which pack, which day.
    pub provenance: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    /// From the top down. Neighbours that begin alike share a merged cell; a short head reaches down to the last row.
    pub head: Vec<String>,
    /// `L7`; empty where the form numbers no such column.
    pub number: String,
    /// In characters.
    pub width: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub shown: Shown,
    pub mark: Mark,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    Empty,
    /// Words that may be long: left-aligned, wrapped.
    Words(String),
    /// A short word, a code or a verdict: centred. Always text, never a number or a formula.
    Word(String),
    /// The cell keeps the whole figure; what is printed is rounded to `decimals`.
    Number {
        value: f64,
        decimals: u8,
    },
    /// In the place of a figure that is not known.
    Missing(String),
    /// Merged with the cell above.
    Above,
}

/// What is said about a figure beside its value, by a sign and a shade, so that no colour carries meaning alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    None,
    /// Below its threshold, yet above the floor that one indicator of a school may fall to.
    Near,
    /// Not met.
    Short,
}

impl Mark {
    /// The sign printed after the figure.
    pub fn sign(self) -> &'static str {
        match self {
            Mark::None => "",
            Mark::Near => "△",
            Mark::Short => "▲",
        }
    }
}

impl Cell {
    pub fn empty() -> Cell {
        Cell { shown: Shown::Empty, mark: Mark::None }
    }

    pub fn above() -> Cell {
        Cell { shown: Shown::Above, mark: Mark::None }
    }

    pub fn words(words: impl Into<String>) -> Cell {
        Cell { shown: Shown::Words(words.into()), mark: Mark::None }
    }

    pub fn word(word: impl Into<String>) -> Cell {
        Cell { shown: Shown::Word(word.into()), mark: Mark::None }
    }

    pub fn number(value: f64, decimals: u8) -> Cell {
        Cell { shown: Shown::Number { value, decimals }, mark: Mark::None }
    }

    pub fn missing(words: impl Into<String>) -> Cell {
        Cell { shown: Shown::Missing(words.into()), mark: Mark::None }
    }

    pub fn marked(mut self, mark: Mark) -> Cell {
        self.mark = mark;
        self
    }
}

/// A block of the head: a label and the columns and rows it covers, first and last, counted from 0 within the head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HeadBlock<'a> {
    pub label: &'a str,
    pub rows: (usize, usize),
    pub columns: (usize, usize),
}

/// The blocks that the heads of the columns merge into, left to right, top to bottom.
pub(crate) fn head_blocks(columns: &[Column]) -> Vec<HeadBlock<'_>> {
    let depth = columns.iter().map(|column| column.head.len()).max().unwrap_or(0);
    let mut blocks = Vec::new();
    for level in 0..depth {
        let mut first = 0;
        while first < columns.len() {
            let head = &columns[first].head;
            let Some(label) = head.get(level) else {
                first += 1;
                continue;
            };
            let lowest = level + 1 == head.len();
            let last = if lowest {
                first
            } else {
                // A label over others reaches as far as the columns agree from the top down to it.
                let alike = |column: &&Column| column.head.len() > level + 1 && column.head[..=level] == head[..=level];
                first + columns[first..].iter().take_while(alike).count() - 1
            };
            let bottom = if lowest { depth - 1 } else { level };
            blocks.push(HeadBlock { label, rows: (level, bottom), columns: (first, last) });
            first = last + 1;
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(heads: &[&[&str]], expected: &[&str]) {
        let columns: Vec<Column> = heads
            .iter()
            .map(|head| Column { head: head.iter().map(|word| word.to_string()).collect(), ..Column::default() })
            .collect();
        let blocks: Vec<String> =
            head_blocks(&columns).iter().map(|block| format!("{} {:?} {:?}", block.label, block.rows, block.columns)).collect();
        assert_eq!(blocks, expected);
    }

    #[test]
    fn heads_merge_as_the_form_has_them() {
        check(
            &[&["序号"], &["教职工", "小学", "合计"], &["教职工", "小学", "专任"], &["教职工", "初中"], &["备注"]],
            &[
                "序号 (0, 2) (0, 0)",
                "教职工 (0, 0) (1, 3)",
                "备注 (0, 2) (4, 4)",
                "小学 (1, 1) (1, 2)",
                "初中 (1, 2) (3, 3)",
                "合计 (2, 2) (1, 1)",
                "专任 (2, 2) (2, 2)",
            ],
        );
        check(&[&["小学"], &["小学"]], &["小学 (0, 0) (0, 0)", "小学 (0, 0) (1, 1)"]);
        check(&[], &[]);
    }
}
