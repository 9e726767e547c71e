//! Dated values: exactly one on every day.

use facts::{Date, Text, text};

use super::Checker;
use crate::model::{ParameterEntry, ValueEntry};
use crate::source::Mark;

impl Checker<'_> {
    pub(super) fn parameter(&self, entry: &ParameterEntry) {
        self.head(&entry.head);
        for value in &entry.values {
            self.article(&value.law);
            self.unconfirmed(&entry.head.id.value, value);
        }
        let stages = stages_of(&entry.values);
        let for_all = stages.contains(&None);
        for stage in stages {
            let spans: Vec<Span> = entry.values.iter().filter(|value| value.stage == stage).map(Span::of).collect();
            self.in_sequence(&spans, &entry.head.id.value, true);
            // A value for all stages fills the gaps of those for single stages, but not its own.
            if !entry.unread && (stage.is_none() || !for_all) {
                self.without_gap(&spans, &entry.head.id.value);
            }
        }
    }

    /// The values of a replacement may leave gaps: there the replaced value stands.
    pub(super) fn replacing_values(&self, id: &str, values: &[ValueEntry]) {
        for value in values {
            self.article(&value.law);
            self.unconfirmed(id, value);
        }
        for stage in stages_of(values) {
            let spans: Vec<Span> = values.iter().filter(|value| value.stage == stage).map(Span::of).collect();
            self.in_sequence(&spans, id, true);
        }
    }

    fn unconfirmed(&self, id: &str, value: &ValueEntry) {
        if !value.law.confirmed {
            let what = text!("{id} = {} 尚未与原件核对", "{id} = {} has not been compared with the original", value.value);
            let hint = text!(
                "核对后写 confirmed = true；在此之前结果会注明",
                "write confirmed = true once it has; until then every outcome says so"
            );
            self.faults.note("unconfirmed-value", value.mark, what, hint);
        }
    }

    /// No date before its beginning, no two values on one day.
    pub(super) fn in_sequence(&self, spans: &[Span], id: &str, refuse_overlap: bool) {
        for span in spans {
            if span.to.is_some_and(|to| to < span.from) {
                let what = text!("{id}：to 早于 from", "{id}: `to` lies before `from`");
                self.faults.refuse("dates-reversed", span.mark, what, text!("对调或改正日期", "correct the dates"));
            }
        }
        let sorted = sorted(spans);
        for pair in sorted.windows(2) {
            let [before, after] = pair else { continue };
            if refuse_overlap && before.to.is_none_or(|to| to >= after.from) {
                let place = self.faults.sources.place(before.mark).words();
                let what = Text::new(
                    format!("{id}：自 {} 起与另一个值（{}）重叠", after.from, place.zh),
                    format!("{id}: from {} on it overlaps another value ({})", after.from, place.en),
                );
                let hint = match after.from.yesterday() {
                    Ok(day) => text!("给前一个值写 to = {day}", "give the earlier value to = {day}"),
                    Err(_) => text!("改正日期", "correct the dates"),
                };
                self.faults.refuse("values-overlap", after.mark, what, hint);
            }
        }
    }

    /// A value on every day on which the pack is in force.
    pub(super) fn without_gap(&self, spans: &[Span], id: &str) {
        let sorted = sorted(spans);
        if sorted.iter().any(|span| span.to.is_some_and(|to| to < span.from)) {
            return;
        }
        let mut next = Some(self.own.from);
        let mut mark = self.own.mark;
        for span in &sorted {
            let Some(open) = next else { return };
            if span.from > open {
                self.gap(id, open, span.from.yesterday().unwrap_or(span.from), span.mark);
            }
            // The last day of the calendar has no morrow; nothing can follow it.
            next = span.to.and_then(|to| to.tomorrow().ok()).map(|day| day.max(open));
            mark = span.mark;
        }
        if let Some(open) = next
            && self.own.to.is_none_or(|to| open <= to)
            && !sorted.is_empty()
        {
            let what = text!("{id} 自 {open} 起没有值", "{id} has no value from {open} on");
            let hint =
                text!("去掉最后一个值的 to，或加一个 from = {open} 的值", "drop the last `to`, or add a value from = {open}");
            self.faults.refuse("value-gap", mark, what, hint);
        }
    }

    fn gap(&self, id: &str, from: Date, to: Date, mark: Mark) {
        let what = text!("{id} 自 {from} 至 {to} 没有值", "{id} has no value from {from} to {to}");
        let hint = text!("补上这一段，或让相邻的值接上", "add a value for these days, or let its neighbours meet");
        self.faults.refuse("value-gap", mark, what, hint);
    }
}

/// From when to when something holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub from: Date,
    pub to: Option<Date>,
    pub mark: Mark,
}

impl Span {
    fn of(value: &ValueEntry) -> Span {
        Span { from: value.from, to: value.to, mark: value.mark }
    }

    pub fn overlaps(&self, other: &Span) -> bool {
        self.to.is_none_or(|to| to >= other.from) && other.to.is_none_or(|to| to >= self.from)
    }
}

fn sorted(spans: &[Span]) -> Vec<Span> {
    let mut sorted = spans.to_vec();
    sorted.sort_by_key(|span| span.from);
    sorted
}

fn stages_of(values: &[ValueEntry]) -> Vec<Option<facts::Stage>> {
    let mut stages: Vec<Option<facts::Stage>> = values.iter().map(|value| value.stage).collect();
    stages.sort();
    stages.dedup();
    stages
}
