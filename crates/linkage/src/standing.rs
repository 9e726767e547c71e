//! How far linking has come: the patterns met so far and the pairs kept. Written down, it lets a stopped run go on.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::compare::{Pattern, Shape};
use crate::learn::Counts;
use crate::words::Mixer;

/// Two rows and the number of their pattern.
pub(crate) type Kept = (u32, u32, u32);

/// Where the work stands between two pieces of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    patterns: Patterns,
    pub(crate) kept: Vec<Kept>,
    /// Pairs compared so far.
    pub(crate) compared: u64,
    /// Every pair was counted once.
    pub(crate) counted: bool,
    /// Pieces done of the pass that is under way.
    pub(crate) chunks: usize,
}

/// What was met in one piece.
#[derive(Debug, Default)]
pub(crate) struct Met {
    patterns: Patterns,
    kept: Vec<Kept>,
    compared: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Patterns {
    numbers: HashMap<Pattern, u32, BuildHasherDefault<Mixer>>,
    met: Vec<Pattern>,
    /// For each pattern: pairs that may be matches, pairs called different, pairs called the same.
    counts: Vec<[u64; 3]>,
}

impl Patterns {
    #[inline]
    fn number(&mut self, pattern: Pattern) -> u32 {
        *self.numbers.entry(pattern).or_insert_with(|| {
            self.met.push(pattern);
            self.counts.push([0; 3]);
            self.met.len() as u32 - 1
        })
    }
}

impl Met {
    #[inline]
    pub(crate) fn see(&mut self, pattern: Pattern, said: Option<bool>, keep: Option<(u32, u32)>) {
        let at = self.patterns.number(pattern);
        let which = match said {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        };
        self.patterns.counts[at as usize][which] += 1;
        self.kept.extend(keep.map(|(l, r)| (l, r, at)));
        self.compared += 1;
    }
}

impl Standing {
    pub(crate) fn add(&mut self, met: Met) {
        let numbers: Vec<u32> = met.patterns.met.iter().map(|pattern| self.patterns.number(*pattern)).collect();
        for (number, counts) in numbers.iter().zip(&met.patterns.counts) {
            let to = &mut self.patterns.counts[*number as usize];
            to.iter_mut().zip(counts).for_each(|(to, count)| *to += count);
        }
        self.kept.extend(met.kept.into_iter().map(|(l, r, at)| (l, r, numbers[at as usize])));
        self.compared += met.compared;
    }

    /// A pair that a person called the same and no key found.
    pub(crate) fn add_said(&mut self, pattern: Pattern, keep: Option<(u32, u32)>) {
        let at = self.patterns.number(pattern);
        self.patterns.counts[at as usize][2] += 1;
        self.kept.extend(keep.map(|(l, r)| (l, r, at)));
    }

    pub(crate) fn number(&self, pattern: Pattern) -> Option<u32> {
        self.patterns.numbers.get(&pattern).copied()
    }

    pub(crate) fn pattern(&self, number: u32) -> Pattern {
        self.patterns.met.get(number as usize).copied().unwrap_or(0)
    }

    pub(crate) fn patterns(&self) -> impl Iterator<Item = Pattern> + '_ {
        self.patterns.met.iter().copied()
    }

    pub(crate) fn counts(&self, shape: &Shape) -> Counts {
        let mut counts = Counts::new(shape);
        for (pattern, [free, barred, same]) in self.patterns.met.iter().zip(&self.patterns.counts) {
            counts.push(&shape.levels(*pattern), *free as f64, *barred as f64, *same as f64);
        }
        counts
    }

    /// All of it as bytes; [`Standing::from_bytes`] reads them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let mut put = |number: u64| out.extend(number.to_le_bytes());
        put(self.compared);
        put(u64::from(self.counted));
        put(self.chunks as u64);
        put(self.patterns.met.len() as u64);
        put(self.kept.len() as u64);
        for (pattern, counts) in self.patterns.met.iter().zip(&self.patterns.counts) {
            put(*pattern);
            counts.iter().for_each(|count| put(*count));
        }
        for (l, r, at) in &self.kept {
            [l, r, at].into_iter().for_each(|number| out.extend(number.to_le_bytes()));
        }
        out
    }

    /// `None` for bytes that are not whole or are something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Standing> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let long = |at: usize| Some(u64::from_le_bytes(rest.get(at * 8..at * 8 + 8)?.try_into().ok()?));
        let (n_patterns, n_kept) = (usize::try_from(long(3)?).ok()?, usize::try_from(long(4)?).ok()?);
        let kept_at = n_patterns.checked_mul(32)?.checked_add(40)?;
        if n_kept.checked_mul(12)?.checked_add(kept_at)? != rest.len() {
            return None;
        }
        let mut standing = Standing {
            compared: long(0)?,
            counted: long(1)? != 0,
            chunks: usize::try_from(long(2)?).ok()?,
            ..Standing::default()
        };
        for at in 0..n_patterns {
            let at = 5 + at * 4;
            let number = standing.patterns.number(long(at)?);
            *standing.patterns.counts.get_mut(number as usize)? = [long(at + 1)?, long(at + 2)?, long(at + 3)?];
        }
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        let kept = rest[kept_at..].chunks_exact(12).map(|kept| (number(&kept[..4]), number(&kept[4..8]), number(&kept[8..])));
        standing.kept = kept.collect();
        let known = standing.patterns.met.len() as u32;
        standing.kept.iter().all(|(.., at)| *at < known).then_some(standing)
    }
}

const MAGIC: &[u8] = b"junheng link 1\n\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_from_its_bytes_or_not_at_all() {
        let mut met = Met::default();
        for n in 0..300_u32 {
            met.see(u64::from(n % 7), (n % 5 == 0).then_some(n % 2 == 0), Some((n, n + 1)));
        }
        let mut standing = Standing { chunks: 3, ..Standing::default() };
        standing.add(met);
        let bytes = standing.to_bytes();
        assert_eq!(Standing::from_bytes(&bytes), Some(standing));
        assert!((0..bytes.len()).all(|end| Standing::from_bytes(&bytes[..end]).is_none()));
    }
}
