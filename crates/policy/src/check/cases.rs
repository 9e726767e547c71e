use facts::text;

use super::Checker;
use crate::case::{Case, Given, Quantity};
use crate::source::Mark;
use crate::suggest::did_you_mean;

impl Checker<'_> {
    /// Every name in a case must be one of the pack's, else a case would pass by testing nothing.
    pub(super) fn cases(&self) {
        for case in &self.own.cases {
            let mark = self.mark_of(case, case.line);
            match &case.given {
                Given::Schools { schools, county } => {
                    let stocks = schools.iter().flat_map(|school| school.stocks.iter().map(|(_, id, _)| id));
                    for id in stocks.chain(county.iter().map(|(id, _)| id)) {
                        self.case_name(id, &["stock"], mark);
                    }
                }
                Given::Coefficients { cvs, means, sds, .. } => {
                    for (id, _) in cvs.iter().chain(means).chain(sds) {
                        self.case_name(id, &["indicator"], mark);
                    }
                }
            }
            for expectation in &case.expected {
                let kinds: &[&str] = match expectation.quantity {
                    Quantity::Stock => &["stock"],
                    Quantity::Parameter => &["parameter"],
                    Quantity::Composite => &["judgement"],
                    Quantity::Verdict => &["judgement", "item"],
                    _ => &["indicator"],
                };
                let mark = self.mark_of(case, expectation.line);
                if let Some(id) = &expectation.id {
                    self.case_name(id, kinds, mark);
                }
                let schools: &[_] = if let Given::Schools { schools, .. } = &case.given { schools } else { &[] };
                if let Some(school) = &expectation.school
                    && !schools.iter().any(|known| known.code == *school)
                    && self.dictionary.find_kind(school, "indicator").is_none()
                {
                    let what = text!(
                        "{}：案例里没有学校或指标 {school}",
                        "{}: the case has no school or indicator {school}",
                        expectation.name
                    );
                    self.faults.refuse(
                        "unknown-id",
                        mark,
                        what,
                        did_you_mean(school, schools.iter().map(|known| known.code.as_str())),
                    );
                }
            }
        }
    }

    fn case_name(&self, id: &str, kinds: &[&'static str], mark: Mark) {
        if kinds.iter().any(|kind| self.dictionary.find_kind(id, kind).is_some()) {
            return;
        }
        let what = text!("案例用到的 {id} 在标准包里没有", "the case names {id}, which the pack does not have");
        let mark = self.faults.sources.name_after(mark, id);
        let known: Vec<&str> = kinds.iter().flat_map(|kind| self.dictionary.of_kind(kind)).collect();
        self.faults.refuse("unknown-id", mark, what, did_you_mean(id, known.into_iter()));
    }

    fn mark_of(&self, case: &Case, line: u32) -> Mark {
        self.faults.sources.mark_at(&case.file, line).unwrap_or(self.own.mark)
    }
}
