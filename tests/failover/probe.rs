//! Somebody who books a seat and gives it back, again and again, at one node: how long is that not possible?

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    client::{Ask, Client},
    house::{self, Customer},
};

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// An acknowledged booking: when it was asked for, and when it was answered.
#[derive(Clone, Copy, Debug)]
struct Sold {
    asked: Instant,
    answered: Instant,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Probe {
    sold: Arc<Mutex<Vec<Sold>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Probe {
    /// Begins. Nobody else buys seats of this show.
    pub(crate) fn start(at: SocketAddr, customer: Customer, show: i64) -> Self {
        let (sold, over) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (notes, told) = (Arc::clone(&sold), Arc::clone(&over));
        let thread = thread::spawn(move || buys(at, &customer, show, &notes, &told));
        Self { sold, over, thread: Some(thread) }
    }

    /// Whether something was sold that was asked for after this moment.
    pub(crate) fn sells_since(&self, moment: Instant) -> bool {
        self.all().iter().any(|sold| sold.asked >= moment)
    }

    /// The longest time since then in which nothing was sold, what is not over yet included.
    pub(crate) fn longest_silence(&self, since: Instant) -> Duration {
        let answers: Vec<Instant> = self.all().iter().map(|sold| sold.answered).collect();
        let now = Instant::now();
        let pairs = answers.iter().zip(answers.iter().skip(1).chain([&now]));
        pairs.filter(|(_, next)| **next > since).map(|(one, next)| *next - *one).max().unwrap_or_default()
    }

    fn all(&self) -> Vec<Sold> {
        self.sold.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Whoever panicked has said why.
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

fn buys(at: SocketAddr, customer: &Customer, show: i64, notes: &Mutex<Vec<Sold>>, over: &AtomicBool) {
    let mut client = Client::new(at);
    // What became of a booking that was not answered is not of interest here: the next seat is free.
    for seat in (1..=house::SEATS).cycle() {
        if over.load(Ordering::SeqCst) {
            return;
        }
        let asked = Instant::now();
        let (path, body) = (format!("/api/shows/{show}/book/"), house::wanted(&[seat]));
        let answer = client.ask(Ask::post(&path, &body).by(&customer.token));
        if let Ok(answer) = answer
            && answer.status == 201
        {
            let answered = Instant::now();
            notes.lock().unwrap_or_else(PoisonError::into_inner).push(Sold { asked, answered });
            for booking in house::booked(&answer.json()) {
                let path = format!("/api/bookings/{}/cancel/", booking["id"]);
                let _not_counted =
                    client.ask(Ask { method: "POST", path: &path, token: Some(&customer.token), ..Ask::default() });
            }
        }
        thread::sleep(PAUSE);
    }
}
