use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Text, plain, text};

/// A unit as a product of base units: `m2/person`, `yuan`, `1`.
///
/// Written in packs and items with `*` and `/`; scaled units (万元) exist only in files and are brought to the base unit
/// once, at import, by [`Unit::read`].
///
/// ```
/// use facts::Unit;
/// let area: Unit = "m2".parse().unwrap();
/// let person: Unit = "person".parse().unwrap();
/// assert_eq!((area.clone() / person.clone()).to_string(), "m2/person");
/// assert_eq!((person.clone() / person), Unit::one());
/// assert_eq!(Unit::read("万元").unwrap(), ("yuan".parse().unwrap(), 10000.0));
/// assert_eq!(Unit::read("㎡").unwrap(), (area, 1.0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Unit(BTreeMap<Base, i8>);

macro_rules! bases {
    ($($variant:ident $id:literal $zh:literal $en:literal),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        enum Base { $($variant),* }
        const BASES: &[(Base, &str, &str, &str)] = &[$((Base::$variant, $id, $zh, $en)),*];
    };
}

// Alphabetical by id.
bases! {
    Book "book" "册" "books",
    Class "class" "个班" "classes",
    Device "device" "台" "devices",
    Hour "hour" "学时" "hours",
    Lesson "lesson" "节" "lessons",
    Metre2 "m2" "㎡" "m²",
    Person "person" "人" "persons",
    Point "point" "分" "points",
    Room "room" "间" "rooms",
    School "school" "所" "schools",
    Year "year" "年" "years",
    Yuan "yuan" "元" "yuan",
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFault {
    pub words: String,
}

impl Unit {
    /// A pure number.
    pub fn one() -> Unit {
        Unit::default()
    }

    /// Reads a unit as a file writes it, with the factor that brings its numbers to the base unit.
    pub fn read(words: &str) -> Option<(Unit, f64)> {
        let words = plain(words);
        let (base, factor) = match words.as_str() {
            "" | "个" | "%" | "％" | "百分比" | "是/否" | "级" | "1" => {
                return Some((Unit::one(), 1.0));
            }
            "人" | "名" | "位" | "person" | "persons" | "pupils" | "teachers" => (Base::Person, 1.0),
            "平方米" | "㎡" | "m2" | "m²" | "M2" | "平米" => (Base::Metre2, 1.0),
            "亩" => (Base::Metre2, 2000.0 / 3.0),
            "元" | "yuan" => (Base::Yuan, 1.0),
            "千元" => (Base::Yuan, 1000.0),
            "万元" => (Base::Yuan, 10_000.0),
            "亿元" => (Base::Yuan, 100_000_000.0),
            "册" | "本" | "book" | "books" => (Base::Book, 1.0),
            "万册" => (Base::Book, 10_000.0),
            "台" | "台套" | "套" | "device" | "devices" => (Base::Device, 1.0),
            "间" | "room" | "rooms" => (Base::Room, 1.0),
            "班" | "个班" | "class" | "classes" => (Base::Class, 1.0),
            "节" | "课时" | "lesson" | "lessons" => (Base::Lesson, 1.0),
            "学时" | "小时" | "hour" | "hours" => (Base::Hour, 1.0),
            "年" | "year" | "years" => (Base::Year, 1.0),
            "分" | "point" | "points" => (Base::Point, 1.0),
            "所" | "school" | "schools" => (Base::School, 1.0),
            "万人" => (Base::Person, 10_000.0),
            _ => return words.parse().ok().map(|unit| (unit, 1.0)),
        };
        Some((Unit(BTreeMap::from([(base, 1)])), factor))
    }

    /// The unit in words: 元/人, yuan per person.
    pub fn title(&self) -> Text {
        if self.0.is_empty() {
            return Text::new("", "");
        }
        let side = |sign: i8, of: fn(&(Base, &'static str, &'static str, &'static str)) -> &'static str| {
            let names: Vec<&str> =
                self.0.iter().filter(|(_, power)| **power * sign > 0).map(|(base, _)| of(entry(*base))).collect();
            names.join("·")
        };
        let (top_zh, low_zh) = (side(1, |b| b.2), side(-1, |b| b.2));
        let (top_en, low_en) = (side(1, |b| b.3), side(-1, |b| b.1));
        if low_zh.is_empty() { text!("{top_zh}", "{top_en}") } else { text!("{top_zh}/{low_zh}", "{top_en}/{low_en}") }
    }

    fn combine(mut self, other: Unit, sign: i8) -> Unit {
        for (base, power) in other.0 {
            let sum = self.0.get(&base).copied().unwrap_or(0) + sign * power;
            if sum == 0 {
                self.0.remove(&base)
            } else {
                self.0.insert(base, sum)
            };
        }
        self
    }
}

fn entry(base: Base) -> &'static (Base, &'static str, &'static str, &'static str) {
    &BASES[base as usize]
}

impl std::ops::Mul for Unit {
    type Output = Unit;
    fn mul(self, other: Unit) -> Unit {
        self.combine(other, 1)
    }
}

impl std::ops::Div for Unit {
    type Output = Unit;
    fn div(self, other: Unit) -> Unit {
        self.combine(other, -1)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |sign: i8| {
            let mut names = Vec::new();
            for (base, power) in &self.0 {
                for _ in 0..(power * sign).max(0) {
                    names.push(entry(*base).1);
                }
            }
            names.join("*")
        };
        let top = names(1);
        f.write_str(if top.is_empty() { "1" } else { &top })?;
        for (base, power) in &self.0 {
            for _ in 0..(-power).max(0) {
                write!(f, "/{}", entry(*base).1)?;
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for Unit {
    type Err = UnitFault;
    fn from_str(words: &str) -> Result<Unit, UnitFault> {
        let fault = || UnitFault { words: words.to_string() };
        let mut unit = Unit::one();
        for (index, factor) in words.trim().split('/').enumerate() {
            for name in factor.split('*').map(str::trim) {
                if name == "1" {
                    continue;
                }
                let base = BASES.iter().find(|entry| entry.1 == name).ok_or_else(fault)?.0;
                unit = unit.combine(Unit(BTreeMap::from([(base, 1)])), if index == 0 { 1 } else { -1 });
            }
        }
        Ok(unit)
    }
}

impl TryFrom<String> for Unit {
    type Error = String;
    fn try_from(words: String) -> Result<Unit, String> {
        words.parse().map_err(|fault: UnitFault| format!("unknown unit `{}`", fault.words))
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> String {
        unit.to_string()
    }
}
