//! Headings as files write them: over several rows, merged, with units, marks and remarks in them.

use facts::{Unit, plain};

use crate::forms::Column;
use crate::rows::{Batch, Row};

/// A heading or a row's label in comparable form: no spaces, marks or numbering, and no bracket that holds a unit or remark.
///
/// `* 使用面积（平方米）` → `使用面积`; `其中：女` → `女`; `学校(机构)标识码` stays whole.
pub(crate) fn label(words: &str) -> String {
    HeadPart::read(words).full
}

/// The parts of a declared head: `金额/预算数`.
pub(crate) fn parts(head: &str) -> Vec<String> {
    head.split('/').map(label).filter(|part| !part.is_empty()).collect()
}

/// What one cell of a heading says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeadPart {
    /// With brackets that say more than a unit.
    pub full: String,
    /// Without any bracket.
    pub bare: String,
    pub unit: Option<(Unit, f64)>,
}

impl HeadPart {
    pub(crate) fn read(words: &str) -> HeadPart {
        let words = plain(words).to_lowercase().replace([' ', '*', '※', '★', '#', '"', '“', '”'], "");
        let words = without_numbering(&words).trim_end_matches([':', ';', ',', '。']);
        let (mut full, mut bare, mut unit) = (String::new(), String::new(), None);
        let mut rest = words;
        while let Some((before, inside, after)) = next_bracket(rest) {
            full.push_str(before);
            bare.push_str(before);
            let measure = inside.trim_start_matches("单位").trim_start_matches(':');
            match Unit::read(measure).filter(|_| !measure.is_empty()) {
                Some(read) => unit = unit.or(Some(read)),
                None if is_remark(inside) => {}
                None => {
                    full.push('(');
                    full.push_str(inside);
                    full.push(')');
                }
            }
            rest = after;
        }
        full.push_str(rest);
        bare.push_str(rest);
        HeadPart { full, bare, unit }
    }

    fn is(&self, wanted: &str) -> bool {
        self.full == wanted || self.bare == wanted
    }
}

/// One column's heading, from the top row to the lowest.
pub(crate) type Path = Vec<HeadPart>;

/// Whether a declared head names this column: its parts follow each other in the path, and the last is the lowest.
pub(crate) fn names(head: &[String], path: &[HeadPart]) -> bool {
    let (Some((last, before)), Some((lowest, above))) = (head.split_last(), path.split_last()) else { return false };
    if !lowest.is(last) {
        return false;
    }
    let mut above = above.iter();
    before.iter().all(|part| above.any(|found| found.is(part)))
}

/// The headings of the columns, from the rows they stand in. Only the first cell of a merged heading has words: a blank cell
/// takes those to its left, if both stand over lower headings of their own.
pub(crate) fn paths(rows: &[Row<'_>]) -> Vec<(u32, Path)> {
    let mut columns: Vec<u32> = rows.iter().flat_map(|row| row.cells().map(|cell| cell.col)).collect();
    columns.sort_unstable();
    columns.dedup();
    let n_columns = columns.len();
    let grid: Vec<Vec<&str>> = rows.iter().map(|row| columns.iter().map(|col| row.text(*col).trim()).collect()).collect();
    let mut found: Vec<(u32, Path)> = columns.iter().map(|col| (*col, Path::new())).collect();
    for (depth, words) in grid.iter().enumerate() {
        let is_over = |at: usize| grid[depth + 1..].iter().any(|lower| !lower[at].is_empty());
        let mut group: Option<usize> = None;
        for at in 0..n_columns {
            if !words[at].is_empty() {
                group = is_over(at).then_some(at);
                found[at].1.push(HeadPart::read(words[at]));
            } else if let Some(first) = group.filter(|_| is_over(at) && found[at].1.len() <= depth) {
                found[at].1.push(HeadPart::read(words[first]));
            }
        }
    }
    found
}

/// Where a list's headings stand, and which sheet column each of a form's columns is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heads {
    /// Positions among the rows looked at.
    pub first: usize,
    pub last: usize,
    pub columns: Vec<Option<u32>>,
    /// The unit that each heading states.
    pub units: Vec<Option<(Unit, f64)>>,
    /// Headings that name no column of the form.
    pub strange: Vec<String>,
    /// Columns of the form that two headings name.
    pub twice: Vec<(usize, u32)>,
}

impl Heads {
    pub(crate) fn n_found(&self) -> usize {
        self.columns.iter().flatten().count()
    }
}

const HEAD_ROWS_MAX: usize = 4;
const LOOKED_AT_MAX: usize = 40;

