//! A change worked out from the matrix is the outcome of a county that reports the change.

use evaluate::{Delta, GivenFigure, GivenSchool, StockMatrix, evaluate, what_if};
use facts::Stage::{self, Junior, Primary, Whole};
use policy::Resolved;
use proptest::prelude::*;

use crate::tiny::{ON, code, judged, matrix, primary, resolved, school};

fn county() -> Vec<GivenSchool> {
    let mut nine = school("N", "312", &[(Primary, "pupils", 600.0), (Junior, "pupils", 300.0), (Whole, "teaching_area", 4000.0)]);
    for (stage, stock, value) in [
        (Whole, "books", 9000.0),
        (Primary, "backbone", 6.0),
        (Junior, "backbone", 2.0),
        (Primary, "classes_over", 0.0),
        (Junior, "classes_over", 1.0),
    ] {
        nine.figures.push(GivenFigure { stock: stock.into(), stage, value: Some(value) });
    }
    let mut campus = primary("P", 80.0, 1.0, 500.5, 800.0);
    campus.traits.counts_as_school = Some(false);
    campus.parent = Some(code("C"));
    vec![
        primary("A", 45.0, 1.0, 279.3, 279.0),
        primary("B", 37.0, 0.0, 137.7, 137.0),
        primary("C", 89.0, 2.0, 935.1, 935.0),
        nine,
        campus,
    ]
}

fn change(schools: &mut [GivenSchool], school: &str, stage: Stage, stock: &str, amount: f64) {
    let school = schools.iter_mut().find(|given| given.name == school).expect("a school");
    let figure = school.figures.iter_mut().find(|figure| figure.stock == stock && figure.stage == stage).expect("a figure");
    figure.value = figure.value.map(|value| value + amount);
}

/// The outcome of some deltas against that of a county in which they have happened.
fn check(deltas: &[Delta], rebuild: impl Fn(&mut Vec<GivenSchool>)) -> StockMatrix {
    let resolved = resolved(ON);
    let outcome = what_if(&resolved, &matrix(&resolved, &county()), deltas);
    let mut rebuilt = county();
    rebuild(&mut rebuilt);
    assert_eq!(outcome, judged(&resolved, &rebuilt));
    outcome.matrix
}

fn add(school: &str, stage: Stage, stock: &str, amount: f64) -> Delta {
    Delta::Add { school: code(school), stage, stock: stock.into(), amount }
}

#[test]
fn nothing_changes_nothing() {
    check(&[], |_| {});
}

#[test]
fn what_is_added_counts() {
    check(&[add("B", Primary, "backbone", 2.0)], |county| change(county, "B", Primary, "backbone", 2.0));
    check(&[add("A", Primary, "teaching_area", 0.1)], |county| change(county, "A", Primary, "teaching_area", 0.1));
}

#[test]
fn what_is_added_to_a_whole_is_divided() {
    let rebuilt = |county: &mut Vec<GivenSchool>| change(county, "N", Whole, "teaching_area", 930.0);
    check(&[add("N", Whole, "teaching_area", 930.0)], rebuilt);
    check(&[add("N", Primary, "teaching_area", 930.0)], rebuilt);
}

#[test]
fn what_moves_is_taken_from_one_and_given_to_another() {
    let (from, to) = (code("N"), code("B"));
    let delta = Delta::Move { from, to, stage: Primary, stock: "backbone".into(), amount: 2.0 };
    check(&[delta], |county| {
        change(county, "N", Primary, "backbone", -2.0);
        change(county, "B", Primary, "backbone", 2.0);
    });
}

#[test]
fn moved_pupils_change_how_premises_are_divided() {
    let changed = check(&[Delta::MovePupils { from: code("N"), to: code("B"), stage: Primary, pupils: 100.0 }], |county| {
        change(county, "N", Primary, "pupils", -100.0);
        change(county, "B", Primary, "pupils", 100.0);
    });
    let nine = changed.position(&code("N")).expect("there");
    let area = changed.schools[nine].stocks.get(Primary, 3).known().expect("known");
    assert!((area - 4000.0 * 500.0 / 830.0).abs() < 1e-9);
}

