//! What those who keep the cinema see and change: one file a kind of thing.
//!
//! Every change here is refused for the same reasons as in a programme file. `POST` adds, `PUT` replaces everything but
//! the key, `PATCH` changes what it names (`null` clears what may be absent), `DELETE` removes what nothing needs.

mod bookings;
mod cinemas;
mod films;
mod layouts;
mod movies;
mod programme;
mod screens;
mod shows;
#[cfg(test)]
mod testing;
mod tools;
mod users;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::site::Site;

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new()
        .merge(cinemas::routes())
        .merge(screens::routes())
        .merge(layouts::routes())
        .merge(movies::routes())
        .merge(films::routes())
        .merge(shows::routes())
        .merge(bookings::routes())
        .merge(programme::routes())
        .merge(users::routes())
}
