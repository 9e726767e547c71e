use std::path::{Path, PathBuf};

use facts::{Lang, Text, text};
use report::{Listing, ListingCell, ListingColumn, listing};

use super::balance::BalanceWay;
use super::roll::ClassRoll;
use super::rules::ClassRules;
use crate::Failure;
use crate::plain_table::PlainTable;

/// Printed copies that are numbered: for the school, the bureau, discipline inspectors, the notary, the notice board.
pub(crate) const COPIES: u32 = 5;

/// The papers of an assignment, each made when it is asked for.
pub(crate) struct ClassPapers<'a> {
    pub title: &'a str,
    /// Draw, seed and hash of the result; or that this was a trial.
    pub provenance: Vec<Text>,
    pub table: &'a PlainTable,
    pub rules: &'a ClassRules,
    pub roll: &'a ClassRoll,
    pub class_of: &'a [u32],
    pub ways: &'a [BalanceWay],
    pub lang: Lang,
}

const PUBLIC: &str = "公示名单.xlsx";
const BALANCE: &str = "均衡报告.xlsx";

/// The names of the papers: the rolls in numbered copies, the masked list for the notice board, the balance report.
pub(crate) fn class_paper_names() -> Vec<String> {
    let copies = (1..=COPIES).map(|copy| format!("班级名册-第{copy}份.xlsx"));
    copies.chain([PUBLIC.to_string(), BALANCE.to_string()]).collect()
}

/// Writes all papers into a folder.
pub(crate) fn write_papers(papers: &ClassPapers<'_>, out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    for name in class_paper_names() {
        let path = out.join(&name);
        crate::link_output::write_whole(&path, &papers.make(&name)?)?;
        written.push(path);
    }
    Ok(written)
}

