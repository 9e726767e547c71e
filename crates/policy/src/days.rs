use std::collections::BTreeSet;

use facts::Date;

use crate::chain::Chain;
use crate::model::{Head, Law, PackSource};

/// Every day on which something of a chain of packs begins, and every day after one on which something ends.
pub(crate) fn days(chain: &Chain<'_>) -> Vec<Date> {
    let mut days = BTreeSet::new();
    let mut span = |from: Option<Date>, to: Option<Date>| {
        days.extend(from);
        days.extend(to.and_then(|last| last.tomorrow().ok()));
    };
    for pack in &chain.packs {
        span(Some(pack.from), pack.to);
        laws(pack).for_each(|law| span(law.from, law.to));
        let values = pack.entries.parameters.iter().flat_map(|parameter| &parameter.values);
        let replaced = pack.replaces.iter().flat_map(|replace| &replace.change.values);
        values.chain(replaced).for_each(|value| span(Some(value.from), value.to));
        pack.splits.iter().for_each(|split| span(Some(split.from), split.to));
        pack.scopes.iter().for_each(|scope| span(Some(scope.from), scope.to));
        pack.exceptions.iter().for_each(|exception| span(Some(exception.from), exception.to));
    }
    days.into_iter().collect()
}

fn laws(pack: &PackSource) -> impl Iterator<Item = &Law> {
    let entries = &pack.entries;
    let heads = (entries.stocks.iter().map(|entry| &entry.head))
        .chain(entries.indicators.iter().map(|entry| &entry.head))
        .chain(entries.judgements.iter().map(|entry| &entry.head))
        .chain(entries.items.iter().map(|entry| &entry.head));
    heads.map(|head: &Head| &head.law).chain(pack.replaces.iter().map(|replace| &replace.law))
}
