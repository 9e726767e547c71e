use std::collections::BTreeMap;

use facts::{Date, Lang, Text, significant, text};
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::sheet::{Cell, Mark, Sheet, Shown, head_blocks};

/// Writes sheets into the bytes of an .xlsx workbook; the same sheets and day give the same bytes.
pub(crate) fn write(sheets: &[Sheet], created: Date, lang: Lang) -> Result<Vec<u8>, WorkbookFault> {
    let mut workbook = Workbook::new();
    let year = u16::try_from(created.year()).unwrap_or(1900);
    let day = ExcelDateTime::from_ymd(year, created.month().unsigned_abs(), created.day().unsigned_abs())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&day).set_author("Junheng"));
    let mut taken = Vec::new();
    let mut styles = Styles::default();
    for sheet in sheets {
        let name = tab_name(&sheet.name, &taken);
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&name)?;
        taken.push(name);
        write_sheet(worksheet, sheet, &mut styles, lang)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The workbook could not be put together: a sheet outgrew what the format can hold.
#[derive(Debug)]
pub struct WorkbookFault(XlsxError);

impl WorkbookFault {
    /// What failed and what to do about it.
    pub fn words(&self) -> Text {
        text!(
            "无法生成工作簿：{}。请缩小范围（例如按县分别导出）后重试。",
            "the workbook could not be written: {}. Export less at once, county by county, and try again.",
            self.0
        )
    }
}

impl std::fmt::Display for WorkbookFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.words().fmt(f)
    }
}

impl std::error::Error for WorkbookFault {}

impl From<XlsxError> for WorkbookFault {
    fn from(fault: XlsxError) -> WorkbookFault {
        WorkbookFault(fault)
    }
}

fn write_sheet(worksheet: &mut Worksheet, sheet: &Sheet, styles: &mut Styles, lang: Lang) -> Result<(), XlsxError> {
    let page = Page::of(sheet);
    for (col, column) in (0..).zip(&sheet.columns) {
        worksheet.set_column_width(col, column.width)?;
    }
    page.line(worksheet, 0, &sheet.title, styles.get(Style::Title))?;
    worksheet.set_row_height(0, 28)?;
    write_subject(worksheet, sheet, &page, styles)?;
    let first_row = write_heads(worksheet, sheet, styles)?;
    write_rows(worksheet, sheet, first_row, styles)?;

    let mut row = first_row + rows_of(sheet.rows.len());
    for note in &sheet.notes {
        page.paragraph(worksheet, row, note, styles.get(Style::Note))?;
        row += 1;
    }
    if !sheet.signatures.is_empty() {
        let line = sheet.signatures.join("        ");
        page.line(worksheet, row, &line, styles.get(Style::Signature))?;
        worksheet.set_row_height(row, 30)?;
        row += 1;
    }
    for words in &sheet.provenance {
        page.paragraph(worksheet, row, words, styles.get(Style::Provenance))?;
        row += 1;
    }
    set_up_page(worksheet, sheet, first_row, lang)
}

fn write_subject(worksheet: &mut Worksheet, sheet: &Sheet, page: &Page, styles: &mut Styles) -> Result<(), XlsxError> {
    if sheet.unit_line.is_empty() {
        return page.line(worksheet, 1, &sheet.subject, styles.get(Style::Subject));
    }
    if page.last_col == 0 {
        return page.line(worksheet, 1, &format!("{}  {}", sheet.subject, sheet.unit_line), styles.get(Style::Subject));
    }
    let middle = page.middle();
    span(worksheet, (1, 0), (1, middle), &sheet.subject, styles.get(Style::Subject))?;
    span(worksheet, (1, middle + 1), (1, page.last_col), &sheet.unit_line, styles.get(Style::UnitLine))
}

