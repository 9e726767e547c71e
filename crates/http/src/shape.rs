//! The words that several answers share: how a verdict, a finding or a citation looks as JSON.

use facts::{Severity, Stage, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The same words in Chinese and in English.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl From<Text> for Words {
    fn from(text: Text) -> Words {
        Words { zh: text.zh, en: text.en }
    }
}

impl From<&Text> for Words {
    fn from(text: &Text) -> Words {
        Words { zh: text.zh.clone(), en: text.en.clone() }
    }
}

/// What is decided; missing data are neither a pass nor a fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictId {
    Pass,
    Fail,
    NotEnoughData,
}

impl From<app::Verdict> for VerdictId {
    fn from(verdict: app::Verdict) -> VerdictId {
        match verdict {
            app::Verdict::Pass => VerdictId::Pass,
            app::Verdict::Fail => VerdictId::Fail,
            app::Verdict::NotEnoughData => VerdictId::NotEnoughData,
        }
    }
}

/// How a school's figure stands to its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StateId {
    Met,
    Missed,
    BelowFloor,
    /// The pack sets no threshold.
    Unjudged,
    NotEnoughData,
    NotApplicable,
}

impl From<app::State> for StateId {
    fn from(state: app::State) -> StateId {
        match state {
            app::State::Met => StateId::Met,
            app::State::Missed => StateId::Missed,
            app::State::BelowFloor => StateId::BelowFloor,
            app::State::Unjudged => StateId::Unjudged,
            app::State::NotEnoughData => StateId::NotEnoughData,
            app::State::NotApplicable => StateId::NotApplicable,
        }
    }
}

/// Whether the standard concerns a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ScopeId {
    In,
    Out,
    Unknown,
}

impl From<app::Scope> for ScopeId {
    fn from(scope: app::Scope) -> ScopeId {
        match scope {
            app::Scope::In => ScopeId::In,
            app::Scope::Out => ScopeId::Out,
            app::Scope::Unknown => ScopeId::Unknown,
        }
    }
}

/// What an item was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BasisId {
    Computed,
    Declared,
    Nothing,
}

impl From<app::Basis> for BasisId {
    fn from(basis: app::Basis) -> BasisId {
        match basis {
            app::Basis::Computed => BasisId::Computed,
            app::Basis::Declared => BasisId::Declared,
            app::Basis::Nothing => BasisId::Nothing,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StageId {
    Primary,
    Junior,
    Senior,
    Whole,
}

impl From<Stage> for StageId {
    fn from(stage: Stage) -> StageId {
        match stage {
            Stage::Primary => StageId::Primary,
            Stage::Junior => StageId::Junior,
            Stage::Senior => StageId::Senior,
            Stage::Whole => StageId::Whole,
        }
    }
}

/// 逻辑 (must be mended), 经验 (mend or explain), 提示 (good to know).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeverityId {
    Logic,
    Experience,
    Note,
}

impl From<Severity> for SeverityId {
    fn from(severity: Severity) -> SeverityId {
        match severity {
            Severity::Logic => SeverityId::Logic,
            Severity::Experience => SeverityId::Experience,
            Severity::Note => SeverityId::Note,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    File,
    Source,
    School,
    Everywhere,
}

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Place {
    pub kind: PlaceKind,
    /// The place in words, ready to be shown.
    pub words: Words,
    /// The file as the official named it.
    pub file: Option<String>,
    pub sheet: Option<String>,
    /// `D7`, or `7` where a whole row is meant.
    pub cell: Option<String>,
    pub school: Option<String>,
    pub school_name: Option<String>,
    /// The line of a pack or form.
    pub line: Option<u32>,
    pub excerpt: Option<String>,
}

impl From<&facts::Place> for Place {
    fn from(place: &facts::Place) -> Place {
        let mut shown = Place {
            kind: PlaceKind::Everywhere,
            words: place.words().into(),
            file: None,
            sheet: None,
            cell: None,
            school: None,
            school_name: None,
            line: None,
            excerpt: None,
        };
        match place {
            facts::Place::File { file, sheet, cell } => {
                shown.kind = PlaceKind::File;
                shown.file = Some(file.clone());
                shown.sheet.clone_from(sheet);
                shown.cell.clone_from(cell);
            }
            facts::Place::Source { file, line, excerpt } => {
                shown.kind = PlaceKind::Source;
                shown.file = Some(file.clone());
                shown.line = *line;
                shown.excerpt.clone_from(excerpt);
            }
            facts::Place::School { code, name } => {
                shown.kind = PlaceKind::School;
                shown.school = Some(code.to_string());
                shown.school_name.clone_from(name);
            }
            facts::Place::Everywhere => {}
        }
        shown
    }
}

/// One thing that somebody should know or mend.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Finding {
    pub severity: SeverityId,
    pub code: String,
    pub place: Place,
    pub what: Words,
    pub hint: Words,
    pub explanation: Option<Explanation>,
}

/// What the school or bureau answered to a 经验 finding.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Explanation {
    pub words: String,
    pub by: String,
}

impl From<&facts::Finding> for Finding {
    fn from(finding: &facts::Finding) -> Finding {
        Finding {
            severity: finding.severity.into(),
            code: finding.code.clone(),
            place: (&finding.place).into(),
            what: (&finding.what).into(),
            hint: (&finding.hint).into(),
            explanation: finding
                .explanation
                .as_ref()
                .map(|answer| Explanation { words: answer.words.clone(), by: answer.by.clone() }),
        }
    }
}

pub fn findings<'a>(findings: impl IntoIterator<Item = &'a facts::Finding>) -> Vec<Finding> {
    findings.into_iter().map(Finding::from).collect()
}

/// Where a value or a rule is written, and when it holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Citation {
    pub pack: String,
    pub document: Words,
    /// 教督〔2017〕6号
    pub number: String,
    /// The anchor in the pack's `source.md`.
    pub article: String,
    /// 第七条（一）
    pub article_title: Words,
    pub from: Option<String>,
    /// The last day on which it holds.
    pub to: Option<String>,
    /// False until somebody has compared it with the original.
    pub confirmed: bool,
    pub source: String,
    /// The label of the replacement or exception that put it in the place of another.
    pub label: Option<Words>,
}

