use std::sync::LazyLock;

use facts::{Text, text};

use super::{Sketch, Test};
use crate::clean::{WILD, is_han};
use crate::derive::{fold_variants, syllables, variant_characters};

/// The same but for one character that looks like the other, and for variant forms.
#[derive(Debug)]
pub(super) struct LookAlike;

/// The same where both could be read: characters that a system lost, or put into pinyin, may be any.
#[derive(Debug)]
pub(super) struct LostCharacters;

/// The same sounds, near enough: each syllable by any of its readings, with zh/z, ng/n folded; in names of three syllables and more,
/// one of them may differ in its vowel or its first letter. So are names of minorities written by different hands.
#[derive(Debug)]
pub(super) struct SoundNear;

impl Test for LookAlike {
    fn id(&self) -> &'static str {
        "lookalike"
    }

    fn about(&self) -> Text {
        text!("形近字、繁体或异体字", "one character that looks like the other, or variant forms")
    }

    fn holds(&self, a: &str, b: &str, _: f64) -> bool {
        if a.len().abs_diff(b.len()) > 2 || a.chars().count() != b.chars().count() {
            return false;
        }
        let mut alike = 0;
        for (a, b) in a.chars().zip(b.chars()).filter(|(a, b)| a != b) {
            if !is_mistakable(a) || !is_mistakable(b) {
                return false;
            }
            let (a, b) = (fold_variants(a), fold_variants(b));
            if a != b {
                if !look_alike(a, b) {
                    return false;
                }
                alike += 1;
            }
        }
        alike <= 1
    }

    fn glance(&self, a: Sketch, b: Sketch, _: f64) -> Option<bool> {
        (a.len()? != b.len()?).then_some(false)
    }
}

impl Test for LostCharacters {
    fn id(&self) -> &'static str {
        "lost-characters"
    }

    fn about(&self) -> Text {
        text!("缺字、乱码或以拼音代替的字视为任意字", "characters that were lost or put into pinyin may be any")
    }

    fn holds(&self, a: &str, b: &str, _: f64) -> bool {
        if !is_damaged(a) && !is_damaged(b) {
            return false;
        }
        let (a, b) = (units(a), units(b));
        let mut read = 0;
        a.len() == b.len()
            && a.iter().zip(&b).all(|pair| match pair {
                (Unit::Lost, _) | (_, Unit::Lost) => true,
                (Unit::Char(a), Unit::Char(b)) => {
                    read += 1;
                    a == b
                }
                (Unit::Letters(letters), Unit::Char(c)) | (Unit::Char(c), Unit::Letters(letters)) => {
                    syllables(*c).any(|syllable| syllable == *letters)
                }
                (Unit::Letters(a), Unit::Letters(b)) => a == b,
            })
            && read > 0
    }

    fn glance(&self, a: Sketch, b: Sketch, _: f64) -> Option<bool> {
        (!a.is_damaged()? && !b.is_damaged()?).then_some(false)
    }
}

/// Whether some character of a name was lost or stands as letters.
pub(super) fn is_damaged(word: &str) -> bool {
    let plain = |byte: u8| byte != WILD as u8 && !byte.is_ascii_alphabetic();
    !word.bytes().all(plain) && word.chars().any(is_han)
}

/// A character, one that was lost, or a run of letters in the place of one.
enum Unit<'a> {
    Char(char),
    Lost,
    Letters(&'a str),
}

fn units(word: &str) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let end = if c.is_ascii_alphabetic() {
            rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        units.push(match c {
            WILD => Unit::Lost,
            c if c.is_ascii_alphabetic() => Unit::Letters(&rest[..end]),
            c => Unit::Char(c),
        });
        rest = &rest[end..];
    }
    units
}

impl Test for SoundNear {
    fn id(&self) -> &'static str {
        "sound-near"
    }

    fn about(&self) -> Text {
        text!("读音相近（多音字、平翘舌、前后鼻音、译名用字）", "sounds near each other: readings, zh/z, ng/n, transliterations")
    }

    fn holds(&self, a: &str, b: &str, _: f64) -> bool {
        let length = a.chars().count();
        if length < 2 || length != b.chars().count() {
            return false;
        }
        let (mut near, mut same) = (0, 0);
        for (a, b) in a.chars().zip(b.chars()) {
            match likeness(a, b) {
                Likeness::Same => same += 1,
                Likeness::Near => near += 1,
                Likeness::Not => return false,
            }
        }
        // 阿卜杜拉 and 阿布都拉 have one syllable that is only near.
        near == 0 || length >= 3 && near <= length / 3 && same > near
    }

    fn glance(&self, a: Sketch, b: Sketch, _: f64) -> Option<bool> {
        let length = a.len()?;
        (length < 2 || length != b.len()?).then_some(false)
    }
}

