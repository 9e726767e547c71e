//! Two kinds of number for one formula: a quick one that notices when it cannot decide a comparison, and an exact one that
//! always can.
//!
//! A pack's numbers and a file's figures are decimals; `f64` cannot hold most of them. The quick kind carries a bound of
//! its error, zero as long as it is exactly what the decimals say. A comparison of two numbers that lie closer together
//! than a thousand times their error raises a doubt, and whoever evaluated does it again in rationals.

use std::cell::Cell;
use std::cmp::Ordering;

use measures::{BigRational, ExactHolding, exact};
use policy::expr::Number;

/// The relative error of one operation, and of reading a decimal.
const STEP: f64 = f64::EPSILON;

/// By how much the error bound is exceeded before a comparison is trusted.
const SAFETY: f64 = 1000.0;

/// Below this, sums and products of exact numbers lose nothing: their parts are multiples of 2⁻¹⁰.
const EXACT_BELOW: f64 = 8_589_934_592.0;

thread_local! {
    static DOUBT: Cell<bool> = const { Cell::new(false) };
}

/// Runs a calculation in quick numbers, and once more in exact ones if any comparison in it was too close to call.
pub(crate) fn decided<T>(quickly: impl FnOnce() -> T, exactly: impl FnOnce() -> T) -> T {
    let outer = DOUBT.replace(false);
    let quick = quickly();
    let decided = if DOUBT.replace(false) { exactly() } else { quick };
    DOUBT.set(outer);
    decided
}

/// A quick number with a bound of its error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quick {
    pub value: f64,
    error: f64,
}

impl Quick {
    /// A number that has been through a few operations on its way here.
    pub fn rounded(value: f64) -> Quick {
        Quick { value, error: value.abs() * STEP * 16.0 }
    }

    fn result(value: f64, error: f64) -> Quick {
        Quick { value, error: if error == 0.0 && on_grid(value) { 0.0 } else { error + value.abs() * STEP } }
    }

    fn doubt(self, distance: f64, error: f64) {
        if error > 0.0 && distance <= error * SAFETY {
            DOUBT.set(true);
        }
    }
}

/// Whether a number is a multiple of 2⁻¹⁰ of modest size; whole numbers, halves, quarters ….
fn on_grid(value: f64) -> bool {
    let scaled = value * 1024.0;
    value.abs() < EXACT_BELOW && (scaled as i64) as f64 == scaled
}

impl PartialEq for Quick {
    fn eq(&self, other: &Quick) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Quick {
    fn partial_cmp(&self, other: &Quick) -> Option<Ordering> {
        self.doubt((self.value - other.value).abs(), self.error + other.error);
        self.value.partial_cmp(&other.value)
    }
}

impl Number for Quick {
    fn of(decimal: f64) -> Quick {
        // A short fraction such as 0.5 is itself; of a long one it is not known whether the decimal meant is this f64.
        let itself = on_grid(decimal) && (decimal.abs() < 1e5 || (decimal as i64) as f64 == decimal);
        Quick { value: decimal, error: if itself { 0.0 } else { decimal.abs() * STEP } }
    }
    fn plus(self, other: Quick) -> Quick {
        Quick::result(self.value + other.value, self.error + other.error)
    }
    fn minus(self, other: Quick) -> Quick {
        Quick::result(self.value - other.value, self.error + other.error)
    }
    fn times(self, other: Quick) -> Quick {
        let error = self.value.abs() * other.error + other.value.abs() * self.error;
        Quick::result(self.value * other.value, error)
    }
    fn over(self, other: Quick) -> Option<Quick> {
        other.doubt(other.value.abs(), other.error);
        if other.value == 0.0 {
            return None;
        }
        let value = self.value / other.value;
        if self.error == 0.0 && other.error == 0.0 && on_grid(value) && value * other.value == self.value {
            return Some(Quick { value, error: 0.0 });
        }
        let error = (self.error + value.abs() * other.error) / other.value.abs() + value.abs() * STEP;
        Some(Quick { value, error })
    }
    fn negated(self) -> Quick {
        Quick { value: -self.value, ..self }
    }
    fn ceil(self) -> Quick {
        self.doubt((self.value - self.value.round()).abs(), self.error);
        Quick { value: self.value.ceil(), error: 0.0 }
    }
    fn floor(self) -> Quick {
        self.doubt((self.value - self.value.round()).abs(), self.error);
        Quick { value: self.value.floor(), error: 0.0 }
    }
    fn sound(self) -> Option<Quick> {
        self.value.is_finite().then_some(self)
    }
}

/// An exact number.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(crate) struct Exact(pub BigRational);

impl Exact {
    pub fn zero() -> BigRational {
        BigRational::from_integer(0.into())
    }

