//! The hot path's statements: prepared once a batch, not once a command.

use rusqlite::{CachedStatement, Connection};

use crate::error::{Error, Result};

macro_rules! statements {
    ($($name:ident $text:literal),+ $(,)?) => {
        /// Which statement.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Sql {
            $($name),+
        }

        pub(super) const TEXTS: &[&str] = &[$($text),+];
    };
}

statements! {
    Rules
        "SELECT total_seats, starts_at, sales_open_at, sales_close_at, called_off, revision FROM shows WHERE id = ?1",
    Claim
        "SELECT version, deadline, order_id, booking_id FROM claims WHERE show_id = ?1 AND seat_number = ?2",
    Order
        "SELECT user_id, show_id, state, hold_until, seats, live_seats, total, created_at
        FROM orders WHERE id = ?1",
    Booking
        "SELECT id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at FROM bookings WHERE id = ?1",
    LiveBookings
        "SELECT id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at FROM bookings WHERE id >= ?1 AND id < ?2 AND status IN (0, 1) ORDER BY id",
    InsertOrder
        "INSERT INTO orders (id, user_id, show_id, state, hold_until, seats, live_seats, total, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    InsertBooking
        "INSERT INTO bookings (id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL)",
    InsertLedger
        "INSERT INTO ledger (lane, seq, at, lines, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
    UpdateOrder
        "UPDATE orders SET state = ?2, hold_until = ?3, live_seats = ?4 WHERE id = ?1",
    UpdateBooking
        "UPDATE bookings SET status = ?2, ended_at = ?3 WHERE id = ?1",
}

/// Statements in use.
pub(super) struct Statements<'c> {
    connection: &'c Connection,
    prepared: [Option<CachedStatement<'c>>; TEXTS.len()],
}

impl<'c> Statements<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, prepared: std::array::from_fn(|_| None) }
    }

    pub(super) fn get(&mut self, which: Sql) -> Result<&mut CachedStatement<'c>> {
        let index = which as usize;
        let (Some(slot), Some(text)) = (self.prepared.get_mut(index), TEXTS.get(index)) else {
            return Err(Error::Bug(format!("there is no statement {which:?}")));
        };
        match slot {
            Some(prepared) => Ok(prepared),
            None => Ok(slot.insert(self.connection.prepare_cached(text)?)),
        }
    }
}
