//! From a cell's words to a value, or to what is wrong with them.

use std::borrow::Cow;

use facts::{
    CitizenId, CitizenIdFault, DivisionCode, Missing, SchoolCode, SchoolYear, Severity, Stage, StudentNo, Text, Unit, Value,
    parse_date, parse_number, plain, significant, text,
};

use crate::forms::{Forms, Kind, Reading};
use crate::rows::{CellRef, Content};

/// What is wrong with a cell, before it is known whose it is.
#[derive(Debug)]
pub(crate) struct CellFault {
    pub code: &'static str,
    pub severity: Severity,
    pub what: Text,
    pub hint: Text,
}

/// Reads a cell as what its column says it is. `factor` brings a number to the base unit. Where the cell is faulty the value is
/// missing; nothing is guessed.
pub(crate) fn read(cell: CellRef<'_>, reading: &Reading, factor: f64, forms: &Forms, value: &mut Value) -> Result<(), CellFault> {
    let words = match cell.content {
        // Not the number of the day, which nobody has ever seen.
        Content::Day(day) => Cow::Owned(day.to_string()),
        _ => plainly(cell.words),
    };
    let words = words.as_ref();
    let fault = |code, what, hint| Err(CellFault { code, severity: reading.severity, what, hint });
    match cell.content {
        Content::Error => {
            *value = Value::Missing(Missing::Blank);
            return fault(
                "cell-is-error",
                text!("单元格是错误值 {words}", "the cell holds the error {words}"),
                text!("改正公式或直接填写数值", "mend the formula or enter the value"),
            );
        }
        Content::Uncalculated => {
            *value = Value::Missing(Missing::Blank);
            return fault(
                "formula-not-calculated",
                text!(
                    "单元格是公式，但没有保存计算结果（可能循环引用）",
                    "the cell is a formula without a saved result (circular?)"
                ),
                text!("在 Excel 或 WPS 中打开、重新计算并保存；或改为数值", "open, recalculate and save it, or enter the value"),
            );
        }
        Content::Day(_) if !matches!(reading.kind, Kind::Date | Kind::Text) => {
            *value = Value::Missing(Missing::Blank);
            return fault(
                "cell-is-date",
                text!("单元格是日期 {words}，这一列不是日期", "the cell is a date, {words}; this column has none"),
                text!(
                    "表格软件把填写的内容变成了日期：把该列设为“文本”（数字列设为“常规”）后重填",
                    "a spreadsheet made a date of what was entered: make the column text (or general, for numbers) and enter it again"
                ),
            );
        }
        Content::Text | Content::Number(_) | Content::Day(_) => {}
    }
    if let Some(index) = reading.vocabulary {
        return read_word(words, reading, forms, index, value);
    }
    if reading.missing.iter().any(|known| known == words) {
        *value = Value::Missing(Missing::NotApplicable);
        return Ok(());
    }
    if let Some(missing) = Missing::read(words) {
        *value = Value::Missing(missing);
        return if reading.filled { Err(blank(reading)) } else { Ok(()) };
    }
    match read_kind(cell, words, reading, factor, forms, value) {
        Ok(()) => Ok(()),
        Err(fault) => {
            *value = Value::Missing(Missing::Blank);
            Err(fault)
        }
    }
}

/// What is said of a cell that must not be blank.
pub(crate) fn blank(reading: &Reading) -> CellFault {
    CellFault {
        code: "cell-blank",
        severity: reading.severity,
        what: text!("此项必填，但没有内容", "this must be filled in but is blank"),
        hint: text!("补填后再导入", "fill it in and import again"),
    }
}

fn read_word(words: &str, reading: &Reading, forms: &Forms, index: usize, value: &mut Value) -> Result<(), CellFault> {
    let vocabulary = &forms.vocabularies[index];
    match vocabulary.read(words) {
        Some("") => *value = Value::Missing(Missing::None),
        Some(found) if reading.kind == Kind::Integer => match found.parse() {
            Ok(number) => *value = Value::Integer(number),
            Err(_) => set_text(value, found),
        },
        Some(found) => set_text(value, found),
        None => {
            *value = Value::Missing(Missing::read(words).unwrap_or(Missing::Blank));
            if Missing::read(words).is_some() {
                return if reading.filled { Err(blank(reading)) } else { Ok(()) };
            }
            let (shown, title, sample) = (short(words), &vocabulary.title, vocabulary.sample());
            let (zh, en) = (&title.zh, &title.en);
            return Err(CellFault {
                code: "word-not-known",
                severity: reading.severity,
                what: text!("“{shown}”不是{zh}中的写法", "`{shown}` is no {en}"),
                hint: text!("可以写：{sample}", "write one of: {sample}"),
            });
        }
    }
    Ok(())
}

