//! What goes wrong with files: each gives a named finding with a way on, in bounded time and memory, and never a panic.

mod support;

use std::io::{Cursor, Write};

use facts::Severity;
use zip::write::{SimpleFileOptions, ZipWriter};

fn check(name: &str, bytes: Vec<u8>, expected: &[&str]) {
    let forms = support::forms();
    let (_, _, findings) = support::read(&forms, &[(name, bytes)]);
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, expected, "{name}: {:#?}", findings.iter().map(support::show).collect::<Vec<_>>());
    for finding in &findings {
        for words in [&finding.what, &finding.hint] {
            assert!(!words.zh.is_empty() && !words.en.is_empty(), "{finding:?}");
        }
    }
}

fn zip_of(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const HEADS: &str = "学校标识码,学校名称,学年,教室类型,教室名称,使用面积（平方米）,建成年份\n";
const ROW: &str = "2153990012,云岭县青石小学,2025-2026,音乐,音乐室,78.5,2016\n";

fn rooms() -> String {
    format!("{HEADS}{ROW}")
}

/// A workbook whose only sheet has this for its rows.
fn xlsx(sheet: &str) -> Vec<u8> {
    let workbook = r#"<workbook xmlns:r="r"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let relations = r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;
    zip_of(&[
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("xl/workbook.xml", workbook.into()),
        ("xl/_rels/workbook.xml.rels", relations.into()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>").into_bytes()),
    ])
}

fn xlsx_of(rows: &str, extra: &str) -> Vec<u8> {
    let cell = |words: &str| format!(r#"<c t="inlineStr"><is><t>{words}</t></is></c>"#);
    let row = |line: &str| format!("<row>{}</row>", line.split(',').map(cell).collect::<String>());
    xlsx(&format!("{}{extra}", rows.lines().map(row).collect::<String>()))
}

fn ods(table: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body><office:spreadsheet>\
         <table:table table:name=\"表\">{table}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    zip_of(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".to_vec()), ("content.xml", content.into_bytes())])
}

fn ods_row(line: &str) -> String {
    let cell =
        |words: &str| format!("<table:table-cell office:value-type=\"string\"><text:p>{words}</text:p></table:table-cell>");
    format!("<table:table-row>{}</table:table-row>", line.split(',').map(cell).collect::<String>())
}

#[test]
fn the_good_ones_are_good() {
    check("教室.csv", rooms().into_bytes(), &[]);
    check("教室.xlsx", xlsx_of(&rooms(), ""), &[]);
    check("教室.ods", ods(&rooms().lines().map(ods_row).collect::<String>()), &[]);
    check("数据.zip", zip_of(&[("a/教室.csv", rooms().into_bytes()), ("__MACOSX/x", vec![1]), ("a/~$教室.xlsx", vec![2])]), &[]);
}

#[test]
fn something_else_under_the_name_of_a_table() {
    check("名册.xlsx", b"%PDF-1.7 ...".to_vec(), &["file-is-something-else"]);
    check("名册.xlsx", b"\x89PNG\r\n\x1a\n".to_vec(), &["file-is-something-else"]);
    check("名册.et", b"\0\0\0\0 something binary".to_vec(), &["file-is-something-else"]);
    check("名册.csv", b"\x7fELF\x02".to_vec(), &["file-is-something-else"]);
    check("说明.pdf", b"%PDF-1.7 ...".to_vec(), &["file-not-a-table"]);
    check("truth.json", b"{\"a\": [1, 2]}".to_vec(), &["form-not-recognised"]);
    check("名册.xls", rooms().into_bytes(), &["file-misnamed"]);
    check("教室.xls", format!("<html><table>{}</table></html>", html_rows(&rooms())).into_bytes(), &["file-misnamed"]);
    check("名册.xlsx", Vec::new(), &["file-empty"]);
    check("名册.xlsx", xlsx(""), &["file-empty"]);
    check("名册.csv", "\n\n\n".into(), &["file-empty"]);
    check("名册.csv", "一些文字\n".into(), &["form-not-recognised"]);
    check("名册.csv", HEADS.replace("使用面积（平方米）", "大小").into_bytes(), &["form-not-recognised"]);
}

