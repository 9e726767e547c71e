//! How two words may agree short of being the same. A level of comparison in the settings is one or more of these.

mod edit;
mod id;
mod name;
mod near;
mod sketch;

use facts::{Text, text};

pub use sketch::Sketch;

/// A test of two cleaned words: a unit struct, and a line in [`TESTS`].
pub trait Test: Sync + std::fmt::Debug {
    /// The word for it in settings: `edit` in `edit(name, 1)`.
    fn id(&self) -> &'static str;
    fn about(&self) -> Text;
    /// Whether the words agree in this way. Both are present; `n` is the number in `edit(name, 1)`, 0 where none is given.
    /// The answer must be the same for the words in either order.
    fn holds(&self, a: &str, b: &str, n: f64) -> bool;
    /// The answer where the sketches of both words tell it, the same that `holds` gives; `None` where the letters must be looked at.
    fn glance(&self, _a: Sketch, _b: Sketch, _n: f64) -> Option<bool> {
        None
    }
}

/// Every test, in alphabetical order. Beside these, settings know `same(..)`, equality of words, and `swapped(a, b)`, equality
/// crosswise of two columns, which need no letters.
pub static TESTS: &[&dyn Test] = &[
    &near::DateSlip,
    &near::Days,
    &near::Dice,
    &edit::Edit,
    &near::Grams,
    &id::IdSlip,
    &id::IdsValid,
    &edit::Jaro,
    &edit::Long,
    &name::LookAlike,
    &name::LostCharacters,
    &near::Overlap,
    &edit::Prefix,
    &name::SoundNear,
    &near::Within,
];

/// The test of that word.
pub fn test(id: &str) -> Option<&'static dyn Test> {
    TESTS.iter().copied().find(|test| test.id() == id)
}

/// What `same` says of itself, for lists of tests.
pub fn about_same() -> Text {
    text!("相同", "the same")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_in_order_and_hold_where_they_say() {
        assert!(TESTS.is_sorted_by_key(|test| test.id()));
        let check = |id: &str, n: f64, yes: &[(&str, &str)], no: &[(&str, &str)]| {
            for (cases, wanted) in [(yes, true), (no, false)] {
                for (a, b) in cases {
                    let test = test(id).unwrap();
                    assert_eq!((test.holds(a, b, n), test.holds(b, a, n)), (wanted, wanted), "{id} of `{a}` and `{b}`");
                }
            }
        };
        check(
            "edit",
            1.0,
            &[("李明", "李鸣"), ("smith", "smiht"), ("李明", "李小明"), ("a", "a")],
            &[("李明", "王鸣"), ("ab", "ba c")],
        );
        check("edit", 2.0, &[("smith", "smythe"), ("李明", "王鸣")], &[("smith", "jones")]);
        check("jaro", 0.9, &[("martha", "marhta")], &[("martha", "jones")]);
        check("long", 4.0, &[("阿卜杜拉", "买买提江")], &[("阿卜杜拉", "李明")]);
        check("prefix", 2.0, &[("阿卜杜拉", "阿卜杜拉买买提")], &[("阿", "阿卜"), ("李明", "王明")]);
        check(
            "id-slip",
            0.0,
            &[
                ("11010519491231002X", "11010519491231003X"),
                ("11010519491231002X", "11010519941231002X"),
                ("11010519491231002X", "1101051949123100X2"),
                ("11010519491231002X", "1101051949123102X"),
            ],
            &[("11010519491231002X", "110105194912310038"), ("11010519491231002X", "1101051949123")],
        );
        check("ids-valid", 0.0, &[("11010519491231002X", "11010519491231002X")], &[("11010519491231002X", "11010519491231003X")]);
        check(
            "date-slip",
            0.0,
            &[("20150901", "20150109"), ("20150901", "20151901"), ("20150901", "20150910")],
            &[("20150901", "20140902"), ("20150901", "20150901")],
        );
        check(
            "days",
            55.0,
            &[("20150901", "20150728"), ("20160229", "20160301")],
            &[("20150901", "20160901"), ("20150901", "20150231")],
        );
        check(
            "lookalike",
            0.0,
            &[("王末", "王未"), ("张晴", "张睛"), ("陳明", "陈明")],
            &[("王末", "王大"), ("王末", "李未"), ("王末", "王末明")],
        );
        check(
            "lost-characters",
            0.0,
            &[("王?", "王喆"), ("王zhe", "王喆"), ("?明", "李明")],
            &[("王?", "李喆"), ("王喆", "王哲"), ("??", "李明"), ("王?", "王喆明")],
        );
        check(
            "sound-near",
            0.0,
            &[("阿卜杜拉", "阿布都拉"), ("次仁卓玛", "才仁卓玛"), ("张胜", "藏森")],
            &[("李明", "王芳"), ("阿卜杜拉", "买买提")],
        );
        check("within", 2.0, &[("10", "12")], &[("10", "13"), ("10", "x")]);
        check("dice", 0.6, &[("a/b/c", "b/c/d"), ("a", "a")], &[("a/b/c", "c/d/e"), ("a", "b")]);
        check("grams", 1.0, &[("a/b/c/d", "a/b/x/y"), ("a/b", "a/b")], &[("a/b/c/d", "a/x/y/z"), ("a", "b")]);
        check("overlap", 0.0, &[("李明/王芳", "王芳"), ("王芳/赵六", "李明/王芳")], &[("李明", "王芳")]);
    }
}
