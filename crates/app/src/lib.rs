//! The use cases, one file each. The command line, the console's server and the tests call these and nothing below them.
//!
//! Here, and only here, the engines meet: files are read into snapshots, packs are resolved, snapshots are evaluated, and
//! outcomes become reports. This ring reads the clock and the disk so that the engines need not.

mod check_sources;
mod choose;
mod diff_snapshots;
mod evaluate_counties;
mod explain_figure;
mod failure;
mod import_files;
mod library;
mod list_packs;
mod make_sample;
mod route;
mod words;
mod write_reports;

pub use check_sources::{Checked, check_sources};
pub use choose::{list_snapshots, verify_snapshot};
pub use diff_snapshots::diff_snapshots;
pub use evaluate_counties::{Evaluated, Judged, evaluate_counties, evaluate_snapshot};
pub use explain_figure::{FigureAsked, explain_figure};
pub use failure::Failure;
pub use import_files::{FileLine, ImportReport, ImportRequest, ImportResult, Progress, Published, import_files};
pub use library::{Library, library};
pub use list_packs::{ListedPack, ListedParameter, list_packs};
pub use make_sample::{Sampled, make_bench_data, make_sample};
pub use write_reports::{ReportAsked, Written, report_schools, report_tables};

/// The first twelve digits of an id: enough for people to tell snapshots apart.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