    /// The nearest `f64`, for display.
    pub fn to_f64(&self) -> f64 {
        ratio_to_f64(&self.0)
    }
}

impl Number for Exact {
    fn of(decimal: f64) -> Exact {
        // Figures and parameters are finite where they enter; nothing else is a decimal.
        Exact(exact(decimal).unwrap_or_else(Exact::zero))
    }
    fn plus(self, other: Exact) -> Exact {
        Exact(self.0 + other.0)
    }
    fn minus(self, other: Exact) -> Exact {
        Exact(self.0 - other.0)
    }
    fn times(self, other: Exact) -> Exact {
        Exact(self.0 * other.0)
    }
    fn over(self, other: Exact) -> Option<Exact> {
        (other.0 != Exact::zero()).then(|| Exact(self.0 / other.0))
    }
    fn negated(self) -> Exact {
        Exact(-self.0)
    }
    fn ceil(self) -> Exact {
        Exact(self.0.ceil())
    }
    fn floor(self) -> Exact {
        Exact(self.0.floor())
    }
}

/// CV² = P · Σ (x_i² / P_i) / X² − 1, without any rounding; none where there is no coefficient.
pub(crate) fn squared_cv(schools: &[ExactHolding]) -> Option<BigRational> {
    let zero = Exact::zero();
    let counted = || schools.iter().filter(|school| school.weight > zero);
    let pupils: BigRational = counted().map(|school| school.weight.clone()).sum();
    let amount: BigRational = counted().map(|school| school.amount.clone()).sum();
    if amount <= zero {
        return None;
    }
    let squares: BigRational = counted().map(|school| &school.amount * &school.amount / &school.weight).sum();
    Some(pupils * squares / (&amount * &amount) - BigRational::from_integer(1.into()))
}

/// How the mean of square roots stands to a limit. The roots are worked out to sixty decimals; what they cannot tell apart
/// is equal.
pub(crate) fn compare_mean_root(squares: &[BigRational], limit: f64) -> Option<Ordering> {
    let scale = BigRational::from_integer(10.into()).pow(60);
    let mut sum = Exact::zero();
    for square in squares {
        let scaled = (square * &scale * &scale).floor();
        sum += BigRational::from_integer(scaled.numer().sqrt()) / &scale;
    }
    let count = BigRational::from_integer(squares.len().into());
    let distance = sum - exact(limit)? * &count;
    // Each root is at most one unit of the last decimal too low.
    let tolerance = count / &scale;
    Some(if -&tolerance <= distance && distance <= tolerance { Ordering::Equal } else { distance.cmp(&Exact::zero()) })
}

fn ratio_to_f64(ratio: &BigRational) -> f64 {
    let digits = BigRational::from_integer(10.into()).pow(20);
    let size = ratio.ceil().numer().to_string().len() as i32;
    let scaled = (ratio * &digits * BigRational::from_integer(10.into()).pow(-size)).round();
    format!("{}e{}", scaled.numer(), size - 20).parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts(quickly: impl FnOnce() -> bool) -> bool {
        decided(
            || {
                quickly();
                false
            },
            || true,
        )
    }

    #[test]
    fn whole_numbers_are_decided_at_once() {
        assert!(!doubts(|| Quick::of(45.0) <= Quick::of(45.0)));
        assert!(!doubts(|| Quick::of(24.0).over(Quick::of(12.0)).unwrap().ceil() <= Quick::of(2.0)));
    }

    #[test]
    fn decimals_that_meet_are_doubted() {
        let sum = Quick::of(0.1).plus(Quick::of(0.2));
        assert!(doubts(|| sum <= Quick::of(0.3)));
        assert!(doubts(|| Quick::of(0.3).times(Quick::of(10.0)).ceil() <= Quick::of(3.0)));
        assert!(doubts(|| sum.minus(Quick::of(0.3)) <= Quick::of(0.0)));
        assert!(!doubts(|| sum <= Quick::of(0.3000001)));
    }

    #[test]
    fn exact_numbers_follow_the_decimals() {
        assert!(Exact::of(0.1).plus(Exact::of(0.2)) == Exact::of(0.3));
        assert_eq!(Exact::of(0.0375).to_f64(), 0.0375);
        assert_eq!(Exact::of(-123456.75).to_f64(), -123456.75);
        assert_eq!(Exact::of(1.0).over(Exact::of(3.0)).unwrap().to_f64(), 1.0 / 3.0);
    }

    #[test]
    fn a_mean_of_roots_meets_its_limit() {
        let squares = [0.4225, 0.4225].map(|square| exact(square).unwrap());
        assert_eq!(compare_mean_root(&squares, 0.65), Some(Ordering::Equal));
        let squares = [0.4226, 0.4225].map(|square| exact(square).unwrap());
        assert_eq!(compare_mean_root(&squares, 0.65), Some(Ordering::Greater));
    }
}
