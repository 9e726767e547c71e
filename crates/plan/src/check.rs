//! Checks of a plan by its own arithmetic: what schools have, plus what the plan says, worked out again from the bottom.

use std::collections::BTreeMap;

use facts::{Finding, Place, SchoolCode, Severity, Stage, Text, text};

use crate::PlanFile;

/// What a budget plan is checked against, as plain numbers; whoever gives it reads it from the snapshot and the standard.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub parts: Vec<Part>,
    /// By indicator and stage: the limit of its coefficient of variation.
    pub limits: Vec<(String, Stage, f64)>,
    pub options: Vec<Priced>,
}

/// One thing that can be had, and what a unit of it costs and adds.
#[derive(Debug, Clone)]
pub struct Priced {
    pub option: String,
    /// None where none can be bought.
    pub price: Option<f64>,
    /// None where none can be moved.
    pub move_cost: Option<f64>,
    pub adds: Vec<(String, f64)>,
}

/// A stage of a school.
#[derive(Debug, Clone)]
pub struct Part {
    pub school: SchoolCode,
    pub name: String,
    pub stage: Stage,
    pub pupils: f64,
    /// Which part of a thing of the whole school belongs to the stage, by stock; 0 where the stock is told by stage.
    pub shares: BTreeMap<String, f64>,
    pub figures: Vec<Measured>,
    /// How many figures must reach their need.
    pub met_at_least: usize,
}

/// An indicator at a stage of a school: `(numerator + Σ factor · added stock) ÷ pupils`.
#[derive(Debug, Clone)]
pub struct Measured {
    pub indicator: String,
    pub numerator: f64,
    pub factors: BTreeMap<String, f64>,
    pub need: f64,
    pub least: f64,
}

/// Relative slack in comparisons here; the official verdict is exact and is given beside.
const SLACK: f64 = 1e-9;

/// Everything wrong with a plan: its lines, its sums, and the standards that it leaves missed.
pub fn check(plan: &PlanFile, ledger: &Ledger) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut wrong = |code: &str, place: Place, what: Text| {
        let hint = text!("修改方案后再核对，或重新编制", "mend the plan and check it again, or make it anew");
        findings.push(Finding::new(Severity::Logic, code, place, what, hint));
    };
    let mut added: BTreeMap<(SchoolCode, Stage, String), f64> = BTreeMap::new();
    let mut cost = 0.0;
    for line in &plan.lines {
        let place = || Place::School { code: line.school.clone(), name: Some(line.name.clone()) };
        let (zh, en, units) = (&line.title.zh, &line.title.en, line.units);
        let Some(priced) = ledger.options.iter().find(|priced| priced.option == line.option) else {
            wrong("plan-unknown-option", place(), text!("价目表里没有“{zh}”", "the price list has no \"{en}\""));
            continue;
        };
        if priced.adds != line.adds {
            wrong(
                "plan-other-effect",
                place(),
                text!("“{zh}”的内容与价目表不同", "\"{en}\" adds something else than the price list says"),
            );
        }
        let each = if line.from.is_some() { priced.move_cost } else { priced.price };
        match each {
            None => wrong("plan-not-allowed", place(), text!("“{zh}”不能这样配备", "\"{en}\" cannot be had in this way")),
            Some(each) => {
                let expected = each * f64::from(units);
                cost += expected;
                if (expected - line.cost).abs() > 0.005 {
                    let said = line.cost;
                    wrong(
                        "plan-cost-wrong",
                        place(),
                        text!(
                            "“{zh}”{units} 个单位应为 {expected} 元，写成 {said} 元",
                            "{units} of \"{en}\" cost {expected} yuan, not {said}"
                        ),
                    );
                }
            }
        }
        for (stock, amount) in &line.adds {
            let amount = amount * f64::from(units);
            *added.entry((line.school.clone(), line.stage, stock.clone())).or_default() += amount;
            if let Some(from) = &line.from {
                *added.entry((from.clone(), line.stage, stock.clone())).or_default() -= amount;
            }
        }
    }
    if (cost - plan.cost).abs() > 0.01 {
        let said = plan.cost;
        wrong(
            "plan-sum-wrong",
            Place::Everywhere,
            text!("各行合计 {cost} 元，写成 {said} 元", "the lines come to {cost} yuan, not {said}"),
        );
    }
    let funds: f64 = plan.funds.iter().map(|(_, sum)| sum).sum();
    if (funds - plan.cost).abs() > 0.01 {
        wrong(
            "plan-funds-wrong",
            Place::Everywhere,
            text!("各项资金合计 {funds} 元，与总额不符", "the funds come to {funds} yuan, not the total"),
        );
    }
    if plan.bound > plan.cost * (1.0 + SLACK) + 0.01 {
        wrong("plan-bound-wrong", Place::Everywhere, text!("下界高于方案费用", "the lower bound is above the plan's cost"));
    }
    standards(ledger, &added, &mut wrong);
    findings
}

