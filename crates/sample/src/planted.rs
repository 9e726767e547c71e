//! What is wrong with this county under the standards of money, staff and conditions, school by school. Each case is made
//! by the part of the county that it concerns, and recorded in `truth.json` with the item of the pack that it fails.

use facts::Stage;

use crate::county::County;
use crate::truth::StandardTruth;

/// Gets nine tenths of its public funds in the latest year.
pub const UNDERPAID: &str = "老寨乡下寨小学";
/// Gets its public funds in June of the latest year, so that the county cannot state that all were in time.
pub const PAID_LATE: &str = "花山彝族乡他克小学";
/// Budgets too little for the training of its teachers.
pub const TRAINS_LITTLE: &str = "白沙乡干海子教学点";
/// A small school that was given no staff for its classes.
pub const UNDERSTAFFED: &str = "梨树乡白果教学点";
/// Its dormitories are too small, and one guard stands at its gate.
pub const SHORT_OF_TWO: &str = "梨树乡中心小学";
/// A subject that colleagues from other schools give.
pub const WITHOUT_SUBJECT: (&str, Stage, &str) = ("梨树中学", Stage::Junior, "化学");

const FUNDS: &str = "cn/funds";
const STAFFING: &str = "cn/staffing";
const CONDITIONS: &str = "cn/school-conditions";

/// Pack, item or indicator, school, and what is wrong. The last lines are not planted for these packs: they follow from
/// what the plan gives a school apart, or from its size.
const CASES: &[(&str, &str, &str, &str)] = &[
    (FUNDS, "funds_due", UNDERPAID, "公用经费只拨了九成"),
    (FUNDS, "transferred_in_full", UNDERPAID, "公用经费只拨了九成"),
    (FUNDS, "transferred_on_time", PAID_LATE, "公用经费六月才拨到，县里如实申报为否"),
    (FUNDS, "training_share", TRAINS_LITTLE, "教师培训经费不到公用经费预算的 5%"),
    (STAFFING, "staff_norm_small", UNDERSTAFFED, "按班级数还缺教职工"),
    (STAFFING, "has_chemistry", WITHOUT_SUBJECT.0, "没有化学专任教师，由外校教师走教"),
    (CONDITIONS, "dormitories", SHORT_OF_TWO, "宿舍面积不足"),
    (CONDITIONS, "guards_at_gates", SHORT_OF_TWO, "一个校门只有一名保安员"),
    (STAFFING, "has_pe", "花山彝族乡普车小学", "没有体艺教师"),
    (STAFFING, "has_music", "花山彝族乡普车小学", "没有体艺教师"),
    (STAFFING, "has_fine_art", "花山彝族乡普车小学", "没有体艺教师"),
    (STAFFING, "has_history", "大河镇河口小学", "附设初中班的教师比学科少"),
    (STAFFING, "has_physics", "大河镇河口小学", "附设初中班的教师比学科少"),
    (STAFFING, "has_chemistry", "大河镇河口小学", "附设初中班的教师比学科少"),
    (STAFFING, "has_biology", "大河镇河口小学", "附设初中班的教师比学科少"),
    (CONDITIONS, "multimedia_per_class", "老寨乡上寨小学", "网络多媒体教室少"),
    (CONDITIONS, "multimedia_per_class", "花山彝族乡普车小学", "网络多媒体教室少"),
];

/// The cases of the schools that the county has in its latest year.
pub(crate) fn standards(county: &County) -> Vec<StandardTruth> {
    let schools = county.years.last().map(|year| year.schools.as_slice()).unwrap_or_default();
    let cases = CASES.iter().filter_map(|(pack, item, name, words)| {
        let school = schools.iter().find(|school| school.name == *name)?;
        let (code, name) = (school.code.clone(), school.name.clone());
        Some(StandardTruth { pack, item, school: code, name, words })
    });
    cases.collect()
}

#[cfg(test)]
mod tests {
    use super::CASES;
    use crate::plan::index_of;

    #[test]
    fn every_case_is_of_a_school_of_the_plan() {
        let unknown: Vec<&str> = CASES.iter().map(|case| case.2).filter(|name| index_of(name).is_none()).collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }
}
