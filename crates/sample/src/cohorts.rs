//! Children grow up: every class moves on a grade each September, loses a few, gains a few, and the pupils of a closed
//! school appear in the next one. So a child keeps its id and name over the years and between schools.

use std::collections::{BTreeMap, VecDeque};

use facts::Stage;

use crate::Size;
use crate::county::{Class, Part, Pupil, Township};
use crate::person::{self, IdBook, PEOPLES, Sex};
use crate::plan::{LATEST, Note, SCHOOLS, SET_CLASSES, SchoolPlan, TOWNSHIPS, YEARS, index_of};
use crate::random::Random;

pub(crate) struct Cohorts {
    pub pupils: Vec<Pupil>,
    /// By year and school.
    parts: BTreeMap<(i16, usize), Vec<Part>>,
}

impl Cohorts {
    /// The parts of a school in a year, if it exists then.
    pub fn parts(&self, school: usize, year: i16) -> Option<Vec<Part>> {
        self.parts.get(&(year, school)).cloned()
    }

    /// Pupils by stage in the latest year in which the school exists: what its rooms are built for.
    pub fn head_count_latest(&self, school: usize, senior: &[u32]) -> [f64; 3] {
        let latest = YEARS.into_iter().rev().find_map(|year| self.parts.get(&(year, school)));
        let count = |stage| latest.into_iter().flatten().find(|part| part.stage == stage).map_or(0, Part::pupils);
        [count(Stage::Primary).into(), count(Stage::Junior).into(), senior.iter().sum::<u32>().into()]
    }
}

/// Children waiting for a place, by zone (a township; the two 街道, the first in the table, are one) and the grade they go to.
type Pool = BTreeMap<(usize, u8), VecDeque<usize>>;

/// Pupils of a class list, grade by grade, carried into the new year.
type Carried = BTreeMap<(usize, u8), Vec<Vec<usize>>>;

pub(crate) fn grow(seed: u64, townships: &[Township], size: Size) -> Cohorts {
    let mut nursery = Nursery::new(seed, townships);
    let mut parts = BTreeMap::new();
    let mut last: Carried = BTreeMap::new();
    // Children who came with a closed school stay on top of what the school's cohort would have had.
    let mut came: BTreeMap<(usize, i16), usize> = BTreeMap::new();
    for year in YEARS {
        let mut pool = Pool::new();
        let mut graduates: BTreeMap<(usize, Stage), u32> = BTreeMap::new();
        let mut carried = Carried::new();
        for ((school, grade), classes) in std::mem::take(&mut last) {
            let next = grade + 1;
            let stage = stage_of(grade);
            let plan = &SCHOOLS[school];
            let members = classes.concat();
            if grade == 6 || grade == 9 {
                graduates.insert((school, stage), members.len() as u32);
            }
            if !plan.exists(year) {
                let target = plan.notes.iter().find_map(|note| match note {
                    Note::Closes(_, into) => index_of(into),
                    _ => None,
                });
                match target.filter(|_| stage_of(next) == stage) {
                    Some(target) => {
                        *came.entry((target, intake(year, next))).or_default() += members.len();
                        carried.entry((target, next)).or_default().push(members);
                    }
                    None => pool.entry(waiting_list(plan, next)).or_default().extend(members),
                }
            } else if grades(plan, stage_of(next), year).contains(&next) {
                // The school's own classes come before those that joined from a closed one.
                let mut together = classes;
                together.append(carried.entry((school, next)).or_default());
                carried.insert((school, next), together);
            } else if next != 10 {
                pool.entry(waiting_list(plan, next)).or_default().extend(members);
            }
        }
        let mut wanted = Vec::new();
        for (school, plan) in SCHOOLS.iter().enumerate().filter(|(_, plan)| plan.exists(year) && size.includes(plan.town)) {
            for stage in [Stage::Primary, Stage::Junior] {
                for grade in grades(plan, stage, year) {
                    let joined = came.get(&(school, intake(year, grade))).copied().unwrap_or(0);
                    let sizes = class_sizes(seed, school, stage, grade, year, joined);
                    let classes = carried.remove(&(school, grade)).unwrap_or_default();
                    let left_over = pool.entry(waiting_list(plan, grade)).or_default();
                    wanted.push((school, stage, grade, settle(classes, &sizes, left_over), sizes));
                }
            }
        }
        for (school, stage, grade, mut classes, sizes) in wanted {
            let plan = &SCHOOLS[school];
            let waiting = pool.entry(waiting_list(plan, grade)).or_default();
            for (class, size) in classes.iter_mut().zip(&sizes) {
                while class.len() < *size {
                    let child = waiting.pop_front().unwrap_or_else(|| nursery.born(plan, grade, year));
                    class.push(child);
                }
            }
            let list: &mut Vec<Part> = parts.entry((year, school)).or_default();
            if list.last().is_none_or(|part| part.stage != stage) {
                list.push(Part { stage, classes: Vec::new(), graduates: 0, shared_arts: 0 });
            }
            if let Some(part) = list.last_mut() {
                let named = |(n, pupils): (usize, &Vec<usize>)| {
                    let name = format!("{}班", n + 1);
                    Class { grade, name, pupils: pupils.clone(), head_teacher: 0 }
                };
                part.classes.extend(classes.iter().enumerate().map(named));
            }
            last.insert((school, grade), classes);
        }
        settle_graduates(year, &mut parts, &graduates);
    }
    Cohorts { pupils: nursery.pupils, parts }
}

