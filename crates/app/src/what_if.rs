use std::path::{Path, PathBuf};

use evaluate::{Changes, Delta, Outcome, Rows, State, StockMatrix, Verdict};
use facts::{Date, Finding, Place, SchoolCode, Severity, Stage, Text, text};
use policy::Resolved;
use serde::{Deserialize, Serialize};

use crate::choose::{day, one_snapshot};
use crate::{Failure, Library, evaluate_counties, words};

/// Which county is to be tried, and what is to be changed there.
#[derive(Debug, Clone, Default)]
pub struct WhatIfAsked {
    pub pack: String,
    pub on: Option<Date>,
    pub snapshot: Option<String>,
    /// Files with `[[change]]` tables (TOML), or a JSON list of the same.
    pub files: Vec<PathBuf>,
    /// Changes as people type them: `2153990004.backbone_teachers+=2`.
    pub changes: Vec<String>,
}

/// The official outcome before and after some changes, and everything that is another than it was.
#[derive(Debug, Serialize)]
#[must_use = "a trial that nobody reads decides nothing"]
pub struct WhatIf {
    pub deltas: Vec<Delta>,
    /// Changes that could not be made, and changes that no indicator notices.
    pub findings: Vec<Finding>,
    pub before: Lights,
    pub after: Lights,
    pub coefficients: Vec<Coefficient>,
    pub changes: Changes,
}

/// The lights of an outcome, counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lights {
    pub verdict: Verdict,
    /// Schools that the standard concerns.
    pub schools: usize,
    /// Of these, schools of which every at-least judgement passes at every stage.
    pub schools_pass: usize,
    /// Coefficients over their limit.
    pub coefficients_over: usize,
    /// Items that do not hold.
    pub items_failing: usize,
}

/// A coefficient of variation before and after, against its limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coefficient {
    pub indicator: String,
    pub short: Text,
    pub stage: Stage,
    pub before: Option<f64>,
    pub after: Option<f64>,
    pub limit: Option<f64>,
    pub verdict_before: Verdict,
    pub verdict_after: Verdict,
}

/// Tries changes of what schools have, and judges the county again. Nothing is stored.
pub fn what_if(library: &Library, home: &Path, asked: &WhatIfAsked) -> Result<WhatIf, Failure> {
    let snapshot = one_snapshot(home, asked.snapshot.as_deref())?;
    let manifest = snapshot.manifest();
    let (year, on) = day(manifest, asked.on)?;
    let resolved = evaluate_counties::resolve(library, &asked.pack, on, manifest)?;
    let matrix = evaluate::matrix(&snapshot, &resolved, year, on)?;
    let mut deltas = Vec::new();
    for file in &asked.files {
        deltas.extend(read_changes(file, &resolved, &matrix)?);
    }
    for words in &asked.changes {
        deltas.push(parse_change(words, &resolved, &matrix)?);
    }
    if deltas.is_empty() {
        return Err(Failure::wrong_use(
            text!("没有给出任何变动", "no change is given"),
            text!(
                "例如：junheng what-if --pack {} 2153990004.backbone_teachers+=2",
                "for example: junheng what-if --pack {} 2153990004.backbone_teachers+=2",
                asked.pack
            ),
        ));
    }
    Ok(try_changes(&resolved, &matrix, deltas))
}

/// Judges a county before and after some changes.
pub fn try_changes(resolved: &Resolved, matrix: &StockMatrix, deltas: Vec<Delta>) -> WhatIf {
    let (before, after) = (evaluate::evaluate(resolved, matrix), evaluate::what_if(resolved, matrix, &deltas));
    compare(resolved, &before, &after, deltas)
}

/// Holds the outcome after some changes against the one before, where both are known already.
pub(crate) fn compare(resolved: &Resolved, before: &Outcome, after: &Outcome, deltas: Vec<Delta>) -> WhatIf {
    let mut findings: Vec<Finding> =
        after.findings.iter().filter(|finding| finding.code.starts_with("what-if-")).cloned().collect();
    let refused = findings.len();
    if refused < deltas.len() {
        findings.extend(deltas.iter().filter_map(|delta| unnoticed(resolved, &before.matrix, before, delta)));
    }
    WhatIf {
        before: Lights::of(before),
        after: Lights::of(after),
        coefficients: coefficients(before, after),
        changes: evaluate::diff(before, after),
        deltas,
        findings,
    }
}

