//! What an office has before the school year begins: the plan of places, the applications, minutes to schools, and the roll of an entry grade; one
//! of each in order, and one with mistakes that are known.

use std::collections::BTreeMap;

use facts::Stage;
use serde::Serialize;

use crate::county::{Class, County, Pupil, School};
use crate::files::{Document, document};
use crate::person::PEOPLES;
use crate::plan::LATEST;
use crate::random::Random;
use crate::sheet::{Sheet, csv, gb18030, xlsx};

pub(crate) const FOLDER: &str = "新生入学";
/// The township whose children apply: it is in the county of every size.
const TOWN: usize = 7;
/// The school in the middle, which too many ask for; its junior part puts its entry grade into classes.
const MIDDLE: &str = "老寨乡九年一贯制学校";
const PRIVATE: &str = "玉衡市启明学校";
/// How many of the middle's children also ask at the private school, and how many it takes.
const PRIVATE_ASKED: usize = 6;
const PRIVATE_PLACES: u32 = 4;
/// How many of its own are left over in the middle.
const TOO_MANY: u32 = 15;
/// What every other school has beyond its own children.
const SPARE: u32 = 4;
/// Minutes from the middle to the other schools, in their order; the last two are too far.
const MINUTES: &[u32] = &[15, 25, 35, 55, 70, 80, 90];
/// Within this, an office may divert.
const MINUTES_MOST: u32 = 40;

/// What is true of these papers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryTruth {
    pub children: u32,
    /// Places by school.
    pub places: BTreeMap<String, u32>,
    pub admitted: u32,
    pub diverted: u32,
    pub without: u32,
    /// Receipts that must come to one school.
    pub twins: Vec<Vec<String>>,
    pub roll: RollTruth,
    /// What is wrong in the papers that are to be checked.
    pub faults: Vec<EntryFault>,
}

/// The roll of an entry grade.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RollTruth {
    pub pupils: u32,
    /// As few as the class size allows.
    pub classes: u32,
    pub together: Vec<String>,
    /// Apart: twins as the family wishes, and others for a recorded reason.
    pub apart: Vec<Vec<String>>,
    pub special_needs: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryFault {
    pub file: &'static str,
    /// The code of the finding.
    pub finding: &'static str,
    /// The receipt, where one is concerned.
    pub receipt: String,
}

const CHECK_APPLICATIONS: &str = "报名表-待核.xlsx";
const CHECK_ROLL: &str = "编班名册-待核.csv";

/// One child's application, as the columns of the form.
struct Application<'a> {
    receipt: String,
    pupil: &'a Pupil,
    school: &'a str,
    twins: String,
    private: bool,
    preferential: bool,
    hukou: &'static str,
    home: &'static str,
    months: Option<u32>,
}

const HEADS: &[&str] = &[
    "受理号",
    "姓名",
    "证件号码",
    "片区",
    "户籍",
    "户籍核验",
    "住房",
    "住房核验",
    "居住证月数",
    "优抚类别",
    "优抚核验",
    "多胞胎",
    "民办志愿",
];

fn schools(county: &County) -> Vec<&School> {
    let year = county.years.iter().find(|year| year.year.start() == LATEST);
    let all = year.map_or(&[][..], |year| &year.schools[..]).iter();
    let mut schools: Vec<&School> =
        all.filter(|school| school.town == TOWN && entering(school, Stage::Primary, 1).count() > 0).collect();
    schools.sort_by_key(|school| (school.name != MIDDLE, school.code.clone()));
    schools
}

fn entering(school: &School, stage: Stage, grade: u8) -> impl Iterator<Item = usize> + '_ {
    let classes = school.parts.iter().filter(move |part| part.stage == stage).flat_map(|part| &part.classes);
    classes.filter(move |class: &&Class| class.grade == grade).flat_map(|class| class.pupils.iter().copied())
}

fn area(school: &str) -> String {
    format!("{school}片区")
}

