//! What is brought to `/api/draws`, and the short answers to it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draws_shape::DrawKind;
use crate::shape::{Finding, Words};

/// The parts of a new draw.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it only describes the form in the OpenAPI document; the parts are read as they come")]
pub struct DrawForm {
    /// The rules.
    deed: DrawRules,
    /// Places by lot: the list, a CSV file or a workbook.
    #[schema(value_type = Option<String>, format = Binary)]
    list: Option<String>,
    /// Classes: the roll.
    #[schema(value_type = Option<String>, format = Binary)]
    roll: Option<String>,
    /// Admission: the plan, the applications, minutes from areas to schools.
    #[schema(value_type = Option<String>, format = Binary)]
    plan: Option<String>,
    #[schema(value_type = Option<String>, format = Binary)]
    applications: Option<String>,
    #[schema(value_type = Option<String>, format = Binary)]
    travel: Option<String>,
    /// Teams of teachers, one a row.
    #[schema(value_type = Option<String>, format = Binary)]
    teams: Option<String>,
    /// The county's own rule (TOML), where there is one.
    #[schema(value_type = Option<String>, format = Binary)]
    rules: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DrawRules {
    /// The name of the folder: letters, digits, `-` and `_`.
    pub name: String,
    pub title: String,
    #[serde(default)]
    pub kind: DrawKind,
    /// order-number, random-number, ring; of places by lot.
    #[serde(default)]
    pub method: String,
    #[serde(default)]
    pub settings: Vec<DrawSetting>,
    #[serde(default)]
    pub places: Vec<DrawPlacesOf>,
    pub witnesses: Vec<String>,
    #[serde(default)]
    pub public_witnesses: Vec<String>,
    /// over or pass: bound children where fewer places are left than they are.
    #[serde(default)]
    pub bound: String,
    /// stop or leave-out: a witness who does not show its value.
    pub missing: String,
    /// The draw that this round follows, and who decided it and why.
    pub after: Option<String>,
    pub decision: Option<String>,
    /// primary or junior, where the papers do not say it.
    pub stage: Option<String>,
    /// How many classes; as few as the class size allows where none is given.
    pub classes: Option<u32>,
    /// The options of the rule for classes that are used; all where none is named.
    #[serde(default)]
    pub options: Vec<String>,
    /// Teams of teachers: the draw of the classes.
    pub of: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DrawSetting {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DrawPlacesOf {
    pub pool: String,
    pub places: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawPrepared {
    /// None where the papers are not in order: then nothing was kept.
    pub id: Option<String>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DrawPromise {
    pub witness: String,
    /// Made by the witness elsewhere.
    pub commitment: Option<String>,
    /// From which the commitment is made here.
    pub value: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawPromised {
    pub commitment: String,
    /// What the witness must take home, where the commitment was made here; it is written down nowhere else.
    pub salt: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DrawReveal {
    pub witness: String,
    /// None for a number drawn in public.
    pub salt: Option<String>,
    pub value: Option<String>,
    #[serde(default)]
    pub missing: bool,
}

/// The numbers of the signed result: all, and admitted.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DrawNumbers {
    /// `N/M`
    pub counted: String,
}

/// A pupil who changes the class after the assignment.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DrawSwap {
    pub receipt: String,
    /// From 1.
    pub to: u32,
    /// A reason of the county's rule.
    pub code: String,
    /// The paper and its number.
    pub words: String,
    /// Who does it, in a home without accounts; else whoever is in.
    pub by: Option<String>,
    /// The second person: a name, or an account in a home with accounts.
    pub second: String,
    /// With which the second person shows that it is them.
    pub password: Option<String>,
    pub totp: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawAnswers {
    pub receipt: String,
    pub answers: Vec<DrawAnswer>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawAnswer {
    /// Admitted, waiting; or which class.
    pub outcome: Words,
    pub school: String,
    pub reason: Words,
}
