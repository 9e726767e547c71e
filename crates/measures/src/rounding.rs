/// A number in the words of a form: rounded half up (四舍五入) to so many decimals, for display only.
///
/// What is rounded is the decimal that a person sees, not the binary number behind it: the shortest decimal that reads as
/// this `f64`. So 1.005 is 1.01 at two decimals, although the nearest binary number lies below 1.005. A negative number is
/// rounded by its size, and nothing becomes "-0". Verdicts never rest on rounded figures.
///
/// ```
/// use measures::round_half_up;
/// assert_eq!(round_half_up(0.0005, 3), "0.001");
/// assert_eq!(round_half_up(1.005, 2), "1.01");
/// assert_eq!(round_half_up(0.504, 2), "0.50");
/// assert_eq!(round_half_up(-0.004, 2), "0.00");
/// assert_eq!(round_half_up(9.5, 0), "10");
/// ```
pub fn round_half_up(value: f64, decimals: u8) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let places = usize::from(decimals);
    // `{}` writes the shortest decimal that reads back as the same number, never with an exponent.
    let written = value.abs().to_string();
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes().chain(std::iter::repeat(b'0')).take(places)).collect();
    let up = fraction.as_bytes().get(places).is_some_and(|next| *next >= b'5');
    if up {
        carry(&mut digits);
    }
    let split = digits.len() - places;
    let mut words: String = digits.iter().map(|digit| char::from(*digit)).collect();
    if places > 0 {
        words.insert(split, '.');
    }
    if value < 0.0 && digits.iter().any(|digit| *digit != b'0') {
        words.insert(0, '-');
    }
    words
}

/// The number that [`round_half_up`] shows.
///
/// ```
/// assert_eq!(measures::rounded(2.675, 2), 2.68);
/// ```
pub fn rounded(value: f64, decimals: u8) -> f64 {
    round_half_up(value, decimals).parse().unwrap_or(value)
}

fn carry(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return;
        }
    }
    digits.insert(0, b'1');
}
