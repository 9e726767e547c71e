//! What was worked out lately, bounded by weight: the oldest use goes first.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bounded map from what was asked to what came out. The weight of everything in it never exceeds `room`.
pub struct Cache<K, V> {
    inner: Mutex<Inner<K, V>>,
    /// What is being worked out, each with a gate before which those wait who ask for the same.
    under_way: Mutex<HashMap<K, Arc<Mutex<()>>>>,
    room: usize,
}

struct Inner<K, V> {
    entries: HashMap<K, Entry<V>>,
    weight: usize,
    clock: u64,
}

struct Entry<V> {
    value: V,
    weight: usize,
    used: u64,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    pub fn new(room: usize) -> Cache<K, V> {
        Cache {
            inner: Mutex::new(Inner { entries: HashMap::new(), weight: 0, clock: 0 }),
            under_way: Mutex::new(HashMap::new()),
            room,
        }
    }

    pub fn get(&self, key: &K) -> Option<V> {
        let mut inner = self.lock();
        inner.clock += 1;
        let now = inner.clock;
        let entry = inner.entries.get_mut(key)?;
        entry.used = now;
        Some(entry.value.clone())
    }

    /// What is kept under a key, or else what `make` makes of it: once for all who ask at the same time, while those who ask
    /// for something else go on. A failure is not kept; the next who waits tries again.
    pub fn get_or_make<E>(&self, key: &K, make: impl FnOnce() -> Result<(V, usize), E>) -> Result<V, E> {
        if let Some(value) = self.get(key) {
            return Ok(value);
        }
        let gate = lock(&self.under_way).entry(key.clone()).or_default().clone();
        let _passed = lock(&gate);
        // Taken away before the gate opens, also where `make` panics: whoever stands before it finds the value or makes it.
        let _leaving = Leaving { under_way: &self.under_way, key };
        if let Some(value) = self.get(key) {
            return Ok(value);
        }
        let (value, weight) = make()?;
        self.put(key.clone(), value.clone(), weight);
        Ok(value)
    }

    /// Keeps a value, unless it alone is heavier than all that may be kept.
    pub fn put(&self, key: K, value: V, weight: usize) {
        if weight > self.room {
            return;
        }
        let mut inner = self.lock();
        inner.clock += 1;
        let used = inner.clock;
        if let Some(old) = inner.entries.insert(key, Entry { value, weight, used }) {
            inner.weight -= old.weight;
        }
        inner.weight += weight;
        while inner.weight > self.room {
            let oldest = inner.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            let Some(gone) = oldest.and_then(|key| inner.entries.remove(&key)) else { break };
            inner.weight -= gone.weight;
        }
    }

    pub fn clear(&self) {
        let mut inner = self.lock();
        inner.entries.clear();
        inner.weight = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Inner<K, V>> {
        lock(&self.inner)
    }
}

/// Forgets a gate.
struct Leaving<'a, K: Eq + Hash> {
    under_way: &'a Mutex<HashMap<K, Arc<Mutex<()>>>>,
    key: &'a K,
}

impl<K: Eq + Hash> Drop for Leaving<'_, K> {
    fn drop(&mut self) {
        lock(self.under_way).remove(self.key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let cache = Cache::new(10);
        cache.put("a", 1, 4);
        cache.put("b", 2, 4);
        assert_eq!(cache.get(&"a"), Some(1));
        cache.put("c", 3, 4);
        assert_eq!((cache.get(&"a"), cache.get(&"b"), cache.get(&"c")), (Some(1), None, Some(3)));
        cache.put("d", 4, 11);
        assert_eq!((cache.get(&"d"), cache.get(&"a")), (None, Some(1)));
        cache.put("a", 5, 6);
        assert_eq!((cache.get(&"a"), cache.get(&"c")), (Some(5), Some(3)));
        cache.clear();
        assert_eq!(cache.get(&"a"), None);
    }

    #[test]
    fn those_who_come_together_share_one_making() {
        let (cache, made, together) = (Cache::new(10), AtomicUsize::new(0), Barrier::new(16));
        let ask = || {
            together.wait();
            cache.get_or_make(&"a", || {
                made.fetch_add(1, Ordering::Relaxed);
                // Long enough for the others to arrive.
                std::thread::sleep(Duration::from_millis(50));
                Ok::<_, ()>((7, 1))
            })
        };
        std::thread::scope(|scope| {
            let askers: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
            askers.into_iter().for_each(|asker| assert_eq!(asker.join().unwrap(), Ok(7)));
        });
        assert_eq!(made.load(Ordering::Relaxed), 1);
        assert!(lock(&cache.under_way).is_empty());
    }

    #[test]
    fn another_key_does_not_wait() {
        let (cache, other_is_made) = (Cache::new(10), Barrier::new(2));
        std::thread::scope(|scope| {
            let slow = scope.spawn(|| {
                cache.get_or_make(&"slow", || {
                    other_is_made.wait();
                    Ok::<_, ()>((1, 1))
                })
            });
            // Made while the slow one is still under way: otherwise this would never end.
            assert_eq!(cache.get_or_make(&"quick", || Ok::<_, ()>((2, 1))), Ok(2));
            other_is_made.wait();
            assert_eq!(slow.join().unwrap(), Ok(1));
        });
    }

    #[test]
    fn a_failure_is_not_kept() {
        let cache = Cache::new(10);
        assert_eq!(cache.get_or_make(&"a", || Err::<(i32, usize), _>("no disk")), Err("no disk"));
        assert_eq!(cache.get_or_make(&"a", || Ok::<_, &str>((3, 1))), Ok(3));
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            cache.get_or_make(&"b", || -> Result<(i32, usize), ()> { panic!("a fault of ours") })
        }));
        assert!(broken.is_err());
        assert_eq!(cache.get_or_make(&"b", || Ok::<_, ()>((4, 1))), Ok(4));
    }
}
