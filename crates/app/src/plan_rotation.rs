use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use evaluate::{Delta, Outcome, Scope, StockMatrix};
use facts::{Date, Finding, Place, SchoolCode, Severity, Stage, Text, text};
use plan::{ChoiceSum, MoveLine, Post, Rotatable, Rotated, RotationFile, RotationProblem, Spread, rotation_faults, rotation_sum};
use planners::{Status, plan_rotation};
use policy::Resolved;

use crate::choose::{day, one_snapshot};
use crate::rotation_roll::{Member, Roll, roll};
use crate::rotation_rules::{BackboneOf, RotationChoice, RotationRules, rotation_rules};
use crate::{Failure, Library, evaluate_counties};

/// What a rotation is made for.
#[derive(Debug, Clone, Default)]
pub struct RotationAsked {
    pub on: Option<Date>,
    pub snapshot: Option<String>,
    /// The rule: `cn/rotation` in the binary where none is named, or a file.
    pub rules: Option<String>,
    /// A list of those who are exempt: 学校标识码, 姓名, 原因.
    pub exempt: Option<PathBuf>,
    /// Which choice between evenness and travel; the one in the middle where none is named.
    pub choice: Option<String>,
    pub seconds: Option<f64>,
    /// Who looks at the staff roll.
    pub who: String,
}

/// A rotation, with the ground it stands on.
pub struct RotationProposed {
    pub plan: Option<RotationFile>,
    pub refusal: Option<Text>,
    pub findings: Vec<Finding>,
}

/// The county, its staff and its rule, as numbers.
pub(crate) struct RotationGround {
    pub rules: RotationRules,
    pub resolved: Resolved,
    pub matrix: StockMatrix,
    pub before: Outcome,
    pub roll: Roll,
    pub problem: RotationProblem,
    /// By spread of the problem: attribute of the rule, and stage.
    pub spreads: Vec<(usize, Stage)>,
}

/// Seconds after which the search is stopped where none are said.
const SECONDS: f64 = 60.0;
/// How often each exchange is looked at again.
const PASSES: usize = 3;

/// Proposes who rotates: the largest fall of the official coefficients for the least travel, under the county's rule.
pub fn propose_rotation(library: &Library, home: &Path, asked: &RotationAsked) -> Result<RotationProposed, Failure> {
    let started = Instant::now();
    let mut ground = rotation_ground(library, home, asked)?;
    let guard = Duration::from_secs_f64(asked.seconds.unwrap_or(SECONDS).max(0.0));
    let stopped = || started.elapsed() > guard;
    let middle = ground.rules.choices.len() / 2;
    let at = match &asked.choice {
        None => middle,
        Some(id) => {
            let known = ground.rules.choices.iter().map(|choice| choice.id.as_str()).collect::<Vec<_>>().join("、");
            ground.rules.choices.iter().position(|choice| choice.id == *id).ok_or_else(|| {
                Failure::unknown(
                    text!("规则里没有“{id}”这种取舍", "the rule has no choice `{id}`"),
                    text!("有：{known}", "it has: {known}"),
                )
            })?
        }
    };
    let mut sums = Vec::new();
    let mut chosen = None;
    let choices = ground.rules.choices.clone();
    for (index, choice) in choices.iter().enumerate() {
        weigh(&mut ground.problem, choice);
        let answer = plan_rotation(&ground.problem, PASSES, &stopped);
        let met = rotation_faults(&ground.problem, &answer.moves).is_empty();
        if met {
            let after = evaluate::what_if(&ground.resolved, &ground.matrix, &rotation_deltas(&ground, &answer.moves));
            let (start, sum) = (rotation_sum(&ground.problem, &[]), rotation_sum(&ground.problem, &answer.moves));
            sums.push(ChoiceSum {
                id: choice.id.clone(),
                title: choice.title(),
                moved: sum.moved,
                backbone: sum.backbone,
                km: sum.km,
                gaps: sum.gaps,
                start: start.points,
                points: sum.points,
                bound: answer.bound,
                coefficients_over: crate::what_if::Lights::of(&after).coefficients_over,
            });
        }
        if index == at {
            chosen = Some((answer, met));
        }
    }
    weigh(&mut ground.problem, &choices[at]);
    let findings = ground.roll.findings.clone();
    let Some((answer, true)) = chosen else {
        let (eligible, least) =
            (ground.problem.teachers.iter().filter(|teacher| teacher.eligible).count(), ground.problem.least_moved);
        let ran_out = chosen.is_none_or(|(answer, _)| answer.status == Status::Stopped);
        let refusal = if ran_out {
            text!(
                "到了时限还没有排出方案：符合条件的 {eligible} 人中至少要交流 {least} 人。用 --time 给更长的时间再试；这不说明做不到",
                "time ran out before there was a rotation: of {eligible} eligible teachers at least {least} must move. Try again with a longer --time; it may well be possible"
            )
        } else {
            text!(
                "排不出方案：符合条件的 {eligible} 人中至少要交流 {least} 人，学科、距离、城乡类别和骨干比例合起来做不到。放宽规则里的 most_km、bands 或 least 再试",
                "no rotation: of {eligible} eligible teachers at least {least} must move, which subjects, distances, bands and the share of backbone teachers do not allow together. Ease `most_km`, `bands` or `least` of the rule"
            )
        };
        return Ok(RotationProposed { plan: None, refusal: Some(refusal), findings });
    };
    let plan = file(&ground, &choices[at], &answer, sums);
    Ok(RotationProposed { plan: Some(plan), refusal: None, findings })
}

