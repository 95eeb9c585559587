//! Customers who come as through a balancer that takes the nodes by turns, and who go to the other node when one does
//! not serve them. They are the measure: whoever does so never waits long, and is never refused.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    client::{Answer, Ask, Client, Lost},
    house::{self, Customer},
};

use crate::lives::{Life, Lives};

/// Who goes to the other node is served by then.
const SERVED_WITHIN: Duration = Duration::from_secs(2);
/// Between two purchases, and before the other node is asked.
const PAUSE: Duration = Duration::from_millis(5);
/// The only 503 of a node that stops: its queue takes nothing more.
const CLOSING: &str = "busy";

/// What such customers have seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) served: usize,
    /// The longest that somebody had to wait, other nodes included.
    pub(crate) longest: Duration,
    /// How often a node that was about to stop, or gone, turned somebody away, and how.
    pub(crate) turned_away: BTreeMap<String, usize>,
    /// What must not be.
    pub(crate) wrong: Vec<String>,
}

/// One of them; ends when dropped.
#[derive(Debug)]
pub(crate) struct Balanced {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Balanced {
    /// Begins. Nobody else buys seats of this show.
    pub(crate) fn start(lives: Lives, customer: Customer, show: i64, seen: Arc<Mutex<Seen>>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let connections = lives.at.map(|at| (Client::new(at), None));
            Buyer { lives, connections, customer, show, seen: &seen, turn: 0 }.buys_until(&told);
        });
        Self { over, thread: Some(thread) }
    }
}

impl Drop for Balanced {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Whoever panicked has said why.
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

struct Buyer<'a> {
    lives: Lives,
    /// To each node, with the life in which it was last used.
    connections: [(Client, Option<Life>); 2],
    customer: Customer,
    show: i64,
    seen: &'a Mutex<Seen>,
    turn: usize,
}

impl Buyer<'_> {
    fn buys_until(&mut self, over: &AtomicBool) {
        for seat in (1..=house::SEATS).cycle() {
            if over.load(Ordering::SeqCst) {
                return;
            }
            let (show, body) = (self.show, house::wanted(&[seat]));
            let Some(answer) = self.served(&format!("/api/shows/{show}/book/"), Some(&body), 201) else { return };
            for booking in house::booked(&answer.json()) {
                let path = format!("/api/bookings/{}/cancel/", booking["id"]);
                if self.served(&path, None, 200).is_none() {
                    return;
                }
            }
            thread::sleep(PAUSE);
        }
    }

    /// Asks one node, then the other, and so on, with one key, until one does it. Nothing where something was wrong.
    fn served(&mut self, path: &str, body: Option<&serde_json::Value>, status: u16) -> Option<Answer> {
        self.turn += 1;
        let key = format!("{}-{}", self.show, self.turn);
        let begun = Instant::now();
        let mut node = self.turn % 2;
        let token = self.customer.token.clone();
        loop {
            let ask = Ask { method: "POST", path, token: Some(&token), key: Some(&key), body, ..Ask::default() };
            let answer = self.asked(node, ask, status);
            let waited = begun.elapsed();
            let mut seen = self.seen();
            match answer {
                Ok(answer) => {
                    seen.served += 1;
                    seen.longest = seen.longest.max(waited);
                    if waited > SERVED_WITHIN {
                        seen.wrong.push(format!("{path} took {waited:?}, by both nodes"));
                    }
                    return Some(answer);
                }
                Err(Away::Rightly(how)) if waited < SERVED_WITHIN * 10 => {
                    *seen.turned_away.entry(how).or_default() += 1;
                }
                Err(Away::Rightly(how) | Away::Wrongly(how)) => {
                    seen.wrong.push(format!("{path} at node {node}, after {waited:?}: {how}"));
                    return None;
                }
            }
            drop(seen);
            node = 1 - node;
            thread::sleep(PAUSE);
        }
    }

    fn asked(&mut self, node: usize, ask: Ask<'_>, status: u16) -> Result<Answer, Away> {
        let (client, used) = self.connections.get_mut(node).ok_or_else(|| Away::Wrongly("no such node".into()))?;
        let since = used.filter(|_| client.is_connected()).unwrap_or_else(|| self.lives.of(node));
        let answer = client.ask(ask);
        *used = Some(self.lives.of(node));
        let disturbed = !self.lives.undisturbed(node, since);
        match answer {
            Ok(answer) if answer.status == status => Ok(answer),
            Ok(answer) if answer.status == 409 && answer.code() == "in_flight" => {
                Err(Away::Rightly("in_flight".into()))
            }
            Ok(answer) if answer.status == 503 && disturbed && answer.code() == CLOSING => {
                Err(Away::Rightly(answer.code()))
            }
            Ok(answer) => Err(Away::Wrongly(format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)))),
            Err(Lost::NotSent(_)) if disturbed => Err(Away::Rightly("no connection".into())),
            Err(Lost::Closed(_)) if disturbed => Err(Away::Rightly("connection closed".into())),
            Err(lost) => Err(Away::Wrongly(format!("{lost:?}"))),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why somebody was not served.
enum Away {
    /// By a node that stops, or is gone.
    Rightly(String),
    Wrongly(String),
}
