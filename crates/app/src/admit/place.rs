use std::collections::BTreeMap;

use facts::{Text, text};
use plan::{NO_SEAT, SeatProblem, seat_faults};
use planners::{Diversion, Mechanism, assign_seats, divert};
use serde::Serialize;

use super::read::{Applied, class_at};
use super::rules::{AdmissionRules, Lottery, RuleMechanism};

/// What became of one child.
#[derive(Debug, Clone, Serialize)]
pub struct Admitted {
    pub receipt: String,
    /// Empty where there is no place.
    pub school: String,
    /// The class in which the child stood there.
    pub class: String,
    /// Its order number there.
    pub number: u32,
    pub how: How,
    pub reason: Text,
    #[serde(skip)]
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// At a school that was asked for.
    Wish,
    /// 统筹.
    Diverted,
    None,
}

impl How {
    pub fn word(self) -> &'static str {
        match self {
            How::Wish => "wish",
            How::Diverted => "diverted",
            How::None => "none",
        }
    }
}

/// A school after the admission.
#[derive(Debug, Clone, Serialize)]
pub struct SchoolFilled {
    pub school: String,
    pub places: u32,
    pub asked: u32,
    pub admitted: u32,
    pub diverted: u32,
    /// The class of the last who came in by a wish, and the number.
    pub last: Option<(String, u32)>,
}

/// Places that are missing: at these schools together, so many.
#[derive(Debug, Clone, Serialize)]
pub struct Shortage {
    pub schools: Vec<String>,
    pub children: u32,
    pub receipts: Vec<String>,
}

pub(crate) struct Placed {
    pub children: Vec<Admitted>,
    pub schools: Vec<SchoolFilled>,
    pub shortages: Vec<Shortage>,
    /// What an independent look at the allocation found; nothing where all is as it should be.
    pub faults: Vec<Text>,
}

/// The order numbers: by pool (a school, or [`ALL`]), then by receipt.
pub(crate) type Numbers = BTreeMap<String, BTreeMap<String, u32>>;

/// The pool of a county where every child has one number.
pub(crate) const ALL: &str = "全县";

/// Which receipts draw in which pool, with what binds twins.
pub(crate) fn pools(applied: &Applied, rules: &AdmissionRules) -> Vec<(String, String, String)> {
    let mut rows = Vec::new();
    for application in &applied.applications {
        let mut row = |pool: &str| rows.push((pool.to_string(), application.receipt.clone(), application.twins.clone()));
        match rules.lottery {
            Lottery::One => row(ALL),
            Lottery::PerSchool => application.wishes.iter().for_each(|school| row(&applied.schools[*school].name)),
        }
    }
    rows
}

/// Gives the places.
pub(crate) fn place(applied: &Applied, rules: &AdmissionRules, numbers: &Numbers) -> Placed {
    let stated = state(applied, rules, numbers);
    let mechanism = match rules.mechanism {
        RuleMechanism::Deferred => Mechanism::Deferred,
        RuleMechanism::Immediate => Mechanism::Immediate,
    };
    let seats = assign_seats(&stated.problem, mechanism);
    let faults = seat_faults(&stated.problem, &seats.granted, mechanism == Mechanism::Immediate);
    let (diverted, minutes, shortages) = serve_the_rest(applied, rules, &stated, &seats.granted, &seats.filled);

    let mut schools: Vec<SchoolFilled> = (applied.schools.iter().zip(&seats.last))
        .map(|(school, last)| SchoolFilled {
            school: school.name.clone(),
            places: school.places,
            asked: 0,
            admitted: 0,
            diverted: 0,
            last: last.map(|rank| (rules.classes[(rank >> 32) as usize].title().zh, rank as u32)),
        })
        .collect();
    let mut children = Vec::new();
    for (applicant, members) in stated.members.iter().enumerate() {
        let wishes = stated.problem.wishes(applicant);
        for wish in wishes.clone() {
            schools[stated.problem.schools[wish] as usize].asked += members.len() as u32;
        }
        let granted = seats.granted[applicant];
        let telling = Telling { applied, rules, stated: &stated, last: &seats.last, applicant, mechanism };
        let (school, rank, how) = match (granted, diverted.get(&applicant)) {
            (NO_SEAT, None) => (None, None, How::None),
            (NO_SEAT, Some(school)) => (Some(*school), None, How::Diverted),
            (nth, _) => {
                let wish = wishes.start + nth as usize;
                (Some(stated.problem.schools[wish] as usize), Some(stated.problem.ranks[wish]), How::Wish)
            }
        };
        let reason = telling.reason(granted, school.map(|school| (school, minutes.get(&(applicant, school)).copied())), how);
        if let Some(school) = school {
            let filled = &mut schools[school];
            *(if how == How::Diverted { &mut filled.diverted } else { &mut filled.admitted }) += members.len() as u32;
        }
        for member in members {
            let application = &applied.applications[*member];
            children.push(Admitted {
                receipt: application.receipt.clone(),
                school: school.map_or_else(String::new, |school| applied.schools[school].name.clone()),
                class: rank.map_or_else(String::new, |rank| rules.classes[(rank >> 32) as usize].title().zh),
                number: rank.map_or(0, |rank| rank as u32),
                how,
                reason: reason.clone(),
                name: application.name.clone(),
            });
        }
    }
    children.sort_by(|a, b| a.receipt.cmp(&b.receipt));
    Placed { children, schools, shortages, faults }
}

