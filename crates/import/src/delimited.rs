use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use facts::{Cell, text};

use crate::fault::Fault;
use crate::rows::{Batch, CELL_BYTES_MAX, COLUMNS_MAX, Content, Emit};
use crate::xlsx_sheet::{too_far_right, too_long};

/// Text with a delimiter: comma, tab, semicolon or bar; in UTF-8, UTF-16, or GB18030 as Excel writes it in China.
#[derive(Debug)]
pub(crate) struct Delimited<'a> {
    bytes: &'a [u8],
    encoding: &'static Encoding,
    /// UTF-8 without a fault, which needs no decoding.
    is_clean: bool,
    delimiter: u8,
    /// Lines end with a carriage return alone, as on old Macintoshes.
    ends_with_returns: bool,
}

impl<'a> Delimited<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Delimited<'a>, Fault> {
        let Encoded { encoding, bytes, is_clean } = encoding_of(bytes);
        let head = decode_head(bytes, encoding);
        let ends_with_returns = head.contains('\r') && !head.contains('\n');
        let delimiter = delimiter_of(&if ends_with_returns { head.replace('\r', "\n") } else { head });
        Ok(Delimited { bytes, encoding, is_clean, delimiter, ends_with_returns })
    }

    /// The text and its delimiter, where each line is a row and each delimiter parts two cells: no quotation mark, no other encoding, and
    /// nothing that would have to be told.
    pub(crate) fn plain(&self) -> Option<(&'a str, char)> {
        if !self.is_clean || self.ends_with_returns || self.bytes.iter().any(|byte| matches!(byte, b'"' | 0)) {
            return None;
        }
        let text = std::str::from_utf8(self.bytes).ok()?;
        let delimiter = char::from(self.delimiter);
        let is_fine = |line: &str| {
            line.len() <= COLUMNS_MAX as usize
                || line.len() <= CELL_BYTES_MAX && line.matches(delimiter).count() < COLUMNS_MAX as usize
        };
        text.split('\n').all(is_fine).then_some((text, delimiter))
    }

    pub(crate) fn read(&self, emit: &mut Emit<'_>) -> Result<Vec<Fault>, Fault> {
        if self.is_clean && !self.ends_with_returns {
            return read(self.bytes, self.delimiter, None, emit);
        }
        let mut text = Decoding::new(self.bytes, self.encoding);
        let mut spoilt = Spoilt::default();
        let mut faults = match self.ends_with_returns {
            true => read(Returns(&mut text), self.delimiter, Some(&mut spoilt), emit)?,
            false => read(&mut text, self.delimiter, Some(&mut spoilt), emit)?,
        };
        if text.n_bad > 0 {
            let fault = undecodable(text.n_bad, self.encoding);
            faults.push(match spoilt.first {
                Some(cell) => fault.at(cell),
                None => fault,
            });
        }
        Ok(faults)
    }
}

/// Where in a decoded text the first `�` stands.
#[derive(Default)]
struct Spoilt {
    first: Option<Cell>,
}

impl Spoilt {
    fn look(&mut self, row: u32, record: &csv::StringRecord) {
        if self.first.is_none() && record.as_slice().contains('\u{fffd}') {
            let col = record.iter().position(|words| words.contains('\u{fffd}')).map_or(0, |at| at as u32 + 1);
            self.first = Some(Cell { row, col });
        }
    }
}

/// What is put behind the text: it ends a last line that does not end, and stands in a cell only where a quotation mark was
/// never closed.
const END: &[u8] = b"\n\0\n";

