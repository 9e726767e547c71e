use std::collections::BTreeMap;

use facts::{CitizenId, Text, text};
use snapshot::SchoolRow;

use super::registers::{Record, Register};
use super::signs::school_name;
use super::{AllTogether, LedgerChild, LedgerRules, Registers, Towns};

/// What the owner of a register should mend in one of its rows, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// `roll`, `population`, `hukou` or `supported`.
    pub register: &'static str,
    pub owner: Text,
    /// The township, or the school with its code.
    pub unit: String,
    /// The owner's own file and row.
    pub file: String,
    pub row: u32,
    /// The child under its pseudonym.
    pub key: String,
    pub name: String,
    pub what: DifferenceKind,
    pub own: String,
    pub other: String,
    /// How masking treats the two words.
    pub(crate) kind: &'static str,
    pub because: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    IdMissing,
    IdWrong,
    /// Two valid numbers that differ.
    IdDiffers,
    Name,
    Birth,
    Twice,
    NotInRegister,
    OldCode,
    StateDiffers,
}

impl DifferenceKind {
    pub fn title(self) -> Text {
        match self {
            DifferenceKind::IdMissing => text!("缺证件号", "id missing"),
            DifferenceKind::IdWrong => text!("证件号有误", "id wrong"),
            DifferenceKind::IdDiffers => text!("证件号两边不同", "ids differ"),
            DifferenceKind::Name => text!("姓名不同", "name differs"),
            DifferenceKind::Birth => text!("出生日期不同", "birth date differs"),
            DifferenceKind::Twice => text!("重复登记", "registered twice"),
            DifferenceKind::NotInRegister => text!("登记册中没有", "not in the register"),
            DifferenceKind::OldCode => text!("区划代码已停用", "division code no longer in force"),
            DifferenceKind::StateDiffers => text!("状态与去向不符", "state and whereabouts differ"),
        }
    }
}

/// Looks through every child that stands in several registers, and says for each register what is odd in it.
pub(crate) fn differences<'r>(
    registers: &'r Registers,
    all: &AllTogether,
    rules: &LedgerRules,
    children: &[LedgerChild],
    schools: &[SchoolRow],
    towns: &Towns,
) -> Vec<Difference> {
    let mut found = Finder { registers, rules, schools, found: Vec::new() };
    for child in children {
        let Some(together) = all.children.get(child.at) else { continue };
        let mut sides: Vec<Side<'_>> = Vec::new();
        let mut add = |register: &'static str, of: &'r Register, rows: &[usize]| {
            sides.extend(rows.iter().filter_map(|row| Some(Side { register, row: *row, record: of.records.get(*row)? })));
        };
        add("roll", &registers.roll, together.roll.as_slice());
        add("population", &registers.population, &together.population);
        add("hukou", &registers.hukou, &together.hukou);
        add("supported", &registers.supported, &together.supported);
        found.ids(child, &sides);
        found.names(child, &sides);
        found.births(child, &sides);
        found.doubles(child, &sides);
        found.codes(child, &sides, towns);
        found.absences(child, together.roll, &sides);
    }
    let mut found = found.found;
    found.sort_by(|a, b| (a.register, &a.unit, &a.file, a.row, a.what).cmp(&(b.register, &b.unit, &b.file, b.row, b.what)));
    found
}

/// A child's row in a register.
struct Side<'r> {
    register: &'static str,
    row: usize,
    record: &'r Record,
}

struct Finder<'a> {
    registers: &'a Registers,
    rules: &'a LedgerRules,
    schools: &'a [SchoolRow],
    found: Vec<Difference>,
}