/// Heads and the line of numbers; gives the row that follows.
fn write_heads(worksheet: &mut Worksheet, sheet: &Sheet, styles: &mut Styles) -> Result<u32, XlsxError> {
    const FIRST: u32 = 2;
    let blocks = head_blocks(&sheet.columns);
    let depth = sheet.columns.iter().map(|column| column.head.len()).max().unwrap_or(0);
    let mut heights = vec![18.0_f64; depth];
    for block in &blocks {
        let (top, bottom) = (FIRST + rows_of(block.rows.0), FIRST + rows_of(block.rows.1));
        let (left, right) = (col_of(block.columns.0), col_of(block.columns.1));
        span(worksheet, (top, left), (bottom, right), block.label, styles.get(Style::Head))?;
        let width: f64 = sheet.columns[block.columns.0..=block.columns.1].iter().map(|column| column.width).sum();
        let rows = (block.rows.1 - block.rows.0 + 1) as f64;
        let each = lines_of(block.label, width) * LINE / rows + 3.0;
        for height in &mut heights[block.rows.0..=block.rows.1] {
            *height = height.max(each);
        }
    }
    for (row, height) in (FIRST..).zip(heights) {
        worksheet.set_row_height(row, height)?;
    }
    let mut next = FIRST + rows_of(depth);
    if sheet.columns.iter().any(|column| !column.number.is_empty()) {
        for (col, column) in (0..).zip(&sheet.columns) {
            worksheet.write_string_with_format(next, col, &column.number, styles.get(Style::Head))?;
        }
        next += 1;
    }
    Ok(next)
}

fn write_rows(worksheet: &mut Worksheet, sheet: &Sheet, first_row: u32, styles: &mut Styles) -> Result<(), XlsxError> {
    for (index, cells) in sheet.rows.iter().enumerate() {
        let row = first_row + rows_of(index);
        let mut lines = 1.0_f64;
        for (at, (cell, column)) in cells.iter().zip(&sheet.columns).enumerate() {
            let col = col_of(at);
            if cell.shown == Shown::Above {
                continue;
            }
            if let Shown::Words(words) = &cell.shown {
                lines = lines.max(lines_of(words, column.width));
            }
            let below = sheet.rows[index + 1..]
                .iter()
                .take_while(|later| later.get(at).is_some_and(|cell| cell.shown == Shown::Above))
                .count();
            write_cell(worksheet, (row, col), row + rows_of(below), cell, styles)?;
        }
        if lines > 1.0 {
            worksheet.set_row_height(row, (lines * LINE + 3.0).min(ROW_HEIGHT_MAX))?;
        }
    }
    Ok(())
}

fn write_cell(
    worksheet: &mut Worksheet,
    (row, col): (u32, u16),
    last_row: u32,
    cell: &Cell,
    styles: &mut Styles,
) -> Result<(), XlsxError> {
    let sign = cell.mark.sign();
    let with_sign = |words: &str| format!("{words} {sign}").trim().to_string();
    match &cell.shown {
        Shown::Above => Ok(()),
        Shown::Empty => worksheet.write_blank(row, col, styles.get(Style::Words(cell.mark))).map(drop),
        Shown::Words(words) => {
            span(worksheet, (row, col), (last_row, col), &with_sign(words), styles.get(Style::Words(cell.mark)))
        }
        Shown::Word(word) => span(worksheet, (row, col), (last_row, col), &with_sign(word), styles.get(Style::Word(cell.mark))),
        Shown::Missing(words) => span(worksheet, (row, col), (last_row, col), words, styles.get(Style::Missing)),
        Shown::Number { value, decimals } => {
            // A spreadsheet shows these fifteen digits rounded half up, as the law rounds: what is printed is the legal figure.
            let format = styles.get(Style::Number(*decimals, cell.mark));
            worksheet.write_number_with_format(row, col, significant(*value), format).map(drop)
        }
    }
}

