use facts::{Text, text};

use crate::Records;
use crate::model::{Model, add_logs, level_words, probability};
use crate::settings::Settings;

/// Why a pair has its score: a waterfall from the odds of any two records to the odds of these.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub left: String,
    pub right: String,
    /// log2 of the odds that two records drawn at random are the same person.
    pub start: f64,
    pub steps: Vec<Step>,
    /// What it takes off that they may be relatives, who agree in much.
    pub kin: f64,
    /// log2 of the odds in the end: the start and all steps and `kin`.
    pub end: f64,
    pub probability: f64,
}

/// What one comparison says of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub comparison: String,
    pub level: Text,
    /// The words compared, as cleaned, column by column.
    pub left: Vec<String>,
    pub right: Vec<String>,
    /// The kind of each of these columns.
    pub kinds: Vec<&'static str>,
    /// log2 of how much likelier this is for the same person than for strangers.
    pub weight: f64,
    /// The part of it that is owed to the rarity of the word.
    pub rarity: f64,
}

/// Explains the score of two rows.
pub fn explain(records: &Records, settings: &Settings, model: &Model, left: u32, right: u32) -> Explanation {
    let levels = model.shape.levels(model.pattern(records, settings, left, right));
    let logs = model.logs();
    let [matched, kin, stranger] = logs.priors();
    let start = (matched - stranger) / std::f64::consts::LN_2;
    let mut kin_sum = kin;
    let mut stranger_sum = stranger;
    let mut steps = Vec::new();
    for (at, level) in levels.iter().enumerate() {
        let [m, k, s] = logs.at(at, *level);
        let rarity = model.rarity(records, at, *level, left, right);
        kin_sum += k;
        stranger_sum += s + rarity;
        let comparison = &settings.comparisons[at];
        let cells = |row: u32| comparison.columns.iter().map(|column| records.cell(*column, row).to_string()).collect();
        steps.push(Step {
            comparison: comparison.title.clone(),
            level: level_words(settings, at, *level),
            left: cells(left),
            right: cells(right),
            kinds: comparison.columns.iter().map(|column| settings.columns[*column].kind.id()).collect(),
            weight: (m - s - rarity) / std::f64::consts::LN_2,
            rarity: -rarity / std::f64::consts::LN_2,
        });
    }
    let log_odds = model.log_odds(records, &levels, left, right);
    Explanation {
        left: records.id(left).to_string(),
        right: records.id(right).to_string(),
        start,
        steps,
        kin: (stranger_sum - add_logs(kin_sum, stranger_sum)) / std::f64::consts::LN_2,
        end: log_odds / std::f64::consts::LN_2,
        probability: probability(log_odds),
    }
}

impl Explanation {
    /// The waterfall, a line a step.
    pub fn lines(&self) -> Vec<Text> {
        let (left, right, percent) = (&self.left, &self.right, 100.0 * self.probability);
        let mut lines = vec![text!(
            "{left} 与 {right}：同一人的可能 {percent:.3}%",
            "{left} and {right}: the same person with {percent:.3}%"
        )];
        let start = self.start;
        lines.push(text!("  {start:>7.2}  任意两条记录", "  {start:>7.2}  any two records"));
        for step in &self.steps {
            let (weight, comparison, zh, en) = (step.weight, &step.comparison, &step.level.zh, &step.level.en);
            let shown = |cells: &[String]| {
                let cells: Vec<&str> = cells.iter().map(|cell| if cell.is_empty() { "—" } else { cell.as_str() }).collect();
                cells.join(" ")
            };
            let (a, b) = (shown(&step.left), shown(&step.right));
            let rare = step.rarity;
            let (rare_zh, rare_en) = if rare.abs() < 0.005 {
                (String::new(), String::new())
            } else {
                (format!("，其中用字多寡 {rare:+.2}"), format!(", of which for rarity {rare:+.2}"))
            };
            lines.push(text!(
                "  {weight:>+7.2}  {comparison}：{zh}（{a} | {b}{rare_zh}）",
                "  {weight:>+7.2}  {comparison}: {en} ({a} | {b}{rare_en})"
            ));
        }
        let (kin, end) = (self.kin, self.end);
        if kin < -0.005 {
            lines.push(text!("  {kin:>+7.2}  也可能是亲属", "  {kin:>+7.2}  may be relatives"));
        }
        lines.push(text!("  {end:>7.2}  合计（以 2 为底的赔率对数）", "  {end:>7.2}  together (log2 of the odds)"));
        lines
    }
}
