//! Two nodes on one PostgreSQL, and everybody wants the same show.
//!
//! `HOUSELIGHTS_ROUNDS=50 cargo test -p houselights-tests --test api nodes` takes as many shows as were promised.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use houselights_testkit::{
    Client, House,
    programme::{programme, screen, show},
};
use houselights_testpg::shared;
use tokio::sync::watch;

const SEATS: i64 = 500;
const CLIENTS: i64 = 64;
/// The first of the shows; the fixture's own come before.
const FIRST: i64 = 7;

fn rounds() -> i64 {
    std::env::var("HOUSELIGHTS_ROUNDS").map_or(2, |text| text.parse().unwrap())
}

/// Tries all seats from another one on, in steps that differ, until the house is sold out.
async fn crowd(guest: Client, number: i64, show: i64, sold: Arc<AtomicI64>) -> Vec<i64> {
    let mut mine = Vec::new();
    for step in 0..SEATS {
        if sold.load(Ordering::SeqCst) >= SEATS {
            break;
        }
        let seat = (number * 131 + step * 7) % SEATS + 1;
        let answer = guest.book(show, seat).await;
        if answer.code() == 201 {
            sold.fetch_add(1, Ordering::SeqCst);
            mine.push(answer.number("seat_number"));
        } else {
            let (status, code) = answer.no();
            assert!(status == 409 && (code == "seat_taken" || code == "sold_out"), "{status} {code}");
        }
    }
    mine
}

async fn free_seats(node: &House, show: i64) -> i64 {
    node.visitor().get(&format!("/api/shows/{show}/")).await.number("available_seats")
}

/// What one node has answered the others see within a second; this machine may be busy.
async fn is_seen_by(node: &House, show: i64) {
    let begun = Instant::now();
    while free_seats(node, show).await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "a sold seat is still free on the other node");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hot_show_is_sold_out_exactly_by_two_nodes() {
    let database = shared().empty().unwrap();
    let nodes = [House::node(database.url()).await, House::node(database.url()).await];
    let (stop, stopped) = watch::channel(false);
    let upkeep = [nodes[0].app.spawn_upkeep(stopped.clone()), nodes[1].app.spawn_upkeep(stopped)];
    let mut plan = programme();
    plan.cinemas[0].screens.push(screen("arena", "Arena", None, Some(SEATS)));
    let on = |round: i64| format!("2027-{:02}-{:02}T20:00:00", 2 + round / 28, 1 + round % 28);
    plan.shows.extend((0..rounds()).map(|round| show(&format!("hot{round}"), "metropolis", "arena", &on(round))));
    nodes[0].import(&plan).await;
    let mut guests = Vec::new();
    for number in 0..CLIENTS {
        // Signed up at one node and, every other time, served by the other one.
        guests.push(nodes[0].customer(&format!("guest{number}")).await.at(&nodes[usize::from(number % 2 == 1)]));
    }
    for show in FIRST..FIRST + rounds() {
        let sold = Arc::new(AtomicI64::new(0));
        for node in &nodes {
            assert_eq!(free_seats(node, show).await, SEATS);
        }
        let tasks: Vec<_> = (0..CLIENTS)
            .zip(&guests)
            .map(|(number, guest)| tokio::spawn(crowd(guest.clone(), number, show, Arc::clone(&sold))))
            .collect();
        let mut owners: BTreeMap<i64, u32> = BTreeMap::new();
        for task in tasks {
            for seat in task.await.unwrap() {
                *owners.entry(seat).or_default() += 1;
            }
        }
        assert!(owners.values().all(|count| *count == 1), "{owners:?}");
        assert_eq!(i64::try_from(owners.len()).unwrap(), SEATS);
        for node in &nodes {
            is_seen_by(node, show).await;
        }
    }
    stop.send_replace(true);
    for task in upkeep {
        task.await.unwrap();
    }
    for node in &nodes {
        node.app.stop().await;
    }
}
