//! `GET /api/figures`: the way from a figure to the cells it came from, as an inspector asks for it.

use std::sync::Arc;

use app::{Cell, County, Explained, SourceCell};
use axum::extract::State as Shared;
use axum::response::Response;
use facts::SchoolCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::board_shape::ExceptionLine;
use super::parameter::ExplainedParameter;
use super::spread::SpreadSums;
use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{BasisId, Citation, Heading, IndicatorHead, Place, StageId, StateId, VerdictId, Words};
use crate::visit::{Visit, WhichQuery, stage_of};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FigureQuery {
    /// An indicator or an item, by id or title.
    pub indicator: String,
    /// None for a coefficient of variation or an item of the county.
    pub school: Option<String>,
    pub stage: Option<String>,
}

/// One figure explained: an indicator of a school, the spread of an indicator over the county, or an item.
#[utoipa::path(get, path = "/api/figures", params(FigureQuery, WhichQuery), responses((status = 200, body = Figure), (status = "4XX", body = Refusal)))]
pub async fn figure(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer(visit, |work, visit| {
            let asked: FigureQuery = visit.query()?;
            let kept = work.kept(&visit.which()?)?;
            let school = asked.school.as_deref().filter(|words| !words.is_empty()).and_then(SchoolCode::parse);
            let figure = (stage_of(asked.stage.as_deref())?, asked.indicator.as_str());
            let (county, explained) = app::explain_kept(&work.home, &work.viewer, &kept, school.as_ref(), figure)?;
            Ok(shown(&county, &explained))
        })
        .await
}

/// What is explained; `figure` says which it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "figure")]
pub enum Figure {
    Indicator(Box<IndicatorFigure>),
    Item(Box<ItemFigure>),
    Spread(Box<SpreadFigure>),
}

/// How an indicator of a school came about.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorFigure {
    pub heading: Heading,
    pub school: String,
    pub school_name: String,
    pub stage: StageId,
    pub indicator: IndicatorHead,
    pub citation: Citation,
    pub state: StateId,
    pub value: Option<f64>,
    /// What the standard tolerates at the least of an indicator that is missed, where it says so.
    pub floor: Option<f64>,
    pub gap: Option<f64>,
    pub gap_words: Option<Words>,
    pub lever_gap: Option<f64>,
    pub share_of_variance: Option<f64>,
    /// As the pack writes it: `100 * backbone / pupils`.
    pub formula: String,
    /// The same with numbers: `100 * 6 / 600`.
    pub worked: String,
    pub threshold: Option<ExplainedParameter>,
    /// The other parameters of the formula.
    pub parameters: Vec<ExplainedParameter>,
    pub stocks: Vec<ExplainedStock>,
    pub exceptions: Vec<ExceptionLine>,
    /// The whole way, one thought a line, deeper steps indented.
    pub lines: Vec<Words>,
}

/// How an item came out, for the county or for one school.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemFigure {
    pub heading: Heading,
    pub id: String,
    pub no: String,
    pub title: Words,
    pub veto: bool,
    pub citation: Citation,
    pub school: Option<String>,
    pub school_name: Option<String>,
    pub stage: Option<StageId>,
    pub verdict: VerdictId,
    pub basis: BasisId,
    pub condition: String,
    pub worked: String,
    /// What is asked where the condition lacks data.
    pub otherwise: Option<String>,
    pub otherwise_worked: Option<String>,
    pub parameters: Vec<ExplainedParameter>,
    pub stocks: Vec<ExplainedStock>,
    pub exceptions: Vec<ExceptionLine>,
    pub lines: Vec<Words>,
}

