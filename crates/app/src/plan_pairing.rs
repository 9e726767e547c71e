use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use evaluate::{Outcome, Scope, State, StockMatrix};
use facts::{Stage, Text, text};
use plan::{MentorLine, PairLine, PairingFile};
use planners::{PairingProblem, pair};
use serde::Deserialize;

use crate::choose::{day, one_snapshot};
use crate::plain_table::rule_text;
use crate::plan_rotation::RotationAsked;
use crate::rotation_roll::{Member, distances, roll};
use crate::rotation_rules::rotation_rules;
use crate::{Failure, Library, evaluate_counties, words};

/// The rule on pairs: `policies/cn/pairing/rules.toml` is the one in the binary.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PairingRules {
    id: String,
    title: String,
    title_en: String,
    pack: String,
    /// What a partner can help with; every figure of the standard where none is named.
    #[serde(default)]
    indicators: Vec<String>,
    document: String,
    confirmed: bool,
    capacity: usize,
    most_km: f64,
    detour: f64,
    per_km: f64,
    per_strength: f64,
    stronger: f64,
    keep: f64,
    mentors: usize,
    apprentice_years: i64,
}

/// What pairs are made for.
#[derive(Debug, Clone, Default)]
pub struct PairingAsked {
    /// Day, snapshot and who asks; its rule is that of the pairs.
    pub of: RotationAsked,
    /// Last year's pairs, which are kept where nothing speaks against it.
    pub before: Option<PathBuf>,
}

struct Ground {
    rules: PairingRules,
    matrix: StockMatrix,
    outcome: Outcome,
    km: Vec<Vec<f64>>,
    /// By school: the figures that miss their standard.
    weak: BTreeMap<usize, Vec<(Stage, usize)>>,
    strong: Vec<usize>,
    members: Vec<Member>,
}

/// Proposes a partner for every public school that misses a figure of the standard.
pub fn propose_pairing(library: &Library, home: &Path, asked: &PairingAsked) -> Result<PairingFile, Failure> {
    let ground = ground(library, home, asked)?;
    let before = match &asked.before {
        Some(file) => read_pairing(file)?.map(|plan| plan.pairs).unwrap_or_default(),
        None => Vec::new(),
    };
    let kept = |school: usize, partner: usize| {
        let (school, partner) = (&ground.matrix.schools[school].code, &ground.matrix.schools[partner].code);
        before.iter().any(|pair| pair.school == *school && pair.partner == *partner)
    };
    let cost = |school: usize, partner: usize| -> Option<f64> {
        let bonus = if kept(school, partner) { ground.rules.keep } else { 0.0 };
        Some(ground.rules.per_km * ground.reach(school, partner)? - ground.strength(school, partner)? - bonus)
    };
    let schools: Vec<usize> = ground.weak.keys().copied().collect();
    let problem = PairingProblem {
        cost: schools.iter().map(|school| ground.strong.iter().map(|partner| cost(*school, *partner)).collect()).collect(),
        capacity: vec![ground.rules.capacity; ground.strong.len()],
    };
    let partners = pair(&problem);
    let mut taken = Vec::new();
    let mut pairs = Vec::new();
    let mut unpaired = Vec::new();
    for (school, partner) in schools.iter().zip(partners) {
        match partner.map(|at| ground.strong[at]) {
            Some(partner) => pairs.push(ground.line(*school, partner, kept(*school, partner), &mut taken)),
            None => {
                let of = &ground.matrix.schools[*school];
                let near = ground.strong.iter().any(|partner| cost(*school, *partner).is_some());
                unpaired.push((
                    of.name.clone(),
                    if near {
                        text!("够得着的学校都已带满", "all schools within reach have as many as they can take")
                    } else {
                        text!("规定路程内没有在其弱项上达标的学校", "no school within reach is up to standard where it is weak")
                    },
                ));
            }
        }
    }
    let heading = &ground.matrix.heading;
    let (zh, en, document) = (&ground.rules.title, &ground.rules.title_en, &ground.rules.document);
    let basis = if ground.rules.confirmed {
        text!("{zh}的依据：{document}", "{en} rest on: {document}")
    } else {
        text!("{zh}的依据（待本县核定）：{document}", "{en} rest on (to be confirmed by the county): {document}")
    };
    Ok(PairingFile {
        format: "junheng-pairing/1".to_string(),
        kind: "pairing".to_string(),
        pack: heading.pack.clone(),
        county: heading.county.clone(),
        county_name: heading.county_name.clone(),
        on: heading.on,
        snapshot: heading.snapshot.clone(),
        rules: ground.rules.id.clone(),
        pairs,
        unpaired,
        notes: vec![
            basis,
            text!(
                "帮扶是否见效，要在结对满一年后，与起点相同而没有结对的学校比较；现在无法得知。",
                "whether pairs help can be known after a year only, beside schools that began alike and have no partner; now it cannot be known."
            ),
        ],
    })
}

