use std::collections::{BTreeMap, BTreeSet};

use facts::Date;

use super::names;
use crate::county::County;
use crate::person::{self, PEOPLES, Sex};
use crate::plan::{LATEST, TOWNSHIPS};
use crate::random::Random;

/// A child of 5 to 16 as it truly is.
#[derive(Debug, Clone)]
pub(crate) struct Child {
    /// Its place among the county's pupils, if it is on a roll of the latest year.
    pub pupil: Option<usize>,
    pub fate: Fate,
    pub citizen_id: Option<String>,
    pub name: String,
    pub sex: Sex,
    pub birth: Date,
    pub people: usize,
    pub town: usize,
    pub village: usize,
    pub house: u16,
    pub guardian: String,
    pub phone: String,
    /// Its household register lies outside the county.
    pub from_outside: bool,
}

/// What is true of a child, and with it where it belongs in the three ledgers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    AtSchool,
    /// On the roll and taught at home by the school's teachers (送教上门).
    TaughtByVisits,
    /// On the roll, and away for a while with a reason.
    Ill,
    /// On the roll, and away without a reason.
    Absent,
    /// On the roll, and on no list of those present.
    NotPresent,
    /// At school, and in no register of the population.
    Unregistered,
    TooYoung,
    Finished,
    /// On no roll, and nobody says why.
    OutOfSchool,
    /// Out of school, and it is known why.
    Working,
    Married,
    SchoolElsewhere,
    Abroad,
    Died,
    Delayed,
    TaughtAtHome,
    SpecialSchool,
    /// The household register is here, and the child never was.
    EmptyHukou,
}

impl Fate {
    pub const ALL: [Fate; 18] = [
        Fate::AtSchool,
        Fate::TaughtByVisits,
        Fate::Ill,
        Fate::Absent,
        Fate::NotPresent,
        Fate::Unregistered,
        Fate::TooYoung,
        Fate::Finished,
        Fate::OutOfSchool,
        Fate::Working,
        Fate::Married,
        Fate::SchoolElsewhere,
        Fate::Abroad,
        Fate::Died,
        Fate::Delayed,
        Fate::TaughtAtHome,
        Fate::SpecialSchool,
        Fate::EmptyHukou,
    ];

    pub fn id(self) -> &'static str {
        match self {
            Fate::AtSchool => "at-school",
            Fate::TaughtByVisits => "taught-by-visits",
            Fate::Ill => "ill",
            Fate::Absent => "absent",
            Fate::NotPresent => "not-present",
            Fate::Unregistered => "unregistered",
            Fate::TooYoung => "too-young",
            Fate::Finished => "finished",
            Fate::OutOfSchool => "out-of-school",
            Fate::Working => "working",
            Fate::Married => "married",
            Fate::SchoolElsewhere => "school-elsewhere",
            Fate::Abroad => "abroad",
            Fate::Died => "died",
            Fate::Delayed => "delayed",
            Fate::TaughtAtHome => "taught-at-home",
            Fate::SpecialSchool => "special-school",
            Fate::EmptyHukou => "empty-hukou",
        }
    }

    /// Whether it belongs on the list of those suspected to have dropped out: out of school, and nobody says why.
    pub fn is_suspected(self) -> bool {
        matches!(self, Fate::OutOfSchool | Fate::Absent | Fate::NotPresent)
    }

    pub fn is_dropout(self) -> bool {
        matches!(self, Fate::Working | Fate::Married)
    }

    /// The word of the population register, where somebody wrote one.
    pub(crate) fn whereabouts(self) -> &'static str {
        match self {
            Fate::TaughtByVisits => "送教上门",
            Fate::Working => "外出务工",
            Fate::Married => "早婚",
            Fate::SchoolElsewhere => "外地就读",
            Fate::Abroad => "出国（境）",
            Fate::Died => "死亡",
            Fate::Delayed => "延缓入学",
            Fate::TaughtAtHome => "在家或私塾",
            Fate::SpecialSchool => "外地特教学校",
            Fate::EmptyHukou => "空挂户",
            Fate::Finished => "已毕业",
            _ => "",
        }
    }
}

/// Of the pupils on the roll.
const ON_THE_ROLL: &[(Fate, f64)] =
    &[(Fate::Absent, 0.0014), (Fate::NotPresent, 0.0006), (Fate::Unregistered, 0.0006), (Fate::Ill, 0.004)];
