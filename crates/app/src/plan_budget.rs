use std::path::Path;
use std::time::{Duration, Instant};

use evaluate::{Delta, Outcome, Rows, Scope, StockMatrix, Verdict};
use facts::{Date, Finding, Place, Severity, Text, text};
use plan::{Binding, LeftOut, Line, PlanFile, Shift, Tally, YearPlan};
use planners::{Answer, Settings, Status, plan_budget};
use policy::Resolved;

use crate::choose::{day, one_snapshot};
use crate::plan_conflict::conflicting;
use crate::plan_expected::{expecting, read_expected};
use crate::plan_problem::{RowOf, Stated, state_problem};
use crate::plan_settings::{PlanSettings, plan_settings};
use crate::plan_years::spread_over_years;
use crate::what_if::Lights;
use crate::{Failure, Library, evaluate_counties};

/// What a budget plan is made for.
#[derive(Debug, Clone, Default)]
pub struct BudgetAsked {
    pub on: Option<Date>,
    pub snapshot: Option<String>,
    /// A price list; the one in the binary where none is given.
    pub settings: Option<std::path::PathBuf>,
    /// Seconds after which the search ends with the best plan so far; those of the price list where none are given.
    pub seconds: Option<f64>,
    /// Yuan in all, at most; that of the price list where none is given.
    pub money: Option<f64>,
    /// New posts in all, at most; those of the price list where none are given.
    pub posts: Option<f64>,
    /// Over how many years the plan is spread; one where none is said.
    pub years: Option<u32>,
    /// A list of the pupils who are expected; today's where none is given.
    pub pupils: Option<std::path::PathBuf>,
    /// Where the problem is written as plain numbers, for another solver.
    pub problem: Option<std::path::PathBuf>,
}

/// A plan, or why there is none.
pub struct Proposed {
    pub plan: Option<PlanFile>,
    /// Demands that cannot hold together, each enough to give up; empty where there is a plan.
    pub conflict: Vec<Text>,
    pub findings: Vec<Finding>,
    pub status: Status,
}

/// The ground of a plan: what was known when it was made.
pub struct PlanGround {
    pub resolved: Resolved,
    pub matrix: StockMatrix,
    pub before: Outcome,
}

/// Opens a snapshot under the standard of a price list.
pub fn plan_ground(
    library: &Library,
    home: &Path,
    settings: &PlanSettings,
    on: Option<Date>,
    snapshot: Option<&str>,
) -> Result<PlanGround, Failure> {
    let snapshot = one_snapshot(home, snapshot)?;
    let (year, on) = day(snapshot.manifest(), on)?;
    let resolved = evaluate_counties::resolve(library, &settings.pack, on, snapshot.manifest())?;
    let matrix = evaluate::matrix(&snapshot, &resolved, year, on)?;
    let before = evaluate::evaluate(&resolved, &matrix);
    Ok(PlanGround { resolved, matrix, before })
}

