//! Figures that were published, with every term on the way, and figures worked by hand.

use measures::{Holding, composite, round_half_up, spread};

fn schools(list: &[(f64, f64)]) -> Vec<Holding> {
    list.iter().map(|(amount, weight)| Holding { amount: *amount, weight: *weight }).collect()
}

/// 《义务教育均衡发展差异系数》 teaching example of five schools (777doc.com 2019910, 360docs.net 7e8843742): stock and pupils,
/// the printed term of each, and the printed coefficient.
#[test]
fn five_schools_reproduce_every_printed_term() {
    let spread =
        spread(&schools(&[(279.0, 45.0), (137.0, 37.0), (935.0, 89.0), (160.0, 76.0), (402.0, 55.0)])).expect("pupils exist");
    let printed = ["0.003", "0.85", "5.13", "4.50", "0.17"];
    for (term, printed) in spread.terms.iter().zip(printed) {
        let decimals = printed.len() - 2;
        assert_eq!(round_half_up(*term, decimals as u8), printed);
    }
    let cv = spread.cv.expect("the schools have something");
    assert_eq!(round_half_up(cv, 2), "0.52");
    assert_eq!(round_half_up(cv, 6), "0.515257");
    assert_eq!(round_half_up(spread.mean, 6), "6.334437");
    let shares: f64 = spread.shares.iter().sum();
    assert!((shares - 1.0).abs() < 1e-12);
}

/// The same example shows what the official coefficient is not: neither unweighted nor with n − 1.
#[test]
fn five_schools_unweighted_would_be_another_figure() {
    let ratios = [279.0 / 45.0, 137.0 / 37.0, 935.0 / 89.0, 160.0 / 76.0, 402.0 / 55.0];
    let equal: Vec<Holding> = ratios.iter().map(|ratio| Holding { amount: *ratio, weight: 1.0 }).collect();
    let cv = spread(&equal).and_then(|spread| spread.cv).expect("five schools");
    assert_eq!(round_half_up(cv, 4), "0.4888");
}

/// A nine-year school with 166 primary and 210 junior pupils and 23,226 books, junior pupils weighing 1.1: published as
/// 9,711 and 13,515 after rounding the ratio first (dyhzdl.cn da4bfb84); exactly 9,711.63 and 13,514.37.
#[test]
fn nine_year_school_divides_its_books() {
    let (primary, junior, books) = (166.0, 210.0 * 1.1, 23_226.0);
    let share = |weighted: f64| books * weighted / (primary + junior);
    assert_eq!(round_half_up(share(primary), 2), "9711.63");
    assert_eq!(round_half_up(share(junior), 2), "13514.37");
    assert!((share(primary) - 9711.0).abs() < 1.0 && (share(junior) - 13_515.0).abs() < 1.0);
}

#[test]
fn composite_is_the_plain_mean() {
    let mean = composite(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]).expect("eight figures");
    assert_eq!(round_half_up(mean, 3), "0.450");
}

#[test]
fn no_pupils_or_nothing_to_have_gives_no_coefficient() {
    assert_eq!(spread(&[]), None);
    assert_eq!(spread(&schools(&[(5.0, 0.0)])), None);
    assert_eq!(spread(&schools(&[(5.0, -1.0)])), None);
    assert_eq!(spread(&schools(&[(f64::NAN, 1.0)])), None);
    let none = spread(&schools(&[(0.0, 3.0), (0.0, 4.0)])).expect("pupils exist");
    assert_eq!((none.cv, none.sd), (None, 0.0));
    assert_eq!(none.shares, [0.0, 0.0]);
    let with_empty = spread(&schools(&[(1.0, 1.0), (7.0, 0.0)])).expect("pupils exist");
    assert_eq!((with_empty.mean, with_empty.terms), (1.0, vec![0.0, 0.0]));
}

#[test]
fn rounding_is_half_up_on_the_written_decimal() {
    for (value, decimals, shown) in [
        (0.0005, 3, "0.001"),
        (0.00049999, 3, "0.000"),
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (0.285, 2, "0.29"),
        (99.995, 2, "100.00"),
        (-1.5, 0, "-2"),
        (-0.4, 0, "0"),
        (0.0, 2, "0.00"),
        (1e21, 1, "1000000000000000000000.0"),
        (1e-9, 3, "0.000"),
        (12.0, 3, "12.000"),
        (0.5, 0, "1"),
    ] {
        assert_eq!(round_half_up(value, decimals), shown, "{value} to {decimals}");
    }
}
