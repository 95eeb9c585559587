//! `/posters/<film>/<name>`: a film's poster, under an address that changes with it.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use axum_extra::routing::{RouterExt, TypedPath};
use houselights_app::listings::Film;
use houselights_domain::MovieId;
use serde::Deserialize;

use super::no::{No, Result};
use crate::{
    posters,
    site::{Site, Web},
};

const SVG: HeaderValue = HeaderValue::from_static("image/svg+xml");
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK: HeaderValue = HeaderValue::from_static("no-cache");
const VARY: HeaderValue = HeaderValue::from_static("accept-encoding");
/// A picture that is opened by itself runs nothing and loads nothing.
const CSP: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// A poster's address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TypedPath)]
#[typed_path("/posters/{film}/{name}", rejection(No))]
pub struct PosterUrl {
    film: MovieId,
    name: String,
}

impl PosterUrl {
    /// The address of a film's poster as it is now.
    pub fn of(film: &Film) -> Self {
        Self { film: film.id, name: format!("{:016x}.svg", posters::mark(film.id.0, &film.title)) }
    }
}

/// The posters' route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(poster)
}

/// An address from before a film was renamed shows the poster as it is now, but not for good.
async fn poster(url: PosterUrl, State(site): Web) -> Result<Response> {
    let film = site.app.listings.film_facts(url.film).await?;
    let mut response = Response::new(Body::from(posters::poster(film.id.0, &film.title)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, SVG);
    headers.insert(header::VARY, VARY);
    headers.insert(header::CONTENT_SECURITY_POLICY, CSP);
    headers.insert(header::CACHE_CONTROL, if url == PosterUrl::of(&film) { FOREVER } else { ASK });
    Ok(response)
}
