use facts::{Stage, Text, Unit};

use super::Resolver;
use crate::cited::Cited;
use crate::expr::Leaf;
use crate::expr::{Measure, Type, compile, infer};
use crate::model::{Formula, Head, IndicatorEntry, ItemEntry, JudgementEntry, JudgementKind, StockEntry};
use crate::resolved::{
    Gap, Indicator, Item, Judgement, Parameter, Piece, Requirement, Rule, Split, StageValue, Stock, StockItem, Summary,
};
use crate::source::At;
use crate::sqlish::{self, Condition};
use crate::summary::{self, pieces};
use crate::syntax::{Tree, TreeKind};

impl Resolver<'_> {
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let replaces = self.chain.replaces_on(self.on);
        let parameter = |entry: &crate::model::ParameterEntry| {
            let chosen = self.chain.values_on(&entry.head.id.value, &entry.values, &replaces, self.on);
            let values = chosen.into_iter().map(|value| StageValue {
                stage: value.stage,
                cited: Cited { value: value.value, citation: self.cite(&value.law) },
            });
            Parameter {
                id: entry.head.id.value.clone(),
                title: entry.head.title.clone(),
                unit: entry.unit.clone().unwrap_or_default(),
                unit_title: entry.unit_title.clone().unwrap_or_else(|| entry.unit.as_ref().map(Unit::title).unwrap_or_default()),
                values: values.collect(),
            }
        };
        self.entries.parameters.iter().map(parameter).collect()
    }

    pub(super) fn stock(&self, entry: &StockEntry) -> Option<Stock> {
        let table = entry.table?;
        let (where_sql, parameters, items) = match &entry.condition {
            None => (String::new(), Vec::new(), Vec::new()),
            Some(formula) => {
                let tree = formula.tree.as_ref()?;
                let condition = sqlish::check(tree, table, &mut Vec::new())?;
                let items = if sqlish::states_figures(table) { self.items_of(entry, tree, &condition) } else { Vec::new() };
                let parameters = condition.parameters.iter().map(|id| self.parameter_index(id)).collect::<Option<_>>()?;
                (condition.sql, parameters, items)
            }
        };
        Some(Stock {
            id: entry.head.id.value.clone(),
            title: entry.head.title.clone(),
            unit: entry.unit.clone()?,
            table,
            where_sql,
            items,
            aggregate: entry.aggregate.as_ref()?.value,
            parameters,
            split: entry.split,
            level: entry.level,
            years: entry.years,
            schools: self.optional(&entry.schools)?,
            citation: entry.head.law.article.as_ref().map(|_| self.cite(&entry.head.law)),
            label: entry.head.law.label.clone(),
        })
    }

    fn items_of(&self, entry: &StockEntry, tree: &Tree, condition: &Condition) -> Vec<StockItem> {
        let item = |id: &str| StockItem {
            id: id.to_string(),
            title: self.title_of_item(id),
            stages: sqlish::stages_of_item(tree, id),
            absent_is_zero: entry.absent_is_zero.iter().any(|named| named.value == id),
        };
        condition.items().into_iter().map(item).filter(|item| !item.stages.is_empty()).collect()
    }

    /// What a figure or a declaration is called by a pack of the chain, or else by the item list.
    fn title_of_item(&self, id: &str) -> Text {
        let declared = self.chain.packs.iter().flat_map(|pack| &pack.declarations).map(|(head, _)| head);
        let heads = self.chain.packs.iter().flat_map(|pack| &pack.figures).map(|(head, _)| head).chain(declared);
        let own = heads.filter(|head| head.id.value == id).map(|head| head.title.clone()).next();
        own.or_else(|| self.items.by_id(id).map(|item| item.title.clone())).unwrap_or_else(|| Text::new(id, id))
    }

    pub(super) fn indicator(&self, entry: &IndicatorEntry) -> Option<Indicator> {
        Some(Indicator {
            id: entry.head.id.value.clone(),
            title: entry.head.title.clone(),
            short: entry.short.clone().unwrap_or_else(|| entry.head.title.clone()),
            unit: entry.unit.clone()?,
            unit_title: entry.unit_title.clone().unwrap_or_else(|| entry.unit.as_ref().map(Unit::title).unwrap_or_default()),
            formula: self.program(entry.formula.as_ref()?)?,
            stages: entry.stages.clone(),
            threshold: self.optional_parameter(&entry.threshold)?,
            compare: entry.compare,
            weight: self.stock_index(&entry.weight.as_ref()?.value)?,
            lever: match &entry.lever {
                Some(lever) => Some(self.stock_index(&lever.value)?),
                None => None,
            },
            part: self.part(&entry.part),
            citation: self.cite(&entry.head.law),
            form_decimals: entry.form_decimals,
            label: entry.head.law.label.clone(),
        })
    }

    pub(super) fn judgement(&self, entry: &JudgementEntry) -> Option<Judgement> {
        let indicators = || entry.of.iter().map(|id| self.index.indicators.get(&id.value).copied()).collect::<Option<Vec<_>>>();
        let items = || entry.of.iter().map(|id| self.index.items.get(&id.value).copied()).collect::<Option<Vec<_>>>();
        let parameter = |id: &Option<At<String>>| self.parameter_index(&id.as_ref()?.value);
        let rule = match entry.kind? {
            JudgementKind::AtLeast => {
                Rule::AtLeast { of: indicators()?, need: parameter(&entry.need)?, floor: self.optional_parameter(&entry.floor)? }
            }
            JudgementKind::CvEach => Rule::CvEach { of: indicators()?, limit: parameter(&entry.limit)? },
            JudgementKind::CvMean => Rule::CvMean { of: indicators()?, limit: parameter(&entry.limit)? },
            JudgementKind::Items => Rule::Items { of: items()? },
            JudgementKind::Score => Rule::Score { of: items()?, need: parameter(&entry.need)? },
        };
        Some(Judgement {
            id: entry.head.id.value.clone(),
            title: entry.head.title.clone(),
            part: self.part(&entry.part),
            citation: self.cite(&entry.head.law),
            rule,
            label: entry.head.law.label.clone(),
        })
    }

    pub(super) fn item(&self, entry: &ItemEntry) -> Option<Item> {
        let Head { id, title, law, .. } = &entry.head;
        Some(Item {
            id: id.value.clone(),
            no: entry.no.clone(),
            title: title.clone(),
            part: self.part(&entry.part),
            citation: self.cite(law),
            level: entry.level,
            stages: entry.stages.clone(),
            applies: self.optional(&entry.applies)?,
            require: self.requirement(&entry.require)?,
            otherwise: self.requirement(&entry.otherwise)?,
            points: self.optional_parameter(&entry.points)?,
            score: match &entry.score {
                Some(score) => Some(self.stock_index(&score.value)?),
                None => None,
            },
            summary: entry.summary.as_ref().map(|zh| {
                let en = entry.summary_en.as_ref().unwrap_or(zh);
                Summary { zh: self.summary(&zh.value), en: self.summary(&en.value) }
            }),
            veto: entry.veto,
            label: law.label.clone(),
        })
    }

    pub(super) fn splits(&self) -> Vec<Split> {
        let in_force = self.chain.splits().filter(|split| split.from <= self.on && split.to.is_none_or(|to| self.on <= to));
        let split = |entry: &crate::model::SplitEntry| Split {
            kinds: entry.kinds.iter().map(|kind| kind.value.clone()).collect(),
            weights: entry.weights.clone(),
            citation: self.cite(&entry.law),
        };
        in_force.map(split).collect()
    }

    /// The condition, and the two sides of its comparison where it is a single one of numbers.
    fn requirement(&self, formula: &Option<Formula>) -> Option<Option<Requirement>> {
        let Some(formula) = formula else { return Some(None) };
        let tree = formula.tree.as_ref()?;
        let find = |name: &str| self.index.leaves.get(name).copied();
        let mut gap = None;
        if let TreeKind::Compare(compare, left, right) = &tree.kind {
            let unit = |side| match infer(side, &formula.text, &self.dictionary, &mut Vec::new()) {
                Some(Type::Number(Measure::Of(unit))) => Some(unit),
                Some(Type::Number(Measure::Any)) => None,
                _ => None,
            };
            let sides = (compile(left, &formula.text, &find), compile(right, &formula.text, &find));
            if let (Some(unit), (Some(left), Some(right))) = (unit(left).or_else(|| unit(right)), sides) {
                gap = Some(Gap { left, compare: *compare, right, unit });
            }
        }
        Some(Some(Requirement { condition: compile(tree, &formula.text, &find)?, gap }))
    }

    fn summary(&self, words: &str) -> Vec<Piece> {
        let piece = |piece: summary::Piece<'_>| match piece {
            summary::Piece::Words(words) => Some(Piece::Words(words.to_string())),
            summary::Piece::Name(name) => match self.index.leaves.get(name)? {
                Leaf::Stock(index) => Some(Piece::Stock(*index)),
                Leaf::Parameter(index) => Some(Piece::Parameter(*index)),
                Leaf::School(_) => None,
            },
            summary::Piece::Broken => None,
        };
        pieces(words).into_iter().filter_map(piece).collect()
    }

    pub(super) fn parameter_index(&self, id: &str) -> Option<usize> {
        if let Leaf::Parameter(index) = self.index.leaves.get(id)? { Some(*index) } else { None }
    }

    pub(super) fn stock_index(&self, id: &str) -> Option<usize> {
        if let Leaf::Stock(index) = self.index.leaves.get(id)? { Some(*index) } else { None }
    }

    /// None where a parameter is named that there is not.
    fn optional_parameter(&self, id: &Option<At<String>>) -> Option<Option<usize>> {
        match id {
            None => Some(None),
            Some(id) => self.parameter_index(&id.value).map(Some),
        }
    }

    fn part(&self, part: &Option<At<String>>) -> Option<usize> {
        self.index.parts.get(&part.as_ref()?.value).copied()
    }
}

/// Stages in words, for notes.
pub(super) fn stage_words(stage: Option<Stage>) -> Text {
    stage.map_or_else(
        || Text::new("", ""),
        |stage| {
            let title = stage.title();
            Text::new(format!("（{}）", title.zh), format!(" ({})", title.en))
        },
    )
}