#[test]
fn a_merged_school_becomes_a_campus() {
    let changed = check(&[Delta::Merge { school: code("B"), into: code("N") }], |county| {
        let school = county.iter_mut().find(|given| given.name == "B").expect("a school");
        school.traits.counts_as_school = Some(false);
        school.parent = Some(code("N"));
    });
    assert_eq!(changed.schools.len(), 3);
    // A school with campuses takes them along.
    let changed = check(&[Delta::Merge { school: code("C"), into: code("A") }], |county| {
        for school in county.iter_mut().filter(|given| given.name == "C" || given.name == "P") {
            school.traits.counts_as_school = Some(false);
            school.parent = Some(code("A"));
        }
    });
    assert_eq!(changed.schools[0].units.len(), 3);
}

#[test]
fn deltas_follow_each_other() {
    let deltas = [
        Delta::Merge { school: code("B"), into: code("A") },
        Delta::MovePupils { from: code("A"), to: code("C"), stage: Primary, pupils: 5.0 },
    ];
    // The pupils leave the campus that has most of them.
    check(&deltas, |county| {
        change(county, "A", Primary, "pupils", -5.0);
        change(county, "C", Primary, "pupils", 5.0);
        let school = county.iter_mut().find(|given| given.name == "B").expect("a school");
        school.traits.counts_as_school = Some(false);
        school.parent = Some(code("A"));
    });
}

#[test]
fn what_cannot_be_done_is_left_out_whole_and_named() {
    let resolved = resolved(ON);
    let refused = |delta: Delta, expected: &str| {
        let outcome = what_if(&resolved, &matrix(&resolved, &county()), &[delta]);
        let codes: Vec<&str> = outcome.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert!(codes.contains(&expected), "{codes:?}");
        let plain = judged(&resolved, &county());
        assert_eq!(outcome.spreads, plain.spreads);
        assert_eq!(outcome.matrix.schools, plain.matrix.schools);
    };
    refused(add("nobody", Primary, "backbone", 1.0), "what-if-unknown-school");
    refused(add("A", Primary, "swimming_pools", 1.0), "what-if-unknown-stock");
    refused(add("A", Primary, "backbone", -2.0), "what-if-refused");
    refused(add("A", Primary, "visiting", 1.0), "what-if-refused");
    refused(add("A", Primary, "backbone", f64::NAN), "what-if-refused");
    refused(Delta::Merge { school: code("A"), into: code("A") }, "what-if-refused");
    refused(
        Delta::Move { from: code("A"), to: code("nobody"), stage: Primary, stock: "backbone".into(), amount: 1.0 },
        "what-if-unknown-school",
    );
}

#[test]
fn the_matrix_given_is_not_changed() {
    let resolved = resolved(ON);
    let matrix = matrix(&resolved, &county());
    let before = matrix.clone();
    let _ = what_if(&resolved, &matrix, &[add("B", Primary, "backbone", 2.0)]);
    assert_eq!(matrix, before);
}

fn deltas() -> impl Strategy<Value = Vec<(u8, u8, u8, u32)>> {
    prop::collection::vec((0..3u8, 0..3u8, 0..3u8, 1..30u32), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_additions_give_the_outcome_of_the_county_that_has_them(deltas in deltas()) {
        let resolved: Resolved = resolved(ON);
        let names = ["A", "B", "C"];
        let stocks = ["backbone", "teaching_area", "books"];
        let mut rebuilt = county();
        let mut made = Vec::new();
        for (school, stock, _, amount) in deltas {
            let (school, stock, amount) = (names[usize::from(school)], stocks[usize::from(stock)], f64::from(amount));
            made.push(add(school, Primary, stock, amount));
            change(&mut rebuilt, school, Primary, stock, amount);
        }
        let outcome = what_if(&resolved, &matrix(&resolved, &county()), &made);
        prop_assert_eq!(&outcome, &judged(&resolved, &rebuilt));
        prop_assert_eq!(&outcome, &evaluate(&resolved, &outcome.matrix));
    }
}
