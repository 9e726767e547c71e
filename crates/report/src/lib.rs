//! Outcomes on paper: the official tables of a pack and the 核查报告 of a school, as .xlsx workbooks.
//!
//! A table's layout is the pack's; this crate fills it in and prints it. The same outcome gives the same bytes.

mod figure;
mod file_name;
mod listing;
mod rows;
mod school;
mod sheet;
mod tables;
mod words;
mod workbook;

pub use file_name::file_name;
pub use listing::{Listing, ListingCell, ListingColumn, listing};
pub use school::{SchoolReportInput, SourceLine, Working, school_report};
pub use tables::{Signed, TablesInput, tables};
pub use workbook::WorkbookFault;
