use std::collections::BTreeMap;
use std::sync::Arc;

use facts::{CountyCode, Date, Finding, ItemList, Unit, text};

use crate::case::{Case, Given};
use crate::chain::Chain;
use crate::check::check_pack;
use crate::days;
use crate::model::{Head, PackSource};
use crate::read;
use crate::resolve;
use crate::resolved::{Layer, Resolved};
use crate::source::{Faults, Sources};
use crate::suggest::did_you_mean;

/// A pack as it lies on disk, already read into memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFiles {
    /// The folder under `policies/`: `cn/2017-quality-balance`.
    pub id: String,
    /// Relative path and text of each file: `pack.toml`, `cases/five_schools.toml`.
    pub files: Vec<(String, String)>,
    /// What the caller calls this state of the files: the start of their hash.
    pub version: String,
}

/// A pack without faults.
#[derive(Debug, Clone)]
pub struct Pack {
    pub layer: Layer,
    pub extends: Option<String>,
    pub from: Date,
    pub to: Option<Date>,
    /// School figures that the pack adds to the item list.
    pub figures: Vec<facts::Item>,
    /// What the pack asks to be declared: ids for the column `item` of the declarations.
    pub declarations: Vec<facts::Item>,
    pub cases: Vec<Case>,
}

/// The packs that passed the check, by id.
#[derive(Debug, Clone, Default)]
pub struct PackSet {
    packs: BTreeMap<String, Pack>,
    sources: Arc<Vec<Option<PackSource>>>,
    /// The school figures that the forms know, for their titles.
    items: Arc<ItemList>,
}

/// Reads and checks packs, all of them at once, since one may extend another. A pack with a 逻辑 finding, or one that extends
/// such a pack, is not in the set.
///
/// ```
/// use facts::ItemList;
/// use policy::{PackFiles, check};
/// let pack = PackFiles {
///     id: "cn/empty".into(),
///     files: vec![("pack.toml".into(), "id = 'cn/emtpy'".into())],
///     version: "0".into(),
/// };
/// let (packs, findings) = check(&[pack], &ItemList::default());
/// assert_eq!(packs.ids().count(), 0);
/// assert!(findings.iter().any(|finding| finding.code == "id-is-not-folder"));
/// ```
pub fn check(packs: &[PackFiles], items: &ItemList) -> (PackSet, Vec<Finding>) {
    let mut sources = Sources::default();
    let added: Vec<_> = packs.iter().enumerate().map(|(index, pack)| read::add_files(&mut sources, index, pack)).collect();
    let faults = Faults::new(&sources);
    let mut read: Vec<Option<PackSource>> =
        packs.iter().zip(&added).enumerate().map(|(index, (pack, added))| read::read(index, pack, added, &faults)).collect();
    same_ids(&read, &faults);
    let mut whole = Vec::new();
    for index in 0..read.len() {
        if let Some(chain) = chain(&read, index, Some(&faults)) {
            if !chain.iter().any(|pack| faults.is_unread(*pack)) {
                check_pack(&Chain { packs: chain.iter().filter_map(|index| read[*index].as_ref()).collect() }, items, &faults);
            }
            whole.push((index, chain));
        }
    }
    let mut set = BTreeMap::new();
    for (index, chain) in whole {
        let faulty = chain.iter().find(|pack| faults.is_spoilt(**pack));
        match (faulty, &read[index]) {
            (None, Some(source)) => {
                set.insert(source.id.clone(), pack_of(source, &read, &chain));
            }
            (Some(base), Some(source)) if *base != index => {
                let what =
                    text!("{} 所扩展的包有必须修改的问题", "a pack that {} extends has faults that must be mended", source.id);
                let mark = source.extends.as_ref().map_or(source.mark, |extends| extends.mark);
                faults.refuse(
                    "extends-faulty-pack",
                    mark,
                    what,
                    text!("先改好被扩展的包", "mend the pack that is extended first"),
                );
            }
            _ => {}
        }
    }
    for slot in read.iter_mut() {
        if slot.as_ref().is_some_and(|source| !set.contains_key(&source.id)) {
            *slot = None;
        }
    }
    let items = Arc::new(items.clone());
    (PackSet { packs: set, sources: Arc::new(read), items }, faults.into_findings())
}

