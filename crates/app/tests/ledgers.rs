//! The three ledgers of three townships of the sample county, held against what was planted.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use app::{Book, LedgerChild, Ledgers, LedgersAsked};
use sample::{Fate, RowTruth};
use tempfile::TempDir;

struct County {
    files: PathBuf,
    home: PathBuf,
    truth: Vec<RowTruth>,
    _folder: TempDir,
}

fn county() -> County {
    let folder = tempfile::tempdir().unwrap();
    let (files, home) = (folder.path().join("files"), folder.path().join("home"));
    sample::write(&files, 3, sample::Size::Townships).unwrap();
    let library = app::library(&home, &[]).unwrap();
    for part in ["2025-2026", "登记册"] {
        let paths = [files.join(part)];
        let request = app::ImportRequest {
            home: &home,
            paths: &paths,
            uploads: &[],
            dry_run: false,
            explanations: None,
            county: None,
            fresh: false,
        };
        let report = app::import_files(&library, &request, &mut |_| ControlFlow::Continue(())).unwrap();
        let grave: Vec<_> = report.findings.iter().filter(|finding| finding.must_fix()).collect();
        assert_eq!(report.published().len(), 1, "{grave:?}");
    }
    let truth = sample::read_per_child(&std::fs::read_to_string(files.join("truth-registers.csv")).unwrap());
    County { files, home, truth, _folder: folder }
}

fn open(home: &Path) -> Ledgers {
    app::open_ledgers(&LedgersAsked { home, policies: &[], snapshot: None, on: None, who: "test" }).unwrap()
}

/// Who a child of the ledgers truly is: the truths of its rows.
fn truths<'t>(ledgers: &Ledgers, child: &LedgerChild, by_row: &BTreeMap<String, &'t RowTruth>) -> Vec<&'t RowTruth> {
    let mut found: Vec<&RowTruth> = Vec::new();
    for (register, file, row) in ledgers.rows(child) {
        let at = if register == "roll" { child.student_no.clone() } else { format!("{file}:{row}") };
        let truth = by_row.get(&at).unwrap_or_else(|| panic!("{at} is nobody's row"));
        if !found.iter().any(|known| known.child == truth.child) {
            found.push(truth);
        }
    }
    found
}

struct Score {
    right: usize,
    listed: usize,
    wanted: usize,
}

impl Score {
    fn of(listed: &BTreeSet<&str>, wanted: &BTreeSet<&str>) -> Score {
        Score { right: listed.intersection(wanted).count(), listed: listed.len(), wanted: wanted.len() }
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.listed.max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.wanted.max(1) as f64
    }
}

#[test]
fn the_ledgers_find_what_was_planted() {
    let county = county();
    let ledgers = open(&county.home);
    assert!(ledgers.findings.iter().all(|finding| !finding.must_fix()), "{:?}", ledgers.findings);
    let mut by_row: BTreeMap<String, &RowTruth> = BTreeMap::new();
    for truth in &county.truth {
        by_row.extend((!truth.student_no.is_empty()).then(|| (truth.student_no.clone(), truth)));
        by_row.extend(truth.rows.values().flatten().map(|row| (row.clone(), truth)));
    }
    // Rows of two children in one would be the gravest mistake.
    let mixed: Vec<_> = ledgers.children.iter().filter(|child| truths(&ledgers, child, &by_row).len() > 1).collect();
    let share = mixed.len() as f64 / ledgers.children.len() as f64;
    println!("{} children, {} of them mixed up", ledgers.children.len(), mixed.len());
    assert!(share < 0.002, "{share}");

    let listed = |book: Book| -> BTreeSet<&str> {
        ledgers.of_book(book).flat_map(|child| truths(&ledgers, child, &by_row)).map(|truth| truth.child.as_str()).collect()
    };
    let wanted = |fits: fn(Fate) -> bool| -> BTreeSet<&str> {
        county.truth.iter().filter(|truth| fits(truth.fate)).map(|truth| truth.child.as_str()).collect()
    };
    let suspected = Score::of(&listed(Book::Suspected), &wanted(Fate::is_suspected));
    let dropped_out = |fate| Fate::is_dropout(fate) || fate == Fate::TaughtAtHome;
    let dropout = Score::of(&listed(Book::Dropout), &wanted(dropped_out));
    for (name, score) in [("suspected", &suspected), ("dropout", &dropout)] {
        let (precision, recall) = (score.precision(), score.recall());
        println!("{name}: listed {}, wanted {}, precision {precision:.3}, recall {recall:.3}", score.listed, score.wanted);
        assert!(precision >= 0.9 && recall >= 0.9, "{name}: precision {precision:.3}, recall {recall:.3}");
    }
    let fates = |at: &dyn Fn(&LedgerChild) -> bool| {
        let mut many: BTreeMap<&str, usize> = BTreeMap::new();
        for child in ledgers.children.iter().filter(|child| at(child)) {
            for truth in truths(&ledgers, child, &by_row) {
                *many.entry(truth.fate.id()).or_default() += 1;
            }
        }
        many
    };
    for (at, category) in ledgers.rules.categories.iter().enumerate() {
        println!("{:>20} {:?}", category.id, fates(&|child| child.category == Some(at)));
    }
    // What a county does by comparing numbers alone.
    let naive = by_numbers(&county);
    let naive = Score::of(&naive.iter().map(String::as_str).collect(), &wanted(|fate| fate == Fate::OutOfSchool));
    println!("by numbers alone: listed {}, precision {:.3}", naive.listed, naive.precision());
    assert!(suspected.precision() > naive.precision() + 0.3);
}

/// Residents of school age whose number is not on the roll, as VLOOKUP finds them.
fn by_numbers(county: &County) -> BTreeSet<String> {
    let read = |folder: &Path| -> Vec<(String, Vec<Vec<String>>)> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let rows = |path: &PathBuf| {
            let bytes = std::fs::read(path).unwrap();
            let text = encoding_rs::GB18030.decode(&bytes).0.into_owned();
            text.lines().map(|line| line.split(',').map(str::to_string).collect()).collect()
        };
        files.iter().map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), rows(path))).collect()
    };
    let roll: BTreeSet<String> = county.truth.iter().filter_map(|truth| truth.student_no.get(1..).map(str::to_string)).collect();
    let mut of_row = BTreeMap::new();
    for truth in &county.truth {
        of_row.extend(truth.rows.get("population").into_iter().flatten().map(|row| (row.clone(), truth.child.clone())));
    }
    let mut found = BTreeSet::new();
    for (file, rows) in read(&county.files.join("登记册/人口")) {
        for (at, row) in rows.iter().enumerate().skip(1) {
            let of_age = ("20100901".."20190901").contains(&row[8].as_str());
            if of_age && !roll.contains(&row[10]) && row[15].is_empty() {
                found.extend(of_row.get(&format!("登记册/人口/{file}:{}", at + 1)).cloned());
            }
        }
    }
    found
}
