use std::path::Path;
use std::sync::Arc;

use facts::{Cell, FileHash, Finding, Text, text};
use import::{SheetPiece, Source};
use jiff::Timestamp;
use snapshot::{Home, Look};

use crate::county::snapshot_meant;
use crate::{Failure, Library, Upload, Viewer, must_for_counties};

/// Which piece of which sheet is asked for, and by whom.
#[derive(Debug, Clone)]
pub struct ExcerptAsked {
    pub file: FileHash,
    pub sheet: String,
    /// `D7`, or `7` where a whole row is meant.
    pub cell: String,
    pub snapshot: Option<String>,
    /// Written into the home's log where the sheet lists people.
    pub who: String,
}

/// A piece of a sheet with the names of its file and form.
pub struct Excerpt {
    pub file_name: String,
    pub form_title: Option<Text>,
    pub piece: SheetPiece,
    /// Whether the look was written down.
    pub logged: bool,
}

/// Shows the piece of a kept file around a cell. Where the sheet lists people, the look is written down first, although what
/// tells who they are stays covered.
pub fn show_excerpt(library: &Arc<Library>, home: &Path, viewer: &Viewer, asked: &ExcerptAsked) -> Result<Excerpt, Failure> {
    must_for_counties(home, viewer, "sheets:read", asked.snapshot.as_deref())?;
    let at = cell(&asked.cell)?;
    let id = snapshot_meant(home, asked.snapshot.as_deref())?;
    let home = Home::open(home)?;
    let snapshot = home.snapshot(&id)?;
    let file_name = snapshot.manifest().file_name(&asked.file).to_string();
    if !snapshot.manifest().files.iter().any(|file| file.hash == asked.file) {
        return Err(no_file());
    }
    let source = Source::of_bytes(&file_name, home.read_raw(&asked.file)?);
    let piece = import::piece(&source, &library.forms, &asked.sheet, at).map_err(|finding| refused(&finding))?;
    if let Some(table) = piece.people {
        let look =
            Look { who: &asked.who, purpose: "控制台：查看原表 / excerpt of the source sheet", when: Timestamp::now() };
        let rows = piece.rows.iter().filter(|row| !row.is_head).map(|row| row.row);
        snapshot.log_look(table, (&asked.file, &asked.sheet), rows, &look)?;
    }
    Ok(Excerpt { form_title: title(library, &piece), logged: piece.people.is_some(), file_name, piece })
}

/// Shows the piece of an uploaded file around a finding; `name` is the file as the finding names it.
pub fn show_uploaded(library: &Arc<Library>, uploads: &[Upload], name: &str, asked: &ExcerptAsked) -> Result<Excerpt, Failure> {
    let at = if asked.cell.is_empty() { Cell { row: 1, col: 0 } } else { cell(&asked.cell)? };
    let holds =
        |upload: &&Upload| upload.name == name || name.strip_prefix(&upload.name).is_some_and(|rest| rest.starts_with('/'));
    let upload = uploads.iter().find(holds).ok_or_else(no_file)?;
    let (sources, _) = import::open_path(&upload.name, &upload.path);
    let source = sources.iter().find(|source| source.name() == name).ok_or_else(no_file)?;
    let piece = import::piece(source, &library.forms, &asked.sheet, at).map_err(|finding| refused(&finding))?;
    Ok(Excerpt { file_name: name.to_string(), form_title: title(library, &piece), logged: false, piece })
}

fn title(library: &Library, piece: &SheetPiece) -> Option<Text> {
    library.forms.title(piece.form.as_deref()?).cloned()
}

fn refused(finding: &Finding) -> Failure {
    Failure::unknown(finding.what.clone(), finding.hint.clone())
}

fn no_file() -> Failure {
    Failure::unknown(
        text!("没有这个文件", "there is no such file"),
        text!("从说明页重新打开来源单元格", "open the source cell from the page of its figure again"),
    )
}

/// Reads `D7`, or `7` for the whole row.
pub(crate) fn cell(words: &str) -> Result<Cell, Failure> {
    const COL_MAX: u32 = 16_384;
    let digits = words.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let letters = &words[..words.len() - digits.len()];
    let col = letters.bytes().try_fold(0_u32, |col, letter| {
        let col = col * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        (col <= COL_MAX).then_some(col)
    });
    match (digits.parse::<u32>(), col) {
        (Ok(row), Some(col)) if row > 0 && row < u32::MAX / 2 => Ok(Cell { row, col }),
        _ => Err(Failure::wrong_use(
            text!("“{words}”不是单元格", "`{words}` is no cell"),
            text!("写成 D7，或只写行号 7", "write D7, or only the number of the row, 7"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read() {
        let check = |words: &str, expected: Option<(u32, u32)>| {
            assert_eq!(cell(words).ok().map(|cell| (cell.row, cell.col)), expected, "{words}");
        };
        check("D7", Some((7, 4)));
        check("aa10", Some((10, 27)));
        check("12", Some((12, 0)));
        check("D", None);
        check("0", None);
        check("ZZZZZZZZ9", None);
        check("七", None);
        check("D-7", None);
    }
}