fn read<R: Read>(text: R, delimiter: u8, mut spoilt: Option<&mut Spoilt>, emit: &mut Emit<'_>) -> Result<Vec<Fault>, Fault> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        // A carriage return before the line feed is taken off below: so the reader's line number, which counts line feeds,
        // is right after each record. A last line that does not end gets its end.
        .terminator(csv::Terminator::Any(b'\n'))
        .buffer_capacity(1 << 16)
        .from_reader(Lines { inner: text, length: 0 }.chain(END));
    let mut record = csv::StringRecord::new();
    let mut batch = Batch::default();
    let mut faults: Vec<Fault> = Vec::new();
    let mut n_right = 0;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            // The bytes are in memory: nothing else can fail.
            Err(_) => return Err(line_without_end(reader.position().line())),
        }
        let is_open = record.get(record.len().wrapping_sub(1)).is_some_and(|last| last.as_bytes().ends_with(END));
        let ends = u64::from(!is_open);
        let inside = record.as_slice().bytes().filter(|b| *b == b'\n').count() as u64;
        let line = reader.position().line().saturating_sub(ends + inside).clamp(1, u64::from(u32::MAX)) as u32;
        if let Some(spoilt) = &mut spoilt {
            spoilt.look(line, &record);
        }
        if is_open {
            faults.truncate(19);
            faults.push(quote_left_open(line, record.len() as u32));
            break;
        }
        if record.len() == 1 && record.get(0) == Some("\0") {
            continue;
        }
        if batch.is_full() {
            let Some(mut next) = emit(std::mem::take(&mut batch)) else { return Ok(faults) };
            next.clear();
            batch = next;
        }
        batch.start_row(line);
        for (col, words) in (1_u32..).zip(&record) {
            let words = words.strip_suffix('\r').unwrap_or(words);
            if words.len() > CELL_BYTES_MAX {
                faults.push(if words.contains('\n') { quote_left_open(line, col) } else { too_long(line, col) });
            } else if col > COLUMNS_MAX {
                if !words.is_empty() {
                    n_right += 1;
                }
                if n_right == 1 {
                    faults.push(too_far_right(line, col, 1));
                }
            } else {
                batch.push(col, unwrapped(words), Content::Text);
            }
        }
        batch.drop_blank_row();
        faults.truncate(20);
    }
    if !batch.is_empty() {
        emit(batch);
    }
    Ok(faults)
}

/// Stops at a line that does not end: where each byte of it may begin a cell, it would cost eight times its length.
struct Lines<R> {
    inner: R,
    /// Of the line so far.
    length: usize,
}

/// A thousand cells are read of a line, and none comes near sixteen thousand bytes.
const LINE_BYTES_MAX: usize = 16 << 20;

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let number = self.inner.read(buf)?;
        self.length = match buf[..number].iter().rposition(|byte| *byte == b'\n') {
            Some(end) => number - end,
            None => self.length + number,
        };
        if self.length > LINE_BYTES_MAX { Err(std::io::Error::other("a line without end")) } else { Ok(number) }
    }
}

/// `="00123"` is how exports keep a spreadsheet from making a number of an id.
fn unwrapped(words: &str) -> &str {
    words.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(words)
}

struct Encoded<'a> {
    encoding: &'static Encoding,
    bytes: &'a [u8],
    /// UTF-8 without a fault.
    is_clean: bool,
}

fn encoding_of(bytes: &[u8]) -> Encoded<'_> {
    match Encoding::for_bom(bytes) {
        Some((encoding, mark)) if encoding != UTF_8 => Encoded { encoding, bytes: &bytes[mark..], is_clean: false },
        // The mark of UTF-8 is not believed: it also stands before bytes that are none, as when two files were pasted together.
        Some((_, mark)) => encoding_without_mark(&bytes[mark..]),
        None => encoding_without_mark(bytes),
    }
}

