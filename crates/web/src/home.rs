//! The first page: what this is.

use std::sync::Arc;

use axum::{Router, extract::State, response::Html, routing::get};

use crate::site::{Site, Web};

/// The templates of these routes.
pub(crate) const TEMPLATES: [&str; 1] = ["/"];

/// The first page.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().route("/", get(home))
}

async fn home(State(site): Web) -> Html<String> {
    let demo = if site.settings.quick_start {
        "<p>This is a demonstration: its movies and shows are made up, and short passwords are accepted.</p>"
    } else {
        ""
    };
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>\
         <title>Houselights</title><h1>Houselights</h1><p>A cinema's ticket office: what is on, which seats are free, \
         and a seat for you.</p>{demo}<ul><li><a href='/swagger/'>Try the API</a><li><a href='/redoc/'>Read about the \
         API</a><li><a href='/api/movies/'>What is on</a></ul></html>"
    ))
}
