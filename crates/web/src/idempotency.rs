//! `Idempotency-Key`: what it looks like, what it belongs to, and routes outside the booking engine that honour it.

use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use houselights_app::{Reply, idempotency::Slot};
use houselights_domain::UserId;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use crate::{
    body::Fields,
    problem::{PROBLEM_JSON, Problem, Result},
    site::Site,
};

/// The header's name.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The request's key, if it carries one: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(given) = parts.headers.get(IDEMPOTENCY_KEY) else { return Ok(Self(None)) };
        match given.to_str() {
            Ok(key) if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Self(Some(key.to_owned())))
            }
            _ => Err(Problem::invalid("Idempotency-Key", "Use 1 to 255 visible ASCII characters, such as a UUID.")),
        }
    }
}

/// What a key stands for: the same route with the same body. The path counts, so that one key for two shows is refused.
pub fn fingerprint(route: &str, fields: &Fields) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(route.as_bytes());
    hash.update([0]);
    fields.digest(&mut hash);
    hash.finalize().to_vec()
}

/// The same for routes that tell requests apart by some of their fields only.
pub fn fingerprint_of<'p>(parts: impl IntoIterator<Item = &'p str>) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// The header as the document tells it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "documents a header that `IdempotencyKey` reads")]
pub struct KeyHeader {
    /// Makes retries safe: 1 to 255 visible ASCII characters, such as a UUID.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]{1,255}$",
        required = false
    )]
    key: String,
}

/// An answer that was recorded: now or earlier.
pub fn recorded(reply: Reply, replayed: bool) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = status;
    let kind = if status.is_success() { HeaderValue::from_static("application/json") } else { PROBLEM_JSON };
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// Runs a handler's work at most once a key. `route` is the path with its parameters and the method; `fingerprint`
/// tells one request from another. A 400 is not kept: nothing was tried. Answers that hold secrets must not come here.
pub async fn with_key<R: IntoResponse>(
    site: &Site,
    caller: UserId,
    (route, key): (&str, IdempotencyKey),
    fingerprint: Vec<u8>,
    work: impl AsyncFnOnce() -> Result<R>,
) -> Result<Response> {
    let Some(key) = key.0 else { return work().await.map(IntoResponse::into_response) };
    let keys = &site.app.keys;
    let request = keys.enter(Slot { caller, route: route.to_owned(), key })?;
    if let Some(first) = keys.first_answer(&request, &fingerprint).await? {
        return Ok(recorded(first, true));
    }
    let response = work().await.map_or_else(Problem::into_response, IntoResponse::into_response);
    let status = response.status();
    let fleeting = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS];
    if status.is_server_error() || fleeting.contains(&status) {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body: Bytes = body.collect().await.map_err(|error| Problem::internal(error.to_string()))?.to_bytes();
    keys.record(&request, fingerprint, Reply { status: status.as_u16(), body: body.to_vec() }).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

#[cfg(test)]
mod tests {
    use axum::Json;
    use houselights_domain::Refusal;

    use super::*;
    use crate::{WebSettings, testing::House};

    #[tokio::test]
    async fn work_is_done_once_a_key() {
        let house = House::open(WebSettings::default()).await;
        let done = std::cell::Cell::new(0);
        let body = |text: &str| Fields::from_query(text);
        let ask = async |key: &str, fields: &Fields| {
            let key = IdempotencyKey(Some(key.to_owned()));
            let work = async || {
                done.set(done.get() + 1);
                if fields.read(|f| f.optional_boolean("no"))?.is_some() {
                    Err(Refusal::TooLate.into())
                } else {
                    Ok(Json(done.get()))
                }
            };
            let answer =
                with_key(house.front.site(), UserId(1), ("POST /x/", key), fingerprint("POST /x/", fields), work).await;
            let response = answer.unwrap_or_else(IntoResponse::into_response);
            let replayed = response.headers().contains_key(REPLAYED);
            let status = response.status().as_u16();
            (status, replayed, response.into_body().collect().await.unwrap().to_bytes())
        };
        let one = Bytes::from_static(b"1");
        assert_eq!(ask("a", &body("x=1")).await, (200, false, one.clone()));
        assert_eq!(ask("a", &body("x=1")).await, (200, true, one));
        assert_eq!(ask("a", &body("x=2")).await.0, 422);
        let no = ask("b", &body("no=1")).await;
        assert_eq!((no.0, no.1), (409, false));
        assert_eq!(ask("b", &body("no=1")).await, (409, true, no.2));
        assert_eq!(done.get(), 2);
    }

    #[tokio::test]
    async fn keys_are_visible_ascii() {
        let of = async |key: &[u8]| {
            let (mut parts, ()) = axum::http::Request::new(()).into_parts();
            parts.headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_bytes(key).unwrap());
            IdempotencyKey::from_request_parts(&mut parts, &())
                .await
                .map(|key| key.0)
                .map_err(|no| no.status().as_u16())
        };
        assert_eq!(of(b"0192-abc").await, Ok(Some("0192-abc".into())));
        for bad in [b"".as_slice(), b"a b", "\u{e9}".as_bytes(), &[b'a'; 256]] {
            assert_eq!(of(bad).await, Err(400));
        }
    }
}
