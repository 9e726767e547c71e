use std::hash::Hasher;

/// Every distinct word once, in one text, each known by a number; 0 is the empty word, which stands for "missing".
///
/// Registers repeat themselves: a county has a hundred villages and a few thousand names. What is costly (cleaning, pinyin,
/// comparing letters) is done once for a word and not once for a row.
///
/// ```
/// let mut words = linkage::Words::default();
/// let li = words.intern("李");
/// assert_eq!((words.intern("李"), words.intern("")), (li, 0));
/// assert_eq!(words.get(li), "李");
/// ```
#[derive(Debug, Clone)]
pub struct Words {
    text: String,
    ends: Vec<u32>,
    /// Open addressing: hash and number of a word, or [`FREE`].
    slots: Vec<(u32, u32)>,
}

const FREE: u32 = u32::MAX;
/// All words together; what goes beyond is missing.
const BYTES_MAX: usize = u32::MAX as usize - (1 << 20);

impl Default for Words {
    fn default() -> Words {
        Words { text: String::new(), ends: vec![0], slots: vec![(0, FREE); 16] }
    }
}

impl Words {
    /// The number of a word, new or known. A word for which there is no room left is missing (0).
    pub fn intern(&mut self, word: &str) -> u32 {
        if word.is_empty() { 0 } else { self.intern_hashed(word, hash_of(word)) }
    }

    fn intern_hashed(&mut self, word: &str, hash: u32) -> u32 {
        match self.find(word, hash) {
            Ok(number) => number,
            Err(_) if self.text.len() + word.len() > BYTES_MAX => 0,
            Err(slot) => {
                let number = self.ends.len() as u32;
                self.text.push_str(word);
                self.ends.push(self.text.len() as u32);
                self.slots[slot] = (hash, number);
                if self.ends.len() * 8 > self.slots.len() * 5 {
                    self.resize(self.slots.len() * 2);
                }
                number
            }
        }
    }

    /// The numbers of many words, which stand in one text, each up to its end. As if each were interned alone; but what will be looked
    /// at is fetched for several of them at a time, since waiting for memory is what interning costs.
    pub(crate) fn intern_all(&mut self, words: &str, ends: &[usize], out: &mut Vec<u32>) {
        const AT_ONCE: usize = 32;
        let mut start = 0;
        let mut batch: Vec<(&str, u32)> = Vec::with_capacity(AT_ONCE);
        for ends in ends.chunks(AT_ONCE) {
            batch.clear();
            for end in ends {
                let word = &words[start..*end];
                batch.push((word, hash_of(word)));
                start = *end;
            }
            let mask = self.slots.len() - 1;
            let at = batch.iter().map(|(_, hash)| self.slots[*hash as usize & mask]);
            let first = at.filter(|(_, number)| *number != FREE).map(|(_, number)| self.ends[number as usize - 1] as usize);
            let touched = first.map(|start| u32::from(self.text.as_bytes().get(start).copied().unwrap_or(0))).sum::<u32>();
            std::hint::black_box(touched);
            for (word, hash) in &batch {
                let number = if word.is_empty() { 0 } else { self.intern_hashed(word, *hash) };
                out.push(number);
            }
        }
    }

    /// A number for a word without asking whether it is known: for columns in which hardly a word comes twice. Such a word cannot be
    /// looked up.
    pub(crate) fn append(&mut self, word: &str) -> u32 {
        if word.is_empty() || self.text.len() + word.len() > BYTES_MAX {
            return 0;
        }
        self.text.push_str(word);
        self.ends.push(self.text.len() as u32);
        self.ends.len() as u32 - 1
    }

    /// Makes room for so many words more.
    pub(crate) fn reserve(&mut self, words: usize) {
        let slots = ((self.ends.len() + words) * 8 / 5).next_power_of_two();
        if slots > self.slots.len() {
            self.resize(slots);
        }
        self.ends.reserve(words);
    }

    /// The number of a word that is known already.
    pub fn number(&self, word: &str) -> Option<u32> {
        if word.is_empty() { Some(0) } else { self.find(word, hash_of(word)).ok() }
    }

    /// The word of a number; "" for one that was never given out.
    pub fn get(&self, number: u32) -> &str {
        let at = number as usize;
        match (at.checked_sub(1).and_then(|before| self.ends.get(before)), self.ends.get(at)) {
            (Some(start), Some(end)) => &self.text[*start as usize..*end as usize],
            _ => "",
        }
    }

    /// How many words there are, the empty one counted.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }

    /// Gives back what was set aside for further words.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn find(&self, word: &str, hash: u32) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.slots[slot] {
                (_, FREE) => return Err(slot),
                (other, number) if other == hash && self.get(number) == word => return Ok(number),
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn resize(&mut self, slots: usize) {
        let slots = std::mem::replace(&mut self.slots, vec![(0, FREE); slots]);
        let mask = self.slots.len() - 1;
        for (hash, number) in slots.into_iter().filter(|(_, number)| *number != FREE) {
            let mut slot = hash as usize & mask;
            while self.slots[slot].1 != FREE {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = (hash, number);
        }
    }
}

/// The same on every machine and in every run, so that nothing can come to depend on it.
pub(crate) fn hash_of(word: &str) -> u32 {
    (long_hash_of(word) >> 32) as u32
}

pub(crate) fn long_hash_of(word: &str) -> u64 {
    let mut hasher = Mixer::default();
    hasher.write(word.as_bytes());
    hasher.finish()
}

/// A multiply-and-fold hash of eight bytes at a time.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Mixer(u64);

impl Mixer {
    pub(crate) fn add(&mut self, word: u64) {
        let wide = u128::from(self.0 ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93_u128;
        self.0 = (wide >> 64) as u64 ^ wide as u64;
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let mut eight = [0; 8];
            eight.copy_from_slice(chunk);
            self.add(u64::from_le_bytes(eight));
        }
        let mut last = [0; 8];
        let rest = chunks.remainder();
        last[..rest.len()].copy_from_slice(rest);
        self.add(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u32(&mut self, word: u32) {
        self.add(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0x9fb2_1c65_1e98_df25)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_words_keep_their_numbers() {
        let mut words = Words::default();
        let numbers: Vec<u32> = (0..5000).map(|n| words.intern(&format!("村{n}"))).collect();
        for (n, number) in numbers.iter().enumerate() {
            let word = format!("村{n}");
            assert_eq!((words.get(*number), words.number(&word)), (word.as_str(), Some(*number)));
            assert_eq!(words.intern(&word), *number);
        }
        assert_eq!((words.len(), words.number("别处"), words.get(99_999)), (5001, None, ""));
    }
}
