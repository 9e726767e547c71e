//! The county as a value: what its people, schools, teachers and rooms are in each school year, before any file is written.

use facts::{Date, SchoolYear, Stage};

use crate::Size;
use crate::cohorts;
use crate::families;
use crate::person::Sex;
use crate::plan::{self, Note, SCHOOLS, SchoolPlan, TOWNSHIPS, UPGRADED, YEARS};
use crate::random::Random;
use crate::staff;
use crate::stocks;

/// A county that does not exist, whole and consistent: every figure is a count over its own people and rooms.
#[derive(Debug, Clone)]
pub struct County {
    pub seed: u64,
    pub townships: Vec<Township>,
    /// Every child that was ever on a roll; classes point into it.
    pub pupils: Vec<Pupil>,
    /// Oldest first.
    pub years: Vec<CountyYear>,
}

#[derive(Debug, Clone)]
pub struct Township {
    /// Its place in the table of townships.
    pub index: usize,
    pub population: u32,
    pub villages: Vec<Village>,
}

#[derive(Debug, Clone)]
pub struct Village {
    pub name: String,
    pub population: u32,
    pub lon: f64,
    pub lat: f64,
}

#[derive(Debug, Clone)]
pub struct CountyYear {
    pub year: SchoolYear,
    pub schools: Vec<School>,
}

/// A school, campus, teaching point or set of attached classes as it was in one school year.
#[derive(Debug, Clone)]
pub struct School {
    pub code: String,
    pub name: String,
    pub kind: &'static str,
    pub private: bool,
    pub town: usize,
    pub division: String,
    pub urban_rural: &'static str,
    /// The school into which this campus or these attached classes are merged.
    pub parent: Option<Parent>,
    pub boarding: bool,
    pub built: i16,
    pub lon: f64,
    pub lat: f64,
    pub parts: Vec<Part>,
    /// Senior pupils by grade; they are counted, not named.
    pub senior: Vec<u32>,
    pub staff: Vec<Staff>,
    pub stock: Stock,
    pub rooms: Vec<Room>,
}

#[derive(Debug, Clone)]
pub struct Parent {
    pub code: String,
    pub name: String,
}

/// The primary or junior part of a school.
#[derive(Debug, Clone)]
pub struct Part {
    pub stage: Stage,
    pub classes: Vec<Class>,
    /// Pupils who finished the stage in the summer before.
    pub graduates: u32,
    /// PE and arts teachers shared with other schools.
    pub shared_arts: u32,
}

#[derive(Debug, Clone)]
pub struct Class {
    pub grade: u8,
    pub name: String,
    pub pupils: Vec<usize>,
    /// Index into the school's staff.
    pub head_teacher: usize,
}

#[derive(Debug, Clone)]
pub struct Pupil {
    pub student_no: String,
    /// Missing for the few children who have no citizen id yet.
    pub citizen_id: Option<String>,
    pub name: String,
    pub sex: Sex,
    pub birth: Date,
    /// Index into the list of peoples.
    pub people: usize,
    pub town: usize,
    pub village: usize,
    pub house: u16,
    pub guardian: String,
    pub phone: String,
    pub migrant: bool,
    pub left_behind: bool,
    pub disability: Option<&'static str>,
    /// Boards in a school whose share of boarders is larger than this.
    pub boards_above: f64,
}

#[derive(Debug, Clone)]
pub struct Staff {
    pub citizen_id: String,
    pub name: String,
    pub sex: Sex,
    pub minority: bool,
    pub birth: Date,
    pub phone: String,
    pub post: Post,
    pub stage: Option<Stage>,
    pub subject: &'static str,
    pub degree: &'static str,
    pub rank: &'static str,
    pub certified: bool,
    pub backbone: Option<&'static str>,
    pub established: bool,
    pub since: i16,
    pub training_hours: u32,
    pub exchange: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    FullTime,
    Manager,
    Support,
    Worker,
}

/// What the whole school has. Areas in m², equipment in 万元 as the statistics want it.
#[derive(Debug, Clone, Default)]
pub struct Stock {
    pub land: f64,
    pub building: f64,
    /// Teaching and auxiliary rooms, indoor sports among them.
    pub teaching: f64,
    pub indoor_sports: f64,
    pub field: f64,
    pub extra_sports: f64,
    pub books: u32,
    pub computers: u32,
    pub multimedia: u32,
    pub equipment_wan: f64,
}

#[derive(Debug, Clone)]
pub struct Room {
    pub kind: &'static str,
    pub name: String,
    pub area: f64,
    pub built: i16,
}

/// The county of a seed: the same seed gives the same county, to the last child.
///
/// ```
/// let county = sample::county(1);
/// assert_eq!(county.townships.iter().map(|town| town.population).sum::<u32>(), 419_314);
/// assert_eq!(county.years.len(), 3);
/// ```
pub fn county(seed: u64) -> County {
    county_of(seed, Size::County)
}

pub(crate) fn county_of(seed: u64, size: Size) -> County {
    let townships: Vec<Township> = (0..TOWNSHIPS.len()).map(|index| township(seed, index)).collect();
    let mut cohorts = cohorts::grow(seed, &townships, size);
    families::join(seed, &mut cohorts.pupils);
    let rosters = staff::hire(seed, &cohorts);
    let mut years = Vec::new();
    for (y, year) in YEARS.into_iter().enumerate() {
        let mut schools = Vec::new();
        for (index, plan) in SCHOOLS.iter().enumerate() {
            let Some(grown) = cohorts.parts(index, year) else { continue };
            let mut school = School::planned(seed, index, year);
            school.senior = cohorts::senior(seed, index, plan, year);
            school.staff = rosters.of(index, y);
            school.parts = grown;
            for part in &mut school.parts {
                staff::head_teachers(&school.staff, part);
                part.shared_arts = staff::shared_arts(plan, part);
            }
            let latest = cohorts.head_count_latest(index, &school.senior);
            (school.stock, school.rooms) = stocks::equip(seed, index, plan, year, latest, &school);
            schools.push(school);
        }
        years.push(CountyYear { year: SchoolYear::starting(year), schools });
    }
    County { seed, townships, pupils: cohorts.pupils, years }
}