fn ground(library: &Library, home: &Path, asked: &PairingAsked) -> Result<Ground, Failure> {
    let named = asked.of.rules.as_deref().unwrap_or("cn/pairing");
    let (shown, text) = rule_text(named, "rules.toml", text!("读取结对规则", "read the rule on pairs"))?;
    let rules: PairingRules = toml::from_str(&text).map_err(|error| {
        let why = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        Failure::wrong_use(
            text!("结对规则不能用：{shown}：{why}", "the rule on pairs cannot be used: {shown}: {why}"),
            text!("照 policies/cn/pairing/rules.toml 的样子写", "write it like policies/cn/pairing/rules.toml"),
        )
    })?;
    let snapshot = one_snapshot(home, asked.of.snapshot.as_deref())?;
    let (year, on) = day(snapshot.manifest(), asked.of.on)?;
    let resolved = evaluate_counties::resolve(library, &rules.pack, on, snapshot.manifest())?;
    let matrix = evaluate::matrix(&snapshot, &resolved, year, on)?;
    let outcome = evaluate::evaluate(&resolved, &matrix);
    // Mentors need the staff roll; pairs do not.
    let members = roll(&snapshot, &matrix, &rotation_rules("cn/rotation")?, (year, on), &asked.of).map(|roll| roll.members);
    let km = distances(&snapshot, &matrix, rules.detour, on)?;
    let mut ground =
        Ground { rules, matrix, outcome, km, weak: BTreeMap::new(), strong: Vec::new(), members: members.unwrap_or_default() };
    for school in 0..ground.matrix.schools.len() {
        let public = ground.matrix.schools[school].traits.owner.as_deref() != Some("private");
        if ground.outcome.scope[school] != Scope::In || !public {
            continue;
        }
        let (missed, judged) = ground.missed(school);
        if !missed.is_empty() {
            ground.weak.insert(school, missed);
        } else if judged > 0 {
            ground.strong.push(school);
        }
    }
    Ok(ground)
}

impl Ground {
    /// The figures of a school that miss their standard, and how many are judged.
    fn missed(&self, school: usize) -> (Vec<(Stage, usize)>, usize) {
        let (mut missed, mut judged) = (Vec::new(), 0);
        for stage in &self.outcome.frame.stages {
            for indicator in 0..self.outcome.frame.indicators.len() {
                let Some(figure) = self.outcome.figure(school, *stage, indicator) else { continue };
                let head = &self.outcome.frame.indicators[indicator];
                if !self.rules.indicators.is_empty() && !self.rules.indicators.contains(&head.id) {
                    continue;
                }
                if figure.threshold.is_none() || matches!(figure.state, State::NotApplicable | State::Unjudged) {
                    continue;
                }
                judged += 1;
                if figure.value.is_some() && figure.state != State::Met {
                    missed.push((*stage, indicator));
                }
            }
        }
        (missed, judged)
    }

    /// Kilometres, where the partner is near enough.
    fn reach(&self, school: usize, partner: usize) -> Option<f64> {
        let km = self.km[school][partner];
        (km <= self.rules.most_km).then_some(km)
    }

    /// Points for what a partner is good at where the school is weak; none where it could help in nothing.
    fn strength(&self, school: usize, partner: usize) -> Option<f64> {
        let points = self.helps(school, partner).iter().map(|(_, _, full)| if *full { 1.0 } else { 0.5 }).sum::<f64>();
        (points > 0.0).then_some(points * self.rules.per_strength)
    }

    /// Where a partner can help, and whether it is well above the standard there.
    fn helps(&self, school: usize, partner: usize) -> Vec<(Stage, usize, bool)> {
        let mut helps = Vec::new();
        for (stage, indicator) in self.weak.get(&school).into_iter().flatten() {
            let figure = self.outcome.figure(partner, *stage, *indicator);
            let Some((value, need)) = figure.and_then(|figure| figure.value.zip(figure.threshold)) else { continue };
            if value >= need {
                helps.push((*stage, *indicator, value >= need * self.rules.stronger));
            }
        }
        helps
    }

