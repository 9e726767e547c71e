use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use facts::{Lang, Text, text};
use report::{Listing, ListingCell, ListingColumn};

use super::{Book, Difference, LedgerChild, Ledgers, masked};
use crate::Failure;
use crate::link_output::write_whole;

/// How a ledger is written.
#[derive(Debug, Clone, Copy)]
pub struct LedgerPaper {
    /// Show names, numbers and telephones whole.
    pub unmasked: bool,
    pub lang: Lang,
}

/// Writes one of the three ledgers with its official columns as an .xlsx workbook; numbers are text, names and numbers masked
/// unless asked otherwise.
pub fn write_ledger(ledgers: &Ledgers, book: Book, out: &Path, paper: LedgerPaper) -> Result<usize, Failure> {
    if out.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("xlsx")) {
        let at = out.display();
        return Err(Failure::wrong_use(
            text!("台账写成 .xlsx，{at} 不是", "a ledger is written as .xlsx, which {at} is not"),
            text!("文件名以 .xlsx 结尾", "let the name of the file end in .xlsx"),
        ));
    }
    let mut listing = titled(ledgers, book.title());
    listing.columns = columns(&[
        (text!("序号", "No."), 6.0),
        (text!("姓名", "name"), 10.0),
        (text!("性别", "sex"), 6.0),
        (text!("出生日期", "born"), 12.0),
        (text!("身份证件号", "id number"), 22.0),
        (text!("乡镇（街道）", "township"), 14.0),
        (text!("村（社区）", "village"), 14.0),
        (text!("监护人", "guardian"), 10.0),
        (text!("联系电话", "telephone"), 14.0),
        (text!("学校", "school"), 24.0),
        (text!("年级", "grade"), 6.0),
        (text!("班级", "class"), 8.0),
        (text!("学籍号", "student number"), 22.0),
        (text!("类别", "category"), 26.0),
        (text!("关注群体", "watch groups"), 18.0),
        (text!("依据", "because"), 46.0),
        (text!("销号需要的证明", "proof needed"), 22.0),
        (text!("责任人", "answers for it"), 12.0),
        (text!("核实结果", "verified"), 16.0),
        (text!("代号", "key"), 18.0),
    ]);
    listing.frozen_columns = 2;
    for (number, child) in ledgers.of_book(book).enumerate() {
        listing.rows.push(row(ledgers, child, number, paper));
    }
    let many = listing.rows.len();
    write_workbook(&[listing], out, paper.lang)?;
    Ok(many)
}

fn row(ledgers: &Ledgers, child: &LedgerChild, number: usize, paper: LedgerPaper) -> Vec<ListingCell> {
    let shown = |kind: &str, words: &str| {
        if paper.unmasked { words.to_string() } else { masked(kind, words) }
    };
    let word = |words: String| if words.is_empty() { ListingCell::Empty } else { ListingCell::Word(words) };
    let category = ledgers.category(child);
    let title = category.map_or_else(|| text!("没有归类", "no category holds"), |category| category.title());
    let evidence = category.map_or_else(|| Text::new("", ""), |category| category.evidence());
    let sex = match child.sex.as_str() {
        "1" => text!("男", "m"),
        "2" => text!("女", "f"),
        _ => Text::new("", ""),
    };
    vec![
        ListingCell::Number((number + 1) as f64, 0),
        word(shown("name", &child.name)),
        ListingCell::Words(sex),
        word(shown("date", &child.birth)),
        word(shown("citizen-id", &child.id_no)),
        word(child.town.clone()),
        word(child.village.clone()),
        word(shown("name", &child.guardian)),
        word(shown("phone", &child.phone)),
        word(child.school_name.clone()),
        word(child.grade.clone()),
        word(child.class.clone()),
        word(shown("student-no", &child.student_no)),
        ListingCell::Words(title),
        ListingCell::Words(joined(&child.groups)),
        ListingCell::Words(joined(&child.basis)),
        ListingCell::Words(evidence),
        ListingCell::Empty,
        ListingCell::Empty,
        word(child.key.clone()),
    ]
}

/// Several texts as one.
pub(crate) fn joined(texts: &[Text]) -> Text {
    let zh: Vec<&str> = texts.iter().map(|text| text.zh.as_str()).collect();
    let en: Vec<&str> = texts.iter().map(|text| text.en.as_str()).collect();
    Text::new(zh.join("；"), en.join("; "))
}

/// Writes for each owner of a register the rows that it should mend: one workbook for each register and township or school.
/// Gives the files with the number of rows.
pub fn write_differences(ledgers: &Ledgers, folder: &Path, paper: LedgerPaper) -> Result<Vec<(PathBuf, usize)>, Failure> {
    let mut by_owner: BTreeMap<(&str, &str), Vec<&Difference>> = BTreeMap::new();
    for difference in &ledgers.differences {
        by_owner.entry((difference.register, &difference.unit)).or_default().push(difference);
    }
    let mut written = Vec::new();
    for ((register, unit), rows) in by_owner {
        let Some(first) = rows.first() else { continue };
        let Text { zh, en } = &first.owner;
        let mut listing = titled(ledgers, text!("{unit}　请更正（{zh}）", "{unit}: please mend ({en})"));
        listing.columns = columns(&[
            (text!("文件", "file"), 34.0),
            (text!("行", "row"), 8.0),
            (text!("姓名", "name"), 10.0),
            (text!("问题", "what is odd"), 18.0),
            (text!("现在写的是", "as it stands"), 24.0),
            (text!("应核对为", "compare with"), 24.0),
            (text!("依据", "because"), 40.0),
            (text!("更正结果", "mended"), 18.0),
            (text!("代号", "key"), 18.0),
        ]);
        listing.frozen_columns = 3;
        let shown = |kind: &str, words: &str| {
            if paper.unmasked { words.to_string() } else { masked(kind, words) }
        };
        for difference in &rows {
            listing.rows.push(vec![
                ListingCell::Word(difference.file.clone()),
                ListingCell::Number(f64::from(difference.row), 0),
                ListingCell::Word(shown("name", &difference.name)),
                ListingCell::Words(difference.what.title()),
                ListingCell::Word(shown(difference.kind, &difference.own)),
                ListingCell::Word(shown(difference.kind, &difference.other)),
                ListingCell::Words(difference.because.clone()),
                ListingCell::Empty,
                ListingCell::Word(difference.key.clone()),
            ]);
        }
        let unit = if unit.is_empty() { "未注明" } else { unit };
        let name = report::file_name(unit, "请更正", ledgers.year, crate::list_packs::today());
        let path = folder.join(register).join(name);
        write_workbook(&[listing], &path, paper.lang)?;
        written.push((path, rows.len()));
    }
    Ok(written)
}

fn titled(ledgers: &Ledgers, title: Text) -> Listing {
    let (county, year, id) = (&ledgers.manifest.county_name, ledgers.year, ledgers.manifest.id.short());
    let document = &ledgers.rules.document;
    Listing {
        subject: text!("{county} {year} 学年", "{county}, school year {year}"),
        provenance: vec![text!("快照 {id}；{document}", "snapshot {id}; {document}")],
        ..Listing::titled(title)
    }
}

fn columns(heads: &[(Text, f64)]) -> Vec<ListingColumn> {
    heads.iter().map(|(head, width)| ListingColumn { head: vec![head.clone()], width: *width }).collect()
}

fn write_workbook(listings: &[Listing], out: &Path, lang: Lang) -> Result<(), Failure> {
    let bytes = report::listing(listings, crate::list_packs::today(), lang)
        .map_err(|fault| crate::write_reports::workbook_failure(&fault))?;
    write_whole(out, &bytes)
}
