//! Writes two made-up registers with known truth: a school roll and a population register of the same county, each copied from the
//! same people with errors of its own. `registers FOLDER RECORDS SEED` writes a.csv, b.csv and truth.csv (the numbers of both, for each person in
//! both). Names follow Han, Hani, Yi and Miao custom; brothers and sisters share guardian, telephone and village; some are twins.

#![expect(clippy::disallowed_methods, reason = "an example reads its command line and writes files")]

use std::fmt::Write as _;

const HAN: &str = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛段雷侯龙史陶黎贺顾毛龚邵万钱";
const MIAO: &str = "杨陶熊王李马项古侯罗张吴";
const GIVEN: &str = "伟强磊军勇涛明超杰辉刚健波斌鹏飞宇浩凯林峰志文国建华平东海洋俊成龙晨阳子轩泽睿航博昊天宸铭江山云松柏芳娜敏静丽艳娟霞秀英玲桂兰燕红梅雪婷慧琳莹洁颖佳欣怡悦涵雨梦瑶思诗语雯蕊萱可馨花月香凤珍巧春喆堃昇";
/// Yi: the clan's name, then one's own. Hani: the father's last syllable begins the son's name.
const YI_CLANS: &[&str] = &["吉克", "沙马", "曲比", "阿鲁", "普火", "李姆"];
const YI_OWN: &[&str] = &["木呷", "木嘎", "尔布", "阿果", "拉莫", "约布", "子哈", "阿依", "伍各", "石且"];
const HANI: &[&str] = &["批", "斗", "收", "者", "沙", "普", "车", "黑", "罗", "龙", "鲁", "白", "折", "优", "达", "才"];
/// Characters taken for one another, by sound or by shape.
const SLIPS: &[(char, char)] = &[
    ('伟', '玮'),
    ('明', '鸣'),
    ('杰', '洁'),
    ('辉', '晖'),
    ('浩', '皓'),
    ('志', '致'),
    ('子', '梓'),
    ('涵', '晗'),
    ('雨', '语'),
    ('怡', '宜'),
    ('婷', '停'),
    ('静', '净'),
    ('晨', '辰'),
    ('莹', '萤'),
    ('俊', '峻'),
    ('燕', '艳'),
    ('颖', '颍'),
    ('玲', '铃'),
    ('国', '囯'),
    ('昊', '吴'),
    ('呷', '嘎'),
];
const PLACES_1: &str = "青红白黄大上下龙金银石水双九高长新老松柳梅杏";
const PLACES_2: &str = "山坪沟湾河塘岭桥坝川岩泉井田寨坡";

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().collect();
    let [_, folder, records, seed] = &words[..] else {
        return Err(std::io::Error::other("registers FOLDER RECORDS SEED"));
    };
    let (records, seed): (usize, u64) = (records.parse().unwrap_or(20_000), seed.parse().unwrap_or(1));
    let [a, b, truth] = registers(records, seed);
    std::fs::create_dir_all(folder)?;
    for (name, text) in [("a.csv", a), ("b.csv", b), ("truth.csv", truth)] {
        std::fs::write(std::path::Path::new(folder).join(name), text)?;
    }
    Ok(())
}

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    fn chance(&mut self, share: f64) -> bool {
        ((self.next() >> 11) as f64) < share * (1_u64 << 53) as f64
    }

    /// Commoner at the front of the list.
    fn letter(&mut self, letters: &str) -> char {
        let n = letters.chars().count();
        let at = self.below(n).min(self.below(n));
        letters.chars().nth(at).unwrap_or('王')
    }

    fn pick<'a>(&mut self, list: &'a [&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

#[derive(Clone)]
struct Person {
    name: Vec<String>,
    male: bool,
    birth: (u32, u32, u32),
    id: String,
    phones: [String; 2],
    guardians: [String; 3],
    place: [String; 4],
}

/// The roll, the register, and who is who: three quarters of each are in the other.
fn registers(records: usize, seed: u64) -> [String; 3] {
    let mut dice = Dice(seed);
    let wanted = records * 5 / 4;
    let mut people = Vec::new();
    while people.len() < wanted {
        household(&mut dice, &mut people, wanted / 20_000 + 2);
    }
    people.truncate(wanted);
    for at in (1..people.len()).rev() {
        people.swap(at, dice.below(at + 1));
    }
    let head = "编号,姓名,性别,出生日期,身份证号,监护人电话,县,乡镇,村,小组,监护人姓名\n";
    let (mut a, mut b, mut truth) = (head.to_string(), head.to_string(), "a,b\n".to_string());
    let n_both = records * 2 - wanted;
    let mut order: Vec<usize> = (0..people.len()).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, dice.below(at + 1));
    }
    let mut in_b = vec![usize::MAX; people.len()];
    for (number, at) in order.iter().filter(|at| **at < n_both || **at >= records).enumerate() {
        write(&mut b, &format!("b{number:07}"), &people[*at], 0.6, &mut dice);
        in_b[*at] = number;
    }
    for (at, person) in people.iter().take(records).enumerate() {
        write(&mut a, &format!("a{at:07}"), person, 1.0, &mut dice);
        if in_b[at] != usize::MAX {
            let _ = writeln!(truth, "a{at:07},b{:07}", in_b[at]);
        }
    }
    [a, b, truth]
}

