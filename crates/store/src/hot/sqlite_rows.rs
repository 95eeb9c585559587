//! The rows a command reads and writes, and the only statement that changes a seat's owner.

use houselights_domain::{
    BookingId, OrderId, Refusal, SeatNumber, ShowId, UserId, UtcMicros,
    booking::{Booking, BookingStatus},
    claim::ClaimRow,
    ledger::{LedgerAction, LedgerEntry},
    money::Minor,
    order::{OrderState, OrderWord},
    show::SalesRules,
};
use rusqlite::{OptionalExtension, params};

use super::{
    Order, SeatChange,
    sqlite::LANE,
    sqlite_commands::{Decided, Move, Work, allowed},
    sqlite_reads::{booking, with_status},
    sqlite_statements::Sql,
};
use crate::error::{Error, Result};

impl Work<'_, '_> {
    pub(super) fn rules(&mut self, show: ShowId) -> Decided<SalesRules> {
        if let Some(rules) = self.rules.get(&show) {
            return Ok(Ok(rules.clone()));
        }
        let rules = self
            .statements
            .get(Sql::Rules)?
            .query_row([show.0], |row| {
                Ok(SalesRules {
                    total_seats: row.get(0)?,
                    starts_at: UtcMicros(row.get(1)?),
                    sales_open_at: UtcMicros(row.get(2)?),
                    sales_close_at: UtcMicros(row.get(3)?),
                    called_off: row.get::<_, i64>(4)? != 0,
                    revision: row.get(5)?,
                })
            })
            .optional()?;
        let Some(rules) = rules else { return Ok(Err(Refusal::UnknownShow(show))) };
        self.rules.insert(show, rules.clone());
        Ok(Ok(rules))
    }

    pub(super) fn claim_row(&mut self, show: ShowId, seat: SeatNumber) -> Result<Option<ClaimRow>> {
        let statement = self.statements.get(Sql::Claim)?;
        let row = statement.query_row(params![show.0, seat.0], |row| {
            Ok(ClaimRow { version: row.get(0)?, deadline: UtcMicros(row.get(1)?), order: OrderId(row.get(2)?) })
        });
        Ok(row.optional()?)
    }

    pub(super) fn claim_rows(&mut self, show: ShowId, seats: &[SeatNumber]) -> Result<Vec<Option<ClaimRow>>> {
        seats.iter().map(|seat| self.claim_row(show, *seat)).collect()
    }

    pub(super) fn order(&mut self, id: OrderId) -> Decided<Order> {
        let statement = self.statements.get(Sql::Order)?;
        let found = statement
            .query_row([id.0], |row| {
                let order = Order {
                    id,
                    user: UserId(row.get(0)?),
                    show: ShowId(row.get(1)?),
                    state: OrderState::Cancelled,
                    first_booking: BookingId(row.get(4)?),
                    seats: row.get(5)?,
                    live_seats: row.get(6)?,
                    total: Minor(row.get(7)?),
                    created_at: UtcMicros(row.get(8)?),
                };
                Ok((order, row.get::<_, i64>(2)?, UtcMicros(row.get(3)?)))
            })
            .optional()?;
        let Some((order, word, until)) = found else {
            return Ok(Err(Refusal::UnknownOrder(id)));
        };
        let word = OrderWord::from_number(word)
            .ok_or_else(|| Error::Corrupt(format!("order {id} has the unknown state {word}")))?;
        Ok(Ok(Order { state: OrderState::from_stored(word, until), ..order }))
    }

    pub(super) fn own_order(&mut self, id: OrderId) -> Decided<Order> {
        let order = allowed!(self.order(id)?);
        if order.user != self.actor.user && !self.actor.staff {
            return Ok(Err(Refusal::NotYours));
        }
        Ok(Ok(order))
    }

    pub(super) fn booking(&mut self, id: BookingId) -> Result<Option<Booking>> {
        let statement = self.statements.get(Sql::Booking)?;
        statement.query_row([id.0], booking).optional()?.map(with_status).transpose()
    }

    pub(super) fn live_bookings(&mut self, order: &Order) -> Result<Vec<Booking>> {
        let statement = self.statements.get(Sql::LiveBookings)?;
        let first = order.first_booking.0;
        let rows = statement.query_map(params![first, first + i64::from(order.seats)], booking)?;
        rows.map(|row| with_status(row?)).collect()
    }

