//! Booking, cancelling and looking at one's bookings.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use houselights_app::{
    Actor, Reply,
    bookings::{Answer, BookingCard, Key, OrderCard},
    idempotency::Slot,
};
use houselights_domain::{BookingId, SeatNumber, ShowId, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Caller,
    body::{Fields, Reader},
    idempotency::{IdempotencyKey, KeyHeader, fingerprint, recorded},
    openapi::problems,
    page::{self, Page},
    path::{Path, Query},
    problem::{Problem, Result},
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new()
        .routes(routes!(book))
        .routes(routes!(my_bookings))
        .routes(routes!(booking))
        .routes(routes!(cancel))
}

problems!(BookNo: Invalid, NotASeat, NoSeats, TooManySeats, DoubleSeat, UnknownShow, SeatTaken, SoldOut, SalesNotOpen,
    SalesClosed, ShowCancelled, ShowChanged, InFlight, KeyReused, Throttled);
problems!(CancelNo: Invalid, NotYours, UnknownBooking, AlreadyCancelled, TooLate, HoldExpired, InFlight, KeyReused,
    Throttled);
problems!(ListNo: Invalid);
problems!(BookingNo: NotYours, UnknownBooking);

/// How many bookings an answer has where the client asks for no pages.
const ALL: u32 = 10_000;

/// Which seats are wanted: one, or several at once.
#[derive(ToSchema)]
#[schema(example = json!({"seat_number": 5}))]
#[serde(untagged)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
enum BookBody {
    /// One seat; the answer is its booking.
    One {
        #[schema(minimum = 1, example = 5)]
        seat_number: u32,
    },
    /// Several seats, all of them or none; the answer is `{order, bookings}`.
    Several {
        #[schema(min_items = 1, max_items = 1000, example = json!([5, 6]))]
        seat_numbers: Vec<u32>,
    },
}

/// One seat that somebody booked.
#[derive(Serialize, ToSchema)]
pub(super) struct Booking<'a> {
    #[schema(example = 42)]
    id: i64,
    /// The account's number.
    #[schema(example = 3)]
    user: i64,
    /// The show's number.
    #[schema(example = 7)]
    show: i64,
    /// The number of the order that it is part of.
    #[schema(example = 40)]
    order: i64,
    #[schema(example = "Metropolis")]
    movie_title: &'a str,
    #[schema(example = "Screen 1")]
    screen_name: &'a str,
    #[schema(example = "Rex")]
    cinema_name: &'a str,
    /// When the show begins, in the cinema's zone.
    #[schema(format = DateTime, example = "2027-01-01T19:30:00+00:00")]
    date_time: &'a str,
    #[schema(example = 5)]
    seat_number: u32,
    #[schema(example = "A5")]
    seat_label: &'a str,
    /// `booked`, `cancelled`, `held` or `expired`.
    #[schema(example = "booked")]
    status: &'static str,
    /// Minor units, frozen when it was booked.
    #[schema(example = 1200)]
    price: i64,
    #[schema(example = "GBP")]
    currency: &'a str,
    #[schema(format = DateTime, example = "2026-12-24T12:30:00.000000Z")]
    created_at: String,
    /// When the seat was given back.
    #[schema(format = DateTime)]
    cancelled_at: Option<String>,
}

impl<'a> From<&'a BookingCard> for Booking<'a> {
    fn from(card: &'a BookingCard) -> Self {
        let (booking, show) = (&card.booking, &card.show);
        Self {
            id: booking.id.0,
            user: booking.user.0,
            show: booking.show.0,
            order: booking.order.0,
            movie_title: &show.row.movie_title,
            screen_name: &show.row.screen_name,
            cinema_name: &show.row.cinema_name,
            date_time: &show.date_time,
            seat_number: booking.seat.0,
            seat_label: card.seat_label(),
            status: booking.status.as_str(),
            price: booking.price.0,
            currency: &show.row.currency,
            created_at: booking.created_at.rfc3339_utc(),
            cancelled_at: booking.ended_at.map(houselights_domain::UtcMicros::rfc3339_utc),
        }
    }
}

