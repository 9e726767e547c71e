use std::collections::BTreeMap;
use std::path::Path;

use evaluate::{ExplainFault, ExplainedStock, Explanation, ItemExplanation, SourceCell, SpreadExplanation};
use facts::{Date, FileHash, Place, SchoolCode, Stage, Text, Unit, text};
use import::{SheetPiece, Source};
use policy::{ItemLevel, Resolved};
use serde::Serialize;
use snapshot::{Home, Snapshot};

use crate::choose::one_snapshot;
use crate::{Failure, Judged, Library, evaluate_snapshot};

/// Which figure is to be explained.
#[derive(Debug, Clone)]
pub struct FigureAsked {
    pub pack: String,
    pub on: Option<Date>,
    pub snapshot: Option<String>,
    /// None for a coefficient of variation or an item of the county.
    pub school: Option<SchoolCode>,
    pub stage: Option<Stage>,
    /// An indicator or an item, by id or title.
    pub indicator: String,
}

/// The way from a figure to the cells it came from.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "figure")]
pub enum Explained {
    Indicator(Box<Explanation>),
    Item(Box<ItemExplanation>),
    Spread(Box<SpreadExplanation>),
}

/// Explains an indicator of a school, the spread of an indicator over the county, or an item.
pub fn explain_figure(library: &Library, home: &Path, asked: &FigureAsked) -> Result<Explained, Failure> {
    let snapshot = one_snapshot(home, asked.snapshot.as_deref())?;
    let judged = evaluate_snapshot(library, &snapshot, &asked.pack, asked.on)?;
    let explained = explain_judged(&snapshot, &judged, asked.school.as_ref(), asked.stage, &asked.indicator)?;
    say_as_written(library, home, &snapshot, explained)
}

/// Puts beside each cell's value how the kept file states it, where that is in another unit: `552.46 万元` for 5524600 yuan.
pub fn say_as_written(
    library: &Library,
    home: &Path,
    snapshot: &Snapshot,
    mut explained: Explained,
) -> Result<Explained, Failure> {
    let stocks = match &mut explained {
        Explained::Indicator(explanation) => explanation.stocks.as_mut_slice(),
        Explained::Item(explanation) => explanation.stocks.as_mut_slice(),
        Explained::Spread(_) => &mut [],
    };
    let mut raw = RawFiles { home: Home::open(home)?, library, snapshot, read: BTreeMap::new() };
    stocks.iter_mut().for_each(|stock| raw.say_as_written(stock));
    Ok(explained)
}

/// Explains a figure of an outcome that has been worked out already.
pub fn explain_judged(
    snapshot: &Snapshot,
    judged: &Judged,
    school: Option<&SchoolCode>,
    stage: Option<Stage>,
    figure: &str,
) -> Result<Explained, Failure> {
    let Judged { resolved, outcome } = judged;
    let matrix = &outcome.matrix;
    match named(resolved, figure)? {
        Named::Indicator(id) => {
            let stage = stage_of(resolved, &id, stage)?;
            match school {
                Some(school) => evaluate::explain_outcome(Some(snapshot), resolved, outcome, school, stage, &id)
                    .map(|explained| Explained::Indicator(Box::new(explained))),
                None => {
                    evaluate::explain_spread(resolved, matrix, stage, &id).map(|explained| Explained::Spread(Box::new(explained)))
                }
            }
        }
        Named::Item(id, level) => {
            let school = match (level, school) {
                (ItemLevel::County, _) | (_, None) => None,
                (_, Some(school)) => Some((school, stage)),
            };
            evaluate::explain_item(Some(snapshot), resolved, matrix, &id, school)
                .map(|explained| Explained::Item(Box::new(explained)))
        }
    }
    .map_err(|fault: ExplainFault| Failure::wrong_use(fault.words(), Text::new("", "")))
}

/// The kept files that cells are looked up in, each read once.
struct RawFiles<'a> {
    home: Home,
    library: &'a Library,
    snapshot: &'a Snapshot,
    read: BTreeMap<FileHash, Option<Source>>,
}

