//! A checked pack at a day and a place.

mod entries;
mod exceptions;

use std::collections::BTreeMap;

use facts::{CountyCode, Date, Finding, ItemList, Place, Severity, Text, text};

use crate::chain::{Chain, Dictionary, evaluation_order};
use crate::cited::{Citation, Cited};
use crate::expr::{Leaf, Program, compile};
use crate::layout;
use crate::model::{Entries, Formula, Law, PackSource};
use crate::resolved::{Layer, Part, Resolved, Target};
use crate::suggest::did_you_mean;

pub(crate) fn layer(source: &PackSource) -> Layer {
    Layer {
        id: source.id.clone(),
        version: source.version.clone(),
        title: source.title.clone(),
        place: source.place.clone(),
        document: source.document.clone(),
    }
}

pub(crate) fn unknown_pack<'i>(id: &str, ids: impl Iterator<Item = &'i str> + Clone) -> Finding {
    let what = text!("没有可用的标准包 {id}", "there is no usable pack {id}");
    Finding::new(Severity::Logic, "unknown-pack", Place::Everywhere, what, did_you_mean(id, ids))
}

pub(crate) fn resolve(
    chain: &Chain<'_>,
    all: &[Option<PackSource>],
    items: &ItemList,
    on: Date,
    county: &CountyCode,
) -> Result<Resolved, Vec<Finding>> {
    let Some(own) = chain.own() else { return Err(vec![unknown_pack("", std::iter::empty())]) };
    let refused: Vec<Finding> = chain.packs.iter().flat_map(|pack| not_in_force(pack, on, county)).collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let entries = chain.entries_on(on);
    let (index, dictionary) = (Index::of(chain, &entries), chain.dictionary());
    let resolver = Resolver { chain, all, items, on, county, entries: &entries, index, dictionary };
    // A checked pack cannot fail here; if it does, the pack is named rather than the program stopped.
    resolver.resolved(own).ok_or_else(|| {
        let what = text!("标准包 {} 在 {on} 无法解析", "the pack {} cannot be resolved on {on}", own.id);
        let hint = text!("运行 junheng check 检查这个包", "run junheng check on this pack");
        vec![Finding::new(Severity::Logic, "pack-not-resolvable", place_of(own), what, hint)]
    })
}

fn not_in_force(pack: &PackSource, on: Date, county: &CountyCode) -> Vec<Finding> {
    let mut refused = Vec::new();
    let (id, from) = (&pack.id, pack.from);
    if on < from || pack.to.is_some_and(|to| on > to) {
        let what = text!("标准包 {id} 在 {on} 不施行", "the pack {id} is not in force on {on}");
        let hint = match pack.to {
            Some(to) => text!(
                "它自 {from} 至 {to} 施行；junheng packs --on {on} 列出那一天施行的标准",
                "it is in force from {from} to {to}; `junheng packs --on {on}` lists what is in force on that day"
            ),
            None => text!(
                "它自 {from} 起施行；junheng packs --on {on} 列出那一天施行的标准",
                "it is in force from {from} on; `junheng packs --on {on}` lists what is in force on that day"
            ),
        };
        refused.push(Finding::new(Severity::Logic, "pack-not-in-force", place_of(pack), what, hint));
    }
    // Facts without any division code are judged by whatever pack is asked for.
    if !county.is_in(&pack.place) && *county != CountyCode::unstated() {
        let what = text!("标准包 {id} 不适用于 {county}", "the pack {id} does not apply to {county}");
        let hint = text!("它适用于区划代码以 {0} 开头的县", "it applies to counties whose code begins with {0}", pack.place);
        refused.push(Finding::new(Severity::Logic, "pack-of-another-place", place_of(pack), what, hint));
    }
    refused
}

fn place_of(pack: &PackSource) -> Place {
    Place::Source { file: format!("{}/pack.toml", pack.id), line: None, excerpt: None }
}

struct Resolver<'a> {
    chain: &'a Chain<'a>,
    /// Every pack that was read; a law names its pack by the place here.
    all: &'a [Option<PackSource>],
    items: &'a ItemList,
    on: Date,
    county: &'a CountyCode,
    entries: &'a Entries,
    index: Index,
    dictionary: Dictionary,
}

/// Where each id stands among its kind.
struct Index {
    leaves: BTreeMap<String, Leaf>,
    parts: BTreeMap<String, usize>,
    indicators: BTreeMap<String, usize>,
    items: BTreeMap<String, usize>,
}

