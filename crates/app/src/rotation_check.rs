//! A rotation looked at again: its check, its words, and the answer to "why me".

use std::path::Path;

use facts::{Finding, Place, Severity, Text, text};
use plan::{Rotated, RotationFile};
use sha2::{Digest, Sha256};

use crate::choose::{day, one_snapshot};
use crate::plain_table::rule_text;
use crate::plan_rotation::{RotationAsked, RotationGround, rotation_ground};
use crate::rotation_proof::{Against, prove_rotation};
use crate::what_if::{WhatIf, try_changes};
use crate::{Failure, Library, evaluate_counties, words};

/// A rotation, checked: by arithmetic of its own and by the official evaluation.
pub struct RotationChecked {
    pub findings: Vec<Finding>,
    pub outcome: WhatIf,
}

/// Writes a rotation; gives its name, the SHA-256 of the text.
pub fn write_rotation(plan: &RotationFile, file: &Path) -> Result<String, Failure> {
    let mut words = serde_json::to_string_pretty(plan)
        .map_err(|error| Failure::prevented(Text::new(error.to_string(), error.to_string()), Text::new("", "")))?;
    words.push('\n');
    std::fs::write(file, &words).map_err(|error| Failure::io(text!("写出方案", "write the plan"), file, &error))?;
    Ok(Sha256::digest(words.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Reads a rotation; none where the file is a plan of another kind.
pub fn read_rotation(file: &Path) -> Result<Option<RotationFile>, Failure> {
    let words = std::fs::read_to_string(file).map_err(|error| Failure::io(text!("读取方案", "read the plan"), file, &error))?;
    let kind = serde_json::from_str::<serde_json::Value>(&words).ok();
    if kind.as_ref().and_then(|plan| plan.get("kind")).and_then(|kind| kind.as_str()) != Some("rotation") {
        return Ok(None);
    }
    serde_json::from_str(&words).map(Some).map_err(|error| {
        let shown = file.display();
        Failure::wrong_use(
            text!("方案文件读不懂：{shown}：{error}", "the plan cannot be read: {shown}: {error}"),
            text!("用 junheng plan rotation 写出的文件", "use a file that `junheng plan rotation` wrote"),
        )
    })
}

/// Opens the ground of a rotation again, and finds its moves there.
fn opened(
    library: &Library,
    home: &Path,
    plan: &RotationFile,
    asked: &RotationAsked,
) -> Result<(RotationGround, Vec<Rotated>, Vec<Finding>), Failure> {
    let again = RotationAsked {
        on: Some(plan.on),
        snapshot: plan.snapshot.clone(),
        rules: asked.rules.clone().or_else(|| Some(plan.rules.clone())),
        ..asked.clone()
    };
    let mut ground = rotation_ground(library, home, &again)?;
    if let Some(choice) = ground.rules.choices.iter().find(|choice| choice.id == plan.choice) {
        let problem = &mut ground.problem;
        (problem.per_km, problem.per_move, problem.per_gap) = (choice.per_km, choice.per_move, choice.per_gap);
    }
    let mut findings = Vec::new();
    if ground.rules.hash != plan.rules_hash {
        findings.push(wrong(
            "plan-other-settings",
            Place::Everywhere,
            text!("方案是按另一份规则编制的", "the plan was made with another rule"),
        ));
    }
    let mut moves = Vec::new();
    for line in &plan.moves {
        let teacher = ground.roll.members.iter().position(|member| member.key == line.teacher);
        match (teacher, ground.matrix.position(&line.to)) {
            (Some(teacher), Some(to)) if ground.matrix.schools[ground.roll.members[teacher].school].code == line.school => {
                moves.push(Rotated { teacher, to });
            }
            _ => findings.push(wrong(
                "rotation-unknown-teacher",
                Place::School { code: line.school.clone(), name: Some(line.school_name.clone()) },
                text!(
                    "名册里没有方案中的这名教师，或去往学校不存在",
                    "the roll has no such teacher, or there is no such school to go to"
                ),
            )),
        }
    }
    Ok((ground, moves, findings))
}

fn wrong(code: &str, place: Place, what: Text) -> Finding {
    Finding::new(
        Severity::Logic,
        code,
        place,
        what,
        text!("修改方案后再核对，或重新编制", "mend the plan and check it again, or make it anew"),
    )
}

/// Checks a rotation against rule, roll and places as they are read now, by a reading that shares nothing with the planner.
pub fn check_rotation(
    library: &Library,
    home: &Path,
    plan: &RotationFile,
    asked: &RotationAsked,
) -> Result<RotationChecked, Failure> {
    let named = asked.rules.as_deref().unwrap_or(&plan.rules);
    let (_, rule) = rule_text(named, "rules.toml", text!("读取交流轮岗规则", "read the rule on rotation"))?;
    let snapshot = one_snapshot(home, plan.snapshot.as_deref())?;
    let (year, on) = day(snapshot.manifest(), Some(plan.on))?;
    let resolved = evaluate_counties::resolve(library, &plan.pack, on, snapshot.manifest())?;
    let matrix = evaluate::matrix(&snapshot, &resolved, year, on)?;
    let outcome = try_changes(&resolved, &matrix, rotation_changes(plan));
    let mut findings = Vec::new();
    let hash: String = Sha256::digest(rule.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    if hash != plan.rules_hash {
        findings.push(wrong(
            "plan-other-settings",
            Place::Everywhere,
            text!("方案是按另一份规则编制的", "the plan was made with another rule"),
        ));
    }
    let scope = evaluate::evaluate(&resolved, &matrix).scope;
    let against = Against {
        snapshot: &snapshot,
        matrix: &matrix,
        scope: &scope,
        rule: &rule,
        exempt: asked.exempt.as_deref(),
        year,
        on,
        who: &asked.who,
    };
    findings.extend(prove_rotation(&against, plan)?);
    findings.extend(outcome.findings.iter().filter(|finding| finding.must_fix()).cloned());
    Ok(RotationChecked { findings, outcome })
}

/// A rotation in words.
pub fn rotation_lines(plan: &RotationFile) -> Vec<Text> {
    let (name, on, n, eligible) = (&plan.county_name, plan.on, plan.end.moved, plan.eligible);
    let share = words::shown(Some(n as f64 * 100.0 / (eligible as f64).max(1.0)), 1);
    let (backbone, km) = (plan.end.backbone, words::shown(Some(plan.end.km / (n as f64).max(1.0)), 1));
    let mut lines = vec![
        text!("{name}教师交流轮岗方案（{on}）", "{name}: rotation of teachers ({on})"),
        text!(
            "符合条件 {eligible} 人，交流 {n} 人（{share}%），其中骨干 {backbone} 人；平均路程 {km} 公里",
            "{eligible} eligible, {n} move ({share} %), {backbone} of them backbone teachers; {km} km on average"
        ),
    ];
    for (why, n) in &plan.not_eligible {
        lines.push(Text::new(format!("    不交流：{} {n} 人", why.zh), format!("    stay: {n}, {}", why.en)));
    }
    let (a, b) = (plan.start.gaps, plan.end.gaps);
    lines.push(text!("缺学科教师的岗位 {a} → {b} 个", "posts without a teacher of the subject {a} → {b}"));
    for shift in plan.coefficients.iter().filter(|shift| shift.before != shift.after) {
        let (stage, title) = (shift.stage.title(), &shift.title);
        let (old, new, limit) = (words::shown(shift.before, 4), words::shown(shift.after, 4), words::shown(shift.limit, 2));
        lines.push(Text::new(
            format!("{}{} 差异系数 {old} → {new}（上限 {limit}）", stage.zh, title.zh),
            format!("{} {}, coefficient {old} → {new} (limit {limit})", stage.en, title.en),
        ));
    }
    for choice in &plan.choices {
        let (zh, en) = (&choice.title.zh, &choice.title.en);
        let (moved, km) = (choice.moved, words::shown(Some(choice.km), 0));
        let (fall, most) =
            (words::shown(Some(choice.start - choice.points), 1), words::shown(Some(choice.start - choice.bound), 1));
        let mark = if choice.id == plan.choice { "●" } else { "○" };
        lines.push(text!(
            "{mark} {zh}：{moved} 人，共 {km} 公里，差距减少 {fall} 分（已证明至多 {most} 分）",
            "{mark} {en}: {moved} teachers, {km} km in all, {fall} points less (proven: at most {most})"
        ));
    }
    for line in &plan.moves {
        let (from, to, stage, subject) = (&line.school_name, &line.to_name, line.stage.title(), &line.subject);
        let (km, reason, key) = (words::shown(Some(line.km), 1), &line.reason, &line.teacher);
        lines.push(Text::new(
            format!("  {from} → {to}：{}{subject}教师〔{key}〕，{km} 公里。{}", stage.zh, reason.zh),
            format!("  {from} → {to}: {} teacher of {subject} [{key}], {km} km. {}", stage.en, reason.en),
        ));
    }
    lines.extend(plan.notes.iter().cloned());
    lines
}

/// The changes of a rotation as a file for `what-if --delta`.
pub fn rotation_changes(plan: &RotationFile) -> Vec<evaluate::Delta> {
    let each = |line: &plan::MoveLine| {
        let (from, to, stage) = (line.school.clone(), line.to.clone(), line.stage);
        let delta = |(stock, _): &(String, Text)| evaluate::Delta::Move {
            from: from.clone(),
            to: to.clone(),
            stage,
            stock: stock.clone(),
            amount: 1.0,
        };
        line.brings.iter().map(delta).collect::<Vec<_>>()
    };
    plan.moves.iter().flat_map(each).collect()
}

/// Why a teacher moves, or stays: by the row of the roll, or by name.
pub fn explain_teacher(
    library: &Library,
    home: &Path,
    plan: &RotationFile,
    who: &str,
    asked: &RotationAsked,
) -> Result<Vec<Text>, Failure> {
    let (ground, moves, _) = opened(library, home, plan, asked)?;
    let found: Vec<usize> = (0..ground.roll.members.len())
        .filter(|at| ground.roll.members[*at].key == who || ground.roll.members[*at].name == who)
        .collect();
    if found.is_empty() {
        return Err(Failure::unknown(
            text!(
                "名册里没有“{who}”这名教师（义务教育阶段专任教师）",
                "the roll has no teacher `{who}` of the compulsory stages"
            ),
            text!("写姓名，或方案里〔〕中的编号", "give a name, or the key in brackets in the plan"),
        ));
    }
    Ok(found.into_iter().flat_map(|at| explain(&ground, plan, &moves, at)).collect())
}

fn explain(ground: &RotationGround, plan: &RotationFile, moves: &[Rotated], at: usize) -> Vec<Text> {
    let member = &ground.roll.members[at];
    let (name, key, subject, stage) = (&member.name, &member.key, &member.subject, member.stage.title());
    let school = &ground.matrix.schools[member.school].name;
    let (stage_zh, stage_en) = (stage.zh, stage.en);
    let mut lines =
        vec![text!("{name}〔{key}〕，{school}，{stage_zh}{subject}", "{name} [{key}], {school}, {stage_en} {subject}")];
    if let Some(stays) = &member.stays {
        let (zh, en) = (&stays.why.zh, &stays.why.en);
        lines.push(text!("不交流：{zh}", "stays: {en}"));
        return lines;
    }
    let alike = |other: &usize| {
        let (a, b) = (&ground.problem.teachers[*other], &ground.problem.teachers[at]);
        a.eligible && a.post == b.post && a.spreads == b.spreads
    };
    let alike: Vec<usize> = (0..ground.problem.teachers.len()).filter(alike).collect();
    let rank = alike.iter().position(|other| *other == at).map_or(0, |at| at + 1);
    let n = alike.len();
    match plan.moves.iter().find(|line| line.teacher == *key) {
        Some(line) => {
            let (to, km, reason) = (&line.to_name, words::shown(Some(line.km), 1), &line.reason);
            let (zh, en) = (&reason.zh, &reason.en);
            lines.push(text!("去 {to}，{km} 公里：{zh}", "goes to {to}, {km} km: {en}"));
            lines.push(text!(
                "为什么是这名教师：本校同学科、条件相同的 {n} 人符合条件，按在本校年限从长到短排，这名教师是第 {rank} 位",
                "why this teacher: {n} at the school teach the same and are alike; by years at the school this one is number {rank}"
            ));
            let come = plan
                .moves
                .iter()
                .find(|other| other.to == line.school && other.school == line.to && other.subject == line.subject);
            if let Some(come) = come {
                let (from, key) = (&come.school_name, &come.teacher);
                lines.push(text!(
                    "来本校的是 {from} 的同学科教师〔{key}〕",
                    "in return comes a teacher of the subject from {from} [{key}]"
                ));
            }
        }
        None => {
            let post = &ground.problem.posts[ground.problem.teachers[at].post];
            let reach = (0..ground.matrix.schools.len())
                .filter(|to| {
                    ground.problem.counts[post.school][*to]
                        && ground.problem.km[post.school][*to] <= ground.problem.most_km
                        && ground.problem.post_at(*to, post.line).is_some()
                })
                .count();
            let moved = alike.iter().filter(|other| moves.iter().any(|step| step.teacher == **other)).count();
            if reach == 0 {
                lines.push(text!(
                    "符合条件，但规定路程内没有城乡类别不同、开设本学科的学校",
                    "eligible, but no school of another band with the subject is near enough"
                ));
                return lines;
            }
            let (all, chosen, least, most) =
                (plan.eligible, plan.moves.len(), ground.problem.least_moved, ground.problem.most_moved);
            let short = words::shown(Some(plan.end.points - plan.bound), 1);
            lines.push(text!(
                "符合条件，可去的学校 {reach} 所；这次没有选中：{all} 名符合条件的教师中规则要求交流 {least} 至 {most} 人，方案按差距和路程的合计选了 {chosen} 人（离可能的最好结果至多差 {short} 分），同校同学科、条件相同的 {n} 人中选了 {moved} 人，年限长的在先。没有选中不是不能去",
                "eligible, {reach} schools could be reached; not chosen: of {all} eligible teachers the rule asks {least} to {most} to move, and the plan took {chosen} by evenness and travel together (at most {short} points from the best there can be), {moved} of the {n} alike at the school, the longest there first. Not being chosen does not mean that one cannot go"
            ));
        }
    }
    lines
}

/// A letter for every teacher who moves, on one page each. Names are looked up in the roll; the look is logged.
pub fn rotation_letters(
    library: &Library,
    home: &Path,
    plan: &RotationFile,
    asked: &RotationAsked,
    file: &Path,
) -> Result<usize, Failure> {
    let (ground, _, _) = opened(library, home, plan, asked)?;
    let mut out = String::from(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>交流轮岗通知书</title><style>@page{size:A4;margin:25mm}body{font:12pt/1.8 'SimSun',serif}section{break-after:page}h1{text-align:center;font-size:18pt}p{text-indent:2em}.end{text-align:right}</style>",
    );
    let document = &ground.rules.document.title;
    for line in &plan.moves {
        let name = ground.roll.members.iter().find(|member| member.key == line.teacher).map_or("", |member| member.name.as_str());
        let (km, reason) = (words::shown(Some(line.km), 1), &line.reason.zh);
        out.push_str(&format!(
            "<section><h1>交流轮岗通知书</h1><p>{}老师：</p><p>根据《{}》和本县交流轮岗规则，安排您由{}到{}任教（{}{}）。路程约 {km} 公里。</p><p>理由：{}。</p><p>如有孕期哺乳期、疾病、家庭等特殊情况，请在收到本通知后向学校书面提出，由县教育行政部门复核。</p><p class=\"end\">年　　月　　日</p></section>",
            crate::plan_paper::escaped(name),
            crate::plan_paper::escaped(document),
            crate::plan_paper::escaped(&line.school_name),
            crate::plan_paper::escaped(&line.to_name),
            line.stage.title().zh,
            crate::plan_paper::escaped(&line.subject),
            crate::plan_paper::escaped(reason),
        ));
    }
    out.push_str("</html>\n");
    std::fs::write(file, out).map_err(|error| Failure::io(text!("写出通知书", "write the letters"), file, &error))?;
    Ok(plan.moves.len())
}