/// What one customer bought in one go.
#[derive(Serialize, ToSchema)]
struct Order<'a> {
    #[schema(example = 40)]
    id: i64,
    #[schema(example = 7)]
    show: i64,
    /// `confirmed`, `cancelled`, `held` or `expired`.
    #[schema(example = "confirmed")]
    status: &'static str,
    /// Minor units.
    #[schema(example = 2400)]
    total: i64,
    #[schema(example = "GBP")]
    currency: &'a str,
    #[schema(format = DateTime, example = "2026-12-24T12:30:00.000000Z")]
    created_at: String,
}

/// An order with its bookings.
#[derive(Serialize, ToSchema)]
struct Ordered<'a> {
    order: Order<'a>,
    bookings: Vec<Booking<'a>>,
}

/// One booking where one seat was asked for by `seat_number`, an order with its bookings otherwise.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Booked<'a> {
    One(Box<Booking<'a>>),
    Several(Ordered<'a>),
}

impl<'a> Booked<'a> {
    fn of(card: &'a OrderCard, single: bool) -> Self {
        let mut bookings: Vec<Booking<'_>> = card.bookings.iter().map(Booking::from).collect();
        if single
            && bookings.len() == 1
            && let Some(booking) = bookings.pop()
        {
            return Self::One(Box::new(booking));
        }
        let order = Order {
            id: card.order.id.0,
            show: card.order.show.0,
            status: card.order.state.word().as_str(),
            total: card.order.total.0,
            currency: card.bookings.first().map_or("", |card| card.show.row.currency.as_str()),
            created_at: card.order.created_at.rfc3339_utc(),
        };
        Self::Several(Ordered { order, bookings })
    }
}

/// Reads `seat_number` or `seat_numbers`; `true` when it was one.
fn seats(fields: &mut Reader<'_>) -> (Vec<SeatNumber>, bool) {
    let numbers = 1..=i64::from(u32::MAX);
    let seat = |number: i64| SeatNumber(u32::try_from(number).unwrap_or(0));
    if fields.has("seat_numbers") {
        if fields.has("seat_number") {
            fields.refuse("seat_numbers", "Send either seat_number or seat_numbers, not both.");
        }
        return (fields.integers("seat_numbers", numbers).into_iter().map(seat).collect(), false);
    }
    (vec![seat(fields.integer("seat_number", numbers))], true)
}

/// An answer, written down as it is sent.
fn reply(result: &houselights_app::Result<OrderCard>, status: StatusCode, single: bool) -> Reply {
    match result {
        Ok(card) => {
            Reply { status: status.as_u16(), body: serde_json::to_vec(&Booked::of(card, single)).unwrap_or_default() }
        }
        Err(houselights_app::Error::Refused(refusal)) => {
            let problem = Problem::from(refusal.clone());
            Reply { status: problem.status().as_u16(), body: problem.body() }
        }
        Err(other) => {
            let problem = Problem::internal(other.to_string());
            Reply { status: problem.status().as_u16(), body: problem.body() }
        }
    }
}

fn keyed(key: Option<String>, route: &str, fields: &Fields, (status, single): (StatusCode, bool)) -> Option<Key> {
    let key = key?;
    Some(Key {
        key,
        fingerprint: fingerprint(route, fields),
        route: route.to_owned(),
        recorder: Arc::new(move |result| reply(result, status, single)),
    })
}

/// Turns a second request with the same key away while the first one is under way.
fn enter(site: &Site, caller: UserId, key: Option<&Key>) -> Result<Option<houselights_app::idempotency::InFlight>> {
    let slot = key.map(|key| Slot { caller, route: key.route.clone(), key: key.key.clone() });
    Ok(slot.map(|slot| site.app.keys.enter(slot)).transpose()?)
}

fn answered(answer: Answer, status: StatusCode, single: bool) -> Response {
    match answer {
        Answer::Fresh(card) => (status, Json(Booked::of(&card, single))).into_response(),
        Answer::Recorded { reply, replayed } => recorded(reply, replayed),
    }
}

/// Book a seat, or several: all of them or none.
///
/// With `seat_number` the answer is one booking; with `seat_numbers` it is `{order, bookings}`. A 409 `seat_taken` names
/// every seat that was in the way.
#[utoipa::path(
    post, path = "/api/shows/{show_id}/book/", tag = "Bookings", security(("bearerAuth" = [])),
    params(
        ("show_id" = i64, Path, description = "The show's number", example = 7),
        KeyHeader,
    ),
    request_body(content = BookBody, example = json!({"seat_number": 5})),
    responses((status = 201, description = "Booked", body = Booked), BookNo)
)]
async fn book(
    State(site): Web,
    caller: Caller,
    Path(show): Path<ShowId>,
    key: IdempotencyKey,
    fields: Fields,
) -> Result<Response> {
    site.limits.booking(caller.0.user)?;
    let (numbers, single) = fields.read(seats)?;
    let key = key.0.and_then(|key| {
        let route = format!("POST /api/shows/{show}/book/");
        keyed(Some(key), &route, &fields, (StatusCode::CREATED, single))
    });
    let _guard = enter(&site, caller.0.user, key.as_ref())?;
    let answer = site.app.bookings.book(caller.actor(), show, numbers, key).await?;
    Ok(answered(answer, StatusCode::CREATED, single))
}

