use facts::{Text, text};

use super::Checker;
use super::dated::Span;
use crate::model::ExceptionEntry;
use crate::source::Mark;

impl Checker<'_> {
    pub(super) fn exceptions(&self) {
        for entry in &self.own.exceptions {
            self.exception(entry);
        }
        let all: Vec<&ExceptionEntry> = self.chain.exceptions().collect();
        for (index, entry) in all.iter().enumerate() {
            if self.faults.sources.pack(entry.mark().file) != self.faults.sources.pack(self.own.mark.file) {
                continue;
            }
            for other in &all[..index] {
                if entry.meets(other) && (entry.order.is_none() || entry.order == other.order) {
                    self.without_order(entry.mark(), other.mark(), "exceptions-without-order");
                }
            }
        }
    }

    pub(super) fn without_order(&self, mark: Mark, other: Mark, code: &str) {
        let place = self.faults.sources.place(other).words();
        let what = Text::new(
            format!("与 {} 改的是同一处，没有先后", place.zh),
            format!("it changes the same thing as {}, and neither comes first", place.en),
        );
        let hint = text!(
            "两处都写不同的 order，大的后用、以后用的为准",
            "give both a different `order`: the higher comes later and stands"
        );
        self.faults.refuse(code, mark, what, hint);
    }

    fn exception(&self, entry: &ExceptionEntry) {
        self.head(&entry.head);
        let unit = match &entry.target {
            Some((true, parameter)) => self.reference(parameter, "parameter"),
            Some((false, stock)) => self.reference(stock, "stock"),
            None => None,
        };
        self.truth(&entry.when);
        self.number(&entry.with, unit.flatten().as_ref());
        self.in_sequence(&[entry.span()], &entry.head.id.value, false);
        if !entry.place.bytes().all(|b| b.is_ascii_digit()) || entry.place.len() > 12 {
            let what = text!("place “{}”不是区划代码的开头", "`{}` is no beginning of a division code", entry.place);
            self.faults.refuse(
                "unusable-place",
                entry.mark(),
                what,
                text!("如 \"53\" 或 \"530102\"", "such as \"53\" or \"530102\""),
            );
        }
        if !entry.head.law.confirmed {
            let id = &entry.head.id.value;
            let what = text!("例外 {id} 尚未与原件核对", "the exception {id} has not been compared with the original");
            let hint = text!(
                "核对后写 confirmed = true；在此之前结果会注明",
                "write confirmed = true once it has; until then every outcome says so"
            );
            self.faults.note("unconfirmed-value", entry.mark(), what, hint);
        }
    }
}

impl ExceptionEntry {
    pub fn mark(&self) -> Mark {
        self.head.id.mark
    }

    fn span(&self) -> Span {
        Span { from: self.from, to: self.to, mark: self.mark() }
    }

    /// Whether both could cover one school on one day, as far as target, dates, kinds, places and stages tell.
    fn meets(&self, other: &ExceptionEntry) -> bool {
        let target = |entry: &ExceptionEntry| entry.target.as_ref().map(|(parameter, id)| (*parameter, id.value.clone()));
        let kinds = self.kinds.is_empty()
            || other.kinds.is_empty()
            || self.kinds.iter().any(|kind| other.kinds.iter().any(|known| known.value == kind.value));
        let places = self.place.starts_with(&other.place) || other.place.starts_with(&self.place);
        let for_all = |entry: &ExceptionEntry| entry.value.is_empty() || entry.value.iter().any(|(stage, _)| stage.is_none());
        let stages = for_all(self)
            || for_all(other)
            || self.value.iter().any(|(stage, _)| other.value.iter().any(|(known, _)| known == stage));
        target(self).is_some()
            && target(self) == target(other)
            && kinds
            && places
            && stages
            && self.span().overlaps(&other.span())
    }
}
