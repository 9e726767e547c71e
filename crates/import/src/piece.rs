//! A few rows of a sheet as people see them, for whoever follows a figure to its cell. What could tell who somebody is stays
//! covered: of a list, only columns that a form knows and that identify nobody are shown: those that go into facts or checks,
//! and those that the form calls open.

use std::collections::BTreeSet;

use facts::{Cell, Finding, Place, Severity, Table, text};

use crate::book::Book;
use crate::forms::{Form, Forms, Given, Kind};
use crate::heads::is_numbering;
use crate::importer::{Recognised, recognise};
use crate::rows::{Batch, Row};
use crate::source::Source;
use crate::stream::{self, Next};

/// A piece of a sheet around a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetPiece {
    pub sheet: String,
    /// The form as which the sheet is recognised; `None` where it is none that is known.
    pub form: Option<String>,
    /// The table of people that the sheet fills, if it lists people.
    pub people: Option<&'static Table>,
    pub columns: Vec<PieceColumn>,
    /// Headings first. Rows between that were left out show by the numbers.
    pub rows: Vec<PieceRow>,
    /// The cell that is meant, counted from 1; no column where the whole row is.
    pub row: u32,
    pub col: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PieceColumn {
    /// Counted from 1.
    pub col: u32,
    /// Whether what stands under its heading is covered.
    pub masked: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PieceRow {
    /// Counted from 1.
    pub row: u32,
    pub is_head: bool,
    /// One for each column; `None` where it is covered, "" where it is blank.
    pub cells: Vec<Option<String>>,
}

const ROWS_MAX: usize = 7;
const COLUMNS_MAX: usize = 9;
const HEADS_MAX: usize = 3;
/// Rows above the one that is meant.
const ABOVE: u32 = 2;
const CHARS_MAX: usize = 200;

/// Cuts the piece around a cell out of a sheet; `at.col` is 0 where a whole row is meant.
///
/// ```
/// let (forms, _) = import::Forms::check(&[], facts::ItemList::default());
/// let source = import::Source::of_bytes("a.csv", b"name,phone\nLi,13800000000\n".to_vec());
/// let piece = import::piece(&source, &forms, "", facts::Cell { row: 2, col: 1 }).unwrap();
/// // No form is known, so that nothing below the headings is shown.
/// assert_eq!(piece.rows[0].cells[0].as_deref(), Some("name"));
/// assert!(piece.rows[1].cells.iter().all(Option::is_none));
/// ```
pub fn piece(source: &Source, forms: &Forms, sheet: &str, at: Cell) -> Result<SheetPiece, Box<Finding>> {
    let refused = |fault: crate::fault::Fault| Box::new(fault.finding(source.name()));
    let bytes = source.read()?;
    let (mut book, _) = Book::open(&bytes, source.name()).map_err(refused)?;
    let Some(index) = book.sheets().iter().position(|name| name == sheet) else {
        return Err(Box::new(no_sheet(source.name(), sheet)));
    };
    let mut cut: Option<Cut<'_>> = None;
    let mut grid = Batch::default();
    stream::rows(&mut book, index, &mut |batch| {
        let cut = cut.get_or_insert_with(|| Cut::new(forms, sheet, batch, at));
        for row in batch.rows() {
            if row.number > cut.last {
                return Next::Stop;
            }
            if cut.heads.contains(&row.number) || row.number >= cut.first {
                grid.append(row);
            }
        }
        Next::Go
    })
    .map_err(refused)?;
    let cut = cut.unwrap_or_else(|| Cut::new(forms, sheet, &Batch::default(), at));
    Ok(cut.piece(sheet, &grid, at))
}

/// Which rows and columns of a sheet are shown, and how.
struct Cut<'f> {
    form: Option<&'f Form>,
    heads: BTreeSet<u32>,
    first: u32,
    last: u32,
    cover: Cover,
}

