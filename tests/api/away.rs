//! A PostgreSQL that goes away under a running house, and comes back.

use std::time::{Duration, Instant};

use houselights_testkit::{Answer, Client, House, programme::EVENING};
use houselights_testpg::{Cluster, Options, Stop};

const SOON: Duration = Duration::from_secs(2);

async fn away(asked: impl Future<Output = Answer>) {
    let begun = Instant::now();
    let answer = asked.await;
    assert!(begun.elapsed() < SOON, "answered after {:?}", begun.elapsed());
    // It is checked in passing that a 503 says when to come again.
    assert_eq!(answer.no().0, 503, "{answer:?}");
}

/// Asks until it is done; says how many times it was not.
async fn booked_soon(client: &Client, seat: u32) {
    let begun = Instant::now();
    loop {
        let answer = client.book(EVENING, seat).await;
        if answer.code() == 201 {
            return;
        }
        assert_eq!(answer.no().0, 503, "{answer:?}");
        assert!(begun.elapsed() < SOON, "still away after {:?}", begun.elapsed());
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_said_in_two_seconds_what_is_known_is_shown_and_it_sells_again_two_seconds_after() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let house = House::at(cluster.url("postgres")).await;
    let ann = house.customer("ann").await;
    let pages = ["/api/movies/".to_owned(), format!("/api/shows/{EVENING}/")];
    for page in &pages {
        _ = ann.get(page).await.expect(200);
    }
    _ = ann.book(EVENING, 1).await.expect(201);
    for (how, seat) in [(Stop::Immediate, 2), (Stop::Fast, 3)] {
        cluster.stop(how).unwrap();
        away(ann.book(EVENING, seat)).await;
        away(ann.post("/api/signup/", serde_json::json!({"username": "ben", "password": "correct horse"}))).await;
        away(ann.get("/api/my-bookings/")).await;
        for page in &pages {
            _ = ann.get(page).await.expect(200);
        }
        cluster.start_again().unwrap();
        booked_soon(&ann, seat).await;
    }
    let mine = ann.get("/api/my-bookings/").await.expect(200);
    assert_eq!(mine.column("id").len(), 3, "{mine:?}");
}
