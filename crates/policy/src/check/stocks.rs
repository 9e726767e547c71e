use facts::{Stage, Table, Time, Unit, text};

use super::{Checker, parsed};
use crate::model::StockEntry;
use crate::resolved::{Aggregate, StockLevel, Years};
use crate::source::At;
use crate::sqlish;
use crate::suggest::did_you_mean;

impl Checker<'_> {
    pub(super) fn stock(&self, entry: &StockEntry) {
        self.head(&entry.head);
        let Some(table) = entry.table else { return };
        let mut items = Vec::new();
        if let Some((formula, tree)) = parsed(&entry.condition) {
            let mut faults = Vec::new();
            let condition = sqlish::check(tree, table, &mut faults);
            for fault in &faults {
                self.faults.refuse_within(formula.mark, &formula.text, fault);
            }
            for (name, span) in tree.placeholders() {
                let mark = self.faults.within(formula.mark, &formula.text, span.0);
                let id = At { value: name.to_string(), mark };
                if self.reference(&id, "parameter").is_some() && table.column("stage").is_none() {
                    self.stages_of_parameter(name, &[Stage::Whole], formula.mark);
                }
            }
            for literal in condition.iter().flat_map(|condition| &condition.literals) {
                let mark = self.faults.within(formula.mark, &formula.text, literal.span.0);
                if literal.column == "stage" && Stage::from_id(&literal.words).is_none() {
                    let ids = Stage::ALL.iter().map(|stage| stage.id());
                    let what = text!("没有学段“{}”", "there is no stage `{0}`", literal.words);
                    self.faults.refuse("unknown-stage", mark, what, did_you_mean(&literal.words, ids));
                }
                if literal.column == "item" {
                    items.push(At { value: literal.words.clone(), mark });
                }
            }
        }
        let unit_of_items = match table.name {
            "school_figures" => self.units_of_figures(&items),
            "declarations" => self.units_of_declarations(&items),
            _ => None,
        };
        self.unit_of_stock(entry, unit_of_items);
        self.absent_figures(entry, table, &items);
        if entry.years != Years::default() && table.time == Time::Validity {
            let what = text!(
                "表 {} 按有效期记录，没有学年可选",
                "the table {} holds by validity; there is no school year to choose",
                table.name
            );
            let hint = text!("去掉 year 和 since", "drop `year` and `since`");
            self.faults.refuse("year-of-validity", entry.head.mark, what, hint);
        }
        self.schools_of_stock(entry);
        if entry.split && matches!(entry.aggregate, Some(At { value: Aggregate::CountRows, .. })) {
            let what = text!("{} 计行数，不能拆分", "{} counts rows, which cannot be divided", entry.head.id.value);
            let hint = text!("只有求和的存量才拆分：去掉 split = true", "only sums are divided: drop split = true");
            self.faults.refuse("split-of-count", entry.head.mark, what, hint);
        }
    }

    /// Figures of which no row may stand for zero are among those that the filter names.
    fn absent_figures(&self, entry: &StockEntry, table: &Table, items: &[At<String>]) {
        for absent in &entry.absent_is_zero {
            if !sqlish::states_figures(table) {
                let what = text!("表 {} 不是一行一项的表", "the table {} does not state figures row by row", table.name);
                let hint = text!(
                    "去掉 absent_is_zero：名册里没有的就是没有",
                    "drop absent_is_zero: what a register does not list is not there"
                );
                self.faults.refuse("absent-of-register", absent.mark, what, hint);
            } else if !items.iter().any(|item| item.value == absent.value) {
                let id = &entry.head.id.value;
                let what = text!("{id} 的 where 没有数据项目“{0}”", "the `where` of {id} names no figure `{0}`", absent.value);
                let hint = did_you_mean(&absent.value, items.iter().map(|item| item.value.as_str()));
                self.faults.refuse("unknown-item", absent.mark, what, hint);
            }
        }
    }

    /// Which schools a stock counts: told of the schools alone, before any figure is known.
    fn schools_of_stock(&self, entry: &StockEntry) {
        self.truth(&entry.schools);
        let Some((formula, tree)) = parsed(&entry.schools) else { return };
        if let Some((name, span)) = tree.names().first() {
            let mark = self.faults.within(formula.mark, &formula.text, span.0);
            let what =
                text!("schools 只能问学校本身，{name} 不是", "`schools` asks about the school itself, which {name} is not");
            let hint = text!("只用 school.…，如 school.owner = 'private'", "use school.… only, such as school.owner = 'private'");
            self.faults.refuse("schools-by-figures", mark, what, hint);
        }
        let extreme = matches!(entry.aggregate, Some(At { value: Aggregate::Max(_) | Aggregate::Min(_), .. }));
        if extreme || entry.level == StockLevel::County {
            let what = text!("{} 不能用 schools", "{} cannot have `schools`", entry.head.id.value);
            let hint = text!(
                "只有学校的计数和求和可以限定学校：没有的学校为 0",
                "only counts and sums of schools can be of some schools, the others having 0"
            );
            self.faults.refuse("schools-of-extreme", formula.mark, what, hint);
        }
    }

    /// The unit of the stock against that of what it adds up.
    fn unit_of_stock(&self, entry: &StockEntry, unit_of_items: Option<Unit>) {
        let (Some(unit), Some(table), Some(aggregate)) = (&entry.unit, entry.table, &entry.aggregate) else { return };
        let natural = match aggregate.value {
            Aggregate::CountRows => sqlish::row_unit(table),
            Aggregate::Sum("value") | Aggregate::Max("value") | Aggregate::Min("value") => unit_of_items,
            Aggregate::Sum(column) | Aggregate::Max(column) | Aggregate::Min(column) => sqlish::column_unit(table, column),
        };
        if let Some(natural) = natural
            && natural != *unit
        {
            let id = &entry.head.id.value;
            let what = text!(
                "{id} 的单位写作 {unit}，汇总的是 {natural}",
                "{id} is declared in {unit}, but what it adds up is in {natural}"
            );
            let hint = text!("写 unit = \"{natural}\"", "write unit = \"{natural}\"");
            self.faults.refuse("units-do-not-fit", entry.head.mark, what, hint);
        }
    }

    /// The common unit of figures that are added, each of which must be known.
    fn units_of_figures(&self, items: &[At<String>]) -> Option<Unit> {
        // Without a list of items nothing can be said about their ids.
        self.items.iter().next()?;
        let of_packs = || self.chain.packs.iter().flat_map(|pack| &pack.figures).map(|(_, item)| item);
        let find =
            |id: &str| self.items.by_id(id).or_else(|| of_packs().find(|item| item.id == id)).map(|item| item.unit.clone());
        let ids = || self.items.iter().chain(of_packs()).map(|item| item.id.as_str());
        self.common_unit(items, &find, &|id| {
            let what = text!("没有学校数据项目“{id}”", "there is no school figure `{id}`");
            let hint = did_you_mean(id, ids().collect::<Vec<_>>().into_iter());
            (what, hint)
        })
    }

    fn units_of_declarations(&self, items: &[At<String>]) -> Option<Unit> {
        let declared = || self.chain.packs.iter().flat_map(|pack| &pack.declarations);
        let find = |id: &str| declared().find(|(head, _)| head.id.value == id).and_then(|(_, unit)| unit.clone());
        let known = |id: &str| declared().any(|(head, _)| head.id.value == id);
        // A pack that lists no [[declaration]] leaves the ids to the form.
        let items: Vec<At<String>> =
            items.iter().filter(|item| declared().next().is_some() || known(&item.value)).cloned().collect();
        self.common_unit(&items, &find, &|id| {
            let what = text!("没有申报项目“{id}”", "nothing called `{id}` is declared");
            let ids: Vec<&str> = declared().map(|(head, _)| head.id.value.as_str()).collect();
            (what, did_you_mean(id, ids.into_iter()))
        })
    }

    fn common_unit(
        &self,
        items: &[At<String>],
        find: &dyn Fn(&str) -> Option<Unit>,
        unknown: &dyn Fn(&str) -> (facts::Text, facts::Text),
    ) -> Option<Unit> {
        let mut common: Option<Unit> = None;
        for item in items {
            let Some(unit) = find(&item.value) else {
                let (what, hint) = unknown(&item.value);
                self.faults.refuse("unknown-item", item.mark, what, hint);
                return None;
            };
            match &common {
                Some(before) if *before != unit => {
                    let what = text!(
                        "不同单位的项目不能加在一起：{before} 和 {unit}",
                        "figures of different units cannot be added: {before} and {unit}"
                    );
                    let hint = text!("分成两个存量", "make two stocks of it");
                    self.faults.refuse("units-do-not-fit", item.mark, what, hint);
                    return None;
                }
                _ => common = Some(unit),
            }
        }
        common
    }
}
