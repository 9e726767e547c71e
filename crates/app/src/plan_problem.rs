//! A county and a price list, as numbers for a planner.
//!
//! What a unit does to every figure is not read from formulas but tried out on the evaluation itself: every school gets one
//! unit, the county is judged again, and the figures that moved say by how much. So splits between stages, exceptions and
//! whatever a province's pack changes are all in it.

use std::collections::BTreeMap;

use evaluate::{Delta, Outcome, Rows, Scope, State, StockMatrix};
use facts::{Finding, Place, SchoolCode, Severity, Stage, Text, text};
use plan::{Cap, Cone, Member, Pool, Problem, Row, Site};
use policy::Resolved;
use policy::expr::Compare;

use crate::Failure;
use crate::plan_items::item_rows;
use crate::plan_settings::PlanSettings;
use crate::what_if::unknown_stock;

/// A problem with the names behind its indices.
pub struct Stated {
    pub problem: Problem,
    pub sites: Vec<SiteName>,
    pub rows: Vec<RowName>,
    /// Indicator and stage of each cone.
    pub cones: Vec<(usize, Stage)>,
    /// Option of each pool.
    pub pools: Vec<usize>,
    /// What each cap is.
    pub caps: Vec<Text>,
    pub findings: Vec<Finding>,
}

/// An option at a school; at `Whole` where a combined school's stages share what it gets.
#[derive(Debug, Clone)]
pub struct SiteName {
    pub option: usize,
    pub school: usize,
    pub stage: Stage,
}

/// A figure that a judgement asks for.
#[derive(Debug, Clone)]
pub struct RowName {
    pub school: usize,
    pub stage: Stage,
    pub of: RowOf,
}

/// An indicator, or an item that purchases touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowOf {
    Indicator(usize),
    Item(usize),
}

impl RowOf {
    /// Its short title, and the article on which it rests.
    pub fn titles(self, frame: &evaluate::Frame) -> (Text, Text) {
        match self {
            RowOf::Indicator(at) => (frame.indicators[at].short.clone(), frame.indicators[at].article.clone()),
            RowOf::Item(at) => (frame.items[at].title.clone(), frame.items[at].article.clone()),
        }
    }
}

/// A change below this share of a figure is the dust of arithmetic.
const DUST: f64 = 1e-12;

/// By stage and indicator: how much the figure grows with a unit.
type Effect = (Stage, usize, f64);

/// By school, stage and indicator: the sites that move the figure, and by how much.
type Moved = BTreeMap<(usize, Stage, usize), Vec<(usize, f64)>>;

/// States the problem of meeting a standard's judgements on schools and coefficients.
pub fn state_problem(
    resolved: &Resolved,
    matrix: &StockMatrix,
    before: &Outcome,
    settings: &PlanSettings,
) -> Result<Stated, Failure> {
    let mut stated = Stated {
        problem: Problem::default(),
        sites: Vec::new(),
        rows: Vec::new(),
        cones: Vec::new(),
        pools: Vec::new(),
        caps: Vec::new(),
        findings: Vec::new(),
    };
    let mut effects: Vec<Vec<Effect>> = Vec::new();
    for option in 0..settings.options.len() {
        sites_of(resolved, matrix, before, settings, option, &mut stated, &mut effects)?;
    }
    // By figure: the sites that move it.
    let mut moved = Moved::new();
    for (site, effects) in effects.iter().enumerate() {
        for (stage, indicator, by) in effects {
            moved.entry((stated.sites[site].school, *stage, *indicator)).or_default().push((site, *by));
        }
    }
    for (rule, judged) in resolved.judgements.iter().zip(&before.judgements) {
        match (&rule.rule, &judged.rows) {
            (policy::Rule::AtLeast { of, .. }, Rows::AtLeast(rows)) => {
                for row in rows {
                    at_least(before, row, of, &moved, &mut stated);
                }
            }
            (policy::Rule::CvEach { .. }, Rows::CvEach(rows)) => {
                for row in rows {
                    cone(resolved, before, row, &moved, &mut stated);
                }
            }
            (policy::Rule::CvMean { .. }, _) => stated.findings.push(Finding::new(
                Severity::Experience,
                "plan-mean-coefficient",
                Place::Everywhere,
                text!("综合差异系数（各项平均）不在方案的约束之内", "a mean of coefficients is not among what is planned for"),
                text!("看方案的核算结果里它是否达标", "see in the outcome of the plan whether it is met"),
            )),
            _ => {}
        }
    }
    item_rows(resolved, matrix, before, settings, &mut stated);
    caps(settings, &mut stated);
    Ok(stated)
}

