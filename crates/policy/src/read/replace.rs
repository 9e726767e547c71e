use super::entries::{Entry, aggregate, table, values};
use crate::expr::Compare;
use crate::model::{Change, ReplaceEntry};
use crate::syntax::Dialect;

/// The keys that every replacement may have; the others say what is changed.
const COMMON: [&str; 9] = ["label", "label_en", "target", "article", "source", "confirmed", "order", "from", "to"];
const CHANGES: [&str; 25] = [
    "title",
    "title_en",
    "value",
    "table",
    "where",
    "absent_is_zero",
    "aggregate",
    "split",
    "formula",
    "stages",
    "threshold",
    "compare",
    "weight",
    "lever",
    "of",
    "need",
    "floor",
    "limit",
    "applies",
    "require",
    "otherwise",
    "points",
    "score",
    "summary",
    "summary_en",
];

/// `[[replace]]`: which of its keys fit is known once its target is.
pub(super) fn replace(entry: &Entry<'_>) -> Option<ReplaceEntry> {
    let fields = entry.fields("[[replace]]", &[&COMMON, &CHANGES]);
    let label = fields.need_title("label");
    let target = fields.need_text("target");
    if !fields.has("article") {
        fields.missing("article");
    }
    let law = fields.law(entry.pack, Some(label));
    let compares = [("<", Compare::Less), ("<=", Compare::LessOrEqual), (">", Compare::Greater), (">=", Compare::GreaterOrEqual)];
    let target = target?;
    let table = fields.text("table").and_then(|at| table(entry.faults, &at));
    let change = Change {
        title: fields.title("title"),
        values: values(entry, &fields, &law, &format!("[[replace.value]] {}", target.value)),
        table,
        condition: fields.formula("where", Dialect::Sql),
        aggregate: None,
        split: fields.flag("split"),
        absent_is_zero: fields.has("absent_is_zero").then(|| fields.texts("absent_is_zero")),
        formula: fields.formula("formula", Dialect::Formula),
        stages: fields.stages("stages"),
        threshold: fields.text("threshold"),
        compare: fields.choice("compare", &compares),
        weight: fields.text("weight"),
        lever: fields.text("lever"),
        of: fields.has("of").then(|| fields.texts("of")),
        need: fields.text("need"),
        floor: fields.text("floor"),
        limit: fields.text("limit"),
        applies: fields.formula("applies", Dialect::Formula),
        require: fields.formula("require", Dialect::Formula),
        otherwise: fields.formula("otherwise", Dialect::Formula),
        points: fields.text("points"),
        score: fields.text("score"),
        summary: fields.text("summary"),
        summary_en: fields.text("summary_en"),
    };
    let change = match (fields.text("aggregate"), table) {
        (Some(words), Some(table)) => Change { aggregate: aggregate(entry.faults, table, &words), ..change },
        (Some(_), None) => {
            fields.missing("table");
            change
        }
        (None, _) => change,
    };
    Some(ReplaceEntry {
        law,
        order: fields.whole("order", -1_000_000, 1_000_000),
        mark: entry.mark,
        keys: fields.keys_beside(&COMMON),
        change,
        target,
    })
}
