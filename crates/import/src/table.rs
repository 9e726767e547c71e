//! Any table as it stands: headings and rows, whatever form they are of.

use facts::Finding;

use crate::book::Book;
use crate::fault::Fault;
use crate::rows::{CellRef, Content, Row};
use crate::source::Source;
use crate::stream::{self, Next};

/// A line of a table: its headings first, then row by row.
#[derive(Debug)]
pub enum TableLine<'a> {
    Heads(&'a [String]),
    /// Cells with the place of their heading; blank ones are left out.
    Row(&'a [(usize, &'a str)]),
}

/// Titles and remarks may stand above the headings, so many rows at most.
const ABOVE_MAX: usize = 12;

/// Reads a sheet (the first that has rows, where none is named) of any file that holds tables. The headings are the first row that is
/// about as wide as any below. Dates come as 2015-09-01, all else as it is written. What is wrong comes back as findings.
///
/// ```
/// let source = import::Source::of_bytes("a.csv", "某县名册\n编号,姓名\n01,李明\n".as_bytes().to_vec());
/// let mut seen = Vec::new();
/// let findings = import::read_table(&source, None, &mut |line| match line {
///     import::TableLine::Heads(heads) => seen.push(heads.join("|")),
///     import::TableLine::Row(cells) => seen.push(cells.iter().map(|(_, words)| *words).collect::<Vec<_>>().join("|")),
/// });
/// assert_eq!((seen, findings.len()), (vec!["编号|姓名".to_string(), "01|李明".to_string()], 0));
/// ```
pub fn read_table(source: &Source, sheet: Option<&str>, take: &mut dyn FnMut(TableLine<'_>)) -> Vec<Finding> {
    match read(source, sheet, take) {
        Ok(faults) => faults.into_iter().map(|fault| fault.finding(source.name())).collect(),
        Err(fault) => vec![fault.finding(source.name())],
    }
}

fn read(source: &Source, sheet: Option<&str>, take: &mut dyn FnMut(TableLine<'_>)) -> Result<Vec<Fault>, Fault> {
    let bytes = source.bytes()?;
    let (mut book, mut faults) = Book::open(&bytes, source.name())?;
    if let Book::Delimited(delimited) = &book
        && let Some((text, delimiter)) = delimited.plain()
    {
        if sheet.is_none_or(str::is_empty) {
            read_plain(text, delimiter, take);
        }
        return Ok(faults);
    }
    let sheets = book.sheets();
    for (index, name) in sheets.iter().enumerate() {
        if sheet.is_some_and(|wanted| wanted != name) {
            continue;
        }
        let mut heads: Option<Vec<String>> = None;
        let mut place: Vec<Option<usize>> = Vec::new();
        let read = stream::rows(&mut book, index, &mut |batch| {
            let mut start = 0;
            if heads.is_none() {
                let first: Vec<Row<'_>> = batch.rows().take(ABOVE_MAX * 2).collect();
                start = head_row(&first) + 1;
                let row = first.get(start - 1).map(|row| row.cells().collect::<Vec<_>>()).unwrap_or_default();
                let named: Vec<String> = row.iter().map(|cell| written(cell).trim().to_string()).collect();
                for (at, cell) in row.iter().enumerate() {
                    place.resize(place.len().max(cell.col as usize + 1), None);
                    place[cell.col as usize] = Some(at);
                }
                take(TableLine::Heads(&named));
                heads = Some(named);
            }
            let (mut days, mut cells): (Vec<String>, Vec<(usize, &str)>) = (Vec::new(), Vec::new());
            for row in batch.rows().skip(start) {
                days.clear();
                days.extend(row.cells().filter(|cell| matches!(cell.content, Content::Day(_))).map(|cell| written(&cell)));
                if days.is_empty() {
                    // Nearly every row, and all of a text file: no word of its own is made.
                    cells.clear();
                    cells.extend(row.cells().filter_map(|cell| {
                        let at = place.get(cell.col as usize).copied().flatten()?;
                        Some((at, if matches!(cell.content, Content::Error | Content::Uncalculated) { "" } else { cell.words }))
                    }));
                    take(TableLine::Row(&cells));
                    continue;
                }
                let mut day = days.iter();
                let cells: Vec<(usize, &str)> = row
                    .cells()
                    .filter_map(|cell| {
                        let words = match cell.content {
                            Content::Day(_) => day.next().map_or("", String::as_str),
                            Content::Error | Content::Uncalculated => "",
                            Content::Text | Content::Number(_) => cell.words,
                        };
                        Some((place.get(cell.col as usize).copied().flatten()?, words))
                    })
                    .collect();
                take(TableLine::Row(&cells));
            }
            Next::Go
        })?;
        faults.extend(read.into_iter().map(|fault| fault.in_sheet(name)));
        if heads.is_some() {
            break;
        }
    }
    Ok(faults)
}

/// Lines of text without quotation marks, as they stand: nothing is copied.
fn read_plain(text: &str, delimiter: char, take: &mut dyn FnMut(TableLine<'_>)) {
    fn cells<'t>(line: &'t str, delimiter: char, into: &mut Vec<(usize, &'t str)>) {
        into.clear();
        let line = line.strip_suffix('\r').unwrap_or(line);
        into.extend(line.split(delimiter).enumerate().filter(|(_, words)| words.bytes().any(|byte| byte != b' ')));
    }
    let mut first: Vec<Vec<(usize, &str)>> = Vec::new();
    let mut lines = text.split('\n');
    while first.len() < ABOVE_MAX * 2
        && let Some(line) = lines.next()
    {
        let mut row = Vec::new();
        cells(line, delimiter, &mut row);
        if !row.is_empty() {
            first.push(row);
        }
    }
    let widths: Vec<usize> = first.iter().map(Vec::len).collect();
    let at = head_of(&widths);
    let Some(heads) = first.get(at) else { return };
    let named: Vec<String> = heads.iter().map(|(_, words)| words.trim().to_string()).collect();
    let mut place: Vec<Option<usize>> = vec![None; heads.iter().map(|(column, _)| column + 1).max().unwrap_or(0)];
    for (at, (column, _)) in heads.iter().enumerate() {
        place[*column] = Some(at);
    }
    take(TableLine::Heads(&named));
    let placed = |cells: &mut Vec<(usize, &str)>| {
        cells.retain_mut(|(column, _)| match place.get(*column).copied().flatten() {
            Some(at) => {
                *column = at;
                true
            }
            None => false,
        });
    };
    for mut cells in first.drain(..).skip(at + 1) {
        placed(&mut cells);
        take(TableLine::Row(&cells));
    }
    let mut row: Vec<(usize, &str)> = Vec::new();
    for line in lines {
        cells(line, delimiter, &mut row);
        if !row.is_empty() {
            placed(&mut row);
            take(TableLine::Row(&row));
        }
    }
}

/// The first row at least four fifths as wide as the widest.
fn head_row(rows: &[Row<'_>]) -> usize {
    head_of(&rows.iter().map(|row| row.cells().count()).collect::<Vec<usize>>())
}

fn head_of(widths: &[usize]) -> usize {
    let widest = widths.iter().copied().max().unwrap_or(0);
    widths.iter().take(ABOVE_MAX).position(|width| width * 5 >= widest * 4).unwrap_or(0)
}

fn written(cell: &CellRef<'_>) -> String {
    match cell.content {
        Content::Day(day) => day.to_string(),
        _ => cell.words.to_string(),
    }
}
