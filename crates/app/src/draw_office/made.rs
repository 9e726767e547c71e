use std::collections::BTreeMap;
use std::path::Path;

use draws::{Draw, Hash};
use facts::{Lang, Stage, Text, text};
use serde::Serialize;

use super::journal::note_in;
use super::materials::unseal;
use super::prepare::OWN_ADMISSION;
use super::{DrawKind, shown_title};
use crate::admit::{AdmissionPapers, admission_paper_names, allocate, provenance, read_signed, sign, write_result};
use crate::classes::{HeldClasses, Moved, class_paper_names, no_paper};
use crate::draw_folder::{DRAW, read_files, read_text, refused};
use crate::{
    AdmitAsked, AdmitNumbers, AdmitReport, BalanceWay, ClassMove, ClassMoved, Failure, hold_classes, hold_draw, move_pupil,
    open_draw,
};

/// What an assignment to classes came to.
#[derive(Debug, Clone, Serialize)]
pub struct DrawClasses {
    pub classes: u32,
    pub penalty: u64,
    pub bound: u64,
    /// What the rule weighs heavily and no composition was found to keep.
    pub unmet: Vec<String>,
    /// This one, snake order, lot alone.
    pub ways: Vec<BalanceWay>,
    /// The changes since, in order.
    pub moves: Vec<DrawMove>,
    /// The reasons for which the rule lets a pupil change the class.
    pub reasons: Vec<(String, Text)>,
}

/// A change on the record.
#[derive(Debug, Clone, Serialize)]
pub struct DrawMove {
    pub time: String,
    pub receipt: String,
    pub from: String,
    pub to: u32,
    pub code: String,
    pub by: String,
    pub second: String,
    pub words: String,
}

/// What an admission came to.
#[derive(Debug, Clone, Serialize)]
pub struct DrawAdmission {
    pub children: usize,
    pub admitted: usize,
    pub diverted: usize,
    pub schools: Vec<DrawSchool>,
    /// The receipts without a place.
    pub without: Vec<String>,
}

/// A school, and how many came to it.
#[derive(Debug, Clone, Serialize)]
pub struct DrawSchool {
    pub school: String,
    pub admitted: usize,
    pub diverted: usize,
}

/// Holds a draw of any kind and signs what it came to, once; done again it gives the same. The sealed papers lie in `work` meanwhile.
pub fn hold_draw_here(home: &Path, name: &str, work: &Path, who: &str, lang: Lang) -> Result<(), Failure> {
    let folder = open_draw(home, name)?;
    match kind_in(&folder)? {
        DrawKind::Places | DrawKind::Teachers => {
            hold_draw(home, &folder)?;
        }
        DrawKind::Classes => {
            hold_classes(home, &folder, None, lang)?;
        }
        DrawKind::Admission => {
            hold_draw(home, &folder)?;
            let (report, draw) = admission_again(home, &folder, work)?;
            let before = is_made(&folder, DrawKind::Admission)?;
            sign(home, &folder, &draw, &report)?;
            if !before {
                note_in(&folder, "admitted", &Hash::of(write_result(&report.results).as_bytes()).to_string(), "")?;
            }
        }
    }
    note_in(&folder, "held", "", who)
}

fn kind_in(folder: &Path) -> Result<DrawKind, Failure> {
    Ok(DrawKind::of(&Draw::read(&read_files(folder)?.draw, DRAW).map_err(refused)?))
}

/// Whether the result of its kind is signed: of classes and admission that is more than the draw.
pub(crate) fn is_made(folder: &Path, kind: DrawKind) -> Result<bool, Failure> {
    let certificate = match kind {
        DrawKind::Places | DrawKind::Teachers => crate::draw_folder::CERTIFICATE,
        DrawKind::Classes => crate::classes::CERTIFICATE,
        DrawKind::Admission => crate::admit::CERTIFICATE,
    };
    Ok(!read_text(folder, certificate)?.is_empty())
}

/// The admission made again from the sealed papers and the draw.
fn admission_again(home: &Path, folder: &Path, work: &Path) -> Result<(AdmitReport, Draw), Failure> {
    let materials = unseal(home, folder, work)?;
    let asked = AdmitAsked {
        plan: materials.file("plan")?,
        applications: materials.file("applications")?,
        travel: materials.files.get("travel").map(std::path::PathBuf::as_path),
        rules: materials.rules(OWN_ADMISSION),
        stage: materials.stage.unwrap_or(Stage::Primary),
    };
    match allocate(&asked, AdmitNumbers::Draw(folder))? {
        Ok((report, Some(draw))) => Ok((report, draw)),
        Ok((_, None)) => Err(no_paper(DRAW)),
        Err(findings) => Err(Failure::found(&findings)),
    }
}

