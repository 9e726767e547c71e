use std::collections::BTreeMap;
use std::sync::Arc;

use facts::Text;
use jiff::civil::Date;
use serde::Deserialize;

use crate::calendar::Span;
use crate::closing::{Category, Close, Reopen, Stay};
use crate::routine::{Checklist, Item, Routine};
use crate::{Moment, Party, Roles, Who};

/// How one kind of problem is dealt with: who does what by when, with which evidence and papers, and when it is over.
///
/// A procedure is data, a folder under `policies/`: `procedure.toml`, the law in our own words (`source.md`), the papers
/// (`papers/`) and walks that prove it (`walks/`). No step, role, clock or threshold is in the program.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its folder below `policies/`: `cn/procedures/class-size`.
    pub id: String,
    pub title: String,
    pub title_en: String,
    /// The beginning of its cases' numbers.
    pub prefix: String,
    /// The beginning of a division code; empty for the whole country.
    #[serde(default)]
    pub place: String,
    pub in_force: InForce,
    pub document: Document,
    /// The step at which a case begins.
    pub first: String,
    pub opening: Opening,
    #[serde(default, rename = "field")]
    pub fields: Vec<Field>,
    #[serde(default, rename = "evidence")]
    pub evidence: Vec<Evidence>,
    #[serde(default, rename = "paper")]
    pub papers: Vec<Paper>,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    #[serde(default, rename = "clock")]
    pub clocks: Vec<Clock>,
    #[serde(default, rename = "escalation")]
    pub escalations: Vec<Escalation>,
    #[serde(default)]
    pub pause: Option<Pause>,
    pub close: Close,
    #[serde(default)]
    pub reopen: Option<Reopen>,
    #[serde(default, rename = "stay")]
    pub stays: Vec<Stay>,
    #[serde(default, rename = "routine")]
    pub routines: Vec<Routine>,
    #[serde(default, rename = "checklist")]
    pub checklists: Vec<Checklist>,
    #[serde(default, rename = "vault")]
    pub vaults: Vec<Vault>,
    /// The state of the files that it was read from: a case keeps the version under which it was opened.
    #[serde(skip)]
    pub version: String,
    /// Anchor and words of each article in `source.md`.
    #[serde(skip)]
    pub articles: BTreeMap<String, String>,
    /// The text of each paper, by id.
    #[serde(skip)]
    pub templates: BTreeMap<String, String>,
    /// The table of roles with which it was read: a refusal calls people as the table does.
    #[serde(skip)]
    pub roles: Arc<Roles>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    #[serde(deserialize_with = "date")]
    pub from: Date,
    #[serde(default, deserialize_with = "some_date")]
    pub to: Option<Date>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub title: String,
    #[serde(default)]
    pub number: String,
    #[serde(default)]
    pub issuer: String,
}

/// What a case is about, and how it begins.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    pub article: String,
    /// What one case is about: `school-stage`, `school`, `pupil`, `vehicle` …
    pub subject: String,
    pub subject_title: String,
    pub subject_title_en: String,
    /// Who may open one by hand; nobody where it is empty.
    #[serde(default)]
    pub who: Vec<Who>,
    /// Filled in when it is opened by hand.
    #[serde(default)]
    pub fields: Vec<String>,
    #[serde(default)]
    pub needs: Vec<String>,
    /// Who answers for it from then on.
    pub owner: String,
    /// A field that names the role instead.
    #[serde(default)]
    pub owner_from: Option<String>,
    /// Whoever opens one by hand gets a number, and with it may read how far it is and these fields, without saying who they are.
    #[serde(default)]
    pub receipt: Option<Vec<String>>,
    /// The condition of an evaluation that opens one by itself.
    #[serde(default)]
    pub data: Option<DataCondition>,
}

