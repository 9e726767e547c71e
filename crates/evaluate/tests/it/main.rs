//! Whole ways from figures to verdicts, on small packs that are data and on the packs in the tree.

mod changes;
mod packs;
mod path;
mod properties;
mod snapshot;
mod support;
mod tiny;
mod what_if;
