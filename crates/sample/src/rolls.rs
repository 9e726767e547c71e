//! The rolls: pupils, classes and staff, by township.

use facts::{SchoolYear, Stage};

use crate::county::{County, Post, School};
use crate::person::PEOPLES;
use crate::plan::{self, COUNTY_NAME};
use crate::random::Random;
use crate::sheet::{Cell, Sheet};
use crate::statistics::{JUNIOR_GRADES, PRIMARY_GRADES};

/// 学籍导出: the columns, with the group each stands under in the printed form.
const PUPIL_HEADS: [(&str, &str); 23] = [
    ("学籍号", "基本信息"),
    ("姓名", "基本信息"),
    ("性别", "基本信息"),
    ("出生日期", "基本信息"),
    ("民族", "基本信息"),
    ("身份证件类型", "基本信息"),
    ("身份证件号", "基本信息"),
    ("户口所在地", "户籍与住址"),
    ("户口性质", "户籍与住址"),
    ("现住址", "户籍与住址"),
    ("学校标识码", "学籍信息"),
    ("学校名称", "学籍信息"),
    ("学年", "学籍信息"),
    ("学段", "学籍信息"),
    ("年级", "学籍信息"),
    ("班级", "学籍信息"),
    ("就读方式", "学籍信息"),
    ("是否留守儿童", "关爱信息"),
    ("是否进城务工人员随迁子女", "关爱信息"),
    ("残疾类型", "关爱信息"),
    ("监护人姓名", "监护人"),
    ("联系电话", "监护人"),
    ("学籍状态", "学籍信息"),
];

/// A pupil roll as the register exports it: one row of heads, then a child a row.
pub(crate) fn pupils(county: &County, year: SchoolYear, schools: &[&School]) -> Sheet {
    let mut sheet = Sheet::new("学籍信息");
    sheet.push_words(PUPIL_HEADS.iter().map(|(head, _)| *head));
    for school in schools {
        push_pupils(&mut sheet, county, year, school);
    }
    sheet
}

/// The same roll as somebody in a school office keeps it: a title, a line on how to fill it in, heads in two rows, and the
/// odd space or full-width digit.
pub(crate) fn pupils_kept_by_hand(county: &County, year: SchoolYear, schools: &[&School], place: &str) -> Sheet {
    let mut sheet = Sheet::new("学籍");
    sheet.merge((1, 'A'), (1, 'W'), format!("{COUNTY_NAME}{place}{}—{}学年学生学籍名册", year.start(), year.start() + 1));
    sheet.merge((2, 'A'), (2, 'W'), "填表说明：身份证件号、学籍号按文本填写；没有的填“无”。");
    let mut first = 0;
    while first < PUPIL_HEADS.len() {
        let group = PUPIL_HEADS[first].1;
        let last = first + PUPIL_HEADS[first..].iter().take_while(|(_, other)| *other == group).count() - 1;
        sheet.set_at(2, first, group);
        if last > first {
            sheet.merges.push([2, first, 2, last]);
        }
        first = last + 1;
    }
    for (column, (head, _)) in PUPIL_HEADS.iter().enumerate() {
        sheet.set_at(3, column, *head);
    }
    let begin = sheet.rows.len();
    for school in schools {
        push_pupils(&mut sheet, county, year, school);
    }
    let mut random = Random::new(county.seed, &[51, year.start() as u64]);
    for row in &mut sheet.rows[begin..] {
        if random.chance(0.02) {
            roughen(&mut random, row, &[1, 9, 15]);
        }
    }
    sheet
}

fn push_pupils(sheet: &mut Sheet, county: &County, year: SchoolYear, school: &School) {
    let yes = |yes: bool| if yes { "是" } else { "否" };
    let year_words = year.id();
    for part in &school.parts {
        for class in &part.classes {
            for pupil in &class.pupils {
                let pupil = &county.pupils[*pupil];
                let village = &county.townships[pupil.town].villages[pupil.village].name;
                let town = plan::township_name(pupil.town, year.start());
                let residence = if pupil.migrant { "示例州外".to_string() } else { format!("{COUNTY_NAME}{town}{village}") };
                let address = format!("{town}{village}{}号", pupil.house);
                let birth = pupil.birth.to_string().replace('-', "");
                let rural = !plan::TOWNSHIPS[pupil.town].urban_rural.starts_with("11");
                let no_id = pupil.citizen_id.is_none();
                let words: [&str; 23] = [
                    &pupil.student_no,
                    &pupil.name,
                    pupil.sex.word(),
                    &birth,
                    PEOPLES[pupil.people].0,
                    if no_id { "无" } else { "居民身份证" },
                    pupil.citizen_id.as_deref().unwrap_or("无"),
                    &residence,
                    if rural || pupil.migrant { "农业户口" } else { "非农业户口" },
                    &address,
                    &school.code,
                    &school.name,
                    &year_words,
                    stage_word(part.stage),
                    grade_word(class.grade),
                    &class.name,
                    if school.boards(pupil, class.grade) { "住校" } else { "走读" },
                    yes(pupil.left_behind),
                    yes(pupil.migrant),
                    pupil.disability.unwrap_or("无"),
                    &pupil.guardian,
                    &pupil.phone,
                    "在读",
                ];
                sheet.push_words(words);
            }
        }
    }
}

