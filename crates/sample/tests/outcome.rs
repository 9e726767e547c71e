//! Counted here a second time, by the plain formulas: what an evaluation of the sample will find. The bounds make sure
//! that the county stays interesting whatever the seed.

use std::collections::BTreeMap;

use facts::Stage;
use sample::{County, School};

const FLOORS: [[f64; 7]; 2] = [[4.2, 1.0, 0.9, 4.5, 7.5, 2000.0, 2.3], [5.3, 1.0, 0.9, 5.8, 10.2, 2500.0, 2.4]];

struct Unit {
    name: String,
    stage: usize,
    pupils: f64,
    /// Stocks in the order of the seven indicators.
    stocks: [f64; 7],
}

/// A counted school with all that is merged into it.
struct Merged {
    name: String,
    kind: &'static str,
    urban_rural: &'static str,
    pupils: [f64; 3],
    /// Teachers by stage: above the required degree, backbone, PE and arts, and such shared with other schools.
    teachers: [[f64; 4]; 2],
    /// Of the whole school: area, sports area, equipment, multimedia rooms.
    whole: [f64; 4],
}

fn merged(county: &County, year: usize) -> BTreeMap<String, Merged> {
    let mut all: BTreeMap<String, Merged> = BTreeMap::new();
    // Counted schools first, so that the names and kinds are theirs.
    let mut schools: Vec<&School> = county.years[year].schools.iter().collect();
    schools.sort_by_key(|school| !school.counts_as_school());
    for school in schools {
        let code = school.parent.as_ref().map_or(&school.code, |parent| &parent.code).clone();
        let School { name, kind, urban_rural, stock, .. } = school;
        let new = || Merged { name: name.clone(), kind, urban_rural, pupils: [0.0; 3], teachers: [[0.0; 4]; 2], whole: [0.0; 4] };
        let unit = all.entry(code).or_insert_with(new);
        unit.pupils[2] += f64::from(school.senior_pupils());
        for part in &school.parts {
            let stage = usize::from(part.stage == Stage::Junior);
            let degrees: &[&str] = if stage == 0 { &["专科", "本科", "硕士"] } else { &["本科", "硕士"] };
            unit.pupils[stage] += f64::from(part.pupils());
            for teacher in school.teachers(part.stage) {
                unit.teachers[stage][0] += f64::from(u8::from(degrees.contains(&teacher.degree)));
                unit.teachers[stage][1] += f64::from(u8::from(teacher.backbone.is_some()));
                let arts = matches!(teacher.subject, "体育与健康" | "音乐" | "美术" | "艺术");
                unit.teachers[stage][2] += f64::from(u8::from(arts));
            }
            unit.teachers[stage][3] += f64::from(part.shared_arts);
        }
        let sports = stock.field + stock.indoor_sports + stock.extra_sports;
        let stocks = [stock.teaching - stock.indoor_sports, sports, stock.equipment_wan * 10_000.0, f64::from(stock.multimedia)];
        unit.whole.iter_mut().zip(stocks).for_each(|(sum, stock)| *sum += stock);
    }
    all
}

/// The stages of the schools in scope: no special school and no teaching point below fifty. Stocks of the whole school
/// fall to its stages as 1 : 1.1 : 1.32, or 1 : 1.2 between junior and senior alone.
fn units(county: &County, year: usize) -> Vec<Unit> {
    let mut units = Vec::new();
    for school in merged(county, year).into_values() {
        let [primary, junior, _] = school.pupils;
        if school.kind.starts_with('5') || (school.kind == "218" && primary < 50.0) {
            continue;
        }
        let weights = if primary > 0.0 { [1.0, 1.1, 1.32] } else { [1.0, 1.0, 1.2] };
        let all: f64 = weights.iter().zip(school.pupils).map(|(weight, pupils)| weight * pupils).sum();
        let small_rural = school.urban_rural.starts_with('2') && (50.0..100.0).contains(&(primary + junior));
        for stage in (0..2).filter(|stage| school.pupils[*stage] > 0.0) {
            let pupils = school.pupils[stage];
            let [area, sports, equipment, multimedia] = school.whole.map(|stock| stock * weights[stage] * pupils / all);
            let [qualified, backbone, arts, shared] = school.teachers[stage];
            let arts = if small_rural { arts + shared } else { arts };
            let stocks = [qualified, backbone, arts, area, sports, equipment, multimedia];
            units.push(Unit { name: school.name.clone(), stage, pupils, stocks });
        }
    }
    units
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
