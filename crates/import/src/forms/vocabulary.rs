use std::collections::{BTreeMap, HashMap};

use facts::{Text, plain};

/// Which words of files mean which value: `1` for 男, 男性, M.
#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    pub id: String,
    pub title: Text,
    /// Bare words → value. A value itself is always one of its words.
    words: HashMap<String, String>,
    contains: Vec<(String, String)>,
    /// The first word of each value.
    shown: Vec<String>,
}

impl Vocabulary {
    pub(crate) fn new(
        id: &str,
        title: Text,
        words: &BTreeMap<String, Vec<String>>,
        contains: &BTreeMap<String, Vec<String>>,
    ) -> Result<Vocabulary, String> {
        let mut vocabulary =
            Vocabulary { id: id.to_string(), title, words: HashMap::new(), contains: Vec::new(), shown: Vec::new() };
        for (value, aliases) in words {
            vocabulary.shown.extend(aliases.first().cloned());
            for word in aliases.iter().chain((!value.is_empty()).then_some(value)) {
                if let Some(other) = vocabulary.words.insert(bare(word), value.clone())
                    && other != *value
                {
                    return Err(word.clone());
                }
            }
        }
        for (value, parts) in contains {
            vocabulary.contains.extend(parts.iter().map(|part| (bare(part), value.clone())));
        }
        Ok(vocabulary)
    }

    /// The value that words stand for; "" for "none".
    pub(crate) fn read(&self, words: &str) -> Option<&str> {
        // Most cells are written as the vocabulary has them.
        if let Some(value) = self.words.get(words) {
            return Some(value);
        }
        let words = bare(words);
        if let Some(value) = self.words.get(&words) {
            return Some(value);
        }
        self.contains.iter().find(|(part, _)| words.contains(part.as_str())).map(|(_, value)| value.as_str())
    }

    /// Some of the words that would be understood, for a hint.
    pub(crate) fn sample(&self) -> String {
        self.shown.iter().take(15).map(String::as_str).collect::<Vec<_>>().join("、")
    }
}

/// Small letters, no spaces, and no full stop or bracket in the way: how words are compared.
pub(crate) fn bare(words: &str) -> String {
    plain(words).to_lowercase().replace(' ', "")
}
