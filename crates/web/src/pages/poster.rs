//! `/posters/<film>/<name>`: a film's poster, as a file of the cinema's or drawn, under an address that changes with it.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use axum_extra::routing::{RouterExt, TypedPath};
use houselights_app::{
    listings::Film,
    posters::{Mark, Width},
};
use houselights_domain::MovieId;
use serde::Deserialize;

use super::no::{No, Result};
use crate::{
    etag, posters,
    site::{Site, Web},
};

const SVG: HeaderValue = HeaderValue::from_static("image/svg+xml");
const JPEG: HeaderValue = HeaderValue::from_static("image/jpeg");
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
    /// The address of a film's drawn poster as it is now.
    fn drawn(film: &Film) -> Self {
        Self { film: film.id, name: format!("{:016x}.svg", posters::mark(film.id.0, &film.title)) }
    }

    /// The address of a film's picture in one of its sizes.
    fn picture(film: MovieId, mark: Mark, width: Width) -> Self {
        Self { film, name: format!("{mark}-{}.jpg", width.pixels()) }
    }

    /// The size that is asked for, if it is a picture's address, of whatever file.
    fn width(&self) -> Option<Width> {
        let (_, width) = self.name.strip_suffix(".jpg")?.rsplit_once('-')?;
        Width::ALL.into_iter().find(|known| known.pixels().to_string() == width)
    }
}

/// A film's poster in a page.
#[derive(Clone, Debug)]
pub(crate) struct Poster {
    /// What browsers show that cannot choose.
    pub(crate) src: PosterUrl,
    sizes: Vec<(PosterUrl, u32)>,
}

impl Poster {
    /// How wide it is in the list of a day, as `programme.css` says.
    pub(crate) const IN_A_DAY: &'static str = "(min-width: 50rem) 10rem, (min-width: 27.5rem) 20vw, 5.5rem";
    /// How wide it is on the wall of all films, at most.
    pub(crate) const ON_THE_WALL: &'static str = "(min-width: 48rem) 15rem, (min-width: 30rem) 12rem, 45vw";
    /// How wide it is on the film's own page.
    pub(crate) const ON_ITS_PAGE: &'static str = "(min-width: 48rem) 18rem, 14rem";

    /// The picture, or the drawing where there is none.
    pub(crate) fn of(film: &Film, picture: Option<Mark>) -> Self {
        let Some(mark) = picture else { return Self { src: PosterUrl::drawn(film), sizes: Vec::new() } };
        let sized = |width: Width| (PosterUrl::picture(film.id, mark, width), width.pixels());
        Self { src: sized(Width::Middle).0, sizes: Width::ALL.map(sized).into() }
    }

    /// What browsers choose from; a drawing fits every size.
    pub(crate) fn srcset(&self) -> Option<String> {
        let mut text = String::new();
        for (url, width) in &self.sizes {
            let comma = if text.is_empty() { "" } else { ", " };
            _ = write!(text, "{comma}{url} {width}w");
        }
        Some(text).filter(|text| !text.is_empty())
    }
}

/// The posters' route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(poster)
}

/// An address from before a film was renamed or its file replaced shows the poster as it is now, but not for good. So
/// does a picture's address for as long as only the drawing can be had.
async fn poster(url: PosterUrl, State(site): Web, request: HeaderMap) -> Result<Response> {
    let film = site.app.listings.film_facts(url.film).await?;
    let picture = match (&film.poster, url.width()) {
        (Some(name), Some(width)) => {
            let found = site.app.posters.picture(name, width).await;
            found.map(|(mark, bytes)| (PosterUrl::picture(film.id, mark, width), JPEG, bytes))
        }
        _ => None,
    };
    let (now, kind, bytes) = picture.unwrap_or_else(|| {
        let drawing = posters::poster(film.id.0, &film.title);
        (PosterUrl::drawn(&film), SVG, Bytes::from(drawing))
    });
    let mut response = Response::new(Body::empty());
    let tag = etag::tag_of(now.name.as_bytes());
    if etag::matches(&request, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(bytes);
        _ = response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::VARY, VARY);
    headers.insert(header::CONTENT_SECURITY_POLICY, CSP);
    headers.insert(header::CACHE_CONTROL, if url == now { FOREVER } else { ASK });
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_which_size_is_meant() {
        let url = PosterUrl::picture(MovieId(7), Mark::sample(), Width::Largest);
        assert_eq!(url.to_string(), "/posters/7/1-a11d-b0b-640.jpg");
        assert_eq!(url.width(), Some(Width::Largest));
        for other in ["1-a11d-b0b-641.jpg", "1-a11d-b0b-0640.jpg", "640.jpg", "x-640.svg", "x-640.jpg.", ""] {
            assert_eq!(PosterUrl { film: MovieId(7), name: other.into() }.width(), None, "{other}");
        }
    }
}
