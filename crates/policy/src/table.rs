//! Official tables: which figure stands where on a form that a county has to hand in.

use facts::{Stage, Text};

use crate::expr::Program;

/// A table of the official form, as a pack lays it out: what its rows are, what each column shows, what stands below it.
#[derive(Debug, Clone, PartialEq)]
pub struct OfficialTable {
    pub id: String,
    /// The short name, for the tab of a workbook: 表Ⅱ-1.
    pub sheet: Text,
    pub title: Text,
    /// 单位：人、㎡、元.
    pub unit_line: Text,
    pub rows: TableRows,
    /// The lines of the county, or of each stage; never empty for those two kinds of rows.
    pub lines: Vec<TableLine>,
    pub columns: Vec<TableColumn>,
    /// What is said about items, where the form has other words than the item's own summary.
    pub briefs: Vec<TableBrief>,
    pub notes: Vec<Wording>,
    /// Figures that stand in notes and briefs.
    pub blanks: Vec<TableFigure>,
    /// Where the layout was read.
    pub source: String,
    /// Set where a provincial pack put it in the place of another.
    pub label: Option<Text>,
}

/// What the rows of a table are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableRows {
    /// The lines, once, about the county as a whole.
    County,
    /// The lines, for each stage.
    Stages(Vec<Stage>),
    /// Every examined school that teaches the stage, stage after stage.
    Schools(Vec<Stage>),
    /// The items of a part (its place in `Resolved::parts`), in the order of the pack.
    Items(usize),
}

/// A line of a county or a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLine {
    pub title: Text,
    /// What the line says of each indicator or judgement that heads a column.
    pub measure: Option<StageMeasure>,
    /// Goes before the decimals of the column.
    pub decimals: Option<u8>,
}

/// What can be said about an indicator or a judgement at one stage of a county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageMeasure {
    /// The county mean: the ratio of totals.
    Mean,
    /// The coefficient of variation; of a judgement, what it makes of them.
    Cv,
    /// How many schools meet it.
    SchoolsMeeting,
    /// Their share of all examined schools of the stage, in per cent.
    ShareMeeting,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// From the top down; columns that begin alike share a merged head.
    pub head: Vec<Text>,
    /// `L7`; empty where the form has none.
    pub number: String,
    /// In characters.
    pub width: f64,
    /// One thing for all lines, or one for each line.
    pub shows: Vec<Shows>,
    pub decimals: Option<u8>,
}

/// What a cell shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Shows {
    /// Nothing: it is filled in by hand.
    Hand,
    /// A fixed sign, such as the —— of a cell that the form rules out.
    Words(Text),
    /// The number of the row.
    Order,
    /// The stage, once for all its lines.
    Stage,
    /// The title of the line.
    Line,
    SchoolName,
    SchoolCode,
    /// The item's number and title.
    ItemTitle,
    /// The brief of the table, or else the item's summary, and which schools fail.
    ItemBrief,
    ItemVerdict {
        met: Text,
        unmet: Text,
    },
    /// The words of the first condition that holds for the school.
    Choice(Vec<TableChoice>),
    /// An indicator: of a school its value, of a stage what the line measures.
    Indicator(usize),
    /// A judgement: of a school its verdict, of a stage what the line measures.
    Judgement {
        judgement: usize,
        met: Text,
        unmet: Text,
    },
    /// Which indicators of an at-least judgement a school meets, which it nearly meets, which it lacks.
    Standing(usize),
    Figure(TableFigure),
}

#[derive(Debug, Clone, PartialEq)]
pub struct TableChoice {
    pub when: Program,
    pub words: Text,
}

/// A figure worked out for the table.
///
/// In a row of a school the expression is worked out over the stocks of that school at the stage of the row. Elsewhere
/// every stock in it stands for the county's: its own, or the sum over schools (the extreme, for an extreme).
#[derive(Debug, Clone, PartialEq)]
pub struct TableFigure {
    pub of: FigureOf,
    /// Whose stocks are meant; none = the stage of the row, or the school as a whole.
    pub stage: Option<Stage>,
    /// Which schools are counted or summed; none = all.
    pub schools: Option<Program>,
    /// Whether only schools in scope are counted or summed.
    pub examined: bool,
    pub decimals: u8,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FigureOf {
    Value(Program),
    /// The number of schools.
    Schools,
}

/// What the table says about one item.
#[derive(Debug, Clone, PartialEq)]
pub struct TableBrief {
    pub item: usize,
    pub words: Wording,
}

/// Words with figures put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    pub zh: Vec<WordingPiece>,
    pub en: Vec<WordingPiece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordingPiece {
    Words(String),
    /// Its place in `OfficialTable::blanks`.
    Blank(usize),
}
