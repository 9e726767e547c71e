use std::collections::BTreeMap;

use facts::{Finding, Place, Severity, Text, text};

use crate::hash::Hash;
use crate::names::{check_name, check_receipt};

/// The published list: who takes part, by receipt number only, sorted, so that one list has one hash.
///
/// A child may stand in several pools (say, two private schools), once in each. Those with the same `bound` word in a pool
/// (twins) share one lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawList {
    pools: Vec<Pool>,
}

/// Those who draw for the same places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    pub name: String,
    /// In the order of their first receipts.
    pub lots: Vec<Lot>,
}

/// One lot: a child, or the children who are bound to each other; receipts sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    pub bound: String,
    pub receipts: Vec<String>,
}

const HEAD: &str = "pool,receipt,bound";

impl DrawList {
    /// Reads a list in any order, and says everything that is wrong with it; lines that are wrong are not in the list.
    ///
    /// `file` is how the list is called in findings.
    pub fn read(words: &str, file: &str) -> (DrawList, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut at = |line: usize, code: &str, what: Text, hint: Text| {
            let place = Place::Source { file: file.to_string(), line: Some(line as u32), excerpt: None };
            findings.push(Finding::new(Severity::Logic, code, place, what, hint));
        };
        let mut lines = words.trim_start_matches('\u{feff}').lines().enumerate();
        let head = lines.next().map_or("", |(_, head)| head.trim_end());
        if head != HEAD {
            at(
                1,
                "draw-list-head",
                text!("名单首行应为“{HEAD}”，现为“{head}”", "the list must begin with `{HEAD}`, and begins with `{head}`"),
                text!(
                    "名单只要三栏：派位组（学校）、受理号、捆绑号（多胞胎同号，其他留空）；不要姓名、证件号等其他栏",
                    "a list has three columns: pool (school), receipt, bound (the same word for twins, else empty); no names, no id numbers"
                ),
            );
            return (DrawList { pools: Vec::new() }, findings);
        }
        // pool → receipt → (bound, line)
        let mut seen: BTreeMap<String, BTreeMap<String, (String, usize)>> = BTreeMap::new();
        for (index, line) in lines {
            let (line, number) = (line.trim_end_matches('\r'), index + 1);
            if line.is_empty() {
                continue;
            }
            let cells: Vec<&str> = line.split(',').collect();
            let [pool, receipt, bound] = cells[..] else {
                let n = cells.len();
                at(
                    number,
                    "draw-list-columns",
                    text!("这一行有 {n} 栏，应为 3 栏", "this line has {n} columns, and must have 3"),
                    text!("按“{HEAD}”补齐或删去多余的栏", "write it as `{HEAD}`"),
                );
                continue;
            };
            let checked = check_name(pool)
                .and_then(|()| check_receipt(receipt))
                .and_then(|()| if bound.is_empty() { Ok(()) } else { check_name(bound) });
            if let Err(what) = checked {
                at(
                    number,
                    "draw-list-name",
                    what,
                    text!("改成不带个人信息的编号", "use a number that says nothing about the person"),
                );
                continue;
            }
            let receipts = seen.entry(pool.to_string()).or_default();
            if let Some((_, first)) = receipts.get(receipt) {
                at(
                    number,
                    "draw-list-twice",
                    text!(
                        "受理号 {receipt} 在“{pool}”出现两次（第一次在第 {first} 行）",
                        "receipt {receipt} stands twice in `{pool}` (first in line {first})"
                    ),
                    text!("删去重复的一行；两个孩子不能同号", "remove one of them; two children cannot have one number"),
                );
                continue;
            }
            receipts.insert(receipt.to_string(), (bound.to_string(), number));
        }
        if seen.is_empty() {
            at(
                1,
                "draw-list-empty",
                text!("名单里没有人", "nobody is on the list"),
                text!("核对导出的名单", "look at the exported list"),
            );
        }
        (DrawList { pools: seen.into_iter().map(pool_of).collect() }, findings)
    }

    /// The canonical text: the head, then the lines sorted by pool and receipt, byte by byte, each ended by a line feed.
    pub fn write(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for pool in &self.pools {
            let mut rows: Vec<(&str, &str)> = pool
                .lots
                .iter()
                .flat_map(|lot| lot.receipts.iter().map(|receipt| (receipt.as_str(), lot.bound.as_str())))
                .collect();
            rows.sort_unstable();
            lines.extend(rows.iter().map(|(receipt, bound)| format!("{},{receipt},{bound}\n", pool.name)));
        }
        format!("{HEAD}\n{}", lines.concat())
    }

    pub fn hash(&self) -> Hash {
        Hash::of(self.write().as_bytes())
    }

    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// How many entries there are: children, over all pools.
    pub fn n_entries(&self) -> usize {
        self.pools.iter().map(Pool::n_entries).sum()
    }
}

impl Pool {
    pub fn n_entries(&self) -> usize {
        self.lots.iter().map(|lot| lot.receipts.len()).sum()
    }
}

/// Lots stand in the order of their first receipts; a bound word that only one child bears makes a lot of one.
fn pool_of((name, receipts): (String, BTreeMap<String, (String, usize)>)) -> Pool {
    let mut lots: Vec<Lot> = Vec::new();
    let mut lot_of: BTreeMap<String, usize> = BTreeMap::new();
    for (receipt, (bound, _)) in receipts {
        match lot_of.get(&bound) {
            Some(index) if !bound.is_empty() => lots[*index].receipts.push(receipt),
            _ => {
                lot_of.insert(bound.clone(), lots.len());
                lots.push(Lot { bound, receipts: vec![receipt] });
            }
        }
    }
    Pool { name, lots }
}
