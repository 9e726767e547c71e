//! 课程安排: every subject of every class, the lessons a week as planned and as given, and who gives them.
//!
//! The plan is that of 2022, to the lesson. Where a school has no teacher of a subject a colleague of another school comes
//! over, so that two things alone are wrong: the lessons that are taken, and the subject without a qualified teacher, as
//! the plan of the county says.

use std::collections::{BTreeMap, BTreeSet};

use facts::SchoolYear;

use crate::county::{Class, CountyYear, Part, Post, School, Staff};
use crate::plan::{BORROWED, COUNTY_NAME, UNQUALIFIED};
use crate::rolls::{grade_word, stage_word};
use crate::sheet::{Cell, Sheet};

/// Subjects with their lessons a week in grades 1 and 2, 3 to 6, 7, 8 and 9.
const LESSONS: [(&str, [u8; 5]); 19] = [
    ("语文", [8, 6, 5, 5, 5]),
    ("数学", [4, 4, 5, 5, 5]),
    ("外语", [0, 3, 3, 3, 3]),
    ("道德与法治", [2, 2, 2, 2, 2]),
    ("科学", [1, 2, 0, 0, 0]),
    ("物理", [0, 0, 0, 2, 3]),
    ("化学", [0, 0, 0, 0, 3]),
    ("生物学", [0, 0, 3, 2, 0]),
    ("历史", [0, 0, 2, 2, 2]),
    ("地理", [0, 0, 2, 2, 0]),
    ("信息科技", [0, 1, 1, 1, 0]),
    ("体育与健康", [4, 3, 3, 3, 3]),
    ("音乐", [2, 2, 1, 1, 1]),
    ("美术", [2, 1, 1, 1, 1]),
    ("劳动", [1, 1, 1, 1, 1]),
    ("综合实践活动", [1, 2, 2, 2, 2]),
    ("地方课程", [1, 2, 2, 1, 2]),
    ("校本课程", [0, 1, 1, 1, 1]),
    ("班会", [1, 1, 1, 1, 1]),
];

/// Lessons that the head teacher gives where nobody is certified for them.
const OF_HEAD_TEACHERS: [&str; 5] = ["劳动", "综合实践活动", "地方课程", "校本课程", "班会"];

const HEADS: [&str; 14] = [
    "学校标识码",
    "学校名称",
    "学年",
    "学段",
    "年级",
    "班级",
    "学科",
    "任课教师",
    "教师资格学科",
    "任教方式",
    "周课时",
    "实际周课时",
    "被占用于",
    "任教科目数",
];

/// Who takes a subject of a class.
struct Lesson<'a> {
    class: &'a Class,
    subject: &'static str,
    lessons: u8,
    teacher: &'a Staff,
    visiting: bool,
}

pub(crate) fn timetable(year: &CountyYear) -> Sheet {
    let mut sheet = Sheet::new("课程安排");
    sheet.push_words([format!("{COUNTY_NAME}义务教育学校课程安排表（{}学年）", year.year).as_str()]);
    sheet.push_words(HEADS);
    let colleagues = colleagues(year);
    for school in year.schools.iter().filter(|school| school.kind != "514") {
        for part in &school.parts {
            push_part(&mut sheet, year.year, school, part, &colleagues);
        }
    }
    sheet
}

/// Full-time teachers of the county by subject, for schools that have none of their own.
fn colleagues(year: &CountyYear) -> BTreeMap<&'static str, Vec<&Staff>> {
    let mut by_subject: BTreeMap<&'static str, Vec<&Staff>> = BTreeMap::new();
    let teachers = year.schools.iter().filter(|school| !school.private).flat_map(|school| &school.staff);
    for person in teachers.filter(|person| person.post == Post::FullTime && person.certified) {
        by_subject.entry(person.subject).or_default().push(person);
    }
    by_subject
}

fn push_part(
    sheet: &mut Sheet,
    year: SchoolYear,
    school: &School,
    part: &Part,
    colleagues: &BTreeMap<&'static str, Vec<&Staff>>,
) {
    let own: Vec<&Staff> = school.teachers(part.stage).filter(|person| person.certified).collect();
    let lessons: Vec<Lesson> =
        part.classes.iter().enumerate().flat_map(|(n, class)| of_class(school, &own, colleagues, class, n)).collect();
    // Local and school courses are no subjects of their own for a teacher.
    let mut subjects: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for lesson in lessons.iter().filter(|lesson| !matches!(lesson.subject, "地方课程" | "校本课程" | "班会")) {
        subjects.entry(&lesson.teacher.citizen_id).or_default().insert(lesson.subject);
    }
    for lesson in &lessons {
        let borrowed = is_borrowed(school, lesson);
        let given = lesson.lessons - u8::from(borrowed);
        let n_subjects = subjects.get(lesson.teacher.citizen_id.as_str()).map_or(1, BTreeSet::len);
        let words = [
            school.code.as_str(),
            &school.name,
            &year.id(),
            stage_word(part.stage),
            grade_word(lesson.class.grade),
            &lesson.class.name,
            lesson.subject,
            &lesson.teacher.name,
            if may_give(lesson.teacher, lesson.subject) { lesson.subject } else { lesson.teacher.subject },
            if lesson.visiting { "走教" } else { "本校" },
        ];
        let mut row: Vec<Option<Cell>> = words.into_iter().map(|words| Some(words.into())).collect();
        row.extend([Some(lesson.lessons.into()), Some(given.into()), borrowed.then(|| BORROWED.taken_for.into())]);
        row.push(Some((n_subjects as u32).into()));
        sheet.push(row);
    }
}

fn of_class<'a>(
    school: &'a School,
    own: &[&'a Staff],
    colleagues: &BTreeMap<&'static str, Vec<&'a Staff>>,
    class: &'a Class,
    n: usize,
) -> Vec<Lesson<'a>> {
    let column = match class.grade {
        1 | 2 => 0,
        3..=6 => 1,
        7 => 2,
        8 => 3,
        _ => 4,
    };
    let mut lessons = Vec::new();
    for (subject, by_grade) in LESSONS.iter().filter(|(_, by_grade)| by_grade[column] > 0) {
        let certified: Vec<&Staff> = own.iter().copied().filter(|person| may_give(person, subject)).collect();
        let without = UNQUALIFIED.school == school.name && UNQUALIFIED.grade == class.grade && UNQUALIFIED.subject == *subject;
        let head = || school.staff.get(class.head_teacher);
        let of_another_subject = || own.iter().copied().find(|person| person.subject == UNQUALIFIED.teacher_of);
        let (teacher, visiting) = if without {
            (of_another_subject().or_else(head), false)
        } else if !certified.is_empty() {
            (certified.get(n % certified.len()).copied(), false)
        } else if OF_HEAD_TEACHERS.contains(subject) {
            (head(), false)
        } else {
            let from = colleagues.get(subject).map(Vec::as_slice).unwrap_or_default();
            (from.get((school.town * 7 + n) % from.len().max(1)).copied(), true)
        };
        if let Some(teacher) = teacher {
            lessons.push(Lesson { class, subject, lessons: by_grade[column], teacher, visiting });
        }
    }
    lessons
}

/// A teacher of the arts is certified for both.
fn may_give(person: &Staff, subject: &str) -> bool {
    person.subject == subject || (person.subject == "艺术" && matches!(subject, "音乐" | "美术"))
}

fn is_borrowed(school: &School, lesson: &Lesson) -> bool {
    BORROWED.school == school.name
        && BORROWED.grade == lesson.class.grade
        && BORROWED.class == lesson.class.name
        && BORROWED.subject == lesson.subject
}
