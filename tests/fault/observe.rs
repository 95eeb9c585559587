//! Reads what the server tells, over HTTP, and asks again what was not answered.

use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    thread,
    time::Duration,
};

use houselights_tests::harness::{
    Result,
    client::{Answer, Ask, Client},
    house::Customer,
    server::poll,
};
use serde_json::Value;

use crate::{
    check::{Kind, Observed, Violation, World},
    history::{Action, Op, Outcome, Told},
    load::{Round, Show, is_shed, send},
    stage::Doors,
};

/// Bookings of a page.
const PAGE: usize = 500;
/// Of one that only what is new is wanted of.
const PAGE_OF_NEW: usize = 60;
/// What one node has sold the others know soon.
const KNOWN_WITHIN: Duration = Duration::from_secs(20);

/// How long a node may take to answer what can be asked again.
const PATIENCE: Duration = Duration::from_mins(1);

/// What need not be read again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) world: &'a World,
    /// Bookings with a higher number are read in any case. 0: everything is read.
    pub(crate) up_to: i64,
    /// Nobody has touched a booking of another show.
    pub(crate) shows: &'a [Show],
}

/// All bookings that are new, and the known ones as they are now. What was known to be cancelled, or is of a show that
/// nobody asks for any more, is taken as it was, unless everything is to be read.
pub(crate) fn observe(at: SocketAddr, customers: &[Customer], known: Known<'_>) -> Result<Observed> {
    let from = known.up_to;
    let mut client = Client::new(at);
    let mut seen = Observed::new();
    for customer in customers {
        seen.extend(newer_than(from, &mut client, customer)?.into_iter().map(|told| (told.id, told)));
    }
    if from == 0 {
        return Ok(seen);
    }
    let tokens: HashMap<i64, &str> = customers.iter().map(|one| (one.id, one.token.as_str())).collect();
    for told in known.world.0.range(..=from).map(|(_, told)| told) {
        if !told.is_live() || !known.shows.iter().any(|show| show.id == told.show) {
            seen.insert(told.id, told.clone());
            continue;
        }
        let path = format!("/api/bookings/{}/", told.id);
        let answer = read(&mut client, Ask::get(&path).by(tokens.get(&told.user).copied().unwrap_or_default()))?;
        if answer.status != 404 {
            let now = told_by(&answer.expect(200)?.json())?;
            seen.insert(now.id, now);
        }
    }
    Ok(seen)
}

/// What every node tells, which must be the same: what the first tells, and what is wrong.
pub(crate) fn observe_all(
    doors: &Doors,
    customers: &[Customer],
    known: Known<'_>,
) -> Result<(Observed, Vec<Violation>)> {
    let mut nodes = doors.all().into_iter();
    let first = observe(nodes.next().ok_or("there is no node")?, customers, known)?;
    let mut wrong = Vec::new();
    for at in nodes {
        let other = observe(at, customers, known)?;
        let differs = first.iter().find(|(id, told)| other.get(id) != Some(told));
        if let Some(told) = differs.or_else(|| other.iter().find(|(id, _)| !first.contains_key(id))) {
            let sentence = format!("the nodes do not tell the same of {:?}; the one at {at} differs", told.1);
            wrong.push(Violation(Kind::Books, sentence));
        }
    }
    Ok((first, wrong))
}

/// Asks until there is an answer that is not "later".
fn read(client: &mut Client, ask: Ask<'_>) -> Result<Answer> {
    poll(ask.path, PATIENCE, || Ok(client.told(ask).ok().filter(|answer| answer.status != 503)))
}

fn told_by(booking: &Value) -> Result<Told> {
    Told::of(booking).ok_or_else(|| format!("this is no booking: {booking}"))
}

fn newer_than(newest: i64, client: &mut Client, customer: &Customer) -> Result<Vec<Told>> {
    let mut all = Vec::new();
    let mut before = i64::MAX;
    let size = if newest == 0 { PAGE } else { PAGE_OF_NEW };
    loop {
        let path = format!("/api/my-bookings/?limit={size}&cursor={before}");
        let page = read(client, Ask::get(&path).by(&customer.token))?.expect(200)?.json();
        let page: Vec<Told> = page.as_array().into_iter().flatten().map(told_by).collect::<Result<_>>()?;
        let more = page.len() == size;
        before = page.last().map_or(0, |told| told.id);
        all.extend(page.into_iter().filter(|told| told.id > newest));
        if !more || before <= newest {
            return Ok(all);
        }
    }
}

