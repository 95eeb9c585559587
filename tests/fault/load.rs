//! Clients that book and cancel as fast as they are answered, and write down what they were told.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    client::{Answer, Ask, Client, Lost},
    house::{self, Customer},
    random::Random,
};

use crate::{
    check::{Kind, Violation},
    history::{Action, Micros, Op, Outcome, outcome},
    staff::{self, Staff},
    stage::Doors,
};

/// Accounts of a client: one that was not answered rests until the next round.
pub(crate) const ACCOUNTS: usize = 5;
/// From so many bookings on a customer would rather cancel.
const ENOUGH: usize = 10;
/// Before a client tries again that was turned away.
const PAUSE: Duration = Duration::from_millis(4);

/// A show, and how many seats its hall has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Show {
    pub(crate) id: i64,
    pub(crate) seats: u32,
}

/// Those of the programme that every run begins with.
pub(crate) fn first_shows() -> Vec<Show> {
    (1..=house::SHOWS).map(|id| Show { id, seats: house::SEATS }).collect()
}

/// Where and when a round takes place.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    pub(crate) number: u64,
    pub(crate) seed: u64,
    pub(crate) doors: Doors,
    pub(crate) began: Instant,
    /// What everybody wants to see.
    pub(crate) shows: Vec<Show>,
    /// How many of a show's seats everybody is after.
    pub(crate) seats: u32,
    pub(crate) manners: Manners,
    pub(crate) staff: Option<Staff>,
}

/// What customers do, in so many of a hundred requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manners {
    /// A key is sent along.
    pub(crate) keys: u64,
    /// Something is given back, if there is something.
    pub(crate) cancels: u64,
    /// The same for who has enough.
    pub(crate) enough: u64,
}

impl Manners {
    pub(crate) const USUAL: Self = Self { keys: 50, cancels: 35, enough: 80 };
    /// Nearly all buy: what is given back keeps PostgreSQL from being told in one statement for a while.
    pub(crate) const BUYING: Self = Self { keys: 50, cancels: 1, enough: 1 };
    /// PostgreSQL is told so in one statement, while there are free seats.
    pub(crate) const PLAIN: Self = Self { keys: 0, cancels: 0, enough: 0 };
}

impl Round {
    /// Whether seats are plenty.
    pub(crate) const fn is_large(&self) -> bool {
        self.seats > house::SEATS
    }

    pub(crate) fn now(&self) -> Micros {
        Micros::try_from(self.began.elapsed().as_micros()).unwrap_or(Micros::MAX)
    }
}

/// What the clients of a round and whoever torments them know of each other.
#[derive(Debug, Default)]
pub(crate) struct Signs {
    pub(crate) stop: AtomicBool,
    acknowledged: AtomicUsize,
    pub(crate) changes: AtomicUsize,
    clients: AtomicUsize,
    last: AtomicU64,
    longest: AtomicU64,
}

impl Signs {
    /// How much has been acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// How much staff have changed.
    pub(crate) fn changed(&self) -> usize {
        self.changes.load(Ordering::SeqCst)
    }

    /// Whether anybody is left to ask for anything.
    pub(crate) fn anybody(&self) -> bool {
        self.clients.load(Ordering::SeqCst) > 0
    }

    /// The longest time in which nothing was acknowledged.
    pub(crate) fn longest_silence(&self) -> Duration {
        Duration::from_micros(self.longest.load(Ordering::SeqCst))
    }

    fn note(&self, now: Micros) {
        let before = self.last.swap(now, Ordering::SeqCst);
        if self.acknowledged.fetch_add(1, Ordering::SeqCst) > 0 {
            self.longest.fetch_max(now.saturating_sub(before), Ordering::SeqCst);
        }
    }
}

/// What one client brings home.
#[derive(Debug, Default)]
pub(crate) struct Diary {
    pub(crate) ops: Vec<Op>,
    pub(crate) violations: Vec<Violation>,
}

/// Somebody with what they own.
pub(crate) type Buyer<'a> = (&'a Customer, Vec<i64>);

/// Sends one operation and says what came of it.
pub(crate) fn send(
    client: &mut Client,
    token: &str,
    action: &Action,
    key: Option<&str>,
) -> Result<(Outcome, Option<Answer>), Lost> {
    let (method, path, body) = match action {
        Action::Book { show, seats } => ("POST", format!("/api/shows/{show}/book/"), Some(house::wanted(seats))),
        Action::Cancel { booking } => ("POST", format!("/api/bookings/{booking}/cancel/"), None),
        Action::Change { show, rules } => ("PATCH", format!("/api/staff/shows/{show}/"), Some(staff::body(*rules))),
    };
    let ask = Ask { method, path: &path, token: Some(token), key, body: body.as_ref(), ..Ask::default() };
    let told = |answer: &Answer| match action {
        Action::Change { rules, .. } => staff::changed(*rules, answer),
        Action::Book { .. } | Action::Cancel { .. } => outcome(answer),
    };
    match client.ask(ask) {
        Ok(answer) => Ok((told(&answer), Some(answer))),
        Err(Lost::NotSent(why)) => Err(Lost::NotSent(why)),
        Err(lost) => Ok((Outcome::Unknown(lost.to_string()), None)),
    }
}

/// Whether somebody was turned away before anything was decided: the same may be asked again, and nothing is kept.
pub(crate) fn is_shed(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(code) if ["busy", "database_away", "in_flight"].contains(&code.as_str()))
}

