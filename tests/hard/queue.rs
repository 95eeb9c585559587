//! More bookings than the queue holds.

use std::{collections::BTreeSet, thread, time::Duration};

use houselights_tests::harness::{
    Result,
    client::{Ask, Client},
    house::{self, Customer, wanted},
};
use std::net::SocketAddr;

use crate::Place;

const CLIENTS: usize = 48;
const REQUESTS: u32 = 40;

#[derive(Default)]
struct Tally {
    booked: BTreeSet<i64>,
    shed: usize,
    taken: usize,
}

pub(crate) fn sheds_with_retry_after(place: &Place) -> Result<String> {
    let recipe = place.house()?.with("ENGINE_QUEUE", &2).with("ENGINE_BATCH", &1);
    let server = recipe.start()?;
    let customers = house::customers(&server, 2)?;
    let at = server.at;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let customer = customers[number % customers.len()].clone();
            thread::spawn(move || one(at, &customer, number))
        })
        .collect();
    let mut all = Tally::default();
    for client in clients {
        let one = client.join().map_err(|_| "a client panicked")??;
        all.booked.extend(one.booked);
        all.shed += one.shed;
        all.taken += one.taken;
    }
    if all.shed == 0 || all.booked.is_empty() {
        return Err(format!("{} shed, {} booked: the queue was never full, or never open", all.shed, all.booked.len()));
    }
    let mut client = server.client();
    let mut there = BTreeSet::new();
    for customer in &customers {
        let told = client.told(Ask::get("/api/my-bookings/").by(&customer.token))?.expect(200)?.json();
        there.extend(told.as_array().into_iter().flatten().filter_map(|one| one["id"].as_i64()));
    }
    if there != all.booked {
        return Err(format!("{} bookings are there, {} were acknowledged", there.len(), all.booked.len()));
    }
    server.stop(Duration::from_secs(30))?;
    recipe.verify()?;
    Ok(format!("{} booked, {} taken, {} shed with 503 and Retry-After", all.booked.len(), all.taken, all.shed))
}

fn one(at: SocketAddr, customer: &Customer, number: usize) -> Result<Tally> {
    let mut client = Client::new(at);
    let mut tally = Tally::default();
    let first = u32::try_from(number).unwrap_or(0);
    for request in 0..REQUESTS {
        let seat = 1 + (first * 7 + request) % house::SEATS;
        let path = format!("/api/shows/{}/book/", 1 + i64::from(request) % house::SHOWS);
        // With a key every attempt reaches the queue.
        let key = format!("{number}-{request}");
        let body = wanted(&[seat]);
        let ask = Ask { key: Some(&key), ..Ask::post(&path, &body).by(&customer.token) };
        let answer = client.told(ask)?;
        match (answer.status, answer.code().as_str()) {
            (201, _) => tally.booked.extend(answer.json()["id"].as_i64()),
            (409, "seat_taken" | "sold_out") => tally.taken += 1,
            (503, "busy") if answer.header("retry-after").is_some_and(|after| after != "0") => tally.shed += 1,
            (status, code) => return Err(format!("answered {status} {code}")),
        }
    }
    Ok(tally)
}
