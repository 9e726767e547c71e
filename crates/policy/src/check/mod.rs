//! What is refused, pack by pack, over the entries as they were read.

mod cases;
mod dated;
mod entries;
mod exceptions;
mod replaces;
mod stocks;
mod tables;

use std::collections::BTreeMap;

use facts::{ItemList, Stage, Text, Unit, text};

use crate::chain::{Chain, Dictionary, evaluation_order, named};
use crate::expr::{Measure, Type, infer};
use crate::model::{Entries, Formula, Head, Law, PackSource, ParameterEntry};
use crate::source::{At, Faults, Mark};
use crate::suggest::did_you_mean;
use crate::syntax::Tree;

/// Checks the last pack of a chain; those before it were checked by themselves.
pub(crate) fn check_pack(chain: &Chain<'_>, items: &ItemList, faults: &Faults<'_>) {
    let Some(own) = chain.own() else { return };
    let dictionary = chain.dictionary();
    let all = chain.entries();
    let checker = Checker { chain, own, dictionary: &dictionary, all: &all, items, faults };
    checker.duplicates();
    checker.entries(&own.entries);
    for head in own.figures.iter().map(|(head, _)| head) {
        checker.figure(head);
    }
    checker.unjudged_items();
    checker.splits();
    checker.scopes();
    checker.exceptions();
    checker.replaces();
    checker.loops();
    checker.cases();
    checker.tables();
}

pub(crate) struct Checker<'a> {
    chain: &'a Chain<'a>,
    own: &'a PackSource,
    dictionary: &'a Dictionary,
    /// The entries of the whole chain.
    all: &'a Entries,
    items: &'a ItemList,
    faults: &'a Faults<'a>,
}

