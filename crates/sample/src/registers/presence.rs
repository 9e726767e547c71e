use std::collections::BTreeMap;

use super::{Child, Entry, Fate};
use crate::county::County;
use crate::plan::LATEST;
use crate::random::Random;
use crate::rolls::{grade_word, stage_word};

pub(super) const HEADS: &[&str] = &[
    "学年",
    "月份",
    "学校标识码",
    "学校名称",
    "学段",
    "年级",
    "班级",
    "学籍号",
    "姓名",
    "身份证件号",
    "应到天数",
    "缺课天数",
    "连续缺课天数",
    "缺课原因",
];

/// The month of which schools reported.
pub(crate) const MONTH: &str = "2026-03";
const DAYS: u32 = 22;

/// The monthly lists of who was there, by school and class.
pub(super) fn entries(county: &County, children: &[Child]) -> Vec<Entry> {
    let of_pupil: BTreeMap<usize, usize> =
        children.iter().enumerate().filter_map(|(at, child)| Some((child.pupil?, at))).collect();
    let mut entries = Vec::new();
    let Some(year) = county.years.last() else { return entries };
    for school in &year.schools {
        for part in &school.parts {
            for class in &part.classes {
                for pupil in &class.pupils {
                    let Some(at) = of_pupil.get(pupil).copied() else { continue };
                    let child = &children[at];
                    if child.fate == Fate::NotPresent {
                        continue;
                    }
                    let mut random = Random::new(county.seed, &[86, at as u64]);
                    let (absent, running, reason) = absence(&mut random, child.fate);
                    let pupil = &county.pupils[*pupil];
                    let cells = [
                        &format!("{LATEST}-{}", LATEST + 1),
                        MONTH,
                        &school.code,
                        &school.name,
                        stage_word(part.stage),
                        grade_word(class.grade),
                        &class.name,
                        &pupil.student_no,
                        &pupil.name,
                        pupil.citizen_id.as_deref().unwrap_or("无"),
                        &DAYS.to_string(),
                        &absent.to_string(),
                        &running.to_string(),
                        reason,
                    ];
                    entries.push(Entry {
                        child: at,
                        town: school.town,
                        cells: cells.map(str::to_string).to_vec(),
                        slips: Vec::new(),
                    });
                }
            }
        }
    }
    entries
}

fn absence(random: &mut Random, fate: Fate) -> (u32, u32, &'static str) {
    let more = |random: &mut Random, least: i64| random.between(least, DAYS.into()) as u32;
    match fate {
        Fate::Absent => {
            let days = more(random, 4);
            (days, days, if random.chance(0.5) { "无故" } else { "" })
        }
        Fate::TaughtByVisits => (DAYS, DAYS, "送教上门"),
        Fate::Ill => {
            let days = more(random, 3);
            (days, days, if random.chance(0.8) { "病假" } else { "事假" })
        }
        _ if random.chance(0.06) => {
            let days = random.between(1, 2) as u32;
            (days, days, *random.pick(&["病假", "事假", ""]))
        }
        _ => (0, 0, ""),
    }
}
