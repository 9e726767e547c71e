//! Measures of balance: numbers in, numbers out.
//!
//! Each function states its formula and where it comes from, and its example asserts a figure. Nothing here knows a school,
//! a pack or a threshold. A result never depends on the order in which the numbers come: sums are taken over sorted terms
//! with compensation, so the same schools give the same bits however they are listed.

mod coefficient;
mod exact;
mod inequality;
mod rounding;
mod sum;

pub use coefficient::{Holding, Spread, composite, spread};
pub use exact::{ExactHolding, compare_cv, compare_cv_exactly, exact};
pub use inequality::{Decomposition, gini, theil, theil_by_group};
pub use num_rational::BigRational;
pub use rounding::{round_half_up, rounded};
pub use sum::sum;
