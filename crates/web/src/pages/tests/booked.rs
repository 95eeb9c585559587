//! Pages over a programme that wants to be markup, with somebody who has booked.

use serde_json::json;

use super::{
    HOSTILE,
    walks::{ANN, Browser, location, text},
};
use crate::{WebSettings, testing::House};

/// A house with one show whose every text is hostile, and its seats 1 and 2 booked by somebody called ann.
async fn house() -> (House, i64) {
    let house = House::open(WebSettings::default()).await;
    let programme = json!({
        "cinemas": [{"key": "rex", "name": HOSTILE, "timezone": "Europe/Berlin", "currency": "EUR", "screens": [
            {"key": "1", "name": HOSTILE, "seats": 10}]}],
        "movies": [{"key": "m", "title": HOSTILE, "duration_minutes": 100, "synopsis": HOSTILE, "genres": ["<script>"]}],
        "shows": [{"key": "s", "movie": "m", "screen": "rex/1", "starts_at": "2027-01-16T19:30:00",
                   "prices": {"standard": 950}}],
    });
    house.front.site().app.office.import(programme.to_string(), &mut |_, _| {}).await.unwrap();
    house.post("/api/signup/", r#"{"username": "ann", "password": "correct horse"}"#).await;
    let pair = house.post("/api/login/", r#"{"username": "ann", "password": "correct horse"}"#).await;
    let bearer = format!("Bearer {}", pair.json()["access"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let booked = house.send("POST", "/api/shows/1/book/", &headers, r#"{"seat_numbers": [1, 2]}"#).await;
    assert_eq!(booked.status, 201, "{booked:?}");
    let first = booked.json()["bookings"][0]["id"].as_i64().unwrap();
    (house, first)
}

#[tokio::test]
async fn a_seat_is_given_back_after_a_question_and_by_its_owner_only() {
    let (house, first) = house().await;
    let cancel = format!("/my-bookings/{first}/cancel/");
    let mut ann = Browser::of(&house);
    // Whoever is not signed in loses nothing but the way.
    assert_eq!(location(&ann.post(&cancel, "").await), "/sign-in/");
    ann.post("/sign-in/", "username=ann&password=correct+horse").await;
    let list = text(&ann.get("/my-bookings/").await);
    assert!(list.contains("Saturday, 16 January, 19:30") && list.contains("€9.50"), "{list}");
    assert_eq!(list.matches("/cancel/\"").count(), 2, "{list}");
    assert!(text(&ann.get(&cancel).await).contains("Yes, cancel it"));
    assert_eq!(text(&ann.get("/my-bookings/").await).matches("badge-good").count(), 2, "asking changes nothing");

    let mut bob = Browser::of(&house);
    bob.post("/sign-up/", &ANN.replace("ann", "bob")).await;
    for no in [bob.get(&cancel).await, bob.post(&cancel, "").await] {
        assert_eq!(no.status, 403);
        assert!(text(&no).contains("This belongs to someone else"));
    }
    let foreign = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    assert_eq!(ann.send("POST", &cancel, &foreign, "").await.status, 403);

    assert_eq!(location(&ann.post(&cancel, "").await), "/my-bookings/");
    let list = text(&ann.get("/my-bookings/").await);
    assert!(list.contains("Your booking is cancelled"), "{list}");
    assert_eq!((list.matches("/cancel/\"").count(), list.matches(">cancelled<").count()), (1, 1), "{list}");
    assert!(text(&ann.get(&cancel).await).contains("not yours any more"));
    let again = ann.post(&cancel, "").await;
    assert_eq!(again.status, 409);
    assert!(text(&again).contains("This was cancelled before"));
    assert_eq!(ann.get("/my-bookings/99/cancel/").await.status, 404);
}

/// Whoever adds a page adds its address here.
#[tokio::test]
async fn markup_from_the_books_never_runs() {
    let (house, first) = house().await;
    let mut ann = Browser::of(&house);
    ann.post("/sign-in/", "username=ann&password=correct+horse").await;
    let cancel = format!("/my-bookings/{first}/cancel/");
    let mut shown = 0;
    for path in ["/", "/about/", "/my-bookings/", &cancel] {
        let page = text(&ann.get(path).await);
        assert!(!page.contains("<script>") && !page.contains("</style>"), "{path}: {page}");
        shown += page.matches("&#60;script&#62;").count();
    }
    assert!(shown >= 4, "the texts are there, as texts");
}