/// How a coefficient of variation came about, school by school.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpreadFigure {
    pub heading: Heading,
    pub indicator: IndicatorHead,
    pub stage: StageId,
    #[serde(flatten)]
    pub sums: SpreadSums,
    /// The largest share of the variance first.
    pub terms: Vec<SpreadTerm>,
    /// Schools whose figure is missing.
    pub missing: Vec<String>,
    pub lines: Vec<Words>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SpreadTerm {
    pub school: String,
    pub name: String,
    pub value: f64,
    pub pupils: f64,
    pub weight: f64,
    pub term: f64,
    pub share: f64,
}

/// A number that a formula is made of: what it is, how it was put together, and the rows that it came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedStock {
    pub id: String,
    pub title: Words,
    pub unit: String,
    pub unit_title: Words,
    pub value: Option<f64>,
    /// Before an exception replaced it.
    pub measured: Measured,
    pub exceptions: Vec<Words>,
    /// The fact table and the filter over it.
    pub table: String,
    pub filter: String,
    /// The school itself and its merged campuses; empty for a stock of the county.
    pub units: Vec<ExplainedUnit>,
    /// The rows of a stock of the county.
    pub rows: Vec<SourceRow>,
}

/// A number, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
pub struct Measured {
    pub value: Option<f64>,
    pub lack: Option<Words>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedUnit {
    pub code: String,
    pub name: String,
    pub reported: Measured,
    /// `whole` where only the whole unit is reported.
    pub reported_at: StageId,
    /// How the whole was divided, where it was.
    pub working: Option<Working>,
    pub rows: Vec<SourceRow>,
}

/// `4000 × 600 / (600 + 1.1 × 300)`
#[derive(Debug, Serialize, ToSchema)]
pub struct Working {
    pub words: String,
    pub share: f64,
    pub article: Words,
    pub weights: Vec<StageNumber>,
    pub pupils: Vec<StageNumber>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StageNumber {
    pub stage: StageId,
    pub value: f64,
}

/// A row or cell of an imported file.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceRow {
    pub place: Place,
    pub form: String,
    pub form_title: Option<Words>,
    pub value: Option<f64>,
    /// What the cell itself says where it uses another unit: `552.46 万元`.
    pub written: Option<String>,
    /// Why the value is missing: `blank`, `dash` …
    pub missing: Option<String>,
    /// The address of the piece of the sheet around it.
    pub excerpt: String,
}

fn shown(county: &County, explained: &Explained) -> Figure {
    let heading = Heading::from(county);
    let lines = explained.lines().iter().map(Words::from).collect();
    let resolved = &county.judged.resolved;
    let head = |id: &str| resolved.indicator(id).and_then(|index| IndicatorHead::of(county, index)).unwrap_or_default();
    let citation = |id: &str| resolved.indicator(id).and_then(|index| resolved.indicators.get(index)).map(|rule| &rule.citation);
    match explained {
        Explained::Indicator(one) => Figure::Indicator(Box::new(IndicatorFigure {
            heading,
            school: one.school.to_string(),
            school_name: one.school_name.clone(),
            stage: one.stage.into(),
            indicator: head(&one.indicator.id),
            citation: citation(&one.indicator.id).map(Citation::from).unwrap_or_default(),
            state: one.state.into(),
            value: one.value,
            floor: floor(county, &one.school, one.stage, &one.indicator.id),
            gap: one.gap,
            gap_words: one.gap_words.as_ref().map(Words::from),
            lever_gap: one.lever_gap,
            share_of_variance: one.share_of_variance,
            formula: one.formula.clone(),
            worked: one.worked.clone(),
            threshold: one.threshold.as_ref().map(ExplainedParameter::from),
            parameters: one.parameters.iter().map(ExplainedParameter::from).collect(),
            stocks: one.stocks.iter().map(|stock| explained_stock(county, stock)).collect(),
            exceptions: one.exceptions.iter().map(ExceptionLine::from).collect(),
            lines,
        })),
        Explained::Item(one) => Figure::Item(Box::new(ItemFigure {
            heading,
            id: one.item.id.clone(),
            no: one.item.no.clone(),
            title: (&one.item.title).into(),
            veto: one.item.veto,
            citation: (&one.citation).into(),
            school: one.school.as_ref().map(ToString::to_string),
            school_name: one.school.as_ref().and_then(|code| name(county, code)),
            stage: one.stage.map(StageId::from),
            verdict: one.verdict.into(),
            basis: one.basis.into(),
            condition: one.condition.clone(),
            worked: one.worked.clone(),
            otherwise: one.otherwise.clone(),
            otherwise_worked: one.otherwise_worked.clone(),
            parameters: one.parameters.iter().map(ExplainedParameter::from).collect(),
            stocks: one.stocks.iter().map(|stock| explained_stock(county, stock)).collect(),
            exceptions: one.exceptions.iter().map(ExceptionLine::from).collect(),
            lines,
        })),
        Explained::Spread(one) => Figure::Spread(Box::new(SpreadFigure {
            heading,
            indicator: head(&one.indicator.id),
            stage: one.stage.into(),
            sums: SpreadSums::of(county, one),
            terms: (one.terms.iter())
                .map(|term| SpreadTerm {
                    school: term.school.to_string(),
                    name: term.name.clone(),
                    value: term.value,
                    pupils: term.pupils,
                    weight: term.weight,
                    term: term.term,
                    share: term.share,
                })
                .collect(),
            missing: one.missing.iter().map(ToString::to_string).collect(),
            lines,
        })),
    }
}

fn name(county: &County, code: &SchoolCode) -> Option<String> {
    let matrix = &county.outcome().matrix;
    matrix.position(code).and_then(|index| matrix.schools.get(index)).map(|school| school.name.clone())
}

fn floor(county: &County, school: &SchoolCode, stage: facts::Stage, indicator: &str) -> Option<f64> {
    let outcome = county.outcome();
    let (school, indicator) = (outcome.matrix.position(school)?, county.judged.resolved.indicator(indicator)?);
    outcome.figure(school, stage, indicator)?.floor
}

fn explained_stock(county: &County, stock: &app::ExplainedStock) -> ExplainedStock {
    ExplainedStock {
        id: stock.id.clone(),
        title: (&stock.title).into(),
        unit: stock.unit.to_string(),
        unit_title: stock.unit.title().into(),
        value: stock.value,
        measured: measured(stock.measured),
        exceptions: stock.exceptions.iter().map(Words::from).collect(),
        table: stock.table.clone(),
        filter: stock.filter.clone(),
        units: (stock.units.iter())
            .map(|unit| ExplainedUnit {
                code: unit.code.to_string(),
                name: unit.name.clone(),
                reported: measured(unit.reported),
                reported_at: unit.reported_at.into(),
                working: unit.working.as_ref().map(working),
                rows: source_rows(county, &unit.rows),
            })
            .collect(),
        rows: source_rows(county, &stock.rows),
    }
}

fn working(working: &app::Working) -> Working {
    let numbers = |of: &[(facts::Stage, f64)]| {
        of.iter().map(|(stage, value)| StageNumber { stage: (*stage).into(), value: *value }).collect()
    };
    Working {
        words: working.words.clone(),
        share: working.share,
        article: (&working.article).into(),
        weights: numbers(&working.weights),
        pupils: numbers(&working.pupils),
    }
}

fn measured(cell: Cell) -> Measured {
    Measured { value: cell.known(), lack: cell.lack().map(|lack| lack.title().into()) }
}

fn source_rows(county: &County, rows: &[SourceCell]) -> Vec<SourceRow> {
    let row = |row: &SourceCell| {
        let place = Place::from(&row.place);
        let excerpt = super::excerpt::address(county, &row.file, &place);
        SourceRow {
            place,
            form: row.form.clone(),
            form_title: county.form_title(&row.form).map(Words::from),
            value: row.value,
            written: row.written.clone(),
            missing: row.missing.clone(),
            excerpt,
        }
    };
    rows.iter().map(row).collect()
}
