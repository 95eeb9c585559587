//! `/my-bookings/`: what somebody has booked, and giving it back.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::RawQuery,
    response::{IntoResponse, Response},
};
use axum_extra::routing::{RouterExt, TypedPath};
use houselights_app::bookings::BookingCard;
use houselights_domain::{BookingId, UtcMicros, booking::BookingStatus};
use serde::Deserialize;

use super::{
    form::{Button, PageForm},
    no::{No, Result},
    notice::Notice,
    programme::ProgrammeUrl,
    shell::{Page, Place},
    visitor::{SeeOther, SignedIn},
};
use crate::{site::Site, text::Text};

/// Bookings of one page.
const AT_ONCE: u32 = 60;

/// The page's address.
#[derive(Clone, Copy, Debug, TypedPath)]
#[typed_path("/my-bookings/")]
pub struct MyBookingsUrl;

/// Asks whether a booking is to be given back, and takes the answer.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/my-bookings/{booking}/cancel/", rejection(No))]
pub struct CancelUrl {
    booking: BookingId,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "my_bookings.html")]
pub(crate) struct MyBookings {
    t: Text,
    programme: ProgrammeUrl,
    upcoming: Vec<Visit>,
    past: Vec<Visit>,
    /// The page of older bookings, if there are any.
    older: Option<String>,
}

/// The seats of one order.
#[derive(Clone, Debug)]
struct Visit {
    film: String,
    place: String,
    moment: String,
    called_off: bool,
    seats: Vec<Seat>,
}

/// One booking.
#[derive(Clone, Debug)]
struct Seat {
    number: BookingId,
    label: String,
    price: String,
    status: BookingStatus,
    /// While it can still be given back.
    cancel: Option<CancelUrl>,
}

impl Seat {
    const fn status_key(&self) -> &'static str {
        match self.status {
            BookingStatus::Held => "booking-held",
            BookingStatus::Booked => "booking-booked",
            BookingStatus::Cancelled => "booking-cancelled",
            BookingStatus::Expired => "booking-expired",
        }
    }

    const fn is_live(&self) -> bool {
        matches!(self.status, BookingStatus::Held | BookingStatus::Booked)
    }
}

fn seat(t: Text, card: &BookingCard, now: UtcMicros) -> Seat {
    let (booking, show) = (&card.booking, &card.show.row);
    let open = booking.status == BookingStatus::Booked && now < show.starts_at;
    Seat {
        number: booking.id,
        label: card.seat_label().to_owned(),
        price: t.money(booking.price, &show.currency).into_owned(),
        status: booking.status,
        cancel: open.then_some(CancelUrl { booking: booking.id }),
    }
}

fn visit(t: Text, card: &BookingCard) -> Visit {
    let show = &card.show.row;
    Visit {
        film: show.movie_title.clone(),
        place: format!("{} · {}", show.cinema_name, show.screen_name),
        moment: t.moment(show.starts_at, &card.show.zone).into_owned(),
        called_off: show.called_off,
        seats: Vec::new(),
    }
}

impl MyBookings {
    /// Bookings as they come, newest first; those of one order stand together. What is to come is what has a seat that
    /// is somebody's and a film that has not ended, and stands soonest first.
    fn of(t: Text, cards: &[BookingCard], now: UtcMicros) -> Self {
        let mut upcoming = Vec::new();
        let mut past = Vec::new();
        for order in cards.chunk_by(|a, b| a.booking.order == b.booking.order) {
            let Some(first) = order.first() else { continue };
            let mut seats: Vec<Seat> = order.iter().map(|card| seat(t, card, now)).collect();
            seats.sort_by_key(|seat| seat.number);
            let coming = now < first.show.row.ends_at && seats.iter().any(Seat::is_live);
            let visit = Visit { seats, ..visit(t, first) };
            if coming { upcoming.push((first.show.row.starts_at, visit)) } else { past.push(visit) }
        }
        upcoming.sort_by_key(|(starts_at, _)| *starts_at);
        let upcoming = upcoming.into_iter().map(|(_, visit)| visit).collect();
        Self { t, programme: ProgrammeUrl, upcoming, past, older: None }
    }
}

