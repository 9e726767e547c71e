//! Official tables: a figure stands where a labelled row meets a headed column. Positions of a known template only break ties,
//! for templates change by province and year.

use facts::{Cell, Finding, Missing, Place, Severity, SinkError, Unit, Value, text};

use crate::cell::{self, CellFault};
use crate::context::{self, Context};
use crate::forms::expr::Val;
use crate::forms::{Form, Labels, Sheet, SheetCell};
use crate::heads::{HeadPart, Path, is_numbering, label, names, paths};
use crate::output::{Output, write_slot};
use crate::rows::{Batch, Row};

/// A sheet of a workbook of official tables, kept whole until all are there: the first to tell the school may be the last.
#[derive(Debug)]
pub(crate) struct Kept<'f> {
    pub name: String,
    pub form: &'f Form,
    pub sheet: &'f Sheet,
    pub grid: Batch,
}

/// As many rows as are looked at: official tables have a few dozen.
pub(crate) const ROWS_MAX: usize = 3000;

/// Which official table of a form a sheet is, by its name or by its title.
pub(crate) fn recognise<'f>(form: &'f Form, name: &str, rows: &[Row<'_>]) -> Option<&'f Sheet> {
    let name = label(name);
    let by = |words: &str| form.sheets.iter().find(|sheet| sheet.names.iter().any(|known| words.starts_with(known.as_str())));
    by(&name).or_else(|| rows.iter().take(4).find_map(|row| row.cells().take(3).find_map(|cell| by(&label(cell.words)))))
}

/// What is written above the sheet, and, where a cell tells it, in the sheet.
pub(crate) fn read_context(kept: &Kept<'_>, out: &Output<'_, '_>) -> Context {
    let layout = Layout::find(kept);
    let rows: Vec<Row<'_>> = kept.grid.rows().collect();
    let above: Vec<Row<'_>> = rows.iter().take(layout.first_data).filter(|row| !is_numbering(row)).copied().collect();
    let mut context = context::read(&above, &kept.form.columns, out.across.forms);
    for cell in &kept.sheet.cells {
        let Some(column) = cell.context.filter(|column| context.values[*column].is_none()) else { continue };
        let Some((row, col)) = layout.place(kept.sheet, cell) else { continue };
        let Some(found) = rows[row].cell(col) else { continue };
        let mut value = Value::Missing(Missing::Blank);
        let reading = &kept.form.columns[column].reading;
        if cell::read(found, reading, 1.0, out.across.forms, &mut value).is_ok() && !value.is_missing() {
            context.values[column] = Some((value, Cell { row: rows[row].number, col }));
        }
    }
    context
}

/// Holds a sheet's context against that of the workbook, and fills in what the sheet does not say.
pub(crate) fn settle(own: &Context, workbook: &Context, kept: &Kept<'_>, out: &mut Output<'_, '_>) -> Vec<Value> {
    let mut values = Vec::new();
    for ((own, shared), column) in own.values.iter().zip(&workbook.values).zip(&kept.form.columns) {
        if let (Some((own, place)), Some((shared, _))) = (own, shared)
            && own != shared
            && column.required
        {
            let (title, own, shared) = (&column.title, crate::output::show(own), crate::output::show(shared));
            let fault = CellFault {
                code: "sheet-of-another-school",
                severity: Severity::Logic,
                what: text!(
                    "此表写的是“{own}”，同一工作簿的其他表是“{shared}”",
                    "this sheet says `{own}`, others of the workbook `{shared}`"
                ),
                hint: text!("一个工作簿只放一所学校、一个学年的表", "keep one school and one year in a workbook"),
            };
            out.cell_fault(fault, title, *place);
        }
        let found = own.as_ref().or(shared.as_ref()).map(|(value, _)| value.clone());
        values.push(found.unwrap_or(Value::Missing(Missing::Blank)));
    }
    values
}

/// Reads the cells of one sheet and gives what it makes of them. `context` are the values of the form's columns.
pub(crate) fn read(
    kept: &Kept<'_>,
    context: Vec<Value>,
    unit: Option<&(Unit, f64)>,
    out: &mut Output<'_, '_>,
) -> Result<(), SinkError> {
    let (form, sheet) = (kept.form, kept.sheet);
    let layout = Layout::find(kept);
    let rows: Vec<Row<'_>> = kept.grid.rows().collect();
    let n_columns = context.len();
    let mut values = context;
    let mut places: Vec<Option<Cell>> = Vec::new();
    let mut faults: Vec<(CellFault, usize, Cell)> = Vec::new();
    let mut not_found: Vec<&SheetCell> = Vec::new();
    for (at, cell) in sheet.cells.iter().enumerate() {
        let mut value = Value::Missing(Missing::Blank);
        let Some((row, col)) = layout.place(sheet, cell) else {
            not_found.push(cell);
            values.push(value);
            places.push(None);
            continue;
        };
        let place = Cell { row: rows[row].number, col };
        places.push(Some(place));
        match layout.factor(sheet, cell, &rows, row, col, unit) {
            Err(fault) => faults.push((fault, at, place)),
            Ok(factor) => match rows[row].cell(col) {
                Some(found) => {
                    if let Err(fault) = cell::read(found, &cell.reading, factor, out.across.forms, &mut value) {
                        faults.push((fault, at, place));
                    }
                }
                None if cell.reading.filled => faults.push((cell::blank(&cell.reading), at, place)),
                None => {}
            },
        }
        values.push(value);
    }
    let cells = &values[n_columns..];
    not_found.retain(|cell| !cell.optional);
    // A school without this stage leaves the sheet empty; then nothing is said about it, and nothing is asked.
    let has_labels = layout.rows.iter().any(|rows| !rows.is_empty());
    if faults.is_empty() && cells.iter().all(Value::is_missing) && (not_found.is_empty() || !has_labels) {
        return Ok(());
    }
    for cell in not_found {
        tell_not_found(sheet, cell, out);
    }
    let faulty: Vec<usize> = faults.iter().map(|(_, at, _)| *at).collect();
    for (fault, at, place) in faults {
        out.cell_fault(fault, &sheet.title_of(&sheet.cells[at]), place);
    }
    let named = |at: usize| at.checked_sub(n_columns).and_then(|at| sheet.cells.get(at)).map(|cell| sheet.title_of(cell));
    let place_of = |at: Option<usize>| {
        at.and_then(|at| at.checked_sub(n_columns))
            .and_then(|at| places.get(at).copied().flatten())
            .unwrap_or(Cell { row: 0, col: 0 })
    };
    let is_faulty = |at: usize| at.checked_sub(n_columns).is_some_and(|at| faulty.contains(&at));
    out.run_checks(&sheet.checks, &values, &is_faulty, &named, &place_of);
    let mut slot = String::new();
    write_slot(&mut slot, &form.slot, &values);
    let top = places.iter().flatten().min().copied().unwrap_or(Cell { row: 1, col: 0 });
    for agree in form.agrees.iter().chain(&sheet.agrees) {
        out.run_agree(agree, &values, top);
    }
    for fact in &sheet.facts {
        out.push_fact(form, fact, &values, &slot, Cell { row: top.row, col: 0 })?;
    }
    let mut figures = Figures { form, slot: &slot, values: &values, out };
    for (at, cell) in sheet.cells.iter().enumerate() {
        if let (Some(item), Some(place)) = (&cell.item, places[at]) {
            figures.push(item, cell.stage.id(), &values[n_columns + at], place, Some(place.col))?;
        }
    }
    for derived in &sheet.derived {
        let value = derived.value.eval(&|at: usize| values.get(at).map_or(Val::Missing, Val::of));
        if let (Val::Number(number), Some(place)) = (value, places.get(derived.at).copied().flatten()) {
            figures.push(&derived.item, derived.stage.id(), &Value::Real(number), Cell { row: place.row, col: 0 }, None)?;
        }
    }
    Ok(())
}

struct Figures<'r, 'o, 'f> {
    form: &'r Form,
    slot: &'r str,
    values: &'r [Value],
    out: &'r mut Output<'o, 'f>,
}

