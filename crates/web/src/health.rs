//! Whether the process lives, whether it can sell, and its figures: for machines that watch it.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest, Sha256};

use crate::{
    problem::{Code, Problem, Result},
    site::{Site, Web},
};

/// The templates of these routes.
pub(crate) const TEMPLATES: [&str; 3] = ["/healthz/", "/readyz/", "/metrics/"];
const OK: ([(header::HeaderName, &str); 1], &str) =
    ([(header::CONTENT_TYPE, "application/json")], "{\"status\":\"ok\"}");

/// Health and figures.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/healthz/", get(|| async { OK }))
        .route("/readyz/", get(ready))
        .route("/metrics/", get(metrics))
}

async fn ready(State(site): Web) -> Result<impl IntoResponse> {
    site.app.ready().await?;
    Ok(OK)
}

async fn metrics(State(site): Web, headers: HeaderMap) -> Result<Response> {
    let Some(page) = &site.settings.metrics else { return Err(Problem::not_found()) };
    if let Some(token) = &site.settings.metrics_token {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let given = given.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        // Hashes are compared, so the time says nothing about the token.
        if given.is_none_or(|(_, given)| Sha256::digest(given.trim()) != Sha256::digest(token)) {
            return Err(Problem::new(Code::NotAuthenticated, "Figures are for who shows the metrics token."));
        }
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page()).into_response())
}
