//! The three ledgers of the check for children out of school (四查三比对): population register and 户籍 against the roll, the roll
//! against who was there, and both against the lists of families in need.

mod aid;
mod arrive;
mod cases;
mod decisions;
mod differences;
mod keys;
mod lists;
mod pairs;
mod presence;
mod registers;
mod rules;
mod signs;
mod together;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use facts::{Date, Finding, SchoolYear, Severity, Text, text};
use jiff::Timestamp;
use linkage::Decision;
use serde::Serialize;
use snapshot::{Home, Look, Manifest, SchoolRow};

pub use aid::{AidGap, AidGapKind};
pub use arrive::{ArrivalAsked, Arrived, ArrivedRow, Due, arrive};
pub use cases::{case_lines, open_ledger_cases};
pub use decisions::{Decided, DecisionAsked, all_decisions, decide, undo_decision};
pub use differences::{Difference, DifferenceKind};
pub use keys::{ListKey, list_key, make_list_key};
pub use lists::{KeptList, KeptRows, keep_list, kept_list, kept_lists, write_kept_list};
pub use pairs::{PairField, PairQueue, PairReason, PairShown, PairSide, pairs_to_decide};
pub use rules::{Book, Category, LedgerRules};
pub use write::{LedgerPaper, write_differences, write_ledger};

pub(crate) use registers::{Record, Registers, Towns};
pub(crate) use together::{AllTogether, Which};

use crate::Failure;
use crate::choose::{day, one_snapshot};

/// Which ledgers are meant.
#[derive(Debug, Clone)]
pub struct LedgersAsked<'a> {
    pub home: &'a Path,
    /// Further folders of packs.
    pub policies: &'a [PathBuf],
    pub snapshot: Option<&'a str>,
    /// A day of the school year that is meant.
    pub on: Option<Date>,
    /// Who looks at the children's data, for the record of looks.
    pub who: &'a str,
}

/// The three ledgers of a county in a school year, and what follows from them.
#[derive(Debug)]
pub struct Ledgers {
    pub manifest: Manifest,
    pub year: SchoolYear,
    /// The month of the latest attendance.
    pub month: Option<String>,
    pub rules: LedgerRules,
    /// Every child of the registers, in order of category, township, village and key.
    pub children: Vec<LedgerChild>,
    /// What each register's owner should mend.
    pub differences: Vec<Difference>,
    /// Aid that was forgotten, paid twice or paid to somebody on no list.
    pub aid: Vec<AidGap>,
    pub findings: Vec<Finding>,
    pub(crate) registers: Registers,
    pub(crate) all: AllTogether,
    pub(crate) schools: Vec<SchoolRow>,
    pub(crate) towns: Towns,
}

/// A child of the ledgers.
#[derive(Debug, Clone, Default)]
pub struct LedgerChild {
    /// Under which the home speaks of it without naming it.
    pub key: String,
    pub name: String,
    pub sex: String,
    pub birth: String,
    pub id_no: String,
    pub town: String,
    pub village: String,
    /// The division code of its village, or of the county.
    pub division: String,
    pub guardian: String,
    pub phone: String,
    pub student_no: String,
    pub school: String,
    pub school_name: String,
    pub grade: String,
    pub class: String,
    /// Its place among the rules' categories; none where no category holds.
    pub category: Option<usize>,
    pub groups: Vec<Text>,
    /// Kinds of household under which it is on a list of supported families.
    pub kinds: Vec<String>,
    /// In which registers it stands, and what they say.
    pub basis: Vec<Text>,
    /// Its place among the children put together.
    pub(crate) at: usize,
}

/// How many children there are of a category.
#[derive(Debug, Clone, Serialize)]
pub struct CategoryCount {
    pub id: String,
    pub title: Text,
    pub book: &'static str,
    pub children: usize,
}

/// Makes the three ledgers from the latest snapshot, or the one named, keeping to what persons decided.
pub fn open_ledgers(asked: &LedgersAsked<'_>) -> Result<Ledgers, Failure> {
    ledgers_with(asked, &decisions::decisions(asked.home)?)
}

