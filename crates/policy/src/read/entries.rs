//! One function per kind of entry, in alphabetical order: from a TOML table to a model entry.

use facts::{Stage, Table, Text, Unit, text};
use toml::de::DeTable;

use super::fields::Fields;
use crate::expr::Compare;
use crate::model::{
    ExceptionEntry, Head, IndicatorEntry, ItemEntry, JudgementEntry, JudgementKind, Law, ParameterEntry, ScopeEntry, SplitEntry,
    StockEntry, ValueEntry,
};
use crate::resolved::{Aggregate, ItemLevel, StockLevel, Years};
use crate::source::{At, Faults, Mark};
use crate::suggest::did_you_mean;
use crate::syntax::Dialect;

/// The keys that any entry may have.
const HEAD: [&str; 8] = ["id", "title", "title_en", "article", "source", "confirmed", "from", "to"];
const COMPARES: [(&str, Compare); 4] =
    [("<", Compare::Less), ("<=", Compare::LessOrEqual), (">", Compare::Greater), (">=", Compare::GreaterOrEqual)];

/// A TOML table of an entry, and where it is.
pub(super) struct Entry<'a> {
    pub table: &'a DeTable<'a>,
    pub mark: Mark,
    pub pack: usize,
    pub faults: &'a Faults<'a>,
}

impl<'a> Entry<'a> {
    pub(super) fn fields(&self, kind: &str, keys: &[&[&str]]) -> Fields<'a> {
        Fields::new(self.table, self.mark, kind, &keys.concat(), self.faults)
    }

    pub(super) fn head(&self, fields: &Fields<'_>) -> Option<Head> {
        let id = fields.need_text("id");
        let title = fields.need_title("title");
        let id = id?;
        let snake = id.value.starts_with(|c: char| c.is_ascii_lowercase())
            && id.value.len() <= 80
            && id.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let word =
            ["and", "or", "not", "in", "is", "null", "true", "false", "school", "scope", "select"].contains(&id.value.as_str());
        if !snake || word {
            let what = text!("id “{}”不能用", "`{}` cannot be an id", id.value);
            let hint = text!(
                "用小写英文、数字和下划线，字母开头，不用 and、or 等关键字",
                "use lower-case letters, digits and underscores, a letter first, and no keyword such as `and`"
            );
            self.faults.refuse("unusable-id", id.mark, what, hint);
            return None;
        }
        Some(Head { id, title, law: fields.law(self.pack, None), mark: self.mark })
    }

    fn head_with_article(&self, fields: &Fields<'_>) -> Option<Head> {
        if !fields.has("article") {
            fields.missing("article");
        }
        self.head(fields)
    }
}

pub(super) fn declaration(entry: &Entry<'_>) -> Option<(Head, Option<Unit>)> {
    let fields = entry.fields("[[declaration]]", &[&HEAD, &["unit", "level", "aliases"]]);
    fields.choice("level", &LEVELS);
    fields.texts("aliases");
    let unit = fields.need_unit("unit");
    entry.head(&fields).map(|head| (head, unit))
}

pub(super) fn exception(entry: &Entry<'_>) -> Option<ExceptionEntry> {
    let keys = ["id", "label", "label_en", "parameter", "stock", "when", "value", "with", "kinds", "place", "from", "to"];
    let more = ["review_by", "article", "source", "confirmed", "order"];
    let fields = entry.fields("[[exception]]", &[&keys, &more]);
    let id = fields.need_text("id");
    let label = fields.need_title("label");
    for key in ["article", "source"] {
        if !fields.has(key) {
            fields.missing(key);
        }
    }
    let target = match (fields.text("parameter"), fields.text("stock")) {
        (Some(parameter), None) => Some((true, parameter)),
        (None, Some(stock)) => Some((false, stock)),
        _ => {
            let what = text!("{} 要写明放宽哪个参数或存量", "{} must say which parameter or stock it replaces", fields.name);
            let hint = text!("写 parameter = \"…\" 或 stock = \"…\"，只写一个", "give either parameter = \"…\" or stock = \"…\"");
            entry.faults.refuse("exception-without-target", entry.mark, what, hint);
            None
        }
    };
    if fields.has("value") == fields.has("with") {
        let what = text!("{} 要写明换成什么", "{} must say what it puts in", fields.name);
        let hint = text!(
            "写 value = 2400（或按学段）或 with = \"公式\"，只写一个",
            "give either value = 2400 (or one by stage) or with = \"a formula\""
        );
        entry.faults.refuse("exception-without-value", entry.mark, what, hint);
    }
    if !fields.has("to") && !fields.has("review_by") {
        let what = text!("{} 没有期限", "{} never ends", fields.name);
        let hint =
            text!("例外必须到期：写 to = 日期，或 review_by = 复核日期", "an exception must expire: give `to`, or `review_by`");
        entry.faults.refuse("exception-without-expiry", entry.mark, what, hint);
    }
    let (from, id) = (fields.need_date("from"), id?);
    Some(ExceptionEntry {
        head: Head { id, title: label.clone(), law: fields.law(entry.pack, Some(label)), mark: entry.mark },
        target,
        kinds: fields.texts("kinds"),
        place: fields.text("place").map(|at| at.value).unwrap_or_default(),
        when: fields.formula("when", Dialect::Formula),
        value: fields.number_or_by_stage("value"),
        with: fields.formula("with", Dialect::Formula),
        from: from?,
        to: if fields.has("to") { fields.date("to") } else { None },
        review_by: if fields.has("review_by") { fields.date("review_by") } else { None },
        order: fields.whole("order", -1_000_000, 1_000_000),
    })
}

