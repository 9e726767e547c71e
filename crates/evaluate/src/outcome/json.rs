//! The outcome as programs read it: ids instead of indices, words beside verdicts. These names are kept stable.

use facts::{SchoolCode, Stage, Text};
use serde::{Serialize, Serializer};

use super::{
    AtLeastRow, Basis, ExceptionHead, IndicatorHead, ItemRow, Outcome, Reason, Rows, Scope, State, Unconfirmed, Verdict,
};
use crate::matrix::Heading;

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        view(self).serialize(to)
    }
}

#[derive(Serialize)]
struct OutcomeView<'a> {
    heading: &'a Heading,
    title: &'a Text,
    verdict: Verdict,
    reasons: Vec<ReasonView>,
    parts: Vec<PartView<'a>>,
    judgements: Vec<JudgementView<'a>>,
    items: Vec<ItemView<'a>>,
    indicators: &'a [IndicatorHead],
    spreads: Vec<SpreadView<'a>>,
    schools: Vec<SchoolView<'a>>,
    exceptions: &'a [ExceptionHead],
    unconfirmed: &'a [Unconfirmed],
    findings: &'a [facts::Finding],
}

#[derive(Serialize)]
struct ReasonView {
    #[serde(skip_serializing_if = "Option::is_none")]
    judgement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    veto: Option<String>,
    words: Text,
}

#[derive(Serialize)]
struct PartView<'a> {
    id: &'a str,
    title: &'a Text,
    verdict: Verdict,
}

#[derive(Serialize)]
struct JudgementView<'a> {
    id: &'a str,
    title: &'a Text,
    part: Option<&'a str>,
    article: &'a Text,
    verdict: Verdict,
    rows: Vec<RowView<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum RowView<'a> {
    AtLeast {
        school: &'a SchoolCode,
        stage: Stage,
        verdict: Verdict,
        met: usize,
        missed: usize,
        below_floor: usize,
        missing: usize,
        need: Option<f64>,
    },
    Cv {
        indicator: &'a str,
        stage: Stage,
        verdict: Verdict,
        cv: Option<f64>,
        limit: Option<f64>,
        distance: Option<f64>,
    },
    CvMean {
        stage: Stage,
        verdict: Verdict,
        mean: Option<f64>,
        limit: Option<f64>,
    },
    Item {
        item: &'a str,
        verdict: Verdict,
    },
    Score {
        item: &'a str,
        earned: Option<f64>,
        attainable: Option<f64>,
    },
}

#[derive(Serialize)]
struct ItemView<'a> {
    id: &'a str,
    no: &'a str,
    title: &'a Text,
    part: Option<&'a str>,
    article: &'a Text,
    veto: bool,
    verdict: Verdict,
    checked: usize,
    rows: Vec<ItemRowView<'a>>,
}

#[derive(Serialize)]
struct ItemRowView<'a> {
    school: Option<&'a SchoolCode>,
    stage: Option<Stage>,
    verdict: Verdict,
    basis: Basis,
    value: Option<f64>,
    limit: Option<f64>,
    gap: Option<f64>,
}

#[derive(Serialize)]
struct SpreadView<'a> {
    indicator: &'a str,
    stage: Stage,
    cv: Option<f64>,
    mean: Option<f64>,
    sd: Option<f64>,
    schools: usize,
    missing: usize,
    complete: bool,
}

#[derive(Serialize)]
struct SchoolView<'a> {
    code: &'a SchoolCode,
    name: &'a str,
    scope: Scope,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    merged: Vec<&'a SchoolCode>,
    stages: Vec<StageView<'a>>,
    exceptions: Vec<&'a str>,
}

#[derive(Serialize)]
struct StageView<'a> {
    stage: Stage,
    figures: Vec<FigureView<'a>>,
    exceptions: Vec<&'a str>,
}

#[derive(Serialize)]
struct FigureView<'a> {
    indicator: &'a str,
    state: State,
    value: Option<f64>,
    threshold: Option<f64>,
    floor: Option<f64>,
    gap: Option<f64>,
    lever: Option<&'a str>,
    lever_gap: Option<f64>,
    share_of_variance: Option<f64>,
}

