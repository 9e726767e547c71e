use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use draws::{Draw, Hash, seal, sealed_by};
use facts::{Text, text};
use serde::Serialize;

use super::{AdmitReport, Admitted, PROTOCOL};
use crate::Failure;
use crate::draw_folder::{DRAW, read_text};
use crate::draw_office::shown_title;
use crate::link_output::write_whole;
use crate::plain_table::read_plain;
use crate::prepare_draw::office_key;

const RESULT: &str = "admission.csv";
const REASONS: &str = "reasons.csv";
pub(crate) const CERTIFICATE: &str = "admission-certificate.txt";

/// Signs the result and writes it with its reasons: what query page, messages and print read. What lies there and is another is never written
/// over.
pub(crate) fn sign(home: &Path, out: &Path, draw: &Draw, report: &AdmitReport) -> Result<Vec<String>, Failure> {
    let (result, reasons) = (write_result(&report.results), write_reasons(&report.results));
    let secret = office_key(home)?;
    if draws::public_key(&secret) != draw.key {
        return Err(Failure::wrong_use(
            text!("这台计算机的签名密钥不是准备派位时的那一把", "the signing key here is not the one of the draw"),
            text!("用准备时的数据目录（--home）", "use the home with which it was prepared (--home)"),
        ));
    }
    let (children, admitted, diverted, without) = (report.children, report.admitted, report.diverted, report.without);
    let statement = format!(
        "{PROTOCOL} certificate\ndraw {}\nresult {}\nreasons {}\nchildren {children}\nadmitted {admitted}\ndiverted {diverted}\nwithout {without}\n",
        draw.id(),
        Hash::of(result.as_bytes()),
        Hash::of(reasons.as_bytes()),
    );
    let certificate = seal(&statement, &secret);
    let there = read_text(out, CERTIFICATE)?;
    if !there.is_empty() && there != certificate {
        return Err(Failure::prevented(
            text!("文件夹里已有另一份签名的录取结果，没有改动它", "another signed admission is there; nothing was changed"),
            text!("换一个空文件夹；原有的保留", "name an empty folder; keep the other"),
        ));
    }
    let failed = |error: &std::io::Error| Failure::io(text!("写录取结果", "write the admission"), out, error);
    snapshot::make_folder(out).map_err(|error| failed(&error))?;
    let mut written = Vec::new();
    for (name, words) in [(DRAW, &draw.write()), (RESULT, &result), (REASONS, &reasons), (CERTIFICATE, &certificate)] {
        if read_text(out, name)? != *words {
            snapshot::write_whole(out, name, words.as_bytes()).map_err(|error| failed(&error))?;
        }
        written.push(out.join(name).display().to_string());
    }
    Ok(written)
}

/// A cell in quotes where it needs them.
fn quoted(words: &str) -> String {
    if words.contains([',', '"', '\n', '\r']) { format!("\"{}\"", words.replace('"', "\"\"")) } else { words.to_string() }
}

pub(crate) fn write_result(children: &[Admitted]) -> String {
    let rows: String = children
        .iter()
        .map(|child| {
            format!(
                "{},{},{},{},{}\n",
                child.receipt,
                quoted(&child.school),
                quoted(&child.class),
                child.number,
                child.how.word()
            )
        })
        .collect();
    format!("receipt,school,class,number,how\n{rows}")
}

fn write_reasons(children: &[Admitted]) -> String {
    let rows: String = children
        .iter()
        .map(|child| format!("{},{},{}\n", child.receipt, quoted(&child.reason.zh), quoted(&child.reason.en)))
        .collect();
    format!("receipt,zh,en\n{rows}")
}

/// A signed admission, as it was read and held against its signature.
pub(crate) struct SignedAdmission {
    pub title: String,
    pub draw: Hash,
    pub result: Hash,
    pub rows: Vec<SignedRow>,
}

/// What became of one receipt.
pub(crate) struct SignedRow {
    pub receipt: String,
    /// Empty for none.
    pub school: String,
    /// `wish`, `diverted` or `none`.
    pub how: String,
    pub reason: Text,
}