pub(super) fn figure(entry: &Entry<'_>) -> Option<(Head, facts::Item)> {
    let more = ["unit", "aliases", "may_be_negative", "whole_number", "note", "note_en"];
    let fields = entry.fields("[[figure]]", &[&HEAD, &more]);
    let unit = fields.need_unit("unit");
    let aliases = fields.texts("aliases").into_iter().map(|at| at.value).collect();
    let (may_be_negative, whole_number) = (fields.flag("may_be_negative"), fields.flag("whole_number"));
    let note = fields.title("note");
    let head = entry.head(&fields)?;
    let item = facts::Item {
        id: head.id.value.clone(),
        title: head.title.clone(),
        aliases,
        unit: unit?,
        may_be_negative: may_be_negative.unwrap_or(false),
        whole_number: whole_number.unwrap_or(false),
        note,
    };
    Some((head, item))
}

pub(super) fn indicator(entry: &Entry<'_>) -> Option<IndicatorEntry> {
    let keys = [
        "short",
        "short_en",
        "unit",
        "formula",
        "stages",
        "threshold",
        "compare",
        "weight",
        "lever",
        "part",
        "form_decimals",
        "unit_title",
        "unit_title_en",
    ];
    let fields = entry.fields("[[indicator]]", &[&HEAD, &keys]);
    for key in ["formula", "stages"] {
        if !fields.has(key) {
            fields.missing(key);
        }
    }
    let head = entry.head_with_article(&fields);
    let entry = IndicatorEntry {
        short: fields.title("short"),
        unit: fields.need_unit("unit"),
        unit_title: fields.title("unit_title"),
        formula: fields.formula("formula", Dialect::Formula),
        stages: fields.stages("stages").unwrap_or_default(),
        threshold: fields.text("threshold"),
        compare: fields.choice("compare", &COMPARES).unwrap_or(Compare::GreaterOrEqual),
        weight: fields.need_text("weight"),
        lever: fields.text("lever"),
        part: fields.text("part"),
        form_decimals: fields.whole("form_decimals", 0, 12).unwrap_or(2) as u8,
        head: head?,
    };
    Some(entry)
}

pub(super) fn item(entry: &Entry<'_>) -> Option<ItemEntry> {
    let keys =
        ["no", "part", "level", "stages", "applies", "require", "otherwise", "points", "score", "summary", "summary_en", "veto"];
    let fields = entry.fields("[[item]]", &[&HEAD, &keys]);
    let level = [("county", ItemLevel::County), ("school", ItemLevel::School), ("school-stage", ItemLevel::SchoolStage)];
    if !fields.has("level") {
        fields.missing("level");
    }
    let scored = fields.has("points") && fields.has("score");
    if !fields.has("require") && !scored {
        fields.missing("require");
    }
    if fields.has("points") != fields.has("score") {
        fields.missing(if fields.has("points") { "score" } else { "points" });
    }
    let level = fields.choice("level", &level).unwrap_or(ItemLevel::School);
    let stages = match fields.stages("stages") {
        Some(stages) => stages,
        None if level == ItemLevel::SchoolStage => vec![Stage::Primary, Stage::Junior],
        None => Vec::new(),
    };
    let no = fields.whole_or_text("no").unwrap_or_default();
    let head = entry.head_with_article(&fields);
    let entry = ItemEntry {
        no,
        part: fields.text("part"),
        level,
        stages,
        applies: fields.formula("applies", Dialect::Formula),
        require: fields.formula("require", Dialect::Formula),
        otherwise: fields.formula("otherwise", Dialect::Formula),
        points: fields.text("points"),
        score: fields.text("score"),
        summary: fields.text("summary"),
        summary_en: fields.text("summary_en"),
        veto: fields.flag("veto").unwrap_or(false),
        head: head?,
    };
    Some(entry)
}

