//! Claims that have moved and do not stand in the embedded database's table yet.
//!
//! A batch appends: orders, bookings, and the ledger, which says who owns each seat. Claims lie where their shows lie,
//! another page for nearly every one, and writing those pages cost more than all else. So the newest stand here, by
//! seat, and are merged into `claims` when the queue is idle or the tail is full, sorted, a slice at a time. Nothing is
//! known here alone: the tail is what the ledger says after `claims_merged`, and is read from it at start.
//!
//! A seat's key is the tail's while its claim is in it, and the table's otherwise. Only [`Moving::move_on`] moves a
//! claim, and only from what it was found to be in the same transaction, of which there is one at a time.

use std::collections::HashMap;

use houselights_domain::{BookingId, OrderId, SeatNumber, ShowId, UtcMicros, claim::ClaimRow, ledger::LedgerPage};
use parking_lot::{RwLock, RwLockReadGuard};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    merge::{Merge, WORTH_IT},
    sqlite::LANE,
    sqlite_statements::{Sql, Statements},
};
use crate::{
    error::{Error, Result},
    mutant::{self, Mutant},
};

/// From so many on they are merged even while the queue is busy. About 10 MB: the more there are, the more rows share a
/// page that is written.
const FULL: usize = 100_000;

/// Older never writes over newer.
const MERGE: &str = "INSERT INTO claims (show_id, seat_number, version, deadline, order_id, booking_id)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (show_id, seat_number) DO UPDATE
     SET version = excluded.version, deadline = excluded.deadline, order_id = excluded.order_id,
         booking_id = excluded.booking_id
     WHERE excluded.version > version";
const MERGED: &str = "UPDATE claims_merged SET up_to_seq = max(up_to_seq, ?1)";

/// A seat's claim, and up to which entry of the ledger one must read to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) version: i64,
    pub(crate) deadline: UtcMicros,
    pub(crate) order: OrderId,
    pub(crate) booking: BookingId,
    /// 0 where it comes from the table.
    pub(crate) seq: i64,
}

impl Claim {
    pub(crate) const fn row(&self) -> ClaimRow {
        ClaimRow { version: self.version, deadline: self.deadline, order: self.order }
    }
}

type Seat = (ShowId, SeatNumber);

#[derive(Debug, Default)]
pub(crate) struct ClaimTail(RwLock<Tail>);

#[derive(Debug, Default)]
struct Tail {
    by_show: HashMap<ShowId, HashMap<SeatNumber, Claim>>,
    seats: usize,
    newest: i64,
    /// What is being merged: sorted, and how far that has come.
    merging: Option<Merge<(Seat, Claim)>>,
}

impl ClaimTail {
    /// Reads what the ledger says beyond the table.
    pub(crate) fn load(connection: &Connection) -> Result<Self> {
        Ok(Self(RwLock::new(Tail::read(connection)?)))
    }

    /// Believes the database and forgets everything else.
    pub(crate) fn reload(&self, connection: &Connection) -> Result<()> {
        let tail = Tail::read(connection)?;
        *self.0.write() = tail;
        Ok(())
    }

    /// Claims as the next batch finds and moves them. Only the writer may call it.
    pub(super) fn moving(&self) -> Moving<'_> {
        Moving { tail: self.0.read(), seats: HashMap::new() }
    }

    /// Notes the claims that a committed batch has moved. Called before anybody is answered.
    pub(super) fn note(&self, moved: Vec<(Seat, Claim)>) {
        let mut tail = self.0.write();
        for (seat, claim) in moved {
            tail.put(seat, claim);
        }
    }

    /// The claims of a show that may not be in the table yet. Read them *before* the table, and of two claims of a seat
    /// take the one with the higher version: one that is merged in between is then seen twice, never not at all.
    pub(super) fn of_show(&self, show: ShowId) -> Vec<(SeatNumber, Claim)> {
        let tail = self.0.read();
        tail.by_show.get(&show).into_iter().flatten().map(|(seat, claim)| (*seat, *claim)).collect()
    }

    /// Whether merging cannot wait for a quiet moment.
    pub(super) fn is_full(&self) -> bool {
        let tail = self.0.read();
        tail.seats >= FULL || (tail.merging.is_some() && tail.seats >= FULL / 2)
    }

    /// Merges one slice; `true` when more is left. Only the writer may call it.
    pub(super) fn merge_slice(&self, connection: &mut Connection) -> Result<bool> {
        let (slice, finished) = {
            let mut tail = self.0.write();
            if tail.merging.is_none() && tail.seats < WORTH_IT {
                return Ok(false);
            }
            if tail.merging.is_none() {
                tail.merging = Some(Merge::of(tail.sorted(), tail.newest));
            }
            let Some(merge) = &tail.merging else { return Ok(false) };
            merge.slice()
        };
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        write(&tx, &slice)?;
        if let Some(up_to) = finished {
            tx.prepare_cached(MERGED)?.execute([up_to])?;
        }
        tx.commit()?;
        let mut tail = self.0.write();
        if let Some(merge) = &mut tail.merging {
            merge.written(slice.len());
        }
        if let Some(up_to) = finished {
            tail.forget(up_to);
        }
        Ok(finished.is_none())
    }
}

/// Brings the table up to date within a transaction that writes, for whoever asks it who owns what: another process has
/// no tail, and portable statements know of none.
pub(crate) fn settle_table(connection: &Connection) -> Result<()> {
    let tail = Tail::read(connection)?;
    if tail.seats > 0 {
        write(connection, &tail.sorted())?;
        connection.execute(MERGED, [tail.newest])?;
    }
    Ok(())
}

