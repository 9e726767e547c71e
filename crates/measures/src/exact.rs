use std::cmp::Ordering;

use num_rational::BigRational;

use crate::{Holding, spread};

/// A [`Holding`] in exact numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactHolding {
    pub amount: BigRational,
    pub weight: BigRational,
}

/// How a county's coefficient of variation stands to a limit, decided exactly where the two are close.
///
/// Away from the limit the quick figure decides; within a billionth of it [`compare_cv_exactly`] does, over the decimals
/// that the numbers stand for. None where there is no coefficient.
///
/// ```
/// use std::cmp::Ordering;
/// use measures::{Holding, compare_cv};
/// // Two schools of equal size with ratios 1 and 3: the coefficient is one half, exactly.
/// let schools = [Holding { amount: 10.0, weight: 10.0 }, Holding { amount: 30.0, weight: 10.0 }];
/// assert_eq!(compare_cv(&schools, 0.5), Some(Ordering::Equal));
/// assert_eq!(compare_cv(&schools, 0.45), Some(Ordering::Greater));
/// ```
pub fn compare_cv(schools: &[Holding], limit: f64) -> Option<Ordering> {
    let cv = spread(schools)?.cv?;
    if (cv - limit).abs() > 1e-9 * limit.abs().max(1.0) {
        return cv.partial_cmp(&limit);
    }
    let exactly = schools
        .iter()
        .map(|school| Some(ExactHolding { amount: exact(school.amount)?, weight: exact(school.weight)? }))
        .collect::<Option<Vec<_>>>()?;
    compare_cv_exactly(&exactly, &exact(limit)?)
}

/// How the coefficient of variation stands to a limit, without any rounding.
///
/// > CV² = P · Σ (x_i² / P_i) / X² − 1  with P = Σ P_i and X = Σ x_i
///
/// follows from the formula of [`spread`] by expanding the square, and is a rational number; it is compared with the square
/// of the limit. None where there are no pupils, or nothing to have (X ≤ 0).
///
/// ```
/// use std::cmp::Ordering;
/// use measures::{ExactHolding, compare_cv_exactly, exact};
/// let school = |amount: f64, weight: f64| ExactHolding { amount: exact(amount).unwrap(), weight: exact(weight).unwrap() };
/// let schools = [school(10.0, 10.0), school(30.0, 10.0)];
/// assert_eq!(compare_cv_exactly(&schools, &exact(0.5).unwrap()), Some(Ordering::Equal));
/// ```
pub fn compare_cv_exactly(schools: &[ExactHolding], limit: &BigRational) -> Option<Ordering> {
    let zero = BigRational::from_integer(0.into());
    if schools.iter().any(|school| school.weight < zero) {
        return None;
    }
    let counted: Vec<&ExactHolding> = schools.iter().filter(|school| school.weight > zero).collect();
    let pupils = total(counted.iter().map(|school| school.weight.clone()).collect());
    let amount = total(counted.iter().map(|school| school.amount.clone()).collect());
    if pupils <= zero || amount <= zero {
        return None;
    }
    if *limit < zero {
        return Some(Ordering::Greater);
    }
    let squares = total(counted.iter().map(|school| &school.amount * &school.amount / &school.weight).collect());
    let one = BigRational::from_integer(1.into());
    Some((pupils * squares).cmp(&(&amount * &amount * (one + limit * limit))))
}

/// The rational number that a decimal stands for: the shortest decimal that reads as this `f64`, which is what somebody
/// wrote. None for infinities and what is no number.
///
/// ```
/// use measures::{BigRational, exact};
/// assert_eq!(exact(0.1), Some(BigRational::new(1.into(), 10.into())));
/// assert_eq!(exact(-2500.0), Some(BigRational::from_integer((-2500).into())));
/// assert_eq!(exact(f64::NAN), None);
/// ```
pub fn exact(decimal: f64) -> Option<BigRational> {
    if !decimal.is_finite() {
        return None;
    }
    let written = format!("{decimal:e}");
    let (digits, exponent) = written.split_once('e')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mantissa: i64 = format!("{whole}{fraction}").parse().ok()?;
    let power = exponent.parse::<i32>().ok()? - i32::try_from(fraction.len()).ok()?;
    Some(BigRational::from_integer(mantissa.into()) * BigRational::from_integer(10.into()).pow(power))
}

/// Adds by halves, so that the numerators stay small as long as possible.
fn total(mut terms: Vec<BigRational>) -> BigRational {
    while terms.len() > 1 {
        terms = terms
            .chunks(2)
            .map(|pair| match pair {
                [a, b] => a + b,
                rest => rest.iter().sum(),
            })
            .collect();
    }
    terms.pop().unwrap_or_else(|| BigRational::from_integer(0.into()))
}
