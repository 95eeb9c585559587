//! `/`: what is on.

use std::sync::Arc;

use askama::Template;
use axum::{Router, response::Response};
use axum_extra::routing::{RouterExt, TypedPath};
use houselights_app::catalogue::MovieFilter;
use houselights_domain::{MovieId, UtcMicros};

use super::{
    no::Result,
    shell::{Page, Place},
    visitor::Visitor,
};
use crate::{site::Site, text::Text};

/// The page's address.
#[derive(Clone, Copy, Debug, TypedPath)]
#[typed_path("/")]
pub struct ProgrammeUrl;

/// The page.
#[derive(Debug, Template)]
#[template(path = "programme.html")]
pub(crate) struct Programme {
    t: Text,
    films: Vec<String>,
}

impl Page for Programme {
    const PLACE: Place = Place::Programme;

    fn title(&self) -> String {
        self.t.text("nav-programme").into_owned()
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        vec![Self { t, films: Vec::new() }, Self { t, films: vec![super::tests::HOSTILE.into()] }]
    }
}

/// The page's route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(programme)
}

async fn programme(_: ProgrammeUrl, visitor: Visitor) -> Result<Response> {
    let catalogue = &visitor.site.app.catalogue;
    let generation = [catalogue.generation(), 0];
    let make = async || {
        let all = MovieFilter {
            search: String::new(),
            from: UtcMicros::BEGINNING,
            to: UtcMicros::NEVER,
            bounded: false,
            after: MovieId(0),
            limit: 100,
        };
        let films = catalogue.movies(all).await?;
        Ok(Programme { t: visitor.t, films: films.into_iter().map(|film| film.title).collect() })
    };
    visitor.show_kept(generation, make).await
}