fn encoding_without_mark(bytes: &[u8]) -> Encoded<'_> {
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return Encoded { encoding, bytes, is_clean: false };
    }
    let Err(error) = std::str::from_utf8(bytes) else { return Encoded { encoding: UTF_8, bytes, is_clean: true } };
    let (good, rest) = bytes.split_at(error.valid_up_to());
    // Cut off in the middle of a character, but UTF-8 up to there.
    if error.error_len().is_none() && !good.is_empty() {
        return Encoded { encoding: UTF_8, bytes: good, is_clean: true };
    }
    // A few bytes of UTF-8 spoilt are told as such. GB18030 does not look like so many characters of three bytes by chance.
    let n_long = good.iter().filter(|byte| **byte >= 0xe0).count();
    let encoding = if n_long >= LONG_CHARACTERS_OF_UTF_8 && !rest.is_empty() { UTF_8 } else { GB18030 };
    Encoded { encoding, bytes, is_clean: false }
}

const LONG_CHARACTERS_OF_UTF_8: usize = 8;

/// UTF-16 that does not say so. Every comma, digit and line end of it has a zero byte, which no other text has; and what it gives
/// must be text, for a file of a program has zeros too.
pub(crate) fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    if !head.contains(&0) {
        return None;
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let encoding = if zeros(1) > zeros(0) { UTF_16LE } else { UTF_16BE };
    // The last character of the piece may be cut in two.
    let words = encoding.decode_without_bom_handling(head).0;
    let is_text = |c: char| matches!(c, '\t' | '\r' | '\n' | ' '..='~' | '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}');
    let (n, n_text) = words.chars().fold((0, 0), |(n, n_text), c| (n + 1, n_text + usize::from(is_text(c))));
    (n_text * 20 >= n * 19 && !words.contains('\0')).then_some(encoding)
}

pub(crate) fn decode_head(bytes: &[u8], encoding: &'static Encoding) -> String {
    let head = &bytes[..bytes.len().min(1 << 16)];
    encoding.decode_without_bom_handling(head).0.into_owned()
}

/// Text of any encoding that these files come in, whole; for small files.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let Encoded { encoding, bytes, .. } = encoding_of(bytes);
    encoding.decode_without_bom_handling(bytes).0
}

/// The delimiter that occurs in the most of the first lines; at equal numbers the more usual one.
fn delimiter_of(head: &str) -> u8 {
    let mut best = (b',', 0);
    for delimiter in [b',', b'\t', b';', b'|'] {
        let lines = head.lines().take(50).filter(|line| line.bytes().filter(|b| *b == delimiter).count() > 1).count();
        if lines > best.1 {
            best = (delimiter, lines);
        }
    }
    best.0
}

/// Bytes of another encoding, read as UTF-8.
struct Decoding<'a> {
    rest: &'a [u8],
    decoder: Decoder,
    finished: bool,
    /// How many sequences stood for no character.
    n_bad: u64,
    /// What did not fit into the caller's buffer: a character needs up to four bytes, and the buffer may have fewer left.
    spill: Vec<u8>,
}

impl<'a> Decoding<'a> {
    fn new(bytes: &'a [u8], encoding: &'static Encoding) -> Decoding<'a> {
        Decoding {
            rest: bytes,
            decoder: encoding.new_decoder_without_bom_handling(),
            finished: false,
            n_bad: 0,
            spill: Vec::new(),
        }
    }

    fn decode_into(&mut self, buf: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled == 0 && !self.finished {
            let (result, read, written, replaced) = self.decoder.decode_to_utf8(self.rest, &mut buf[filled..], true);
            self.rest = &self.rest[read..];
            filled += written;
            self.n_bad += u64::from(replaced);
            self.finished = matches!(result, encoding_rs::CoderResult::InputEmpty);
        }
        filled
    }
}

impl Read for Decoding<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if buf.len() >= 16 && self.spill.is_empty() {
            return Ok(self.decode_into(buf));
        }
        if self.spill.is_empty() {
            let mut small = [0; 64];
            let number = self.decode_into(&mut small);
            self.spill.extend_from_slice(&small[..number]);
        }
        let number = self.spill.len().min(buf.len());
        buf[..number].copy_from_slice(&self.spill[..number]);
        self.spill.drain(..number);
        Ok(number)
    }
}

/// Carriage returns as line feeds.
struct Returns<R>(R);