fn weigh(problem: &mut RotationProblem, choice: &RotationChoice) {
    (problem.per_km, problem.per_move, problem.per_gap) = (choice.per_km, choice.per_move, choice.per_gap);
}

/// Reads snapshot, roll and rule, and states the problem.
pub(crate) fn rotation_ground(library: &Library, home: &Path, asked: &RotationAsked) -> Result<RotationGround, Failure> {
    let rules = rotation_rules(asked.rules.as_deref().unwrap_or("cn/rotation"))?;
    let snapshot = one_snapshot(home, asked.snapshot.as_deref())?;
    let (year, on) = day(snapshot.manifest(), asked.on)?;
    let resolved = evaluate_counties::resolve(library, &rules.pack, on, snapshot.manifest())?;
    let matrix = evaluate::matrix(&snapshot, &resolved, year, on)?;
    let before = evaluate::evaluate(&resolved, &matrix);
    let roll = roll(&snapshot, &matrix, &rules, (year, on), asked)?;
    let mut ground =
        RotationGround { rules, resolved, matrix, before, roll, problem: RotationProblem::default(), spreads: Vec::new() };
    state(&mut ground);
    Ok(ground)
}

fn state(ground: &mut RotationGround) {
    let RotationGround { rules, resolved, matrix, before, roll, problem, spreads } = ground;
    for (at, attribute) in rules.attributes.iter().enumerate() {
        for stage in [Stage::Primary, Stage::Junior] {
            let (Some(stock), Some(pupils)) = (resolved.stock(&attribute.stock), resolved.stock("pupils")) else { continue };
            let cell = |school: usize| {
                let stocks = &matrix.schools[school].stocks;
                let (n, has) = (stocks.get(stage, pupils).known()?, stocks.get(stage, stock).known()?);
                (before.scope[school] == Scope::In && n > 0.0).then_some((n, has))
            };
            spreads.push((at, stage));
            problem.spreads.push(Spread { weight: attribute.weight, schools: (0..matrix.schools.len()).map(cell).collect() });
        }
    }
    let mut posts: BTreeMap<(usize, Stage, String), u32> = BTreeMap::new();
    for member in &roll.members {
        *posts.entry((member.school, member.stage, member.subject.clone())).or_default() += 1;
    }
    let pupils_at = |school: usize, stage: Stage| {
        resolved.stock("pupils").and_then(|pupils| matrix.schools[school].stocks.get(stage, pupils).known()).unwrap_or(0.0)
    };
    // A listed subject without a teacher is a gap at a school that is large enough; the subject must be taught somewhere.
    let mut taught: Vec<(Stage, String)> = posts.keys().map(|(_, stage, subject)| (*stage, subject.clone())).collect();
    taught.sort();
    taught.dedup();
    for (stage, subject) in taught.iter().filter(|(_, subject)| rules.gaps.subjects.contains(subject)) {
        for school in 0..matrix.schools.len() {
            if pupils_at(school, *stage) >= rules.gaps.pupils {
                posts.entry((school, *stage, subject.clone())).or_default();
            }
        }
    }
    // A post above the county's usual number for its pupils may give one away.
    let mut usual: BTreeMap<(Stage, &String), (f64, f64)> = BTreeMap::new();
    for ((school, stage, subject), have) in &posts {
        let sum = usual.entry((*stage, subject)).or_default();
        *sum = (sum.0 + f64::from(*have), sum.1 + pupils_at(*school, *stage));
    }
    let mut at_post = BTreeMap::new();
    for ((school, stage, subject), have) in &posts {
        let line = taught.binary_search(&(*stage, subject.clone())).unwrap_or(0);
        let (teachers, pupils) = usual[&(*stage, subject)];
        let fair = if pupils > 0.0 { (teachers / pupils * pupils_at(*school, *stage)).ceil() as u32 } else { *have };
        let need = if *have == 0 { 1 } else { fair.clamp(1, *have) };
        at_post.insert((*school, line), problem.posts.len());
        problem.posts.push(Post { school: *school, line, have: *have, need });
    }
    for member in &roll.members {
        let line = taught.binary_search(&(member.stage, member.subject.clone())).unwrap_or(0);
        let counted = |(at, stage): &(usize, Stage)| *stage == member.stage && member.brings.contains(at);
        problem.teachers.push(Rotatable {
            post: at_post[&(member.school, line)],
            eligible: member.stays.is_none(),
            backbone: member.backbone,
            spreads: (0..spreads.len()).filter(|spread| counted(&spreads[*spread])).collect(),
        });
    }
    let eligible = problem.teachers.iter().filter(|teacher| teacher.eligible).count() as f64;
    problem.least_moved = (rules.quota.least * eligible - 1e-9).ceil() as usize;
    // Two exchange: an odd number may need one more.
    problem.most_moved = ((rules.quota.most * eligible).floor() as usize).max(problem.least_moved + 1);
    match rules.quota.backbone_of {
        BackboneOf::Moved => problem.backbone_share = rules.quota.backbone,
        BackboneOf::Eligible => problem.least_backbone = (rules.quota.backbone * eligible - 1e-9).ceil() as usize,
    }
    problem.most_km = rules.travel.most_km;
    problem.km = roll.km.clone();
    problem.counts = roll.counts.clone();
}

