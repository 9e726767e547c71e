//! The county as it is meant to be: its townships and every school with its size in the latest year and its part in the
//! story. Whoever wants another county changes these tables and nothing else.

use facts::Stage;

/// The three school years of the sample, by the calendar year in which they start.
pub const YEARS: [i16; 3] = [2023, 2024, 2025];
pub const LATEST: i16 = 2025;

pub const COUNTY_CODE: &str = "539901";
pub const COUNTY_NAME: &str = "玉衡市";
pub const PREFECTURE_CODE: &str = "539900";
pub const PREFECTURE_NAME: &str = "示例州";

pub struct TownshipPlan {
    pub name: &'static str,
    pub code: &'static str,
    pub urban_rural: &'static str,
    pub population: u32,
    pub villages: usize,
    /// Share of people that are not Han.
    pub minority: f64,
    pub lon: f64,
    pub lat: f64,
}

const fn town(
    name: &'static str,
    code: &'static str,
    urban_rural: &'static str,
    population: u32,
    villages: usize,
    minority: f64,
    (lon, lat): (f64, f64),
) -> TownshipPlan {
    TownshipPlan { name, code, urban_rural, population, villages, minority, lon, lat }
}

/// 11 townships, 119 villages, 419 314 people.
pub const TOWNSHIPS: &[TownshipPlan] = &[
    town("天枢街道", "539901001", "111", 92_480, 12, 0.33, (103.152, 23.361)),
    town("天璇街道", "539901002", "111", 78_265, 11, 0.34, (103.181, 23.352)),
    town("青石镇", "539901100", "121", 46_902, 14, 0.36, (103.241, 23.402)),
    town("大河镇", "539901101", "121", 41_377, 13, 0.38, (103.302, 23.318)),
    town("云岭镇", "539901102", "121", 36_518, 12, 0.52, (103.088, 23.441)),
    town("松坪镇", "539901103", "121", 30_846, 10, 0.49, (103.049, 23.297)),
    town("白沙乡", "539901200", "210", 22_731, 10, 0.57, (103.362, 23.437)),
    town("老寨乡", "539901201", "210", 17_908, 9, 0.68, (103.014, 23.502)),
    town("梨树乡", "539901202", "210", 18_654, 9, 0.61, (103.398, 23.276)),
    town("花山彝族乡", "539901203", "210", 16_297, 10, 0.86, (102.963, 23.385)),
    town("龙塘镇", "539901104", "121", 17_336, 9, 0.55, (103.271, 23.221)),
];

/// A township that was a 乡 with another code before it became a 镇 on 1 September 2024.
pub const UPGRADED: Upgraded = Upgraded { town: 10, name: "龙塘乡", code: "539901204", urban_rural: "210", until: 2023 };

pub struct Upgraded {
    pub town: usize,
    pub name: &'static str,
    pub code: &'static str,
    pub urban_rural: &'static str,
    /// The last school year under the old name.
    pub until: i16,
}

/// The township whose files arrive as one zip.
pub const ZIPPED_TOWN: usize = 8;
/// Townships whose pupil rolls were saved as old .xls with title rows.
pub const XLS_ROLL_TOWNS: [usize; 2] = [7, 9];

pub struct SchoolPlan {
    pub town: usize,
    pub name: &'static str,
    pub kind: &'static str,
    pub urban_rural: &'static str,
    /// Pupils meant for the latest year: primary, junior, senior.
    pub pupils: [u16; 3],
    pub built: i16,
    pub notes: &'static [Note],
}

/// What is special about a school.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Note {
    /// Its classes are fuller than they should be.
    Crowded,
    Boarding,
    Private,
    /// A campus or attached classes, 是否计校数 = 0.
    PartOf(&'static str),
    /// The first school year.
    Opens(i16),
    /// The last school year, and the school that takes the pupils.
    Closes(i16, &'static str),
    /// Up to and with this school year it had another name and 办学类型, and with the type another code.
    Was(i16, &'static str, &'static str),
    /// One resource far below, or above, what its surroundings have.
    Has(Want, f64),
}

/// The resources of a school that can be planned apart, per hundred pupils or per pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    Qualified,
    Backbone,
    Arts,
    /// PE and arts teachers shared with other schools, in persons.
    SharedArts,
    Area,
    Sports,
    /// Rented or converted sports area, in m² per pupil.
    ExtraSports,
    Equipment,
    Multimedia,
}