impl ClassPapers<'_> {
    /// One paper by its name, as a workbook.
    pub fn make(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let sheets = match name {
            PUBLIC => vec![self.public()],
            BALANCE => vec![self.balance()],
            _ => {
                let copy = class_paper_names().iter().position(|known| known == name).ok_or_else(|| no_paper(name))? as u32 + 1;
                (0..self.roll.input.problem.classes).map(|class| self.of_class(class, copy)).collect()
            }
        };
        listing(&sheets, crate::list_packs::today(), self.lang).map_err(|fault| crate::write_reports::workbook_failure(&fault))
    }

    fn pupils(&self, class: u32) -> impl Iterator<Item = usize> + '_ {
        (0..self.class_of.len()).filter(move |pupil| self.class_of[*pupil] == class)
    }

    fn cell(&self, pupil: usize, heads: &[String]) -> String {
        self.table.column(heads).map_or_else(String::new, |column| self.table.rows[self.roll.rows[pupil]][column].clone())
    }

    fn of_class(&self, class: u32, copy: u32) -> Listing {
        let number = class + 1;
        let mut sheet = Listing::titled(text!("{number}班", "Class {number}"));
        let (n, title) = (self.pupils(class).count(), self.title);
        sheet.subject = text!("{title}　{number} 班学生名册（{n} 人）", "{title}: roll of class {number} ({n} pupils)");
        sheet.columns = columns(&[
            (text!("序号", "no."), 6.0),
            (text!("受理号", "receipt"), 18.0),
            (text!("姓名", "name"), 16.0),
            (text!("性别", "sex"), 8.0),
            (text!("备注", "remarks"), 24.0),
        ]);
        let sex = ["性别".to_string(), "sex".to_string()];
        let row = |(nth, pupil): (usize, usize)| {
            vec![
                ListingCell::Number(nth as f64 + 1.0, 0),
                ListingCell::Word(self.roll.input.receipts[pupil].clone()),
                ListingCell::Word(self.cell(pupil, &self.rules.name)),
                ListingCell::Word(self.cell(pupil, &sex)),
                ListingCell::Empty,
            ]
        };
        sheet.rows = self.pupils(class).enumerate().map(row).collect();
        sheet.notes = seal_lines(copy);
        sheet.provenance = self.provenance.clone();
        sheet
    }

    fn public(&self) -> Listing {
        let mut sheet = Listing::titled(text!("分班公示名单", "Classes, for the notice board"));
        sheet.subject = Text::new(self.title, self.title);
        sheet.columns =
            columns(&[(text!("班级", "class"), 8.0), (text!("受理号", "receipt"), 18.0), (text!("姓名", "name"), 16.0)]);
        let row = |class: u32, pupil: usize| {
            vec![
                ListingCell::Word((class + 1).to_string()),
                ListingCell::Word(self.roll.input.receipts[pupil].clone()),
                ListingCell::Word(masked_name(&self.cell(pupil, &self.rules.name))),
            ]
        };
        let of_class = |class: u32| self.pupils(class).map(move |pupil| row(class, pupil));
        sheet.rows = (0..self.roll.input.problem.classes).flat_map(of_class).collect();
        sheet.provenance = self.provenance.clone();
        sheet
    }

    fn balance(&self) -> Listing {
        let (ways, lang) = (self.ways, self.lang);
        let mut sheet = Listing::titled(text!("均衡报告", "Balance"));
        sheet.subject = Text::new(self.title, self.title);
        let column = |head: Vec<Text>, width: f64| ListingColumn { head, width };
        sheet.columns.push(column(vec![text!("项目", "of what")], 24.0));
        for way in ways {
            sheet.columns.push(column(vec![way.way.clone(), text!("最少", "least")], 10.0));
            sheet.columns.push(column(vec![way.way.clone(), text!("最多", "most")], 10.0));
        }
        let mut row = |title: String, of: &dyn Fn(&BalanceWay) -> (f64, f64), decimals: u8| {
            let cells = ways.iter().flat_map(|way| {
                let (least, most) = of(way);
                [ListingCell::Number(least, decimals), ListingCell::Number(most, decimals)]
            });
            sheet.rows.push(std::iter::once(ListingCell::Word(title)).chain(cells).collect());
        };
        row(text!("班级人数", "pupils").get(lang).to_string(), &|way| (way.smallest as f64, way.largest as f64), 0);
        if let Some(first) = ways.first() {
            for (at, count) in first.counts.iter().enumerate() {
                row(count.title.clone(), &|way| (way.counts[at].least as f64, way.counts[at].most as f64), 0);
            }
            for (at, score) in first.scores.iter().enumerate() {
                let title = text!("{} 平均分", "{} mean", score.title);
                row(title.get(lang).to_string(), &|way| (way.scores[at].least, way.scores[at].most), 3);
            }
        }
        sheet.notes.push(text!(
            "同一份名册的三种编法。最少、最多：各班中最少和最多的一班。",
            "One roll, three ways. Least and most: of all classes."
        ));
        sheet.provenance = self.provenance.clone();
        sheet
    }
}

/// Where a copy of an official roll is signed and sealed, and which copy it is.
pub(crate) fn seal_lines(copy: u32) -> Vec<Text> {
    vec![
        text!(
            "校长（签字）：　　　　　　　监督人（签字）：　　　　　　　家长代表（签字）：",
            "Head (signed):            Inspector (signed):            Parent (signed):"
        ),
        text!(
            "学校（盖章）：　　　　　　　　　　　　　　　　　　　　年　　月　　日",
            "School (seal):                                        Date:"
        ),
        text!("本册第 {copy} 份，共 {COPIES} 份", "copy {copy} of {COPIES}"),
    ]
}

pub(crate) fn columns(heads: &[(Text, f64)]) -> Vec<ListingColumn> {
    heads.iter().map(|(head, width)| ListingColumn { head: vec![head.clone()], width: *width }).collect()
}

pub(crate) fn no_paper(name: &str) -> Failure {
    Failure::unknown(
        text!("没有“{name}”这份表册", "there is no paper `{name}`"),
        text!("从页面上列出的表册里选", "choose one of those that the page lists"),
    )
}

/// The first character and the last, no more than tells two apart: 李*, 王*明.
pub(crate) fn masked_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    match letters[..] {
        [] => String::new(),
        [first] | [first, _] => format!("{first}*"),
        [first, .., last] => format!("{first}{}{last}", "*".repeat(letters.len() - 2)),
    }
}
