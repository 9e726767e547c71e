//! The one expression language of packs: what a formula is worth, and what a condition decides.
//!
//! Expressions are parsed and their units checked when a pack is checked; what is left for `evaluate` is the [`Program`].

mod compile;
mod infer;
mod program;
mod render;
#[cfg(test)]
mod tests;

pub(crate) use compile::{all_of, compile, kind_in, place_in};
pub(crate) use infer::{Measure, Named, Names, Type, infer};
pub use program::{Attribute, Compare, Env, Leaf, Number, Program, School};