fn household(dice: &mut Dice, people: &mut Vec<Person>, n_counties: usize) {
    let place = |dice: &mut Dice, n: usize, ending: &str| {
        let at = dice.below(n);
        let (one, two) = (PLACES_1.chars().nth(at % 20).unwrap_or('青'), PLACES_2.chars().nth(at / 20 % 16).unwrap_or('山'));
        format!("{one}{two}{ending}")
    };
    let county = dice.below(n_counties);
    let places = [
        place(&mut Dice(county as u64), 320, "县"),
        place(dice, 14, "乡"),
        place(dice, 160, "村"),
        (1 + dice.below(12)).to_string(),
    ];
    let kind = dice.below(100);
    let surname = dice.letter(if kind < 8 { MIAO } else { HAN });
    let clan = dice.pick(YI_CLANS);
    let father_last = dice.pick(HANI);
    let generation = dice.letter(GIVEN);
    let given = |dice: &mut Dice| -> Vec<String> {
        match kind {
            8..=13 => vec![format!("{clan}·"), dice.pick(YI_OWN).to_string()],
            14..=21 => vec![surname.to_string(), father_last.to_string(), dice.pick(HANI).to_string()],
            _ => {
                let first = if dice.chance(0.35) { generation } else { dice.letter(GIVEN) };
                let mut name = vec![surname.to_string(), first.to_string()];
                if dice.chance(0.85) {
                    name.push(dice.letter(GIVEN).to_string());
                }
                name
            }
        }
    };
    let phone = |dice: &mut Dice| format!("12{:09}", dice.below(1_000_000_000));
    let phones = [phone(dice), phone(dice)];
    let guardians = [given(dice).concat(), format!("{}{}", dice.letter(HAN), dice.letter(GIVEN)), given(dice).concat()];
    let mut twin: Option<Person> = None;
    for _ in 0..1 + usize::from(dice.chance(0.55)) + usize::from(dice.chance(0.2)) {
        let male = dice.chance(0.52);
        let birth = (2009 + dice.below(12) as u32, 1 + dice.below(12) as u32, 1 + dice.below(28) as u32);
        let person = |dice: &mut Dice, birth: (u32, u32, u32), sequence: usize| {
            let region = 539_901 + (if dice.chance(0.9) { county } else { dice.below(n_counties) }) % 90;
            let id = citizen_id(&format!("{region}{:04}{:02}{:02}{:03}", birth.0, birth.1, birth.2, sequence));
            Person {
                name: given(dice),
                male,
                birth,
                id,
                phones: phones.clone(),
                guardians: guardians.clone(),
                place: places.clone(),
            }
        };
        let sequence = dice.below(490) * 2 + usize::from(male);
        let one = person(dice, birth, sequence);
        if dice.chance(0.012) {
            let mut other = person(dice, birth, sequence + 2);
            other.id = citizen_id(&format!("{}{:03}", &one.id[..14], sequence + 2));
            if other.name == one.name {
                other.name.push("二".to_string());
            }
            twin = Some(other);
        }
        people.push(one);
    }
    people.extend(twin);
}

