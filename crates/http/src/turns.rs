//! How often somebody may knock: counted by address and in all, anew each hour.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::Semaphore;

/// Turns taken in this hour.
pub struct Turns {
    begun: Instant,
    taken: Mutex<Taken>,
    /// How many may send files at once: others' uploads are not held up by them.
    pub slots: Semaphore,
}

#[derive(Default)]
struct Taken {
    hour: u64,
    all: u32,
    by: HashMap<String, u32>,
}

impl Turns {
    pub fn new(slots: usize) -> Turns {
        Turns { begun: Instant::now(), taken: Mutex::default(), slots: Semaphore::new(slots) }
    }

    /// Takes a turn, if an address has one left and there is one left at all.
    pub fn may(&self, address: &str, each: u32, all: u32) -> bool {
        self.may_in(self.begun.elapsed().as_secs() / 3600, address, each, all)
    }

    fn may_in(&self, hour: u64, address: &str, each: u32, all: u32) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.hour != hour {
            *taken = Taken { hour, ..Taken::default() };
        }
        // Whoever has none left uses up none of the others'.
        if taken.all >= all || taken.by.get(address).is_some_and(|n| *n >= each) {
            return false;
        }
        taken.all += 1;
        *taken.by.entry(address.to_string()).or_default() += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_run_out_and_come_back() {
        let turns = Turns::new(1);
        let check = |hour, address: &str, expected| assert_eq!(turns.may_in(hour, address, 2, 3), expected, "{hour} {address}");
        check(0, "a", true);
        check(0, "a", true);
        check(0, "a", false);
        check(0, "b", true);
        check(0, "c", false);
        check(1, "a", true);
        check(1, "c", true);
    }
}