fn html_rows(rows: &str) -> String {
    rows.lines().map(|line| format!("<tr><td>{}</td></tr>", line.replace(',', "</td><td>"))).collect()
}

#[test]
fn bombs() {
    let zeros = vec![b'0'; 200 << 20];
    check("数据.zip", zip_of(&[("名册.csv", zeros.clone())]), &["unpacks-too-large"]);
    let sheet = String::from_utf8(zeros).unwrap();
    check("名册.xlsx", xlsx(&sheet), &["unpacks-too-large"]);
    let nested = zip_of(&[("内.zip", zip_of(&[("名册.csv", rooms().into_bytes())]))]);
    check("数据.zip", nested, &["zip-in-zip"]);
    // A cell in the farthest corner of an otherwise small sheet.
    let corner = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    check("教室.xlsx", xlsx_of(&rooms(), corner), &["cells-too-far-right"]);
    // The same line a million times, sixteen thousand columns wide, in a few bytes.
    let rows: String = rooms().lines().map(ods_row).collect();
    let blank = "<table:table-row table:number-rows-repeated=\"1048574\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    check("教室.ods", ods(&format!("{rows}{blank}")), &[]);
    let full = "<table:table-row table:number-rows-repeated=\"1048574\"><table:table-cell table:number-columns-repeated=\"16384\" \
                office:value-type=\"float\" office:value=\"7\"/></table:table-row>";
    let forms = support::forms();
    let findings = import::read_bytes("教室.ods", &ods(&format!("{rows}{full}")), &forms);
    for code in ["rows-repeated-without-end", "cells-too-far-right"] {
        assert!(findings.iter().any(|finding| finding.code == code), "{code}");
    }
    // One cell without end.
    let long = format!("<row><c t=\"inlineStr\"><is><t>{}</t></is></c></row>", pseudo_random_words(6 << 20));
    check("教室.xlsx", xlsx_of(&rooms(), &long), &["file-damaged"]);
    for endless in ["x", ","] {
        check("教室.csv", format!("{}{}", rooms(), endless.repeat(17 << 20)).into_bytes(), &["line-without-end"]);
    }
    let long = format!("{}\"{}", rooms(), ROW.repeat(4000));
    check("教室.csv", long.into_bytes(), &["quote-left-open"]);
}

