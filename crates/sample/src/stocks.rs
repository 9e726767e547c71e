//! Rooms, fields, books and equipment of a school.

use facts::Stage;

use crate::county::{Room, School, Stock, round};
use crate::plan::{LATEST, SchoolPlan, Want};
use crate::random::Random;
use crate::staff::band;

/// What a pupil of a stage has, by where the school lies: city, town, countryside.
struct Level {
    area: f64,
    sports: f64,
    equipment: f64,
    multimedia_per_100: f64,
}

const fn level(area: f64, sports: f64, equipment: f64, multimedia_per_100: f64) -> Level {
    Level { area, sports, equipment, multimedia_per_100 }
}

const PRIMARY: [Level; 3] = [level(5.05, 6.9, 3150.0, 2.45), level(5.5, 11.0, 2600.0, 2.75), level(7.3, 25.0, 2400.0, 4.0)];
const JUNIOR: [Level; 3] = [level(6.5, 9.3, 3300.0, 2.6), level(7.2, 13.5, 2950.0, 2.85), level(8.6, 19.0, 2800.0, 3.3)];

/// `pupils` are the primary, junior and senior pupils for whom the school is built, those of its latest year.
pub(crate) fn equip(
    seed: u64,
    index: usize,
    plan: &SchoolPlan,
    year: i16,
    pupils: [f64; 3],
    school: &School,
) -> (Stock, Vec<Room>) {
    let mut random = Random::new(seed, &[41, index as u64]);
    let band = band(plan.urban_rural);
    // A school of several stages has one stock for all; seniors need what juniors need and a little more.
    let all = pupils.iter().sum::<f64>();
    let several = pupils.iter().filter(|count| **count > 0.0).count() > 1;
    let mut need = |of: fn(&Level) -> f64, want: Want, spread: f64| {
        let each = |level: &Level| of(level) * if several { 1.12 } else { 1.0 };
        let [primary, junior, senior] = pupils;
        let own = primary * each(&PRIMARY[band]) + (junior + senior * 1.2) * each(&JUNIOR[band]);
        let around = random.around(spread);
        plan.has(want).map_or(own * around, |per_pupil| per_pupil * all)
    };
    let area = need(|level| level.area, Want::Area, 0.05);
    let sports = need(|level| level.sports, Want::Sports, if band == 2 { 0.2 } else { 0.04 });
    let equipment = need(|level| level.equipment, Want::Equipment, 0.05);
    let multimedia = need(|level| level.multimedia_per_100 / 100.0, Want::Multimedia, 0.0);
    let multimedia = plan.has(Want::Multimedia).map_or(multimedia.ceil().max(2.0), |per_100| (per_100 * all / 100.0).floor());
    // Purchases came year by year; buildings stood.
    let yet = 1.0 - 0.035 * f64::from(LATEST - year);
    let indoor_sports = if all > 900.0 { round(600.0 + 700.0 * random.unit(), 2) } else { 0.0 };
    let teaching = round(area + indoor_sports, 2);
    let living = if school.boarding { 3.4 } else { 0.8 } * all;
    let stock = Stock {
        land: round((area * 2.6 + sports) * random.around(0.1), 2),
        building: round(teaching + all * 0.7 + living, 2),
        teaching,
        indoor_sports,
        field: round((sports - indoor_sports).max(all * 1.5), 2),
        extra_sports: round(plan.has(Want::ExtraSports).unwrap_or(0.0) * all, 2),
        // The county gave every school its first thousand.
        books: (all * random.around(0.15) * 28.0 * yet).round().max(1040.0) as u32,
        computers: (all * random.around(0.2) * 0.13 * yet).ceil() as u32,
        multimedia: (multimedia * if all > 300.0 { yet } else { 1.0 }).ceil().max(1.0) as u32,
        equipment_wan: round(equipment * yet / 10_000.0, 2),
    };
    let rooms = rooms(&mut random, plan, &stock, school);
    (stock, rooms)
}

fn rooms(random: &mut Random, plan: &SchoolPlan, stock: &Stock, school: &School) -> Vec<Room> {
    let classes: usize = school.parts.iter().map(|part| part.classes.len()).sum();
    let largest = school.parts.iter().flat_map(|part| &part.classes).map(|class| class.pupils.len()).max().unwrap_or(0);
    let per_twelve = classes.div_ceil(12).max(1);
    let built = plan.built.max(1998 + random.below(25) as i16).min(LATEST - 2).max(plan.built);
    let small = band(plan.urban_rural) == 2 && largest < 30;
    let (music, art) = match (built >= 2017, small, school.part(Stage::Junior).is_some()) {
        (true, false, _) => (97.2, 91.6),
        (_, true, false) => (55.4, 54.8),
        (_, true, true) => (62.5, 61.9),
        (false, false, _) => (74.5, 68.4),
    };
    // One crowded school in three has fewer art rooms than its classes need.
    let short = classes > 24 && random.chance(0.33);
    let mut rooms = Vec::new();
    let mut add = |kind: &'static str, count: usize, area: f64| {
        for n in 1..=count {
            let area = round(area + random.unit() * 12.0, 2);
            rooms.push(Room { kind, name: format!("{kind}教室{n}"), area, built });
        }
    };
    add("音乐", per_twelve, music);
    add("美术", per_twelve - usize::from(short), art);
    add("网络多媒体", stock.multimedia as usize, 56.0);
    if band(plan.urban_rural) < 2 || school.part(Stage::Junior).is_some() {
        add("科学", per_twelve, 84.0);
        add("计算机", (stock.computers as usize / 45).clamp(1, 8), 78.0);
    }
    add("图书", 1, 48.0 + f64::from(stock.books) / 220.0);
    rooms
}