/// Says so where a change moves no figure, no coefficient and no item.
fn unnoticed(resolved: &Resolved, matrix: &StockMatrix, before: &Outcome, delta: &Delta) -> Option<Finding> {
    let (Delta::Add { school, stock, .. } | Delta::Move { from: school, stock, .. }) = delta else { return None };
    let title = &resolved.stocks[resolved.stock(stock)?].title;
    let alone = evaluate::what_if(resolved, matrix, std::slice::from_ref(delta));
    if alone.findings.iter().any(|finding| finding.code.starts_with("what-if-")) {
        return None;
    }
    let changes = evaluate::diff(before, &alone);
    if !changes.figures.is_empty() || !changes.spreads.is_empty() || !changes.items.is_empty() {
        return None;
    }
    let name = matrix.position(school).map(|at| matrix.schools[at].name.clone());
    let (zh, en) = (&title.zh, &title.en);
    Some(Finding::new(
        Severity::Experience,
        "what-if-moves-nothing",
        Place::School { code: school.clone(), name },
        text!(
            "“{zh}”的这项变动不影响任何指标、差异系数和项目",
            "this change of \"{en}\" moves no indicator, no coefficient and no item"
        ),
        text!(
            "换用指标用到的数量（junheng packs --pack 标准 查看），或核对学校是否参评",
            "change a stock that an indicator is made of (see `junheng packs --pack ID`), or check that the school is examined"
        ),
    ))
}

impl Lights {
    pub fn of(outcome: &Outcome) -> Lights {
        let (mut failing, mut over) = (Vec::new(), 0);
        for judged in &outcome.judgements {
            match &judged.rows {
                Rows::AtLeast(rows) => {
                    failing.extend(rows.iter().filter(|row| row.verdict != Verdict::Pass).map(|row| row.school));
                }
                Rows::CvEach(rows) => over += rows.iter().filter(|row| row.verdict != Verdict::Pass).count(),
                Rows::CvMean(rows) => over += rows.iter().filter(|row| row.verdict != Verdict::Pass).count(),
                Rows::Items(_) | Rows::Score { .. } => {}
            }
        }
        failing.sort_unstable();
        failing.dedup();
        let schools = outcome.scope.iter().filter(|scope| **scope == evaluate::Scope::In).count();
        Lights {
            verdict: outcome.verdict,
            schools,
            schools_pass: schools - failing.len(),
            coefficients_over: over,
            items_failing: outcome.items.iter().filter(|item| item.verdict == Verdict::Fail).count(),
        }
    }
}

/// Every coefficient that a judgement limits, before and after.
pub fn coefficients(before: &Outcome, after: &Outcome) -> Vec<Coefficient> {
    let mut found = Vec::new();
    for (old, new) in before.judgements.iter().zip(&after.judgements) {
        let (Rows::CvEach(old), Rows::CvEach(new)) = (&old.rows, &new.rows) else { continue };
        for new in new {
            let Some(old) = old.iter().find(|old| old.indicator == new.indicator && old.stage == new.stage) else { continue };
            let head = &after.frame.indicators[new.indicator];
            found.push(Coefficient {
                indicator: head.id.clone(),
                short: head.short.clone(),
                stage: new.stage,
                before: old.cv,
                after: new.cv,
                limit: new.limit,
                verdict_before: old.verdict,
                verdict_after: new.verdict,
            });
        }
    }
    found.sort_by_key(|coefficient| coefficient.stage);
    found
}

/// One change in a file. A school is named by code or, where only one bears it, by name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do", deny_unknown_fields)]
enum Written {
    Add { school: String, stage: Option<Stage>, stock: String, amount: f64 },
    Move { from: String, to: String, stage: Option<Stage>, stock: String, amount: f64 },
    MovePupils { from: String, to: String, stage: Option<Stage>, pupils: f64 },
    Merge { school: String, into: String },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    change: Vec<Written>,
}

