//! 申报值: what the county and its schools state about themselves where no list shows it. The items are those that the
//! packs name; whoever adds an item to a pack adds a line here.

use facts::{SchoolYear, Stage};

use crate::county::{County, CountyYear, Part, Post, School};
use crate::lists::{all_special_pupils, growth, paid_in_time, special_pupils, turnover_taxes};
use crate::plan::COUNTY_NAME;
use crate::sheet::{Cell, Sheet};

enum Answer {
    Yes,
    No,
    /// Yes, or no where somebody was left out.
    Whether(fn(&CountyYear) -> bool),
    Number(f64),
    /// Counted in the county.
    Count(fn(&County, &CountyYear) -> f64),
}

use Answer::*;

struct Line(&'static str, &'static str, &'static str, Answer);

/// Item, title, unit and answer, in the order of the packs.
#[rustfmt::skip]
const COUNTY_LINES: &[Line] = &[
    Line("years_since_basic_balance", "通过国家基本均衡认定的年数", "年", Count(|_, year| f64::from(year.year.start() - 2018))),
    Line("monitoring_stays_high", "基本均衡认定后年度监测持续保持较高水平", "是/否", Yes),
    Line("layout_plan_sound", "县域义务教育学校规划布局合理，符合国家规定要求", "是/否", Yes),
    Line("construction_standard_unified", "县域内城乡学校建设标准统一", "是/否", Yes),
    Line("staffing_standard_unified", "县域内城乡教师编制标准统一", "是/否", Yes),
    Line("funds_base_unified", "县域内城乡生均公用经费基准定额统一", "是/否", Yes),
    Line("equipment_standard_unified", "县域内城乡基本装备配置标准统一", "是/否", Yes),
    Line("special_pupils", "特殊教育学校和随班就读残疾学生数", "人", Count(all_special_pupils)),
    Line("special_funds_per_pupil", "特殊教育生均公用经费", "元/人", Number(8000.0)),
    Line("teacher_pay_average", "义务教育学校教师年平均工资收入", "元/人", Count(|_, year| (94_300.0 * growth(year, 1.022)).round())),
    Line("civil_servant_pay_average", "当地公务员年平均工资收入", "元/人", Count(|_, year| (93_200.0 * growth(year, 1.022)).round())),
    Line("performance_pay_full", "按规定足额核定教师绩效工资总量", "是/否", Yes),
    Line("staff_posts_allocated", "县级教育行政部门统筹分配各校教职工编制和岗位数量", "是/否", Yes),
    Line("exchange_eligible", "符合交流轮岗条件教师总数", "人", Count(|_, year| exchange(year, |_, long| long))),
    Line("exchange_teachers", "上一年度交流轮岗教师数", "人", Count(|_, year| exchange(year, |went, _| went))),
    Line("exchange_backbone", "上一年度交流轮岗骨干教师数", "人", Count(exchange_backbone)),
    Line("zoned_pupils_primary", "城区和镇区公办小学（不含寄宿制）学生数", "人", Count(|_, year| zoned(year, Stage::Primary))),
    Line("nearby_pupils_primary", "城区和镇区公办小学（不含寄宿制）就近划片入学学生数", "人", Count(|_, year| zoned(year, Stage::Primary))),
    Line("zoned_pupils_junior", "城区和镇区公办初中（不含寄宿制）学生数", "人", Count(|_, year| zoned(year, Stage::Junior))),
    Line("nearby_pupils_junior", "城区和镇区公办初中（不含寄宿制）就近划片入学学生数", "人", Count(|_, year| (zoned(year, Stage::Junior) * 0.973).floor())),
    Line("senior_places", "优质高中招生名额总数", "人", Number(980.0)),
    Line("senior_places_allotted", "优质高中分配到初中的名额", "人", Number(588.0)),
    Line("senior_places_rural", "优质高中分配到农村初中的名额", "人", Number(341.0)),
    Line("senior_places_favour_rural", "优质高中名额分配向农村初中倾斜", "是/否", Yes),
    Line("left_behind_care_sound", "留守儿童关爱体系健全", "是/否", Yes),
    Line("migrant_eligible", "符合条件的随迁子女数", "人", Count(|county, year| migrants(county, year, |_| true))),
    Line("migrant_in_public", "在公办学校就读的随迁子女数", "人", Count(|county, year| migrants(county, year, |school| !school.private))),
    Line("migrant_in_bought", "在政府购买服务的民办学校就读的随迁子女数", "人", Count(|county, year| migrants(county, year, |school| school.private))),
    Line("retention_graduates", "初中毕业班学生数", "人", Count(|_, year| grade(year, 9))),
    Line("retention_entrants", "该年级初一时在校学生数", "人", Count(|_, year| grade(year, 9) + 38.0)),
    Line("retention_in", "该年级三年转入学生数", "人", Number(61.0)),
    Line("retention_out", "该年级三年转出学生数", "人", Number(74.0)),
    Line("retention_deaths", "该年级三年死亡学生数", "人", Number(1.0)),
    Line("disabled_school_age", "适龄残疾儿童少年数", "人", Count(|county, year| all_special_pupils(county, year) + 9.0)),
    Line("disabled_enrolled", "入学的残疾儿童少年数（含随班就读、送教上门）", "人", Count(all_special_pupils)),
    Line("disabled_in_special", "在特殊教育学校就读的残疾儿童少年数", "人", Count(|county, year| all_special_pupils(county, year) - special_pupils(county, year))),
    Line("charters_everywhere", "所有学校制定章程", "是/否", Yes),
    Line("management_digital", "学校管理与教学信息化", "是/否", Yes),
    Line("teaching_uses_ict", "教师能熟练运用信息化手段组织教学，设施设备利用率达到较高水平", "是/否", Yes),
    Line("moral_education_good", "所有学校德育工作、校园文化建设水平达到良好以上", "是/否", Yes),
    Line("curriculum_full", "课程开齐开足，教学秩序规范，综合实践活动有效开展", "是/否", Yes),
    Line("workload_reasonable", "无过重课业负担", "是/否", Yes),
    Line("monitoring_level_chinese", "国家质量监测语文学业水平等级", "级", Number(3.0)),
    Line("monitoring_difference_chinese", "国家质量监测语文校际差异率", "1", Number(0.112)),
    Line("monitoring_level_mathematics", "国家质量监测数学学业水平等级", "级", Number(3.0)),
    Line("monitoring_difference_mathematics", "国家质量监测数学校际差异率", "1", Number(0.137)),
    Line("monitoring_level_science", "国家质量监测科学学业水平等级", "级", Number(3.0)),
    Line("monitoring_difference_science", "国家质量监测科学校际差异率", "1", Number(0.158)),
    Line("monitoring_level_physical", "国家质量监测体育学业水平等级", "级", Number(3.0)),
    Line("monitoring_difference_physical", "国家质量监测体育校际差异率", "1", Number(0.094)),
    Line("monitoring_level_arts", "国家质量监测艺术学业水平等级", "级", Number(3.0)),
    Line("monitoring_difference_arts", "国家质量监测艺术校际差异率", "1", Number(0.121)),
    Line("monitoring_level_moral", "国家质量监测德育学业水平等级", "级", Number(4.0)),
    Line("monitoring_difference_moral", "国家质量监测德育校际差异率", "1", Number(0.083)),
    Line("survey_sent", "社会认可度问卷总数", "人", Number(2860.0)),
    Line("survey_valid", "社会认可度有效问卷数", "人", Number(2741.0)),
    Line("survey_satisfied", "社会认可度满意问卷数", "人", Number(2488.0)),
    Line("survey_valid_parents", "有效问卷数：家长", "人", Number(1602.0)),
    Line("survey_satisfied_parents", "满意问卷数：家长", "人", Number(1437.0)),
    Line("visits", "实地走访人数", "人", Number(120.0)),
    Line("visits_satisfied", "实地走访满意人数", "人", Number(109.0)),
    Line("veto_exam_admission", "存在以考试方式招生", "是/否", No),
    Line("veto_irregular_choice", "存在违规择校行为", "是/否", No),
    Line("veto_key_classes", "存在重点学校或重点班", "是/否", No),
    Line("veto_posts_left_empty", "存在“有编不补”或长期聘用编外教师的情况", "是/否", No),
    Line("veto_grave_incident", "教育系统存在重大安全责任事故、严重违纪违规事件或弄虚作假行为", "是/否", No),
    Line("veto_burden_uncurbed", "规范治理校外培训机构及减轻中小学课外负担不力", "是/否", No),
    Line("score_access_migrants", "政府工作第 1 项得分", "分", Number(5.0)),
    Line("score_access_left_behind", "政府工作第 2 项得分", "分", Number(4.5)),
    Line("score_access_disabled", "政府工作第 3 项得分", "分", Number(5.0)),
    Line("score_access_senior_quota", "政府工作第 4 项得分", "分", Number(5.0)),
    Line("score_support_mechanism", "政府工作第 5 项得分", "分", Number(6.5)),
    Line("score_support_budget", "政府工作第 6 项得分", "分", Number(5.5)),
    Line("score_support_weak_schools", "政府工作第 7 项得分", "分", Number(5.0)),
    Line("score_support_transfers", "政府工作第 8 项得分", "分", Number(5.5)),
    Line("score_teachers_pay", "政府工作第 9 项得分", "分", Number(6.0)),
    Line("score_teachers_staffing", "政府工作第 10 项得分", "分", Number(5.5)),
    Line("score_teachers_exchange", "政府工作第 11 项得分", "分", Number(5.0)),
    Line("score_teachers_training", "政府工作第 12 项得分", "分", Number(5.5)),
    Line("score_quality_curriculum", "政府工作第 13 项得分", "分", Number(5.5)),
    Line("score_quality_retention", "政府工作第 14 项得分", "分", Number(6.0)),
    Line("score_quality_fitness", "政府工作第 15 项得分", "分", Number(5.5)),
    Line("score_quality_no_key_schools", "政府工作第 16 项得分", "分", Number(6.0)),
    Line("score_quality_workload", "政府工作第 17 项得分", "分", Number(5.0)),
    Line("satisfaction_valid", "满意度调查有效问卷数", "人", Number(2741.0)),
    Line("satisfaction_satisfied", "满意度调查满意问卷数", "人", Number(2502.0)),
    Line("county_funds_base_primary", "县定小学生均公用经费基准定额", "元/人", Number(725.0)),
    Line("county_funds_base_junior", "县定初中生均公用经费基准定额", "元/人", Number(945.0)),
    Line("approved_posts", "核定的中小学教职工编制总数", "人", Count(|_, year| established(year))),
    Line("funds_transferred_on_time", "公用经费按规定时限拨付到校", "是/否", Whether(|year| year.schools.iter().all(|school| paid_in_time(year, school)))),
    Line("education_pupils", "一般公共预算教育支出对应的学生数", "人", Count(|_, year| pupils(year))),
    Line("recurrent_revenue", "财政经常性收入", "元", Count(|_, year| (1_864_000_000.0 * growth(year, 1.026)).round())),
    Line("turnover_taxes", "增值税、消费税实缴数", "元", Count(|_, year| turnover_taxes(year))),
    Line("surcharge_for_staff", "教育费附加用于职工福利、奖金的数额", "元", Number(0.0)),
    Line("bought_places", "政府购买民办学校学位的学生数", "人", Count(|county, year| migrants(county, year, |school| school.private))),
];

pub(crate) fn declarations(county: &County, year: &CountyYear) -> Sheet {
    let mut sheet = Sheet::new("申报值");
    sheet.merge((1, 'A'), (1, 'I'), format!("{COUNTY_NAME}义务教育均衡发展申报值（{}学年）", year.year));
    sheet.push_words(["项目编号", "项目", "学校标识码", "学年", "学段", "数值", "单位", "结论", "佐证材料"]);
    for (n, Line(item, title, unit, answer)) in COUNTY_LINES.iter().enumerate() {
        let paper = format!("县级佐证材料汇编第{}号", n + 1);
        push(&mut sheet, (item, title), None, year.year, unit, answer_of(answer, county, year), &paper);
    }
    for school in year.schools.iter().filter(|school| school.counts_as_school()) {
        let meets = |item, title, yes, paper: &str| {
            (item, title, if yes { Ok("是") } else { Ok("否") }, format!("{}{paper}", school.name))
        };
        let pupils: u32 = school.parts.iter().map(|part| part.pupils()).sum();
        let mut lines =
            vec![meets("meets_provincial_standard", "学校达到本省义务教育学校办学基本标准", pupils >= 30, "办学基本标准核查表")];
        if school.stock.extra_sports > 0.0 {
            lines.push(meets("dense_centre_school", "人口密度过高的中心城区学校", true, "场馆租用协议"));
        }
        for (item, title, answer, paper) in lines {
            push(&mut sheet, (item, title), Some(school), year.year, "是/否", answer, &paper);
        }
    }
    sheet
}

fn answer_of(answer: &Answer, county: &County, year: &CountyYear) -> Result<&'static str, f64> {
    match answer {
        Yes => Ok("是"),
        No => Ok("否"),
        Whether(holds) => Ok(if holds(year) { "是" } else { "否" }),
        Number(number) => Err(*number),
        Count(count) => Err(count(county, year)),
    }
}

