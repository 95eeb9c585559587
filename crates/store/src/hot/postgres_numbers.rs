//! Numbers for new bookings, taken from the database in pieces so that it is not asked for each batch.

use std::time::{Duration, Instant};

use houselights_domain::BookingId;

/// How long a piece is used. It bounds by how much a booking made here may have a lower number than one that was made
/// earlier through another lane.
const FRESH: Duration = Duration::from_secs(1);
/// The largest piece.
const MOST: i64 = 4_096;

/// What is left of the last piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    next: i64,
    left: i64,
    since: Option<Instant>,
    /// How large the last piece was.
    last: i64,
}

impl Numbers {
    /// The first of so many numbers without gaps; nothing when the piece is used up.
    pub(super) fn take(&mut self, bookings: u32) -> Option<BookingId> {
        let bookings = i64::from(bookings);
        if self.left < bookings {
            return None;
        }
        let first = BookingId(self.next);
        (self.next, self.left) = (self.next + bookings, self.left - bookings);
        Some(first)
    }

    /// Whether a batch is certain to find enough.
    pub(super) const fn suffice(&self, need: i64) -> bool {
        self.left >= need
    }

    /// Drops a piece that is too old.
    pub(super) fn freshen(&mut self) {
        if self.since.is_some_and(|since| since.elapsed() >= FRESH) {
            *self = Self::default();
        }
    }

    /// How many to ask for when `need` are needed: pieces grow while they are used up quickly.
    pub(super) fn ask(&self, need: i64) -> i64 {
        let more = if self.since.is_some() { (self.last * 2).min(MOST) } else { 0 };
        need.max(more)
    }

    /// A new piece.
    pub(super) fn refill(&mut self, first: i64, amount: i64) {
        *self = Self { next: first, left: amount, since: Some(Instant::now()), last: amount };
    }
}
