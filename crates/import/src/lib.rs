//! Files in, facts and findings out.
//!
//! A county's files are opened ([`open_path`]), each sheet is recognised by its headings as one of the declared forms
//! ([`Forms`]), and its rows become rows of fact tables, pushed into a [`facts::FactSink`] as they are read ([`Importer`]).
//! Nothing that is wrong with a file stops the others from being looked at: every problem is a [`facts::Finding`] with its
//! sheet and cell. This crate knows no policy and keeps no facts; what a form looks like is data, in `forms/`.

mod explanations;
mod fault;
mod forms;
mod importer;
mod report;
mod sniff;
mod source;

pub use explanations::Explanations;
pub use forms::{Forms, read_items};
pub use importer::{Importer, read_bytes};
pub use report::{FileReport, Progress, SheetReport};
pub use source::{Source, open, open_path};