/// 班级情况: an old workbook with a title, heads in two rows, a line after each school and one at the end that sum.
pub(crate) fn classes(county: &County, year: SchoolYear, schools: &[&School], place: &str) -> Sheet {
    let mut random = Random::new(county.seed, &[52, year.start() as u64]);
    let mut sheet = Sheet::new("班级");
    sheet.merge((1, 'A'), (1, 'K'), format!("{COUNTY_NAME}{place}{}—{}学年班级情况统计表", year.start(), year.start() + 1));
    sheet.merge((2, 'A'), (2, 'K'), "填表说明：学生数为９月１日在校生数，班主任填一人。");
    let heads = ["学校标识码", "学校名称", "学年", "学段", "年级", "班级名称", "班级类型", "班主任"];
    for (column, head) in ('A'..).zip(heads) {
        sheet.merge((3, column), (4, column), head);
    }
    sheet.merge((3, 'I'), (3, 'K'), "在校学生（人）");
    sheet.set(4, 'I', "学生数");
    sheet.set(4, 'J', "其中：女");
    sheet.set(4, 'K', "其中：随班就读");
    let sum_row = |label: &str, [sum, women, inclusive]: [u32; 3]| {
        let mut row: Vec<Option<Cell>> = vec![None; 11];
        (row[0], row[8], row[9], row[10]) = (Some(label.into()), Some(sum.into()), Some(women.into()), Some(inclusive.into()));
        row
    };
    let mut all = [0; 3];
    for school in schools {
        let mut of_school = [0; 3];
        for part in &school.parts {
            for class in &part.classes {
                let pupils = || class.pupils.iter().map(|pupil| &county.pupils[*pupil]);
                let women = pupils().filter(|pupil| pupil.sex.word() == "女").count() as u32;
                // In a special school nobody learns along with others.
                let inclusive = pupils().filter(|pupil| school.kind != "514" && pupil.disability.is_some()).count() as u32;
                let head_teacher = school.staff.get(class.head_teacher).map_or("", |person| person.name.as_str());
                let mut row: Vec<Option<Cell>> = [
                    &school.code,
                    &school.name,
                    &year.id(),
                    stage_word(part.stage),
                    grade_word(class.grade),
                    &class.name,
                    "普通班",
                    head_teacher,
                ]
                .into_iter()
                .map(|words| (!words.is_empty()).then(|| words.into()))
                .collect();
                row.push(Some(class.size().into()));
                row.push(Some(women.into()));
                row.push(Some(inclusive.into()));
                if random.chance(0.08) {
                    roughen(&mut random, &mut row, &[1, 5, 8]);
                }
                sheet.push(row);
                add(&mut of_school, [class.size(), women, inclusive]);
            }
        }
        sheet.push(sum_row("小计", of_school));
        add(&mut all, of_school);
    }
    sheet.push(sum_row("合计", all));
    sheet
}

fn add(sums: &mut [u32; 3], more: [u32; 3]) {
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

/// Puts a space or full-width digits into one of the given cells.
fn roughen(random: &mut Random, row: &mut [Option<Cell>], columns: &[usize]) {
    let Some(Some(cell)) = row.get_mut(columns[random.below(columns.len())]) else { return };
    let words = match cell {
        Cell::Text(words) => words.clone(),
        Cell::Number(number) => number.to_string(),
    };
    let wide = |c: char| match c {
        '0'..='9' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
        c => c,
    };
    *cell = Cell::Text(match random.below(3) {
        0 => format!("{words} "),
        1 => format!("　{words}"),
        _ => words.chars().map(wide).collect(),
    });
}

const STAFF_HEADS: [&str; 20] = [
    "学校标识码",
    "学校名称",
    "学年",
    "姓名",
    "身份证件号",
    "性别",
    "出生日期",
    "岗位类别",
    "是否在编",
    "任教学段",
    "任教学科",
    "学历",
    "专业技术职务",
    "是否持有教师资格证",
    "教师资格学科",
    "骨干教师级别",
    "在本校年限",
    "五年培训学时",
    "是否交流轮岗",
    "联系电话",
];

pub(crate) fn staff(year: SchoolYear, schools: &[&School], place: &str) -> Sheet {
    let mut sheet = Sheet::new("教职工");
    sheet.merge((1, 'A'), (1, 'T'), format!("{COUNTY_NAME}{place}教职工名册（{year}学年）"));
    sheet.push_words(STAFF_HEADS);
    let yes = |yes: bool| if yes { "是" } else { "否" };
    for school in schools {
        for person in &school.staff {
            let teaches = person.post == Post::FullTime;
            let words = [
                school.code.as_str(),
                &school.name,
                &year.id(),
                &person.name,
                &person.citizen_id,
                person.sex.word(),
                &person.birth.to_string(),
                match person.post {
                    Post::FullTime => "专任教师",
                    Post::Manager => "行政",
                    Post::Support => "教辅",
                    Post::Worker => "工勤",
                },
                yes(person.established),
                person.stage.map_or("—", stage_word),
                if teaches { person.subject } else { "—" },
                person.degree,
                person.rank,
                yes(person.certified),
                if person.certified { person.subject } else { "无" },
                person.backbone.unwrap_or("无"),
            ];
            let mut row: Vec<Option<Cell>> = words.into_iter().map(|words| Some(words.into())).collect();
            row.push(Some((year.start() - person.since).into()));
            row.push(Some(person.training_hours.into()));
            row.push(Some(yes(person.exchange).into()));
            row.push(Some(person.phone.as_str().into()));
            sheet.push(row);
        }
    }
    sheet
}

pub(crate) fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Primary => "小学",
        Stage::Junior => "初中",
        Stage::Senior => "高中",
        Stage::Whole => "全校",
    }
}

pub(crate) fn grade_word(grade: u8) -> &'static str {
    let index = usize::from(grade.saturating_sub(1));
    PRIMARY_GRADES.iter().chain(&JUNIOR_GRADES).nth(index).copied().unwrap_or("")
}
