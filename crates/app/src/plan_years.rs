//! A plan over several years: what to do first so that most schools pass soonest.

use std::collections::BTreeMap;

use facts::SchoolCode;
use plan::{Line, Tally, YearPlan};

/// Gives each line its year, and says what each year costs and how the county stands at its end.
///
/// A school's lines belong together. Schools that do not pass come first, the cheapest of them first: no other order lets more
/// schools pass for the same money. What only lowers a coefficient comes last. No year is given more than its share of the
/// whole, and the last one takes what is left.
pub(crate) fn spread_over_years(
    lines: &mut [Line],
    years: u32,
    failing: &dyn Fn(&SchoolCode) -> bool,
    after: &dyn Fn(&[Line]) -> Tally,
) -> Vec<YearPlan> {
    let years = years.max(1);
    let mut of_school: BTreeMap<SchoolCode, f64> = BTreeMap::new();
    for line in lines.iter() {
        *of_school.entry(line.school.clone()).or_default() += line.cost;
    }
    let total: f64 = of_school.values().sum();
    let mut order: Vec<(bool, f64, SchoolCode)> =
        of_school.into_iter().map(|(code, cost)| (!failing(&code), cost, code)).collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut year_of: BTreeMap<SchoolCode, u32> = BTreeMap::new();
    let (mut year, mut spent) = (1, 0.0);
    for (_, cost, code) in order {
        let share = total * f64::from(year) / f64::from(years);
        if spent > 0.0 && spent + cost > share * (1.0 + 1e-9) && year < years {
            year += 1;
        }
        spent += cost;
        year_of.insert(code, year);
    }
    for line in lines.iter_mut() {
        line.year = year_of.get(&line.school).copied().unwrap_or(1);
    }
    (1..=years).map(|year| one_year(lines, year, after)).collect()
}

fn one_year(lines: &[Line], year: u32, after: &dyn Fn(&[Line]) -> Tally) -> YearPlan {
    let cost = |line: &&Line| line.year == year || (line.yearly && line.year < year);
    let done: Vec<Line> = lines.iter().filter(|line| line.year <= year).cloned().collect();
    YearPlan { year, cost: lines.iter().filter(cost).map(|line| line.cost).sum(), after: after(&done) }
}
