//! `cargo xtask seeds`: the first inputs of the fuzz targets, taken from what the repository holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::step;

/// Larger files make a fuzzer slow and teach it nothing.
const MOST_BYTES: u64 = 30_000;
/// Of each kind and folder; the sample county has hundreds of workbooks alike.
const MOST_PER_FOLDER: usize = 3;

/// The targets; each keeps what it learns in a folder that must be there.
const TARGETS: &[&str] = &["csv", "expression", "form", "pack", "workbook"];

/// Keys whose value is written in the language of expressions or of filters.
const EXPRESSIONS: &[&str] = &["formula", "where", "when", "require", "otherwise", "with", "aggregate"];

/// The bare XML of a sheet and of an OpenDocument: the target puts them into a sound workbook.
const BARE: &[(&str, &str)] = &[
    (
        "sheet",
        concat!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><dimension ref=\"A1:C4\"/><sheetData>",
            "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>填表说明</t></is></c></row>",
            "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>学校标识码</t></is></c><c r=\"B2\" t=\"inlineStr\"><is><t>学校名称</t></is></c>",
            "<c r=\"C2\" t=\"str\"><v>学生数</v></c></row>",
            "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>2153000012</t></is></c><c r=\"C3\"><f>SUM(C3:C4)</f><v>45</v></c></row>",
            "<row r=\"4\"><c r=\"A4\" t=\"e\"><v>#REF!</v></c><c r=\"C4\" t=\"b\"><v>1</v></c></row>",
            "</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A1:C1\"/></mergeCells></worksheet>",
        ),
    ),
    (
        "open document",
        concat!(
            "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" ",
            "xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">",
            "<office:body><office:spreadsheet><table:table table:name=\"S\">",
            "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell office:value-type=\"string\" table:number-columns-spanned=\"2\">",
            "<text:p>学校标识码</text:p></table:table-cell><table:covered-table-cell/></table:table-row>",
            "<table:table-row><table:table-cell office:value-type=\"float\" office:value=\"45\" table:number-columns-repeated=\"3\"/></table:table-row>",
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        ),
    ),
];

pub fn run(root: &Path, words: &[String]) -> Result<(), String> {
    if !words.is_empty() {
        return Err("use: cargo xtask seeds".into());
    }
    let mut files = Vec::new();
    for folder in [root.join("forms"), root.join("policies"), step::target(root).join("demo")] {
        walk(&folder, &mut files);
    }
    files.sort();
    let mut seeds: BTreeMap<(&str, String), Vec<u8>> = BTreeMap::new();
    let mut taken: BTreeMap<(&str, PathBuf), usize> = BTreeMap::new();
    for path in files {
        let target = match path.extension().and_then(|ending| ending.to_str()) {
            Some("xlsx" | "xls" | "ods" | "zip") => "workbook",
            Some("csv" | "txt") => "csv",
            Some("toml") if path.starts_with(root.join("forms")) => "form",
            Some("toml") => "pack",
            _ => continue,
        };
        let seen = taken.entry((target, path.parent().unwrap_or(root).to_path_buf())).or_default();
        let small = path.metadata().is_ok_and(|about| about.len() <= MOST_BYTES);
        if !small || (*seen >= MOST_PER_FOLDER && target != "pack") {
            continue;
        }
        *seen += 1;
        let bytes = std::fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        if target == "pack" {
            for expression in expressions(&String::from_utf8_lossy(&bytes)) {
                seeds.insert(("expression", expression.clone()), expression.into_bytes());
            }
        }
        seeds.insert((target, path.to_string_lossy().into_owned()), bytes);
    }
    seeds.extend(BARE.iter().map(|(name, xml)| (("workbook", name.to_string()), xml.as_bytes().to_vec())));
    for target in TARGETS {
        let corpus = root.join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&corpus).map_err(|error| format!("{} cannot be made: {error}", corpus.display()))?;
    }
    write(&root.join("fuzz/seeds"), &seeds)
}

fn write(folder: &Path, seeds: &BTreeMap<(&str, String), Vec<u8>>) -> Result<(), String> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|error| format!("{} cannot be emptied: {error}", folder.display()))?;
    }
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for ((target, _), bytes) in seeds {
        let number = numbers.entry(target).or_default();
        let folder = folder.join(target);
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(format!("{number:04}")), bytes));
        written.map_err(|error| format!("{} cannot be written: {error}", folder.display()))?;
        *number += 1;
    }
    for (target, number) in numbers {
        println!("fuzz/seeds/{target}: {number}");
    }
    Ok(())
}

/// The values of `key = "…"` where the key holds an expression.
fn expressions(toml: &str) -> Vec<String> {
    let mut found = Vec::new();
    for key in EXPRESSIONS {
        for (at, _) in toml.match_indices(key) {
            let own = !toml[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
            let value = toml[at + key.len()..]
                .trim_start_matches(' ')
                .strip_prefix('=')
                .and_then(|rest| rest.trim_start_matches(' ').strip_prefix('"'));
            if let Some((value, _)) = value.filter(|_| own).and_then(|rest| rest.split_once('"')) {
                found.push(value.to_string());
            }
        }
    }
    found
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    // What is not there yet gives no seeds.
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn expressions_are_found_under_their_keys() {
        let toml = "[[stock]]\nwhere=\"item = 'books'\"\naggregate = \"sum(value)\"\nelsewhere = \"no\"\n[[indicator]]\nformula = \"books / pupils\"\n";
        assert_eq!(super::expressions(toml), ["books / pupils", "item = 'books'", "sum(value)"]);
    }
}