/// The changes of stocks that moves make.
pub(crate) fn rotation_deltas(ground: &RotationGround, moves: &[Rotated]) -> Vec<Delta> {
    let mut deltas = Vec::new();
    for step in moves {
        let member = &ground.roll.members[step.teacher];
        let code = |school: usize| ground.matrix.schools[school].code.clone();
        for at in &member.brings {
            let stock = ground.rules.attributes[*at].stock.clone();
            deltas.push(Delta::Move { from: code(member.school), to: code(step.to), stage: member.stage, stock, amount: 1.0 });
        }
    }
    deltas
}

fn file(
    ground: &RotationGround,
    choice: &RotationChoice,
    answer: &planners::RotationAnswer,
    choices: Vec<ChoiceSum>,
) -> RotationFile {
    let after = evaluate::what_if(&ground.resolved, &ground.matrix, &rotation_deltas(ground, &answer.moves));
    let heading = &ground.matrix.heading;
    let mut moves: Vec<MoveLine> = answer.moves.iter().map(|step| move_line(ground, &answer.moves, *step)).collect();
    moves.sort_by(|a, b| (&a.school, &a.to, &a.teacher).cmp(&(&b.school, &b.to, &b.teacher)));
    let mut not_eligible: BTreeMap<(String, String), usize> = BTreeMap::new();
    for stays in ground.roll.members.iter().filter_map(|member| member.stays.as_ref()) {
        *not_eligible.entry((stays.kind.zh.clone(), stays.kind.en.clone())).or_default() += 1;
    }
    RotationFile {
        format: "junheng-rotation/1".to_string(),
        kind: "rotation".to_string(),
        pack: heading.pack.clone(),
        pack_version: heading.pack_version.clone(),
        county: heading.county.clone(),
        county_name: heading.county_name.clone(),
        on: heading.on,
        snapshot: heading.snapshot.clone(),
        rules: ground.rules.id.clone(),
        rules_hash: ground.rules.hash.clone(),
        choice: choice.id.clone(),
        status: crate::plan_budget::status_word(answer.status).to_string(),
        eligible: ground.problem.teachers.iter().filter(|teacher| teacher.eligible).count(),
        not_eligible: not_eligible.into_iter().map(|((zh, en), n)| (Text::new(zh, en), n)).collect(),
        moves,
        start: rotation_sum(&ground.problem, &[]),
        end: rotation_sum(&ground.problem, &answer.moves),
        bound: answer.bound,
        before: crate::plan_budget::tally(&ground.before),
        after: crate::plan_budget::tally(&after),
        coefficients: crate::plan_budget::shifts(&ground.before, &after),
        choices,
        notes: notes(&ground.rules),
    }
}

