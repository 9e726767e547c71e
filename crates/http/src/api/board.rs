//! `GET /api/board`: what fails, by how much, what changed, what is not known. Never a ranking: schools stand by code.

use std::sync::Arc;

use app::{County, CountyChange, CountyChanges, Outcome, Verdict};
use axum::extract::State as Shared;
use axum::response::Response;

use super::board_rows::{item_line, judged_rows};
use super::board_shape::{
    Board, ChangeKind, ChangeLine, ChangeList, ExceptionLine, JudgementLine, PartLine, ScopeCount, UnconfirmedLine,
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
                article: (&one.article).into(),
                source: one.source.clone(),
            })
            .collect(),
        findings: findings(outcome.findings.iter().chain(&county.manifest.findings)),
    };
    for (index, judged) in outcome.judgements.iter().enumerate() {
        let Some(head) = frame.judgements.get(index) else { continue };
        let (kind, verdicts) = judged_rows(county, index, head, judged, &mut board);
        let count = |wanted| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        board.judgements.push(JudgementLine {
            id: head.id.clone(),
            title: (&head.title).into(),
            kind,
            part: head.part.clone(),
            article: (&head.article).into(),
            verdict: judged.verdict.into(),
            pass: count(Verdict::Pass),
            fail: count(Verdict::Fail),
            unknown: count(Verdict::NotEnoughData),
        });
    }
    board
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
            article: (&head.article).into(),
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