pub(crate) fn classes_of(folder: &Path) -> Result<DrawClasses, Failure> {
    let held = HeldClasses::read(folder)?;
    let report = held.report();
    let line = |moved: &Moved| DrawMove {
        time: moved.time.clone(),
        receipt: moved.receipt.clone(),
        from: moved.from.clone(),
        to: moved.to,
        code: moved.code.clone(),
        by: moved.by.clone(),
        second: moved.second.clone(),
        words: moved.words.clone(),
    };
    Ok(DrawClasses {
        classes: report.classes,
        penalty: report.penalty,
        bound: report.bound,
        unmet: report.unmet,
        ways: report.ways,
        moves: held.moves.rows.iter().map(line).collect(),
        reasons: held.sealed.rules.exceptions.iter().map(|reason| (reason.code.clone(), reason.title())).collect(),
    })
}

pub(crate) fn admission_of(folder: &Path) -> Result<DrawAdmission, Failure> {
    let signed = read_signed(folder)?;
    let mut schools: BTreeMap<&str, DrawSchool> = BTreeMap::new();
    for row in signed.rows.iter().filter(|row| !row.school.is_empty()) {
        let school =
            schools.entry(&row.school).or_insert_with(|| DrawSchool { school: row.school.clone(), admitted: 0, diverted: 0 });
        *(if row.how == "diverted" { &mut school.diverted } else { &mut school.admitted }) += 1;
    }
    Ok(DrawAdmission {
        children: signed.rows.len(),
        admitted: schools.values().map(|school| school.admitted).sum(),
        diverted: schools.values().map(|school| school.diverted).sum(),
        without: signed.rows.iter().filter(|row| row.school.is_empty()).map(|row| row.receipt.clone()).collect(),
        schools: schools.into_values().collect(),
    })
}

/// The rolls, lists and reports that can be made of a held draw: those of whose papers the office keeps.
pub(crate) fn papers_of(folder: &Path, kind: DrawKind) -> Result<Vec<String>, Failure> {
    if read_text(folder, super::materials::MATERIALS)?.is_empty() {
        return Ok(Vec::new());
    }
    Ok(match kind {
        DrawKind::Classes => class_paper_names(),
        DrawKind::Admission => admission_paper_names(false),
        DrawKind::Places | DrawKind::Teachers => Vec::new(),
    })
}

/// One paper of a held draw, as a workbook. The look is written down first: names are in it.
pub fn draw_paper(home: &Path, name: &str, paper: &str, work: &Path, who: &str, lang: Lang) -> Result<Vec<u8>, Failure> {
    let folder = open_draw(home, name)?;
    let kind = kind_in(&folder)?;
    if !is_made(&folder, kind)? || !papers_of(&folder, kind)?.iter().any(|known| known == paper) {
        return Err(no_paper(paper));
    }
    note_in(&folder, "read-paper", paper, who)?;
    if kind == DrawKind::Classes {
        let roll = unseal(home, &folder, work)?;
        return HeldClasses::read(&folder)?.print(roll.file("roll")?)?.papers(lang).make(paper);
    }
    let (report, draw) = admission_again(home, &folder, work)?;
    let (made, signed) = (Hash::of(write_result(&report.results).as_bytes()), read_signed(&folder)?.result);
    if made != signed {
        return Err(Failure::prevented(
            text!(
                "按封存的材料重算，与签名的录取结果不符",
                "made again from the sealed papers, the admission is not the signed one"
            ),
            text!("保留原件并查明", "keep the files and find out"),
        ));
    }
    let provenance = provenance(Some(&draw), &report);
    AdmissionPapers { title: shown_title(&draw), provenance, report: &report, lang }.make(paper)
}

/// Moves one pupil after the assignment, on the record.
pub fn move_pupil_here(home: &Path, name: &str, asked: &ClassMove<'_>) -> Result<ClassMoved, Failure> {
    move_pupil(&open_draw(home, name)?, asked)
}