/// Words that do not shrink much when packed.
fn pseudo_random_words(length: usize) -> String {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + ((state >> 33) % 26) as u8)
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn damage() {
    let good = xlsx_of(&rooms(), "");
    check("教室.xlsx", good[..good.len() / 2].to_vec(), &["file-damaged"]);
    check(
        "教室.xlsx",
        xlsx("<row><c><v>1</v></c></row></sheetData></worksheet><worksheet><sheetData><row><c>"),
        &["form-not-recognised"],
    );
    let cut =
        zip_of(&[("content.xml", b"<a><table:table table:name=\"x\"><table:table-row>".to_vec()), ("mimetype", b"x".to_vec())]);
    check("教室.ods", cut, &["file-damaged"]);
    check("教室.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more".to_vec(), &["file-damaged"]);
    let formula = "<row><c t=\"inlineStr\"><is><t>2153990012</t></is></c><c/><c t=\"inlineStr\"><is><t>2025-2026</t></is></c>\
                   <c t=\"inlineStr\"><is><t>音乐</t></is></c><c t=\"inlineStr\"><is><t>二</t></is></c><c><f>F3+1</f></c><c t=\"e\"><v>#REF!</v></c></row>";
    check("教室.xlsx", xlsx_of(&rooms(), formula), &["formula-not-calculated", "cell-is-error"]);
    // A name for words that nobody explains, and words past the last that the workbook keeps: lost, not blank.
    let line = |area: &str| {
        let cell = |words: &str| format!(r#"<c t="inlineStr"><is><t>{words}</t></is></c>"#);
        let before: String = ["2153990012", "云岭县青石小学", "2025-2026", "音乐", "三"].map(cell).concat();
        xlsx_of(&rooms(), &format!("<row>{before}{area}<c><v>2016</v></c></row>"))
    };
    check("教室.xlsx", line("<c><v>&mdash;</v></c>"), &["not-a-number"]);
    check("教室.xlsx", line("<c t=\"s\"><v>999999999</v></c>"), &["cell-is-error"]);
    check("教室.xlsx", line("<c><v>1e308</v></c>"), &["number-too-large"]);
    check("教室.csv", rooms().replace("音乐室", "\"音乐室").into_bytes(), &["quote-left-open"]);
    check("教室.csv", rooms().replace('\n', "\r").into_bytes(), &[]);
    // One spoilt byte makes no other encoding of the whole.
    let mut spoilt = rooms().into_bytes();
    spoilt.extend("2153990012,云岭县青石小学,2025-2026,音乐,".as_bytes());
    spoilt.extend(b"\xe4\xba,60,2016\n");
    check("教室.csv", spoilt.clone(), &["text-undecodable"]);
    assert_eq!(places("教室.csv", &spoilt), ["text-undecodable 教室.csv › E3"]);
    check("教室.csv", rooms().replace("2153990012", "2153990012'").into_bytes(), &["id-with-apostrophe"]);
    let mut gb = encoding_rs_gb18030(&rooms());
    gb.extend(b"\xff\xff,\xff");
    let forms = support::forms();
    assert!(import::read_bytes("教室.csv", &gb, &forms).iter().any(|finding| finding.code == "text-undecodable"));
}

/// Code and place of each finding.
fn places(name: &str, bytes: &[u8]) -> Vec<String> {
    let findings = import::read_bytes(name, bytes, &support::forms());
    findings.iter().map(|finding| format!("{} {}", finding.code, finding.place.words())).collect()
}

#[test]
fn text_of_any_encoding() {
    let rows = format!("\u{feff}{}", rooms());
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| rows.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
    for bytes in [rows.clone().into_bytes(), encoding_rs_gb18030(&rooms()), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        check("教室.csv", bytes.clone(), &[]);
    }
    // Without the mark in front of it.
    check("教室.csv", utf16(u16::to_le_bytes)[2..].to_vec(), &[]);
    check("教室.csv", utf16(u16::to_be_bytes)[2..].to_vec(), &[]);
    let program: Vec<u8> = (0..4096_u32).flat_map(u32::to_le_bytes).collect();
    check("教室.csv", program, &["file-is-something-else"]);
}

#[test]
fn a_date_where_none_belongs_is_named() {
    // 45901 is the first of September 2025; style 1 is a date.
    let styles = r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let cell = |words: &str| format!(r#"<c t="inlineStr"><is><t>{words}</t></is></c>"#);
    let row = |year: &str, name: &str, area: &str| {
        let (code, school, kind) = (cell("2153990012"), cell("云岭县青石小学"), cell("音乐"));
        format!("<row>{code}{school}{year}{kind}{name}{area}{}</row>", cell("2016"))
    };
    let day = r#"<c s="1"><v>45901</v></c>"#;
    let heads: String = HEADS.trim_end().split(',').map(cell).collect();
    let sheet = |row: String| {
        let workbook = r#"<workbook xmlns:r="r"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
        let relations = r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;
        let sheet = format!("<worksheet><sheetData><row>{heads}</row>{row}</sheetData></worksheet>");
        zip_of(&[
            ("[Content_Types].xml", b"<Types/>".to_vec()),
            ("xl/workbook.xml", workbook.into()),
            ("xl/_rels/workbook.xml.rels", relations.into()),
            ("xl/styles.xml", styles.into()),
            ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
        ])
    };
    let forms = support::forms();
    let told = |row: String| {
        let (rows, _, findings) = support::read(&forms, &[("教室.xlsx", sheet(row))]);
        (rows, findings.iter().map(|finding| finding.what.zh.clone()).collect::<Vec<_>>())
    };
    let (_, of_year) = told(row(day, &cell("一"), "<c><v>60</v></c>"));
    assert_eq!(of_year, ["学年：单元格是日期 2025-09-01，这一列不是日期"]);
    let (_, of_area) = told(row(&cell("2025-2026"), &cell("一"), day));
    assert_eq!(of_area, ["使用面积：单元格是日期 2025-09-01，这一列不是日期"]);
    // A class `9-1` becomes a date in a spreadsheet; words are shown as the date that people see.
    let (rows, of_name) = told(row(&cell("2025-2026"), day, "<c><v>60</v></c>"));
    assert!(of_name.is_empty() && rows[0].contains("=2025-09-01 "), "{of_name:?} {rows:?}");
}

#[test]
fn what_stands_around_the_data() {
    // A remark, short or long, above the headings, below them or at the end, makes no row.
    let remark = "填表说明：,1. 面积按使用面积填,2. 年份填四位数,3. 一间一行,4. 不得漏填\n";
    check("教室.csv", format!("教室一览\n{remark}{HEADS}填表说明：一间一行\n{ROW}{remark}").into_bytes(), &[]);
    // So does a heading without rows; whoever calls the import says that nothing was there.
    let (rows, reports, findings) = support::read(&support::forms(), &[("教室.csv", HEADS.as_bytes().to_vec())]);
    assert_eq!((rows.len(), reports[0].forms(), findings.len()), (0, vec!["room-list"], 0));
    // An apostrophe before an id and an open quotation mark are told with their cells.
    let apostrophe = rooms().replace("2153990012", "'2153990012");
    assert_eq!(places("教室.csv", apostrophe.as_bytes()), ["id-with-apostrophe 教室.csv › A2"]);
    assert_eq!(places("教室.csv", rooms().replace("音乐室", "\"音乐室").as_bytes()), ["quote-left-open 教室.csv › E2"]);
}

#[test]
fn teachers_may_be_counted_in_full_time_equivalents() {
    let forms = support::forms();
    let read = |item: &str, value: &str| {
        let heads = "学校标识码,学校名称,办学类型,举办者,城乡,学段,学年,项目,数值,单位";
        let row = format!("2153990012,青石小学,小学,公办,镇中心区,小学,2025-2026,{item},{value},");
        let (rows, _, findings) = support::read(&forms, &[("数据.csv", format!("{heads}\n{row}\n").into_bytes())]);
        let told: Vec<String> = findings.iter().map(|finding| format!("{} {:?}", finding.code, finding.severity)).collect();
        (rows.iter().any(|row| row.contains(&format!("value={value}"))), told)
    };
    assert_eq!(read("专任教师数", "10.9"), (true, vec!["fraction-of-a-person Experience".to_string()]));
    assert_eq!(read("专任教师数", "11.0"), (true, Vec::new()));
    // Damage stays damage, and other things come whole.
    assert_eq!(read("专任教师数", "1O.9"), (false, vec!["not-a-number Logic".to_string()]));
    assert_eq!(read("专任教师数", "-10.9"), (false, vec!["negative-number Logic".to_string()]));
    assert_eq!(read("班数", "10.9"), (false, vec!["not-a-whole-number Logic".to_string()]));
}

fn encoding_rs_gb18030(words: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(words).0.into_owned()
}

/// A compound file with one stream.
fn compound(stream: &str, bytes: &[u8]) -> Vec<u8> {
    let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    compound.create_stream(stream).unwrap().write_all(bytes).unwrap();
    compound.into_inner().into_inner()
}

/// A record of an .xls workbook.
fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes(), &(body.len() as u16).to_le_bytes(), body].concat()
}

