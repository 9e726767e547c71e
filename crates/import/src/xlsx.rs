use std::collections::BTreeMap;
use std::io::Cursor;

use facts::text;
use quick_xml::events::Event;
use zip::ZipArchive;

use crate::fault::Fault;
use crate::rows::Emit;
use crate::source::{bomb, check_ratio, damaged, unpacked_max};
use crate::xlsx_sheet::{self, Styles};
use crate::xml::{attribute, broken, push_entity, xml};

/// A workbook of Excel 2007 and later. Sheets are read as a stream here rather than through calamine, which keeps every
/// string of the workbook as its own allocation, believes the sizes a file claims, and does not tell a formula that was never
/// calculated from a blank cell.
#[derive(Debug)]
pub(crate) struct Xlsx<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    sheets: Vec<Sheet>,
    strings: Strings,
    styles: Styles,
}

#[derive(Debug)]
struct Sheet {
    name: String,
    part: String,
}

/// The shared strings, end to end in one text.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<u32>,
}

const STRINGS_BYTES_MAX: usize = 1 << 30;
const STRINGS_MAX: usize = 1 << 26;
const SHEETS_MAX: usize = 500;

impl<'a> Xlsx<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Xlsx<'a>, Fault> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        let targets = read_targets(&mut zip)?;
        let (sheets, from_1904) = read_sheets(&mut zip, &targets)?;
        if sheets.is_empty() {
            let what = text!("工作簿里没有工作表", "the workbook has no sheet");
            return Err(Fault::new("file-empty", what, text!("重新导出这个文件", "export it again")));
        }
        let strings = read_strings(&mut zip)?;
        let styles = Styles { dates: read_date_styles(&mut zip)?, from_1904 };
        Ok(Xlsx { zip, sheets, strings, styles })
    }

    pub(crate) fn sheets(&self) -> Vec<String> {
        self.sheets.iter().map(|sheet| sheet.name.clone()).collect()
    }

    pub(crate) fn read(&mut self, sheet: usize, emit: &mut Emit<'_>) -> Result<Vec<Fault>, Fault> {
        let Some(sheet) = self.sheets.get(sheet) else { return Ok(Vec::new()) };
        let part = self.zip.by_name(&sheet.part).map_err(damaged)?;
        check_ratio(part.compressed_size(), part.size())?;
        let bytes_max = unpacked_max(part.compressed_size());
        xlsx_sheet::read(part, bytes_max, &self.strings, &self.styles, emit)
    }
}

impl Strings {
    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        self.text.get(start..end)
    }
}

type Zip<'z, 'a> = &'z mut ZipArchive<Cursor<&'a [u8]>>;

/// Walks the events of a part; a part that is not there has none.
fn walk(zip: Zip<'_, '_>, part: &str, mut on: impl FnMut(&Event<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
    let Some(index) = zip.index_for_name(part) else { return Ok(()) };
    let part = zip.by_index(index).map_err(damaged)?;
    check_ratio(part.compressed_size(), part.size())?;
    let bytes_max = unpacked_max(part.compressed_size());
    let mut xml = xml(part, bytes_max);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        xml.renew();
        match xml.reader.read_event_into(&mut buffer).map_err(|error| broken(&error))? {
            Event::Eof => return Ok(()),
            event => on(&event)?,
        }
    }
}

/// Relation id → part name.
fn read_targets(zip: Zip<'_, '_>) -> Result<BTreeMap<String, String>, Fault> {
    let mut targets = BTreeMap::new();
    walk(zip, "xl/_rels/workbook.xml.rels", |event| {
        if let Event::Empty(tag) | Event::Start(tag) = event
            && tag.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target"))
        {
            let part = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), String::from);
            targets.insert(id, part);
        }
        Ok(())
    })?;
    Ok(targets)
}

fn read_sheets(zip: Zip<'_, '_>, targets: &BTreeMap<String, String>) -> Result<(Vec<Sheet>, bool), Fault> {
    let (mut sheets, mut from_1904) = (Vec::new(), false);
    walk(zip, "xl/workbook.xml", |event| {
        let (Event::Empty(tag) | Event::Start(tag)) = event else { return Ok(()) };
        match tag.local_name().as_ref() {
            "sheet" if sheets.len() < SHEETS_MAX => {
                let name = attribute(tag, "name").unwrap_or_default();
                let part = attribute(tag, "id").and_then(|id| targets.get(&id).cloned());
                sheets.extend(part.filter(|part| part.contains("worksheets")).map(|part| Sheet { name, part }));
            }
            "workbookPr" => from_1904 = attribute(tag, "date1904").is_some_and(|value| value == "1" || value == "true"),
            _ => {}
        }
        Ok(())
    })?;
    Ok((sheets, from_1904))
}

fn read_strings(zip: Zip<'_, '_>) -> Result<Strings, Fault> {
    let mut strings = Strings::default();
    // Phonetic guides (rPh) repeat the words and do not belong to them.
    let (mut in_text, mut in_phonetic) = (false, false);
    walk(zip, "xl/sharedStrings.xml", |event| {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => in_text = !in_phonetic,
                "rPh" => in_phonetic = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => in_phonetic = false,
                "si" => strings.ends.push(strings.text.len() as u32),
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => strings.ends.push(strings.text.len() as u32),
            Event::Text(words) if in_text => strings.text.push_str(words.borrow().into_inner().as_ref()),
            Event::CData(words) if in_text => strings.text.push_str(words.borrow().into_inner().as_ref()),
            Event::GeneralRef(entity) if in_text => push_entity(&mut strings.text, entity),
            _ => {}
        }
        let too_many = strings.text.len() > STRINGS_BYTES_MAX || strings.ends.len() > STRINGS_MAX;
        if too_many { Err(bomb()) } else { Ok(()) }
    })?;
    Ok(strings)
}

/// For each cell style, whether it shows a number as a date.
fn read_date_styles(zip: Zip<'_, '_>) -> Result<Vec<bool>, Fault> {
    let mut own: BTreeMap<u32, bool> = BTreeMap::new();
    let (mut styles, mut in_cell_styles) = (Vec::new(), false);
    walk(zip, "xl/styles.xml", |event| {
        if let Event::End(tag) = event
            && tag.local_name().as_ref() == "cellXfs"
        {
            in_cell_styles = false;
        }
        let (Event::Empty(tag) | Event::Start(tag)) = event else { return Ok(()) };
        let number = |name: &str| attribute(tag, name).and_then(|value| value.parse::<u32>().ok());
        match tag.local_name().as_ref() {
            "numFmt" => {
                if let (Some(id), Some(code)) = (number("numFmtId"), attribute(tag, "formatCode")) {
                    own.insert(id, shows_date(&code));
                }
            }
            "cellXfs" => in_cell_styles = matches!(event, Event::Start(_)),
            "xf" if in_cell_styles => {
                let format = number("numFmtId").unwrap_or(0);
                // 14–22 and the East Asian 27–36 and 50–58 are dates and times by themselves.
                let built_in = matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58);
                styles.push(own.get(&format).copied().unwrap_or(built_in));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(styles)
}

/// Whether a number format has year, month or day in it, outside quotes and brackets.
fn shows_date(code: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    code.chars().any(|c| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match c {
            '\\' | '_' | '*' if !quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            'y' | 'Y' | 'd' | 'D' | 'm' | 'M' | 'h' | 'H' => return !quoted && !bracketed,
            _ => {}
        }
        false
    })
}
