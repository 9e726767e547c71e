use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::ops::ControlFlow;

use facts::{Finding, Place, Severity, text};

use crate::block::{Blocks, Plan, blocks};
use crate::chance::{Chance, chance};
use crate::compare::{Pattern, Shape};
use crate::learn::{Count, first_weights, learn};
use crate::model::{Model, probability};
use crate::settings::{Settings, Unique};
use crate::words::Mixer;
use crate::{Records, assign, cluster, curve, look};

/// Two records and how likely they are the same person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub left: u32,
    pub right: u32,
    /// Natural logarithm of the odds.
    pub log_odds: f64,
    /// By the pair alone, or, where persons stand once in a register, in view of its rivals.
    pub probability: f64,
    pub state: State,
}

/// What became of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Link,
    /// Likely enough that somebody should look.
    Review,
    No,
    /// A person said that it is the same.
    SaidSame,
    SaidDifferent,
}

/// A person's word on two records, by their ids. It is a fact: it enters the learning, and no score overrules it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub left: String,
    pub right: String,
    pub same: bool,
}

/// Two registers linked.
#[derive(Debug)]
pub struct Linked {
    /// Pairs worth a look, likeliest first.
    pub pairs: Vec<Pair>,
    pub model: Model,
    pub plan: Plan,
    pub compared: u64,
    /// The probability from which a pair is a link.
    pub threshold: f64,
    pub curve: Vec<curve::Point>,
    /// Where one register is held against itself: for each record the number of its person.
    pub clusters: Option<Vec<u32>>,
    pub findings: Vec<Finding>,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub of: u64,
}

/// Pairs below this probability are forgotten.
const PROBABILITY_MIN: f64 = 0.001;
/// Up to so many pairs are kept while weights are learned; of more, each is compared twice.
const KEPT_MAX: u64 = 12_000_000;
/// How often weights are learned again once it is seen who has a better partner.
const AGAIN: usize = 2;

/// Links the records: counts, learns, scores, and decides. `None` if `progress` stopped it.
///
/// ```
/// use std::ops::ControlFlow;
/// let toml = r#"
///     id = { from = "no" }
///     column = [{ name = "name", kind = "name", from = "name" }, { name = "born", kind = "date", from = "born" }]
///     block = [{ on = ["name"] }, { on = ["born"] }]
///     compare = [{ title = "name", levels = ["same(name)"] }, { title = "born", levels = ["same(born)", "date-slip(born)"] }]
/// "#;
/// let settings = linkage::read_settings("s.toml", toml).0.unwrap();
/// let (mut a, mut b) = (linkage::Table::new("a", &["no", "name", "born"]), linkage::Table::new("b", &["no", "name", "born"]));
/// for n in 0..40 {
///     a.push(&[format!("a{n}"), format!("person {n}"), format!("201{}0{}1{}", n % 7, 1 + n % 9, n % 10)]);
///     b.push(&[format!("b{n}"), format!("person {}", n + 20), format!("201{}0{}1{}", (n + 20) % 7, 1 + (n + 20) % 9, (n + 20) % 10)]);
/// }
/// let (records, _) = linkage::Records::new(a, Some(b), &settings);
/// let linked = linkage::link(&records, &settings, &[], &mut |_| ControlFlow::Continue(())).unwrap();
/// let links: Vec<_> = linked.links().map(|pair| (records.id(pair.left), records.id(pair.right))).collect();
/// assert_eq!((links.len(), links.contains(&("a20", "b0"))), (20, true));
/// ```
pub fn link(
    records: &Records,
    settings: &Settings,
    decisions: &[Decision],
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Option<Linked> {
    let shape = Shape::new(settings);
    let mut findings = look::at_columns(records, settings);
    let (blocks, plan) = blocks(records, settings);
    findings.extend(plan.findings.clone());
    let chance = chance(records, settings, &shape);
    let first = records.n_left.min(records.right_rows().len()).max(1) as f64 * 0.3;
    let weights = first_weights(settings, &chance, records.n_pairs(), first);
    let mut work = Work {
        records,
        settings,
        shape: shape.clone(),
        said: said(records, decisions, &mut findings),
        patterns: Patterns::default(),
    };
    let mut model = Model::new(records, settings, shape, weights);
    let mut too_much = !work.shape.fits();
    if plan.pairs() > settings.pairs_max {
        let (pairs, max) = (plan.pairs(), settings.pairs_max);
        findings.push(Finding::new(
            Severity::Logic,
            "link-too-many-pairs",
            Place::Everywhere,
            text!(
                "要比较 {pairs} 对，超过上限 {max} 对，没有开始",
                "{pairs} pairs would have to be compared, more than {max}: nothing was begun"
            ),
            text!(
                "看哪条分块规则最多，给它加一项，或提高 pairs_max",
                "see which key has most, add a term to it, or raise pairs_max"
            ),
        ));
        too_much = true;
    }
    if too_much || records.is_empty() || records.right_rows().is_empty() {
        return Some(Linked {
            pairs: Vec::new(),
            model,
            plan,
            compared: 0,
            threshold: 1.0,
            curve: Vec::new(),
            clusters: None,
            findings,
        });
    }
    let (compared, mut kept) = work.count(&blocks, &plan, progress)?;
    model.relearned(learn(model.weights.clone(), &work.patterns.counts, &chance, &work.shape, settings, records.n_pairs()));
    if kept.is_empty() {
        kept = work.likely(&blocks, &model, compared, progress)?;
    } else {
        kept.retain(|(l, r, at)| work.worth(&model, *l, *r, *at));
        kept.shrink_to_fit();
    }
    drop(blocks);
    let pairs = work.settle(kept, &mut model, &chance);
    findings.extend(look::at_model(records, settings, &model));
    Some(finish(
        records,
        settings,
        Linked { pairs, model, plan, compared, threshold: 0.0, curve: Vec::new(), clusters: None, findings },
    ))
}

impl Linked {
    /// The pairs that are links, likeliest first.
    pub fn links(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| matches!(pair.state, State::Link | State::SaidSame))
    }

    /// The pairs that somebody should look at.
    pub fn reviews(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| pair.state == State::Review)
    }
}

