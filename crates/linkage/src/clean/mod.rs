//! What a column holds, and how its words are brought into one form before anything is compared.

mod date;
mod id;
mod name;
mod place;
mod plain;

use facts::Text;
use unicode_normalization::UnicodeNormalization;

pub(crate) use date::{day_number, parse as parse_day};
pub(crate) use id::is_valid as is_valid_id;
pub(crate) use name::{WILD, is_han};
pub(crate) use place::parts as address_parts;

/// A kind of column: a unit struct, and a line in [`KINDS`].
pub trait Kind: Sync + std::fmt::Debug {
    /// The word for it in settings.
    fn id(&self) -> &'static str;
    fn about(&self) -> Text;
    /// Writes the one form of a cell's words; nothing where they say nothing ("无", "不详", a dash).
    fn clean(&self, words: &str, out: &mut String);
}

/// Every kind, in alphabetical order.
pub static KINDS: &[&dyn Kind] = &[
    &place::Address,
    &id::CitizenId,
    &id::Code,
    &date::Day,
    &place::Group,
    &name::Name,
    &plain::Number,
    &plain::Phone,
    &place::Place,
    &plain::Sex,
    &id::StudentNo,
    &plain::Words,
];

/// The kind of that word.
pub fn kind(id: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.id() == id)
}

/// Full width to half width, compatibility forms to plain ones.
pub(crate) fn folded(words: &str, out: &mut String) {
    let plain = words.chars().all(|c| c.is_ascii() || is_han(c));
    if plain { out.push_str(words) } else { out.extend(words.nfkc()) }
}

/// Whether words stand for "nothing is known".
pub(crate) fn is_blank(words: &str) -> bool {
    matches!(
        words,
        "" | "-"
            | "--"
            | "—"
            | "——"
            | "/"
            | "\\"
            | "无"
            | "不详"
            | "不明"
            | "未知"
            | "空"
            | "null"
            | "NULL"
            | "None"
            | "nan"
            | "NaN"
            | "N/A"
            | "n/a"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_order_and_clean_what_registers_write() {
        assert!(KINDS.is_sorted_by_key(|kind| kind.id()));
        let check = |id: &str, cases: &[(&str, &str)]| {
            for (words, wanted) in cases {
                let mut out = String::new();
                kind(id).unwrap().clean(words, &mut out);
                assert_eq!(out, *wanted, "{id} of `{words}`");
                let mut again = String::new();
                kind(id).unwrap().clean(&out, &mut again);
                assert_eq!(again, out, "{id} of its own form");
            }
        };
        check(
            "name",
            &[
                (" 李　明 ", "李明"),
                ("阿卜杜拉·买买提", "阿卜杜拉买买提"),
                ("阿卜杜拉．买买提", "阿卜杜拉买买提"),
                ("王\u{e863}", "王?"),
                ("王*", "王?"),
                ("李明（大）", "李明"),
                ("O’Brien,  Mary", "o'brien mary"),
                ("不详", ""),
            ],
        );
        check(
            "citizen-id",
            &[
                ("１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
                ("11010519491231002*", "11010519491231002X"),
                ("110105491231002", "11010519491231002X"),
                ("G11010519491231002X", "11010519491231002X"),
                ("无", ""),
                ("000000000000000000", ""),
            ],
        );
        check("student-no", &[("G11010519491231002X", "11010519491231002X"), ("J110105194912310021", ""), ("L1", "")]);
        check(
            "date",
            &[("2015-9-1", "20150901"), ("2015年09月01日", "20150901"), ("20150229", "20150229"), ("2015", ""), ("无", "")],
        );
        check(
            "phone",
            &[("+86 138-0000-1234", "13800001234"), ("１３８００００１２３４", "13800001234"), ("00000000000", ""), ("无", "")],
        );
        check(
            "place",
            &[
                ("白水村委会", "白水村"),
                ("白水村民委员会", "白水村"),
                ("白水村", "白水村"),
                ("沙坡社区居委会", "沙坡社区"),
                ("白水", "白水"),
            ],
        );
        check("group", &[("第十二村民小组", "12"), ("3组", "3"), ("三社", "3"), ("二十组", "20"), ("上寨", "上寨")]);
        check("sex", &[("男性", "1"), ("女", "2"), ("F", "2"), ("?", "")]);
        check("number", &[("１２.50", "12.5"), ("1,200", "1200"), ("十", "")]);
        check("text", &[(" Main  Street ", "main street"), ("－", "")]);
        check("code", &[("ab-12", "AB12")]);
        check("address", &[("云南省 个旧市沙甸镇白水村委会３组", "云南省个旧市沙甸镇白水村委会3组")]);
    }
}