type Added = BTreeMap<(SchoolCode, Stage, String), f64>;

/// Schools and coefficients as they would stand.
fn standards(ledger: &Ledger, added: &Added, wrong: &mut dyn FnMut(&str, Place, Text)) {
    let mut spread: BTreeMap<(&str, Stage), Vec<(f64, f64)>> = BTreeMap::new();
    for part in &ledger.parts {
        let (mut met, mut low) = (0, 0);
        for figure in &part.figures {
            let more: f64 = figure.factors.iter().map(|(stock, factor)| factor * of_part(part, stock, added)).sum();
            let value = (figure.numerator + more) / part.pupils;
            spread.entry((&figure.indicator, part.stage)).or_default().push((part.pupils, value));
            if value >= figure.need * (1.0 - SLACK) {
                met += 1;
            } else if value < figure.least * (1.0 - SLACK) {
                low += 1;
            }
        }
        if met < part.met_at_least || low > 0 {
            let (stage, need, n) = (part.stage.title(), part.met_at_least, part.figures.len());
            let (stage_zh, stage_en) = (stage.zh, stage.en);
            wrong(
                "plan-school-falls-short",
                Place::School { code: part.school.clone(), name: Some(part.name.clone()) },
                text!(
                    "{stage_zh}：{n} 项中达标 {met} 项（要求 {need}），低于底线 {low} 项",
                    "{stage_en}: {met} of {n} met ({need} wanted), {low} below the floor"
                ),
            );
        }
    }
    for (indicator, stage, limit) in &ledger.limits {
        let Some(values) = spread.get(&(indicator.as_str(), *stage)) else { continue };
        let cv = coefficient(values);
        if cv > limit * (1.0 + SLACK) {
            let stage = stage.title();
            let (stage_zh, stage_en) = (stage.zh, stage.en);
            wrong(
                "plan-coefficient-over",
                Place::Everywhere,
                text!(
                    "{stage_zh} {indicator} 差异系数 {cv:.4}，超过 {limit}",
                    "{stage_en} {indicator}: coefficient {cv:.4}, over {limit}"
                ),
            );
        }
    }
}

/// What a plan adds to a stock of a stage: its own, and its part of what the whole school gets.
fn of_part(part: &Part, stock: &str, added: &Added) -> f64 {
    let at = |stage: Stage| added.get(&(part.school.clone(), stage, stock.to_string())).copied().unwrap_or(0.0);
    at(part.stage) + at(Stage::Whole) * part.shares.get(stock).copied().unwrap_or(0.0)
}

/// Weighted by pupils, of the population, around the ratio of totals; in two passes.
fn coefficient(values: &[(f64, f64)]) -> f64 {
    let pupils: f64 = values.iter().map(|(pupils, _)| pupils).sum();
    let mean = values.iter().map(|(n, value)| n * value).sum::<f64>() / pupils;
    let variance = values.iter().map(|(n, value)| n / pupils * (value - mean) * (value - mean)).sum::<f64>();
    variance.sqrt() / mean
}

#[cfg(test)]
mod tests {
    use super::coefficient;

    /// The published example: five primary schools, pupils and books.
    #[test]
    fn the_coefficient_is_the_published_one() {
        let schools = [(45.0, 279.0), (37.0, 137.0), (89.0, 935.0), (76.0, 160.0), (55.0, 402.0)];
        let values: Vec<(f64, f64)> = schools.iter().map(|(pupils, books)| (*pupils, books / pupils)).collect();
        assert!((coefficient(&values) - 0.515257).abs() < 5e-5, "{}", coefficient(&values));
    }
}