impl Figures<'_, '_, '_> {
    fn push(&mut self, item: &str, stage: &str, value: &Value, place: Cell, col: Option<u32>) -> Result<(), SinkError> {
        let Some(table) = facts::table("school_figures") else { return Ok(()) };
        let of_form = |id: &str| {
            let at = self.form.columns.iter().position(|column| column.id == id);
            at.map_or(Value::Missing(Missing::Blank), |at| self.values[at].clone())
        };
        let value = match value {
            Value::Integer(number) => Value::Real(*number as f64),
            value => value.clone(),
        };
        let row = [of_form("school"), of_form("year"), Value::text(stage), Value::text(item), value];
        self.out.push_row(self.form, table, &[0, 1, 2, 3], &row, self.slot, place, col)
    }
}

impl Sheet {
    /// A cell as people know it: `总计 / 在校生数·合计`.
    fn title_of(&self, cell: &SheetCell) -> String {
        format!("{}·{}", self.rows[cell.row].title, self.columns[cell.column].title)
    }
}

fn tell_not_found(sheet: &Sheet, cell: &SheetCell, out: &mut Output<'_, '_>) {
    let (row, column) = (&sheet.rows[cell.row].title, &sheet.columns[cell.column].title);
    let hint = cell.hint.map(|(row, col)| Cell { row, col }.to_string()).unwrap_or_default();
    let what = text!(
        "没有找到“{row}”行与“{column}”列相交的单元格（常见模板中在 {hint}）",
        "no row `{row}` meets a column `{column}` (in known templates at {hint})"
    );
    let mend =
        text!("核对行标题和列标题，不要改动统计表的表头", "see whether the labels and heads of the official table were changed");
    let place = Place::sheet(out.file, out.sheet);
    out.findings.push(Finding::new(Severity::Logic, "figure-not-found", place, what, mend));
}

