//! From a figure back to the cells: formula with its numbers, parameters with their articles, stocks, units, rows.

mod formula;
mod item;
mod lines;
mod parameter;
mod spread;
mod stock;

use std::fmt;

use facts::{SchoolCode, Stage, Text, text};
use policy::expr::{Leaf, Program};
use policy::{Resolved, Substitute, Target};
use serde::Serialize;
use snapshot::{HomeError, Snapshot};

use crate::exact::Quick;
use crate::ground::{Ground, Need, Rules};
use crate::matrix::StockMatrix;
use crate::outcome::{ExceptionHead, Figure, IndicatorHead, Outcome, Scope, State};
use crate::{Heading, School, evaluate};
pub use item::{ItemExplanation, ItemSchool, explain_item};
pub use parameter::ExplainedParameter;
pub use spread::{SpreadExplanation, SpreadTerm, explain_spread};
pub use stock::{ExplainedStock, ExplainedUnit, SourceCell, Working};

/// How an indicator of a school came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    pub heading: Heading,
    pub school: SchoolCode,
    pub school_name: String,
    pub stage: Stage,
    pub indicator: IndicatorHead,
    pub state: State,
    pub value: Option<f64>,
    pub gap: Option<f64>,
    pub lever_gap: Option<f64>,
    pub share_of_variance: Option<f64>,
    /// As the pack writes it: `100 * backbone / pupils`.
    pub formula: String,
    /// The same with numbers: `100 * 6 / 600`.
    pub worked: String,
    pub threshold: Option<ExplainedParameter>,
    /// The other parameters of the formula.
    pub parameters: Vec<ExplainedParameter>,
    pub stocks: Vec<ExplainedStock>,
    /// Exceptions that were applied at this school and stage.
    pub exceptions: Vec<ExceptionHead>,
    /// The gap in words, where there is one.
    pub gap_words: Option<Text>,
    /// Why the standard asks nothing of the school at this stage, where it does not.
    pub not_applicable: Option<Text>,
}

/// Why nothing could be explained.
#[derive(Debug)]
pub enum ExplainFault {
    NoSuchSchool(SchoolCode),
    NoSuchIndicator(String),
    NoSuchItem(String),
    /// The pack forms no such figure at this stage.
    NotAtThisStage(Stage),
    /// The school has several stages at which it is worked out, and none was named.
    StageNotNamed,
    /// The rows behind a figure could not be read.
    Home(HomeError),
}

/// Explains an indicator at a school and stage, down to the cells of the imported files where a snapshot is given. A campus
/// is explained with the school into which it is merged.
pub fn explain(
    snapshot: Option<&Snapshot>,
    resolved: &Resolved,
    matrix: &StockMatrix,
    school: &SchoolCode,
    stage: Stage,
    indicator: &str,
) -> Result<Explanation, ExplainFault> {
    explain_outcome(snapshot, resolved, &evaluate(resolved, matrix), school, stage, indicator)
}

/// As [`explain`], of an outcome that the same rules have given already: for whoever explains many figures of it.
pub fn explain_outcome(
    snapshot: Option<&Snapshot>,
    resolved: &Resolved,
    outcome: &Outcome,
    school: &SchoolCode,
    stage: Stage,
    indicator: &str,
) -> Result<Explanation, ExplainFault> {
    let matrix = &outcome.matrix;
    let position = find(matrix, school)?;
    let index = resolved.indicator(indicator).ok_or_else(|| ExplainFault::NoSuchIndicator(indicator.to_string()))?;
    let rule = &resolved.indicators[index];
    let figure: Figure = *outcome.figure(position, stage, index).ok_or(ExplainFault::NotAtThisStage(stage))?;
    let rules = Rules::of(resolved);
    let school = &matrix.schools[position];
    let whole = Ground::of(&rules, &matrix.county, school, Need::Rules);
    let ground = whole.at(stage);
    let leaves = rule.formula.leaves();
    let used: Vec<Leaf> = leaves.iter().copied().chain(rule.threshold.map(Leaf::Parameter)).collect();
    let parameters = leaves.iter().filter_map(|leaf| if let Leaf::Parameter(index) = leaf { Some(*index) } else { None });
    let mut stocks = Vec::new();
    for stock in stocks_in(&ground, &rule.formula) {
        stocks.extend(stock::explain_stock(snapshot, &ground, matrix, stock)?);
    }
    Ok(Explanation {
        heading: matrix.heading.clone(),
        school: school.code.clone(),
        school_name: school.name.clone(),
        stage,
        indicator: outcome.frame.indicators[index].clone(),
        state: figure.state,
        value: figure.value,
        gap: figure.gap(),
        lever_gap: figure.lever_gap,
        share_of_variance: figure.share,
        formula: rule.formula.text().to_string(),
        worked: formula::with_numbers::<Quick>(resolved, rule.formula.text(), &ground),
        threshold: rule.threshold.and_then(|index| parameter::explain_parameter(&ground, index)),
        parameters: parameters.filter_map(|index| parameter::explain_parameter(&ground, index)).collect(),
        stocks,
        exceptions: exceptions_used(outcome, &ground, &used),
        gap_words: outcome.gap_words(&figure, index),
        not_applicable: (figure.state == State::NotApplicable)
            .then(|| why_not_applicable(&rules, outcome.scope[position], school, stage)),
    })
}

