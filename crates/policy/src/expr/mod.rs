//! The one expression language of packs.

mod program;

pub(crate) use program::Node;
pub use program::{Attribute, Compare, Env, Leaf, Number, Program, School};
