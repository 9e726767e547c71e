//! From `[[table]]` to a table entry.

use facts::{Stage, Text, text};
use toml::de::DeTable;

use super::entries::Entry;
use super::fields::Fields;
use crate::layout::{
    BlankEntry, BriefEntry, ColumnEntry, FigureEntry, RowsEntry, ShowsEntry, TableEntry, WordingEntry, WordingPieceEntry,
};
use crate::model::Formula;
use crate::source::{At, Faults, Mark};
use crate::summary::{self, Piece};
use crate::syntax::{Dialect, parse};
use crate::table::{Shows, StageMeasure, TableLine};

const ROWS: [(&str, RowsEntry); 4] =
    [("county", RowsEntry::County), ("items", RowsEntry::Items), ("schools", RowsEntry::Schools), ("stages", RowsEntry::Stages)];
const MEASURES: [(&str, StageMeasure); 4] = [
    ("cv", StageMeasure::Cv),
    ("mean", StageMeasure::Mean),
    ("schools-meeting", StageMeasure::SchoolsMeeting),
    ("share-meeting", StageMeasure::ShareMeeting),
];
/// What `show` may say, in alphabetical order.
const SHOWS: [(&str, Plain); 9] = [
    ("brief", Plain::Brief),
    ("code", Plain::Code),
    ("hand", Plain::Hand),
    ("item", Plain::Item),
    ("line", Plain::Line),
    ("name", Plain::Name),
    ("order", Plain::Order),
    ("stage", Plain::Stage),
    ("verdict", Plain::Verdict),
];
const DECIMALS_MAX: i64 = 9;

#[derive(Debug, Clone, Copy)]
enum Plain {
    Brief,
    Code,
    Hand,
    Item,
    Line,
    Name,
    Order,
    Stage,
    Verdict,
}

pub(super) fn table(entry: &Entry<'_>) -> Option<TableEntry> {
    let own = ["sheet", "sheet_en", "unit_line", "unit_line_en", "rows", "stages", "part", "label", "label_en"];
    let below = ["line", "column", "brief", "note", "blank"];
    let fields = entry.fields("[[table]]", &[&["id", "title", "title_en", "article", "source", "confirmed"], &own, &below]);
    if !fields.has("source") {
        fields.missing("source");
    }
    let rows = fields.choice("rows", &ROWS);
    if !fields.has("rows") {
        fields.missing("rows");
    }
    let head = entry.head(&fields);
    let sheet = fields.need_title("sheet");
    let label = fields.has("label").then(|| fields.need_title("label"));
    let faults = entry.faults;
    let read = |key: &str, keys: &[&str]| -> Vec<Fields<'_>> {
        let kind = format!("[[table.{key}]]");
        fields.tables(key).into_iter().map(|(table, mark)| Fields::new(table, mark, &kind, keys, faults)).collect()
    };
    let lines = read("line", &["title", "title_en", "measure", "decimals"]);
    let notes = read("note", &["words", "words_en"]);
    let briefs = read("brief", &["item", "words", "words_en"]);
    let table = TableEntry {
        head: head?,
        label,
        sheet,
        unit_line: if fields.has("unit_line") { fields.need_title("unit_line") } else { Text::new("", "") },
        rows: rows?,
        stages: fields.stages("stages").unwrap_or_default(),
        part: fields.text("part"),
        lines: lines.iter().map(line).collect(),
        columns: fields.tables("column").into_iter().filter_map(|at| column(at, faults)).collect(),
        briefs: briefs.iter().filter_map(|fields| brief(fields, faults)).collect(),
        notes: notes.iter().filter_map(|fields| wording(fields, faults)).collect(),
        blanks: fields.tables("blank").into_iter().filter_map(|at| blank(at, faults)).collect(),
    };
    rows_are_said(&table, faults);
    Some(table)
}

fn line(fields: &Fields<'_>) -> TableLine {
    TableLine { title: fields.need_title("title"), measure: fields.choice("measure", &MEASURES), decimals: decimals(fields) }
}

