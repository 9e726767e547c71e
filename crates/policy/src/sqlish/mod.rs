//! The portable subset of SQL that a stock's `where` may use.
//!
//! A condition is parsed, checked against the table's columns, and written anew from the tree. What reaches a database is
//! therefore only ever columns of that table, literals, `:parameters` and the operators below, whatever the pack's author
//! typed: `= <> < <= > >=`, `and or not`, `in (…)`, `is [not] null`, `+ - * /`.

mod check;
mod items;
mod write;

pub(crate) use check::{Condition, check, column_unit, row_unit};
pub(crate) use items::{stages_of_item, states_figures};

#[cfg(test)]
pub(crate) use write::write as written;
