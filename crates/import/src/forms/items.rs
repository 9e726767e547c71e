use facts::{Finding, Item, ItemList, Severity, Text, Unit, text};

use super::Unclear;
use super::raw::RawItems;
use super::toml_file::TomlFile;
use crate::heads::HeadPart;

/// Reads the item list, `items/*.toml`, from the files of the forms folder; other files are not looked at.
///
/// ```
/// let file = r#"
/// [[item]]
/// id = "books"
/// title = "图书册数"
/// title_en = "Books"
/// unit = "book"
/// whole_number = true
/// "#;
/// let (items, findings) = import::read_items(&[("items/stock.toml".into(), file.into())]);
/// assert!(findings.is_empty());
/// assert!(items.read("图书册数（册）").unwrap().whole_number);
/// ```
pub fn read_items(files: &[(String, Vec<u8>)]) -> (ItemList, Vec<Finding>) {
    let (mut items, mut findings): (Vec<Item>, Vec<Finding>) = (Vec::new(), Vec::new());
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("items/") && path.ends_with(".toml")) {
        let (mut file, raw) = TomlFile::read::<RawItems>(path, bytes);
        for raw in raw.into_iter().flat_map(|raw| raw.items) {
            file.is_id(&raw.id);
            if items.iter().any(|item| item.id == *raw.id.as_ref()) {
                file.twice(&raw.id);
                continue;
            }
            let title = file.title(&raw.title, &raw.title_en);
            let unit: Unit = match raw.unit.as_ref().parse() {
                Ok(unit) => unit,
                Err(_) => {
                    file.unknown(
                        &raw.unit,
                        &text!("单位", "unit"),
                        &["person", "m2", "yuan", "book", "class", "device", "room", "1"],
                    );
                    continue;
                }
            };
            let known = ItemList::new(items.clone());
            for word in raw.aliases.iter().chain([&raw.title]) {
                if let Some(other) = known.read(word) {
                    let (other, span) = (&other.id, raw.id.span());
                    file.fault(
                        span,
                        "item-name-twice",
                        text!("“{word}”已是 {other} 的名称", "`{word}` is already a name of {other}"),
                        text!("两项数据不能同名", "two items cannot share a name"),
                    );
                }
            }
            items.push(Item {
                id: raw.id.into_inner(),
                title,
                aliases: raw.aliases,
                unit,
                may_be_negative: raw.may_be_negative,
                whole_number: raw.whole_number,
                note: raw.note.map(|zh| Text::new(zh, raw.note_en.unwrap_or_default())),
            });
        }
        findings.extend(file.findings);
    }
    (ItemList::new(items), findings)
}

/// What one of `items/*.toml` says besides its items: words that may mean several, and how grave a fraction of an item is. What is
/// wrong with the items was told by [`read_items`].
pub(crate) fn read_manners(path: &str, bytes: &[u8], items: &ItemList) -> (Vec<Unclear>, Vec<(String, Severity)>, Vec<Finding>) {
    let (mut file, raw) = TomlFile::read::<RawItems>(path, bytes);
    file.findings.clear();
    let (mut unclear, mut fractions) = (Vec::new(), Vec::new());
    let Some(raw) = raw else { return (unclear, fractions, file.findings) };
    for item in raw.items {
        if let Some(word) = &item.fraction {
            fractions.push((item.id.into_inner(), file.severity(word)));
        }
    }
    for raw in raw.unclear {
        for word in &raw.words {
            if let Some(item) = items.read(word.as_ref()) {
                let (word_told, id) = (word.as_ref(), &item.id);
                file.fault(
                    word.span(),
                    "item-name-twice",
                    text!("“{word_told}”已是 {id} 的名称", "`{word_told}` is already a name of {id}"),
                    text!("含义不清的词不能又是名称", "words that are unclear cannot be a name"),
                );
            }
        }
        let mut titles = Vec::new();
        for item in &raw.items {
            match items.by_id(item.as_ref()) {
                Some(found) => titles.push(found.title.clone()),
                None => {
                    let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
                    file.unknown(item, &text!("数据项", "item"), &ids);
                }
            }
        }
        let hint = file.title(&raw.hint, &raw.hint_en);
        unclear.push(Unclear { words: raw.words.iter().map(|word| HeadPart::read(word.as_ref()).bare).collect(), titles, hint });
    }
    (unclear, fractions, file.findings)
}
