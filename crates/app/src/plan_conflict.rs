//! Why no plan is possible: a smallest set of demands that cannot hold together, and how little each would have to give way.

use facts::{Stage, Text, text};
use plan::Problem;
use planners::{conflict, least_easing};

use crate::plan_budget::PlanGround;
use crate::plan_problem::{RowOf, Stated};
use crate::words::shown;

/// A demand that can be given up: one indicator at all schools of a stage, one coefficient, or one cap.
#[derive(Clone, Copy)]
enum Demand {
    Schools(RowOf, Stage),
    Coefficient(usize),
    Cap(usize),
}

/// A limit of a coefficient that asks nothing.
const NO_LIMIT: f64 = 3.0;

/// The demands that cannot hold together, each enough to give up, and by how little each would have to be eased.
pub(crate) fn conflicting(stated: &Stated, ground: &PlanGround, keep: bool, stopped: &dyn Fn() -> bool) -> Vec<Text> {
    let mut groups: Vec<(RowOf, Stage)> = stated.rows.iter().map(|row| (row.of, row.stage)).collect();
    groups.sort_by_key(|(of, stage)| (*stage, *of));
    groups.dedup();
    let mut demands: Vec<Demand> = groups.into_iter().map(|(of, stage)| Demand::Schools(of, stage)).collect();
    demands.extend((0..stated.cones.len()).map(Demand::Coefficient));
    demands.extend((0..stated.caps.len()).map(Demand::Cap));
    let without = |kept: &[bool]| {
        let mut problem = stated.problem.clone();
        for (demand, _) in demands.iter().zip(kept).filter(|(_, kept)| !**kept) {
            ease(&mut problem, stated, *demand, 1.0);
        }
        problem
    };
    let found = conflict(demands.len(), keep, &without, &|| false).unwrap_or_default();
    let mut lines = Vec::new();
    for at in found {
        let words = demand_words(stated, ground, demands[at]);
        let eased = |share: f64| {
            let mut problem = stated.problem.clone();
            ease(&mut problem, stated, demands[at], share);
            problem
        };
        let share = if stopped() { None } else { least_easing(keep, &eased, stopped) };
        lines.push(match share {
            None if stopped() => words,
            None => {
                let (zh, en) = (&words.zh, &words.en);
                text!(
                    "{zh}（只放宽这一条还不够：另有别的要求也办不到）",
                    "{en} (easing this one alone is not enough: other demands cannot be met either)"
                )
            }
            Some(share) => {
                let (zh, en) = (&words.zh, &words.en);
                let how = eased_words(stated, demands[at], share);
                let (how_zh, how_en) = (&how.zh, &how.en);
                text!("{zh}（{how_zh}即有方案）", "{en} ({how_en} would be enough)")
            }
        });
    }
    lines
}

/// Eases a demand by a share, from 0 (as it stands) to 1 (given up).
fn ease(problem: &mut Problem, stated: &Stated, demand: Demand, share: f64) {
    match demand {
        Demand::Schools(indicator, stage) => {
            for (row, name) in problem.rows.iter_mut().zip(&stated.rows) {
                if (name.of, name.stage) == (indicator, stage) {
                    let lower = |need: f64| (need * (1.0 - share)).max(row.start.min(need));
                    row.need = lower(row.need);
                    row.left = row.left.map(|left| lower(left).min(row.need));
                    if share >= 1.0 {
                        row.need = row.start.min(row.need);
                        row.left = row.left.map(|left| left.min(row.need));
                    }
                }
            }
        }
        Demand::Coefficient(at) => {
            let limit = &mut problem.cones[at].limit;
            *limit += share * (NO_LIMIT - *limit).max(0.0);
        }
        Demand::Cap(at) => problem.caps[at].most += share * most_units(problem),
    }
}

/// More units than any plan needs.
fn most_units(problem: &Problem) -> f64 {
    let of_row = |row: &plan::Row| {
        let largest = row.terms.iter().map(|(_, each)| each.abs()).fold(0.0, f64::max);
        if largest > 0.0 { ((row.need - row.start) / largest).max(0.0).ceil() } else { 0.0 }
    };
    problem.rows.iter().map(of_row).sum::<f64>() + problem.sites.len() as f64
}

fn named(stated: &Stated, ground: &PlanGround, demand: Demand) -> Text {
    let of = |indicator: usize, stage: Stage| {
        let (title, stage) = (&ground.before.frame.indicators[indicator].title, stage.title());
        Text::new(format!("{}“{}”", stage.zh, title.zh), format!("{} \"{}\"", stage.en, title.en))
    };
    match demand {
        Demand::Schools(RowOf::Indicator(indicator), stage) => of(indicator, stage),
        Demand::Schools(item, _) => item.titles(&ground.before.frame).0,
        Demand::Coefficient(at) => of(stated.cones[at].0, stated.cones[at].1),
        Demand::Cap(at) => stated.caps[at].clone(),
    }
}

fn demand_words(stated: &Stated, ground: &PlanGround, demand: Demand) -> Text {
    let name = named(stated, ground, demand);
    let (zh, en) = (&name.zh, &name.en);
    match demand {
        Demand::Schools(..) => text!("每所学校的{zh}达到标准", "every school reaches its standard of {en}"),
        Demand::Coefficient(_) => text!("{zh}的差异系数不超过上限", "the coefficient of {en} stays within its limit"),
        Demand::Cap(_) => name,
    }
}

fn eased_words(stated: &Stated, demand: Demand, share: f64) -> Text {
    let mut problem = stated.problem.clone();
    ease(&mut problem, stated, demand, share);
    match demand {
        Demand::Schools(..) => {
            let percent = shown(Some((1.0 - share) * 100.0), 1);
            text!("标准降到 {percent}%", "{percent} % of the standard")
        }
        Demand::Coefficient(at) => {
            let limit = shown(Some(problem.cones[at].limit), 3);
            text!("上限放宽到 {limit}", "a limit of {limit}")
        }
        Demand::Cap(at) => {
            let most = problem.caps[at].most.ceil();
            text!("放宽到 {most}", "{most}")
        }
    }
}