fn read_changes(file: &Path, resolved: &Resolved, matrix: &StockMatrix) -> Result<Vec<Delta>, Failure> {
    let read = || text!("读取变动文件", "read the file of changes");
    let words = std::fs::read_to_string(file).map_err(|error| Failure::io(read(), file, &error))?;
    let shown = file.display();
    let unreadable = |why: String| {
        let why = why.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        Failure::wrong_use(
            text!("变动文件读不懂：{shown}：{why}", "the file of changes cannot be read: {shown}: {why}"),
            text!(
                "每项写成：[[change]]，do = \"add\"、school、stage、stock、amount",
                "write each as: [[change]] with do = \"add\", school, stage, stock, amount"
            ),
        )
    };
    let written = if file.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str::<Vec<Written>>(&words).map_err(|error| unreadable(error.to_string()))?
    } else {
        toml::from_str::<WrittenFile>(&words).map_err(|error| unreadable(error.to_string()))?.change
    };
    written.into_iter().map(|written| meant(written, resolved, matrix)).collect()
}

fn meant(written: Written, resolved: &Resolved, matrix: &StockMatrix) -> Result<Delta, Failure> {
    let find = |words: &str| school_named(words, matrix);
    Ok(match written {
        Written::Add { school, stage, stock, amount } => {
            let school = find(&school)?;
            let stage = stage_meant(&school, stage, &stock, resolved, matrix)?;
            Delta::Add { school, stage, stock, amount }
        }
        Written::Move { from, to, stage, stock, amount } => {
            let (from, to) = (find(&from)?, find(&to)?);
            let stage = stage_meant(&from, stage, &stock, resolved, matrix)?;
            Delta::Move { from, to, stage, stock, amount }
        }
        Written::MovePupils { from, to, stage, pupils } => {
            let (from, to) = (find(&from)?, find(&to)?);
            let stage = stage_meant(&from, stage, "pupils", resolved, matrix)?;
            Delta::MovePupils { from, to, stage, pupils }
        }
        Written::Merge { school, into } => Delta::Merge { school: find(&school)?, into: find(&into)? },
    })
}

/// Reads a change as people type it: `学校[.学段].数量+=n`, `甲校[.学段].数量->乙校=n`, `甲校=>乙校`.
pub(crate) fn parse_change(words: &str, resolved: &Resolved, matrix: &StockMatrix) -> Result<Delta, Failure> {
    let unread = || {
        Failure::wrong_use(
            text!("变动读不懂：{words}", "the change cannot be read: {words}"),
            text!(
                "写成：学校.数量+=n，学校.数量-=n，甲校.数量->乙校=n，甲校.pupils->乙校=n，甲校=>乙校（合并）；学校有几个学段时写 学校.primary.数量",
                "write SCHOOL.STOCK+=n, SCHOOL.STOCK-=n, A.STOCK->B=n, A.pupils->B=n or A=>B (merge); where a school has several stages, SCHOOL.primary.STOCK"
            ),
        )
    };
    if let Some((school, into)) = words.split_once("=>") {
        return meant(Written::Merge { school: school.to_string(), into: into.to_string() }, resolved, matrix);
    }
    let (left, right) = words.rsplit_once('=').ok_or_else(unread)?;
    let amount = facts::parse_number(right).ok_or_else(unread)?;
    let of = |left: &str| -> Option<(String, Option<Stage>, String)> {
        let parts: Vec<&str> = left.trim().split('.').map(str::trim).collect();
        match parts[..] {
            [school, stock] => Some((school.to_string(), None, stock.to_string())),
            [school, stage, stock] => Some((school.to_string(), Some(Stage::read(stage)?), stock.to_string())),
            _ => None,
        }
    };
    let written = if let Some((from, to)) = left.split_once("->") {
        let (from, stage, stock) = of(from).ok_or_else(unread)?;
        let to = to.trim().to_string();
        if stock == "pupils" {
            Written::MovePupils { from, to, stage, pupils: amount }
        } else {
            Written::Move { from, to, stage, stock, amount }
        }
    } else {
        let (left, sign) = match (left.strip_suffix('+'), left.strip_suffix('-')) {
            (Some(left), _) => (left, 1.0),
            (_, Some(left)) => (left, -1.0),
            _ => return Err(unread()),
        };
        let (school, stage, stock) = of(left).ok_or_else(unread)?;
        Written::Add { school, stage, stock, amount: sign * amount }
    };
    meant(written, resolved, matrix)
}

