use super::population::{household, shared_phone};
use super::slip::{Rates, written};
use super::{Child, Entry, Fate};
use crate::county::County;
use crate::person::PEOPLES;
use crate::plan::{COUNTY_NAME, LATEST, UPGRADED, township_code, township_name};
use crate::random::Random;

pub(super) const HEADS: &[&str] = &[
    "年度",
    "乡镇（街道）",
    "村（社区）",
    "区划代码",
    "户号",
    "户主姓名",
    "姓名",
    "曾用名",
    "性别",
    "出生日期",
    "民族",
    "公民身份号码",
    "与户主关系",
    "户籍地址",
    "户籍状态",
];

/// The police see the paper: ids and names are seldom wrong.
const RATES: Rates = Rates {
    id_wrong: 0.008,
    id_missing: 0.004,
    name: 0.012,
    birth: 0.004,
    moved: 0.03,
    phone_other: 0.0,
    phone_missing: 1.0,
    phone_shared: 0.0,
    guardian_other: 0.3,
};
/// Of the rows of a township that was renamed, so many bear the old name and code.
const RECODED: f64 = 0.55;
const LEFT_OUT: f64 = 0.008;
const TWICE: f64 = 0.0006;

pub(super) fn entries(county: &County, children: &[Child]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (at, child) in children.iter().enumerate() {
        let mut random = Random::new(county.seed, &[85, at as u64]);
        // Whoever has no id has no household book either.
        let without = child.from_outside || child.citizen_id.is_none() || child.fate == Fate::Unregistered;
        if without || random.chance(if child.fate == Fate::EmptyHukou { 0.0 } else { LEFT_OUT }) {
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
    let mut w = written(random, child, &RATES, villages.len(), &shared);
    // It has no telephone at all.
    w.slips.retain(|slip| *slip != "phone-missing");
    let village = &villages[w.village].name;
    let old = town == UPGRADED.town && random.chance(RECODED);
    if old {
        w.slips.push("recoded");
    }
    let (town_code, town_name) =
        if old { (UPGRADED.code, UPGRADED.name) } else { (township_code(town, LATEST), township_name(town, LATEST)) };
    let state = match child.fate {
        Fate::Died if random.chance(0.7) => "死亡注销",
        Fate::SchoolElsewhere if random.chance(0.25) => "迁出",
        Fate::EmptyHukou if random.chance(0.85) => "空挂",
        _ => "正常",
    };
    let cells = vec![
        LATEST.to_string(),
        town_name.to_string(),
        village.clone(),
        format!("{town_code}{:03}", w.village + 1),
        household(child),
        w.guardian,
        w.name,
        w.former,
        child.sex.word().to_string(),
        w.birth,
        PEOPLES[child.people].0.to_string(),
        w.id,
        if child.sex == crate::person::Sex::Male { "子" } else { "女" }.to_string(),
        format!("{COUNTY_NAME}{town_name}{village}{}号", child.house),
        state.to_string(),
    ];
    Entry { child: at, town, cells, slips: w.slips }
}