pub(crate) fn ledgers_with(asked: &LedgersAsked<'_>, decisions: &[Decision]) -> Result<Ledgers, Failure> {
    let snapshot = one_snapshot(asked.home, asked.snapshot)?;
    let manifest = snapshot.manifest().clone();
    let (year, _) = day(&manifest, asked.on)?;
    let rules = rules::rules(asked.home, asked.policies, &manifest.county)?;
    let on = year.last_day();
    let (schools, divisions) = (snapshot.schools(on)?, snapshot.divisions(on)?);
    let towns = Towns::new(&divisions);
    let pseudonyms = Home::open(asked.home)?.pseudonyms()?;
    let look = Look {
        who: asked.who,
        purpose: "三本台账：登记册互相比对 / registers of children held against each other",
        when: Timestamp::now(),
    };
    let registers = registers::registers(&snapshot, year, &divisions, &pseudonyms, &look)?;
    if registers.roll.records.is_empty() || registers.population.records.is_empty() && registers.hukou.records.is_empty() {
        return Err(nothing_to_compare(&registers));
    }
    let all = together::together(&registers, &rules.link, decisions)?;
    let presence = presence::presence(&registers);
    let mut findings = all.findings.clone();
    findings.extend(remarks(&registers, &rules));
    let mut children: Vec<LedgerChild> = (all.children.iter().enumerate())
        .map(|(at, together)| signs::child(at, together, &registers, &rules, &presence, &schools, &towns, year))
        .collect();
    children.sort_by(|a, b| {
        let order = |child: &LedgerChild| child.category.unwrap_or(usize::MAX);
        (order(a), &a.town, &a.village, &a.key).cmp(&(order(b), &b.town, &b.village, &b.key))
    });
    let differences = differences::differences(&registers, &all, &rules, &children, &schools, &towns);
    let aid = aid::gaps(&registers, &all, &rules, &children, year);
    Ok(Ledgers {
        month: presence.month,
        manifest,
        year,
        rules,
        children,
        differences,
        aid,
        findings,
        registers,
        all,
        schools,
        towns,
    })
}

/// What limits the ledgers: registers that were not handed in, rules that nobody confirmed.
fn remarks(registers: &Registers, rules: &LedgerRules) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut note = |code: &str, what: Text, hint: Text| {
        findings.push(Finding::new(Severity::Note, code, facts::Place::Everywhere, what, hint));
    };
    for (register, title, form) in [
        (&registers.population, text!("人口登记册", "population register"), "population-register"),
        (&registers.hukou, text!("户籍名册", "household register"), "hukou-list"),
        (&registers.presence, text!("出勤月报", "attendance"), "attendance"),
        (&registers.supported, text!("帮扶名单", "list of supported families"), "support-list"),
        (&registers.grants, text!("资助名单", "list of aid"), "aid-list"),
    ] {
        if register.records.is_empty() {
            let Text { zh, en } = title;
            note(
                "ledger-register-missing",
                text!("没有导入{zh}，这一项没有比", "no {en} was imported: it is not part of the comparison"),
                text!("导入它（表式 {form}）", "import it (form {form})"),
            );
        }
    }
    if !rules.absence.confirmed {
        let (days, source) = (rules.absence.days, &rules.absence.source);
        note(
            "ledger-absence-unconfirmed",
            text!("连续缺课 {days} 天算疑似：{source}", "{days} days of absence count as suspected: {source}"),
            text!(
                "由县确认后写进 policies/…/ledgers/ledgers.toml",
                "let the county confirm it in policies/…/ledgers/ledgers.toml"
            ),
        );
    }
    findings
}

fn nothing_to_compare(registers: &Registers) -> Failure {
    let what = if registers.roll.records.is_empty() {
        text!("快照里没有这个学年的学籍名册", "the snapshot has no pupil roll of this school year")
    } else {
        text!("快照里没有人口登记册，也没有户籍名册", "the snapshot has neither a population register nor a household register")
    };
    Failure::wrong_use(
        what,
        text!(
            "导入它们：表式 pupil-roll、population-register、hukou-list",
            "import them: forms pupil-roll, population-register, hukou-list"
        ),
    )
}

