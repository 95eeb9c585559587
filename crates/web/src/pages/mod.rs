//! What people see in a browser: one file a route, with its address, its context, its handler and its tests.
//!
//! A page's way: the type of its address registers the route and writes every link to it. The handler gets a
//! [`visitor::Visitor`] (language, session, notice), asks `houselights_app`, and shows a [`shell::Page`]: the context of
//! one template in `templates/`, which the shell is put around. Forms come as [`form::PageForm`] and in no other way.

pub mod about;
pub mod assets;
pub mod brand;
pub(crate) mod cookies;
pub mod field;
pub mod film;
pub mod form;
pub(crate) mod kept;
pub mod language;
pub mod my_bookings;
pub mod next;
pub mod no;
pub mod notice;
pub mod order;
pub mod poster;
pub mod programme;
pub mod shell;
pub mod show;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
#[cfg(test)]
mod tests;
pub mod visitor;

use std::sync::Arc;

use axum::Router;
use axum_extra::routing::TypedPath;

use crate::site::Site;

/// The templates of these routes, for metrics and logs.
pub(crate) const TEMPLATES: [&str; 13] = [
    programme::ProgrammeUrl::PATH,
    film::FilmUrl::PATH,
    poster::PosterUrl::PATH,
    about::AboutUrl::PATH,
    language::LanguageUrl::PATH,
    sign_in::SignInUrl::PATH,
    sign_up::SignUpUrl::PATH,
    sign_out::SignOutUrl::PATH,
    my_bookings::MyBookingsUrl::PATH,
    my_bookings::CancelUrl::PATH,
    show::ShowUrl::PATH,
    order::OrderUrl::PATH,
    assets::AssetUrl::PATH,
];

/// All pages.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .merge(programme::routes())
        .merge(film::routes())
        .merge(poster::routes())
        .merge(about::routes())
        .merge(language::routes())
        .merge(sign_in::routes())
        .merge(sign_up::routes())
        .merge(sign_out::routes())
        .merge(my_bookings::routes())
        .merge(show::routes())
        .merge(order::routes())
        .merge(assets::routes())
}