/// What the reader must know: the documents, and which numbers a county has still to confirm.
fn notes(rules: &RotationRules) -> Vec<Text> {
    let mut notes = Vec::new();
    let cited = [
        (&rules.document.title, rules.document.confirmed),
        (&rules.eligible.document, rules.eligible.confirmed),
        (&rules.quota.document, rules.quota.confirmed),
    ];
    let title = rules.title();
    let (zh, en) = (&title.zh, &title.en);
    for (document, confirmed) in cited {
        notes.push(if confirmed {
            text!("{zh}的依据：{document}", "{en} rests on: {document}")
        } else {
            text!("{zh}的依据（待本县核定）：{document}", "{en} rests on (to be confirmed by the county): {document}")
        });
    }
    let of = match rules.quota.backbone_of {
        BackboneOf::Moved => text!("实际交流的教师", "those who move"),
        BackboneOf::Eligible => text!("符合条件的教师", "those who are eligible"),
    };
    let (of_zh, of_en, share) = (of.zh, of.en, crate::words::shown(Some(rules.quota.backbone * 100.0), 0));
    notes.push(text!("骨干教师不低于{of_zh}的 {share}%", "backbone teachers are at least {share} % of {of_en}"));
    notes.extend([
            text!(
                "路程按两校直线距离乘以绕行系数估计；家庭住址、本人意愿和身体情况由学校核实后写入免交流名单再排一次。",
                "travel is the straight line between schools times a detour; homes, wishes and health are for schools to check: put them into the list of exempt teachers and plan again."
            ),
            text!(
                "一对一交换的两人同学段、同学科，任何学校的学科教师都不因交流减少到本校需要以下。",
                "two who exchange teach the same stage and subject: no school falls below its own need in a subject."
            ),
    ]);
    notes
}

fn move_line(ground: &RotationGround, moves: &[Rotated], step: Rotated) -> MoveLine {
    let member = &ground.roll.members[step.teacher];
    let school = |at: usize| (ground.matrix.schools[at].code.clone(), ground.matrix.schools[at].name.clone());
    let ((from, from_name), (to, to_name)) = (school(member.school), school(step.to));
    MoveLine {
        teacher: member.key.clone(),
        school: from,
        school_name: from_name,
        to,
        to_name,
        stage: member.stage,
        subject: member.subject.clone(),
        km: ground.problem.km[member.school][step.to],
        brings: member
            .brings
            .iter()
            .map(|at| (ground.rules.attributes[*at].stock.clone(), ground.rules.attributes[*at].title()))
            .collect(),
        reason: why(ground, moves, step, member),
    }
}

/// Why this teacher goes there: eligible since when, what it does for both schools and for the coefficients, and who comes.
fn why(ground: &RotationGround, moves: &[Rotated], step: Rotated, member: &Member) -> Text {
    let years = member.years.unwrap_or(0);
    let mut parts = vec![text!("在本校任教 {years} 年，符合交流条件", "{years} years at the school, so eligible")];
    for at in &member.brings {
        let attribute = &ground.rules.attributes[*at];
        let (zh, en) = (attribute.title().zh, attribute.title().en);
        let Some(spread) = ground.spreads.iter().position(|known| *known == (*at, member.stage)) else { continue };
        let per_100 = |school: usize| {
            let cell = ground.problem.spreads[spread].schools[school];
            crate::words::shown(cell.map(|(pupils, has)| has * 100.0 / pupils), 2)
        };
        let (here, there) = (per_100(member.school), per_100(step.to));
        parts.push(text!("{zh}每百名学生：本校 {here}，去往学校 {there}", "{en} per 100 pupils: {here} here, {there} there"));
    }
    if ground
        .problem
        .post_at(step.to, ground.problem.posts[ground.problem.teachers[step.teacher].post].line)
        .is_some_and(|post| ground.problem.posts[post].have == 0)
    {
        let subject = &member.subject;
        parts.push(text!("去往学校没有{subject}教师", "there is no teacher of {subject} there"));
    }
    let others: Vec<Rotated> = moves.iter().filter(|other| other.teacher != step.teacher).copied().collect();
    let (with, without) = (rotation_sum(&ground.problem, moves), rotation_sum(&ground.problem, &others));
    for (spread, (at, stage)) in ground.spreads.iter().enumerate() {
        let (a, b) = (without.cvs[spread], with.cvs[spread]);
        if member.brings.contains(at) && *stage == member.stage && b < a {
            let (title, fall) = (ground.rules.attributes[*at].title(), crate::words::shown(Some(a - b), 5));
            let (zh, en) = (title.zh, title.en);
            parts.push(text!("使全县{zh}差异系数降低 {fall}", "lowers the county's coefficient of {en} by {fall}"));
        }
    }
    let join = |of: fn(&Text) -> &str, mark: &str| parts.iter().map(of).collect::<Vec<_>>().join(mark);
    Text::new(join(|part| &part.zh, "；"), join(|part| &part.en, "; "))
}

/// A place for findings about the roll.
pub(crate) fn roll_finding(code: &str, school: Option<(&SchoolCode, &str)>, what: Text, hint: Text) -> Finding {
    let place =
        school.map_or(Place::Everywhere, |(code, name)| Place::School { code: code.clone(), name: Some(name.to_string()) });
    Finding::new(Severity::Experience, code, place, what, hint)
}
