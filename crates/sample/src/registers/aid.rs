use std::collections::{BTreeMap, BTreeSet};

use facts::Stage;

use super::population::{household, shared_phone};
use super::slip::{Rates, written};
use super::{Child, Entry, Fate};
use crate::county::County;
use crate::plan::{LATEST, TOWNSHIPS, township_code, township_name};
use crate::random::Random;

pub(super) const SUPPORTED_HEADS: &[&str] = &[
    "年度",
    "批次",
    "乡镇（街道）",
    "村（社区）",
    "区划代码",
    "户号",
    "户主姓名",
    "姓名",
    "性别",
    "出生日期",
    "身份证件号",
    "户类型",
    "状态",
    "识别日期",
    "联系电话",
];
pub(super) const GRANT_HEADS: &[&str] =
    &["学年", "学期", "学校标识码", "学校名称", "学籍号", "姓名", "身份证件号", "资助项目", "资助金额（元）"];

const RATES: Rates = Rates {
    id_wrong: 0.05,
    id_missing: 0.02,
    name: 0.03,
    birth: 0.01,
    moved: 0.02,
    phone_other: 0.2,
    phone_missing: 0.2,
    phone_shared: 0.05,
    guardian_other: 0.3,
};
const KINDS: &[&str] = &[
    "脱贫户",
    "脱贫户",
    "脱贫户",
    "脱贫户",
    "低保户",
    "低保户",
    "脱贫不稳定户",
    "边缘易致贫户",
    "突发严重困难户",
    "特困供养",
    "孤儿",
    "残疾学生",
];
/// Households of which a child's family is one.
const POOR: [f64; 2] = [0.03, 0.14];
/// Of the entitled, so many were forgotten; of those who are not, so many were paid all the same.
const FORGOTTEN: f64 = 0.07;
const PAID_WRONGLY: f64 = 0.0006;
/// Of the entitled, so many stand twice on the list of one term.
const PAID_TWICE: f64 = 0.004;
/// Of families that are not supported, so many are recognised in March.
const RECOGNISED: f64 = 0.0018;

/// Families of one household are on the list together.
fn is_poor(seed: u64, child: &Child) -> bool {
    let urban = TOWNSHIPS[child.town].urban_rural == "111";
    let mut random = Random::new(seed, &[87, child.town as u64, child.village as u64, child.house.into()]);
    random.chance(POOR[usize::from(!urban)])
}

pub(super) fn supported(county: &County, children: &[Child]) -> Vec<Entry> {
    let poor = children.iter().enumerate().filter(|(_, child)| {
        let gone = matches!(child.fate, Fate::Died | Fate::Abroad | Fate::EmptyHukou);
        !child.from_outside && !gone && is_poor(county.seed, child)
    });
    poor.map(|(at, child)| entry(county, at, child, "", "在册")).collect()
}

/// New and relapsed families of the spring, most of whose children are on the roll.
pub(super) fn arrivals(county: &County, children: &[Child], supported: &[Entry]) -> Vec<Entry> {
    let known: BTreeSet<usize> = supported.iter().map(|entry| entry.child).collect();
    let mut random = Random::new(county.seed, &[88]);
    let mut entries = Vec::new();
    for (at, child) in children.iter().enumerate() {
        if known.contains(&at) || child.from_outside || !random.chance(RECOGNISED) {
            continue;
        }
        let state = if random.chance(0.3) { "返贫" } else { "新增" };
        entries.push(entry(county, at, child, "2026-03", state));
    }
    entries
}

fn entry(county: &County, at: usize, child: &Child, batch: &str, state: &str) -> Entry {
    let mut random = Random::new(county.seed, &[89, at as u64]);
    let town = child.town;
    let villages = &county.townships[town].villages;
    let w = written(&mut random, child, &RATES, villages.len(), &shared_phone(county.seed, town, child.village));
    let since = if batch.is_empty() {
        format!("{}-{:02}-01", 2014 + random.below(8), 1 + random.below(12))
    } else {
        format!("{batch}-{:02}", 1 + random.below(20))
    };
    let cells = [
        &LATEST.to_string(),
        batch,
        township_name(town, LATEST),
        &villages[w.village].name,
        &format!("{}{:03}", township_code(town, LATEST), w.village + 1),
        &household(child),
        &w.guardian,
        &w.name,
        child.sex.word(),
        &w.birth,
        &w.id,
        *random.pick(KINDS),
        state,
        &since,
        &w.phone,
    ];
    Entry { child: at, town, cells: cells.map(str::to_string).to_vec(), slips: w.slips }
}

/// What was paid in autumn: half of the year's amount.
pub(super) fn grants(county: &County, children: &[Child], supported: &[Entry]) -> Vec<Entry> {
    let entitled: BTreeSet<usize> = supported.iter().map(|entry| entry.child).collect();
    let of_pupil: BTreeMap<usize, usize> =
        children.iter().enumerate().filter_map(|(at, child)| Some((child.pupil?, at))).collect();
    let mut random = Random::new(county.seed, &[90]);
    let mut entries = Vec::new();
    let Some(year) = county.years.last() else { return entries };
    for school in &year.schools {
        for part in &school.parts {
            for class in &part.classes {
                for at in class.pupils.iter().filter_map(|pupil| of_pupil.get(pupil).copied()) {
                    let pupil = &county.pupils[children[at].pupil.unwrap_or_default()];
                    let is_entitled = entitled.contains(&at);
                    let paid = if is_entitled { !random.chance(FORGOTTEN) } else { random.chance(PAID_WRONGLY) };
                    if !paid {
                        continue;
                    }
                    let boards = school.boards(pupil, class.grade);
                    let amount = match (part.stage, boards) {
                        (Stage::Primary, true) => "625",
                        (Stage::Primary, false) => "312.5",
                        (_, true) => "750",
                        (_, false) => "375",
                    };
                    let twice = is_entitled && random.chance(PAID_TWICE);
                    let year = format!("{LATEST}-{}", LATEST + 1);
                    for again in 0..1 + usize::from(twice) {
                        let cells = [
                            year.as_str(),
                            "秋季",
                            school.code.as_str(),
                            school.name.as_str(),
                            pupil.student_no.as_str(),
                            pupil.name.as_str(),
                            pupil.citizen_id.as_deref().unwrap_or("无"),
                            (if boards { "寄宿生生活补助" } else { "非寄宿生生活补助" }) as &str,
                            amount,
                        ];
                        let slips = match (again, is_entitled) {
                            (1, _) => vec!["paid-twice"],
                            (_, false) => vec!["paid-wrongly"],
                            _ => Vec::new(),
                        };
                        entries.push(Entry { child: at, town: school.town, cells: cells.map(str::to_string).to_vec(), slips });
                    }
                }
            }
        }
    }
    entries
}
