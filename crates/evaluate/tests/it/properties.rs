//! What must hold for any county.

use evaluate::{GivenSchool, Outcome, Rows, Traits, Verdict};
use facts::Stage::{self, Junior, Primary, Whole};
use proptest::prelude::*;

use crate::tiny::{ON, code, judged, primary, resolved, school};

/// Pupils, backbone teachers, area in tenths, books.
type Row = (u32, u32, u32, u32);

fn rows(least: u32) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((least..2000u32, 0..40u32, 0..100_000u32, 0..40_000u32), 1..12)
}

fn schools(rows: &[Row]) -> Vec<GivenSchool> {
    rows.iter().enumerate().map(|(index, row)| one(&format!("S{index:02}"), *row)).collect()
}

fn one(name: &str, (pupils, backbone, area, books): Row) -> GivenSchool {
    primary(name, f64::from(pupils), f64::from(backbone), f64::from(area) / 10.0, f64::from(books))
}

fn cv(outcome: &Outcome, indicator: usize, stage: Stage) -> Option<f64> {
    outcome.spread(indicator, stage).expect("a spread").cv
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-6),
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn dividing_a_school_into_equal_parts_leaves_each_coefficient(rows in rows(1), parts in 2u32..5) {
        let resolved = resolved(ON);
        let mut whole = rows.clone();
        let (pupils, backbone, area, books) = whole[0];
        whole[0] = (pupils * parts, backbone * parts, area * parts, books * parts);
        let mut divided = rows[1..].to_vec();
        divided.extend(std::iter::repeat_n((pupils, backbone, area, books), parts as usize));
        let (before, after) = (judged(&resolved, &schools(&whole)), judged(&resolved, &schools(&divided)));
        for indicator in 0..3 {
            prop_assert!(same(cv(&before, indicator, Primary), cv(&after, indicator, Primary)));
        }
    }

    #[test]
    fn neither_order_nor_labels_of_schools_matter(
        (rows, order) in rows(0).prop_flat_map(|rows| {
            let order: Vec<usize> = (0..rows.len()).collect();
            (Just(rows), Just(order).prop_shuffle())
        })
    ) {
        let resolved = resolved(ON);
        let before = judged(&resolved, &schools(&rows));
        // The same schools, listed in another order under other codes, which sort differently.
        let moved: Vec<GivenSchool> =
            order.iter().enumerate().map(|(place, index)| one(&format!("X{:02}", 99 - place), rows[*index])).collect();
        let after = judged(&resolved, &moved);
        prop_assert_eq!(before.verdict, after.verdict);
        for (old, new) in before.spreads.iter().zip(&after.spreads) {
            prop_assert_eq!(old, new);
        }
        for (place, index) in order.iter().enumerate() {
            let new = after.matrix.position(&code(&format!("X{:02}", 99 - place))).expect("there");
            for indicator in 0..3 {
                prop_assert_eq!(before.figure(*index, Primary, indicator), after.figure(new, Primary, indicator));
            }
        }
    }

    #[test]
    fn the_unit_of_a_stock_leaves_its_coefficient(rows in rows(1)) {
        let resolved = resolved(ON);
        let before = judged(&resolved, &schools(&rows));
        let mut scaled = schools(&rows);
        for figure in scaled.iter_mut().flat_map(|school| &mut school.figures).filter(|figure| figure.stock == "books") {
            figure.value = figure.value.map(|value| value / 10_000.0);
        }
        prop_assert!(same(cv(&before, 2, Primary), cv(&judged(&resolved, &scaled), 2, Primary)));
    }

    #[test]
    fn adding_to_the_poorest_never_raises_its_gap(rows in rows(1), added in 1u32..5000) {
        let resolved = resolved(ON);
        let ratio = |row: &Row| f64::from(row.2) / f64::from(row.0);
        let poorest = (0..rows.len()).min_by(|a, b| ratio(&rows[*a]).total_cmp(&ratio(&rows[*b]))).expect("some");
        let mut richer = rows.clone();
        richer[poorest].2 += added;
        let gap = |rows: &[Row]| {
            let outcome = judged(&resolved, &schools(rows));
            let figure = *outcome.figure(poorest, Primary, 1).expect("a figure");
            let floor = figure.floor.expect("a floor") - figure.value.expect("a value");
            (figure.gap().unwrap_or(0.0), figure.lever_gap.unwrap_or(0.0), floor.max(0.0))
        };
        let (before, after) = (gap(&rows), gap(&richer));
        prop_assert!(after.0 <= before.0 && after.1 <= before.1 && after.2 <= before.2, "{:?} {:?}", before, after);
    }

    #[test]
    fn what_is_lacking_is_just_enough(rows in rows(1)) {
        let resolved = resolved(ON);
        let outcome = judged(&resolved, &schools(&rows));
        for (index, row) in rows.iter().enumerate() {
            let Some(lack) = outcome.figure(index, Primary, 0).and_then(|figure| figure.lever_gap) else { continue };
            let met = |backbone: f64| 100.0 * (f64::from(row.1) + backbone) >= f64::from(row.0);
            prop_assert!(lack.fract() == 0.0 && met(lack) && !met(lack - 1.0), "{row:?} {lack}");
        }
    }

    #[test]
    fn shares_of_the_variance_add_up_to_one(rows in rows(1)) {
        let outcome = judged(&resolved(ON), &schools(&rows));
        let shares = (0..rows.len()).filter_map(|index| outcome.figure(index, Primary, 2)?.share);
        let total: f64 = shares.sum();
        let spread = outcome.spread(2, Primary).expect("a spread");
        prop_assert!((total - 1.0).abs() < 1e-9 || spread.sd == Some(0.0), "{total}");
    }

    #[test]
    fn the_parts_of_a_divided_whole_add_up(primary in 1u32..2000, junior in 1u32..2000, area in 1u32..1_000_000) {
        let resolved = resolved(ON);
        let figures = [
            (Primary, "pupils", f64::from(primary)),
            (Junior, "pupils", f64::from(junior)),
            (Whole, "teaching_area", f64::from(area) / 10.0),
        ];
        let outcome = judged(&resolved, &[school("N", "312", &figures)]);
        let cell = |stage: Stage| outcome.matrix.schools[0].stocks.get(stage, 3).known().expect("known");
        prop_assert!((cell(Primary) + cell(Junior) - cell(Whole)).abs() <= 1e-9 * cell(Whole));
        // A junior pupil counts 1.1 times.
        let per_pupil = cell(Junior) / f64::from(junior) / (cell(Primary) / f64::from(primary));
        prop_assert!((per_pupil - 1.1).abs() < 1e-9);
    }

    #[test]
    fn a_county_passes_only_if_all_its_schools_do(rows in rows(1)) {
        let outcome = judged(&resolved(ON), &schools(&rows));
        let Rows::AtLeast(found) = &outcome.judgements[0].rows else { panic!("at-least") };
        let all = found.iter().all(|row| row.verdict == Verdict::Pass);
        prop_assert!(outcome.verdict != Verdict::Pass || all);
        prop_assert_eq!(outcome.judgements[0].verdict == Verdict::Pass, all);
    }
}

#[test]
fn traits_that_nobody_asks_for_do_not_matter() {
    let resolved = resolved(ON);
    let mut schools = schools(&[(100, 1, 5000, 50), (200, 2, 9500, 70)]);
    let before = judged(&resolved, &schools);
    for school in &mut schools {
        school.traits = Traits { boarding: Some(true), managed_by: Some("county".into()), ..school.traits.clone() };
    }
    assert_eq!(before.spreads, judged(&resolved, &schools).spreads);
}
