use std::fmt;

use serde::{Deserialize, Serialize};

/// A message in both languages of the product; one cannot be written without the other.
///
/// ```
/// use facts::{Lang, Text, text};
/// let n = 3;
/// let t: Text = text!("{n} 所学校", "{n} schools");
/// assert_eq!(t.get(Lang::Zh), "3 所学校");
/// assert_eq!(t.get(Lang::En), "3 schools");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

impl Text {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text {
        Text { zh: zh.into(), en: en.into() }
    }

    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// Chinese comes first: it is what `Display` of a [`Text`] shows.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.zh)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

/// `text!("中文 {x}", "English {x}")`: both languages at the place where the message is raised, with inline arguments.
#[macro_export]
macro_rules! text {
    ($zh:literal, $en:literal $(, $($arg:tt)*)?) => {
        $crate::Text { zh: format!($zh $(, $($arg)*)?), en: format!($en $(, $($arg)*)?) }
    };
}
