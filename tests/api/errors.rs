//! The one shape of every "no" (RFC 9457), told word for word: clients' programs decide by `code`.

use std::fmt::Write as _;

use houselights_testkit::{House, programme::*};
use serde_json::json;

#[tokio::test]
async fn every_kind_of_no_that_a_client_meets() {
    let house = House::open().await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    let visitor = house.visitor();
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    _ = ann.book(EVENING, 6).await.expect(201);
    let gone = ann.book(TOMORROW, 1).await.expect(201).number("id");
    _ = ann.cancel(gone).await.expect(200);
    let mut all = vec![
        ("fields", visitor.post("/api/signup/", json!({"username": "a b", "email": "x"})).await),
        ("taken name", visitor.post("/api/signup/", json!({"username": "ann", "password": "correct horse"})).await),
        ("no JSON", visitor.post_text("/api/login/", "{").await),
        ("wrong pair", visitor.post("/api/login/", json!({"username": "ann", "password": "x"})).await),
        ("not signed in", visitor.get("/api/my-bookings/").await),
        ("bad token", visitor.bearing("x").get("/api/my-bookings/").await),
        ("no such address", visitor.get("/api/nothing/").await),
        ("no such movie", visitor.get("/api/movies/99/shows/").await),
        ("no such show", bob.book(99, 5).await),
        ("no such booking", bob.cancel(99).await),
        ("method", visitor.get("/api/login/").await),
        ("kind of body", visitor.send("POST", "/api/login/", "text/plain", "x").await),
        ("not a number", bob.book(EVENING, true).await),
        ("not a seat", bob.book(EVENING, 121).await),
        ("seat twice", bob.book_all(EVENING, &[7, 7]).await),
        ("too many seats", bob.book_all(EVENING, &[10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]).await),
        ("seat taken", bob.book(EVENING, 5).await),
        ("seats taken", bob.book_all(EVENING, &[7, 6, 5]).await),
        ("sales closed", bob.book(CLOSED, 5).await),
        ("sales not open", bob.book(NOT_YET, 5).await),
        ("not yours", bob.cancel(booking).await),
        ("already cancelled", ann.cancel(gone).await),
        ("bad filter", visitor.get("/api/movies/?from=soon&limit=0").await),
        ("bad key", bob.keyed("a b").book(EVENING, 8).await),
    ];
    _ = bob.keyed("k").book(EVENING, 8).await.expect(201);
    all.push(("key reused", bob.keyed("k").book(EVENING, 9).await));
    let mut told = String::new();
    for (name, answer) in &all {
        _ = answer.no();
        writeln!(told, "-- {name}: {}", answer.shown()).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn no_answer_shows_what_is_behind_it() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let nasty = ["'; DROP TABLE bookings; --", "../../etc/passwd", "{{7*7}}", "<script>", "\u{202e}", "%00", "A\u{0}"];
    for text in nasty {
        for answer in [
            ann.book(EVENING, text).await,
            ann.post("/api/signup/", json!({"username": text, "password": text, "email": text})).await,
            ann.post("/api/login/", json!({"username": text, "password": text})).await,
            ann.post("/api/token/verify/", json!({"token": text})).await,
        ] {
            assert!(answer.code() < 500, "{text}: {answer:?}");
            let told = answer.text().to_lowercase();
            for word in ["sql", "panick", "/src/", ".rs", "rusqlite", "constraint", "backtrace"] {
                assert!(!told.contains(word), "{text}: {told}");
            }
        }
    }
}
