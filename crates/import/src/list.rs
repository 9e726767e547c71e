//! Lists: a heading, then a row for each pupil, class or figure.

use facts::{Cell, Missing, SinkError, Unit, Value, text};

use crate::across::{Met, Spot, hash_all, hash_of};
use crate::cell::{self, CellFault, plainly};
use crate::context::Context;
use crate::forms::compile::COLUMNS_MAX;
use crate::forms::expr::Val;
use crate::forms::{Column, Form, Kind, Reading, Rule, Unique};
use crate::heads::{Heads, is_numbering, label};
use crate::output::{Output, write_slot};
use crate::rows::{CellRef, Content, Row};

/// The reading of one sheet as a list.
pub(crate) struct ListReader<'f> {
    form: &'f Form,
    /// For each sheet column, the form's column, if it is one.
    column_of: Vec<Option<u16>>,
    /// Columns that read the same cell as an earlier one: the earlier, then the later.
    shared: Vec<(usize, usize)>,
    /// For each of the form's columns, its sheet column, or 0.
    sheet_col: Vec<u32>,
    factors: Vec<f64>,
    context: Context,
    values: Vec<Value>,
    slot: String,
    totals: Vec<Sums>,
    /// The words over the first column found, to know a heading that is repeated on every page.
    first_head: (u32, String),
    seen_data: bool,
    /// For each column, whether this row's cell could not be read.
    faulty: Vec<bool>,
    /// For each column, the words of the row above if the value still is what they say: most of a roll repeats what stands above.
    said: Vec<Said>,
}

/// What a column's cell said in the row above, and how this row's compares.
#[derive(Debug, Default, Clone)]
struct Said {
    words: String,
    /// Whether the column's value is what these words mean.
    holds: bool,
    /// Whether this row says the same as the one above.
    again: bool,
}

/// What was added up in one column on the way, to hold 小计 and 合计 against.
///
/// A totals row may sum the rows since the last one, or several such groups: grades to a school, schools to a township,
/// townships to the county, whatever each is called. So it is right if it is the sum of all rows from one of the places where
/// a sum may begin: the top, or below an earlier totals row.
#[derive(Debug, Default)]
struct Sums {
    column: usize,
    all: f64,
    /// How many rows gave a number.
    n_rows: u64,
    /// Below each totals row, what had been added up till there. What a larger sum has taken in is no beginning any more.
    begins: Vec<(f64, u64)>,
}

/// How many of the latest beginnings are looked at: a sum over more groups than this is one over all rows.
const BEGINS_MAX: usize = 1000;

impl Sums {
    fn add(&mut self, number: f64) {
        self.all += number;
        self.n_rows += 1;
    }

    /// Takes a totals row, and returns the nearest sum where none is as stated.
    fn total(&mut self, stated: Option<f64>) -> Option<f64> {
        let sum_from = |begin: &(f64, u64)| self.all - begin.0;
        let is_right = |sum: f64, stated: f64| (sum - stated).abs() <= 1e-6 * stated.abs().max(1.0);
        let latest = self.begins.len().saturating_sub(BEGINS_MAX);
        let mut wrong = None;
        if let Some(stated) = stated {
            let fits = self.begins[latest..].iter().rposition(|begin| is_right(sum_from(begin), stated));
            match fits.map(|at| at + latest) {
                // What it sums is one group from now on.
                Some(at) => self.begins.truncate(at + 1),
                None if is_right(self.all, stated) => self.begins.clear(),
                None => {
                    let top = (0.0, 0);
                    let begins = self.begins[latest..].iter().chain([&top]);
                    let sums = begins.filter(|begin| begin.1 < self.n_rows).map(sum_from);
                    let nearest = sums.min_by(|a, b| (a - stated).abs().total_cmp(&(b - stated).abs()));
                    wrong = Some(facts::significant(nearest.unwrap_or(0.0)));
                }
            }
        }
        self.begins.push((self.all, self.n_rows));
        wrong
    }
}

