//! The ways to put lots into an order. One file a method, one line in [`METHODS`].
//!
//! To add one: a module with a `METHOD`, a line below, its section and test vector in `docs/concepts/draws.md`, and the same
//! few lines in the checkers. A method that has been used is never changed: a better one has the next version.

mod order_number;
mod random_number;
mod ring;
mod seed;

use facts::{Finding, Text};

use crate::{Draw, Pool, Reveals, Seed};

/// In alphabetical order; the first is no default.
pub const METHODS: &[Method] = &[order_number::METHOD, random_number::METHOD, ring::METHOD, seed::METHOD];

/// A way to put the lots of a pool into an order.
pub struct Method {
    pub id: &'static str,
    pub version: u32,
    pub title: fn() -> Text,
    /// Where it is in use.
    pub source: fn() -> Text,
    /// What is wrong with the settings of a draw.
    pub(crate) check: fn(&Draw) -> Vec<Text>,
    pub(crate) order: Order,
}

/// Puts the lots of a pool into their order.
pub(crate) type Order = fn(&Draw, &Pool, &Seed, &Reveals) -> Result<Vec<Placed>, Box<Finding>>;

/// One lot in the order that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Which of the pool's lots.
    pub lot: usize,
    /// The number by which the order came about, where the method deals numbers out.
    pub number: String,
}

impl Method {
    pub fn by_id(id: &str) -> Option<&'static Method> {
        METHODS.iter().find(|method| method.id == id)
    }
}

/// A method is what its name and version say.
impl PartialEq for Method {
    fn eq(&self, other: &Method) -> bool {
        (self.id, self.version) == (other.id, other.version)
    }
}

impl Eq for Method {}

impl std::fmt::Debug for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.id, self.version)
    }
}