impl<R: Read> Read for Returns<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let number = self.0.read(buf)?;
        buf[..number].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        Ok(number)
    }
}

fn undecodable(number: u64, encoding: &'static Encoding) -> Fault {
    let what = if encoding == UTF_8 {
        text!("有 {number} 处不是 UTF-8 的文字，显示为“�”", "{number} places are no text in UTF-8")
    } else {
        let name = if encoding == UTF_16LE || encoding == UTF_16BE { "UTF-16" } else { "GB18030" };
        text!("有 {number} 处不是 {name} 也不是 UTF-8 的文字，显示为“�”", "{number} places are text in neither {name} nor UTF-8")
    };
    Fault::new(
        "text-undecodable",
        what,
        text!("用 Excel 或 WPS 打开，另存为“CSV UTF-8”后再导入", "open it in a spreadsheet program and save it as `CSV UTF-8`"),
    )
}

fn line_without_end(row: u64) -> Fault {
    let mb = LINE_BYTES_MAX >> 20;
    Fault::new(
        "line-without-end",
        text!("这一行长达 {mb} MB 还没有结束，不像表格", "this line has not ended after {mb} MB; no table has such lines"),
        text!("用 Excel 或 WPS 打开看看，重新导出", "look at it in a spreadsheet program and export it again"),
    )
    .at(Cell { row: row.clamp(1, u64::from(u32::MAX)) as u32, col: 0 })
}

fn quote_left_open(row: u32, col: u32) -> Fault {
    Fault::new(
        "quote-left-open",
        text!(
            "从这里开始的引号没有配对，其后的行被当成了一个单元格",
            "a quotation mark opened here is never closed; the lines after it became one cell"
        ),
        text!("删去或补全这一格的引号（\"）", "remove or close the quotation mark (\") in this cell"),
    )
    .at(Cell { row, col })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Row;

    #[test]
    fn encodings_and_delimiters() {
        let rows = |bytes: &[u8]| {
            let mut seen = Vec::new();
            let mut emit = |batch: Batch| {
                let words = |row: Row<'_>| row.cells().map(|cell| cell.words.to_string()).collect::<Vec<_>>().join("+");
                seen.extend(batch.rows().map(|row| format!("{} {}", row.number, words(row))));
                Some(Batch::default())
            };
            Delimited::open(bytes).unwrap().read(&mut emit).unwrap();
            seen
        };
        let wanted = ["1 学校+一", "4 㐂+=\n二", "6 x"];
        let text = "学校,一,\n\n,,\n㐂,\"=\n二\",\nx,,";
        assert_eq!(rows(text.as_bytes()), wanted);
        assert_eq!(rows(format!("\u{feff}{text}").as_bytes()), wanted);
        assert_eq!(rows(&GB18030.encode(text).0), wanted);
        assert_eq!(rows(&GB18030.encode(&text.replace(',', "\t")).0), wanted);
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(rows(&utf16), wanted);
        assert_eq!(rows(&utf16[2..]), wanted);
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(rows(&big), wanted);
        assert_eq!(rows(text.replace('\n', "\r\n").as_bytes()), wanted.map(|row| row.replace('\n', "\r\n")));
        assert_eq!(rows(b"a,=\"0012\",c\n"), ["1 a+0012+c"]);
        assert_eq!(rows("学校,一\r二,三\r".as_bytes()), ["1 学校+一", "2 二+三"]);
        assert_eq!(rows(b"a,b\nc,\"d\n"), ["1 a+b"]);
        assert_eq!(rows(b"a,b\nc,\"d\n\"\n"), ["1 a+b", "2 c+d\n"]);
        let spoilt = [&b"\xe5\xad\xa6"[..], "校标识码，学校名称".as_bytes(), b",\xff,x\n"].concat();
        assert_eq!(rows(&spoilt), ["1 学校标识码，学校名称+�+x"]);
    }
}
