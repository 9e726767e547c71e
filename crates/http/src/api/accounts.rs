//! `/api/accounts` and `/api/roles`: who can come in, as what.

use std::sync::Arc;

use app::{AccountAsked, Keeper};
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::session::{answer, done};
use crate::gate::Who;
use crate::refusal::{Refusal, json_of};
use crate::server::Server;
use crate::shape::Words;

/// All accounts.
#[utoipa::path(get, path = "/api/accounts", responses((status = 200, body = Accounts), (status = "4XX", body = Refusal)))]
pub async fn accounts(Shared(server): Shared<Arc<Server>>, who: Who) -> Response {
    let listed = server.at_ledger(move |ledger| {
        let lines = app::list_accounts(ledger, Keeper::Viewer(&who.viewer))?;
        Ok(Accounts { accounts: lines.into_iter().map(AccountLine::from).collect() })
    });
    answer(listed.await)
}

/// Adds an account, or changes name, roles and units of one. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/accounts", request_body = AccountBody, responses((status = 200, body = AccountLine), (status = "4XX", body = Refusal)))]
pub async fn put_account(Shared(server): Shared<Arc<Server>>, who: Who, body: Bytes) -> Response {
    let body: AccountBody = match json_of(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let AccountBody { person, name, role, unit, roles, chosen } = body;
    let asked = AccountAsked { person, name, role, unit, roles, chosen };
    let put =
        server.at_ledger(move |ledger| app::put_account(ledger, Keeper::Viewer(&who.viewer), &asked).map(AccountLine::from));
    answer(put.await)
}

/// Gives a first password, told once; all sessions of the account end. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/accounts/{person}/reset", params(("person" = String, Path)), responses((status = 200, body = FirstPassword), (status = "4XX", body = Refusal)))]
pub async fn reset(Shared(server): Shared<Arc<Server>>, who: Who, Path(person): Path<String>) -> Response {
    let reset = server.at_ledger(move |ledger| {
        let password = app::reset_password(ledger, Keeper::Viewer(&who.viewer), &person, &app::random()?)?;
        Ok(FirstPassword { password })
    });
    answer(reset.await)
}

/// Locks an account; whoever is in goes out. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/accounts/{person}/lock", params(("person" = String, Path)), responses((status = 204), (status = "4XX", body = Refusal)))]
pub async fn lock(Shared(server): Shared<Arc<Server>>, who: Who, Path(person): Path<String>) -> Response {
    done(server.at_ledger(move |ledger| app::lock_account(ledger, Keeper::Viewer(&who.viewer), &person, true)).await)
}

/// Opens an account again, also one shut after too many tries. Wants the header `x-junheng: 1`.
#[utoipa::path(post, path = "/api/accounts/{person}/unlock", params(("person" = String, Path)), responses((status = 204), (status = "4XX", body = Refusal)))]
pub async fn unlock(Shared(server): Shared<Arc<Server>>, who: Who, Path(person): Path<String>) -> Response {
    done(server.at_ledger(move |ledger| app::lock_account(ledger, Keeper::Viewer(&who.viewer), &person, false)).await)
}

/// Every role with what it may.
#[utoipa::path(get, path = "/api/roles", responses((status = 200, body = Roles), (status = "4XX", body = Refusal)))]
pub async fn roles(Shared(server): Shared<Arc<Server>>) -> Response {
    let listed = server.at_ledger(|ledger| {
        let roles = app::list_roles(ledger).into_iter().map(|role| RoleLine {
            id: role.id,
            title: role.title.into(),
            level: role.level,
            line: role.line,
            rights: (role.rights.into_iter())
                .map(|(id, title, scopes)| RightLine {
                    id,
                    title: title.into(),
                    scopes: scopes.into_iter().map(|scope| scope.title().into()).collect(),
                })
                .collect(),
        });
        Ok(Roles { roles: roles.collect() })
    });
    answer(listed.await)
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Accounts {
    pub accounts: Vec<AccountLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AccountLine {
    pub person: String,
    pub name: String,
    /// The role in which they act first, then further ones.
    pub roles: Vec<String>,
    pub role_titles: Vec<Words>,
    /// The beginning of a division code, or a school's code.
    pub unit: String,
    /// Units chosen one by one.
    pub chosen: Vec<String>,
    pub has_password: bool,
    pub must_change: bool,
    pub locked: bool,
    pub shut_until: Option<String>,
    pub has_totp: bool,
    /// When they last came in.
    pub seen: Option<String>,
}

impl From<app::AccountLine> for AccountLine {
    fn from(line: app::AccountLine) -> AccountLine {
        AccountLine {
            person: line.person,
            name: line.name,
            roles: line.roles,
            role_titles: line.role_titles.iter().map(Words::from).collect(),
            unit: line.unit,
            chosen: line.chosen,
            has_password: line.has_password,
            must_change: line.must_change,
            locked: line.locked,
            shut_until: line.shut_until,
            has_totp: line.has_totp,
            seen: line.seen,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct AccountBody {
    pub person: String,
    pub name: String,
    pub role: String,
    pub unit: String,
    /// Further roles.
    #[serde(default)]
    pub roles: Vec<String>,
    #[serde(default)]
    pub chosen: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FirstPassword {
    pub password: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Roles {
    pub roles: Vec<RoleLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoleLine {
    pub id: String,
    pub title: Words,
    pub level: String,
    pub line: String,
    pub rights: Vec<RightLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RightLine {
    pub id: String,
    pub title: Words,
    pub scopes: Vec<Words>,
}
