//! Two small registers and settings, all out of the fuzzer's bytes: findings and links, never a panic; two hands do what one does; a
//! stopped run goes on to the same end.
#![no_main]

use std::ops::ControlFlow;

use linkage::{Hands, Index, Model, Records, Standing, Table, Way, hidden_settings, hide, link_with, propose, read_settings};

fn table(name: &str, text: &str) -> Table {
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap_or_default().split(',').take(12).collect();
    let mut table = Table::new(name, &heads);
    for line in lines.take(60) {
        table.push(&line.split(',').collect::<Vec<_>>());
    }
    table
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = Standing::from_bytes(data);
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, '\0');
    let (a, b, own) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (a, b) = (table("a", a), table("b", b));
    let right = (!b.is_empty()).then_some(&b);
    let (proposed, _) = propose(&a, right);
    let (settings, findings) = read_settings("proposed", &proposed);
    let read = settings.or_else(|| read_settings("own", own).0);
    assert!(read.is_some() || !findings.is_empty());
    let own = if own.is_empty() { None } else { read_settings("own", own).0 };
    let Some(mut settings) = own.or(read) else { return };
    settings.sample_pairs = settings.sample_pairs.min(2000);
    settings.pairs_max = settings.pairs_max.min(20_000);
    let backwards = |n: usize, task: &(dyn Fn(usize) + Sync)| (0..n).rev().for_each(task);
    let (records, _) = Records::new(a.clone(), right.cloned(), &settings);
    let mut stood: Option<Vec<u8>> = None;
    let mut keep = |standing: &Standing| stood = Some(standing.to_bytes());
    let way = Way { keep: Some(&mut keep), ..Way::default() };
    let first = link_with(&records, &settings, &[], way, &mut |_| ControlFlow::Continue(()));
    let resume = stood.as_deref().and_then(Standing::from_bytes);
    let way = Way { hands: Hands::of(&backwards), resume, ..Way::default() };
    let second = link_with(&records, &settings, &[], way, &mut |_| ControlFlow::Continue(()));
    let (Some(first), Some(second)) = (first, second) else { return };
    assert_eq!(first.pairs, second.pairs);
    assert!(first.pairs.iter().all(|pair| pair.probability.is_finite()));
    let toml = first.model.to_toml(&records, &settings);
    assert!(Model::from_toml(&toml, &records, &settings).is_some());
    let keyed = |bytes: &[u8]| bytes.iter().fold(7_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    let _ = hide(a, false, &settings, &keyed);
    let _ = read_settings("hidden", &hidden_settings(&settings));
    let cells: Vec<String> = text.split(',').map(str::to_string).take(settings.columns.len()).collect();
    let mut index = Index::new(records, settings, first.model);
    let _ = index.matches(&cells, 0.0);
    index.add("new", &cells);
    let _ = index.matches(&cells, 0.0);
});
