//! `/`: what is on, by day and by film.

mod asked;
pub(crate) mod lines;
mod page;
#[cfg(test)]
pub(super) mod samples;

use std::sync::Arc;

use axum::{
    Router,
    http::Uri,
    response::{IntoResponse as _, Response},
};
use axum_extra::routing::{RouterExt, TypedPath};

use super::{
    kept::Grounds,
    next::Next,
    no::Result,
    visitor::{SeeOther, Visitor},
};
use crate::site::Site;
use asked::{Asked, View};
pub(crate) use page::Programme;

/// The page's address.
#[derive(Clone, Copy, Debug, TypedPath)]
#[typed_path("/")]
pub struct ProgrammeUrl;

/// The page's route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(programme)
}

/// Each programme has one address, so that what is kept of it is kept once: a form that names what was left open leads
/// there. What cannot be meant is said on the page, which is then made for this once.
async fn programme(_: ProgrammeUrl, uri: Uri, visitor: Visitor) -> Result<Response> {
    let (asked, ignored) = Asked::read(uri.query().unwrap_or_default());
    let address = asked.to_string();
    if !ignored.is_empty() {
        let (page, _) = made(&visitor, asked, ignored).await?;
        return Ok(visitor.show(&page));
    }
    if uri.path_and_query().is_none_or(|here| here.as_str() != address) {
        return Ok(SeeOther::to(&Next::parse(&address).unwrap_or_else(|| Next::to(&ProgrammeUrl))).into_response());
    }
    visitor.show_listings(async || made(&visitor, asked, ignored).await).await
}

async fn made(
    visitor: &Visitor,
    asked: Asked,
    ignored: Vec<houselights_app::listings::Ignored>,
) -> Result<(Programme, Grounds)> {
    let listings = &visitor.site.app.listings;
    match asked.view {
        View::Day => {
            let day = listings.day(asked.wanted).await?;
            let grounds = Grounds::of(&day.basis, day.ignored.is_empty());
            Ok((Programme::of_day(visitor.t, day, ignored), grounds))
        }
        View::Films => {
            let wall = listings.films(asked.wanted).await?;
            let grounds = Grounds::of(&wall.basis, wall.ignored.is_empty());
            Ok((Programme::of_films(visitor.t, wall, ignored), grounds))
        }
    }
}
