//! The made-up standard of `tests/small/` and a county of a few schools judged by it.

#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use evaluate::{GivenFigure, GivenSchool, Heading, Outcome, Traits};
use facts::{CountyCode, Date, ItemList, SchoolCode, SchoolYear, Stage};
use policy::{PackFiles, Resolved};
use report::Signed;

pub const ON: Date = Date::constant(2025, 9, 1);
pub const CREATED: Date = Date::constant(2026, 3, 1);

/// `[(stock, stage, value)]`; a figure without a value is stated to be missing.
pub type Figures<'a> = &'a [(&'a str, Stage, Option<f64>)];

pub fn standard() -> Resolved {
    let files = [
        ("pack.toml", include_str!("../small/pack.toml")),
        ("entries.toml", include_str!("../small/entries.toml")),
        ("tables.toml", include_str!("../small/tables.toml")),
        ("source.md", include_str!("../small/source.md")),
    ];
    resolved(&[("test/small", &files)], "test/small")
}

pub fn resolved(packs: &[(&str, &[(&str, &str)])], id: &str) -> Resolved {
    let pack = |(id, files): &(&str, &[(&str, &str)])| PackFiles {
        id: id.to_string(),
        files: files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect(),
        version: "0123456789ab".into(),
    };
    resolve(&packs.iter().map(pack).collect::<Vec<_>>(), id)
}

/// Resolves a pack that may use any item at all.
pub fn resolve(packs: &[PackFiles], id: &str) -> Resolved {
    let text: String = packs.iter().flat_map(|pack| &pack.files).map(|(_, text)| text.as_str()).collect();
    let mut items: Vec<&str> = text.split('\'').filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase())).collect();
    items.sort_unstable();
    items.dedup();
    let item = |id: &str| facts::Item {
        id: id.into(),
        title: facts::Text::new(id, id),
        aliases: Vec::new(),
        unit: unit_of(id).parse().unwrap(),
        may_be_negative: false,
        whole_number: false,
        note: None,
    };
    let (set, findings) = policy::check(packs, &ItemList::new(items.into_iter().map(item).collect()));
    let faults: Vec<_> = findings.iter().filter(|finding| finding.must_fix()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    set.resolve(id, ON, &CountyCode::parse("990101").unwrap()).unwrap()
}

fn unit_of(item: &str) -> &'static str {
    match item {
        "grades" => "1",
        "books" => "book",
        "computers" => "device",
        "multimedia_rooms" => "room",
        "equipment_value" => "yuan",
        item if item.ends_with("_area") => "m2",
        item if item.starts_with("classes") => "class",
        _ => "person",
    }
}

pub fn school(code: &str, name: &str, kind: &str, owner: &str, figures: Figures<'_>) -> GivenSchool {
    GivenSchool {
        code: SchoolCode::parse(code).unwrap(),
        name: name.into(),
        traits: Traits {
            kind: Some(kind.into()),
            owner: Some(owner.into()),
            managed_by: Some("county".into()),
            counts_as_school: Some(true),
            ..Traits::default()
        },
        parent: None,
        figures: figures
            .iter()
            .map(|(stock, stage, value)| GivenFigure { stock: stock.to_string(), stage: *stage, value: *value })
            .collect(),
    }
}

/// Five schools: one that meets everything, one near, one short with a name that looks like a formula, one without data,
/// one of nine years.
pub fn schools() -> Vec<GivenSchool> {
    use Stage::{Junior, Primary, Whole};
    vec![
        school(
            "9900000001",
            "甲小学",
            "211",
            "public",
            &[("pupils", Primary, Some(1000.0)), ("area", Whole, Some(4675.0)), ("backbone", Primary, Some(12.0))],
        ),
        school(
            "9900000002",
            "乙小学",
            "211",
            "private",
            &[("pupils", Primary, Some(300.0)), ("area", Whole, Some(1200.0)), ("backbone", Primary, Some(3.0))],
        ),
        school(
            "9900000003",
            "=1+1小学",
            "211",
            "public",
            &[("pupils", Primary, Some(400.0)), ("area", Whole, Some(1200.0)), ("backbone", Primary, Some(1.0))],
        ),
        school(
            "0099000004",
            "丁九年一贯制学校",
            "312",
            "public",
            &[
                ("pupils", Primary, Some(600.0)),
                ("pupils", Junior, Some(300.0)),
                ("area", Whole, Some(4000.0)),
                ("backbone", Primary, Some(6.0)),
                ("backbone", Junior, None),
            ],
        ),
        school(
            "9900000005",
            "戊初级中学",
            "311",
            "public",
            &[("pupils", Junior, Some(500.0)), ("area", Whole, Some(3000.0)), ("backbone", Junior, Some(6.0))],
        ),
    ]
}

