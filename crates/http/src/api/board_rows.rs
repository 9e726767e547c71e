//! The rows of the board, judgement by judgement and item by item.

use app::{County, ItemRow, JudgementHead, Outcome, Rows, ScoreRow, Verdict};
use facts::Stage;

use super::board_shape::{
    Board, CompositeLine, CompositePart, ItemLine, ItemRowLine, JudgementKind, Miss, ScoreLine, ScorePart, ShortLine, SpreadLine,
};
use crate::shape::{StageId, Words};

/// Puts the rows of a judgement where they belong on the board, and gives their verdicts.
pub fn judged_rows(
    county: &County,
    index: usize,
    head: &JudgementHead,
    judged: &app::Judgement,
    board: &mut Board,
) -> (JudgementKind, Vec<Verdict>) {
    let (outcome, id) = (county.outcome(), &head.id);
    match &judged.rows {
        Rows::AtLeast(rows) => {
            for row in rows.iter().filter(|row| row.verdict != Verdict::Pass) {
                let Some(school) = outcome.matrix.schools.get(row.school) else { continue };
                board.short.push(ShortLine {
                    judgement: id.to_string(),
                    school: school.code.to_string(),
                    name: school.name.clone(),
                    stage: row.stage.into(),
                    verdict: row.verdict.into(),
                    met: row.met,
                    missed: row.missed,
                    below_floor: row.below_floor,
                    missing: row.missing,
                    need: row.need,
                    misses: misses(outcome, row.school, row.stage),
                });
            }
            (JudgementKind::AtLeast, rows.iter().map(|row| row.verdict).collect())
        }
        Rows::CvEach(rows) => {
            for row in rows {
                let spread = outcome.spread(row.indicator, row.stage);
                let Some(of) = outcome.frame.indicators.get(row.indicator) else { continue };
                board.spreads.push(SpreadLine {
                    judgement: id.to_string(),
                    indicator: of.id.clone(),
                    short: (&of.short).into(),
                    stage: row.stage.into(),
                    verdict: row.verdict.into(),
                    cv: row.cv,
                    limit: row.limit,
                    distance: row.distance(),
                    mean: spread.and_then(|spread| spread.mean),
                    sd: spread.and_then(|spread| spread.sd),
                    schools: spread.map_or(0, |spread| spread.schools),
                    missing: spread.map_or(0, |spread| spread.missing),
                });
            }
            (JudgementKind::CvEach, rows.iter().map(|row| row.verdict).collect())
        }
        Rows::CvMean(rows) => {
            let averaged = county.averaged(index);
            board.composites.extend(rows.iter().map(|row| CompositeLine {
                judgement: id.to_string(),
                title: (&head.title).into(),
                stage: row.stage.into(),
                verdict: row.verdict.into(),
                mean: row.mean,
                limit: row.limit,
                distance: row.mean.and_then(|mean| Some(row.limit? - mean)),
                of: averaged.iter().filter_map(|of| composite_part(outcome, *of, row.stage)).collect(),
            }));
            (JudgementKind::CvMean, rows.iter().map(|row| row.verdict).collect())
        }
        Rows::Items(items) => (JudgementKind::Items, outcome.numbered(items).into_iter().map(|item| item.verdict).collect()),
        Rows::Score { rows, earned, attainable, need } => {
            board.scores.push(ScoreLine {
                judgement: id.to_string(),
                title: (&head.title).into(),
                verdict: judged.verdict.into(),
                earned: *earned,
                attainable: *attainable,
                need: *need,
                of: rows.iter().filter_map(|row| score_part(outcome, row)).collect(),
            });
            (JudgementKind::Score, vec![judged.verdict])
        }
    }
}

fn composite_part(outcome: &Outcome, indicator: usize, stage: Stage) -> Option<CompositePart> {
    let head = outcome.frame.indicators.get(indicator).filter(|head| head.stages.contains(&stage))?;
    let cv = outcome.spread(indicator, stage).and_then(|spread| spread.cv);
    Some(CompositePart { indicator: head.id.clone(), short: (&head.short).into(), cv })
}

fn score_part(outcome: &Outcome, row: &ScoreRow) -> Option<ScorePart> {
    let head = outcome.frame.items.get(row.item)?;
    Some(ScorePart {
        item: head.id.clone(),
        no: head.no.clone(),
        title: (&head.title).into(),
        earned: row.earned,
        attainable: row.attainable,
    })
}

/// The indicators that a school misses at a stage, or of which data are missing.
fn misses(outcome: &Outcome, school: usize, stage: Stage) -> Vec<Miss> {
    let heads = outcome.frame.indicators.iter().enumerate();
    let figures = heads.filter_map(|(index, head)| Some((index, head, outcome.figure(school, stage, index)?)));
    let short = |state| matches!(state, app::State::Missed | app::State::BelowFloor | app::State::NotEnoughData);
    figures
        .filter(|(_, _, figure)| short(figure.state))
        .map(|(index, head, figure)| Miss {
            indicator: head.id.clone(),
            short: (&head.short).into(),
            state: figure.state.into(),
            value: figure.value,
            threshold: figure.threshold,
            floor: figure.floor,
            gap: figure.gap(),
            lever_gap: figure.lever_gap,
            words: outcome.gap_words(figure, index).map(Words::from),
        })
        .collect()
}

pub fn item_line(outcome: &Outcome, index: usize) -> Option<ItemLine> {
    let (head, item) = (outcome.frame.items.get(index)?, outcome.items.get(index)?);
    let count = |wanted| item.rows.iter().filter(|row| row.verdict == wanted).count();
    Some(ItemLine {
        id: head.id.clone(),
        no: head.no.clone(),
        title: (&head.title).into(),
        part: head.part.clone(),
        article: (&head.article).into(),
        veto: head.veto,
        verdict: item.verdict.into(),
        checked: item.checked,
        fail: count(Verdict::Fail),
        unknown: count(Verdict::NotEnoughData),
        rows: item.rows.iter().map(|row| item_row(outcome, row)).collect(),
    })
}

pub fn item_row(outcome: &Outcome, row: &ItemRow) -> ItemRowLine {
    let school = row.school.and_then(|school| outcome.matrix.schools.get(school));
    ItemRowLine {
        school: school.map(|school| school.code.to_string()),
        name: school.map(|school| school.name.clone()),
        stage: row.stage.map(StageId::from),
        verdict: row.verdict.into(),
        basis: row.basis.into(),
        value: row.value,
        limit: row.limit,
        gap: row.gap(),
    }
}
