//! Policy as data: reads packs, checks them, and resolves one at a day and a place.

mod case;
mod cited;
pub mod expr;
mod pack;
mod resolved;
mod sqlish;
mod suggest;
mod syntax;
mod table;

pub use case::{Case, CaseSchool, Coefficients, Expectation, Expected, Quantity};
pub use cited::{Citation, Cited, Document};
pub use pack::{Pack, PackFiles, PackSet, check};
pub use resolved::{
    Aggregate, Exception, Gap, Indicator, Item, ItemLevel, Judgement, Layer, Parameter, Part, Piece, Requirement, Resolved, Rule,
    Split, StageValue, Stock, StockLevel, Substitute, Summary, Target,
};
pub use table::{
    FigureOf, OfficialTable, Shows, StageMeasure, TableBrief, TableChoice, TableColumn, TableFigure, TableLine, TableRows,
    Wording, WordingPiece,
};