/// Finds the rows that head a list of this form best: those that name the most of its columns.
pub(crate) fn find(rows: &[Row<'_>], form: &[Column]) -> Option<Heads> {
    let mut best: Option<Heads> = None;
    for first in 0..rows.len().min(LOOKED_AT_MAX) {
        for last in first..rows.len().min(first + HEAD_ROWS_MAX) {
            let heads = matched(&rows[first..=last], first, last, form);
            // More rows must earn their place: otherwise a row of data would be taken for a heading.
            if heads.n_found() > best.as_ref().map_or(0, Heads::n_found) {
                best = Some(heads);
            }
        }
    }
    best
}

fn matched(rows: &[Row<'_>], first: usize, last: usize, form: &[Column]) -> Heads {
    let n = form.len();
    let mut heads = Heads { first, last, columns: vec![None; n], units: vec![None; n], strange: Vec::new(), twice: Vec::new() };
    let found = paths(rows);
    for (col, path) in &found {
        let (col, Some(lowest)) = (*col, path.last()) else { continue };
        match form.iter().position(|column| column.heads.iter().any(|head| names(head, path))) {
            Some(at) if heads.columns[at].is_some() => heads.twice.push((at, col)),
            Some(at) => {
                heads.columns[at] = Some(col);
                heads.units[at] = path.iter().rev().find_map(|part| part.unit.clone());
            }
            None => heads.strange.push(lowest.full.clone()),
        }
    }
    // One heading may say two things (举办者 “县级教育部门”: public, and managed by the county): a column without a heading
    // of its own shares that of another.
    for (at, column) in form.iter().enumerate() {
        let shared = || found.iter().find(|(_, path)| column.heads.iter().any(|head| names(head, path)));
        if let (None, Some((col, path))) = (heads.columns[at], shared()) {
            heads.columns[at] = Some(*col);
            heads.units[at] = path.iter().rev().find_map(|part| part.unit.clone());
        }
    }
    heads
}

/// Finds a one-row heading of a small table: the row's number, and the column of each wanted head, all of which must be there.
pub(crate) fn find_simple<const N: usize>(grid: &Batch, wanted: &[&[&str]; N]) -> Option<(u32, [u32; N])> {
    grid.rows().take(LOOKED_AT_MAX).find_map(|row| {
        let found = wanted.map(|names| {
            let is_named = |words: &str| names.contains(&label(words).as_str());
            row.cells().find(|cell| is_named(cell.words)).map(|cell| cell.col)
        });
        if found.iter().any(Option::is_none) { None } else { Some((row.number, found.map(Option::unwrap_or_default))) }
    })
}

/// Whether a row only numbers the columns: 甲 乙 1 2 3 …
pub(crate) fn is_numbering(row: &Row<'_>) -> bool {
    let (mut next, mut n_letters, mut n_numbers) = (None, 0, 0);
    let counts = row.cells().all(|cell| {
        let words = plain(cell.words);
        let words = words.trim_matches(['(', ')', '栏']);
        if matches!(words, "甲" | "乙" | "丙" | "丁" | "戊" | "栏次" | "序号") {
            n_letters += 1;
            return true;
        }
        n_numbers += 1;
        let Ok(number) = words.parse::<u32>() else { return false };
        let follows = next.is_none_or(|next| next == number) && number < 200;
        next = Some(number + 1);
        follows
    });
    counts && (n_letters >= 2 || n_letters + n_numbers >= 3 && n_numbers > 1)
}

fn without_numbering(words: &str) -> &str {
    let words = words.strip_prefix("其中").map_or(words, |rest| rest.trim_start_matches([':', ',']));
    let end = words.find(|c: char| !(c.is_ascii_digit() || "一二三四五六七八九十()".contains(c))).unwrap_or(0);
    let (number, rest) = words.split_at(end);
    let is_numbered = !number.is_empty()
        && (rest.starts_with(['、', '．']) || (rest.starts_with('.') && !rest[1..].starts_with(|c: char| c.is_ascii_digit())));
    if !is_numbered {
        return words;
    }
    let mut rest = rest.chars();
    rest.next();
    rest.as_str()
}

fn next_bracket(words: &str) -> Option<(&str, &str, &str)> {
    let open = words.find(['(', '[', '【', '〔'])?;
    let after_open = open + words[open..].chars().next().map_or(1, char::len_utf8);
    let close = after_open + words[after_open..].find([')', ']', '】', '〕'])?;
    let after_close = close + words[close..].chars().next().map_or(1, char::len_utf8);
    Some((&words[..open], &words[after_open..close], &words[after_close..]))
}

/// Brackets that tell how to fill a column in: （必填）, （走读/住校）, （如：2025-2026）.
fn is_remark(words: &str) -> bool {
    words.contains(['/', '、', ':']) || matches!(words, "必填" | "选填" | "可选" | "可不填" | "不填")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Content;

    #[test]
    fn labels() {
        for (words, wanted) in [
            ("　使用面积（平方米） *", "使用面积"),
            ("其中：女", "女"),
            ("一、占地面积", "占地面积"),
            ("1.教师数", "教师数"),
            ("(一)校舍", "(一)校舍"),
            ("学校(机构)标识码", "学校(机构)标识码"),
            ("26-30人", "26-30人"),
            ("县级以上骨干教师（小学）", "县级以上骨干教师(小学)"),
            ("就读方式（走读/住校）", "就读方式"),
            ("金额\n（单位：万元）", "金额"),
            ("（（", "(("),
        ] {
            assert_eq!(label(words), wanted, "{words}");
        }
        assert_eq!(HeadPart::read("学校(机构)名称").bare, "学校名称");
        assert_eq!(HeadPart::read("金额（万元）").unit.unwrap().1, 10_000.0);
    }

    #[test]
    fn merged_heads_over_two_rows() {
        let mut batch = Batch::default();
        batch.start_row(1);
        for (col, words) in [(1, "学年"), (2, "金额（万元）"), (4, "日期")] {
            batch.push(col, words, Content::Text);
        }
        batch.start_row(2);
        for (col, words) in [(2, "预算"), (3, "支出")] {
            batch.push(col, words, Content::Text);
        }
        let rows: Vec<_> = batch.rows().collect();
        let shown: Vec<String> = paths(&rows)
            .iter()
            .map(|(col, path)| format!("{col}:{}", path.iter().map(|part| part.full.as_str()).collect::<Vec<_>>().join("/")))
            .collect();
        assert_eq!(shown, ["1:学年", "2:金额/预算", "3:金额/支出", "4:日期"]);
        assert!(names(&parts("金额/支出"), &paths(&rows)[2].1));
        assert!(names(&parts("支出"), &paths(&rows)[2].1));
        assert!(!names(&parts("金额"), &paths(&rows)[2].1));
    }
}
