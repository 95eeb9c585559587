//! `/shows/<id>/`: one show, its hall with every seat's state, and the form that books.

mod choice;
mod map;
pub(crate) mod page;

use std::sync::Arc;

use axum::{
    Router,
    extract::RawQuery,
    response::{IntoResponse as _, Response},
};
use axum_extra::routing::{RouterExt, TypedPath};
use houselights_app::{Actor, bookings::Answer};
use houselights_domain::{SeatNumber, ShowId};
use serde::Deserialize;

use super::{
    form::PageForm,
    next::Next,
    no::{No, Result},
    order::OrderUrl,
    visitor::{SeeOther, Visitor},
};
use crate::{
    problem::{Code, Problem},
    site::Site,
};
use choice::Choice;
use page::{Circumstances, Moment, ShowPage};

/// The page's address, which also takes its form.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/shows/{show}/", rejection(No))]
pub struct ShowUrl {
    /// Which show.
    pub show: ShowId,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(show).typed_post(book)
}

async fn show(url: ShowUrl, visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response> {
    let app = &visitor.site.app;
    // Read before the rows, so that a change in between makes the page stale, never wrong.
    let generation = app.catalogue.generation();
    let facts = app.catalogue.show(url.show).await?;
    let choice = Choice::of_query(query.as_deref());
    if visitor.here.as_str() != url.to_string() {
        return Ok(visitor.show(&drawn(&visitor, url, &choice, None).await?));
    }
    let moment = Moment::of(&facts, app.clock.now());
    let position = app.seat_maps.position(url.show).await?;
    let made_from = [generation << 3 | moment as u64, position.stamp()];
    visitor.show_kept(made_from, async || drawn(&visitor, url, &choice, None).await).await
}

/// The page with a choice in it and, after a "no", the reason.
async fn drawn(visitor: &Visitor, url: ShowUrl, choice: &Choice, no: Option<Code>) -> Result<ShowPage> {
    let app = &visitor.site.app;
    let facts = app.catalogue.show(url.show).await?;
    let film = app.catalogue.movie(facts.row.movie).await?;
    let map = app.seat_maps.map(url.show, facts.row.total_seats).await?;
    let circumstances = Circumstances { now: app.clock.now(), most: app.bookings.most_seats(), no };
    Ok(ShowPage::new(visitor.t, (&facts, &film), &map, choice, circumstances))
}

/// Books what was chosen: all of it or nothing. Whoever is not signed in does that first and finds the choice kept.
async fn book(url: ShowUrl, visitor: Visitor, PageForm(choice): PageForm<Choice>) -> Result<Response> {
    let app = &visitor.site.app;
    let facts = app.catalogue.show(url.show).await?;
    let seats = match choice.seats(&facts.layout, app.bookings.most_seats()) {
        Ok(seats) => seats,
        Err(refusal) => return given_back(&visitor, url, &choice, refusal.into()).await,
    };
    let Some(guest) = &visitor.guest else {
        return Err(No::SignIn(Next::parse(&choice::address(url, &seats)).unwrap_or_else(|| Next::to(&url))));
    };
    // Staff act for others elsewhere: on pages everyone acts for themselves.
    let actor = Actor { user: guest.identity.user, staff: false };
    match booked(&visitor.site, actor, url.show, seats).await {
        Ok(order) => Ok(SeeOther::route(&order).into_response()),
        Err(problem) if problem.code() == Code::InternalError => Err(problem.into()),
        Err(problem) => given_back(&visitor, url, &choice, problem).await,
    }
}

/// A form that is sent twice is answered as the first time: seats that are in the way and all belong to one order of
/// the same person are not in the way.
async fn booked(
    site: &Site,
    actor: Actor,
    show: ShowId,
    seats: Vec<SeatNumber>,
) -> std::result::Result<OrderUrl, Problem> {
    site.limits.booking(actor.user)?;
    let bookings = &site.app.bookings;
    let problem = match bookings.book(actor, show, seats.clone(), None).await {
        Ok(Answer::Fresh(card)) => return Ok(OrderUrl { order: card.order.id }),
        Ok(Answer::Recorded { .. }) => return Err(Problem::internal("an answer was recorded without a key")),
        Err(error) => Problem::from(error),
    };
    if matches!(problem.code(), Code::SeatTaken | Code::SoldOut)
        && let Some(order) = bookings.order_with(actor, show, &seats).await?
    {
        return Ok(OrderUrl { order });
    }
    Err(problem)
}

/// The page as it was sent, with the reason: what is still free of the choice stays chosen.
async fn given_back(visitor: &Visitor, url: ShowUrl, choice: &Choice, problem: Problem) -> Result<Response> {
    let page = drawn(visitor, url, choice, Some(problem.code())).await?;
    Ok(visitor.show_with(problem.status(), &page))
}

#[cfg(test)]
mod tests;
