use std::collections::BTreeMap;
use std::path::Path;

use evaluate::Delta;
use facts::{Date, Finding, Place, Severity, Text, text};
use plan::{Line, PlanFile};
use serde::Serialize;

use crate::plan_budget::{PlanGround, plan_deltas, plan_ground};
use crate::plan_expected::{expected_deltas, expecting};
use crate::plan_ledger::ledger;
use crate::plan_settings::{PlanSettings, plan_settings};
use crate::what_if::{WhatIf, try_changes};
use crate::{Failure, Library, words};

/// Writes a plan into a file; gives its name, the SHA-256 of the text.
pub fn write_plan(plan: &PlanFile, file: &Path) -> Result<String, Failure> {
    use sha2::{Digest, Sha256};
    let mut words = serde_json::to_string_pretty(plan)
        .map_err(|error| Failure::prevented(Text::new(error.to_string(), error.to_string()), Text::new("", "")))?;
    words.push('\n');
    std::fs::write(file, &words).map_err(|error| Failure::io(text!("写出方案", "write the plan"), file, &error))?;
    Ok(Sha256::digest(words.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Reads a plan.
pub fn read_plan(file: &Path) -> Result<PlanFile, Failure> {
    let words = std::fs::read_to_string(file).map_err(|error| Failure::io(text!("读取方案", "read the plan"), file, &error))?;
    serde_json::from_str(&words).map_err(|error| {
        let shown = file.display();
        Failure::wrong_use(
            text!("方案文件读不懂：{shown}：{error}", "the plan cannot be read: {shown}: {error}"),
            text!("用 junheng plan budget 写出的文件", "use a file that `junheng plan budget` wrote"),
        )
    })
}

/// A plan, looked at again: by the checks of their own, and by the official evaluation.
#[derive(Serialize)]
pub struct PlanChecked {
    pub findings: Vec<Finding>,
    pub outcome: WhatIf,
}

/// Reads the snapshot of a plan again, works everything out in another way, and evaluates the county as it would be.
pub fn check_plan(library: &Library, home: &Path, plan: &PlanFile, settings: Option<&Path>) -> Result<PlanChecked, Failure> {
    let settings = plan_settings(settings)?;
    let (ground, on) = opened(library, home, plan, &settings)?;
    let mut findings = Vec::new();
    if settings.hash != plan.settings {
        findings.push(Finding::new(
            Severity::Experience,
            "plan-other-settings",
            Place::Everywhere,
            text!("方案是按另一份价目表编制的", "the plan was made with another price list"),
            text!("用 --settings 给出编制时的价目表", "give the price list that it was made with as --settings"),
        ));
    }
    if ground.matrix.heading.pack_version != plan.pack_version || on != plan.on {
        findings.push(Finding::new(
            Severity::Experience,
            "plan-other-standard",
            Place::Everywhere,
            text!("标准的版本在方案编制之后变了", "the standard was changed after the plan was made"),
            text!("重新编制方案", "make the plan anew"),
        ));
    }
    let (ledger, doubts) = ledger(&ground, &settings.options);
    findings.extend(doubts);
    findings.extend(plan::check(plan, &ledger));
    let outcome = try_changes(&ground.resolved, &ground.matrix, plan_deltas(&plan.lines));
    findings.extend(outcome.findings.iter().filter(|finding| finding.must_fix()).cloned());
    Ok(PlanChecked { findings, outcome })
}

fn opened(library: &Library, home: &Path, plan: &PlanFile, settings: &PlanSettings) -> Result<(PlanGround, Date), Failure> {
    let ground = plan_ground(library, home, settings, Some(plan.on), plan.snapshot.as_deref())?;
    let ground = expecting(ground, &plan.expected)?;
    let on = ground.matrix.heading.on;
    Ok((ground, on))
}

/// The changes of a plan as a file for `what-if --delta`.
pub fn plan_changes(plan: &PlanFile) -> Vec<Delta> {
    let mut changes = expected_deltas(&plan.expected);
    changes.extend(plan_deltas(&plan.lines));
    changes
}

/// What one plan does and another does not.
pub fn diff_plans(before: &PlanFile, after: &PlanFile) -> Vec<Text> {
    let key = |line: &Line| (line.school.clone(), line.stage, line.option.clone(), line.from.clone());
    let table = |plan: &PlanFile| -> BTreeMap<_, (u32, Text, String)> {
        plan.lines.iter().map(|line| (key(line), (line.units, line.title.clone(), line.name.clone()))).collect()
    };
    let (old, new) = (table(before), table(after));
    let (a, b) = (before.cost, after.cost);
    let mut lines = vec![text!("费用：{a:.0} → {b:.0} 元", "cost: {a:.0} → {b:.0} yuan")];
    let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (was, is) = (old.get(key), new.get(key));
        let (x, y) = (was.map_or(0, |line| line.0), is.map_or(0, |line| line.0));
        if let (true, Some((_, title, name))) = (x != y, is.or(was)) {
            let (zh, en, stage) = (&title.zh, &title.en, key.1.title());
            let (stage_zh, stage_en) = (stage.zh, stage.en);
            lines.push(text!("{name} {stage_zh} {zh}：{x} → {y}", "{name} {stage_en} {en}: {x} → {y}"));
        }
    }
    lines
}

/// What a plan does at one school, given by code or name.
pub fn school_lines(plan: &PlanFile, school: &str) -> Result<Vec<Text>, Failure> {
    let here = |code: &facts::SchoolCode, name: &str| code.as_str() == school || name == school;
    let mut lines: Vec<Text> = plan.lines.iter().filter(|line| here(&line.school, &line.name)).map(line_words).collect();
    for line in &plan.lines {
        if let (Some(from), Some(name)) = (&line.from, &line.from_name)
            && here(from, name)
        {
            let (to, title, units, unit) = (&line.name, &line.title, line.units, &line.unit);
            lines.push(Text::new(
                format!("  调往{to}：{}，{units} {}", title.zh, unit.zh),
                format!("  gives to {to}: {}, {units} {}", title.en, unit.en),
            ));
        }
    }
    if lines.is_empty() {
        return Err(Failure::unknown(
            text!("方案里没有“{school}”的内容", "the plan says nothing of `{school}`"),
            text!(
                "写学校标识码或全称；不在方案里的学校没有变动",
                "give its code or full name; a school that is not in the plan keeps what it has"
            ),
        ));
    }
    Ok(lines)
}

/// A plan on about one page: result, money, lines by school, what binds, what is left.
pub fn plan_lines(plan: &PlanFile) -> Vec<Text> {
    let (name, pack, on) = (&plan.county_name, &plan.pack, plan.on);
    let mut lines = vec![text!("{name}达标配备方案（{pack}，{on}）", "{name}: plan to pass {pack} ({on})")];
    let (old, new) = (plan.before, plan.after);
    let (all, a, b, c, d) = (new.schools, old.schools_pass, new.schools_pass, old.coefficients_over, new.coefficients_over);
    lines.push(text!(
        "达标学校 {a} → {b}（参评 {all} 所）；差异系数超限 {c} → {d} 项",
        "schools up to standard {a} → {b} (of {all}); coefficients over their limit {c} → {d}"
    ));
    let (a, b) = (old.items_failing, new.items_failing);
    lines.push(text!(
        "不符合的项目 {a} → {b} 项（价目表没有办法的不由本方案解决）",
        "items that do not hold {a} → {b} (what the price list cannot mend is not part of the plan)"
    ));
    let (first, later) = (money(plan.first_year), money(plan.later_years));
    lines.push(text!(
        "费用：首年 {first} 元，以后每年 {later} 元",
        "cost: {first} yuan in the first year, {later} yuan in each year after"
    ));
    for year in plan.years.iter().filter(|_| plan.years.len() > 1) {
        let (n, cost, pass, over) = (year.year, money(year.cost), year.after.schools_pass, year.after.coefficients_over);
        lines.push(text!(
            "第 {n} 年 {cost} 元：年末达标学校 {pass} 所，差异系数超限 {over} 项",
            "year {n}, {cost} yuan: at its end {pass} schools pass, {over} coefficients are over their limit"
        ));
    }
    for (fund, sum) in &plan.funds {
        let sum = money(*sum);
        lines.push(text!("    {fund} {sum} 元", "    {fund} {sum} yuan"));
    }
    let (bound, gap) = (money(plan.bound), words::shown(Some(plan.gap * 100.0), 2));
    lines.push(text!(
        "已证明：同样的买法调法，任何方案都不低于 {bound} 元，本方案最多贵 {gap}%",
        "proven: no plan of such purchases and moves costs less than {bound} yuan; this one is at most {gap} % dearer"
    ));
    for line in &plan.lines {
        lines.push(line_words(line));
    }
    for left in &plan.left {
        let (name, stage, title) = (&left.name, left.stage.title(), &left.title);
        let (value, need) = (words::shown(Some(left.value), 2), words::shown(Some(left.need), 2));
        lines.push(Text::new(
            format!("留下不补：{name} {} {} {value}（标准 {need}，不低于底线）", stage.zh, title.zh),
            format!("left below: {name} {} {} {value} (standard {need}, not below the floor)", stage.en, title.en),
        ));
    }
    for binding in &plan.binding {
        let (what, saves) = (&binding.what, money(binding.saves));
        let (zh, en) = (&what.zh, &what.en);
        lines.push(text!("若{zh}，约省 {saves} 元", "with {en}, about {saves} yuan are saved"));
    }
    lines.extend(plan.notes.iter().map(|note| Text::new(format!("注意：{}", note.zh), format!("note: {}", note.en))));
    lines
}

fn line_words(line: &Line) -> Text {
    let (name, stage, title, units, unit) = (&line.name, line.stage.title(), &line.title, line.units, &line.unit);
    let (cost, reason, article) = (money(line.cost), &line.reason, &line.article);
    let (from_zh, from_en) = match &line.from_name {
        Some(from) => (format!("从{from}调入"), format!("moved from {from}")),
        None => ("新增".to_string(), "new".to_string()),
    };
    let (cited_zh, cited_en) =
        if article.is_empty() { (String::new(), String::new()) } else { (format!("〔{article}〕"), format!(" [{article}]")) };
    Text::new(
        format!("  {name} {}：{}，{from_zh} {units} {}，{cost} 元。{}{cited_zh}", stage.zh, title.zh, unit.zh, reason.zh),
        format!("  {name} {}: {}, {from_en}, {units} {}, {cost} yuan. {}{cited_en}", stage.en, title.en, unit.en, reason.en),
    )
}

fn money(yuan: f64) -> String {
    format!("{yuan:.0}")
}

/// Writes changes for `what-if --delta`.
pub fn write_changes(changes: &[Delta], file: &Path) -> Result<(), Failure> {
    let words = serde_json::to_string_pretty(changes)
        .map_err(|error| Failure::prevented(Text::new(error.to_string(), error.to_string()), Text::new("", "")))?;
    std::fs::write(file, words).map_err(|error| Failure::io(text!("写出变动", "write the changes"), file, &error))
}
