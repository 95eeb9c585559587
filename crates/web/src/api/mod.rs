//! The JSON API: one file a group of routes, with its documentation, handlers and tests.

mod accounts;
mod bookings;
mod movies;
mod root;
pub(crate) mod seats;
mod shows;
mod staff;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::{openapi, site::Site};

/// Every route of the API, with its documentation.
pub(crate) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::with_openapi(openapi::outline())
        .merge(root::routes())
        .merge(accounts::routes())
        .merge(movies::routes())
        .merge(shows::routes())
        .merge(seats::routes())
        .merge(bookings::routes())
        .merge(staff::routes())
}