fn read_kind(
    cell: CellRef<'_>,
    words: &str,
    reading: &Reading,
    factor: f64,
    forms: &Forms,
    value: &mut Value,
) -> Result<(), CellFault> {
    let severity = reading.severity;
    let fault = |code, what, hint| Err(CellFault { code, severity, what, hint });
    match reading.kind {
        Kind::Text | Kind::Code | Kind::Unit => set_text(value, words),
        Kind::Integer | Kind::Number | Kind::Figure => {
            *value = read_number(cell, words, reading, factor)?;
        }
        Kind::Date => match cell.content {
            Content::Day(day) => *value = Value::Date(day),
            _ => match parse_date(words) {
                Some(day) => *value = Value::Date(day),
                None => {
                    let shown = short(words);
                    return fault(
                        "not-a-date",
                        text!("“{shown}”不是日期", "`{shown}` is no date"),
                        text!("写成 2025-09-01 或 20250901", "write 2025-09-01 or 20250901"),
                    );
                }
            },
        },
        Kind::Year => match SchoolYear::read(words) {
            Some(year) => set_text(value, &year.id()),
            None => {
                let shown = short(words);
                return fault(
                    "not-a-school-year",
                    text!("“{shown}”不是学年", "`{shown}` is no school year"),
                    text!("写成 2025-2026", "write 2025-2026"),
                );
            }
        },
        Kind::Stage => match Stage::read(words) {
            Some(stage) => set_text(value, stage.id()),
            None => {
                let shown = short(words);
                return fault(
                    "not-a-stage",
                    text!("“{shown}”不是学段", "`{shown}` is no stage"),
                    text!("写小学、初中、高中或全校", "write 小学, 初中, 高中 or 全校"),
                );
            }
        },
        Kind::Item => match forms.items().read(words) {
            Some(item) => set_text(value, &item.id),
            None => {
                let shown = short(words);
                if let Some(unclear) = forms.unclear(words) {
                    let join = |of: fn(&Text) -> &str, by: &str| unclear.titles.iter().map(of).collect::<Vec<_>>().join(by);
                    let (zh, en) = (join(|title| &title.zh, "、"), join(|title| &title.en, ", "));
                    let what = text!("“{shown}”可能指：{zh}", "`{shown}` may mean: {en}");
                    return fault("item-unclear", what, unclear.hint.clone());
                }
                return fault(
                    "item-not-known",
                    text!("没有名为“{shown}”的数据项", "there is no item called `{shown}`"),
                    text!("对照 forms/items 中的名称；新数据项要先声明", "see forms/items; a new item must be declared first"),
                );
            }
        },
        Kind::School => {
            check_undamaged(cell, words, severity)?;
            match SchoolCode::parse(words) {
                Some(code) => set_text(value, code.as_str()),
                None => return Err(bad_code(words, severity)),
            }
        }
        Kind::Division => {
            check_undamaged(cell, words, severity)?;
            match DivisionCode::parse(words) {
                Some(code) => set_text(value, code.as_str()),
                None => {
                    let shown = short(words);
                    return fault(
                        "not-a-division-code",
                        text!(
                            "“{shown}”不是区划代码（应为 6、9 或 12 位数字）",
                            "`{shown}` is no division code (6, 9 or 12 digits)"
                        ),
                        text!(
                            "少位时可能丢了开头的 0：把列设为文本后重填",
                            "a zero may be lost in front: make the column text and enter it again"
                        ),
                    );
                }
            }
        }
        Kind::CitizenId => {
            check_undamaged(cell, words, severity)?;
            match CitizenId::parse(words) {
                Ok(id) => set_text(value, id.as_str()),
                Err(error) => return Err(bad_citizen_id(error, severity)),
            }
        }
        Kind::StudentNo => {
            check_undamaged(cell, words, severity)?;
            match StudentNo::parse(words) {
                Some(no) => set_text(value, no.as_str()),
                None => return Err(bad_student_no(words, severity)),
            }
        }
    }
    Ok(())
}

/// Beyond it a number's last digits are not kept, and sums may leave what a number can be. No county has that much of anything.
const NUMBER_MAX: f64 = 1e15;

