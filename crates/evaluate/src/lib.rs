//! A pack at a date and a county's facts → outcomes, each figure traceable to the cells it came from.
//!
//! This crate reads no clock and opens no file: [`StockMatrix`] holds what is known, [`evaluate`] judges it.

mod case;
mod diff;
mod exact;
mod explain;
mod ground;
mod judge;
mod matrix;
mod outcome;
mod summary;
mod what_if;

pub use case::run_case;
pub use diff::{Cause, Changes, FigureChange, FromTo, Mover, SchoolChange, SchoolEvent, SpreadChange, VerdictChange, diff};
pub use explain::{
    ExplainFault, ExplainedParameter, ExplainedStock, ExplainedUnit, Explanation, ItemExplanation, ItemSchool, SourceCell,
    SpreadExplanation, SpreadTerm, Working, explain, explain_item, explain_outcome, explain_spread,
};
pub use judge::{evaluate, items_of_school};
pub use matrix::{
    Cell, Cells, GivenFigure, GivenSchool, Heading, Lack, School, StockMatrix, Traits, Unit, given, matrix, stock_query,
};
pub use outcome::*;
pub use summary::{CountyCoefficient, CountySummary, Summary, summary};
pub use what_if::{Delta, changed, what_if};
