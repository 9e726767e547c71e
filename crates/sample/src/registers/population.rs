use super::slip::{Rates, written};
use super::{Child, Entry, Fate};
use crate::county::County;
use crate::person::{self, PEOPLES};
use crate::plan::{COUNTY_NAME, LATEST, township_code, township_name};
use crate::random::Random;

pub(super) const HEADS: &[&str] = &[
    "年度",
    "乡镇（街道）",
    "村（社区）",
    "区划代码",
    "户号",
    "姓名",
    "曾用名",
    "性别",
    "出生日期",
    "民族",
    "身份证件号码",
    "监护人姓名",
    "联系电话",
    "居住地址",
    "居住状态",
    "去向",
];

const RATES: Rates = Rates {
    id_wrong: 0.08,
    id_missing: 0.03,
    name: 0.045,
    birth: 0.015,
    moved: 0.06,
    phone_other: 0.15,
    phone_missing: 0.1,
    phone_shared: 0.03,
    guardian_other: 0.2,
};
/// Of those who live here, so many are not in the register.
const LEFT_OUT: f64 = 0.02;
/// So many stand in it twice, in two villages.
const TWICE: f64 = 0.0015;

/// Where people live, as the grid workers of the villages wrote it down.
pub(super) fn entries(county: &County, children: &[Child]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (at, child) in children.iter().enumerate() {
        let mut random = Random::new(county.seed, &[83, at as u64]);
        let absent = matches!(child.fate, Fate::Unregistered | Fate::EmptyHukou);
        // Whoever is gone or unknown is what the register is for: those are seldom left out.
        let left_out = if child.pupil.is_some() { LEFT_OUT } else { 0.0 };
        if absent || random.chance(left_out) {
            continue;
        }
        entries.push(entry(&mut random, county, at, child));
        if random.chance(TWICE) {
            let mut double = entry(&mut random, county, at, child);
            double.slips.push("twice");
            entries.push(double);
        }
    }
    entries
}

fn entry(random: &mut Random, county: &County, at: usize, child: &Child) -> Entry {
    let town = child.town;
    let villages = &county.townships[town].villages;
    let shared = shared_phone(county.seed, town, child.village);
    let w = written(random, child, &RATES, villages.len(), &shared);
    let village = &villages[w.village].name;
    let code = format!("{}{:03}", township_code(town, LATEST), w.village + 1);
    let town_name = township_name(town, LATEST);
    let state = match child.fate {
        _ if child.from_outside => "流入",
        Fate::SchoolElsewhere | Fate::Abroad | Fate::Working | Fate::SpecialSchool => "外出",
        Fate::Died => "注销",
        _ => "常住",
    };
    // Of the working, one in four is known to nobody.
    let known = child.fate.whereabouts();
    let cells = vec![
        LATEST.to_string(),
        town_name.to_string(),
        village.clone(),
        code,
        household(child),
        w.name,
        w.former,
        child.sex.word().to_string(),
        w.birth,
        PEOPLES[child.people].0.to_string(),
        w.id,
        w.guardian,
        w.phone,
        format!("{COUNTY_NAME}{town_name}{village}{}号", child.house),
        state.to_string(),
        known.to_string(),
    ];
    Entry { child: at, town, cells, slips: w.slips }
}

/// The number of the household book: the same for brothers and sisters.
pub(super) fn household(child: &Child) -> String {
    format!("{:02}{:02}{:04}", child.town, child.village, child.house)
}

/// The telephone of the village head, which many give.
pub(super) fn shared_phone(seed: u64, town: usize, village: usize) -> String {
    person::phone(&mut Random::new(seed, &[84, town as u64, village as u64]))
}