impl<'f> ListReader<'f> {
    /// Prepares the reading; what is odd about the headings is told at once.
    pub(crate) fn new(
        form: &'f Form,
        heads: &Heads,
        context: Context,
        rows: &[Row<'_>],
        out: &mut Output<'_, '_>,
    ) -> ListReader<'f> {
        let n = form.columns.len();
        let widest = heads.columns.iter().flatten().max().copied().unwrap_or(0) as usize;
        let mut reader = ListReader {
            form,
            column_of: vec![None; widest + 1],
            shared: Vec::new(),
            sheet_col: vec![0; n],
            factors: vec![1.0; n],
            context,
            values: vec![Value::Missing(Missing::Blank); n],
            slot: String::new(),
            totals: Vec::new(),
            first_head: (0, String::new()),
            seen_data: false,
            faulty: vec![false; n],
            said: vec![Said::default(); n],
        };
        let head_row = rows[heads.last];
        for (at, col) in heads.columns.iter().enumerate() {
            let Some(col) = *col else { continue };
            match reader.column_of[col as usize] {
                None => reader.column_of[col as usize] = Some(at as u16),
                Some(first) => reader.shared.push((usize::from(first), at)),
            }
            reader.sheet_col[at] = col;
            if let Some((unit, factor)) = &heads.units[at] {
                reader.factors[at] = reader.take_unit(at, unit, *factor, Cell { row: head_row.number, col }, out);
            }
            if form.columns[at].totalled {
                reader.totals.push(Sums { column: at, ..Sums::default() });
            }
            if reader.first_head.0 == 0 {
                reader.first_head = (col, rows[heads.first].text(col).to_string());
            }
        }
        reader
    }