/// A part with no leaving grade last year has no graduates; in the first year they are taken to be as many as the leavers.
fn settle_graduates(year: i16, parts: &mut BTreeMap<(i16, usize), Vec<Part>>, known: &BTreeMap<(usize, Stage), u32>) {
    for ((_, school), list) in parts.range_mut((year, 0)..=(year, usize::MAX)) {
        for part in list {
            let leaving = if part.stage == Stage::Primary { 6 } else { 9 };
            let of_leaving_grade: u32 = part.classes.iter().filter(|class| class.grade == leaving).map(Class::size).sum();
            part.graduates = match known.get(&(*school, part.stage)) {
                Some(count) => *count,
                None if year == YEARS[0] => of_leaving_grade,
                None => 0,
            };
        }
    }
}

/// Keeps children in their class as far as the new sizes allow; those for whom there is no place go to the pool.
fn settle(mut classes: Vec<Vec<usize>>, sizes: &[usize], pool: &mut VecDeque<usize>) -> Vec<Vec<usize>> {
    let mut spare: VecDeque<usize> = VecDeque::new();
    for extra in classes.drain(sizes.len().min(classes.len())..) {
        spare.extend(extra);
    }
    classes.resize(sizes.len(), Vec::new());
    for (class, size) in classes.iter_mut().zip(sizes) {
        spare.extend(class.drain((*size).min(class.len())..));
    }
    for (class, size) in classes.iter_mut().zip(sizes) {
        let room = (size - class.len()).min(spare.len());
        class.extend(spare.drain(..room));
    }
    pool.extend(spare);
    classes
}

/// How many children each class of a grade has.
fn class_sizes(seed: u64, school: usize, stage: Stage, grade: u8, year: i16, joined: usize) -> Vec<usize> {
    let plan = &SCHOOLS[school];
    let grades = grades(plan, stage, year);
    let n_grades = grades.len() as f64;
    let meant = f64::from(plan.pupils[if stage == Stage::Primary { 0 } else { 1 }]);
    let intake = intake(year, grade);
    let mut random = Random::new(seed, &[21, school as u64, stage as u64, intake as u64]);
    // Towns grow, the countryside shrinks.
    let yearly: f64 = if plan.urban_rural.starts_with("11") { 1.012 } else { 0.985 };
    let middle = f64::from(LATEST) - (n_grades - 1.0) / 2.0;
    let cohort = meant / n_grades * random.around(0.05) * yearly.powf(f64::from(entry(stage, grade, year)) - middle);
    let total = (cohort.round() as usize).max(2) + joined;
    let n_classes = total.div_ceil(class_cap(plan, stage, year)).max(1);
    let mut sizes: Vec<usize> = (0..n_classes).map(|n| total / n_classes + usize::from(n < total % n_classes)).collect();
    let mut random = Random::new(seed, &[22, school as u64, intake as u64, year as u64]);
    if n_classes > 1 && sizes[0] + 2 < class_cap(plan, stage, year) {
        let moved = random.below(3);
        sizes[0] += moved;
        sizes[n_classes - 1] -= moved;
    }
    for (name, set_year, set_stage, set_grade, class, size) in SET_CLASSES {
        if *name == plan.name && (*set_year, *set_stage, *set_grade) == (year, stage, grade) && *class < sizes.len() {
            sizes[*class] = usize::from(*size);
        }
    }
    sizes
}

fn class_cap(plan: &SchoolPlan, stage: Stage, year: i16) -> usize {
    let crowded = plan.notes.contains(&Note::Crowded);
    match (crowded, stage) {
        // Full classes were being thinned out over these years.
        (true, _) => 54 - 2 * usize::try_from(year - YEARS[0]).unwrap_or(0),
        (false, Stage::Junior) => 50,
        (false, _) => 45,
    }
}

