//! Signing up, in and out, and tokens: the paths and words of Django REST Framework with `SimpleJWT`.

use std::{fmt::Write as _, sync::Arc};

use axum::{Json, extract::State, http::StatusCode, response::Response};
use houselights_app::accounts::{Account, NewAccount};
use houselights_domain::{UserId, credentials};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{Caller, ClientAddress, MaybeCaller},
    body::Fields,
    idempotency::{IdempotencyKey, KeyHeader, fingerprint_of, with_key},
    openapi::problems,
    problem::{Problem, Result},
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new()
        .routes(routes!(sign_up))
        .routes(routes!(log_in))
        .routes(routes!(refresh))
        .routes(routes!(verify))
        .routes(routes!(log_out))
        .routes(routes!(me))
}

problems!(SignUpNo: Invalid, InFlight, KeyReused, Throttled);
problems!(LogInNo: NoActiveAccount, Throttled);
problems!(RefreshNo: TokenNotValid, Throttled);
problems!(TokenNo: TokenNotValid);

/// Whose keys sign-ups carry: their senders have no account yet.
const NOBODY: UserId = UserId(0);

/// What a new account needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct SignUpBody {
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 150, example = "alice")]
    username: String,
    /// At least 8 characters on a production server.
    #[schema(min_length = 1, max_length = 128, format = Password, example = "correct horse battery staple")]
    password: String,
    /// Where tickets are sent.
    #[schema(format = Email, example = "alice@example.com")]
    email: Option<String>,
}

/// An account.
#[derive(Serialize, ToSchema)]
struct SignedUp {
    #[schema(example = 3)]
    id: i64,
    #[schema(example = "alice")]
    username: String,
    /// Empty where none was given.
    #[schema(example = "alice@example.com")]
    email: String,
}

/// A pair that proves who somebody is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct LogInBody {
    #[schema(min_length = 1, example = "alice")]
    username: String,
    #[schema(min_length = 1, format = Password, example = "correct horse battery staple")]
    password: String,
}

/// Tokens.
#[derive(Serialize, ToSchema)]
struct Pair {
    /// Good for the next pair at `/api/token/refresh/`, once.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl")]
    refresh: String,
    /// Goes with every request as `Authorization: Bearer <access>`.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl")]
    access: String,
}

/// A refresh token.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct RefreshBody {
    #[schema(min_length = 1, example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl")]
    refresh: String,
}

/// The refresh token of the session that is to end; without one it is the caller's own.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct LogOutBody {
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl")]
    refresh: Option<String>,
}

/// A token of either kind.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct VerifyBody {
    #[schema(min_length = 1, example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl")]
    token: String,
}

/// Nothing to say.
#[derive(Serialize, ToSchema)]
struct Empty {}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
struct Me {
    #[schema(example = 3)]
    id: i64,
    #[schema(example = "alice")]
    username: String,
    #[schema(example = "alice@example.com")]
    email: String,
    /// `film_goer`, `staff` or `superuser`.
    #[schema(example = "film_goer")]
    role: &'static str,
    #[schema(example = false)]
    is_staff: bool,
    #[schema(format = DateTime, example = "2026-12-24T12:30:00.000000Z")]
    date_joined: String,
    #[schema(format = DateTime, example = "2026-12-24T12:31:00.000000Z")]
    last_login: Option<String>,
}

impl From<Account> for Me {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.0,
            username: account.username,
            email: account.email,
            role: account.role.as_str(),
            is_staff: account.role >= houselights_domain::Role::Staff,
            date_joined: account.created_at.rfc3339_utc(),
            last_login: account.last_login_at.map(houselights_domain::UtcMicros::rfc3339_utc),
        }
    }
}

