use std::ops::ControlFlow;
use std::path::Path;

use facts::{Finding, Lang, Text, text};
use linkage::{Decision, Explanation, Linked, Records, Settings, Standing, State, Way};
use serde::Serialize;

use crate::Failure;
use crate::link_output;
use crate::link_private::{self, PrivateLoss, key_of};
use crate::link_read::{hands, read_register, read_registers, settings_of};
use crate::link_resume::StandingFile;

/// Two files to be linked, or one to be held against itself.
#[derive(Debug, Clone)]
pub struct LinkAsked<'a> {
    pub left: &'a Path,
    /// `None`: the left one is looked through for doubles.
    pub right: Option<&'a Path>,
    pub settings: &'a Path,
    /// What persons decided: two ids and `same` or `different` a row.
    pub decisions: Option<&'a Path>,
    /// Where the links go: .csv or .xlsx.
    pub out: Option<&'a Path>,
    /// Where a page with weights, thresholds and examples goes.
    pub report: Option<&'a Path>,
    /// Two ids whose score is to be explained.
    pub explain: Option<(&'a str, &'a str)>,
    /// Where the model that was learned goes.
    pub save_model: Option<&'a Path>,
    /// Where the work stands is kept here; a run that was stopped goes on from it.
    pub resume: Option<&'a Path>,
    /// The key by whose hashes the registers are compared instead of their words.
    pub private: Option<&'a Path>,
    /// Show names, numbers and telephones whole.
    pub unmasked: bool,
    pub lang: Lang,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct LinkReport {
    pub left: Side,
    /// Absent where one register was held against itself.
    pub right: Option<Side>,
    /// Pairs that were compared, and by which keys they were found.
    pub compared: u64,
    pub keys: Vec<KeyLine>,
    pub links: usize,
    pub reviews: usize,
    pub threshold: f64,
    /// How many pairs are the same person, as estimated.
    pub matches_expected: f64,
    pub weights: Vec<WeightLine>,
    pub curve: Vec<CurveLine>,
    pub calibration: Vec<CalibrationLine>,
    pub explanation: Option<Vec<Text>>,
    /// Where hashes were compared instead of words: what that costs.
    pub private: Option<PrivateLoss>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
pub struct Side {
    pub name: String,
    pub records: usize,
    /// Records without any candidate worth a look.
    pub unlinkable: usize,
}

#[derive(Debug, Serialize)]
pub struct KeyLine {
    pub key: String,
    pub pairs: u64,
    pub left_out: u64,
}

#[derive(Debug, Serialize)]
pub struct WeightLine {
    pub comparison: String,
    pub level: Text,
    pub matched: f64,
    pub kin: Option<f64>,
    pub stranger: f64,
    pub weight: f64,
}

#[derive(Debug, Serialize)]
pub struct CurveLine {
    pub threshold: f64,
    pub links: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// What the model said of pairs that persons decided, against what they said.
#[derive(Debug, Serialize)]
pub struct CalibrationLine {
    pub from: f64,
    pub to: f64,
    pub decided: usize,
    pub expected: f64,
    pub same: usize,
}

/// Links two files by settings. The output is written whole or not at all.
pub fn link_files(asked: &LinkAsked<'_>, progress: &mut dyn FnMut(u64, u64)) -> Result<LinkReport, Failure> {
    let settings = settings_of(asked.settings)?;
    if let Some(out) = asked.out {
        link_output::check_ending(out)?;
    }
    let (left, right, mut findings) = read_registers(asked.left, asked.right, Some(&settings))?;
    let names = (left.name().to_string(), right.as_ref().map(|right| right.name().to_string()));
    let decisions = asked.decisions.map(read_decisions).transpose()?.unwrap_or_default();
    let key = asked.private.map(key_of).transpose()?;
    let hidden = key.map(|key| link_private::hidden(left.clone(), right.clone(), &settings, &key)).transpose()?;
    let (records, of_records) = Records::new_with(left, right, &settings, hands());
    findings.extend(of_records);
    let linked = run(&records, &settings, &decisions, asked, progress)?;
    if let Some((left, right, settings)) = hidden {
        let (hidden, _) = Records::new_with(left, right, &settings, hands());
        let by_hashes = run(&hidden, &settings, &link_private::by_place(&decisions, &records), asked, progress)?;
        let private = Some(link_private::loss(&linked, &by_hashes));
        let linked = by_hashes;
        // Whether something holds is one bit, which may well be the same for all.
        findings.extend(linked.findings.iter().filter(|finding| finding.code != "link-column-constant").cloned());
        if let Some(out) = asked.out {
            link_output::write_links(out, &records, &linked, asked.lang)?;
        }
        let explanation =
            asked.explain.map(|pair| explain_pair(pair, &records, &hidden, &settings, &linked, true)).transpose()?;
        let report = report(names, &records, &settings, &linked, explanation, private, findings);
        if let Some(page) = asked.report {
            crate::link_report::write_page(page, &report, &hidden, &settings, &linked, asked)?;
        }
        return Ok(report);
    }
    findings.extend(linked.findings.iter().cloned());
    let explanation =
        asked.explain.map(|pair| explain_pair(pair, &records, &records, &settings, &linked, asked.unmasked)).transpose()?;
    if let Some(out) = asked.out {
        link_output::write_links(out, &records, &linked, asked.lang)?;
    }
    if let Some(out) = asked.save_model {
        link_output::write_whole(out, linked.model.to_toml(&records, &settings).as_bytes())?;
    }
    let report = report(names, &records, &settings, &linked, explanation, None, findings);
    if let Some(page) = asked.report {
        crate::link_report::write_page(page, &report, &records, &settings, &linked, asked)?;
    }
    Ok(report)
}

/// Links with all hands, from where an earlier run stood.
fn run(
    records: &Records,
    settings: &Settings,
    decisions: &[Decision],
    asked: &LinkAsked<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Linked, Failure> {
    let (mut file, standing) = match asked.resume.filter(|_| asked.private.is_none()) {
        None => (None, None),
        Some(path) => {
            let (file, standing) = StandingFile::open(path, asked)?;
            (Some(file), standing)
        }
    };
    let mut keep = |standing: &Standing| {
        if let Some(file) = &mut file {
            file.keep(standing);
        }
    };
    let way = Way { hands: hands(), resume: standing, keep: Some(&mut keep) };
    let linked = linkage::link_with(records, settings, decisions, way, &mut |at| {
        progress(at.done, at.of);
        ControlFlow::Continue(())
    });
    let Some(mut linked) = linked else {
        return Err(Failure::prevented(
            text!("比对被中止，没有写出任何结果", "linking was stopped; nothing was written"),
            Text::new("", ""),
        ));
    };
    linked.findings.extend(file.and_then(StandingFile::done));
    Ok(linked)
}

/// Settings proposed for two files, as TOML, and what was not understood.
pub fn propose_link(left: &Path, right: Option<&Path>) -> Result<(String, Vec<Finding>), Failure> {
    let (left, right, mut findings) = read_registers(left, right, None)?;
    let (toml, of_columns) = linkage::propose(&left, right.as_ref());
    findings.extend(of_columns);
    Ok((toml, findings))
}

/// Writes proposed settings; a file that is there already is left as it is.
pub fn write_settings(out: &Path, toml: &str) -> Result<(), Failure> {
    if out.exists() {
        let at = out.display();
        return Err(Failure::wrong_use(
            text!("{at} 已存在，没有覆盖", "{at} is there already and was left as it is"),
            text!("换个文件名，或先移走它", "choose another name, or move it away"),
        ));
    }
    link_output::write_whole(out, toml.as_bytes())
}

fn report(
    names: (String, Option<String>),
    records: &Records,
    settings: &Settings,
    linked: &Linked,
    explanation: Option<Vec<Text>>,
    private: Option<PrivateLoss>,
    findings: Vec<Finding>,
) -> LinkReport {
    let (lonely_left, lonely_right) = linkage::unlinkable(linked, records);
    let known: Vec<(f64, bool)> = (linked.pairs.iter())
        .filter(|pair| matches!(pair.state, State::SaidSame | State::SaidDifferent))
        .map(|pair| (1.0 / (1.0 + (-pair.log_odds).exp()), pair.state == State::SaidSame))
        .collect();
    LinkReport {
        left: Side { name: names.0, records: records.n_left(), unlinkable: lonely_left },
        right: names.1.map(|name| Side { name, records: records.len() - records.n_left(), unlinkable: lonely_right }),
        compared: linked.compared,
        keys: (linked.plan.rules.iter())
            .map(|rule| KeyLine { key: rule.words.clone(), pairs: rule.pairs, left_out: rule.left_out })
            .collect(),
        links: linked.links().count(),
        reviews: linked.reviews().count(),
        threshold: linked.threshold,
        matches_expected: linked.model.matches_expected(),
        weights: (linked.model.table(settings).into_iter())
            .map(|row| WeightLine {
                comparison: row.comparison,
                level: row.level,
                matched: row.matched,
                kin: row.kin,
                stranger: row.stranger,
                weight: row.weight,
            })
            .collect(),
        curve: (linked.curve.iter())
            .map(|point| CurveLine {
                threshold: point.threshold,
                links: point.links,
                precision: point.precision,
                recall: point.recall,
                f1: point.f1,
            })
            .collect(),
        calibration: (linkage::calibration(&known).into_iter())
            .map(|bin| CalibrationLine {
                from: bin.from,
                to: bin.to,
                decided: bin.decided,
                expected: bin.expected,
                same: bin.same,
            })
            .collect(),
        explanation,
        private,
        findings,
    }
}

fn explain_pair(
    (left, right): (&str, &str),
    known: &Records,
    records: &Records,
    settings: &Settings,
    linked: &Linked,
    unmasked: bool,
) -> Result<Vec<Text>, Failure> {
    let row = |id: &str, is_right: bool| {
        known.row(id, is_right).ok_or_else(|| {
            let (zh, en) = if is_right { ("右", "right") } else { ("左", "left") };
            Failure::wrong_use(
                text!("{zh}边的表里没有编号“{id}”", "the {en} register has no record `{id}`"),
                text!("编号写全，与表中一致", "write the number as it stands in the file"),
            )
        })
    };
    let mut explanation = linkage::explain(records, settings, &linked.model, row(left, false)?, row(right, true)?);
    if !unmasked {
        mask(&mut explanation);
    }
    Ok(explanation.lines())
}

/// Covers what tells who somebody is, and leaves enough to see in what two records differ.
pub(crate) fn mask(explanation: &mut Explanation) {
    for step in &mut explanation.steps {
        for (cells, kinds) in [(&mut step.left, &step.kinds), (&mut step.right, &step.kinds)] {
            for (cell, kind) in cells.iter_mut().zip(kinds) {
                *cell = masked(kind, cell);
            }
        }
    }
}

pub(crate) fn masked(kind: &str, word: &str) -> String {
    let chars: Vec<char> = word.chars().collect();
    let (head, tail) = match kind {
        "citizen-id" | "student-no" => (6, 2),
        "phone" | "code" => (3, 2),
        "date" => (4, 0),
        "name" => (1, 0),
        "address" => (6, 0),
        _ => return word.to_string(),
    };
    let cover = |(at, c): (usize, &char)| if at < head || at + tail >= chars.len() { *c } else { '＊' };
    chars.iter().enumerate().map(cover).collect()
}

/// Reads decisions: the first two columns are ids, the third says `same`, `different`, 相同 or 不同.
fn read_decisions(path: &Path) -> Result<Vec<Decision>, Failure> {
    let (table, findings) = read_register(path, None)?;
    if let Some(finding) = findings.into_iter().find(Finding::must_fix) {
        return Err(Failure::wrong_use(finding.what, finding.hint));
    }
    let mut decisions = Vec::new();
    for row in 0..table.len() {
        let same = match table.cell(row, 2) {
            "same" | "相同" | "是" | "同一人" | "1" => true,
            "different" | "不同" | "否" | "不是同一人" | "0" => false,
            other => {
                let (number, other) = (row + 2, other.to_string());
                return Err(Failure::wrong_use(
                    text!(
                        "人工判定第 {number} 行的“{other}”看不出是相同还是不同",
                        "row {number} of the decisions: `{other}` says neither same nor different"
                    ),
                    text!("第三列写 相同 或 不同", "write `same` or `different` into the third column"),
                ));
            }
        };
        decisions.push(Decision { left: table.cell(row, 0).to_string(), right: table.cell(row, 1).to_string(), same });
    }
    Ok(decisions)
}