/// The problem, and who its applicants are.
struct Stated {
    problem: SeatProblem,
    /// By applicant: places among the applications.
    members: Vec<Vec<usize>>,
    /// By applicant: schools that were asked for where no class is open to it.
    closed: Vec<Vec<usize>>,
}

fn state(applied: &Applied, rules: &AdmissionRules, numbers: &Numbers) -> Stated {
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut households: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, application) in applied.applications.iter().enumerate() {
        match households.get(application.twins.as_str()) {
            Some(applicant) if !application.twins.is_empty() => members[*applicant].push(at),
            _ => {
                households.insert(&application.twins, members.len());
                members.push(vec![at]);
            }
        }
    }
    let mut problem = SeatProblem {
        places: applied.schools.iter().map(|school| school.places).collect(),
        starts: vec![0],
        ..SeatProblem::default()
    };
    let mut closed = Vec::new();
    for members in &members {
        let first = &applied.applications[members[0]];
        let mut none = Vec::new();
        for school in &first.wishes {
            let at = &applied.schools[*school];
            // Twins stand where the later of them stands.
            let class = members
                .iter()
                .map(|member| class_at(rules, at, &applied.applications[*member]).map(|(class, _)| class))
                .collect::<Option<Vec<usize>>>();
            let pool = if rules.lottery == Lottery::One { ALL } else { at.name.as_str() };
            let number = numbers.get(pool).and_then(|pool| pool.get(&first.receipt)).copied();
            match (class.and_then(|classes| classes.into_iter().max()), number) {
                (Some(class), Some(number)) => {
                    problem.schools.push(*school as u32);
                    problem.ranks.push((class as u64) << 32 | u64::from(number));
                }
                _ => none.push(*school),
            }
        }
        problem.children.push(members.len() as u8);
        problem.starts.push(problem.schools.len() as u32);
        closed.push(none);
    }
    Stated { problem, members, closed }
}

type Served = (BTreeMap<usize, usize>, BTreeMap<(usize, usize), f64>, Vec<Shortage>);

/// Diverts those who are left, in the order of their class and number, to public schools within the rule's minutes.
fn serve_the_rest(applied: &Applied, rules: &AdmissionRules, stated: &Stated, granted: &[u32], filled: &[u32]) -> Served {
    let best = |applicant: &usize| {
        let wishes = stated.problem.wishes(*applicant);
        (stated.problem.ranks[wishes].iter().min().copied().unwrap_or(u64::MAX), *applicant)
    };
    let mut left: Vec<usize> = (0..granted.len()).filter(|applicant| granted[*applicant] == NO_SEAT).collect();
    left.sort_by_key(best);
    let free = applied.schools.iter().zip(filled).map(|(school, filled)| {
        if school.kind == super::rules::SchoolKind::Public { school.places.saturating_sub(*filled) } else { 0 }
    });
    let mut minutes = BTreeMap::new();
    let reach = left.iter().map(|applicant| {
        let area = applied.applications[stated.members[*applicant][0]].said.get("area").map_or("", String::as_str);
        let near = applied.travel.get(area).map_or(&[][..], Vec::as_slice);
        let near = near.iter().filter(|(school, time)| {
            *time <= rules.minutes_most && applied.schools[*school].kind == super::rules::SchoolKind::Public
        });
        near.map(|(school, time)| {
            minutes.insert((*applicant, *school), *time);
            *school as u32
        })
        .collect()
    });
    let reach = reach.collect();
    let diversion = Diversion {
        free: free.collect(),
        children: left.iter().map(|applicant| stated.problem.children[*applicant]).collect(),
        reach,
    };
    let served = divert(&diversion);
    let mut went = BTreeMap::new();
    let mut nowhere: Vec<usize> = Vec::new();
    for (applicant, school) in left.iter().zip(&served.school) {
        if *school == NO_SEAT {
            nowhere.push(*applicant);
        } else {
            went.insert(*applicant, *school as usize);
        }
    }
    let receipts_of =
        |applicant: usize| stated.members[applicant].iter().map(|member| applied.applications[*member].receipt.clone());
    let shortages = served.missing.iter().map(|(schools, children)| {
        let within = |applicant: &usize| {
            let at = left.iter().position(|known| known == applicant);
            at.is_some_and(|at| diversion.reach[at].iter().all(|school| schools.contains(school)))
        };
        Shortage {
            schools: schools.iter().map(|school| applied.schools[*school as usize].name.clone()).collect(),
            children: *children,
            receipts: nowhere.iter().copied().filter(within).flat_map(receipts_of).collect(),
        }
    });
    let shortages = shortages.collect();
    (went, minutes, shortages)
}

