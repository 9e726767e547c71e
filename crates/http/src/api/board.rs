//! `GET /api/board`: what fails, by how much, what changed, what is not known. Never a ranking: schools stand by code.

use std::sync::Arc;

use app::{County, CountyChange, CountyChanges, ItemRow, Outcome, Rows, Verdict};
use axum::extract::State as Shared;
use axum::response::Response;
use facts::Stage;

use super::board_shape::{
    Board, ChangeKind, ChangeLine, ChangeList, CompositeLine, ExceptionLine, ItemLine, ItemRowLine, JudgementKind, JudgementLine,
    Miss, PartLine, ScopeCount, ScoreLine, ShortLine, SpreadLine, UnconfirmedLine,
};
use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{IndicatorHead, StageId, Words, findings};
use crate::visit::{Visit, WhichQuery};

/// The county board of a snapshot under a pack.
#[utoipa::path(get, path = "/api/board", params(WhichQuery), responses((status = 200, body = Board), (status = "4XX", body = Refusal)))]
pub async fn board(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer(visit, |work, visit| {
            let asked = visit.which()?;
            let county = work.county(&asked)?;
            let changes = work.changes(&county, &asked)?;
            Ok(shown(&county, changes.as_ref()))
        })
        .await
}

fn shown(county: &County, changes: Option<&CountyChanges>) -> Board {
    let outcome = county.outcome();
    let frame = &outcome.frame;
    let count = |wanted| outcome.scope.iter().filter(|scope| **scope == wanted).count();
    let mut board = Board {
        heading: county.into(),
        verdict: outcome.verdict.into(),
        reasons: outcome.reasons.iter().map(|reason| outcome.words(*reason).into()).collect(),
        scope: ScopeCount {
            examined: count(app::Scope::In),
            outside: count(app::Scope::Out),
            unknown: count(app::Scope::Unknown),
        },
        parts: (frame.parts.iter().zip(&outcome.parts))
            .map(|(head, verdict)| PartLine { id: head.id.clone(), title: (&head.title).into(), verdict: (*verdict).into() })
            .collect(),
        judgements: Vec::new(),
        indicators: IndicatorHead::all(county),
        spreads: Vec::new(),
        composites: Vec::new(),
        scores: Vec::new(),
        short: Vec::new(),
        items: (0..frame.items.len()).filter_map(|item| item_line(outcome, item)).collect(),
        changes: changes.map(change_list),
        exceptions: exceptions(outcome),
        unconfirmed: (frame.unconfirmed.iter())
            .map(|one| UnconfirmedLine {
                id: one.id.clone(),
                title: (&one.title).into(),
                article: one.article.clone(),
                source: one.source.clone(),
            })
            .collect(),
        findings: findings(outcome.findings.iter().chain(&county.manifest.findings)),
    };
    for (index, judged) in outcome.judgements.iter().enumerate() {
        let Some(head) = frame.judgements.get(index) else { continue };
        let (kind, verdicts) = judged_rows(outcome, &head.id, judged, &mut board);
        let count = |wanted| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        board.judgements.push(JudgementLine {
            id: head.id.clone(),
            title: (&head.title).into(),
            kind,
            part: head.part.clone(),
            article: head.article.clone(),
            verdict: judged.verdict.into(),
            pass: count(Verdict::Pass),
            fail: count(Verdict::Fail),
            unknown: count(Verdict::NotEnoughData),
        });
    }
    board
}

/// Puts the rows of a judgement where they belong on the board, and gives their verdicts.
fn judged_rows(outcome: &Outcome, id: &str, judged: &app::Judgement, board: &mut Board) -> (JudgementKind, Vec<Verdict>) {
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
                let Some(head) = outcome.frame.indicators.get(row.indicator) else { continue };
                board.spreads.push(SpreadLine {
                    judgement: id.to_string(),
                    indicator: head.id.clone(),
                    short: (&head.short).into(),
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
            board.composites.extend(rows.iter().map(|row| CompositeLine {
                judgement: id.to_string(),
                stage: row.stage.into(),
                verdict: row.verdict.into(),
                mean: row.mean,
                limit: row.limit,
            }));
            (JudgementKind::CvMean, rows.iter().map(|row| row.verdict).collect())
        }
        Rows::Items(items) => {
            (JudgementKind::Items, items.iter().filter_map(|item| outcome.items.get(*item)).map(|item| item.verdict).collect())
        }
        Rows::Score { earned, attainable, need, .. } => {
            board.scores.push(ScoreLine {
                judgement: id.to_string(),
                verdict: judged.verdict.into(),
                earned: *earned,
                attainable: *attainable,
                need: *need,
            });
            (JudgementKind::Score, vec![judged.verdict])
        }
    }
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

fn item_line(outcome: &Outcome, index: usize) -> Option<ItemLine> {
    let (head, item) = (outcome.frame.items.get(index)?, outcome.items.get(index)?);
    let count = |wanted| item.rows.iter().filter(|row| row.verdict == wanted).count();
    Some(ItemLine {
        id: head.id.clone(),
        no: head.no.clone(),
        title: (&head.title).into(),
        part: head.part.clone(),
        article: head.article.clone(),
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

/// The exceptions that some school made use of, in the order of the pack.
fn exceptions(outcome: &Outcome) -> Vec<ExceptionLine> {
    let used = |index: usize| outcome.applied.iter().any(|applied| applied.exception == index);
    let heads = outcome.frame.exceptions.iter().enumerate().filter(|(index, _)| used(*index));
    heads.map(|(_, head)| ExceptionLine::from(head)).collect()
}

impl From<&app::ExceptionHead> for ExceptionLine {
    fn from(head: &app::ExceptionHead) -> ExceptionLine {
        ExceptionLine {
            id: head.id.clone(),
            label: (&head.label).into(),
            target: head.target.clone(),
            article: head.article.clone(),
            expires: head.expires.map(|day| day.to_string()),
            review_by: head.review_by.map(|day| day.to_string()),
            confirmed: head.confirmed,
        }
    }
}

fn change_list(changes: &CountyChanges) -> ChangeList {
    ChangeList {
        before_snapshot: changes.before_snapshot.clone(),
        before_on: changes.before_on.to_string(),
        rules_changed: changes.rules_changed,
        lines: changes.lines.iter().map(ChangeLine::from).collect(),
        smaller_changes: changes.smaller_changes,
    }
}

impl From<&CountyChange> for ChangeLine {
    fn from(change: &CountyChange) -> ChangeLine {
        ChangeLine {
            kind: match change.kind {
                app::ChangeKind::Verdict => ChangeKind::Verdict,
                app::ChangeKind::School => ChangeKind::School,
                app::ChangeKind::Spread => ChangeKind::Spread,
                app::ChangeKind::Figure => ChangeKind::Figure,
            },
            words: (&change.words).into(),
            causes: change.causes.iter().map(Words::from).collect(),
            school: change.school.as_ref().map(ToString::to_string),
            stage: change.stage.map(StageId::from),
            indicator: change.indicator.clone(),
            better: change.better,
        }
    }
}
