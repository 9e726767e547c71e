use crate::clean;

/// What is kept of a word beside its letters, in one number: how long it is, which letters it has, and what else tells two words apart
/// without looking at them. Most pairs that are compared are of strangers, and most of these need no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sketch(u64);

const LENGTH: u64 = 63;
const DAMAGED: u64 = 1 << 6;
const VALID: u64 = 1 << 7;
/// The upper bits stand for letters.
const LETTERS: u32 = 8;
const N_LETTERS: u32 = u64::BITS - LETTERS;

impl Sketch {
    /// That of a word of which nothing is known.
    pub const UNKNOWN: Sketch = Sketch(LENGTH);

    pub fn of(word: &str) -> Sketch {
        let mut seen = [0_u32; LENGTH as usize];
        let (mut n, mut letters) = (0, 0_u64);
        for c in word.chars() {
            let Some(place) = seen.get_mut(n).filter(|_| n + 1 < LENGTH as usize) else { return Sketch::UNKNOWN };
            *place = c as u32;
            let again = seen[..n].iter().filter(|other| **other == c as u32).count() as u32;
            // Each letter has a bit from which it goes on, one further for each time it comes again: one edit takes one bit and gives one.
            let first = match c.to_digit(10) {
                Some(digit) => digit * 5,
                None => (c as u32).wrapping_mul(0x9e37_79b1) >> 16,
            };
            letters |= 1 << (LETTERS + (first + again) % N_LETTERS);
            n += 1;
        }
        let flag = |flag: u64, holds: bool| if holds { flag } else { 0 };
        Sketch(n as u64 | flag(DAMAGED, super::name::is_damaged(word)) | flag(VALID, clean::is_valid_id(word)) | letters)
    }

    /// Some of its bits.
    pub(crate) fn low(self) -> u32 {
        self.0 as u32
    }

    /// How many characters it has, where they were counted.
    pub(super) fn len(self) -> Option<u32> {
        (self.0 & LENGTH != LENGTH).then_some((self.0 & LENGTH) as u32)
    }

    /// At least so many edits (a letter wrong, missing, added, or swapped with its neighbour) lie between two words.
    pub(super) fn edits_min(self, other: Sketch) -> u32 {
        let (Some(a), Some(b)) = (self.len(), other.len()) else { return 0 };
        ((self.0 ^ other.0) >> LETTERS).count_ones().div_ceil(2).max(a.abs_diff(b))
    }

    /// Whether each has a letter that the other lacks.
    pub(super) fn cross(self, other: Sketch) -> bool {
        let known = self.len().is_some() && other.len().is_some();
        known && (self.0 & !other.0) >> LETTERS != 0 && (other.0 & !self.0) >> LETTERS != 0
    }

    /// Whether it is a valid citizen number, where that is known.
    pub(super) fn is_valid_id(self) -> Option<bool> {
        self.len().map(|_| self.0 & VALID != 0)
    }

    /// Whether characters of a name were lost or put into pinyin, where that is known.
    pub(super) fn is_damaged(self) -> Option<bool> {
        self.len().map(|_| self.0 & DAMAGED != 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Sketch;
    use crate::level::TESTS;

    proptest! {
        #[test]
        fn a_glance_says_what_the_letters_say(
            a in "[李王明鸣末未zhe?0-3]{1,6}|[01]{17}[0-9X]|11010519491231002X|20150[129]0[129]",
            b in "[李王明鸣末未zhe?0-3]{1,6}|[01]{17}[0-9X]|11010519491231002X|20150[129]0[129]",
            n in 0_u8..4,
        ) {
            let n = f64::from(n);
            for test in TESTS {
                if let Some(said) = test.glance(Sketch::of(&a), Sketch::of(&b), n) {
                    prop_assert_eq!(said, test.holds(&a, &b, n), "{} of {} and {}", test.id(), &a, &b);
                }
            }
        }
    }

    #[test]
    fn long_words_are_looked_at() {
        assert_eq!(Sketch::of(&"a".repeat(70)), Sketch::UNKNOWN);
        assert_eq!(Sketch::of(&"a".repeat(70)).edits_min(Sketch::of("b")), 0);
    }
}
