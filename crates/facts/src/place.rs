use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{SchoolCode, Text, text};

/// A cell of a sheet, counted from 1 as people do; shown as `D7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    pub row: u32,
    /// 0 where the whole row is meant.
    pub col: u32,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.col), self.row)
    }
}

/// 1 → `A`, 27 → `AA`; 0, the whole row, has none.
///
/// ```
/// assert_eq!(facts::column_letters(28), "AB");
/// ```
pub fn column_letters(mut col: u32) -> String {
    let mut letters = Vec::new();
    while col > 0 {
        letters.push(b'A' + ((col - 1) % 26) as u8);
        col = (col - 1) / 26;
    }
    letters.iter().rev().map(|b| *b as char).collect()
}

/// Where a finding is: in a file the official has, in a pack, or at a school.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "in")]
pub enum Place {
    /// A file as the official named it (`班级名册.xls`, `数据.zip/学籍.csv`), with sheet and cell where there is one.
    File {
        file: String,
        sheet: Option<String>,
        cell: Option<String>,
    },
    /// A pack's or form's own file, with the line that is meant, counted from 1.
    Source {
        file: String,
        line: Option<u32>,
        excerpt: Option<String>,
    },
    School {
        code: SchoolCode,
        name: Option<String>,
    },
    /// The whole of what was looked at.
    Everywhere,
}

impl Place {
    pub fn file(file: impl Into<String>) -> Place {
        Place::File { file: file.into(), sheet: None, cell: None }
    }

    pub fn sheet(file: impl Into<String>, sheet: impl Into<String>) -> Place {
        Place::File { file: file.into(), sheet: Some(sheet.into()), cell: None }
    }

    pub fn cell(file: impl Into<String>, sheet: impl Into<String>, cell: Cell) -> Place {
        Place::File { file: file.into(), sheet: Some(sheet.into()), cell: Some(cell.to_string()) }
    }

    /// The order in which people look places up: by file and sheet, then row by row.
    ///
    /// ```
    /// use facts::{Cell, Place};
    /// let at = |row, col| Place::cell("名册.xls", "班级", Cell { row, col });
    /// assert!(at(9, 3).order() < at(10, 1).order() && at(10, 1).order() < at(10, 2).order());
    /// ```
    pub fn order(&self) -> (String, String, u32, String) {
        match self {
            Place::File { file, sheet, cell } => {
                let (letters, digits): (String, String) =
                    cell.iter().flat_map(|cell| cell.chars()).partition(char::is_ascii_alphabetic);
                // AA comes after Z: shorter columns first.
                let column = format!("{:>3}", letters);
                (file.clone(), sheet.clone().unwrap_or_default(), digits.parse().unwrap_or(0), column)
            }
            Place::Source { file, line, .. } => (file.clone(), String::new(), line.unwrap_or(0), String::new()),
            Place::School { code, .. } => (code.to_string(), String::new(), 0, String::new()),
            Place::Everywhere => (String::new(), String::new(), 0, String::new()),
        }
    }

    pub fn words(&self) -> Text {
        match self {
            Place::File { file, sheet, cell } => {
                let mut words = file.clone();
                if let Some(sheet) = sheet.as_ref().filter(|sheet| !sheet.is_empty()) {
                    words.push_str(" › ");
                    words.push_str(sheet);
                }
                match cell {
                    None => Text::new(words.clone(), words),
                    // A whole row: no letters.
                    Some(row) if row.bytes().all(|b| b.is_ascii_digit()) => text!("{words} › 第 {row} 行", "{words} › row {row}"),
                    Some(cell) => text!("{words} › {cell}", "{words} › {cell}"),
                }
            }
            Place::Source { file, line: Some(line), .. } => text!("{file} 第 {line} 行", "{file} line {line}"),
            Place::Source { file, line: None, .. } => Text::new(file.clone(), file.clone()),
            Place::School { code, name: Some(name) } => Text::new(format!("{name}（{code}）"), format!("{name} ({code})")),
            Place::School { code, name: None } => Text::new(code.to_string(), code.to_string()),
            Place::Everywhere => text!("全部", "everywhere"),
        }
    }
}
