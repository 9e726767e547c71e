use facts::{SchoolCode, Stage};
use policy::expr::Leaf;
use policy::{Citation, ItemLevel, Resolved};
use serde::Serialize;
use snapshot::Snapshot;

use super::formula::with_numbers;
use super::parameter::{ExplainedParameter, explain_parameter};
use super::stock::{ExplainedStock, explain_stock};
use super::{ExplainFault, exceptions, find};
use crate::exact::Quick;
use crate::ground::{Ground, Need, Rules};
use crate::judge::{AtStage, CountyGround};
use crate::outcome::{Basis, ExceptionHead, ItemHead, ItemRow, Verdict};
use crate::{Heading, StockMatrix, evaluate};

/// How an item came out, for the county or for one school.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemExplanation {
    pub heading: Heading,
    pub item: ItemHead,
    pub citation: Citation,
    pub school: Option<SchoolCode>,
    pub stage: Option<Stage>,
    pub verdict: Verdict,
    pub basis: Basis,
    /// The condition as the pack writes it, and with numbers.
    pub condition: String,
    pub worked: String,
    /// What is asked where the condition lacks data.
    pub otherwise: Option<String>,
    pub otherwise_worked: Option<String>,
    pub parameters: Vec<ExplainedParameter>,
    pub stocks: Vec<ExplainedStock>,
    pub exceptions: Vec<ExceptionHead>,
}

/// Explains an item: for one school where it is about schools, and otherwise for the county.
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
    let at = match (rule.level, school) {
        (ItemLevel::County, _) | (_, None) => None,
        (ItemLevel::School, Some((code, _))) => Some((find(matrix, code)?, Stage::Whole)),
        (ItemLevel::SchoolStage, Some((code, stage))) => {
            let stage = stage.filter(|stage| rule.stages.contains(stage));
            Some((find(matrix, code)?, stage.ok_or(ExplainFault::NotAtThisStage(Stage::Whole))?))
        }
    };
    let ground = at.map(|(position, stage)| {
        let whole = Ground::of(&rules, &matrix.county, &matrix.schools[position], Need::Rules);
        if stage == Stage::Whole { whole } else { whole.at(stage) }
    });
    let county = CountyGround::of(&rules, matrix, &outcome.scope);
    let worked = |text: &str| match &ground {
        Some(ground) => with_numbers::<Quick>(resolved, text, ground),
        None => with_numbers::<Quick>(resolved, text, &AtStage(&county, Stage::Whole)),
    };
    let requirements = [&rule.require, &rule.otherwise].into_iter().flatten();
    let mut leaves: Vec<Leaf> = requirements.flat_map(|requirement| requirement.condition.leaves()).collect();
    leaves.sort_unstable();
    leaves.dedup();
    let mut stocks = Vec::new();
    let mut parameters = Vec::new();
    // A county without a school has nothing to trace further.
    let traced = ground.clone().or_else(|| {
        let school = matrix.schools.first()?;
        Some(Ground::of(&rules, &matrix.county, school, Need::Rules))
    });
    if let Some(traced) = &traced {
        for leaf in leaves {
            match leaf {
                Leaf::Stock(stock) => {
                    let of_county = resolved.stocks[stock].level == policy::StockLevel::County;
                    if ground.is_some() || of_county {
                        stocks.extend(explain_stock(snapshot, traced, matrix, stock)?);
                    }
                }
                Leaf::Parameter(parameter) => parameters.extend(explain_parameter(traced, parameter)),
                Leaf::School(_) => {}
            }
        }
    }
    let row = |row: &&ItemRow| match at {
        Some((position, stage)) => row.school == Some(position) && row.stage.unwrap_or(Stage::Whole) == stage,
        None => row.school.is_none(),
    };
    let found = outcome.items[index].rows.iter().find(row);
    let verdict = if at.is_some() { Verdict::Pass } else { outcome.items[index].verdict };
    let text = |requirement: &Option<policy::Requirement>| requirement.as_ref().map(|asked| asked.condition.text().to_string());
    let condition = text(&rule.require).unwrap_or_default();
    let otherwise = text(&rule.otherwise);
    Ok(ItemExplanation {
        heading: matrix.heading.clone(),
        item: outcome.frame.items[index].clone(),
        citation: rule.citation.clone(),
        school: at.map(|(position, _)| matrix.schools[position].code.clone()),
        stage: at.map(|(_, stage)| stage).filter(|stage| *stage != Stage::Whole),
        verdict: found.map_or(verdict, |row| row.verdict),
        basis: found.map_or(Basis::Computed, |row| row.basis),
        worked: worked(&condition),
        condition,
        otherwise_worked: otherwise.as_deref().map(worked),
        otherwise,
        parameters,
        stocks,
        exceptions: ground.as_ref().map_or(Vec::new(), |ground| exceptions(&outcome, ground)),
    })
}
