//! The staff roll as the rotation planner needs it: who teaches what where, and who stays, and why.

use std::collections::{BTreeMap, BTreeSet};

use evaluate::StockMatrix;
use facts::{Date, Finding, SchoolCode, SchoolYear, Stage, Text, text};
use jiff::Timestamp;
use snapshot::{Look, Snapshot, WholeRow};

use crate::Failure;
use crate::datum::Datum;
use crate::plain_table::read_plain;
use crate::plan_rotation::{RotationAsked, roll_finding};
use crate::rotation_rules::RotationRules;

/// Teachers of the two compulsory stages, and how far schools lie apart.
pub(crate) struct Roll {
    pub members: Vec<Member>,
    pub km: Vec<Vec<f64>>,
    pub counts: Vec<Vec<bool>>,
    pub findings: Vec<Finding>,
}

pub(crate) struct Member {
    /// The row of the roll.
    pub key: String,
    pub name: String,
    /// Index of a school of the matrix.
    pub school: usize,
    pub stage: Stage,
    pub subject: String,
    pub years: Option<i64>,
    /// Indices of the rule's attributes.
    pub brings: Vec<usize>,
    pub backbone: bool,
    /// Why he or she does not rotate; none for those who are eligible.
    pub stays: Option<Stays>,
}

pub(crate) struct Stays {
    /// The same for all of a kind.
    pub kind: Text,
    /// With the numbers of this teacher.
    pub why: Text,
}

/// Reads the roll; the look is logged.
pub(crate) fn roll(
    snapshot: &Snapshot,
    matrix: &StockMatrix,
    rules: &RotationRules,
    (year, on): (SchoolYear, Date),
    asked: &RotationAsked,
) -> Result<Roll, Failure> {
    let Some(table) = facts::table("teachers") else { return Err(no_roll()) };
    let look =
        Look {
            who: &asked.who, purpose: "交流轮岗方案：谁可以交流 / plan rotation: who may move", when: Timestamp::now()
        };
    let rows = snapshot.whole_rows(table, year, &look)?;
    if rows.is_empty() {
        return Err(no_roll());
    }
    let mut findings = Vec::new();
    let exempt = exempt(asked, &mut findings)?;
    // Whoever was on exchange in the year before, by citizen id.
    let before: BTreeSet<String> = if rules.eligible.rest_after_exchange && snapshot.manifest().years.contains(&year.previous()) {
        let rows = snapshot.whole_rows(table, year.previous(), &look)?;
        let moved = rows.iter().filter(|row| row.integer(table, "exchange") == Some(1));
        moved.map(|row| row.words(table, "citizen_id")).filter(|id| !id.is_empty()).collect()
    } else {
        BTreeSet::new()
    };
    let mut school_of: BTreeMap<SchoolCode, usize> = BTreeMap::new();
    for (at, school) in matrix.schools.iter().enumerate() {
        school_of.insert(school.code.clone(), at);
        school.units.iter().for_each(|unit| {
            school_of.entry(unit.code.clone()).or_insert(at);
        });
    }
    let mut members = Vec::new();
    let mut without_subject = 0;
    for row in &rows {
        let word = |column: &str| row.words(table, column);
        let stage = match word("stage").as_str() {
            "primary" => Stage::Primary,
            "junior" => Stage::Junior,
            _ => continue,
        };
        let Some(school) = SchoolCode::parse(&word("school")).and_then(|code| school_of.get(&code).copied()) else { continue };
        if !rules.eligible.posts.contains(&word("post")) {
            continue;
        }
        let subject = word("subject");
        if subject.is_empty() {
            without_subject += 1;
            continue;
        }
        let counts = |at: &usize| rules.attributes[*at].has(stage, &word(&rules.attributes[*at].column));
        let brings: Vec<usize> = (0..rules.attributes.len()).filter(counts).collect();
        let private = matrix.schools[school].traits.owner.as_deref() == Some("private");
        let stays = if private {
            let why = text!("民办学校教师不参加公办学校间的交流", "teachers of private schools take no part");
            Some(Stays { kind: why.clone(), why })
        } else {
            stays(row, table, rules, on, &before, &exempt)
        };
        members.push(Member {
            key: format!("{}:{}:{}", &row.at.file.0.get(..12).unwrap_or_default(), row.at.sheet, row.at.row),
            name: word("name"),
            school,
            stage,
            subject,
            years: row.integer(table, "years_at_school"),
            backbone: brings.iter().any(|at| rules.attributes[*at].backbone),
            brings,
            stays,
        });
    }
    // Alike to the planner, those longest at their school go first; then by row.
    members.sort_by(|a, b| (a.school, b.years, &a.key).cmp(&(b.school, a.years, &b.key)));
    if without_subject > 0 {
        findings.push(roll_finding(
            "rotation-without-subject",
            None,
            text!(
                "名册里有 {without_subject} 名教师没有填任教学科，不参加排布",
                "{without_subject} teachers have no subject on the roll and are left out"
            ),
            text!("补填任教学科后重新导入", "fill in the subject and import again"),
        ));
    }
    let (km, counts) = between(snapshot, matrix, rules, on, &mut findings)?;
    Ok(Roll { members, km, counts, findings })
}

