use facts::{Finding, ItemList};

/// Every form that can be recognised, with its vocabularies and checks, and the items whose figures it may give.
#[derive(Debug, Clone, Default)]
pub struct Forms {
    items: ItemList,
}

/// Reads the item list, `items/*.toml`, from the files of the forms folder; other files are not looked at.
pub fn read_items(files: &[(String, Vec<u8>)]) -> (ItemList, Vec<Finding>) {
    let _ = files;
    (ItemList::default(), Vec::new())
}

impl Forms {
    /// Reads and checks `<id>/form.toml` and `cross-checks.toml` among the files of the forms folder (paths relative to it).
    /// `items` are those of [`read_items`], and those that packs declare besides. A form with a 逻辑 finding is left out.
    pub fn check(files: &[(String, Vec<u8>)], items: ItemList) -> (Forms, Vec<Finding>) {
        let _ = files;
        (Forms { items }, Vec::new())
    }

    pub fn items(&self) -> &ItemList {
        &self.items
    }

    /// The ids of the forms, in alphabetical order.
    pub fn ids(&self) -> Vec<&str> {
        Vec::new()
    }
}