/// What of a sheet is covered.
enum Cover {
    /// An official table: figures of a school, and no people.
    Nothing,
    /// Below the headings, all columns but these.
    AllBut(BTreeSet<u32>),
}

impl<'f> Cut<'f> {
    fn new(forms: &'f Forms, sheet: &str, batch: &Batch, at: Cell) -> Cut<'f> {
        let rows: Vec<Row<'_>> = batch.rows().collect();
        let (form, heads, cover) = match recognise(forms, sheet, &rows) {
            Recognised::List(form, heads, _) => {
                let from = heads.first.max((heads.last + 1).saturating_sub(HEADS_MAX));
                let open = open_columns(form);
                let columns = heads.columns.iter().zip(open).filter(|(_, open)| *open).filter_map(|(col, _)| *col);
                (Some(form), rows[from..=heads.last].iter().map(|row| row.number).collect(), Cover::AllBut(columns.collect()))
            }
            Recognised::Matrix(form, _) => {
                let numbering = rows.iter().position(is_numbering).unwrap_or_else(|| HEADS_MAX.min(rows.len()));
                let from = numbering.saturating_sub(HEADS_MAX);
                (Some(form), rows[from..numbering].iter().map(|row| row.number).collect(), Cover::Nothing)
            }
            Recognised::Nothing(_) => {
                (None, rows.iter().take(1).map(|row| row.number).collect::<BTreeSet<u32>>(), Cover::AllBut(BTreeSet::new()))
            }
        };
        let below = heads.last().map_or(1, |last| last + 1);
        let room = (ROWS_MAX - heads.len().min(HEADS_MAX)) as u32;
        let first = at.row.saturating_sub(ABOVE).max(below);
        Cut { form, first, last: first + room - 1, heads, cover }
    }

    fn piece(&self, sheet: &str, grid: &Batch, at: Cell) -> SheetPiece {
        let rows: Vec<Row<'_>> = grid.rows().collect();
        let columns = self.columns(&rows, at.col);
        let shown = |row: &Row<'_>| {
            let is_head = self.heads.contains(&row.number);
            let cells = columns.iter().map(|column| {
                let open = is_head || !column.masked;
                open.then(|| row.text(column.col).trim().chars().take(CHARS_MAX).collect::<String>())
            });
            PieceRow { row: row.number, is_head, cells: cells.collect() }
        };
        SheetPiece {
            sheet: sheet.to_string(),
            form: self.form.map(|form| form.id.clone()),
            people: self.form.and_then(|form| form.facts.iter().map(|fact| fact.table).find(|table| table.has_people())),
            rows: rows.iter().map(shown).collect(),
            columns,
            row: at.row,
            col: (at.col > 0).then_some(at.col),
        }
    }

