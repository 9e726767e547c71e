//! What was worked out lately, bounded by weight: the oldest use goes first.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A bounded map from what was asked to what came out. The weight of everything in it never exceeds `room`.
pub struct Cache<K, V> {
    inner: Mutex<Inner<K, V>>,
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
        Cache { inner: Mutex::new(Inner { entries: HashMap::new(), weight: 0, clock: 0 }), room }
    }

    pub fn get(&self, key: &K) -> Option<V> {
        let mut inner = self.lock();
        inner.clock += 1;
        let now = inner.clock;
        let entry = inner.entries.get_mut(key)?;
        entry.used = now;
        Some(entry.value.clone())
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
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
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
}