/// Why a figure is not judged: the standard does not concern the school, or it has no pupils of the stage.
fn why_not_applicable(rules: &Rules<'_>, scope: Scope, school: &School, stage: Stage) -> Text {
    match scope {
        Scope::Out => text!(
            "该校不在这个标准的评估范围内，不参加计算",
            "the standard does not concern this school, which counts in no figure of the county"
        ),
        Scope::Unknown => text!(
            "缺少判断该校是否参评的数据；补上学校的办学类型、举办者、主管部门等再导入",
            "it is not known whether the standard concerns this school; import its kind, owner and managing department"
        ),
        Scope::In => {
            let taught = [Stage::Primary, Stage::Junior].into_iter().filter(|other| rules.teaches(school, *other));
            let ids: Vec<&str> = taught.map(Stage::id).collect();
            let (ids, asked) = (ids.join(" / "), stage.title());
            let (asked_zh, asked_en) = (asked.zh, asked.en);
            if ids.is_empty() {
                text!("该校没有学生", "the school has no pupils")
            } else {
                text!(
                    "该校没有{asked_zh}学生；可以说明的是 --stage {ids}",
                    "the school has no {asked_en} pupils; there is --stage {ids}"
                )
            }
        }
    }
}

/// The stocks that a formula names, and those that the exceptions applied brought in.
fn stocks_in(ground: &Ground<'_, Quick>, formula: &Program) -> Vec<usize> {
    let mut stocks = formula.stocks();
    for exception in ground.applied.iter().filter_map(|index| ground.rules.resolved.exceptions.get(*index)) {
        if let (Target::Stock(target), Substitute::Formula(formula)) = (exception.target, &exception.value)
            && stocks.contains(&target)
        {
            let brought: Vec<usize> = formula.stocks().into_iter().filter(|stock| !stocks.contains(stock)).collect();
            stocks.extend(brought);
        }
    }
    stocks
}

/// The exceptions applied to what a rule uses, and to what those bring in.
fn exceptions_used(outcome: &Outcome, ground: &Ground<'_, Quick>, used: &[Leaf]) -> Vec<ExceptionHead> {
    let resolved = ground.rules.resolved;
    let target = |leaf: &Leaf| match leaf {
        Leaf::Stock(index) => Some(Target::Stock(*index)),
        Leaf::Parameter(index) => Some(Target::Parameter(*index)),
        Leaf::School(_) => None,
    };
    let mut targets: Vec<Target> = used.iter().filter_map(target).collect();
    let mut next = 0;
    while let Some(of) = targets.get(next).copied() {
        next += 1;
        let applied = ground.applied.iter().filter_map(|index| resolved.exceptions.get(*index));
        for exception in applied.filter(|exception| exception.target == of) {
            if let Substitute::Formula(formula) = &exception.value {
                for brought in formula.leaves().iter().filter_map(target) {
                    if !targets.contains(&brought) {
                        targets.push(brought);
                    }
                }
            }
        }
    }
    let applied = ground.applied.iter().filter(|index| targets.contains(&resolved.exceptions[**index].target));
    applied.filter_map(|index| outcome.frame.exceptions.get(*index).cloned()).collect()
}

/// A school by its own code or by that of a campus of it.
fn find(matrix: &StockMatrix, code: &SchoolCode) -> Result<usize, ExplainFault> {
    let of_campus = || matrix.schools.iter().position(|school| school.units.iter().any(|unit| unit.code == *code));
    matrix.position(code).or_else(of_campus).ok_or_else(|| ExplainFault::NoSuchSchool(code.clone()))
}

impl ExplainFault {
    /// What failed, and the way on.
    pub fn words(&self) -> Text {
        match self {
            ExplainFault::NoSuchSchool(code) => text!(
                "无法说明：该日期没有学校 {code}。用 junheng evaluate --all 查看全部学校；以前的学校，加 --on 和当时的日期",
                "cannot explain: there is no school {code} on that day. junheng evaluate --all lists the schools; for one of the past, \
                 add --on with a day when it existed"
            ),
            ExplainFault::NoSuchIndicator(id) => text!(
                "无法说明：标准中没有指标 {id}。用 junheng packs 查看指标的 id",
                "cannot explain: the standard has no indicator {id}. See their ids with junheng packs"
            ),
            ExplainFault::NoSuchItem(id) => text!(
                "无法说明：标准中没有项目 {id}。用 junheng packs 查看项目的 id",
                "cannot explain: the standard has no item {id}. See their ids with junheng packs"
            ),
            ExplainFault::NotAtThisStage(stage) => {
                let (zh, en) = (stage.title().zh, stage.title().en);
                text!(
                    "无法说明：该指标不在{zh}学段计算。换一个学段",
                    "cannot explain: this is not worked out at the {en} stage. Choose another stage"
                )
            }
            ExplainFault::StageNotNamed => text!(
                "无法说明：该校有几个学段，要说明是哪一个。加上 --stage primary（小学）或 --stage junior（初中）",
                "cannot explain: the school has several stages; say which one. Add --stage primary or --stage junior"
            ),
            ExplainFault::Home(fault) => text!("无法读取数据来源：{fault}", "the source rows could not be read: {fault}"),
        }
    }
}

impl fmt::Display for ExplainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().fmt(f)
    }
}

impl std::error::Error for ExplainFault {}

impl From<HomeError> for ExplainFault {
    fn from(fault: HomeError) -> ExplainFault {
        ExplainFault::Home(fault)
    }
}
