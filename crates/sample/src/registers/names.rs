//! Names by the custom of the people, and the ways in which one person's name is written.

use crate::person::{self, Sex};
use crate::random::Random;

/// Yi: the clan's name, then one's own.
const YI_CLANS: &[&str] = &["吉克", "沙马", "曲比", "阿鲁", "普火", "李姆"];
const YI_OWN: &[&str] = &["木呷", "木嘎", "尔布", "阿果", "拉莫", "约布", "子哈", "阿依", "伍各", "石且"];
/// Hani: the father's last syllable begins the child's name.
const HANI: &[&str] = &["批", "斗", "收", "者", "沙", "普", "车", "黑", "罗", "龙", "鲁", "白", "折", "优", "达", "才"];
/// Miao: one's own name first, the clan's last.
const MIAO_OWN: &[&str] = &["阿宝", "阿花", "老三", "小妹", "金花", "天保", "文英", "玉兰"];
const MIAO_CLANS: &str = "杨陶熊王李马项古侯罗";

/// Signs that are taken for one another by their sound or their shape, or that write the same syllable of another language.
const SOUNDS: &[(char, char)] = &[
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
    ('静', '净'),
    ('晨', '辰'),
    ('俊', '峻'),
    ('燕', '艳'),
    ('玲', '铃'),
    ('强', '墙'),
    ('芳', '方'),
    ('梅', '眉'),
    ('华', '桦'),
    ('文', '雯'),
    ('欣', '新'),
    ('佳', '家'),
    ('悦', '月'),
    ('思', '斯'),
    ('瑶', '遥'),
    ('轩', '宣'),
    ('泽', '则'),
    ('博', '波'),
    ('航', '杭'),
    ('松', '淞'),
];
const SHAPES: &[(char, char)] = &[
    ('婷', '停'),
    ('莹', '萤'),
    ('颖', '颍'),
    ('昊', '吴'),
    ('未', '末'),
    ('天', '夫'),
    ('琳', '淋'),
    ('娟', '捐'),
    ('洋', '样'),
    ('宇', '字'),
    ('阳', '阴'),
    ('江', '汪'),
    ('成', '戌'),
    ('东', '车'),
    ('巧', '功'),
    ('凤', '风'),
    ('秀', '季'),
    ('丽', '雨'),
    ('军', '车'),
    ('平', '乎'),
];
const SYLLABLES: &[(char, char)] = &[
    ('呷', '嘎'),
    ('鲁', '禄'),
    ('玛', '马'),
    ('尔', '耳'),
    ('依', '衣'),
    ('罕', '含'),
    ('果', '古'),
    ('扎', '札'),
    ('沙', '莎'),
    ('拉', '腊'),
];

/// A name fit for the sex and people: one in five of the Yi, Hani and Miao bears one of their own language.
pub(super) fn of_people(random: &mut Random, sex: Sex, people: &str) -> String {
    if random.chance(0.2)
        && let Some(name) = own_name(random, people)
    {
        return name;
    }
    person::name(random, sex, people)
}

/// A name in the people's own language, where its custom is known here.
pub(super) fn own_name(random: &mut Random, people: &str) -> Option<String> {
    Some(match people {
        "彝族" => format!("{}·{}", random.pick(YI_CLANS), random.pick(YI_OWN)),
        "哈尼族" => format!("{}{}", random.pick(HANI), random.pick(HANI)),
        "苗族" => {
            let clan = MIAO_CLANS.chars().nth(random.below(10)).unwrap_or('杨');
            format!("{}{clan}", random.pick(MIAO_OWN))
        }
        _ => return None,
    })
}

/// The name as a clerk wrote it wrongly, and what kind of mistake that is; `None` where no mistake fits this name.
pub(super) fn slipped(random: &mut Random, name: &str, people: &str) -> Option<(String, &'static str)> {
    let swapped = |list: &[(char, char)]| {
        let at = |c: char| {
            list.iter().find_map(|(a, b)| {
                if c == *a {
                    Some(*b)
                } else if c == *b {
                    Some(*a)
                } else {
                    None
                }
            })
        };
        let place = name.chars().skip(1).position(|c| at(c).is_some())? + 1;
        Some(name.chars().enumerate().map(|(n, c)| if n == place { at(c).unwrap_or(c) } else { c }).collect::<String>())
    };
    if name.contains('·') {
        return Some(match random.below(6) {
            0 => (name.replace('·', "•"), "name-dot"),
            1 => (name.replace('·', "."), "name-dot"),
            2 => (name.replace('·', ""), "name-dot"),
            3 => (name.split('·').next_back().unwrap_or(name).to_string(), "name-cut"),
            4 => (name.split('·').rev().collect::<Vec<_>>().join("·"), "name-order"),
            _ => (swapped(SYLLABLES)?, "name-syllable"),
        });
    }
    let n = name.chars().count();
    Some(match random.below(10) {
        0..4 => (swapped(SOUNDS)?, "name-sound"),
        4..6 => (swapped(SHAPES)?, "name-shape"),
        6 => (name.chars().enumerate().map(|(at, c)| if at + 1 == n { '?' } else { c }).collect(), "name-lost"),
        7 if n == 3 => (name.chars().take(1).chain(name.chars().skip(2)).collect(), "name-short"),
        8 => (own_name(random, people)?, "name-own-language"),
        _ => {
            let surname = person::name(random, Sex::Male, "汉族").chars().next()?;
            (std::iter::once(surname).chain(name.chars().skip(1)).collect(), "name-surname-changed")
        }
    })
}
