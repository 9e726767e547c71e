//! The grammar that formulas and SQL conditions share: one lexer, one tree, one parser with two dialects.

mod parse;
#[cfg(test)]
mod tests;
mod token;
mod tree;

pub(crate) use parse::{Dialect, parse};
pub(crate) use tree::{Call, Join, Operator, Tree, TreeKind};

use facts::Text;

/// The longest expression that is read, in bytes.
pub(crate) const BYTES_MAX: usize = 4_000;
/// The most nested brackets, negations and calls.
pub(crate) const DEPTH_MAX: usize = 32;
/// The most names, numbers and operators in one expression.
pub(crate) const PARTS_MAX: usize = 400;

/// What is wrong in an expression, and where in its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SyntaxFault {
    pub code: &'static str,
    pub start: usize,
    pub end: usize,
    pub what: Text,
    pub hint: Text,
}

impl SyntaxFault {
    /// Boxed, since it is carried through every level of the parser.
    pub fn new(code: &'static str, (start, end): (usize, usize), what: Text, hint: Text) -> Box<SyntaxFault> {
        Box::new(SyntaxFault { code, start, end, what, hint })
    }
}