/// The places of one option, by trial.
fn sites_of(
    resolved: &Resolved,
    matrix: &StockMatrix,
    before: &Outcome,
    settings: &PlanSettings,
    option: usize,
    stated: &mut Stated,
    effects: &mut Vec<Vec<Effect>>,
) -> Result<(), Failure> {
    let of = &settings.options[option];
    for stock in of.adds.keys().chain(&of.within) {
        if resolved.stock(stock).is_none() {
            return Err(unknown_stock(stock, resolved));
        }
    }
    let tried: Vec<Vec<Option<Vec<Effect>>>> =
        before.frame.stages.iter().map(|stage| try_out(resolved, matrix, before, settings, option, *stage)).collect();
    let mut pools: BTreeMap<(bool, Stage), usize> = BTreeMap::new();
    for (school, of_school) in matrix.schools.iter().enumerate() {
        if before.scope[school] != Scope::In {
            continue;
        }
        let mut seen: Vec<Vec<Effect>> = Vec::new();
        for (place, stage) in before.frame.stages.iter().enumerate() {
            let Some(found) = tried[place][school].as_ref().filter(|found| !found.is_empty()) else { continue };
            let shared = found.iter().any(|(of, _, _)| of != stage);
            if seen.contains(found) {
                continue;
            }
            seen.push(found.clone());
            let stage = if shared { Stage::Whole } else { *stage };
            let private = of_school.traits.owner.as_deref() == Some("private");
            // People teach a stage; things go to any public school. A private school buys for itself, and neither gives nor takes.
            let people = of.adds.keys().any(|stock| resolved.stock(stock).is_some_and(|at| !resolved.stocks[at].split));
            let key = (private, if people { stage } else { Stage::Whole });
            let pool = *pools.entry(key).or_insert_with(|| {
                let move_cost = if private { None } else { of.move_cost };
                stated.problem.pools.push(Pool { price: of.price, move_cost });
                stated.pools.push(option);
                stated.problem.pools.len() - 1
            });
            if stated.problem.pools[pool].price.is_none() && private {
                continue;
            }
            let held = |stock: &str| -> f64 {
                let at = resolved.stock(stock).map(|at| of_school.stocks.get(stage, at));
                at.and_then(evaluate::Cell::known).unwrap_or(0.0)
            };
            let gives = of.adds.iter().map(|(stock, amount)| held(stock) / amount).fold(f64::INFINITY, f64::min);
            let gives = if stated.problem.pools[pool].move_cost.is_some() { gives.max(0.0) as u32 } else { 0 };
            let takes = of.within.as_ref().map(|within| {
                let first = of.adds.keys().next().map_or(0.0, |stock| held(stock));
                (held(within) - first).max(0.0) as u32
            });
            let limits = settings.limits.iter().filter(|limit| limit.option == of.id);
            let limited = limits.filter(|limit| limit.school == of_school.code.as_str()).map(|limit| limit.most).min();
            let takes = takes.into_iter().chain(limited).min();
            stated.problem.sites.push(Site { pool, gives, takes });
            stated.sites.push(SiteName { option, school, stage });
            effects.push(found.clone());
        }
    }
    Ok(())
}

/// What a unit of an option at a stage does to each school's figures; none where the school cannot take it.
fn try_out(
    resolved: &Resolved,
    matrix: &StockMatrix,
    before: &Outcome,
    settings: &PlanSettings,
    option: usize,
    stage: Stage,
) -> Vec<Option<Vec<Effect>>> {
    let of = &settings.options[option];
    let mut matrix = matrix.clone();
    matrix.findings.clear();
    let mut deltas = Vec::new();
    for school in &matrix.schools {
        for (stock, amount) in &of.adds {
            deltas.push(Delta::Add { school: school.code.clone(), stage, stock: stock.clone(), amount: *amount });
        }
    }
    let after = evaluate::what_if(resolved, &matrix, &deltas);
    let refused: Vec<&SchoolCode> = after
        .findings
        .iter()
        .filter(|finding| finding.code.starts_with("what-if-"))
        .filter_map(|finding| match &finding.place {
            Place::School { code, .. } => Some(code),
            _ => None,
        })
        .collect();
    let of_school = |(school, named): (usize, &std::sync::Arc<evaluate::School>)| {
        if refused.contains(&&named.code) {
            return None;
        }
        let mut effects = Vec::new();
        for of in &before.frame.stages {
            for indicator in 0..before.frame.indicators.len() {
                let value = |outcome: &Outcome| outcome.figure(school, *of, indicator).and_then(|figure| figure.value);
                if let (Some(old), Some(new)) = (value(before), value(&after))
                    && (new - old).abs() > DUST * old.abs().max(1.0)
                {
                    effects.push((*of, indicator, new - old));
                }
            }
        }
        Some(effects)
    };
    matrix.schools.iter().enumerate().map(of_school).collect()
}