/// Give a booking back. Its seat is free for anyone at once.
#[utoipa::path(
    post, path = "/api/bookings/{booking_id}/cancel/", tag = "Bookings", security(("bearerAuth" = [])),
    params(
        ("booking_id" = i64, Path, description = "The booking's number", example = 42),
        KeyHeader,
    ),
    responses((status = 200, description = "Cancelled", body = Booking), CancelNo)
)]
async fn cancel(
    State(site): Web,
    caller: Caller,
    Path(id): Path<BookingId>,
    key: IdempotencyKey,
    fields: Fields,
) -> Result<Response> {
    site.limits.booking(caller.0.user)?;
    // Staff act on what belongs to others at /api/staff/; here everyone acts for themselves.
    let actor = Actor { staff: false, ..caller.actor() };
    give_back(&site, actor, id, (&format!("POST /api/bookings/{id}/cancel/"), key), &fields).await
}

/// Cancels a booking, once a key.
pub(super) async fn give_back(
    site: &Site,
    actor: Actor,
    id: BookingId,
    (route, key): (&str, IdempotencyKey),
    fields: &Fields,
) -> Result<Response> {
    let key = keyed(key.0, route, fields, (StatusCode::OK, true));
    let _guard = enter(site, actor.user, key.as_ref())?;
    let answer = site.app.bookings.cancel(actor, id, key).await?;
    Ok(answered(answer, StatusCode::OK, true))
}

/// Your bookings, newest first.
#[utoipa::path(
    get, path = "/api/my-bookings/", tag = "Bookings", security(("bearerAuth" = [])),
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Bookings; `Link` names the next page", body = Vec<Booking>), ListNo)
)]
async fn my_bookings(State(site): Web, caller: Caller, uri: Uri, query: Query) -> Result<Response> {
    let (page, before) = query.read(|q| Page::read_by_id(q, ALL))?;
    let mut cards = site.app.bookings.of(caller.actor(), before.map(BookingId), page.limit + 1).await?;
    let more = page.cut(&mut cards);
    let next = cards.last().filter(|_| more).map(|last| page::next(&uri, &last.booking.id));
    let bookings: Vec<Booking<'_>> = cards.iter().map(Booking::from).collect();
    Ok((next.unwrap_or_default(), Json(bookings)).into_response())
}

/// One of your bookings.
#[utoipa::path(
    get, path = "/api/bookings/{booking_id}/", tag = "Bookings", security(("bearerAuth" = [])),
    params(("booking_id" = i64, Path, description = "The booking's number", example = 42)),
    responses((status = 200, description = "The booking", body = Booking), BookingNo)
)]
async fn booking(State(site): Web, caller: Caller, Path(id): Path<BookingId>) -> Result<Response> {
    let card = site.app.bookings.booking(caller.actor(), id).await?;
    Ok(Json(Booking::from(&card)).into_response())
}