fn no_roll() -> Failure {
    Failure::wrong_use(
        text!("快照里没有教职工名册，排不了交流轮岗", "the snapshot holds no staff roll, so no rotation can be planned"),
        text!("先导入教职工名册（forms/staff-roll）", "import the staff roll first (forms/staff-roll)"),
    )
}

/// As the vocabulary `sex` (GB/T 2261.1) has it.
const FEMALE: &str = "2";

type Exempt = BTreeMap<(String, String), String>;

fn exempt(asked: &RotationAsked, findings: &mut Vec<Finding>) -> Result<Exempt, Failure> {
    let Some(file) = &asked.exempt else { return Ok(Exempt::new()) };
    let (table, found) = read_plain(file)?;
    findings.extend(found);
    let heads = |names: &[&str]| table.column(&names.iter().map(|name| (*name).to_string()).collect::<Vec<_>>());
    let columns = (heads(&["学校标识码", "school"]), heads(&["姓名", "name"]), heads(&["原因", "reason"]));
    let (Some(school), Some(name), Some(reason)) = columns else {
        let shown = file.display();
        return Err(Failure::wrong_use(
            text!("免交流名单缺少列：{shown}", "the list of exempt teachers lacks a column: {shown}"),
            text!("列名写成：学校标识码、姓名、原因", "it needs the columns 学校标识码, 姓名, 原因"),
        ));
    };
    Ok(table.rows.iter().map(|row| ((row[school].clone(), row[name].clone()), row[reason].clone())).collect())
}

fn stays(
    row: &WholeRow,
    table: &facts::Table,
    rules: &RotationRules,
    on: Date,
    before: &BTreeSet<String>,
    exempt: &Exempt,
) -> Option<Stays> {
    let word = |column: &str| row.words(table, column);
    if let Some(reason) = exempt.get(&(word("school"), word("name"))) {
        return Some(Stays {
            kind: text!("免交流名单", "on the list of exempt teachers"),
            why: text!("在免交流名单上：{reason}", "on the list of exempt teachers: {reason}"),
        });
    }
    let rule = &rules.eligible;
    let least = rule.years;
    let kind = text!("在本校不满 {least} 年或未填年限", "less than {least} years at the school, or not said");
    match row.integer(table, "years_at_school") {
        Some(years) if years >= least => {}
        Some(years) => {
            return Some(Stays {
                kind,
                why: text!("在本校 {years} 年，不满 {least} 年", "{years} years at the school, {least} are asked"),
            });
        }
        None => {
            return Some(Stays { kind, why: text!("名册没有填在本校年限", "the roll does not say how many years") });
        }
    }
    if row.integer(table, "exchange") == Some(1) {
        let why = text!("本学年正在交流", "on exchange this year");
        return Some(Stays { kind: why.clone(), why });
    }
    if before.contains(&word("citizen_id")) {
        let why = text!("上一学年刚交流过", "was on exchange last year");
        return Some(Stays { kind: why.clone(), why });
    }
    let retires = if word("sex") == FEMALE { rule.retire_women } else { rule.retire_men };
    let born: Option<Date> = word("birth_date").parse().ok();
    if let Some(age) = born.map(|born| on.year() - born.year() - i16::from((on.month(), on.day()) < (born.month(), born.day())))
        && age >= retires - rule.retire_within
    {
        let within = rule.retire_within;
        return Some(Stays {
            kind: text!("距退休不足 {within} 年", "retires within {within} years"),
            why: text!("{age} 岁，距退休不足 {within} 年", "{age} years old, retires within {within} years"),
        });
    }
    None
}