#[test]
fn old_workbooks_locked_or_scattered() {
    check("名册.xlsx", compound("EncryptedPackage", b"..."), &["file-encrypted"]);
    check("名册.doc", compound("WordDocument", b"..."), &["file-not-a-table"]);
    check("名册.et", compound("ETDocument", b"..."), &["file-is-something-else"]);
    let start = record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]);
    let locked = [start.clone(), record(0x002f, &[0; 54])].concat();
    check("名册.xls", compound("Workbook", &locked), &["file-encrypted"]);
    let number = |row: u16, col: u16| {
        let cell = [&row.to_le_bytes()[..], &col.to_le_bytes(), &[0; 10]].concat();
        record(0x0203, &cell)
    };
    let scattered = [start, number(0, 0), number(65_535, 255)].concat();
    check("名册.xls", compound("Workbook", &scattered), &["cells-too-scattered"]);
}

/// Lines of a roll of classes: a head-count, or a word and what it sums to.
/// A text that is cut short where its annotations should begin: the reader of .xls, which is not ours, panics over it. Whoever tells of panics can know.
#[test]
fn a_reader_led_astray_makes_a_finding() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static SEEN: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];
    std::panic::set_hook(Box::new(|_| {
        SEEN[usize::from(import::is_reading_astray())].fetch_add(1, Ordering::Relaxed);
    }));
    let begin = record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let stream = [begin, record(0x00fc, &[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 4]), record(0x000a, &[])].concat();
    check("名册.xls", compound("Workbook", &stream), &["file-damaged"]);
    assert_eq!(SEEN.each_ref().map(|seen| seen.load(Ordering::Relaxed)), [0, 1]);
    assert!(!import::is_reading_astray());
}

