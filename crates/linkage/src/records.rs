use facts::{Finding, Place, Severity, text};

use crate::settings::{Settings, Term};
use crate::{Table, Words};

/// Both registers as one: each column cleaned and in numbers, the left register's rows before the right one's.
#[derive(Debug, Clone)]
pub struct Records {
    pub(crate) n_left: usize,
    /// One register is held against itself.
    pub(crate) within: bool,
    pub(crate) columns: Vec<Coded>,
    pub(crate) derived: Vec<Taken>,
    pub(crate) ids: Words,
    pub(crate) id_codes: Vec<u32>,
}

#[derive(Debug, Clone)]
pub(crate) struct Coded {
    pub words: Words,
    /// For each row its word, 0 where it is missing.
    pub codes: Vec<u32>,
}

/// What is derived from a column, for each word of it.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub words: Words,
    pub of: Vec<u32>,
}

impl Records {
    /// Cleans two registers (or one, to be held against itself) by the settings. The tables are used up as it goes.
    pub fn new(left: Table, right: Option<Table>, settings: &Settings) -> (Records, Vec<Finding>) {
        let mut findings = Vec::new();
        let within = right.is_none();
        let n_left = left.len();
        let n = n_left + right.as_ref().map_or(0, Table::len);
        let mut sides = [Some(left), right];
        let mut columns = Vec::new();
        for (at, column) in settings.columns.iter().enumerate() {
            let mut coded = Coded { words: Words::default(), codes: Vec::with_capacity(n) };
            for (side, table) in sides.iter_mut().enumerate() {
                let Some(table) = table else { continue };
                append(&mut coded, table, column.heads.of(side), |words, out| column.kind.clean(words, out));
                let later = settings.columns[at + 1..].iter().map(|column| &column.heads).chain([&settings.id]);
                let later: Vec<&String> = later.flat_map(|heads| heads.of(side)).collect();
                column.heads.of(side).iter().filter(|head| !later.contains(head)).for_each(|head| table.forget(head));
            }
            coded.words.shrink();
            columns.push(coded);
        }
        let mut ids = Coded { words: Words::default(), codes: Vec::with_capacity(n) };
        for (side, table) in sides.iter().enumerate() {
            let Some(table) = table else { continue };
            let (rows, heads) = (ids.codes.len(), settings.id.of(side));
            append(&mut ids, table, heads, |words, out| out.push_str(words));
            findings.extend(look_at_ids(table.name(), &mut ids, rows, heads));
        }
        let mut records = Records { n_left, within, columns, derived: Vec::new(), ids: ids.words, id_codes: ids.codes };
        let nothing = settings.derived.iter().map(|_| Taken { words: Words::default(), of: Vec::new() });
        records.derived = nothing.collect();
        records.derive(settings);
        (records, findings)
    }

    pub fn len(&self) -> usize {
        self.id_codes.len()
    }

    /// How many records the left register (or the one register) has.
    pub fn n_left(&self) -> usize {
        self.n_left
    }

    pub fn is_empty(&self) -> bool {
        self.id_codes.is_empty()
    }

    /// Rows of the right register; those of the one register where it is held against itself.
    pub(crate) fn right_rows(&self) -> std::ops::Range<usize> {
        if self.within { 0..self.len() } else { self.n_left..self.len() }
    }

    /// How many pairs there are to choose from.
    pub(crate) fn n_pairs(&self) -> f64 {
        let (left, right) = (self.n_left as f64, self.right_rows().len() as f64);
        if self.within { left * (left - 1.0) / 2.0 } else { left * right }
    }

    /// The number that a row goes by in its register.
    pub fn id(&self, row: u32) -> &str {
        self.ids.get(self.id_codes.get(row as usize).copied().unwrap_or(0))
    }

    /// The row of a record of the left (or the right) register.
    pub fn row(&self, id: &str, right: bool) -> Option<u32> {
        let code = self.ids.number(id.trim())?;
        let rows = if right { self.right_rows() } else { 0..self.n_left };
        let start = rows.start;
        self.id_codes[rows].iter().position(|other| *other == code).map(|at| (at + start) as u32)
    }

    pub(crate) fn code(&self, term: Term, row: u32) -> u32 {
        let code = self.columns[term.column].codes[row as usize];
        match term.derived {
            None => code,
            Some(derived) => self.derived[derived].of[code as usize],
        }
    }

    pub(crate) fn word(&self, term: Term, row: u32) -> &str {
        let code = self.code(term, row);
        match term.derived {
            None => self.columns[term.column].words.get(code),
            Some(derived) => self.derived[derived].words.get(code),
        }
    }

