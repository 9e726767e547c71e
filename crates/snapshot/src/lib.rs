//! Immutable fact tables: one SQLite file per county and state of knowledge, named by a hash over its rows.
//!
//! A [`Home`] is the folder that holds them. Whoever holds its [`HomeLock`] may write: a [`SnapshotWriter`] takes rows as
//! they are read, lays them over a parent snapshot, and publishes the whole at once or not at all. A [`Snapshot`] is read
//! by as many threads as like; the SQL of a pack reaches it only as a filter over one fact table. Columns that identify
//! people, and the raw files, lie beside it sealed with the home's key, and every look at a person is written down.
//!
//! This crate knows how facts are stored and nothing of what they mean: no form, no pack, no rule.

mod conflict;
mod content;
mod durable;
mod error;
mod guard;
mod home;
mod inherit;
mod key;
mod lock;
mod manifest;
mod open;
mod people;
mod publish;
mod raw;
mod reader;
mod seal;
mod stock;
mod storage;
mod verify;
mod whole;
mod writer;

pub use conflict::KeyConflict;
pub use durable::{make_folder, write_whole};
pub use error::{Act, HomeError};
pub use home::{Home, Listing};
pub use inherit::Replaced;
pub use lock::HomeLock;
pub use manifest::{Manifest, SCHEMA_VERSION, SnapshotId, SourceFile};
pub use people::{Look, PersonRow};
pub use raw::RawReader;
pub use reader::{DivisionRow, NamedValues, Register, RowPlace, SchoolRow, Snapshot};
pub use stock::{Aggregate, SourceRow, StockQuery, StockRow};
pub use whole::{Pseudonyms, WholeRow};
pub use writer::{Finish, Finished, SnapshotWriter};
