use facts::{SchoolCode, Stage};
use policy::expr::Leaf;
use policy::{Citation, Item, ItemLevel, Requirement, Resolved, StockLevel};
use serde::Serialize;
use snapshot::{HomeError, Snapshot};

use super::formula::with_numbers;
use super::parameter::{ExplainedParameter, explain_parameter, parameter_of_county};
use super::stock::{ExplainedStock, explain_stock, explain_stock_of_county, explain_stock_over_schools};
use super::{ExplainFault, exceptions_used, find};
use crate::exact::Quick;
use crate::ground::{Ground, Need, Rules};
use crate::judge::{AtStage, CountyGround, whole_row};
use crate::outcome::{Basis, ExceptionHead, ItemHead, ItemRow, Outcome, Scope, Verdict};
use crate::{Heading, StockMatrix, evaluate};

/// How an item came out: for the county, for one school, or, of an item about schools, for all of them together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemExplanation {
    pub heading: Heading,
    pub item: ItemHead,
    pub citation: Citation,
    pub school: Option<SchoolCode>,
    pub school_name: Option<String>,
    pub stage: Option<Stage>,
    /// Whether the item asks anything of the school: it is examined, has the stage, and `applies` covers it.
    pub concerned: bool,
    pub verdict: Verdict,
    pub basis: Basis,
    /// Which schools it concerns, as the pack writes it.
    pub applies: Option<String>,
    /// The condition as the pack writes it, and with numbers; over all schools there are none to put in, and both are alike.
    pub condition: String,
    pub worked: String,
    /// What is asked where the condition lacks data.
    pub otherwise: Option<String>,
    pub otherwise_worked: Option<String>,
    /// The sides of the comparison, and by how much it is missed.
    pub value: Option<f64>,
    pub limit: Option<f64>,
    pub gap: Option<f64>,
    pub parameters: Vec<ExplainedParameter>,
    pub stocks: Vec<ExplainedStock>,
    pub exceptions: Vec<ExceptionHead>,
    /// Of an item about schools without a school named: how many were looked at, and those that fail or lack data.
    pub checked: usize,
    pub schools: Vec<ItemSchool>,
}

/// A school that does not satisfy an item, or of which it is not known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemSchool {
    pub code: SchoolCode,
    pub name: String,
    pub stage: Option<Stage>,
    pub verdict: Verdict,
    pub basis: Basis,
    pub value: Option<f64>,
    pub limit: Option<f64>,
    pub gap: Option<f64>,
}

/// Explains an item. One about schools is explained for the school named (and its stage, which may be left out where the school
/// has only one), or else by the schools that do not satisfy it.
pub fn explain_item(
    snapshot: Option<&Snapshot>,
    resolved: &Resolved,
    matrix: &StockMatrix,
    item: &str,
    school: Option<(&SchoolCode, Option<Stage>)>,
) -> Result<ItemExplanation, ExplainFault> {
    let outcome = evaluate(resolved, matrix);
    let index = resolved.item(item).ok_or_else(|| ExplainFault::NoSuchItem(item.to_string()))?;
    let rule = &resolved.items[index];
    let rules = Rules::of(resolved);
    let explained = match (rule.level, school) {
        (ItemLevel::County, _) => of_county(snapshot, &rules, &outcome, index)?,
        (_, None) => of_all_schools(&rules, &outcome, index),
        (ItemLevel::School, Some((code, _))) => {
            of_school(snapshot, &rules, &outcome, index, (find(matrix, code)?, Stage::Whole))?
        }
        (ItemLevel::SchoolStage, Some((code, stage))) => {
            let position = find(matrix, code)?;
            let stage = stage_meant(&rules, rule, &matrix.schools[position], stage)?;
            of_school(snapshot, &rules, &outcome, index, (position, stage))?
        }
    };
    Ok(explained)
}

/// The stage that was named, or the only one at which the item is asked of the school.
fn stage_meant(rules: &Rules<'_>, rule: &Item, school: &crate::School, named: Option<Stage>) -> Result<Stage, ExplainFault> {
    if let Some(stage) = named {
        return if rule.stages.contains(&stage) { Ok(stage) } else { Err(ExplainFault::NotAtThisStage(stage)) };
    }
    let mut taught = rule.stages.iter().copied().filter(|stage| rules.teaches(school, *stage));
    match (taught.next(), taught.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(ExplainFault::StageNotNamed),
    }
}

/// An item before anything was put in.
fn bare(rules: &Rules<'_>, outcome: &Outcome, index: usize) -> ItemExplanation {
    let rule = &rules.resolved.items[index];
    let text = |requirement: &Option<Requirement>| requirement.as_ref().map(|asked| asked.condition.text().to_string());
    let condition = text(&rule.require).unwrap_or_default();
    ItemExplanation {
        heading: outcome.matrix.heading.clone(),
        item: outcome.frame.items[index].clone(),
        citation: rule.citation.clone(),
        school: None,
        school_name: None,
        stage: None,
        concerned: true,
        verdict: outcome.items[index].verdict,
        basis: Basis::Computed,
        applies: rule.applies.as_ref().map(|applies| applies.text().to_string()),
        worked: condition.clone(),
        condition,
        otherwise: text(&rule.otherwise),
        otherwise_worked: text(&rule.otherwise),
        value: None,
        limit: None,
        gap: None,
        parameters: Vec::new(),
        stocks: Vec::new(),
        exceptions: Vec::new(),
        checked: outcome.items[index].checked,
        schools: Vec::new(),
    }
}