/// A condition that an evaluation shows or does not show: a stock above a number, an indicator or an item that is missed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataCondition {
    pub pack: String,
    #[serde(default)]
    pub stock: Option<String>,
    #[serde(default)]
    pub above: Option<f64>,
    #[serde(default)]
    pub indicator: Option<String>,
    #[serde(default)]
    pub item: Option<String>,
}

/// A column of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub id: String,
    pub title: String,
    pub title_en: String,
    #[serde(default)]
    pub kind: FieldKind,
    #[serde(default)]
    pub optional: bool,
    #[serde(default, rename = "choice")]
    pub choices: Vec<Choice>,
    /// Kept apart from the log, and read only by those whom the vault names.
    #[serde(default)]
    pub vault: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    #[default]
    Text,
    Date,
    Number,
    Choice,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub id: String,
    pub title: String,
    pub title_en: String,
}

/// A kind of proof.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub id: String,
    pub title: String,
    pub title_en: String,
    /// Kept sealed, and read only by those whom the vault names.
    #[serde(default)]
    pub vault: Option<String>,
}

/// A document that a step produces from `papers/<id>.md`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub article: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub article: String,
    pub who: Vec<Who>,
    #[serde(default)]
    pub fields: Vec<String>,
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub papers: Vec<String>,
    /// What may follow; nothing where the case is then ready to be closed.
    #[serde(default)]
    pub next: Vec<String>,
    /// What follows instead where the fields say so: the first that fits.
    #[serde(default, rename = "branch")]
    pub branches: Vec<Branch>,
    /// Only whoever answers for the case may do it.
    #[serde(default)]
    pub by_owner: bool,
    /// The role that answers for the case while this step is what comes next.
    #[serde(default)]
    pub owner: Option<String>,
    /// Whether it may be left out, with a reason.
    #[serde(default)]
    pub skippable: bool,
    /// Done beside the others, any number of times, and moves nothing on.
    #[serde(default)]
    pub side: bool,
    /// Steps done by somebody else; `*` for all of this round.
    #[serde(default)]
    pub different_from: Vec<String>,
}

/// Another way on, for cases whose fields have certain values.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    pub only: Only,
    #[serde(default)]
    pub next: Vec<String>,
}

/// Fields with the values that they may have: all of them must fit.
pub type Only = BTreeMap<String, Vec<String>>;

/// A period of time with its law.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub article: String,
    /// `open`, a step, or `end:` and another clock.
    pub from: String,
    /// The steps that stop it.
    #[serde(default)]
    pub until: Vec<String>,
    /// Steps that may not be done before its end.
    #[serde(default)]
    pub holds: Vec<String>,
    /// Steps that may not be done after its end.
    #[serde(default)]
    pub bars: Vec<String>,
    /// An end on a day off moves to the next working day.
    #[serde(default)]
    pub rolls: bool,
    /// Stands still while the case is paused.
    #[serde(default)]
    pub pausable: bool,
    /// Runs only in cases whose fields have these values.
    #[serde(default)]
    pub only: Only,
    /// Ends with the day that stands in a field, a date that somebody set, instead of after a length of time.
    #[serde(default)]
    pub ends: Option<String>,
    /// How long it runs, by the day on which it starts.
    #[serde(default)]
    pub value: Vec<ClockValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockValue {
    #[serde(deserialize_with = "date")]
    pub from: Date,
    #[serde(default, deserialize_with = "some_date")]
    pub to: Option<Date>,
    pub span: Span,
    pub source: String,
    pub confirmed: bool,
}

/// Who is told when a clock has run out, and how long after.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    pub clock: String,
    pub after: Span,
    /// The role that answers for it from then on, too.
    pub to: String,
    pub article: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    pub article: String,
    pub who: Vec<Who>,
}

/// Fields that are kept apart, and who may read them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub article: String,
    pub readers: Vec<Who>,
    /// Who may never read it, whatever their other roles.
    #[serde(default)]
    pub closed_to: Vec<Who>,
}

/// Where a refusal or a row stands written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Article {
    pub document: String,
    pub number: String,
    pub anchor: String,
    pub words: String,
}