fn citizen_id(first: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{first}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// One person as one register has it. `rate` scales the errors: a school's roll (1) has more than the police's register (0.6).
fn write(out: &mut String, no: &str, person: &Person, rate: f64, dice: &mut Dice) {
    let mut name = person.name.concat();
    if name.contains('·') && dice.chance(0.5) {
        let dot = dice.pick(&["", "•", ".", "．", " "]).to_string();
        name = if dice.chance(0.06) { person.name[0].replace('·', "") } else { name.replace('·', &dot) };
    }
    if dice.chance(0.03 * rate) {
        let slipped = |c: char| {
            SLIPS.iter().find_map(|(a, b)| {
                if *a == c {
                    Some(*b)
                } else if *b == c {
                    Some(*a)
                } else {
                    None
                }
            })
        };
        name = name.chars().map(|c| slipped(c).unwrap_or(c)).collect();
    }
    if dice.chance(0.01 * rate) {
        let surname: String = name.chars().take(1).collect();
        name = format!("{surname}{}{}", dice.letter(GIVEN), dice.letter(GIVEN));
    }
    if name.contains(['喆', '堃', '昇']) && dice.chance(0.4) {
        name = name.replace(['喆', '堃', '昇'], dice.pick(&["?", "*", "\u{e123}"]));
    }
    let (mut year, mut month, mut day) = person.birth;
    if dice.chance(0.03 * rate) {
        match dice.below(4) {
            0 => (month, day) = (if month > 1 { month - 1 } else { 12 }, 1 + (day + 7) % 28),
            1 => year += 1,
            2 if day <= 12 => (month, day) = (day, month),
            _ => day = 1 + dice.below(28) as u32,
        }
    }
    let birth = if dice.chance(0.006 * rate) { String::new() } else { format!("{year}-{month:02}-{day:02}") };
    let mut id = person.id.clone();
    if dice.chance(0.03 * rate) {
        id.clear();
    } else if dice.chance(0.08 * rate * 0.5) {
        let at = dice.below(17);
        let mut digits: Vec<u8> = id.bytes().collect();
        match dice.below(3) {
            0 => digits[at] = b'0' + dice.below(10) as u8,
            1 if at < 16 => digits.swap(at, at + 1),
            _ => drop(digits.remove(at)),
        }
        id = String::from_utf8(digits).unwrap_or_default();
    } else if id.ends_with('X') && dice.chance(0.1) {
        id = id.replace('X', "x");
    }
    let male = person.male != dice.chance(0.005 * rate);
    let phone = if dice.chance(0.12) {
        String::new()
    } else if dice.chance(0.15) {
        format!("12{:09}", dice.below(1_000_000_000))
    } else {
        person.phones[usize::from(dice.chance(0.25))].clone()
    };
    let [county, mut town, mut village, mut group] = person.place.clone();
    if dice.chance(0.05 * rate) {
        town = format!("{}{}乡", dice.letter(PLACES_1), dice.letter(PLACES_2));
        village = format!("{}{}村", dice.letter(PLACES_1), dice.letter(PLACES_2));
    }
    if dice.chance(0.3) {
        village = village.replace('村', dice.pick(&["村委会", "村民委员会"]));
    }
    group = if dice.chance(0.5) { format!("{group}组") } else { format!("第{group}村民小组") };
    let guardian = if dice.chance(0.07) { String::new() } else { person.guardians[[0, 0, 0, 1, 2][dice.below(5)]].clone() };
    let sex = if male { "男" } else { "女" };
    let _ = writeln!(out, "{no},{name},{sex},{birth},{id},{phone},{county},{town},{village},{group},{guardian}");
}
