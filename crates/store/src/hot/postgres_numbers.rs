//! Numbers for new orders and bookings, taken from the database in pieces so that it is not asked for each batch.

use std::time::{Duration, Instant};

use houselights_domain::{BookingId, OrderId};

/// How long a piece is used. It bounds by how much an order made here may have a lower number than one that was made
/// earlier through another lane.
const FRESH: Duration = Duration::from_secs(1);
/// The largest piece.
const MOST: i64 = 4_096;

/// What is left of the last piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    order: i64,
    orders: i64,
    booking: i64,
    bookings: i64,
    since: Option<Instant>,
    /// How large the last piece was.
    last: i64,
}

impl Numbers {
    /// A number for an order and the first of its bookings' numbers; nothing when the piece is used up.
    pub(super) fn take(&mut self, bookings: u32) -> Option<(OrderId, BookingId)> {
        let bookings = i64::from(bookings);
        if self.orders < 1 || self.bookings < bookings {
            return None;
        }
        let taken = (OrderId(self.order), BookingId(self.booking));
        (self.order, self.orders) = (self.order + 1, self.orders - 1);
        (self.booking, self.bookings) = (self.booking + bookings, self.bookings - bookings);
        Some(taken)
    }

    /// Whether a batch is certain to find enough.
    pub(super) const fn suffice(&self, (orders, bookings): (i64, i64)) -> bool {
        self.orders >= orders && self.bookings >= bookings
    }

    /// Drops a piece that is too old.
    pub(super) fn freshen(&mut self) {
        if self.since.is_some_and(|since| since.elapsed() >= FRESH) {
            *self = Self::default();
        }
    }

    /// How many to ask for when `need` are needed: pieces grow while they are used up quickly.
    pub(super) fn ask(&self, (orders, bookings): (i64, i64)) -> (i64, i64) {
        let more = if self.since.is_some() { (self.last * 2).min(MOST) } else { 0 };
        (orders.max(more), bookings.max(more))
    }

    /// A new piece.
    pub(super) fn refill(&mut self, (order, booking): (i64, i64), (orders, bookings): (i64, i64)) {
        *self = Self { order, orders, booking, bookings, since: Some(Instant::now()), last: bookings };
    }
}
