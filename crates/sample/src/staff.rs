//! Teachers and other staff: hired once, kept over the years, replaced when they retire. What a school's surroundings let
//! it have (degrees, backbone teachers, PE and arts) is set as a target, and people are found or trained until it is met.

use std::collections::BTreeMap;

use facts::Stage;

use crate::cohorts::{self, Cohorts};
use crate::county::{Part, Post, Staff};
use crate::person::{self, IdBook, Sex};
use crate::plan::{LATEST, SCHOOLS, SchoolPlan, TOWNSHIPS, Want, YEARS};
use crate::planted::UNDERSTAFFED;
use crate::random::Random;
use crate::subjects::{both_arts, cover, establish, is_art};

pub(crate) struct Rosters(BTreeMap<(usize, usize), Vec<Staff>>);

impl Rosters {
    /// The staff of a school in the n-th year.
    pub fn of(&self, school: usize, year: usize) -> Vec<Staff> {
        self.0.get(&(year, school)).cloned().unwrap_or_default()
    }
}

/// How well a school is staffed, by where it lies: city, town, countryside.
struct Level {
    pupils_per_teacher: f64,
    qualified_share: f64,
    backbone_per_100: f64,
    arts_per_100: f64,
}

const PRIMARY: [Level; 3] = [level(18.4, 0.985, 3.9, 1.0), level(16.4, 0.96, 1.2, 1.06), level(13.6, 0.93, 1.06, 1.12)];
const JUNIOR: [Level; 3] = [level(14.0, 0.96, 3.7, 1.0), level(13.0, 0.91, 1.2, 1.06), level(11.8, 0.86, 1.06, 1.15)];

const fn level(pupils_per_teacher: f64, qualified_share: f64, backbone_per_100: f64, arts_per_100: f64) -> Level {
    Level { pupils_per_teacher, qualified_share, backbone_per_100, arts_per_100 }
}

/// City, town or countryside.
pub(crate) fn band(urban_rural: &str) -> usize {
    match urban_rural.as_bytes() {
        [b'1', b'1', ..] => 0,
        [b'1', ..] => 1,
        _ => 2,
    }
}

struct Target {
    teachers: usize,
    qualified: usize,
    backbone: usize,
    pe: usize,
    music: usize,
    fine_art: usize,
}

fn target(plan: &SchoolPlan, part: &Part, year: i16) -> Target {
    let band = band(plan.urban_rural);
    let level = if part.stage == Stage::Primary { &PRIMARY[band] } else { &JUNIOR[band] };
    let pupils = f64::from(part.pupils());
    let hundreds = pupils / 100.0;
    let classes = part.classes.len() as f64;
    let teachers = (pupils / level.pupils_per_teacher).ceil().max((classes * 1.3).ceil());
    let qualified = match plan.has(Want::Qualified) {
        Some(per_100) => (per_100 * hundreds).floor(),
        None => (teachers * level.qualified_share).ceil(),
    };
    // Backbone teachers were named over the years: fewer before.
    let yet = 1.0 - 0.06 * f64::from(LATEST - year);
    let backbone = match plan.has(Want::Backbone) {
        Some(per_100) => (per_100 * hundreds).floor(),
        None => (level.backbone_per_100 * hundreds * yet).ceil(),
    };
    let arts = match plan.has(Want::Arts) {
        Some(per_100) => (per_100 * hundreds).floor(),
        None => (level.arts_per_100 * hundreds).ceil(),
    };
    let pe = (arts * 0.45).ceil();
    let music = ((arts - pe) / 2.0).ceil();
    let whole = |number: f64| number.max(0.0) as usize;
    Target {
        teachers: whole(teachers),
        qualified: whole(qualified.min(teachers)),
        backbone: whole(backbone.min(teachers)),
        pe: whole(pe),
        music: whole(music),
        fine_art: whole(arts - pe - music),
    }
}

pub(crate) fn shared_arts(plan: &SchoolPlan, part: &Part) -> u32 {
    let planned = plan.has(Want::SharedArts).map(|persons| persons as u32);
    planned.unwrap_or(u32::from(plan.kind == "218" && part.pupils() >= 60 && plan.has(Want::Arts).is_none()))
}

/// Gives every class a head teacher of its stage.
pub(crate) fn head_teachers(staff: &[Staff], part: &mut Part) {
    let eligible: Vec<usize> =
        (0..staff.len()).filter(|n| staff[*n].post == Post::FullTime && staff[*n].stage == Some(part.stage)).collect();
    for (n, class) in part.classes.iter_mut().enumerate() {
        class.head_teacher = eligible.get(n % eligible.len().max(1)).copied().unwrap_or(0);
    }
}

