//! Everybody's bookings.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::Uri,
    response::{IntoResponse, Response},
};
use houselights_app::Actor;
use houselights_domain::{BookingId, SeatNumber, ShowId};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tools::Listing;
use crate::{
    api::bookings::{Booking, give_back},
    auth::Staff,
    body::Fields,
    idempotency::{IdempotencyKey, KeyHeader},
    openapi::problems,
    page::MOST,
    path::{Path, Query},
    problem::Result,
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(cancel))
}

problems!(ListNo: Invalid, PermissionDenied, UnknownShow);
problems!(OneNo: PermissionDenied, UnknownBooking);
problems!(CancelNo: Invalid, PermissionDenied, UnknownBooking, AlreadyCancelled, HoldExpired, InFlight, KeyReused,
    Throttled);

const fn actor(staff: &Staff) -> Actor {
    Actor { user: staff.0.user, staff: true }
}

/// Everybody's bookings, newest first; with `show` the bookings that own its seats now, by seat number.
///
/// A page has 500 bookings unless `limit` says otherwise.
#[utoipa::path(
    get, path = "/api/staff/bookings/", tag = "Staff", operation_id = "staff_bookings", security(("bearerAuth" = [])),
    params(
        ("show" = Option<i64>, Query, description = "A show's number", minimum = 1),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Bookings; `Link` names the next page", body = Vec<Booking>), ListNo)
)]
async fn list(State(site): Web, _: Staff, uri: Uri, query: Query) -> Result<Response> {
    let listing = Listing::read(&query, MOST)?;
    let show = query.read(|q| q.optional_integer("show", 1..=i64::MAX))?.map(ShowId);
    let bookings = &site.app.bookings;
    let mut cards = match show {
        Some(show) => {
            site.app.catalogue.show(show).await?;
            let after = listing.after.map_or(0, |after| u32::try_from(after).unwrap_or(u32::MAX));
            bookings.owners(show, SeatNumber(after), listing.limit()).await?
        }
        None => bookings.newest(listing.after.map(BookingId), listing.limit()).await?,
    };
    let link = listing.cut(&uri, &mut cards, |card| match show {
        Some(_) => i64::from(card.booking.seat.0),
        None => card.booking.id.0,
    });
    Ok((link, Json(cards.iter().map(Booking::from).collect::<Vec<_>>())).into_response())
}

/// One booking, whosever it is.
#[utoipa::path(
    get, path = "/api/staff/bookings/{booking_id}/", tag = "Staff", operation_id = "staff_booking",
    security(("bearerAuth" = [])),
    params(("booking_id" = i64, Path, description = "The booking's number", example = 42)),
    responses((status = 200, description = "The booking", body = Booking), OneNo)
)]
async fn one(State(site): Web, staff: Staff, Path(id): Path<BookingId>) -> Result<Response> {
    let card = site.app.bookings.booking(actor(&staff), id).await?;
    Ok(Json(Booking::from(&card)).into_response())
}

/// Cancel any booking, even after the show has begun. Its seat is free for anyone at once.
#[utoipa::path(
    post, path = "/api/staff/bookings/{booking_id}/cancel/", tag = "Staff", operation_id = "staff_cancel_booking",
    security(("bearerAuth" = [])),
    params(
        ("booking_id" = i64, Path, description = "The booking's number", example = 42),
        KeyHeader,
    ),
    responses((status = 200, description = "Cancelled", body = Booking), CancelNo)
)]
async fn cancel(
    State(site): Web,
    staff: Staff,
    Path(id): Path<BookingId>,
    key: IdempotencyKey,
    fields: Fields,
) -> Result<Response> {
    site.limits.change(staff.0.user)?;
    give_back(&site, actor(&staff), id, (&format!("POST /api/staff/bookings/{id}/cancel/"), key), &fields).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::staff::testing::Desk;

    #[tokio::test]
    async fn staff_see_and_cancel_what_belongs_to_others() {
        let desk = Desk::open().await;
        let (show, other) = (desk.show("2027-02-01T19:00:00").await, desk.show("2027-02-02T19:00:00").await);
        let (high, low) = (desk.book(show, 7).await, desk.book(show, 3).await);
        let last = desk.book(other, 1).await;
        let get = async |path: &str| desk.staff("GET", path, &json!({})).await;
        let ids = |answer: &crate::testing::Answer| -> Vec<i64> {
            answer.json().as_array().unwrap().iter().map(|booking| booking["id"].as_i64().unwrap()).collect()
        };
        assert_eq!(ids(&get("/api/staff/bookings/").await), [last, low, high]);
        let page = get("/api/staff/bookings/?limit=2").await;
        assert_eq!(ids(&page), [last, low]);
        assert!(page.header("link").contains(&format!("cursor={low}")));
        let owners = get(&format!("/api/staff/bookings/?show={show}&limit=1")).await;
        assert_eq!(ids(&owners), [low]);
        assert!(owners.header("link").contains("cursor=3"));
        assert_eq!(ids(&get(&format!("/api/staff/bookings/?show={show}&limit=1&cursor=3")).await), [high]);

        let path = format!("/api/staff/bookings/{low}/cancel/");
        let headers = [("authorization", desk.staff.as_str()), ("idempotency-key", "k")];
        let cancelled = desk.house.send("POST", &path, &headers, "").await;
        assert_eq!((cancelled.status.as_u16(), &cancelled.json()["status"]), (200, &json!("cancelled")));
        let again = desk.house.send("POST", &path, &headers, "").await;
        assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (200, "true"));
        assert_eq!(desk.staff("POST", &path, &json!({})).await.no(), (409, "already_cancelled".into()));
        assert_eq!(ids(&get(&format!("/api/staff/bookings/?show={show}")).await), [high]);
        assert_eq!(get(&format!("/api/staff/bookings/{low}/")).await.json()["status"], "cancelled");
        assert_eq!(desk.book(show, 3).await, last + 1);
    }

    #[tokio::test]
    async fn what_is_not_there_is_told() {
        let desk = Desk::open().await;
        let get = async |path: &str| desk.staff("GET", path, &json!({})).await.no();
        assert_eq!(get("/api/staff/bookings/?show=9").await, (404, "unknown_show".into()));
        assert_eq!(get("/api/staff/bookings/?show=x").await, (400, "invalid".into()));
        assert_eq!(get("/api/staff/bookings/9/").await, (404, "unknown_booking".into()));
        let cancel = desk.staff("POST", "/api/staff/bookings/9/cancel/", &json!({})).await;
        assert_eq!(cancel.no(), (404, "unknown_booking".into()));
    }
}
