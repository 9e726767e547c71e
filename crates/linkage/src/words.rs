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
        if self.slots.is_empty() {
            self.ready();
        }
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
            self.ready();
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
        self.ready();
        let slots = ((self.ends.len() + words) * 8 / 5).next_power_of_two();
        if slots > self.slots.len() {
            self.resize(slots);
        }
        self.ends.reserve(words);
    }

    /// The number of a word that is known already.
    pub fn number(&self, word: &str) -> Option<u32> {
        match word {
            "" => Some(0),
            _ if self.slots.is_empty() => (1..self.ends.len() as u32).find(|number| self.get(*number) == word),
            _ => self.find(word, hash_of(word)).ok(),
        }
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

    /// Gives back what was set aside for further words, and by what known ones are found: the next one that is asked for brings it back.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.slots = Vec::new();
    }

    /// Makes known words be found again.
    pub(crate) fn ready(&mut self) {
        if !self.slots.is_empty() {
            return;
        }
        let slots = (self.ends.len() * 8 / 5 + 1).next_power_of_two().max(16);
        self.slots = vec![(0, FREE); slots];
        let mask = slots - 1;
        for number in 1..self.ends.len() as u32 {
            let hash = hash_of(self.get(number));
            let mut slot = hash as usize & mask;
            while self.slots[slot].1 != FREE {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = (hash, number);
        }
    }

    /// Forgets the words that came after the first so many.
    pub(crate) fn truncate(&mut self, words: usize) {
        while self.ends.len() > words.max(1) {
            let number = self.ends.len() as u32 - 1;
            self.lose(number);
            self.ends.pop();
            self.text.truncate(self.ends.last().copied().unwrap_or(0) as usize);
        }
    }

    /// Takes a word out of what words are found by; those behind it that would not be found any more move up.
    fn lose(&mut self, number: u32) {
        if self.slots.is_empty() {
            return;
        }
        let mask = self.slots.len() - 1;
        let mut hole = hash_of(self.get(number)) as usize & mask;
        while self.slots[hole].1 != number {
            if self.slots[hole].1 == FREE {
                return;
            }
            hole = (hole + 1) & mask;
        }
        let mut next = (hole + 1) & mask;
        while self.slots[next].1 != FREE {
            let wanted = self.slots[next].0 as usize & mask;
            if next.wrapping_sub(wanted) & mask >= next.wrapping_sub(hole) & mask {
                self.slots[hole] = self.slots[next];
                hole = next;
            }
            next = (next + 1) & mask;
        }
        self.slots[hole] = (0, FREE);
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
        words.shrink();
        assert_eq!((words.number("村17"), words.number("别处")), (Some(numbers[17]), None));
        for n in 0..20_000 {
            let new = words.intern(&format!("寨{n}"));
            assert_eq!(new as usize, 5001 + n);
        }
        words.truncate(5001);
        for (n, number) in numbers.iter().enumerate() {
            assert_eq!(words.number(&format!("村{n}")), Some(*number));
        }
        assert_eq!((words.len(), words.number("寨7"), words.intern("寨8")), (5001, None, 5001));
    }
}
