//! From the files of a pack to its entries.

mod case;
mod entries;
mod fields;
mod replace;
mod table;
mod toml_words;

use facts::{Text, text};
use toml::de::DeTable;

use crate::cited::Document;
use crate::model::{Entries, PackSource};
use crate::pack::PackFiles;
use crate::source::{Faults, Mark, Sources};
use entries::Entry;
use fields::Fields;

/// The largest file of a pack that is read, in bytes.
pub(crate) const FILE_BYTES_MAX: usize = 1_000_000;
/// The most files of a pack.
pub(crate) const FILES_MAX: usize = 500;
/// The most bytes of all files of a pack together.
pub(crate) const PACK_BYTES_MAX: usize = 8_000_000;
/// The most entries of a pack.
pub(crate) const ENTRIES_MAX: usize = 5_000;

const KINDS: [&str; 13] = [
    "part",
    "parameter",
    "figure",
    "declaration",
    "split",
    "scope",
    "stock",
    "indicator",
    "judgement",
    "item",
    "exception",
    "replace",
    "table",
];
const PACK: [&str; 8] = ["id", "title", "title_en", "extends", "place", "in_force", "document", "notes"];

/// Puts a pack's files among the sources; what is too much is left out and told by [`read`].
pub(crate) fn add_files(sources: &mut Sources, pack: usize, files: &PackFiles) -> Vec<(usize, String)> {
    let mut added = Vec::new();
    let mut total = 0;
    for (path, text) in files.files.iter().take(FILES_MAX) {
        total += text.len();
        let kept = if text.len() > FILE_BYTES_MAX || total > PACK_BYTES_MAX { String::new() } else { text.clone() };
        added.push((sources.add(pack, format!("{}/{path}", files.id), kept), path.clone()));
    }
    added
}

/// Reads one pack. None where there is no usable `pack.toml`.
pub(crate) fn read(pack: usize, files: &PackFiles, added: &[(usize, String)], faults: &Faults<'_>) -> Option<PackSource> {
    for ((_, text), (file, path)) in files.files.iter().zip(added) {
        if text.len() > FILE_BYTES_MAX {
            let what = text!(
                "{path} 有 {} 字节，上限 {FILE_BYTES_MAX}",
                "{path} has {} bytes; at most {FILE_BYTES_MAX} are read",
                text.len()
            );
            let hint = text!("把条目分到几个文件里", "spread the entries over several files");
            faults.refuse("file-too-large", start_of(*file), what, hint);
        }
    }
    let total: usize = files.files.iter().map(|(_, text)| text.len()).sum();
    let first = added.first().map_or(Mark { file: usize::MAX, start: 0, end: 0 }, |(file, _)| start_of(*file));
    if total > PACK_BYTES_MAX {
        let what = text!(
            "标准包共 {total} 字节，上限 {PACK_BYTES_MAX}",
            "the pack has {total} bytes; at most {PACK_BYTES_MAX} are read"
        );
        faults.refuse("pack-too-large", first, what, text!("分成几个包", "make several packs of it"));
        return None;
    }
    if files.files.len() > FILES_MAX {
        let n = files.files.len();
        let what = text!("标准包有 {n} 个文件，上限 {FILES_MAX}", "the pack has {n} files; at most {FILES_MAX} are read");
        faults.refuse("too-many-files", first, what, text!("合并文件", "merge files"));
    }
    let main = added.iter().find(|(_, path)| path == "pack.toml").map(|(file, _)| *file);
    let Some(main) = main else {
        let id = &files.id;
        let what = text!("标准包 {id} 没有 pack.toml", "the pack {id} has no pack.toml");
        let hint = text!("建立 policies/{id}/pack.toml", "create policies/{id}/pack.toml");
        faults.refuse("missing-pack-toml", first, what, hint);
        return None;
    };
    let mut source = PackSource { articles: articles(added, faults), ..head(files, main, faults)? };
    for (file, path) in added {
        if path.ends_with(".toml") && !path.contains('/') {
            entries_of(&mut source, pack, (*file, path), faults);
        }
    }
    let entries = source.len();
    if entries > ENTRIES_MAX {
        let what = text!(
            "标准包有 {entries} 个条目，上限 {ENTRIES_MAX}",
            "the pack has {entries} entries; at most {ENTRIES_MAX} are checked"
        );
        faults.refuse("too-many-entries", source.mark, what, text!("分成几个包", "make several packs of it"));
        return None;
    }
    for (file, path) in added {
        if path.starts_with("cases/") && path.ends_with(".toml") {
            let path = format!("{}/{path}", source.id);
            let cases = with_document(*file, faults, |root| case::cases(root, *file, &path, source.from, faults));
            source.cases.extend(cases.unwrap_or_default());
        }
    }
    Some(source)
}

