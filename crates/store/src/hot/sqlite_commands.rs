//! One command inside the embedded database's transaction: read, let the domain decide, write.

use std::collections::HashMap;

use houselights_domain::{
    BookingId, OrderId, Refusal, SeatNumber, ShowId, UtcMicros, booking::BookingStatus, claim::ClaimState,
    ledger::LedgerAction, money::Minor, order::OrderState, show::SalesRules,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Action, Actor, Decision, IDEMPOTENCY_WINDOW, IdempotencyKey, Order, Outcome, Reply, SeatChange, sqlite::Tip,
    sqlite_statements::Statements,
};
use crate::error::Result;

/// What a command works with.
pub(super) struct Work<'a, 'c> {
    pub(super) statements: &'a mut Statements<'c>,
    pub(super) rules: &'a mut HashMap<ShowId, SalesRules>,
    pub(super) tip: &'a mut Tip,
    pub(super) changes: &'a mut Vec<SeatChange>,
    pub(super) actor: Actor,
    pub(super) now: UtcMicros,
}

/// A seat that changes its owner.
pub(super) struct Move {
    pub(super) show: ShowId,
    pub(super) seat: SeatNumber,
    pub(super) order: OrderId,
    pub(super) booking: BookingId,
    pub(super) action: LedgerAction,
    pub(super) deadline: UtcMicros,
}

pub(super) type Decided<T> = Result<std::result::Result<T, Refusal>>;

/// Returns from a function that decides when a rule says "no".
macro_rules! allowed {
    ($ruled:expr) => {
        match $ruled {
            Ok(value) => value,
            Err(refusal) => return Ok(Err(refusal)),
        }
    };
}
pub(super) use allowed;

impl Work<'_, '_> {
    pub(super) fn carry_out(&mut self, action: &Action) -> Result<Decision> {
        match action {
            Action::Claim { show, revision, seats, hold_until } => self.claim(*show, *revision, seats, *hold_until),
            Action::Confirm(order) => self.confirm(*order),
            Action::Cancel(booking) => self.cancel(*booking),
            Action::Release(order) => self.release(*order),
            Action::Expire(order) => self.expire(*order),
        }
    }

    fn claim(
        &mut self,
        show: ShowId,
        revision: i64,
        seats: &[(SeatNumber, Minor)],
        hold_until: Option<UtcMicros>,
    ) -> Result<Decision> {
        let numbers: Vec<SeatNumber> = seats.iter().map(|(seat, _)| *seat).collect();
        let rules = allowed!(self.rules(show)?);
        allowed!(rules.check(&numbers, revision, self.now));
        let mut before = self.claim_rows(show, &numbers)?;
        let states = || before.iter().map(|row| ClaimState::of(*row, self.now));
        let taken: Vec<SeatNumber> =
            numbers.iter().zip(states()).filter(|(_, state)| state.is_owned()).map(|(seat, _)| *seat).collect();
        if !taken.is_empty() {
            return Ok(Err(Refusal::SeatTaken(taken)));
        }
        let mut lapsed: Vec<OrderId> = states()
            .filter_map(|state| if let ClaimState::Lapsed { former, .. } = state { Some(former) } else { None })
            .collect();
        if !lapsed.is_empty() {
            lapsed.sort_unstable();
            lapsed.dedup();
            for former in lapsed {
                allowed!(self.expire(former)?);
            }
            before = self.claim_rows(show, &numbers)?;
        }
        let order = self.insert_order(show, seats, OrderState::new(hold_until))?;
        let action = if hold_until.is_some() { LedgerAction::Held } else { LedgerAction::Sold };
        let begins_as = if hold_until.is_some() { BookingStatus::Held } else { BookingStatus::Booked };
        let mut bookings = Vec::with_capacity(seats.len());
        for ((seat, price), before) in seats.iter().zip(before) {
            let booking = self.insert_booking(&order, *seat, *price, begins_as)?;
            let deadline = order.state.claim_deadline();
            let change = Move { show, seat: *seat, order: order.id, booking: booking.id, action, deadline };
            self.change_owner(&change, before)?;
            bookings.push(booking);
        }
        Ok(Ok(Outcome::Done(order, bookings)))
    }

