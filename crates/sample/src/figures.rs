//! 学校安全与宿舍: what the statistics do not ask for and a running standard does, in the long form of school figures.

use crate::county::{County, CountyYear, School, round};
use crate::plan::{self, COUNTY_NAME};
use crate::planted::SHORT_OF_TWO;
use crate::random::Random;
use crate::sheet::{Cell, Sheet};

const HEADS: [&str; 16] = [
    "学校标识码",
    "学校名称",
    "办学类型",
    "举办者",
    "主管部门",
    "城乡分类代码",
    "所在地区划代码",
    "建校年份",
    "是否寄宿制学校",
    "所属学校标识码",
    "是否计校数",
    "学段",
    "学年",
    "项目",
    "数值",
    "单位",
];

/// Gates, guards, health workers and dormitories of every school.
pub(crate) fn safety(county: &County, year: &CountyYear) -> Sheet {
    let mut sheet = Sheet::new("学校安全与宿舍");
    sheet.push_words([format!("{COUNTY_NAME}中小学安全保卫、卫生和宿舍登记表（{}学年）", year.year).as_str()]);
    sheet.push_words(HEADS);
    for school in &year.schools {
        for (item, value, unit) in items(county, school) {
            push(&mut sheet, year, school, (item, value, unit));
        }
    }
    sheet
}

fn items(county: &County, school: &School) -> Vec<(&'static str, f64, &'static str)> {
    let short = school.name == SHORT_OF_TWO;
    let pupils: u32 = school.senior_pupils() + school.parts.iter().map(|part| part.pupils()).sum::<u32>();
    // Attached classes lie behind the gates of their school.
    let attached = matches!(school.kind, "219" | "319");
    let gates = match pupils {
        _ if attached => 0,
        ..600 => 1,
        600..1800 => 2,
        _ => 3,
    };
    // Two at each gate, and three for each thousand pupils.
    let guards = if attached {
        0
    } else if short {
        1
    } else {
        (2 * gates).max((pupils * 3).div_ceil(1000))
    };
    let health = pupils / 600 + u32::from(pupils % 600 >= 200);
    let mut items = vec![
        ("开放的校门数", f64::from(gates), "个"),
        ("专职保安员数", f64::from(guards), "人"),
        ("卫生专业技术人员数", f64::from(health), "人"),
    ];
    if school.boarding {
        let senior = f64::from(school.senior_pupils()) * school.boarding_share(10);
        let index = plan::index_of(&school.name).unwrap_or_default();
        let around = Random::new(county.seed, &[71, index as u64]).around(0.08);
        let per_boarder = if short { 2.1 } else { 3.6 * around };
        items.push(("学生宿舍使用面积", round((boarders(county, school) + senior) * per_boarder, 2), "平方米"));
    }
    items
}

/// Boarders of the compulsory stages.
pub(crate) fn boarders(county: &County, school: &School) -> f64 {
    let classes = school.parts.iter().flat_map(|part| &part.classes);
    let boards = |grade: u8| move |pupil: &&usize| school.boards(&county.pupils[**pupil], grade);
    classes.map(|class| class.pupils.iter().filter(boards(class.grade)).count() as f64).sum()
}

/// A figure, after what the school's own workbook says about it.
fn push(sheet: &mut Sheet, year: &CountyYear, school: &School, (item, value, unit): (&str, f64, &str)) {
    let yes = |yes: bool| if yes { "是" } else { "否" };
    let built = school.built.to_string();
    let words = [
        school.code.as_str(),
        &school.name,
        school.kind,
        if school.private { "民办" } else { "县级教育部门" },
        "县级教育部门",
        school.urban_rural,
        &school.division,
        &built,
        yes(school.boarding),
        school.parent.as_ref().map_or("", |parent| parent.code.as_str()),
        yes(school.counts_as_school()),
        "全校",
        &year.year.id(),
        item,
    ];
    let mut row: Vec<Option<Cell>> = words.into_iter().map(|words| (!words.is_empty()).then(|| words.into())).collect();
    row.extend([Some(value.into()), Some(unit.into())]);
    sheet.push(row);
}
