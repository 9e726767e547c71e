use std::collections::BTreeMap;
use std::fmt::Write as _;

use facts::{Text, text};

use crate::classes::{ClassCount, ClassProblem, ClassScore};

/// The first word of the files of a class assignment: the version of their specification.
pub const CLASS_PROTOCOL: &str = "junheng-classes/1";

/// A class assignment as it is sealed before the draw: the problem, pupils under their receipt numbers, and the settings of the
/// search. Its text has one form, so that one input has one hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassInput {
    /// Random hexadecimal digits: without them the attributes of a child could be guessed from the hash.
    pub salt: String,
    /// SHA-256 of the county's rule, in hexadecimal digits.
    pub rules: String,
    /// A composition with at most so much above the proven bound is taken at once.
    pub slack: u64,
    /// How often the search is shaken at most.
    pub kicks: u32,
    /// In the order of the problem.
    pub count_titles: Vec<String>,
    pub score_titles: Vec<String>,
    /// By pupil, ascending.
    pub receipts: Vec<String>,
    pub problem: ClassProblem,
}

impl ClassInput {
    /// The text that is sealed as `input.txt`.
    pub fn write(&self) -> String {
        let problem = &self.problem;
        let mut out = format!(
            "{CLASS_PROTOCOL} input\nsalt {}\nrules {}\nclasses {}\nslack {}\nkicks {}\n",
            self.salt, self.rules, problem.classes, self.slack, self.kicks
        );
        for (count, title) in problem.counts.iter().zip(&self.count_titles) {
            let _ = writeln!(out, "count {} {title}", count.weight);
        }
        for (score, title) in problem.scores.iter().zip(&self.score_titles) {
            let _ = writeln!(out, "score {} {title}", score.weight);
        }
        let mut bound = vec!["-"; self.receipts.len()];
        for unit in problem.units.iter().filter(|unit| unit.len() > 1) {
            // Those who are bound share the receipt of the first.
            let first = unit.iter().min().map_or("-", |first| self.receipts[*first as usize].as_str());
            unit.iter().for_each(|pupil| bound[*pupil as usize] = first);
        }
        let mut amounts: Vec<Vec<String>> = vec![Vec::new(); self.receipts.len()];
        for (index, count) in problem.counts.iter().enumerate() {
            for (pupil, amount) in &count.amounts {
                amounts[*pupil as usize].push(if *amount == 1 { index.to_string() } else { format!("{index}:{amount}") });
            }
        }
        let joined = |words: &[String]| if words.is_empty() { "-".to_string() } else { words.join(",") };
        for (pupil, receipt) in self.receipts.iter().enumerate() {
            let values: Vec<String> = problem.scores.iter().map(|score| score.values[pupil].to_string()).collect();
            let _ = writeln!(out, "pupil {receipt} {} {} {}", bound[pupil], joined(&amounts[pupil]), joined(&values));
        }
        out
    }

    /// Reads `input.txt`; it must be the very text that [`ClassInput::write`] gives.
    pub fn read(words: &str) -> Result<ClassInput, Text> {
        let mut input = ClassInput {
            salt: String::new(),
            rules: String::new(),
            slack: 0,
            kicks: 0,
            count_titles: Vec::new(),
            score_titles: Vec::new(),
            receipts: Vec::new(),
            problem: ClassProblem::default(),
        };
        let mut units: BTreeMap<String, usize> = BTreeMap::new();
        for (index, line) in words.lines().enumerate() {
            let number = index + 1;
            input
                .take(index, line, &mut units)
                .ok_or_else(|| text!("input.txt 第 {number} 行读不懂", "line {number} of input.txt cannot be read"))?;
        }
        if input.write() != words {
            return Err(text!("input.txt 的写法被改动", "input.txt is not written as it must be"));
        }
        match input.problem.faults().into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(input),
        }
    }

    fn take(&mut self, index: usize, line: &str, units: &mut BTreeMap<String, usize>) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        let weighted = || {
            let (weight, title) = rest.split_once(' ')?;
            Some((weight.parse::<u32>().ok()?, title.to_string()))
        };
        match word {
            CLASS_PROTOCOL if index == 0 && rest == "input" => {}
            "salt" => self.salt = rest.to_string(),
            "rules" => self.rules = rest.to_string(),
            "classes" => self.problem.classes = rest.parse().ok()?,
            "slack" => self.slack = rest.parse().ok()?,
            "kicks" => self.kicks = rest.parse().ok()?,
            "count" => {
                let (weight, title) = weighted()?;
                self.problem.counts.push(ClassCount { weight, amounts: Vec::new() });
                self.count_titles.push(title);
            }
            "score" => {
                let (weight, title) = weighted()?;
                self.problem.scores.push(ClassScore { weight, values: Vec::new() });
                self.score_titles.push(title);
            }
            "pupil" => self.take_pupil(rest, units)?,
            _ => return None,
        }
        Some(())
    }

    fn take_pupil(&mut self, rest: &str, units: &mut BTreeMap<String, usize>) -> Option<()> {
        let cells: Vec<&str> = rest.split(' ').collect();
        let [receipt, bound, amounts, values] = cells[..] else { return None };
        if self.receipts.last().is_some_and(|last| last.as_str() >= receipt) {
            return None;
        }
        let pupil = u32::try_from(self.receipts.len()).ok()?;
        self.receipts.push(receipt.to_string());
        match units.get(bound) {
            Some(unit) if bound != "-" => self.problem.units[*unit].push(pupil),
            _ => {
                units.insert(bound.to_string(), self.problem.units.len());
                self.problem.units.push(vec![pupil]);
            }
        }
        for amount in listed(amounts) {
            let (index, amount) = match amount.split_once(':') {
                Some((index, amount)) => (index.parse::<usize>().ok()?, amount.parse().ok()?),
                None => (amount.parse::<usize>().ok()?, 1),
            };
            self.problem.counts.get_mut(index)?.amounts.push((pupil, amount));
        }
        let values = listed(values);
        if values.len() != self.problem.scores.len() {
            return None;
        }
        for (score, value) in self.problem.scores.iter_mut().zip(values) {
            score.values.push(value.parse().ok()?);
        }
        Some(())
    }
}

fn listed(cell: &str) -> Vec<&str> {
    if cell == "-" { Vec::new() } else { cell.split(',').collect() }
}
