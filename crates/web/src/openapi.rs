//! The OpenAPI document: an outline that the routes fill in.

use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};

/// The document without its routes.
pub(crate) fn outline() -> OpenApi {
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title("Houselights").version(env!("CARGO_PKG_VERSION")).build())
        .build()
}

/// The whole document.
pub fn openapi() -> OpenApi {
    crate::api::routes().into_openapi()
}
