//! `Idempotency-Key`: a repeated request is answered as it was, and done once.

use houselights_domain::UtcMicros;
use houselights_testkit::{Answer, House, programme::*};
use serde_json::json;

fn replays(first: &Answer, again: &Answer) {
    assert_eq!((again.code(), again.text()), (first.code(), first.text()));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
}

#[tokio::test]
async fn a_booking_is_replayed() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let keyed = ann.keyed("k1");
    let first = keyed.book(EVENING, 5).await.expect(201);
    replays(&first, &keyed.book(EVENING, 5).await);
    assert_eq!(ann.get("/api/my-bookings/").await.json(), json!([first.json()]));
    // Even when the seat was given back in the meantime.
    _ = ann.cancel(first.number("id")).await.expect(200);
    replays(&first, &keyed.book(EVENING, 5).await);
    assert_eq!(ann.get("/api/shows/1/").await.number("available_seats"), 120);
    let several = ann.keyed("k2").book_all(EVENING, &[6, 7]).await.expect(201);
    replays(&several, &ann.keyed("k2").book_all(EVENING, &[6, 7]).await);
}

#[tokio::test]
async fn a_cancellation_is_replayed() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    let first = ann.keyed("k").cancel(booking).await.expect(200);
    replays(&first, &ann.keyed("k").cancel(booking).await);
    assert_eq!(ann.cancel(booking).await.no(), (409, "already_cancelled".into()));
}

#[tokio::test]
async fn a_refusal_is_replayed_too() {
    let house = House::open().await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    let taken = bob.keyed("taken").book(EVENING, 5).await;
    assert_eq!(taken.no(), (409, "seat_taken".into()));
    let theirs = bob.keyed("theirs").cancel(booking).await;
    assert_eq!(theirs.no(), (403, "not_yours".into()));
    let closed = bob.keyed("closed").book(CLOSED, 5).await;
    assert_eq!(closed.no(), (409, "sales_closed".into()));
    _ = ann.cancel(booking).await.expect(200);
    replays(&taken, &bob.keyed("taken").book(EVENING, 5).await);
    replays(&theirs, &bob.keyed("theirs").cancel(booking).await);
    replays(&closed, &bob.keyed("closed").book(CLOSED, 5).await);
    _ = bob.book(EVENING, 5).await.expect(201);
}

#[tokio::test]
async fn another_body_with_the_same_key_is_422() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let keyed = ann.keyed("k");
    _ = keyed.book(EVENING, 5).await.expect(201);
    assert_eq!(keyed.book(EVENING, 6).await.no(), (422, "key_reused".into()));
    assert_eq!(keyed.book_all(EVENING, &[5]).await.no(), (422, "key_reused".into()));
    assert_eq!(ann.get("/api/my-bookings/").await.column("seat_number"), [5]);
}

#[tokio::test]
async fn a_key_belongs_to_its_caller_and_its_route() {
    let house = House::open().await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    let hers = ann.keyed("k").book(EVENING, 5).await.expect(201);
    let his = bob.keyed("k").book(EVENING, 6).await.expect(201);
    assert_ne!(hers.number("id"), his.number("id"));
    _ = ann.keyed("k").book(TOMORROW, 5).await.expect(201);
    _ = ann.keyed("k").cancel(hers.number("id")).await.expect(200);
    let both = bob.keyed("k").post("/api/shows/1/book", json!({"seat_number": 6})).await;
    replays(&his, &both);
}

#[tokio::test]
async fn keys_are_kept_for_a_day() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let first = ann.keyed("k").book(NOT_YET, 5).await;
    assert_eq!(first.no(), (409, "sales_not_open".into()));
    house.clock.advance(24 * 60 * UtcMicros::MINUTE);
    let ann = house.signed_in("ann").await;
    assert_eq!(ann.keyed("k").book(NOT_YET, 6).await.no(), (409, "sales_not_open".into()), "not 422");
}

#[tokio::test]
async fn keys_that_are_none_are_400() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    for bad in ["", "a b", &"x".repeat(256)] {
        assert_eq!(ann.keyed(bad).book(EVENING, 5).await.no(), (400, "invalid".into()), "{bad}");
    }
    assert_eq!(ann.keyed("k").book(EVENING, true).await.no(), (400, "invalid".into()));
    _ = ann.keyed("k").book(EVENING, 5).await.expect(201);
}

#[tokio::test]
async fn of_many_at_once_one_is_done() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let asked: Vec<_> = (0..32)
        .map(|_| {
            let keyed = ann.keyed("k");
            tokio::spawn(async move { keyed.book(EVENING, 5).await })
        })
        .collect();
    let (mut done, mut in_flight) = (0, 0);
    for one in asked {
        match one.await.unwrap() {
            answer if answer.code() == 201 => done += 1,
            answer => {
                assert_eq!(answer.no(), (409, "in_flight".into()));
                in_flight += 1;
            }
        }
    }
    assert!(done >= 1, "{done} done, {in_flight} in flight");
    assert_eq!(ann.get("/api/my-bookings/").await.column("seat_number"), [5]);
}

#[tokio::test]
async fn a_sign_up_is_replayed_to_its_user_name() {
    let house = House::open().await;
    let keyed = house.visitor().keyed("k");
    let up = async |name: &str, password: &str, email: &str| {
        keyed.post("/api/signup/", json!({"username": name, "password": password, "email": email})).await
    };
    // Nothing was tried: the key is still good.
    assert_eq!(up("ann", "short", "ann@example.com").await.no(), (400, "invalid".into()));
    let first = up("ann", "correct horse", "ann@example.com").await.expect(201);
    replays(&first, &up("ann", "correct horse", "ann@example.com").await);
    assert_eq!(up("ann", "correct horse", "eve@example.com").await.no(), (422, "key_reused".into()));
    // Sign-ups of others have the same nobody as their caller, and are not in each other's way.
    _ = up("bob", "correct horse", "bob@example.com").await.expect(201);
    let again = house.visitor().post("/api/signup/", json!({"username": "ann", "password": "correct horse"})).await;
    assert_eq!(again.no(), (400, "invalid".into()));
}

#[tokio::test]
async fn tokens_are_not_written_down() {
    let house = House::open().await;
    _ = house.customer("ann").await;
    let keyed = house.visitor().keyed("k");
    let ann = json!({"username": "ann", "password": houselights_testkit::PASSWORD});
    let (first, second) = (keyed.post("/api/login/", ann.clone()).await, keyed.post("/api/login/", ann).await);
    assert_ne!(first.expect(200).field("access"), second.expect(200).field("access"));
}
