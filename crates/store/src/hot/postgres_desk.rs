//! What a batch on PostgreSQL works with: rows as they were read, and above them what the batch makes of them. Nothing
//! is written before every command of the batch has been decided.

use std::collections::{BTreeMap, HashMap};

use houselights_domain::{
    BookingId, OrderId, Refusal, SeatNumber, ShowId, UserId, UtcMicros,
    booking::{Booking, BookingStatus},
    claim::ClaimRow,
    ledger::LedgerPage,
    show::SalesRules,
};

use super::{
    Action, Actor, Applied, Command, Decision, IDEMPOTENCY_WINDOW, IdempotencyKey, Order, Outcome, Reply, SeatChange,
    decide::{self, Chain, Decided, Desk, Move},
    postgres_numbers::Numbers,
};
use crate::error::{Error, Result};

/// A seat of a show.
pub(super) type Seat = (ShowId, SeatNumber);

/// A claim and the booking it names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub(super) row: ClaimRow,
    pub(super) booking: BookingId,
}

/// Whose key, for which route.
pub(super) type Slot = (UserId, String, String);

/// An answer that is replayed.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) fingerprint: Vec<u8>,
    pub(super) reply: Reply,
    pub(super) at: UtcMicros,
}

/// Rows as they were read.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) now: UtcMicros,
    /// How often the programme had been changed.
    pub(super) turn: Option<String>,
    pub(super) rules: HashMap<ShowId, SalesRules>,
    pub(super) claims: HashMap<Seat, Claim>,
    pub(super) orders: HashMap<OrderId, Order>,
    pub(super) bookings: HashMap<BookingId, Booking>,
    pub(super) answers: HashMap<Slot, Answer>,
}

/// What a batch wants to write, in the order of its keys: everybody locks rows in the same order.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) claims: BTreeMap<Seat, Claim>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) bookings: BTreeMap<BookingId, Booking>,
    pub(super) page: Option<LedgerPage>,
    pub(super) answers: BTreeMap<Slot, Answer>,
}

impl Work {
    pub(super) fn is_empty(&self) -> bool {
        self.page.is_none() && self.answers.is_empty()
    }
}

/// What became of a batch that has been decided and not yet written.
#[derive(Debug)]
pub(super) struct Decisions {
    pub(super) applied: Applied,
    pub(super) work: Work,
    pub(super) chain: Chain,
    pub(super) numbers: Numbers,
}

/// Decides a batch. `None`: there are not enough numbers for its new bookings.
pub(super) fn decide(
    known: &Known,
    mut chain: Chain,
    numbers: &Numbers,
    batch: &[Command],
) -> Result<Option<Decisions>> {
    let mut desk = Batch {
        known,
        page: chain.page(known.now),
        numbers: numbers.clone(),
        short: false,
        actor: Actor::SYSTEM,
        work: Work::default(),
        changes: Vec::with_capacity(batch.len()),
    };
    let mut decisions = Vec::with_capacity(batch.len());
    for command in batch {
        desk.actor = command.actor;
        match desk.one(command) {
            Ok(decision) => decisions.push(Ok(decision)),
            Err(_) if desk.short => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let Batch { page, numbers, mut work, changes, .. } = desk;
    if !page.is_empty() {
        chain.link(&page);
        work.page = Some(page);
    }
    Ok(Some(Decisions { applied: Applied { decisions, changes }, work, chain, numbers }))
}

/// The most numbers that a batch can need.
pub(super) fn most_numbers(batch: &[Command]) -> i64 {
    let seats = batch.iter().map(|command| match &command.action {
        Action::Claim { seats, .. } => seats.len(),
        _ => 0,
    });
    i64::try_from(seats.sum::<usize>()).unwrap_or(i64::MAX)
}

struct Batch<'a> {
    known: &'a Known,
    page: LedgerPage,
    numbers: Numbers,
    short: bool,
    actor: Actor,
    work: Work,
    changes: Vec<SeatChange>,
}

impl Batch<'_> {
    fn one(&mut self, command: &Command) -> Result<Decision> {
        let Some(key) = &command.key else { return decide::carry_out(self, &command.action) };
        let slot = (command.actor.user, key.route.clone(), key.key.clone());
        if let Some(first) = self.first_answer(&slot) {
            return Ok(if first.fingerprint == key.fingerprint {
                Ok(Outcome::Replayed(first.reply.clone()))
            } else {
                Err(Refusal::KeyReused)
            });
        }
        let decision = decide::carry_out(self, &command.action)?;
        if decide::is_final(&decision) {
            self.remember(slot, key, &decision);
        }
        Ok(decision)
    }

    fn first_answer(&self, slot: &Slot) -> Option<&Answer> {
        let oldest = self.known.now.plus(-IDEMPOTENCY_WINDOW);
        self.work.answers.get(slot).or_else(|| self.known.answers.get(slot).filter(|answer| answer.at > oldest))
    }

    fn remember(&mut self, slot: Slot, key: &IdempotencyKey, decision: &Decision) {
        let answer = Answer { fingerprint: key.fingerprint.clone(), reply: (key.record)(decision), at: self.known.now };
        self.work.answers.insert(slot, answer);
    }

    fn claim(&self, seat: Seat) -> Option<Claim> {
        self.work.claims.get(&seat).or_else(|| self.known.claims.get(&seat)).copied()
    }

    fn find_booking(&self, id: BookingId) -> Option<&Booking> {
        self.work.bookings.get(&id).or_else(|| self.known.bookings.get(&id))
    }
}