fn start_of(file: usize) -> Mark {
    Mark { file, start: 0, end: 0 }
}

/// Parses a file and hands over its root table; all of its syntax errors become findings.
fn with_document<T>(file: usize, faults: &Faults<'_>, then: impl FnOnce(&DeTable<'_>) -> T) -> Option<T> {
    let text = faults.sources.text(file);
    if let Some(at) = text.find(char::REPLACEMENT_CHARACTER) {
        let what = text!("文件不是 UTF-8 编码", "the file is not in UTF-8");
        let hint = text!("另存为 UTF-8（记事本：另存为，编码选 UTF-8）", "save it as UTF-8");
        faults.unread("not-utf8", Mark { file, start: at, end: at }, what, hint);
        return None;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    toml_words::tell(file, &errors, faults);
    // What could be made of a faulty file would only give follow-up findings.
    errors.is_empty().then(|| then(document.get_ref()))
}

/// The keys of `pack.toml` that stand outside any entry.
fn head(files: &PackFiles, main: usize, faults: &Faults<'_>) -> Option<PackSource> {
    let found = with_document(main, faults, |root| {
        let fields = Fields::new(root, start_of(main), "pack.toml", &[&PACK[..], &KINDS[..]].concat(), faults);
        if let Some(id) = fields.need_text("id")
            && id.value != files.id
        {
            let what = text!("id 是“{}”，文件夹是 {}", "the id is `{}`, the folder is {}", id.value, files.id);
            faults.refuse(
                "id-is-not-folder",
                id.mark,
                what,
                text!("两者要一致：id = \"{}\"", "make them agree: id = \"{}\"", files.id),
            );
        }
        let (from, to) = in_force(&fields, faults)?;
        Some(PackSource {
            id: files.id.clone(),
            version: files.version.clone(),
            title: fields.need_title("title"),
            extends: fields.text("extends"),
            place: place(&fields, faults),
            from,
            to,
            document: document(&fields, faults),
            mark: start_of(main),
            articles: Vec::new(),
            parts: Vec::new(),
            figures: Vec::new(),
            declarations: Vec::new(),
            entries: Entries::default(),
            splits: Vec::new(),
            scopes: Vec::new(),
            exceptions: Vec::new(),
            replaces: Vec::new(),
            tables: Vec::new(),
            cases: Vec::new(),
        })
    });
    found.flatten()
}

fn in_force(fields: &Fields<'_>, faults: &Faults<'_>) -> Option<(facts::Date, Option<facts::Date>)> {
    let Some((table, mark)) = fields.table("in_force") else {
        if !fields.has("in_force") {
            fields.missing("in_force");
        }
        return None;
    };
    let dates = Fields::new(table, mark, "in_force", &["from", "to"], faults);
    let from = dates.need_date("from")?;
    let to = if dates.has("to") { dates.date("to") } else { None };
    if to.is_some_and(|to| to < from) {
        let what = text!("in_force 的 to 早于 from", "`to` of in_force lies before `from`");
        faults.refuse("dates-reversed", mark, what, text!("对调或改正日期", "correct the dates"));
    }
    Some((from, to))
}

fn place(fields: &Fields<'_>, faults: &Faults<'_>) -> String {
    let Some(place) = fields.text("place") else { return String::new() };
    if !place.value.bytes().all(|b| b.is_ascii_digit()) || place.value.len() > 12 {
        let what = text!("place “{}”不是区划代码的开头", "`{}` is no beginning of a division code", place.value);
        faults.refuse(
            "unusable-place",
            place.mark,
            what,
            text!("如 \"53\" 云南、\"5325\" 红河", "such as \"53\" for a province"),
        );
    }
    place.value
}

fn document(fields: &Fields<'_>, faults: &Faults<'_>) -> Document {
    let Some((table, mark)) = fields.table("document") else {
        if !fields.has("document") {
            fields.missing("document");
        }
        return Document::default();
    };
    let keys = ["title", "title_en", "number", "issuer", "signed", "url", "retrieved"];
    let document = Fields::new(table, mark, "[document]", &keys, faults);
    let word = |key: &str| document.text(key).map(|at| at.value).unwrap_or_default();
    let date = |key: &str| if document.has(key) { document.date(key) } else { None };
    let title = document.need_text("title").map(|at| at.value).unwrap_or_default();
    let title_en = document.text("title_en").map(|at| at.value);
    if title_en.is_none() && title.chars().any(is_han) {
        let what = text!("文件标题没有英文", "the document's title has no English");
        faults.doubt("no-english-title", mark, what, text!("补上 title_en = …", "add title_en = …"));
    }
    let title_en = title_en.unwrap_or_else(|| title.clone());
    Document {
        title: Text::new(title, title_en),
        number: word("number"),
        issuer: word("issuer"),
        signed: date("signed"),
        url: word("url"),
        retrieved: date("retrieved"),
    }
}

/// Characters of a heading that are kept.
const TITLE_MAX: usize = 120;

/// The anchors of `source.md`, `{#a7-1}`, each with the words of its line; an anchor on a line of its own belongs to the
/// line before it. What stands after " · " is the translation; where there is none, the words are said as they are.
fn articles(added: &[(usize, String)], faults: &Faults<'_>) -> Vec<(String, Text)> {
    let Some((file, _)) = added.iter().find(|(_, path)| path == "source.md") else { return Vec::new() };
    let mut articles: Vec<(String, Text)> = Vec::new();
    let mut untranslated: Vec<(String, Mark)> = Vec::new();
    let (mut before, mut start) = ("", 0);
    for line in faults.sources.text(*file).split_inclusive('\n') {
        let mut rest = line;
        while let Some((_, tail)) = rest.split_once("{#") {
            let Some((anchor, after)) = tail.split_once('}') else { break };
            let own = line.split("{#").next().unwrap_or("").trim_matches(|c: char| c == '#' || c.is_whitespace());
            let words = if own.is_empty() { before } else { own };
            let (zh, en) = words.split_once(" · ").unwrap_or((words, words));
            if en.chars().any(is_han) {
                let mark = Mark { file: *file, start, end: start + line.trim_end().len() };
                untranslated.push((anchor.trim().to_string(), mark));
            }
            let short = |words: &str| words.trim().chars().take(TITLE_MAX).collect::<String>();
            articles.push((anchor.trim().to_string(), Text::new(short(zh), short(en))));
            rest = after;
        }
        if !line.trim().is_empty() {
            before = line.trim_matches(|c: char| c == '#' || c.is_whitespace());
        }
        start += line.len();
    }
    if let Some((_, mark)) = untranslated.first() {
        const SHOWN: usize = 8;
        let mut anchors: Vec<&str> = untranslated.iter().take(SHOWN).map(|(anchor, _)| anchor.as_str()).collect();
        anchors.extend((untranslated.len() > SHOWN).then_some("…"));
        let (n, zh, en) = (untranslated.len(), anchors.join("、"), anchors.join(", "));
        let what = text!("{n} 个条款标题没有英文：{zh}", "{n} articles have no English title: {en}");
        let hint = text!(
            "写成 ## 第七条（一） · Article 7 (1) {{#a7-1}}；英文界面现在显示中文",
            "write ## 第七条（一） · Article 7 (1) {{#a7-1}}; English readers are shown the Chinese until then"
        );
        faults.doubt("no-english-title", *mark, what, hint);
    }
    articles
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

/// The entries of one file.
fn entries_of(source: &mut PackSource, pack: usize, (file, path): (usize, &str), faults: &Faults<'_>) {
    let is_main = source.mark.file == file;
    with_document(file, faults, |root| {
        let keys = [&PACK[..], &KINDS[..]].concat();
        let known: &[&str] = if is_main { &keys } else { &KINDS };
        // The head of pack.toml was checked when it was read.
        let fields = if is_main {
            Fields::unchecked(root, start_of(file), faults)
        } else {
            Fields::new(root, start_of(file), path, known, faults)
        };
        let of = |kind: &str| {
            let tables = fields.tables(kind);
            tables.into_iter().map(|(table, mark)| Entry { table, mark, pack, faults }).collect::<Vec<_>>()
        };
        source.parts.extend(of("part").iter().filter_map(entries::part));
        source.figures.extend(of("figure").iter().filter_map(entries::figure));
        source.declarations.extend(of("declaration").iter().filter_map(entries::declaration));
        source.splits.extend(of("split").iter().filter_map(entries::split));
        source.scopes.extend(of("scope").iter().filter_map(entries::scope));
        source.exceptions.extend(of("exception").iter().filter_map(entries::exception));
        source.replaces.extend(of("replace").iter().filter_map(replace::replace));
        source.tables.extend(of("table").iter().filter_map(table::table));
        source.entries.parameters.extend(of("parameter").iter().filter_map(entries::parameter));
        source.entries.stocks.extend(of("stock").iter().filter_map(entries::stock));
        source.entries.indicators.extend(of("indicator").iter().filter_map(entries::indicator));
        source.entries.judgements.extend(of("judgement").iter().filter_map(entries::judgement));
        source.entries.items.extend(of("item").iter().filter_map(entries::item));
    });
}

/// Words for the kind of an entry.
pub(crate) fn kind_words(kind: &str) -> Text {
    match kind {
        "part" => text!("部分", "a part"),
        "parameter" => text!("参数", "a parameter"),
        "stock" => text!("存量", "a stock"),
        "indicator" => text!("指标", "an indicator"),
        "judgement" => text!("判定", "a judgement"),
        "item" => text!("事项", "an item"),
        _ => text!("例外", "an exception"),
    }
}
