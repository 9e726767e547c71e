//! A table that an office keeps, whatever its format: headings and rows as words.

use std::path::Path;

use facts::{Finding, Place, Severity, Text, text};
use import::TableLine;
use serde::Deserialize;

use crate::Failure;
use crate::library::own_policy_files;

/// The first sheet that has rows, or the whole CSV.
#[derive(Debug, Clone)]
pub(crate) struct PlainTable {
    /// The name of the file.
    pub name: String,
    pub heads: Vec<String>,
    /// As wide as the headings; blank cells are empty. Blank rows are left out.
    pub rows: Vec<Vec<String>>,
}

/// Reads CSV (UTF-8 or GB18030), .xlsx, .xls or .ods.
pub(crate) fn read_plain(path: &Path) -> Result<(PlainTable, Vec<Finding>), Failure> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    if !path.is_file() {
        let error = std::fs::metadata(path).err().unwrap_or_else(|| std::io::ErrorKind::IsADirectory.into());
        return Err(Failure::io(text!("读取表格", "read the table"), path, &error));
    }
    let (sources, mut findings) = import::open_path(&name, path);
    let mut table = PlainTable { name, heads: Vec::new(), rows: Vec::new() };
    if let Some(source) = sources.first() {
        findings.extend(import::read_table(source, None, &mut |line| match line {
            TableLine::Heads(heads) => table.heads = heads.iter().map(|head| facts::plain(head)).collect(),
            TableLine::Row(cells) => {
                let mut row = vec![String::new(); table.heads.len()];
                for (at, words) in cells {
                    if let Some(cell) = row.get_mut(*at) {
                        *cell = facts::plain(words);
                    }
                }
                if row.iter().any(|cell| !cell.is_empty()) {
                    table.rows.push(row);
                }
            }
        }));
    }
    Ok((table, findings))
}

impl PlainTable {
    /// The column with one of these headings.
    pub fn column(&self, heads: &[String]) -> Option<usize> {
        self.heads.iter().position(|head| heads.iter().any(|wanted| wanted.eq_ignore_ascii_case(head)))
    }

    /// What must not be collected and is there all the same: one finding a column.
    pub fn forbidden(&self) -> Vec<Finding> {
        let place = || Place::file(&self.name);
        self.heads.iter().filter_map(|head| forbidden_head(head, place())).collect()
    }

    pub fn place(&self) -> Place {
        Place::file(&self.name)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForbiddenList {
    forbidden: Vec<Forbidden>,
}

/// Something that may not be asked of a family.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forbidden {
    id: String,
    title: String,
    title_en: String,
    head: Vec<String>,
    document: String,
    #[serde(rename = "confirmed")]
    _confirmed: bool,
}

/// Whether a heading asks for what may not be collected.
pub(crate) fn forbidden_head(head: &str, place: Place) -> Option<Finding> {
    let list: ForbiddenList = own_toml("cn/collection/forbidden.toml")?;
    let found = list.forbidden.into_iter().find(|entry| entry.head.iter().any(|word| head.contains(word.as_str())))?;
    let Forbidden { id, title, title_en, document, .. } = found;
    Some(Finding::new(
        Severity::Logic,
        format!("field-forbidden-{id}"),
        place,
        text!(
            "“{head}”一栏属于不得采集的信息（{title}）：{document}",
            "the column `{head}` asks for {title_en}, which may not be collected: {document}"
        ),
        text!("删去这一栏，已收集的销毁", "delete the column, and destroy what was collected"),
    ))
}

/// One of the binary's own files below `policies/`.
pub(crate) fn own_text(path: &str) -> Option<String> {
    own_policy_files().into_iter().find(|(known, _)| known == path).map(|(_, words)| words)
}

fn own_toml<T: for<'de> Deserialize<'de>>(path: &str) -> Option<T> {
    toml::from_str(&own_text(path)?).ok()
}

/// The text of a rule: a file, or the id of one of the binary's own (`cn/classes`).
pub(crate) fn rule_text(named: &str, inside: &str, act: Text) -> Result<(String, String), Failure> {
    let path = Path::new(named);
    if !path.exists()
        && let Some(words) = own_text(&format!("{named}/{inside}"))
    {
        return Ok((format!("policies/{named}/{inside}"), words));
    }
    let path = if path.is_dir() { path.join(inside) } else { path.to_path_buf() };
    let words = std::fs::read_to_string(&path).map_err(|error| Failure::io(act, &path, &error))?;
    Ok((path.display().to_string(), words))
}
