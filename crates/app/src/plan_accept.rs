//! An accepted plan becomes duties: one case for each school that gets something, in the ledger of cases.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use facts::{Date, Text, text};
use plan::{Line, PlanFile};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::plan_check::{check_plan, read_plan};
use crate::{DutyAsked, DutyOpening, Failure, Ledger, Library, open_duty};

/// The procedure by which plans are carried out.
const PROCEDURE: &str = "cn/procedures/plan-lines";

/// What is accepted, by whom, and until when it is to be done.
#[derive(Debug, Clone)]
pub struct AcceptAsked {
    pub by: Option<String>,
    pub until: Date,
    /// The price list with which the plan was made.
    pub settings: Option<std::path::PathBuf>,
}

/// The cases that were opened, and those that were there.
#[derive(Debug, Default, Serialize)]
#[must_use = "what was accepted is known from it alone"]
pub struct Accepted {
    pub plan: String,
    /// School and case.
    pub opened: Vec<(String, String)>,
    /// Schools that had a case of this plan already.
    pub known: usize,
}

/// Opens a case for each school of a plan. The plan is checked first: one with faults opens none. Accepting it twice opens nothing
/// the second time.
pub fn accept_plan(
    library: &Library,
    ledger: &mut Ledger,
    home: &Path,
    file: &Path,
    asked: &AcceptAsked,
) -> Result<Accepted, Failure> {
    let plan = read_plan(file)?;
    let checked = check_plan(library, home, &plan, asked.settings.as_deref())?;
    let faults: Vec<_> = checked.findings.into_iter().filter(facts::Finding::must_fix).collect();
    if !faults.is_empty() {
        return Err(Failure::found(&faults));
    }
    let bytes = std::fs::read(file).map_err(|error| Failure::io(text!("读取方案", "read the plan"), file, &error))?;
    let id: String = Sha256::digest(bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let mut accepted = Accepted { plan: id.clone(), ..Accepted::default() };
    let known: BTreeSet<String> = cases_of(ledger, &id)?;
    let mut schools: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in &plan.lines {
        schools.entry(line.school.as_str()).or_default().push(line);
    }
    for (school, lines) in schools {
        if known.contains(school) {
            accepted.known += 1;
            continue;
        }
        let (opening, act) = case_of(&plan, &id, school, &lines, asked);
        let done = open_duty(ledger, &opening, &act)?;
        accepted.opened.push((opening.label, done.case));
    }
    Ok(accepted)
}

fn case_of(plan: &PlanFile, id: &str, school: &str, lines: &[&Line], asked: &AcceptAsked) -> (DutyOpening, DutyAsked) {
    let name = lines.first().map_or(school, |line| line.name.as_str());
    let words: Vec<String> = lines.iter().map(|line| line_words(line)).collect();
    let mut funds: Vec<&str> = lines.iter().map(|line| line.fund.zh.as_str()).collect();
    funds.sort_unstable();
    funds.dedup();
    let money: f64 = lines.iter().map(|line| line.cost).sum();
    let set = [
        ("plan", id.to_string()),
        ("lines", words.join("；")),
        ("money", format!("{money:.0}")),
        ("funds", funds.join("、")),
        ("until", asked.until.to_string()),
    ];
    let n = lines.len();
    let opening = DutyOpening {
        procedure: PROCEDURE.to_string(),
        label: format!("{name}（方案 {id}）"),
        division: plan.county.to_string(),
        school: Some(school.to_string()),
        finding: format!("方案 {id} 审定，{n} 项"),
    };
    let set = set.into_iter().map(|(field, value)| (field.to_string(), value)).collect();
    (opening, DutyAsked { by: asked.by.clone(), set, ..DutyAsked::default() })
}

fn line_words(line: &Line) -> String {
    let (stage, title, units, unit) = (line.stage.title().zh, &line.title.zh, line.units, &line.unit.zh);
    let from = line.from_name.as_ref().map_or_else(|| "新增".to_string(), |from| format!("从{from}调入"));
    format!("{stage}{title} {from} {units} {unit}")
}

/// The schools that have a case of this plan, whatever became of it.
fn cases_of(ledger: &mut Ledger, plan: &str) -> Result<BTreeSet<String>, Failure> {
    let mark = format!("（方案 {plan}）");
    let filter = store::Filter { procedure: Some(PROCEDURE.to_string()), ..store::Filter::default() };
    let rows = ledger.store.list(&filter)?.rows;
    Ok(rows.into_iter().filter(|row| row.label.ends_with(&mark)).filter_map(|row| row.school).collect())
}

impl Accepted {
    pub fn lines(&self) -> Vec<Text> {
        let (plan, n, known) = (&self.plan, self.opened.len(), self.known);
        let mut lines = vec![text!(
            "方案 {plan} 审定：立案 {n}（一校一案），已有 {known}",
            "plan {plan} accepted: {n} cases opened, one for each school, {known} were there"
        )];
        lines.extend(self.opened.iter().map(|(label, case)| text!("  立案 {case} {label}", "  opened {case} {label}")));
        lines
    }
}
