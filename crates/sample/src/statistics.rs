//! 教育事业统计: the workbook that every school fills in every September. Cells stand where the national forms have them.

use facts::{SchoolYear, Stage};

use crate::county::{Class, County, Part, Post, Pupil, School, Staff};
use crate::person::Sex;
use crate::sheet::Sheet;

/// All sheets of a school's workbook.
pub(crate) fn workbook(county: &County, year: SchoolYear, school: &School) -> Vec<Sheet> {
    let form = Form { year, school };
    let mut sheets = vec![form.identity(), form.supplement()];
    let parts: Vec<&Part> = school.parts.iter().collect();
    sheets.extend(parts.iter().map(|part| form.classes(part)));
    sheets.extend(parts.iter().map(|part| form.pupils(county, part)));
    if !school.senior.is_empty() {
        sheets.push(form.senior_pupils());
    }
    sheets.push(form.staff());
    sheets.push(form.ranks());
    sheets.extend(parts.iter().map(|part| form.teachers(part.stage)));
    sheets.push(form.buildings());
    sheets.push(form.conditions());
    sheets
}

/// The size bands of the class sheets, with the largest size of each.
const BANDS: [(&str, u32); 10] = [
    ("25人及以下", 25),
    ("26-30人", 30),
    ("31-35人", 35),
    ("36-40人", 40),
    ("41-45人", 45),
    ("46-50人", 50),
    ("51-55人", 55),
    ("56-60人", 60),
    ("61-65人", 65),
    ("66人及以上", u32::MAX),
];

pub(crate) const PRIMARY_GRADES: [&str; 6] = ["一年级", "二年级", "三年级", "四年级", "五年级", "六年级"];
pub(crate) const JUNIOR_GRADES: [&str; 3] = ["七年级", "八年级", "九年级"];

const PRIMARY_COURSES: [&str; 14] = [
    "道德与法治",
    "语文",
    "数学",
    "外语",
    "科学",
    "综合实践活动",
    "信息科技",
    "劳动",
    "体育与健康",
    "心理健康",
    "音乐",
    "美术",
    "艺术",
    "其他",
];
const JUNIOR_COURSES: [&str; 22] = [
    "道德与法治",
    "语文",
    "数学",
    "外语",
    "科学",
    "物理",
    "化学",
    "生物学",
    "历史",
    "地理",
    "历史与社会",
    "信息科技",
    "劳动",
    "综合实践活动",
    "心理健康",
    "地方课程",
    "校本课程",
    "体育与健康",
    "音乐",
    "美术",
    "艺术",
    "其他",
];

/// A row of a sheet: its label and whom it counts.
type StaffLine = (&'static str, fn(&Staff) -> bool);
type PupilLine<'a> = (&'static str, &'a dyn Fn(&Pupil, u8) -> bool);

struct Form<'a> {
    year: SchoolYear,
    school: &'a School,
}

