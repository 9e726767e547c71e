//! Pairs of records that a person should decide: side by side, with the reasons in words.

use std::collections::BTreeSet;
use std::path::Path;

use facts::{Text, text};
use jiff::Timestamp;
use serde::Serialize;
use snapshot::{Home, Look};

use super::decisions::{all_decisions, standing};
use super::registers::{Record, Register};
use super::together::Doubt;
use super::{Ledgers, Which};
use crate::Failure;

/// Two records that may be one child.
#[derive(Debug, Clone, Serialize)]
pub struct PairShown {
    pub left: PairSide,
    pub right: PairSide,
    /// That they are the same child, as the engine sees it.
    pub probability: f64,
    /// What speaks for and against it, the weightiest first.
    pub reasons: Vec<PairReason>,
    /// Whether it was decided before and is asked again, without the answer.
    pub again: bool,
}

/// A record of a pair.
#[derive(Debug, Clone, Serialize)]
pub struct PairSide {
    /// Under which a decision names it.
    pub key: String,
    pub register: &'static str,
    pub title: Text,
    pub file: String,
    pub row: u32,
    pub fields: Vec<PairField>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PairField {
    pub id: &'static str,
    pub title: Text,
    pub value: String,
    /// Whether the other record says the same; none where one says nothing.
    pub agrees: Option<bool>,
}

/// One comparison in words.
#[derive(Debug, Clone, Serialize)]
pub struct PairReason {
    pub comparison: String,
    pub words: Text,
    /// log2 of how much likelier this is for one child than for two.
    pub weight: f64,
}

/// The queue as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct PairQueue {
    /// Not yet decided.
    pub waiting: usize,
    pub decided: usize,
    /// Decided twice, once so and once otherwise.
    pub disputed: usize,
    pub pairs: Vec<PairShown>,
}

/// One in so many decided pairs is asked again.
const AGAIN_EVERY: u64 = 8;

/// The next pairs to be decided: open ones, likeliest first, then links that hold by little, with some that others decided mixed in. Every record shown is a look, and is logged.
pub fn pairs_to_decide(ledgers: &Ledgers, home: &Path, who: &str, many: usize, covered: bool) -> Result<PairQueue, Failure> {
    let lines = all_decisions(home)?;
    let standing = standing(&lines);
    let mut doubts: Vec<&Doubt> = ledgers.all.children.iter().flat_map(|child| &child.doubtful).collect();
    // First what is open, then the links that hold by least.
    doubts.sort_by(|a, b| b.probability.total_cmp(&a.probability).then((a.pupil, a.row).cmp(&(b.pupil, b.row))));
    let mut weak: Vec<&Doubt> = ledgers.all.weak.iter().collect();
    weak.sort_by(|a, b| a.probability.total_cmp(&b.probability).then((a.pupil, a.row).cmp(&(b.pupil, b.row))));
    doubts.extend(weak);
    let mut queue = PairQueue { waiting: 0, decided: 0, disputed: 0, pairs: Vec::new() };
    let (mut fresh, mut again): (Vec<&Doubt>, Vec<&Doubt>) = (Vec::new(), Vec::new());
    for doubt in doubts {
        let Some((left, right)) = records(ledgers, doubt) else { continue };
        match standing.get(&(left.key.clone(), right.key.clone())) {
            None => {
                queue.waiting += 1;
                fresh.push(doubt);
            }
            Some(said) => {
                let disputed = super::decisions::answer(said).is_none();
                queue.disputed += usize::from(disputed);
                queue.decided += 1;
                let by_me = said.iter().any(|line| line.who == who);
                // Which ones is left to chance, yet to the same chance each time: the key is a hash.
                let lot = u64::from_str_radix(right.key.get(..8).unwrap_or("0"), 16).unwrap_or(0) % AGAIN_EVERY == 0;
                if disputed && !by_me || lot && said.len() == 1 && !by_me {
                    again.push(doubt);
                }
            }
        }
    }
    let mut shown: Vec<(&Doubt, bool)> = Vec::new();
    let mut again = again.into_iter();
    for (at, doubt) in fresh.into_iter().enumerate() {
        if at % 10 == 9 {
            shown.extend(again.next().map(|doubt| (doubt, true)));
        }
        shown.push((doubt, false));
    }
    shown.extend(again.map(|doubt| (doubt, true)));
    shown.truncate(many);
    log(ledgers, home, who, shown.iter().map(|(doubt, _)| *doubt))?;
    queue.pairs = shown.into_iter().filter_map(|(doubt, again)| pair(ledgers, doubt, again, covered)).collect();
    Ok(queue)
}

