//! The packs and items of the tree, read as the binary reads them.
#![expect(clippy::disallowed_methods, reason = "tests read the packs in the tree")]

use std::fs;
use std::path::{Path, PathBuf};

use facts::{Item, ItemList, Text};
use policy::PackFiles;

/// Every pack under a folder.
pub fn packs(root: &Path) -> Vec<PackFiles> {
    let mut folders = Vec::new();
    find(root, &mut |file| {
        if file.ends_with("pack.toml") {
            folders.push(file.parent().expect("in a folder").to_path_buf());
        }
    });
    folders.sort();
    folders.iter().map(|folder| pack(root, folder)).collect()
}

fn pack(root: &Path, folder: &Path) -> PackFiles {
    let mut files = Vec::new();
    find(folder, &mut |file| {
        let relative = file.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
        files.push((relative, fs::read_to_string(file).expect("text")));
    });
    files.sort();
    let id = folder.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
    PackFiles { id, files, version: "test".to_string() }
}

/// The items that the forms declare.
pub fn items() -> ItemList {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/items");
    let mut items = Vec::new();
    find(&folder, &mut |file| {
        let table: toml::Table = fs::read_to_string(file).expect("text").parse().expect("TOML");
        for item in table["item"].as_array().expect("items") {
            let words = |key: &str| item.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_string();
            items.push(Item {
                id: words("id"),
                title: Text::new(words("title"), words("title_en")),
                aliases: Vec::new(),
                unit: words("unit").parse().expect("a unit"),
                may_be_negative: false,
                whole_number: false,
                note: None,
            });
        }
    });
    ItemList::new(items)
}

fn find(folder: &Path, found: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() { find(&entry, found) } else { found(&entry) }
    }
}