fn roll_of_classes(lines: &[(&str, u32)]) -> Vec<u8> {
    let mut rows = String::from("学校标识码,学校名称,学年,学段,年级,班级名称,学生数\n");
    for (at, (word, number)) in lines.iter().enumerate() {
        rows += &match *word {
            "" => format!("2153990012,青石小学,2025-2026,小学,一年级,{at}班,{number}\n"),
            word => format!("{word},,,,,,{number}\n"),
        };
    }
    rows.into_bytes()
}

#[test]
fn totals_of_totals() {
    let grades = [("", 40), ("", 42), ("小计", 82), ("", 30), ("小计", 30)];
    let all = |more: &[(&'static str, u32)]| [&grades[..], more].concat();
    for right in [
        all(&[("合计", 112)]),
        // Grade, school, township, county, all called the same or not.
        all(&[
            ("小计", 112),
            ("", 20),
            ("小计", 20),
            ("小计", 20),
            ("合计", 132),
            ("", 8),
            ("小计", 8),
            ("合计", 8),
            ("总计", 140),
        ]),
        all(&[("合计", 112), ("", 20), ("小计", 20), ("合计", 20), ("合计", 132), ("总计", 132)]),
        all(&[("合计", 112), ("合计", 112)]),
        vec![("小计", 0), ("", 5), ("合计", 5)],
    ] {
        check("班级.csv", roll_of_classes(&right), &[]);
    }
    let forms = support::forms();
    for (wrong, told) in [
        (all(&[("合计", 113)]), "“合计”写的是 113，上面各行相加为 112"),
        (all(&[("", 20), ("小计", 21), ("合计", 132)]), "“小计”写的是 21，上面各行相加为 20"),
        (all(&[("合计", 112), ("", 20), ("小计", 20), ("合计", 25)]), "“合计”写的是 25，上面各行相加为 20"),
    ] {
        let (_, _, findings) = support::read(&forms, &[("班级.csv", roll_of_classes(&wrong))]);
        let words: Vec<&str> = findings.iter().map(|finding| finding.what.zh.as_str()).collect();
        assert_eq!(words, [format!("学生数：{told}")]);
    }
}

#[test]
fn names_inside_zips_do_no_harm() {
    let name = |raw: &[u8]| {
        // The writer takes only text: the name is put in by hand, as another system's packer would have written it.
        let place_holder = "N".repeat(raw.len());
        let mut bytes = zip_of(&[(&place_holder, rooms().into_bytes())]);
        let marks: Vec<usize> =
            bytes.windows(raw.len()).enumerate().filter(|(_, part)| *part == place_holder.as_bytes()).map(|(at, _)| at).collect();
        for at in marks {
            bytes[at..at + raw.len()].copy_from_slice(raw);
        }
        let (sources, findings) = import::open("数据.zip", bytes);
        assert!(findings.iter().all(|finding| finding.code == "zip-path-outside"), "{findings:?}");
        sources.iter().map(|source| source.name().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(name(&encoding_rs_gb18030("名册/教室.csv")), ["数据.zip/名册/教室.csv"]);
    assert_eq!(name(b"../../../etc/x.csv"), ["数据.zip/etc/x.csv"]);
    assert_eq!(name(b"C:\\..\\x.csv"), ["数据.zip/C:/x.csv"]);
    let long = name(&encoding_rs_gb18030(&format!("{}.csv", "长".repeat(3000)))).remove(0);
    assert!(long.chars().count() < 420 && long.starts_with("数据.zip/长长") && long.ends_with("长.csv"), "{long}");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("x.csv", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    check("数据.zip", zip.finish().unwrap().into_inner(), &["zip-empty"]);
}

/// A large zip or workbook is read where it lies, piece by piece; so it must still be the same when its turn comes.
#[test]
fn a_large_zip_is_read_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let bulk = pseudo_random_words(8 << 20).into_bytes();
    let zip = |rooms: String| zip_of(&[("名册/教室.csv", rooms.into_bytes()), ("b.txt", bulk.clone())]);
    std::fs::write(&path, zip(rooms())).unwrap();
    let (sources, findings) = import::open_path("数据.zip", &path);
    assert!(findings.is_empty(), "{findings:?}");
    let names: Vec<&str> = sources.iter().map(|source| source.name()).collect();
    assert_eq!(names, ["数据.zip/名册/教室.csv", "数据.zip/b.txt"]);
    assert_eq!(sources[0].read().unwrap().as_ref(), rooms().as_bytes());
    std::fs::write(&path, zip(rooms().replace("78.5", "87.5"))).unwrap();
    assert_eq!(sources[0].read().unwrap_err().code, "file-changed");
    // Cut short, its list of names is gone.
    let whole = zip(rooms());
    std::fs::write(&path, &whole[..whole.len() - 300]).unwrap();
    assert_eq!(sources[0].read().unwrap_err().code, "file-damaged");
    assert_eq!(import::open_path("数据.zip", &path).1[0].code, "file-damaged");
    // A workbook is a zip too, but one file.
    let parts =
        [("[Content_Types].xml", b"<Types/>".to_vec()), ("xl/workbook.xml", b"<workbook/>".to_vec()), ("xl/media/a", bulk)];
    std::fs::write(&path, zip_of(&parts)).unwrap();
    let (sources, _) = import::open_path("名册.xlsx", &path);
    assert_eq!((sources.len(), sources[0].name()), (1, "名册.xlsx"));
}

#[test]
fn what_files_say_of_each_other() {
    let forms = support::forms();
    let figures = |school: &str, name: &str, division: &str, year: &str, pupils: u32| {
        format!(
            "学校标识码,学校名称,办学类型,举办者,区划代码,学段,学年,在校生数,项目,数值,单位\n\
             {school},{name},211,公办,{division},小学,{year},{pupils},班数,3,个\n"
        )
        .into_bytes()
    };
    let classes = "学校标识码,学校名称,学年,学段,年级,班级名称,学生数\n2153990012,青石小学,2025-2026,小学,一年级,1班,40\n\
                   2153990012,青石小学,2025-2026,小学,二年级,1班,42\n";
    let files = [
        ("一.csv", figures("2153990012", "青石小学", "539901101", "2024-2025", 200)),
        ("二.csv", figures("2153990012", "青石小学", "539901101", "2025-2026", 90)),
        ("三.csv", figures("2153990012", "青石完小", "539901102", "2025-2026", 90)),
        ("班.csv", classes.as_bytes().to_vec()),
    ];
    let (_, _, findings) = support::read(&forms, &files);
    let told: Vec<String> = findings.iter().map(|finding| format!("{} {}", finding.code, finding.place.words())).collect();
    let expected = [
        "school-with-two-names 三.csv › B2",
        "school-in-two-divisions 三.csv › E2",
        "rows-disagree 三.csv › 第 2 行",
        "pupils-differ-classes-statistics 二.csv › 第 2 行",
        "classes-differ-roll-statistics 二.csv › 第 2 行",
        "pupils-jump 二.csv › 第 2 行",
    ];
    assert_eq!(told, expected);
    assert!(
        findings[3].what.zh.contains("在校生数 90") && findings[3].what.zh.contains("班级名册学生数 82"),
        "{}",
        findings[3].what
    );
}

#[test]
fn what_is_no_regular_file_is_not_opened() {
    let folder = std::env::temp_dir();
    let (sources, findings) = import::open_path("名册\u{1b}[31m.xlsx", &folder);
    assert!(sources.is_empty());
    assert_eq!((findings[0].code.as_str(), findings[0].place.words().zh), ("file-not-regular", "名册[31m.xlsx".to_string()));
}

#[cfg(unix)]
#[test]
fn names_on_disk_are_read_as_names_in_zips() {
    use std::os::unix::ffi::OsStrExt;
    let gb = encoding_rs_gb18030("名册/学籍.csv");
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(&gb));
    assert_eq!(import::shown_path(path), "名册/学籍.csv");
    assert_eq!(import::shown_path(std::path::Path::new("名册/学\u{202e}籍.csv")), "名册/学籍.csv");
}

#[test]
fn words_of_the_system_stay_out_of_the_chinese() {
    let good = xlsx_of(&rooms(), "");
    let forms = support::forms();
    for (name, bytes) in
        [("教室.xlsx", good[..good.len() / 2].to_vec()), ("教室.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec())]
    {
        for finding in import::read_bytes(name, &bytes, &forms) {
            assert!(finding.what.zh.chars().all(|c| !c.is_ascii_alphabetic()), "{}", finding.what.zh);
        }
    }
}

#[test]
fn many_problems_are_counted_but_not_all_listed() {
    let forms = support::forms();
    let bad = ROW.replace("78.5", "-1").replace("音乐室", "N");
    let rows: String = (0..500).map(|number| bad.replace('N', &number.to_string())).collect();
    let (_, reports, findings) = support::read(&forms, &[("教室.csv", format!("{HEADS}{rows}").into_bytes())]);
    assert_eq!(reports[0].rows, 500);
    assert_eq!(findings.len(), 201);
    assert!(findings[200].what.zh.contains("300") && findings[200].severity == Severity::Logic, "{:?}", findings[200]);
}

#[test]
fn reading_can_be_stopped() {
    let forms = support::forms();
    let rows: String = (0..5000).map(|number| ROW.replace("音乐室", &number.to_string())).collect();
    let source = import::Source::of_bytes("教室.csv", format!("{HEADS}{rows}").into_bytes());
    let mut written = support::Written::default();
    let mut importer = import::Importer::new(&forms);
    let mut stop = |progress: import::Progress<'_>| match progress.rows > 1000 {
        true => std::ops::ControlFlow::Break(()),
        false => std::ops::ControlFlow::Continue(()),
    };
    let report = importer.read(&source, &mut written, &mut stop).unwrap();
    assert!(report.stopped && written.0.len() < 5000);
}
