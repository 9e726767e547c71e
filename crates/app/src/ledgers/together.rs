use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use facts::{Finding, Text, text};
use linkage::{Decision, Linked, Records, Settings, State, Unique, Way};

use super::registers::{Record, Registers, link_table};
use crate::Failure;
use crate::link_read::hands;

/// A child as all registers together know it: rows of each, by their place in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Together {
    pub roll: Option<usize>,
    /// More than one where a register holds the child twice.
    pub population: Vec<usize>,
    pub hukou: Vec<usize>,
    pub supported: Vec<usize>,
    /// Pupils that it may be, likeliest first, with the probability; only where it is on no roll.
    pub doubtful: Vec<Doubt>,
}

/// A pair that a person should look at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Doubt {
    /// The place on the roll.
    pub pupil: usize,
    pub register: Which,
    /// The place in that register.
    pub row: usize,
    pub probability: f64,
    /// What each comparison says, and how much it weighs.
    pub steps: Vec<Reason>,
}

/// A comparison, what it found in words, and log2 of how much likelier that is for one child than for two.
pub(crate) type Reason = (String, Text, f64);

impl Eq for Doubt {}

/// A register beside the roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Which {
    Population,
    Hukou,
}

impl Which {
    pub(crate) fn id(self) -> &'static str {
        match self {
            Which::Population => "population",
            Which::Hukou => "hukou",
        }
    }
}

/// The registers as one set of children.
#[derive(Debug, Default)]
pub(crate) struct AllTogether {
    pub children: Vec<Together>,
    /// Links that hold by little: a person may look whether they are right.
    pub weak: Vec<Doubt>,
    pub findings: Vec<Finding>,
}

/// Links below this probability may be looked at by a person, as many as are worth the time.
const WEAK_BELOW: f64 = 0.9995;
const WEAK_MAX: usize = 500;
/// Below this probability a pair of which the pupil has a partner of its own already is no doubt: it is a brother or a namesake.
const RIVAL_MIN: f64 = 0.5;

/// Holds every register against every other and makes children of the rows. Decisions of persons are kept to.
pub(crate) fn together(registers: &Registers, settings: &Settings, decisions: &[Decision]) -> Result<AllTogether, Failure> {
    let mut all = AllTogether::default();
    let (roll, population, hukou) = (&registers.roll.records, &registers.population.records, &registers.hukou.records);
    // Pupils stand once on the roll; the other registers may hold a child twice.
    let by_population = linked("学籍—人口", roll, population, Unique::Left, settings, decisions, &mut all.findings)?;
    let by_hukou = linked("学籍—户籍", roll, hukou, Unique::Left, settings, decisions, &mut all.findings)?;
    let between = linked("人口—户籍", population, hukou, Unique::Both, settings, decisions, &mut all.findings)?;

    // One number for every row: the roll, then the population register, then the household register.
    let (n_roll, n_population) = (roll.len(), population.len());
    let mut groups = Groups::new(n_roll, n_roll + n_population + hukou.len());
    let mut edges: Vec<(f64, usize, usize)> = Vec::new();
    for (linked, shift) in [(&by_population, n_roll), (&by_hukou, n_roll + n_population)] {
        edges.extend(linked.links.iter().map(|(l, r, p)| (*p, *l, shift + r)));
    }
    edges.extend(between.links.iter().map(|(l, r, p)| (*p, n_roll + l, n_roll + n_population + r)));
    // The surest first: where two pupils would become one, the less sure link is left.
    edges.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    for (_, one, other) in edges {
        groups.join(one, other);
    }
    // What is on no roll is looked through for doubles: a child in two villages is one child.
    let rest: Vec<usize> = (n_roll..n_roll + n_population + hukou.len()).filter(|row| groups.pupil(*row).is_none()).collect();
    if rest.len() > 1 {
        let record = |row: &usize| {
            let at = row - n_roll;
            if at < n_population { &population[at] } else { &hukou[at - n_population] }
        };
        let doubles = within("不在学籍的", rest.iter().map(record), settings, decisions, &mut all.findings)?;
        for (l, r) in doubles {
            groups.join(rest[l], rest[r]);
        }
    }
    all.children = groups.children(n_roll, n_population);
    let mut of_row: BTreeMap<(Which, usize), usize> = BTreeMap::new();
    for (at, child) in all.children.iter().enumerate() {
        of_row.extend(child.population.iter().map(|row| ((Which::Population, *row), at)));
        of_row.extend(child.hukou.iter().map(|row| ((Which::Hukou, *row), at)));
    }
    let mut has: BTreeMap<(Which, usize), ()> = BTreeMap::new();
    for child in &all.children {
        let Some(pupil) = child.roll else { continue };
        has.extend((!child.population.is_empty()).then_some(((Which::Population, pupil), ())));
        has.extend((!child.hukou.is_empty()).then_some(((Which::Hukou, pupil), ())));
    }
    for (which, linked) in [(Which::Population, &by_population), (Which::Hukou, &by_hukou)] {
        for ((pupil, row, probability), steps) in linked.reviews.iter().zip(&linked.reasons) {
            let Some(at) = of_row.get(&(which, *row)) else { continue };
            let taken = has.contains_key(&(which, *pupil));
            if all.children[*at].roll.is_some() || taken && *probability < RIVAL_MIN {
                continue;
            }
            let (pupil, row, probability) = (*pupil, *row, *probability);
            all.children[*at].doubtful.push(Doubt { pupil, register: which, row, probability, steps: steps.clone() });
        }
    }
    for (register, linked) in [(Which::Population, by_population), (Which::Hukou, by_hukou)] {
        let weak = linked.weak.into_iter();
        all.weak.extend(weak.map(|(pupil, row, probability, steps)| Doubt { pupil, register, row, probability, steps }));
    }
    for child in &mut all.children {
        child.doubtful.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.pupil.cmp(&b.pupil)));
    }
    supported(registers, settings, decisions, &mut all)?;
    Ok(all)
}

