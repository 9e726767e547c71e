use facts::{Finding, Text, text};

use super::Resolver;
use super::entries::stage_words;
use crate::expr::{Program, all_of, kind_in, place_in};
use crate::model::ExceptionEntry;
use crate::resolved::{Exception, Parameter, Substitute, Target};

/// A county's code has six digits; a longer place is one within it.
const COUNTY_DIGITS: usize = 6;

impl Resolver<'_> {
    /// Those in force on the day in the county, in the order in which they are applied.
    pub(super) fn exceptions(&self) -> Option<Vec<Exception>> {
        let in_force = |entry: &&ExceptionEntry| entry.from <= self.on && entry.to.is_none_or(|to| self.on <= to);
        let county = self.county.as_str();
        let here = |entry: &&ExceptionEntry| county.starts_with(&entry.place) || entry.place.starts_with(county);
        let mut entries: Vec<&ExceptionEntry> = self.chain.exceptions().filter(in_force).filter(here).collect();
        // Stable: what cannot meet keeps the order of the files.
        entries.sort_by_key(|entry| entry.order.unwrap_or(0));
        entries.into_iter().map(|entry| self.exception(entry)).collect()
    }

    fn exception(&self, entry: &ExceptionEntry) -> Option<Exception> {
        let (is_parameter, target) = entry.target.as_ref()?;
        let target = if *is_parameter {
            Target::Parameter(self.parameter_index(&target.value)?)
        } else {
            Target::Stock(self.stock_index(&target.value)?)
        };
        let mut conditions: Vec<Program> = Vec::new();
        if !entry.kinds.is_empty() {
            conditions.push(kind_in(&entry.kinds.iter().map(|kind| kind.value.clone()).collect::<Vec<_>>()));
        }
        if entry.place.len() > COUNTY_DIGITS {
            conditions.push(place_in(&entry.place));
        }
        conditions.extend(self.optional(&entry.when)?);
        let value = match &entry.with {
            Some(with) => Substitute::Formula(self.program(with)?),
            None => Substitute::Number(entry.value.clone()),
        };
        let mut citation = self.cite(&entry.head.law);
        (citation.from, citation.to) = (Some(entry.from), entry.to);
        if self.is_due(entry) {
            citation.confirmed = false;
        }
        Some(Exception {
            id: entry.head.id.value.clone(),
            label: entry.head.title.clone(),
            target,
            applies: all_of(conditions),
            value,
            order: entry.order.unwrap_or(0),
            citation,
            review_by: entry.review_by,
        })
    }

    fn is_due(&self, entry: &ExceptionEntry) -> bool {
        entry.review_by.is_some_and(|day| self.on > day)
    }

    /// What rests on values that nobody has compared with the original, or on exceptions that nobody has looked at again.
    pub(super) fn notes(&self, parameters: &[Parameter], exceptions: &[Exception]) -> Vec<Finding> {
        let mut notes = Vec::new();
        for parameter in parameters {
            for value in parameter.values.iter().filter(|value| !value.cited.citation.confirmed) {
                let stage = stage_words(value.stage);
                let what = Text::new(
                    format!("{}{}：{} 尚未与原件核对", parameter.title.zh, stage.zh, value.cited.value),
                    format!("{}{}: {} has not been compared with the original", parameter.title.en, stage.en, value.cited.value),
                );
                let hint = text!(
                    "对照原件后在标准包里写 confirmed = true",
                    "compare it with the original, then set confirmed = true in the pack"
                );
                notes.push(self.note("unconfirmed-value", what, hint));
            }
        }
        for exception in exceptions {
            let label = &exception.label;
            if let Some(day) = exception.review_by.filter(|day| self.on > *day) {
                let what = Text::new(
                    format!("例外“{}”应在 {day} 前复核，已过期", label.zh),
                    format!("the exception `{}` was to be reviewed by {day}", label.en),
                );
                let hint = text!(
                    "查证后改 review_by，或写 to 停用",
                    "find out whether it still holds, then move `review_by` or end it with `to`"
                );
                notes.push(self.note("exception-past-review", what, hint));
            } else if !exception.citation.confirmed {
                let what = Text::new(
                    format!("例外“{}”尚未与原件核对", label.zh),
                    format!("the exception `{}` has not been compared with the original", label.en),
                );
                let hint = text!(
                    "对照原件后在标准包里写 confirmed = true",
                    "compare it with the original, then set confirmed = true in the pack"
                );
                notes.push(self.note("unconfirmed-value", what, hint));
            }
        }
        notes
    }
}
