//! What is remembered from one file to the next, so that files that contradict each other come to light.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use facts::{Cell, Date, Finding, Place, SchoolCode, Stage, Table, Text, Value, significant, text};

use crate::forms::expr::Val;
use crate::forms::{Forms, TallySource};

/// A place in a file, small enough to be kept for every pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    pub file: u32,
    pub sheet: u32,
    pub row: u32,
    /// 0 where the whole row is meant.
    pub col: u32,
}

#[derive(Debug)]
pub(crate) struct Across<'f> {
    pub forms: &'f Forms,
    names: Vec<String>,
    /// What was met before, under a hash of what it is: the hash of what it said, and where.
    met: HashMap<u64, (u64, Spot), BuildHasherDefault<AsIs>>,
    told: HashSet<u64>,
    schools: Vec<String>,
    school_numbers: HashMap<String, u32>,
    /// The number of the school of the last row: rows come school by school.
    last_school: u32,
    /// The name since latest valid, and since when.
    school_names: BTreeMap<String, (Option<Date>, String)>,
    tallied: Vec<Tallied>,
    tallies: HashMap<TallyKey, Vec<Option<Sum>>>,
    /// Scratch space.
    added: Vec<Added>,
}

/// A table whose rows are added up, and where in them the key stands.
#[derive(Debug)]
struct Tallied {
    table: &'static Table,
    school: Option<usize>,
    year: Option<usize>,
    stage: Option<usize>,
    item: Option<usize>,
    tallies: Vec<usize>,
}

/// What a row adds to one of the tallies.
#[derive(Debug, Clone, Copy)]
struct Added {
    index: usize,
    whole_school: bool,
    value: f64,
    only_first: bool,
}

/// School, first year, stage.
type TallyKey = (u32, i32, u8);

#[derive(Debug, Clone, Copy)]
struct Sum {
    value: f64,
    spot: Spot,
    /// Whether a row of this import is in it.
    is_new: bool,
}

/// Figures of different forms that do not fit together.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossFinding {
    pub finding: Finding,
    /// Whether a row of this import takes part; else all of them were there before.
    pub is_new: bool,
}

/// What became of something said again.
#[derive(Debug, PartialEq)]
pub(crate) enum Met {
    First,
    /// It was said before, in the same way.
    Same(Spot),
    Other(Spot),
}

