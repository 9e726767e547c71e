//! What is true of the sample: recorded beside it, so that whoever reads the files can be checked.

use std::collections::BTreeMap;

use facts::Stage;
use serde::Serialize;

use crate::county::{Class, County, CountyYear, Part, School};
use crate::entry::{self, EntryTruth};
use crate::plan::{self, BORROWED, COUNTY_CODE, COUNTY_NAME, Note, RELAPSE, SCHOOLS, UNQUALIFIED, UPGRADED};
use crate::planted;
use crate::registers::RegistersTruth;

/// The content of `truth.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    pub seed: u64,
    pub county: String,
    pub county_name: String,
    pub people: u32,
    pub townships: usize,
    pub villages: usize,
    pub years: Vec<YearTruth>,
    /// What changed from one year to the next.
    pub changes: Vec<Change>,
    /// A class over 55 pupils that was mended and is over 55 again.
    pub relapse: Relapse,
    /// What is wrong in the timetables, and nothing else is.
    pub timetable: Vec<TimetableTruth>,
    /// What fails of the standards of money, staff and conditions in the latest year, by item and school.
    pub standards: Vec<StandardTruth>,
    /// Schools given one resource apart from what their surroundings have.
    pub planned_apart: Vec<PlannedApart>,
    pub files: Vec<FileTruth>,
    /// The registers of children; of each child, `truth-registers.csv` tells.
    pub registers: RegistersTruth,
    /// Admission and classes of the next entry grade.
    pub entry: EntryTruth,
    /// The wrong files in `脏数据` and what should be found in them.
    pub messy: Vec<Mess>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct YearTruth {
    pub year: String,
    /// Schools, campuses, teaching points and attached classes: each has its workbook.
    pub units: usize,
    pub counted_schools: usize,
    pub pupils: BTreeMap<String, u32>,
    pub classes: BTreeMap<String, u32>,
    pub full_time_teachers: BTreeMap<String, u32>,
    pub staff: u32,
    pub largest_class: u32,
    /// School code, grade and class of every class of 56 pupils or more.
    pub classes_of_56_or_more: Vec<ClassTruth>,
    pub classes_of_66_or_more: usize,
    pub schools: Vec<SchoolTruth>,
    /// Counts that two sources give, and that agree in every school.
    pub pairs_that_agree: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassTruth {
    pub school: String,
    pub stage: &'static str,
    pub grade: u8,
    pub class: String,
    pub size: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchoolTruth {
    pub code: String,
    pub name: String,
    pub kind: &'static str,
    pub private: bool,
    pub township: String,
    pub division: String,
    pub urban_rural: &'static str,
    pub counts_as_school: bool,
    pub parent: Option<String>,
    /// By stage (`primary`, `junior`, `senior`, `whole`) and item of the item list, in its base unit.
    pub figures: BTreeMap<&'static str, BTreeMap<&'static str, f64>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub kind: &'static str,
    /// The school year from which it holds.
    pub from: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Relapse {
    pub school: String,
    pub class: String,
    /// The size of the class by year.
    pub sizes: BTreeMap<String, u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimetableTruth {
    pub kind: &'static str,
    pub school: String,
    pub grade: u8,
    /// Every class of the grade where it is empty.
    pub class: &'static str,
    pub subject: &'static str,
    pub words: String,
}

/// A school that an item or indicator of a pack must find.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StandardTruth {
    pub pack: &'static str,
    /// The item or indicator of the pack.
    pub item: &'static str,
    pub school: String,
    pub name: String,
    pub words: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedApart {
    pub school: String,
    pub name: String,
    pub resource: String,
    pub amount: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileTruth {
    pub path: String,
    pub form: &'static str,
}

/// A planted mistake.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mess {
    pub file: String,
    pub sheet: String,
    /// In A1 form; empty where the file as a whole is wrong.
    pub cell: String,
    /// The code of the finding that an import should give.
    pub finding: &'static str,
    /// 逻辑 must be mended, 经验 may be explained.
    pub severity: &'static str,
    pub words: String,
}

pub(crate) fn truth(county: &County, files: Vec<FileTruth>, messy: Vec<Mess>, registers: RegistersTruth) -> Truth {
    Truth {
        seed: county.seed,
        county: COUNTY_CODE.into(),
        county_name: COUNTY_NAME.into(),
        people: county.townships.iter().map(|town| town.population).sum(),
        townships: county.townships.len(),
        villages: county.townships.iter().map(|town| town.villages.len()).sum(),
        years: county.years.iter().map(year_truth).collect(),
        changes: changes(county),
        relapse: relapse(county),
        timetable: timetable(county),
        standards: planted::standards(county),
        planned_apart: planned_apart(county),
        files,
        registers,
        entry: entry::truth(county),
        messy,
    }
}

fn year_truth(year: &CountyYear) -> YearTruth {
    let mut truth = YearTruth {
        year: year.year.id(),
        units: year.schools.len(),
        counted_schools: year.schools.iter().filter(|school| school.counts_as_school()).count(),
        pupils: BTreeMap::new(),
        classes: BTreeMap::new(),
        full_time_teachers: BTreeMap::new(),
        staff: year.schools.iter().map(|school| school.staff.len() as u32).sum(),
        largest_class: 0,
        classes_of_56_or_more: Vec::new(),
        classes_of_66_or_more: 0,
        schools: year.schools.iter().map(|school| school_truth(year, school)).collect(),
        pairs_that_agree: vec![
            "pupils: 教基3112/3115 and pupil roll",
            "pupils: 教基3112/3115 and class roll",
            "classes: 教基2106/2107 and class roll",
            "full-time teachers: 教基4155/4156 and staff roll",
            "backbone teachers: 教基1102 and staff roll",
            "certified teachers: 教基1102 and staff roll",
            "multimedia rooms: 教基5176 and room list",
        ],
    };
    for school in &year.schools {
        for stage in [Stage::Primary, Stage::Junior, Stage::Senior] {
            let teachers = school.teachers(stage).count() as u32;
            *truth.full_time_teachers.entry(stage.id().into()).or_default() += teachers;
        }
        *truth.pupils.entry("senior".into()).or_default() += school.senior_pupils();
        for part in &school.parts {
            *truth.pupils.entry(part.stage.id().into()).or_default() += part.pupils();
            *truth.classes.entry(part.stage.id().into()).or_default() += part.classes.len() as u32;
            for class in &part.classes {
                truth.largest_class = truth.largest_class.max(class.size());
                truth.classes_of_66_or_more += usize::from(class.size() >= 66);
                if class.size() >= 56 {
                    truth.classes_of_56_or_more.push(ClassTruth {
                        school: school.code.clone(),
                        stage: part.stage.id(),
                        grade: class.grade,
                        class: class.name.clone(),
                        size: class.size(),
                    });
                }
            }
        }
    }
    truth
}

fn school_truth(year: &CountyYear, school: &School) -> SchoolTruth {
    let mut figures: BTreeMap<&'static str, BTreeMap<&'static str, f64>> = BTreeMap::new();
    for part in &school.parts {
        figures.insert(part.stage.id(), part_figures(school, part));
    }
    if !school.senior.is_empty() {
        let pupils = f64::from(school.senior_pupils());
        let teachers = school.teachers(Stage::Senior).count() as f64;
        figures.insert("senior", BTreeMap::from([("pupils", pupils), ("full_time_teachers", teachers)]));
    }
    let stock = &school.stock;
    let whole = BTreeMap::from([
        ("staff", school.staff.len() as f64),
        ("teaching_area", stock.teaching),
        ("indoor_sports_area", stock.indoor_sports),
        ("sports_field_area", stock.field),
        ("extra_sports_area", stock.extra_sports),
        ("building_area", stock.building),
        ("land_area", stock.land),
        ("books", stock.books.into()),
        ("computers", stock.computers.into()),
        ("multimedia_rooms", stock.multimedia.into()),
        ("equipment_value", (stock.equipment_wan * 10_000.0).round()),
    ]);
    figures.insert("whole", whole);
    SchoolTruth {
        code: school.code.clone(),
        name: school.name.clone(),
        kind: school.kind,
        private: school.private,
        township: plan::township_name(school.town, year.year.start()).into(),
        division: school.division.clone(),
        urban_rural: school.urban_rural,
        counts_as_school: school.counts_as_school(),
        parent: school.parent.as_ref().map(|parent| parent.code.clone()),
        figures,
    }
}

fn part_figures(school: &School, part: &Part) -> BTreeMap<&'static str, f64> {
    let count = |fits: &dyn Fn(&crate::county::Staff) -> bool| school.teachers(part.stage).filter(|t| fits(t)).count() as f64;
    let mut figures = BTreeMap::from([
        ("pupils", f64::from(part.pupils())),
        ("classes", part.classes.len() as f64),
        ("pupils_graduating", f64::from(part.graduates)),
        ("full_time_teachers", count(&|_| true)),
        ("teachers_pe", count(&|person| person.subject == "体育与健康")),
        ("teachers_music", count(&|person| person.subject == "音乐")),
        ("teachers_fine_art", count(&|person| person.subject == "美术")),
        ("teachers_arts", count(&|person| person.subject == "艺术")),
        ("teachers_backbone", count(&|person| person.backbone.is_some())),
        ("teachers_certified", count(&|person| person.certified)),
        ("teachers_pe_art_shared", f64::from(part.shared_arts)),
    ]);
    for (item, degree) in [
        ("teachers_doctor", "博士"),
        ("teachers_master", "硕士"),
        ("teachers_bachelor", "本科"),
        ("teachers_associate", "专科"),
        ("teachers_secondary", "高中阶段"),
    ] {
        figures.insert(item, count(&|person| person.degree == degree));
    }
    for (item, rank) in [
        ("teachers_rank_professor", "正高级"),
        ("teachers_rank_senior", "副高级"),
        ("teachers_rank_middle", "中级"),
        ("teachers_rank_assistant", "助理级"),
        ("teachers_rank_clerk", "员级"),
        ("teachers_rank_none", "未定职级"),
    ] {
        figures.insert(item, count(&|person| person.rank == rank));
    }
    figures
}

fn changes(county: &County) -> Vec<Change> {
    let upgraded = Change {
        kind: "township-upgraded",
        from: format!("{}-{}", UPGRADED.until + 1, UPGRADED.until + 2),
        before: Some(UPGRADED.code.into()),
        after: Some(plan::TOWNSHIPS[UPGRADED.town].code.into()),
        words: format!("{}改为{}", UPGRADED.name, plan::TOWNSHIPS[UPGRADED.town].name),
    };
    let mut changes = vec![upgraded];
    for (index, school) in SCHOOLS.iter().enumerate().filter(|(index, _)| present(county, *index)) {
        let code = |year| Some(plan::code(index, year));
        for note in school.notes {
            let change = match note {
                Note::Opens(first) => ("opened", *first, None, code(*first), format!("{}新建", school.name)),
                Note::Closes(last, into) => {
                    let target = plan::index_of(into).map(|target| plan::code(target, last + 1));
                    let kind = if school.kind == "218" { "closed" } else { "merged" };
                    (kind, last + 1, code(*last), target, format!("{}撤并，学生并入{into}", school.name))
                }
                Note::Was(until, name, kind) => {
                    let word = if *kind == school.kind { "renamed" } else { "recoded" };
                    (word, until + 1, code(*until), code(until + 1), format!("{name}改为{}", school.name))
                }
                _ => continue,
            };
            let (kind, from, before, after, words) = change;
            changes.push(Change { kind, from: format!("{from}-{}", from + 1), before, after, words });
        }
    }
    changes
}

/// Whether a school of the plan is in the county in any year: a smaller sample leaves some out.
fn present(county: &County, index: usize) -> bool {
    let codes = plan::YEARS.map(|year| plan::code(index, year));
    county.years.iter().flat_map(|year| &year.schools).any(|school| codes.contains(&school.code))
}

fn relapse(county: &County) -> Relapse {
    let (name, class_name) = RELAPSE;
    let mut relapse = Relapse { school: String::new(), class: class_name.into(), sizes: BTreeMap::new() };
    for year in &county.years {
        let Some(school) = year.schools.iter().find(|school| school.name == name) else { continue };
        relapse.school.clone_from(&school.code);
        // The cohort was in grade 3 in the first year.
        let grade = 3 + (year.year.start() - plan::YEARS[0]) as u8;
        let is_it = |class: &&Class| class.grade == grade && class.name == class_name;
        if let Some(class) = school.parts.iter().flat_map(|part| &part.classes).find(is_it) {
            relapse.sizes.insert(year.year.id(), class.size());
        }
    }
    relapse
}

fn timetable(county: &County) -> Vec<TimetableTruth> {
    let code = |name: &str| {
        let year = county.years.last()?;
        year.schools.iter().find(|school| school.name == name).map(|school| school.code.clone())
    };
    let borrowed = code(BORROWED.school).map(|school| TimetableTruth {
        kind: "borrowed",
        school,
        grade: BORROWED.grade,
        class: BORROWED.class,
        subject: BORROWED.subject,
        words: format!("{}每周一节{}被占用于{}", BORROWED.class, BORROWED.subject, BORROWED.taken_for),
    });
    let unqualified = code(UNQUALIFIED.school).map(|school| TimetableTruth {
        kind: "unqualified",
        school,
        grade: UNQUALIFIED.grade,
        class: "",
        subject: UNQUALIFIED.subject,
        words: format!("{}由{}教师兼任", UNQUALIFIED.subject, UNQUALIFIED.teacher_of),
    });
    borrowed.into_iter().chain(unqualified).collect()
}

fn planned_apart(county: &County) -> Vec<PlannedApart> {
    let schools = SCHOOLS.iter().enumerate().filter(|(index, _)| present(county, *index));
    let apart = schools.flat_map(|(index, school)| {
        school.notes.iter().filter_map(move |note| match note {
            Note::Has(want, amount) => Some(PlannedApart {
                school: plan::code(index, plan::LATEST),
                name: school.name.into(),
                resource: format!("{want:?}"),
                amount: *amount,
            }),
            _ => None,
        })
    });
    apart.collect()
}
