//! Pairs proved by a reading of their own: figures from what schools report, places and rule read again. It shares no function with
//! the planner of pairs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use evaluate::{Scope, StockMatrix};
use facts::{Finding, Place, SchoolCode, SchoolYear, Severity, Stage, Text, text};
use jiff::Timestamp;
use plan::{PairLine, PairingFile};
use snapshot::{Look, Snapshot};
use toml::Table;

use crate::choose::{day, one_snapshot};
use crate::plain_table::rule_text;
use crate::plan_budget::PlanGround;
use crate::plan_ledger::ledger;
use crate::plan_pairing::PairingAsked;
use crate::rotation_proof::{apart, as_number, places};
use crate::{Failure, Library, evaluate_counties};

/// By school: stage, indicator, value and standard.
type Figures = BTreeMap<SchoolCode, Vec<(Stage, String, f64, f64)>>;

/// Everything in which pairs break their rule or say what is not so.
pub fn check_pairing(library: &Library, home: &Path, plan: &PairingFile, asked: &PairingAsked) -> Result<Vec<Finding>, Failure> {
    let named = asked.of.rules.as_deref().unwrap_or(&plan.rules);
    let (shown, words) = rule_text(named, "rules.toml", text!("读取结对规则", "read the rule on pairs"))?;
    let rule: Table = toml::from_str(&words).map_err(|error| {
        let why = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        Failure::wrong_use(
            text!("结对规则不能用：{shown}：{why}", "the rule on pairs cannot be used: {shown}: {why}"),
            text!("照 policies/cn/pairing/rules.toml 的样子写", "write it like policies/cn/pairing/rules.toml"),
        )
    })?;
    let number = |key: &str| rule.get(key).and_then(as_number).unwrap_or(0.0);
    let snapshot = one_snapshot(home, plan.snapshot.as_deref())?;
    let (year, on) = day(snapshot.manifest(), Some(plan.on))?;
    let resolved = evaluate_counties::resolve(library, &plan.pack, on, snapshot.manifest())?;
    let matrix = evaluate::matrix(&snapshot, &resolved, year, on)?;
    let before = evaluate::evaluate(&resolved, &matrix);
    let ground = PlanGround { resolved, matrix, before };
    let (ledger, mut findings) = ledger(&ground, &[]);
    let matrix = &ground.matrix;
    let helped: Vec<&str> =
        rule.get("indicators").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str).collect();
    let mut figures = Figures::new();
    for part in &ledger.parts {
        let of_school = figures.entry(part.school.clone()).or_default();
        for one in part.figures.iter().filter(|one| helped.is_empty() || helped.contains(&one.indicator.as_str())) {
            of_school.push((part.stage, one.indicator.clone(), one.numerator / part.pupils, one.need));
        }
    }
    let private = |code: &SchoolCode| {
        let school = matrix.schools.iter().find(|school| school.code == *code);
        school.is_none_or(|school| school.traits.owner.as_deref() == Some("private"))
    };
    let places = places(&snapshot, matrix, on)?;
    let km = |pair: &PairLine| {
        let place =
            |code: &SchoolCode| places.get(matrix.schools.iter().position(|school| school.code == *code)?).copied().flatten();
        Some(apart(place(&pair.school)?, place(&pair.partner)?) * number("detour"))
    };
    let mut load: BTreeMap<&SchoolCode, f64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for pair in &plan.pairs {
        let mut wrong = |what: Text| findings.push(against_rule(&pair.school, &pair.name, what));
        if !seen.insert(&pair.school) {
            wrong(text!("这所学校有两个帮扶学校", "the school has two partners"));
        }
        let loaded = load.entry(&pair.partner).or_default();
        *loaded += 1.0;
        if *loaded > number("capacity") {
            wrong(text!("帮扶学校带得太多", "the partner has more schools than it can take"));
        }
        let (Some(own), Some(partner)) = (figures.get(&pair.school), figures.get(&pair.partner)) else {
            wrong(text!("没有这所学校", "there is no such school"));
            continue;
        };
        if pair.school == pair.partner || private(&pair.school) || private(&pair.partner) {
            wrong(text!("只在公办学校之间结对，也不与自己结对", "pairs are made between different public schools"));
        }
        if missed(partner).next().is_some() {
            wrong(text!("帮扶学校自己有不达标的指标", "the partner itself misses a standard"));
        }
        let helps = missed(own).any(|(stage, id)| {
            partner.iter().any(|(of, other, value, need)| *of == stage && other == id && *value >= *need * (1.0 - 1e-9))
        });
        if !helps {
            wrong(text!("帮扶学校在其弱项上没有达标的", "the partner is up to standard in nothing where the school is weak"));
        }
        match km(pair) {
            None => wrong(text!("学校没有经纬度，路程未知", "a school has no coordinates, so the way is unknown")),
            Some(km) if km > number("most_km") * (1.0 + 1e-9) || (km - pair.km).abs() > 0.01 => {
                let (said, most) = (pair.km, number("most_km"));
                wrong(text!("路程 {km:.2} 公里，写成 {said:.2}，最多 {most}", "{km:.2} km, {said:.2} are said, {most} at most"));
            }
            Some(_) => {}
        }
    }
    // Whoever misses a standard has a partner or stands among those without one.
    for (at, school) in matrix.schools.iter().enumerate() {
        let weak = ground.before.scope[at] == Scope::In
            && !private(&school.code)
            && figures.get(&school.code).is_some_and(|of| missed(of).next().is_some());
        let told = seen.contains(&school.code) || plan.unpaired.iter().any(|(name, _)| *name == school.name);
        if weak && !told {
            let what = text!("这所学校有不达标的指标，方案里没有它", "the school misses a standard and is not in the plan");
            findings.push(against_rule(&school.code, &school.name, what));
        }
    }
    mentors(&snapshot, matrix, year, plan, &asked.of.who, &mut findings)?;
    Ok(findings)
}

