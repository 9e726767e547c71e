use std::path::{Path, PathBuf};

use facts::{Lang, Text, text};
use report::{Listing, ListingCell, ListingColumn, listing};

use super::balance::BalanceWay;
use super::roll::ClassRoll;
use super::rules::ClassRules;
use crate::Failure;
use crate::plain_table::PlainTable;

/// Printed copies that are numbered: for the school, the bureau, discipline inspectors, the notary, the notice board.
const COPIES: u32 = 5;

/// Where the papers of an assignment go, and what they bear.
pub(crate) struct ClassPapers<'a> {
    pub out: &'a Path,
    pub title: &'a str,
    /// Draw, seed and hash of the result; or that this was a trial.
    pub provenance: Vec<Text>,
    pub lang: Lang,
}

/// Writes the rolls of the classes in numbered copies, the masked list for the notice board, and the balance report.
pub(crate) fn write_papers(
    papers: &ClassPapers<'_>,
    table: &PlainTable,
    rules: &ClassRules,
    roll: &ClassRoll,
    class_of: &[u32],
    ways: &[BalanceWay],
) -> Result<Vec<PathBuf>, Failure> {
    let lang = papers.lang;
    let name_column = table.column(&rules.name);
    let sex_column = table.column(&["性别".to_string(), "sex".to_string()]);
    let cell = |row: usize, column: Option<usize>| column.map_or("", |column| table.rows[row][column].as_str()).to_string();
    let of_class = |class: u32| (0..class_of.len()).filter(move |pupil| class_of[*pupil] == class);
    let mut written = Vec::new();
    for copy in 1..=COPIES {
        let sheets: Vec<Listing> = (0..roll.input.problem.classes)
            .map(|class| {
                let number = class + 1;
                let mut sheet = Listing::titled(text!("{number}班", "Class {number}"));
                let (n, title) = (of_class(class).count(), papers.title);
                sheet.subject = text!("{title}　{number} 班学生名册（{n} 人）", "{title}: roll of class {number} ({n} pupils)");
                sheet.columns = [
                    (text!("序号", "no."), 6.0),
                    (text!("受理号", "receipt"), 18.0),
                    (text!("姓名", "name"), 16.0),
                    (text!("性别", "sex"), 8.0),
                    (text!("备注", "remarks"), 24.0),
                ]
                .into_iter()
                .map(|(head, width)| ListingColumn { head: vec![head], width })
                .collect();
                sheet.rows = of_class(class)
                    .enumerate()
                    .map(|(nth, pupil)| {
                        let row = roll.rows[pupil];
                        vec![
                            ListingCell::Number(nth as f64 + 1.0, 0),
                            ListingCell::Word(roll.input.receipts[pupil].clone()),
                            ListingCell::Word(cell(row, name_column)),
                            ListingCell::Word(cell(row, sex_column)),
                            ListingCell::Empty,
                        ]
                    })
                    .collect();
                sheet.notes = vec![
                    text!(
                        "校长（签字）：　　　　　　　监督人（签字）：　　　　　　　家长代表（签字）：",
                        "Head (signed):            Inspector (signed):            Parent (signed):"
                    ),
                    text!(
                        "学校（盖章）：　　　　　　　　　　　　　　　　　　　　年　　月　　日",
                        "School (seal):                                        Date:"
                    ),
                    text!("本册第 {copy} 份，共 {COPIES} 份", "copy {copy} of {COPIES}"),
                ];
                sheet.provenance = papers.provenance.clone();
                sheet
            })
            .collect();
        written.push(write_sheets(papers, &format!("班级名册-第{copy}份.xlsx"), &sheets)?);
    }
    let mut public = Listing::titled(text!("分班公示名单", "Classes, for the notice board"));
    public.subject = Text::new(papers.title, papers.title);
    public.columns = [(text!("班级", "class"), 8.0), (text!("受理号", "receipt"), 18.0), (text!("姓名", "name"), 16.0)]
        .into_iter()
        .map(|(head, width)| ListingColumn { head: vec![head], width })
        .collect();
    for class in 0..roll.input.problem.classes {
        for pupil in of_class(class) {
            let number = class + 1;
            public.rows.push(vec![
                ListingCell::Word(number.to_string()),
                ListingCell::Word(roll.input.receipts[pupil].clone()),
                ListingCell::Word(masked_name(&cell(roll.rows[pupil], name_column))),
            ]);
        }
    }
    public.provenance = papers.provenance.clone();
    written.push(write_sheets(papers, "公示名单.xlsx", &[public])?);
    written.push(write_sheets(papers, "均衡报告.xlsx", &[balance_sheet(papers, ways, lang)])?);
    Ok(written)
}

fn write_sheets(papers: &ClassPapers<'_>, name: &str, sheets: &[Listing]) -> Result<PathBuf, Failure> {
    let bytes = listing(sheets, crate::list_packs::today(), papers.lang)
        .map_err(|fault| crate::write_reports::workbook_failure(&fault))?;
    let path = papers.out.join(name);
    crate::link_output::write_whole(&path, &bytes)?;
    Ok(path)
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

fn balance_sheet(papers: &ClassPapers<'_>, ways: &[BalanceWay], lang: Lang) -> Listing {
    let mut sheet = Listing::titled(text!("均衡报告", "Balance"));
    sheet.subject = Text::new(papers.title, papers.title);
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
    sheet.provenance = papers.provenance.clone();
    sheet
}