/// Finds the children of supported families among all children.
fn supported(registers: &Registers, settings: &Settings, decisions: &[Decision], all: &mut AllTogether) -> Result<(), Failure> {
    let lists = &registers.supported.records;
    if lists.is_empty() || all.children.is_empty() {
        return Ok(());
    }
    let people: Vec<Record> = all.children.iter().map(|child| whole(registers, child)).collect();
    let found = linked("帮扶名单—儿童", lists, &people, Unique::Right, settings, decisions, &mut all.findings)?;
    for (row, child, _) in found.links {
        all.children[child].supported.push(row);
    }
    Ok(())
}

/// What all registers know of a child, in one record: the roll's words, the household of the others.
pub(crate) fn whole(registers: &Registers, child: &Together) -> Record {
    let of = |rows: &[usize], records: &'_ [Record]| rows.first().and_then(|at| records.get(*at)).cloned();
    let roll = child.roll.and_then(|at| registers.roll.records.get(at)).cloned();
    let population = of(&child.population, &registers.population.records);
    let hukou = of(&child.hukou, &registers.hukou.records);
    let mut sources = [roll, population, hukou].into_iter().flatten();
    let Some(mut record) = sources.next() else {
        // A child is made of one row at least.
        return empty();
    };
    for other in sources {
        if other.name != record.name && record.former.is_empty() {
            record.former.clone_from(&other.name);
        }
        for (own, theirs) in [
            (&mut record.former, other.former),
            (&mut record.birth, other.birth),
            (&mut record.id_no, other.id_no),
            (&mut record.guardian, other.guardian),
            (&mut record.phone, other.phone),
            (&mut record.town, other.town),
            (&mut record.village, other.village),
            (&mut record.household, other.household),
        ] {
            if own.is_empty() {
                *own = theirs;
            }
        }
    }
    record
}

fn empty() -> Record {
    let at = snapshot::RowPlace {
        file_name: String::new(),
        file: facts::FileHash(String::new()),
        sheet: String::new(),
        row: 0,
        col: None,
        form: String::new(),
    };
    let none = String::new;
    Record {
        key: none(),
        row: Arc::new(snapshot::WholeRow { values: Vec::new(), at }),
        name: none(),
        former: none(),
        birth: none(),
        id_no: none(),
        sex: none(),
        guardian: none(),
        phone: none(),
        town: none(),
        village: none(),
        household: none(),
    }
}

/// Links and pairs for review, by the places in the two registers.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    pub links: Vec<(usize, usize, f64)>,
    pub reviews: Vec<(usize, usize, f64)>,
    /// For each of `reviews`, why it is likely.
    pub reasons: Vec<Vec<Reason>>,
    /// Of `links`, those that hold by little, with the reasons.
    pub weak: Vec<(usize, usize, f64, Vec<Reason>)>,
}

