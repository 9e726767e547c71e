use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::ops::ControlFlow;

use facts::{Finding, Place, Severity, text};

use crate::block::{Blocks, Plan, blocks};
use crate::chance::{Chance, chance};
use crate::compare::Shape;
use crate::learn::{first_weights, learn};
use crate::model::{Model, log_odds_of, probability};
use crate::settings::{Settings, Unique};
use crate::standing::{Kept, Met, Standing};
use crate::words::Mixer;
use crate::{Hands, Records, assign, cluster, curve, look};

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
pub(crate) const PROBABILITY_MIN: f64 = 0.001;
/// Up to so many pairs are kept while weights are learned; of more, each is compared twice.
const KEPT_MAX: u64 = 12_000_000;
/// How often weights are learned again once it is seen who has a better partner.
const AGAIN: usize = 2;

/// How the work is done; none of it changes what comes out.
#[derive(Default)]
pub struct Way<'a> {
    pub hands: Hands<'a>,
    /// Where an earlier run of the same work stood.
    pub resume: Option<Standing>,
    /// Is shown where the work stands, now and then.
    pub keep: Option<&'a mut dyn FnMut(&Standing)>,
}

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
    link_with(records, settings, decisions, Way::default(), progress)
}

/// The same, with several hands, or going on from where it stood.
pub fn link_with(
    records: &Records,
    settings: &Settings,
    decisions: &[Decision],
    mut way: Way<'_>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Option<Linked> {
    let hands = way.hands;
    let shape = Shape::new(settings);
    let mut findings = look::at_columns(records, settings);
    let (blocks, plan) = blocks(records, settings, hands);
    findings.extend(plan.findings.clone());
    let nothing = |model, plan, findings| {
        Some(Linked { pairs: Vec::new(), model, plan, compared: 0, threshold: 1.0, curve: Vec::new(), clusters: None, findings })
    };
    let chance = chance(records, settings, &shape, hands);
    let first = records.n_left.min(records.right_rows().len()).max(1) as f64 * 0.3;
    let weights = first_weights(settings, &chance, records.n_pairs(), first);
    let mut model = Model::new(records, settings, shape.clone(), weights);
    if plan.pairs() > settings.pairs_max {
        findings.push(too_many(&plan, settings));
        return nothing(model, plan, findings);
    }
    if !shape.fits() || records.is_empty() || records.right_rows().is_empty() {
        return nothing(model, plan, findings);
    }
    let n = records.len() as u32;
    let fitting = way.resume.take().filter(|standing| standing.kept.iter().all(|(l, r, _)| *l < n && *r < n));
    let mut work = Work {
        records,
        settings,
        hands,
        said: said(records, decisions, &mut findings),
        standing: fitting.unwrap_or_default(),
        of: plan.pairs(),
        keep: way.keep,
    };
    work.count(&blocks, &model, progress)?;
    let compared = work.standing.compared;
    model.relearned(learn(model.weights.clone(), &work.standing.counts(&shape), &chance, settings, records.n_pairs()));
    work.likely(&blocks, &model, progress)?;
    drop(blocks);
    let pairs = work.settle(&mut model, &chance);
    findings.extend(look::at_model(records, settings, &model));
    Some(finish(
        records,
        settings,
        Linked { pairs, model, plan, compared, threshold: 0.0, curve: Vec::new(), clusters: None, findings },
    ))
}

/// Decides on pairs that were scored elsewhere, by a model that was learned elsewhere: [`crate::Shard`] scores, this assigns, draws the
/// line and sorts, as one run would. Of the records only the ids are asked for. Pairs whose ids are in no register are left out.
pub fn settle(records: &Records, settings: &Settings, model: Model, scored: &[crate::Scored]) -> Linked {
    let index = |rows: std::ops::Range<usize>| -> HashMap<&str, u32, BuildHasherDefault<Mixer>> {
        rows.map(|row| (records.id(row as u32), row as u32)).collect()
    };
    let (lefts, rights) = (index(0..records.n_left), index(records.right_rows()));
    let pair = |scored: &crate::Scored| {
        let (left, right) = (*lefts.get(scored.left.as_str())?, *rights.get(scored.right.as_str())?);
        let (log_odds, probability) = (scored.log_odds, probability(scored.log_odds));
        Some(Pair { left, right, log_odds, probability, state: State::No })
    };
    let mut pairs: Vec<Pair> = scored.iter().filter_map(pair).collect();
    in_order(&mut pairs);
    let (compared, findings) = (scored.len() as u64, look::at_model(records, settings, &model));
    let plan = Plan::default();
    finish(
        records,
        settings,
        Linked { pairs, model, plan, compared, threshold: 0.0, curve: Vec::new(), clusters: None, findings },
    )
}