type Between = (Vec<Vec<f64>>, Vec<Vec<bool>>);

/// How far schools lie apart, and between which a move counts.
fn between(
    snapshot: &Snapshot,
    matrix: &StockMatrix,
    rules: &RotationRules,
    on: Date,
    findings: &mut Vec<Finding>,
) -> Result<Between, Failure> {
    let places = places(snapshot, matrix, on)?;
    for (school, at) in matrix.schools.iter().zip(&places) {
        if at.is_none() {
            findings.push(roll_finding(
                "rotation-without-place",
                Some((&school.code, &school.name)),
                text!("没有经纬度，路程未知，不参加交流", "no coordinates, so travel is unknown: it takes no part"),
                text!("在学校名录里补填经纬度", "fill in its coordinates"),
            ));
        }
    }
    let band = |school: usize| {
        let code = matrix.schools[school].traits.urban_rural.as_deref()?;
        rules.counts.bands.iter().position(|band| code.starts_with(band.as_str()))
    };
    let private = |school: usize| matrix.schools[school].traits.owner.as_deref() == Some("private");
    let n = matrix.schools.len();
    let counts = |a: usize, b: usize| a != b && !private(a) && !private(b) && band(a).zip(band(b)).is_some_and(|(a, b)| a != b);
    Ok((kilometres(&places, rules.travel.detour), (0..n).map(|a| (0..n).map(|b| counts(a, b)).collect()).collect()))
}

/// Longitude and latitude of each school, where they are known.
fn places(snapshot: &Snapshot, matrix: &StockMatrix, on: Date) -> Result<Vec<Option<(f64, f64)>>, Failure> {
    let rows = snapshot.schools(on)?;
    let place = |code: &SchoolCode| {
        let row = rows.iter().find(|row| row.code == *code)?;
        let datum = row.datum.as_deref().and_then(Datum::read).unwrap_or(Datum::Wgs84);
        Some(datum.to_wgs84((row.lon?, row.lat?)))
    };
    Ok(matrix.schools.iter().map(|school| place(&school.code)).collect())
}

/// Kilometres between schools: the straight line times a detour; infinite where a place is unknown.
pub(crate) fn distances(snapshot: &Snapshot, matrix: &StockMatrix, detour: f64, on: Date) -> Result<Vec<Vec<f64>>, Failure> {
    Ok(kilometres(&places(snapshot, matrix, on)?, detour))
}

fn kilometres(places: &[Option<(f64, f64)>], detour: f64) -> Vec<Vec<f64>> {
    let km = |a: Option<(f64, f64)>, b: Option<(f64, f64)>| a.zip(b).map_or(f64::INFINITY, |(a, b)| straight_km(a, b) * detour);
    places.iter().map(|a| places.iter().map(|b| km(*a, *b)).collect()).collect()
}

/// Kilometres on a sphere, by the haversine formula.
fn straight_km((lon_a, lat_a): (f64, f64), (lon_b, lat_b): (f64, f64)) -> f64 {
    const EARTH_KM: f64 = 6371.0;
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let h = half(lat_a, lat_b) + lat_a.to_radians().cos() * lat_b.to_radians().cos() * half(lon_a, lon_b);
    2.0 * EARTH_KM * h.sqrt().min(1.0).asin()
}