    pub(crate) fn form(&self) -> &'f Form {
        self.form
    }

    /// Reads one row below the headings.
    pub(crate) fn row(&mut self, row: Row<'_>, out: &mut Output<'_, '_>) -> Result<(), SinkError> {
        if row.is_blank() || self.is_no_data(&row, out) {
            return Ok(());
        }
        let form = self.form;
        if let Some(total) = self.total_word(&row, out) {
            self.check_totals(&row, &total, out);
            return Ok(());
        }
        self.seen_data = true;
        self.read_values(&row, out);
        for sums in &mut self.totals {
            match &self.values[sums.column] {
                Value::Integer(number) => sums.add(*number as f64),
                Value::Real(number) => sums.add(*number),
                _ => {}
            }
        }
        write_slot(&mut self.slot, &form.slot, &self.values);
        let whole_row = Cell { row: row.number, col: 0 };
        let (columns, sheet_col) = (&form.columns, &self.sheet_col);
        let named = |at: usize| columns.get(at).filter(|column| may_be_shown(column)).map(|column| column.title.clone());
        let place = |at: Option<usize>| Cell { row: row.number, col: at.and_then(|at| sheet_col.get(at)).copied().unwrap_or(0) };
        let faulty = &self.faulty;
        out.run_checks(&form.checks, &self.values, &|at| faulty[at], &named, &place);
        for unique in &form.uniques {
            self.check_unique(unique, row.number, out);
        }
        for agree in &form.agrees {
            // What the row above said of the same thing has been held against the others.
            if self.said[agree.value].again && agree.key.iter().all(|at| self.said[*at].again) {
                continue;
            }
            out.run_agree(agree, &self.values, place(Some(agree.value)));
        }
        for fact in &form.facts {
            out.push_fact(form, fact, &self.values, &self.slot, whole_row)?;
        }
        Ok(())
    }

    fn read_values(&mut self, row: &Row<'_>, out: &mut Output<'_, '_>) {
        let form = self.form;
        const NONE: Option<CellRef<'_>> = None;
        let mut cells = [NONE; COLUMNS_MAX];
        for cell in row.cells() {
            if let Some(Some(at)) = self.column_of.get(cell.col as usize)
                && let Some(place) = cells.get_mut(usize::from(*at))
            {
                *place = Some(cell);
            }
        }
        for (first, later) in &self.shared {
            cells[*later] = cells[*first];
        }
        self.faulty.fill(false);
        let goes_on = self.goes_on(&cells, row);
        for (at, column) in form.columns.iter().enumerate() {
            let place = Cell { row: row.number, col: self.sheet_col[at] };
            let Some(cell) = cells.get(at).copied().flatten() else {
                self.said[at].forget();
                self.fill_blank(at, column, goes_on, place, out);
                continue;
            };
            // Words mean the same again where nothing but them decides what they mean.
            let by_words_alone =
                column.only_when.is_none() && column.reading.kind != Kind::Figure && cell.content == Content::Text;
            if by_words_alone && self.said[at].is(cell.words) {
                self.said[at].again = true;
                continue;
            }
            let read = if column.reading.kind == Kind::Figure {
                self.read_figure(cell, at, place, out)
            } else {
                let (before, rest) = self.values.split_at_mut(at);
                let applies = column.only_when.as_ref().is_none_or(|when| {
                    when.holds(&|other: usize| before.get(other).map_or(Val::Missing, Val::of)) != Some(false)
                });
                let as_text;
                let reading = if applies {
                    &column.reading
                } else {
                    as_text = Reading { kind: Kind::Text, ..column.reading.clone() };
                    &as_text
                };
                cell::read(cell, reading, self.factors[at], out.across.forms, &mut rest[0])
            };
            match read {
                Ok(()) => {
                    self.said[at].take(by_words_alone.then_some(cell.words));
                    out.look_at_school_code(column.reading.kind, &self.values[at], place);
                }
                Err(fault) => {
                    self.said[at].forget();
                    self.values[at] = Value::Missing(Missing::Blank);
                    self.faulty[at] = true;
                    out.cell_fault(fault, &column.title, place);
                }
            }
        }
    }

    /// Whether a row goes on with what the row above is about: merged cells leave their words in the first row only, so what
    /// leads the row is blank, or is the same again.
    fn goes_on(&self, cells: &[Option<CellRef<'_>>], row: &Row<'_>) -> bool {
        let Some(lead) = self.form.columns.iter().position(|column| column.fill_down) else { return false };
        match cells.get(lead).copied().flatten() {
            None => self.seen_data && !row.is_blank(),
            Some(cell) => matches!(&self.values[lead], Value::Text(words) if plainly(cell.words) == words.as_str()),
        }
    }

    /// A cell that is not there: taken from above the table, from the cell above it where cells are merged, or missing.
    fn fill_blank(&mut self, at: usize, column: &Column, goes_on: bool, place: Cell, out: &mut Output<'_, '_>) {
        if let Some((value, _)) = &self.context.values[at] {
            self.values[at].clone_from(value);
            return;
        }
        if column.fill_down && (goes_on || column.reading.kind == Kind::Year) && !self.values[at].is_missing() {
            return;
        }
        self.values[at] = Value::Missing(Missing::Blank);
        // A column that the file does not have at all was told with the headings.
        if column.reading.filled && self.sheet_col[at] != 0 {
            self.faulty[at] = true;
            out.cell_fault(cell::blank(&column.reading), &column.title, place);
        }
    }

    /// A figure's unit is that of its item; the row, or the heading, may state a larger one.
    fn read_figure(
        &mut self,
        cell: CellRef<'_>,
        position: usize,
        place: Cell,
        out: &mut Output<'_, '_>,
    ) -> Result<(), CellFault> {
        let column = &self.form.columns[position];
        let text_at = |at: Option<usize>| match at.map(|at| &self.values[at]) {
            Some(Value::Text(words)) => words.as_str(),
            _ => "",
        };
        let forms = out.across.forms;
        let item = forms.items().by_id(text_at(column.reading.item_column)).cloned();
        let mut reading = column.reading.clone();
        let mut factor = self.factors[position];
        let fraction = item.as_ref().and_then(|item| forms.fractions.get(&item.id)).copied();
        if let Some(item) = &item {
            reading.kind = if item.whole_number && fraction.is_none() { Kind::Integer } else { Kind::Number };
            (reading.unit, reading.may_be_negative) = (Some(item.unit.clone()), item.may_be_negative);
        } else {
            reading.may_be_negative = true;
        }
        let unit_words = text_at(column.reading.unit_column);
        if let (Some(item), false) = (&item, unit_words.is_empty()) {
            match Unit::read(unit_words) {
                Some((unit, own)) if unit == item.unit || unit == Unit::one() => factor = own,
                _ => return Err(unit_differs(unit_words, &item.unit)),
            }
        }
        let mut value = Value::Missing(Missing::Blank);
        // A statement may be yes or no where a number is asked: one or zero.
        let yes_no = match plainly(cell.words).as_ref() {
            "是" => Some(1),
            "否" => Some(0),
            _ => None,
        };
        let read = match yes_no {
            Some(number) => {
                value = Value::Integer(number);
                Ok(())
            }
            None => cell::read(cell, &reading, factor, forms, &mut value),
        };
        if let (Some(severity), Value::Real(number)) = (fraction, &value)
            && number.fract() != 0.0
        {
            out.cell_fault(fraction_of_a_person(*number, severity), &column.title, place);
        }
        self.values[position] = value;
        read
    }

    fn take_unit(&self, at: usize, unit: &Unit, factor: f64, place: Cell, out: &mut Output<'_, '_>) -> f64 {
        let column = &self.form.columns[at];
        match &column.reading.unit {
            Some(expected) if expected != unit && *unit != Unit::one() => {
                out.cell_fault(unit_differs(&unit.to_string(), expected), &column.title, place);
                1.0
            }
            Some(_) => factor,
            None if column.reading.kind == Kind::Figure => factor,
            None => 1.0,
        }
    }

    /// Rows that are neither data nor totals: the numbering of the columns, remarks, a heading said again.
    fn is_no_data(&self, row: &Row<'_>, out: &Output<'_, '_>) -> bool {
        if !self.seen_data && is_numbering(row) {
            return true;
        }
        if row.text(self.first_head.0) == self.first_head.1 && self.first_head.0 != 0 {
            return true;
        }
        let Some(first) = row.cells().next() else { return true };
        let words = first.words;
        let notes = &out.across.forms.words.notes;
        let Some(start) = words.trim_start().chars().next().map(|c| c.to_ascii_lowercase()) else { return false };
        if !notes.iter().any(|note| note.starts_with(start)) {
            return false;
        }
        // A remark stands alone in its row, or with the names of those who sign; one that says what it is may fill many cells.
        let few = row.cells().nth(4).is_none();
        let words = label(words);
        let after = notes.iter().filter_map(|note| words.strip_prefix(note.as_str()));
        after.into_iter().any(|rest| few || rest.is_empty() || rest.starts_with(':'))
    }

    /// The word by which a row says that it is a total.
    fn total_word(&self, row: &Row<'_>, out: &Output<'_, '_>) -> Option<String> {
        let totals = &out.across.forms.words.totals;
        row.cells().take(8).find_map(|cell| {
            if cell.words.len() > 90 || !may_end_in_one(cell.words, totals) {
                return None;
            }
            let words = cell.words.trim_end();
            let is_number = self.column_of.get(cell.col as usize).copied().flatten().is_some_and(|at| {
                matches!(self.form.columns[usize::from(at)].reading.kind, Kind::Integer | Kind::Number | Kind::Figure)
                    && self.form.columns[usize::from(at)].reading.vocabulary.is_none()
            });
            let words = label(words);
            totals.iter().find(|total| !is_number && words.ends_with(total.as_str())).cloned()
        })
    }

    fn check_totals(&mut self, row: &Row<'_>, total: &str, out: &mut Output<'_, '_>) {
        let form = self.form;
        for sums in &mut self.totals {
            let at = sums.column;
            let column = &form.columns[at];
            let place = Cell { row: row.number, col: self.sheet_col[at] };
            let mut value = Value::Missing(Missing::Blank);
            if let Some(cell) = row.cell(place.col) {
                match cell::read(cell, &column.reading, self.factors[at], out.across.forms, &mut value) {
                    Ok(()) => {}
                    Err(fault) => out.cell_fault(fault, &column.title, place),
                }
            }
            let stated = match value {
                Value::Integer(number) => Some(number as f64),
                Value::Real(number) => Some(number),
                _ => None,
            };
            if let (Some(sum), Some(stated)) = (sums.total(stated), stated) {
                let fault = CellFault {
                    code: "total-differs",
                    severity: facts::Severity::Experience,
                    what: text!(
                        "“{total}”写的是 {stated}，上面各行相加为 {sum}",
                        "the total says {stated}; the rows above add up to {sum}"
                    ),
                    hint: text!(
                        "看看是否漏了行、重复了行，或合计没有更新",
                        "see whether a row is missing or double, or the total is old"
                    ),
                };
                out.cell_fault(fault, &column.title, place);
            }
        }
    }

    fn check_unique(&self, unique: &Unique, row: u32, out: &mut Output<'_, '_>) {
        let get = |at: usize| self.values.get(at).map_or(Val::Missing, Val::of);
        if unique.when.as_ref().is_some_and(|when| when.holds(&get) != Some(true)) {
            return;
        }
        // Without its first part, a person's id, a row is like no other; the rest may be missing in both.
        let parts = || unique.key.iter().map(|at| &self.values[*at]);
        let Some(key) = hash_of(&unique.rule.code, parts().take(1)).map(|first| first ^ hash_all(parts().skip(1))) else {
            return;
        };
        let within = unique.within.as_ref().map_or(0, |(at, _)| hash_all([&self.values[*at]]));
        let col = unique.at.and_then(|at| self.sheet_col.get(at)).copied().unwrap_or(0);
        let spot = Spot { row, col, ..out.spot };
        let (rule, first): (&Rule, Spot) = match (out.across.meet(key, within, spot), &unique.within) {
            (Met::First, _) => return,
            (Met::Same(first), Some((_, rule))) => (rule, first),
            (Met::Same(first) | Met::Other(first), _) => (&unique.rule, first),
        };
        let first = out.across.place(first).words();
        let (zh, en) = (&first.zh, &first.en);
        let detail = text!("：另一处在 {zh}", ": the other is at {en}");
        out.broken_rule(rule, &detail, Cell { row, col });
    }
}