/// What a family is told.
struct Telling<'a> {
    applied: &'a Applied,
    rules: &'a AdmissionRules,
    stated: &'a Stated,
    last: &'a [Option<u64>],
    applicant: usize,
    mechanism: Mechanism,
}

impl Telling<'_> {
    fn class(&self, rank: u64) -> (usize, Text, u32) {
        let class = (rank >> 32) as usize;
        (class + 1, self.rules.classes[class].title(), rank as u32)
    }

    fn reason(&self, granted: u32, school: Option<(usize, Option<f64>)>, how: How) -> Text {
        let wishes = self.stated.problem.wishes(self.applicant);
        let mut lines: Vec<Text> = Vec::new();
        for school in &self.stated.closed[self.applicant] {
            let name = &self.applied.schools[*school].name;
            lines.push(text!("{name}：不符合任何一类条件（片区、核验）", "{name}: no class is open (area, checks)"));
        }
        for (nth, wish) in wishes.enumerate() {
            let name = &self.applied.schools[self.stated.problem.schools[wish] as usize].name;
            let (place, title, number) = self.class(self.stated.problem.ranks[wish]);
            let (zh, en) = (&title.zh, &title.en);
            if nth as u32 == granted {
                lines.push(text!(
                    "{name}录取：第 {place} 类（{zh}），顺序号 {number}",
                    "admitted at {name}: class {place} ({en}), number {number}"
                ));
                break;
            }
            let Some(last) = self.last[self.stated.problem.schools[wish] as usize] else {
                lines.push(text!("{name}：没有名额", "{name}: no places"));
                continue;
            };
            let (last_place, last_title, last_number) = self.class(last);
            let (last_zh, last_en) = (&last_title.zh, &last_title.en);
            let change = if self.mechanism == Mechanism::Immediate && self.stated.problem.ranks[wish] < last {
                text!("要在更前面的志愿填这所学校才能录取", "it would have had to stand earlier in the list")
            } else if last_place == place {
                text!("顺序号不大于 {last_number} 才能录取", "a number up to {last_number} would have been admitted")
            } else {
                text!("属于第 {last_place} 类或更前才能录取", "class {last_place} or an earlier one would have been admitted")
            };
            let (change_zh, change_en) = (change.zh, change.en);
            lines.push(text!(
                "{name}未录取：您在第 {place} 类（{zh}），顺序号 {number}；该校录取到第 {last_place} 类（{last_zh}）顺序号 {last_number}，{change_zh}",
                "not at {name}: class {place} ({en}), number {number}; it admitted up to class {last_place} ({last_en}), number {last_number}; {change_en}"
            ));
        }
        match (how, school) {
            (How::Diverted, Some((school, minutes))) => {
                let (name, minutes) = (&self.applied.schools[school].name, minutes.unwrap_or(0.0));
                lines.push(text!("统筹安排到{name}，路上约 {minutes} 分钟", "diverted to {name}, about {minutes} minutes away"));
            }
            (How::None, _) => {
                let most = self.rules.minutes_most;
                lines.push(text!(
                    "{most} 分钟以内的公办学校都满了，等待增加学位",
                    "all public schools within {most} minutes are full; waiting for more places"
                ));
            }
            _ => {}
        }
        let join = |of: fn(&Text) -> &str, mark: &str| lines.iter().map(of).collect::<Vec<_>>().join(mark);
        Text::new(join(|text| &text.zh, "；"), join(|text| &text.en, "; "))
    }
}
