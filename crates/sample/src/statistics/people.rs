//! The sheets that count pupils, teachers and other staff.

use facts::Stage;

use super::{Form, marks, of_stage};
use crate::county::{County, Part, Post, Pupil, Staff};
use crate::person::Sex;
use crate::sheet::Sheet;

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

impl Form<'_> {
    pub(super) fn pupils(&self, county: &County, part: &Part) -> Sheet {
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

    pub(super) fn senior_pupils(&self) -> Sheet {
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

    pub(super) fn staff(&self) -> Sheet {
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

    pub(super) fn ranks(&self) -> Sheet {
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
            let stages = [Stage::Primary, Stage::Junior, Stage::Senior];
            sheet.set(7 + n, 'A', label);
            sheet.set(7 + n, 'B', format!("{:02}", n + 1));
            sheet.set(7 + n, 'C', stages.map(count).iter().sum::<u32>());
            // A stage that the school does not teach stays blank.
            for (column, stage) in ('D'..).zip(stages).filter(|(_, stage)| school.teaches(*stage)) {
                sheet.set(7 + n, column, count(stage));
            }
        }
        sheet
    }

    pub(super) fn teachers(&self, stage: Stage) -> Sheet {
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
}
