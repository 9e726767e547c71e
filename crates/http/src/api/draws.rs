//! `/api/draws`: draws of the home, from the list to the signed result.

use std::sync::Arc;

use app::{Brought as Shown, DrawAsked, Promise};
use axum::body::Bytes;
use axum::extract::{Multipart, Path, State as Shared};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use facts::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evidence;
use crate::refusal::{Refusal, json_of};
use crate::server::Server;
use crate::shape::{Finding, Words, findings};
use crate::visit::{Visit, percent_encoded};

/// Every draw of the home.
#[utoipa::path(get, path = "/api/draws", responses((status = 200, body = Draws), (status = "4XX", body = Refusal)))]
pub async fn draws(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer_anew(visit, |work, _| {
            let line = |line: app::DrawLine| DrawLine {
                name: line.name,
                title: line.title,
                step: line.step.map(DrawStep::from),
                fault: line.fault.map(Words::from),
            };
            Ok(Draws { draws: app::list_draws(&work.home)?.into_iter().map(line).collect() })
        })
        .await
}

/// One draw with everything that is published of it; a held one is recomputed from its files first.
#[utoipa::path(get, path = "/api/draws/{name}", params(("name" = String, Path)), responses((status = 200, body = Draw), (status = "4XX", body = Refusal)))]
pub async fn draw(Shared(server): Shared<Arc<Server>>, Path(name): Path<String>, visit: Visit) -> Response {
    server.answer_anew(visit, move |work, _| Ok(Draw::from(app::draw_page(&work.home, &name)?))).await
}