/// Children beside them, as shares of the pupils on the roll; ages from and to, on the statistics date.
const BESIDE_THE_ROLL: &[(Fate, f64, (i16, i16))] = &[
    (Fate::TooYoung, 0.055, (5, 5)),
    (Fate::Finished, 0.044, (15, 16)),
    (Fate::OutOfSchool, 0.0028, (7, 14)),
    (Fate::Working, 0.0007, (12, 14)),
    (Fate::Married, 0.0002, (13, 14)),
    (Fate::SchoolElsewhere, 0.006, (6, 14)),
    (Fate::Abroad, 0.0006, (6, 14)),
    (Fate::Died, 0.0004, (6, 14)),
    (Fate::Delayed, 0.001, (6, 7)),
    (Fate::TaughtAtHome, 0.0005, (7, 13)),
    (Fate::SpecialSchool, 0.0006, (7, 14)),
    (Fate::EmptyHukou, 0.0022, (6, 14)),
];
/// Sequence numbers of ids that pupils do not have; twins have those from 700 on.
const SEQUENCE: u16 = 400;

/// Every child of the latest year: those on the roll by place on it, then the others.
pub(crate) fn children(county: &County) -> Vec<Child> {
    let mut random = Random::new(county.seed, &[82]);
    let mut children = Vec::new();
    let Some(year) = county.years.last() else { return children };
    let mut towns = BTreeSet::new();
    for school in &year.schools {
        towns.insert(school.town);
        for at in school.parts.iter().flat_map(|part| &part.classes).flat_map(|class| &class.pupils) {
            let pupil = &county.pupils[*at];
            let mut draw = random.unit();
            let mut fate = Fate::AtSchool;
            for (other, share) in ON_THE_ROLL {
                if draw < *share {
                    fate = *other;
                    break;
                }
                draw -= share;
            }
            if school.kind == "514" && random.chance(0.22) {
                fate = Fate::TaughtByVisits;
            }
            children.push(Child {
                pupil: Some(*at),
                fate,
                citizen_id: pupil.citizen_id.clone(),
                name: pupil.name.clone(),
                sex: pupil.sex,
                birth: pupil.birth,
                people: pupil.people,
                town: pupil.town,
                village: pupil.village,
                house: pupil.house,
                guardian: pupil.guardian.clone(),
                phone: pupil.phone.clone(),
                from_outside: pupil.migrant,
            });
        }
    }
    let towns: Vec<usize> = towns.into_iter().collect();
    if !towns.is_empty() {
        let on_roll = children.len();
        let mut issued = BTreeMap::new();
        for (fate, share, ages) in BESIDE_THE_ROLL {
            let many = (on_roll as f64 * share).round() as usize;
            children.extend((0..many).map(|_| beside(&mut random, &mut issued, county, &towns, *fate, *ages)));
        }
    }
    children
}

fn beside(
    random: &mut Random,
    issued: &mut BTreeMap<(Date, Sex), u16>,
    county: &County,
    towns: &[usize],
    fate: Fate,
    (from, to): (i16, i16),
) -> Child {
    // As many as the township is large.
    let all: u32 = towns.iter().map(|town| TOWNSHIPS[*town].population).sum();
    let mut left = random.below(all as usize) as u32;
    let mut town = towns[0];
    for at in towns {
        town = *at;
        let people = TOWNSHIPS[*at].population;
        if left < people {
            break;
        }
        left -= people;
    }
    let plan = &TOWNSHIPS[town];
    let sex = if random.chance(0.52) { Sex::Male } else { Sex::Female };
    let age = random.between(from.into(), to.into()) as i16;
    let birth = person::birth_in_school_year(random, LATEST - age - 1);
    let below = 1 + random.below(PEOPLES.len() - 1);
    let people = if random.chance(plan.minority) { 1 + random.below(below) } else { 0 };
    let number = issued.entry((birth, sex)).or_insert(SEQUENCE);
    let id = person::citizen_id("539901", birth, *number + u16::from(sex == Sex::Male));
    *number += 2;
    let no_id = random.chance(if fate == Fate::OutOfSchool { 0.06 } else { 0.001 });
    let guardian_sex = if random.chance(0.5) { Sex::Male } else { Sex::Female };
    Child {
        pupil: None,
        fate,
        citizen_id: (!no_id).then_some(id),
        name: names::of_people(random, sex, PEOPLES[people].0),
        sex,
        birth,
        people,
        town,
        village: random.below(county.townships[town].villages.len()),
        house: random.between(1, 380) as u16,
        guardian: person::name(random, guardian_sex, PEOPLES[people].0),
        phone: person::phone(random),
        from_outside: false,
    }
}