    /// The column that is meant, the first ones (they say what a row is about), then its neighbours and what is not covered.
    fn columns(&self, rows: &[Row<'_>], meant: u32) -> Vec<PieceColumn> {
        let masked = |col: u32| match &self.cover {
            Cover::Nothing => false,
            Cover::AllBut(open) => !open.contains(&col),
        };
        let mut all: BTreeSet<u32> = rows.iter().flat_map(|row| row.cells().map(|cell| cell.col)).collect();
        all.extend((meant > 0).then_some(meant));
        let mut wanted: Vec<u32> = all.iter().copied().collect();
        let lead = wanted.iter().take(2).copied().collect::<Vec<_>>();
        wanted.sort_by_key(|col| {
            (*col != meant, !lead.contains(col), masked(*col), if meant > 0 { col.abs_diff(meant) } else { *col })
        });
        wanted.truncate(COLUMNS_MAX);
        wanted.sort_unstable();
        wanted.into_iter().map(|col| PieceColumn { col, masked: masked(col) }).collect()
    }
}

/// For each column of a form, whether it may be seen: it goes into facts or checks or the form calls it open, and it identifies
/// nobody.
fn open_columns(form: &Form) -> Vec<bool> {
    let n = form.columns.len();
    let mut used: Vec<bool> = form.columns.iter().map(|column| column.open).collect();
    let mut personal = vec![false; n];
    let mark = |marks: &mut Vec<bool>, at: &usize| {
        if let Some(mark) = marks.get_mut(*at) {
            *mark = true;
        }
    };
    for fact in &form.facts {
        for (given, column) in fact.values.iter().zip(fact.table.columns) {
            let mut names = Vec::new();
            match given {
                Given::Missing => {}
                Given::Column(at) => names.push(*at),
                Given::Expr(expr) => expr.names(&mut names),
            }
            names.iter().for_each(|at| mark(if column.personal { &mut personal } else { &mut used }, at));
        }
    }
    form.checks.iter().flat_map(|check| &check.needs).for_each(|at| mark(&mut used, at));
    form.agrees.iter().flat_map(|agree| agree.key.iter().chain([&agree.value])).for_each(|at| mark(&mut used, at));
    let reads_person = |at: usize| matches!(form.columns[at].reading.kind, Kind::CitizenId | Kind::StudentNo);
    (0..n).map(|at| used[at] && !personal[at] && !reads_person(at)).collect()
}

fn no_sheet(file: &str, sheet: &str) -> Finding {
    Finding::new(
        Severity::Logic,
        "no-such-sheet",
        Place::sheet(file, sheet),
        text!("文件里没有这个工作表", "the file has no such sheet"),
        text!("核对工作表名", "look at the name of the sheet"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forms of the repository, read from their folder.
    fn forms() -> Forms {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
        let mut files = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                    files.push((name, std::fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        let (items, _) = crate::read_items(&files);
        Forms::check(&files, items).0
    }

    #[test]
    fn what_tells_who_somebody_is_stays_covered() {
        let check = |table: &str, at: Cell, open: &[&str], covered: &[&str]| {
            let source = Source::of_bytes("名册.csv", table.as_bytes().to_vec());
            let piece = piece(&source, &forms(), "", at).unwrap();
            let seen: String =
                piece.rows.iter().flat_map(|row| row.cells.iter().flatten()).cloned().collect::<Vec<_>>().join("|");
            open.iter().for_each(|words| assert!(seen.contains(words), "{words} is not in {seen}"));
            covered.iter().for_each(|words| assert!(!seen.contains(words), "{words} is in {seen}"));
            assert!(piece.rows.len() <= ROWS_MAX && piece.columns.len() <= COLUMNS_MAX);
        };
        let pupils = "学籍号,姓名,性别,身份证件号,现住址,学校标识码,学校名称,学年,学段,年级,班级,是否留守儿童,绰号\n\
            L110105194912310000,王小明,男,11010519491231002X,幸福路1号,3153990034,示范小学,2025-2026,小学,三年级,1班,是,小胖\n";
        check(pupils, Cell { row: 2, col: 0 }, &["3153990034", "三年级", "姓名"], &["王小明", "幸福路", "1101051949", "小胖"]);
        check(pupils, Cell { row: 2, col: 2 }, &["姓名", "3153990034"], &["王小明", "小胖"]);
        let classes = "学校标识码,学校名称,学年,学段,年级,班级名称,班级类型,班主任,学生数\n\
            3153990034,示范小学,2025-2026,小学,一年级,1班,普通班,李老师,44\n";
        check(classes, Cell { row: 2, col: 9 }, &["44", "示范小学", "班主任"], &["李老师"]);
        // A form says which of the columns that it makes nothing of may be seen.
        let declared = "项目编号,项目,学校标识码,学年,学段,单位,数值,备注\n\
            public_satisfaction,社会认可度,全县,2025-2026,,%,88,问过张三\n";
        check(declared, Cell { row: 2, col: 7 }, &["社会认可度", "88", "%"], &["张三"]);
    }
}
