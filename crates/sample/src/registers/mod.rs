//! The registers of other departments, in which a county looks for children who are not at school: population, 户籍, attendance,
//! families in support, aid paid. Each is copied from the same children with errors of its own, and every error is recorded.

use crate::county::County;
use crate::files::{Document, document};
use crate::plan::{LATEST, township_name};
use crate::sheet::{Sheet, csv, gb18030};

mod aid;
mod child;
mod hukou;
mod names;
mod population;
mod presence;
mod slip;
mod truth;

pub use child::Fate;
pub(crate) use child::{Child, children};
pub use truth::{RegistersTruth, RowTruth, read_per_child};
pub(crate) use truth::{per_child, summary};

/// The folder that is imported like a school year's.
pub(crate) const FOLDER: &str = "登记册";
/// The folder of lists that come later.
pub(crate) const NEW_FOLDER: &str = "新名单";
/// What is true of each child, a line each.
pub(crate) const TRUTH_FILE: &str = "truth-registers.csv";

/// All registers of the latest year.
pub(crate) struct Registers {
    pub children: Vec<Child>,
    pub population: Vec<Entry>,
    pub hukou: Vec<Entry>,
    pub presence: Vec<Entry>,
    pub supported: Vec<Entry>,
    pub grants: Vec<Entry>,
    /// Households recognised after the yearly list.
    pub arrivals: Vec<Entry>,
}

/// A row of a register, and what is wrong with it.
pub(crate) struct Entry {
    pub child: usize,
    /// Whose file it is in.
    pub town: usize,
    pub cells: Vec<String>,
    pub slips: Vec<&'static str>,
}

pub(crate) fn registers(county: &County) -> Registers {
    let children = children(county);
    let supported = aid::supported(county, &children);
    Registers {
        population: population::entries(county, &children),
        hukou: hukou::entries(county, &children),
        presence: presence::entries(county, &children),
        grants: aid::grants(county, &children, &supported),
        arrivals: aid::arrivals(county, &children, &supported),
        supported,
        children,
    }
}

pub(crate) fn documents(registers: &Registers) -> Vec<Document<'_>> {
    let mut documents = Vec::new();
    let by_town: [(&str, &'static str, &'static [&'static str], &[Entry]); 3] = [
        ("人口", "population-register", population::HEADS, &registers.population),
        ("户籍", "hukou-list", hukou::HEADS, &registers.hukou),
        ("出勤", "attendance", presence::HEADS, &registers.presence),
    ];
    for (folder, form, heads, entries) in by_town {
        for town in towns(entries) {
            let path = format!("{FOLDER}/{folder}/{}.csv", township_name(town, LATEST));
            documents.push(document(path, form, move || Ok(list(heads, entries.iter().filter(|entry| entry.town == town)))));
        }
    }
    type Whole<'e> = (&'static str, &'static str, &'static str, &'static [&'static str], &'e [Entry]);
    let whole: [Whole<'_>; 3] = [
        (FOLDER, "脱贫户和监测对象", "support-list", aid::SUPPORTED_HEADS, &registers.supported),
        (FOLDER, "资助名单", "aid-list", aid::GRANT_HEADS, &registers.grants),
        (NEW_FOLDER, "新识别监测对象", "support-list", aid::SUPPORTED_HEADS, &registers.arrivals),
    ];
    for (folder, name, form, heads, entries) in whole {
        documents.push(document(format!("{folder}/{name}.csv"), form, move || Ok(list(heads, entries.iter()))));
    }
    documents
}

/// The townships that have rows, in order.
pub(crate) fn towns(entries: &[Entry]) -> Vec<usize> {
    let towns: std::collections::BTreeSet<usize> = entries.iter().map(|entry| entry.town).collect();
    towns.into_iter().collect()
}

fn list<'a>(heads: &[&str], entries: impl Iterator<Item = &'a Entry>) -> Vec<u8> {
    let mut sheet = Sheet::new("");
    sheet.push_words(heads.iter().copied());
    for entry in entries {
        sheet.push_words(entry.cells.iter().map(String::as_str));
    }
    gb18030(&csv(&sheet))
}
