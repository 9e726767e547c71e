//! What is known and how it is named: ids, codes, school years, stages, units, values, tables and findings.
//!
//! Everything here is a plain value. This crate opens no file, reads no clock and knows no rule of any policy; it is the
//! one vocabulary in which the other crates speak to each other.

mod code;
mod county;
mod finding;
mod item;
mod kind;
mod name;
mod number;
mod place;
mod schema;
mod stage;
mod text;
mod unit;
mod value;
mod year;

pub use code::{CitizenId, CitizenIdFault, DivisionCode, SchoolCode, SchoolCodeKind, StudentNo};
pub use county::CountyCode;
pub use finding::{Explanation, Finding, Severity, worst};
pub use item::{Item, ItemList};
pub use kind::{stages_of_kind, title_of_kind};
pub use name::plain;
pub use number::{parse_number, significant};
pub use place::{Cell, Place, column_letters};
pub use schema::{Column, ColumnKind, TABLES, TABLES_FINGERPRINT, Table, Time, table};
pub use stage::Stage;
pub use text::{Lang, Text};
pub use unit::{Unit, UnitFault};
pub use value::{FactSink, FileHash, Missing, Origin, SinkError, Value};
pub use year::{SchoolYear, parse_date};

pub use jiff::civil::Date;
