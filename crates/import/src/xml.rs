use std::cell::Cell;
use std::io::{BufRead, BufReader, Read, Take};
use std::rc::Rc;

use facts::text;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart};

use crate::fault::Fault;

/// XML of a part of a workbook, read as events; neither the whole part nor a single event may be larger than it has a right to.
pub(crate) struct Xml<R> {
    pub reader: Reader<Bounded<R>>,
    left: Rc<Cell<usize>>,
}

/// Stops a reader that runs on and on without finishing an event: one text of a gigabyte would stand in memory whole.
pub(crate) struct Bounded<R> {
    inner: BufReader<Take<R>>,
    left: Rc<Cell<usize>>,
}

/// No tag or text of an honest workbook comes near it.
const EVENT_BYTES_MAX: usize = 4 << 20;

pub(crate) fn xml<R: Read>(part: R, bytes_max: u64) -> Xml<R> {
    let left = Rc::new(Cell::new(EVENT_BYTES_MAX));
    let bounded = Bounded { inner: BufReader::with_capacity(1 << 16, part.take(bytes_max)), left: left.clone() };
    let mut reader = Reader::from_reader(bounded);
    reader.config_mut().check_end_names = false;
    reader.config_mut().expand_empty_elements = false;
    Xml { reader, left }
}

impl<R: Read> Xml<R> {
    /// To be called before each event.
    #[inline]
    pub(crate) fn renew(&self) {
        self.left.set(EVENT_BYTES_MAX);
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.inner.read(buf)
    }
}

impl<R: Read> BufRead for Bounded<R> {
    #[inline]
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.left.get() == 0 {
            return Err(std::io::Error::other("one text or tag is longer than any cell may be"));
        }
        self.inner.fill_buf()
    }

    #[inline]
    fn consume(&mut self, number: usize) {
        self.left.set(self.left.get().saturating_sub(number));
        self.inner.consume(number);
    }
}

pub(crate) fn broken(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(
        "file-damaged",
        text!("表格内容已损坏或不完整", "the sheet is damaged or cut short ({error})"),
        text!(
            "用 Excel 或 WPS 打开，能打开则另存为新的 .xlsx，否则重新导出",
            "open it in a spreadsheet program and save it anew, or export it again"
        ),
    )
}

/// An attribute by its local name, entities resolved.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes().with_checks(false).flatten().find_map(|attribute| {
        (attribute.key.local_name().as_ref() == name)
            .then(|| quick_xml::escape::unescape(&attribute.value).map(|value| value.into_owned()).unwrap_or_default())
    })
}

/// Adds what `&lt;` or `&#20013;` stands for.
pub(crate) fn push_entity(words: &mut String, entity: &BytesRef<'_>) {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        words.push(c);
        return;
    }
    words.push_str(match entity.borrow().into_inner().as_ref() {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        // One that the file itself would have to explain: left as written, so that its cell is told and not taken for blank.
        other => {
            words.extend(["&", other, ";"]);
            return;
        }
    });
}