/// Proposes the cheapest purchases and moves with which every school and every coefficient passes, and evaluates the county as
/// it would then be.
pub fn propose_budget(library: &Library, home: &Path, asked: &BudgetAsked) -> Result<Proposed, Failure> {
    let started = Instant::now();
    let mut settings = plan_settings(asked.settings.as_deref())?;
    settings.money = asked.money.or(settings.money);
    settings.posts = asked.posts.or(settings.posts);
    let ground = plan_ground(library, home, &settings, asked.on, asked.snapshot.as_deref())?;
    let expected = match &asked.pupils {
        Some(file) => read_expected(file, &ground)?,
        None => Vec::new(),
    };
    let ground = expecting(ground, &expected)?;
    let stated = state_problem(&ground.resolved, &ground.matrix, &ground.before, &settings)?;
    if let Some(file) = &asked.problem {
        write_problem(&stated, file)?;
    }
    let guard = asked.seconds.map_or(Duration::from_secs(settings.seconds), Duration::from_secs_f64);
    let stopped = || started.elapsed() > guard;
    let how = Settings { keep: settings.keep, gap: settings.gap, branches: settings.branches, ..Settings::default() };
    let answer = plan_budget(&stated.problem, &how, &stopped);
    let mut findings = stated.findings.clone();
    let Some(levels) = &answer.levels else {
        let conflict =
            if answer.status == Status::Impossible { conflicting(&stated, &ground, settings.keep, &stopped) } else { Vec::new() };
        return Ok(Proposed { plan: None, conflict, findings, status: answer.status });
    };
    let mut lines = lines(&stated, &ground, &settings, &answer, levels);
    let after = evaluate::what_if(&ground.resolved, &ground.matrix, &plan_deltas(&lines));
    findings.extend(after.findings.iter().filter(|finding| finding.code.starts_with("what-if-")).cloned());
    findings.extend(fallen(&ground.before, &after));
    let failing = |code: &facts::SchoolCode| ground.matrix.position(code).is_some_and(|school| !passes(&ground.before, school));
    let stands = |lines: &[Line]| tally(&evaluate::what_if(&ground.resolved, &ground.matrix, &plan_deltas(lines)));
    let years = spread_over_years(&mut lines, asked.years.unwrap_or(1), &failing, &stands);
    let mut plan = file(&stated, &ground, &settings, &answer, lines, years, &after);
    if !expected.is_empty() {
        let n = expected.len();
        plan.notes.insert(
            0,
            text!("按 {n} 处预测学生数编制，不是按现有学生数。", "made for the pupils expected at {n} places, not for today's."),
        );
    }
    plan.expected = expected;
    let mut conflict = Vec::new();
    if let Some(money) = settings.money.filter(|money| plan.cost > *money) {
        let (extra, least) = (plan.cost - money, (plan.bound - money).max(0.0));
        conflict.push(if plan.bound > money {
            text!(
                "资金 {money:.0} 元不够：已证明至少还差 {least:.0} 元；按本方案还差 {extra:.0} 元",
                "{money:.0} yuan are too little: at least {least:.0} more are needed, as is proven; this plan needs {extra:.0} more"
            )
        } else {
            text!(
                "按本方案资金还差 {extra:.0} 元；是否有不超过 {money:.0} 元的方案没有证明",
                "this plan needs {extra:.0} yuan more; whether one of {money:.0} yuan exists is not proven"
            )
        });
    }
    Ok(Proposed { plan: Some(plan), conflict, findings, status: answer.status })
}

fn write_problem(stated: &Stated, file: &Path) -> Result<(), Failure> {
    let words = serde_json::to_string(&stated.problem)
        .map_err(|error| Failure::prevented(Text::new(error.to_string(), error.to_string()), Text::new("", "")))?;
    std::fs::write(file, words).map_err(|error| Failure::io(text!("写出问题", "write the problem"), file, &error))
}

/// The changes that a plan's lines make.
pub fn plan_deltas(lines: &[Line]) -> Vec<Delta> {
    let each = |line: &Line| -> Vec<Delta> {
        let (school, stage) = (line.school.clone(), line.stage);
        let delta = |(stock, amount): &(String, f64)| {
            let (stock, amount) = (stock.clone(), amount * f64::from(line.units));
            match &line.from {
                Some(from) => Delta::Move { from: from.clone(), to: school.clone(), stage, stock, amount },
                None => Delta::Add { school: school.clone(), stage, stock, amount },
            }
        };
        line.adds.iter().map(delta).collect()
    };
    lines.iter().flat_map(each).collect()
}

/// Levels as purchases and moves, with reasons; what is given away goes to the next school that takes, by code.
fn lines(stated: &Stated, ground: &PlanGround, settings: &PlanSettings, answer: &Answer, levels: &[i64]) -> Vec<Line> {
    let mut lines = Vec::new();
    for pool in 0..stated.pools.len() {
        let sites: Vec<usize> = (0..levels.len()).filter(|site| stated.problem.sites[*site].pool == pool).collect();
        let mut giving: Vec<(usize, i64)> =
            sites.iter().filter(|site| levels[**site] < 0).map(|site| (*site, -levels[*site])).collect();
        giving.reverse();
        for site in sites.iter().filter(|site| levels[**site] > 0) {
            let mut wanted = levels[*site];
            while wanted > 0 {
                let Some((from, has)) = giving.last_mut() else {
                    lines.push(line(stated, ground, settings, answer, *site, None, wanted));
                    break;
                };
                let units = wanted.min(*has);
                lines.push(line(stated, ground, settings, answer, *site, Some(*from), units));
                wanted -= units;
                *has -= units;
                if *has == 0 {
                    giving.pop();
                }
            }
        }
    }
    lines.sort_by(|a, b| (&a.school, a.stage, &a.option, &a.from).cmp(&(&b.school, b.stage, &b.option, &b.from)));
    lines
}

