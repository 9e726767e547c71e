use std::sync::Mutex;

use facts::{Finding, Place, Severity, text};

use crate::block::sort_keyed;
use crate::level::Sketch;
use crate::settings::{Clause, Derived, Settings, Term};
use crate::table::TableColumn;
use crate::words::{hash_of, long_hash_of};
use crate::{Hands, Table, Words};

/// Both registers as one: each column cleaned and in numbers, the left register's rows before the right one's.
#[derive(Debug, Clone)]
pub struct Records {
    pub(crate) n_left: usize,
    /// One register is held against itself.
    pub(crate) within: bool,
    /// The words of each column.
    words: Vec<Words>,
    /// For each column and word, a sketch of it; none where no test looks at them.
    sketches: Vec<Vec<Sketch>>,
    /// Row by row, for each column the number of its word, 0 where it is missing: what is compared lies side by side.
    cells: Vec<u32>,
    pub(crate) derived: Vec<Taken>,
    pub(crate) ids: Words,
    pub(crate) id_codes: Vec<u32>,
    /// How many words each column, and then each derivation, had before the last record came.
    before: Vec<usize>,
}

struct Coded {
    words: Words,
    sketches: Vec<Sketch>,
    /// For each row its word, 0 where it is missing.
    codes: Vec<u32>,
}

/// What is derived from a column, for each word of it.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub words: Words,
    pub of: Vec<u32>,
    sketches: Vec<Sketch>,
    /// Only whether two are the same is asked of these words: a hash stands for each, and they are not kept.
    hashed: bool,
}

impl Records {
    /// Cleans two registers (or one, to be held against itself) by the settings. The tables are used up as it goes.
    pub fn new(left: Table, right: Option<Table>, settings: &Settings) -> (Records, Vec<Finding>) {
        Records::new_with(left, right, settings, Hands::ONE)
    }

    /// The same, column by column side by side.
    pub fn new_with(left: Table, right: Option<Table>, settings: &Settings, hands: Hands<'_>) -> (Records, Vec<Finding>) {
        Records::made(left, right, settings, hands, false)
    }

    /// The same; where they are kept `whole`, the words of every derivation are there to be read.
    pub(crate) fn made(
        left: Table,
        right: Option<Table>,
        settings: &Settings,
        hands: Hands<'_>,
        whole: bool,
    ) -> (Records, Vec<Finding>) {
        let mut findings = Vec::new();
        let (within, n_left) = (right.is_none(), left.len());
        let n = n_left + right.as_ref().map_or(0, Table::len);
        let mut sides: Vec<Table> = [Some(left), right].into_iter().flatten().collect();
        let (mut ids, mut id_codes) = (Words::default(), Vec::with_capacity(n));
        for (side, table) in sides.iter().enumerate() {
            findings.extend(number(table, settings.id.of(side), &mut ids, &mut id_codes));
        }
        ids.shrink();
        // A column's words move to the one that cleans them, or are copied where another wants them too.
        let mut parts = Vec::new();
        for (at, column) in settings.columns.iter().enumerate() {
            let mut of_sides = Vec::new();
            for (side, table) in sides.iter_mut().enumerate() {
                let heads = column.heads.of(side);
                let later: Vec<&String> = settings.columns[at + 1..].iter().flat_map(|column| column.heads.of(side)).collect();
                let last = heads.iter().all(|head| !later.contains(&head));
                let columns = if last { table.take(heads) } else { table.columns_of(heads).into_iter().cloned().collect() };
                of_sides.push((columns, table.len()));
            }
            parts.push(Mutex::new(of_sides));
        }
        drop(sides);
        let of_column = |at: usize| {
            let kind = settings.columns[at].kind;
            let mut coded = Coded { words: Words::default(), sketches: Vec::new(), codes: Vec::with_capacity(n) };
            let of_sides = std::mem::take(&mut *parts[at].lock().unwrap_or_else(|broken| broken.into_inner()));
            for (columns, rows) in of_sides {
                append(&mut coded, &columns.iter().collect::<Vec<_>>(), rows, |words, out| kind.clean(words, out));
            }
            coded.words.shrink();
            if is_tested(settings, Term { column: at, derived: None }) {
                sketch(&coded.words, &mut coded.sketches);
            }
            let derived: Vec<(usize, Taken)> = (settings.derived.iter().enumerate().filter(|(_, derived)| derived.column == at))
                .map(|(number, derived)| {
                    let hashed = !whole && !is_read(settings, Term { column: at, derived: Some(number) });
                    let mut taken = Taken { words: Words::default(), of: Vec::new(), sketches: Vec::new(), hashed };
                    taken.go_on(derived, &coded.words);
                    taken.words.shrink();
                    taken.of.shrink_to_fit();
                    if is_tested(settings, Term { column: at, derived: Some(number) }) {
                        sketch(&taken.words, &mut taken.sketches);
                    }
                    (number, taken)
                })
                .collect();
            (coded, derived)
        };
        let done = hands.each(settings.columns.len(), of_column);
        let width = settings.columns.len();
        let mut records = Records {
            n_left,
            within,
            words: Vec::new(),
            sketches: Vec::new(),
            cells: vec![0; n * width],
            derived: Vec::new(),
            ids,
            id_codes,
            before: Vec::new(),
        };
        let mut derived = Vec::new();
        for (at, (coded, of_column)) in done.into_iter().enumerate() {
            for (row, code) in coded.codes.iter().enumerate() {
                records.cells[row * width + at] = *code;
            }
            records.words.push(coded.words);
            records.sketches.push(coded.sketches);
            derived.extend(of_column);
        }
        derived.sort_by_key(|(number, _)| *number);
        records.derived = derived.into_iter().map(|(_, taken)| taken).collect();
        (records, findings)
    }

