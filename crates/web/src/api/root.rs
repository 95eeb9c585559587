//! `GET /api/`: where everything is.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::site::{Site, Web};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(links))
}

/// Where to begin: absolute addresses.
#[derive(Serialize, ToSchema)]
struct Links {
    /// Make an account.
    #[schema(example = "https://tickets.example/api/signup/")]
    signup: String,
    /// Get tokens.
    #[schema(example = "https://tickets.example/api/login/")]
    login: String,
    /// What is on.
    #[schema(example = "https://tickets.example/api/movies/")]
    movies: String,
    /// Your bookings.
    #[schema(example = "https://tickets.example/api/my-bookings/")]
    my_bookings: String,
    /// Who you are.
    #[schema(example = "https://tickets.example/api/me/")]
    me: String,
    /// This API, described for programs.
    #[schema(example = "https://tickets.example/api/openapi.json")]
    openapi: String,
    /// This API, to be tried out.
    #[schema(example = "https://tickets.example/swagger/")]
    swagger: String,
}

/// The API's addresses.
#[utoipa::path(get, path = "/api/", tag = "API", responses((status = 200, description = "Addresses", body = Links)))]
async fn links(State(site): Web) -> Json<Links> {
    let at = |path: &str| format!("{}{path}", site.settings.public_url);
    Json(Links {
        signup: at("/api/signup/"),
        login: at("/api/login/"),
        movies: at("/api/movies/"),
        my_bookings: at("/api/my-bookings/"),
        me: at("/api/me/"),
        openapi: at("/api/openapi.json"),
        swagger: at("/swagger/"),
    })
}