    pub(super) fn insert_order(
        &mut self,
        show: ShowId,
        seats: &[(SeatNumber, Minor)],
        state: OrderState,
    ) -> Result<Order> {
        let count = u32::try_from(seats.len()).map_err(|_| Error::Bug("an order of too many seats".into()))?;
        let order = Order {
            id: OrderId(self.tip.next_order),
            user: self.actor.user,
            show,
            state,
            first_booking: BookingId(self.tip.next_booking),
            seats: count,
            live_seats: count,
            total: Minor(seats.iter().map(|(_, price)| price.0).sum()),
            created_at: self.now,
        };
        let statement = self.statements.get(Sql::InsertOrder)?;
        statement.execute(params![
            order.id.0,
            order.user.0,
            show.0,
            state.word() as i64,
            state.claim_deadline().0,
            order.first_booking.0,
            count,
            count,
            order.total.0,
            self.now.0,
        ])?;
        self.tip.next_order += 1;
        Ok(order)
    }

    pub(super) fn insert_booking(
        &mut self,
        order: &Order,
        seat: SeatNumber,
        price: Minor,
        status: BookingStatus,
    ) -> Result<Booking> {
        let booking = Booking {
            id: BookingId(self.tip.next_booking),
            order: order.id,
            user: order.user,
            show: order.show,
            seat,
            status,
            price,
            created_at: self.now,
            ended_at: None,
        };
        let statement = self.statements.get(Sql::InsertBooking)?;
        statement.execute(params![
            booking.id.0,
            booking.order.0,
            booking.user.0,
            booking.show.0,
            seat.0,
            status as i64,
            price.0,
            self.now.0,
        ])?;
        self.tip.next_booking += 1;
        Ok(booking)
    }

    pub(super) fn update_order(&mut self, order: Order) -> Result<Order> {
        let statement = self.statements.get(Sql::UpdateOrder)?;
        let deadline = order.state.claim_deadline().0;
        statement.execute(params![order.id.0, order.state.word() as i64, deadline, order.live_seats])?;
        Ok(order)
    }

    /// Gives a booking its new status and its seat's claim the deadline that goes with it.
    pub(super) fn move_booking(
        &mut self,
        booking: &Booking,
        to: BookingStatus,
        action: LedgerAction,
    ) -> Result<Booking> {
        let ended_at = (to != BookingStatus::Booked).then_some(self.now);
        let deadline = if to == BookingStatus::Booked { UtcMicros::NEVER } else { UtcMicros::BEGINNING };
        let statement = self.statements.get(Sql::UpdateBooking)?;
        statement.execute(params![booking.id.0, to as i64, ended_at.map(|at| at.0)])?;
        let change = Move {
            show: booking.show,
            seat: booking.seat,
            order: booking.order,
            booking: booking.id,
            action,
            deadline,
        };
        let before = self.claim_row(booking.show, booking.seat)?;
        self.change_owner(&change, before)?;
        Ok(Booking { status: to, ended_at, ..booking.clone() })
    }

    /// The only place where a seat changes its owner. A seat that has no claim gets one, and the key of the table
    /// refuses a second; a claim moves on only from the very version that was read, and only if it is nobody's, its
    /// deadline has passed, or it belongs to the same booking. Nothing else is ever written over.
    pub(super) fn change_owner(&mut self, change: &Move, before: Option<ClaimRow>) -> Result<()> {
        let written = match before {
            None => self.statements.get(Sql::InsertClaim)?.execute(params![
                change.show.0,
                change.seat.0,
                change.deadline.0,
                change.order.0,
                change.booking.0
            ])?,
            Some(row) => self.statements.get(Sql::UpdateClaim)?.execute(params![
                change.show.0,
                change.seat.0,
                change.deadline.0,
                change.order.0,
                change.booking.0,
                row.version,
                self.now.0
            ])?,
        };
        if written != 1 {
            return Err(Error::Corrupt(format!(
                "seat {} of show {} belongs to another booking than {}",
                change.seat, change.show, change.booking
            )));
        }
        let version = before.map_or(1, |row| row.version + 1);
        self.changes.push(SeatChange { show: change.show, seat: change.seat, version, deadline: change.deadline });
        self.enter(change, version)
    }

    pub(super) fn enter(&mut self, change: &Move, version: i64) -> Result<()> {
        let entry = LedgerEntry {
            lane: LANE,
            seq: self.tip.next_seq,
            at: self.now,
            actor: self.actor.user,
            action: change.action,
            show: change.show,
            seat: change.seat,
            version,
            order: change.order,
            booking: change.booking,
        };
        let hash = entry.hash(&self.tip.hash);
        let statement = self.statements.get(Sql::InsertLedger)?;
        statement.execute(params![
            entry.lane,
            entry.seq,
            entry.at.0,
            entry.actor.0,
            entry.action as i64,
            entry.show.0,
            entry.seat.0,
            entry.version,
            entry.order.0,
            entry.booking.0,
            hash,
        ])?;
        self.tip.hash = hash;
        self.tip.next_seq += 1;
        Ok(())
    }
}
