use std::io::Cursor;

use facts::{Text, text};

use crate::delimited::utf_16_without_mark;

/// What a file really is, judged by its bytes; its name is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    Empty,
    Xlsx,
    Xlsb,
    Ods,
    Xls,
    /// Delimited text, in whatever encoding.
    Text,
    /// A page with a table, as many systems export it under the name .xls.
    Html,
    /// "XML Spreadsheet 2003".
    XmlSpreadsheet,
    EncryptedOffice,
    Word,
    Zip,
    OtherCompound,
    Pdf,
    Image,
    OtherArchive,
    Program,
    OtherBinary,
}

pub(crate) fn looks(bytes: &[u8]) -> Looks {
    const MAGICS: &[(&[u8], Looks)] = &[
        (b"%PDF", Looks::Pdf),
        (b"\x89PNG", Looks::Image),
        (b"\xff\xd8\xff", Looks::Image),
        (b"GIF8", Looks::Image),
        (b"BM\x00", Looks::Image),
        (b"Rar!", Looks::OtherArchive),
        (b"7z\xbc\xaf", Looks::OtherArchive),
        (b"\x1f\x8b", Looks::OtherArchive),
        (b"\x7fELF", Looks::Program),
        (b"MZ\x90", Looks::Program),
        (b"SQLite format 3\0", Looks::OtherBinary),
    ];
    if bytes.is_empty() {
        return Looks::Empty;
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip_looks(bytes);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return compound_looks(bytes);
    }
    if let Some((_, looks)) = MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return *looks;
    }
    text_looks(bytes)
}

impl Looks {
    pub(crate) fn title(self) -> Text {
        match self {
            Looks::Empty => text!("空文件", "an empty file"),
            Looks::Xlsx => text!("Excel 工作簿（.xlsx）", "an Excel workbook (.xlsx)"),
            Looks::Xlsb => text!("Excel 二进制工作簿（.xlsb）", "a binary Excel workbook (.xlsb)"),
            Looks::Ods => text!("OpenDocument 表格（.ods）", "an OpenDocument spreadsheet (.ods)"),
            Looks::Xls => text!("Excel 97-2003 工作簿（.xls）", "an Excel 97-2003 workbook (.xls)"),
            Looks::Text => text!("文本", "text"),
            Looks::Html => text!("网页（HTML）", "a web page (HTML)"),
            Looks::XmlSpreadsheet => text!("XML 表格 2003", "an XML Spreadsheet 2003"),
            Looks::EncryptedOffice => text!("带打开密码的 Office 文件", "an Office file locked by a password"),
            Looks::Word => text!("Word 文档", "a Word document"),
            Looks::Zip => text!("压缩包（zip）", "a zip archive"),
            Looks::OtherCompound => text!("WPS 或其他程序的文件", "a file of WPS or another program"),
            Looks::Pdf => text!("PDF 文档", "a PDF document"),
            Looks::Image => text!("图片", "an image"),
            Looks::OtherArchive => text!("其他格式的压缩包", "an archive of another kind"),
            Looks::Program => text!("程序文件", "a program"),
            Looks::OtherBinary => text!("非表格的二进制文件", "a binary file that is no table"),
        }
    }
}

fn zip_looks(bytes: &[u8]) -> Looks {
    let Ok(zip) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        // Cut short: the list of entries stands at the end. The first entry's name is all that can be seen.
        let head = &bytes[..bytes.len().min(4096)];
        let has = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
        return match () {
            () if has(b"[Content_Types].xml") || has(b"xl/") => Looks::Xlsx,
            () if has(b"opendocument.spreadsheet") => Looks::Ods,
            () => Looks::Zip,
        };
    };
    archive_looks(&zip)
}

/// What a zip is, judged by the names inside.
pub(crate) fn archive_looks<R: std::io::Read + std::io::Seek>(zip: &zip::ZipArchive<R>) -> Looks {
    let has = |name: &str| zip.index_for_name(name).is_some();
    let has_folder = |folder: &str| zip.file_names_raw().any(|name| name.starts_with(folder.as_bytes()));
    match () {
        () if has("xl/workbook.bin") => Looks::Xlsb,
        () if has("xl/workbook.xml") || (has("[Content_Types].xml") && has_folder("xl/")) => Looks::Xlsx,
        () if has("word/document.xml") => Looks::Word,
        () if has("content.xml") && has("mimetype") => Looks::Ods,
        () => Looks::Zip,
    }
}

fn compound_looks(bytes: &[u8]) -> Looks {
    let Ok(compound) = cfb::CompoundFile::open(Cursor::new(bytes)) else { return Looks::Xls };
    match () {
        () if compound.exists("/EncryptedPackage") => Looks::EncryptedOffice,
        () if compound.exists("/Workbook") || compound.exists("/Book") => Looks::Xls,
        () if compound.exists("/WordDocument") => Looks::Word,
        () => Looks::OtherCompound,
    }
}

fn text_looks(bytes: &[u8]) -> Looks {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Looks::Text;
    }
    let head = &bytes[..bytes.len().min(4096)];
    if head.contains(&0) {
        return if utf_16_without_mark(bytes).is_some() { Looks::Text } else { Looks::OtherBinary };
    }
    let words = String::from_utf8_lossy(head).to_lowercase();
    let words = words.trim_start_matches('\u{feff}').trim_start();
    match () {
        () if words.starts_with('<')
            && words.contains("urn:schemas-microsoft-com:office:spreadsheet")
            && words.starts_with("<?xml") =>
        {
            Looks::XmlSpreadsheet
        }
        () if words.starts_with('<')
            && (words.contains("<html") || words.contains("<table") || words.contains("<!doctype html")) =>
        {
            Looks::Html
        }
        () => Looks::Text,
    }
}