pub(super) fn judgement(entry: &Entry<'_>) -> Option<JudgementEntry> {
    let fields = entry.fields("[[judgement]]", &[&HEAD, &["part", "kind", "of", "need", "floor", "limit"]]);
    let kinds = [
        ("at-least", JudgementKind::AtLeast),
        ("cv-each", JudgementKind::CvEach),
        ("cv-mean", JudgementKind::CvMean),
        ("items", JudgementKind::Items),
        ("score", JudgementKind::Score),
    ];
    if !fields.has("kind") {
        fields.missing("kind");
    }
    let kind = fields.choice("kind", &kinds);
    let wanted: &[&str] = match kind {
        Some(JudgementKind::AtLeast | JudgementKind::Score) => &["of", "need"],
        Some(JudgementKind::CvEach | JudgementKind::CvMean) => &["of", "limit"],
        Some(JudgementKind::Items) | None => &["of"],
    };
    for key in wanted {
        if !fields.has(key) {
            fields.missing(key);
        }
    }
    let head = entry.head_with_article(&fields);
    let entry = JudgementEntry {
        part: fields.text("part"),
        kind,
        of: fields.texts("of"),
        need: fields.text("need"),
        floor: fields.text("floor"),
        limit: fields.text("limit"),
        head: head?,
    };
    Some(entry)
}

pub(super) fn parameter(entry: &Entry<'_>) -> Option<ParameterEntry> {
    let fields =
        entry.fields("[[parameter]]", &[&["id", "title", "title_en", "unit", "unit_title", "unit_title_en", "article", "value"]]);
    let unit = fields.need_unit("unit");
    if !fields.has("value") {
        fields.missing("value");
    }
    let head = entry.head_with_article(&fields)?;
    let values = values(entry, &fields, &head.law, &format!("[[parameter.value]] {}", head.id.value));
    let unread = values.len() < fields.tables("value").len();
    Some(ParameterEntry { head, unit, unit_title: fields.title("unit_title"), values, unread })
}

/// The `[[….value]]` tables of a parameter or of its replacement; `law` says what they do not say themselves.
pub(super) fn values(entry: &Entry<'_>, fields: &Fields<'_>, law: &Law, kind: &str) -> Vec<ValueEntry> {
    let mut values = Vec::new();
    for (table, mark) in fields.tables("value") {
        let keys = ["from", "to", "stage", "value", "confirmed", "source", "article"];
        let fields = Fields::new(table, mark, kind, &keys, entry.faults);
        let (from, value, source) = (fields.need_date("from"), fields.number("value"), fields.need_text("source"));
        if !fields.has("value") {
            fields.missing("value");
        }
        let own = fields.law(entry.pack, law.label.clone());
        let stage = if fields.has("stage") { fields.stage("stage") } else { None };
        let (Some(from), Some(value)) = (from, value) else { continue };
        values.push(ValueEntry {
            stage,
            value: value.value,
            from,
            to: own.to,
            law: Law {
                article: own.article.or_else(|| law.article.clone()),
                source: source.map(|at| at.value).unwrap_or_default(),
                confirmed: fields.flag("confirmed").unwrap_or(false),
                ..own
            },
            mark,
        });
    }
    values
}

pub(super) fn part(entry: &Entry<'_>) -> Option<Head> {
    let fields = entry.fields("[[part]]", &[&["id", "title", "title_en"]]);
    entry.head(&fields)
}

pub(super) fn scope(entry: &Entry<'_>) -> Option<ScopeEntry> {
    let fields = entry.fields("[[scope]]", &[&["from", "to", "where", "article", "source", "confirmed", "label", "label_en"]]);
    for key in ["article", "where"] {
        if !fields.has(key) {
            fields.missing(key);
        }
    }
    let label = fields.has("label").then(|| fields.need_title("label"));
    let law = fields.law(entry.pack, label);
    let condition = fields.formula("where", Dialect::Formula);
    let from = fields.need_date("from")?;
    Some(ScopeEntry { condition, from, to: law.to, law, mark: entry.mark })
}

