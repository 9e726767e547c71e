//! What can be taken from a word: its pinyin, its first letters, the birth date in an id. Blocking keys and levels of comparison
//! are expressions over these.

mod letters;
mod sound;

use facts::{Text, text};

pub(crate) use letters::{fold_variants, surname_len, variant_characters};
pub(crate) use sound::syllables;

use crate::clean;

/// A derivation: a unit struct, and a line in [`DERIVATIONS`].
pub trait Derivation: Sync + std::fmt::Debug {
    /// The word for it in settings: `pinyin` in `pinyin(name)`.
    fn id(&self) -> &'static str;
    fn about(&self) -> Text;
    /// Writes what is taken from a cleaned word; nothing where it has none. `n` is the number in `last(id_no, 6)`.
    fn derive(&self, word: &str, n: usize, out: &mut String);
}

/// Every derivation, in alphabetical order.
pub static DERIVATIONS: &[&dyn Derivation] = &[
    &IdBirth,
    &letters::County,
    &letters::First,
    &letters::Given,
    &letters::Group,
    &sound::Initials,
    &letters::Last,
    &MonthDay,
    &sound::Pinyin,
    &letters::Sorted,
    &sound::Sound,
    &sound::Soundex,
    &letters::Surname,
    &sound::SurnamePinyin,
    &sound::Tones,
    &letters::Town,
    &letters::Variants,
    &letters::Village,
    &Year,
];

/// The derivation of that word.
pub fn derivation(id: &str) -> Option<&'static dyn Derivation> {
    DERIVATIONS.iter().copied().find(|derivation| derivation.id() == id)
}

/// The birth date inside a citizen id.
#[derive(Debug)]
struct IdBirth;

#[derive(Debug)]
struct MonthDay;

#[derive(Debug)]
struct Year;

impl Derivation for IdBirth {
    fn id(&self) -> &'static str {
        "born"
    }

    fn about(&self) -> Text {
        text!("身份证号中的出生日期", "the birth date inside a citizen id")
    }

    fn derive(&self, word: &str, _: usize, out: &mut String) {
        if let Some(day) = word.get(6..14).filter(|day| word.len() == 18 && clean::parse_day(day).is_some()) {
            out.push_str(day);
        }
    }
}

impl Derivation for MonthDay {
    fn id(&self) -> &'static str {
        "month-day"
    }

    fn about(&self) -> Text {
        text!("日期的月日", "month and day of a date")
    }

    fn derive(&self, word: &str, _: usize, out: &mut String) {
        out.push_str(word.get(4..8).unwrap_or_default());
    }
}

impl Derivation for Year {
    fn id(&self) -> &'static str {
        "year"
    }

    fn about(&self) -> Text {
        text!("日期的年份", "the year of a date")
    }

    fn derive(&self, word: &str, _: usize, out: &mut String) {
        out.push_str(word.get(..4).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivations_are_in_order_and_take_what_they_say() {
        assert!(DERIVATIONS.is_sorted_by_key(|derivation| derivation.id()));
        let check = |id: &str, n: usize, cases: &[(&str, &str)]| {
            for (word, wanted) in cases {
                let mut out = String::new();
                derivation(id).unwrap().derive(word, n, &mut out);
                assert_eq!(out, *wanted, "{id} of `{word}`");
            }
        };
        check(
            "pinyin",
            0,
            &[("李明", "liming"), ("王?", "wang?"), ("买买提", "maimaiti"), ("麦麦提", "maimaiti"), ("mary", "mary")],
        );
        check("tones", 0, &[("李明", "li3ming2")]);
        check("initials", 0, &[("李明", "lm"), ("mary jones", "mj")]);
        check("sound", 0, &[("张胜", "zansen"), ("藏森", "cansen"), ("李玲", "lilin"), ("李林", "lilin")]);
        check("surname", 0, &[("欧阳明", "欧阳"), ("李明", "李"), ("mary jones", "mary")]);
        check("surname-pinyin", 0, &[("欧阳明", "ouyang"), ("张三", "zhang")]);
        check("given", 0, &[("欧阳明", "明"), ("李", "")]);
        check("variants", 0, &[("陳國華", "陈国华"), ("萧昇", "肖升")]);
        check("sorted", 0, &[("木呷阿", "呷木阿"), ("阿木呷", "呷木阿")]);
        check("first", 2, &[("李小明", "李小"), ("李", "李")]);
        check("last", 6, &[("11010519491231002X", "31002X")]);
        check("born", 0, &[("11010519491231002X", "19491231"), ("1", "")]);
        check("year", 0, &[("20150901", "2015")]);
        check("month-day", 0, &[("20150901", "0901")]);
        check("soundex", 0, &[("robert", "r163"), ("rupert", "r163"), ("ashcraft", "a261"), ("tymczak", "t522"), ("李明", "lm")]);
        check("village", 0, &[("白坪镇红岩村3组", "红岩村")]);
        check("town", 0, &[("白坪镇红岩村3组", "白坪镇")]);
        check("county", 0, &[("青水县白坪镇", "青水县")]);
        check("group", 0, &[("白坪镇红岩村3组", "3")]);
    }
}