fn write(connection: &Connection, claims: &[(Seat, Claim)]) -> Result<()> {
    let mut insert = connection.prepare_cached(MERGE)?;
    for ((show, seat), claim) in claims {
        let (order, booking) = (claim.order.0, claim.booking.0);
        insert.execute(params![show.0, seat.0, claim.version, claim.deadline.0, order, booking])?;
    }
    Ok(())
}

/// What the ledger says of seats beyond the table, as a transaction sees it.
pub(crate) fn unmerged(connection: &Connection) -> Result<Vec<(Seat, Claim)>> {
    Ok(Tail::read(connection)?.sorted())
}

/// Version, deadline, order and booking from this column on.
pub(super) fn claim(row: &Row<'_>, from: usize) -> rusqlite::Result<Claim> {
    Ok(Claim {
        version: row.get(from)?,
        deadline: UtcMicros(row.get(from + 1)?),
        order: OrderId(row.get(from + 2)?),
        booking: BookingId(row.get(from + 3)?),
        seq: 0,
    })
}

/// Claims as one batch finds and moves them; nobody else learns of it before [`ClaimTail::note`].
pub(super) struct Moving<'t> {
    tail: RwLockReadGuard<'t, Tail>,
    /// Every seat that was looked at, as it is now, and whether it was moved.
    seats: HashMap<Seat, (Option<Claim>, bool)>,
}

impl Moving<'_> {
    /// The claim of a seat, if it was ever claimed.
    pub(super) fn find(&mut self, statements: &mut Statements<'_>, seat: Seat) -> Result<Option<ClaimRow>> {
        if let Some((found, _)) = self.seats.get(&seat) {
            return Ok(found.map(|claim| claim.row()));
        }
        let newest = self.tail.by_show.get(&seat.0).and_then(|seats| seats.get(&seat.1)).copied();
        let found = if newest.is_some() {
            newest
        } else {
            let statement = statements.get(Sql::Claim)?;
            statement.query_row(params![seat.0.0, seat.1.0], |row| claim(row, 0)).optional()?
        };
        self.seats.insert(seat, (found, false));
        Ok(found.map(|claim| claim.row()))
    }

    /// Moves a claim on from the very one that was found, and only if that is nobody's, its deadline has passed, or it
    /// belongs to the same booking. `false` if it may not be moved: nothing has changed then.
    #[must_use]
    pub(super) fn move_on(&mut self, seat: Seat, before: Option<ClaimRow>, after: Claim, now: UtcMicros) -> bool {
        let Some((found, moved)) = self.seats.get_mut(&seat) else { return false };
        let unchanged = found.map(|claim| claim.row()) == before;
        let next = found.map_or(1, |claim| claim.version + 1) == after.version;
        let may = found.is_none_or(|claim| claim.deadline <= now || claim.booking == after.booking);
        let permitted = (unchanged && next && may) || mutant::active(Mutant::MovesBlindly);
        if permitted {
            (*found, *moved) = (Some(after), true);
        }
        permitted
    }

    /// The claims that were moved, as they are now.
    pub(super) fn moved(self) -> Vec<(Seat, Claim)> {
        let moved = self.seats.into_iter().filter(|(_, (_, moved))| *moved);
        moved.filter_map(|(seat, (claim, _))| claim.map(|claim| (seat, claim))).collect()
    }
}

impl Tail {
    fn read(connection: &Connection) -> Result<Self> {
        let mut tail = Self::default();
        let mut statement = connection.prepare_cached(
            "SELECT lane, seq, at, lines FROM ledger
             WHERE lane = ?1 AND seq > (SELECT up_to_seq FROM claims_merged) ORDER BY seq",
        )?;
        let pages = statement.query_map([LANE], |row| {
            Ok(LedgerPage { lane: row.get(0)?, seq: row.get(1)?, at: UtcMicros(row.get(2)?), lines: row.get(3)? })
        })?;
        for page in pages {
            let page = page?;
            for entry in page.entries() {
                let entry = entry.map_err(|line| {
                    Error::Corrupt(format!("the ledger's page up to entry {} has the line {line:?}", page.seq))
                })?;
                let (version, order, booking) = (entry.version, entry.order, entry.booking);
                let claim = Claim { version, deadline: entry.until, order, booking, seq: page.seq };
                tail.put((entry.show, entry.seat), claim);
            }
        }
        Ok(tail)
    }

    fn put(&mut self, (show, seat): Seat, claim: Claim) {
        let before = self.by_show.entry(show).or_default().insert(seat, claim);
        self.seats += usize::from(before.is_none());
        self.newest = self.newest.max(claim.seq);
    }

    fn sorted(&self) -> Vec<(Seat, Claim)> {
        let of_show = |(show, seats): (&ShowId, &HashMap<SeatNumber, Claim>)| {
            let show = *show;
            seats.iter().map(move |(seat, claim)| ((show, *seat), *claim)).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = self.by_show.iter().flat_map(of_show).collect();
        all.sort_unstable_by_key(|(seat, _)| *seat);
        all
    }

    fn forget(&mut self, up_to: i64) {
        self.merging = None;
        let mut left = 0;
        self.by_show.retain(|_, seats| {
            seats.retain(|_, claim| claim.seq > up_to);
            left += seats.len();
            !seats.is_empty()
        });
        self.seats = left;
    }
}
