//! How much one address may ask of the parents' page: enough for a town behind one address, too little for whoever tries out receipts.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);
/// A question about a receipt that is not there weighs as much as so many: parents copy theirs from a paper.
const MISS: u32 = 20;
/// So many addresses are remembered; were there more in one minute, it begins anew.
const ADDRESSES_MAX: usize = 200_000;

/// Counts what each address asked in the minute that runs.
#[derive(Debug)]
pub struct QueryLimit {
    /// 0 for no limit.
    per_minute: u32,
    minute: Mutex<(Instant, HashMap<IpAddr, u32>)>,
}

impl QueryLimit {
    pub fn new(per_minute: u32) -> QueryLimit {
        QueryLimit { per_minute, minute: Mutex::new((Instant::now(), HashMap::new())) }
    }

    /// Whether an address may ask now; it is counted.
    pub fn may_ask(&self, address: Option<IpAddr>) -> bool {
        self.count(address, 1, Instant::now())
    }

    /// Counts that what it asked for is not there.
    pub fn missed(&self, address: Option<IpAddr>) {
        self.count(address, MISS - 1, Instant::now());
    }

    fn count(&self, address: Option<IpAddr>, weight: u32, now: Instant) -> bool {
        let Some(address) = address.filter(|_| self.per_minute > 0) else { return true };
        // Counting goes on where a thread has died.
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(minute.0) >= MINUTE || minute.1.len() > ADDRESSES_MAX {
            *minute = (now, HashMap::new());
        }
        let asked = minute.1.entry(address).or_default();
        *asked = asked.saturating_add(weight);
        *asked <= self.per_minute
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misses_weigh_more_and_a_minute_later_all_begins_anew() {
        let limit = QueryLimit::new(100);
        let (one, other, start) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]), Instant::now());
        let asked = |address: IpAddr, weight: u32, at: Instant| limit.count(Some(address), weight, at);
        assert!((0..100).all(|_| asked(one, 1, start)) && !asked(one, 1, start));
        assert!((0..5).all(|_| asked(other, MISS, start)) && !asked(other, 1, start));
        assert!(asked(one, 1, start + MINUTE) && asked(other, 1, start + MINUTE));
        assert!((0..9).all(|_| QueryLimit::new(0).may_ask(Some(one))));
    }
}