/// A row with its conclusion in words, or else its number.
fn push(
    sheet: &mut Sheet,
    (item, title): (&str, &str),
    school: Option<&School>,
    year: SchoolYear,
    unit: &str,
    answer: Result<&'static str, f64>,
    paper: &str,
) {
    let mut row: Vec<Option<Cell>> = vec![None; 9];
    (row[0], row[1]) = (Some(item.into()), Some(title.into()));
    row[2] = school.map(|school| school.code.as_str().into());
    row[3] = Some(year.id().into());
    row[4] = Some("全校".into());
    match answer {
        Ok(words) => row[7] = Some(words.into()),
        Err(number) => row[5] = Some(number.into()),
    }
    row[6] = Some(unit.into());
    row[8] = Some(paper.into());
    sheet.push(row);
}

/// Teachers of the compulsory stages by whether they exchanged and whether they were long enough at their school.
fn exchange(year: &CountyYear, fits: fn(bool, bool) -> bool) -> f64 {
    let staff = year.schools.iter().filter(|school| !school.private).flat_map(|school| &school.staff);
    let teachers = staff.filter(|person| person.post == Post::FullTime);
    teachers.filter(|person| fits(person.exchange, year.year.start() - person.since >= 6)).count() as f64
}

fn exchange_backbone(_: &County, year: &CountyYear) -> f64 {
    let staff = year.schools.iter().flat_map(|school| &school.staff);
    staff.filter(|person| person.exchange && person.backbone.is_some()).count() as f64
}

