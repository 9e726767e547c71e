//! How long a sync of the sample county and a page of the ledger take where the store already holds many cases:
//! `cargo run --release -p app --example duty_speed -- [CASES] [EVENTS]` (200,000 cases with 1,000,000 events).

#[path = "../../store/examples/measure/filled.rs"]
mod filled;

use std::error::Error;
use std::time::Instant;

use app::{CasesAsked, LedgerAsked, Viewer};
use store::Batch;

type Fault = Box<dyn Error>;

fn main() -> Result<(), Fault> {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse::<u64>().ok());
    let (cases, events) = (numbers.next().unwrap_or(200_000), numbers.next().unwrap_or(1_000_000));
    let folder = std::env::temp_dir().join(format!("junheng-duty-speed-{}", std::process::id()));
    let (files, home) = (folder.join("files"), folder.join("home"));
    let truth = sample::write(&files, 1, sample::Size::County)?;
    let library = app::library(&home, &[]).map_err(said)?;
    let paths = [files.join(&truth.years.last().ok_or("no year")?.year)];
    let request = app::ImportRequest {
        home: &home,
        paths: &paths,
        uploads: &[],
        dry_run: false,
        explanations: None,
        county: None,
        fresh: false,
    };
    let report = app::import_files(&library, &request, &mut |_| std::ops::ControlFlow::Continue(())).map_err(said)?;
    if report.published().is_empty() {
        return Err("the sample was not imported".into());
    }

    let url = home.join("duty").join("log.sqlite");
    std::fs::create_dir_all(home.join("duty"))?;
    let mut store = store::open(&url.display().to_string(), true).map_err(|error| error.words().en)?;
    let each = (events / cases.max(1)).max(1);
    for first in (0..cases).step_by(5_000) {
        let entries = (first..cases.min(first + 5_000)).map(|n| filled::entry(n, each)).collect();
        store.append(&Batch { entries, ..Batch::default() }).map_err(|error| error.words().en)?;
    }
    drop(store);
    println!("{cases} cases, {} events", cases * each);

    let mut ledger =
        app::open_ledger(&LedgerAsked { home: home.clone(), practice: true, ..LedgerAsked::default() }).map_err(said)?;
    for what in ["first sync, which opens cases", "second sync, which finds them again"] {
        let started = Instant::now();
        let synced = app::sync_duties(&library, &mut ledger, &home, None, &[]).map_err(said)?;
        println!("{what}: {} opened, {:.0} ms", synced.opened.len(), started.elapsed().as_secs_f64() * 1e3);
    }
    let viewer = Viewer::alone();
    let asked = CasesAsked { status: Some("unclosed".into()), limit: 50, ..CasesAsked::default() };
    let lists = [
        ("due first", asked.clone()),
        ("a township's", CasesAsked { division: Some("539901107".into()), ..asked.clone() }),
        ("a school's", CasesAsked { school: Some("2153000077".into()), ..asked.clone() }),
        ("overdue", CasesAsked { overdue: true, ..asked.clone() }),
        ("relapsed", CasesAsked { relapsed: true, ..asked.clone() }),
        ("by words", CasesAsked { words: Some("第77学校".into()), ..asked }),
    ];
    for (what, asked) in lists {
        let started = Instant::now();
        let page = app::list_cases(&mut ledger, &viewer, &asked).map_err(said)?;
        println!("list {what}: {} of {} in {:.1} ms", page.cases.len(), page.total, started.elapsed().as_secs_f64() * 1e3);
    }
    let started = Instant::now();
    let desk = app::my_work(&mut ledger, &viewer).map_err(said)?;
    println!("desk: {} in {:.1} ms", desk.mine_total, started.elapsed().as_secs_f64() * 1e3);
    Ok(std::fs::remove_dir_all(&folder)?)
}

fn said(failure: app::Failure) -> Fault {
    format!("{} {}", failure.what.en, failure.hint.en).into()
}