/// Runs all clients, and staff, until `stop` is set: each has some buyers, one after the other, for who was not answered
/// does not ask on.
pub(crate) fn all(
    round: &Round,
    buyers: &[Buyer<'_>],
    each: usize,
    signs: &Signs,
    meanwhile: impl FnOnce(),
) -> Vec<Diary> {
    let groups: Vec<_> = buyers.chunks(each.max(1)).collect();
    signs.clients.store(groups.len(), Ordering::SeqCst);
    thread::scope(|scope| {
        let clients: Vec<_> = groups
            .into_iter()
            .enumerate()
            .map(|(number, buyers)| {
                scope.spawn(move || {
                    let diary = one(round, number, buyers, signs);
                    signs.clients.fetch_sub(1, Ordering::SeqCst);
                    diary
                })
            })
            .collect();
        let staff =
            round.staff.iter().flat_map(|staff| (0..round.doors.all().len()).map(move |number| (staff, number)));
        let staff: Vec<_> =
            staff.map(|(staff, number)| scope.spawn(move || staff::works(round, staff, number, signs))).collect();
        meanwhile();
        signs.stop.store(true, Ordering::SeqCst);
        clients
            .into_iter()
            .chain(staff)
            .map(|client| {
                client.join().unwrap_or_else(|_| Diary {
                    violations: vec![Violation(Kind::Wrong, "a client of the test panicked".into())],
                    ..Diary::default()
                })
            })
            .collect()
    })
}

/// A client's way to the nodes.
struct Way<'a> {
    round: &'a Round,
    node: usize,
    /// Goes to another node when it is turned away; others wait for theirs.
    roams: bool,
    client: Client,
}

impl Way<'_> {
    fn anew(&mut self) {
        self.node += usize::from(self.roams);
        self.client = Client::new(self.round.doors.at(self.node));
    }
}

fn one(round: &Round, number: usize, buyers: &[Buyer<'_>], signs: &Signs) -> Diary {
    let mut diary = Diary::default();
    let client = Client::new(round.doors.at(number));
    let mut way = Way { round, node: number, roams: number % 4 >= 2, client };
    for (customer, live) in buyers {
        if signs.stop.load(Ordering::Relaxed) {
            break;
        }
        trades(&mut way, customer, live.clone(), signs, &mut diary);
        way.anew();
    }
    diary
}

/// One buyer, until something is not answered.
fn trades(way: &mut Way<'_>, customer: &Customer, mut live: Vec<i64>, signs: &Signs, diary: &mut Diary) {
    let round = way.round;
    let mut random = Random::new(round.seed ^ round.number, customer.id.unsigned_abs());
    while !signs.stop.load(Ordering::Relaxed) {
        let action = choose(&mut random, &mut live, round);
        let key = random.percent(round.manners.keys).then(|| format!("{:016x}-{}", random.number(), diary.ops.len()));
        let (invoked, outcome) = loop {
            let invoked = round.now();
            if let Ok((outcome, _)) = send(&mut way.client, &customer.token, &action, key.as_deref()) {
                break (invoked, outcome);
            }
            if signs.stop.load(Ordering::Relaxed) {
                return;
            }
            thread::sleep(PAUSE);
            way.anew();
        };
        let op = Op { round: round.number, user: customer.id, action, key, invoked, returned: round.now(), outcome };
        if let (Action::Book { .. }, Outcome::Ok(told)) = (&op.action, &op.outcome) {
            live.extend(told.iter().map(|told| told.id));
        }
        if matches!(op.outcome, Outcome::Ok(_)) {
            signs.note(op.returned);
        }
        let shed = is_shed(&op.outcome);
        let answered = match &op.outcome {
            // Nothing is kept of that: the same may be asked again.
            Outcome::Refused(code) => !shed && code != "show_changed",
            outcome => matches!(outcome, Outcome::Ok(_)),
        };
        let again = op.key.is_some() && answered && random.percent(10);
        let over = op.is_unknown() || (again && !repeats(&mut way.client, customer, &op, &mut diary.violations));
        diary.ops.push(op);
        if over {
            return;
        }
        if shed {
            thread::sleep(PAUSE);
            way.anew();
        }
    }
}

/// Sends an answered request once more, which changes nothing; whether it was answered.
fn repeats(client: &mut Client, customer: &Customer, op: &Op, violations: &mut Vec<Violation>) -> bool {
    let again = send(client, &customer.token, &op.action, op.key.as_deref());
    let Ok((outcome, Some(answer))) = again else { return false };
    if matches!(outcome, Outcome::Unknown(_)) {
        return false;
    }
    let replayed = answer.header("idempotency-replayed") == Some("true");
    if !is_shed(&outcome) && (outcome != op.outcome || !replayed) {
        let sentence =
            format!("{:?} was answered {:?}, then {outcome:?} (replayed: {replayed})", op.action, op.outcome);
        violations.push(Violation(Kind::Retry, sentence));
    }
    true
}

fn choose(random: &mut Random, live: &mut Vec<i64>, round: &Round) -> Action {
    let cancel = if live.len() > ENOUGH { round.manners.enough } else { round.manners.cancels };
    if !live.is_empty() && random.percent(cancel) {
        let at = usize::try_from(random.below(live.len() as u64)).unwrap_or(0);
        return Action::Cancel { booking: live.swap_remove(at) };
    }
    let show = random.pick(&round.shows).map_or(0, |show| show.id);
    let many = if random.percent(25) { 2 + random.below(2) } else { 1 };
    let seats: BTreeSet<u32> =
        (0..many).map(|_| 1 + u32::try_from(random.below(u64::from(round.seats))).unwrap_or(0)).collect();
    Action::Book { show, seats: seats.into_iter().collect() }
}