fn read_number(cell: CellRef<'_>, words: &str, reading: &Reading, factor: f64) -> Result<Value, CellFault> {
    let severity = reading.severity;
    let shown = || short(words);
    let read = match cell.content {
        Content::Number(number) => Some((number, factor)),
        _ => number_with_unit(words, reading, factor),
    };
    let Some((number, factor)) = read else {
        let shown = shown();
        return Err(CellFault {
            code: "not-a-number",
            severity,
            what: text!("“{shown}”不是数字", "`{shown}` is no number"),
            hint: text!("只写数字；没有数据时留空或写“—”", "write digits only; leave it blank or write `—` where there is none"),
        });
    };
    if number < 0.0 && !reading.may_be_negative {
        let shown = shown();
        return Err(CellFault {
            code: "negative-number",
            severity,
            what: text!("“{shown}”是负数，这一项不会小于 0", "`{shown}` is negative, which this cannot be"),
            hint: text!("核对原始资料后改正", "check with the source and mend it"),
        });
    }
    let number = if factor == 1.0 { number } else { significant(number * factor) };
    let max = reading.max.unwrap_or(NUMBER_MAX);
    if number > max {
        let shown = shown();
        return Err(CellFault {
            code: "number-too-large",
            severity,
            what: text!("“{shown}”过大（一般不超过 {max}）", "`{shown}` is too large (at most {max})"),
            hint: text!("核对是否多写了位数或单位不同", "see whether a digit is too many or the unit is another"),
        });
    }
    if reading.kind != Kind::Integer {
        return Ok(Value::Real(number));
    }
    if number.fract() != 0.0 || number.abs() > 9e15 {
        let shown = shown();
        return Err(CellFault {
            code: "not-a-whole-number",
            severity,
            what: text!("“{shown}”不是整数", "`{shown}` is no whole number"),
            hint: text!("人数、班数、册数等只能是整数", "persons, classes and books come whole"),
        });
    }
    Ok(Value::Integer(number as i64))
}

/// `1,234`, `85%`, `253人`: a unit written after the number counts if it is a unit of the same thing.
fn number_with_unit(words: &str, reading: &Reading, factor: f64) -> Option<(f64, f64)> {
    if let Some(number) = parse_number(words) {
        return Some((number, factor));
    }
    if let Some(number) = words.strip_suffix('%').and_then(parse_number) {
        return Some((number / 100.0, 1.0));
    }
    let start = words.rfind(|c: char| c.is_ascii_digit() || c == '.')? + 1;
    let (number, unit) = words.split_at(start);
    let (unit, own_factor) = Unit::read(unit)?;
    let fits = reading.unit.as_ref().is_none_or(|expected| *expected == unit);
    fits.then(|| parse_number(number).map(|number| (number, own_factor))).flatten()
}

/// Names what a spreadsheet does to long ids: they become numbers, of which fifteen digits are kept.
fn check_undamaged(cell: CellRef<'_>, words: &str, severity: Severity) -> Result<(), CellFault> {
    let scientific = words.contains(['E', 'e'])
        && words.len() > 3
        && words.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'E' | b'e' | b'+'))
        && words.parse::<f64>().is_ok();
    if scientific {
        return Err(CellFault {
            code: "id-in-scientific-notation",
            severity,
            what: text!(
                "代码被表格软件变成了科学记数法（{words}），末尾数字已丢失",
                "a spreadsheet made a number of the id ({words}); its last digits are lost"
            ),
            hint: text!(
                "从原系统重新导出，该列设为“文本”；不能由此推算",
                "export it again with the column as text; it cannot be worked out from this"
            ),
        });
    }
    if let Content::Number(number) = cell.content
        && number.abs() >= 1e15
    {
        return Err(precision_lost(severity));
    }
    let is_mark = |c: char| matches!(c, '\'' | '‘' | '’' | '`');
    if words.starts_with(is_mark) || words.ends_with(is_mark) {
        let shown = short(words);
        return Err(CellFault {
            code: "id-with-apostrophe",
            severity,
            what: text!("代码前后多了撇号（{shown}）", "an apostrophe stands before or after the id ({shown})"),
            hint: text!("把该列设为“文本”，去掉撇号后再导入", "make the column text, take the apostrophe off and import again"),
        });
    }
    Ok(())
}

fn precision_lost(severity: Severity) -> CellFault {
    CellFault {
        code: "id-digits-lost",
        severity,
        what: text!(
            "代码被当作数字存储，只保留了 15 位，后面变成了 0",
            "the id was stored as a number: fifteen digits were kept, zeros stand for the rest"
        ),
        hint: text!(
            "从原系统重新导出，该列设为“文本”；不能由此推算",
            "export it again with the column as text; it cannot be worked out from this"
        ),
    }
}