/// These shows count their free seats as the bookings say, on every node, if not at once.
pub(crate) fn free_seats(doors: &Doors, shows: &[Show], seen: &Observed) -> Vec<Violation> {
    let mut wrong = Vec::new();
    for at in doors.all() {
        let mut client = Client::new(at);
        for Show { id: show, seats } in shows.iter().copied() {
            let sold = seen.values().filter(|told| told.is_live() && told.show == show).count() as u64;
            let mut free = Value::Null;
            let agreed = poll("free seats", KNOWN_WITHIN, || {
                free =
                    read(&mut client, Ask::get(&format!("/api/shows/{show}/")))?.expect(200)?.json()["available_seats"]
                        .take();
                Ok((free.as_u64() == Some(u64::from(seats).saturating_sub(sold))).then_some(()))
            });
            if agreed.is_err() {
                wrong.push(Violation(Kind::Books, format!("show {show}: {sold} seats are sold, {free} are free")));
            }
        }
    }
    wrong
}

/// Asks with the same key what was not answered: at once from two sides (of two nodes, where there are two), then once
/// more. The history then tells what the retry was told; what does not fit is returned.
pub(crate) fn retry(
    round: &Round,
    customers: &[Customer],
    known: &World,
    ops: &mut [Op],
    seen: &Observed,
) -> Result<Vec<Violation>> {
    let mut wrong = Vec::new();
    let unclaimed = unclaimed(known, ops, seen);
    for (number, op) in ops.iter_mut().filter(|op| op.is_unknown() && op.key.is_some()).enumerate() {
        let Some(customer) = customers.iter().find(|one| one.id == op.user) else { continue };
        let ask = |node: usize| {
            let mut client = Client::new(round.doors.at(node));
            poll("a retry is answered", PATIENCE, || {
                let sent = send(&mut client, &customer.token, &op.action, op.key.as_deref()).ok();
                Ok(sent.filter(|(outcome, _)| !is_shed(outcome) && !matches!(outcome, Outcome::Unknown(_))))
            })
        };
        let pair = thread::scope(|scope| {
            let other = scope.spawn(|| ask(number + 1));
            let one = ask(number);
            [one, other.join().unwrap_or_else(|_| Err("a client of the test panicked".into()))]
        });
        let (outcome, answer) = ask(number)?;
        let replayed = answer.is_some_and(|answer| answer.header("idempotency-replayed") == Some("true"));
        let mut say = |what: String| wrong.push(Violation(Kind::Retry, format!("{:?}: {what}", op.action)));
        if !replayed {
            say(format!("the third answer {outcome:?} was not a replay"));
        }
        for one in pair {
            let (one, _) = one?;
            if one != outcome {
                say(format!("one retry was told {one:?}, another {outcome:?}"));
            }
        }
        if let Some(done) = was_done(op, &unclaimed, seen)
            && !matches!(&outcome, Outcome::Ok(told) if told.iter().map(|told| told.id).eq(done.iter().copied()))
        {
            say(format!("it had been done as {done:?}, but the retry was told {outcome:?}"));
        }
        op.outcome = outcome;
        op.returned = round.now();
    }
    Ok(wrong)
}

/// The bookings by which one sees that an unanswered request was carried out before the crash.
fn was_done(op: &Op, unclaimed: &[Told], seen: &Observed) -> Option<Vec<i64>> {
    match &op.action {
        Action::Cancel { booking } => seen.get(booking).filter(|told| !told.is_live()).map(|told| vec![told.id]),
        Action::Change { .. } => None,
        Action::Book { show, seats } => {
            let fits = |told: &&Told| told.user == op.user && told.show == *show && seats.contains(&told.seat);
            let done: Vec<i64> = unclaimed.iter().filter(fits).map(|told| told.id).collect();
            (!done.is_empty()).then_some(done)
        }
    }
}

/// Bookings that no answer has told of.
fn unclaimed(known: &World, ops: &[Op], seen: &Observed) -> Vec<Told> {
    let told = ops.iter().filter_map(|op| match (&op.action, &op.outcome) {
        (Action::Book { .. }, Outcome::Ok(told)) => Some(told),
        _ => None,
    });
    let told: HashSet<i64> = told.flatten().map(|told| told.id).collect();
    seen.values().filter(|one| !told.contains(&one.id) && !known.0.contains_key(&one.id)).cloned().collect()
}
