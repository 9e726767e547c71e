//! What the reader of TOML says, in both languages: its own words are English only.

use facts::{Text, text};

/// The reader's words as a Chinese and an English sentence. What is not known is told in general in Chinese, and the English
/// keeps the reader's words.
pub(super) fn in_both_languages(message: &str) -> Text {
    let message = message.lines().collect::<Vec<_>>().join("; ");
    let quoted = quoted(&message);
    let first = quoted.first().map_or("", String::as_str);
    let known = || quoted[1..].join("、");
    let known_en = || quoted[1..].join(", ");
    if message.starts_with("unknown field") && !quoted.is_empty() {
        let (zh, en) = (known(), known_en());
        return text!("这里没有“{first}”这一项，可用的有：{zh}", "there is no key `{first}` here; there are: {en}");
    }
    if message.starts_with("missing field") {
        return text!("缺少“{first}”这一项", "the key `{first}` is missing");
    }
    if message.starts_with("unknown variant") && !quoted.is_empty() {
        let (zh, en) = (known(), known_en());
        return text!("“{first}”不能用在这里，可用的有：{zh}", "`{first}` cannot stand here; there are: {en}");
    }
    if let Some((found, wanted)) = message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected ")) {
        let (found, wanted) = (kind(found), kind(wanted));
        let (found_zh, found_en, wanted_zh, wanted_en) = (&found.zh, &found.en, &wanted.zh, &wanted.en);
        return text!(
            "值的类型不对：应为{wanted_zh}，写的是{found_zh}",
            "the value is of another kind: {wanted_en} is wanted, {found_en} stands there"
        );
    }
    if message.starts_with("duplicate") {
        return text!("同一项写了两次", "a key stands twice");
    }
    match SYNTAX.iter().find(|(en, _)| message.starts_with(en)) {
        Some((_, zh)) => text!("不合 TOML 写法：{zh}", "this is not TOML: {message}"),
        None => text!(
            "不合 TOML 写法，看看引号、等号、逗号和方括号是否成对",
            "this is not TOML: {message}; look for a missing quote, equals sign, comma or bracket"
        ),
    }
}

/// The words between backquotes.
fn quoted(message: &str) -> Vec<String> {
    message.split('`').skip(1).step_by(2).map(str::to_string).collect()
}

/// A kind of value as serde names it: `` integer `5` ``, `a string`, `struct RawColumn`.
fn kind(words: &str) -> Text {
    const KINDS: &[(&str, &str, &str)] = &[
        ("integer", "整数", "a whole number"),
        ("floating point", "小数", "a number"),
        ("f64", "数", "a number"),
        ("u", "整数", "a whole number"),
        ("i", "整数", "a whole number"),
        ("string", "带引号的字符串", "a string in quotes"),
        ("a string", "带引号的字符串", "a string in quotes"),
        ("boolean", "true 或 false", "true or false"),
        ("a boolean", "true 或 false", "true or false"),
        ("sequence", "列表 […]", "a list […]"),
        ("a sequence", "列表 […]", "a list […]"),
        ("map", "表 […] 或 {…}", "a table […] or {…}"),
        ("a map", "表 […] 或 {…}", "a table […] or {…}"),
        ("struct", "表 […] 或 {…}", "a table […] or {…}"),
    ];
    // The longest beginning, so that `integer` is not taken for `i`.
    let found = KINDS.iter().filter(|(start, ..)| words.starts_with(start)).max_by_key(|(start, ..)| start.len());
    match found {
        Some((_, zh, en)) => Text::new(*zh, *en),
        None => text!("另一类值", "another kind of value"),
    }
}

/// How the reader's words on syntax begin, and what they mean.
const SYNTAX: &[(&str, &str)] = &[
    ("string values must be quoted", "字符串要加引号"),
    ("unquoted keys cannot be empty", "等号前没有名称"),
    ("invalid unquoted key", "名称里有不该有的字符"),
    ("invalid basic string", "字符串没有写完，或里面有不该有的字符"),
    ("invalid multi-line basic string", "多行字符串没有写完，或里面有不该有的字符"),
    ("invalid literal string", "单引号字符串没有写完"),
    ("invalid multi-line literal string", "单引号多行字符串没有写完"),
    ("missing opening quote", "缺少前引号"),
    ("missing escaped value", "反斜杠后缺字"),
    ("key with no value", "只有名称，没有等号和值"),
    ("missing value", "等号后没有值"),
    ("missing assignment between key-value pairs", "缺少等号"),
    ("extra assignment", "多了一个等号"),
    ("extra `=`", "多了一个等号"),
    ("missing comma", "缺少逗号"),
    ("extra comma", "多了一个逗号"),
    ("unclosed array table", "[[…]] 没有写完"),
    ("unclosed array", "列表 […] 没有写完"),
    ("unclosed inline table", "{…} 没有写完"),
    ("unclosed table", "[…] 没有写完"),
    ("cannot recurse further", "嵌套过深"),
    ("invalid value", "等号后的值写法不对"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::raw::RawForm;

    /// The sentence for a form that is wrong in one way, none of it English in the Chinese.
    fn check(form: &str, zh: &str, en: &str) {
        let error = toml::from_str::<RawForm>(form).unwrap_err();
        let told = in_both_languages(error.message());
        assert_eq!((told.zh.as_str(), told.en.as_str()), (zh, en), "{}", error.message());
    }

    #[test]
    fn whatever_is_wrong_is_told_in_both_languages() {
        let head = "id = \"a\"\ntitle = \"甲\"\ntitle_en = \"a\"\nslot = \"\"\n";
        check(head, "缺少“layout”这一项", "the key `layout` is missing");
        check(
            &format!("{head}layout = \"lists\""),
            "“lists”不能用在这里，可用的有：list、matrix",
            "`lists` cannot stand here; there are: list, matrix",
        );
        check(
            &format!("{head}layout = \"list\"\n[[agree]]\nsubjekt = 1"),
            "这里没有“subjekt”这一项，可用的有：subject、code、severity、key、value、title、title_en、hint、hint_en",
            "there is no key `subjekt` here; there are: subject, code, severity, key, value, title, title_en, hint, hint_en",
        );
        check(
            &format!("{head}layout = \"list\"\n[[column]]\nid = \"a\"\nkind = \"text\"\nheads = \"甲\""),
            "值的类型不对：应为列表 […]，写的是带引号的字符串",
            "the value is of another kind: a list […] is wanted, a string in quotes stands there",
        );
        check(
            &format!("{head}layout = \"list\"\n[[column]]\nid = \"a\"\nkind = \"text\"\nfilled = 1"),
            "值的类型不对：应为true 或 false，写的是整数",
            "the value is of another kind: true or false is wanted, a whole number stands there",
        );
        check(
            "title = 甲",
            "不合 TOML 写法：字符串要加引号",
            "this is not TOML: string values must be quoted, expected literal string",
        );
        check("a = 1\na = 2", "同一项写了两次", "a key stands twice");
        check("[[column]", "不合 TOML 写法：[[…]] 没有写完", "this is not TOML: unclosed array table, expected `]`");
    }
}
