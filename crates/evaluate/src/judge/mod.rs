//! From stocks to verdicts: scope, figures, spreads, items, judgements, parts, county.

mod county;
mod decide;
mod frame;
mod items;
mod lever;
mod noted;
mod spreads;
mod stage;

use std::sync::Arc;

use facts::Stage;
use policy::{ItemLevel, Resolved};

use crate::StockMatrix;
use crate::ground::{Ground, Need, Rules};
use crate::matrix::notice;
use crate::outcome::{Figure, ItemRow, Outcome, Reason, Scope, Verdict};
pub(crate) use county::{AtStage, CountyGround};
use items::Tally;
pub(crate) use items::whole_row;
use noted::Noted;
use stage::Tolerance;

/// Judges a county by a pack.
///
/// Comparisons are made on unrounded numbers, exactly: where `f64` cannot tell on which side of a threshold a figure falls,
/// it is worked out in rationals from the figures as reported. The result depends neither on the order nor on the codes of
/// the schools.
pub fn evaluate(resolved: &Resolved, matrix: &StockMatrix) -> Outcome {
    let rules = Rules::of(resolved);
    let mut noted = Noted::default();
    let Walk { scope, mut figures, rows, mut tallies } = walk(&rules, matrix, &mut noted);
    noted.applied.sort_unstable();
    let spreads = spreads::spreads(&rules, matrix, &scope, &mut figures);
    let county = CountyGround::of(&rules, matrix, &scope);
    for (item, tally) in resolved.items.iter().zip(&mut tallies).filter(|(item, _)| item.level == ItemLevel::County) {
        items::look_at_county(item, &county, tally);
    }
    let items: Vec<_> = tallies.into_iter().map(|tally| tally.outcome(&scope)).collect();
    let judged = decide::judgements(&county, rows, &spreads, &items);

    let mut reasons: Vec<(Verdict, Reason)> =
        judged.iter().enumerate().map(|(index, judged)| (judged.verdict, Reason::Judgement(index))).collect();
    let vetoes = resolved.items.iter().zip(&items).enumerate().filter(|(_, (item, _))| item.veto);
    reasons.extend(vetoes.map(|(index, (_, outcome))| (outcome.verdict, Reason::Veto(index))));
    if scope.contains(&Scope::Unknown) {
        reasons.push((Verdict::NotEnoughData, Reason::ScopeUnknown));
    }
    let verdict = Verdict::all(reasons.iter().map(|(verdict, _)| *verdict));
    reasons.retain(|(verdict, _)| *verdict != Verdict::Pass);
    reasons.sort_unstable();

    let parts = (0..resolved.parts.len()).map(|part| {
        let judgements = resolved.judgements.iter().zip(&judged).filter(|(rule, _)| rule.part == Some(part));
        let vetoes = resolved.items.iter().zip(&items).filter(|(item, _)| item.veto && item.part == Some(part));
        Verdict::all(judgements.map(|(_, judged)| judged.verdict).chain(vetoes.map(|(_, item)| item.verdict)))
    });
    let mut findings = matrix.findings.clone();
    findings.extend(notice(&rules.division, matrix, &scope));
    findings.extend(noted.findings(&rules, matrix, &scope, &spreads));
    Outcome {
        frame: Arc::new(frame::frame(&rules, &noted.applied)),
        matrix: matrix.clone(),
        verdict,
        reasons: reasons.into_iter().map(|(_, reason)| reason).collect(),
        parts: parts.collect(),
        judgements: judged,
        items,
        scope,
        figures,
        spreads,
        applied: noted.applied,
        findings,
    }
}

/// The items that look at single schools as they stand at one school, those that hold among them, by item and stage: an
/// [`Outcome`] keeps only those that do not hold.
///
/// Nothing where the standard does not concern the school, or there is no such school.
pub fn items_of_school(resolved: &Resolved, outcome: &Outcome, school: usize) -> Vec<(usize, ItemRow)> {
    let Some(of) = outcome.matrix.schools.get(school).filter(|_| outcome.scope.get(school) == Some(&Scope::In)) else {
        return Vec::new();
    };
    let rules = Rules::of(resolved);
    let whole = Ground::of(&rules, &outcome.matrix.county, of, Need::Rules);
    let taught = rules.division.judged.iter().filter(|stage| rules.teaches(of, **stage));
    let stages: Vec<_> = taught.map(|stage| whole.at(*stage)).collect();
    let mut rows = Vec::new();
    for (index, item) in resolved.items.iter().enumerate() {
        match item.level {
            ItemLevel::School => rows.extend(whole_row(item, &whole, school).map(|row| (index, row))),
            ItemLevel::SchoolStage => {
                let grounds = stages.iter().filter(|ground| item.stages.contains(&ground.stage));
                rows.extend(grounds.filter_map(|ground| Some((index, whole_row(item, ground, school)?))));
            }
            ItemLevel::County => {}
        }
    }
    rows
}

/// What one walk over all schools gives.
struct Walk {
    scope: Vec<Scope>,
    /// By school, judged stage and indicator.
    figures: Vec<Figure>,
    /// By judgement; empty for those that are not about every school.
    rows: Vec<Vec<crate::outcome::AtLeastRow>>,
    tallies: Vec<Tally>,
}

fn walk(rules: &Rules<'_>, matrix: &StockMatrix, noted: &mut Noted) -> Walk {
    let resolved = rules.resolved;
    let stages = &rules.division.judged;
    let n_indicators = resolved.indicators.len();
    let tolerances = Tolerance::all(resolved);
    let mut walk = Walk {
        scope: Vec::with_capacity(matrix.schools.len()),
        figures: vec![Figure::NOT_APPLICABLE; matrix.schools.len() * stages.len() * n_indicators],
        rows: vec![Vec::new(); resolved.judgements.len()],
        tallies: resolved.items.iter().map(|_| Tally::default()).collect(),
    };
    let asked = |level: ItemLevel, stage: Option<Stage>| -> Vec<usize> {
        let items = resolved.items.iter().enumerate().filter(|(_, item)| item.level == level);
        let items = items.filter(|(_, item)| stage.is_none_or(|stage| item.stages.contains(&stage)));
        items.map(|(index, _)| index).collect()
    };
    let of_school = asked(ItemLevel::School, None);
    let of_stage: Vec<Vec<usize>> = stages.iter().map(|stage| asked(ItemLevel::SchoolStage, Some(*stage))).collect();
    for (index, school) in matrix.schools.iter().enumerate() {
        let ground = Ground::of(rules, &matrix.county, school, Need::Rules);
        let scope = match &resolved.scope {
            None => Scope::In,
            Some(scope) => match ground.truth(&scope.value) {
                Some(true) => Scope::In,
                Some(false) => Scope::Out,
                None => Scope::Unknown,
            },
        };
        walk.scope.push(scope);
        if scope != Scope::In {
            continue;
        }
        noted.look(index, &ground);
        for item in &of_school {
            items::look_at_school(&resolved.items[*item], &ground, index, &mut walk.tallies[*item]);
        }
        for (place, stage) in stages.iter().enumerate().filter(|(_, stage)| rules.teaches(school, **stage)) {
            let ground = ground.at(*stage);
            noted.look(index, &ground);
            let from = (index * stages.len() + place) * n_indicators;
            let figures = &mut walk.figures[from..from + n_indicators];
            stage::judge(&ground, index, &tolerances, figures, &mut walk.rows);
            for item in &of_stage[place] {
                items::look_at_school(&resolved.items[*item], &ground, index, &mut walk.tallies[*item]);
            }
        }
    }
    walk
}
