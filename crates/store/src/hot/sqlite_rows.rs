//! The rows a command reads and writes, and the only place where a seat's owner changes.

use houselights_domain::{
    BookingId, OrderId, Refusal, SeatNumber, ShowId, UserId, UtcMicros,
    booking::Booking,
    claim::ClaimRow,
    money::Minor,
    order::{OrderState, OrderWord},
    show::SalesRules,
};
use rusqlite::{OptionalExtension, params};

use super::{
    Actor, Order, SeatChange,
    claim_tail::Claim,
    decide::{Decided, Desk, Move},
    sqlite_commands::Work,
    sqlite_reads::{booking, with_status},
    sqlite_statements::Sql,
};
use crate::error::{Error, Result};

impl Desk for Work<'_, '_> {
    fn actor(&self) -> Actor {
        self.actor
    }

    fn now(&self) -> UtcMicros {
        self.now
    }

    fn rules(&mut self, show: ShowId) -> Decided<SalesRules> {
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

    fn claim_row(&mut self, show: ShowId, seat: SeatNumber) -> Result<Option<ClaimRow>> {
        self.claims.find(self.statements, (show, seat))
    }

    fn order(&mut self, id: OrderId) -> Result<Option<Order>> {
        let statement = self.statements.get(Sql::Order)?;
        let found = statement
            .query_row([id.0], |row| {
                let order = Order {
                    id,
                    user: UserId(row.get(0)?),
                    show: ShowId(row.get(1)?),
                    state: OrderState::Cancelled,
                    seats: row.get(4)?,
                    live_seats: row.get(5)?,
                    total: Minor(row.get(6)?),
                    created_at: UtcMicros(row.get(7)?),
                    plain: false,
                };
                Ok((order, row.get::<_, i64>(2)?, UtcMicros(row.get(3)?)))
            })
            .optional()?;
        let Some((order, word, until)) = found else { return Ok(None) };
        let word = OrderWord::from_number(word)
            .ok_or_else(|| Error::Corrupt(format!("order {id} has the unknown state {word}")))?;
        Ok(Some(Order { state: OrderState::from_stored(word, until), ..order }))
    }

    fn booking(&mut self, id: BookingId) -> Result<Option<Booking>> {
        let statement = self.statements.get(Sql::Booking)?;
        statement.query_row([id.0], booking).optional()?.map(with_status).transpose()
    }

    fn live_bookings(&mut self, order: &Order) -> Result<Vec<Booking>> {
        let statement = self.statements.get(Sql::LiveBookings)?;
        let numbers = order.bookings();
        let rows = statement.query_map([numbers.start, numbers.end], booking)?;
        rows.map(|row| with_status(row?)).collect()
    }

    fn numbers(&mut self, bookings: u32) -> Result<BookingId> {
        let first = BookingId(self.tip.next_booking);
        self.tip.next_booking += i64::from(bookings);
        Ok(first)
    }

    fn insert_order(&mut self, order: &Order) -> Result<()> {
        let statement = self.statements.get(Sql::InsertOrder)?;
        statement.execute(params![
            order.id.0,
            order.user.0,
            order.show.0,
            order.state.word() as i64,
            order.state.claim_deadline().0,
            order.seats,
            order.live_seats,
            order.total.0,
            order.created_at.0,
        ])?;
        Ok(())
    }

    fn insert_booking(&mut self, booking: &Booking) -> Result<()> {
        let statement = self.statements.get(Sql::InsertBooking)?;
        statement.execute(params![
            booking.id.0,
            booking.order.0,
            booking.user.0,
            booking.show.0,
            booking.seat.0,
            booking.status as i64,
            booking.price.0,
            booking.created_at.0,
        ])?;
        Ok(())
    }

    fn update_order(&mut self, order: &Order) -> Result<()> {
        let statement = self.statements.get(Sql::UpdateOrder)?;
        let deadline = order.state.claim_deadline().0;
        statement.execute(params![order.id.0, order.state.word() as i64, deadline, order.live_seats])?;
        Ok(())
    }

    fn update_booking(&mut self, booking: &Booking) -> Result<()> {
        let statement = self.statements.get(Sql::UpdateBooking)?;
        statement.execute(params![booking.id.0, booking.status as i64, booking.ended_at.map(|at| at.0)])?;
        Ok(())
    }

    fn change_owner(&mut self, change: &Move, before: Option<ClaimRow>) -> Result<()> {
        let version = before.map_or(1, |row| row.version + 1);
        let (order, booking, deadline) = (change.order, change.booking, change.deadline);
        let claim = Claim { version, deadline, order, booking, seq: self.page.seq + 1 };
        if !self.claims.move_on((change.show, change.seat), before, claim, self.now) {
            return Err(Error::Corrupt(format!(
                "seat {} of show {} belongs to another booking than {booking}",
                change.seat, change.show
            )));
        }
        self.changes.push(SeatChange { show: change.show, seat: change.seat, version, deadline });
        self.page.enter(&change.entry(version, self.actor));
        Ok(())
    }
}
