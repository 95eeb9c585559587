//! Random commands on a few seats: both databases and a model that is nothing but maps, compared command by command.
//! `HOUSELIGHTS_SEQUENCES` says how many sequences of commands; `cargo xtask ci` runs 20,000.

use std::collections::BTreeMap;

use houselights_domain::{BookingId, OrderId, UtcMicros, booking::Booking};
use houselights_store::{
    Query,
    hot::{Action, Command, Decision, Order, Outcome},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use crate::fixture::{House, actor, claim, done};

#[derive(Clone, Debug)]
enum Step {
    Buy { user: i64, seats: Vec<u32>, hold: Option<i64> },
    Confirm { user: i64, order: usize },
    Cancel { user: i64, booking: usize },
    Release { user: i64, order: usize },
    Expire { order: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let seats = proptest::collection::btree_set(1..6_u32, 1..4).prop_map(|seats| seats.into_iter().collect());
    let step = prop_oneof![
        4 => (1..4_i64, seats, proptest::option::of(1..40_i64)).prop_map(|(user, seats, hold)| Step::Buy { user, seats, hold }),
        1 => (1..4_i64, 0..8_usize).prop_map(|(user, order)| Step::Confirm { user, order }),
        2 => (1..4_i64, 0..12_usize).prop_map(|(user, booking)| Step::Cancel { user, booking }),
        1 => (1..4_i64, 0..8_usize).prop_map(|(user, order)| Step::Release { user, order }),
        1 => (0..8_usize).prop_map(|order| Step::Expire { order }),
    ];
    proptest::collection::vec(step, 1..24)
}

/// A booking of the model: owner, order, seat, and until when (`i64::MAX` sold, 0 over).
#[derive(Clone, Copy, Debug)]
struct Owned {
    user: i64,
    order: i64,
    seat: u32,
    until: i64,
}

#[derive(Default)]
struct Model {
    bookings: BTreeMap<i64, Owned>,
    orders: Vec<i64>,
}

impl Model {
    fn owner(&self, seat: u32, now: i64) -> bool {
        self.bookings.values().any(|booking| booking.seat == seat && booking.until > now)
    }

    fn of_order(&self, order: i64) -> Vec<i64> {
        self.bookings.iter().filter(|(_, b)| b.order == order && b.until != 0).map(|(id, _)| *id).collect()
    }

    /// Whether the command is carried out, and what it does to the model if it is.
    fn allows(&self, step: &Step, now: i64) -> bool {
        match step {
            Step::Buy { seats, .. } => seats.iter().all(|seat| !self.owner(*seat, now)),
            Step::Confirm { user, order } => self.held(*order, now).is_some_and(|owner| owner == *user),
            Step::Cancel { user, booking } => {
                self.bookings.values().nth(*booking).is_some_and(|b| b.user == *user && b.until > now)
            }
            Step::Release { user, order } => {
                let live = self.orders.get(*order).map(|order| self.of_order(*order)).unwrap_or_default();
                live.first().is_some_and(|id| self.bookings[id].user == *user && self.bookings[id].until > now)
            }
            Step::Expire { order } => {
                let live = self.orders.get(*order).map(|order| self.of_order(*order)).unwrap_or_default();
                live.first().is_some_and(|id| self.bookings[id].until <= now)
            }
        }
    }

    fn held(&self, order: usize, now: i64) -> Option<i64> {
        let live = self.of_order(*self.orders.get(order)?);
        let first = self.bookings[live.first()?];
        (first.until != i64::MAX && first.until > now).then_some(first.user)
    }
}

/// A number that no order and no booking has.
const NOBODYS: i64 = i64::MAX / 2;

fn action(model: &Model, step: &Step, (show, now): (i64, i64)) -> (i64, Action) {
    let order = |index: usize| OrderId(model.orders.get(index).copied().unwrap_or(NOBODYS));
    match step {
        Step::Buy { user, seats, hold } => (*user, claim(show, seats, hold.map(|hold| UtcMicros(now + hold)))),
        Step::Confirm { user, order: index } => (*user, Action::Confirm(order(*index))),
        Step::Cancel { user, booking } => {
            let id = model.bookings.keys().nth(*booking).copied().unwrap_or(NOBODYS);
            (*user, Action::Cancel(BookingId(id)))
        }
        Step::Release { user, order: index } => (*user, Action::Release(order(*index))),
        Step::Expire { order: index } => (0, Action::Expire(order(*index))),
    }
}

fn apply(
    model: &mut Model,
    step: &Step,
    done: &(houselights_store::hot::Order, Vec<houselights_domain::booking::Booking>),
    now: i64,
) {
    let (order, bookings) = done;
    if let Step::Buy { user, seats, hold } = step {
        // Whoever's hold had run out on these seats has lost all of that order's seats.
        let lapsed: Vec<i64> = model
            .bookings
            .values()
            .filter(|b| seats.contains(&b.seat) && b.until != 0 && b.until <= now)
            .map(|b| b.order)
            .collect();
        for booking in model.bookings.values_mut().filter(|b| lapsed.contains(&b.order)) {
            booking.until = 0;
        }
        model.orders.push(order.id.0);
        let until = hold.map_or(i64::MAX, |hold| now + hold);
        for booking in bookings {
            let seat = Owned { user: *user, order: order.id.0, seat: booking.seat.0, until };
            assert!(model.bookings.insert(booking.id.0, seat).is_none(), "a booking's number was used twice");
        }
        return;
    }
    for booking in bookings {
        let until = if matches!(step, Step::Confirm { .. }) { i64::MAX } else { 0 };
        model.bookings.get_mut(&booking.id.0).unwrap().until = until;
    }
}

/// What a decision says, without the numbers that each database gives.
fn told(decision: &Decision) -> String {
    match decision {
        Err(refusal) => format!("{refusal:?}"),
        Ok(Outcome::Replayed(reply)) => format!("{reply:?}"),
        Ok(Outcome::Done(order, bookings)) => {
            let one = |b: &Booking| (b.user, b.show, b.seat, b.status, b.price, b.created_at, b.ended_at);
            let all: Vec<_> = bookings.iter().map(one).collect();
            let Order { user, show, state, seats, live_seats, total, created_at, .. } = order;
            format!("{:?} {all:?}", (user, show, state, seats, live_seats, total, created_at))
        }
    }
}

/// Sequences that are played at once, each in a show of its own: a batch has one command of each.
const AT_ONCE: usize = 20;

/// One sequence, and what it has come to on each database.
struct Game {
    show: i64,
    steps: Vec<Step>,
    models: [Model; 2],
}

/// Plays one step of every game that still has one, on each database.
fn round(houses: &mut [House; 2], games: &mut [Game], index: usize) {
    let now = houses[0].now.0;
    let mut said: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    for (which, house) in houses.iter_mut().enumerate() {
        let playing = games.iter_mut().filter(|game| index < game.steps.len());
        let mut batch = Vec::new();
        let mut played = Vec::new();
        for game in playing {
            let (user, action) = action(&game.models[which], &game.steps[index], (game.show, now));
            let by = if user == 0 { houselights_store::hot::Actor::SYSTEM } else { actor(user) };
            batch.push(Command { actor: by, action, key: None });
            played.push(game);
        }
        let applied = house.apply(&batch);
        for (game, decision) in played.into_iter().zip(applied.decisions) {
            let (decision, model, step) = (decision.unwrap(), &mut game.models[which], &game.steps[index]);
            assert_eq!(decision.is_ok(), model.allows(step, now), "{step:?} at {now}: {decision:?}");
            said[which].push(told(&decision));
            if let Ok(done) = done(decision) {
                apply(model, step, &done, now);
            }
        }
        said[which].extend(applied.changes.iter().map(|c| format!("{:?}", (c.show, c.seat, c.version, c.deadline))));
    }
    assert_eq!(said[0], said[1], "at {now}");
}

/// Gives back what is left, so that the next sequences find the halls empty.
fn clear(houses: &mut [House; 2], games: &[Game]) {
    for (which, house) in houses.iter_mut().enumerate() {
        let mut batch = Vec::new();
        for game in games {
            let left = game.models[which].bookings.iter().filter(|(_, booking)| booking.until > house.now.0);
            batch.extend(left.map(|(id, _)| Command {
                actor: crate::fixture::STAFF,
                action: Action::Cancel(BookingId(*id)),
                key: None,
            }));
        }
        assert!(house.batch(&batch).iter().all(Result::is_ok));
        house.now = house.now.plus(100);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_commands_agree_with_a_model_on_both_databases() {
    let sequences: usize = std::env::var("HOUSELIGHTS_SEQUENCES").map_or(1_000, |text| text.parse().unwrap());
    let (folder, database) = (tempfile::tempdir().unwrap(), crate::kit::postgres());
    let sqlite = House::on(crate::kit::sqlite(folder.path()).await).await;
    let postgres = House::on(crate::kit::open(&database).await).await;
    let mut houses = [sqlite, postgres];
    for house in &mut houses {
        let sql = "UPDATE shows SET starts_at = 4000000000000000, sales_close_at = 4000000000000000";
        house.db.write(move |tx| Box::pin(async move { tx.rows(sql, vec![]).await.map(drop) })).await.unwrap();
    }
    let mut runner = TestRunner::new(Config::default());
    for _ in 0..sequences.div_ceil(AT_ONCE) {
        let mut games: Vec<Game> = (1_i64..)
            .take(AT_ONCE)
            .map(|show| {
                let steps = steps().new_tree(&mut runner).unwrap().current();
                Game { show, steps, models: [Model::default(), Model::default()] }
            })
            .collect();
        let rounds = games.iter().map(|game| game.steps.len()).max().unwrap();
        for index in 0..rounds {
            round(&mut houses, &mut games, index);
            let waited = (0..12_i64).new_tree(&mut runner).unwrap().current();
            for house in &mut houses {
                house.now = house.now.plus(waited);
            }
        }
        clear(&mut houses, &games);
    }
    for house in &houses {
        house.assert_verified().await;
    }
}