enum Likeness {
    Same,
    Near,
    Not,
}

fn likeness(a: char, b: char) -> Likeness {
    if a == b {
        return Likeness::Same;
    }
    let mut near = false;
    for one in syllables(a).map(folded) {
        for other in syllables(b).map(folded) {
            if one == other {
                return Likeness::Same;
            }
            near |= one.1 == other.1 || one.0 == other.0;
        }
    }
    if near { Likeness::Near } else { Likeness::Not }
}

/// The consonants and the rest of a syllable, zh and z, ng and n folded.
fn folded(syllable: &str) -> (&str, &str) {
    let vowels = syllable.trim_start_matches(is_consonant);
    let consonants = &syllable[..syllable.len() - vowels.len()];
    let plain = match consonants {
        "zh" => "z",
        "ch" => "c",
        "sh" => "s",
        other => other,
    };
    (plain, if vowels.ends_with("ng") { &vowels[..vowels.len() - 1] } else { vowels })
}

fn is_consonant(c: char) -> bool {
    !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'v' | 'ü' | 'y' | 'w')
}

/// Characters of names that are taken for each other by eye, in groups.
const LOOK_ALIKE: &str = "己已巳 末未 晴睛清情 杨扬场 候侯 辛幸 玉王主 田由甲申 大太犬 日曰目 土士 千干于 萍苹 佳桂住 博搏 锦绵 莹萤荧 宇字 浩洁诰 俊骏峻竣 梅海 鸣鸟乌 思恩 雪雷 晨震 \
    铭洺 琪淇祺棋 怡恰 茜西 睿容 轩秆 涵函 泽译 瑶遥摇 帆帕 颖颍 妍研 霖霜 熙照 凯岂 旭旮 淑椒 芝之艺 雨两丽 文丈 天夫 若苦 明朋 林材 木本术 子孑 小少 人入八 力刀 \
    刚钢 伟讳 军车 华毕 国囯圆 平半 东车 成戍戌 龙尤 元无 云去 兰三 贵责 荣苹 英莫 芳劳 红江 娟捐 婷停 静净 芬苏 艳绝 燕蒸 琴琵 珍诊 玲铃 琳林 莉利 倩情 欣炊 \
    悦说 雅雄 洋样详 涛祷 波坡 洪供 清请 源原 永水 冰水 江汪 河何 汉汊 沈沉 泉帛 峰锋烽蜂 岭怜 山出 岩岸 峻俊 昊吴 昌冒 昆皆 星里 春舂 晓烧 景影 智哲 曼慢 \
    栋拣 柏拍 桐铜 梓锌 森淼 楠南 榕格 武式 毅殷 民氏 洲州 瑞端 瑾谨 璐露 瑜喻 理埋 琦椅 瑛英 环坏 珊删 珠株 珂坷 宏宠 宁于 安女 宗宋 宝室 家蒙 容客 寒塞 \
    志忘 忠患 恒桓 惠慧 心必 庆厌 康庸 彬杉 彤丹 彦产 彩采 德得 徐除 微徽 佑佐 伦沧 佩偑 侨桥 信倍 健建 傲敖 兴光 先失 全金 冬各 凡几 凤风 利刊 勇男 勤勒 \
    卓草 卫工 卿即 友反 吉古 向问 启后 君群 哲誓 嘉喜 坤神 垒全 城诚 堂常 增憎 声卢 夏复 奇寄 奕弈 如知 妮呢 姗册 娜那 嫣焉 学字 孝考 孟盂 官宫 富副 尔你 尧晓";

static LIKENESSES: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    for group in LOOK_ALIKE.split_whitespace() {
        for a in group.chars() {
            pairs.extend(group.chars().filter(|b| *b != a).map(|b| (a, b)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
});

/// For each character of the first plane, whether it has a variant or looks like another: what is in neither list needs no search.
static MISTAKABLE: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0_u64; 1 << 10];
    for c in LIKENESSES.iter().map(|(a, _)| *a).chain(variant_characters()) {
        if let Some(word) = bits.get_mut(c as usize / 64) {
            *word |= 1 << (c as usize % 64);
        }
    }
    bits
});

fn is_mistakable(c: char) -> bool {
    MISTAKABLE.get(c as usize / 64).is_none_or(|word| word >> (c as usize % 64) & 1 != 0)
}

fn look_alike(a: char, b: char) -> bool {
    LIKENESSES.binary_search(&(a, b)).is_ok()
}