/// Where the labels and headings of a sheet stand.
struct Layout {
    /// For each of the form's rows, the positions of the grid's rows that bear its label.
    rows: Vec<Vec<usize>>,
    /// For each of the form's columns, the sheet columns under its heading.
    columns: Vec<Vec<u32>>,
    numbers: Vec<u32>,
    paths: Vec<(u32, Path)>,
    /// The position of the first row of data.
    first_data: usize,
}

impl Layout {
    fn find(kept: &Kept<'_>) -> Layout {
        let rows: Vec<Row<'_>> = kept.grid.rows().collect();
        let labels: Vec<Vec<HeadPart>> = rows
            .iter()
            .map(|row| row.cells().filter(|cell| cell.col <= 2).map(|cell| HeadPart::read(cell.words)).collect())
            .collect();
        let bears = |at: usize, wanted: &Labels| {
            labels[at].iter().any(|found| wanted.heads.iter().any(|head| names(head, std::slice::from_ref(found))))
        };
        let found: Vec<Vec<usize>> =
            kept.sheet.rows.iter().map(|wanted| (0..rows.len()).filter(|at| bears(*at, wanted)).collect()).collect();
        let first_data = found.iter().filter_map(|at| at.first()).min().copied().unwrap_or(rows.len());
        let heads: Vec<Row<'_>> = rows[..first_data].iter().filter(|row| is_heading(row, kept.form)).copied().collect();
        let paths = paths(&heads);
        let under = |wanted: &Labels| {
            let is_named = |path: &Path| wanted.heads.iter().any(|head| names(head, path));
            paths.iter().filter(|(_, path)| is_named(path)).map(|(col, _)| *col).collect()
        };
        let columns = kept.sheet.columns.iter().map(under).collect();
        Layout { rows: found, columns, numbers: rows.iter().map(|row| row.number).collect(), paths, first_data }
    }

    /// The position of the row, and the column, of a cell; among several the one nearest to where a known template has it.
    fn place(&self, sheet: &Sheet, cell: &SheetCell) -> Option<(usize, u32)> {
        debug_assert!(cell.row < sheet.rows.len());
        let hint = cell.hint.unwrap_or((0, 0));
        let rows = &self.rows[cell.row];
        let row = rows.iter().min_by_key(|row| if hint.0 == 0 { 0 } else { self.numbers[**row].abs_diff(hint.0) })?;
        let col = self.columns[cell.column].iter().min_by_key(|col| if hint.1 == 0 { 0 } else { col.abs_diff(hint.1) })?;
        Some((*row, *col))
    }

    /// What brings the cell's number to the base unit: the unit stated nearest to it counts.
    fn factor(
        &self,
        sheet: &Sheet,
        cell: &SheetCell,
        rows: &[Row<'_>],
        row: usize,
        col: u32,
        whole: Option<&(Unit, f64)>,
    ) -> Result<f64, CellFault> {
        let Some(expected) = &cell.reading.unit else { return Ok(1.0) };
        let in_column = sheet.unit_column.and_then(|column| self.columns[column].first()).and_then(|col| {
            let words = label(rows[row].text(*col));
            Unit::read(&words).filter(|_| !words.is_empty())
        });
        let in_label = || rows[row].cells().filter(|cell| cell.col <= 2).find_map(|cell| HeadPart::read(cell.words).unit);
        let in_head = || {
            let path = self.paths.iter().find(|(at, _)| *at == col)?;
            path.1.iter().rev().find_map(|part| part.unit.clone())
        };
        match in_column.or_else(in_label).or_else(in_head).as_ref().or(whole) {
            None => Ok(1.0),
            Some((unit, factor)) if unit == expected => Ok(*factor),
            Some((unit, _)) if *unit == Unit::one() => Ok(1.0),
            Some((unit, _)) => Err(crate::list::unit_differs(&unit.title().zh, expected)),
        }
    }
}

/// Whether a row above the data is part of the heading: not the title, which stands alone, nor the line with school and year,
/// nor the numbering.
fn is_heading(row: &Row<'_>, form: &Form) -> bool {
    row.cells().nth(1).is_some() && !is_numbering(row) && !context::is_context(row, &form.columns)
}
