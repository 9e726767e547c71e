use facts::{CountyCode, Stage, Text};
use serde::Serialize;

use crate::outcome::{Outcome, Rows, Scope, Verdict};

/// Counties of a prefecture or province side by side, in the order given: a table to read, not a ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub counties: Vec<CountySummary>,
    pub passed: usize,
    pub failed: usize,
    pub undecided: usize,
}

/// One county in a few figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CountySummary {
    pub county: CountyCode,
    pub county_name: String,
    pub snapshot: Option<String>,
    pub pack: String,
    pub pack_version: String,
    pub verdict: Verdict,
    pub parts: Vec<(String, Text, Verdict)>,
    /// Schools that the standard concerns.
    pub schools: usize,
    /// Of these, schools that fall short, and schools of which it is not known, in some at-least judgement.
    pub schools_failed: usize,
    pub schools_undecided: usize,
    pub coefficients: Vec<CountyCoefficient>,
}

/// A coefficient of variation that is judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CountyCoefficient {
    /// None for the mean of several.
    pub indicator: Option<String>,
    pub stage: Stage,
    pub cv: Option<f64>,
    pub limit: Option<f64>,
    pub verdict: Verdict,
}

/// Puts the outcomes of several counties side by side.
pub fn summary(outcomes: &[Outcome]) -> Summary {
    let counties: Vec<CountySummary> = outcomes.iter().map(county).collect();
    let count = |verdict: Verdict| counties.iter().filter(|county| county.verdict == verdict).count();
    Summary { passed: count(Verdict::Pass), failed: count(Verdict::Fail), undecided: count(Verdict::NotEnoughData), counties }
}

fn county(outcome: &Outcome) -> CountySummary {
    let heading = &outcome.matrix.heading;
    let mut worst: Vec<Option<Verdict>> = vec![None; outcome.matrix.schools.len()];
    let mut coefficients = Vec::new();
    for judged in &outcome.judgements {
        match &judged.rows {
            Rows::AtLeast(rows) => {
                for row in rows {
                    let known = worst[row.school].into_iter().chain([row.verdict]);
                    worst[row.school] = Some(Verdict::all(known));
                }
            }
            Rows::CvEach(rows) => coefficients.extend(rows.iter().map(|row| CountyCoefficient {
                indicator: outcome.frame.indicators.get(row.indicator).map(|head| head.id.clone()),
                stage: row.stage,
                cv: row.cv,
                limit: row.limit,
                verdict: row.verdict,
            })),
            Rows::CvMean(rows) => coefficients.extend(rows.iter().map(|row| CountyCoefficient {
                indicator: None,
                stage: row.stage,
                cv: row.mean,
                limit: row.limit,
                verdict: row.verdict,
            })),
            Rows::Items(_) | Rows::Score { .. } => {}
        }
    }
    let parts = outcome.frame.parts.iter().zip(&outcome.parts);
    CountySummary {
        county: heading.county.clone(),
        county_name: heading.county_name.clone(),
        snapshot: heading.snapshot.clone(),
        pack: heading.pack.clone(),
        pack_version: heading.pack_version.clone(),
        verdict: outcome.verdict,
        parts: parts.map(|(head, verdict)| (head.id.clone(), head.title.clone(), *verdict)).collect(),
        schools: outcome.scope.iter().filter(|scope| **scope == Scope::In).count(),
        schools_failed: worst.iter().filter(|verdict| **verdict == Some(Verdict::Fail)).count(),
        schools_undecided: worst.iter().filter(|verdict| **verdict == Some(Verdict::NotEnoughData)).count(),
        coefficients,
    }
}
