use std::collections::BTreeMap;

use facts::{CountyCode, Date, Finding, ItemList};

use crate::case::Case;
use crate::resolved::{Layer, Resolved};

/// A pack as it lies on disk, already read into memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFiles {
    /// The folder under `policies/`: `cn/2017-quality-balance`.
    pub id: String,
    /// Relative path and text of each file: `pack.toml`, `cases/five_schools.toml`.
    pub files: Vec<(String, String)>,
    /// What the caller calls this state of the files: the start of their hash.
    pub version: String,
}

/// A pack without faults.
#[derive(Debug, Clone)]
pub struct Pack {
    pub layer: Layer,
    pub extends: Option<String>,
    pub from: Date,
    pub to: Option<Date>,
    pub figures: Vec<facts::Item>,
    pub cases: Vec<Case>,
}

/// The packs that passed the check, by id.
#[derive(Debug, Clone, Default)]
pub struct PackSet {
    packs: BTreeMap<String, Pack>,
}

/// Reads and checks packs, all of them at once, since one may extend another. A pack with a 逻辑 finding is not in the set.
pub fn check(packs: &[PackFiles], items: &ItemList) -> (PackSet, Vec<Finding>) {
    let _ = (packs, items);
    (PackSet::default(), Vec::new())
}

impl PackSet {
    /// The ids of all packs, in alphabetical order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.packs.keys().map(String::as_str)
    }

    pub fn get(&self, id: &str) -> Option<&Pack> {
        self.packs.get(id)
    }

    /// The pack as it holds on a day in a county.
    pub fn resolve(&self, id: &str, on: Date, county: &CountyCode) -> Result<Resolved, Vec<Finding>> {
        let _ = (id, on, county);
        Err(Vec::new())
    }
}
