//! A pack together with those it extends, the most general first.

use std::collections::{BTreeMap, BTreeSet};

use facts::{Date, Stage, Unit};

use crate::expr::{Named, Names};
use crate::model::{Entries, ExceptionEntry, Formula, PackSource, ReplaceEntry, ScopeEntry, SplitEntry, ValueEntry};
use crate::order;
use crate::read::kind_words;
use crate::source::Mark;

/// The packs of one chain, by reference; the last is the one that is meant.
pub(crate) struct Chain<'p> {
    pub packs: Vec<&'p PackSource>,
}

/// What an id stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub kind: &'static str,
    pub unit: Option<Unit>,
    pub mark: Mark,
}

/// Every id of a chain. Where an id was given twice, the first one counts.
#[derive(Debug, Default)]
pub(crate) struct Dictionary(pub BTreeMap<String, Known>);

impl<'p> Chain<'p> {
    pub fn own(&self) -> Option<&'p PackSource> {
        self.packs.last().copied()
    }

    /// The entries of all packs, with the replacements in force on the day.
    pub fn entries_on(&self, on: Date) -> Entries {
        let mut entries = self.entries();
        for replace in self.replaces_on(on) {
            apply(&mut entries, replace);
        }
        entries
    }

    /// The entries of all packs, nothing replaced.
    pub fn entries(&self) -> Entries {
        let mut all = Entries::default();
        for pack in &self.packs {
            all.parameters.extend(pack.entries.parameters.iter().cloned());
            all.stocks.extend(pack.entries.stocks.iter().cloned());
            all.indicators.extend(pack.entries.indicators.iter().cloned());
            all.judgements.extend(pack.entries.judgements.iter().cloned());
            all.items.extend(pack.entries.items.iter().cloned());
        }
        all
    }

    /// Replacements in force, in the order in which they are made: pack by pack, then by their own order.
    pub fn replaces_on(&self, on: Date) -> Vec<&'p ReplaceEntry> {
        self.packs.iter().flat_map(|pack| in_order(&pack.replaces)).filter(|replace| replace.is_in_force(on)).collect()
    }

    /// The values of a parameter on a day, replacements made.
    pub fn values_on<'v>(
        &self,
        id: &str,
        values: &'v [ValueEntry],
        replaces: &[&'v ReplaceEntry],
        on: Date,
    ) -> Vec<&'v ValueEntry> {
        let mut chosen: BTreeMap<Option<Stage>, &ValueEntry> = BTreeMap::new();
        let in_force = |value: &&ValueEntry| value.from <= on && value.to.is_none_or(|to| on <= to);
        for value in values.iter().filter(in_force) {
            chosen.insert(value.stage, value);
        }
        for replace in replaces.iter().filter(|replace| replace.target.value == id) {
            let new: Vec<&ValueEntry> = replace.change.values.iter().filter(in_force).collect();
            // A value for all stages stands in the place of those for single stages too.
            if new.iter().any(|value| value.stage.is_none()) {
                chosen.clear();
            }
            chosen.extend(new.into_iter().map(|value| (value.stage, value)));
        }
        chosen.into_values().collect()
    }

    pub fn exceptions(&self) -> impl Iterator<Item = &'p ExceptionEntry> {
        self.packs.iter().flat_map(|pack| pack.exceptions.iter())
    }

    pub fn splits(&self) -> impl Iterator<Item = &'p SplitEntry> {
        self.packs.iter().flat_map(|pack| pack.splits.iter())
    }

    /// The scopes of the most special pack that has any.
    pub fn scopes(&self) -> &'p [ScopeEntry] {
        self.packs.iter().rev().find(|pack| !pack.scopes.is_empty()).map_or(&[], |pack| &pack.scopes)
    }

    pub fn dictionary(&self) -> Dictionary {
        let mut known = BTreeMap::new();
        for (id, entry) in self.packs.iter().flat_map(|pack| named(pack)) {
            known.entry(id).or_insert(entry);
        }
        Dictionary(known)
    }

    /// Which stocks and parameters each one rests on: the parameters of a stock's condition, and what its exceptions ask.
    /// Things are numbered as in `parameters` followed by `stocks`.
    pub fn dependencies(&self, entries: &[&Entries]) -> (Vec<String>, Vec<BTreeSet<usize>>) {
        let mut ids: Vec<String> = Vec::new();
        let first = entries.first();
        ids.extend(first.iter().flat_map(|entries| &entries.parameters).map(|entry| entry.head.id.value.clone()));
        ids.extend(first.iter().flat_map(|entries| &entries.stocks).map(|entry| entry.head.id.value.clone()));
        let index: BTreeMap<&str, usize> = ids.iter().enumerate().rev().map(|(index, id)| (id.as_str(), index)).collect();
        let mut rests_on = vec![BTreeSet::new(); ids.len()];
        let mut add = |id: &str, needs: Vec<(&str, (usize, usize))>| {
            let Some(at) = index.get(id) else { return };
            // Within its own exception a thing stands for what it was before.
            rests_on[*at]
                .extend(needs.into_iter().filter(|(name, _)| *name != id).filter_map(|(name, _)| index.get(name).copied()));
        };
        for stock in entries.iter().flat_map(|entries| &entries.stocks) {
            if let Some(Formula { tree: Some(tree), .. }) = &stock.condition {
                add(&stock.head.id.value, tree.placeholders());
            }
        }
        for exception in self.exceptions() {
            let Some((_, target)) = &exception.target else { continue };
            for tree in exception.when.iter().chain(&exception.with).filter_map(|formula| formula.tree.as_ref()) {
                add(&target.value, tree.names());
            }
        }
        (ids, rests_on)
    }
}

