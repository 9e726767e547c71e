//! Entries of official tables: as they were read, and resolved.

use facts::{Stage, Text};

use crate::expr::{Leaf, Program, compile};
use crate::model::{Formula, Head, PackSource};
use crate::resolved::Resolved;
use crate::source::{At, Mark};
use crate::syntax::{Dialect, parse};
use crate::table::{
    FigureOf, OfficialTable, Shows, TableBrief, TableChoice, TableColumn, TableFigure, TableLine, TableRows, Wording,
    WordingPiece,
};

/// A `[[table]]` with its names not yet resolved.
#[derive(Debug, Clone)]
pub(crate) struct TableEntry {
    pub head: Head,
    /// Says that it replaces the table of that id in the pack that is extended.
    pub label: Option<Text>,
    pub sheet: Text,
    pub unit_line: Text,
    pub rows: RowsEntry,
    pub stages: Vec<Stage>,
    pub part: Option<At<String>>,
    pub lines: Vec<TableLine>,
    pub columns: Vec<ColumnEntry>,
    pub briefs: Vec<BriefEntry>,
    pub notes: Vec<WordingEntry>,
    pub blanks: Vec<BlankEntry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowsEntry {
    County,
    Items,
    Schools,
    Stages,
}

#[derive(Debug, Clone)]
pub(crate) struct ColumnEntry {
    pub head: Vec<Text>,
    pub number: String,
    pub width: f64,
    pub shows: Vec<ShowsEntry>,
    pub decimals: Option<u8>,
    pub mark: Mark,
}

#[derive(Debug, Clone)]
pub(crate) enum ShowsEntry {
    Plain(Shows),
    Indicator(At<String>),
    Judgement { judgement: At<String>, met: Text, unmet: Text },
    Standing(At<String>),
    Choice(Vec<(Formula, Text)>),
    Figure(FigureEntry),
}

#[derive(Debug, Clone)]
pub(crate) struct FigureEntry {
    /// None = the number of schools.
    pub value: Option<Formula>,
    pub stage: Option<Stage>,
    pub schools: Option<Formula>,
    pub examined: bool,
    pub decimals: u8,
}

#[derive(Debug, Clone)]
pub(crate) struct BlankEntry {
    pub id: At<String>,
    pub figure: FigureEntry,
}

#[derive(Debug, Clone)]
pub(crate) struct BriefEntry {
    pub item: At<String>,
    pub words: WordingEntry,
}

#[derive(Debug, Clone)]
pub(crate) struct WordingEntry {
    pub zh: Vec<WordingPieceEntry>,
    pub en: Vec<WordingPieceEntry>,
}

#[derive(Debug, Clone)]
pub(crate) enum WordingPieceEntry {
    Words(String),
    /// A blank of the table, a stock or a parameter.
    Name(At<String>),
}

/// The tables of a chain of packs: those of the most general pack first; one with a label stands in the place of the one
/// whose id it bears.
pub(crate) fn in_chain<'p>(packs: &[&'p PackSource]) -> Vec<&'p TableEntry> {
    let mut tables: Vec<&TableEntry> = Vec::new();
    for table in packs.iter().flat_map(|pack| &pack.tables) {
        match tables.iter_mut().find(|before| before.head.id.value == table.head.id.value) {
            Some(before) => *before = table,
            None => tables.push(table),
        }
    }
    tables
}