impl PackSet {
    /// The ids of all packs, in alphabetical order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.packs.keys().map(String::as_str)
    }

    pub fn get(&self, id: &str) -> Option<&Pack> {
        self.packs.get(id)
    }

    /// The pack as it holds on a day in a county: values of that day chosen, replacements made, everything compiled.
    ///
    /// Refused, with the reason, when there is no such pack or it is not in force then or there.
    pub fn resolve(&self, id: &str, on: Date, county: &CountyCode) -> Result<Resolved, Vec<Finding>> {
        let index = self.sources.iter().position(|source| source.as_ref().is_some_and(|source| source.id == id));
        let chain = index.and_then(|index| chain(&self.sources, index, None));
        let Some(chain) = chain else { return Err(vec![resolve::unknown_pack(id, self.packs.keys().map(String::as_str))]) };
        let packs: Vec<&PackSource> = chain.iter().filter_map(|index| self.sources[*index].as_ref()).collect();
        resolve::resolve(&Chain { packs }, &self.sources, &self.items, on, county)
    }

    /// The days on which something of a pack, or of those it extends, becomes another than it was; in order.
    pub fn days(&self, id: &str) -> Vec<Date> {
        let index = self.sources.iter().position(|source| source.as_ref().is_some_and(|source| source.id == id));
        let Some(chain) = index.and_then(|index| chain(&self.sources, index, None)) else { return Vec::new() };
        days::days(&Chain { packs: chain.iter().filter_map(|index| self.sources[*index].as_ref()).collect() })
    }
}

/// The packs that one rests on, the most general first; None after a fault, which is told where it is asked for.
fn chain(read: &[Option<PackSource>], index: usize, faults: Option<&Faults<'_>>) -> Option<Vec<usize>> {
    let mut chain = vec![index];
    let mut source = read[index].as_ref()?;
    while let Some(extends) = &source.extends {
        let base = read.iter().position(|known| known.as_ref().is_some_and(|known| known.id == extends.value));
        let refuse = |code: &str, what: facts::Text, hint: facts::Text| {
            if let Some(faults) = faults {
                faults.refuse(code, extends.mark, what, hint);
            }
        };
        let Some(base) = base else {
            let what = text!("没有可扩展的标准包 {}", "there is no pack {} to extend", extends.value);
            let ids: Vec<&str> = read.iter().flatten().map(|known| known.id.as_str()).collect();
            refuse("unknown-pack", what, did_you_mean(&extends.value, ids.into_iter()));
            return None;
        };
        if chain.contains(&base) {
            let what = text!("标准包互相扩展，绕成一圈", "the packs extend each other in a circle");
            refuse("loop", what, text!("去掉其中一个 extends", "drop one of the `extends`"));
            return None;
        }
        let below = read[base].as_ref()?;
        if !source.place.starts_with(&below.place) {
            let what = text!(
                "地域 {} 不在被扩展的包的地域 {} 之内",
                "the place {} does not lie within {}, where the pack that is extended applies",
                source.place,
                below.place
            );
            refuse("place-outside-base", what, text!("改 place", "mend `place`"));
        }
        chain.push(base);
        source = below;
    }
    chain.reverse();
    Some(chain)
}

fn same_ids(read: &[Option<PackSource>], faults: &Faults<'_>) {
    let mut seen: BTreeMap<&str, ()> = BTreeMap::new();
    for source in read.iter().flatten() {
        if seen.insert(&source.id, ()).is_some() {
            let what = text!("有两个标准包的 id 都是 {}", "two packs have the id {}", source.id);
            faults.refuse("duplicate-pack", source.mark, what, text!("留下一个", "keep one of them"));
        }
    }
}

fn pack_of(source: &PackSource, read: &[Option<PackSource>], chain: &[usize]) -> Pack {
    let declared = |(head, unit): &(Head, Option<Unit>)| facts::Item {
        id: head.id.value.clone(),
        title: head.title.clone(),
        aliases: Vec::new(),
        unit: unit.clone().unwrap_or_default(),
        may_be_negative: false,
        whole_number: false,
        note: None,
    };
    let indicators = || chain.iter().filter_map(|index| read[*index].as_ref()).flat_map(|pack| &pack.entries.indicators);
    let mut cases = source.cases.clone();
    for case in &mut cases {
        let schools: Vec<String> = match &case.given {
            Given::Schools { schools, .. } => schools.iter().map(|school| school.code.clone()).collect(),
            Given::Coefficients { .. } => Vec::new(),
        };
        // `verdict.gaps_within_limits.backbone_per_100` ends in an indicator, not in a school.
        for expectation in &mut case.expected {
            let names_indicator = |id: &String| !schools.contains(id) && indicators().any(|entry| entry.head.id.value == *id);
            if expectation.indicator.is_none() {
                expectation.indicator = expectation.school.take_if(|school| names_indicator(school));
            }
        }
    }
    Pack {
        layer: resolve::layer(source),
        extends: source.extends.as_ref().map(|extends| extends.value.clone()),
        from: source.from,
        to: source.to,
        figures: source.figures.iter().map(|(_, item)| item.clone()).collect(),
        declarations: source.declarations.iter().map(declared).collect(),
        cases,
    }
}