/// Every post that the county was granted is filled.
fn established(year: &CountyYear) -> f64 {
    let ordinary = year.schools.iter().filter(|school| school.kind != "514");
    ordinary.flat_map(|school| &school.staff).filter(|person| person.established).count() as f64
}

fn pupils(year: &CountyYear) -> f64 {
    let schools = year.schools.iter();
    schools.map(|school| school.senior_pupils() + school.parts.iter().map(Part::pupils).sum::<u32>()).map(f64::from).sum()
}

fn zoned(year: &CountyYear, stage: Stage) -> f64 {
    let zoned = year.schools.iter().filter(|school| !school.private && !school.boarding && school.urban_rural.starts_with('1'));
    zoned.filter_map(|school| school.part(stage)).map(|part| f64::from(part.pupils())).sum()
}

fn migrants(county: &County, year: &CountyYear, fits: fn(&School) -> bool) -> f64 {
    let parts = year.schools.iter().filter(|school| fits(school)).flat_map(|school| &school.parts);
    let pupils = parts.flat_map(|part| &part.classes).flat_map(|class| &class.pupils);
    pupils.filter(|pupil| county.pupils[**pupil].migrant).count() as f64
}

fn grade(year: &CountyYear, grade: u8) -> f64 {
    let classes = year.schools.iter().flat_map(|school| &school.parts).flat_map(|part| &part.classes);
    classes.filter(|class| class.grade == grade).map(|class| f64::from(class.size())).sum()
}