impl Checker<'_> {
    /// Checks entries, be they the pack's own or a copy of the base's with a replacement made.
    fn entries(&self, entries: &Entries) {
        for entry in &entries.parameters {
            self.parameter(entry);
        }
        for entry in &entries.stocks {
            self.stock(entry);
        }
        for entry in &entries.indicators {
            self.indicator(entry);
        }
        for entry in &entries.judgements {
            self.judgement(entry);
        }
        for entry in &entries.items {
            self.item(entry);
        }
    }

    fn duplicates(&self) {
        let mut seen: BTreeMap<String, (&str, Mark)> = BTreeMap::new();
        let packs = &self.chain.packs;
        for (index, pack) in packs.iter().enumerate() {
            for (id, known) in named(pack) {
                let Some((kind, before)) = seen.get(&id) else {
                    seen.insert(id, (known.kind, known.mark));
                    continue;
                };
                if index + 1 < packs.len() {
                    continue;
                }
                let place = self.faults.sources.place(*before).words();
                let what = Text::new(
                    format!("id {id} 已经用过（{}，{}）", crate::read::kind_words(kind).zh, place.zh),
                    format!("the id {id} is taken ({}, {})", crate::read::kind_words(kind).en, place.en),
                );
                let hint = text!(
                    "换一个 id；要改被扩展的包里的条目，用 [[replace]]",
                    "choose another id; to change an entry of the pack that is extended, use [[replace]]"
                );
                self.faults.refuse("duplicate-id", known.mark, what, hint);
            }
        }
    }

    fn loops(&self) {
        let mut replaced = self.all.clone();
        for replace in &self.own.replaces {
            crate::chain::apply(&mut replaced, replace);
        }
        let (ids, rests_on) = self.chain.dependencies(&[self.all, &replaced]);
        if let Err(circle) = evaluation_order(&ids, &rests_on) {
            let mark = self.mark_in_circle(&circle);
            const SHOWN: usize = 12;
            let mut path: Vec<&str> = circle.iter().take(SHOWN).map(String::as_str).collect();
            path.extend((circle.len() > SHOWN).then_some("…"));
            path.extend(circle.first().map(String::as_str));
            let path = path.join(" → ");
            let what = text!("循环：{path}", "a loop: {path}");
            let hint = text!(
                "存量的 where 用到的参数，其例外不能再取决于这个存量",
                "an exception to a parameter that a stock's `where` uses cannot depend on that stock"
            );
            self.faults.refuse("loop", mark, what, hint);
        }
    }

    /// A place in the checked pack that closes the circle: an exception, else the entry itself.
    fn mark_in_circle(&self, circle: &[String]) -> Mark {
        let on_circle = |id: &str| circle.iter().any(|known| known == id);
        let exception =
            self.own.exceptions.iter().find(|entry| entry.target.as_ref().is_some_and(|(_, target)| on_circle(&target.value)));
        let known = circle.first().and_then(|id| self.dictionary.0.get(id));
        exception.map(|entry| entry.mark()).or(known.map(|known| known.mark)).unwrap_or(self.own.mark)
    }

    /// Whether the article is an anchor of the source.md that is meant.
    fn article(&self, law: &Law) {
        let Some(article) = &law.article else { return };
        let Some(pack) = self.chain.packs.iter().find(|pack| self.faults.sources.pack(pack.mark.file) == Some(law.pack)) else {
            return;
        };
        if pack.articles.iter().any(|(anchor, _)| *anchor == article.value) {
            return;
        }
        let what = text!("source.md 里没有锚点 {{#{}}}", "source.md has no anchor {{#{}}}", article.value);
        let hint = did_you_mean(&article.value, pack.articles.iter().map(|(anchor, _)| anchor.as_str()));
        self.faults.refuse("unknown-article", article.mark, what, hint);
    }

    fn head(&self, head: &Head) {
        self.article(&head.law);
    }

    fn part(&self, part: &Option<At<String>>) {
        if let Some(part) = part {
            self.reference(part, "part");
        }
    }

    /// Whether an id names an entry of the kind that is wanted; its unit.
    fn reference(&self, id: &At<String>, kind: &'static str) -> Option<Option<Unit>> {
        if let Some(known) = self.dictionary.find_kind(&id.value, kind) {
            return Some(known.unit.clone());
        }
        let wanted = crate::read::kind_words(kind);
        let what = match self.dictionary.0.get(&id.value) {
            Some(other) => {
                let found = crate::read::kind_words(other.kind);
                Text::new(
                    format!("{} 是{}，这里要{}", id.value, found.zh, wanted.zh),
                    format!("{} is {}; {} is wanted here", id.value, found.en, wanted.en),
                )
            }
            None => {
                Text::new(format!("没有叫 {} 的{}", id.value, wanted.zh), format!("{} is not the id of {}", id.value, wanted.en))
            }
        };
        self.faults.refuse("unknown-id", id.mark, what, did_you_mean(&id.value, self.dictionary.of_kind(kind)));
        None
    }

    /// Checks a numeric formula against the unit that is wanted.
    fn number(&self, formula: &Option<Formula>, wanted: Option<&Unit>) {
        let Some((formula, tree)) = parsed(formula) else { return };
        let Some(found) = self.infer(formula, tree) else { return };
        let Type::Number(measure) = found else {
            let kind = found.words();
            let what =
                Text::new(format!("这里要一个数，却是{}", kind.zh), format!("a number is wanted here, and this is {}", kind.en));
            self.faults.refuse("not-a-number", formula.mark, what, text!("写算式", "write a formula"));
            return;
        };
        if let (Measure::Of(found), Some(wanted)) = (measure, wanted)
            && found != *wanted
        {
            let what = text!("公式的单位是 {found}，应为 {wanted}", "the formula is in {found}; {wanted} is wanted");
            let hint = text!("改公式，或改 unit", "mend the formula, or the unit");
            self.faults.refuse("units-do-not-fit", formula.mark, what, hint);
        }
    }

    /// Checks a condition.
    fn truth(&self, formula: &Option<Formula>) {
        let Some((formula, tree)) = parsed(formula) else { return };
        match self.infer(formula, tree) {
            Some(Type::Truth) | None => {}
            Some(Type::Attribute(attribute)) if attribute.is_flag() => {}
            Some(other) => {
                let kind = other.words();
                let what = Text::new(
                    format!("这里要一个条件，却是{}", kind.zh),
                    format!("a condition is wanted here, and this is {}", kind.en),
                );
                let hint = text!("写成比较，如 pupils > 0", "write a comparison, such as pupils > 0");
                self.faults.refuse("not-a-condition", formula.mark, what, hint);
            }
        }
    }

    fn infer(&self, formula: &Formula, tree: &Tree) -> Option<Type> {
        let mut faults = Vec::new();
        let found = infer(tree, &formula.text, self.dictionary, &mut faults);
        for fault in &faults {
            self.faults.refuse_within(formula.mark, &formula.text, fault);
        }
        found
    }

    /// Whether the parameters of a formula have a value at the stages at which it is worked out.
    fn stages_of_formula(&self, formula: &Option<Formula>, stages: &[Stage]) {
        let Some((formula, tree)) = parsed(formula) else { return };
        for name in tree.names_of_one_stage() {
            self.stages_of_parameter(name, stages, formula.mark);
        }
        for name in tree.names_over_stages() {
            self.stages_of_parameter(name, &[Stage::Primary, Stage::Junior], formula.mark);
        }
    }

    fn stages_of_parameter(&self, id: &str, stages: &[Stage], mark: Mark) {
        let Some(parameter) = self.parameter_named(id) else { return };
        for stage in stages {
            if parameter.values.iter().all(|value| value.stage.is_some() && value.stage != Some(*stage))
                && !parameter.values.is_empty()
            {
                let title = stage.title();
                let what = Text::new(
                    format!("参数 {id} 没有{}的值", title.zh),
                    format!("the parameter {id} has no value for the stage `{}` ({})", stage.id(), title.en),
                );
                let hint = text!(
                    "加一个 stage = \"{0}\" 的 [[parameter.value]]，或一个不分学段的",
                    "add a [[parameter.value]] with stage = \"{0}\", or one for all stages",
                    stage.id()
                );
                self.faults.refuse("stage-without-value", mark, what, hint);
            }
        }
    }

    fn parameter_named(&self, id: &str) -> Option<&ParameterEntry> {
        self.all.parameters.iter().find(|parameter| parameter.head.id.value == id)
    }

    /// A parameter that must be there and have this unit.
    fn parameter_of_unit(&self, id: &At<String>, wanted: Option<&Unit>, stages: &[Stage]) {
        let Some(unit) = self.reference(id, "parameter") else { return };
        if let (Some(unit), Some(wanted)) = (unit, wanted)
            && unit != *wanted
        {
            let what =
                text!("参数 {} 的单位是 {unit}，应为 {wanted}", "the parameter {} is in {unit}; {wanted} is wanted", id.value);
            let hint = text!("改参数的 unit，或换一个参数", "mend the unit of the parameter, or name another one");
            self.faults.refuse("units-do-not-fit", id.mark, what, hint);
        }
        self.stages_of_parameter(&id.value, stages, id.mark);
    }
}

/// The formula and its tree where it could be parsed.
fn parsed(formula: &Option<Formula>) -> Option<(&Formula, &Tree)> {
    let formula = formula.as_ref()?;
    formula.tree.as_ref().map(|tree| (formula, tree))
}
