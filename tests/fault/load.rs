//! Clients that book and cancel as fast as they are answered, and write down what they were told.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    thread,
    time::Instant,
};

use houselights_tests::harness::{
    client::{Answer, Ask, Client, Lost},
    house::{self, Customer},
    random::Random,
};

use crate::{
    check::{Kind, Violation},
    history::{Action, Micros, Op, Outcome, outcome},
};

/// From so many bookings on a client would rather cancel.
const ENOUGH: usize = 10;

/// Where and when a round takes place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    pub(crate) number: u64,
    pub(crate) seed: u64,
    pub(crate) at: SocketAddr,
    pub(crate) began: Instant,
}

impl Round {
    pub(crate) fn now(&self) -> Micros {
        Micros::try_from(self.began.elapsed().as_micros()).unwrap_or(Micros::MAX)
    }
}

/// What one client brings home.
#[derive(Debug, Default)]
pub(crate) struct Diary {
    pub(crate) ops: Vec<Op>,
    pub(crate) violations: Vec<Violation>,
}

/// Sends one operation and says what came of it.
pub(crate) fn send(
    client: &mut Client,
    customer: &Customer,
    action: &Action,
    key: Option<&str>,
) -> Result<(Outcome, Option<Answer>), Lost> {
    let (path, body) = match action {
        Action::Book { show, seats } => (format!("/api/shows/{show}/book/"), Some(house::wanted(seats))),
        Action::Cancel { booking } => (format!("/api/bookings/{booking}/cancel/"), None),
    };
    let ask = Ask { method: "POST", path: &path, token: Some(&customer.token), key, body: body.as_ref() };
    match client.ask(ask) {
        Ok(answer) => Ok((outcome(&answer), Some(answer))),
        Err(Lost::NotSent(why)) => Err(Lost::NotSent(why)),
        Err(lost) => Ok((Outcome::Unknown(lost.to_string()), None)),
    }
}

/// Runs all clients until the server is gone or `stop` is set. Each acknowledgement is told at once.
pub(crate) fn all(
    round: Round,
    customers: &[Customer],
    live: &[Vec<i64>],
    (stop, acknowledged): (&AtomicBool, Sender<()>),
    meanwhile: impl FnOnce(),
) -> Vec<Diary> {
    thread::scope(|scope| {
        let clients: Vec<_> = customers
            .iter()
            .zip(live)
            .map(|(customer, live)| {
                let acknowledged = acknowledged.clone();
                scope.spawn(move || one(round, customer, live.clone(), (stop, &acknowledged)))
            })
            .collect();
        // Whoever waits for an acknowledgement is to learn that there are no clients left.
        drop(acknowledged);
        meanwhile();
        clients
            .into_iter()
            .map(|client| {
                client.join().unwrap_or_else(|_| Diary {
                    violations: vec![Violation(Kind::Wrong, "a client of the test panicked".into())],
                    ..Diary::default()
                })
            })
            .collect()
    })
}

fn one(
    round: Round,
    customer: &Customer,
    mut live: Vec<i64>,
    (stop, acknowledged): (&AtomicBool, &Sender<()>),
) -> Diary {
    let mut random = Random::new(round.seed ^ round.number, customer.id.unsigned_abs());
    let mut client = Client::new(round.at);
    let mut diary = Diary::default();
    while !stop.load(Ordering::Relaxed) {
        let action = choose(&mut random, &mut live);
        let key = random.percent(50).then(|| format!("{:016x}-{}", random.number(), diary.ops.len()));
        let invoked = round.now();
        let Ok((outcome, _)) = send(&mut client, customer, &action, key.as_deref()) else { break };
        let op = Op { round: round.number, user: customer.id, action, key, invoked, returned: round.now(), outcome };
        if let (Action::Book { .. }, Outcome::Ok(told)) = (&op.action, &op.outcome) {
            live.extend(told.iter().map(|told| told.id));
        }
        if matches!(op.outcome, Outcome::Ok(_)) {
            // Nobody listens any more once the round's moment has come.
            let _ = acknowledged.send(());
        }
        let answered = matches!(op.outcome, Outcome::Ok(_) | Outcome::Refused(_));
        let again = op.key.is_some() && answered && random.percent(10);
        let over = op.is_unknown();
        if again && !repeats(&mut client, customer, &op, &mut diary.violations) {
            diary.ops.push(op);
            break;
        }
        diary.ops.push(op);
        if over {
            break;
        }
    }
    diary
}

/// Sends an answered request once more; whether the connection still stands.
fn repeats(client: &mut Client, customer: &Customer, op: &Op, violations: &mut Vec<Violation>) -> bool {
    let again = send(client, customer, &op.action, op.key.as_deref());
    let Ok((outcome, Some(answer))) = again else { return false };
    let replayed = answer.header("idempotency-replayed") == Some("true");
    // What was shed was not recorded: it may be tried again with the same key.
    let shed = matches!(&op.outcome, Outcome::Refused(code) if code == "busy");
    if !shed && (outcome != op.outcome || !replayed) {
        let sentence =
            format!("{:?} was answered {:?}, then {outcome:?} (replayed: {replayed})", op.action, op.outcome);
        violations.push(Violation(Kind::Retry, sentence));
    }
    true
}

fn choose(random: &mut Random, live: &mut Vec<i64>) -> Action {
    let cancel = if live.len() > ENOUGH { 80 } else { 35 };
    if !live.is_empty() && random.percent(cancel) {
        let at = usize::try_from(random.below(live.len() as u64)).unwrap_or(0);
        return Action::Cancel { booking: live.swap_remove(at) };
    }
    let show = 1 + i64::try_from(random.below(house::SHOWS.unsigned_abs())).unwrap_or(0);
    let many = if random.percent(25) { 2 + random.below(2) } else { 1 };
    let seats: BTreeSet<u32> =
        (0..many).map(|_| 1 + u32::try_from(random.below(u64::from(house::SEATS))).unwrap_or(0)).collect();
    Action::Book { show, seats: seats.into_iter().collect() }
}
