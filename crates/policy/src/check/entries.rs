use facts::{Stage, Text, Unit, text};

use super::dated::Span;
use super::{Checker, parsed};
use crate::model::{Head, IndicatorEntry, ItemEntry, JudgementEntry, JudgementKind};
use crate::resolved::ItemLevel;
use crate::source::At;
use crate::summary::blanks;

impl Checker<'_> {
    pub(super) fn figure(&self, head: &Head) {
        self.head(head);
    }

    pub(super) fn indicator(&self, entry: &IndicatorEntry) {
        self.head(&entry.head);
        self.part(&entry.part);
        self.number(&entry.formula, entry.unit.as_ref());
        self.stages_of_formula(&entry.formula, &entry.stages);
        if let Some(threshold) = &entry.threshold {
            self.parameter_of_unit(threshold, entry.unit.as_ref(), &entry.stages);
        }
        if let Some(weight) = &entry.weight {
            self.reference(weight, "stock");
        }
        if let Some(lever) = &entry.lever
            && self.reference(lever, "stock").is_some()
            && let Some((_, tree)) = parsed(&entry.formula)
            && !tree.names().iter().any(|(name, _)| *name == lever.value)
            && tree.names().iter().all(|(name, _)| self.dictionary.0.contains_key(*name))
        {
            let what = text!("公式里没有 lever {}", "the lever {} is not in the formula", lever.value);
            let hint = text!(
                "lever 是公式里的一个存量，缺多少就按它说",
                "the lever is a stock of the formula: what is lacking is told in it"
            );
            self.faults.refuse("lever-not-in-formula", lever.mark, what, hint);
        }
        if entry.stages.is_empty() {
            let what = text!("{} 没有学段", "{} has no stage", entry.head.id.value);
            let hint = text!("写 stages = [\"primary\", \"junior\"]", "write stages = [\"primary\", \"junior\"]");
            self.faults.refuse("missing-stages", entry.head.mark, what, hint);
        }
    }

    pub(super) fn judgement(&self, entry: &JudgementEntry) {
        self.head(&entry.head);
        self.part(&entry.part);
        let Some(kind) = entry.kind else { return };
        let of_items = matches!(kind, JudgementKind::Items | JudgementKind::Score);
        let mut stages: Vec<Stage> = Vec::new();
        for id in &entry.of {
            self.reference(id, if of_items { "item" } else { "indicator" });
            let indicator = self.all.indicators.iter().find(|indicator| indicator.head.id.value == id.value);
            stages.extend(indicator.iter().flat_map(|indicator| &indicator.stages));
            if kind == JudgementKind::AtLeast
                && let Some(indicator) = indicator
                && indicator.threshold.is_none()
            {
                let what = text!("指标 {} 没有 threshold，无法判定达标", "the indicator {} has no threshold to meet", id.value);
                self.faults.refuse(
                    "missing-threshold",
                    id.mark,
                    what,
                    text!("给指标写 threshold", "give the indicator a threshold"),
                );
            }
        }
        stages.sort_unstable();
        stages.dedup();
        let one = Unit::one();
        match kind {
            JudgementKind::AtLeast => {
                for id in entry.need.iter().chain(&entry.floor) {
                    self.parameter_of_unit(id, Some(&one), &stages);
                }
            }
            JudgementKind::CvEach | JudgementKind::CvMean => {
                if let Some(id) = &entry.limit {
                    self.parameter_of_unit(id, Some(&one), &stages);
                }
            }
            JudgementKind::Items => {}
            JudgementKind::Score => self.score(entry),
        }
    }

    /// Points needed, points attainable and points earned are all in one unit.
    fn score(&self, entry: &JudgementEntry) {
        let need = entry
            .need
            .as_ref()
            .and_then(|need| self.dictionary.find_kind(&need.value, "parameter"))
            .and_then(|known| known.unit.clone());
        if let Some(id) = &entry.need {
            self.parameter_of_unit(id, None, &[Stage::Whole]);
        }
        for id in &entry.of {
            let Some(item) = self.all.items.iter().find(|item| item.head.id.value == id.value) else { continue };
            match &item.points {
                Some(points) => self.parameter_of_unit(points, need.as_ref(), &[Stage::Whole]),
                None => {
                    let what = text!("事项 {} 没有分值", "the item {} has no points", id.value);
                    let hint = text!("给事项写 points 和 score", "give the item `points` and `score`");
                    self.faults.refuse("item-without-points", id.mark, what, hint);
                }
            }
        }
    }

    pub(super) fn item(&self, entry: &ItemEntry) {
        self.head(&entry.head);
        self.part(&entry.part);
        let stages: &[Stage] = if entry.level == ItemLevel::SchoolStage { &entry.stages } else { &[Stage::Whole] };
        for formula in [&entry.applies, &entry.require, &entry.otherwise] {
            self.truth(formula);
            self.stages_of_formula(formula, stages);
        }
        if let Some(points) = &entry.points {
            self.reference(points, "parameter");
        }
        if let Some(score) = &entry.score {
            let unit = self.reference(score, "stock").flatten();
            let points = entry
                .points
                .as_ref()
                .and_then(|points| self.dictionary.find_kind(&points.value, "parameter"))
                .and_then(|known| known.unit.clone());
            if let (Some(unit), Some(points)) = (unit, points)
                && unit != points
            {
                let what = text!(
                    "得分的单位是 {unit}，分值的单位是 {points}",
                    "points earned are in {unit}, points attainable in {points}"
                );
                self.faults.refuse(
                    "units-do-not-fit",
                    score.mark,
                    what,
                    text!("统一单位，如 point", "use one unit, such as point"),
                );
            }
        }
        for summary in entry.summary.iter().chain(&entry.summary_en) {
            self.summary(summary);
        }
        if entry.level == ItemLevel::County
            && let Some(applies) = &entry.applies
        {
            let what = text!("县级事项没有学校可选", "an item of the county has no schools to choose");
            self.faults.refuse(
                "applies-at-county",
                applies.mark,
                what,
                text!("去掉 applies，或改 level", "drop `applies`, or change the level"),
            );
        }
    }

    /// An item that no judgement names, even after the pack's replacements, decides nothing.
    pub(super) fn unjudged_items(&self) {
        let mut replaced = self.all.clone();
        for replace in &self.own.replaces {
            crate::chain::apply(&mut replaced, replace);
        }
        let judgements = || self.all.judgements.iter().chain(&replaced.judgements);
        for item in &self.own.entries.items {
            let id = &item.head.id.value;
            if item.veto || judgements().any(|judgement| judgement.of.iter().any(|named| named.value == *id)) {
                continue;
            }
            let what = text!("没有一个判定提到事项 {id}，它不影响结论", "no judgement names the item {id}: it decides nothing");
            let hint = text!(
                "写进一个 [[judgement]] 的 of；写在扩展的包里时，用 [[replace]] 换掉原来的 of",
                "name it in `of` of a [[judgement]]; in a pack that extends another, replace that one's `of` by [[replace]]"
            );
            self.faults.doubt("item-not-judged", item.head.mark, what, hint);
        }
    }

    /// `{name}` in a summary must name a stock or a parameter.
    fn summary(&self, summary: &At<String>) {
        for blank in blanks(&summary.value) {
            match blank {
                Ok(name) if ["stock", "parameter"].iter().any(|kind| self.dictionary.find_kind(name, kind).is_some()) => {}
                Ok(name) => {
                    let what = text!(
                        "summary 里的 {{{name}}} 不是存量或参数",
                        "{{{name}}} in the summary is neither a stock nor a parameter"
                    );
                    let names: Vec<&str> = crate::expr::Names::all(self.dictionary);
                    self.faults.refuse("unknown-name", summary.mark, what, crate::suggest::did_you_mean(name, names.into_iter()));
                }
                Err(()) => {
                    let what = text!("summary 里的花括号没有成对", "a brace in the summary is not closed");
                    self.faults.refuse("brace-not-closed", summary.mark, what, text!("写成 {{存量}}", "write {{stock}}"));
                }
            }
        }
    }

    pub(super) fn splits(&self) {
        let splits: Vec<_> = self.chain.splits().collect();
        for (index, split) in splits.iter().enumerate() {
            let span = Span { from: split.from, to: split.to, mark: split.mark };
            self.article(&split.law);
            self.in_sequence(&[span], "split", false);
            if self.faults.sources.pack(split.mark.file) != self.faults.sources.pack(self.own.mark.file) {
                continue;
            }
            for other in &splits[..index] {
                let shared = split.kinds.iter().find(|kind| other.kinds.iter().any(|known| known.value == kind.value));
                let Some(kind) = shared else { continue };
                if span.overlaps(&Span { from: other.from, to: other.to, mark: other.mark }) {
                    let place = self.faults.sources.place(other.mark).words();
                    let what = Text::new(
                        format!("办学类型 {} 已有分摊办法（{}）", kind.value, place.zh),
                        format!("schools of kind {} are divided already ({})", kind.value, place.en),
                    );
                    let hint = text!(
                        "每类学校同一天只有一种分摊：用 from、to 错开",
                        "one rule a day for each kind: let `from` and `to` not overlap"
                    );
                    self.faults.refuse("values-overlap", kind.mark, what, hint);
                }
            }
        }
    }

    pub(super) fn scopes(&self) {
        let spans: Vec<Span> =
            self.own.scopes.iter().map(|scope| Span { from: scope.from, to: scope.to, mark: scope.mark }).collect();
        for scope in &self.own.scopes {
            self.article(&scope.law);
            self.truth(&scope.condition);
            self.stages_of_formula(&scope.condition, &[Stage::Whole]);
        }
        let extended = self.chain.packs.split_last().map_or(&[][..], |(_, before)| before);
        if extended.iter().any(|pack| !pack.scopes.is_empty()) {
            for scope in self.own.scopes.iter().filter(|scope| scope.law.label.is_none()) {
                let what = text!(
                    "[[scope]] 换掉了被扩展的包的评估范围，没有标签",
                    "[[scope]] replaces that of the pack that is extended, without a label"
                );
                let hint = text!("写 label 和 label_en", "give `label` and `label_en`");
                self.faults.refuse("missing-label", scope.mark, what, hint);
            }
        }
        self.in_sequence(&spans, "scope", true);
        self.without_gap(&spans, "scope");
    }
}
