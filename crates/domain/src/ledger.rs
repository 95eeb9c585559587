//! The append-only record of every change of a seat's owner, and the chain that makes it tamper-evident.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::{
    ids::{BookingId, OrderId, ShowId, UserId},
    layout::SeatNumber,
    time::UtcMicros,
};

/// A SHA-256 link of the chain.
pub type Hash = [u8; 32];

/// What the first page of a lane is chained to.
pub const GENESIS: Hash = [0; 32];

/// What happened to a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerAction {
    /// Kept for an order until a deadline.
    Held,
    /// Sold to an order.
    Sold,
    /// Given back.
    Released,
    /// Lost by an order whose hold ran out.
    Expired,
}

impl LedgerAction {
    /// As it stands in the ledger.
    const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Sold => "sold",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Held, Self::Sold, Self::Released, Self::Expired].into_iter().find(|action| action.word() == word)
    }
}

/// One change of one seat's owner: who did what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// What.
    pub action: LedgerAction,
    /// The show.
    pub show: ShowId,
    /// The seat.
    pub seat: SeatNumber,
    /// The claim's version after the change: a seat's history is totally ordered by it.
    pub version: i64,
    /// The order that gained or lost the seat.
    pub order: OrderId,
    /// The booking that gained or lost the seat.
    pub booking: BookingId,
    /// Who did it.
    pub actor: UserId,
    /// Until when the seat is owned after the change; written down for a hold, known for everything else.
    pub until: UtcMicros,
}

impl LedgerEntry {
    /// The entry as a line: action, show, seat, version, order, booking, actor and, of a hold, its deadline.
    fn write(&self, lines: &mut String) {
        let Self { action, show, seat, version, order, booking, actor, until } = self;
        let word = action.word();
        // Writing to a string cannot fail.
        let _written = write!(lines, "{word} {show} {seat} {version} {order} {booking} {actor}");
        if *action == LedgerAction::Held {
            let _written = write!(lines, " {}", until.0);
        }
        lines.push('\n');
    }

    fn read(line: &str) -> Option<Self> {
        let (word, numbers) = line.split_once(' ')?;
        let action = LedgerAction::from_word(word)?;
        let mut numbers = numbers.split(' ').map(|number| number.parse::<i64>().ok());
        let mut next = || numbers.next().flatten();
        let entry = Self {
            action,
            show: ShowId(next()?),
            seat: SeatNumber(u32::try_from(next()?).ok()?),
            version: next()?,
            order: OrderId(next()?),
            booking: BookingId(next()?),
            actor: UserId(next()?),
            until: match action {
                LedgerAction::Held => UtcMicros(next()?),
                LedgerAction::Sold => UtcMicros::NEVER,
                LedgerAction::Released | LedgerAction::Expired => UtcMicros::BEGINNING,
            },
        };
        numbers.next().is_none().then_some(entry)
    }
}

/// What one transaction has changed: a page of its lane's ledger. Pages are chained, not entries: a page costs the
/// databases one row, and nobody can change a line of it without changing the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPage {
    /// Which writer wrote it; each lane is a chain of its own.
    pub lane: i64,
    /// The number of its last entry. Entries are counted 1, 2, 3... within the lane.
    pub seq: i64,
    /// When.
    pub at: UtcMicros,
    /// Its entries, one a line.
    pub lines: String,
}

impl LedgerPage {
    /// An empty page behind the entry `seq`.
    pub const fn after(lane: i64, seq: i64, at: UtcMicros) -> Self {
        Self { lane, seq, at, lines: String::new() }
    }

    /// Adds an entry at the end.
    pub fn enter(&mut self, entry: &LedgerEntry) {
        entry.write(&mut self.lines);
        self.seq += 1;
    }

    /// Whether nothing has been entered.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Its entries; a line that is none is returned as it is.
    pub fn entries(&self) -> impl Iterator<Item = Result<LedgerEntry, &str>> {
        self.lines.lines().map(|line| LedgerEntry::read(line).ok_or(line))
    }

    /// SHA-256 over the previous page's link, lane, seq and time, each number as eight big-endian bytes, and the lines.
    pub fn hash(&self, previous: &Hash) -> Hash {
        let mut sha = Sha256::new_with_prefix(previous);
        for number in [self.lane, self.seq, self.at.0] {
            sha.update(number.to_be_bytes());
        }
        sha.update(&self.lines);
        sha.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(action: LedgerAction, fields: [i64; 6], seat: u32) -> LedgerEntry {
        LedgerEntry {
            action,
            show: ShowId(fields[0]),
            seat: SeatNumber(seat),
            version: fields[1],
            order: OrderId(fields[2]),
            booking: BookingId(fields[3]),
            actor: UserId(fields[4]),
            until: match action {
                LedgerAction::Held => UtcMicros(fields[5]),
                LedgerAction::Sold => UtcMicros::NEVER,
                _ => UtcMicros::BEGINNING,
            },
        }
    }

    const ALL: [LedgerAction; 4] =
        [LedgerAction::Held, LedgerAction::Sold, LedgerAction::Released, LedgerAction::Expired];

    fn page(entries: &[LedgerEntry]) -> LedgerPage {
        let mut page = LedgerPage::after(1, 7, UtcMicros(5));
        for entry in entries {
            page.enter(entry);
        }
        page
    }

    proptest! {
        #[test]
        fn entries_are_read_as_they_were_written(fields: [i64; 6], seat: u32, action in 0..4_usize) {
            let entry = entry(ALL[action], fields, seat);
            let page = page(&[entry, entry]);
            prop_assert_eq!(page.seq, 9);
            prop_assert_eq!(page.entries().collect::<Vec<_>>(), vec![Ok(entry); 2]);
        }

        #[test]
        fn a_change_of_any_field_or_of_the_past_changes_the_link(
            fields: [i64; 6], field in 0..6_usize, delta in 1..i64::MAX, previous: Hash, other: Hash,
        ) {
            let mut changed = fields;
            changed[field] = changed[field].wrapping_add(delta);
            let page_of = |fields| page(&[entry(LedgerAction::Held, fields, 7)]);
            prop_assert_ne!(page_of(fields).hash(&previous), page_of(changed).hash(&previous));
            let (first, later) = (page_of(fields), LedgerPage { at: UtcMicros(6), ..page_of(fields) });
            prop_assert_ne!(first.hash(&previous), later.hash(&previous));
            if previous != other {
                prop_assert_ne!(first.hash(&previous), first.hash(&other));
            }
        }
    }

    #[test]
    fn a_page_reads_like_one() {
        let sold = entry(LedgerAction::Sold, [12, 1, 90, 91, 4, 0], 345);
        let held = entry(LedgerAction::Held, [12, 1, 92, 93, 4, 1_700], 346);
        let page = page(&[sold, held]);
        assert_eq!(page.lines, "sold 12 345 1 90 91 4\nheld 12 346 1 92 93 4 1700\n");
        for bad in ["sold 12 345 1 90 91", "sold 12 345 1 90 91 4 5", "held 12 346 1 92 93 4", "lost 1 1 1 1 1 1", ""] {
            assert_eq!(LedgerEntry::read(bad), None, "{bad}");
        }
    }
}
