//! The seats of one show as this node knows them.

use std::collections::HashMap;

use houselights_domain::{SeatNumber, UtcMicros};
use houselights_store::hot::{Owned, SeatChange};

/// What may be done with a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeatState {
    /// It can be claimed.
    Free,
    /// Someone is about to buy it.
    Held,
    /// It is somebody's.
    Sold,
}

/// The bit of a mark that says "sold"; the others are the claim's version.
const SOLD: u32 = 1 << 31;

/// The seats of one show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seats {
    /// By number: the version of the last change that was applied, and whether it left the seat sold.
    marks: Vec<u32>,
    sold_count: u32,
    /// Held seats and when each lapses. Few at any time.
    held: HashMap<SeatNumber, UtcMicros>,
}

impl Seats {
    pub(super) fn from_owned(owned: &Owned) -> Self {
        let mut seats = Self::default();
        for claim in &owned.seats {
            _ = seats.apply(claim);
        }
        seats
    }

    /// Applies a change unless a newer one of its seat is known: changes of several writers, and of other nodes, come
    /// in any order. Returns the seat's state where it is another one now.
    pub(super) fn apply(&mut self, change: &SeatChange) -> Option<SeatState> {
        let seat = change.seat;
        let index = seat.0 as usize;
        if self.marks.len() <= index {
            self.marks.resize(index + 1, 0);
        }
        let version = u32::try_from(change.version).unwrap_or(SOLD - 1).min(SOLD - 1);
        if version <= self.marks[index] & !SOLD {
            return None;
        }
        let before = self.told_state(seat);
        let is_sold = change.deadline == UtcMicros::NEVER;
        self.marks[index] = if is_sold { version | SOLD } else { version };
        self.sold_count = self.sold_count + u32::from(is_sold) - u32::from(before == SeatState::Sold);
        if is_sold || change.deadline == UtcMicros::BEGINNING {
            self.held.remove(&seat);
        } else {
            self.held.insert(seat, change.deadline);
        }
        let after = self.told_state(seat);
        (before != after).then_some(after)
    }

    /// Forgets the holds that have run out at `now`: their seats are free, and are returned. A write will follow, or
    /// none ever.
    pub(super) fn lapse(&mut self, now: UtcMicros) -> Vec<SeatNumber> {
        let lapsed: Vec<SeatNumber> =
            self.held.iter().filter(|(_, until)| **until <= now).map(|(seat, _)| *seat).collect();
        for seat in &lapsed {
            self.held.remove(seat);
        }
        lapsed
    }

    /// A seat's state as it was last told: a hold that has run out counts until [`Self::lapse`].
    fn told_state(&self, seat: SeatNumber) -> SeatState {
        if self.is_sold(seat) {
            SeatState::Sold
        } else if self.held.contains_key(&seat) {
            SeatState::Held
        } else {
            SeatState::Free
        }
    }

    /// A seat's state at `now`.
    pub fn state(&self, seat: SeatNumber, now: UtcMicros) -> SeatState {
        match (self.is_sold(seat), self.is_held(seat, now)) {
            (true, _) => SeatState::Sold,
            (false, true) => SeatState::Held,
            (false, false) => SeatState::Free,
        }
    }

    /// Whether the seat is sold for good.
    pub fn is_sold(&self, seat: SeatNumber) -> bool {
        self.marks.get(seat.0 as usize).is_some_and(|mark| mark & SOLD != 0)
    }

    /// Whether the seat is held at `now`.
    pub fn is_held(&self, seat: SeatNumber, now: UtcMicros) -> bool {
        self.held.get(&seat).is_some_and(|until| *until > now)
    }

    /// How many seats are sold or held at `now`.
    pub fn taken(&self, now: UtcMicros) -> u32 {
        let held = self.held.values().filter(|until| **until > now).count();
        self.sold_count + u32::try_from(held).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use houselights_domain::ShowId;

    use super::*;

    const FREE: UtcMicros = UtcMicros::BEGINNING;
    const SALE: UtcMicros = UtcMicros::NEVER;
    const NOW: UtcMicros = UtcMicros(100);

    fn change(seat: u32, version: i64, deadline: UtcMicros) -> SeatChange {
        SeatChange { show: ShowId(1), seat: SeatNumber(seat), version, deadline }
    }

    #[test]
    fn of_two_changes_the_newer_one_is_true_in_whatever_order_they_come() {
        let changes = [change(5, 1, UtcMicros(50)), change(5, 2, FREE), change(5, 3, SALE), change(5, 4, FREE)];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1], [1, 3, 2, 0]] {
            let mut seats = Seats::default();
            for index in order {
                _ = seats.apply(&changes[index]);
            }
            assert_eq!((seats.state(SeatNumber(5), NOW), seats.taken(NOW)), (SeatState::Free, 0), "{order:?}");
        }
    }

    #[test]
    fn only_a_new_state_is_news() {
        let mut seats = Seats::default();
        assert_eq!(seats.apply(&change(5, 1, UtcMicros(200))), Some(SeatState::Held));
        assert_eq!(seats.apply(&change(5, 2, UtcMicros(300))), None, "held by another");
        assert_eq!(seats.apply(&change(5, 3, SALE)), Some(SeatState::Sold));
        assert_eq!(seats.apply(&change(5, 3, SALE)), None, "told twice");
        assert_eq!(seats.apply(&change(5, 2, FREE)), None, "told late");
        assert_eq!(seats.taken(NOW), 1);
    }

    #[test]
    fn a_hold_lapses_by_the_clock_and_once() {
        let mut seats = Seats::default();
        _ = seats.apply(&change(5, 1, UtcMicros(100)));
        _ = seats.apply(&change(6, 1, UtcMicros(101)));
        assert_eq!((seats.state(SeatNumber(5), NOW), seats.taken(NOW)), (SeatState::Free, 1));
        assert_eq!(seats.lapse(NOW), [SeatNumber(5)]);
        assert_eq!(seats.lapse(NOW), []);
        assert_eq!(seats.apply(&change(5, 2, SALE)), Some(SeatState::Sold));
        assert_eq!(seats.taken(NOW), 2);
    }
}
