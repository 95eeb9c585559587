//! Giving bookings back, and who may.

use houselights_domain::{Role, UtcMicros};
use houselights_testkit::{House, programme::*};
use serde_json::json;

#[tokio::test]
async fn a_cancelled_booking_says_so() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    insta::assert_snapshot!(ann.cancel(booking).await.shown());
    assert_eq!(ann.get(&format!("/api/bookings/{booking}/")).await.field("status"), "cancelled");
}

#[tokio::test]
async fn the_seat_is_free_for_another_at_once() {
    let house = House::open().await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    _ = ann.cancel(booking).await.expect(200);
    let his = bob.book(EVENING, 5).await.expect(201);
    assert_eq!(ann.book(EVENING, 5).await.no(), (409, "seat_taken".into()));
    assert_eq!(ann.cancel(booking).await.no(), (409, "already_cancelled".into()), "not his booking's end");
    assert_eq!(bob.get("/api/my-bookings/").await.json(), json!([his.json()]));
}

#[tokio::test]
async fn a_booking_is_cancelled_once() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    _ = ann.cancel(booking).await.expect(200);
    assert_eq!(ann.cancel(booking).await.no(), (409, "already_cancelled".into()));
    assert_eq!(ann.cancel(booking + 1).await.no(), (404, "unknown_booking".into()));
}

#[tokio::test]
async fn one_seat_of_an_order_may_go() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let order = ann.book_all(EVENING, &[5, 6]).await.expect(201);
    let ids: Vec<i64> = order.field("bookings").as_array().unwrap().iter().map(|b| b["id"].as_i64().unwrap()).collect();
    _ = ann.cancel(ids[0]).await.expect(200);
    assert_eq!(ann.get("/api/my-bookings/").await.column("status"), ["booked", "cancelled"]);
    _ = ann.cancel(ids[1]).await.expect(200);
    assert_eq!(ann.get("/api/shows/1/").await.number("available_seats"), 120);
}

#[tokio::test]
async fn nobody_sees_or_cancels_what_is_another_s() {
    let house = House::open().await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    let path = format!("/api/bookings/{booking}/");
    assert_eq!(bob.cancel(booking).await.no(), (403, "not_yours".into()));
    assert_eq!(bob.get(&path).await.no(), (403, "not_yours".into()));
    assert_eq!(bob.get("/api/my-bookings/").await.json(), json!([]));
    // Here staff act for themselves, too; what belongs to others they look at.
    let staff = house.with_role("staff", Role::Staff).await;
    assert_eq!(staff.cancel(booking).await.no(), (403, "not_yours".into()));
    _ = staff.get(&path).await.expect(200);
    assert_eq!(staff.get("/api/my-bookings/").await.json(), json!([]));
    assert_eq!(ann.get(&path).await.expect(200).field("status"), "booked");
    _ = ann.cancel(booking).await.expect(200);
    assert_eq!(bob.cancel(booking).await.no(), (403, "not_yours".into()), "nor is told that it is cancelled");
}

#[tokio::test]
async fn a_show_that_has_begun_is_too_late() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    house.clock.advance(11 * 60 * UtcMicros::MINUTE + 29 * UtcMicros::MINUTE);
    let ann = house.signed_in("ann").await;
    house.clock.advance(UtcMicros::MINUTE);
    assert_eq!(ann.cancel(booking).await.no(), (409, "too_late".into()));
    assert_eq!(ann.get("/api/my-bookings/").await.column("status"), ["booked"]);
}