pub(crate) fn linked(
    name: &str,
    left: &[Record],
    right: &[Record],
    unique: Unique,
    settings: &Settings,
    decisions: &[Decision],
    findings: &mut Vec<Finding>,
) -> Result<Pairs, Failure> {
    if left.is_empty() || right.is_empty() {
        return Ok(Pairs::default());
    }
    let mut settings = settings.clone();
    settings.unique = unique;
    let (records, _) = Records::new_with(link_table(name, left), Some(link_table(name, right)), &settings, hands());
    let linked = run(&records, &settings, decisions, findings)?;
    let n_left = records.n_left();
    let mut pairs = Pairs::default();
    let reasons = |pair: &linkage::Pair| -> Vec<Reason> {
        let explained = linkage::explain(&records, &settings, &linked.model, pair.left, pair.right);
        explained.steps.into_iter().map(|step| (step.comparison, step.level, step.weight)).collect()
    };
    for pair in &linked.pairs {
        let found = (pair.left as usize, pair.right as usize - n_left, pair.probability);
        match pair.state {
            State::SaidSame => pairs.links.push((found.0, found.1, 1.0)),
            State::Link => {
                pairs.links.push(found);
                if pair.probability < WEAK_BELOW && pairs.weak.len() < WEAK_MAX {
                    pairs.weak.push((found.0, found.1, found.2, reasons(pair)));
                }
            }
            State::Review => {
                pairs.reviews.push(found);
                pairs.reasons.push(reasons(pair));
            }
            State::No | State::SaidDifferent => {}
        }
    }
    Ok(pairs)
}

/// Doubles within a set of records, as pairs of places.
fn within<'r>(
    name: &str,
    records: impl Iterator<Item = &'r Record>,
    settings: &Settings,
    decisions: &[Decision],
    findings: &mut Vec<Finding>,
) -> Result<Vec<(usize, usize)>, Failure> {
    let mut settings = settings.clone();
    settings.unique = Unique::Neither;
    let (records, _) = Records::new_with(link_table(name, records), None, &settings, hands());
    let linked = run(&records, &settings, decisions, findings)?;
    let clusters = linked.clusters.unwrap_or_default();
    let pairs = clusters.iter().enumerate().filter(|(at, person)| **person as usize != *at);
    Ok(pairs.map(|(at, person)| (*person as usize, at)).collect())
}

fn run(records: &Records, settings: &Settings, decisions: &[Decision], findings: &mut Vec<Finding>) -> Result<Linked, Failure> {
    // A decision on records that are not in these two registers is no finding here.
    let ids: BTreeSet<&str> = match decisions {
        [] => BTreeSet::new(),
        _ => (0..records.len() as u32).map(|row| records.id(row)).collect(),
    };
    let both = |decision: &&Decision| ids.contains(decision.left.as_str()) && ids.contains(decision.right.as_str());
    let decisions: Vec<Decision> = decisions.iter().filter(both).cloned().collect();
    let way = Way { hands: hands(), ..Way::default() };
    let linked = linkage::link_with(records, settings, &decisions, way, &mut |_| ControlFlow::Continue(()));
    let linked = linked.ok_or_else(|| Failure::prevented(text!("比对被中止", "linking was stopped"), Text::new("", "")))?;
    findings.extend(linked.findings.iter().filter(|finding| finding.must_fix()).cloned());
    Ok(linked)
}

/// Rows that are one child, found by joining; two pupils are never one.
struct Groups {
    parent: Vec<usize>,
    pupil: Vec<Option<usize>>,
}

impl Groups {
    fn new(n_roll: usize, n: usize) -> Groups {
        Groups { parent: (0..n).collect(), pupil: (0..n).map(|row| (row < n_roll).then_some(row)).collect() }
    }

    fn root(&self, mut row: usize) -> usize {
        while self.parent[row] != row {
            row = self.parent[row];
        }
        row
    }

    fn pupil(&self, row: usize) -> Option<usize> {
        self.pupil[self.root(row)]
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if one == other || self.pupil[one].is_some() && self.pupil[other].is_some() {
            return;
        }
        let (low, high) = (one.min(other), one.max(other));
        self.parent[high] = low;
        self.pupil[low] = self.pupil[low].or(self.pupil[high]);
    }

    fn children(&self, n_roll: usize, n_population: usize) -> Vec<Together> {
        let mut children: BTreeMap<usize, Together> = BTreeMap::new();
        for row in 0..self.parent.len() {
            let child = children.entry(self.root(row)).or_default();
            if row < n_roll {
                child.roll = Some(row);
            } else if row < n_roll + n_population {
                child.population.push(row - n_roll);
            } else {
                child.hukou.push(row - n_roll - n_population);
            }
        }
        children.into_values().collect()
    }
}
