//! From files to outcomes: what was planted in the sample county fails under the standards of money, staff, conditions, lessons
//! and class sizes, at the school where it was planted, and nothing else does.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use app::Library;
use evaluate::{Rows, State, Verdict};
use sample::Truth;
use tempfile::TempDir;

struct County {
    library: Library,
    home: PathBuf,
    truth: Truth,
    _folder: TempDir,
}

/// The whole sample county, its three years imported one after the other.
fn county() -> County {
    let folder = tempfile::tempdir().unwrap();
    let (files, home) = (folder.path().join("files"), folder.path().join("home"));
    let truth = sample::write(&files, 1, sample::Size::County).unwrap();
    let library = app::library(&home, &[]).unwrap();
    for year in &truth.years {
        import(&library, &home, &files.join(&year.year));
    }
    County { library, home, truth, _folder: folder }
}

fn import(library: &Library, home: &Path, folder: &Path) {
    let paths = [folder.to_path_buf()];
    let request =
        app::ImportRequest { home, paths: &paths, uploads: &[], dry_run: false, explanations: None, county: None, fresh: false };
    let report = app::import_files(library, &request, &mut |_| ControlFlow::Continue(())).unwrap();
    let grave: Vec<_> = report.findings.iter().filter(|finding| finding.must_fix()).collect();
    assert_eq!(report.published().len(), 1, "{grave:?}");
}

fn judged(county: &County, pack: &str) -> evaluate::Outcome {
    app::evaluate_counties(&county.library, &county.home, pack, None, &[]).unwrap().outcomes.remove(0)
}

/// Item or indicator and school of whatever fails: `has_pe at 2153990084`; a county's own item is `transferred_on_time at county`.
fn failing(outcome: &evaluate::Outcome) -> BTreeSet<String> {
    let code = |school: usize| outcome.matrix.schools[school].code.to_string();
    let mut found = BTreeSet::new();
    for (head, item) in outcome.frame.items.iter().zip(&outcome.items) {
        for row in item.rows.iter().filter(|row| row.verdict == Verdict::Fail) {
            let place = row.school.map_or("county".to_string(), code);
            found.insert(format!("{} at {place}", head.id));
        }
    }
    // Of a school that falls short as a whole: the indicators that it misses.
    for judged in &outcome.judgements {
        let Rows::AtLeast(rows) = &judged.rows else { continue };
        for row in rows.iter().filter(|row| row.verdict == Verdict::Fail) {
            for (index, head) in outcome.frame.indicators.iter().enumerate() {
                let state = outcome.figure(row.school, row.stage, index).map(|figure| figure.state);
                if matches!(state, Some(State::Missed | State::BelowFloor)) {
                    found.insert(format!("{} at {}", head.id, code(row.school)));
                }
            }
        }
    }
    found
}

/// What was planted under a pack. An item that the county answers for as a whole fails there.
fn planted(county: &County, outcome: &evaluate::Outcome, pack: &str) -> BTreeSet<String> {
    let of_county =
        |item: &str| outcome.frame.items.iter().any(|head| head.id == item && head.level == policy::ItemLevel::County);
    let place = |item: &str, school: &str| if of_county(item) { "county".to_string() } else { school.to_string() };
    let cases = county.truth.standards.iter().filter(|case| case.pack == pack);
    cases.map(|case| format!("{} at {}", case.item, place(case.item, &case.school))).collect()
}

#[test]
fn what_was_planted_fails_and_nothing_else() {
    let county = county();
    for pack in ["cn/funds", "cn/staffing", "cn/school-conditions"] {
        let outcome = judged(&county, pack);
        assert_eq!(failing(&outcome), planted(&county, &outcome, pack), "{pack}");
    }
    let class_size = failing(&judged(&county, "cn/class-size"));
    let relapse = &county.truth.relapse.school;
    let back: Vec<&String> = class_size.iter().filter(|case| case.starts_with("no_relapse ")).collect();
    assert_eq!(back, [&format!("no_relapse at {relapse}")], "{class_size:?}");
    let lessons = failing(&judged(&county, "cn/2022-curriculum"));
    for case in &county.truth.timetable {
        assert!(lessons.iter().any(|found| found.ends_with(&format!(" at {}", case.school))), "{case:?} {lessons:?}");
    }
    let places: BTreeSet<&str> = lessons.iter().filter_map(|found| Some(found.split_once(" at ")?.1)).collect();
    let wrong: BTreeSet<&str> = county.truth.timetable.iter().map(|case| case.school.as_str()).collect();
    assert_eq!(places, wrong, "{lessons:?}");
}