impl<'f> Across<'f> {
    pub(crate) fn new(forms: &'f Forms) -> Across<'f> {
        let mut tallied: Vec<Tallied> = Vec::new();
        for (index, tally) in forms.tallies.iter().enumerate() {
            let table = match &tally.source {
                TallySource::Figure(_) => facts::table("school_figures"),
                TallySource::Rows { table, .. } => Some(*table),
            };
            let Some(table) = table else { continue };
            match tallied.iter_mut().find(|tallied| tallied.table.name == table.name) {
                Some(known) => known.tallies.push(index),
                None => {
                    let [school, year, stage, item] = ["school", "year", "stage", "item"].map(|name| table.position(name));
                    tallied.push(Tallied { table, school, year, stage, item, tallies: vec![index] });
                }
            }
        }
        Across {
            forms,
            names: Vec::new(),
            met: HashMap::default(),
            told: HashSet::new(),
            schools: Vec::new(),
            school_numbers: HashMap::new(),
            last_school: 0,
            school_names: BTreeMap::new(),
            tallied,
            tallies: HashMap::new(),
            added: Vec::new(),
        }
    }

    /// A number for the name of a file or sheet.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        let at = self.names.iter().rposition(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_string());
            self.names.len() - 1
        });
        at as u32
    }

    pub(crate) fn place(&self, spot: Spot) -> Place {
        let name = |number: u32| self.names.get(number as usize).cloned().unwrap_or_default();
        Place::cell(name(spot.file), name(spot.sheet), Cell { row: spot.row, col: spot.col })
    }

    /// Sets room aside for what a file of this size may say, so that it need not be moved again and again.
    pub(crate) fn expect(&mut self, bytes: u64) {
        const ROOM_MAX: u64 = 1 << 19;
        self.met.reserve((bytes / 128).min(ROOM_MAX) as usize);
    }

    /// Whether `what` was met before, and said the same; the first to say it is remembered.
    pub(crate) fn meet(&mut self, what: u64, said: u64, spot: Spot) -> Met {
        match self.met.entry(what) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert((said, spot));
                Met::First
            }
            std::collections::hash_map::Entry::Occupied(entry) if entry.get().0 == said => Met::Same(entry.get().1),
            std::collections::hash_map::Entry::Occupied(entry) => Met::Other(entry.get().1),
        }
    }

    /// Whether this has not been told yet.
    pub(crate) fn is_news(&mut self, what: u64) -> bool {
        self.told.insert(what)
    }

    /// The tables whose rows of earlier imports are of interest.
    pub(crate) fn recalled_tables(&self) -> Vec<&'static Table> {
        facts::table("schools").into_iter().chain(self.tallied.iter().map(|tallied| tallied.table)).collect()
    }

    pub(crate) fn lists_school(&self, code: &SchoolCode) -> bool {
        self.school_names.contains_key(code.as_str())
    }

    /// Takes a row of facts into the sums that cross-checks need.
    pub(crate) fn take(&mut self, table: &'static Table, values: &[Value], spot: Spot, is_new: bool) {
        if table.name == "schools"
            && let [Value::Text(code), Value::Text(name), ..] = values
        {
            let since = match table.position("valid_from").and_then(|at| values.get(at)) {
                Some(Value::Date(day)) => Some(*day),
                _ => None,
            };
            // Of two that hold since the same day, the one read later counts, and one of this import before an earlier one.
            if self.school_names.get(code).is_none_or(|(known, _)| since > *known || is_new && since == *known) {
                self.school_names.insert(code.clone(), (since, name.clone()));
            }
        }
        let Some(tallied) = self.tallied.iter().find(|tallied| std::ptr::eq(tallied.table, table)) else { return };
        let text = |at: Option<usize>| match at.and_then(|at| values.get(at)) {
            Some(Value::Text(words)) => Some(words.as_str()),
            _ => None,
        };
        let (Some(school), Some(year)) = (text(tallied.school), text(tallied.year)) else { return };
        let Some(year) = year.get(..4).and_then(|year| year.parse().ok()) else { return };
        let stage = text(tallied.stage).and_then(Stage::from_id).unwrap_or(Stage::Whole);
        let item = text(tallied.item);
        let get = |at: usize| values.get(at).map_or(Val::Missing, Val::of);
        let forms = self.forms;
        let mut added = std::mem::take(&mut self.added);
        added.clear();
        for index in &tallied.tallies {
            match &forms.tallies[*index].source {
                TallySource::Figure(wanted) => {
                    if item == Some(wanted.as_str())
                        && let Some(Value::Real(value)) = values.last()
                    {
                        added.push(Added { index: *index, whole_school: false, value: *value, only_first: true });
                    }
                }
                TallySource::Rows { when, value, whole_school, .. } => {
                    if when.as_ref().is_none_or(|when| when.holds(&get) == Some(true))
                        && let Val::Number(value) = value.eval(&get)
                    {
                        added.push(Added { index: *index, whole_school: *whole_school, value, only_first: false });
                    }
                }
            }
        }
        if !added.is_empty() {
            let school = self.school_number(school);
            self.add(&added, (school, year, stage), spot, is_new);
        }
        self.added = added;
    }

    fn school_number(&mut self, school: &str) -> u32 {
        if self.schools.get(self.last_school as usize).is_some_and(|last| last == school) {
            return self.last_school;
        }
        self.last_school = match self.school_numbers.get(school) {
            Some(number) => *number,
            None => {
                let number = self.schools.len() as u32;
                self.schools.push(school.to_string());
                self.school_numbers.insert(school.to_string(), number);
                number
            }
        };
        self.last_school
    }

    fn add(&mut self, added: &[Added], (school, year, stage): (u32, i32, Stage), spot: Spot, is_new: bool) {
        for Added { index, whole_school, value, only_first } in added.iter().copied() {
            let stage = if whole_school { Stage::Whole } else { stage };
            let n_tallies = self.forms.tallies.len();
            let sums = self.tallies.entry((school, year, stage as u8)).or_insert_with(|| vec![None; n_tallies]);
            match &mut sums[index] {
                Some(sum) if !only_first => {
                    sum.value = significant(sum.value + value);
                    sum.is_new |= is_new;
                }
                Some(_) => {}
                empty => *empty = Some(Sum { value, spot, is_new }),
            }
        }
    }

    /// The cross-form checks, once all files have been read.
    pub(crate) fn close(self) -> Vec<CrossFinding> {
        let mut findings = Vec::new();
        let mut keys: Vec<&TallyKey> = self.tallies.keys().collect();
        keys.sort_by_key(|(school, year, stage)| (&self.schools[*school as usize], *year, *stage));
        for key in keys {
            let sum_of = |quantity: usize| -> Option<Sum> {
                let quantity = &self.forms.quantities[quantity];
                let (school, year, stage) = *key;
                let year = if quantity.previous { year - 1 } else { year };
                *self.tallies.get(&(school, year, stage))?.get(quantity.tally)?
            };
            for check in &self.forms.cross_checks {
                let get = |quantity: usize| sum_of(quantity).map_or(Val::Missing, |sum| Val::Number(sum.value));
                if check.must.holds(&get) != Some(false) {
                    continue;
                }
                let mut quantities = Vec::new();
                check.must.names(&mut quantities);
                quantities.dedup();
                let mut listed: Vec<usize> = Vec::new();
                quantities.into_iter().for_each(|quantity| {
                    if !listed.contains(&quantity) {
                        listed.push(quantity)
                    }
                });
                let shown: Vec<Text> = listed
                    .iter()
                    .filter_map(|quantity| Some(self.show(*quantity, sum_of(*quantity)?, listed.len() <= 3)))
                    .collect();
                let join = |of: fn(&Text) -> &str, by: &str| shown.iter().map(of).collect::<Vec<_>>().join(by);
                let (zh, en) = (join(|text| &text.zh, "；"), join(|text| &text.en, "; "));
                let school = &self.schools[key.0 as usize];
                let name = self.school_names.get(school).map(|(_, name)| name);
                let named = name.map_or_else(|| school.clone(), |name| format!("{name}（{school}）"));
                let year = format!("{}-{}", key.1, key.1 + 1);
                let stage = Stage::ALL.into_iter().find(|stage| *stage as u8 == key.2).unwrap_or(Stage::Whole).title();
                let (stage_zh, stage_en) = (&stage.zh, &stage.en);
                let (title_zh, title_en) = (&check.rule.title.zh, &check.rule.title.en);
                let what =
                    text!("{named} {year} 学年 {stage_zh}：{title_zh}（{zh}）", "{named}, {year}, {stage_en}: {title_en} ({en})");
                let place = listed.iter().find_map(|quantity| sum_of(*quantity)).map(|sum| self.place(sum.spot));
                let place = place.or_else(|| Some(Place::School { code: SchoolCode::parse(school)?, name: name.cloned() }));
                let place = place.unwrap_or(Place::Everywhere);
                let is_new = listed.iter().filter_map(|quantity| sum_of(*quantity)).any(|sum| sum.is_new);
                let finding = Finding::new(check.rule.severity, check.rule.code.clone(), place, what, check.rule.hint.clone());
                findings.push(CrossFinding { finding, is_new });
            }
        }
        findings
    }

    fn show(&self, quantity: usize, sum: Sum, with_place: bool) -> Text {
        let quantity = &self.forms.quantities[quantity];
        let title = &self.forms.tallies[quantity.tally].title;
        let (zh, en) = (&title.zh, &title.en);
        if !with_place {
            let value = sum.value;
            return text!("{zh} {value}", "{en} {value}");
        }
        let place = self.place(sum.spot).words();
        let (place_zh, place_en) = (&place.zh, &place.en);
        let value = sum.value;
        if quantity.previous {
            return text!("上一学年{zh} {value}，见 {place_zh}", "{en} of the year before {value}, see {place_en}");
        }
        text!("{zh} {value}，见 {place_zh}", "{en} {value}, see {place_en}")
    }
}

/// For keys that are hashes already.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// One number for several values, the same on every run; `None` where one of them is missing.
pub(crate) fn hash_of<'v>(about: &str, values: impl IntoIterator<Item = &'v Value>) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    about.hash(&mut hasher);
    for value in values {
        match value {
            Value::Missing(_) => return None,
            value => hash_value(value, &mut hasher),
        }
    }
    Some(hasher.finish())
}

/// As [`hash_of`], where missing is a value like others.
pub(crate) fn hash_all<'v>(values: impl IntoIterator<Item = &'v Value>) -> u64 {
    let mut hasher = DefaultHasher::new();
    values.into_iter().for_each(|value| hash_value(value, &mut hasher));
    hasher.finish()
}

fn hash_value(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Missing(_) => 0_u8.hash(hasher),
        Value::Text(words) => words.hash(hasher),
        Value::Integer(number) => number.hash(hasher),
        Value::Real(number) => number.to_bits().hash(hasher),
        Value::Date(day) => day.hash(hasher),
    }
}