fn in_order(pairs: &mut [Pair]) {
    pairs.sort_unstable_by(|a, b| b.log_odds.total_cmp(&a.log_odds).then((a.left, a.right).cmp(&(b.left, b.right))));
}

fn too_many(plan: &Plan, settings: &Settings) -> Finding {
    let (pairs, max) = (plan.pairs(), settings.pairs_max);
    Finding::new(
        Severity::Logic,
        "link-too-many-pairs",
        Place::Everywhere,
        text!(
            "要比较 {pairs} 对，超过上限 {max} 对，没有开始",
            "{pairs} pairs would have to be compared, more than {max}: nothing was begun"
        ),
        text!("看哪条分块规则最多，给它加一项，或提高 pairs_max", "see which key has most, add a term to it, or raise pairs_max"),
    )
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

struct Work<'a, 'k> {
    records: &'a Records,
    settings: &'a Settings,
    hands: Hands<'k>,
    said: BTreeMap<(u32, u32), bool>,
    standing: Standing,
    /// Pairs to be compared, at most.
    of: u64,
    keep: Option<&'k mut dyn FnMut(&Standing)>,
}

/// Pieces of work between two looks at how far it is.
const WAVE: usize = 64;

impl Work<'_, '_> {
    /// Compares every pair of the blocks and counts the patterns; keeps the pairs where they are few enough.
    fn count(&mut self, blocks: &Blocks, model: &Model, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Option<()> {
        let chunks = blocks.chunks();
        let keep = self.of <= KEPT_MAX;
        while self.standing.chunks < chunks.len() && !self.standing.counted {
            let start = self.standing.chunks;
            let wave = &chunks[start..(start + WAVE).min(chunks.len())];
            let (records, settings, said) = (self.records, self.settings, &self.said);
            let parts = self.hands.each(wave.len(), |at| {
                let (mut met, mut pairs) = (Met::default(), Vec::new());
                blocks.each(wave[at], |l, r| pairs.push((l, r)));
                for (pair, pattern) in pairs.iter().zip(model.patterns(records, settings, &pairs)) {
                    let said = if said.is_empty() { None } else { said.get(pair).copied() };
                    met.see(pattern, said, keep.then_some(*pair));
                }
                met
            });
            parts.into_iter().for_each(|part| self.standing.add(part));
            self.standing.chunks += wave.len();
            self.stands(progress)?;
        }
        if !self.standing.counted {
            // What a person called the same is a pair even where no key finds it.
            for ((l, r), _) in self.said.iter().filter(|(_, same)| **same) {
                if !blocks.hold(*l, *r) {
                    let pattern = model.pattern(self.records, self.settings, *l, *r);
                    self.standing.add_said(pattern, keep.then_some((*l, *r)));
                }
            }
            self.standing.counted = true;
            self.standing.chunks = if keep { chunks.len() } else { 0 };
        }
        Some(())
    }

    /// Keeps the pairs that are worth it; where too many were compared to be kept, each is compared again.
    fn likely(&mut self, blocks: &Blocks, model: &Model, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Option<()> {
        let scores = Scores::new(model, &self.standing);
        if self.of <= KEPT_MAX {
            let (records, said) = (self.records, &self.said);
            self.standing.kept.retain(|kept| scores.worth(model, records, said, *kept));
            self.standing.kept.shrink_to_fit();
            return Some(());
        }
        let chunks = blocks.chunks();
        while self.standing.chunks < chunks.len() {
            let start = self.standing.chunks;
            let wave = &chunks[start..(start + WAVE).min(chunks.len())];
            let (records, settings, said, standing) = (self.records, self.settings, &self.said, &self.standing);
            let parts = self.hands.each(wave.len(), |at| {
                let mut kept = Vec::new();
                blocks.each(wave[at], |l, r| {
                    if let Some(at) = standing.number(model.pattern(records, settings, l, r))
                        && scores.worth(model, records, said, (l, r, at))
                    {
                        kept.push((l, r, at));
                    }
                });
                kept
            });
            parts.into_iter().for_each(|part| self.standing.kept.extend(part));
            self.standing.chunks += wave.len();
            self.stands(progress)?;
        }
        for ((l, r), _) in self.said.iter().filter(|(_, same)| **same) {
            if !blocks.hold(*l, *r)
                && let Some(at) = self.standing.number(model.pattern(self.records, self.settings, *l, *r))
            {
                self.standing.kept.push((*l, *r, at));
            }
        }
        Some(())
    }

    fn stands(&mut self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Option<()> {
        if let Some(keep) = &mut self.keep {
            keep(&self.standing);
        }
        progress(Progress { done: self.standing.compared, of: self.of }).is_continue().then_some(())
    }

    /// Learns again now that rivals are known, and scores for good.
    fn settle(&mut self, model: &mut Model, chance: &Chance) -> Vec<Pair> {
        let unique = if self.records.within { Unique::Neither } else { self.settings.unique };
        let kept = std::mem::take(&mut self.standing.kept);
        // The rarity of words is no matter of weights: it is looked up once.
        let rare = |(l, r, at): &Kept| model.rarities(self.records, &model.shape.levels(self.standing.pattern(*at)), *l, *r);
        let rarities: Vec<f64> = kept.iter().map(rare).collect();
        let mut scores = self.scores(&kept, &rarities, model);
        if unique != Unique::Neither {
            let counts = self.standing.counts(&model.shape);
            for _ in 0..AGAIN {
                let bests = self.bests(&kept, &scores);
                let (left_once, right_once) =
                    (matches!(unique, Unique::Both | Unique::Right), matches!(unique, Unique::Both | Unique::Left));
                let mut counts = counts.clone();
                for ((l, r, at), score) in kept.iter().zip(&scores) {
                    let rivalled = left_once && *score < bests[*l as usize] || right_once && *score < bests[*r as usize];
                    if rivalled && !self.said.contains_key(&(*l, *r)) {
                        counts.bar(*at);
                    }
                }
                model.relearned(learn(model.weights.clone(), &counts, chance, self.settings, self.records.n_pairs()));
                scores = self.scores(&kept, &rarities, model);
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
        in_order(&mut pairs);
        pairs
    }

    fn scores(&self, kept: &[Kept], rarities: &[f64], model: &Model) -> Vec<f64> {
        let scores = Scores::new(model, &self.standing);
        kept.iter().zip(rarities).map(|((.., at), rarity)| log_odds_of(scores.patterns[*at as usize].sums, *rarity)).collect()
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

/// What the model says of each pattern, once for all pairs that have it.
struct Scores {
    patterns: Vec<Scored>,
}

struct Scored {
    levels: Vec<usize>,
    sums: [f64; 3],
    /// Not even the rarest words would make such a pair worth a look.
    hopeless: bool,
}

impl Scores {
    fn new(model: &Model, standing: &Standing) -> Scores {
        let of = |pattern| {
            let levels = model.shape.levels(pattern);
            let sums = model.sums(&levels);
            let hopeless = probability(model.log_odds_max(&levels, sums)) < PROBABILITY_MIN;
            Scored { levels, sums, hopeless }
        };
        Scores { patterns: standing.patterns().map(of).collect() }
    }

    fn log_odds(&self, model: &Model, records: &Records, (l, r, at): Kept) -> f64 {
        let pattern = &self.patterns[at as usize];
        log_odds_of(pattern.sums, model.rarities(records, &pattern.levels, l, r))
    }

    fn worth(&self, model: &Model, records: &Records, said: &BTreeMap<(u32, u32), bool>, kept: Kept) -> bool {
        let likely =
            !self.patterns[kept.2 as usize].hopeless && probability(self.log_odds(model, records, kept)) >= PROBABILITY_MIN;
        likely || !said.is_empty() && said.contains_key(&(kept.0, kept.1))
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
