//! A pack's own cases: published or hand-worked figures that it must reproduce.

mod coefficients;
mod schools;

use facts::{Finding, Place, Severity, text};
use policy::{Case, Expectation, Expected, Given, Resolved};

use crate::{Verdict, shown};

/// Runs a case of a pack and names every expectation that does not come out, with its line in the case file.
pub fn run_case(resolved: &Resolved, case: &Case) -> Vec<Finding> {
    let check = |expectation: &Expectation, found: Option<Found>| {
        let fits = match (expectation.value, found) {
            (Expected::Number { value, tolerance }, Some(Found::Number(found))) => (found - value).abs() <= tolerance,
            (Expected::Passes, Some(Found::Verdict(verdict))) => verdict == Verdict::Pass,
            (Expected::Fails, Some(Found::Verdict(verdict))) => verdict == Verdict::Fail,
            (Expected::Missing, found) => matches!(found, None | Some(Found::Verdict(Verdict::NotEnoughData))),
            _ => false,
        };
        if fits { None } else { Some(differs(case, expectation, found)) }
    };
    match &case.given {
        Given::Schools { schools, county } => {
            let judged = schools::Judged::of(resolved, case, schools, county);
            let answers = case.expected.iter().map(|expectation| (expectation, judged.find(expectation)));
            answers.filter_map(|(expectation, found)| check(expectation, found)).collect()
        }
        Given::Coefficients { stage, cvs, means, sds } => {
            let published = coefficients::Published { resolved, stage: *stage, cvs, means, sds };
            let answers = case.expected.iter().map(|expectation| (expectation, published.find(expectation)));
            answers.filter_map(|(expectation, found)| check(expectation, found)).collect()
        }
    }
}

/// What came out for an expectation; nothing where there is no figure.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Found {
    Number(f64),
    Verdict(Verdict),
}

fn differs(case: &Case, expectation: &Expectation, found: Option<Found>) -> Finding {
    let (name, id) = (&expectation.name, &case.id);
    let (expected_zh, expected_en) = match expectation.value {
        Expected::Number { value, tolerance } => {
            let words = format!("{} ± {}", shown(value), shown(tolerance));
            (words.clone(), words)
        }
        Expected::Passes => words(Verdict::Pass),
        Expected::Fails => words(Verdict::Fail),
        Expected::Missing => words(Verdict::NotEnoughData),
    };
    let (found_zh, found_en) = match found {
        Some(Found::Number(value)) => (facts::significant(value).to_string(), facts::significant(value).to_string()),
        Some(Found::Verdict(verdict)) => words(verdict),
        None => ("没有数值".to_string(), "no figure".to_string()),
    };
    Finding::new(
        Severity::Logic,
        "case-differs",
        Place::Source { file: case.file.clone(), line: Some(expectation.line), excerpt: Some(name.clone()) },
        text!(
            "算例 {id}：{name} 应为 {expected_zh}，算得 {found_zh}",
            "case {id}: {name} should be {expected_en}, but came out as {found_en}"
        ),
        text!("核对算例的数据，或标准中的口径和公式", "check the figures of the case, or the filters and formulas of the pack"),
    )
}

fn words(verdict: Verdict) -> (String, String) {
    let title = verdict.title();
    (title.zh, title.en)
}
