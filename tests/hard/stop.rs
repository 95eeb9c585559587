//! SIGTERM.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    Attempting as _, Result,
    client::{Ask, Client, Lost},
    house::{self, Customer, wanted},
};

use crate::Place;

const CLIENTS: usize = 24;
const TIMES: usize = 5;
/// Load before the signal.
const LOAD: Duration = Duration::from_millis(300);
const SOON: Duration = Duration::from_secs(10);

/// What a client was told until the server was gone.
#[derive(Default)]
struct Diary {
    status: BTreeMap<i64, &'static str>,
    answered: usize,
    /// The last thing that happened.
    end: Option<Lost>,
}

pub(crate) fn loses_nothing(place: &Place) -> Result<String> {
    let recipe = place.house()?;
    let server = recipe.start()?;
    let customers = house::customers(&server, CLIENTS)?;
    server.stop(SOON)?;
    let (mut answered, mut longest, mut closed) = (0, Duration::ZERO, 0);
    for _ in 0..TIMES {
        let server = recipe.start()?;
        let at = server.at;
        let clients: Vec<_> =
            customers.iter().cloned().map(|customer| thread::spawn(move || one(at, &customer))).collect();
        // The length of the load, not a wait for anything.
        thread::sleep(LOAD);
        server.tell_to_stop()?;
        longest = longest.max(server.has_stopped(SOON)?);
        let mut told = Vec::new();
        for client in clients {
            let diary = client.join().map_err(|_| "a client panicked")?;
            match &diary.end {
                Some(Lost::NotSent(_)) => {}
                // The client was told by no answer that the connection ends: it sent into a closing one.
                Some(Lost::Closed(_)) => closed += 1,
                Some(Lost::Cut(why)) => return Err(format!("an answer was cut: {why}")),
                None => return Err("a client ended early".into()),
            }
            answered += diary.answered;
            told.push(diary);
        }
        recipe.verify()?;
        let server = recipe.start()?;
        for (customer, diary) in customers.iter().zip(&told) {
            compare(&mut server.client(), customer, &diary.status)?;
        }
        server.stop(SOON)?;
    }
    if closed > 0 {
        return Err(format!("{closed} requests of busy clients were sent and never answered"));
    }
    Ok(format!(
        "{TIMES} stops under {CLIENTS} busy clients: {answered} answers, none lost, no request cut; exit code 0 after \
         {:.0} ms at most",
        longest.as_secs_f64() * 1e3
    ))
}

/// Books and cancels without a pause until the server is gone.
fn one(at: SocketAddr, customer: &Customer) -> Diary {
    let mut client = Client::new(at);
    let mut diary = Diary::default();
    let mut live: BTreeSet<i64> = BTreeSet::new();
    let mut seat = u32::try_from(customer.id).unwrap_or(0) * 5;
    loop {
        let cancel = live.first().copied().filter(|_| live.len() > 3);
        seat = seat % house::SEATS + 1;
        let (path, body) = match cancel {
            Some(id) => (format!("/api/bookings/{id}/cancel/"), serde_json::json!({})),
            None => (format!("/api/shows/{}/book/", 1 + i64::from(seat) % house::SHOWS), wanted(&[seat])),
        };
        match client.ask(Ask::post(&path, &body).by(&customer.token)) {
            Ok(answer) => {
                diary.answered += 1;
                match (answer.status, cancel, answer.json()["id"].as_i64()) {
                    (201, None, Some(id)) => {
                        live.insert(id);
                        diary.status.insert(id, "booked");
                    }
                    (200, Some(id), _) => {
                        live.remove(&id);
                        diary.status.insert(id, "cancelled");
                    }
                    _ => {}
                }
            }
            Err(lost) => {
                diary.end = Some(lost);
                return diary;
            }
        }
    }
}

fn compare(client: &mut Client, customer: &Customer, told: &BTreeMap<i64, &str>) -> Result {
    let all = client.told(Ask::get("/api/my-bookings/").by(&customer.token))?.expect(200)?.json();
    let there: BTreeMap<i64, String> = all
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| Some((one["id"].as_i64()?, one["status"].as_str()?.to_owned())))
        .collect();
    for (id, status) in told {
        if there.get(id).map(String::as_str) != Some(status) {
            return Err(format!("booking {id} was told to be {status} and is {:?}", there.get(id)));
        }
    }
    Ok(())
}

/// A client that never finishes its request does not keep the server from ending.
pub(crate) fn has_a_deadline(place: &Place) -> Result<String> {
    let recipe = place.house()?.with("SHUTDOWN_DEADLINE", &"1s");
    let server = recipe.start()?;
    let mut stuck = TcpStream::connect(server.at).attempting("connect")?;
    let head = b"POST /api/login/ HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n";
    stuck.write_all(head).attempting("the head")?;
    // Answered after the stuck one was accepted.
    server.client().told(Ask::get("/healthz"))?.expect(200)?;
    let began = Instant::now();
    server.stop(SOON)?;
    let took = began.elapsed();
    drop(stuck);
    recipe.verify()?;
    Ok(format!("exit code 0 after {:.1} s (the deadline is 1 s)", took.as_secs_f64()))
}
