//! `/orders/<id>/`: what somebody has just bought, and may look at again.

use std::sync::Arc;

use askama::Template;
use axum::{Router, response::Response};
use axum_extra::routing::{RouterExt, TypedPath};
use houselights_app::bookings::BookingCard;
use houselights_domain::{OrderId, Refusal, booking::BookingStatus, money::Minor};
use serde::Deserialize;

use super::{
    my_bookings::MyBookingsUrl,
    no::{No, Result},
    shell::{Page, Place},
    show::ShowUrl,
    visitor::SignedIn,
};
use crate::{site::Site, text::Text};

/// The page's address.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/orders/{order}/", rejection(No))]
pub struct OrderUrl {
    /// Which order.
    pub order: OrderId,
}

/// One of its seats.
#[derive(Debug)]
struct OrderedSeat {
    name: String,
    price: String,
    cancelled: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "order.html")]
pub(crate) struct OrderPage {
    t: Text,
    order: OrderId,
    bookings: MyBookingsUrl,
    show: ShowUrl,
    film: String,
    /// RFC 3339 in the cinema's zone.
    date_time: String,
    when: String,
    cinema: String,
    screen: String,
    seats: Vec<OrderedSeat>,
    total: String,
    /// Whether a seat of it is still the customer's.
    live: bool,
}

impl OrderPage {
    /// `None` for an order without a booking, which there is not.
    fn new(t: Text, order: OrderId, cards: &[BookingCard]) -> Option<Self> {
        let show = &cards.first()?.show;
        let (row, currency) = (&show.row, show.row.currency.as_str());
        let is_live = |card: &&BookingCard| matches!(card.booking.status, BookingStatus::Booked | BookingStatus::Held);
        let seat = |card: &BookingCard| {
            let (row, place) =
                show.layout.seat(card.booking.seat).map_or(("", 0), |seat| (seat.row.as_str(), seat.place));
            // A text, because places have no separator for thousands.
            let values = [("row", row.into()), ("place", place.to_string().into())];
            OrderedSeat {
                name: t.with("order-seat", &values).into_owned(),
                price: t.money(card.booking.price, currency).into_owned(),
                cancelled: !is_live(&card),
            }
        };
        let total = cards.iter().filter(is_live).map(|card| card.booking.price.0).sum();
        Some(Self {
            t,
            order,
            bookings: MyBookingsUrl,
            show: ShowUrl { show: row.id },
            film: row.movie_title.clone(),
            date_time: show.date_time.clone(),
            when: t.moment(row.starts_at, &show.zone).into_owned(),
            cinema: row.cinema_name.clone(),
            screen: row.screen_name.clone(),
            seats: cards.iter().map(seat).collect(),
            total: t.money(Minor(total), currency).into_owned(),
            live: cards.iter().any(|card| is_live(&card)),
        })
    }

    fn heading(&self) -> String {
        self.t.text(if self.live { "order-title" } else { "order-all-cancelled" }).into_owned()
    }

    fn number(&self) -> String {
        self.t.with("order-number", &[("number", self.order.to_string().into())]).into_owned()
    }

    fn at(&self) -> String {
        let values = [("cinema", self.cinema.as_str().into()), ("screen", self.screen.as_str().into())];
        self.t.with("hall-where", &values).into_owned()
    }
}

impl Page for OrderPage {
    const PLACE: Place = Place::MyBookings;
    const STYLES: &'static [&'static str] = &["hall.css"];

    fn title(&self) -> String {
        self.heading()
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        let hostile = super::tests::HOSTILE;
        let seat = |cancelled| OrderedSeat { name: format!("C 12 {hostile}"), price: "£12.50".into(), cancelled };
        let page = |live: bool| Self {
            t,
            order: OrderId(42),
            bookings: MyBookingsUrl,
            show: ShowUrl { show: houselights_domain::ShowId(7) },
            film: hostile.into(),
            date_time: "2027-01-15T19:30:00+00:00".into(),
            when: hostile.into(),
            cinema: hostile.into(),
            screen: hostile.into(),
            seats: vec![seat(!live), seat(true)],
            total: "£12.50".into(),
            live,
        };
        vec![page(true), page(false)]
    }
}

/// The page's route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(order)
}

async fn order(url: OrderUrl, caller: SignedIn) -> Result<Response> {
    let visitor = &caller.visitor;
    let cards = visitor.site.app.bookings.order(caller.actor(), url.order).await?;
    let page = OrderPage::new(visitor.t, url.order, &cards).ok_or(Refusal::UnknownOrder(url.order))?;
    Ok(visitor.show(&page))
}
