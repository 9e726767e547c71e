//! Files in, facts and findings out.
//!
//! A county's files are opened ([`open_path`]), each sheet is recognised by its headings as one of the declared forms
//! ([`Forms`]), and its rows become rows of fact tables, pushed into a [`facts::FactSink`] as they are read ([`Importer`]).
//! Nothing that is wrong with a file stops the others from being looked at: every problem is a [`facts::Finding`] with its
//! sheet and cell. This crate knows no policy and keeps no facts; what a form looks like is data, in `forms/`.
//!
//! A file goes through it in this order: `source` (out of folders and zips) → `sniff` (what it really is) → `book` with a reader
//! for each format (rows of raw cells) → `importer` (which form is it?) → `list` or `matrix` with `heads`, `context` and `cell`
//! (values) → `output` (facts) and `across` (what files say about each other).

mod across;
mod book;
mod cell;
mod context;
mod delimited;
mod explanations;
mod fault;
mod forms;
mod heads;
mod html;
mod importer;
mod list;
mod matrix;
mod ods;
mod output;
mod piece;
mod report;
mod rows;
mod sniff;
mod source;
mod stream;
mod table;
mod xls;
mod xlsx;
mod xlsx_sheet;
mod xml;

pub use across::CrossFinding;
pub use explanations::Explanations;
pub use forms::{Forms, read_items};
pub use importer::{Importer, read_bytes};
pub use piece::{PieceColumn, PieceRow, SheetPiece, piece};
pub use report::{FileReport, Progress, SheetReport};
pub use source::{Source, open, open_path, shown_path};
pub use table::{TableLine, read_table};
pub use xls::is_reading_astray;
