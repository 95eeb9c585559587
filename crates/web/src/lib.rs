//! HTTP and HTML: the JSON API, its documentation, and the front door that every request passes.
//!
//! A request's way: [`serve`] reads it, [`Front`] names, bounds and measures it, a handler in [`api`] parses it
//! ([`body`], [`path`]), asks `houselights_app`, and answers; every "no" becomes an answer in [`problem`]. What people
//! see in a browser stands in [`pages`], what it says in [`text`].

pub mod api;
pub mod auth;
pub mod body;
mod compress;
mod cors;
pub mod dice;
mod docs;
pub mod etag;
pub mod front;
mod health;
pub mod idempotency;
pub mod limits;
pub mod metrics;
mod normalize;
pub mod openapi;
pub mod page;
pub mod pages;
pub mod path;
pub mod posters;
pub mod problem;
mod rendered;
mod request_id;
pub mod serve;
pub mod settings;
pub mod site;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod text;

use std::sync::Arc;

pub use front::{Front, FrontService};
pub use openapi::openapi;
use pages::no::No;
pub use problem::Problem;
pub use serve::serve;
pub use settings::WebSettings;
pub use site::{Site, Web};

/// Builds the web side.
pub fn front(site: Site) -> houselights_app::Result<Front> {
    let site = Arc::new(site);
    let (router, document) = api::routes().split_for_parts();
    let document = openapi::completed(document);
    let more = [docs::TEMPLATES.as_slice(), &health::TEMPLATES, &pages::TEMPLATES];
    let templates: Vec<String> =
        document.paths.paths.keys().cloned().chain(more.concat().into_iter().map(str::to_owned)).collect();
    let router = router
        .merge(docs::routes(&document))
        .merge(health::routes())
        .merge(pages::routes())
        .fallback(|| async { No::from(Problem::not_found()) })
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::clone(&site));
    Front::new(site, router, templates)
}

async fn method_not_allowed(method: axum::http::Method) -> No {
    let detail = format!("{method} is not possible at this address. See the Allow header.");
    Problem::new(problem::Code::MethodNotAllowed, detail).into()
}