fn school_named(words: &str, matrix: &StockMatrix) -> Result<SchoolCode, Failure> {
    let words = words.trim();
    if let Some(code) = SchoolCode::parse(words).filter(|code| matrix.position(code).is_some()) {
        return Ok(code);
    }
    let named: Vec<&SchoolCode> =
        matrix.schools.iter().filter(|school| school.name == words).map(|school| &school.code).collect();
    match named[..] {
        [one] => Ok(one.clone()),
        [] => Err(Failure::unknown(
            text!("没有“{words}”这所学校", "there is no school `{words}`"),
            text!(
                "用学校标识码或全称；校区用其所属学校的标识码",
                "use its code or full name; a campus is reached by the code of its school"
            ),
        )),
        _ => {
            let codes = named.iter().map(|code| code.as_str()).collect::<Vec<_>>().join("、");
            Err(Failure::wrong_use(
                text!("有几所学校叫“{words}”", "several schools are called `{words}`"),
                text!("改用标识码：{codes}", "use one of the codes: {codes}"),
            ))
        }
    }
}

/// The stage that is meant: the one said, the whole where the stock is reported so, or the only one that has it.
fn stage_meant(
    school: &SchoolCode,
    stage: Option<Stage>,
    stock: &str,
    resolved: &Resolved,
    matrix: &StockMatrix,
) -> Result<Stage, Failure> {
    let Some(index) = resolved.stock(stock).filter(|index| resolved.stocks[*index].level == policy::StockLevel::School) else {
        return Err(unknown_stock(stock, resolved));
    };
    let (Some(at), None) = (matrix.position(school), stage) else { return Ok(stage.unwrap_or(Stage::Whole)) };
    let units = &matrix.schools[at].units;
    let holds = |stage: Stage| units.iter().any(|unit| unit.figures.get(stage, index).known().is_some());
    let stages: Vec<Stage> = [Stage::Primary, Stage::Junior, Stage::Senior].into_iter().filter(|stage| holds(*stage)).collect();
    match stages[..] {
        [] => Ok(Stage::Whole),
        [one] => Ok(one),
        _ => {
            let (name, title) = (&matrix.schools[at].name, &resolved.stocks[index].title);
            let (zh, en) = (&title.zh, &title.en);
            let choices = stages.iter().map(|stage| stage.id()).collect::<Vec<_>>().join("、");
            Err(Failure::wrong_use(
                text!("{name}的“{zh}”按学段填报，要说明是哪一个学段", "{name} reports \"{en}\" by stage; say which one is meant"),
                text!("写成 {school}.学段.{stock}，学段为：{choices}", "write {school}.STAGE.{stock} with one of: {choices}"),
            ))
        }
    }
}

/// A stock is asked for that the standard does not count at schools.
pub fn unknown_stock(stock: &str, resolved: &Resolved) -> Failure {
    let mut used: Vec<&str> = Vec::new();
    for indicator in &resolved.indicators {
        for leaf in indicator.formula.leaves() {
            if let policy::expr::Leaf::Stock(index) = leaf
                && !used.contains(&resolved.stocks[index].id.as_str())
            {
                used.push(&resolved.stocks[index].id);
            }
        }
    }
    let known = used.join("、");
    let title = &resolved.title;
    let (zh, en) = (&title.zh, &title.en);
    Failure::unknown(
        text!("《{zh}》没有按学校统计的数量“{stock}”", "\"{en}\" counts no stock `{stock}` at schools"),
        text!("指标用到的有：{known}", "its indicators are made of: {known}"),
    )
}