type Kept = (u32, u32, u32);

struct Work<'a> {
    records: &'a Records,
    settings: &'a Settings,
    shape: Shape,
    said: BTreeMap<(u32, u32), bool>,
    patterns: Patterns,
}

#[derive(Default)]
struct Patterns {
    at: HashMap<Pattern, u32, BuildHasherDefault<Mixer>>,
    counts: Vec<Count>,
}

impl Patterns {
    fn number(&mut self, pattern: Pattern, shape: &Shape) -> u32 {
        let counts = &mut self.counts;
        *self.at.entry(pattern).or_insert_with(|| {
            counts.push(Count { levels: shape.levels(pattern), free: 0.0, barred: 0.0, same: 0.0 });
            counts.len() as u32 - 1
        })
    }
}

impl Work<'_> {
    /// Compares every pair of the blocks and counts the patterns; keeps the pairs where they are few enough.
    fn count(
        &mut self,
        blocks: &Blocks,
        plan: &Plan,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Option<(u64, Vec<Kept>)> {
        let of = plan.pairs();
        let keep = of <= KEPT_MAX;
        let (mut done, mut kept) = (0_u64, Vec::new());
        let (records, settings, shape, patterns, said) =
            (self.records, self.settings, &self.shape, &mut self.patterns, &self.said);
        let mut met = BTreeMap::new();
        let whole = blocks.each(|l, r| {
            let at = patterns.number(crate::compare::pattern(records, settings, shape, l, r), shape);
            match if said.is_empty() { None } else { said.get(&(l, r)) } {
                None => patterns.counts[at as usize].free += 1.0,
                Some(same) => {
                    let count = &mut patterns.counts[at as usize];
                    *if *same { &mut count.same } else { &mut count.barred } += 1.0;
                    met.insert((l, r), ());
                }
            }
            if keep {
                kept.push((l, r, at));
            }
            done += 1;
            done & 0xffff != 0 || progress(Progress { done, of }).is_continue()
        });
        // What a person called the same is a pair even where no key finds it.
        for (l, r) in said.iter().filter(|(pair, same)| **same && !met.contains_key(*pair)).map(|(pair, _)| *pair) {
            let at = patterns.number(crate::compare::pattern(records, settings, shape, l, r), shape);
            patterns.counts[at as usize].same += 1.0;
            if keep {
                kept.push((l, r, at));
            }
        }
        whole.then_some((done, kept))
    }

    /// Compares every pair again and keeps those that are worth it.
    fn likely(
        &mut self,
        blocks: &Blocks,
        model: &Model,
        of: u64,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Option<Vec<Kept>> {
        let (mut done, mut kept) = (0_u64, Vec::new());
        let this = &*self;
        let whole = blocks.each(|l, r| {
            let pattern = model.pattern(this.records, this.settings, l, r);
            if let Some(at) = this.patterns.at.get(&pattern).copied()
                && this.worth(model, l, r, at)
            {
                kept.push((l, r, at));
            }
            done += 1;
            done & 0xffff != 0 || progress(Progress { done, of }).is_continue()
        });
        for ((l, r), _) in self.said.iter().filter(|(_, same)| **same) {
            let at = self.patterns.number(model.pattern(self.records, self.settings, *l, *r), &self.shape);
            kept.push((*l, *r, at));
        }
        kept.sort_unstable();
        kept.dedup();
        whole.then_some(kept)
    }

    fn worth(&self, model: &Model, l: u32, r: u32, at: u32) -> bool {
        let levels = &self.patterns.counts[at as usize].levels;
        probability(model.log_odds(self.records, levels, l, r)) >= PROBABILITY_MIN
            || !self.said.is_empty() && self.said.contains_key(&(l, r))
    }

    /// Learns again now that rivals are known, and scores for good.
    fn settle(&mut self, kept: Vec<Kept>, model: &mut Model, chance: &Chance) -> Vec<Pair> {
        let unique = if self.records.within { Unique::Neither } else { self.settings.unique };
        let mut scores = self.scores(&kept, model);
        if unique != Unique::Neither {
            for _ in 0..AGAIN {
                let bests = self.bests(&kept, &scores);
                let (left_once, right_once) =
                    (matches!(unique, Unique::Both | Unique::Right), matches!(unique, Unique::Both | Unique::Left));
                let mut counts = self.patterns.counts.clone();
                for ((l, r, at), score) in kept.iter().zip(&scores) {
                    let rivalled = left_once && *score < bests[*l as usize] || right_once && *score < bests[*r as usize];
                    if rivalled && !self.said.contains_key(&(*l, *r)) {
                        let count = &mut counts[*at as usize];
                        count.free -= 1.0;
                        count.barred += 1.0;
                    }
                }
                model.relearned(learn(
                    model.weights.clone(),
                    &counts,
                    chance,
                    &self.shape,
                    self.settings,
                    self.records.n_pairs(),
                ));
                scores = self.scores(&kept, model);
            }
        }
        let state = |l, r| match self.said.get(&(l, r)) {
            Some(true) => State::SaidSame,
            Some(false) => State::SaidDifferent,
            None => State::No,
        };
        let pairs = kept.iter().zip(scores).map(|((l, r, _), log_odds)| Pair {
            left: *l,
            right: *r,
            log_odds,
            probability: probability(log_odds),
            state: state(*l, *r),
        });
        let mut pairs: Vec<Pair> = pairs.filter(|pair| pair.probability >= PROBABILITY_MIN || pair.state != State::No).collect();
        pairs.sort_unstable_by(|a, b| b.log_odds.total_cmp(&a.log_odds).then((a.left, a.right).cmp(&(b.left, b.right))));
        pairs
    }

    fn scores(&self, kept: &[Kept], model: &Model) -> Vec<f64> {
        kept.iter().map(|(l, r, at)| model.log_odds(self.records, &self.patterns.counts[*at as usize].levels, *l, *r)).collect()
    }

    fn bests(&self, kept: &[Kept], scores: &[f64]) -> Vec<f64> {
        let mut bests = vec![f64::NEG_INFINITY; self.records.len()];
        for ((l, r, _), score) in kept.iter().zip(scores) {
            for row in [l, r] {
                let best = &mut bests[*row as usize];
                *best = best.max(*score);
            }
        }
        bests
    }
}

/// Assigns or clusters, and draws the line between link, review and no.
fn finish(records: &Records, settings: &Settings, mut linked: Linked) -> Linked {
    let unique = if records.within { Unique::Neither } else { settings.unique };
    let chosen = assign::assign(&mut linked.pairs, records, unique);
    linked.curve = curve::curve(&linked.pairs, &chosen, linked.model.matches_expected());
    linked.threshold = settings.threshold.unwrap_or_else(|| curve::best(&linked.curve));
    for (pair, chosen) in linked.pairs.iter_mut().zip(&chosen) {
        if pair.state != State::No {
            continue;
        }
        pair.state = match pair.probability {
            p if *chosen && p >= linked.threshold => State::Link,
            p if p >= curve::REVIEW_MIN.min(linked.threshold) => State::Review,
            _ => State::No,
        };
    }
    if records.within {
        let (clusters, findings) = cluster::cluster(&mut linked.pairs, records, settings);
        linked.clusters = Some(clusters);
        linked.findings.extend(findings);
    }
    linked
}

/// Decisions by row. What names no record is told.
fn said(records: &Records, decisions: &[Decision], findings: &mut Vec<Finding>) -> BTreeMap<(u32, u32), bool> {
    let mut said = BTreeMap::new();
    if decisions.is_empty() {
        return said;
    }
    let index =
        |rows: std::ops::Range<usize>| -> BTreeMap<&str, u32> { rows.map(|row| (records.id(row as u32), row as u32)).collect() };
    let (lefts, rights) = (index(0..records.n_left), index(records.right_rows()));
    let mut strangers = 0;
    for decision in decisions {
        match (lefts.get(decision.left.as_str()), rights.get(decision.right.as_str())) {
            (Some(l), Some(r)) if records.within && l > r => said.insert((*r, *l), decision.same),
            (Some(l), Some(r)) => said.insert((*l, *r), decision.same),
            _ => {
                strangers += 1;
                None
            }
        };
    }
    if strangers > 0 {
        findings.push(Finding::new(
            Severity::Note,
            "link-decision-without-record",
            Place::Everywhere,
            text!(
                "{strangers} 条人工判定的编号不在这两张表里",
                "{strangers} decisions name records that are in neither register"
            ),
            text!("判定仍然保留，等这些记录再出现时生效", "they are kept, and count again when the records are back"),
        ));
    }
    said
}
