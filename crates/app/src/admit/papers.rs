use std::path::Path;

use facts::{Lang, Text, text};
use report::{Listing, ListingCell, listing};

use super::{AdmitReport, Admitted};
use crate::Failure;
use crate::classes::{COPIES, columns, masked_name, no_paper, seal_lines};
use crate::link_output::write_whole;

/// The papers of an admission, each made when it is asked for.
pub(crate) struct AdmissionPapers<'a> {
    pub title: &'a str,
    pub provenance: Vec<Text>,
    pub report: &'a AdmitReport,
    pub lang: Lang,
}

const PUBLIC: &str = "公示名单.xlsx";
const WHOLE: &str = "录取情况.xlsx";

/// The names of the papers: the rolls of the schools in numbered copies, the masked list for the notice board, everything with its reasons. Of a
/// trial there is only the last.
pub(crate) fn admission_paper_names(trial: bool) -> Vec<String> {
    let copies = (1..=COPIES).map(|copy| format!("录取名册-第{copy}份.xlsx"));
    let official = copies.chain([PUBLIC.to_string()]).filter(|_| !trial);
    official.chain([WHOLE.to_string()]).collect()
}

/// Writes all papers into a folder.
pub(super) fn write_papers(papers: &AdmissionPapers<'_>, out: &Path) -> Result<Vec<String>, Failure> {
    let mut written = Vec::new();
    for name in admission_paper_names(papers.report.trial) {
        let path = out.join(&name);
        write_whole(&path, &papers.make(&name)?)?;
        written.push(path.display().to_string());
    }
    Ok(written)
}

impl AdmissionPapers<'_> {
    /// One paper by its name, as a workbook.
    pub fn make(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let mut sheets = match name {
            PUBLIC => vec![self.public()],
            WHOLE => vec![self.schools(), self.reasons()],
            _ => {
                let names = admission_paper_names(false);
                let copy = names.iter().position(|known| known == name).ok_or_else(|| no_paper(name))? as u32 + 1;
                self.report.schools.iter().map(|school| self.of_school(&school.school, copy)).collect()
            }
        };
        for sheet in &mut sheets {
            if self.report.trial {
                sheet.notes.push(text!("试算，不是正式录取", "a trial, not the admission"));
            }
            sheet.provenance = self.provenance.clone();
        }
        listing(&sheets, crate::list_packs::today(), self.lang).map_err(|fault| crate::write_reports::workbook_failure(&fault))
    }

    fn of_school(&self, school: &str, copy: u32) -> Listing {
        let children: Vec<&Admitted> = self.report.results.iter().filter(|child| child.school == school).collect();
        let mut sheet = Listing::titled(Text::new(school, school));
        let (n, title) = (children.len(), self.title);
        sheet.subject = text!("{title}　{school} 录取名册（{n} 人）", "{title}: admitted at {school} ({n} children)");
        sheet.columns = columns(&[
            (text!("序号", "no."), 6.0),
            (text!("受理号", "receipt"), 18.0),
            (text!("姓名", "name"), 16.0),
            (text!("录取类别", "class"), 22.0),
            (text!("顺序号", "number"), 10.0),
            (text!("备注", "remarks"), 18.0),
        ]);
        let row = |(nth, child): (usize, &&Admitted)| {
            let diverted = child.how == super::How::Diverted;
            let remark = if diverted { text!("统筹", "diverted") } else { Text::new("", "") };
            vec![
                ListingCell::Number(nth as f64 + 1.0, 0),
                word(&child.receipt),
                word(&child.name),
                word(&child.class),
                if diverted { ListingCell::Empty } else { ListingCell::Number(f64::from(child.number), 0) },
                ListingCell::Words(remark),
            ]
        };
        sheet.rows = children.iter().enumerate().map(row).collect();
        sheet.notes = seal_lines(copy);
        sheet
    }

    fn public(&self) -> Listing {
        let mut sheet = Listing::titled(text!("公示名单", "For the notice board"));
        sheet.subject = Text::new(self.title, self.title);
        sheet.columns =
            columns(&[(text!("受理号", "receipt"), 16.0), (text!("姓名", "name"), 14.0), (text!("学校", "school"), 24.0)]);
        let row = |child: &Admitted| vec![word(&child.receipt), word(&masked_name(&child.name)), word(&child.school)];
        sheet.rows = self.report.results.iter().map(row).collect();
        sheet
    }

    fn schools(&self) -> Listing {
        let mut sheet = Listing::titled(text!("各校", "Schools"));
        sheet.subject = Text::new(self.title, self.title);
        sheet.columns = columns(&[
            (text!("学校", "school"), 24.0),
            (text!("计划", "places"), 10.0),
            (text!("申请", "asked"), 10.0),
            (text!("录取", "admitted"), 10.0),
            (text!("统筹", "diverted"), 10.0),
        ]);
        for school in &self.report.schools {
            let numbers = [school.places, school.asked, school.admitted, school.diverted];
            let numbers = numbers.map(|number| ListingCell::Number(f64::from(number), 0));
            sheet.rows.push(std::iter::once(word(&school.school)).chain(numbers).collect());
        }
        sheet
    }

    fn reasons(&self) -> Listing {
        let mut sheet = Listing::titled(text!("逐人原因", "Reasons"));
        sheet.subject = Text::new(self.title, self.title);
        sheet.columns = columns(&[
            (text!("受理号", "receipt"), 16.0),
            (text!("姓名", "name"), 14.0),
            (text!("学校", "school"), 24.0),
            (text!("类别", "class"), 20.0),
            (text!("顺序号", "number"), 10.0),
            (text!("原因", "reason"), 80.0),
        ]);
        let row = |child: &Admitted| {
            vec![
                word(&child.receipt),
                word(&child.name),
                word(&child.school),
                word(&child.class),
                ListingCell::Number(f64::from(child.number), 0),
                ListingCell::Words(child.reason.clone()),
            ]
        };
        sheet.rows = self.report.results.iter().map(row).collect();
        sheet
    }
}

fn word(words: &str) -> ListingCell {
    ListingCell::Word(words.to_string())
}