pub fn outcome(resolved: &Resolved, schools: &[GivenSchool], county: &[(String, f64)]) -> Outcome {
    let heading = Heading {
        pack: resolved.pack.clone(),
        pack_version: "0123456789ab".into(),
        county: CountyCode::parse("990101").unwrap(),
        county_name: "示例县".into(),
        snapshot: Some("snap-1".into()),
        year: SchoolYear::starting(2025),
        on: ON,
    };
    evaluate::evaluate(resolved, &evaluate::given(resolved, heading, schools, county))
}

pub fn signed() -> Signed {
    Signed { body: "示例县教育局".into(), filled_by: "填表人甲".into(), day: Some(CREATED), ..Signed::default() }
}

/// The sheets of a workbook as they are printed: a line for each row, cells between bars.
pub fn grid(bytes: &[u8]) -> String {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let formats = number_formats(&part(bytes, "xl/styles.xml"));
    let mut text = String::new();
    for (index, name) in workbook.sheet_names().into_iter().enumerate() {
        text.push_str(&format!("## {name}\n"));
        assert!(workbook.worksheet_formula(&name).unwrap().is_empty(), "a cell of {name} is a formula");
        let xml = part(bytes, &format!("xl/worksheets/sheet{}.xml", index + 1));
        let range = workbook.worksheet_range(&name).unwrap();
        for (row, cells) in range.rows().enumerate() {
            let shown = |(col, cell): (usize, &Data)| match cell {
                Data::Empty => String::new(),
                Data::String(words) => words.replace('\n', " / "),
                Data::Float(number) => {
                    let place = facts::Cell { row: row as u32 + 1, col: col as u32 + 1 };
                    printed(*number, &formats[style_of(&xml, place)])
                }
                other => panic!("neither text nor number: {other:?}"),
            };
            let cells: Vec<String> = cells.iter().enumerate().map(shown).collect();
            text.push_str(cells.join("|").trim_end_matches('|'));
            text.push('\n');
        }
    }
    text
}

/// The number format of each cell style, in the order of the styles.
fn number_formats(styles: &str) -> Vec<String> {
    let custom = |id: &str| {
        let (_, after) = styles.split_once(&format!("numFmtId=\"{id}\" formatCode=\""))?;
        Some(after.split_once('"')?.0.replace("&quot;", "\""))
    };
    let (_, after) = styles.split_once("<cellXfs").unwrap();
    let (formats, _) = after.split_once("</cellXfs>").unwrap();
    formats
        .split("<xf numFmtId=\"")
        .skip(1)
        .map(|style| match style.split_once('"').unwrap().0 {
            "0" => "General".to_string(),
            "1" => "0".to_string(),
            "2" => "0.00".to_string(),
            "49" => "@".to_string(),
            id => custom(id).unwrap(),
        })
        .collect()
}

fn style_of(sheet: &str, place: facts::Cell) -> usize {
    let (_, after) = sheet.split_once(&format!("<c r=\"{place}\" s=\"")).unwrap();
    after.split_once('"').unwrap().0.parse().unwrap()
}

/// A number under a format such as `0.00"▲"`.
fn printed(number: f64, format: &str) -> String {
    let (digits, sign) = format.split_once('"').unwrap_or((format, ""));
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    format!("{}{}", measures::round_half_up(number, decimals as u8), sign.trim_matches('"'))
}

/// A part of the workbook as the XML that it is.
pub fn part(bytes: &[u8], path: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(path).unwrap().read_to_string(&mut text).unwrap();
    text
}