fn bad_code(words: &str, severity: Severity) -> CellFault {
    let shown = short(words);
    CellFault {
        code: "not-a-school-code",
        severity,
        what: text!("“{shown}”不是学校标识码", "`{shown}` is no school code"),
        hint: text!("学校标识码为 10 位数字", "a national school code has ten digits"),
    }
}

fn bad_citizen_id(error: CitizenIdFault, severity: Severity) -> CellFault {
    let retype = text!("对照户口簿改正", "compare with the household register");
    let (code, what, hint) = match error {
        CitizenIdFault::ScientificNotation => (
            "id-in-scientific-notation",
            text!(
                "身份证件号被表格软件变成了科学记数法，末尾数字已丢失",
                "a spreadsheet made a number of the citizen id; its last digits are lost"
            ),
            text!(
                "从原系统重新导出，该列设为“文本”；不能由此推算",
                "export it again with the column as text; it cannot be worked out from this"
            ),
        ),
        CitizenIdFault::PrecisionLost => return precision_lost(severity),
        CitizenIdFault::WrongLength => {
            ("citizen-id-wrong-length", text!("身份证件号不是 18 位", "the citizen id has not 18 characters"), retype)
        }
        CitizenIdFault::NotDigits => (
            "citizen-id-not-digits",
            text!("身份证件号含有不该有的字符", "the citizen id has characters that cannot be in it"),
            retype,
        ),
        CitizenIdFault::NoSuchDate => (
            "citizen-id-no-such-date",
            text!("身份证件号中的出生日期不存在", "the birth date in the citizen id does not exist"),
            retype,
        ),
        CitizenIdFault::CheckDigit => (
            "citizen-id-check-digit",
            text!("身份证件号的校验码不符，有一位写错了", "the check digit of the citizen id does not fit; a digit is wrong"),
            retype,
        ),
    };
    CellFault { code, severity, what, hint }
}

fn bad_student_no(words: &str, severity: Severity) -> CellFault {
    let inner = words.strip_prefix(['G', 'g']).map(CitizenId::parse);
    let hint = text!("从学籍系统重新导出，该列设为“文本”", "export it again from the registry with the column as text");
    let (code, what) = match inner {
        Some(Err(CitizenIdFault::PrecisionLost)) => return precision_lost(severity),
        Some(Err(CitizenIdFault::CheckDigit | CitizenIdFault::NoSuchDate)) => (
            "student-no-check-digit",
            text!("学籍号中的身份证件号校验不符", "the citizen id within the student number does not fit its check digit"),
        ),
        _ => ("not-a-student-no", text!("学籍号应为 G、J 或 L 加 18 位", "a student number is G, J or L and 18 characters")),
    };
    CellFault { code, severity, what, hint }
}

fn set_text(value: &mut Value, words: &str) {
    if let Value::Text(old) = value {
        old.clear();
        old.push_str(words);
    } else {
        *value = Value::text(words);
    }
}

/// As much of a cell as a message needs.
fn short(words: &str) -> String {
    if words.chars().count() <= 30 { words.to_string() } else { words.chars().take(30).chain(['…']).collect() }
}

/// [`plain`] without copying words that are plain already, as nearly all are.
pub(crate) fn plainly(words: &str) -> Cow<'_, str> {
    let bytes = words.as_bytes();
    let marks = bytes.iter().fold(0, |marks, byte| marks | MARKS[usize::from(*byte)]);
    let follow = |byte: u8| bytes.windows(2).any(|pair| pair == [byte, byte]);
    let stands_outside = || bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
    let is_odd = marks & ODD != 0
        || marks & SPACE != 0 && (stands_outside() || follow(b' '))
        // U+3000, the space as wide as a character, ends so.
        || marks & HIGH != 0 && follow(0x80);
    if is_odd { Cow::Owned(plain(words)) } else { Cow::Borrowed(words) }
}

const ODD: u8 = 1;
const SPACE: u8 = 2;
const HIGH: u8 = 4;

/// What each byte may be a sign of. Full-width forms and invisible marks start with an odd one, and so do the odd spaces.
const MARKS: [u8; 256] = {
    let mut marks = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        marks[byte] = match byte {
            0x20 => SPACE,
            0..0x20 | 0x7f | 0xc2 | 0xe1 | 0xe2 | 0xef => ODD,
            0x80 => HIGH,
            _ => 0,
        };
        byte += 1;
    }
    marks
};