impl Ledgers {
    /// Whether a pupil and a row of the other registers go by these keys.
    pub fn knows_pair(&self, left: &str, right: &str) -> bool {
        let has = |register: &Register, key: &str| register.records.iter().any(|record| record.key == key);
        has(&self.registers.roll, left) && (has(&self.registers.population, right) || has(&self.registers.hukou, right))
    }
}

fn records<'l>(ledgers: &'l Ledgers, doubt: &Doubt) -> Option<(&'l Record, &'l Record)> {
    let left = ledgers.registers.roll.records.get(doubt.pupil)?;
    Some((left, register(ledgers, doubt.register).records.get(doubt.row)?))
}

fn register(ledgers: &Ledgers, which: Which) -> &Register {
    match which {
        Which::Population => &ledgers.registers.population,
        Which::Hukou => &ledgers.registers.hukou,
    }
}

/// Writes down whose records are shown, table by table and file by file.
fn log<'d>(ledgers: &Ledgers, home: &Path, who: &str, doubts: impl Iterator<Item = &'d Doubt>) -> Result<(), Failure> {
    let mut rows: BTreeSet<(&'static str, &facts::FileHash, &str, u32)> = BTreeSet::new();
    for doubt in doubts {
        let Some((left, right)) = records(ledgers, doubt) else { continue };
        for (table, record) in [("students", left), ("residents", right)] {
            let at = &record.row.at;
            rows.insert((table, &at.file, &at.sheet, at.row));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let snapshot = Home::open(home)?.snapshot(ledgers.manifest.id.as_str())?;
    let look =
        Look {
            who, purpose: "三本台账：人工判定两条记录 / two records side by side, to be decided", when: Timestamp::now()
        };
    let mut rest = rows.into_iter().peekable();
    while let Some((name, file, sheet, row)) = rest.next() {
        let mut of_file = vec![row];
        while let Some((_, _, _, row)) = rest.next_if(|(n, f, s, _)| (*n, *f, *s) == (name, file, sheet)) {
            of_file.push(row);
        }
        if let Some(table) = facts::table(name) {
            snapshot.log_look(table, (file, sheet), of_file, &look)?;
        }
    }
    Ok(())
}

fn pair(ledgers: &Ledgers, doubt: &Doubt, again: bool, covered: bool) -> Option<PairShown> {
    let (left, right) = records(ledgers, doubt)?;
    let title = match doubt.register {
        Which::Population => text!("人口登记", "population register"),
        Which::Hukou => text!("户籍", "household register"),
    };
    let mut reasons: Vec<PairReason> = (doubt.steps.iter())
        .map(|step| PairReason { comparison: step.0.clone(), words: step.1.clone(), weight: step.2 })
        .collect();
    reasons.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    Some(PairShown {
        left: side(ledgers, "roll", text!("学籍", "pupil roll"), left, right, covered, Some(doubt.pupil)),
        right: side(ledgers, doubt.register.id(), title, right, left, covered, None),
        probability: doubt.probability,
        reasons,
        again,
    })
}

fn side(
    ledgers: &Ledgers,
    register: &'static str,
    title: Text,
    record: &Record,
    other: &Record,
    covered: bool,
    pupil: Option<usize>,
) -> PairSide {
    let field = |id: &'static str, title: Text, kind: &str, own: &str, other: &str| PairField {
        id,
        title,
        agrees: (!own.is_empty() && !other.is_empty()).then(|| own == other),
        value: if covered { super::masked(kind, own) } else { own.to_string() },
    };
    let school = pupil.map(|at| {
        let code = ledgers.registers.roll.word(at, "school");
        let (grade, class) = (ledgers.registers.roll.word(at, "grade"), ledgers.registers.roll.word(at, "class"));
        format!("{} {grade} {class}", super::signs::school_name(&ledgers.schools, &code))
    });
    let mut fields = vec![
        field("name", text!("姓名", "name"), "name", &record.name, &other.name),
        field("former", text!("曾用名", "former name"), "name", &record.former, &other.former),
        field("sex", text!("性别", "sex"), "plain", &record.sex, &other.sex),
        field("birth", text!("出生日期", "born"), "date", &record.birth, &other.birth),
        field("id", text!("身份证件号", "id number"), "citizen-id", &record.id_no, &other.id_no),
        field("guardian", text!("监护人", "guardian"), "name", &record.guardian, &other.guardian),
        field("phone", text!("电话", "telephone"), "phone", &record.phone, &other.phone),
        field("town", text!("乡镇", "township"), "plain", &record.town, &other.town),
        field("village", text!("村", "village"), "plain", &record.village, &other.village),
    ];
    fields.extend(school.map(|school| PairField { id: "school", title: text!("学校", "school"), value: school, agrees: None }));
    let at = &record.row.at;
    PairSide { key: record.key.clone(), register, title, file: at.file_name.clone(), row: at.row, fields }
}