impl Ledgers {
    pub fn category(&self, child: &LedgerChild) -> Option<&Category> {
        child.category.and_then(|at| self.rules.categories.get(at))
    }

    /// The children of a ledger. That of all children (适龄儿童) has everybody of school age.
    pub fn of_book(&self, book: Book) -> impl Iterator<Item = &LedgerChild> {
        self.children.iter().filter(move |child| {
            let own = self.category(child).map(|category| category.book);
            match book {
                Book::Children => matches!(own, Some(Book::Children | Book::Suspected | Book::Dropout)),
                other => own == Some(other),
            }
        })
    }

    /// How many children of each category, in the order of the rules.
    pub fn counts(&self) -> Vec<CategoryCount> {
        let mut many: BTreeMap<usize, usize> = BTreeMap::new();
        for at in self.children.iter().filter_map(|child| child.category) {
            *many.entry(at).or_default() += 1;
        }
        let categories = self.rules.categories.iter().enumerate();
        categories
            .map(|(at, category)| CategoryCount {
                id: category.id.clone(),
                title: category.title(),
                book: category.book.id(),
                children: many.get(&at).copied().unwrap_or(0),
            })
            .collect()
    }

    /// Where the rows of a child stand: register, file and row.
    pub fn rows(&self, child: &LedgerChild) -> Vec<(&'static str, String, u32)> {
        let Some(together) = self.all.children.get(child.at) else { return Vec::new() };
        let place = |register: &'static str, records: &[Record], at: usize| {
            records.get(at).map(|record| (register, record.row.at.file_name.clone(), record.row.at.row))
        };
        let registers = &self.registers;
        let mut rows: Vec<_> = together.roll.and_then(|at| place("roll", &registers.roll.records, at)).into_iter().collect();
        rows.extend(together.population.iter().filter_map(|at| place("population", &registers.population.records, *at)));
        rows.extend(together.hukou.iter().filter_map(|at| place("hukou", &registers.hukou.records, *at)));
        rows.extend(together.supported.iter().filter_map(|at| place("supported", &registers.supported.records, *at)));
        rows
    }

    pub fn lines(&self) -> Vec<Text> {
        let (county, year) = (&self.manifest.county_name, self.year);
        let count = |book| self.of_book(book).count();
        let (children, suspected, dropouts) = (count(Book::Children), count(Book::Suspected), count(Book::Dropout));
        let month = self.month.as_deref().unwrap_or("—");
        let (days, differences, aid) = (self.rules.absence.days, self.differences.len(), self.aid.len());
        let mut lines = vec![
            text!(
                "{county} {year} 学年：适龄儿童 {children}，疑似辍学 {suspected}，辍学 {dropouts}",
                "{county}, school year {year}: {children} children of school age, {suspected} suspected, {dropouts} dropped out"
            ),
            text!(
                "出勤到 {month}；连续缺课 {days} 天算疑似",
                "attendance up to {month}; {days} days of absence in a row count as suspected"
            ),
        ];
        for CategoryCount { title: Text { zh, en }, children, .. } in self.counts().into_iter().filter(|count| count.children > 0)
        {
            lines.push(text!("  {children:>6}  {zh}", "  {children:>6}  {en}"));
        }
        lines.push(text!(
            "各登记册要改正的 {differences} 处；资助漏发、重发、错发 {aid} 人次",
            "{differences} entries for the registers' owners to mend; aid forgotten, doubled or misplaced {aid} times"
        ));
        lines
    }
}

impl Book {
    pub fn id(self) -> &'static str {
        match self {
            Book::Children => "children",
            Book::Suspected => "suspected",
            Book::Dropout => "dropout",
            Book::Other => "other",
        }
    }

    pub fn title(self) -> Text {
        match self {
            Book::Children => text!("适龄儿童台账", "Ledger of children of school age"),
            Book::Suspected => text!("疑似辍学台账", "Ledger of suspected dropouts"),
            Book::Dropout => text!("辍学台账", "Ledger of dropouts"),
            Book::Other => text!("其他", "Others"),
        }
    }
}

/// Covers what tells who somebody is, and leaves enough to find the row by.
pub(crate) fn masked(kind: &str, words: &str) -> String {
    crate::link_files::masked(kind, words)
}