fn line(
    stated: &Stated,
    ground: &PlanGround,
    settings: &PlanSettings,
    answer: &Answer,
    site: usize,
    from: Option<usize>,
    units: i64,
) -> Line {
    let name = &stated.sites[site];
    let option = &settings.options[name.option];
    let school = &ground.matrix.schools[name.school];
    let giver = from.map(|from| &ground.matrix.schools[stated.sites[from].school]);
    let each = if from.is_some() { option.move_cost } else { option.price }.unwrap_or(0.0);
    let private = school.traits.owner.as_deref() == Some("private");
    let (reason, article) = reason(stated, ground, answer, site, giver.map(|giver| giver.name.as_str()));
    Line {
        option: option.id.clone(),
        title: option.title(),
        school: school.code.clone(),
        name: school.name.clone(),
        stage: name.stage,
        from: giver.map(|giver| giver.code.clone()),
        from_name: giver.map(|giver| giver.name.clone()),
        units: u32::try_from(units).unwrap_or(u32::MAX),
        unit: option.unit(),
        cost: each * units as f64,
        fund: if private { text!("举办者自筹（民办）", "paid by the private school's owner") } else { option.fund() },
        yearly: option.yearly,
        adds: option.adds.iter().map(|(stock, amount)| (stock.clone(), *amount)).collect(),
        reason,
        article,
        year: 1,
    }
}

/// Why a place gets what it gets: the standards that it misses, or else the coefficient that is too high.
fn reason(stated: &Stated, ground: &PlanGround, answer: &Answer, site: usize, from: Option<&str>) -> (Text, String) {
    let frame = &ground.before.frame;
    let mut parts: Vec<Text> = Vec::new();
    let mut article = String::new();
    for (index, (row, name)) in stated.problem.rows.iter().zip(&stated.rows).enumerate() {
        if row.start >= row.need || !row.terms.iter().any(|(of, _)| *of == site) {
            continue;
        }
        let aim = if answer.left[index] { row.left.unwrap_or(row.need) } else { row.need };
        if row.start >= aim {
            continue;
        }
        let (short, cited) = name.of.titles(frame);
        let (value, aim) = (crate::words::shown(Some(row.start), 2), crate::words::shown(Some(aim), 3));
        let (zh, en) = (&short.zh, &short.en);
        if let RowOf::Item(_) = name.of {
            parts.push(text!("“{zh}”还差 {aim}", "\"{en}\" lacks {aim}"));
            article.clone_from(&cited.zh);
            continue;
        }
        let (floor_zh, floor_en) = if answer.left[index] { ("底线", "the floor") } else { ("标准", "the standard") };
        parts.push(text!("{zh}现为 {value}，{floor_zh} {aim}", "{en} is {value}, {floor_en} is {aim}"));
        article.clone_from(&cited.zh);
    }
    if parts.is_empty() {
        for (cone, (indicator, stage)) in stated.problem.cones.iter().zip(&stated.cones) {
            if !cone.members.iter().any(|member| member.terms.iter().any(|(of, _)| *of == site)) {
                continue;
            }
            let cv = ground.before.spread(*indicator, *stage).and_then(|spread| spread.cv);
            if cv.is_some_and(|cv| cv > cone.limit) {
                let head = &frame.indicators[*indicator];
                let (zh, en, stage) = (&head.short.zh, &head.short.en, stage.title());
                let (stage_zh, stage_en) = (stage.zh, stage.en);
                let (cv, limit) = (crate::words::shown(cv, 4), cone.limit);
                parts.push(text!(
                    "降低{stage_zh}{zh}差异系数（{cv}，上限 {limit}）",
                    "lowers the {stage_en} coefficient of {en} ({cv}, limit {limit})"
                ));
                article.clone_from(&head.article.zh);
            }
        }
    }
    if parts.is_empty() {
        parts.push(text!("使其他配备之后差异系数仍不超限", "keeps a coefficient within its limit after the other lines"));
    }
    if let Some(from) = from {
        parts.push(text!("{from}调出后仍达标", "{from} stays up to standard without it"));
    }
    let join = |of: fn(&Text) -> &str, mark: &str| parts.iter().map(of).collect::<Vec<_>>().join(mark);
    (Text::new(join(|part| &part.zh, "；"), join(|part| &part.en, "; ")), article)
}

