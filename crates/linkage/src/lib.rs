//! One person, many registers: which records of two tables (or of one) are the same.
//!
//! [`Settings`] say what the columns are, by what keys pairs are found and how they are compared; [`Records`] are the tables, cleaned
//! and in numbers; [`link`] learns the weights without labels, scores the pairs and decides; [`explain`] says why; an [`Index`]
//! matches one more record at a time with the same scores. [`propose`] writes settings from what columns look like.
//!
//! This crate knows no school, opens no file, and reads no clock or dice: the same tables, settings and decisions give the same bytes.

mod assign;
mod block;
mod chance;
mod clean;
mod cluster;
mod compare;
mod curve;
mod derive;
mod explain;
mod hands;
mod hide;
mod index;
mod learn;
mod level;
mod link;
mod look;
mod model;
mod propose;
mod random;
mod records;
mod settings;
mod shard;
mod standing;
mod stored;
mod table;
mod words;

pub use block::{Plan, RulePlan};
pub use clean::{KINDS, Kind};
pub use curve::{Bin, Point, calibration};
pub use derive::{DERIVATIONS, Derivation};
pub use explain::{Explanation, Step, explain};
pub use hands::{Hands, Runner};
pub use hide::{Keyed, hidden_settings, hide};
pub use index::Index;
pub use level::{Sketch, TESTS, Test, about_same};
pub use link::{Decision, Linked, Pair, Progress, State, Way, link, link_with, settle};
pub use look::unlinkable;
pub use model::{LevelWeight, Model};
pub use propose::propose;
pub use records::Records;
pub use settings::{Block, Clause, Column, Comparison, Heads, Level, Settings, Term, Unique, read_settings};
pub use shard::{Scored, Sent, Shard};
pub use standing::Standing;
pub use table::Table;
pub use words::Words;
