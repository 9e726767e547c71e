use crate::hash::Hash;
use crate::{PROTOCOL, Seed};

/// An endless row of numbers that follows from the seed and a name: SHA-256 in counter mode.
///
/// Key = SHA-256 of the text `junheng-draw/1 stream⏎seed⏎name⏎`. Block *i* (from 0) = SHA-256 of the 32 bytes of the key and *i*
/// as 8 bytes, most significant first. Each block gives four numbers of 64 bits, most significant byte first, in order.
#[derive(Debug, Clone)]
pub struct Stream {
    key: Hash,
    block: [u8; 32],
    next_block: u64,
    /// How many of the four numbers of `block` are used.
    used: usize,
}

impl Stream {
    pub fn new(seed: &Seed, name: &str) -> Stream {
        let key = Hash::of(format!("{PROTOCOL} stream\n{}\n{name}\n", seed.0).as_bytes());
        Stream { key, block: [0; 32], next_block: 0, used: 4 }
    }

    /// The next number of 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        if self.used == 4 {
            let mut input = [0; 40];
            input[..32].copy_from_slice(&self.key.0);
            input[32..].copy_from_slice(&self.next_block.to_be_bytes());
            self.block = Hash::of(&input).0;
            self.next_block += 1;
            self.used = 0;
        }
        let at = 8 * self.used;
        self.used += 1;
        self.block[at..at + 8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A number from 0 to `n` − 1, each as likely as the other; 0 for an `n` of 0.
    ///
    /// Numbers of 64 bits at or above the greatest multiple of `n` are left out, or the small remainders would come more often.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        // 2^64 mod n, without a number of 65 bits.
        let left_over = (u64::MAX % n + 1) % n;
        loop {
            let number = self.next_u64();
            if left_over == 0 || number <= u64::MAX - left_over {
                return number % n;
            }
        }
    }

    /// Puts things into an order of which every one is equally likely: from the last place down, each is exchanged with one
    /// at or before it (Fisher and Yates).
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}
