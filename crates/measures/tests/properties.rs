//! What must hold for any schools.

use std::cmp::Ordering;

use measures::{Holding, compare_cv, exact, gini, round_half_up, spread, sum, theil, theil_by_group};
use proptest::prelude::*;

fn county() -> impl Strategy<Value = Vec<Holding>> {
    let school = (0u32..200_000, 1u32..4_000)
        .prop_map(|(amount, weight)| Holding { amount: f64::from(amount) / 10.0, weight: f64::from(weight) });
    prop::collection::vec(school, 1..60)
}

fn cv(schools: &[Holding]) -> Option<f64> {
    spread(schools).and_then(|spread| spread.cv)
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-11 * (1.0 + a.abs()),
        (a, b) => a == b,
    }
}

proptest! {
    #[test]
    fn dividing_a_school_into_two_of_equal_ratio_changes_nothing(schools in county(), at in any::<prop::sample::Index>(), part in 1u32..99) {
        let index = at.index(schools.len());
        let part = f64::from(part) / 100.0;
        let whole = schools[index];
        let mut divided = schools.clone();
        divided[index] = Holding { amount: whole.amount * part, weight: whole.weight * part };
        divided.push(Holding { amount: whole.amount * (1.0 - part), weight: whole.weight * (1.0 - part) });
        for measure in [cv, gini, theil] {
            prop_assert!(close(measure(&schools), measure(&divided)));
        }
    }

    #[test]
    fn the_order_of_schools_changes_no_bit(schools in county(), keys in prop::collection::vec(any::<u32>(), 60)) {
        let mut order: Vec<usize> = (0..schools.len()).collect();
        order.sort_by_key(|index| keys[*index]);
        let shuffled: Vec<Holding> = order.iter().map(|index| schools[*index]).collect();
        let (Some(a), Some(b)) = (spread(&schools), spread(&shuffled)) else { return Err(TestCaseError::fail("no spread")) };
        prop_assert_eq!((a.mean, a.sd, a.cv), (b.mean, b.sd, b.cv));
        for (new, old) in order.iter().enumerate() {
            prop_assert_eq!((b.terms[new], b.shares[new]), (a.terms[*old], a.shares[*old]));
        }
        prop_assert_eq!(gini(&schools), gini(&shuffled));
        prop_assert_eq!(theil(&schools), theil(&shuffled));
    }

    #[test]
    fn the_order_of_numbers_changes_no_bit_of_their_sum(
        (terms, shuffled) in prop::collection::vec((-1.0f64..1.0, -30i32..30), 2..40).prop_flat_map(|terms| {
            // Large ones that cancel and small ones that remain: what a running total loses depends on the order.
            let mut terms: Vec<f64> = terms.into_iter().map(|(part, power)| part * 10f64.powi(power)).collect();
            let cancelled: Vec<f64> = terms.iter().filter(|term| term.abs() > 1.0).map(|term| -term).collect();
            terms.extend(cancelled);
            (Just(terms.clone()), Just(terms).prop_shuffle())
        })
    ) {
        prop_assert_eq!(sum(terms), sum(shuffled));
    }

    #[test]
    fn the_unit_of_the_stock_does_not_matter(schools in county(), factor in prop::sample::select(vec![100.0, 10_000.0, 0.001])) {
        let scaled: Vec<Holding> = schools.iter().map(|school| Holding { amount: school.amount * factor, ..*school }).collect();
        for measure in [cv, gini, theil] {
            prop_assert!(close(measure(&schools), measure(&scaled)));
        }
    }

    #[test]
    fn exact_and_quick_comparison_agree(schools in county(), limit in 1u32..300) {
        let limit = f64::from(limit) / 100.0;
        let (Some(cv), Some(order)) = (cv(&schools), compare_cv(&schools, limit)) else { return Ok(()) };
        if (cv - limit).abs() > 1e-9 {
            prop_assert_eq!(Some(order), cv.partial_cmp(&limit));
        }
    }

    #[test]
    fn a_coefficient_equal_to_its_limit_is_found_equal(ratio in 1u32..50, above in 0u32..100, pupils in 1u32..900) {
        // Equal schools at 1 − d and 1 + d times a ratio have the coefficient d.
        let distance = f64::from(above) / 100.0;
        let (pupils, ratio) = (f64::from(pupils), f64::from(ratio));
        let side = |hundredths: f64| Holding { amount: hundredths * ratio * pupils, weight: pupils };
        let schools = [side(100.0 - f64::from(above)), side(100.0 + f64::from(above))];
        prop_assert_eq!(compare_cv(&schools, distance), Some(Ordering::Equal));
    }

    #[test]
    fn theil_is_the_sum_of_within_and_between(town in county(), village in county()) {
        let Some(parts) = theil_by_group(&[&town, &village]) else { return Ok(()) };
        prop_assert!(close(Some(parts.total), Some(parts.within + parts.between)));
    }

    #[test]
    fn gini_is_the_mean_difference(schools in county()) {
        let Some(gini) = gini(&schools) else { return Ok(()) };
        let pupils = sum(schools.iter().map(|school| school.weight));
        let mean = sum(schools.iter().map(|school| school.amount)) / pupils;
        let pairs = schools.iter().flat_map(|a| schools.iter().map(move |b| {
            a.weight / pupils * (b.weight / pupils) * (a.amount / a.weight - b.amount / b.weight).abs()
        }));
        prop_assert!(close(Some(gini), Some(sum(pairs) / (2.0 * mean))));
    }

    #[test]
    fn gini_of_groups_that_do_not_overlap_adds_up(low in county(), high in county()) {
        // Where every school of one group lies above every school of the other, G = G_between + Σ p_g s_g G_g.
        let top = low.iter().map(|school| school.amount / school.weight).fold(0.0, f64::max);
        let high: Vec<Holding> =
            high.iter().map(|school| Holding { amount: school.amount + (top + 1.0) * school.weight, ..*school }).collect();
        let all: Vec<Holding> = low.iter().chain(&high).copied().collect();
        let totals = |group: &[Holding]| Holding {
            amount: sum(group.iter().map(|school| school.amount)),
            weight: sum(group.iter().map(|school| school.weight)),
        };
        let county = totals(&all);
        let between = gini(&[totals(&low), totals(&high)]);
        let within = [&low, &high].map(|group| {
            let part = totals(group);
            part.weight / county.weight * (part.amount / county.amount) * gini(group).unwrap_or(0.0)
        });
        prop_assert!(close(gini(&all), between.map(|between| between + within[0] + within[1])));
    }

    #[test]
    fn the_exact_number_reads_back(value in any::<f64>().prop_filter("finite", |value| value.is_finite() && value.abs() < 1e15 && (value.abs() > 1e-15 || *value == 0.0))) {
        let exact = exact(value).expect("finite");
        let (top, low): (f64, f64) = (exact.numer().to_string().parse().expect("digits"), exact.denom().to_string().parse().expect("digits"));
        prop_assert!((top / low - value).abs() <= 1e-15 * value.abs());
    }

    #[test]
    fn rounding_moves_by_at_most_half_a_unit(value in -1e6f64..1e6, decimals in 0u8..6) {
        let shown: f64 = round_half_up(value, decimals).parse().expect("a number");
        prop_assert!((shown - value).abs() <= 0.5 * 10f64.powi(-i32::from(decimals)) * (1.0 + 1e-9));
    }
}
