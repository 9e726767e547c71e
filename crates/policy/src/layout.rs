//! Entries of official tables: as they were read, checked against the rest of their pack, and resolved.

use facts::{Stage, Text, text};

use crate::expr::{Leaf, Named, Names, Program, Type, compile, infer};
use crate::model::{Formula, Head};
use crate::resolved::Resolved;
use crate::source::{At, Faults, Mark};
use crate::suggest::did_you_mean;
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

/// The ids that a table may name, beside stocks and parameters.
pub(crate) struct Ids<'a> {
    pub parts: Vec<&'a str>,
    pub indicators: Vec<&'a str>,
    pub judgements: Vec<&'a str>,
    pub items: Vec<&'a str>,
}

/// Checks a table: every name it uses is known, every expression is of the right kind, lines and values agree in number.
pub(crate) fn check(table: &TableEntry, names: &dyn Names, ids: &Ids<'_>, faults: &Faults<'_>) {
    let check = Check { names, faults };
    if let (RowsEntry::Items, Some(part)) = (table.rows, &table.part) {
        check.id(part, &ids.parts, text!("部分", "part"));
    }
    for column in &table.columns {
        if column.shows.len() > 1 && column.shows.len() != table.lines.len() {
            let (values, lines) = (column.shows.len(), table.lines.len());
            let what = text!("列有 {values} 个 values，表有 {lines} 行 [[table.line]]", "the column has {values} values, the table {lines} lines");
            let hint = text!("每行一个，或全表只写一个 value", "give one for each line, or a single `value`");
            faults.refuse("values-and-lines-differ", column.mark, what, hint);
        }
        for shows in &column.shows {
            match shows {
                ShowsEntry::Plain(_) => {}
                ShowsEntry::Indicator(id) => check.id(id, &ids.indicators, text!("指标", "indicator")),
                ShowsEntry::Judgement { judgement: id, .. } | ShowsEntry::Standing(id) => {
                    check.id(id, &ids.judgements, text!("判定", "judgement"));
                }
                ShowsEntry::Choice(choices) => choices.iter().for_each(|(when, _)| check.condition(when)),
                ShowsEntry::Figure(figure) => check.figure(figure),
            }
        }
    }
    for blank in &table.blanks {
        check.figure(&blank.figure);
    }
    for brief in &table.briefs {
        check.id(&brief.item, &ids.items, text!("事项", "item"));
    }
    for wording in table.briefs.iter().map(|brief| &brief.words).chain(&table.notes) {
        check.wording(wording, table);
    }
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
            ShowsEntry::Judgement { judgement, met, unmet } => Shows::Judgement {
                judgement: resolved.judgement(&judgement.value)?,
                met: met.clone(),
                unmet: unmet.clone(),
            },
            ShowsEntry::Standing(id) => Shows::Standing(resolved.judgement(&id.value)?),
            ShowsEntry::Choice(choices) => {
                let choice = |(when, words): &(Formula, Text)| {
                    Some(TableChoice { when: program(when, resolved)?, words: words.clone() })
                };
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

struct Check<'a> {
    names: &'a dyn Names,
    faults: &'a Faults<'a>,
}

impl Check<'_> {
    fn id(&self, id: &At<String>, known: &[&str], kind: Text) {
        if !known.contains(&id.value.as_str()) {
            let what = Text::new(format!("没有叫 {} 的{}", id.value, kind.zh), format!("no {} is called {}", kind.en, id.value));
            self.faults.refuse("unknown-id", id.mark, what, did_you_mean(&id.value, known.iter().copied()));
        }
    }

    fn figure(&self, figure: &FigureEntry) {
        if let Some(value) = &figure.value {
            self.of_type(value, |found| matches!(found, Type::Number(_)), text!("这里要一个数", "a number is wanted here"));
        }
        if let Some(schools) = &figure.schools {
            self.condition(schools);
        }
    }

    fn condition(&self, formula: &Formula) {
        self.of_type(formula, |found| *found == Type::Truth, text!("这里要一个条件", "a condition is wanted here"));
    }

    fn of_type(&self, formula: &Formula, fits: impl Fn(&Type) -> bool, what: Text) {
        let Some(tree) = &formula.tree else { return };
        let mut found = Vec::new();
        let inferred = infer(tree, &formula.text, self.names, &mut found);
        for fault in &found {
            self.faults.refuse_within(formula.mark, &formula.text, fault);
        }
        if inferred.is_some_and(|kind| !fits(&kind)) {
            let hint = text!("value 写算式，schools 和 when 写比较", "`value` takes arithmetic, `schools` and `when` a comparison");
            self.faults.refuse("wrong-kind-of-expression", formula.mark, what, hint);
        }
    }

    fn wording(&self, wording: &WordingEntry, table: &TableEntry) {
        for piece in wording.zh.iter().chain(&wording.en) {
            let WordingPieceEntry::Name(name) = piece else { continue };
            let is_blank = table.blanks.iter().any(|blank| blank.id.value == name.value);
            if !is_blank && !matches!(self.names.find(&name.value), Some(Named::Quantity(_))) {
                let what = text!("{{{}}} 不是本表的空格，也不是存量或参数", "{{{}}} is no blank of this table, no stock and no parameter", name.value);
                let known = table.blanks.iter().map(|blank| blank.id.value.as_str()).chain(self.names.all());
                self.faults.refuse("unknown-name", name.mark, what, did_you_mean(&name.value, known));
            }
        }
    }
}