use Note::*;
use Want::*;

const fn school(
    town: usize,
    name: &'static str,
    kind: &'static str,
    urban_rural: &'static str,
    pupils: [u16; 3],
    built: i16,
    notes: &'static [Note],
) -> SchoolPlan {
    SchoolPlan { town, name, kind, urban_rural, pupils, built, notes }
}

/// Every school, campus and set of attached classes that exists in any of the years.
#[rustfmt::skip]
pub const SCHOOLS: &[SchoolPlan] = &[
    school(0, "玉衡市第一小学", "211", "111", [1860, 0, 0], 1956, &[Crowded]),
    school(0, "玉衡市第一小学东校区", "211", "111", [420, 0, 0], 2012, &[PartOf("玉衡市第一小学")]),
    school(0, "玉衡市第二小学", "211", "111", [1650, 0, 0], 1978, &[Crowded, Has(Want::ExtraSports, 1.2)]),
    school(0, "玉衡市实验小学", "211", "111", [2150, 0, 0], 2014, &[Crowded, Has(Area, 3.55)]),
    school(0, "玉衡市第三小学", "211", "111", [1080, 0, 0], 1984, &[Crowded]),
    school(0, "天枢街道中心小学", "211", "112", [860, 0, 0], 1969, &[]),
    school(0, "玉衡市第一中学", "341", "111", [0, 820, 1480], 1938, &[Crowded]),
    school(0, "玉衡市第二中学", "311", "111", [0, 1980, 0], 1962, &[Crowded]),
    school(0, "玉衡市第三中学", "311", "111", [0, 1340, 0], 1988, &[Crowded]),
    school(0, "玉衡市启明学校", "345", "111", [620, 410, 360], 2009, &[Private, Has(Backbone, 0.0)]),
    school(0, "玉衡市特殊教育学校", "514", "112", [96, 41, 0], 1999, &[Boarding]),
    school(1, "玉衡市第四小学", "211", "111", [1380, 0, 0], 1991, &[Crowded]),
    school(1, "玉衡市第五小学", "211", "111", [960, 0, 0], 2003, &[Crowded]),
    school(1, "天璇实验小学", "211", "111", [760, 0, 0], 2024, &[Opens(2024)]),
    school(1, "天璇街道中心小学", "211", "112", [920, 0, 0], 1965, &[]),
    school(1, "城南民族小学", "211", "112", [580, 0, 0], 1972, &[Was(2024, "城南小学", "211"), Has(Arts, 0.62)]),
    school(1, "玉衡市第四中学", "311", "111", [0, 1480, 0], 1995, &[Crowded, Has(Area, 5.3)]),
    school(1, "玉衡市民族中学", "341", "111", [0, 640, 980], 1981, &[Boarding]),
    school(1, "玉衡市第五中学", "311", "112", [0, 980, 0], 2006, &[]),
    school(1, "城西九年一贯制学校", "312", "112", [540, 310, 0], 2016, &[]),
    school(2, "青石镇中心小学", "211", "121", [1240, 0, 0], 1952, &[]),
    school(2, "青石镇中心小学南校区", "211", "121", [210, 0, 0], 2018, &[PartOf("青石镇中心小学")]),
    school(2, "青石镇第二小学", "211", "121", [680, 0, 0], 1997, &[]),
    school(2, "青石中学", "311", "121", [0, 1240, 0], 1958, &[Boarding]),
    school(2, "青石镇石桥小学", "211", "220", [262, 0, 0], 1964, &[]),
    school(2, "青石镇上营小学", "211", "220", [184, 0, 0], 1971, &[]),
    school(2, "青石镇黄泥小学", "211", "220", [178, 0, 0], 1967, &[]),
    school(2, "青石镇双河小学", "211", "220", [142, 0, 0], 1975, &[]),
    school(2, "青石镇大石板小学", "211", "220", [92, 0, 0], 1968, &[Closes(2023, "青石镇中心小学")]),
    school(2, "青石镇岩脚教学点", "218", "220", [62, 0, 0], 1966, &[]),
    school(2, "青石镇落水洞教学点", "218", "220", [57, 0, 0], 1970, &[Has(Arts, 0.0), Has(SharedArts, 1.0)]),
    school(3, "大河镇中心小学", "211", "121", [1130, 0, 0], 1954, &[]),
    school(3, "大河中学", "311", "121", [0, 960, 0], 1959, &[Boarding]),
    school(3, "大河镇河口小学", "211", "122", [410, 0, 0], 1963, &[]),
    school(3, "河口小学附设初中班", "319", "122", [0, 96, 0], 1963, &[PartOf("大河镇河口小学")]),
    school(3, "大河镇桃源小学", "211", "220", [232, 0, 0], 1970, &[]),
    school(3, "大河镇三家村小学", "211", "220", [190, 0, 0], 1972, &[]),
    school(3, "大河镇马鞍小学", "211", "220", [168, 0, 0], 1969, &[]),
    school(3, "大河镇大坪小学", "211", "220", [150, 0, 0], 1974, &[Has(Qualified, 3.2)]),
    school(3, "大河镇长冲教学点", "218", "220", [64, 0, 0], 1968, &[]),
    school(3, "大河镇山背后教学点", "218", "220", [38, 0, 0], 1973, &[]),
    school(4, "云岭镇中心小学", "211", "121", [1010, 0, 0], 1955, &[]),
    school(4, "云岭中学", "311", "121", [0, 860, 0], 1961, &[Boarding]),
    school(4, "云岭镇第二小学", "211", "122", [450, 0, 0], 1994, &[]),
    school(4, "云岭镇新田小学", "211", "220", [214, 0, 0], 1966, &[]),
    school(4, "云岭镇清水小学", "211", "220", [162, 0, 0], 1971, &[]),
    school(4, "云岭镇大箐小学", "211", "220", [148, 0, 0], 1976, &[]),
    school(4, "云岭镇高峰教学点", "218", "220", [71, 0, 0], 1969, &[Has(Arts, 0.0)]),
    school(4, "云岭镇云上教学点", "218", "220", [27, 0, 0], 1977, &[]),
    school(5, "松坪镇中心小学", "211", "121", [880, 0, 0], 1957, &[]),
    school(5, "松坪中学", "341", "121", [0, 540, 320], 1960, &[Boarding]),
    school(5, "松坪镇九年一贯制学校", "312", "122", [340, 190, 0], 2011, &[]),
    school(5, "松坪镇红岩小学", "211", "220", [196, 0, 0], 1965, &[]),
    school(5, "松坪镇平地小学", "211", "220", [164, 0, 0], 1970, &[]),
    school(5, "松坪镇大松树小学", "211", "220", [142, 0, 0], 1973, &[]),
    school(5, "松坪镇箐口教学点", "218", "220", [55, 0, 0], 1974, &[]),
    school(5, "松坪镇松林教学点", "218", "220", [44, 0, 0], 1978, &[]),
    school(6, "白沙乡中心小学", "211", "210", [640, 0, 0], 1956, &[Boarding]),
    school(6, "白沙中学", "311", "210", [0, 460, 0], 1964, &[Boarding, Has(Equipment, 1880.0)]),
    school(6, "白沙乡沙坝小学", "211", "220", [204, 0, 0], 1967, &[]),
    school(6, "白沙乡芭蕉小学", "211", "220", [164, 0, 0], 1972, &[Has(Backbone, 0.0)]),
    school(6, "白沙乡热水塘小学", "211", "220", [142, 0, 0], 1975, &[]),
    school(6, "白沙乡干海子教学点", "218", "220", [53, 0, 0], 1971, &[]),
    school(6, "白沙乡白岩教学点", "218", "220", [24, 0, 0], 1979, &[]),
    school(6, "白沙乡老鸦箐教学点", "218", "220", [15, 0, 0], 1976, &[Closes(2024, "白沙乡中心小学")]),
    school(7, "老寨乡九年一贯制学校", "312", "210", [520, 300, 0], 1963, &[Boarding]),
    school(7, "老寨乡上寨小学", "211", "220", [184, 0, 0], 1968, &[Has(Multimedia, 1.0)]),
    school(7, "老寨乡下寨小学", "211", "220", [152, 0, 0], 1971, &[]),
    school(7, "老寨乡大黑山小学", "211", "220", [166, 0, 0], 1969, &[]),
    school(7, "老寨乡半坡教学点", "218", "220", [58, 0, 0], 1975, &[]),
    school(7, "老寨乡岔河教学点", "218", "220", [41, 0, 0], 1980, &[]),
    school(8, "梨树乡中心小学", "211", "210", [590, 0, 0], 1958, &[Boarding]),
    school(8, "梨树中学", "311", "210", [0, 400, 0], 1966, &[Boarding]),
    school(8, "梨树乡果园小学", "211", "220", [164, 0, 0], 1970, &[]),
    school(8, "梨树乡大梨树小学", "211", "220", [152, 0, 0], 1972, &[]),
    school(8, "梨树乡梨园坡小学", "211", "220", [132, 0, 0], 1974, &[]),
    school(8, "梨树乡白果教学点", "218", "220", [74, 0, 0], 1973, &[]),
    school(8, "梨树乡河尾教学点", "218", "220", [35, 0, 0], 1981, &[]),
    school(9, "花山彝族乡中心小学", "211", "210", [620, 0, 0], 1957, &[Boarding]),
    school(9, "花山民族中学", "311", "210", [0, 430, 0], 1965, &[Boarding]),
    school(9, "花山民族中学附设小学班", "219", "210", [84, 0, 0], 1965, &[PartOf("花山民族中学")]),
    school(9, "花山阿勒九年一贯制学校", "312", "220", [236, 64, 0], 1969, &[Was(2024, "花山彝族乡阿勒小学", "211"), Boarding]),
    school(9, "花山彝族乡阿哲小学", "211", "220", [172, 0, 0], 1971, &[]),
    school(9, "花山彝族乡普车小学", "211", "220", [152, 0, 0], 1973, &[Has(Arts, 0.0), Has(Multimedia, 1.5)]),
    school(9, "花山彝族乡他克小学", "211", "220", [162, 0, 0], 1970, &[]),
    school(9, "花山彝族乡龙树教学点", "218", "220", [68, 0, 0], 1976, &[]),
    school(9, "花山彝族乡小凹子教学点", "218", "220", [36, 0, 0], 1982, &[]),
    school(10, "龙塘中心小学", "211", "121", [700, 0, 0], 1956, &[]),
    school(10, "龙塘中学", "311", "121", [0, 500, 0], 1963, &[Boarding]),
    school(10, "龙塘水井小学", "211", "220", [176, 0, 0], 1968, &[]),
    school(10, "龙塘黑龙潭小学", "211", "220", [158, 0, 0], 1971, &[]),
    school(10, "龙塘中寨小学", "211", "220", [166, 0, 0], 1972, &[]),
    school(10, "龙塘塘子教学点", "218", "220", [66, 0, 0], 1975, &[]),
    school(10, "龙塘石丫口教学点", "218", "220", [31, 0, 0], 1983, &[]),
];

