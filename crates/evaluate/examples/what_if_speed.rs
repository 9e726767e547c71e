//! How long a county takes to judge again after a change: `cargo run -p evaluate --example what_if_speed`.
#![expect(clippy::disallowed_methods, reason = "an example reads the packs in the tree and looks at the clock")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use evaluate::{Delta, GivenFigure, GivenSchool, Heading, StockMatrix, Traits, evaluate, given, what_if};
use facts::{CountyCode, Item, ItemList, SchoolCode, SchoolYear, Stage, Text};
use policy::{PackFiles, Resolved, StockLevel, check};

fn main() -> Result<(), Box<dyn Error>> {
    let resolved = quality_balance()?;
    for n_schools in [100, 10_000] {
        let began = Instant::now();
        let matrix = county(&resolved, n_schools)?;
        let built = began.elapsed();
        let school = matrix.schools[n_schools / 2].code.clone();
        let delta = Delta::Add { school, stage: Stage::Primary, stock: "backbone_teachers".into(), amount: 1.0 };
        let whole = best(|| drop(evaluate(&resolved, &matrix)));
        let changed = best(|| drop(what_if(&resolved, &matrix, std::slice::from_ref(&delta))));
        let written = best(|| drop(serde_json::to_vec(&evaluate(&resolved, &matrix))));
        println!(
            "{n_schools:>6} schools: matrix from figures {built:?}, evaluate {whole:?}, what_if {changed:?}, evaluate and write JSON {written:?}"
        );
    }
    Ok(())
}

/// The best of some runs: what the machine can do when nobody else wants it.
fn best(run: impl Fn()) -> Duration {
    let time = |_| {
        let began = Instant::now();
        run();
        began.elapsed()
    };
    (0..20).map(time).min().unwrap_or_default()
}

/// Schools of all kinds; every tenth is a nine-year school whose premises are reported as a whole.
fn county(resolved: &Resolved, n_schools: usize) -> Result<StockMatrix, Box<dyn Error>> {
    let mut seed = 7_u64;
    let mut dice = |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % sides
    };
    let mut schools = Vec::with_capacity(n_schools);
    for index in 0..n_schools {
        let (kind, stages): (&str, &[Stage]) = match index % 10 {
            0 => ("312", &[Stage::Primary, Stage::Junior]),
            1..=3 => ("311", &[Stage::Junior]),
            _ => ("211", &[Stage::Primary]),
        };
        let mut figures = Vec::new();
        for stock in resolved.stocks.iter().filter(|stock| stock.level == StockLevel::School) {
            let whole = [Stage::Whole];
            for stage in if stock.split { whole.as_slice() } else { stages } {
                let most = match stock.id.as_str() {
                    "pupils" | "compulsory_pupils" => 2000,
                    _ if stock.split => 9000,
                    _ => 40,
                };
                figures.push(GivenFigure { stock: stock.id.clone(), stage: *stage, value: Some(dice(most) as f64 + 1.0) });
            }
        }
        schools.push(GivenSchool {
            code: SchoolCode::parse(&format!("21530{index:05}")).ok_or("a code")?,
            name: format!("学校{index}"),
            traits: Traits {
                kind: Some(kind.into()),
                owner: Some("public".into()),
                urban_rural: Some("220".into()),
                built_year: Some(2000),
                counts_as_school: Some(true),
                ..Traits::default()
            },
            parent: None,
            figures,
        });
    }
    let heading = Heading::of(resolved, SchoolYear::of(resolved.on), resolved.on);
    Ok(given(resolved, heading, &schools, &[]))
}

fn quality_balance() -> Result<Resolved, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("policies/cn/2017-quality-balance");
    let mut files = Vec::new();
    for path in listed(&folder)? {
        let name = path.file_name().ok_or("a name")?.to_string_lossy().to_string();
        files.push((name, fs::read_to_string(&path)?));
    }
    let mut items = Vec::new();
    for path in listed(&root.join("forms/items"))? {
        let table: toml::Table = fs::read_to_string(&path)?.parse()?;
        for item in table.get("item").and_then(toml::Value::as_array).into_iter().flatten() {
            let words = |key: &str| item.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            items.push(Item {
                id: words("id").to_string(),
                title: Text::new(words("title"), words("title_en")),
                aliases: Vec::new(),
                unit: words("unit").parse().map_err(|_| "a unit")?,
                may_be_negative: false,
                whole_number: false,
                note: None,
            });
        }
    }
    let pack = PackFiles { id: "cn/2017-quality-balance".into(), files, version: "example".into() };
    let (set, findings) = check(&[pack], &ItemList::new(items));
    let resolved = set.resolve("cn/2017-quality-balance", "2024-09-01".parse()?, &CountyCode::unstated());
    resolved.map_err(|faults| format!("{findings:#?} {faults:#?}").into())
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}
