//! `/api/session`: coming in, going out, one's own password and second step; `/api/sessions`: who is in.

use std::sync::Arc;

use app::{Entered, Failure, Ledger, Login, LoginAsked};
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use facts::text;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::gate::{COOKIE_NAME, Who};
use crate::refusal::{Json, Refusal, json_of};
use crate::server::Server;
use crate::shape::Words;
use crate::visit::Visit;

/// Whether a login is asked for, and who is in.
#[utoipa::path(get, path = "/api/session", responses((status = 200, body = SessionState)))]
pub async fn session(Shared(server): Shared<Arc<Server>>, who: Who) -> Response {
    if who.viewer.is_alone() {
        return Json(SessionState::default()).into_response();
    }
    let done = server.at_ledger(move |ledger| shown(ledger, &who));
    answer(done.await)
}

/// Comes in with account and password, and a code where the second step is on. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/session", request_body = LoginBody, responses((status = 200, body = LoginAnswer), (status = "4XX", body = Refusal)))]
pub async fn log_in(Shared(server): Shared<Arc<Server>>, who: Who, body: Bytes) -> Response {
    let body: LoginBody = match json_of(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    if !server.may_try(&who.address).await {
        return too_often().into_response();
    }
    let asked = LoginAsked {
        person: body.person,
        password: body.password.unwrap_or_default(),
        code: body.code,
        address: who.address,
        agent: who.agent,
    };
    let done = if body.demo {
        server.at_ledger(move |ledger| app::enter_demo(ledger, &asked, &app::random()?)).await
    } else {
        server.log_in(asked).await
    };
    match done {
        Ok(Login::In { token }) => {
            let secure = if server.behind_proxy { "; Secure" } else { "" };
            let cookie = format!("{COOKIE_NAME}={token}; Path=/; HttpOnly; SameSite=Strict{secure}");
            ([(SET_COOKIE, cookie)], Json(LoginAnswer { needs_code: false })).into_response()
        }
        Ok(Login::NeedsCode) => Json(LoginAnswer { needs_code: true }).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Goes out. Wants the header `x-junheng: 1`.
#[utoipa::path(delete, path = "/api/session", responses((status = 204)))]
pub async fn log_out(Shared(server): Shared<Arc<Server>>, who: Who) -> Response {
    if let Some(token) = who.token {
        // Whatever became of it, the browser forgets.
        let _ = server.at_ledger(move |ledger| app::leave(ledger, &token)).await;
    }
    let cookie = format!("{COOKIE_NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    (StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response()
}

/// Replaces one's own password. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/session/password", request_body = PasswordBody, responses((status = 204), (status = "4XX", body = Refusal)))]
pub async fn password(Shared(server): Shared<Arc<Server>>, who: Who, body: Bytes) -> Response {
    own(server, who, body, |ledger, entered, body: PasswordBody| {
        app::change_password(ledger, &entered.viewer, &entered.session, (&body.old, &body.new), &app::random()?)
    })
    .await
}

/// Offers a secret for the second step; nothing is kept until a code proves that the telephone has it.
#[utoipa::path(post, path = "/api/session/totp", responses((status = 200, body = TotpOffer), (status = "4XX", body = Refusal)))]
pub async fn offer_totp(who: Who) -> Response {
    let offered = app::random().map(|random| app::offer_totp(&who.viewer, &random));
    let shown = |offer: app::TotpOffer| TotpOffer {
        secret: offer.secret,
        address: offer.address,
        side: offer.square.0,
        path: offer.square.1,
    };
    answer(offered.map(shown).map_err(Refusal::from))
}

/// Switches the second step on. Wants the header `x-junheng: 1`.
#[utoipa::path(put, path = "/api/session/totp", request_body = TotpBody, responses((status = 204), (status = "4XX", body = Refusal)))]
pub async fn set_totp(Shared(server): Shared<Arc<Server>>, who: Who, body: Bytes) -> Response {
    own(server, who, body, |ledger, entered, body: TotpBody| {
        app::set_totp(ledger, &entered.viewer, body.secret.as_deref().unwrap_or_default(), &body.code)
    })
    .await
}

/// Switches the second step off. Wants the header `x-junheng: 1`.
#[utoipa::path(delete, path = "/api/session/totp", request_body = TotpBody, responses((status = 204), (status = "4XX", body = Refusal)))]
pub async fn unset_totp(Shared(server): Shared<Arc<Server>>, who: Who, body: Bytes) -> Response {
    own(server, who, body, |ledger, entered, body: TotpBody| app::unset_totp(ledger, &entered.viewer, &body.code)).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SessionsQuery {
    /// `true`: those of everybody, for the system administrator.
    pub all: Option<bool>,
}

/// One's own sessions, or everybody's.
#[utoipa::path(get, path = "/api/sessions", params(SessionsQuery), responses((status = 200, body = Sessions), (status = "4XX", body = Refusal)))]
pub async fn sessions(Shared(server): Shared<Arc<Server>>, who: Who, visit: Visit) -> Response {
    let Some(entered) = who.entered else { return Json(Sessions { sessions: Vec::new() }).into_response() };
    let done = server.at_ledger(move |ledger| {
        let all = visit.query::<SessionsQuery>()?.all == Some(true);
        let sessions = app::list_sessions(ledger, &entered.viewer, &entered.session, all)?;
        Ok(Sessions { sessions: sessions.into_iter().map(SessionLine::from).collect() })
    });
    answer(done.await)
}

/// Ends a session. Wants the header `x-junheng: 1`.
#[utoipa::path(delete, path = "/api/sessions/{id}", params(("id" = String, Path)), responses((status = 204), (status = "4XX", body = Refusal)))]
pub async fn end_session(Shared(server): Shared<Arc<Server>>, who: Who, Path(id): Path<String>) -> Response {
    done(server.at_ledger(move |ledger| app::end_session(ledger, &who.viewer, &id)).await)
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct SessionState {
    /// Whether this home asks for a login.
    pub asks: bool,
    pub me: Option<Me>,
    /// In a home made for showing: whom one can come in as without a password.
    pub demo: Vec<DemoAccount>,
    /// Characters that a password needs at least, and kinds of them.
    pub password_length_min: usize,
    pub password_kinds_min: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub person: String,
    pub name: String,
    pub roles: Vec<Words>,
    pub unit: String,
    /// Rights by id: pages that need others are not offered.
    pub rights: Vec<String>,
    pub must_change: bool,
    pub has_totp: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DemoAccount {
    pub person: String,
    pub name: String,
    pub role: Words,
    pub unit: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct LoginBody {
    pub person: String,
    pub password: Option<String>,
    pub code: Option<String>,
    /// Without a password, in a home made for showing.
    #[serde(default)]
    pub demo: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LoginAnswer {
    /// The password is right, and the code of the second step is wanted.
    pub needs_code: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct PasswordBody {
    pub old: String,
    pub new: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TotpOffer {
    /// In base 32, to be typed into the telephone.
    pub secret: String,
    /// `otpauth://…`, to be opened on the telephone.
    pub address: String,
    /// The address as a square to be photographed: its side in units, and the path of what is dark.
    pub side: usize,
    pub path: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct TotpBody {
    /// The secret that was offered, to switch it on.
    pub secret: Option<String>,
    pub code: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Sessions {
    pub sessions: Vec<SessionLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionLine {
    pub id: String,
    pub person: String,
    pub begun: String,
    pub seen: String,
    pub address: String,
    pub agent: String,
    pub own: bool,
}

impl From<app::SessionLine> for SessionLine {
    fn from(line: app::SessionLine) -> SessionLine {
        let app::SessionLine { id, person, begun, seen, address, agent, own } = line;
        SessionLine { id, person, begun, seen, address, agent, own }
    }
}

fn shown(ledger: &mut Ledger, who: &Who) -> Result<SessionState, Failure> {
    let rules = app::password_rules(ledger)?;
    let me = who.entered.as_ref().map(|entered| {
        let viewer = &entered.viewer;
        Me {
            person: viewer.person.clone(),
            name: viewer.name.clone(),
            roles: viewer.roles.iter().map(|role| ledger.procedures.roles.title(role).into()).collect(),
            unit: viewer.unit.clone(),
            rights: viewer.rights().map(|(right, _)| right.to_string()).collect(),
            must_change: viewer.must_change,
            has_totp: entered.has_totp,
        }
    });
    let mut demo = Vec::new();
    if app::is_demo(ledger)? {
        for line in app::list_accounts(ledger, app::Keeper::Machine)?.into_iter().filter(|line| !line.locked) {
            let role = line.role_titles.first().map(Words::from).unwrap_or_default();
            demo.push(DemoAccount { person: line.person, name: line.name, role, unit: line.unit });
        }
    }
    let (password_length_min, password_kinds_min) = (rules.length_min, rules.kinds_min);
    Ok(SessionState { asks: true, me, demo, password_length_min, password_kinds_min })
}

/// Does something with one's own account.
async fn own<B, F>(server: Arc<Server>, who: Who, body: Bytes, act: F) -> Response
where
    B: serde::de::DeserializeOwned + Send + 'static,
    F: FnOnce(&mut Ledger, &Entered, B) -> Result<(), Failure> + Send + 'static,
{
    let body: B = match json_of(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let Some(entered) = who.entered else { return Refusal::no_such_page().into_response() };
    done(server.at_ledger(move |ledger| act(ledger, &entered, body)).await)
}

pub fn answer<T: Serialize>(done: Result<T, Refusal>) -> Response {
    match done {
        Ok(made) => Json(made).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

pub fn done(done: Result<(), Refusal>) -> Response {
    match done {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

pub(super) fn too_often() -> Refusal {
    Refusal::new(
        StatusCode::TOO_MANY_REQUESTS,
        text!("登录太频繁", "too many logins from this address"),
        text!("过一分钟再试", "try again in a minute"),
    )
}
