use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{CountyCode, Date, plain};

/// A division of the tree province → prefecture → county → township → village (GB/T 2260 and statistics codes, 6, 9 or 12
/// digits). Text, always: leading zeros count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DivisionCode(String);

impl DivisionCode {
    /// ```
    /// use facts::DivisionCode;
    /// assert_eq!(DivisionCode::parse("530000104203").unwrap().county().as_str(), "530000");
    /// assert!(DivisionCode::parse("5300001").is_none());
    /// ```
    pub fn parse(words: &str) -> Option<DivisionCode> {
        let digits = plain(words);
        (matches!(digits.len(), 6 | 9 | 12) && digits.bytes().all(|b| b.is_ascii_digit())).then_some(DivisionCode(digits))
    }

    pub fn county(&self) -> CountyCode {
        CountyCode::parse(&self.0[..6]).unwrap_or_else(CountyCode::unstated)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The code by which a school is known: the national 学校标识码 of ten digits, or, where a file has none, the code its own
/// system uses. Never a number: leading zeros count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchoolCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchoolCodeKind {
    /// Ten digits.
    National,
    /// Anything else that is a plausible code.
    Local,
}

impl SchoolCode {
    /// ```
    /// use facts::{SchoolCode, SchoolCodeKind};
    /// assert_eq!(SchoolCode::parse("２１５３００００１２").unwrap().kind(), SchoolCodeKind::National);
    /// assert_eq!(SchoolCode::parse("ABA0001").unwrap().kind(), SchoolCodeKind::Local);
    /// assert!(SchoolCode::parse("").is_none());
    /// ```
    pub fn parse(words: &str) -> Option<SchoolCode> {
        let is_plain = words.bytes().all(|b| b.is_ascii_alphanumeric());
        let code = if is_plain { words.to_string() } else { plain(words) };
        (!code.is_empty() && code.chars().count() <= 40).then_some(SchoolCode(code))
    }

    pub fn kind(&self) -> SchoolCodeKind {
        let national = self.0.len() == 10 && self.0.bytes().all(|b| b.is_ascii_digit());
        if national { SchoolCodeKind::National } else { SchoolCodeKind::Local }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A citizen identity number of eighteen characters whose check digit and birth date are right (GB 11643).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitizenId(String);

/// What is wrong with a number that should be a citizen id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CitizenIdFault {
    /// `5.32501E+17`: the spreadsheet made it a number and its last digits are gone for good.
    ScientificNotation,
    /// Eighteen digits ending in `000`: the spreadsheet kept fifteen digits and put zeros for the rest.
    PrecisionLost,
    WrongLength,
    NotDigits,
    NoSuchDate,
    CheckDigit,
}

impl CitizenId {
    /// ```
    /// use facts::{CitizenId, CitizenIdFault};
    /// assert!(CitizenId::parse("11010519491231002x").is_ok());
    /// assert_eq!(CitizenId::parse("1.10105E+17"), Err(CitizenIdFault::ScientificNotation));
    /// assert_eq!(CitizenId::parse("110105194912310000"), Err(CitizenIdFault::PrecisionLost));
    /// assert_eq!(CitizenId::parse("110105194912310021"), Err(CitizenIdFault::CheckDigit));
    /// ```
    pub fn parse(words: &str) -> Result<CitizenId, CitizenIdFault> {
        // Nearly all are written as they should be, and a roll has hundreds of thousands.
        let digits = words.strip_suffix('X').unwrap_or(words);
        let is_plain = words.len() == 18 && digits.bytes().all(|b| b.is_ascii_digit());
        let id = if is_plain { words.to_string() } else { plain(words).to_uppercase().replace(' ', "") };
        if id.contains("E+") && id.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'E' | b'+')) {
            return Err(CitizenIdFault::ScientificNotation);
        }
        if id.len() != 18 || !id.is_ascii() {
            return Err(CitizenIdFault::WrongLength);
        }
        let bytes = id.as_bytes();
        if !bytes[..17].iter().all(u8::is_ascii_digit) || !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
            return Err(CitizenIdFault::NotDigits);
        }
        let check_fits = check_digit(&bytes[..17]) == bytes[17];
        // A number that lost its last three digits to rounding fits its own check digit once in eleven; the zeros tell.
        if id.ends_with("000") && !check_fits {
            return Err(CitizenIdFault::PrecisionLost);
        }
        if birth_date(&id).is_none() {
            return Err(CitizenIdFault::NoSuchDate);
        }
        if check_fits { Ok(CitizenId(id)) } else { Err(CitizenIdFault::CheckDigit) }
    }

    pub fn birth_date(&self) -> Date {
        birth_date(&self.0).unwrap_or(Date::MIN)
    }

    /// Whether the sequence number is that of a male.
    pub fn is_male(&self) -> bool {
        self.0.as_bytes()[16] % 2 == 1
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Never shown whole by accident: the birth date and the last digits are masked.
impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenId({}************)", &self.0[..6])
    }
}

fn birth_date(id: &str) -> Option<Date> {
    Date::new(id[6..10].parse().ok()?, id[10..12].parse().ok()?, id[12..14].parse().ok()?).ok()
}

/// GB 11643: weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, sum modulo 11 picks from "10X98765432".
fn check_digit(digits: &[u8]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    b"10X98765432"[(sum % 11) as usize]
}

/// A 学籍号: G + citizen id, J + eighteen generated, or L + eighteen temporary. An L number has no check digit to test.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StudentNo(String);

impl StudentNo {
    /// ```
    /// use facts::StudentNo;
    /// assert!(StudentNo::parse("G11010519491231002X").is_some());
    /// assert!(StudentNo::parse("L110105194912310000").is_some());
    /// assert!(StudentNo::parse("G110105194912310021").is_none());
    /// ```
    pub fn parse(words: &str) -> Option<StudentNo> {
        let is_plain = words.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        let no = if is_plain { words.to_string() } else { plain(words).to_uppercase() };
        let rest = no.get(1..)?;
        let fits = match no.as_bytes().first()? {
            b'G' => CitizenId::parse(rest).is_ok(),
            b'J' | b'L' => rest.len() == 18 && rest.bytes().all(|b| b.is_ascii_digit() || b == b'X'),
            _ => false,
        };
        fits.then_some(StudentNo(no))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StudentNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StudentNo({}******************)", &self.0[..1])
    }
}

macro_rules! shown_as_is {
    ($($code:ty),*) => {$(
        impl fmt::Display for $code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
shown_as_is!(DivisionCode, SchoolCode);
