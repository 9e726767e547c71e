//! Where the time of linking goes, and how quickly one record is matched: `speed SETTINGS A.csv [B.csv]`. The files are those that
//! `registers` writes (no quotes in them); times are of this process alone.
#![expect(clippy::disallowed_methods, reason = "an example reads its command line and files and looks at the clock")]

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use linkage::{Hands, Index, Records, Settings, Table, Way, link_with, read_settings};

/// So many records are matched one by one, evenly spread over the register.
const PROBES: usize = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [settings, left, right @ ..] = &words[..] else { return Err("speed SETTINGS A.csv [B.csv]".into()) };
    let (settings, findings) = read_settings(settings, &std::fs::read_to_string(settings)?);
    let settings = settings.ok_or_else(|| format!("{findings:?}"))?;
    let began = Instant::now();
    let a = table(left, &settings)?;
    let b = right.first().map(|right| table(right, &settings)).transpose()?;
    let probes = probes(b.as_ref().unwrap_or(&a), &settings);
    println!("{} read", clock(began));
    let began = Instant::now();
    let hands = Hands::of(&two);
    let (records, _) = Records::new_with(a, b, &settings, hands);
    println!("{} clean {} records", clock(began), records.len());
    let began = Instant::now();
    let way = Way { hands, ..Way::default() };
    let linked = link_with(&records, &settings, &[], way, &mut |_| ControlFlow::Continue(())).ok_or("stopped")?;
    let links = linked.links().count();
    println!("{} link: {} pairs compared, {links} links", clock(began), linked.compared);
    let began = Instant::now();
    let mut index = Index::new_with(records, settings, linked.model, hands);
    println!("{} index", clock(began));
    let mut times: Vec<Duration> = Vec::new();
    let mut found = 0;
    for cells in &probes {
        let began = Instant::now();
        found += index.matches(cells, 0.05).len();
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("one record: p50 {:?}, p99 {:?}, p99.9 {:?}, most {:?}; {found} found", at(0.5), at(0.99), at(0.999), at(1.0));
    Ok(())
}

/// Time passed, and processor time of this process so far.
fn clock(began: Instant) -> String {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: f64 = stat.split_whitespace().skip(13).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    format!("{:>8.2?} (CPU so far {:.2} s)", began.elapsed(), ticks / 100.0)
}

/// Two threads, each taking the next task that nobody has.
fn two(n: usize, task: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < n) {
            task(at);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
}

fn table(path: &str, settings: &Settings) -> Result<Table, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().ok_or("an empty file")?.split(',').collect();
    let wanted: Vec<&String> = settings
        .columns
        .iter()
        .map(|column| &column.heads)
        .chain([&settings.id])
        .flat_map(|heads| heads.left.iter().chain(&heads.right))
        .collect();
    let place: Vec<Option<usize>> = heads
        .iter()
        .scan(0, |next, head| Some(wanted.iter().any(|wanted| wanted == head).then(|| (*next, *next += 1).0)))
        .collect();
    let kept: Vec<&str> = heads.iter().zip(&place).filter(|(_, place)| place.is_some()).map(|(head, _)| *head).collect();
    let mut table = Table::new(path, &kept);
    for line in lines {
        for (cell, at) in line.split(',').zip(&place) {
            if let Some(at) = at {
                table.put(*at, cell);
            }
        }
        table.end_row();
    }
    Ok(table)
}

/// Cells of some records in the order of the settings' columns.
fn probes(table: &Table, settings: &Settings) -> Vec<Vec<String>> {
    let heads = table.heads();
    let place: Vec<Option<usize>> = settings
        .columns
        .iter()
        .map(|column| heads.iter().position(|head| column.heads.right.iter().any(|name| name == head)))
        .collect();
    let step = (table.len() / PROBES).max(1);
    let row = |row: usize| place.iter().map(|at| at.map_or("", |at| table.cell(row, at)).to_string()).collect();
    (0..table.len()).step_by(step).map(row).collect()
}