/// Fixes a new draw: the part `deed` holds the rules, the part `list` the list. All that is wrong with the list is said at once,
/// and then nothing is kept. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws", request_body(content = DrawForm, content_type = "multipart/form-data"), responses((status = 200, body = DrawPrepared), (status = "4XX", body = Refusal)))]
pub async fn prepare_draw(
    Shared(server): Shared<Arc<Server>>,
    visit: Visit,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Response {
    let Ok(form) = form else { return Refusal::bad_upload().into_response() };
    let (rules, brought): (DrawRules, _) = match evidence::receive(&server, form).await {
        Ok(received) => received,
        Err(refusal) => return refusal.into_response(),
    };
    let made = move |work: &crate::server::Work, _: &Visit| {
        let Some(list) = brought.path("list") else {
            return Err(app::Failure::wrong_use(
                text!("没有选名单", "no list was chosen"),
                text!("选一个名单文件（CSV 或工作簿）", "choose the file of the list (CSV or workbook)"),
            ));
        };
        let after = match rules.after {
            None => None,
            Some(earlier) => Some((app::open_draw(&work.home, &earlier)?, rules.decision.unwrap_or_default())),
        };
        let asked = DrawAsked {
            title: rules.title,
            list,
            method: rules.method,
            settings: rules.settings.into_iter().map(|one| (one.name, one.value)).collect(),
            places: rules.places.into_iter().map(|one| (one.pool, one.places)).collect(),
            witnesses: rules.witnesses,
            public_witnesses: rules.public_witnesses,
            bound: rules.bound,
            missing: rules.missing,
            after,
            ..DrawAsked::default()
        };
        Ok(match app::prepare_draw_here(&work.home, &rules.name, &asked)? {
            Ok(prepared) => DrawPrepared { id: Some(prepared.id), findings: Vec::new() },
            Err(found) => DrawPrepared { id: None, findings: findings(&found) },
        })
    };
    server.answer_anew(visit, made).await
}

/// Records that a witness has bound itself. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws/{name}/commitments", params(("name" = String, Path)), request_body = DrawPromise, responses((status = 200, body = DrawPromised), (status = "4XX", body = Refusal)))]
pub async fn commit_draw(Shared(server): Shared<Arc<Server>>, Path(name): Path<String>, visit: Visit, body: Bytes) -> Response {
    let promise: DrawPromise = match json_of(&body) {
        Ok(promise) => promise,
        Err(refusal) => return refusal.into_response(),
    };
    let made = move |work: &crate::server::Work, _: &Visit| {
        let folder = app::open_draw(&work.home, &name)?;
        let said = match (promise.commitment, promise.value) {
            (Some(hash), _) => Promise::Hash(hash),
            (None, value) => Promise::Value(value.unwrap_or_default()),
        };
        let promised = app::commit_witness(&folder, &promise.witness, &said)?;
        Ok(DrawPromised { commitment: promised.commitment, salt: promised.salt })
    };
    server.answer_anew(visit, made).await
}

/// Records what a witness shows, or that it stayed away. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws/{name}/reveals", params(("name" = String, Path)), request_body = DrawReveal, responses((status = 200, body = Draw), (status = "4XX", body = Refusal)))]
pub async fn reveal_draw(Shared(server): Shared<Arc<Server>>, Path(name): Path<String>, visit: Visit, body: Bytes) -> Response {
    let reveal: DrawReveal = match json_of(&body) {
        Ok(reveal) => reveal,
        Err(refusal) => return refusal.into_response(),
    };
    let made = move |work: &crate::server::Work, _: &Visit| {
        let folder = app::open_draw(&work.home, &name)?;
        let value = reveal.value.unwrap_or_default();
        let shown = match (reveal.missing, reveal.salt) {
            (true, _) => Shown::Missing,
            (false, Some(salt)) => Shown::Shown { salt, value },
            (false, None) => Shown::Public { value },
        };
        app::reveal_witness(&folder, &reveal.witness, &shown)?;
        Ok(Draw::from(app::draw_page(&work.home, &name)?))
    };
    server.answer_anew(visit, made).await
}

/// Holds the draw and signs its result, once; done again it gives the same. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws/{name}/result", params(("name" = String, Path)), responses((status = 200, body = Draw), (status = "4XX", body = Refusal)))]
pub async fn hold_draw(Shared(server): Shared<Arc<Server>>, Path(name): Path<String>, visit: Visit) -> Response {
    let made = move |work: &crate::server::Work, _: &Visit| {
        app::hold_draw(&work.home, &app::open_draw(&work.home, &name)?)?;
        Ok(Draw::from(app::draw_page(&work.home, &name)?))
    };
    server.answer_anew(visit, made).await
}

/// One of the published files, as it lies on the disk.
#[utoipa::path(get, path = "/api/draws/{name}/files/{file}", params(("name" = String, Path), ("file" = String, Path)), responses((status = 200, content_type = "text/plain"), (status = "4XX", body = Refusal)))]
pub async fn draw_file(
    Shared(server): Shared<Arc<Server>>,
    Path((name, file)): Path<(String, String)>,
    visit: Visit,
) -> Response {
    let named = format!("attachment; filename=\"draw.txt\"; filename*=UTF-8''{}", percent_encoded(&file));
    match server.made_anew(visit, move |work, _| app::draw_file(&work.home, &name, &file)).await {
        Ok(bytes) => {
            let headers = [
                (CONTENT_TYPE, "text/plain; charset=utf-8".to_string()),
                (CONTENT_DISPOSITION, named),
                (CACHE_CONTROL, "no-store".to_string()),
            ];
            (headers, bytes).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// The places that a receipt drew.
#[utoipa::path(get, path = "/api/draws/{name}/places/{receipt}", params(("name" = String, Path), ("receipt" = String, Path)), responses((status = 200, body = DrawPlaces), (status = "4XX", body = Refusal)))]
pub async fn draw_places(
    Shared(server): Shared<Arc<Server>>,
    Path((name, receipt)): Path<(String, String)>,
    visit: Visit,
) -> Response {
    let made = move |work: &crate::server::Work, _: &Visit| {
        let drawn = app::drawn_places(&app::open_draw(&work.home, &name)?, &receipt)?;
        let place = |place: app::DrawnPlace| DrawPlace {
            pool: place.pool,
            receipt: place.receipt,
            order: place.order,
            admitted: place.admitted,
            lots: place.lots,
            places: place.places,
            last_admitted: place.last_admitted,
        };
        Ok(DrawPlaces { places: drawn.into_iter().map(place).collect() })
    };
    server.answer_anew(visit, made).await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Draws {
    pub draws: Vec<DrawLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawLine {
    /// The name of its folder.
    pub name: String,
    pub title: String,
    pub step: Option<DrawStep>,
    /// Why it cannot be read, where it cannot.
    pub fault: Option<Words>,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrawStep {
    Commit,
    Reveal,
    Ready,
    Held,
}

impl From<app::DrawStep> for DrawStep {
    fn from(step: app::DrawStep) -> DrawStep {
        match step {
            app::DrawStep::Commit => DrawStep::Commit,
            app::DrawStep::Reveal => DrawStep::Reveal,
            app::DrawStep::Ready => DrawStep::Ready,
            app::DrawStep::Held => DrawStep::Held,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Draw {
    pub name: String,
    pub title: String,
    pub round: u32,
    /// The hash of `draw.txt`, to be read out before the first witness speaks.
    pub id: String,
    pub step: DrawStep,
    pub method: Words,
    pub method_source: Words,
    pub witnesses: Vec<DrawWitness>,
    pub pools: Vec<DrawPool>,
    pub entries: usize,
    pub decision: Option<String>,
    pub result: Option<DrawResult>,
    pub files: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawWitness {
    pub name: String,
    pub public: bool,
    pub commitment: Option<String>,
    pub value: Option<String>,
    pub missing: bool,
    pub due: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawPool {
    pub name: String,
    pub entries: usize,
    pub lots: usize,
    pub places: u32,
    pub admitted: Option<usize>,
    pub last_admitted: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawResult {
    pub seed: String,
    pub hash: String,
    pub listed: usize,
    pub drawn: usize,
    pub admitted: usize,
    /// What does not follow from the files; empty where all does.
    pub findings: Vec<Finding>,
}

impl From<app::DrawPage> for Draw {
    fn from(page: app::DrawPage) -> Draw {
        let witness = |of: app::DrawWitness| DrawWitness {
            name: of.name,
            public: of.public,
            commitment: of.commitment,
            value: of.value,
            missing: of.missing,
            due: of.due,
        };
        let pool = |of: app::DrawPool| DrawPool {
            name: of.name,
            entries: of.entries,
            lots: of.lots,
            places: of.places,
            admitted: of.admitted,
            last_admitted: of.last_admitted,
        };
        Draw {
            name: page.name,
            title: page.title,
            round: page.round,
            id: page.id,
            step: page.step.into(),
            method: page.method.into(),
            method_source: page.method_source.into(),
            witnesses: page.witnesses.into_iter().map(witness).collect(),
            pools: page.pools.into_iter().map(pool).collect(),
            entries: page.entries,
            decision: page.decision,
            result: page.result.map(|of| DrawResult {
                seed: of.seed,
                hash: of.hash,
                listed: of.listed,
                drawn: of.drawn,
                admitted: of.admitted,
                findings: findings(&of.findings),
            }),
            files: page.files.into_iter().map(str::to_string).collect(),
        }
    }
}

/// The parts of a new draw.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it only describes the form in the OpenAPI document; the parts are read as they come")]
pub struct DrawForm {
    /// The rules.
    deed: DrawRules,
    /// The list, a CSV file or a workbook.
    #[schema(value_type = String, format = Binary)]
    list: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DrawRules {
    /// The name of the folder: letters, digits, `-` and `_`.
    pub name: String,
    pub title: String,
    /// order-number, random-number, ring
    pub method: String,
    #[serde(default)]
    pub settings: Vec<DrawSetting>,
    pub places: Vec<DrawPlacesOf>,
    pub witnesses: Vec<String>,
    #[serde(default)]
    pub public_witnesses: Vec<String>,
    /// over or pass: bound children where fewer places are left than they are.
    pub bound: String,
    /// stop or leave-out: a witness who does not show its value.
    pub missing: String,
    /// The draw that this round follows, and who decided it and why.
    pub after: Option<String>,
    pub decision: Option<String>,
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
    /// None where the list is not in order: then nothing was kept.
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

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawPlaces {
    pub places: Vec<DrawPlace>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DrawPlace {
    pub pool: String,
    pub receipt: String,
    pub order: u32,
    pub admitted: bool,
    pub lots: u32,
    pub places: u32,
    pub last_admitted: Option<u32>,
}