/// Classes that are given a size of their own: school, year, stage, grade, place in the grade, pupils.
///
/// 玉衡市第三小学 is the relapse: one class over 55 in its third year of school, mended in the next, over again in the one
/// after that.
pub const SET_CLASSES: &[(&str, i16, Stage, u8, usize, u16)] = &[
    ("玉衡市第三小学", 2023, Stage::Primary, 3, 1, 58),
    ("玉衡市第三小学", 2024, Stage::Primary, 4, 1, 45),
    ("玉衡市第三小学", 2025, Stage::Primary, 5, 1, 57),
    ("玉衡市第二小学", 2023, Stage::Primary, 5, 0, 67),
    ("玉衡市第二小学", 2024, Stage::Primary, 6, 0, 66),
    ("玉衡市实验小学", 2024, Stage::Primary, 3, 2, 59),
    ("玉衡市实验小学", 2025, Stage::Primary, 4, 2, 58),
    ("玉衡市第二中学", 2023, Stage::Junior, 8, 0, 68),
    ("玉衡市第二中学", 2024, Stage::Junior, 9, 0, 66),
    ("玉衡市第二中学", 2025, Stage::Junior, 8, 2, 66),
    ("玉衡市第四中学", 2025, Stage::Junior, 7, 1, 58),
];

