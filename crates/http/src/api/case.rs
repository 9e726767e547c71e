//! `/api/cases/{id}`: one case, and doing something to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::{CaseShown, Deed, DutyAsked};
use axum::body::Bytes;
use axum::extract::{Multipart, Path, State as Shared};
use axum::response::{IntoResponse, Response};
use facts::{Text, text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cases::{CaseLine, handed_out};
use super::session::answer;
use crate::evidence;
use crate::gate::Who;
use crate::refusal::{Refusal, json_of};
use crate::server::Server;
use crate::shape::Words;

/// One case: what happened, what runs, what comes next and who may do it. A look at a case about a person is written down.
#[utoipa::path(get, path = "/api/cases/{id}", params(("id" = String, Path)), responses((status = 200, body = Case), (status = "4XX", body = Refusal)))]
pub async fn case(Shared(server): Shared<Arc<Server>>, who: Who, Path(id): Path<String>) -> Response {
    answer(server.at_ledger(move |ledger| app::case_page(ledger, &who.viewer, &id).map(Case::from)).await)
}

/// Does something to a case: the part `deed` is a `DeedBody`, each further part evidence, named by its kind. Wants the header
/// `x-junheng: 1`.
#[utoipa::path(post, path = "/api/cases/{id}", params(("id" = String, Path)), request_body(content = DeedForm, content_type = "multipart/form-data"), responses((status = 200, body = Acted), (status = "4XX", body = Refusal)))]
pub async fn act_on_case(Shared(server): Shared<Arc<Server>>, who: Who, Path(id): Path<String>, form: Multipart) -> Response {
    let (body, brought): (DeedBody, _) = match evidence::receive(&server, form).await {
        Ok(received) => received,
        Err(refusal) => return refusal.into_response(),
    };
    let asked = DutyAsked {
        by: body.by,
        set: body.fields,
        evidence: brought.evidence(),
        skip: body.skip,
        reason: body.reason.unwrap_or_default(),
        to: body.to,
        category: body.category,
        held: body.held.unwrap_or(true),
    };
    let (deed, name) = (body.deed, body.name.unwrap_or_default());
    let made = server.at_ledger(move |ledger| {
        let deed = match deed.as_str() {
            "step" => Deed::Step(&name),
            "hand-over" => Deed::HandOver,
            "take-over" => Deed::TakeOver,
            "decline" => Deed::Decline,
            "pause" => Deed::Pause,
            "resume" => Deed::Resume,
            "close" => Deed::Close,
            "reopen" => Deed::Reopen,
            "stay" => Deed::Stay(&name),
            other => {
                return Err(app::Failure::wrong_use(
                    text!("没有“{other}”这种办理", "there is no deed `{other}`"),
                    text!("对照 docs/reference/openapi.json", "see docs/reference/openapi.json"),
                ));
            }
        };
        let acted = app::act_on_case(ledger, &who.viewer, &id, deed, &asked);
        drop(brought);
        acted.map(Acted::from)
    });
    answer(made.await)
}

/// Reads what is kept apart of a case; the look is written down, with its reason. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/cases/{id}/vault", params(("id" = String, Path)), request_body = VaultBody, responses((status = 200, body = Vault), (status = "4XX", body = Refusal)))]
pub async fn look_into_vault(Shared(server): Shared<Arc<Server>>, who: Who, Path(id): Path<String>, body: Bytes) -> Response {
    let body: VaultBody = match json_of(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let read = server.at_ledger(move |ledger| {
        let values = app::look_into_vault(ledger, &who.viewer, &id, &body.vault, &body.reason)?;
        Ok(Vault { values: values.into_iter().map(|(title, value)| FieldValue { title: title.into(), value }).collect() })
    });
    answer(read.await)
}

/// A piece of evidence by its hash, or a paper by its number.
#[utoipa::path(get, path = "/api/cases/{id}/files/{file}", params(("id" = String, Path), ("file" = String, Path)), responses((status = 200, content_type = "application/octet-stream", body = [u8]), (status = "4XX", body = Refusal)))]
pub async fn case_file(Shared(server): Shared<Arc<Server>>, who: Who, Path((id, file)): Path<(String, String)>) -> Response {
    match server.at_ledger(move |ledger| app::case_file(ledger, &who.viewer, &id, &file)).await {
        Ok((name, bytes)) => handed_out(&name, "application/octet-stream", bytes),
        Err(refusal) => refusal.into_response(),
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Case {
    #[serde(flatten)]
    pub line: CaseLine,
    /// Whether it is about a person.
    pub personal: bool,
    pub clocks: Vec<ClockLine>,
    pub fields: Vec<FieldValue>,
    /// The latest last.
    pub timeline: Vec<EventLine>,
    pub evidence: Vec<FileLine>,
    pub papers: Vec<FileLine>,
    pub steps: Vec<StepLine>,
    pub offer: Option<OfferLine>,
    pub stays: Vec<StayLine>,
    pub close: CloseLine,
    pub vaults: Vec<VaultLine>,
    pub may: May,
}

/// What the reader's role may do; the server decides again when it is done.
#[derive(Debug, Serialize, ToSchema)]
pub struct May {
    pub hand_over: bool,
    pub pause: bool,
    pub resume: bool,
    pub close: bool,
    pub reopen: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ClockLine {
    pub title: Words,
    pub started: String,
    pub due: String,
    /// running, paused, stopped, expired
    pub state: String,
    pub state_title: Words,
    /// Whether its length and the holidays on the way are confirmed.
    pub sure: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EventLine {
    pub at: String,
    pub who: String,
    pub words: Words,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FileLine {
    /// Its kind.
    pub title: Words,
    pub name: String,
    /// By which it is fetched.
    pub file: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StepLine {
    pub id: String,
    pub title: Words,
    pub who: Words,
    pub article: Words,
    /// Whether the reader may do it by their role.
    pub mine: bool,
    /// Done beside the others.
    pub side: bool,
    /// Steps that are left out on the way; a reason is wanted then.
    pub skips: Vec<Words>,
    pub fields: Vec<FieldLine>,
    /// Kinds of evidence that it wants.
    pub needs: Vec<Named>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FieldLine {
    pub id: String,
    pub title: Words,
    /// text, date, number, choice
    pub kind: String,
    pub optional: bool,
    pub choices: Vec<Named>,
    /// Kept apart.
    pub vault: bool,
}

impl From<app::FieldShown> for FieldLine {
    fn from(field: app::FieldShown) -> FieldLine {
        FieldLine {
            id: field.id,
            title: field.title.into(),
            kind: field.kind.to_string(),
            optional: field.optional,
            choices: named(field.choices),
            vault: field.vault,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    pub id: String,
    pub title: Words,
}

pub fn named(list: Vec<(String, Text)>) -> Vec<Named> {
    list.into_iter().map(|(id, title)| Named { id, title: title.into() }).collect()
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OfferLine {
    pub from: String,
    pub to: Words,
    pub reason: String,
    /// Whether the reader may sign for it.
    pub mine: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StayLine {
    pub id: String,
    pub title: Words,
    pub held: Option<bool>,
    pub mine: bool,
    pub needs: Vec<Named>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CloseLine {
    pub who: Words,
    /// Whether data close it, and nobody else.
    pub by_data: bool,
    pub needs: Vec<Named>,
    pub categories: Vec<CategoryLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryLine {
    pub id: String,
    pub title: Words,
    pub needs: Vec<Named>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VaultLine {
    pub id: String,
    pub title: Words,
    /// Whether the reader may look into it.
    pub mine: bool,
}

/// A title and what stands there.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldValue {
    pub title: Words,
    pub value: String,
}

impl From<CaseShown> for Case {
    fn from(shown: CaseShown) -> Case {
        Case {
            personal: shown.personal,
            clocks: (shown.clocks.iter())
                .map(|clock| ClockLine {
                    title: (&clock.name).into(),
                    started: clock.started.to_string(),
                    due: clock.due.to_string(),
                    state: app::clock_state_id(clock).to_string(),
                    state_title: clock.state.name().into(),
                    sure: clock.sure,
                })
                .collect(),
            fields: shown.fields.into_iter().map(|(title, value)| FieldValue { title: title.into(), value }).collect(),
            timeline: (shown.timeline.into_iter()).map(|(at, who, words)| EventLine { at, who, words: words.into() }).collect(),
            evidence: (shown.evidence.into_iter())
                .map(|(title, name, file)| FileLine { title: title.into(), name, file })
                .collect(),
            papers: (shown.papers.into_iter())
                .map(|(title, number)| FileLine { title: title.into(), name: number.clone(), file: number })
                .collect(),
            steps: (shown.steps.into_iter())
                .map(|step| StepLine {
                    id: step.id,
                    title: step.title.into(),
                    who: step.who.into(),
                    article: step.article.into(),
                    mine: step.mine,
                    side: step.side,
                    skips: step.skips.into_iter().map(Words::from).collect(),
                    fields: step.fields.into_iter().map(FieldLine::from).collect(),
                    needs: named(step.needs),
                })
                .collect(),
            offer: shown.offer.map(|(from, to, reason, mine)| OfferLine { from, to: to.into(), reason, mine }),
            stays: (shown.stays.into_iter())
                .map(|stay| StayLine {
                    id: stay.id,
                    title: stay.title.into(),
                    held: stay.held,
                    mine: stay.mine,
                    needs: named(stay.needs),
                })
                .collect(),
            close: CloseLine {
                who: shown.close.who.into(),
                by_data: shown.close.by_data,
                needs: named(shown.close.needs),
                categories: (shown.close.categories.into_iter())
                    .map(|(id, title, needs)| CategoryLine { id, title: title.into(), needs: named(needs) })
                    .collect(),
            },
            vaults: (shown.vaults.into_iter()).map(|(id, title, mine)| VaultLine { id, title: title.into(), mine }).collect(),
            may: May {
                hand_over: shown.may.hand_over,
                pause: shown.may.pause,
                resume: shown.may.resume,
                close: shown.may.close,
                reopen: shown.may.reopen,
            },
            line: shown.line.into(),
        }
    }
}

/// The parts of a deed.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it only describes the form in the OpenAPI document; the parts are read as they come")]
pub struct DeedForm {
    /// A `DeedBody`, or an `OpeningBody`, as JSON.
    deed: String,
    /// Evidence, each part named by its kind.
    #[schema(value_type = Vec<String>, format = Binary)]
    kind: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DeedBody {
    /// step, hand-over, take-over, decline, pause, resume, close, reopen, stay
    pub deed: String,
    /// Which step, or which stay check.
    pub name: Option<String>,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Why steps are left out.
    pub skip: Option<String>,
    pub reason: Option<String>,
    /// A role, or `person/role`.
    pub to: Option<String>,
    pub category: Option<String>,
    /// Whether a close-out still holds.
    pub held: Option<bool>,
    /// Who acts, in a home without accounts.
    pub by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Acted {
    pub case: String,
    pub status: String,
    /// The steps that come next.
    pub ready: Vec<Words>,
    pub due: Option<String>,
    /// Papers that were written.
    pub papers: Vec<Words>,
}

impl From<app::Acted> for Acted {
    fn from(acted: app::Acted) -> Acted {
        Acted {
            case: acted.case,
            status: acted.status.to_string(),
            ready: acted.ready.into_iter().map(Words::from).collect(),
            due: acted.due,
            papers: acted.papers.into_iter().map(|(title, _)| title.into()).collect(),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct VaultBody {
    pub vault: String,
    pub reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Vault {
    pub values: Vec<FieldValue>,
}