fn set_up_page(worksheet: &mut Worksheet, sheet: &Sheet, first_row: u32, lang: Lang) -> Result<(), XlsxError> {
    const A4: u8 = 9;
    let page = match lang {
        Lang::Zh => "第 &P 页 共 &N 页",
        Lang::En => "page &P of &N",
    };
    worksheet
        .set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3)
        .set_footer(format!("&C{page}"));
    worksheet.set_repeat_rows(0, first_row.saturating_sub(1))?;
    worksheet.set_freeze_panes(first_row, sheet.frozen_columns)?;
    Ok(())
}

/// The width that lines across the whole sheet may fill.
struct Page {
    last_col: u16,
    widths: Vec<f64>,
}

impl Page {
    fn of(sheet: &Sheet) -> Page {
        let widths: Vec<f64> = sheet.columns.iter().map(|column| column.width).collect();
        Page { last_col: col_of(widths.len().saturating_sub(1)), widths }
    }

    fn line(&self, worksheet: &mut Worksheet, row: u32, words: &str, format: &Format) -> Result<(), XlsxError> {
        span(worksheet, (row, 0), (row, self.last_col), words, format)
    }

    /// A line that may wrap: spreadsheets do not fit the height of merged cells by themselves.
    fn paragraph(&self, worksheet: &mut Worksheet, row: u32, words: &str, format: &Format) -> Result<(), XlsxError> {
        self.line(worksheet, row, words, format)?;
        let lines = lines_of(words, self.widths.iter().sum());
        worksheet.set_row_height(row, (lines * LINE + 3.0).min(ROW_HEIGHT_MAX)).map(drop)
    }

    /// The last column of the left half, by width.
    fn middle(&self) -> u16 {
        let half = self.widths.iter().sum::<f64>() / 2.0;
        let mut sum = 0.0;
        let left = self.widths.iter().take_while(|width| {
            sum += **width;
            sum <= half
        });
        col_of(left.count().saturating_sub(1)).min(self.last_col.saturating_sub(1))
    }
}

/// Text over one or more cells. It is written as a string whatever it begins with: no cell becomes a formula.
fn span(
    worksheet: &mut Worksheet,
    (top, left): (u32, u16),
    (bottom, right): (u32, u16),
    words: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let words = cell_words(words);
    if (top, left) == (bottom, right) {
        worksheet.write_string_with_format(top, left, words, format)?;
    } else {
        worksheet.merge_range(top, left, bottom, right, &words, format)?;
    }
    Ok(())
}

/// What a cell can hold: 32,767 characters.
fn cell_words(words: &str) -> String {
    const MAX: usize = 32_767;
    if words.encode_utf16().count() <= MAX {
        return words.to_string();
    }
    // Half of the limit in characters can never exceed it in UTF-16 units.
    words.chars().take(MAX / 2).chain("…".chars()).collect()
}

/// Points of height per line of text.
const LINE: f64 = 15.0;
/// What a row can be high.
const ROW_HEIGHT_MAX: f64 = 405.0;

/// How many lines words take in a width: Chinese characters are two wide.
fn lines_of(words: &str, width: f64) -> f64 {
    let width = width.max(2.0);
    words
        .split('\n')
        .map(|line| {
            let wide: f64 = line.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum();
            (wide / (width - 1.0).max(1.0)).ceil().max(1.0)
        })
        .sum()
}

fn rows_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX / 2)
}

