mod read;

use serde::Deserialize;

use crate::clean::Kind;
use crate::derive::Derivation;
use crate::level::Test;

pub use read::read_settings;

/// How two registers are linked: their columns, by what pairs are found, how they are compared.
#[derive(Debug, Clone)]
pub struct Settings {
    pub unique: Unique,
    /// The heading of the record's own number in each register.
    pub id: Heads,
    pub columns: Vec<Column>,
    /// Pairs that agree in all terms of one key are compared.
    pub blocks: Vec<Block>,
    /// By what a block that is too large is parted, one after the other.
    pub split: Vec<Term>,
    pub comparisons: Vec<Comparison>,
    /// The probability from which a pair is a link; where none is given, the one of the best expected F1.
    pub threshold: Option<f64>,
    pub seed: u64,
    /// How many pairs of strangers are looked at to learn what chance agrees in.
    pub sample_pairs: u64,
    /// More pairs than these are not begun with.
    pub pairs_max: u64,
    /// A block with more pairs than these is parted.
    pub block_pairs_max: u64,
    pub(crate) derived: Vec<Derived>,
}

/// In which register a person stands only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unique {
    /// In both: links are one to one.
    #[default]
    Both,
    /// In the left one: each record of the right has at most one link.
    Left,
    Right,
    Neither,
}

/// What a column is called in each register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    pub left: Vec<String>,
    pub right: Vec<String>,
}

impl Heads {
    /// Those of the left register (0) or the right one.
    pub(crate) fn of(&self, side: usize) -> &[String] {
        if side == 0 { &self.left } else { &self.right }
    }
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub kind: &'static dyn Kind,
    /// Several headings are one set of words: a name and a former name, two guardians.
    pub heads: Heads,
}

#[derive(Debug, Clone)]
pub struct Block {
    pub words: String,
    pub terms: Vec<Term>,
}

/// A column, or what is derived from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    pub column: usize,
    pub(crate) derived: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Derived {
    pub column: usize,
    pub derivation: &'static dyn Derivation,
    pub n: usize,
}

#[derive(Debug, Clone)]
pub struct Comparison {
    pub title: String,
    /// Relatives and neighbours agree in this too: household, address, surname.
    pub shared: bool,
    /// At least this share of relatives is taken to agree at the first level, however few were met: of brothers and sisters, so many
    /// are twins.
    pub kin_min: f64,
    pub levels: Vec<Level>,
    pub(crate) columns: Vec<usize>,
    /// The same as bits, and those for which there is none.
    pub(crate) mask: u64,
    pub(crate) beyond: Vec<usize>,
}

#[derive(Debug, Clone)]
pub struct Level {
    pub words: String,
    pub tests: Vec<Clause>,
    /// The word whose rarity counts: to agree in a rare name says more than in a common one.
    pub frequency: Option<Term>,
    /// It speaks against the same person, as two valid ids that differ do: that it occurs among matches all the same is believed only
    /// where it is met again and again.
    pub against: bool,
    /// The columns whose words must be the same, as bits, and what else is asked: where the bits do not hold nothing else is looked at.
    pub(crate) same: u64,
    pub(crate) rest: Vec<Clause>,
}

impl Comparison {
    /// What is looked at beside which columns agree.
    pub(crate) fn looked_at(&self) -> Vec<Term> {
        let mut terms = Vec::new();
        for clause in self.levels.iter().flat_map(|level| &level.rest) {
            if let Clause::Same(term) | Clause::Holds(term, ..) = clause
                && !terms.contains(term)
            {
                terms.push(*term);
            }
        }
        terms
    }
}

impl Level {
    pub(crate) fn new(words: String, tests: Vec<Clause>, frequency: Option<Term>, against: bool) -> Level {
        let plain = |test: &Clause| match test {
            Clause::Same(Term { column, derived: None }) if *column < BITS => Some(*column),
            _ => None,
        };
        let same = bits(&tests.iter().filter_map(plain).collect::<Vec<_>>());
        let rest = tests.iter().filter(|test| plain(test).is_none()).copied().collect();
        Level { words, tests, frequency, against, same, rest }
    }
}

/// So many columns have a bit.
pub(crate) const BITS: usize = u64::BITS as usize;

pub(crate) fn bits(columns: &[usize]) -> u64 {
    columns.iter().filter(|column| **column < BITS).fold(0, |bits, column| bits | 1 << column)
}

/// One condition of a level.
#[derive(Debug, Clone, Copy)]
pub enum Clause {
    Same(Term),
    Swapped(usize, usize),
    Holds(Term, &'static dyn Test, f64),
}

impl Clause {
    pub(crate) fn columns(&self) -> Vec<usize> {
        match self {
            Clause::Same(term) | Clause::Holds(term, ..) => vec![term.column],
            Clause::Swapped(a, b) => vec![*a, *b],
        }
    }
}