/// The grades a school teaches: a teaching point has the lowest, a new school or part grows from below.
pub(crate) fn grades(plan: &SchoolPlan, stage: Stage, year: i16) -> std::ops::Range<u8> {
    let none = 0..0;
    match stage {
        Stage::Primary if plan.pupils[0] > 0 => {
            let opened = plan.notes.iter().find_map(|note| match note {
                Note::Opens(first) => Some(*first),
                _ => None,
            });
            match (plan.kind, opened) {
                ("218", _) if plan.pupils[0] < 50 => 1..4,
                ("218", _) => 1..5,
                (_, Some(first)) => 1..u8::try_from(4 + year - first).unwrap_or(7).min(7),
                _ => 1..7,
            }
        }
        Stage::Junior if plan.pupils[1] > 0 => {
            let became = plan.notes.iter().find_map(|note| match note {
                Note::Was(until, _, kind) if *kind != plan.kind => Some(until + 1),
                _ => None,
            });
            match became {
                Some(first) if year < first => none,
                Some(first) => 7..u8::try_from(8 + year - first).unwrap_or(10).min(10),
                None => 7..10,
            }
        }
        _ => none,
    }
}

/// Senior pupils by grade.
pub(crate) fn senior(seed: u64, school: usize, plan: &SchoolPlan, year: i16) -> Vec<u32> {
    if plan.pupils[2] == 0 {
        return Vec::new();
    }
    let cohort = |grade: i16| {
        let mut random = Random::new(seed, &[23, school as u64, (year - grade) as u64]);
        (f64::from(plan.pupils[2]) / 3.0 * random.around(0.03)).round() as u32
    };
    (0..3).map(cohort).collect()
}

fn stage_of(grade: u8) -> Stage {
    if grade <= 6 { Stage::Primary } else { Stage::Junior }
}

/// Where a school's children wait for the next grade. A special school keeps its own.
fn waiting_list(plan: &SchoolPlan, grade: u8) -> (usize, u8) {
    let zone = if plan.kind == "514" { TOWNSHIPS.len() } else { plan.town.max(1) };
    (zone, grade)
}

/// The year in which the children of a grade began (or would have begun) grade 1: it names the cohort for good.
fn intake(year: i16, grade: u8) -> i16 {
    year + 1 - i16::from(grade)
}

/// The year in which the children of a grade began the stage.
fn entry(stage: Stage, grade: u8, year: i16) -> i16 {
    if stage == Stage::Primary { intake(year, grade) } else { intake(year, grade - 6) }
}

/// Where new children come from.
struct Nursery<'a> {
    random: Random,
    ids: IdBook,
    townships: &'a [Township],
    pupils: Vec<Pupil>,
    no_id: u32,
}

const DISABILITIES: &[&str] = &["肢体残疾", "智力残疾", "听力残疾", "视力残疾", "言语残疾", "多重残疾"];

impl Nursery<'_> {
    fn new(seed: u64, townships: &[Township]) -> Nursery<'_> {
        Nursery { random: Random::new(seed, &[24]), ids: IdBook::default(), townships, pupils: Vec::new(), no_id: 0 }
    }

    /// A child of the age of a grade; its index.
    fn born(&mut self, school: &SchoolPlan, grade: u8, year: i16) -> usize {
        let random = &mut self.random;
        let town = school.town;
        let plan = &TOWNSHIPS[town];
        let sex = if random.chance(0.527) { Sex::Male } else { Sex::Female };
        // Six years old on the first day of grade 1.
        let birth = person::birth_in_school_year(random, year - 6 - i16::from(grade));
        // The peoples come in order of size: a draw below a draw prefers the first.
        let below = 1 + random.below(PEOPLES.len() - 1);
        let people = if random.chance(plan.minority) { 1 + random.below(below) } else { 0 };
        let urban = plan.urban_rural == "111";
        let migrant = random.chance(if urban { 0.09 } else { 0.015 });
        let left_behind = !migrant && random.chance(if urban { 0.02 } else { 0.14 });
        let (citizen_id, student_no) = if random.chance(0.0006) {
            self.no_id += 1;
            let no = person::citizen_id("539901", birth, 900 + (self.no_id % 100) as u16);
            (None, format!("J{no}"))
        } else {
            let id = self.ids.issue(random, birth, sex);
            let no = format!("G{id}");
            (Some(id), no)
        };
        let guardian_sex = if random.chance(0.5) { Sex::Male } else { Sex::Female };
        self.pupils.push(Pupil {
            student_no,
            citizen_id,
            name: person::name(random, sex, PEOPLES[people].0),
            sex,
            birth,
            people,
            town,
            village: random.below(self.townships[town].villages.len()),
            house: random.between(1, 380) as u16,
            guardian: person::name(random, guardian_sex, PEOPLES[people].0),
            phone: person::phone(random),
            migrant,
            left_behind,
            disability: random.chance(if school.kind == "514" { 1.0 } else { 0.006 }).then(|| *random.pick(DISABILITIES)),
            boards_above: random.unit(),
        });
        self.pupils.len() - 1
    }
}