/// The school and class of the relapse, for the record.
pub const RELAPSE: (&str, &str) = ("玉衡市第三小学", "2班");

/// Lessons of the timetable that are taken for another subject: one class, one lesson a week.
pub struct Borrowed {
    pub school: &'static str,
    pub grade: u8,
    pub class: &'static str,
    pub subject: &'static str,
    pub taken_for: &'static str,
}

pub const BORROWED: Borrowed =
    Borrowed {
        school: "老寨乡九年一贯制学校", grade: 5, class: "1班", subject: "体育与健康", taken_for: "数学"
    };

/// A subject that a school gives to one of its own who is certified for another.
pub struct Unqualified {
    pub school: &'static str,
    pub grade: u8,
    pub subject: &'static str,
    pub teacher_of: &'static str,
}

pub const UNQUALIFIED: Unqualified =
    Unqualified { school: "花山彝族乡阿哲小学", grade: 4, subject: "外语", teacher_of: "语文" };

/// The place of a school in [`SCHOOLS`].
pub fn index_of(name: &str) -> Option<usize> {
    SCHOOLS.iter().position(|school| school.name == name)
}

/// 学校标识码: category, 53, and a serial from 990001 on. Another category is another code.
pub fn code(index: usize, year: i16) -> String {
    let category = match SCHOOLS[index].kind_in(year) {
        "341" | "345" => 34,
        "311" | "312" | "319" => 31,
        "514" => 51,
        _ => 21,
    };
    format!("{category}5399{:04}", index + 1)
}

