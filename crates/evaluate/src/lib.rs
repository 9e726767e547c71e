//! A pack at a date and a county's facts → outcomes, each figure traceable to the cells it came from.
//!
//! This crate reads no clock and opens no file: [`StockMatrix`] holds what is known, [`evaluate`] judges it.

mod matrix;
mod outcome;

pub use matrix::{Cell, Cells, Heading, Lack, School, StockMatrix, Traits, Unit};
pub use outcome::*;
