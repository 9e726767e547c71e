//! Who teaches what in a school, so that no subject is left without a teacher while another has two.

use std::collections::BTreeMap;

use facts::Stage;

use crate::county::{Post, Staff};
use crate::planted::WITHOUT_SUBJECT;

const PRIMARY: &[&str] = &["语文", "数学", "外语", "道德与法治", "科学", "信息科技"];
const JUNIOR: &[&str] = &["语文", "数学", "外语", "道德与法治", "物理", "化学", "生物学", "历史", "地理", "信息科技"];

pub(crate) fn is_art(subject: &str) -> bool {
    matches!(subject, "体育与健康" | "音乐" | "美术" | "艺术")
}

/// Gives every subject of a stage a teacher, each taken from the subject that has most; PE and arts are left alone. A school
/// with fewer teachers than subjects keeps its gaps.
pub(crate) fn cover(teachers: &mut [Staff], school: &str, stage: Stage) {
    let subjects = match stage {
        Stage::Primary => PRIMARY,
        Stage::Junior => JUNIOR,
        _ => return,
    };
    let (of, at, missing) = WITHOUT_SUBJECT;
    let without = (of == school && at == stage).then_some(missing);
    for person in teachers.iter_mut().filter(|person| without == Some(person.subject)) {
        person.subject = "数学";
    }
    for subject in subjects.iter().filter(|subject| without != Some(**subject)) {
        if teachers.iter().any(|person| person.subject == *subject) {
            continue;
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for person in teachers.iter().filter(|person| !is_art(person.subject)) {
            *counts.entry(person.subject).or_default() += 1;
        }
        // One of two can be spared; the only one of a subject that the stage does not ask for, too.
        let spare = |person: &Staff| {
            let count = counts.get(person.subject).copied().unwrap_or_default();
            if count > 1 || (count == 1 && !subjects.contains(&person.subject)) { count } else { 0 }
        };
        let most = teachers.iter().map(spare).max().unwrap_or_default();
        if let Some(person) = teachers.iter_mut().rev().find(|person| most > 0 && spare(person) == most) {
            person.subject = subject;
        }
    }
}

/// Where a school has a music teacher and none of fine art, or the other way round, one gives both.
pub(crate) fn both_arts(staff: &mut [Staff]) {
    for stage in [Stage::Primary, Stage::Junior] {
        let of = |person: &Staff| person.post == Post::FullTime && person.stage == Some(stage);
        for (has, lacks) in [("音乐", "美术"), ("美术", "音乐")] {
            let count = |subject: &str| staff.iter().filter(|person| of(person) && person.subject == subject).count();
            let (n, none) = (count(has), count(lacks) == 0);
            if let Some(person) = staff.iter_mut().find(|person| none && of(person) && person.subject == has) {
                person.subject = if n > 1 { lacks } else { "艺术" };
            }
        }
    }
}

/// Of twenty teachers one at most is hired outside the establishment.
pub(crate) fn establish(teachers: &mut [Staff]) {
    let allowed = teachers.len() / 20;
    for person in teachers.iter_mut().filter(|person| !person.established).skip(allowed) {
        person.established = true;
    }
}