/// The requirements of one school and stage.
fn at_least(before: &Outcome, row: &evaluate::AtLeastRow, of: &[usize], moved: &Moved, stated: &mut Stated) {
    let Some(need) = row.need else { return };
    let total = row.met + row.missed + row.missing;
    let mut may_leave = total.saturating_sub(need.max(0.0) as usize);
    let choice = stated.problem.choices.len();
    for indicator in of {
        let Some(figure) = before.figure(row.school, row.stage, *indicator) else { continue };
        let upward = matches!(before.frame.indicators[*indicator].compare, Compare::GreaterOrEqual | Compare::Greater);
        if matches!(figure.state, State::NotApplicable | State::Unjudged) {
            continue;
        }
        let (Some(value), Some(threshold), true) = (figure.value, figure.threshold, upward) else {
            // It cannot be planned; if it is not met, it is one of those that are left.
            if figure.state != State::Met {
                may_leave = may_leave.saturating_sub(1);
                let school = &before.matrix.schools[row.school];
                let title = &before.frame.indicators[*indicator].title;
                let (zh, en) = (&title.zh, &title.en);
                stated.findings.push(Finding::new(
                    Severity::Experience,
                    "plan-figure-unknown",
                    Place::School { code: school.code.clone(), name: Some(school.name.clone()) },
                    text!(
                        "“{zh}”缺数据或不能靠配备提高，方案不包括它",
                        "\"{en}\" lacks data or cannot be raised; the plan leaves it out"
                    ),
                    text!("补报数据后重新编制", "report the figure and plan again"),
                ));
            }
            continue;
        };
        let terms = moved.get(&(row.school, row.stage, *indicator)).cloned().unwrap_or_default();
        if terms.is_empty() && figure.state == State::Met {
            continue;
        }
        stated.problem.rows.push(Row {
            terms,
            start: value,
            need: threshold,
            left: Some(figure.floor.unwrap_or(0.0).min(threshold)),
            choice: Some(choice),
        });
        stated.rows.push(RowName { school: row.school, stage: row.stage, of: RowOf::Indicator(*indicator) });
    }
    stated.problem.choices.push(may_leave);
}

/// The limit of one coefficient.
fn cone(resolved: &Resolved, before: &Outcome, row: &evaluate::CvRow, moved: &Moved, stated: &mut Stated) {
    let complete = before.spread(row.indicator, row.stage).is_some_and(|spread| spread.complete);
    let (Some(limit), true) = (row.limit, complete) else { return };
    let weight = resolved.indicators[row.indicator].weight;
    let mut members = Vec::new();
    for (school, of) in before.matrix.schools.iter().enumerate().filter(|(school, _)| before.scope[*school] == Scope::In) {
        let value = before.figure(school, row.stage, row.indicator).and_then(|figure| figure.value);
        let weight = of.stocks.get(row.stage, weight).known();
        if let (Some(start), Some(weight)) = (value, weight.filter(|weight| *weight > 0.0)) {
            let terms = moved.get(&(school, row.stage, row.indicator)).cloned().unwrap_or_default();
            members.push(Member { weight, start, terms });
        }
    }
    if members.is_empty() {
        return;
    }
    stated.problem.cones.push(Cone { limit, members });
    stated.cones.push((row.indicator, row.stage));
}

fn caps(settings: &PlanSettings, stated: &mut Stated) {
    for (at, option) in settings.options.iter().enumerate() {
        let Some(most) = option.most else { continue };
        let pools = stated.pools.iter().enumerate().filter(|(_, of)| **of == at);
        let terms: Vec<(usize, f64)> = pools.map(|(pool, _)| (pool, 1.0)).collect();
        if !terms.is_empty() {
            let (title, unit) = (option.title(), option.unit());
            let (zh, en, unit_zh, unit_en) = (title.zh, title.en, unit.zh, unit.en);
            stated.caps.push(text!("{zh}最多 {most} {unit_zh}", "{en}: {most} {unit_en} at most"));
            stated.problem.caps.push(Cap { terms, most });
        }
    }
    let Some(most) = settings.posts else { return };
    let pools = stated.pools.iter().enumerate().filter(|(_, of)| settings.options[**of].post);
    let terms: Vec<(usize, f64)> = pools.map(|(pool, _)| (pool, 1.0)).collect();
    if !terms.is_empty() {
        stated.caps.push(text!("新增编制最多 {most} 个", "{most} new posts at most"));
        stated.problem.caps.push(Cap { terms, most });
    }
}