    fn line(&self, school: usize, partner: usize, kept: bool, taken: &mut Vec<String>) -> PairLine {
        let mut parts = Vec::new();
        for (stage, indicator, _) in self.helps(school, partner) {
            let head = &self.outcome.frame.indicators[indicator];
            let value =
                |school: usize| words::shown(self.outcome.figure(school, stage, indicator).and_then(|figure| figure.value), 2);
            let (stage, zh, en, here, there) = (stage.title(), &head.short.zh, &head.short.en, value(school), value(partner));
            let (stage_zh, stage_en) = (stage.zh, stage.en);
            parts.push(text!("{stage_zh}{zh} {here}，对方 {there}", "{stage_en} {en} {here}, the partner {there}"));
        }
        if kept {
            parts.push(text!("延续上一年的对子", "the pair of last year goes on"));
        }
        let join = |of: fn(&Text) -> &str, mark: &str| parts.iter().map(of).collect::<Vec<_>>().join(mark);
        let (of, with) = (&self.matrix.schools[school], &self.matrix.schools[partner]);
        PairLine {
            school: of.code.clone(),
            name: of.name.clone(),
            partner: with.code.clone(),
            partner_name: with.name.clone(),
            km: self.km[school][partner],
            reason: Text::new(join(|part| &part.zh, "；"), join(|part| &part.en, "; ")),
            mentors: self.mentors(school, partner, taken),
        }
    }

    /// Backbone teachers of the partner with those of the same stage and subject who are new at the school. Nobody is taken twice.
    fn mentors(&self, school: usize, partner: usize, taken: &mut Vec<String>) -> Vec<MentorLine> {
        let mut found = Vec::new();
        let years = |member: &&Member| member.years.unwrap_or(i64::MAX);
        let mut new: Vec<&Member> = self
            .members
            .iter()
            .filter(|member| member.school == school && !member.backbone && years(member) < self.rules.apprentice_years)
            .collect();
        new.sort_by_key(|member| (years(member), &member.key));
        for apprentice in new {
            if found.len() == self.rules.mentors {
                break;
            }
            let mentor = self.members.iter().find(|member| {
                member.school == partner
                    && member.backbone
                    && (member.stage, &member.subject) == (apprentice.stage, &apprentice.subject)
                    && !taken.contains(&member.key)
            });
            if let Some(mentor) = mentor {
                taken.push(mentor.key.clone());
                found.push(MentorLine {
                    mentor: mentor.key.clone(),
                    apprentice: apprentice.key.clone(),
                    stage: apprentice.stage,
                    subject: apprentice.subject.clone(),
                });
            }
        }
        found
    }
}

/// Reads pairs; none where the file is a plan of another kind.
pub fn read_pairing(file: &Path) -> Result<Option<PairingFile>, Failure> {
    let words = std::fs::read_to_string(file).map_err(|error| Failure::io(text!("读取方案", "read the plan"), file, &error))?;
    let kind = serde_json::from_str::<serde_json::Value>(&words).ok();
    if kind.as_ref().and_then(|plan| plan.get("kind")).and_then(|kind| kind.as_str()) != Some("pairing") {
        return Ok(None);
    }
    serde_json::from_str(&words).map(Some).map_err(|error| {
        let shown = file.display();
        Failure::wrong_use(
            text!("方案文件读不懂：{shown}：{error}", "the plan cannot be read: {shown}: {error}"),
            text!("用 junheng plan pairing 写出的文件", "use a file that `junheng plan pairing` wrote"),
        )
    })
}

/// Writes pairs.
pub fn write_pairing(plan: &PairingFile, file: &Path) -> Result<(), Failure> {
    let words = serde_json::to_string_pretty(plan)
        .map_err(|error| Failure::prevented(Text::new(error.to_string(), error.to_string()), Text::new("", "")))?;
    std::fs::write(file, words + "\n").map_err(|error| Failure::io(text!("写出方案", "write the plan"), file, &error))
}

/// Pairs in words.
pub fn pairing_lines(plan: &PairingFile) -> Vec<Text> {
    let (name, on, n, without) = (&plan.county_name, plan.on, plan.pairs.len(), plan.unpaired.len());
    let mut lines = vec![text!(
        "{name}学校结对方案（{on}）：{n} 对，{without} 所没有对象",
        "{name}: pairs of schools ({on}): {n} pairs, {without} without a partner"
    )];
    for pair in &plan.pairs {
        let (partner, name, km, mentors) = (&pair.partner_name, &pair.name, words::shown(Some(pair.km), 1), pair.mentors.len());
        let (zh, en) = (&pair.reason.zh, &pair.reason.en);
        lines.push(text!(
            "  {partner} 帮 {name}，{km} 公里，师徒 {mentors} 对。{zh}",
            "  {partner} with {name}, {km} km, {mentors} mentors. {en}"
        ));
    }
    for (name, why) in &plan.unpaired {
        let (zh, en) = (&why.zh, &why.en);
        lines.push(text!("  {name}：{zh}", "  {name}: {en}"));
    }
    lines.extend(plan.notes.iter().cloned());
    lines
}