impl Form<'_> {
    /// A sheet with its first two rows.
    fn sheet(&self, code: &str, suffix: &str, title: &str, unit: &str, last_column: char) -> Sheet {
        let mut sheet = Sheet::new(format!("{code}_{suffix}"));
        let School { code: school, name, .. } = self.school;
        sheet.merge((1, 'A'), (1, last_column), format!("{code} {title}"));
        let line = format!("学校标识码：{school}　学校名称：{name}　学年：{}　单位：{unit}", self.year);
        sheet.merge((2, 'A'), (2, last_column), line);
        sheet
    }

    fn identity(&self) -> Sheet {
        let school = self.school;
        let mut sheet = self.sheet("教基1001", "学校", "学校（机构）基本情况", "—", 'C');
        for (column, head) in ('A'..).zip(["项目", "编号", "内容"]) {
            sheet.set(3, column, head);
        }
        let yes = |yes: bool| if yes { "是" } else { "否" }.to_string();
        let lines: Vec<(&str, String)> = vec![
            ("学校(机构)标识码", school.code.clone()),
            ("学校(机构)名称", school.name.clone()),
            ("办学类型", school.kind.into()),
            ("学校(机构)举办者", if school.private { "民办" } else { "县级教育部门" }.into()),
            ("主管部门", "县级教育部门".into()),
            ("所在地区划代码", school.division.clone()),
            ("城乡分类代码", school.urban_rural.into()),
            ("是否计校数", if school.counts_as_school() { "1" } else { "0" }.into()),
            ("所属学校标识码", school.parent.as_ref().map_or("/".into(), |parent| parent.code.clone())),
            ("是否寄宿制学校", yes(school.boarding)),
            ("建校年份", school.built.to_string()),
            ("经度", school.lon.to_string()),
            ("纬度", school.lat.to_string()),
            ("坐标系", "CGCS2000".into()),
            ("学年", self.year.id()),
        ];
        for (n, (label, content)) in lines.into_iter().enumerate() {
            sheet.set(4 + n, 'A', label);
            sheet.set(4 + n, 'B', format!("{:02}", n + 1));
            sheet.set(4 + n, 'C', content);
        }
        sheet
    }

    fn supplement(&self) -> Sheet {
        let school = self.school;
        let mut sheet = self.sheet("教基1102", "学校", "学校（机构）补充指标", "—", 'C');
        for (column, head) in ('A'..).zip(["项目", "编号", "数值"]) {
            sheet.set(3, column, head);
        }
        let count = |stage, fits: fn(&Staff) -> bool| school.teachers(stage).filter(|person| fits(person)).count() as f64;
        let shared = |stage| school.part(stage).map_or(0.0, |part| f64::from(part.shared_arts));
        let mut lines = Vec::new();
        let stages = [(Stage::Primary, "小学"), (Stage::Junior, "初中"), (Stage::Senior, "高中")];
        for (stage, word) in stages {
            if school.part(stage).is_some() || (stage == Stage::Senior && !school.senior.is_empty()) {
                lines.push((format!("县级以上骨干教师({word})"), count(stage, |person| person.backbone.is_some())));
            }
        }
        for (stage, word) in &stages[..2] {
            if school.part(*stage).is_some() {
                lines.push((format!("交流兼职走教体艺教师({word})"), shared(*stage)));
                lines.push((format!("持教师资格证专任教师({word})"), count(*stage, |person| person.certified)));
            }
        }
        lines.push(("可用的改建或租用场馆面积(平方米)".into(), school.stock.extra_sports));
        for (n, (label, value)) in lines.into_iter().enumerate() {
            sheet.set(4 + n, 'A', label);
            sheet.set(4 + n, 'B', format!("{:02}", n + 1));
            sheet.set(4 + n, 'C', value);
        }
        sheet
    }

    fn classes(&self, part: &Part) -> Sheet {
        let (code, suffix, title, grades, first) = of_stage(part.stage, ["教基2106", "教基2107"], "班数");
        let mut sheet = self.sheet(code, suffix, &title, "个", 'I');
        for (column, head) in ('A'..).zip(["", "编号", "合计"].into_iter().chain(grades.iter().copied())) {
            sheet.set(3, column, head);
        }
        marks(&mut sheet, 4, 1 + grades.len());
        let mut line = |row: usize, label: &str, range: std::ops::RangeInclusive<u32>| {
            let fits = |class: &&Class| range.contains(&class.size());
            sheet.set(row, 'A', label);
            sheet.set(row, 'B', format!("{:02}", row - 4));
            sheet.set(row, 'C', part.classes.iter().filter(fits).count() as u32);
            for (n, column) in (0..grades.len() as u8).zip('D'..) {
                let of_grade = part.classes.iter().filter(|class| class.grade == first + n);
                sheet.set(row, column, of_grade.filter(fits).count() as u32);
            }
        };
        line(5, "总计", 0..=u32::MAX);
        let mut from = 0;
        for (n, (label, last)) in BANDS.into_iter().enumerate() {
            line(6 + n, label, from..=last);
            from = last.saturating_add(1);
        }
        sheet
    }

    fn pupils(&self, county: &County, part: &Part) -> Sheet {
        let (code, suffix, title, grades, first) = of_stage(part.stage, ["教基3112", "教基3115"], "学生数");
        let primary = part.stage == Stage::Primary;
        let (entered, total, by_grade) = if primary { ('E', 'I', 'J') } else { ('D', 'E', 'F') };
        let mut sheet = self.sheet(code, suffix, &title, "人", if primary { 'P' } else { 'I' });
        sheet.merge((3, 'A'), (4, 'A'), "");
        sheet.merge((3, 'B'), (4, 'B'), "编号");
        sheet.merge((3, 'C'), (4, 'C'), "毕业生数");
        if primary {
            sheet.merge((3, 'D'), (4, 'D'), "结业生数");
            sheet.merge((3, 'E'), (4, 'E'), "招生数");
            sheet.merge((3, 'F'), (3, 'H'), "其中：按学前教育经历分");
            for (column, head) in ('F'..).zip(["受过三年", "受过一年", "未受过"]) {
                sheet.set(4, column, head);
            }
            sheet.merge((3, 'I'), (3, 'O'), "在校生数");
            sheet.merge((3, 'P'), (4, 'P'), "预计毕业班人数");
        } else {
            sheet.merge((3, 'D'), (4, 'D'), "招生数");
            sheet.merge((3, 'E'), (3, 'H'), "在校生数");
            sheet.merge((3, 'I'), (4, 'I'), "预计毕业班人数");
        }
        sheet.set(4, total, "合计");
        for (column, grade) in (by_grade..).zip(grades) {
            sheet.set(4, column, *grade);
        }
        marks(&mut sheet, 5, if primary { 14 } else { 7 });
        let school = self.school;
        let lines: [PupilLine; 7] = [
            ("总计", &|_, _| true),
            ("其中：女", &|pupil, _| pupil.sex == Sex::Female),
            ("少数民族", &|pupil, _| pupil.people > 0),
            ("随迁子女", &|pupil, _| pupil.migrant),
            ("留守儿童", &|pupil, _| pupil.left_behind),
            ("寄宿生", &|pupil, grade| school.boards(pupil, grade)),
            ("随班就读残疾学生", &|pupil, _| pupil.disability.is_some()),
        ];
        let last_grade = first + grades.len() as u8 - 1;
        for (n, (label, fits)) in lines.into_iter().enumerate() {
            let row = 6 + n;
            let count = |grade: u8| -> u32 {
                let of_grade = part.classes.iter().filter(|class| class.grade == grade).flat_map(|class| &class.pupils);
                of_grade.filter(|pupil| fits(&county.pupils[**pupil], grade)).count() as u32
            };
            sheet.set(row, 'A', label);
            sheet.set(row, 'B', format!("{:02}", n + 1));
            let counts: Vec<u32> = (first..=last_grade).map(count).collect();
            sheet.set(row, entered, counts[0]);
            sheet.set(row, total, counts.iter().sum::<u32>());
            for (column, count) in (by_grade..).zip(&counts) {
                sheet.set(row, column, *count);
            }
            let last = counts[counts.len() - 1];
            sheet.set(row, if primary { 'P' } else { 'I' }, last);
            if n == 0 {
                sheet.set(row, 'C', part.graduates);
            }
        }
        sheet
    }

    fn senior_pupils(&self) -> Sheet {
        let mut sheet = self.sheet("教基3118", "高中", "普通高中学生数", "人", 'H');
        sheet.merge((3, 'A'), (4, 'A'), "");
        sheet.merge((3, 'B'), (4, 'B'), "编号");
        sheet.merge((3, 'C'), (4, 'C'), "毕业生数");
        sheet.merge((3, 'D'), (4, 'D'), "招生数");
        sheet.merge((3, 'E'), (3, 'H'), "在校生数");
        for (column, head) in ('E'..).zip(["合计", "高一年级", "高二年级", "高三年级"]) {
            sheet.set(4, column, head);
        }
        marks(&mut sheet, 5, 6);
        sheet.set(6, 'A', "总计");
        sheet.set(6, 'B', "01");
        sheet.set(6, 'D', self.school.senior[0]);
        sheet.set(6, 'E', self.school.senior_pupils());
        for (column, count) in ('F'..).zip(&self.school.senior) {
            sheet.set(6, column, *count);
        }
        sheet
    }

    fn staff(&self) -> Sheet {
        let staff = &self.school.staff;
        let mut sheet = self.sheet("教基4149", "教职工", "教职工数", "人", 'G');
        sheet.merge((3, 'A'), (4, 'A'), "");
        sheet.merge((3, 'B'), (4, 'B'), "编号");
        sheet.merge((3, 'C'), (3, 'G'), "教职工");
        for (column, head) in ('C'..).zip(["合计", "专任教师", "行政人员", "教辅人员", "工勤人员"]) {
            sheet.set(4, column, head);
        }
        marks(&mut sheet, 5, 5);
        let lines: [StaffLine; 3] =
            [("总计", |_| true), ("其中：女", |person| person.sex == Sex::Female), ("在编人员", |person| person.established)];
        for (n, (label, fits)) in lines.into_iter().enumerate() {
            let of = |post: Post| staff.iter().filter(|person| person.post == post && fits(person)).count() as u32;
            sheet.set(6 + n, 'A', label);
            sheet.set(6 + n, 'B', format!("{:02}", n + 1));
            sheet.set(6 + n, 'C', staff.iter().filter(|person| fits(person)).count() as u32);
            for (column, post) in ('D'..).zip([Post::FullTime, Post::Manager, Post::Support, Post::Worker]) {
                sheet.set(6 + n, column, of(post));
            }
        }
        sheet
    }

    fn ranks(&self) -> Sheet {
        let school = self.school;
        let mut sheet = self.sheet("教基4153", "专任教师", "专任教师专业技术职务情况", "人", 'F');
        sheet.merge((3, 'A'), (5, 'A'), "");
        sheet.merge((3, 'B'), (5, 'B'), "编号");
        sheet.merge((3, 'C'), (3, 'F'), "专任教师");
        sheet.merge((4, 'C'), (5, 'C'), "合计");
        sheet.merge((4, 'D'), (4, 'F'), "其中：按任教学段分");
        for (column, head) in ('D'..).zip(["小学", "初中", "高中"]) {
            sheet.set(5, column, head);
        }
        marks(&mut sheet, 6, 4);
        let labels = ["总计", "正高级", "副高级", "中级", "助理级", "员级", "未定职级"];
        for (n, label) in labels.into_iter().enumerate() {
            let count = |stage| school.teachers(stage).filter(|person| n == 0 || person.rank == label).count() as u32;
            let counts = [Stage::Primary, Stage::Junior, Stage::Senior].map(count);
            sheet.set(7 + n, 'A', label);
            sheet.set(7 + n, 'B', format!("{:02}", n + 1));
            sheet.set(7 + n, 'C', counts.iter().sum::<u32>());
            for (column, count) in ('D'..).zip(counts) {
                sheet.set(7 + n, column, count);
            }
        }
        sheet
    }

    fn teachers(&self, stage: Stage) -> Sheet {
        let (code, suffix, title, ..) = of_stage(stage, ["教基4155", "教基4156"], "专任教师");
        let primary = stage == Stage::Primary;
        let courses: &[&str] = if primary { &PRIMARY_COURSES } else { &JUNIOR_COURSES };
        let last_column = if primary { 'Q' } else { 'Y' };
        let mut sheet = self.sheet(code, suffix, &format!("{title}分学历（位）、分任教学科情况"), "人", last_column);
        sheet.merge((3, 'A'), (4, 'A'), "");
        sheet.merge((3, 'B'), (4, 'B'), "编号");
        sheet.merge((3, 'C'), (4, 'C'), "合计");
        sheet.merge((3, 'D'), (3, last_column), "其中：按任教学科分");
        for (column, course) in ('D'..).zip(courses) {
            sheet.set(4, column, *course);
        }
        marks(&mut sheet, 5, 1 + courses.len());
        let common: [StaffLine; 3] =
            [("总计", |_| true), ("其中：女", |person| person.sex == Sex::Female), ("少数民族", |person| person.minority)];
        let degrees: [StaffLine; 4] = [
            ("博士研究生", |person| person.degree == "博士"),
            ("硕士研究生", |person| person.degree == "硕士"),
            ("本科", |person| person.degree == "本科"),
            ("专科", |person| person.degree == "专科"),
        ];
        let mut lines: Vec<StaffLine> = common.to_vec();
        if primary {
            lines.extend(degrees);
            lines.push(("高中阶段", |person| person.degree == "高中阶段"));
            lines.push(("高中阶段以下", |_| false));
        } else {
            lines.push(("在编人员", |person| person.established));
            lines.extend(degrees);
            lines.push(("高中阶段及以下", |person| person.degree == "高中阶段"));
        }
        for (n, (label, fits)) in lines.into_iter().enumerate() {
            let row = 6 + n;
            sheet.set(row, 'A', label);
            sheet.set(row, 'B', format!("{:02}", n + 1));
            let counted: Vec<&Staff> = self.school.teachers(stage).filter(|person| fits(person)).collect();
            sheet.set(row, 'C', counted.len() as u32);
            for (column, course) in ('D'..).zip(courses) {
                sheet.set(row, column, counted.iter().filter(|person| person.subject == *course).count() as u32);
            }
        }
        sheet
    }

    fn buildings(&self) -> Sheet {
        let stock = &self.school.stock;
        let mut sheet = self.sheet("教基5170", "校舍", "校舍建筑面积", "平方米", 'F');
        sheet.merge((3, 'A'), (6, 'A'), "");
        sheet.merge((3, 'B'), (6, 'B'), "编号");
        sheet.merge((3, 'C'), (3, 'F'), "学校产权校舍建筑面积");
        sheet.merge((4, 'C'), (6, 'C'), "计");
        sheet.merge((4, 'D'), (4, 'F'), "其中");
        for (column, head) in ('D'..).zip(["危房", "当年新增", "被外单位借用"]) {
            sheet.merge((5, column), (6, column), head);
        }
        marks(&mut sheet, 7, 4);
        let rooms = stock.teaching - stock.indoor_sports;
        let (ordinary, special) = (cents(rooms * 0.58), cents(rooms * 0.24));
        let (public, library, counselling) = (cents(rooms * 0.07), cents(rooms * 0.06), cents(rooms * 0.01));
        let other = cents(rooms - ordinary - special - public - library - counselling);
        let office = cents((stock.building - stock.teaching) * 0.3);
        let living = cents((stock.building - stock.teaching) * 0.6);
        let rest = cents(stock.building - stock.teaching - office - living);
        let lines = [
            ("总计", stock.building),
            ("其中：危房", 0.0),
            ("教学及辅助用房", stock.teaching),
            ("普通教室", ordinary),
            ("专用教室", special),
            ("公共教学用房", public),
            ("图书阅览室", library),
            ("心理辅导室", counselling),
            ("其他教辅用房", other),
            ("室内体育用房", stock.indoor_sports),
            ("行政办公用房", office),
            ("生活用房", living),
            ("其他用房", rest),
        ];
        for (n, (label, area)) in lines.into_iter().enumerate() {
            sheet.set(8 + n, 'A', label);
            sheet.set(8 + n, 'B', format!("{:02}", n + 1));
            sheet.set(8 + n, 'C', area);
        }
        sheet
    }

    fn conditions(&self) -> Sheet {
        let (school, stock) = (self.school, &self.school.stock);
        let mut sheet = self.sheet("教基5176", "办学条件", "其他办学条件", "见表内", 'D');
        for (column, head) in ('A'..).zip(["", "编号", "计量单位", "数量"]) {
            sheet.merge((3, column), (4, column), head);
        }
        for (column, mark) in ('A'..).zip(["甲", "乙", "丙", "1"]) {
            sheet.set(5, column, mark);
        }
        let classrooms = school.parts.iter().map(|part| part.classes.len()).sum::<usize>() as f64 + f64::from(stock.multimedia);
        let lines = [
            ("占地面积", "平方米", stock.land),
            ("运动场地面积", "平方米", stock.field),
            ("绿化用地面积", "平方米", cents(stock.land * 0.21)),
            ("足球场", "个", if stock.field > 5000.0 { 1.0 } else { 0.0 }),
            ("篮球场", "个", (stock.field / 1800.0).floor()),
            ("排球场", "个", (stock.field / 4000.0).floor()),
            ("图书", "册", f64::from(stock.books)),
            ("当年新增", "册", (f64::from(stock.books) * 0.035).floor()),
            ("数字终端", "台", (f64::from(stock.computers) * 1.3).ceil()),
            ("教学用计算机", "台", f64::from(stock.computers)),
            ("教室", "间", classrooms),
            ("网络多媒体教室", "间", f64::from(stock.multimedia)),
            ("固定资产总值", "万元", cents(stock.building * 0.21 + stock.equipment_wan)),
            ("教学仪器设备资产值", "万元", stock.equipment_wan),
        ];
        for (n, (label, unit, value)) in lines.into_iter().enumerate() {
            sheet.set(6 + n, 'A', label);
            sheet.set(6 + n, 'B', format!("{:02}", n + 1));
            sheet.set(6 + n, 'C', unit);
            sheet.set(6 + n, 'D', value);
        }
        sheet
    }
}

/// The code, suffix, title, grades and first grade of a sheet that each stage has in its own form.
fn of_stage<'a>(stage: Stage, codes: [&'a str; 2], title: &str) -> (&'a str, &'static str, String, &'static [&'static str], u8) {
    match stage {
        Stage::Primary => (codes[0], "小学", format!("小学{title}"), &PRIMARY_GRADES, 1),
        _ => (codes[1], "初中", format!("初中{title}"), &JUNIOR_GRADES, 7),
    }
}

/// The row of 甲, 乙, 1, 2, 3 … under the heads.
fn marks(sheet: &mut Sheet, row: usize, numbered: usize) {
    sheet.set(row, 'A', "甲");
    sheet.set(row, 'B', "乙");
    for (column, n) in ('C'..).zip(1..=numbered) {
        sheet.set(row, column, n.to_string());
    }
}

fn cents(number: f64) -> f64 {
    crate::county::round(number, 2)
}
