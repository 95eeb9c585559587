//! What the ledger says, worked out again from its entries alone.

use std::collections::HashMap;

use crate::{
    booking::BookingStatus,
    claim::ClaimRow,
    ids::{BookingId, OrderId, ShowId},
    layout::SeatNumber,
    ledger::{GENESIS, Hash, LedgerAction, LedgerPage},
    time::UtcMicros,
};

/// One thing that does not add up, in a sentence.
pub type Finding = String;

#[derive(Clone, Copy, Debug)]
struct Event {
    version: i64,
    action: LedgerAction,
    order: OrderId,
    booking: BookingId,
}

/// A ledger that is being replayed: add every page of every lane, then compare it with the tables.
#[derive(Debug, Default)]
pub struct Replay {
    lanes: HashMap<i64, (i64, Hash)>,
    seats: HashMap<(ShowId, SeatNumber), Vec<Event>>,
    entries: u64,
}

/// What the ledger says of every seat and booking.
#[derive(Debug, Default)]
pub struct Replayed {
    seats: HashMap<(ShowId, SeatNumber), Event>,
    bookings: HashMap<BookingId, (ShowId, SeatNumber, LedgerAction)>,
}

impl Replay {
    /// How many entries have been added.
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// Adds the next page of its lane, as stored with its link.
    pub fn add(&mut self, page: &LedgerPage, stored: &[u8]) -> Vec<Finding> {
        let (seq, hash) = self.lanes.entry(page.lane).or_insert((0, GENESIS));
        let (lane, last) = (page.lane, page.seq);
        let mut findings = Vec::new();
        let mut read = *seq;
        for entry in page.entries() {
            read += 1;
            match entry {
                Ok(entry) => self.seats.entry((entry.show, entry.seat)).or_default().push(Event {
                    version: entry.version,
                    action: entry.action,
                    order: entry.order,
                    booking: entry.booking,
                }),
                Err(text) => findings.push(format!("lane {lane}: entry {read} cannot be read: {text}")),
            }
        }
        self.entries += u64::try_from(read - *seq).unwrap_or(0);
        if read != last {
            findings.push(format!(
                "lane {lane}: a page that ends at entry {last} follows entry {seq}; entries are missing"
            ));
        } else if page.hash(hash) != *stored {
            findings.push(format!(
                "lane {lane}: the page up to entry {last} does not match its hash; it or an earlier one was changed"
            ));
        }
        *seq = last;
        // Go on from the stored link, so that one change is reported once and not for every later page.
        *hash = Hash::try_from(stored).unwrap_or(GENESIS);
        findings
    }

    /// Checks each seat's history and returns what it came to.
    pub fn finish(self) -> (Replayed, Vec<Finding>) {
        let mut replayed = Replayed::default();
        let mut findings = Vec::new();
        for ((show, seat), mut events) in self.seats {
            events.sort_by_key(|event| event.version);
            let mut before: Option<Event> = None;
            for event in events {
                if let Some(reason) = impossible(before, event) {
                    findings.push(format!("show {show}, seat {seat}, version {}: {reason}", event.version));
                }
                replayed.bookings.insert(event.booking, (show, seat, event.action));
                before = Some(event);
            }
            if let Some(last) = before {
                replayed.seats.insert((show, seat), last);
            }
        }
        findings.sort();
        (replayed, findings)
    }
}

/// Why an event cannot follow another on one seat.
fn impossible(before: Option<Event>, event: Event) -> Option<String> {
    let expected = before.map_or(1, |before| before.version + 1);
    if event.version != expected {
        return Some(format!("version {expected} was expected"));
    }
    let owner = before.filter(|before| matches!(before.action, LedgerAction::Held | LedgerAction::Sold));
    let ends = matches!(event.action, LedgerAction::Released | LedgerAction::Expired);
    match owner {
        None if ends => Some(format!("booking {} loses a seat that nobody owned", event.booking)),
        Some(owner) if owner.booking != event.booking => {
            Some(format!("booking {} gets or loses the seat of booking {}", event.booking, owner.booking))
        }
        Some(owner) if owner.action == LedgerAction::Sold && event.action != LedgerAction::Released => {
            Some(format!("a sold seat of booking {} is {:?}", event.booking, event.action))
        }
        Some(owner) if owner.action == LedgerAction::Held && event.action == LedgerAction::Held => {
            Some(format!("the held seat of booking {} is held again", event.booking))
        }
        _ => None,
    }
}

impl Replayed {
    /// How many seats were ever claimed.
    pub fn seats(&self) -> usize {
        self.seats.len()
    }

    /// Compares a claim with the ledger and ticks it off.
    pub fn claim(&mut self, show: ShowId, seat: SeatNumber, row: ClaimRow, booking: BookingId) -> Option<Finding> {
        let at = format!("claim of show {show}, seat {seat}");
        let Some(last) = self.seats.remove(&(show, seat)) else {
            return Some(format!("{at}: the ledger knows nothing of it"));
        };
        let fits = match last.action {
            LedgerAction::Sold => row.deadline == UtcMicros::NEVER,
            LedgerAction::Held => row.deadline != UtcMicros::NEVER && row.deadline != UtcMicros::BEGINNING,
            LedgerAction::Released | LedgerAction::Expired => row.deadline == UtcMicros::BEGINNING,
        };
        if row.version != last.version {
            Some(format!("{at}: it is at version {}, the ledger at {}", row.version, last.version))
        } else if row.order != last.order || booking != last.booking {
            Some(format!("{at}: it names booking {booking}, the ledger booking {}", last.booking))
        } else if !fits {
            Some(format!("{at}: its deadline {} does not fit the ledger's {:?}", row.deadline.0, last.action))
        } else {
            None
        }
    }

