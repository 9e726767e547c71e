use std::path::Path;

use draws::{Hash, Seed, Stream};
use facts::{Finding, Lang, Stage, Text, text};
use plan::ClassInput;
use planners::{ClassSettings, assign_classes};
use serde::Serialize;

use super::balance::{BalanceWay, ClassChance, balance, measure, other_ways};
use super::output::{ClassPapers, write_papers};
use super::roll::{ClassRoll, RollAsked, class_roll};
use super::rules::{ClassRules, class_rules};
use crate::Failure;
use crate::plain_table::{PlainTable, read_plain};

/// A roll to be tried.
#[derive(Debug, Clone, Copy)]
pub struct ClassTrialAsked<'a> {
    pub roll: &'a Path,
    /// A file, or `cn/classes`.
    pub rules: &'a str,
    /// Read from the roll's grade where none is given.
    pub stage: Option<Stage>,
    /// As few as the class size allows where none is given.
    pub classes: Option<u32>,
    /// All that the rule offers and the roll has where none is named.
    pub options: &'a [String],
    /// Whence the trial's chance comes: the same words, the same classes.
    pub seed: &'a str,
    /// How often the chance is measured; 0 for not at all.
    pub measure: u32,
    /// A folder for the papers.
    pub out: Option<&'a Path>,
    pub lang: Lang,
}

/// What a roll would become.
#[derive(Debug, Clone, Serialize)]
pub struct ClassTrial {
    pub rule: Text,
    pub stage: Stage,
    pub pupils: usize,
    pub classes: u32,
    pub options: Vec<Text>,
    pub penalty: u64,
    pub bound: u64,
    pub exchanges: u64,
    pub kicks: u32,
    /// What the rule weighs heavily and no composition was found to keep.
    pub unmet: Vec<String>,
    /// This one, snake order, lot alone.
    pub ways: Vec<BalanceWay>,
    pub chance: Option<ClassChance>,
    pub written: Vec<String>,
    pub findings: Vec<Finding>,
}

/// Tries a roll: what the classes would be like, and how they compare. It is no draw: nobody else has a part in its chance.
pub fn try_classes(asked: &ClassTrialAsked<'_>) -> Result<Result<ClassTrial, Vec<Finding>>, Failure> {
    let rules = class_rules(asked.rules)?;
    let (table, mut findings) = read_plain(asked.roll)?;
    let stage = stage_of(asked.stage, &table, &rules)?;
    let salt = "0".repeat(32);
    let of_roll = RollAsked { stage, classes: asked.classes, options: asked.options, salt };
    let (roll, of_roll) = class_roll(&table, &rules, &of_roll);
    findings.extend(of_roll);
    let Some(roll) = roll else { return Ok(Err(findings)) };
    let seed = Seed(Hash::of(asked.seed.as_bytes()));
    let mut stream = class_stream(&seed);
    let settings = settings_of(&roll.input);
    let problem = &roll.input.problem;
    let answer = assign_classes(problem, &settings, &mut |n| stream.below(n)).ok_or_else(no_room)?;
    let mut others = Stream::new(&seed, "measure");
    let chance = (asked.measure > 0).then(|| measure(problem, &settings, asked.measure, &mut |n| others.below(n)));
    let ways = ways(&roll, &answer.class_of, &seed);
    let mut trial = ClassTrial {
        rule: rules.title(),
        stage,
        pupils: roll.input.receipts.len(),
        classes: problem.classes,
        options: roll.used.clone(),
        penalty: answer.penalty,
        bound: answer.bound,
        exchanges: answer.exchanges,
        kicks: answer.kicks,
        unmet: unmet(&roll, &answer.class_of),
        ways,
        chance,
        written: Vec::new(),
        findings,
    };
    if let Some(out) = asked.out {
        let seed = asked.seed;
        let provenance = vec![text!("试算，不是正式编班（种子“{seed}”）", "a trial, not the assignment (seed `{seed}`)")];
        let papers = ClassPapers {
            title: &rules.title().zh,
            provenance,
            table: &table,
            rules: &rules,
            roll: &roll,
            class_of: &answer.class_of,
            ways: &trial.ways,
            lang: asked.lang,
        };
        let written = write_papers(&papers, out)?;
        trial.written = written.into_iter().map(|path| path.display().to_string()).collect();
    }
    Ok(Ok(trial))
}

/// The one stream of an assignment.
pub(crate) fn class_stream(seed: &Seed) -> Stream {
    Stream::new(seed, "classes")
}

pub(crate) fn settings_of(input: &ClassInput) -> ClassSettings {
    ClassSettings { slack: input.slack, kicks: input.kicks }
}

pub(crate) fn ways(roll: &ClassRoll, class_of: &[u32], seed: &Seed) -> Vec<BalanceWay> {
    let mut beside = Stream::new(seed, "beside");
    let mut ways = vec![balance(text!("本编班", "these classes"), roll, class_of)];
    ways.extend(other_ways(roll, &mut |n| beside.below(n)));
    ways
}

/// The counts of at most a few pupils, all of whom should be apart, that are not.
pub(crate) fn unmet(roll: &ClassRoll, class_of: &[u32]) -> Vec<String> {
    let problem = &roll.input.problem;
    let penalty = plan::class_penalty(problem, class_of);
    let heavy = |title: &str| title.starts_with("因故分开 ") || title.starts_with("多胞胎分班 ");
    let counts = penalty.counts.iter().zip(&roll.input.count_titles);
    counts.filter(|(penalty, title)| **penalty > 0 && heavy(title)).map(|(_, title)| title.clone()).collect()
}

pub(crate) fn no_room() -> Failure {
    Failure::wrong_use(
        text!("捆绑的学生放不进任何一个班", "bound pupils fit into no class"),
        text!("减少班数，或请家庭改为分班", "fewer classes; or let the family agree to be apart"),
    )
}

/// The stage that is asked for, or that the roll's own column says.
pub(crate) fn stage_of(asked: Option<Stage>, table: &PlainTable, rules: &ClassRules) -> Result<Stage, Failure> {
    if let Some(stage) = asked {
        return Ok(stage);
    }
    let heads = ["学段", "年级", "stage", "grade"].map(str::to_string);
    let word = table.column(&heads).and_then(|column| table.rows.first().map(|row| row[column].as_str())).unwrap_or_default();
    let of_grade = match word {
        "一年级" | "小学一年级" | "小一" | "1" => Some(Stage::Primary),
        "七年级" | "初一" | "初中一年级" | "7" => Some(Stage::Junior),
        _ => None,
    };
    Stage::read(word).or(of_grade).filter(|stage| rules.most(*stage).is_some()).ok_or_else(|| {
        Failure::wrong_use(
            text!("看不出是哪个学段的起始年级", "the roll does not say of which stage it is"),
            text!("加上 --stage primary（小学）或 --stage junior（初中）", "add --stage primary or --stage junior"),
        )
    })
}
