use std::borrow::Cow;

use crate::delimited::decode;
use crate::fault::Fault;
use crate::rows::{Batch, COLUMNS_MAX, Content, Emit};

/// A page with tables, such as web systems hand out under the name .xls. Each outermost table is a sheet.
#[derive(Debug)]
pub(crate) struct Html<'a> {
    page: Cow<'a, str>,
    n_tables: usize,
}

impl<'a> Html<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Html<'a> {
        let page = decode(bytes);
        let mut depth = 0_usize;
        let mut n_tables = 0;
        for tag in tags(&page) {
            match tag.name.as_str() {
                "table" => {
                    n_tables += usize::from(depth == 0);
                    depth += 1;
                }
                "/table" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Html { page, n_tables }
    }

    pub(crate) fn sheets(&self) -> Vec<String> {
        (1..=self.n_tables).map(|number| if self.n_tables == 1 { String::new() } else { format!("表{number}") }).collect()
    }

    pub(crate) fn read(&self, sheet: usize, emit: &mut Emit<'_>) -> Result<Vec<Fault>, Fault> {
        let mut table = Table::default();
        let (mut depth, mut number) = (0_usize, 0);
        for tag in tags(&self.page) {
            match tag.name.as_str() {
                "table" => {
                    number += usize::from(depth == 0);
                    depth += 1;
                }
                "/table" => depth = depth.saturating_sub(1),
                "tr" if number == sheet + 1 && depth == 1 => {
                    if table.batch.is_full() {
                        let Some(mut next) = emit(std::mem::take(&mut table.batch)) else { return Ok(Vec::new()) };
                        next.clear();
                        table.batch = next;
                    }
                    table.start_row();
                }
                "td" | "th" if number == sheet + 1 && depth == 1 => table.push(&tag),
                _ => {}
            }
            if number > sheet + 1 {
                break;
            }
        }
        table.batch.drop_blank_row();
        if !table.batch.is_empty() {
            emit(table.batch);
        }
        Ok(Vec::new())
    }
}

#[derive(Debug, Default)]
struct Table {
    batch: Batch,
    row: u32,
    col: u32,
    /// For each column, how many rows a cell of an earlier row still covers.
    covered: Vec<u32>,
}

impl Table {
    fn start_row(&mut self) {
        self.batch.drop_blank_row();
        (self.row, self.col) = (self.row + 1, 0);
        self.covered.iter_mut().for_each(|left| *left = left.saturating_sub(1));
        self.batch.start_row(self.row);
    }

    fn push(&mut self, tag: &Tag<'_>) {
        self.col += 1;
        while self.covered.get(self.col as usize).is_some_and(|left| *left > 0) {
            self.col += 1;
        }
        if self.col > COLUMNS_MAX || self.row == 0 {
            return;
        }
        let (wide, high) = (tag.span("colspan"), tag.span("rowspan"));
        self.batch.push(self.col, &words_of(tag.text_after), Content::Text);
        if high > 1 {
            self.covered.resize(COLUMNS_MAX as usize + 1, 0);
            let end = (self.col + wide).min(COLUMNS_MAX + 1);
            self.covered[self.col as usize..end as usize].fill(high);
        }
        self.col += wide - 1;
    }
}

#[derive(Debug)]
struct Tag<'a> {
    /// In small letters, `/td` for an end.
    name: String,
    attributes: &'a str,
    /// Everything up to where the cell ends.
    text_after: &'a str,
}

impl Tag<'_> {
    fn span(&self, name: &str) -> u32 {
        let Some(at) = self.attributes.to_ascii_lowercase().find(name) else { return 1 };
        let digits = self.attributes[at + name.len()..].trim_start_matches(['=', '"', '\'', ' ']);
        let digits: String = digits.chars().take_while(char::is_ascii_digit).take(6).collect();
        digits.parse().unwrap_or(1).clamp(1, COLUMNS_MAX)
    }
}

fn tags(page: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = page;
    std::iter::from_fn(move || {
        let start = rest.find('<')?;
        let inside = &rest[start + 1..];
        // A comment may hold tags of its own.
        if let Some(comment) = inside.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            return Some(Tag { name: "!--".into(), attributes: "", text_after: "" });
        }
        let end = inside.find('>')?;
        let tag = &inside[..end];
        rest = &inside[end + 1..];
        let name_end = tag.find(|c: char| c.is_whitespace()).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_end);
        Some(Tag { name: name.trim_end_matches('/').to_ascii_lowercase(), attributes, text_after: rest })
    })
}

/// A cell's words: up to the next cell or row, tags left out, entities resolved.
fn words_of(html: &str) -> String {
    const ENDS: &[&str] = &["/td", "/th", "td", "th", "tr", "/tr", "/table", "table"];
    let mut words = String::new();
    let mut rest = html;
    loop {
        let Some(start) = rest.find('<') else {
            words.push_str(rest);
            break;
        };
        words.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('>') else { break };
        let tag = &rest[start + 1..start + end];
        let name = tag.split(|c: char| c.is_whitespace()).next().unwrap_or("").trim_end_matches('/').to_ascii_lowercase();
        if ENDS.contains(&name.as_str()) || words.len() > crate::rows::CELL_BYTES_MAX {
            break;
        }
        if name == "br" {
            words.push(' ');
        }
        rest = &rest[start + end + 1..];
    }
    let words = words.replace("&nbsp;", " ").replace("&amp;nbsp;", " ");
    // What is no known entity stays as it stands.
    quick_xml::escape::unescape(&words).map(|plain| plain.into_owned()).unwrap_or(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_entities() {
        let page = "<html><table><tr><th rowspan=2>学校</th><th colspan='2'>人数&lt;个&gt;</th></tr>\
                    <tr><td>男<br>生</td><td>女</td></tr><!-- <td>x --><tr><td>a&nbsp;<td><b>5</b></table>";
        let html = Html::open(page.as_bytes());
        assert_eq!(html.sheets(), [""]);
        let mut seen = Vec::new();
        html.read(0, &mut |batch| {
            seen.extend(
                batch.rows().map(|row| row.cells().map(|c| format!("{}={}", c.col, c.words)).collect::<Vec<_>>().join(" ")),
            );
            Some(Batch::default())
        })
        .unwrap();
        assert_eq!(seen, ["1=学校 2=人数<个>", "2=男 生 3=女", "1=a  2=5"]);
    }
}