pub(crate) fn hire(seed: u64, cohorts: &Cohorts) -> Rosters {
    let mut office = Office { random: Random::new(seed, &[31]), ids: IdBook::default() };
    let mut random_of_more = Random::new(seed, &[33]);
    let mut more_last: BTreeMap<usize, Vec<Staff>> = BTreeMap::new();
    let mut rosters = BTreeMap::new();
    let mut last: BTreeMap<usize, Vec<Staff>> = BTreeMap::new();
    for (y, year) in YEARS.into_iter().enumerate() {
        for (school, plan) in SCHOOLS.iter().enumerate() {
            let Some(parts) = cohorts.parts(school, year) else { continue };
            let before = last.remove(&school).unwrap_or_default();
            let mut staff = Vec::new();
            for part in &parts {
                let kept = before.iter().filter(|person| person.post == Post::FullTime && person.stage == Some(part.stage));
                staff.extend(office.teachers(kept.cloned().collect(), plan, part.stage, &target(plan, part, year), year));
            }
            let senior: u32 = cohorts::senior(seed, school, plan, year).iter().sum();
            if senior > 0 {
                let teachers = (f64::from(senior) / 13.2).ceil() as usize;
                let target =
                    Target { teachers, qualified: teachers, backbone: teachers / 8, pe: teachers / 18, music: 1, fine_art: 1 };
                let kept = before.iter().filter(|person| person.post == Post::FullTime && person.stage == Some(Stage::Senior));
                staff.extend(office.teachers(kept.cloned().collect(), plan, Stage::Senior, &target, year));
            }
            let pupils = parts.iter().map(Part::pupils).sum::<u32>() + senior;
            for (post, per) in [(Post::Manager, 420), (Post::Support, 520), (Post::Worker, 610)] {
                let kept = before.iter().filter(|person| person.post == post).cloned().collect();
                staff.extend(office.others(kept, plan, post, (pupils / per) as usize, year));
            }
            last.insert(school, staff.clone());
            both_arts(&mut staff);
            std::mem::swap(&mut office.random, &mut random_of_more);
            let more = more_last.remove(&school).unwrap_or_default();
            let more = office.others(more, plan, Post::Worker, more_for_classes(plan, &parts, staff.len()), year);
            std::mem::swap(&mut office.random, &mut random_of_more);
            staff.extend(more.iter().cloned());
            more_last.insert(school, more);
            year_of_work(seed, school, plan, year, &mut staff);
            rosters.insert((y, school), staff);
        }
    }
    Rosters(rosters)
}

/// A small rural school has as few pupils to a teacher as it has classes to staff: caretakers and cooks whom the county
/// adds so that no class goes without. They are drawn apart, so that nobody else depends on them.
fn more_for_classes(plan: &SchoolPlan, parts: &[Part], staff: usize) -> usize {
    let pupils: u32 = parts.iter().map(Part::pupils).sum();
    if band(plan.urban_rural) < 2 || pupils >= 100 || plan.name == UNDERSTAFFED {
        return 0;
    }
    let classes: usize = parts.iter().map(|part| part.classes.len()).sum();
    ((classes as f64 * 1.75).ceil() as usize).saturating_sub(staff)
}

/// What differs from year to year without changing who works there.
fn year_of_work(seed: u64, school: usize, plan: &SchoolPlan, year: i16, staff: &mut [Staff]) {
    let mut random = Random::new(seed, &[32, school as u64, year as u64]);
    let short = random.chance(0.06);
    for person in staff {
        let enough = !(short && random.chance(0.2));
        person.training_hours = if enough { random.between(360, 468) } else { random.between(286, 352) } as u32;
        let long_enough = year - person.since >= 6;
        person.exchange = person.post == Post::FullTime && long_enough && plan.kind != "345" && random.chance(0.125);
    }
}

struct Office {
    random: Random,
    ids: IdBook,
}

const PRIMARY_SUBJECTS: &[&str] =
    &["语文", "语文", "语文", "数学", "数学", "数学", "外语", "科学", "道德与法治", "综合实践活动", "信息科技", "劳动"];
const JUNIOR_SUBJECTS: &[&str] =
    &["语文", "语文", "数学", "数学", "外语", "外语", "物理", "化学", "生物学", "历史", "地理", "道德与法治", "信息科技"];
const BACKBONE_LEVELS: &[&str] = &["县级", "县级", "县级", "州级", "州级", "省级"];