impl Procedure {
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    pub fn clock(&self, id: &str) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.id == id)
    }

    pub fn category(&self, id: &str) -> Option<&Category> {
        self.close.categories.iter().find(|category| category.id == id)
    }

    pub fn checklist(&self, id: &str) -> Option<&Checklist> {
        self.checklists.iter().find(|list| list.id == id)
    }

    pub fn routine(&self, id: &str) -> Option<&Routine> {
        self.routines.iter().find(|routine| routine.id == id)
    }

    pub fn stay(&self, id: &str) -> Option<&Stay> {
        self.stays.iter().find(|stay| stay.id == id)
    }

    pub fn article(&self, anchor: &str) -> Article {
        Article {
            document: self.document.title.clone(),
            number: self.document.number.clone(),
            anchor: anchor.to_string(),
            words: self.articles.get(anchor).cloned().unwrap_or_default(),
        }
    }

    /// What a role is called.
    pub fn role(&self, id: &str) -> Text {
        self.roles.title(id)
    }

    /// Whoever answers for something, by role, and by account once somebody took it.
    pub(crate) fn party(&self, party: &Party) -> Text {
        let Text { zh, en } = self.role(&party.role);
        match &party.person {
            Some(person) => Text::new(format!("{zh}（{person}）"), format!("{en} ({person})")),
            None => Text::new(zh, en),
        }
    }

    /// Whether a case that is re-opened begins with the first step again.
    pub(crate) fn begins_anew(&self) -> bool {
        self.reopen.as_ref().is_none_or(|reopen| reopen.at == self.first)
    }

    pub fn is_in_force(&self, on: Date) -> bool {
        on >= self.in_force.from && self.in_force.to.is_none_or(|to| on <= to)
    }
}

impl Opening {
    /// The role that answers for a case whose fields are these.
    pub(crate) fn owner_of(&self, fields: &BTreeMap<String, String>) -> crate::Party {
        let named = self.owner_from.as_ref().and_then(|field| fields.get(field));
        crate::Party { role: named.unwrap_or(&self.owner).clone(), person: None }
    }
}

impl Step {
    /// What may follow in a case whose fields are these.
    pub fn follows(&self, fields: &BTreeMap<String, String>) -> &[String] {
        self.branches.iter().find(|branch| fit(&branch.only, fields)).map_or(&self.next, |branch| &branch.next)
    }
}

/// Whether fields have the values that are asked for.
pub(crate) fn fit(only: &Only, fields: &BTreeMap<String, String>) -> bool {
    only.iter().all(|(id, values)| fields.get(id).is_some_and(|value| values.contains(value)))
}

impl Clock {
    /// The value that holds for a clock started at a moment; the first one where none holds yet.
    pub fn value_at(&self, start: Moment) -> Option<&ClockValue> {
        let on = start.date();
        let holds = |value: &&ClockValue| on >= value.from && value.to.is_none_or(|to| on <= to);
        self.value.iter().rfind(holds).or(self.value.first())
    }
}

impl Article {
    /// 《文件》（文号）条目.
    pub fn cite(&self) -> Text {
        let number = if self.number.is_empty() { String::new() } else { format!("（{}）", self.number) };
        let words = if self.words.is_empty() { &self.anchor } else { &self.words };
        let cited = format!("《{}》{number}{words}", self.document);
        Text::new(cited.clone(), cited)
    }
}

macro_rules! named {
    ($($kind:ty),*) => {$(
        impl $kind {
            pub fn name(&self) -> Text {
                Text::new(self.title.clone(), self.title_en.clone())
            }
        }
    )*};
}
named!(Procedure, Field, Choice, Evidence, Paper, Step, Clock, Category, Stay, Routine, Checklist, Item, Vault);

fn date<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    toml::value::Datetime::deserialize(from)?.to_string().parse().map_err(serde::de::Error::custom)
}

fn some_date<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    date(from).map(Some)
}
