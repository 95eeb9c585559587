//! Which pages of other sites may call the API: those that an operator listed.

use std::time::Duration;

use axum::http::{HeaderValue, Method, header};
use tower_http::cors::CorsLayer;

use crate::{idempotency::IDEMPOTENCY_KEY, request_id::REQUEST_ID};

/// How long a browser may remember what it was told.
const REMEMBER: Duration = Duration::from_hours(1);

/// Nothing when no origin is listed: then no request pays for it.
pub(crate) fn layer(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
        ])
        .expose_headers([header::LINK, header::ETAG, header::RETRY_AFTER, REQUEST_ID])
        .max_age(REMEMBER);
    Some(layer)
}
