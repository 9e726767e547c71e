//! What the fuzz targets share: the repository's own forms and packs, and workbooks wrapped around a bare sheet.

use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::LazyLock;

use facts::{Finding, ItemList};
use import::Forms;
use policy::PackFiles;
use zip::write::SimpleFileOptions;

/// The forms of the repository, as the binary has them.
pub static FORMS: LazyLock<Forms> = LazyLock::new(|| Forms::check(&files("forms"), ItemList::default()).0);

/// Every finding must be able to say where it is and what is wrong, in both languages.
pub fn read_out(findings: &[Finding]) {
    for finding in findings {
        assert!(!finding.what.zh.is_empty() && !finding.what.en.is_empty(), "{} says nothing", finding.code);
        let _ = finding.place.words();
    }
}

/// The reader of .xls is not ours; a panic of it is caught and becomes a finding, so it is no find. Any other ends the run.
pub fn let_caught_panics_pass() {
    let end_the_run = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !import::is_reading_astray() {
            end_the_run(panic);
        }
    }));
}

/// Checks one pack of the given files, next to nothing else.
pub fn check_pack(files: Vec<(String, String)>) {
    let pack = PackFiles { id: "cn/fuzz".into(), files, version: "0".into() };
    let (packs, findings) = policy::check(&[pack], FORMS.items());
    read_out(&findings);
    let on = "2025-09-01".parse();
    if let (Ok(on), Some(county)) = (on, facts::CountyCode::parse("539901")) {
        for id in packs.ids() {
            if let Err(findings) = packs.resolve(id, on, &county) {
                read_out(&findings);
            }
        }
    }
}

/// A workbook whose parts are stored as they are, so that the fuzzer sees the effect of each byte it changes.
pub fn workbook(sheet: &[u8]) -> Vec<u8> {
    const NS: &str = "http://schemas.openxmlformats.org";
    let types = format!(
        "<Types xmlns=\"{NS}/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
         <Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>"
    );
    let relation = |kind: &str, target: &str| {
        format!("<Relationships xmlns=\"{NS}/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{NS}/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/></Relationships>")
    };
    let book = format!(
        "<workbook xmlns=\"{NS}/spreadsheetml/2006/main\" xmlns:r=\"{NS}/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    zipped(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml").as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml").as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// The same for an OpenDocument spreadsheet.
pub fn open_document(content: &[u8]) -> Vec<u8> {
    zipped(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)])
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, stored).expect("a file in memory");
        zip.write_all(bytes).expect("a file in memory");
    }
    zip.finish().expect("a file in memory").into_inner()
}

/// The files below a folder of the repository, with their paths below it.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let (mut files, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            if path.is_dir() {
                folders.push(path);
            } else if let (Ok(shown), Ok(bytes)) = (path.strip_prefix(&root), std::fs::read(&path)) {
                files.push((shown.to_string_lossy().into_owned(), bytes));
            }
        }
    }
    files.sort();
    files
}
