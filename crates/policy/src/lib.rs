#![doc = include_str!("format.md")]

mod case;
mod chain;
mod check;
mod cited;
mod days;
pub mod expr;
mod layout;
mod model;
mod order;
mod pack;
mod read;
mod resolve;
mod resolved;
mod source;
mod sqlish;
mod suggest;
mod summary;
mod syntax;
mod table;

pub use case::{Case, CaseSchool, Expectation, Expected, Given, Quantity};
pub use cited::{Citation, Cited, Document};
pub use pack::{Pack, PackFiles, PackSet, check};
pub use resolved::{
    Aggregate, Exception, Gap, Indicator, Item, ItemLevel, Judgement, Layer, Parameter, Part, Piece, Requirement, Resolved, Rule,
    Split, StageValue, Stock, StockItem, StockLevel, Substitute, Summary, Target, Years,
};
pub use table::{
    FigureOf, OfficialTable, Shows, StageMeasure, TableBrief, TableChoice, TableColumn, TableFigure, TableLine, TableRows,
    Wording, WordingPiece,
};
