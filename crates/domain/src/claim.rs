//! Who owns a seat of a show: the one row that says so, and how it may change.

use crate::{ids::OrderId, time::UtcMicros};

/// A seat's claim as it stands in the database. `deadline` alone says whether it is owned:
/// in the past the seat is free for whoever claims it next, [`UtcMicros::NEVER`] means sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    /// 1, 2, 3... : how often the seat of this show has changed its owner.
    pub version: i64,
    /// Until when the owner owns it.
    pub deadline: UtcMicros,
    /// The owner.
    pub order: OrderId,
}

/// What a claim row means at a given moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimState {
    /// Nobody's, because nobody ever claimed it or the last owner gave it back.
    Free {
        /// Of the next change.
        next_version: i64,
    },
    /// Nobody's any more: the hold ran out, but its order still believes in it.
    Lapsed {
        /// Of the next change.
        next_version: i64,
        /// The order whose hold ran out.
        former: OrderId,
    },
    /// Someone's until the deadline.
    Held {
        /// The owner.
        order: OrderId,
        /// When it lapses.
        until: UtcMicros,
    },
    /// Someone's for good, or until it is given back.
    Sold {
        /// The owner.
        order: OrderId,
    },
}

impl ClaimState {
    /// Reads a row, or its absence, at `now`. A deadline is over from its very microsecond on.
    pub fn of(row: Option<ClaimRow>, now: UtcMicros) -> Self {
        match row {
            None => Self::Free { next_version: 1 },
            Some(row) if row.deadline == UtcMicros::NEVER => Self::Sold { order: row.order },
            Some(row) if row.deadline == UtcMicros::BEGINNING => Self::Free { next_version: row.version + 1 },
            Some(row) if row.deadline <= now => Self::Lapsed { next_version: row.version + 1, former: row.order },
            Some(row) => Self::Held { order: row.order, until: row.deadline },
        }
    }

    /// Whether somebody owns the seat.
    pub const fn is_owned(self) -> bool {
        matches!(self, Self::Held { .. } | Self::Sold { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(deadline: i64, now: i64) -> ClaimState {
        let row = ClaimRow { version: 4, deadline: UtcMicros(deadline), order: OrderId(7) };
        ClaimState::of(Some(row), UtcMicros(now))
    }

    #[test]
    fn a_hold_lapses_on_its_very_microsecond() {
        assert_eq!(at(100, 99), ClaimState::Held { order: OrderId(7), until: UtcMicros(100) });
        assert_eq!(at(100, 100), ClaimState::Lapsed { next_version: 5, former: OrderId(7) });
    }

    #[test]
    fn a_sold_seat_never_lapses() {
        assert_eq!(at(i64::MAX, i64::MAX), ClaimState::Sold { order: OrderId(7) });
    }

    #[test]
    fn a_seat_given_back_is_free_and_keeps_counting() {
        assert_eq!(at(0, 100), ClaimState::Free { next_version: 5 });
        assert_eq!(ClaimState::of(None, UtcMicros(1)), ClaimState::Free { next_version: 1 });
    }
}