fn applications<'a>(county: &'a County, schools: &[&'a School]) -> Vec<Application<'a>> {
    let mut random = Random::new(county.seed, &[91]);
    let mut all: Vec<Application> = Vec::new();
    let mut houses: BTreeMap<(&str, &str, String), usize> = BTreeMap::new();
    for school in schools {
        for (nth, at) in entering(school, Stage::Primary, 1).enumerate() {
            let pupil = &county.pupils[at];
            let receipt = format!("R2025-{:04}", all.len() + 1);
            let (hukou, home) = match random.below(10) {
                0..=4 => ("本片区", "父母或儿童产权"),
                5 => ("本片区", "祖辈产权"),
                6 => ("本片区", "无"),
                7 => ("外县", "父母或儿童产权"),
                _ => ("外县", "租房"),
            };
            let months = (hukou == "外县").then(|| random.between(1, 40) as u32);
            // Born on one day to one guardian at one school.
            let key = (school.name.as_str(), pupil.phone.as_str(), pupil.birth.to_string());
            let twin = houses.get(&key).copied();
            houses.insert(key, all.len());
            let middle = school.name == MIDDLE;
            all.push(Application {
                receipt,
                pupil,
                school: &school.name,
                twins: String::new(),
                private: middle && nth < PRIVATE_ASKED,
                preferential: random.chance(0.03),
                hukou,
                home,
                months,
            });
            if let Some(first) = twin {
                let (word, last) = (format!("双{}", first + 1), all.len() - 1);
                for of in [first, last] {
                    all[of].twins.clone_from(&word);
                    // So that they never stand at the edge, where the last place would be two.
                    (all[of].preferential, all[of].private) = (true, false);
                }
            }
        }
    }
    all
}

fn form(applications: &[Application<'_>]) -> Sheet {
    let mut sheet = Sheet::new("报名表");
    sheet.push_words(HEADS.iter().copied());
    for one in applications {
        let checked = |said: bool| if said { "通过" } else { "" };
        let months = one.months.map_or_else(String::new, |months| months.to_string());
        let area = area(one.school);
        sheet.push_words([
            one.receipt.as_str(),
            &one.pupil.name,
            one.pupil.citizen_id.as_deref().unwrap_or(""),
            &area,
            one.hukou,
            checked(one.hukou == "本片区"),
            one.home,
            checked(one.home.ends_with("产权")),
            &months,
            if one.preferential { "军人子女" } else { "" },
            checked(one.preferential),
            &one.twins,
            if one.private { PRIVATE } else { "" },
        ]);
    }
    sheet
}

/// Schools and places, the private one last.
fn places(applications: &[Application<'_>], schools: &[&School]) -> Vec<(String, u32)> {
    let own = |school: &str| applications.iter().filter(|one| one.school == school).count() as u32;
    let asked_private = applications.iter().filter(|one| one.private).count() as u32;
    let mut places: Vec<(String, u32)> = schools
        .iter()
        .map(|school| {
            let own = own(&school.name);
            let places = if school.name == MIDDLE { own - asked_private.min(PRIVATE_PLACES) - TOO_MANY } else { own + SPARE };
            (school.name.clone(), places)
        })
        .collect();
    places.push((PRIVATE.to_string(), PRIVATE_PLACES));
    places
}

pub(crate) fn documents(county: &County) -> Vec<Document<'_>> {
    let at = |name: &str| format!("{FOLDER}/{name}");
    let words = |rows: Vec<Vec<String>>| {
        let mut sheet = Sheet::new("Sheet1");
        rows.iter().for_each(|row| sheet.push_words(row.iter().map(String::as_str)));
        sheet
    };
    vec![
        document(at("招生计划.xlsx"), "", move || xlsx(&[words(plan_rows(county))])),
        document(at("报名表.xlsx"), "", move || xlsx(&[form(&applications(county, &schools(county)))])),
        document(at(CHECK_APPLICATIONS), "", move || xlsx(&[wrong_form(county)])),
        document(at("路程.csv"), "", move || Ok(gb18030(&csv(&words(travel_rows(county)))))),
        document(at("编班名册.xlsx"), "", move || xlsx(&[roll(county, false)])),
        document(at(CHECK_ROLL), "", move || Ok(gb18030(&csv(&roll(county, true))))),
        document(at("教师团队.xlsx"), "", move || xlsx(&[words(team_rows(county))])),
    ]
}

fn plan_rows(county: &County) -> Vec<Vec<String>> {
    let schools = schools(county);
    let heads = ["学校", "类型", "计划", "班数", "片区", "对口学校"].map(str::to_string).to_vec();
    let row = |(school, places): (String, u32)| {
        let private = school == PRIVATE;
        let (kind, area) = if private { ("民办", String::new()) } else { ("公办", area(&school)) };
        vec![school, kind.to_string(), places.to_string(), places.div_ceil(45).max(1).to_string(), area, String::new()]
    };
    std::iter::once(heads).chain(places(&applications(county, &schools), &schools).into_iter().map(row)).collect()
}

fn travel_rows(county: &County) -> Vec<Vec<String>> {
    let schools = schools(county);
    let mut rows = vec![["片区", "学校", "分钟"].map(str::to_string).to_vec()];
    for from in &schools {
        for (nth, to) in schools.iter().enumerate() {
            let minutes = if from.name == to.name { 5 } else { MINUTES[nth.saturating_sub(1).min(MINUTES.len() - 1)] };
            rows.push(vec![area(&from.name), to.name.clone(), minutes.to_string()]);
        }
    }
    rows
}

/// The form with six mistakes.
fn wrong_form(county: &County) -> Sheet {
    let schools = schools(county);
    let mut all = applications(county, &schools);
    let again = all.iter().position(|one| one.pupil.citizen_id.is_some()).unwrap_or(0);
    let (pupil, school) = (all[again].pupil, all[again].school);
    let (hukou, home, months) = (all[again].hukou, all[again].home, all[again].months);
    let new = |receipt: &str, school| Application {
        receipt: receipt.to_string(),
        pupil,
        school,
        twins: String::new(),
        private: false,
        preferential: false,
        hukou,
        home,
        months,
    };
    all.push(new(SAME_CHILD, school));
    all.push(new(UNKNOWN_AREA, "河对岸"));
    all.push(new(RECEIPT_TWICE, school));
    all.push(new(RECEIPT_TWICE, school));
    let mut sheet = form(&all);
    let last = sheet.rows.len() - 1;
    let id = HEADS.iter().position(|head| *head == "证件号码").unwrap_or(0);
    for row in last - 2..=last {
        sheet.rows[row][id] = None;
    }
    // The check digit is wrong; the school is in no plan; a column that may not be there.
    sheet.set_at(last - 2, id, "539901201903030030");
    sheet.set_at(last - 2, HEADS.len() - 1, "远方学校");
    sheet.set_at(0, HEADS.len(), "家长职务");
    sheet
}

const SAME_CHILD: &str = "R2025-9001";
const UNKNOWN_AREA: &str = "R2025-9002";
const RECEIPT_TWICE: &str = "R2025-9003";

fn grade_seven(county: &County) -> Vec<&Pupil> {
    let middle = schools(county).into_iter().find(|school| school.name == MIDDLE);
    middle.map_or_else(Vec::new, |school| entering(school, Stage::Junior, 7).map(|at| &county.pupils[at]).collect())
}

fn roll_receipt(nth: usize) -> String {
    format!("B2025-{:03}", nth + 1)
}

/// Pupils whose words on the roll are planted: twins who stay together, twins who part, and two who must be apart.
const TOGETHER: [usize; 2] = [0, 1];
const TWINS_APART: [usize; 2] = [2, 3];
const BULLIED: [usize; 2] = [4, 5];

fn roll(county: &County, wrong: bool) -> Sheet {
    let mut random = Random::new(county.seed, &[92]);
    let origins: Vec<&str> = schools(county).iter().map(|school| school.name.as_str()).collect();
    let mut sheet = Sheet::new("名册");
    let heads = [
        "受理号",
        "姓名",
        "性别",
        "民族",
        "寄宿",
        "留守儿童",
        "毕业小学",
        "随班就读",
        "多胞胎",
        "多胞胎意愿",
        "分开组",
        "分开原因",
        "语文",
        "数学",
        "英语",
    ];
    sheet.push_words(heads.into_iter().chain(wrong.then_some("推荐人")));
    for (nth, pupil) in grade_seven(county).into_iter().enumerate() {
        let ability = random.unit() + random.unit() + random.unit() - 1.5;
        let mut score = |mean: f64| (mean + 18.0 * ability + 8.0 * (random.unit() - 0.5)).clamp(5.0, 100.0).round().to_string();
        let scores = [score(72.0), score(66.0), score(63.0)];
        let origin = if origins.is_empty() { "" } else { origins[random.below(origins.len())] };
        let receipt = roll_receipt(if wrong && nth == 7 { 6 } else { nth });
        let yes = |said: bool| if said { "是" } else { "否" };
        let (twins, wish) = match nth {
            nth if TOGETHER.contains(&nth) => ("双甲", "同班"),
            nth if TWINS_APART.contains(&nth) => ("双乙", if wrong && nth == TWINS_APART[0] { "同班" } else { "分班" }),
            _ => ("", ""),
        };
        let (apart, reason) = if BULLIED.contains(&nth) { ("甲", "欺凌处置") } else { ("", "") };
        let mut row = vec![
            receipt.as_str(),
            &pupil.name,
            pupil.sex.word(),
            PEOPLES[pupil.people].0,
            yes(pupil.boards_above < 0.5),
            yes(pupil.left_behind),
            origin,
            yes(pupil.disability.is_some()),
            twins,
            wish,
            apart,
            reason,
        ];
        row.extend(scores.iter().map(String::as_str));
        row.extend(wrong.then_some("某局长"));
        sheet.push_words(row);
    }
    sheet
}

fn team_rows(county: &County) -> Vec<Vec<String>> {
    let classes = truth(county).roll.classes;
    let teams = (1..=classes).map(|nth| vec![format!("第{nth}团队")]);
    std::iter::once(vec!["教师团队".to_string()]).chain(teams).collect()
}

pub(crate) fn truth(county: &County) -> EntryTruth {
    let schools = schools(county);
    let all = applications(county, &schools);
    let children = all.len() as u32;
    let near = schools.iter().skip(1).zip(MINUTES).filter(|(_, minutes)| **minutes <= MINUTES_MOST).count() as u32;
    let too_many = if schools.is_empty() { 0 } else { TOO_MANY };
    let diverted = too_many.min(near * SPARE);
    let mut twins: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in all.iter().filter(|one| !one.twins.is_empty()) {
        twins.entry(&one.twins).or_default().push(one.receipt.clone());
    }
    let pupils = grade_seven(county);
    let receipts = |of: [usize; 2]| of.map(roll_receipt).to_vec();
    let fault = |file, finding, receipt: &str| EntryFault { file, finding, receipt: receipt.to_string() };
    EntryTruth {
        children,
        places: places(&all, &schools).into_iter().collect(),
        admitted: children - too_many,
        diverted,
        without: too_many - diverted,
        twins: twins.into_values().collect(),
        roll: RollTruth {
            pupils: pupils.len() as u32,
            classes: pupils.len().div_ceil(50).max(2) as u32,
            together: receipts(TOGETHER),
            apart: vec![receipts(TWINS_APART), receipts(BULLIED)],
            special_needs: pupils.iter().filter(|pupil| pupil.disability.is_some()).count() as u32,
        },
        faults: vec![
            fault(CHECK_APPLICATIONS, "admission-child-twice", SAME_CHILD),
            fault(CHECK_APPLICATIONS, "admission-unknown-area", UNKNOWN_AREA),
            fault(CHECK_APPLICATIONS, "admission-unknown-school", UNKNOWN_AREA),
            fault(CHECK_APPLICATIONS, "admission-id-unread", UNKNOWN_AREA),
            fault(CHECK_APPLICATIONS, "admission-receipt-twice", RECEIPT_TWICE),
            fault(CHECK_APPLICATIONS, "field-forbidden-parents-post", ""),
            fault(CHECK_ROLL, "draw-list-twice", &roll_receipt(6)),
            fault(CHECK_ROLL, "classes-twins-disagree", ""),
            fault(CHECK_ROLL, "field-forbidden-recommender", ""),
        ],
    }
}
