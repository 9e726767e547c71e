use std::fmt;

use serde::{Deserialize, Serialize};

/// A county (GB/T 2260, six digits). `000000` stands for facts that came without any division code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CountyCode(String);

impl CountyCode {
    pub fn parse(words: &str) -> Option<CountyCode> {
        let digits = crate::plain(words);
        (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(CountyCode(digits))
    }

    pub fn unstated() -> CountyCode {
        CountyCode("000000".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a place prefix ("" = the whole country, "53" a province, "5325" a prefecture) covers this county.
    pub fn is_in(&self, prefix: &str) -> bool {
        self.0.starts_with(prefix)
    }
}

impl fmt::Display for CountyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
