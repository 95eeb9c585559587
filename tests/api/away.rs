//! A PostgreSQL that goes away under a running house, and comes back.

use std::time::{Duration, Instant};

use houselights_testkit::{Answer, Client, House, programme::EVENING};
use houselights_testpg::{Cluster, Options, Stop};

const SOON: Duration = Duration::from_secs(2);
/// What may be added where other tests have the processors.
const BUSY: Duration = Duration::from_millis(500);
/// Longer than two batches of the engine may take, one behind the other.
const LONG: Duration = Duration::from_secs(4);

async fn away(asked: impl Future<Output = Answer>) {
    let begun = Instant::now();
    let answer = asked.await;
    assert!(begun.elapsed() < SOON + BUSY, "answered after {:?}", begun.elapsed());
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
        assert!(begun.elapsed() < SOON + BUSY, "still away after {:?}", begun.elapsed());
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

/// The first who asks has the database's whole time; those who come a moment later wait behind them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_behind_others_for_a_database_that_stands_still_is_told_in_two_seconds_too() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let house = House::at(cluster.url("postgres")).await;
    let mut customers = Vec::new();
    for seat in 1..=6 {
        let customer = house.customer(&format!("customer{seat}")).await;
        _ = customer.book(EVENING, seat).await.expect(201);
        customers.push((customer, seat));
    }
    let frozen = cluster.freeze();
    let begun = Instant::now();
    let asking = customers.into_iter().map(|(customer, seat)| {
        tokio::spawn(async move {
            while begun.elapsed() < LONG {
                away(customer.book(EVENING, seat + 10)).await;
            }
            (customer, seat)
        })
    });
    let asking: Vec<_> = asking.collect();
    let mut told = Vec::new();
    for asked in asking {
        told.push(asked.await);
    }
    drop(frozen);
    for asked in told {
        let (customer, seat) = asked.unwrap();
        // What was on its way to the database is still there, and may be sold by now.
        booked_soon(&customer, seat + 20).await;
    }
}
