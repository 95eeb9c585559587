//! Accounts: for superusers.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::Uri,
    response::{IntoResponse, Response},
};
use houselights_app::accounts::Account;
use houselights_domain::{Role, UserId, UtcMicros};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tools::Listing;
use crate::{
    auth::Superuser,
    body::{Fields, Reader},
    openapi::problems,
    page::MOST,
    path::{Path, Query},
    problem::Result,
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one, change))
}

problems!(ListNo: Invalid, PermissionDenied);
problems!(OneNo: PermissionDenied, NotFound);
problems!(ChangeNo: Invalid, PermissionDenied, NotFound, Conflict, Throttled);

/// What changes of an account.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct UserPatch {
    /// `film_goer`, `staff` or `superuser`.
    #[schema(nullable = false, example = "staff")]
    role: Option<RoleName>,
    /// Whether it may sign in.
    #[schema(nullable = false)]
    is_active: Option<bool>,
}

/// What an account may do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents a word")]
enum RoleName {
    FilmGoer,
    Staff,
    Superuser,
}

/// An account as superusers see it.
#[derive(Serialize, ToSchema)]
struct User {
    #[schema(example = 3)]
    id: i64,
    #[schema(example = "alice")]
    username: String,
    /// Empty: none was given.
    email: String,
    #[schema(value_type = RoleName, example = "staff")]
    role: &'static str,
    /// Whether it may sign in.
    is_active: bool,
    #[schema(format = DateTime, example = "2026-12-24T12:30:00.000000Z")]
    date_joined: String,
    #[schema(format = DateTime)]
    last_login: Option<String>,
}

impl From<Account> for User {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.0,
            username: account.username,
            email: account.email,
            role: account.role.as_str(),
            is_active: account.active,
            date_joined: account.created_at.rfc3339_utc(),
            last_login: account.last_login_at.map(UtcMicros::rfc3339_utc),
        }
    }
}

fn read(f: &mut Reader<'_>) -> (Option<Role>, Option<bool>) {
    let role = f.has("role").then(|| f.text("role")).filter(|word| !word.is_empty());
    let role = role.and_then(|word| word.parse().map_err(|error| f.refuse("role", format!("{error}."))).ok());
    (role, f.optional_boolean("is_active"))
}

/// All accounts, by number. A page has 500 unless `limit` says otherwise.
#[utoipa::path(
    get, path = "/api/staff/users/", tag = "Staff", operation_id = "staff_users", security(("bearerAuth" = [])),
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Accounts; `Link` names the next page", body = Vec<User>), ListNo)
)]
async fn list(State(site): Web, by: Superuser, uri: Uri, query: Query) -> Result<Response> {
    let listing = Listing::read(&query, MOST)?;
    let mut accounts = site.app.accounts.list(&by.0, listing.after.map(UserId), listing.limit()).await?;
    let link = listing.cut(&uri, &mut accounts, |account| account.id.0);
    Ok((link, Json(accounts.into_iter().map(User::from).collect::<Vec<_>>())).into_response())
}

/// One account.
#[utoipa::path(
    get, path = "/api/staff/users/{user_id}/", tag = "Staff", operation_id = "staff_user",
    security(("bearerAuth" = [])),
    params(("user_id" = i64, Path, description = "The account's number", example = 3)),
    responses((status = 200, description = "The account", body = User), OneNo)
)]
async fn one(State(site): Web, _: Superuser, Path(id): Path<UserId>) -> Result<Json<User>> {
    Ok(Json(site.app.accounts.me(id).await?.into()))
}

/// Change what an account may do, or whether it may sign in. A change ends its sessions.
#[utoipa::path(
    patch, path = "/api/staff/users/{user_id}/", tag = "Staff", operation_id = "staff_change_user",
    security(("bearerAuth" = [])),
    params(("user_id" = i64, Path, description = "The account's number", example = 3)),
    request_body(content = UserPatch, example = json!({"role": "staff"})),
    responses((status = 200, description = "Changed", body = User), ChangeNo)
)]
async fn change(State(site): Web, by: Superuser, Path(id): Path<UserId>, fields: Fields) -> Result<Json<User>> {
    site.limits.change(by.0.user)?;
    let (role, active) = fields.read(read)?;
    Ok(Json(site.app.accounts.set_standing(&by.0, id, role, active).await?.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::staff::testing::Desk;

    #[tokio::test]
    async fn a_superuser_raises_and_disables_accounts() {
        let desk = Desk::open().await;
        let boss = async |method: &str, path: &str, body| desk.ask(&desk.boss, method, path, &body).await;
        let first = boss("GET", "/api/staff/users/?limit=2", json!({})).await;
        assert_eq!((&first.json()[1]["role"], first.header("link").is_empty()), (&json!("staff"), false));
        assert_eq!(boss("GET", "/api/staff/users/?limit=2&cursor=2", json!({})).await.json()[0]["role"], "superuser");
        let raised = boss("PATCH", "/api/staff/users/1/", json!({"role": "staff"})).await;
        assert_eq!((raised.status.as_u16(), &raised.json()["role"]), (200, &json!("staff")));
        assert_eq!(desk.ask(&desk.goer, "GET", "/api/me/", &json!({})).await.no().0, 401);
        let out = boss("PATCH", "/api/staff/users/2/", json!({"is_active": false})).await;
        assert_eq!(out.json()["is_active"], json!(false));
        assert_eq!(desk.staff("GET", "/api/staff/movies/", &json!({})).await.no(), (401, "token_not_valid".into()));
        assert_eq!(boss("GET", "/api/staff/users/2/", json!({})).await.json(), out.json());
    }

    #[tokio::test]
    async fn who_may_not_and_what_may_not_be() {
        let desk = Desk::open().await;
        assert_eq!(desk.staff("GET", "/api/staff/users/", &json!({})).await.no(), (403, "permission_denied".into()));
        let raise = desk.staff("PATCH", "/api/staff/users/2/", &json!({"role": "superuser"})).await;
        assert_eq!(raise.no(), (403, "permission_denied".into()));
        let boss = async |path: &str, body| desk.ask(&desk.boss, "PATCH", path, &body).await;
        let last = boss("/api/staff/users/3/", json!({"role": "staff"})).await;
        assert_eq!(last.no(), (409, "conflict".into()));
        for bad in [json!({"role": "king"}), json!({"role": null}), json!({"role": "staff", "is_active": "maybe"})] {
            assert_eq!(boss("/api/staff/users/1/", bad).await.no(), (400, "invalid".into()));
        }
        assert_eq!(boss("/api/staff/users/9/", json!({"role": "staff"})).await.no(), (404, "not_found".into()));
        assert_eq!(desk.ask(&desk.boss, "GET", "/api/staff/users/9/", &json!({})).await.no().0, 404);
    }
}