impl From<&app::Citation> for Citation {
    fn from(citation: &app::Citation) -> Citation {
        Citation {
            pack: citation.pack.clone(),
            document: (&citation.document.title).into(),
            number: citation.document.number.clone(),
            article: citation.article.clone(),
            article_title: (&citation.article_title).into(),
            from: citation.from.map(|day| day.to_string()),
            to: citation.to.map(|day| day.to_string()),
            confirmed: citation.confirmed,
            source: citation.source.clone(),
            label: citation.label.as_ref().map(Words::from),
        }
    }
}

/// Which standard was applied to which facts: it stands at the top of every page and every print.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Heading {
    pub county: String,
    pub county_name: String,
    pub snapshot: String,
    /// The first twelve digits.
    pub snapshot_short: String,
    pub year: String,
    /// The day of the facts.
    pub on: String,
    /// The day whose rules were applied; another than `on` only where `rules` was asked for.
    pub rules_on: String,
    pub pack: String,
    pub pack_title: Words,
    pub pack_version: String,
    /// The stages that the pack judges.
    pub stages: Vec<StageId>,
}

impl From<&app::County> for Heading {
    fn from(county: &app::County) -> Heading {
        let heading = &county.outcome().matrix.heading;
        let id = county.manifest.id.as_str();
        Heading {
            county: heading.county.to_string(),
            county_name: heading.county_name.clone(),
            snapshot: id.to_string(),
            snapshot_short: county.manifest.id.short().to_string(),
            year: heading.year.id(),
            on: heading.on.to_string(),
            rules_on: county.judged.resolved.on.to_string(),
            pack: heading.pack.clone(),
            pack_title: (&county.outcome().frame.title).into(),
            pack_version: heading.pack_version.clone(),
            stages: county.outcome().frame.stages.iter().map(|stage| StageId::from(*stage)).collect(),
        }
    }
}

/// An indicator as the pack declares it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct IndicatorHead {
    pub id: String,
    pub title: Words,
    /// For narrow columns.
    pub short: Words,
    /// `m2/person`
    pub unit: String,
    pub unit_title: Words,
    pub stages: Vec<StageId>,
    /// Decimals of the official form; for display only.
    pub decimals: u8,
    /// `>=`
    pub compare: String,
    pub part: Option<String>,
    pub article: Words,
    /// The stock whose lack is stated when the threshold is missed.
    pub lever: Option<Words>,
    /// As the pack writes it.
    pub formula: String,
}

impl IndicatorHead {
    pub fn of(county: &app::County, index: usize) -> Option<IndicatorHead> {
        let head = county.outcome().frame.indicators.get(index)?;
        Some(IndicatorHead {
            id: head.id.clone(),
            title: (&head.title).into(),
            short: (&head.short).into(),
            unit: head.unit.to_string(),
            unit_title: (&head.unit_title).into(),
            stages: head.stages.iter().map(|stage| StageId::from(*stage)).collect(),
            decimals: head.decimals,
            compare: head.compare.sign().to_string(),
            part: head.part.clone(),
            article: (&head.article).into(),
            lever: head.lever.as_ref().map(|lever| (&lever.title).into()),
            formula: county
                .judged
                .resolved
                .indicators
                .get(index)
                .map_or_else(String::new, |rule| rule.formula.text().to_string()),
        })
    }

    pub fn all(county: &app::County) -> Vec<IndicatorHead> {
        (0..county.outcome().frame.indicators.len()).filter_map(|index| IndicatorHead::of(county, index)).collect()
    }
}