    /// One register by the headings of its side.
    pub(crate) fn new_side(table: Table, right: bool, settings: &Settings) -> (Records, Vec<Finding>) {
        let (left, right) = if right { (Table::new("", &[]), Some(table)) } else { (table, None) };
        Records::made(left, right, settings, Hands::ONE, true)
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
        let mut rows = if right { self.right_rows() } else { 0..self.n_left };
        rows.find(|row| self.id(*row as u32) == id.trim()).map(|row| row as u32)
    }

    pub(crate) fn code(&self, term: Term, row: u32) -> u32 {
        let code = self.cell_code(term.column, row);
        match term.derived {
            None => code,
            Some(derived) => self.derived[derived].of[code as usize],
        }
    }

    pub(crate) fn word(&self, term: Term, row: u32) -> &str {
        self.term_words(term).get(self.code(term, row))
    }

    /// The word of a term, taken anew where it is not kept.
    pub(crate) fn written(&self, settings: &Settings, term: Term, row: u32) -> String {
        match term.derived {
            Some(at) if self.derived[at].hashed => {
                let (mut taken, derived) = (String::new(), &settings.derived[at]);
                let word = self.cell(term.column, row);
                if !word.is_empty() {
                    derived.derivation.derive(word, derived.n, &mut taken);
                }
                taken
            }
            _ => self.word(term, row).to_string(),
        }
    }

    pub(crate) fn cell(&self, column: usize, row: u32) -> &str {
        self.words[column].get(self.cell_code(column, row))
    }

    pub(crate) fn n_words(&self, term: Term) -> usize {
        self.term_words(term).len()
    }

    /// The words of a column, or those derived from it, by number.
    pub(crate) fn term_words(&self, term: Term) -> &Words {
        match term.derived {
            None => &self.words[term.column],
            Some(derived) => &self.derived[derived].words,
        }
    }

    /// A sketch of a word of a column, or of those derived from it, by its number.
    #[inline]
    pub(crate) fn sketch(&self, term: Term, code: u32) -> Sketch {
        let sketches = match term.derived {
            None => &self.sketches[term.column],
            Some(derived) => &self.derived[derived].sketches,
        };
        sketches.get(code as usize).copied().unwrap_or(Sketch::UNKNOWN)
    }

    /// Looks at what is kept of a row's word, so that it is at hand; the answer says nothing.
    #[inline]
    pub(crate) fn touch(&self, term: Term, row: u32) -> u32 {
        let code = self.cell_code(term.column, row) as usize;
        match term.derived {
            None => self.sketches[term.column].get(code).map_or(0, |sketch| sketch.low()),
            Some(derived) => self.derived[derived].of.get(code).copied().unwrap_or(0),
        }
    }

