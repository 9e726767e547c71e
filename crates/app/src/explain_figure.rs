use std::path::Path;

use evaluate::{ExplainFault, Explanation, ItemExplanation, SpreadExplanation};
use facts::{Date, SchoolCode, Stage, Text, text};
use policy::{ItemLevel, Resolved};
use serde::Serialize;
use snapshot::Snapshot;

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
    explain_judged(&snapshot, &judged, asked.school.as_ref(), asked.stage, &asked.indicator)
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
                Some(school) => evaluate::explain(Some(snapshot), resolved, matrix, school, stage, &id)
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
        (None, _) => Err(Failure::wrong_use(
            text!("要说明是哪个学段", "say which stage is meant"),
            text!("加上 --stage primary（小学）或 --stage junior（初中）", "add --stage primary or --stage junior"),
        )),
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