impl ReplaceEntry {
    pub fn is_in_force(&self, on: Date) -> bool {
        self.law.from.is_none_or(|from| from <= on) && self.law.to.is_none_or(|to| on <= to)
    }
}

impl Dictionary {
    pub fn find_kind(&self, id: &str, kind: &str) -> Option<&Known> {
        self.0.get(id).filter(|known| known.kind == kind)
    }

    /// The ids of one kind, for suggestions.
    pub fn of_kind<'d>(&'d self, kind: &'d str) -> impl Iterator<Item = &'d str> + Clone {
        self.0.iter().filter(move |(_, known)| known.kind == kind).map(|(id, _)| id.as_str())
    }
}

impl Names for Dictionary {
    fn find(&self, name: &str) -> Option<Named> {
        let known = self.0.get(name)?;
        Some(match known.kind {
            "stock" | "parameter" => Named::Quantity(known.unit.clone()),
            kind => Named::Other(kind_words(kind)),
        })
    }

    fn all(&self) -> Vec<&str> {
        self.of_kind("stock").chain(self.of_kind("parameter")).collect()
    }
}

/// Every id of one pack, in the order of its files. Figures and declarations have names of their own, since files use them.
pub(crate) fn named(pack: &PackSource) -> Vec<(String, Known)> {
    let entries = &pack.entries;
    let mut all: Vec<(&crate::model::Head, &'static str, Option<Unit>)> = Vec::new();
    all.extend(pack.parts.iter().map(|head| (head, "part", None)));
    all.extend(entries.parameters.iter().map(|entry| (&entry.head, "parameter", entry.unit.clone())));
    all.extend(entries.stocks.iter().map(|entry| (&entry.head, "stock", entry.unit.clone())));
    all.extend(entries.indicators.iter().map(|entry| (&entry.head, "indicator", entry.unit.clone())));
    all.extend(entries.judgements.iter().map(|entry| (&entry.head, "judgement", None)));
    all.extend(entries.items.iter().map(|entry| (&entry.head, "item", None)));
    all.extend(pack.exceptions.iter().map(|entry| (&entry.head, "exception", None)));
    // As they stand in the files, so that of two the later one is called the second.
    all.sort_by_key(|(head, _, _)| head.id.mark);
    all.into_iter().map(|(head, kind, unit)| (head.id.value.clone(), Known { kind, unit, mark: head.id.mark })).collect()
}

fn in_order(replaces: &[ReplaceEntry]) -> Vec<&ReplaceEntry> {
    let mut sorted: Vec<&ReplaceEntry> = replaces.iter().collect();
    sorted.sort_by_key(|replace| replace.order.unwrap_or(0));
    sorted
}

/// Makes one replacement. Values of parameters are chosen by their dates instead ([`Chain::values_on`]).
pub(crate) fn apply(entries: &mut Entries, replace: &ReplaceEntry) {
    fn put<T: Clone>(place: &mut T, new: &Option<T>) {
        if let Some(new) = new {
            *place = new.clone();
        }
    }
    fn put_some<T: Clone>(place: &mut Option<T>, new: &Option<T>) {
        if new.is_some() {
            place.clone_from(new);
        }
    }
    let (id, change) = (&replace.target.value, &replace.change);
    let relabel = |head: &mut crate::model::Head| {
        put(&mut head.title, &change.title);
        head.law = replace.law.clone();
    };
    for entry in entries.stocks.iter_mut().filter(|entry| entry.head.id.value == *id) {
        relabel(&mut entry.head);
        put_some(&mut entry.table, &change.table);
        put_some(&mut entry.condition, &change.condition);
        put_some(&mut entry.aggregate, &change.aggregate);
        put(&mut entry.split, &change.split);
        put(&mut entry.absent_is_zero, &change.absent_is_zero);
    }
    for entry in entries.indicators.iter_mut().filter(|entry| entry.head.id.value == *id) {
        relabel(&mut entry.head);
        put_some(&mut entry.formula, &change.formula);
        put(&mut entry.stages, &change.stages);
        put_some(&mut entry.threshold, &change.threshold);
        put(&mut entry.compare, &change.compare);
        put_some(&mut entry.weight, &change.weight);
        put_some(&mut entry.lever, &change.lever);
    }
    for entry in entries.judgements.iter_mut().filter(|entry| entry.head.id.value == *id) {
        relabel(&mut entry.head);
        put(&mut entry.of, &change.of);
        put_some(&mut entry.need, &change.need);
        put_some(&mut entry.floor, &change.floor);
        put_some(&mut entry.limit, &change.limit);
    }
    for entry in entries.items.iter_mut().filter(|entry| entry.head.id.value == *id) {
        relabel(&mut entry.head);
        put(&mut entry.stages, &change.stages);
        put_some(&mut entry.applies, &change.applies);
        put_some(&mut entry.require, &change.require);
        put_some(&mut entry.otherwise, &change.otherwise);
        put_some(&mut entry.points, &change.points);
        put_some(&mut entry.score, &change.score);
        put_some(&mut entry.summary, &change.summary);
        put_some(&mut entry.summary_en, &change.summary_en);
    }
}

/// The keys with which an entry of a kind can be replaced.
pub(crate) fn replaceable(kind: &str) -> &'static [&'static str] {
    match kind {
        "parameter" => &["value"],
        "stock" => &["title", "title_en", "table", "where", "absent_is_zero", "aggregate", "split"],
        "indicator" => &["title", "title_en", "formula", "stages", "threshold", "compare", "weight", "lever"],
        "judgement" => &["title", "title_en", "of", "need", "floor", "limit"],
        "item" => &["title", "title_en", "stages", "applies", "require", "otherwise", "points", "score", "summary", "summary_en"],
        _ => &[],
    }
}

/// The order of evaluation, or the ids on one circle.
pub(crate) fn evaluation_order(ids: &[String], rests_on: &[BTreeSet<usize>]) -> Result<Vec<usize>, Vec<String>> {
    order::order(rests_on).map_err(|circle| circle.into_iter().filter_map(|index| ids.get(index).cloned()).collect())
}
