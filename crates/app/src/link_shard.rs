//! Linking in pieces, for engines that pipe lines through programs (Spark's `pipe`, xargs, a queue): a record in, its keys out; records
//! of one key in, scored pairs out; scored pairs in, links out. Together they give what one run gives, to the byte.

use std::io::{BufRead, Write};
use std::path::Path;

use facts::{Finding, Text, text};
use linkage::{Model, Records, Scored, Sent, Settings, Shard};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Failure;
use crate::link_output;
use crate::link_read::{read_registers, settings_of};

#[derive(Deserialize)]
struct LineIn {
    #[serde(default)]
    right: bool,
    row: u64,
    record: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct LineOut {
    right: bool,
    row: u64,
    id: String,
    cells: Vec<String>,
}

/// Lines `{"right": false, "row": 0, "record": {heading: words}}` in; for each key of each record `key TAB record` out.
pub fn link_keys(settings: &Path, input: impl BufRead, mut output: impl Write) -> Result<(), Failure> {
    let mut shard = Shard::new(settings_of(settings)?, false);
    for line in input.lines() {
        let line = line.map_err(|error| read_failure(&error))?;
        let LineIn { right, row, record } = serde_json::from_str(&line).map_err(|error| json_failure(&error))?;
        let of = |heads: &[String]| {
            let word = |head: &String| match record.get(head) {
                Some(Value::String(word)) if !word.is_empty() => Some(word.clone()),
                Some(Value::Number(number)) => Some(number.to_string()),
                _ => None,
            };
            heads.iter().filter_map(word).collect::<Vec<_>>().join("/")
        };
        let side = |heads: &linkage::Heads| of(if right { &heads.right } else { &heads.left });
        let cells: Vec<String> = shard.settings().columns.iter().map(|column| side(&column.heads)).collect();
        let out = LineOut { right, row, id: side(&shard.settings().id), cells };
        let json = serde_json::to_string(&out).map_err(|error| json_failure(&error))?;
        for key in shard.keys(&out.cells) {
            writeln!(output, "{}\t{json}", key.replace(['\t', '\n'], " ")).map_err(|error| write_failure(&error))?;
        }
    }
    output.flush().map_err(|error| write_failure(&error))
}

/// Lines of [`link_keys`] in, those of one key one after the other; `left TAB right TAB logarithm of the odds` out.
pub fn link_score(
    settings: &Path,
    model: &Path,
    within: bool,
    input: impl BufRead,
    mut output: impl Write,
) -> Result<(), Failure> {
    let shard = Shard::new(settings_of(settings)?, within);
    let model = shard.model(&model_text(model)?).ok_or_else(|| other_model(model))?;
    let mut write = |key: &str, sent: Vec<Sent>| -> Result<(), Failure> {
        for Scored { left, right, log_odds } in shard.score(&model, key, sent) {
            writeln!(output, "{left}\t{right}\t{log_odds:?}").map_err(|error| write_failure(&error))?;
        }
        Ok(())
    };
    let (mut key, mut sent) = (String::new(), Vec::new());
    for line in input.lines() {
        let line = line.map_err(|error| read_failure(&error))?;
        let (this, json) = line.split_once('\t').ok_or_else(|| line_failure(text!("没有制表符", "it has no tab")))?;
        if this != key {
            write(&key, std::mem::take(&mut sent))?;
            key = this.to_string();
        }
        let LineOut { right, row, id, cells } = serde_json::from_str(json).map_err(|error| json_failure(&error))?;
        sent.push(Sent { right, row, id, cells });
    }
    write(&key, sent)?;
    output.flush().map_err(|error| write_failure(&error))
}

/// Scored pairs in, links out: what one run over both registers writes.
pub fn link_settle(
    left: &Path,
    right: Option<&Path>,
    settings: &Path,
    model: &Path,
    scores: &Path,
    out: &Path,
    lang: facts::Lang,
) -> Result<(usize, Vec<Finding>), Failure> {
    link_output::check_ending(out)?;
    let settings = settings_of(settings)?;
    let (left, right, mut findings) = read_registers(left, right, Some(&settings))?;
    let (records, of_records) = Records::new_with(left, right, &settings, crate::link_read::hands());
    findings.extend(of_records);
    let model = read_model(model, &records, &settings)?;
    let text =
        std::fs::read_to_string(scores).map_err(|error| Failure::io(text!("读取得分", "read the scores"), scores, &error))?;
    let mut scored = Vec::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let &[left, right, log_odds] = &parts[..] else {
            return Err(line_failure(text!("应为三项：左编号、右编号、得分", "three words are wanted: left, right, score")));
        };
        let log_odds = log_odds.parse().map_err(|_| line_failure(text!("“{log_odds}”不是得分", "`{log_odds}` is no score")))?;
        scored.push(Scored { left: left.to_string(), right: right.to_string(), log_odds });
    }
    let linked = linkage::settle(&records, &settings, model, &scored);
    findings.extend(linked.findings.iter().cloned());
    link_output::write_links(out, &records, &linked, lang)?;
    Ok((linked.links().count(), findings))
}

/// Reads a model that `--save-model` wrote.
pub(crate) fn read_model(path: &Path, records: &Records, settings: &Settings) -> Result<Model, Failure> {
    Model::from_toml(&model_text(path)?, records, settings).ok_or_else(|| other_model(path))
}

fn model_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::io(text!("读取模型", "read the model"), path, &error))
}

fn other_model(path: &Path) -> Failure {
    let at = path.display();
    Failure::wrong_use(
        text!("{at} 不是按这份设置学出的模型", "{at} is no model, or one that was learned with other settings"),
        text!("用同一份设置和 --save-model 重新学一次", "learn it again with the same settings and --save-model"),
    )
}

fn read_failure(error: &std::io::Error) -> Failure {
    Failure::io(text!("读取标准输入", "read standard input"), Path::new("-"), error)
}

fn write_failure(error: &std::io::Error) -> Failure {
    Failure::io(text!("写出结果", "write the result"), Path::new("-"), error)
}

fn line_failure(why: Text) -> Failure {
    let Text { zh, en } = why;
    Failure::wrong_use(
        text!("这一行读不懂：{zh}", "a line cannot be read: {en}"),
        text!("输入须是上一步的输出，一行一条", "the input must be what the step before put out, one a line"),
    )
}

fn json_failure(error: &serde_json::Error) -> Failure {
    line_failure(text!("不是所要的 JSON（{error}）", "it is not the JSON that is wanted ({error})"))
}