    fn confirm(&mut self, id: OrderId) -> Result<Decision> {
        let order = allowed!(self.own_order(id)?);
        let state = allowed!(order.state.confirm(self.now));
        let bookings = self.live_bookings(&order)?;
        let mut changed = Vec::with_capacity(bookings.len());
        for booking in bookings {
            changed.push(self.move_booking(&booking, BookingStatus::Booked, LedgerAction::Sold)?);
        }
        let order = self.update_order(Order { state, ..order })?;
        Ok(Ok(Outcome::Done(order, changed)))
    }

    fn cancel(&mut self, id: BookingId) -> Result<Decision> {
        let Some(booking) = self.booking(id)? else {
            return Ok(Err(Refusal::UnknownBooking(id)));
        };
        if booking.user != self.actor.user && !self.actor.staff {
            return Ok(Err(Refusal::NotYours));
        }
        match booking.status {
            BookingStatus::Cancelled => return Ok(Err(Refusal::AlreadyCancelled)),
            BookingStatus::Expired => return Ok(Err(Refusal::HoldExpired)),
            BookingStatus::Held | BookingStatus::Booked => {}
        }
        let order = allowed!(self.order(booking.order)?);
        let cancelled = allowed!(order.state.cancel(self.now));
        let rules = allowed!(self.rules(booking.show)?);
        allowed!(rules.check_cancel(self.actor.staff, self.now));
        let booking = self.move_booking(&booking, BookingStatus::Cancelled, LedgerAction::Released)?;
        let live_seats = order.live_seats.saturating_sub(1);
        let state = if live_seats == 0 { cancelled } else { order.state };
        let order = self.update_order(Order { state, live_seats, ..order })?;
        Ok(Ok(Outcome::Done(order, vec![booking])))
    }

    fn release(&mut self, id: OrderId) -> Result<Decision> {
        let order = allowed!(self.own_order(id)?);
        let state = allowed!(order.state.cancel(self.now));
        let rules = allowed!(self.rules(order.show)?);
        allowed!(rules.check_cancel(self.actor.staff, self.now));
        self.end(&order, state, BookingStatus::Cancelled, LedgerAction::Released)
    }

    fn expire(&mut self, id: OrderId) -> Result<Decision> {
        let order = allowed!(self.order(id)?);
        let state = allowed!(order.state.expire(self.now));
        self.end(&order, state, BookingStatus::Expired, LedgerAction::Expired)
    }

    fn end(&mut self, order: &Order, state: OrderState, to: BookingStatus, action: LedgerAction) -> Result<Decision> {
        let mut changed = Vec::new();
        for booking in self.live_bookings(order)? {
            changed.push(self.move_booking(&booking, to, action)?);
        }
        let order = self.update_order(Order { state, live_seats: 0, ..order.clone() })?;
        Ok(Ok(Outcome::Done(order, changed)))
    }
}

/// The answer that was given to this key before, if there is one.
pub(super) fn replay(
    connection: &Connection,
    actor: Actor,
    key: &IdempotencyKey,
    now: UtcMicros,
) -> Result<Option<Decision>> {
    let mut statement = connection.prepare_cached(
        "SELECT fingerprint, status, body FROM idempotency
         WHERE caller = ?1 AND route = ?2 AND key = ?3 AND created_at > ?4",
    )?;
    let oldest = now.plus(-IDEMPOTENCY_WINDOW);
    let found: Option<(Vec<u8>, u16, Vec<u8>)> = statement
        .query_row(params![actor.user.0, key.route, key.key, oldest.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(found.map(|(fingerprint, status, body)| {
        if fingerprint == key.fingerprint {
            Ok(Outcome::Replayed(Reply { status, body }))
        } else {
            Err(Refusal::KeyReused)
        }
    }))
}

/// Keeps the answer to this key.
pub(super) fn remember(
    connection: &Connection,
    actor: Actor,
    key: &IdempotencyKey,
    decision: &Decision,
    now: UtcMicros,
) -> Result<()> {
    let reply = (key.record)(decision);
    let mut statement =
        connection.prepare_cached("INSERT OR REPLACE INTO idempotency VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    statement.execute(params![actor.user.0, key.route, key.key, key.fingerprint, reply.status, reply.body, now.0])?;
    Ok(())
}