impl Finder<'_> {
    fn push(
        &mut self,
        child: &LedgerChild,
        side: &Side<'_>,
        what: DifferenceKind,
        words: (&str, &str, &'static str),
        because: Text,
    ) {
        let at = &side.record.row.at;
        let unit = match side.register {
            "roll" => format!("{} {}", child.school, school_name(self.schools, &child.school)),
            _ => self.word(side, "township"),
        };
        self.found.push(Difference {
            register: side.register,
            owner: self.rules.owner(side.register),
            unit,
            file: at.file_name.clone(),
            row: at.row,
            key: child.key.clone(),
            name: side.record.name.clone(),
            what,
            own: words.0.to_string(),
            other: words.1.to_string(),
            kind: words.2,
            because,
        });
    }

    fn word(&self, side: &Side<'_>, column: &str) -> String {
        let register = match side.register {
            "roll" => &self.registers.roll,
            "population" => &self.registers.population,
            "hukou" => &self.registers.hukou,
            _ => &self.registers.supported,
        };
        register.word(side.row, column)
    }

    /// A number that two registers agree upon, or that alone is valid, stands against one that differs.
    fn ids(&mut self, child: &LedgerChild, sides: &[Side<'_>]) {
        let mut votes: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for side in sides {
            if let Ok(id) = CitizenId::parse(&side.record.id_no) {
                let registers = votes.entry(id.as_str().to_string()).or_default();
                if !registers.contains(&side.register) {
                    registers.push(side.register);
                }
            }
        }
        let most = votes.values().map(Vec::len).max().unwrap_or(0);
        let mut best = votes.iter().filter(|(_, registers)| registers.len() == most);
        let (first, tied) = (best.next(), best.next().is_some());
        let Some((id, registers)) = first else { return };
        for side in sides {
            let own = side.record.id_no.as_str();
            let valid = CitizenId::parse(own).ok();
            let because = self.said_by(registers);
            match valid {
                _ if own.is_empty() => self.push(child, side, DifferenceKind::IdMissing, ("", id, "citizen-id"), because),
                None => self.push(child, side, DifferenceKind::IdWrong, (own, id, "citizen-id"), because),
                Some(valid) if valid.as_str() != id && !tied => {
                    self.push(child, side, DifferenceKind::IdDiffers, (own, id, "citizen-id"), because);
                }
                // One valid number against another: both owners look at the papers.
                Some(valid) if tied => {
                    let other = votes.keys().find(|other| other.as_str() != valid.as_str()).cloned().unwrap_or_default();
                    let because = text!("两个号码都有效，请核对证件", "both numbers are valid: look at the papers");
                    self.push(child, side, DifferenceKind::IdDiffers, (own, &other, "citizen-id"), because);
                }
                Some(_) => {}
            }
        }
    }

    fn said_by(&self, registers: &[&'static str]) -> Text {
        let title = |register: &&'static str| match *register {
            "roll" => text!("学籍", "the roll"),
            "population" => text!("人口登记", "the population register"),
            "hukou" => text!("户籍", "the household register"),
            _ => text!("帮扶名单", "the list of supported families"),
        };
        let titles: Vec<Text> = registers.iter().map(title).collect();
        let zh = titles.iter().map(|text| text.zh.as_str()).collect::<Vec<_>>().join("、");
        let en = titles.iter().map(|text| text.en.as_str()).collect::<Vec<_>>().join(", ");
        text!("{zh}是这样写的", "so it stands in {en}")
    }

    /// What most registers call the child; where each calls it otherwise, those with papers are right.
    fn names(&mut self, child: &LedgerChild, sides: &[Side<'_>]) {
        self.odd(child, sides, DifferenceKind::Name, "name", |side| {
            // The dot of a name is written in many ways, and a former name is a name.
            side.record.name.replace(['·', '•', '．', '.', '・'], "·")
        });
    }

    fn births(&mut self, child: &LedgerChild, sides: &[Side<'_>]) {
        self.odd(child, sides, DifferenceKind::Birth, "date", |side| side.record.birth.clone());
    }

    fn odd(
        &mut self,
        child: &LedgerChild,
        sides: &[Side<'_>],
        what: DifferenceKind,
        kind: &'static str,
        of: impl Fn(&Side<'_>) -> String,
    ) {
        let mut votes: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for side in sides {
            let registers = votes.entry(of(side)).or_default();
            if !registers.contains(&side.register) {
                registers.push(side.register);
            }
        }
        votes.remove("");
        if votes.len() < 2 {
            return;
        }
        let weight = |registers: &Vec<&'static str>| {
            // The police see the papers.
            (registers.len(), usize::from(registers.contains(&"hukou")), usize::from(registers.contains(&"roll")))
        };
        let Some((right, registers)) = votes.iter().max_by_key(|(_, registers)| weight(registers)) else { return };
        for side in sides {
            let own = of(side);
            if !own.is_empty() && own != *right && side.record.former != *right {
                let because = self.said_by(registers);
                self.push(child, side, what, (&own, right, kind), because);
            }
        }
    }

    fn doubles(&mut self, child: &LedgerChild, sides: &[Side<'_>]) {
        for register in ["population", "hukou"] {
            let rows: Vec<&Side<'_>> = sides.iter().filter(|side| side.register == register).collect();
            let Some((first, others)) = rows.split_first() else { continue };
            let place = &first.record.row.at;
            let (file, line) = (place.file_name.clone(), place.row);
            for side in others {
                let because = text!("与 {file} 第 {line} 行是同一个孩子", "the same child as {file} row {line}");
                self.push(child, side, DifferenceKind::Twice, ("", "", "text"), because);
            }
        }
    }

    fn codes(&mut self, child: &LedgerChild, sides: &[Side<'_>], towns: &Towns) {
        for side in sides.iter().filter(|side| side.register != "roll") {
            let code = self.word(side, "division");
            if towns.knows(&code) {
                continue;
            }
            let now = towns.code_of(&side.record.village).map(str::to_string).unwrap_or_default();
            let town = towns.town_of(&now).unwrap_or_default();
            let because = text!("现行区划：{town}", "the division in force: {town}");
            self.push(child, side, DifferenceKind::OldCode, (&code, &now, "plain"), because);
        }
    }

    /// On the roll, and in none of the registers of the people who live here; gone, and the household register does not know.
    fn absences(&mut self, child: &LedgerChild, roll: Option<usize>, sides: &[Side<'_>]) {
        let has = |register: &str| sides.iter().any(|side| side.register == register);
        if let Some(side) = sides.iter().find(|side| side.register == "roll" && roll.is_some())
            && !has("population")
            && !self.registers.population.records.is_empty()
        {
            let because = text!("在校，人口登记和户籍中都没有找到", "at school, and found in no register of the population");
            let because = if has("hukou") {
                text!(
                    "在校、有户籍，人口登记中没有找到",
                    "at school and in the household register, not in the population register"
                )
            } else {
                because
            };
            self.push(child, side, DifferenceKind::NotInRegister, ("", "", "text"), because);
        }
        for side in sides.iter().filter(|side| side.register == "hukou") {
            let state = self.word(side, "state");
            let gone = sides.iter().filter(|other| other.register == "population").find_map(|other| {
                let whereabouts = self.word(other, "whereabouts");
                matches!(whereabouts.as_str(), "died" | "abroad" | "empty-hukou").then_some(whereabouts)
            });
            if let Some(whereabouts) = gone.filter(|_| state == "here") {
                let because = text!("人口登记写明的去向", "the whereabouts of the population register");
                self.push(child, side, DifferenceKind::StateDiffers, (&state, &whereabouts, "plain"), because);
            }
        }
    }
}
