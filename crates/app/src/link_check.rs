use std::ops::ControlFlow;
use std::path::Path;

use facts::{Text, text};
use linkage::{Index, Records, Settings, Table, Way};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Failure;
use crate::link_read::{hands, read_register, read_registers, settings_of};
use crate::link_shard::read_model;

/// A register ready to be asked about one record at a time.
#[derive(Debug)]
pub struct LinkChecker {
    index: Index,
}

/// A record that may be the one that was asked about.
#[derive(Debug, Serialize)]
pub struct CheckedMatch {
    pub id: String,
    pub probability: f64,
    /// log2 of the odds.
    pub weight: f64,
}

/// Candidates below this probability are not named.
const PROBABILITY_MIN: f64 = 0.05;

/// Learns the weights from both registers (or from the one, held against itself) and indexes the right one. With a model that was
/// saved nothing is learned, and the left register is not asked for.
pub fn link_checker(left: Option<&Path>, right: &Path, settings: &Path, model: Option<&Path>) -> Result<LinkChecker, Failure> {
    let settings = settings_of(settings)?;
    if let Some(model) = model {
        let (table, _) = read_register(right, Some(&right_heads(&settings)))?;
        let empty = Table::new("", &[]);
        let (records, _) = Records::new_with(empty, Some(table), &settings, hands());
        let model = read_model(model, &records, &settings)?;
        return Ok(LinkChecker { index: Index::new_with(records, settings, model, hands()) });
    }
    let (first, second) = match left {
        Some(left) => (left, Some(right)),
        None => (right, None),
    };
    let (left, right, _) = read_registers(first, second, Some(&settings))?;
    let (records, _) = Records::new_with(left, right, &settings, hands());
    let way = Way { hands: hands(), ..Way::default() };
    let linked = linkage::link_with(&records, &settings, &[], way, &mut |_| ControlFlow::Continue(()));
    let Some(linked) = linked else {
        return Err(Failure::prevented(text!("建立索引被中止", "indexing was stopped"), Text::new("", "")));
    };
    if let Some(finding) = linked.findings.into_iter().find(facts::Finding::must_fix) {
        return Err(Failure::wrong_use(finding.what, finding.hint));
    }
    Ok(LinkChecker { index: Index::new_with(records, settings, linked.model, hands()) })
}

fn right_heads(settings: &Settings) -> Vec<String> {
    let heads = settings.columns.iter().map(|column| &column.heads).chain([&settings.id]);
    heads.flat_map(|heads| &heads.right).cloned().collect()
}

impl LinkChecker {
    /// The records like one that is written as a JSON object, its keys the headings of either register or the settings' own names.
    pub fn check(&mut self, line: &str) -> Result<Vec<CheckedMatch>, Failure> {
        let record: Map<String, Value> = serde_json::from_str(line).map_err(|error| {
            Failure::wrong_use(
                text!("这一行不是 JSON 对象：{error}", "the line is no JSON object: {error}"),
                text!("一行一条，如 {{\"姓名\": \"李明\"}}", "one record a line, as in {{\"name\": \"Li Ming\"}}"),
            )
        })?;
        let word = |name: &String| match record.get(name) {
            Some(Value::String(words)) => Some(words.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let columns = self.index.settings().columns.iter();
        let cells: Vec<String> = columns
            .map(|column| {
                let names = std::iter::once(&column.name).chain(&column.heads.left).chain(&column.heads.right);
                names.filter_map(word).next().unwrap_or_default()
            })
            .collect();
        if cells.iter().all(String::is_empty) {
            let known: Vec<&str> = self.index.settings().columns.iter().map(|column| column.name.as_str()).collect();
            let known = known.join("、");
            return Err(Failure::wrong_use(
                text!("这一行没有一项是设置里的列", "nothing in the line is a column of the settings"),
                text!("可用的键：{known}，或表头原文", "keys that count: {known}, or the headings themselves"),
            ));
        }
        let pairs = self.index.matches(&cells, PROBABILITY_MIN);
        let records = self.index.records();
        let found = pairs.iter().map(|pair| CheckedMatch {
            id: records.id(pair.right).to_string(),
            probability: pair.probability,
            weight: pair.log_odds / std::f64::consts::LN_2,
        });
        Ok(found.collect())
    }
}
