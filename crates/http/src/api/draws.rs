//! `/api/draws`: draws of the home, from the papers to the signed result, its rolls and the record of all that was done.

use std::sync::Arc;

use app::{Brought as Shown, ClassMove, DrawAsked, Login, LoginAsked, OfficeAsked, Promise};
use axum::body::Bytes;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State as Shared};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use facts::{Lang, text};
use serde::Deserialize;
use utoipa::IntoParams;

use super::draws_asked::{
    DrawAnswer, DrawAnswers, DrawForm, DrawNumbers, DrawPrepared, DrawPromise, DrawPromised, DrawReveal, DrawRules, DrawSwap,
};
use super::draws_shape::{Draw, DrawJournal, DrawLine, DrawStep, DrawTrial, Draws};
use crate::evidence::{self, Brought};
use crate::gate::Who;
use crate::refusal::{Refusal, json_of};
use crate::server::{Server, Work};
use crate::shape::{Words, findings};
use crate::upload;
use crate::visit::{Visit, percent_encoded, stage_of};

/// Every draw of the home.
#[utoipa::path(get, path = "/api/draws", responses((status = 200, body = Draws), (status = "4XX", body = Refusal)))]
pub async fn draws(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer_anew(visit, |work, _| {
            let line = |line: app::DrawLine| DrawLine {
                name: line.name,
                title: line.title,
                kind: line.kind.into(),
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

/// Looks through the papers of a draw of classes or an admission, and says what they would come to; nothing is kept. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws/trials", request_body(content = DrawForm, content_type = "multipart/form-data"), responses((status = 200, body = DrawTrial), (status = "4XX", body = Refusal)))]
pub async fn try_draw(
    Shared(server): Shared<Arc<Server>>,
    visit: Visit,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let (rules, brought) = match received(&server, form).await {
        Ok(received) => received,
        Err(refusal) => return refusal.into_response(),
    };
    let made = move |work: &Work, visit: &Visit| {
        let asked = asked_of(work, rules, &brought)?;
        Ok(match app::try_draw(&asked, lang_of(visit)?)? {
            Ok(trial) => DrawTrial::from(trial),
            Err(found) => DrawTrial { findings: findings(&found), ..DrawTrial::default() },
        })
    };
    server.answer_anew(visit, made).await
}

/// Fixes a new draw: the part `deed` holds the rules, the other parts the list or the papers. All that is wrong with them is said at once,
/// and then nothing is kept. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws", request_body(content = DrawForm, content_type = "multipart/form-data"), responses((status = 200, body = DrawPrepared), (status = "4XX", body = Refusal)))]
pub async fn prepare_draw(
    Shared(server): Shared<Arc<Server>>,
    visit: Visit,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let (rules, brought) = match received(&server, form).await {
        Ok(received) => received,
        Err(refusal) => return refusal.into_response(),
    };
    let made = move |work: &Work, visit: &Visit| {
        let name = rules.name.clone();
        let asked = asked_of(work, rules, &brought)?;
        Ok(match app::prepare_draw_here(&work.home, &name, &asked, &visit.who())? {
            Ok(prepared) => DrawPrepared { id: Some(prepared.id), findings: Vec::new() },
            Err(found) => DrawPrepared { id: None, findings: findings(&found) },
        })
    };
    server.answer_anew(visit, made).await
}

async fn received(server: &Arc<Server>, form: Result<Multipart, MultipartRejection>) -> Result<(DrawRules, Brought), Refusal> {
    match form {
        Ok(form) => evidence::receive(server, form).await,
        Err(_) => Err(Refusal::bad_upload()),
    }
}

fn asked_of(work: &Work, rules: DrawRules, brought: &Brought) -> Result<OfficeAsked, app::Failure> {
    let kind = app::DrawKind::from(rules.kind);
    let list = brought.path("list");
    if kind == app::DrawKind::Places && list.is_none() {
        return Err(app::Failure::wrong_use(
            text!("没有选名单", "no list was chosen"),
            text!("选一个名单文件（CSV 或工作簿）", "choose the file of the list (CSV or workbook)"),
        ));
    }
    let after = match rules.after {
        None => None,
        Some(earlier) => Some((app::open_draw(&work.home, &earlier)?, rules.decision.unwrap_or_default())),
    };
    let draw = DrawAsked {
        title: rules.title,
        list: list.unwrap_or_default(),
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
    let papers = ["roll", "plan", "applications", "travel", "teams", "rules"];
    let files = papers.iter().filter_map(|kind| Some((kind.to_string(), brought.path(kind)?))).collect();
    let stage = stage_of(rules.stage.as_deref())?;
    Ok(OfficeAsked { kind, draw, files, stage, classes: rules.classes, options: rules.options, of: rules.of })
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DrawPaperQuery {
    /// zh or en.
    pub lang: Option<String>,
}

fn lang_of(visit: &Visit) -> Result<Lang, app::Failure> {
    let asked: DrawPaperQuery = visit.query()?;
    Ok(if asked.lang.as_deref() == Some("en") { Lang::En } else { Lang::Zh })
}

/// Records that a witness has bound itself. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws/{name}/commitments", params(("name" = String, Path)), request_body = DrawPromise, responses((status = 200, body = DrawPromised), (status = "4XX", body = Refusal)))]
pub async fn commit_draw(Shared(server): Shared<Arc<Server>>, Path(name): Path<String>, visit: Visit, body: Bytes) -> Response {
    let promise: DrawPromise = match json_of(&body) {
        Ok(promise) => promise,
        Err(refusal) => return refusal.into_response(),
    };
    let made = move |work: &Work, _: &Visit| {
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
    let made = move |work: &Work, _: &Visit| {
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

/// Holds the draw and signs what it came to, once; done again it gives the same. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws/{name}/result", params(("name" = String, Path)), responses((status = 200, body = Draw), (status = "4XX", body = Refusal)))]
pub async fn hold_draw(Shared(server): Shared<Arc<Server>>, Path(name): Path<String>, visit: Visit) -> Response {
    let folder = match server.jobs.folder() {
        Ok(folder) => folder,
        Err(error) => return upload::not_written(&error).into_response(),
    };
    let made = move |work: &Work, visit: &Visit| {
        app::hold_draw_here(&work.home, &name, folder.path(), &visit.who(), lang_of(visit)?)?;
        Ok(Draw::from(app::draw_page(&work.home, &name)?))
    };
    server.answer_anew(visit, made).await
}

/// Opens the query for parents, for who types in the numbers of the signed result. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws/{name}/release", params(("name" = String, Path)), request_body = DrawNumbers, responses((status = 200, body = Draw), (status = "4XX", body = Refusal)))]
pub async fn release_draw(Shared(server): Shared<Arc<Server>>, Path(name): Path<String>, visit: Visit, body: Bytes) -> Response {
    let numbers: DrawNumbers = match json_of(&body) {
        Ok(numbers) => numbers,
        Err(refusal) => return refusal.into_response(),
    };
    let made = move |work: &Work, visit: &Visit| {
        app::release_draw(&work.home, &name, &numbers.counted, &visit.who())?;
        Ok(Draw::from(app::draw_page(&work.home, &name)?))
    };
    server.answer_anew(visit, made).await
}

/// Moves a pupil to another class after the assignment, on the record: by whoever asks, with a second person who shows that they are there. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/draws/{name}/exceptions", params(("name" = String, Path)), request_body = DrawSwap, responses((status = 200, body = Draw), (status = "4XX", body = Refusal)))]
pub async fn move_in_draw(
    Shared(server): Shared<Arc<Server>>,
    Path(name): Path<String>,
    visit: Visit,
    who: Who,
    body: Bytes,
) -> Response {
    let swap: DrawSwap = match json_of(&body) {
        Ok(swap) => swap,
        Err(refusal) => return refusal.into_response(),
    };
    let (by, second) = if who.viewer.is_alone() {
        (swap.by.clone().unwrap_or_default(), swap.second.clone())
    } else {
        match second_person(&server, &who, &swap).await {
            Ok(second) => (who.viewer.person.clone(), second),
            Err(refusal) => return refusal.into_response(),
        }
    };
    let made = move |work: &Work, _: &Visit| {
        let asked = ClassMove {
            receipt: swap.receipt.trim(),
            to: swap.to,
            code: &swap.code,
            words: &swap.words,
            by: &by,
            second: &second,
        };
        app::move_pupil_here(&work.home, &name, &asked)?;
        Ok(Draw::from(app::draw_page(&work.home, &name)?))
    };
    server.answer_anew(visit, made).await
}

/// The second person comes in with their own password and goes out at once; they must be allowed to see draws.
async fn second_person(server: &Arc<Server>, who: &Who, swap: &DrawSwap) -> Result<String, Refusal> {
    if !server.may_try(&who.address).await {
        return Err(super::session::too_often());
    }
    let asked = LoginAsked {
        person: swap.second.trim().to_string(),
        password: swap.password.clone().unwrap_or_default(),
        code: swap.totp.clone().filter(|code| !code.is_empty()),
        address: who.address.clone(),
        agent: who.agent.clone(),
    };
    let person = asked.person.clone();
    let (_, is_demo) = server.asks_for_login()?;
    let entered = if is_demo {
        server.at_ledger(move |ledger| app::enter_demo(ledger, &asked, &app::random()?)).await?
    } else {
        server.log_in(asked).await?
    };
    let Login::In { token } = entered else {
        return Err(app::Failure::wrong_use(
            text!("第二人的账号开了动态口令，还缺验证码", "the second person has a second step; the code is missing"),
            text!("请第二人填验证码", "the second person types the code"),
        )
        .into());
    };
    let second = server.clone().who(Some(token.clone()), who.address.clone(), who.agent.clone()).await?;
    server.at_ledger(move |ledger| app::leave(ledger, &token)).await?;
    second.viewer.must("draws:read")?;
    Ok(person)
}

/// The record of everything that was done with a draw, and of every look at its papers.
#[utoipa::path(get, path = "/api/draws/{name}/journal", params(("name" = String, Path)), responses((status = 200, body = DrawJournal), (status = "4XX", body = Refusal)))]
pub async fn draw_journal(Shared(server): Shared<Arc<Server>>, Path(name): Path<String>, visit: Visit) -> Response {
    server.answer_anew(visit, move |work, _| Ok(DrawJournal::from(app::draw_journal(&work.home, &name)?))).await
}

/// One of the rolls and reports of a held draw, as a workbook; who took it is written down first.
#[utoipa::path(get, path = "/api/draws/{name}/papers/{paper}", params(("name" = String, Path), ("paper" = String, Path), DrawPaperQuery), responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (status = "4XX", body = Refusal)))]
pub async fn draw_paper(
    Shared(server): Shared<Arc<Server>>,
    Path((name, paper)): Path<(String, String)>,
    visit: Visit,
) -> Response {
    let folder = match server.jobs.folder() {
        Ok(folder) => folder,
        Err(error) => return upload::not_written(&error).into_response(),
    };
    let made = move |work: &Work, visit: &Visit| {
        let bytes = app::draw_paper(&work.home, &name, &paper, folder.path(), &visit.who(), lang_of(visit)?)?;
        Ok(app::Workbook { name: paper, bytes })
    };
    server.download(visit, made).await
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

/// What a receipt came to, from the signed result only. The look is written down.
#[utoipa::path(get, path = "/api/draws/{name}/places/{receipt}", params(("name" = String, Path), ("receipt" = String, Path)), responses((status = 200, body = DrawAnswers), (status = "4XX", body = Refusal)))]
pub async fn draw_places(
    Shared(server): Shared<Arc<Server>>,
    Path((name, receipt)): Path<(String, String)>,
    visit: Visit,
) -> Response {
    let made = move |work: &Work, visit: &Visit| {
        let book = app::open_query(&app::open_draw(&work.home, &name)?)?;
        let found = book.answer(&receipt).ok_or_else(|| {
            app::Failure::unknown(
                text!("名单里没有受理号“{receipt}”", "the receipt `{receipt}` is not on the list"),
                text!("照报名时的受理号逐字核对", "compare it letter by letter with the receipt of the application"),
            )
        })?;
        app::note_draw(&work.home, &name, "read-receipt", &receipt, &visit.who())?;
        let answer = |one: &app::QueryAnswer| DrawAnswer {
            outcome: Words::from(one.outcome.clone()),
            school: one.school.clone(),
            reason: Words::from(one.reason.clone()),
        };
        Ok(DrawAnswers { receipt: receipt.trim().to_string(), answers: found.iter().map(answer).collect() })
    };
    server.answer_anew(visit, made).await
}
