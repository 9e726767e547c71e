use std::collections::{BTreeMap, BTreeSet};

use facts::{Date, SchoolYear, Text, text};
use serde::Serialize;

use super::presence::Known;
use super::{AllTogether, LedgerChild, LedgerRules, Registers};

/// Aid that does not follow from the lists.
#[derive(Debug, Clone, Serialize)]
pub struct AidGap {
    pub kind: AidGapKind,
    /// The child under its pseudonym.
    pub key: String,
    pub school: String,
    pub item: Text,
    /// In yuan, for the term.
    pub amount: f64,
    /// Its place among the children of the ledgers.
    #[serde(skip)]
    pub child: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AidGapKind {
    /// 漏: entitled and not paid.
    Forgotten,
    /// 重: the same item twice in a term.
    Twice,
    /// 错: paid, and on no list.
    NotListed,
}

impl AidGapKind {
    pub fn title(self) -> Text {
        match self {
            AidGapKind::Forgotten => text!("漏：应享受未享受", "forgotten: entitled and not paid"),
            AidGapKind::Twice => text!("重：同一学期发了两次", "twice in one term"),
            AidGapKind::NotListed => text!("错：不在名单上而发了", "paid, and on no list"),
        }
    }
}

/// Compares what the lists entitle to with what was paid, in the latest term of which there is a list of aid.
pub(crate) fn gaps(
    registers: &Registers,
    all: &AllTogether,
    rules: &LedgerRules,
    children: &[LedgerChild],
    year: SchoolYear,
) -> Vec<AidGap> {
    let grants = &registers.grants;
    let terms: BTreeSet<String> = (0..grants.records.len()).map(|at| grants.word(at, "term")).collect();
    // Spring comes after autumn within a school year.
    let Some(term) = ["spring", "autumn"].into_iter().find(|term| terms.contains(*term)) else { return Vec::new() };
    let known = Known::new(registers);
    let mut paid: BTreeMap<usize, BTreeMap<String, (u32, f64)>> = BTreeMap::new();
    for at in (0..grants.records.len()).filter(|at| grants.word(*at, "term") == term) {
        let (school, record) = (grants.word(at, "school"), &grants.records[at]);
        let Some(pupil) = known.pupil(&grants.word(at, "student_no"), &record.id_no, &[&school, "", &record.name]) else {
            continue;
        };
        let amount = match grants.records[at].row.values.get(grants.table.position("amount").unwrap_or(0)) {
            Some(facts::Value::Real(amount)) => *amount,
            Some(facts::Value::Integer(amount)) => *amount as f64,
            _ => 0.0,
        };
        let sum = paid.entry(pupil).or_default().entry(grants.word(at, "item")).or_default();
        *sum = (sum.0 + 1, sum.1 + amount);
    }
    let on = term_begins(year, term);
    let mut gaps = Vec::new();
    for (place, child) in children.iter().enumerate() {
        let Some(pupil) = all.children.get(child.at).and_then(|together| together.roll) else { continue };
        let of_pupil = paid.get(&pupil);
        let mut push = |kind: AidGapKind, item: Text, amount: f64| {
            let (key, school) = (child.key.clone(), child.school.clone());
            gaps.push(AidGap { kind, key, school, item, amount, child: place });
        };
        let due = entitled(registers, rules, pupil, &child.kinds, on);
        for (item, title, amount) in &due {
            match of_pupil.and_then(|items| items.get(item)) {
                None => push(AidGapKind::Forgotten, title.clone(), *amount),
                Some((1, _)) => {}
                Some((_, sum)) => push(AidGapKind::Twice, title.clone(), sum - amount),
            }
        }
        for (item, (_, sum)) in of_pupil.into_iter().flatten().filter(|_| child.kinds.is_empty()) {
            if let Some(rule) = rules.entitlements.iter().find(|rule| rule.item == *item) {
                push(AidGapKind::NotListed, rule.title(), *sum);
            }
        }
    }
    gaps.sort_by(|a, b| (a.kind, &a.school, &a.key).cmp(&(b.kind, &b.school, &b.key)));
    gaps
}

/// What a pupil on the lists is entitled to on a day: item, its name, yuan for the term.
pub(crate) fn entitled(
    registers: &Registers,
    rules: &LedgerRules,
    pupil: usize,
    kinds: &[String],
    on: Date,
) -> Vec<(String, Text, f64)> {
    let boards = registers.roll.word(pupil, "boarding") == "1";
    let stage = registers.roll.word(pupil, "stage");
    let mut due: BTreeMap<&str, (Date, Text, f64)> = BTreeMap::new();
    for rule in &rules.entitlements {
        let from = facts::parse_date(&rule.from.to_string()).unwrap_or(Date::MIN);
        let fits = rule.boarding == boards && from <= on && kinds.iter().any(|kind| rule.kinds.contains(kind));
        let amount = match stage.as_str() {
            "primary" => rule.primary,
            "junior" => rule.junior,
            _ => continue,
        };
        // Of several versions the one in force since latest.
        if fits && due.get(rule.item.as_str()).is_none_or(|(known, _, _)| *known <= from) {
            due.insert(&rule.item, (from, rule.title(), amount));
        }
    }
    due.into_iter().map(|(item, (_, title, amount))| (item.to_string(), title, amount)).collect()
}

pub(crate) fn term_begins(year: SchoolYear, term: &str) -> Date {
    if term == "spring" { Date::new(year.start() + 1, 3, 1).unwrap_or(Date::MIN) } else { year.statistics_date() }
}