/// The table with its names turned into indices; what the check refused is left out.
pub(crate) fn resolve(table: &TableEntry, resolved: &Resolved) -> Option<OfficialTable> {
    let rows = match table.rows {
        RowsEntry::County => TableRows::County,
        RowsEntry::Stages => TableRows::Stages(table.stages.clone()),
        RowsEntry::Schools => TableRows::Schools(table.stages.clone()),
        RowsEntry::Items => {
            let part = table.part.as_ref()?;
            TableRows::Items(resolved.parts.iter().position(|known| known.id == part.value)?)
        }
    };
    let mut blanks: Vec<TableFigure> = Vec::new();
    let mut blank_ids: Vec<&str> = Vec::new();
    for blank in &table.blanks {
        blanks.push(figure(&blank.figure, resolved)?);
        blank_ids.push(&blank.id.value);
    }
    let mut words = |wording: &WordingEntry| -> Option<Wording> {
        let mut side = |pieces: &[WordingPieceEntry]| -> Option<Vec<WordingPiece>> {
            let mut found = Vec::new();
            for piece in pieces {
                found.push(match piece {
                    WordingPieceEntry::Words(words) => WordingPiece::Words(words.clone()),
                    WordingPieceEntry::Name(name) => match blank_ids.iter().position(|id| *id == name.value) {
                        Some(blank) => WordingPiece::Blank(blank),
                        None => {
                            blanks.push(plain(&name.value, resolved)?);
                            WordingPiece::Blank(blanks.len() - 1)
                        }
                    },
                });
            }
            Some(found)
        };
        Some(Wording { zh: side(&wording.zh)?, en: side(&wording.en)? })
    };
    let notes = table.notes.iter().map(&mut words).collect::<Option<Vec<_>>>()?;
    let brief = |brief: &BriefEntry| Some(TableBrief { item: resolved.item(&brief.item.value)?, words: words(&brief.words)? });
    let briefs = table.briefs.iter().map(brief).collect::<Option<Vec<_>>>()?;
    Some(OfficialTable {
        id: table.head.id.value.clone(),
        sheet: table.sheet.clone(),
        title: table.head.title.clone(),
        unit_line: table.unit_line.clone(),
        rows,
        lines: table.lines.clone(),
        columns: table.columns.iter().map(|entry| column(entry, resolved)).collect::<Option<_>>()?,
        briefs,
        notes,
        blanks,
        source: table.head.law.source.clone(),
        label: table.label.clone(),
    })
}

fn column(entry: &ColumnEntry, resolved: &Resolved) -> Option<TableColumn> {
    let shows = |shows: &ShowsEntry| {
        Some(match shows {
            ShowsEntry::Plain(shows) => shows.clone(),
            ShowsEntry::Indicator(id) => Shows::Indicator(resolved.indicator(&id.value)?),
            ShowsEntry::Judgement { judgement, met, unmet } => {
                Shows::Judgement { judgement: resolved.judgement(&judgement.value)?, met: met.clone(), unmet: unmet.clone() }
            }
            ShowsEntry::Standing(id) => Shows::Standing(resolved.judgement(&id.value)?),
            ShowsEntry::Choice(choices) => {
                let choice =
                    |(when, words): &(Formula, Text)| Some(TableChoice { when: program(when, resolved)?, words: words.clone() });
                Shows::Choice(choices.iter().map(choice).collect::<Option<_>>()?)
            }
            ShowsEntry::Figure(entry) => Shows::Figure(figure(entry, resolved)?),
        })
    };
    Some(TableColumn {
        head: entry.head.clone(),
        number: entry.number.clone(),
        width: entry.width,
        shows: entry.shows.iter().map(shows).collect::<Option<_>>()?,
        decimals: entry.decimals,
    })
}

fn figure(entry: &FigureEntry, resolved: &Resolved) -> Option<TableFigure> {
    let of = match &entry.value {
        Some(value) => FigureOf::Value(program(value, resolved)?),
        None => FigureOf::Schools,
    };
    let schools = match &entry.schools {
        Some(schools) => Some(program(schools, resolved)?),
        None => None,
    };
    Some(TableFigure { of, stage: entry.stage, schools, examined: entry.examined, decimals: entry.decimals })
}

/// A stock or a parameter by itself, of the schools that are examined.
fn plain(name: &str, resolved: &Resolved) -> Option<TableFigure> {
    let tree = parse(name, Dialect::Formula).ok()?;
    let program = compile(&tree, name, &|name| leaf(name, resolved))?;
    Some(TableFigure { of: FigureOf::Value(program), stage: None, schools: None, examined: true, decimals: 0 })
}

fn program(formula: &Formula, resolved: &Resolved) -> Option<Program> {
    compile(formula.tree.as_ref()?, &formula.text, &|name| leaf(name, resolved))
}

fn leaf(name: &str, resolved: &Resolved) -> Option<Leaf> {
    resolved.stock(name).map(Leaf::Stock).or_else(|| resolved.parameter(name).map(Leaf::Parameter))
}