fn missed(figures: &[(Stage, String, f64, f64)]) -> impl Iterator<Item = (Stage, &String)> {
    figures.iter().filter(|(_, _, value, need)| *value < *need * (1.0 - 1e-9)).map(|(stage, id, ..)| (*stage, id))
}

fn against_rule(code: &SchoolCode, name: &str, what: Text) -> Finding {
    let place = Place::School { code: code.clone(), name: Some(name.to_string()) };
    let hint = text!("修改方案后再核对，或重新编制", "mend the plan and check it again, or make it anew");
    Finding::new(Severity::Logic, "pairing-against-rule", place, what, hint)
}

/// Mentors and those whom they teach stand on the roll, at their schools, with one stage and subject, and nobody twice.
fn mentors(
    snapshot: &Snapshot,
    matrix: &StockMatrix,
    year: SchoolYear,
    plan: &PairingFile,
    who: &str,
    findings: &mut Vec<Finding>,
) -> Result<(), Failure> {
    let Some(table) = facts::table("teachers").filter(|_| plan.pairs.iter().any(|pair| !pair.mentors.is_empty())) else {
        return Ok(());
    };
    let look = Look { who, purpose: "核对结对方案 / plan check: pairs", when: Timestamp::now() };
    let rows = snapshot.whole_rows(table, year, &look)?;
    let mut of_key = BTreeMap::new();
    for row in &rows {
        let key = format!("{}:{}:{}", row.at.file.0.get(..12).unwrap_or_default(), row.at.sheet, row.at.row);
        of_key.insert(key, [row.words(table, "school"), row.words(table, "stage"), row.words(table, "subject")]);
    }
    let at_school = |code: &SchoolCode, reported: &str| {
        let school = matrix.schools.iter().find(|school| school.code == *code);
        school.is_some_and(|school| school.units.iter().any(|unit| unit.code.as_str() == reported))
    };
    let mut taken = BTreeSet::new();
    for pair in &plan.pairs {
        for line in &pair.mentors {
            let fits = |key: &String, code: &SchoolCode| {
                of_key.get(key).is_some_and(|[school, stage, subject]| {
                    at_school(code, school) && stage == line.stage.id() && *subject == line.subject
                })
            };
            if !fits(&line.mentor, &pair.partner) || !fits(&line.apprentice, &pair.school) || !taken.insert(&line.mentor) {
                let what = text!(
                    "师徒与名册不符，或同一位师傅带了两人",
                    "mentor or apprentice is not as on the roll, or a mentor has two"
                );
                findings.push(against_rule(&pair.school, &pair.name, what));
            }
        }
    }
    Ok(())
}
