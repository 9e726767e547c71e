use facts::{Text, text};

use super::{Kind, folded, is_blank};

/// A citizen identity number (GB 11643): the old fifteen digits become eighteen, a misspelt X becomes X.
#[derive(Debug)]
pub(super) struct CitizenId;

/// A 学籍号: G and a citizen's number is that number; J and L numbers are made up by the education system in the same form
/// and say nothing about a citizen, so they are missing.
#[derive(Debug)]
pub(super) struct StudentNo;

/// A code of any other kind: letters and digits, capitals.
#[derive(Debug)]
pub(super) struct Code;

impl Kind for CitizenId {
    fn id(&self) -> &'static str {
        "citizen-id"
    }

    fn about(&self) -> Text {
        text!(
            "公民身份号码：15 位升 18 位，末位 x、*、× 统一为 X",
            "citizen identity number: 15 digits become 18, x, * and × become X"
        )
    }

    fn clean(&self, words: &str, out: &mut String) {
        let bytes = words.as_bytes();
        if bytes.len() == 18 && bytes[..17].iter().all(u8::is_ascii_digit) && matches!(bytes[17], b'0'..=b'9' | b'X') {
            if bytes.iter().any(|b| *b != b'0') {
                out.push_str(words);
            }
            return;
        }
        let mut id = letters(words);
        // The start of a 学籍号 in a column of citizen numbers.
        if id.len() == 19 && id.starts_with('G') {
            id.remove(0);
        }
        if id.len() == 15 && id.bytes().all(|b| b.is_ascii_digit()) {
            id.insert_str(6, "19");
            let check = check_digit(id.as_bytes());
            id.push(char::from(check));
        }
        if id.bytes().any(|b| b != b'0') {
            out.push_str(&id);
        }
    }
}

impl Kind for StudentNo {
    fn id(&self) -> &'static str {
        "student-no"
    }

    fn about(&self) -> Text {
        text!(
            "学籍号：G 开头取其中的身份证号，J、L 号不作身份比对",
            "student number: the citizen number after G; J and L numbers are left out"
        )
    }

    fn clean(&self, words: &str, out: &mut String) {
        let id = letters(words);
        if !id.starts_with(['J', 'L']) {
            CitizenId.clean(id.trim_start_matches('G'), out);
        }
    }
}

impl Kind for Code {
    fn id(&self) -> &'static str {
        "code"
    }

    fn about(&self) -> Text {
        text!("其他编号：只留字母和数字", "any other code: letters and digits only")
    }

    fn clean(&self, words: &str, out: &mut String) {
        let mut plain = String::new();
        folded(words, &mut plain);
        if !is_blank(plain.trim()) {
            out.extend(plain.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase));
        }
    }
}

fn letters(words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    folded(words, &mut plain);
    if is_blank(plain.trim()) {
        return String::new();
    }
    let sign = |c: char| if matches!(c, '*' | '×' | '✕' | 'х') { 'X' } else { c.to_ascii_uppercase() };
    plain.chars().map(sign).filter(char::is_ascii_alphanumeric).collect()
}

/// Whether a number has the right shape, a birth date that exists, and the right check digit. The check (ISO 7064 MOD 11-2)
/// catches every single wrong digit and every swap of neighbours: two valid numbers that differ are two persons.
pub(crate) fn is_valid(id: &str) -> bool {
    let bytes = id.as_bytes();
    bytes.len() == 18
        && bytes[..17].iter().all(u8::is_ascii_digit)
        && check_digit(&bytes[..17]) == bytes[17]
        && super::parse_day(&id[6..14]).is_some()
}

/// Weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2; the sum modulo 11 picks from "10X98765432".
fn check_digit(digits: &[u8]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    b"10X98765432"[(sum % 11) as usize]
}
