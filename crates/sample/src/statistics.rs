//! 教育事业统计: the workbook that every school fills in every September. Cells stand where the national forms have them.

use facts::{SchoolYear, Stage};

use crate::county::{Class, County, Part, School, Staff};
use crate::sheet::Sheet;

mod people;
mod premises;

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
        // The form has a line for every stage; a school leaves blank those that it does not teach.
        let mut lines: Vec<(String, Option<f64>)> = Vec::new();
        let stages = [(Stage::Primary, "小学"), (Stage::Junior, "初中"), (Stage::Senior, "高中")];
        for (stage, word) in stages {
            let backbone = school.teaches(stage).then(|| count(stage, |person| person.backbone.is_some()));
            lines.push((format!("县级以上骨干教师({word})"), backbone));
        }
        for (stage, word) in &stages[..2] {
            let shared = school.teaches(*stage).then(|| shared(*stage));
            lines.push((format!("交流兼职走教体艺教师({word})"), shared));
            let certified = school.teaches(*stage).then(|| count(*stage, |person| person.certified));
            lines.push((format!("持教师资格证专任教师({word})"), certified));
        }
        lines.push(("可用的改建或租用场馆面积(平方米)".into(), Some(school.stock.extra_sports)));
        for (n, (label, value)) in lines.into_iter().enumerate() {
            sheet.set(4 + n, 'A', label);
            sheet.set(4 + n, 'B', format!("{:02}", n + 1));
            if let Some(value) = value {
                sheet.set(4 + n, 'C', value);
            }
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