impl School {
    /// The school without its people and rooms.
    fn planned(seed: u64, index: usize, year: i16) -> School {
        let plan = &SCHOOLS[index];
        let (name, kind) = plan.name_and_kind(year);
        let mut random = Random::new(seed, &[11, index as u64]);
        let town = &TOWNSHIPS[plan.town];
        let near = if town.urban_rural == "111" { 0.012 } else { 0.04 };
        let parent = plan.notes.iter().find_map(|note| match note {
            Note::PartOf(parent) => plan::index_of(parent),
            _ => None,
        });
        let parent = parent.map(|index| {
            let (name, _) = SCHOOLS[index].name_and_kind(year);
            Parent { code: plan::code(index, year), name: name.into() }
        });
        // The centre of an upgraded township changes its class with it; villages stay villages.
        let upgraded = plan.town == UPGRADED.town && year <= UPGRADED.until && plan.urban_rural == "121";
        School {
            code: plan::code(index, year),
            name: name.into(),
            kind,
            private: plan.notes.contains(&Note::Private),
            town: plan.town,
            division: plan::township_code(plan.town, year).into(),
            urban_rural: if upgraded { UPGRADED.urban_rural } else { plan.urban_rural },
            parent,
            boarding: plan.notes.contains(&Note::Boarding),
            built: plan.built,
            lon: round(town.lon + near * (random.unit() - 0.5), 6),
            lat: round(town.lat + near * (random.unit() - 0.5), 6),
            parts: Vec::new(),
            senior: Vec::new(),
            staff: Vec::new(),
            stock: Stock::default(),
            rooms: Vec::new(),
        }
    }

    pub fn counts_as_school(&self) -> bool {
        self.parent.is_none()
    }

    pub fn part(&self, stage: Stage) -> Option<&Part> {
        self.parts.iter().find(|part| part.stage == stage)
    }

    pub fn teaches(&self, stage: Stage) -> bool {
        self.part(stage).is_some() || (stage == Stage::Senior && !self.senior.is_empty())
    }

    pub fn senior_pupils(&self) -> u32 {
        self.senior.iter().sum()
    }

    /// Full-time teachers of a stage.
    pub fn teachers(&self, stage: Stage) -> impl Iterator<Item = &Staff> {
        self.staff.iter().filter(move |person| person.post == Post::FullTime && person.stage == Some(stage))
    }

    /// The share of pupils of a grade that board.
    pub fn boarding_share(&self, grade: u8) -> f64 {
        match (self.boarding, grade) {
            (false, _) | (true, 1 | 2) => 0.0,
            (true, 3..=6) => 0.35,
            (true, _) => 0.72,
        }
    }

    pub fn boards(&self, pupil: &Pupil, grade: u8) -> bool {
        self.boarding_share(grade) > pupil.boards_above
    }
}

impl Part {
    pub fn pupils(&self) -> u32 {
        self.classes.iter().map(Class::size).sum()
    }
}

impl Class {
    pub fn size(&self) -> u32 {
        self.pupils.len() as u32
    }
}

impl SchoolPlan {
    fn name_and_kind(&self, year: i16) -> (&'static str, &'static str) {
        let was = self.notes.iter().find_map(|note| match note {
            Note::Was(until, name, kind) if year <= *until => Some((*name, *kind)),
            _ => None,
        });
        was.unwrap_or((self.name, self.kind))
    }

    /// The kind in a year, without which its stages are not known.
    pub(crate) fn kind_in(&self, year: i16) -> &'static str {
        self.name_and_kind(year).1
    }
}

fn township(seed: u64, index: usize) -> Township {
    let plan = &TOWNSHIPS[index];
    let mut random = Random::new(seed, &[12, index as u64]);
    let urban = plan.urban_rural == "111";
    let mut left = plan.population;
    let mut villages: Vec<Village> = Vec::new();
    for n in 0..plan.villages {
        let fair = left / (plan.villages - n) as u32;
        let population = if n + 1 == plan.villages { left } else { (f64::from(fair) * random.around(0.3)) as u32 };
        left -= population;
        let near = if urban { 0.02 } else { 0.09 };
        villages.push(Village {
            name: village_name(index, n, urban),
            population,
            lon: round(plan.lon + near * (random.unit() - 0.5), 6),
            lat: round(plan.lat + near * (random.unit() - 0.5), 6),
        });
    }
    Township { index, population: plan.population, villages }
}

const VILLAGE_FIRST: &str = "石水大小上下新老白黑红青";
const VILLAGE_LAST: &str = "桥田坪寨冲坡箐沟岩塘井";

/// Two villages never share a name: those of a township differ in the first sign, those of different townships with the
/// same first sign in the last.
fn village_name(town: usize, n: usize, urban: bool) -> String {
    let first = VILLAGE_FIRST.chars().nth(n % 12).unwrap_or('石');
    let last = VILLAGE_LAST.chars().nth((town + n) % 11).unwrap_or('桥');
    // The thirteenth and later villages of a township would repeat a neighbour's name without a third sign.
    let middle = if n >= 12 { "家" } else { "" };
    format!("{first}{middle}{last}{}", if urban { "社区" } else { "村" })
}

pub(crate) fn round(number: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (number * scale).round() / scale
}