impl RawFiles<'_> {
    /// Puts beside the value of a cell how the cell states it, where that is in another unit (万元). A file that can no longer
    /// be read leaves the value as it is.
    fn say_as_written(&mut self, stock: &mut ExplainedStock) {
        // A cell of a long sheet costs a walk down to it: no more are looked up than anybody reads.
        const CELLS_MAX: usize = 20;
        let unit = stock.unit.clone();
        let rows = stock.units.iter_mut().flat_map(|unit| &mut unit.rows).chain(&mut stock.rows);
        for row in rows.take(CELLS_MAX) {
            row.written = row.value.and_then(|value| self.written(row, &unit, value));
        }
    }

    fn written(&mut self, row: &SourceCell, unit: &Unit, value: f64) -> Option<String> {
        let Place::File { sheet, cell: Some(at), .. } = &row.place else { return None };
        let (home, snapshot) = (&self.home, self.snapshot);
        let read = || {
            let name = snapshot.manifest().file_name(&row.file).to_string();
            home.read_raw(&row.file).ok().map(|bytes| Source::of_bytes(&name, bytes))
        };
        let source = self.read.entry(row.file.clone()).or_insert_with(read).as_ref()?;
        let at = crate::show_excerpt::cell(at).ok()?;
        let piece = import::piece(source, &self.library.forms, sheet.as_deref().unwrap_or_default(), at).ok()?;
        as_written(&piece, unit, value)
    }
}

/// The cell that is meant with its unit, `552.46 万元`, where its number is not that of the base unit. The unit stands in a
/// heading or in the row; which one it is shows by the value.
fn as_written(piece: &SheetPiece, unit: &Unit, value: f64) -> Option<String> {
    let (heads, rows): (Vec<_>, Vec<_>) = piece.rows.iter().partition(|row| row.is_head);
    let row = rows.into_iter().find(|row| row.row == piece.row)?;
    let meant = piece.columns.iter().position(|column| piece.col == Some(column.col))?;
    let cell = row.cells.get(meant)?.as_deref()?;
    let number = facts::parse_number(cell)?;
    let mut words = row.cells.iter().chain(heads.iter().flat_map(|head| &head.cells)).flatten().flat_map(|words| {
        words.split(|c: char| c.is_whitespace() || "()（）[]【】〔〕:：,，".contains(c)).filter(|word| !word.is_empty())
    });
    let scaled = |word: &&str| {
        Unit::read(word)
            .is_some_and(|(read, factor)| read == *unit && factor != 1.0 && (number * factor - value).abs() <= 1e-9 * value.abs())
    };
    words.find(scaled).map(|word| format!("{cell} {word}"))
}

enum Named {
    Indicator(String),
    Item(String, ItemLevel),
}

/// Finds what is meant by its id, or by its title where only one bears it.
fn named(resolved: &Resolved, words: &str) -> Result<Named, Failure> {
    let same = |id: &str, titles: &[&Text]| id == words || titles.iter().any(|title| title.zh == words || title.en == words);
    if let Some(indicator) =
        resolved.indicators.iter().find(|indicator| same(&indicator.id, &[&indicator.title, &indicator.short]))
    {
        return Ok(Named::Indicator(indicator.id.clone()));
    }
    if let Some(item) = resolved.items.iter().find(|item| same(&item.id, &[&item.title])) {
        return Ok(Named::Item(item.id.clone(), item.level));
    }
    let list = |zh: bool| {
        let indicators = resolved.indicators.iter().map(|indicator| (&indicator.id, &indicator.short));
        let items = resolved.items.iter().map(|item| (&item.id, &item.title));
        let named = indicators.chain(items).map(|(id, title)| format!("  {id}  {}", if zh { &title.zh } else { &title.en }));
        named.collect::<Vec<_>>().join("\n")
    };
    let (zh, en) = (list(true), list(false));
    Err(Failure::wrong_use(
        text!("这个标准没有“{words}”这个指标或项目", "this pack has no indicator or item `{words}`"),
        text!("有这些：\n{zh}", "there are:\n{en}"),
    ))
}

/// The stage asked for, or the only one at which the indicator is formed.
fn stage_of(resolved: &Resolved, indicator: &str, asked: Option<Stage>) -> Result<Stage, Failure> {
    let stages = resolved.indicators.iter().find(|one| one.id == indicator).map(|one| one.stages.as_slice()).unwrap_or_default();
    match (asked, stages) {
        (Some(stage), _) => Ok(stage),
        (None, [only]) => Ok(*only),
        (None, several) => {
            let of =
                |stage: &Stage| (format!("--stage {}（{}）", stage.id(), stage.title().zh), format!("--stage {}", stage.id()));
            let (zh, en): (Vec<String>, Vec<String>) = several.iter().map(of).unzip();
            let (zh, en) = (zh.join("或"), en.join(" or "));
            Err(Failure::wrong_use(text!("要说明是哪个学段", "say which stage is meant"), text!("加上 {zh}", "add {en}")))
        }
    }
}

impl Explained {
    pub fn lines(&self) -> Vec<Text> {
        match self {
            Explained::Indicator(explanation) => explanation.lines(),
            Explained::Item(explanation) => explanation.lines(),
            Explained::Spread(explanation) => explanation.lines(),
        }
    }
}
