use serde::{Deserialize, Serialize};

use crate::{Text, Unit, plain};

/// One kind of figure that a school can report (`books`, 图书册数, in books). Declared in `forms/items/*.toml` or by a pack;
/// `school_figures.item` holds its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub id: String,
    pub title: Text,
    /// Other words by which files call it.
    pub aliases: Vec<String>,
    /// The base unit in which it is kept.
    pub unit: Unit,
    /// Whether a negative value can be right (a balance), which for a count, an area or a price it cannot.
    pub may_be_negative: bool,
    /// Whether only whole numbers make sense.
    pub whole_number: bool,
    pub note: Option<Text>,
}

/// All items in force, found by id, title or alias.
#[derive(Debug, Clone, Default)]
pub struct ItemList(Vec<Item>);

impl ItemList {
    pub fn new(items: Vec<Item>) -> ItemList {
        ItemList(items)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Item> {
        self.0.iter()
    }

    pub fn by_id(&self, id: &str) -> Option<&Item> {
        self.0.iter().find(|item| item.id == id)
    }

    /// Finds an item by what a file calls it; brackets that hold a unit, and spaces, do not matter.
    pub fn read(&self, words: &str) -> Option<&Item> {
        let wanted = bare(words);
        self.0.iter().find(|item| {
            item.id == wanted
                || bare(&item.title.zh) == wanted
                || bare(&item.title.en) == wanted
                || item.aliases.iter().any(|alias| bare(alias) == wanted)
        })
    }
}

fn bare(words: &str) -> String {
    let words = plain(words).to_lowercase().replace(' ', "");
    match words.split_once(['(', '（']) {
        Some((head, tail)) if !head.is_empty() && Unit::read(tail.trim_end_matches([')', '）'])).is_some() => head.to_string(),
        _ => words,
    }
}