fn file(
    stated: &Stated,
    ground: &PlanGround,
    settings: &PlanSettings,
    answer: &Answer,
    lines: Vec<Line>,
    years: Vec<YearPlan>,
    after: &Outcome,
) -> PlanFile {
    let mut funds: Vec<(String, f64)> = Vec::new();
    for line in &lines {
        match funds.iter_mut().find(|(fund, _)| *fund == line.fund.zh) {
            Some(known) => known.1 += line.cost,
            None => funds.push((line.fund.zh.clone(), line.cost)),
        }
    }
    funds.sort_by(|a, b| a.0.cmp(&b.0));
    let cost: f64 = lines.iter().map(|line| line.cost).sum();
    let heading = &ground.matrix.heading;
    let frame = &ground.before.frame;
    let left = stated.problem.rows.iter().zip(&stated.rows).filter_map(|(row, name)| {
        let RowOf::Indicator(indicator) = name.of else { return None };
        let value = after.figure(name.school, name.stage, indicator)?.value?;
        let school = &ground.matrix.schools[name.school];
        let head = &frame.indicators[indicator];
        (value < row.need).then(|| LeftOut {
            school: school.code.clone(),
            name: school.name.clone(),
            stage: name.stage,
            indicator: head.id.clone(),
            title: head.title.clone(),
            value,
            need: row.need,
        })
    });
    let unconfirmed = settings.options.iter().filter(|option| !option.confirmed).count();
    let mut notes = vec![
        text!(
            "方案只涉及学校达标和差异系数；其他项目（班额、用房、经费等）见核算结果。",
            "the plan is about schools and coefficients; for the other items see the outcome."
        ),
        text!(
            "哪一位教师、哪一台设备由学校和教体局定；调出学校按编码顺序配对，可以互换。",
            "which teacher and which device is for schools and bureau to say; givers and takers are paired by code and may be swapped."
        ),
    ];
    if unconfirmed > 0 {
        notes.insert(
            0,
            text!(
                "价目表中有 {unconfirmed} 项价格是假设，须换成本县的数。",
                "{unconfirmed} prices are assumptions and must be replaced by the county's own."
            ),
        );
    }
    PlanFile {
        format: "junheng-plan/1".to_string(),
        kind: "budget".to_string(),
        pack: heading.pack.clone(),
        pack_version: heading.pack_version.clone(),
        county: heading.county.clone(),
        county_name: heading.county_name.clone(),
        on: heading.on,
        snapshot: heading.snapshot.clone(),
        settings: settings.hash.clone(),
        expected: Vec::new(),
        seed: 0,
        status: status_word(answer.status).to_string(),
        cost,
        first_year: years.first().map_or(cost, |year| year.cost),
        later_years: lines.iter().filter(|line| line.yearly).map(|line| line.cost).sum(),
        funds,
        years,
        coefficients: shifts(&ground.before, after),
        bound: answer.bound,
        gap: answer.gap().unwrap_or(0.0),
        before: tally(&ground.before),
        after: tally(after),
        left: left.collect(),
        binding: binding(stated, ground, answer),
        notes,
        lines,
    }
}

/// One step of a limit that is told to people.
const LIMIT_STEP: f64 = 0.01;