    pub(crate) fn cell(&self, column: usize, row: u32) -> &str {
        self.columns[column].words.get(self.columns[column].codes[row as usize])
    }

    pub(crate) fn n_words(&self, term: Term) -> usize {
        match term.derived {
            None => self.columns[term.column].words.len(),
            Some(derived) => self.derived[derived].words.len(),
        }
    }

    /// Adds one record to the end, its cells in the order of the settings' columns.
    pub(crate) fn push(&mut self, id: &str, cells: &[String], settings: &Settings) {
        let mut cleaned = String::new();
        for ((column, coded), cell) in settings.columns.iter().zip(&mut self.columns).zip(cells) {
            cleaned.clear();
            column.kind.clean(cell.trim(), &mut cleaned);
            let code = coded.words.intern(&cleaned);
            coded.codes.push(code);
        }
        let code = self.ids.intern(id);
        self.id_codes.push(code);
        self.derive(settings);
    }

    /// Takes the last record away; its words stay known.
    pub(crate) fn pop(&mut self) {
        for column in &mut self.columns {
            column.codes.pop();
        }
        self.id_codes.pop();
    }

    /// Derives what words came since.
    fn derive(&mut self, settings: &Settings) {
        let mut taken = String::new();
        for (derived, to) in settings.derived.iter().zip(&mut self.derived) {
            let words = &self.columns[derived.column].words;
            for code in to.of.len()..words.len() {
                taken.clear();
                let word = words.get(code as u32);
                if !word.is_empty() {
                    derived.derivation.derive(word, derived.n, &mut taken);
                }
                to.of.push(to.words.intern(&taken));
            }
        }
    }
}

/// Appends a table's column, or several as a set, each distinct word cleaned once.
fn append(coded: &mut Coded, table: &Table, heads: &[String], clean: impl Fn(&str, &mut String)) {
    let found: Vec<usize> = heads.iter().filter_map(|head| table.position(head)).collect();
    let rows = table.len();
    let mut cleaned = String::new();
    let [first] = found[..] else {
        for row in 0..rows {
            let mut set: Vec<String> = Vec::new();
            for column in &found {
                cleaned.clear();
                clean(table.cell(row, *column), &mut cleaned);
                if !cleaned.is_empty() && !set.contains(&cleaned) {
                    set.push(cleaned.clone());
                }
            }
            set.sort_unstable();
            coded.codes.push(coded.words.intern(&set.join("/")));
        }
        return;
    };
    let column = &table.columns[first];
    let mut new = vec![0; column.words.len()];
    if column.words.len() > rows / 4 {
        coded.words.reserve(column.words.len());
    }
    for (code, new) in new.iter_mut().enumerate().skip(1) {
        cleaned.clear();
        clean(column.words.get(code as u32), &mut cleaned);
        *new = coded.words.intern(&cleaned);
    }
    coded.codes.extend(column.codes.iter().map(|code| new[*code as usize]));
    coded.codes.resize(coded.codes.len() + rows - column.codes.len(), 0);
}

/// A record must be told from another. Without numbers, or with the same for all, rows go by their place in the file.
fn look_at_ids(table: &str, ids: &mut Coded, start: usize, heads: &[String]) -> Option<Finding> {
    let rows = ids.codes.len() - start;
    let mut seen = vec![false; ids.words.len()];
    let mut doubles = 0;
    let mut missing = 0;
    for code in &ids.codes[start..] {
        match code {
            0 => missing += 1,
            code if seen[*code as usize] => doubles += 1,
            code => seen[*code as usize] = true,
        }
    }
    if doubles == 0 && missing == 0 {
        return None;
    }
    for (row, at) in (start..ids.codes.len()).enumerate() {
        let code = ids.codes[at];
        if code == 0 || doubles > 0 {
            let number = row + 1;
            let word = match ids.words.get(code) {
                "" => format!("#{number}"),
                id => format!("{id}#{number}"),
            };
            ids.codes[at] = ids.words.intern(&word);
        }
    }
    let head = heads.join("、");
    let place = Place::file(table);
    let hint = text!(
        "结果里用“#行次”区分；最好指定一列唯一的编号",
        "in the result they are told apart by `#row`; better name a column of unique numbers"
    );
    let what = if missing == rows {
        text!(
            "没有编号列“{head}”，{rows} 行都没有编号",
            "there is no column `{head}` to tell records apart: {rows} rows have no number"
        )
    } else {
        text!(
            "编号列“{head}”有 {missing} 行空缺、{doubles} 行重复",
            "column `{head}` is missing in {missing} rows and repeated in {doubles}"
        )
    };
    Some(Finding::new(Severity::Experience, "link-ids-not-unique", place, what, hint))
}