pub(crate) fn unit_differs(found: &str, expected: &Unit) -> CellFault {
    let title = expected.title();
    let (zh, en) = (&title.zh, &title.en);
    CellFault {
        code: "unit-differs",
        severity: facts::Severity::Logic,
        what: text!("单位“{found}”与这一项的单位（{zh}）不是一回事", "the unit `{found}` measures something else than {en}"),
        hint: text!("核对单位；面积用平方米，金额用元或万元", "check the unit: areas in m², money in yuan or 万元"),
    }
}

/// The number is taken: it may be meant.
fn fraction_of_a_person(number: f64, severity: facts::Severity) -> CellFault {
    CellFault {
        code: "fraction-of-a-person",
        severity,
        what: text!("人数“{number}”不是整数", "`{number}` is no whole number of persons"),
        hint: text!(
            "按人头填整数；本来就按全时当量（折合人数）统计的，可作说明",
            "count heads; explain it if full-time equivalents are meant"
        ),
    }
}

/// Numbers and codes may stand in a message; what names a person may not.
fn may_be_shown(column: &Column) -> bool {
    !matches!(column.reading.kind, Kind::CitizenId | Kind::StudentNo | Kind::Text | Kind::Date)
}

/// Whether words could end in one of these, a bracket or colon after it left aside; cheap enough for eight cells of every row.
fn may_end_in_one(words: &str, totals: &[String]) -> bool {
    let words = match words.as_bytes().last() {
        // Nothing is to be left aside.
        Some(last) if last.is_ascii_alphanumeric() => words,
        _ => words.trim_end().trim_end_matches([')', '）', ':', '：']),
    };
    let Some(last) = words.as_bytes().last() else { return false };
    totals.iter().any(|total| total.as_bytes().last().is_some_and(|wanted| last.eq_ignore_ascii_case(wanted)))
}

impl Said {
    fn is(&self, words: &str) -> bool {
        self.holds && self.words == words
    }

    /// The value has been read from these words, or from something that words alone do not tell.
    fn take(&mut self, words: Option<&str>) {
        (self.holds, self.again) = (words.is_some(), false);
        self.words.clear();
        self.words.push_str(words.unwrap_or_default());
    }

    fn forget(&mut self) {
        (self.holds, self.again) = (false, false);
    }
}
