//! The API's documentation: the document, a page to try it out, and a page to read.

mod reference;

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    extract::Path as AxumPath,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
    routing::get,
};
use axum_extra::routing::TypedPath;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use crate::{
    etag::Cached,
    problem::{Problem, Result},
    site::Site,
};

/// Swagger UI sets styles from its script.
const CSP_SWAGGER: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
     frame-ancestors 'none'",
);
/// The reference has its style inside.
const CSP_REFERENCE: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'");

/// The page to try the API out.
#[derive(Clone, Copy, Debug, TypedPath)]
#[typed_path("/swagger/")]
pub(crate) struct SwaggerUrl;

/// The page to read about the API.
#[derive(Clone, Copy, Debug, TypedPath)]
#[typed_path("/redoc/")]
pub(crate) struct RedocUrl;

/// The templates of these routes.
pub(crate) const TEMPLATES: [&str; 4] = ["/api/openapi.json", SwaggerUrl::PATH, "/swagger/{*file}", RedocUrl::PATH];

/// The documentation of a finished document.
pub(crate) fn routes(document: &OpenApi) -> Router<Arc<Site>> {
    let json = serde_json::to_value(document).unwrap_or_default();
    let page = Cached::new(reference::page(&json), HeaderValue::from_static("text/html; charset=utf-8"));
    let json = Cached::new(json.to_string(), HeaderValue::from_static("application/json"));
    let reference = move |headers: HeaderMap| async move {
        let mut response = page.answer(&headers);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, CSP_REFERENCE);
        response
    };
    Router::new()
        .route("/api/openapi.json", get(move |headers: HeaderMap| async move { json.answer(&headers) }))
        .route(SwaggerUrl::PATH, get(|headers: HeaderMap| async move { swagger("index.html", &headers) }))
        .route("/swagger/{*file}", get(swagger_file))
        .route(RedocUrl::PATH, get(reference))
}

async fn swagger_file(AxumPath(file): AxumPath<String>, headers: HeaderMap) -> Result<Response> {
    swagger(&file, &headers)
}

/// A file of Swagger UI, from the binary.
fn swagger(file: &str, request: &HeaderMap) -> Result<Response> {
    static CONFIG: OnceLock<Arc<Config<'static>>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let config = Config::from("/api/openapi.json").persist_authorization(true).try_it_out_enabled(true);
        Arc::new(config.display_request_duration(true).filter(true).validator_url("none"))
    });
    let found = utoipa_swagger_ui::serve(file.trim_end_matches('/'), Arc::clone(config));
    let found = found.map_err(|error| Problem::internal(error.to_string()))?.ok_or_else(Problem::not_found)?;
    let kind =
        HeaderValue::try_from(found.content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = Cached::new(found.bytes.into_owned(), kind).answer(request);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, CSP_SWAGGER);
    Ok(response)
}
