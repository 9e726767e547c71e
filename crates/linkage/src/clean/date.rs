use facts::{Text, text};

use super::{Kind, folded};

/// A day, as eight digits. Eight digits that are no day are kept: a wrong date still tells something.
#[derive(Debug)]
pub(super) struct Day;

impl Kind for Day {
    fn id(&self) -> &'static str {
        "date"
    }

    fn about(&self) -> Text {
        text!("日期：写成八位数字", "a day: written as eight digits")
    }

    fn clean(&self, words: &str, out: &mut String) {
        if words.len() == 8 && words.bytes().all(|b| b.is_ascii_digit()) {
            out.push_str(words);
            return;
        }
        let mut plain = String::new();
        folded(words, &mut plain);
        // A time of day, as databases add it.
        let day = plain.split(['T', ' ']).next().unwrap_or_default();
        let day = if day.contains(['年', '月']) || day.len() < 6 { plain.trim() } else { day };
        if let Some(date) = facts::parse_date(day) {
            out.push_str(&format!("{:04}{:02}{:02}", date.year(), date.month(), date.day()));
        } else if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
            out.push_str(day);
        }
    }
}

/// Year, month and day of eight digits that are a day.
pub(crate) fn parse(words: &str) -> Option<(i32, i32, i32)> {
    let bytes = words.as_bytes();
    if bytes.len() != 8 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| bytes[range].iter().fold(0_i32, |sum, b| sum * 10 + i32::from(b - b'0'));
    let (year, month, day) = (number(0..4), number(4..6), number(6..8));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1..=last).contains(&day) && year > 1800).then_some((year, month, day))
}

/// Days since an arbitrary first one, for differences; `None` for eight digits that are no day.
pub(crate) fn day_number(words: &str) -> Option<i32> {
    let (year, month, day) = parse(words)?;
    // March first: the leap day is then the last of its year.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day)
}