fn view(outcome: &Outcome) -> OutcomeView<'_> {
    let frame = &outcome.frame;
    let reason = |reason: &Reason| ReasonView {
        judgement: if let Reason::Judgement(index) = reason {
            frame.judgements.get(*index).map(|head| head.id.clone())
        } else {
            None
        },
        veto: if let Reason::Veto(index) = reason { frame.items.get(*index).map(|head| head.id.clone()) } else { None },
        words: outcome.words(*reason),
    };
    let parts = frame.parts.iter().zip(&outcome.parts);
    let judgements = frame.judgements.iter().zip(&outcome.judgements);
    let items = frame.items.iter().zip(&outcome.items);
    OutcomeView {
        heading: &outcome.matrix.heading,
        title: &frame.title,
        verdict: outcome.verdict,
        reasons: outcome.reasons.iter().map(reason).collect(),
        parts: parts.map(|(head, verdict)| PartView { id: &head.id, title: &head.title, verdict: *verdict }).collect(),
        judgements: judgements
            .map(|(head, judged)| JudgementView {
                id: &head.id,
                title: &head.title,
                part: head.part.as_deref(),
                article: &head.article,
                verdict: judged.verdict,
                rows: rows(outcome, &judged.rows),
            })
            .collect(),
        items: items
            .map(|(head, item)| ItemView {
                id: &head.id,
                no: &head.no,
                title: &head.title,
                part: head.part.as_deref(),
                article: &head.article,
                veto: head.veto,
                verdict: item.verdict,
                checked: item.checked,
                rows: item.rows.iter().map(|row| item_row(outcome, row)).collect(),
            })
            .collect(),
        indicators: &frame.indicators,
        spreads: outcome
            .spreads
            .iter()
            .map(|spread| SpreadView {
                indicator: indicator_id(outcome, spread.indicator),
                stage: spread.stage,
                cv: spread.cv,
                mean: spread.mean,
                sd: spread.sd,
                schools: spread.schools,
                missing: spread.missing,
                complete: spread.complete,
            })
            .collect(),
        schools: (0..outcome.matrix.schools.len()).map(|school| school_view(outcome, school)).collect(),
        exceptions: &frame.exceptions,
        unconfirmed: &frame.unconfirmed,
        findings: &outcome.findings,
    }
}

fn rows<'a>(outcome: &'a Outcome, rows: &'a Rows) -> Vec<RowView<'a>> {
    let item = |index: usize| outcome.frame.items.get(index).map_or("", |head| head.id.as_str());
    match rows {
        Rows::AtLeast(rows) => rows
            .iter()
            .map(|row| {
                let AtLeastRow { school, stage, verdict, met, missed, below_floor, missing, need } = *row;
                let school = &outcome.matrix.schools[school].code;
                RowView::AtLeast { school, stage, verdict, met, missed, below_floor, missing, need }
            })
            .collect(),
        Rows::CvEach(rows) => rows
            .iter()
            .map(|row| RowView::Cv {
                indicator: indicator_id(outcome, row.indicator),
                stage: row.stage,
                verdict: row.verdict,
                cv: row.cv,
                limit: row.limit,
                distance: row.distance(),
            })
            .collect(),
        Rows::CvMean(rows) => rows
            .iter()
            .map(|row| RowView::CvMean { stage: row.stage, verdict: row.verdict, mean: row.mean, limit: row.limit })
            .collect(),
        Rows::Items(items) => items
            .iter()
            .map(|index| RowView::Item {
                item: item(*index),
                verdict: outcome.items.get(*index).map_or(Verdict::NotEnoughData, |item| item.verdict),
            })
            .collect(),
        Rows::Score { rows, .. } => rows
            .iter()
            .map(|row| RowView::Score { item: item(row.item), earned: row.earned, attainable: row.attainable })
            .collect(),
    }
}

fn indicator_id(outcome: &Outcome, index: usize) -> &str {
    outcome.frame.indicators.get(index).map_or("", |head| head.id.as_str())
}

fn item_row<'a>(outcome: &'a Outcome, row: &ItemRow) -> ItemRowView<'a> {
    ItemRowView {
        school: row.school.and_then(|school| outcome.matrix.schools.get(school)).map(|school| &school.code),
        stage: row.stage,
        verdict: row.verdict,
        basis: row.basis,
        value: row.value,
        limit: row.limit,
        gap: row.gap(),
    }
}

fn school_view(outcome: &Outcome, index: usize) -> SchoolView<'_> {
    let school = &outcome.matrix.schools[index];
    let exceptions = |stage: Stage| outcome.applied_at(index, stage).map(|exception| exception.id.as_str()).collect();
    let stage = |stage: &Stage| {
        let figures: Vec<FigureView<'_>> = outcome
            .frame
            .indicators
            .iter()
            .enumerate()
            .filter_map(|(indicator, head)| Some((head, outcome.figure(index, *stage, indicator)?)))
            .filter(|(_, figure)| figure.state != State::NotApplicable)
            .map(|(head, figure)| FigureView {
                indicator: &head.id,
                state: figure.state,
                value: figure.value,
                threshold: figure.threshold,
                floor: figure.floor,
                gap: figure.gap(),
                lever: head.lever.as_ref().map(|lever| lever.stock.as_str()),
                lever_gap: figure.lever_gap,
                share_of_variance: figure.share,
            })
            .collect();
        (!figures.is_empty()).then(|| StageView { stage: *stage, figures, exceptions: exceptions(*stage) })
    };
    SchoolView {
        code: &school.code,
        name: &school.name,
        scope: outcome.scope[index],
        merged: school.units.iter().skip(1).map(|unit| &unit.code).collect(),
        stages: outcome.frame.stages.iter().filter_map(stage).collect(),
        exceptions: exceptions(Stage::Whole),
    }
}