impl Page for MyBookings {
    const PLACE: Place = Place::MyBookings;

    fn title(&self) -> String {
        self.t.text("nav-my-bookings").into_owned()
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        let hostile = super::tests::HOSTILE.to_owned();
        let seat = |number: i64, status| Seat {
            number: BookingId(number),
            label: hostile.clone(),
            price: t.money(houselights_domain::money::Minor(950), "EUR").into_owned(),
            status,
            cancel: (status == BookingStatus::Booked).then_some(CancelUrl { booking: BookingId(number) }),
        };
        let statuses = [BookingStatus::Held, BookingStatus::Booked, BookingStatus::Cancelled, BookingStatus::Expired];
        let visit = |called_off| Visit {
            film: hostile.clone(),
            place: hostile.clone(),
            moment: hostile.clone(),
            called_off,
            seats: statuses.iter().zip(1..).map(|(status, number)| seat(number, *status)).collect(),
        };
        let page = |upcoming, past| Self { t, programme: ProgrammeUrl, upcoming, past, older: None };
        let older = Some(older(BookingId(7)));
        vec![
            page(vec![], vec![]),
            page(vec![visit(false)], vec![]),
            Self { older, ..page(vec![], vec![visit(true), visit(false)]) },
        ]
    }
}

/// The question before a booking is given back.
#[derive(Debug, Template)]
#[template(path = "cancel.html")]
pub(crate) struct Cancel {
    t: Text,
    back: MyBookingsUrl,
    visit: Visit,
    seat: Seat,
}

impl Page for Cancel {
    const PLACE: Place = Place::MyBookings;

    fn title(&self) -> String {
        self.t.text("cancel-title").into_owned()
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        let with_seats = MyBookings::samples(t).swap_remove(1).upcoming.swap_remove(0);
        let page = |seat: &Seat| Self { t, back: MyBookingsUrl, visit: with_seats.clone(), seat: seat.clone() };
        with_seats.seats.iter().map(page).collect()
    }
}

/// The pages' routes.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(list).typed_get(ask).typed_post(cancel)
}

/// The page of bookings that are older than this one.
fn older(than: BookingId) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("before", &than.to_string()).finish();
    format!("{MyBookingsUrl}?{query}")
}

async fn list(_: MyBookingsUrl, signed_in: SignedIn, RawQuery(query): RawQuery) -> Result<Response> {
    let visitor = &signed_in.visitor;
    let query = query.unwrap_or_default();
    let before = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "before");
    let before = before.and_then(|(_, number)| number.parse().ok()).map(BookingId);
    let app = &visitor.site.app;
    let mut cards = app.bookings.of(signed_in.actor(), before, AT_ONCE + 1).await?;
    let more = cards.len() > AT_ONCE as usize;
    cards.truncate(AT_ONCE as usize);
    let last = cards.last().filter(|_| more).map(|card| older(card.booking.id));
    let page = MyBookings { older: last, ..MyBookings::of(visitor.t, &cards, app.clock.now()) };
    Ok(visitor.show(&page))
}

async fn ask(CancelUrl { booking }: CancelUrl, signed_in: SignedIn) -> Result<Response> {
    let visitor = &signed_in.visitor;
    let app = &visitor.site.app;
    let card = app.bookings.booking(signed_in.actor(), booking).await?;
    let page = Cancel {
        t: visitor.t,
        back: MyBookingsUrl,
        visit: visit(visitor.t, &card),
        seat: seat(visitor.t, &card, app.clock.now()),
    };
    Ok(visitor.show(&page))
}

async fn cancel(CancelUrl { booking }: CancelUrl, signed_in: SignedIn, _: PageForm<Button>) -> Result<Response> {
    let site = &signed_in.visitor.site;
    site.limits.booking(signed_in.guest.identity.user)?;
    site.app.bookings.cancel(signed_in.actor(), booking, None).await?;
    Ok(SeeOther::route(&MyBookingsUrl).saying(site, Notice::Cancelled).into_response())
}