pub(super) fn split(entry: &Entry<'_>) -> Option<SplitEntry> {
    let fields = entry.fields("[[split]]", &[&["kinds", "weights", "from", "to", "article", "source", "confirmed"]]);
    for key in ["article", "kinds", "weights"] {
        if !fields.has(key) {
            fields.missing(key);
        }
    }
    let law = fields.law(entry.pack, None);
    let (kinds, weights) = (fields.texts("kinds"), fields.by_stage("weights"));
    if weights.iter().any(|(_, weight)| *weight < 0.0) || weights.iter().all(|(_, weight)| *weight == 0.0) {
        let what = text!("分摊权重不能为负，也不能都是 0", "no weight may be negative, nor all of them 0");
        entry.faults.refuse(
            "weight-not-positive",
            entry.mark,
            what,
            text!("学校有而不占份额的学段写 0", "give 0 to a stage that the school has and that takes no share"),
        );
    }
    let from = fields.need_date("from")?;
    Some(SplitEntry { kinds, weights, from, to: law.to, law, mark: entry.mark })
}

const LEVELS: [(&str, StockLevel); 2] = [("school", StockLevel::School), ("county", StockLevel::County)];

pub(super) fn stock(entry: &Entry<'_>) -> Option<StockEntry> {
    let keys = ["unit", "table", "where", "absent_is_zero", "aggregate", "split", "level", "since", "year", "schools"];
    let fields = entry.fields("[[stock]]", &[&HEAD, &keys]);
    let table = fields.need_text("table").and_then(|at| table(entry.faults, &at));
    let aggregate = fields.need_text("aggregate").and_then(|at| aggregate(entry.faults, table?, &at));
    let head = entry.head(&fields);
    let entry = StockEntry {
        unit: fields.need_unit("unit"),
        table,
        condition: fields.formula("where", Dialect::Sql),
        aggregate,
        split: fields.flag("split").unwrap_or(false),
        level: fields.choice("level", &LEVELS).unwrap_or(StockLevel::School),
        years: years(&fields),
        schools: fields.formula("schools", Dialect::Formula),
        absent_is_zero: fields.texts("absent_is_zero"),
        head: head?,
    };
    Some(entry)
}

/// `year = -1` is the school year before; `since = -9` beside it takes all from the ninth before to that one.
fn years(fields: &Fields<'_>) -> Years {
    /// No file is older than what a school keeps.
    const EARLIEST: i64 = -30;
    let read = |key: &str, most: i64| fields.whole(key, EARLIEST, most).and_then(|offset| i16::try_from(offset).ok());
    let last = read("year", 0).unwrap_or(0);
    Years { first: read("since", i64::from(last)).unwrap_or(last), last }
}

pub(super) fn table(faults: &Faults<'_>, words: &At<String>) -> Option<&'static Table> {
    let found = facts::table(&words.value);
    if found.is_none() {
        let hint = did_you_mean(&words.value, facts::TABLES.iter().map(|table| table.name));
        let what = text!("没有事实表“{}”", "there is no fact table `{}`", words.value);
        faults.refuse("unknown-table", words.mark, what, hint);
    }
    found
}

/// `count(*)`, `sum(column)`, `max(column)`, `min(column)`.
pub(super) fn aggregate(faults: &Faults<'_>, table: &'static Table, words: &At<String>) -> Option<At<Aggregate>> {
    let plain: String = words.value.chars().filter(|c| !c.is_whitespace()).collect();
    if plain == "count(*)" {
        return Some(At { value: Aggregate::CountRows, mark: words.mark });
    }
    let refuse = |what: Text, hint: Text| {
        faults.refuse("unusable-aggregate", words.mark, what, hint);
        None
    };
    let parsed = plain.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)));
    let make: (&str, fn(&'static str) -> Aggregate) = match parsed {
        Some(("sum", column)) => (column, Aggregate::Sum),
        Some(("max", column)) => (column, Aggregate::Max),
        Some(("min", column)) => (column, Aggregate::Min),
        _ => {
            let what = text!("不能这样汇总：{}", "`{}` is no aggregate", words.value);
            return refuse(
                what,
                text!("可用 count(*)、sum(列)、max(列)、min(列)", "use count(*), sum(column), max(column) or min(column)"),
            );
        }
    };
    let numeric = |column: &&facts::Column| {
        use facts::ColumnKind::{Boolean, Integer, Real};
        !column.personal && matches!(column.kind, Boolean | Integer | Real)
    };
    match table.columns.iter().filter(numeric).find(|column| column.name == make.0) {
        Some(column) => Some(At { value: make.1(column.name), mark: words.mark }),
        None => {
            let what =
                text!("表 {} 没有可以汇总的数值列 {}", "the table {} has no numeric column {} to aggregate", table.name, make.0);
            refuse(what, did_you_mean(make.0, table.columns.iter().filter(numeric).map(|column| column.name)))
        }
    }
}