/// The stocks and parameters that an item's conditions name.
fn leaves(rule: &Item) -> Vec<Leaf> {
    let requirements = [&rule.require, &rule.otherwise].into_iter().flatten().map(|requirement| &requirement.condition);
    let mut leaves: Vec<Leaf> = requirements.chain(&rule.applies).flat_map(|program| program.leaves()).collect();
    leaves.sort_unstable();
    leaves.dedup();
    leaves
}

fn of_county(
    snapshot: Option<&Snapshot>,
    rules: &Rules<'_>,
    outcome: &Outcome,
    index: usize,
) -> Result<ItemExplanation, HomeError> {
    let (resolved, matrix) = (rules.resolved, &outcome.matrix);
    let county = CountyGround::of(rules, matrix, &outcome.scope);
    let ground = AtStage(&county, Stage::Whole);
    let bare = bare(rules, outcome, index);
    let (mut stocks, mut parameters) = (Vec::new(), Vec::new());
    for leaf in leaves(&resolved.items[index]) {
        match leaf {
            Leaf::Stock(stock) if resolved.stocks[stock].level == StockLevel::County => {
                stocks.extend(explain_stock_of_county(snapshot, rules, matrix, stock)?);
            }
            Leaf::Stock(stock) => stocks.extend(explain_stock_over_schools(&county, stock)),
            Leaf::Parameter(parameter) => parameters.extend(parameter_of_county(resolved, parameter, Stage::Whole)),
            Leaf::School(_) => {}
        }
    }
    let row = outcome.items[index].rows.iter().find(|row| row.school.is_none());
    Ok(ItemExplanation {
        worked: with_numbers::<Quick>(resolved, &bare.condition, &ground),
        otherwise_worked: bare.otherwise.as_deref().map(|text| with_numbers::<Quick>(resolved, text, &ground)),
        parameters,
        stocks,
        ..with_row(bare, row)
    })
}

fn of_school(
    snapshot: Option<&Snapshot>,
    rules: &Rules<'_>,
    outcome: &Outcome,
    index: usize,
    (position, stage): (usize, Stage),
) -> Result<ItemExplanation, HomeError> {
    let (resolved, matrix) = (rules.resolved, &outcome.matrix);
    let (rule, school) = (&resolved.items[index], &matrix.schools[position]);
    let whole = Ground::of(rules, &matrix.county, school, Need::Rules);
    let ground = if stage == Stage::Whole { whole } else { whole.at(stage) };
    let leaves = leaves(rule);
    let (mut stocks, mut parameters) = (Vec::new(), Vec::new());
    for leaf in &leaves {
        match leaf {
            Leaf::Stock(stock) => stocks.extend(explain_stock(snapshot, &ground, matrix, *stock)?),
            Leaf::Parameter(parameter) => parameters.extend(explain_parameter(&ground, *parameter)),
            Leaf::School(_) => {}
        }
    }
    let bare = bare(rules, outcome, index);
    let applies = rule.applies.as_ref().is_none_or(|applies| ground.truth(applies) != Some(false));
    let teaches = stage == Stage::Whole || rules.teaches(school, stage);
    let concerned = outcome.scope[position] != Scope::Out && applies && teaches;
    // An outcome keeps only rows that do not pass: one that passes is asked again, for its numbers.
    let row = if concerned { whole_row(rule, &ground, position) } else { None };
    Ok(ItemExplanation {
        school: Some(school.code.clone()),
        school_name: Some(school.name.clone()),
        stage: Some(stage).filter(|stage| *stage != Stage::Whole),
        concerned,
        worked: with_numbers::<Quick>(resolved, &bare.condition, &ground),
        otherwise_worked: bare.otherwise.as_deref().map(|text| with_numbers::<Quick>(resolved, text, &ground)),
        parameters,
        stocks,
        exceptions: exceptions_used(outcome, &ground, &leaves),
        ..with_row(ItemExplanation { verdict: Verdict::Pass, ..bare }, row.as_ref())
    })
}

fn of_all_schools(rules: &Rules<'_>, outcome: &Outcome, index: usize) -> ItemExplanation {
    let resolved = rules.resolved;
    let of_row = |row: &ItemRow| {
        let school = outcome.matrix.schools.get(row.school?)?;
        Some(ItemSchool {
            code: school.code.clone(),
            name: school.name.clone(),
            stage: row.stage,
            verdict: row.verdict,
            basis: row.basis,
            value: row.value,
            limit: row.limit,
            gap: row.gap(),
        })
    };
    let parameters = leaves(&resolved.items[index]).into_iter().filter_map(|leaf| match leaf {
        Leaf::Parameter(parameter) => parameter_of_county(resolved, parameter, Stage::Whole),
        _ => None,
    });
    ItemExplanation {
        parameters: parameters.collect(),
        schools: outcome.items[index].rows.iter().filter_map(of_row).collect(),
        ..bare(rules, outcome, index)
    }
}

fn with_row(explained: ItemExplanation, row: Option<&ItemRow>) -> ItemExplanation {
    match row {
        None => explained,
        Some(row) => ItemExplanation {
            verdict: row.verdict,
            basis: row.basis,
            value: row.value,
            limit: row.limit,
            gap: row.gap(),
            ..explained
        },
    }
}
