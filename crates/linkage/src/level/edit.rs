use facts::{Text, text};

use super::{Sketch, Test};

/// At most `n` letters wrong, missing, added, or swapped with their neighbour.
#[derive(Debug)]
pub(super) struct Edit;

/// Jaro–Winkler similarity of at least `n`, for names in Latin script.
#[derive(Debug)]
pub(super) struct Jaro;

/// Both have at least `n` characters.
#[derive(Debug)]
pub(super) struct Long;

/// One is the beginning of the other, at least `n` characters (two where no number is given).
#[derive(Debug)]
pub(super) struct Prefix;

impl Test for Edit {
    fn id(&self) -> &'static str {
        "edit"
    }

    fn about(&self) -> Text {
        text!("至多错、漏、多或颠倒 n 个字", "at most n letters wrong, missing, added or swapped")
    }

    fn holds(&self, a: &str, b: &str, n: f64) -> bool {
        within_edits(a, b, n as usize)
    }

    fn glance(&self, a: Sketch, b: Sketch, n: f64) -> Option<bool> {
        (a.edits_min(b) > n as u32).then_some(false)
    }
}

impl Test for Jaro {
    fn id(&self) -> &'static str {
        "jaro"
    }

    fn about(&self) -> Text {
        text!("Jaro–Winkler 相似度不低于 n", "Jaro–Winkler similarity of at least n")
    }

    fn holds(&self, a: &str, b: &str, n: f64) -> bool {
        // Two words of very different lengths cannot reach it: jaro ≤ (1 + short/long + 1) / 3, and the prefix adds at most four tenths
        // of what is lacking.
        let (short, long) = if a.len() < b.len() { (a.len(), b.len()) } else { (b.len(), a.len()) };
        let jaro_max = (2.0 + short as f64 / long.max(1) as f64) / 3.0;
        if jaro_max + 0.4 * (1.0 - jaro_max) < n {
            return false;
        }
        jaro_winkler(a, b) >= n
    }
}

impl Test for Long {
    fn id(&self) -> &'static str {
        "long"
    }

    fn about(&self) -> Text {
        text!("双方都不少于 n 个字", "both have at least n characters")
    }

    fn holds(&self, a: &str, b: &str, n: f64) -> bool {
        let long = |word: &str| word.chars().nth((n as usize).saturating_sub(1)).is_some();
        long(a) && long(b)
    }

    fn glance(&self, a: Sketch, b: Sketch, n: f64) -> Option<bool> {
        Some(a.len()?.min(b.len()?) >= (n as u32).max(1))
    }
}

impl Test for Prefix {
    fn id(&self) -> &'static str {
        "prefix"
    }

    fn about(&self) -> Text {
        text!("一方是另一方的开头（至少 n 个字）", "one is the beginning of the other, at least n characters")
    }

    fn holds(&self, a: &str, b: &str, n: f64) -> bool {
        let short = if a.len() < b.len() { a } else { b };
        (a.starts_with(b) || b.starts_with(a)) && short.chars().nth((n as usize).max(2) - 1).is_some()
    }

    fn glance(&self, a: Sketch, b: Sketch, n: f64) -> Option<bool> {
        (a.len()?.min(b.len()?) < (n as u32).max(2) || a.cross(b)).then_some(false)
    }
}

/// The same for the words in either order. Words of at most 64 ASCII letters, which is to say nearly all, take no memory.
fn jaro_winkler(a: &str, b: &str) -> f64 {
    // Which letters are paired may depend on who comes first, so the order is settled.
    let (a, b) = if (a.len(), a) < (b.len(), b) { (a, b) } else { (b, a) };
    if !a.is_ascii() || !b.is_ascii() || b.len() > 64 {
        return strsim::jaro_winkler(a, b);
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let window = (b.len() / 2).saturating_sub(1);
    let (mut paired_a, mut paired_b) = (0_u64, 0_u64);
    for (at, letter) in a.iter().enumerate() {
        let end = (at + window + 1).min(b.len());
        let found = (at.saturating_sub(window)..end).find(|other| paired_b & (1 << other) == 0 && b[*other] == *letter);
        if let Some(other) = found {
            paired_a |= 1 << at;
            paired_b |= 1 << other;
        }
    }
    let paired = f64::from(paired_a.count_ones());
    if paired == 0.0 {
        return 0.0;
    }
    let (mut swaps, mut rest) = (0, paired_b);
    for (at, letter) in a.iter().enumerate() {
        if paired_a & (1 << at) != 0 {
            swaps += u32::from(b[rest.trailing_zeros() as usize] != *letter);
            rest &= rest - 1;
        }
    }
    let jaro = (paired / a.len() as f64 + paired / b.len() as f64 + (paired - f64::from(swaps / 2)) / paired) / 3.0;
    let prefix = a.iter().zip(b).take(4).take_while(|(x, y)| x == y).count() as f64;
    if jaro > 0.7 { jaro + 0.1 * prefix * (1.0 - jaro) } else { jaro }
}

/// Whether at most `most` letters are wrong, missing, added or swapped with their neighbour (optimal string alignment).
pub(super) fn within_edits(a: &str, b: &str, most: usize) -> bool {
    if most >= 3 {
        return strsim::osa_distance(a, b) <= most;
    }
    if a.is_ascii() && b.is_ascii() {
        return close(a.as_bytes(), b.as_bytes(), most);
    }
    // No letter takes more than four bytes.
    if a.len().abs_diff(b.len()) > 4 * most {
        return false;
    }
    // Names are short: no memory is asked for.
    let (mut short_a, mut short_b) = (['\0'; SHORT], ['\0'; SHORT]);
    match (letters(a, &mut short_a), letters(b, &mut short_b)) {
        (Some(a), Some(b)) => close(a, b, most),
        _ => {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            close(&a, &b, most)
        }
    }
}

const SHORT: usize = 16;

/// The characters of a word, where there is room for them.
fn letters<'a>(word: &str, room: &'a mut [char; SHORT]) -> Option<&'a [char]> {
    let mut n = 0;
    for c in word.chars() {
        *room.get_mut(n)? = c;
        n += 1;
    }
    Some(&room[..n])
}

/// Without a matrix: what is equal at both ends is cut off, and each way to spend one edit is tried on the rest.
fn close<T: PartialEq + Copy>(a: &[T], b: &[T], most: usize) -> bool {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    if a.is_empty() || b.is_empty() {
        return a.len().max(b.len()) <= most;
    }
    if most == 0 || a.len().abs_diff(b.len()) > most {
        return false;
    }
    let swap = a.len() >= 2 && b.len() >= 2 && a[0] == b[1] && a[1] == b[0];
    close(&a[1..], &b[1..], most - 1)
        || swap && close(&a[2..], &b[2..], most - 1)
        || close(&a[1..], b, most - 1)
        || close(a, &b[1..], most - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{jaro_winkler, within_edits};

    proptest! {
        #[test]
        fn agrees_with_the_library(a in "[abc]{0,9}", b in "[abc]{0,9}") {
            let (first, second) = if (a.len(), &a) < (b.len(), &b) { (&a, &b) } else { (&b, &a) };
            prop_assume!(!first.is_empty());
            prop_assert!((jaro_winkler(&a, &b) - strsim::jaro_winkler(first, second)).abs() < 1e-12);
        }

        #[test]
        fn agrees_with_the_matrix(a in "[abc]{0,7}", b in "[abc]{0,7}", most in 0_usize..3) {
            prop_assert_eq!(within_edits(&a, &b, most), strsim::osa_distance(&a, &b) <= most);
        }
    }
}