/// The code a township had in a school year.
pub fn township_code(town: usize, year: i16) -> &'static str {
    if town == UPGRADED.town && year <= UPGRADED.until { UPGRADED.code } else { TOWNSHIPS[town].code }
}

/// The name a township had in a school year.
pub fn township_name(town: usize, year: i16) -> &'static str {
    if town == UPGRADED.town && year <= UPGRADED.until { UPGRADED.name } else { TOWNSHIPS[town].name }
}

/// The urban-rural class a township's seat had in a school year.
pub fn township_class(town: usize, year: i16) -> &'static str {
    if town == UPGRADED.town && year <= UPGRADED.until { UPGRADED.urban_rural } else { TOWNSHIPS[town].urban_rural }
}

impl SchoolPlan {
    pub fn exists(&self, year: i16) -> bool {
        self.notes.iter().all(|note| match note {
            Note::Opens(first) => year >= *first,
            Note::Closes(last, _) => year <= *last,
            _ => true,
        })
    }

    /// What was planned apart for this school, if anything was.
    pub fn has(&self, want: Want) -> Option<f64> {
        self.notes.iter().find_map(|note| match note {
            Note::Has(what, amount) if *what == want => Some(*amount),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_county_has_its_known_size() {
        assert_eq!(TOWNSHIPS.len(), 11);
        assert_eq!(TOWNSHIPS.iter().map(|town| town.villages).sum::<usize>(), 119);
        assert_eq!(TOWNSHIPS.iter().map(|town| town.population).sum::<u32>(), 419_314);
        let people = |town: &TownshipPlan| f64::from(town.population) * town.minority;
        let share = TOWNSHIPS.iter().map(people).sum::<f64>() / 419_314.0;
        assert!((0.43..0.45).contains(&share), "{share}");
    }

    #[test]
    fn every_name_in_a_note_is_a_school() {
        let named = |name: &str| SCHOOLS.iter().any(|school| school.name == name);
        for school in SCHOOLS {
            for note in school.notes {
                if let Note::PartOf(other) | Note::Closes(_, other) = note {
                    assert!(named(other), "{other}");
                }
            }
        }
        assert!(SET_CLASSES.iter().all(|set| named(set.0)));
    }
}