    /// Makes room and order for further records.
    pub(crate) fn ready(&mut self) {
        self.words.iter_mut().for_each(Words::ready);
        self.derived.iter_mut().for_each(|taken| taken.words.ready());
    }

    /// Adds one record to the end, its cells in the order of the settings' columns.
    pub(crate) fn push(&mut self, id: &str, cells: &[String], settings: &Settings) {
        self.before.clear();
        self.before.extend(self.words.iter().map(Words::len).chain(self.derived.iter().map(|taken| taken.words.len())));
        let mut cleaned = String::new();
        let cells = cells.iter().map(String::as_str).chain(std::iter::repeat(""));
        for ((column, words), cell) in settings.columns.iter().zip(&mut self.words).zip(cells) {
            cleaned.clear();
            column.kind.clean(crate::table::head_of(cell.trim()), &mut cleaned);
            self.cells.push(words.intern(&cleaned));
        }
        let code = self.ids.append(id);
        self.id_codes.push(code);
        for (derived, taken) in settings.derived.iter().zip(&mut self.derived) {
            taken.go_on(derived, &self.words[derived.column]);
            if !taken.sketches.is_empty() {
                sketch(&taken.words, &mut taken.sketches);
            }
        }
        for (words, sketches) in self.words.iter().zip(&mut self.sketches).filter(|(_, sketches)| !sketches.is_empty()) {
            sketch(words, sketches);
        }
    }

    /// Takes the record that came last away again, and the words that came with it.
    pub(crate) fn pop(&mut self, settings: &Settings) {
        for ((words, sketches), before) in self.words.iter_mut().zip(&mut self.sketches).zip(&self.before) {
            words.truncate(*before);
            sketches.truncate(*before);
        }
        for ((derived, taken), before) in
            settings.derived.iter().zip(&mut self.derived).zip(self.before.iter().skip(self.words.len()))
        {
            taken.of.truncate(self.words[derived.column].len());
            taken.words.truncate(*before);
            taken.sketches.truncate(*before);
        }
        let ids = self.ids.len();
        self.ids.truncate(ids - usize::from(self.id_codes.last().is_some_and(|code| *code as usize + 1 == ids)));
        self.cells.truncate(self.cells.len() - self.words.len().min(self.cells.len()));
        self.id_codes.pop();
    }

    /// The numbers of a row's words, column by column.
    #[inline]
    pub(crate) fn row_codes(&self, row: u32) -> &[u32] {
        let width = self.words.len();
        &self.cells[row as usize * width..(row as usize + 1) * width]
    }

    /// The number of a row's word in a column, 0 where it is missing.
    #[inline]
    pub(crate) fn cell_code(&self, column: usize, row: u32) -> u32 {
        self.cells[row as usize * self.words.len() + column]
    }
}

/// Whether anybody but a key asks for the words of a term.
fn is_read(settings: &Settings, term: Term) -> bool {
    let levels = || settings.comparisons.iter().flat_map(|comparison| &comparison.levels);
    let compared = levels()
        .flat_map(|level| &level.tests)
        .any(|test| matches!(test, Clause::Same(of) | Clause::Holds(of, ..) if *of == term));
    compared || settings.split.contains(&term) || levels().any(|level| level.frequency == Some(term))
}

/// Whether some test of the comparisons looks at the words of a term.
fn is_tested(settings: &Settings, term: Term) -> bool {
    let levels = settings.comparisons.iter().flat_map(|comparison| &comparison.levels);
    levels.flat_map(|level| &level.tests).any(|test| matches!(test, Clause::Holds(of, ..) if *of == term))
}

/// Goes on with the sketches of words.
fn sketch(words: &Words, sketches: &mut Vec<Sketch>) {
    sketches.extend((sketches.len()..words.len()).map(|code| Sketch::of(words.get(code as u32))));
}