fn col_of(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// A legal tab name of at most 31 characters that no other sheet has.
fn tab_name(wanted: &str, taken: &[String]) -> String {
    const MAX: usize = 31;
    let cut = |words: &str, max: usize| -> String {
        let mut units = 0;
        words
            .chars()
            .take_while(|c| {
                units += c.len_utf16();
                units <= max
            })
            .collect()
    };
    let legal: String =
        wanted.chars().map(|c| if matches!(c, '*' | '?' | ':' | '[' | ']' | '\\' | '/') { '_' } else { c }).collect();
    let legal = legal.trim_matches('\'').trim();
    let base = if legal.is_empty() { "表" } else { legal };
    let is_taken = |name: &str| taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let mut name = cut(base, MAX);
    let mut n = 2;
    while is_taken(&name) {
        let tail = format!("_{n}");
        name = format!("{}{tail}", cut(base, MAX - tail.len()));
        n += 1;
    }
    name
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    Title,
    Subject,
    UnitLine,
    Head,
    Words(Mark),
    Word(Mark),
    Number(u8, Mark),
    Missing,
    Note,
    Signature,
    Provenance,
}

/// Every style in use, made once.
#[derive(Default)]
struct Styles(BTreeMap<Style, Format>);

impl Styles {
    fn get(&mut self, style: Style) -> &Format {
        self.0.entry(style).or_insert_with(|| format_of(style))
    }
}

fn format_of(style: Style) -> Format {
    let plain = Format::new().set_font_name("宋体").set_font_size(10).set_align(FormatAlign::VerticalCenter);
    let boxed = plain.clone().set_border(FormatBorder::Thin).set_text_wrap();
    let shade = |format: Format, mark: Mark| match mark {
        Mark::None => format,
        Mark::Near => format.set_background_color(Color::RGB(0x00EE_EEEE)),
        Mark::Short => format.set_background_color(Color::RGB(0x00C8_C8C8)).set_bold(),
    };
    match style {
        Style::Title => plain.set_font_name("黑体").set_font_size(16).set_align(FormatAlign::Center),
        Style::Subject => plain.set_align(FormatAlign::Left),
        Style::UnitLine => plain.set_align(FormatAlign::Right),
        Style::Head => boxed.set_bold().set_align(FormatAlign::Center),
        Style::Words(mark) => shade(boxed.set_align(FormatAlign::Left).set_num_format("@"), mark),
        Style::Word(mark) => shade(boxed.set_align(FormatAlign::Center).set_num_format("@"), mark),
        Style::Number(decimals, mark) => {
            shade(boxed.set_align(FormatAlign::Right).set_num_format(number_format(decimals, mark)), mark)
        }
        Style::Missing => boxed.set_align(FormatAlign::Center).set_italic(),
        Style::Note => plain.set_text_wrap().set_align(FormatAlign::Left),
        Style::Signature => plain.set_font_size(11).set_align(FormatAlign::Left),
        Style::Provenance => plain.set_text_wrap().set_align(FormatAlign::Left).set_font_size(9).set_italic(),
    }
}

/// `0.00"▲"`: the sign is part of how the figure is shown, so the cell stays a number that can be reckoned with.
fn number_format(decimals: u8, mark: Mark) -> String {
    let mut format = String::from("0");
    if decimals > 0 {
        format.push('.');
        format.extend(std::iter::repeat_n('0', usize::from(decimals)));
    }
    let sign = mark.sign();
    if !sign.is_empty() {
        format.push_str(&format!("\"{sign}\""));
    }
    format
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_names_are_legal_and_unique() {
        let check = |wanted: &str, taken: &[&str], expected: &str| {
            let taken: Vec<String> = taken.iter().map(|name| name.to_string()).collect();
            assert_eq!(tab_name(wanted, &taken), expected);
        };
        check("表Ⅱ-1", &[], "表Ⅱ-1");
        check("a/b:c", &[], "a_b_c");
        check("''", &[], "表");
        check("结论", &["结论", "结论_2"], "结论_3");
        check(&"长".repeat(40), &[], &"长".repeat(31));
        check(&"长".repeat(40), &[&"长".repeat(31)], &format!("{}_2", "长".repeat(29)));
    }

    #[test]
    fn number_formats_carry_the_sign() {
        let check = |decimals, mark, expected: &str| assert_eq!(number_format(decimals, mark), expected);
        check(0, Mark::None, "0");
        check(3, Mark::Short, "0.000\"▲\"");
        check(2, Mark::Near, "0.00\"△\"");
    }
}
