//! The log's hash chain: each line's hash covers the line and the hash before it, so that nothing can be changed, put in,
//! moved or taken out without every later hash being another.

use facts::{Text, text};
use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// A line of the log as it is stored: text, so that any database keeps it byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'l> {
    /// Counted from 1 over the whole log.
    pub no: u64,
    pub case: &'l str,
    /// Counted from 1 within the case.
    pub seq: u64,
    pub at: &'l str,
    pub body: &'l str,
}

/// The hash before the first line. A log for practice begins otherwise, so that it can never pass for a real one.
pub fn genesis(practice: bool) -> Hash {
    digest(if practice { b"junheng log 1 practice" } else { b"junheng log 1" })
}

/// The hash of a line that follows another.
///
/// ```
/// use duty::chain::{Line, genesis, link};
/// let line = Line { no: 1, case: "DX-1", seq: 1, at: "2026-03-01T08:00:00+08:00", body: "{}" };
/// assert_ne!(link(&genesis(false), &line), link(&genesis(false), &Line { body: "{ }", ..line }));
/// ```
pub fn link(before: &Hash, line: &Line<'_>) -> Hash {
    let mut hash = Sha256::new();
    hash.update(before);
    let mut numbers = [0_u8; 28];
    numbers[..8].copy_from_slice(&line.no.to_le_bytes());
    numbers[8..16].copy_from_slice(&line.seq.to_le_bytes());
    // The lengths keep the parts apart.
    for (at, part) in [(16, line.case), (20, line.at), (24, line.body)] {
        numbers[at..at + 4].copy_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
    }
    hash.update(numbers);
    hash.update(line.case);
    hash.update(line.at);
    hash.update(line.body);
    hash.finalize().into()
}

/// Goes along a log line by line and stops at the first that does not fit.
#[derive(Debug, Clone)]
pub struct Verifier {
    last: Hash,
    lines: u64,
}

impl Verifier {
    pub fn new(practice: bool) -> Verifier {
        Verifier { last: genesis(practice), lines: 0 }
    }

    /// Takes in the next line and the hash stored with it.
    pub fn push(&mut self, line: &Line<'_>, stored: &str) -> Result<(), Text> {
        let (no, expected) = (line.no, self.lines + 1);
        if no != expected {
            return Err(text!("第 {expected} 条不见了：其后是第 {no} 条", "line {expected} is gone: line {no} comes next"));
        }
        let hash = link(&self.last, line);
        if !is_hex_of(stored, &hash) {
            let (case, at) = (line.case, line.at);
            return Err(text!(
                "第 {no} 条（{case}，{at}）与链不符：它或它之前的内容被改动过",
                "line {no} ({case}, {at}) does not fit the chain: it, or what stood before it, was changed"
            ));
        }
        self.last = hash;
        self.lines = no;
        Ok(())
    }

    /// Compares the end of the log with the head that the store keeps.
    pub fn finish(self, lines: u64, head: &str) -> Result<(), Text> {
        if self.lines == lines && is_hex_of(head, &self.last) {
            return Ok(());
        }
        let has = self.lines;
        Err(text!(
            "日志应有 {lines} 条，实有 {has} 条：末尾有记录被删除或添加",
            "the log should have {lines} lines and has {has}: some were taken from its end, or put there"
        ))
    }
}

pub fn digest(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

/// The hash that hexadecimal digits stand for.
pub fn unhex(words: &str) -> Option<Hash> {
    let bytes = words.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(bytes.chunks_exact(2)) {
        let digit = |c: u8| char::from(c).to_digit(16);
        *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Some(hash)
}

fn is_hex_of(words: &str, hash: &Hash) -> bool {
    unhex(words).is_some_and(|stored| stored == *hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Log = Vec<(u64, String, u64, String, String, String)>;

    fn log() -> Log {
        let mut before = genesis(false);
        let mut log = Vec::new();
        for no in 1..=5_u64 {
            let (case, at, body) = (format!("C-{}", no % 2), format!("2026-03-0{no}"), format!("{{\"n\":{no}}}"));
            before = link(&before, &Line { no, case: &case, seq: no, at: &at, body: &body });
            log.push((no, case, no, at, body, hex(&before)));
        }
        log
    }

    fn verify(log: &Log, head: &str, practice: bool) -> Result<(), Text> {
        let mut verifier = Verifier::new(practice);
        for (no, case, seq, at, body, hash) in log {
            verifier.push(&Line { no: *no, case, seq: *seq, at, body }, hash)?;
        }
        verifier.finish(5, head)
    }

    #[test]
    fn every_edit_insertion_move_and_deletion_is_found() {
        let whole = log();
        let head = whole[4].5.clone();
        verify(&whole, &head, false).unwrap();
        verify(&whole, &head, true).unwrap_err();
        for place in 0..5 {
            let mut gone = whole.clone();
            gone.remove(place);
            verify(&gone, &head, false).unwrap_err();
            // Renumbered, so that no gap is to be seen.
            gone.iter_mut().enumerate().for_each(|(at, line)| line.0 = at as u64 + 1);
            verify(&gone, &head, false).unwrap_err();
            let mut edited = whole.clone();
            edited[place].4.push(' ');
            verify(&edited, &head, false).unwrap_err();
            let mut moved = whole.clone();
            moved[place].1 = "C-9".into();
            verify(&moved, &head, false).unwrap_err();
            let mut doubled = whole.clone();
            doubled.insert(place, whole[place].clone());
            verify(&doubled, &head, false).unwrap_err();
        }
    }
}