fn column((table, mark): (&DeTable<'_>, Mark), faults: &Faults<'_>) -> Option<ColumnEntry> {
    const WAYS: [&str; 9] = ["show", "words", "indicator", "judgement", "standing", "choices", "value", "values", "count"];
    let own = ["head", "head_en", "number", "width", "decimals", "stage", "schools", "examined", "words_en"];
    let words = ["met", "met_en", "unmet", "unmet_en"];
    let fields = Fields::new(table, mark, "[[table.column]]", &[&WAYS[..], &own, &words].concat(), faults);
    let given: Vec<&str> = WAYS.into_iter().filter(|way| fields.has(way)).collect();
    if given.len() != 1 {
        let what = text!("列要写明显示什么，只写一种", "a column must say what it shows, in one way");
        let hint = text!("写下列之一：{}", "give one of: {}", WAYS.join(", "));
        faults.refuse("column-without-figure", mark, what, hint);
        return None;
    }
    let (zh, en) = (fields.texts("head"), fields.texts("head_en"));
    if zh.is_empty() || zh.len() != en.len() {
        let what = text!(
            "列的 head 和 head_en 要层数相同，至少一层",
            "`head` and `head_en` of a column need the same depth, one at least"
        );
        faults.refuse(
            "uneven-head",
            mark,
            what,
            text!("如 head = [\"教职工\", \"合计\"]", "such as head_en = [\"staff\", \"all\"]"),
        );
        return None;
    }
    Some(ColumnEntry {
        head: zh.into_iter().zip(en).map(|(zh, en)| Text::new(zh.value, en.value)).collect(),
        number: fields.text("number").map(|at| at.value).unwrap_or_default(),
        width: fields.number("width").map_or(10.0, |at| at.value.clamp(2.0, 120.0)),
        shows: shows(&fields, given[0], faults),
        decimals: decimals(&fields),
        mark,
    })
}

fn shows(fields: &Fields<'_>, way: &str, faults: &Faults<'_>) -> Vec<ShowsEntry> {
    let verdict = || {
        let words = |key: &str| if fields.has(key) { fields.need_title(key) } else { Text::new("", "") };
        (words("met"), words("unmet"))
    };
    let one = |shows: Option<ShowsEntry>| shows.into_iter().collect::<Vec<_>>();
    match way {
        "show" => one(fields.choice("show", &SHOWS).map(|plain| {
            ShowsEntry::Plain(match plain {
                Plain::Brief => Shows::ItemBrief,
                Plain::Code => Shows::SchoolCode,
                Plain::Hand => Shows::Hand,
                Plain::Item => Shows::ItemTitle,
                Plain::Line => Shows::Line,
                Plain::Name => Shows::SchoolName,
                Plain::Order => Shows::Order,
                Plain::Stage => Shows::Stage,
                Plain::Verdict => {
                    let (met, unmet) = verdict();
                    Shows::ItemVerdict { met, unmet }
                }
            })
        })),
        "words" => vec![ShowsEntry::Plain(Shows::Words(fields.need_title("words")))],
        "indicator" => one(fields.text("indicator").map(ShowsEntry::Indicator)),
        "judgement" => one(fields.text("judgement").map(|judgement| {
            let (met, unmet) = verdict();
            ShowsEntry::Judgement { judgement, met, unmet }
        })),
        "standing" => one(fields.text("standing").map(ShowsEntry::Standing)),
        "choices" => {
            let choices = fields.tables("choices").into_iter().filter_map(|(table, mark)| {
                let choice = Fields::new(table, mark, "choices", &["when", "words", "words_en"], faults);
                Some((choice.formula("when", Dialect::Formula)?, choice.need_title("words")))
            });
            vec![ShowsEntry::Choice(choices.collect())]
        }
        "values" => {
            let figure = figure(fields);
            let value = |text| ShowsEntry::Figure(FigureEntry { value: Some(formula(text, faults)), ..figure.clone() });
            fields.texts("values").into_iter().map(value).collect()
        }
        "value" => one(fields
            .formula("value", Dialect::Formula)
            .map(|value| ShowsEntry::Figure(FigureEntry { value: Some(value), ..figure(fields) }))),
        _ => one(fields.choice("count", &[("schools", ())]).map(|()| ShowsEntry::Figure(figure(fields)))),
    }
}

fn formula(At { value: text, mark }: At<String>, faults: &Faults<'_>) -> Formula {
    let tree = parse(&text, Dialect::Formula).map_err(|fault| faults.refuse_within(mark, &text, &fault)).ok();
    Formula { text, tree, mark }
}

/// What a figure is about, beside its value.
fn figure(fields: &Fields<'_>) -> FigureEntry {
    FigureEntry {
        value: None,
        stage: fields.stage("stage"),
        schools: fields.formula("schools", Dialect::Formula),
        examined: fields.flag("examined").unwrap_or(false),
        decimals: decimals(fields).unwrap_or(0),
    }
}

fn blank((table, mark): (&DeTable<'_>, Mark), faults: &Faults<'_>) -> Option<BlankEntry> {
    let keys = ["id", "value", "count", "stage", "schools", "examined", "decimals"];
    let fields = Fields::new(table, mark, "[[table.blank]]", &keys, faults);
    if fields.has("value") == fields.has("count") {
        let what = text!("空格要写 value 或 count，只写一个", "a blank needs either `value` or `count`");
        let hint = text!("value = \"公式\"，或 count = \"schools\"", "value = \"a formula\", or count = \"schools\"");
        faults.refuse("blank-without-figure", mark, what, hint);
        return None;
    }
    fields.choice("count", &[("schools", ())]);
    let figure = FigureEntry { value: fields.formula("value", Dialect::Formula), ..figure(&fields) };
    Some(BlankEntry { id: fields.need_text("id")?, figure })
}

fn brief(fields: &Fields<'_>, faults: &Faults<'_>) -> Option<BriefEntry> {
    let item = fields.need_text("item");
    let words = wording(fields, faults);
    Some(BriefEntry { item: item?, words: words? })
}

fn wording(fields: &Fields<'_>, faults: &Faults<'_>) -> Option<WordingEntry> {
    let (zh, en) = (fields.need_text("words"), fields.need_text("words_en"));
    Some(WordingEntry { zh: pieces(&zh?, faults), en: pieces(&en?, faults) })
}

/// "共 {n} 所" → words, the name `n`, words.
fn pieces(words: &At<String>, faults: &Faults<'_>) -> Vec<WordingPieceEntry> {
    let mut found = Vec::new();
    for piece in summary::pieces(&words.value) {
        match piece {
            Piece::Words(words) => found.push(WordingPieceEntry::Words(words.to_string())),
            Piece::Name(name) => found.push(WordingPieceEntry::Name(At { value: name.to_string(), mark: words.mark })),
            Piece::Broken => {
                let what = text!("花括号没有成对", "a brace is not closed");
                faults.refuse("brace-not-closed", words.mark, what, text!("写成 {{名字}}", "write {{name}}"));
            }
        }
    }
    found
}

fn decimals(fields: &Fields<'_>) -> Option<u8> {
    fields.whole("decimals", 0, DECIMALS_MAX).and_then(|decimals| u8::try_from(decimals).ok())
}

/// The stages of a table whose rows are stages or schools must be said; a part where they are items.
fn rows_are_said(entry: &TableEntry, faults: &Faults<'_>) {
    let stages: &[Stage] = &entry.stages;
    let mark = entry.head.mark;
    let wants = match entry.rows {
        RowsEntry::Stages | RowsEntry::Schools if stages.is_empty() => {
            text!("stages = [\"primary\", \"junior\"]", "stages = [\"primary\", \"junior\"]")
        }
        RowsEntry::Items if entry.part.is_none() => text!("part = \"…\"", "part = \"…\""),
        RowsEntry::County | RowsEntry::Stages if entry.lines.is_empty() => text!("[[table.line]]", "[[table.line]]"),
        _ if entry.columns.is_empty() => text!("[[table.column]]", "[[table.column]]"),
        _ => return,
    };
    let what = text!("表 {} 没有写全", "the table {} is not complete", entry.head.id.value);
    faults.refuse("incomplete-table", mark, what, Text::new(format!("补上 {}", wants.zh), format!("add {}", wants.en)));
}