fn binding(stated: &Stated, ground: &PlanGround, answer: &Answer) -> Vec<Binding> {
    let frame = &ground.before.frame;
    let mut binding = Vec::new();
    for ((indicator, stage), price) in stated.cones.iter().zip(&answer.limit_prices) {
        let saves = (price * LIMIT_STEP).round();
        if saves >= 1.0 {
            let (head, stage) = (&frame.indicators[*indicator], stage.title());
            let (zh, en, stage_zh, stage_en) = (&head.short.zh, &head.short.en, stage.zh, stage.en);
            binding.push(Binding {
                what: text!("{stage_zh}{zh}差异系数上限放宽 {LIMIT_STEP}", "the {stage_en} limit of {en} higher by {LIMIT_STEP}"),
                saves,
            });
        }
    }
    for (cap, price) in stated.caps.iter().zip(&answer.cap_prices) {
        let saves = price.round();
        if saves >= 1.0 {
            let (zh, en) = (&cap.zh, &cap.en);
            binding.push(Binding { what: text!("“{zh}”再多 1", "one more than \"{en}\""), saves });
        }
    }
    binding.sort_by(|a, b| b.saves.total_cmp(&a.saves));
    binding
}

/// Each coefficient with a limit, before and after.
pub(crate) fn shifts(before: &Outcome, after: &Outcome) -> Vec<Shift> {
    let shift = |coefficient: crate::what_if::Coefficient| Shift {
        indicator: coefficient.indicator,
        title: coefficient.short,
        stage: coefficient.stage,
        before: coefficient.before,
        after: coefficient.after,
        limit: coefficient.limit,
    };
    crate::what_if::coefficients(before, after).into_iter().map(shift).collect()
}

/// Whether a school passes every judgement on schools.
fn passes(outcome: &Outcome, school: usize) -> bool {
    outcome.judgements.iter().all(|judged| match &judged.rows {
        Rows::AtLeast(rows) => rows.iter().filter(|row| row.school == school).all(|row| row.verdict == Verdict::Pass),
        _ => true,
    })
}

/// Items that held before a plan and do not hold with it: purchases and moves touch staffing, rooms and training, too.
fn fallen(before: &Outcome, after: &Outcome) -> Vec<Finding> {
    let changed = evaluate::diff(before, after).items;
    let fell = changed.iter().filter(|change| change.before == Some(Verdict::Pass) && change.after != Some(Verdict::Pass));
    let finding = |change: &evaluate::VerdictChange| {
        let words = change.line();
        let hint = text!("修改方案，或说明如何补救", "change the plan, or say how it is mended");
        Finding::new(Severity::Logic, "plan-item-falls", Place::Everywhere, words, hint)
    };
    fell.map(finding).collect()
}

pub(crate) fn tally(outcome: &Outcome) -> Tally {
    let lights = Lights::of(outcome);
    Tally {
        schools: outcome.scope.iter().filter(|scope| **scope == Scope::In).count(),
        schools_pass: lights.schools_pass,
        coefficients_over: lights.coefficients_over,
        items_failing: lights.items_failing,
    }
}

pub(crate) fn status_word(status: Status) -> &'static str {
    match status {
        Status::WithinGap => "within-gap",
        Status::StepsUsed => "steps-used",
        Status::Stopped => "time-limit",
        Status::Impossible => "impossible",
        Status::NotFound => "not-found",
    }
}

impl Proposed {
    /// Why there is no plan.
    pub fn refusal(&self) -> Text {
        match self.status {
            Status::Impossible => text!(
                "没有任何方案能满足全部要求。下列要求不能同时成立（除非写明还不够，放宽其中任何一条即可）：",
                "no plan satisfies everything. These demands cannot hold together (to give up any one is enough, where not said otherwise):"
            ),
            _ => text!(
                "没有找到方案，也没有证明不存在。加大 seconds 和 branches，或放宽价目表中的 most",
                "no plan was found, and it is not proven that there is none. Raise `seconds` and `branches`, or `most` in the price list"
            ),
        }
    }
}
