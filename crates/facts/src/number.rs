use crate::plain;

/// Reads a number as files write it: full-width digits, thousands separators, a trailing percent sign left out by the
/// caller. Nothing is guessed: "2000万" or "约20" is no number.
///
/// ```
/// use facts::parse_number;
/// assert_eq!(parse_number(" １,２３４.５０ "), Some(1234.5));
/// assert_eq!(parse_number("-3"), Some(-3.0));
/// assert_eq!(parse_number("2000万"), None);
/// assert_eq!(parse_number("1e400"), None);
/// ```
pub fn parse_number(words: &str) -> Option<f64> {
    let words = plain(words);
    let digits: String = words.chars().filter(|c| *c != ',' && *c != ' ').collect();
    let bytes = digits.as_bytes();
    let first = bytes.iter().position(|b| b.is_ascii_digit() || *b == b'.')?;
    if first > 1 || (first == 1 && !matches!(bytes[0], b'-' | b'+')) {
        return None;
    }
    digits.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// The number rounded to the fifteen significant digits that a spreadsheet holds: sums of decimals lose the dust that
/// binary addition leaves on them (0.1 + 0.2 is 0.3 again), and no official figure has more digits.
///
/// ```
/// use facts::significant;
/// assert_eq!(significant(0.1 + 0.2), 0.3);
/// assert_eq!(significant(4000.0), 4000.0);
/// ```
pub fn significant(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() || (number.fract() == 0.0 && number.abs() < 1e15) {
        return number;
    }
    format!("{number:.14e}").parse().unwrap_or(number)
}
