use facts::{Text, text};
use serde::Serialize;

use crate::procedure::Article;

/// Why something may not be done: what stands in the way, the way on, and the article that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// A stable word for scripts: `out-of-order`, `same-person`.
    pub code: String,
    pub what: Text,
    pub hint: Text,
    pub article: Article,
}

impl Refusal {
    pub(crate) fn new(code: &str, what: Text, hint: Text, article: Article) -> Box<Refusal> {
        Box::new(Refusal { code: code.to_string(), what, hint, article })
    }

    /// A step that lacks fields, evidence or what its papers say: all of it at once.
    pub(crate) fn lacking(lacking: &[Text], act: &Text, article: &Article) -> Box<Refusal> {
        let what = said!("“{}”还缺：{}", "\"{}\" lacks: {}", act, join(lacking));
        let hint = text!(
            "栏目用 --set 栏目=内容，证据用 --evidence 种类=文件",
            "give fields with --set FIELD=WORDS and evidence with --evidence KIND=FILE"
        );
        Refusal::new("not-whole", what, hint, article.clone())
    }

    pub(crate) fn unless_whole(lacking: &[Text], act: &Text, article: &Article) -> Result<(), Box<Refusal>> {
        if lacking.is_empty() { Ok(()) } else { Err(Refusal::lacking(lacking, act, article)) }
    }
}

/// `said!("中文 {}", "English {}", text)`: each language of the message gets the same language of its parts.
macro_rules! said {
    ($zh:literal, $en:literal, $($part:expr),+ $(,)?) => {
        facts::Text::new(format!($zh, $($part.zh),+), format!($en, $($part.en),+))
    };
}
pub(crate) use said;

/// Names one after the other: 、 in Chinese, a comma in English.
pub(crate) fn join(texts: &[Text]) -> Text {
    let of = |pick: fn(&Text) -> &String, between: &str| {
        texts.iter().map(|text| pick(text).as_str()).collect::<Vec<_>>().join(between)
    };
    Text::new(of(|text| &text.zh, "、"), of(|text| &text.en, ", "))
}

/// Names that are typed, each with what it is called: `returned（复学）`.
pub(crate) fn named<'n>(list: impl Iterator<Item = (&'n String, Text)>) -> Text {
    join(&list.map(|(id, name)| said!("{id}（{}）", "{id} ({})", name)).collect::<Vec<_>>())
}
