//! Made-up people: names, citizen ids of regions that do not exist, birth dates.

use std::collections::BTreeMap;

use facts::Date;

use crate::random::Random;

/// 男 or 女.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sex {
    Male,
    Female,
}

impl Sex {
    pub fn word(self) -> &'static str {
        match self {
            Sex::Male => "男",
            Sex::Female => "女",
        }
    }
}

/// Peoples of the county with their GB/T 3304 code, commonest first.
pub const PEOPLES: &[(&str, &str)] =
    &[("汉族", "01"), ("彝族", "07"), ("哈尼族", "16"), ("苗族", "06"), ("壮族", "08"), ("傣族", "18"), ("回族", "03")];

const SURNAMES: &str = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤普沙";
const GIVEN_MALE: &str = "伟强磊军勇涛明超杰辉刚健波斌鹏飞宇浩凯林峰志文国建华平东海洋俊成龙晨阳子轩泽睿航博昊天宸皓铭江山云松柏";
const GIVEN_FEMALE: &str = "芳娜敏静丽艳娟霞秀英玲桂兰燕红梅雪婷慧琳莹洁颖佳欣怡悦涵雨梦瑶思诗语雯蕊萱可馨云花月香凤珍巧春";
/// Names in which a family or house name is parted from the given name by ·.
const DOTTED_FIRST: &[&str] = &["阿鲁", "吉克", "岩温", "依波", "沙玛", "扎西", "阿依", "玉罕"];
const DOTTED_LAST: &[&str] = &["木呷", "阿果", "叫", "罕香", "尔布", "卓玛", "古丽", "拉莫", "坎", "宝"];

/// A name fit for the sex and people.
pub(crate) fn name(random: &mut Random, sex: Sex, people: &str) -> String {
    if people != "汉族" && people != "回族" && random.chance(0.06) {
        return format!("{}·{}", random.pick(DOTTED_FIRST), random.pick(DOTTED_LAST));
    }
    let given = if sex == Sex::Male { GIVEN_MALE } else { GIVEN_FEMALE };
    let mut name = one_of(random, SURNAMES).to_string();
    name.push(one_of(random, given));
    if random.chance(0.72) {
        name.push(one_of(random, given));
    }
    name
}

fn one_of(random: &mut Random, letters: &str) -> char {
    let index = random.below(letters.chars().count());
    letters.chars().nth(index).unwrap_or('王')
}

/// A telephone number that no one can have: mobile numbers never begin with 12.
pub(crate) fn phone(random: &mut Random) -> String {
    format!("12{:09}", random.below(1_000_000_000))
}

/// Gives out citizen ids, each once. The regions 5399xx exist on no map.
#[derive(Debug, Default)]
pub(crate) struct IdBook {
    used: BTreeMap<(usize, Date, bool), u16>,
}

/// The county itself first: seven people in ten are registered there.
const REGIONS: &[&str] = &["539901", "539902", "539903", "539921", "539927"];

impl IdBook {
    /// A valid id with the next free sequence number of that region, day and sex.
    pub fn issue(&mut self, random: &mut Random, birth: Date, sex: Sex) -> String {
        let region = if random.chance(0.7) { 0 } else { random.below(REGIONS.len()) };
        let male = sex == Sex::Male;
        let next = self.used.entry((region, birth, male)).or_insert_with(|| random.below(20) as u16);
        // Odd for a male. Fewer than 500 of a region are ever born on one day.
        let sequence = *next * 2 + u16::from(male);
        *next += 1;
        citizen_id(REGIONS[region], birth, sequence)
    }
}

/// Region, birth date and sequence with the check digit of GB 11643.
pub(crate) fn citizen_id(region: &str, birth: Date, sequence: u16) -> String {
    let mut id = format!("{region}{:04}{:02}{:02}{sequence:03}", birth.year(), birth.month(), birth.day());
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = id.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    id.push(char::from(b"10X98765432"[(sum % 11) as usize]));
    id
}

/// A day in the twelve months from 1 September of `year`.
pub(crate) fn birth_in_school_year(random: &mut Random, year: i16) -> Date {
    let first = facts::SchoolYear::starting(year).statistics_date();
    first.checked_add(day_span(random.below(365))).unwrap_or(first)
}

fn day_span(days: usize) -> std::time::Duration {
    std::time::Duration::from_secs(days as u64 * 86_400)
}

#[cfg(test)]
mod tests {
    use facts::CitizenId;

    use super::*;

    #[test]
    fn issued_ids_are_valid_distinct_and_of_the_sex() {
        let (mut random, mut book) = (Random::new(7, &[]), IdBook::default());
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..3000 {
            let sex = if n % 2 == 0 { Sex::Male } else { Sex::Female };
            let birth = birth_in_school_year(&mut random, 2015);
            let words = book.issue(&mut random, birth, sex);
            let id = CitizenId::parse(&words).expect("an issued id");
            assert_eq!((id.birth_date(), id.is_male()), (birth, sex == Sex::Male));
            assert!(words.starts_with("5399") && seen.insert(words));
        }
    }
}
