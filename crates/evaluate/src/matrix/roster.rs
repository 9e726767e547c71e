use std::collections::BTreeMap;

use facts::{Finding, Place, SchoolCode, Severity, text};

use super::{Cells, School, Traits, Unit};

/// A school, campus or attached class as it is listed.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub code: SchoolCode,
    pub name: String,
    pub traits: Traits,
    /// The school into which it is merged if it does not count as one itself.
    pub parent: Option<SchoolCode>,
}

/// Puts campuses and attached classes (是否计校数 = 0) under the school that counts. One whose school is not found is kept as
/// a school of its own, with a finding: leaving it out would lose its pupils.
pub(crate) fn roster(mut listed: Vec<Listed>, n_stocks: usize) -> (Vec<School>, Vec<Finding>) {
    listed.sort_by(|a, b| a.code.cmp(&b.code));
    listed.dedup_by(|a, b| a.code == b.code);
    let by_code: BTreeMap<&SchoolCode, &Listed> = listed.iter().map(|unit| (&unit.code, unit)).collect();
    let mut findings = Vec::new();
    let mut members: BTreeMap<&SchoolCode, Vec<&Listed>> = BTreeMap::new();
    for unit in &listed {
        let school = counted(unit, &by_code).unwrap_or_else(|| {
            findings.push(without_school(unit));
            &unit.code
        });
        members.entry(school).or_default().push(unit);
    }
    let schools = members.into_iter().filter_map(|(code, mut units)| {
        units.sort_by_key(|unit| (unit.code != *code, &unit.code));
        let head = *units.first()?;
        let unit = |unit: &&Listed| Unit {
            code: unit.code.clone(),
            name: unit.name.clone(),
            traits: unit.traits.clone(),
            figures: Cells::missing(n_stocks),
        };
        Some(School {
            code: code.clone(),
            name: head.name.clone(),
            traits: head.traits.clone(),
            units: units.iter().map(unit).collect(),
            combined: false,
            stocks: Cells::missing(n_stocks),
        })
    });
    (schools.collect(), findings)
}

/// The school that counts above a unit; none where the way up ends nowhere or goes in a circle.
fn counted<'a>(unit: &'a Listed, by_code: &BTreeMap<&SchoolCode, &'a Listed>) -> Option<&'a SchoolCode> {
    let mut at = unit;
    for _ in 0..=by_code.len() {
        if at.traits.counts_as_school != Some(false) {
            return Some(&at.code);
        }
        at = by_code.get(at.parent.as_ref()?)?;
    }
    None
}

fn without_school(unit: &Listed) -> Finding {
    let parent = unit.parent.as_ref().map_or("—".to_string(), SchoolCode::to_string);
    Finding::new(
        Severity::Logic,
        "campus-without-school",
        Place::School { code: unit.code.clone(), name: Some(unit.name.clone()) },
        text!(
            "不计校数的教学点（校区、附设班）应并入学校 {parent}，但该日期没有这所学校；暂按独立学校评估",
            "a campus or attached class is to be merged into school {parent}, which does not exist on that day; it is judged as a school of its own"
        ),
        text!(
            "在学校基本情况表中补上所属学校标识码，或把它改为计校数",
            "state the code of its school in the table of schools, or let it count as a school"
        ),
    )
}
