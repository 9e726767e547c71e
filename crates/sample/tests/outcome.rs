//! Counted here a second time, by the plain formulas: what an evaluation of the sample will find. The bounds make sure
//! that the county stays interesting whatever the seed.

use std::collections::BTreeMap;

use facts::Stage;
use sample::{County, Part, School};

const FLOORS: [[f64; 7]; 2] = [[4.2, 1.0, 0.9, 4.5, 7.5, 2000.0, 2.3], [5.3, 1.0, 0.9, 5.8, 10.2, 2500.0, 2.4]];

struct Unit {
    name: String,
    stage: usize,
    pupils: f64,
    /// Stocks in the order of the seven indicators.
    stocks: [f64; 7],
}

/// Stocks of the whole school fall to its stages as 1 : 1.1 : 1.32, or 1 : 1.2 between junior and senior alone.
fn share(school: &School, part: &Part) -> f64 {
    let count = |stage| school.part(stage).map_or(0.0, |part| f64::from(part.pupils()));
    let (primary, junior, senior) = (count(Stage::Primary), count(Stage::Junior), f64::from(school.senior_pupils()));
    let all = if primary > 0.0 { primary + 1.1 * junior + 1.32 * senior } else { junior + 1.2 * senior };
    let own = if part.stage == Stage::Primary || primary == 0.0 { 1.0 } else { 1.1 };
    own * f64::from(part.pupils()) / all
}

fn units(county: &County, year: usize) -> Vec<Unit> {
    let mut units: BTreeMap<(String, usize), Unit> = BTreeMap::new();
    for school in &county.years[year].schools {
        for part in &school.parts {
            let stage = usize::from(part.stage == Stage::Junior);
            let share = share(school, part);
            let teachers = |fits: &dyn Fn(&sample::Staff) -> bool| school.teachers(part.stage).filter(|t| fits(t)).count() as f64;
            let degree = |degree| match degree {
                "硕士" | "本科" | "博士" => true,
                "专科" => stage == 0,
                _ => false,
            };
            let arts = teachers(&|t| matches!(t.subject, "体育与健康" | "音乐" | "美术"));
            let small_rural = school.urban_rural.starts_with('2') && (50..100).contains(&part.pupils());
            let stocks = [
                teachers(&|t| degree(t.degree)),
                teachers(&|t| t.backbone.is_some()),
                arts + if small_rural { f64::from(part.shared_arts) } else { 0.0 },
                (school.stock.teaching - school.stock.indoor_sports) * share,
                (school.stock.field + school.stock.indoor_sports) * share,
                school.stock.equipment_wan * 10_000.0 * share,
                f64::from(school.stock.multimedia) * share,
            ];
            let point = school.kind == "218" && part.pupils() < 50;
            if point || school.kind.starts_with('5') {
                continue;
            }
            let (code, name) = match &school.parent {
                Some(parent) => (parent.code.clone(), parent.name.clone()),
                None => (school.code.clone(), school.name.clone()),
            };
            let unit = units.entry((code, stage)).or_insert(Unit { name, stage, pupils: 0.0, stocks: [0.0; 7] });
            unit.pupils += f64::from(part.pupils());
            unit.stocks.iter_mut().zip(stocks).for_each(|(sum, stock)| *sum += stock);
        }
    }
    units.into_values().collect()
}

fn ratio(unit: &Unit, indicator: usize) -> f64 {
    let per_100 = matches!(indicator, 0 | 1 | 2 | 6);
    unit.stocks[indicator] / unit.pupils * if per_100 { 100.0 } else { 1.0 }
}

fn cv(units: &[Unit], stage: usize, indicator: usize) -> f64 {
    let units: Vec<&Unit> = units.iter().filter(|unit| unit.stage == stage).collect();
    let pupils: f64 = units.iter().map(|unit| unit.pupils).sum();
    let mean = units.iter().map(|unit| ratio(unit, indicator) * unit.pupils).sum::<f64>() / pupils;
    let variance: f64 = units.iter().map(|unit| unit.pupils / pupils * (ratio(unit, indicator) - mean).powi(2)).sum();
    variance.sqrt() / mean
}

fn fails(unit: &Unit) -> Vec<(usize, f64)> {
    let below: Vec<(usize, f64)> =
        (0..7).map(|i| (i, ratio(unit, i) / FLOORS[unit.stage][i])).filter(|(_, reached)| *reached < 1.0).collect();
    if below.len() > 1 || below.iter().any(|(_, reached)| *reached < 0.85) { below } else { Vec::new() }
}

fn summary(seed: u64, year: usize) -> (usize, usize, Vec<String>) {
    let units = units(&sample::county(seed), year);
    let over = |stage, limit| (0..7).filter(|i| cv(&units, stage, *i) > limit).count();
    let mut failing = Vec::new();
    for unit in &units {
        let below = fails(unit);
        if !below.is_empty() {
            failing.push(format!("{} {} {below:.2?}", unit.name, unit.stage));
        }
    }
    for stage in 0..2 {
        let cvs: Vec<f64> = (0..7).map(|i| cv(&units, stage, i)).collect();
        println!("seed {seed} year {year} stage {stage} units {}: {cvs:.3?}", units.iter().filter(|u| u.stage == stage).count());
    }
    (over(0, 0.50), over(1, 0.45), failing)
}

#[test]
fn the_latest_year_gives_a_mixed_result_for_every_seed() {
    for seed in [1, 2, 7, 42, 2025] {
        let (primary, junior, failing) = summary(seed, 2);
        println!("{primary} {junior} {failing:#?}");
        assert_eq!(primary, 2, "primary CVs over the limit with seed {seed}");
        assert!(junior <= 2, "junior CVs over the limit with seed {seed}");
        assert!((6..=12).contains(&failing.len()), "seed {seed}: {failing:?}");
    }
}