/// Reads a signed admission, or says that it does not follow.
pub(crate) fn read_signed(folder: &Path) -> Result<SignedAdmission, Failure> {
    let wrong = |what: Text| Failure::wrong_use(what, text!("用签名的原文件", "use the files as they were signed"));
    let draw = Draw::read(&read_text(folder, DRAW)?, DRAW).map_err(crate::draw_folder::refused)?;
    let (result, reasons, certificate) =
        (read_text(folder, RESULT)?, read_text(folder, REASONS)?, read_text(folder, CERTIFICATE)?);
    let statement = sealed_by(&certificate, &draw.key)
        .ok_or_else(|| wrong(text!("录取结果的签名无效", "the signature of the admission is not valid")))?;
    let (hash, of_reasons) = (Hash::of(result.as_bytes()), Hash::of(reasons.as_bytes()));
    let says = |line: String| statement.lines().any(|known| known == line);
    if !says(format!("draw {}", draw.id())) || !says(format!("result {hash}")) || !says(format!("reasons {of_reasons}")) {
        return Err(wrong(text!("录取结果不是签名的那一份", "the admission is not the one that was signed")));
    }
    let reasons: BTreeMap<String, Text> = rows_of(&reasons)
        .filter_map(|row| <[String; 3]>::try_from(row).ok())
        .map(|[receipt, zh, en]| (receipt, Text::new(zh, en)))
        .collect();
    let rows = rows_of(&result).filter_map(|row| {
        let [receipt, school, _, _, how] = <[String; 5]>::try_from(row).ok()?;
        let reason = reasons.get(&receipt).cloned().unwrap_or_else(|| Text::new("", ""));
        Some(SignedRow { receipt, school, how, reason })
    });
    Ok(SignedAdmission { title: shown_title(&draw).to_string(), draw: draw.id(), result: hash, rows: rows.collect() })
}

/// The rows of a signed file after its heading, letter for letter as [`quoted`] wrote them.
fn rows_of(words: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    let mut letters = words.chars().peekable();
    let row = move || {
        letters.peek()?;
        let (mut row, mut cell, mut inside) = (Vec::new(), String::new(), false);
        while let Some(letter) = letters.next() {
            match letter {
                '"' if inside && letters.next_if_eq(&'"').is_some() => cell.push('"'),
                '"' => inside = !inside,
                ',' if !inside => row.push(std::mem::take(&mut cell)),
                '\n' if !inside => break,
                letter => cell.push(letter),
            }
        }
        row.push(cell);
        Some(row)
    };
    std::iter::from_fn(row).skip(1)
}

/// Those who have a place and did not come.
#[derive(Debug, Clone, Serialize)]
pub struct Unreported {
    pub admitted: usize,
    pub reported: usize,
    pub unreported: usize,
    /// Who came and has no place here.
    pub unknown: Vec<String>,
    pub written: PathBuf,
}

/// Writes the list of children who were admitted and did not report: the way to the ledger of suspected dropouts.
pub fn write_unreported(folder: &Path, reported: &Path, out: &Path) -> Result<Unreported, Failure> {
    let signed = read_signed(folder)?;
    let (table, _) = read_plain(reported)?;
    let heads = ["受理号", "receipt"].map(str::to_string);
    let Some(column) = table.column(&heads) else {
        return Err(Failure::wrong_use(
            text!("报到名单没有“受理号”一列", "the list of those who came has no column 受理号"),
            text!("一行一个受理号", "one receipt a row"),
        ));
    };
    let came: BTreeSet<&str> = table.rows.iter().map(|row| row[column].as_str()).collect();
    let placed: Vec<&SignedRow> = signed.rows.iter().filter(|row| !row.school.is_empty()).collect();
    let missing: Vec<&&SignedRow> = placed.iter().filter(|row| !came.contains(row.receipt.as_str())).collect();
    let rows: String = missing.iter().map(|row| format!("{},{},录取后未报到\n", row.receipt, quoted(&row.school))).collect();
    // The mark tells spreadsheet programs that it is UTF-8.
    write_whole(out, format!("\u{feff}受理号,录取学校,情况\n{rows}").as_bytes())?;
    let known: BTreeSet<&str> = signed.rows.iter().map(|row| row.receipt.as_str()).collect();
    Ok(Unreported {
        admitted: placed.len(),
        reported: came.len(),
        unreported: missing.len(),
        unknown: came.iter().filter(|receipt| !known.contains(*receipt)).map(|receipt| receipt.to_string()).collect(),
        written: out.to_path_buf(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_letter_for_letter() {
        let cells = ["第一小学（东）", "a, \"b\"", "", "两\n行"];
        let written = format!("head\n{}\n1\n", cells.map(quoted).join(","));
        let rows: Vec<Vec<String>> = rows_of(&written).collect();
        assert_eq!(rows, [cells.map(str::to_string).to_vec(), vec!["1".to_string()]]);
    }
}