impl Taken {
    /// Derives what words came since.
    fn go_on(&mut self, derived: &Derived, words: &Words) {
        let (mut taken, mut ends) = (String::new(), Vec::new());
        for code in self.of.len()..words.len() {
            let word = words.get(code as u32);
            if !word.is_empty() {
                derived.derivation.derive(word, derived.n, &mut taken);
            }
            if self.hashed {
                // Two words of one hash cost a comparison in vain.
                self.of.push(if taken.is_empty() { 0 } else { hash_of(&taken).max(1) });
                taken.clear();
                continue;
            }
            ends.push(taken.len());
            if ends.len() == AT_ONCE || code + 1 == words.len() {
                self.words.intern_all(&taken, &ends, &mut self.of);
                taken.clear();
                ends.clear();
            }
        }
    }
}

/// So many words are interned at one go.
const AT_ONCE: usize = 4096;

/// Appends a table's column, or several as a set, each distinct word cleaned once.
fn append(coded: &mut Coded, columns: &[&TableColumn], rows: usize, clean: impl Fn(&str, &mut String)) {
    let mut cleaned = String::new();
    let [column] = columns else {
        for row in 0..rows {
            let mut set: Vec<String> = Vec::new();
            for column in columns {
                cleaned.clear();
                clean(column.words.get(column.codes.get(row).copied().unwrap_or(0)), &mut cleaned);
                if !cleaned.is_empty() && !set.contains(&cleaned) {
                    set.push(cleaned.clone());
                }
            }
            set.sort_unstable();
            coded.codes.push(coded.words.intern(&set.join("/")));
        }
        return;
    };
    let mut new = vec![0; column.words.len()];
    if column.words.len() > rows / 4 {
        coded.words.reserve(column.words.len());
    }
    let (mut ends, mut numbers) = (Vec::new(), Vec::with_capacity(column.words.len()));
    for code in 1..column.words.len() {
        clean(column.words.get(code as u32), &mut cleaned);
        ends.push(cleaned.len());
        if ends.len() == AT_ONCE || code + 1 == column.words.len() {
            coded.words.intern_all(&cleaned, &ends, &mut numbers);
            cleaned.clear();
            ends.clear();
        }
    }
    new[1..].copy_from_slice(&numbers);
    coded.codes.extend(column.codes.iter().map(|code| new[*code as usize]));
    coded.codes.resize(coded.codes.len() + rows - column.codes.len(), 0);
}

/// A record must be told from another. Without numbers, or with the same for several, rows go by their place in the file.
fn number(table: &Table, heads: &[String], ids: &mut Words, codes: &mut Vec<u32>) -> Option<Finding> {
    let columns = table.columns_of(heads);
    let (rows, start) = (table.len(), codes.len());
    let mut word = String::new();
    let id_of = |row: usize, word: &mut String| {
        word.clear();
        for column in &columns {
            let part = column.words.get(column.codes.get(row).copied().unwrap_or(0));
            if !word.is_empty() && !part.is_empty() {
                word.push('/');
            }
            word.push_str(part);
        }
    };
    let mut hashes: Vec<u64> = Vec::with_capacity(rows);
    for row in 0..rows {
        id_of(row, &mut word);
        if !word.is_empty() {
            hashes.push(long_hash_of(&word));
        }
        codes.push(ids.append(&word));
    }
    let missing = rows - hashes.len();
    let hashes = sort_keyed(hashes);
    let doubles = hashes.windows(2).filter(|two| two[0] == two[1]).count();
    if doubles == 0 && missing == 0 {
        return None;
    }
    for (row, code) in codes[start..].iter_mut().enumerate() {
        if *code == 0 || doubles > 0 {
            let number = row + 1;
            id_of(row, &mut word);
            *code = ids.append(&format!("{word}#{number}"));
        }
    }
    let head = heads.join("、");
    let place = Place::file(table.name());
    let hint = text!(
        "结果里用“#行次”区分；最好指定一列唯一的编号",
        "in the result they are told apart by `#row`; better name a column of unique numbers"
    );
    let what = if missing == rows {
        let (zh, en) =
            if head.is_empty() { (String::new(), String::new()) } else { (format!("“{head}”"), format!(" `{head}`")) };
        text!("没有编号列{zh}，{rows} 行都没有编号", "there is no column{en} to tell records apart: {rows} rows have no number")
    } else {
        text!(
            "编号列“{head}”有 {missing} 行空缺、{doubles} 行重复",
            "column `{head}` is missing in {missing} rows and repeated in {doubles}"
        )
    };
    Some(Finding::new(Severity::Experience, "link-ids-not-unique", place, what, hint))
}
