//! `/about/`: what this is, and where programs find their interface.

use std::sync::Arc;

use askama::Template;
use axum::{Router, response::Response};
use axum_extra::routing::{RouterExt, TypedPath};

use super::{
    no::Result,
    shell::{Page, Place},
    visitor::Visitor,
};
use crate::{
    docs::{RedocUrl, SwaggerUrl},
    site::Site,
    text::Text,
};

/// The page's address.
#[derive(Debug, TypedPath)]
#[typed_path("/about/")]
pub struct AboutUrl;

/// The page.
#[derive(Debug, Template)]
#[template(path = "about.html")]
pub(crate) struct About {
    t: Text,
}

impl Page for About {
    const PLACE: Place = Place::About;

    fn title(&self) -> String {
        self.t.text("about-title").into_owned()
    }

    fn description(&self) -> Option<String> {
        Some(self.t.text("about-description").into_owned())
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        vec![Self { t }]
    }
}

/// The page's route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(about)
}

/// It is the same for all who read one language.
async fn about(_: AboutUrl, visitor: Visitor) -> Result<Response> {
    visitor.show_kept([0; 2], async || Ok(About { t: visitor.t })).await
}
