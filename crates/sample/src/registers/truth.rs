use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::{Entry, FOLDER, Fate, NEW_FOLDER, Registers};
use crate::county::County;
use crate::plan::{LATEST, township_name};

/// What is true of the registers as a whole; `truth-registers.csv` says it of each child.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegistersTruth {
    /// Children of 5 to 16, in whatever register.
    pub children: usize,
    pub on_the_roll: usize,
    pub rows: BTreeMap<&'static str, usize>,
    /// How many children fare how.
    pub fates: BTreeMap<&'static str, usize>,
    /// How often what is wrong, by register.
    pub slips: BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
}

/// A child and its rows, as `truth-registers.csv` has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowTruth {
    pub child: String,
    pub fate: Fate,
    pub student_no: String,
    /// By register (`population`, `hukou`, `supported`, `arrivals`): the file and the row, as in `登记册/人口/青石镇.csv:12`.
    pub rows: BTreeMap<String, Vec<String>>,
}

pub(crate) fn summary(registers: &Registers) -> RegistersTruth {
    let mut fates = BTreeMap::new();
    for child in &registers.children {
        *fates.entry(child.fate.id()).or_default() += 1;
    }
    let (mut rows, mut slips) = (BTreeMap::new(), BTreeMap::new());
    for (name, entries) in named(registers) {
        rows.insert(name, entries.len());
        let of: &mut BTreeMap<&'static str, usize> = slips.entry(name).or_default();
        for slip in entries.iter().flat_map(|entry| &entry.slips) {
            *of.entry(*slip).or_default() += 1;
        }
    }
    let on_the_roll = registers.children.iter().filter(|child| child.pupil.is_some()).count();
    RegistersTruth { children: registers.children.len(), on_the_roll, rows, fates, slips }
}

fn named(registers: &Registers) -> [(&'static str, &[Entry]); 6] {
    [
        ("population", &registers.population),
        ("hukou", &registers.hukou),
        ("presence", &registers.presence),
        ("supported", &registers.supported),
        ("grants", &registers.grants),
        ("arrivals", &registers.arrivals),
    ]
}

/// One line a child: number, fate, 学籍号, then where it stands in each register, with what is wrong there.
pub(crate) fn per_child(county: &County, registers: &Registers) -> String {
    let mut places = vec![String::new(); registers.children.len()];
    let lists = [
        ("population", "人口", &registers.population, true),
        ("hukou", "户籍", &registers.hukou, true),
        ("supported", "脱贫户和监测对象", &registers.supported, false),
        ("arrivals", "新识别监测对象", &registers.arrivals, false),
    ];
    for (register, name, entries, by_town) in lists {
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        for entry in entries.iter() {
            let file = if by_town { entry.town } else { 0 };
            // The heads stand in the first row.
            let row = rows.entry(file).or_insert(1);
            *row += 1;
            let path = match (register, by_town) {
                (_, true) => format!("{FOLDER}/{name}/{}.csv", township_name(entry.town, LATEST)),
                ("arrivals", _) => format!("{NEW_FOLDER}/{name}.csv"),
                _ => format!("{FOLDER}/{name}.csv"),
            };
            let _ = write!(places[entry.child], " {register}={path}:{row}");
            if !entry.slips.is_empty() {
                let _ = write!(places[entry.child], "!{}", entry.slips.join("+"));
            }
        }
    }
    let mut out = String::from("child,fate,student_no,rows\n");
    for (at, (child, places)) in registers.children.iter().zip(places).enumerate() {
        let student_no = child.pupil.map_or("", |pupil| county.pupils[pupil].student_no.as_str());
        let _ = writeln!(out, "C{:06},{},{student_no},{}", at + 1, child.fate.id(), places.trim_start());
    }
    out
}

/// Reads `truth-registers.csv`; lines that are none of it are left out.
pub fn read_per_child(text: &str) -> Vec<RowTruth> {
    let line = |line: &str| {
        let mut cells = line.splitn(4, ',');
        let (child, fate, student_no, places) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
        let fate = Fate::ALL.into_iter().find(|known| known.id() == fate)?;
        let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for place in places.split(' ') {
            let Some((register, at)) = place.split_once('=') else { continue };
            let at = at.split('!').next().unwrap_or(at);
            rows.entry(register.to_string()).or_default().push(at.to_string());
        }
        Some(RowTruth { child: child.to_string(), fate, student_no: student_no.to_string(), rows })
    };
    text.lines().filter_map(line).collect()
}