impl Office {
    fn teachers(&mut self, mut kept: Vec<Staff>, plan: &SchoolPlan, stage: Stage, target: &Target, year: i16) -> Vec<Staff> {
        self.retire(&mut kept, plan, year);
        while kept.len() > target.teachers {
            let plain = kept.iter().rposition(|person| person.backbone.is_none() && !is_art(person.subject));
            kept.remove(plain.unwrap_or(kept.len() - 1));
        }
        while kept.len() < target.teachers {
            kept.push(self.person(plan, Post::FullTime, Some(stage), year));
        }
        for (subject, count) in [("体育与健康", target.pe), ("音乐", target.music), ("美术", target.fine_art)] {
            let have = kept.iter().filter(|person| person.subject == subject).count();
            let free = kept.iter_mut().rev().filter(|person| !is_art(person.subject) && person.backbone.is_none());
            free.take(count.saturating_sub(have)).for_each(|person| person.subject = subject);
        }
        let have = kept.iter().filter(|person| is_qualified(stage, person.degree)).count();
        let study = kept.iter_mut().filter(|person| !is_qualified(stage, person.degree));
        for person in study.take(target.qualified.saturating_sub(have)) {
            person.degree = self.qualified_degree(stage, plan);
        }
        let have = kept.iter().filter(|person| person.backbone.is_some()).count();
        let named = kept.iter_mut().filter(|person| person.backbone.is_none());
        for person in named.take(target.backbone.saturating_sub(have)) {
            person.backbone = Some(*self.random.pick(BACKBONE_LEVELS));
        }
        cover(&mut kept, plan.name, stage);
        if plan.kind != "345" {
            establish(&mut kept);
        }
        kept
    }

    fn others(&mut self, mut kept: Vec<Staff>, plan: &SchoolPlan, post: Post, wanted: usize, year: i16) -> Vec<Staff> {
        self.retire(&mut kept, plan, year);
        kept.truncate(wanted);
        while kept.len() < wanted {
            kept.push(self.person(plan, post, None, year));
        }
        kept
    }

    /// Who turns sixty makes room for a young colleague of the same subject.
    fn retire(&mut self, staff: &mut [Staff], plan: &SchoolPlan, year: i16) {
        for person in staff.iter_mut().filter(|person| year - person.birth.year() > 60) {
            let mut young = self.person(plan, person.post, person.stage, year);
            (young.subject, young.since) = (person.subject, year);
            *person = young;
        }
    }

    fn person(&mut self, plan: &SchoolPlan, post: Post, stage: Option<Stage>, year: i16) -> Staff {
        let random = &mut self.random;
        let sex = if random.chance(if post == Post::Worker { 0.5 } else { 0.36 }) { Sex::Male } else { Sex::Female };
        let age = 23 + random.below(37) as i16;
        let birth = person::birth_in_school_year(random, year - age - 1);
        let minority = random.chance(TOWNSHIPS[plan.town].minority * 0.8);
        let subjects = if stage == Some(Stage::Primary) { PRIMARY_SUBJECTS } else { JUNIOR_SUBJECTS };
        let teaches = post == Post::FullTime;
        let rank = match (teaches, age, random.below(100)) {
            (false, ..) => "未定职级",
            (_, 45.., 0) => "正高级",
            (_, 40.., 0..45) => "副高级",
            (_, 32.., 0..72) => "中级",
            (_, 26.., 0..88) => "助理级",
            (_, _, 0..35) => "员级",
            _ => "未定职级",
        };
        let private = plan.kind == "345";
        Staff {
            citizen_id: self.ids.issue(random, birth, sex),
            name: person::name(random, sex, if minority { "彝族" } else { "汉族" }),
            sex,
            minority,
            birth,
            phone: person::phone(random),
            post,
            stage,
            subject: if teaches { subjects[random.below(subjects.len())] } else { "" },
            degree: if stage == Some(Stage::Primary) || !teaches { "高中阶段" } else { "专科" },
            rank,
            certified: teaches && !(private && random.chance(0.03)),
            backbone: None,
            established: !private && random.chance(if post == Post::Worker { 0.2 } else { 0.97 }),
            since: year - random.below((age - 21) as usize).min(24) as i16,
            training_hours: 0,
            exchange: false,
        }
    }

    fn qualified_degree(&mut self, stage: Stage, plan: &SchoolPlan) -> &'static str {
        let bachelor = [0.82, 0.66, 0.52][band(plan.urban_rural)];
        match (stage, self.random.unit()) {
            (Stage::Primary, x) if x > bachelor => "专科",
            (_, x) if x < 0.035 => "硕士",
            _ => "本科",
        }
    }
}

/// Above the degree that the stage requires.
fn is_qualified(stage: Stage, degree: &str) -> bool {
    match degree {
        "博士" | "硕士" | "本科" => true,
        "专科" => stage == Stage::Primary,
        _ => false,
    }
}