/// How many figures whose light did not change are printed; all are in the JSON.
const FIGURES_SHOWN: usize = 20;

impl WhatIf {
    /// Whether every change could be made.
    pub fn whole(&self) -> bool {
        !self.findings.iter().any(Finding::must_fix)
    }

    /// Before and after in plain lines: lights first, then coefficients, then figures.
    pub fn lines(&self) -> Vec<Text> {
        let (n, heading) = (self.deltas.len(), &self.changes.before);
        let (name, year, pack) = (&heading.county_name, heading.year, &heading.pack);
        let mut lines = vec![text!(
            "试算：{name} {year} 学年，按 {pack}，{n} 项变动（不改动数据）",
            "what if: {name}, school year {year}, under {pack}, {n} changes (no data are changed)"
        )];
        let (old, new) = (&self.before, &self.after);
        let (verdict_old, verdict_new) = (words::verdict(old.verdict), words::verdict(new.verdict));
        lines.push(Text::new(
            format!("结论：{} → {}", verdict_old.zh, verdict_new.zh),
            format!("verdict: {} → {}", verdict_old.en, verdict_new.en),
        ));
        let (all, a, b) = (new.schools, old.schools_pass, new.schools_pass);
        lines.push(text!("学校达标：{a} → {b}（参评 {all} 所）", "schools up to standard: {a} → {b} (of {all})"));
        let (a, b, c, d) = (old.coefficients_over, new.coefficients_over, old.items_failing, new.items_failing);
        lines.push(text!(
            "差异系数超限：{a} → {b} 项；不符合的项目：{c} → {d} 项",
            "coefficients over their limit: {a} → {b}; items that do not hold: {c} → {d}"
        ));
        lines.extend(
            self.coefficients.iter().filter(|coefficient| coefficient.before != coefficient.after).map(Coefficient::line),
        );
        lines.extend(self.changes.items.iter().map(evaluate::VerdictChange::line));
        lines.extend(self.changes.schools.iter().map(evaluate::SchoolChange::line));
        let (turned, kept): (Vec<_>, Vec<_>) =
            self.changes.figures.iter().partition(|figure| figure.state.before != figure.state.after);
        lines.extend(turned.iter().filter_map(|figure| figure_line(figure)));
        lines.extend(kept.iter().take(FIGURES_SHOWN).filter_map(|figure| figure_line(figure)));
        if let Some(more) = kept.len().checked_sub(FIGURES_SHOWN).filter(|more| *more > 0) {
            lines.push(text!(
                "还有 {more} 个数值有变化、灯色不变（--format json 列出全部）",
                "{more} more figures changed within their light (--format json lists all)"
            ));
        }
        if self.changes.figures.is_empty() && self.changes.schools.is_empty() && self.changes.items.is_empty() {
            lines.push(text!("没有变化", "nothing changed"));
        }
        lines
    }
}

/// A figure before and after; the stock that moved it is what was typed.
pub(crate) fn figure_line(figure: &evaluate::FigureChange) -> Option<Text> {
    let line = figure.lines().into_iter().next()?;
    let sign = match (figure.state.before, figure.state.after) {
        (State::Met, State::Met) => "·",
        (_, State::Met) => "▲",
        (State::Met, _) => "▼",
        _ => "·",
    };
    Some(Text::new(format!("{sign} {}", line.zh), format!("{sign} {}", line.en)))
}

impl Coefficient {
    pub fn line(&self) -> Text {
        let (stage, short) = (self.stage.title(), &self.short);
        let (old, new, limit) = (words::shown(self.before, 4), words::shown(self.after, 4), words::shown(self.limit, 2));
        let verdict = words::verdict(self.verdict_after);
        let turned = if self.verdict_before == self.verdict_after { "" } else { " ←" };
        Text::new(
            format!("{} {} 差异系数：{old} → {new}（不超过 {limit}）：{}{turned}", stage.zh, short.zh, verdict.zh),
            format!(
                "{} {}, coefficient of variation: {old} → {new} (at most {limit}): {}{turned}",
                stage.en, short.en, verdict.en
            ),
        )
    }
}
