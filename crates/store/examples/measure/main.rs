//! How long lists, a sync's look-ups and a whole verification take: `cargo run --release -p store --example measure [CASES] [EVENTS]`.

use std::time::Instant;

use store::{Batch, Filter, StoreError, open, verify};

mod filled;

fn main() -> Result<(), StoreError> {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse::<u64>().ok());
    let (cases, events) = (numbers.next().unwrap_or(200_000), numbers.next().unwrap_or(1_000_000));
    let folder = std::env::temp_dir().join(format!("junheng-measure-{}", std::process::id()));
    let url = folder.join("log.sqlite").display().to_string();
    let mut store = open(&url, false)?;
    let each = (events / cases.max(1)).max(1);
    let started = Instant::now();
    for first in (0..cases).step_by(5_000) {
        let entries = (first..cases.min(first + 5_000)).map(|n| filled::entry(n, each)).collect();
        store.append(&Batch { entries, ..Batch::default() })?;
    }
    println!("{cases} cases, {} events written in {:.1} s", cases * each, started.elapsed().as_secs_f64());

    let filters = [
        ("due first", Filter { unclosed: true, limit: 50, ..Filter::default() }),
        ("a role's", Filter { unclosed: true, owner_role: Some("role3".into()), limit: 50, ..Filter::default() }),
        ("a township's", Filter { unclosed: true, division: Some("539901107".into()), limit: 50, ..Filter::default() }),
        ("overdue", Filter { unclosed: true, due_before: Some("2026-03-05".into()), limit: 50, ..Filter::default() }),
        (
            "a procedure's",
            Filter { procedure: Some("cn/p2".into()), status: Some("open".into()), limit: 50, ..Filter::default() },
        ),
        ("relapsed", Filter { relapsed: true, limit: 50, ..Filter::default() }),
    ];
    for (name, filter) in filters {
        let started = Instant::now();
        let listing = store.list(&filter)?;
        println!("list {name}: {} of {} in {:.1} ms", listing.rows.len(), listing.total, started.elapsed().as_secs_f64() * 1e3);
    }

    let started = Instant::now();
    let mut found = 0;
    for n in 0..400 {
        if let Some(row) = store.about("cn/p2", &format!("subject{}", n * 5 + 2))? {
            found += store.events(&row.case)?.len();
        }
    }
    println!("400 subjects of a sync looked up with {found} events in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);

    let started = Instant::now();
    let lines = verify(&mut *store)?.map_err(|what| StoreError::Broken { what: what.en })?;
    let seconds = started.elapsed().as_secs_f64();
    println!("{lines} lines verified in {seconds:.2} s: {:.2} million a second", lines as f64 / seconds / 1e6);
    drop(store);
    std::fs::remove_dir_all(&folder).map_err(|error| StoreError::Refused { what: error.to_string() })
}
