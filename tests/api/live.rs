//! Seats as they turn: the live feed, what has turned since a position, and maps that are not made twice.

use houselights_domain::UtcMicros;
use houselights_testkit::{Client, House, Stream, programme::*};
use serde_json::{Value, json};

/// Where the map of a show stands.
async fn position(client: &Client, show: i64) -> String {
    client.get(&format!("/api/shows/{show}/seats/")).await.expect(200).field("position").as_str().unwrap().to_owned()
}

async fn told(feed: &mut Stream) -> (String, String) {
    let (name, data, _) = feed.event().await;
    (name, data)
}

fn says(name: &str, seats: &str) -> (String, String) {
    (name.to_owned(), format!("{{\"seats\":[{seats}]}}"))
}

#[tokio::test]
async fn who_watches_hears_what_is_taken_and_what_is_freed() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let mut feed = house.visitor().stream("/api/shows/1/live/").await;
    assert_eq!(feed.headers["content-type"], "text/event-stream");
    assert_eq!(feed.headers["cache-control"], "no-store");
    let greeting = feed.next().await.unwrap();
    assert!(greeting.starts_with("retry: ") && greeting.contains("\nid: "), "{greeting}");
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    assert_eq!(told(&mut feed).await, says("taken", "5"));
    _ = ann.book_all(EVENING, &[8, 6, 7]).await.expect(201);
    assert_eq!(told(&mut feed).await, says("taken", "6,7,8"));
    _ = ann.book(TOMORROW, 9).await.expect(201);
    _ = ann.cancel(booking).await.expect(200);
    let (name, data, id) = feed.event().await;
    assert_eq!((name, data), says("freed", "5"));
    assert_eq!(id, position(&ann, EVENING).await, "and nothing is told of another show");
}

#[tokio::test]
async fn a_refusal_is_no_news() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    _ = ann.book(EVENING, 5).await.expect(201);
    let before = position(&ann, EVENING).await;
    _ = ann.book_all(EVENING, &[5, 6]).await.expect(409);
    _ = ann.keyed("k").book(EVENING, 5).await.expect(409);
    assert_eq!(position(&ann, EVENING).await, before);
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed_and_who_comes_from_nowhere_looks_again() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let here = position(&ann, EVENING).await;
    _ = ann.book(EVENING, 5).await.expect(201);
    let since = format!("/api/shows/1/live/?since={here}");
    let mut first = ann.stream(&since).await;
    assert_eq!(first.event().await.2, here);
    let (name, data, heard) = first.event().await;
    assert_eq!((name, data), says("taken", "5"));
    drop(first);
    _ = ann.book(EVENING, 6).await.expect(201);
    // What the browser remembers goes before what the page was made with.
    let mut again = ann.with("last-event-id", &heard).stream(&since).await;
    _ = again.next().await;
    assert_eq!(told(&mut again).await, says("taken", "6"));

    for nowhere in ["abcdef-0", "what", "ffffffffffffffff-18446744073709551615"] {
        let mut lost = ann.with("last-event-id", nowhere).stream("/api/shows/1/live/").await;
        assert!(!lost.next().await.unwrap().contains("id:"), "a place is given after the map was looked at");
        let (name, data, id) = lost.event().await;
        assert_eq!((name.as_str(), id.as_str()), ("reset", position(&ann, EVENING).await.as_str()), "{nowhere}");
        assert_eq!(serde_json::from_str::<Value>(&data).unwrap(), json!({"position": id}));
    }
}

#[tokio::test]
async fn only_what_has_turned_is_sent_to_who_says_since_when() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let whole = ann.get("/api/shows/1/seats/").await.expect(200).json();
    assert_eq!(whole["rows"][0], json!({"row": "A", "seats": "wc_ssssssss_cw"}));
    let since =
        async |position: &str| ann.get(&format!("/api/shows/1/seats/?since={position}")).await.expect(200).json();
    let here = whole["position"].as_str().unwrap();
    assert_eq!(since(here).await["seats"], json!([]));
    let booking = ann.book(EVENING, 5).await.expect(201).number("id");
    _ = ann.book_all(EVENING, &[7, 6]).await.expect(201);
    _ = ann.cancel(booking).await.expect(200);
    let turned = since(here).await;
    let seat = |number: u32, state: &str| json!({"number": number, "state": state});
    assert_eq!(turned["seats"], json!([seat(5, "free"), seat(6, "sold"), seat(7, "sold")]));
    assert_eq!((&turned["available_seats"], &turned["rows"]), (&json!(118), &Value::Null));
    assert_eq!(since(turned["position"].as_str().unwrap()).await["seats"], json!([]));
    for unknown in ["", "what", "abcdef-1"] {
        assert_eq!(since(unknown).await["seats"].as_array().unwrap().len(), 120, "{unknown:?}");
    }
    // A plain hall is drawn too.
    let studio = ann.get(&format!("/api/shows/{STUDIO}/seats/")).await.expect(200).json();
    assert_eq!(studio["rows"], json!([{"row": "A", "seats": "s".repeat(25)}, {"row": "B", "seats": "s".repeat(25)}]));
}

#[tokio::test]
async fn a_quiet_feed_has_a_heartbeat() {
    let house = House::open().await;
    let mut feed = house.visitor().stream("/api/shows/1/live/").await;
    _ = feed.next().await;
    house.app.seat_maps.turn();
    house.clock.advance(20 * UtcMicros::SECOND);
    house.app.seat_maps.turn();
    assert_eq!(feed.next().await.unwrap(), ":");
}

#[tokio::test]
async fn a_house_that_closes_ends_its_feeds() {
    let house = House::open().await;
    let mut feed = house.visitor().stream("/api/shows/1/live/").await;
    _ = feed.next().await;
    house.app.seat_maps.close();
    assert_eq!(feed.next().await, None);
    let mut late = house.visitor().stream("/api/shows/2/live").await;
    _ = late.next().await;
    assert_eq!(late.next().await, None);
}

#[tokio::test]
async fn watchers_are_bounded_and_a_head_is_none() {
    use houselights_app::Settings;
    use houselights_testkit::Plan;
    let app = Settings { most_watchers: 1, ..Settings::default() };
    let house = House::planned(Plan { app, ..Plan::default() }).await;
    let visitor = house.visitor();
    for path in ["/api/shows/1/live/", "/api/shows/1/live"] {
        let head = visitor.send("HEAD", path, "", "").await;
        assert_eq!((head.code(), head.header("content-type"), head.body.len()), (200, "text/event-stream", 0));
        let feed = visitor.stream(path).await;
        let more = visitor.get(path).await;
        assert_eq!(more.no(), (503, "busy".into()));
        assert!(!more.header("retry-after").is_empty());
        drop(feed);
        assert_eq!(visitor.send("POST", path, "", "").await.no(), (405, "method_not_allowed".into()));
        assert_eq!(visitor.with("accept-encoding", "gzip").stream(path).await.headers.get("content-encoding"), None);
    }
    assert_eq!(visitor.get("/api/shows/99/live/").await.no(), (404, "unknown_show".into()));
}