impl Index {
    fn of(chain: &Chain<'_>, entries: &Entries) -> Index {
        let parameters = entries.parameters.iter().enumerate().map(|(index, entry)| (&entry.head, Leaf::Parameter(index)));
        let stocks = entries.stocks.iter().enumerate().map(|(index, entry)| (&entry.head, Leaf::Stock(index)));
        let parts = chain.packs.iter().flat_map(|pack| &pack.parts).enumerate();
        Index {
            leaves: parameters.chain(stocks).map(|(head, leaf)| (head.id.value.clone(), leaf)).collect(),
            parts: parts.map(|(index, head)| (head.id.value.clone(), index)).collect(),
            indicators: entries
                .indicators
                .iter()
                .enumerate()
                .map(|(index, entry)| (entry.head.id.value.clone(), index))
                .collect(),
            items: entries.items.iter().enumerate().map(|(index, entry)| (entry.head.id.value.clone(), index)).collect(),
        }
    }
}

impl Resolver<'_> {
    fn resolved(&self, own: &PackSource) -> Option<Resolved> {
        let exceptions = self.exceptions()?;
        let parameters = self.parameters();
        let notes = self.notes(&parameters, &exceptions);
        let resolved = Resolved {
            pack: own.id.clone(),
            title: own.title.clone(),
            on: self.on,
            county: self.county.clone(),
            layers: self.chain.packs.iter().map(|pack| layer(pack)).collect(),
            parts: self
                .chain
                .packs
                .iter()
                .flat_map(|pack| &pack.parts)
                .map(|head| Part { id: head.id.value.clone(), title: head.title.clone() })
                .collect(),
            parameters,
            stocks: self.entries.stocks.iter().map(|entry| self.stock(entry)).collect::<Option<_>>()?,
            indicators: self.entries.indicators.iter().map(|entry| self.indicator(entry)).collect::<Option<_>>()?,
            judgements: self.entries.judgements.iter().map(|entry| self.judgement(entry)).collect::<Option<_>>()?,
            items: self.entries.items.iter().map(|entry| self.item(entry)).collect::<Option<_>>()?,
            exceptions,
            splits: self.splits(),
            scope: self.scope()?,
            order: self.order()?,
            tables: Vec::new(),
            notes,
        };
        let tables = layout::in_chain(&self.chain.packs).into_iter().map(|table| layout::resolve(table, &resolved));
        Some(Resolved { tables: tables.collect::<Option<_>>()?, ..resolved })
    }

    /// Outer None: the checked pack could not be compiled.
    fn scope(&self) -> Option<Option<Cited<Program>>> {
        let scope = self.chain.scopes().iter().find(|scope| scope.from <= self.on && scope.to.is_none_or(|to| self.on <= to));
        let Some(scope) = scope else { return Some(None) };
        let value = self.program(scope.condition.as_ref()?)?;
        Some(Some(Cited { value, citation: self.cite(&scope.law) }))
    }

    fn order(&self) -> Option<Vec<Target>> {
        let (ids, rests_on) = self.chain.dependencies(&[self.entries]);
        let order = evaluation_order(&ids, &rests_on).ok()?;
        let parameters = self.entries.parameters.len();
        let target = |index: usize| if index < parameters { Target::Parameter(index) } else { Target::Stock(index - parameters) };
        Some(order.into_iter().map(target).collect())
    }

    fn program(&self, formula: &Formula) -> Option<Program> {
        compile(formula.tree.as_ref()?, &formula.text, &|name| self.index.leaves.get(name).copied())
    }

    /// None for none, Some(None) where a checked formula could not be compiled.
    fn optional(&self, formula: &Option<Formula>) -> Option<Option<Program>> {
        match formula {
            None => Some(None),
            Some(formula) => self.program(formula).map(Some),
        }
    }

    fn cite(&self, law: &Law) -> Citation {
        let pack = self.all.get(law.pack).and_then(Option::as_ref);
        let article = law.article.as_ref().map(|at| at.value.clone()).unwrap_or_default();
        let title =
            pack.and_then(|pack| pack.articles.iter().find(|(anchor, _)| *anchor == article)).map(|(_, title)| title.clone());
        Citation {
            pack: pack.map(|pack| pack.id.clone()).unwrap_or_default(),
            document: pack.map(|pack| pack.document.clone()).unwrap_or_default(),
            article,
            article_title: title.unwrap_or_default(),
            from: law.from.or(pack.map(|pack| pack.from)),
            to: law.to.or(pack.and_then(|pack| pack.to)),
            confirmed: law.confirmed,
            source: law.source.clone(),
            label: law.label.clone(),
        }
    }

    fn note(&self, code: &str, what: Text, hint: Text) -> Finding {
        let place = self.chain.own().map_or(Place::Everywhere, place_of);
        Finding::new(Severity::Note, code, place, what, hint)
    }
}