/// Make an account.
///
/// Its `Idempotency-Key` belongs to the user name. The password has no part in telling requests apart: what is kept of
/// a request must not help to guess it.
#[utoipa::path(
    post, path = "/api/signup/", tag = "Accounts", request_body = SignUpBody, params(KeyHeader),
    responses((status = 201, description = "The account", body = SignedUp), SignUpNo)
)]
async fn sign_up(State(site): Web, from: ClientAddress, key: IdempotencyKey, fields: Fields) -> Result<Response> {
    site.limits.sign_in(from.0)?;
    // All that the fields themselves lack at once, then what the house asks of them.
    let new = fields.read(|f| {
        let (username, password, email) = (f.text("username"), f.secret("password"), f.optional_text("email"));
        if f.refuses() {
            // The house looks at it, too, and will not be asked.
            for fault in credentials::email(email.as_deref().unwrap_or_default()).err().into_iter().flatten() {
                f.refuse("email", fault.to_string());
            }
        }
        NewAccount { username, password, email }
    })?;
    let mut route = "POST /api/signup/ ".to_owned();
    for byte in fingerprint_of([new.username.as_str()]) {
        _ = write!(route, "{byte:02x}");
    }
    let what = fingerprint_of([new.username.as_str(), new.email.as_deref().unwrap_or_default()]);
    let work = async || {
        let Account { id, username, email, .. } = site.app.accounts.sign_up(new).await?;
        Ok((StatusCode::CREATED, Json(SignedUp { id: id.0, username, email })))
    };
    with_key(&site, NOBODY, (&route, key), what, work).await
}

/// Get tokens.
#[utoipa::path(
    post, path = "/api/login/", tag = "Accounts", request_body = LogInBody,
    responses((status = 200, description = "Tokens", body = Pair), LogInNo)
)]
async fn log_in(State(site): Web, from: ClientAddress, fields: Fields) -> Result<Json<Pair>> {
    site.limits.sign_in(from.0)?;
    let (username, password) = fields.read(|f| (f.text("username"), f.secret("password")))?;
    let pair = site.app.accounts.log_in(&username, &password, from.0).await?;
    Ok(Json(Pair { refresh: pair.refresh, access: pair.access }))
}

/// Get the next pair of tokens. The old refresh token is used up.
#[utoipa::path(
    post, path = "/api/token/refresh/", tag = "Accounts", request_body = RefreshBody,
    responses((status = 200, description = "Tokens", body = Pair), RefreshNo)
)]
async fn refresh(State(site): Web, from: ClientAddress, fields: Fields) -> Result<Json<Pair>> {
    site.limits.sign_in(from.0)?;
    let token = fields.read(|f| f.text("refresh"))?;
    let pair = site.app.accounts.refresh(&token).await?;
    Ok(Json(Pair { refresh: pair.refresh, access: pair.access }))
}

/// Ask whether a token is good.
#[utoipa::path(
    post, path = "/api/token/verify/", tag = "Accounts", request_body = VerifyBody,
    responses((status = 200, description = "It is good", body = Empty), TokenNo)
)]
async fn verify(State(site): Web, fields: Fields) -> Result<Json<Empty>> {
    let token = fields.read(|f| f.text("token"))?;
    site.app.accounts.verify(&token).await?;
    Ok(Json(Empty {}))
}

/// Sign out: ends the session of the refresh token, or of the access token, or of both.
#[utoipa::path(
    post, path = "/api/logout/", tag = "Accounts", request_body(content = Option<LogOutBody>),
    responses((status = 200, description = "Signed out", body = Empty), TokenNo),
    security((), ("bearerAuth" = []))
)]
async fn log_out(State(site): Web, caller: MaybeCaller, fields: Fields) -> Result<Json<Empty>> {
    let token = fields.read(|f| f.optional_text("refresh"))?;
    if token.is_none() && caller.0.is_none() {
        return Err(Problem::invalid("refresh", "This field is required."));
    }
    site.app.accounts.log_out(token.as_deref(), caller.0.as_ref()).await?;
    Ok(Json(Empty {}))
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/api/me/", tag = "Accounts", security(("bearerAuth" = [])),
    responses((status = 200, description = "You", body = Me))
)]
async fn me(State(site): Web, caller: Caller) -> Result<Json<Me>> {
    Ok(Json(site.app.accounts.me(caller.0.user).await?.into()))
}