    /// Compares a booking with the ledger and ticks it off.
    pub fn booking(&mut self, id: BookingId, show: ShowId, seat: SeatNumber, status: BookingStatus) -> Option<Finding> {
        let Some((said_show, said_seat, action)) = self.bookings.remove(&id) else {
            return Some(format!("booking {id}: the ledger knows nothing of it"));
        };
        let said = match action {
            LedgerAction::Held => BookingStatus::Held,
            LedgerAction::Sold => BookingStatus::Booked,
            LedgerAction::Released => BookingStatus::Cancelled,
            LedgerAction::Expired => BookingStatus::Expired,
        };
        if (said_show, said_seat) != (show, seat) {
            Some(format!(
                "booking {id}: it is for seat {seat} of show {show}, the ledger says seat {said_seat} of {said_show}"
            ))
        } else if said != status {
            Some(format!("booking {id}: it is {}, the ledger says {}", status.as_str(), said.as_str()))
        } else {
            None
        }
    }

    /// What the ledger knows and the tables do not: call it when all claims and bookings have been compared.
    pub fn left_over(self) -> Vec<Finding> {
        let seats = self.seats.keys().map(|(show, seat)| format!("claim of show {show}, seat {seat}: it is missing"));
        let bookings = self.bookings.keys().map(|id| format!("booking {id}: it is missing"));
        let mut findings: Vec<_> = seats.chain(bookings).collect();
        findings.sort();
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::UserId, ledger::LedgerEntry};

    fn ledger(events: &[(LedgerAction, i64, i64)]) -> Vec<(LedgerPage, Hash)> {
        let mut hash = GENESIS;
        events
            .iter()
            .zip(0..)
            .map(|((action, version, booking), before)| {
                let mut page = LedgerPage::after(1, before, UtcMicros(before));
                page.enter(&LedgerEntry {
                    action: *action,
                    show: ShowId(1),
                    seat: SeatNumber(1),
                    version: *version,
                    order: OrderId(*booking),
                    booking: BookingId(*booking),
                    actor: UserId(1),
                    until: UtcMicros::NEVER,
                });
                hash = page.hash(&hash);
                (page, hash)
            })
            .collect()
    }

    fn findings(ledger: &[(LedgerPage, Hash)]) -> Vec<Finding> {
        let mut replay = Replay::default();
        let mut findings: Vec<_> = ledger.iter().flat_map(|(page, hash)| replay.add(page, hash)).collect();
        findings.extend(replay.finish().1);
        findings
    }

    use LedgerAction::{Expired, Held, Released, Sold};

    #[test]
    fn a_sound_history_has_no_findings() {
        let history = [(Sold, 1, 1), (Released, 2, 1), (Held, 3, 2), (Expired, 4, 2), (Held, 5, 3), (Sold, 6, 3)];
        assert_eq!(findings(&ledger(&history)), Vec::<Finding>::new());
    }

    #[test]
    fn a_seat_sold_twice_is_found() {
        let found = findings(&ledger(&[(Sold, 1, 1), (Sold, 2, 2)]));
        assert_eq!(found, ["show 1, seat 1, version 2: booking 2 gets or loses the seat of booking 1"]);
    }

    #[test]
    fn a_sold_seat_that_expires_is_found() {
        assert_eq!(findings(&ledger(&[(Sold, 1, 1), (Expired, 2, 1)])).len(), 1);
    }

    #[test]
    fn a_changed_entry_a_missing_entry_and_a_missing_version_are_found() {
        let mut changed = ledger(&[(Sold, 1, 1), (Released, 2, 1), (Sold, 3, 2)]);
        changed[0].0.lines = changed[0].0.lines.replace(" 1 1\n", " 1 2\n");
        assert_eq!(
            findings(&changed),
            ["lane 1: the page up to entry 1 does not match its hash; it or an earlier one was changed"]
        );
        let mut missing = ledger(&[(Sold, 1, 1), (Released, 2, 1), (Sold, 3, 2)]);
        missing.remove(1);
        assert_eq!(findings(&missing).len(), 2);
    }

    #[test]
    fn claims_and_bookings_are_compared_both_ways() {
        let mut replay = Replay::default();
        for (page, hash) in ledger(&[(Sold, 1, 1), (Released, 2, 1), (Sold, 3, 2)]) {
            assert_eq!(replay.add(&page, &hash), Vec::<Finding>::new());
        }
        let (mut replayed, _) = replay.finish();
        let row = ClaimRow { version: 3, deadline: UtcMicros::BEGINNING, order: OrderId(2) };
        assert!(replayed.claim(ShowId(1), SeatNumber(1), row, BookingId(2)).unwrap().contains("does not fit"));
        assert!(replayed.claim(ShowId(1), SeatNumber(2), row, BookingId(2)).unwrap().contains("knows nothing"));
        assert!(
            replayed
                .booking(BookingId(1), ShowId(1), SeatNumber(1), BookingStatus::Booked)
                .unwrap()
                .contains("cancelled")
        );
        assert_eq!(replayed.left_over(), ["booking 2: it is missing"]);
    }
}