impl Desk for Batch<'_> {
    fn actor(&self) -> Actor {
        self.actor
    }

    fn now(&self) -> UtcMicros {
        self.known.now
    }

    fn rules(&mut self, show: ShowId) -> Decided<SalesRules> {
        Ok(self.known.rules.get(&show).cloned().ok_or(Refusal::UnknownShow(show)))
    }

    fn claim_row(&mut self, show: ShowId, seat: SeatNumber) -> Result<Option<ClaimRow>> {
        Ok(self.claim((show, seat)).map(|claim| claim.row))
    }

    fn order(&mut self, id: OrderId) -> Result<Option<Order>> {
        Ok(self.work.orders.get(&id).or_else(|| self.known.orders.get(&id)).cloned())
    }

    fn booking(&mut self, id: BookingId) -> Result<Option<Booking>> {
        Ok(self.find_booking(id).cloned())
    }

    fn live_bookings(&mut self, order: &Order) -> Result<Vec<Booking>> {
        let all = order.bookings().filter_map(|id| self.find_booking(BookingId(id)));
        let live = |booking: &&Booking| matches!(booking.status, BookingStatus::Held | BookingStatus::Booked);
        Ok(all.filter(live).cloned().collect())
    }

    fn numbers(&mut self, bookings: u32) -> Result<BookingId> {
        let taken = self.numbers.take(bookings);
        self.short |= taken.is_none();
        taken.ok_or_else(|| Error::Bug("numbers have run out".into()))
    }

    fn insert_order(&mut self, order: &Order) -> Result<()> {
        self.update_order(order)
    }

    fn insert_booking(&mut self, booking: &Booking) -> Result<()> {
        self.update_booking(booking)
    }

    fn update_order(&mut self, order: &Order) -> Result<()> {
        self.work.orders.insert(order.id, order.clone());
        Ok(())
    }

    fn update_booking(&mut self, booking: &Booking) -> Result<()> {
        self.work.bookings.insert(booking.id, booking.clone());
        Ok(())
    }

    fn change_owner(&mut self, change: &Move, before: Option<ClaimRow>) -> Result<()> {
        let seat = (change.show, change.seat);
        let there = self.claim(seat);
        let may = there.is_none_or(|claim| claim.row.deadline <= self.known.now || claim.booking == change.booking);
        if !may || there.map(|claim| claim.row) != before {
            return Err(Error::Corrupt(format!(
                "seat {} of show {} belongs to another booking than {}",
                change.seat, change.show, change.booking
            )));
        }
        let version = before.map_or(1, |row| row.version + 1);
        let row = ClaimRow { version, deadline: change.deadline, order: change.order };
        self.work.claims.insert(seat, Claim { row, booking: change.booking });
        self.changes.push(SeatChange { show: change.show, seat: change.seat, version, deadline: change.deadline });
        self.page.enter(&change.entry(version, self.actor));
        Ok(())
    }
}
