use facts::{Text, text};

use super::{Kind, folded, is_blank};

/// A village, town or county by its name alone: the ways to say "village committee" become one.
#[derive(Debug)]
pub(super) struct Place;

/// A villagers' group by its number, however that is written.
#[derive(Debug)]
pub(super) struct Group;

/// A whole address; `county(..)`, `town(..)`, `village(..)` and `group(..)` take its parts.
#[derive(Debug)]
pub(super) struct Address;

impl Kind for Place {
    fn id(&self) -> &'static str {
        "place"
    }

    fn about(&self) -> Text {
        text!("地名：村委会、村民委员会等写法统一", "a place by name: the ways to write a village committee become one")
    }

    fn clean(&self, words: &str, out: &mut String) {
        let place = squeezed(words);
        if !is_blank(&place) {
            out.push_str(&of_committee(&place));
        }
    }
}

impl Kind for Group {
    fn id(&self) -> &'static str {
        "group"
    }

    fn about(&self) -> Text {
        text!("村民小组：取其序号", "a villagers' group: its number")
    }

    fn clean(&self, words: &str, out: &mut String) {
        let group = squeezed(words);
        if is_blank(&group) {
            return;
        }
        match ordinal(&group) {
            Some(number) => out.push_str(&number.to_string()),
            None => out.push_str(&group),
        }
    }
}

impl Kind for Address {
    fn id(&self) -> &'static str {
        "address"
    }

    fn about(&self) -> Text {
        text!("详细地址：可取其县、乡镇、村、组", "an address: county, town, village and group can be taken from it")
    }

    fn clean(&self, words: &str, out: &mut String) {
        let address = squeezed(words);
        if !is_blank(&address) {
            out.push_str(&address);
        }
    }
}

fn squeezed(words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    folded(words, &mut plain);
    plain.retain(|c| !c.is_whitespace());
    plain
}

/// 白水村委会, 白水村民委员会 → 白水村; 沙坡社区居委会 → 沙坡社区.
fn of_committee(place: &str) -> String {
    for (ending, plain) in [
        ("村民委员会", "村"),
        ("村委会", "村"),
        ("社区居民委员会", "社区"),
        ("社区居委会", "社区"),
        ("居民委员会", "社区"),
        ("居委会", "社区"),
    ] {
        if let Some(name) = place.strip_suffix(ending).filter(|name| !name.is_empty()) {
            return format!("{name}{plain}");
        }
    }
    place.to_string()
}

/// The number in 第十二村民小组, 3组, 三社.
fn ordinal(group: &str) -> Option<u32> {
    let core = group.trim_start_matches('第').trim_end_matches(['组', '社', '队']);
    let core = core.trim_end_matches("村民小").trim_end_matches("小").trim_end_matches("生产").trim_end_matches("村民");
    if core.is_empty() {
        return None;
    }
    if core.bytes().all(|b| b.is_ascii_digit()) {
        return core.parse().ok();
    }
    let (mut number, mut digit) = (0, 0);
    for c in core.chars() {
        match c {
            '十' => {
                number += 10 * digit.max(1);
                digit = 0;
            }
            c => digit = "零一二三四五六七八九".chars().position(|numeral| numeral == c)? as u32,
        }
    }
    Some(number + digit)
}

/// County, town, village and group of an address, "" where it does not say.
pub(crate) fn parts(address: &str) -> [String; 4] {
    let mut rest = address;
    for ending in ["省", "自治区", "自治州"] {
        if let Some((_, after)) = rest.split_once(ending) {
            rest = after;
        }
    }
    let mut take = |endings: &[&str], chars_max: usize| {
        let found = endings.iter().filter_map(|ending| Some((rest.find(ending)?, *ending))).min_by_key(|(at, _)| *at);
        let Some((at, ending)) = found.filter(|(at, _)| *at > 0 && rest[..*at].chars().count() <= chars_max) else {
            return String::new();
        };
        let part = &rest[..at + ending.len()];
        rest = &rest[at + ending.len()..];
        part.to_string()
    };
    let county = take(&["县", "区", "市", "旗"], 6);
    let town = take(&["街道", "镇", "乡"], 8);
    let village = take(&["村民委员会", "村委会", "居民委员会", "居委会", "社区", "村"], 10);
    let group = take(&["村民小组", "组", "社", "队"], 8);
    let number = ordinal(&group).map_or(group, |number| number.to_string());
    [county, town, of_committee(&village), number]
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn addresses_come_apart() {
        let check = |address: &str, wanted: [&str; 4]| assert_eq!(parts(address), wanted.map(String::from), "{address}");
        check("云南省青水县白坪镇红岩村委会第三村民小组", ["青水县", "白坪镇", "红岩村", "3"]);
        check("白坪镇红岩村3组", ["", "白坪镇", "红岩村", "3"]);
        check("红河哈尼族彝族自治州个旧市沙甸街道金川社区", ["个旧市", "沙甸街道", "金川社区", ""]);
        check("somewhere else", ["", "", "", ""]);
    }
}
