//! A county that does not exist, written as the files a county has.
//!
//! One seed gives one county: its villages, schools, children and teachers over three school years, with every figure a
//! count over those people and rooms. [`write`] puts it into the workbooks, rolls and lists that schools and the bureau
//! keep, beside a folder of files that are wrong in known ways, and records the truth about both in `truth.json`.

use std::fs;
use std::io;
use std::path::Path;

mod bench;
mod biff;
mod cohorts;
mod county;
mod declarations;
mod entry;
mod families;
mod figures;
mod files;
mod lists;
mod messy;
mod person;
mod plan;
mod planted;
mod random;
mod readme;
mod registers;
mod rolls;
mod sheet;
mod staff;
mod statistics;
mod stocks;
mod subjects;
mod timetable;
mod truth;

pub use bench::{BenchCounty, write_bench_county};
pub use county::{Class, County, CountyYear, Parent, Part, Post, Pupil, Room, School, Staff, Stock, Township, Village, county};
pub use entry::{EntryFault, EntryTruth, RollTruth};
pub use person::Sex;
pub use registers::{Fate, RegistersTruth, RowTruth, read_per_child};
pub use truth::{
    Change, ClassTruth, FileTruth, Mess, PlannedApart, Relapse, SchoolTruth, StandardTruth, TimetableTruth, Truth, YearTruth,
};

/// How much of the county is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Size {
    /// All eleven townships, about ninety schools and 45,000 pupils.
    #[default]
    County,
    /// Three rural townships: enough of everything for a quick test.
    Townships,
}

impl Size {
    fn includes(self, town: usize) -> bool {
        match self {
            Size::County => true,
            Size::Townships => (7..=9).contains(&town),
        }
    }
}

/// Writes the county of a seed below `out`: one folder for each school year, `登记册` with the registers of other departments,
/// `新名单` with a list that comes later, `新生入学` with what admission and classes begin with, `脏数据` with the wrong files, `truth.json`, `truth-registers.csv` (every child and its
/// rows) and `README.txt`. The same seed gives the same bytes.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// let folder = tempfile::tempdir()?;
/// let truth = sample::write(folder.path(), 1, sample::Size::Townships)?;
/// assert_eq!(truth.years.len(), 3);
/// assert!(folder.path().join("2025-2026/区划.csv").exists() && folder.path().join("truth.json").exists());
/// # Ok(())
/// # }
/// ```
pub fn write(out: &Path, seed: u64, size: Size) -> io::Result<Truth> {
    let county = county::county_of(seed, size);
    fs::create_dir_all(out)?;
    let mut files = Vec::new();
    for year in &county.years {
        let documents = files::year_documents(&county, year);
        files::write_documents(out, &documents)?;
        files.extend(documents.into_iter().map(|document| FileTruth { path: document.path, form: document.form }));
    }
    files::write_documents(out, &entry::documents(&county))?;
    let (documents, record) = messy::messy(&county);
    files::write_documents(out, &documents)?;
    let registers = registers::registers(&county);
    let documents = registers::documents(&registers);
    files::write_documents(out, &documents)?;
    files.extend(documents.into_iter().map(|document| FileTruth { path: document.path, form: document.form }));
    fs::write(out.join(registers::TRUTH_FILE), registers::per_child(&county, &registers))?;
    let truth = truth::truth(&county, files, record, registers::summary(&registers));
    fs::write(out.join("README.txt"), readme::readme(&truth))?;
    let mut words = serde_json::to_string_pretty(&truth).map_err(io::Error::other)?;
    words.push('\n');
    fs::write(out.join("truth.json"), words)?;
    Ok(truth)
}
