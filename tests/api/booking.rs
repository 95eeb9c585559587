//! Booking: one seat, several seats, and every reason for a "no".

use houselights_domain::UtcMicros;
use houselights_testkit::{House, programme::*};
use serde_json::json;

#[tokio::test]
async fn one_seat_is_one_booking() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    insta::assert_snapshot!(ann.book(EVENING, 5).await.shown());
}

#[tokio::test]
async fn several_seats_are_an_order_with_its_bookings() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    insta::assert_snapshot!(ann.book_all(EVENING, &[85, 5, 2]).await.shown());
}

#[tokio::test]
async fn the_count_and_the_map_follow_at_once() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let seen = async || {
        let show = ann.get("/api/shows/1/").await.expect(200).number("available_seats");
        let map = ann.get("/api/shows/1/seats/").await.expect(200);
        let list = ann.get("/api/movies/1/shows/").await.expect(200).json()[0]["available_seats"].as_i64().unwrap();
        let states: Vec<String> =
            map.field("seats").as_array().unwrap().iter().map(|seat| seat["state"].to_string()).collect();
        let free = i64::try_from(states.iter().filter(|state| *state == "\"free\"").count()).unwrap();
        assert_eq!((show, map.number("available_seats"), free), (list, list, list));
        show
    };
    assert_eq!(seen().await, 120);
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    assert_eq!(seen().await, 119);
    _ = ann.book_all(EVENING, &[6, 7]).await.expect(201);
    assert_eq!(seen().await, 117);
    _ = ann.cancel(booking).await.expect(200);
    assert_eq!(seen().await, 118);
}

#[tokio::test]
async fn a_seat_that_is_taken_is_refused_to_everybody() {
    let house = House::open().await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    _ = ann.book(EVENING, 5).await.expect(201);
    for client in [&ann, &bob] {
        let answer = client.book(EVENING, 5).await;
        assert_eq!(answer.no(), (409, "seat_taken".into()));
        assert_eq!(answer.field("errors"), json!({"seat_number": ["Seat 5 is taken."]}));
    }
    _ = bob.book(TOMORROW, 5).await.expect(201);
}

#[tokio::test]
async fn several_seats_are_booked_together_or_not_at_all() {
    let house = House::open().await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    _ = ann.book_all(EVENING, &[5, 7, 9]).await.expect(201);
    let answer = bob.book_all(EVENING, &[10, 9, 8, 7, 6]).await;
    assert_eq!(answer.no(), (409, "seat_taken".into()));
    assert_eq!(answer.field("errors"), json!({"seat_numbers": ["Seat 7 is taken.", "Seat 9 is taken."]}));
    assert_eq!(bob.get("/api/my-bookings/").await.json(), json!([]));
    assert_eq!(bob.get("/api/shows/1/").await.number("available_seats"), 117);
    _ = bob.book_all(EVENING, &[6, 8, 10]).await.expect(201);
}

#[tokio::test]
async fn a_show_without_a_free_seat_is_sold_out() {
    let house = House::open().await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    let first = ann.book_all(LOUNGE, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).await.expect(201);
    _ = ann.book_all(LOUNGE, &[11]).await.expect(201);
    assert_eq!(bob.book(LOUNGE, 1).await.no(), (409, "seat_taken".into()));
    _ = ann.book(LOUNGE, 12).await.expect(201);
    assert_eq!(bob.book(LOUNGE, 1).await.no(), (409, "sold_out".into()));
    assert_eq!(bob.book_all(LOUNGE, &[1, 12]).await.no(), (409, "sold_out".into()));
    assert_eq!(bob.keyed("k").book(LOUNGE, 1).await.no(), (409, "sold_out".into()));
    assert_eq!(bob.book(LOUNGE, 13).await.no(), (400, "not_a_seat".into()));
    let freed = first.field("bookings")[3]["id"].as_i64().unwrap();
    _ = ann.cancel(freed).await.expect(200);
    _ = bob.book(LOUNGE, 4).await.expect(201);
    assert_eq!(bob.book(LOUNGE, 4).await.no(), (409, "sold_out".into()));
}

#[tokio::test]
async fn sales_open_and_close() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    assert_eq!(ann.book(CLOSED, 5).await.no(), (409, "sales_closed".into()));
    assert_eq!(ann.book(NOT_YET, 5).await.no(), (409, "sales_not_open".into()));
    _ = ann.book(EVENING, 5).await.expect(201);
    // 19:45 is a quarter of an hour after the beginning.
    house.clock.advance(11 * 60 * UtcMicros::MINUTE + 44 * UtcMicros::MINUTE);
    let ann = house.signed_in("ann").await;
    _ = ann.book(EVENING, 6).await.expect(201);
    house.clock.advance(UtcMicros::MINUTE);
    assert_eq!(ann.book(EVENING, 7).await.no(), (409, "sales_closed".into()));
    assert_eq!(ann.book(EVENING, 5).await.no(), (409, "sales_closed".into()), "a taken seat of a closed show");
    house.clock.advance(7 * 24 * 60 * UtcMicros::MINUTE);
    let ann = house.signed_in("ann").await;
    _ = ann.book(NOT_YET, 5).await.expect(201);
}

#[tokio::test]
async fn prices_are_those_of_the_kind_of_seat() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let price = async |show, seat: u32| ann.book(show, seat).await.expect(201).number("price");
    // 1 is a wheelchair's space (no price of its own), 2 its companion's, 3 a standard seat, 85 a premium one.
    assert_eq!(price(EVENING, 1).await, 1200);
    assert_eq!(price(EVENING, 2).await, 0);
    assert_eq!(price(EVENING, 3).await, 1200);
    assert_eq!(price(EVENING, 85).await, 1500);
    assert_eq!(price(TOMORROW, 85).await, 0);
    let order = ann.book_all(EVENING, &[4, 86]).await.expect(201);
    assert_eq!(order.field("order")["total"], 2700);
}

#[tokio::test]
async fn too_many_bookings_are_told_when_to_come_again() {
    use houselights_testkit::Plan;
    use houselights_web::{WebSettings, settings::LimitSettings};
    let limits = LimitSettings { booking_per_minute: 2, ..LimitSettings::default() };
    let plan = Plan { web: WebSettings { limits, ..WebSettings::default() }, ..Plan::default() };
    let house = House::planned(plan).await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    for seat in [5, 6] {
        _ = ann.book(EVENING, seat).await.expect(201);
    }
    assert_eq!(ann.book(EVENING, 7).await.no(), (429, "throttled".into()));
    assert_eq!(ann.cancel(1).await.no(), (429, "throttled".into()));
    _ = bob.book(EVENING, 7).await.expect(201);
}
