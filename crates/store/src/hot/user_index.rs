//! Which bookings a user has, without an index whose keys jump about.
//!
//! The hot path only appends bookings. The newest stand in a small tail in memory, by user; when the queue is idle, or
//! the tail is full, they are merged into the table `user_bookings`, sorted, a slice at a time, so that each page of it
//! is touched once for many rows. The tail is what lies above `user_bookings_merged` and is read again at start.

use std::collections::HashMap;

use houselights_domain::{BookingId, UserId};
use parking_lot::RwLock;
use rusqlite::{Connection, params};

use super::merge::{Merge, WORTH_IT};
use crate::error::Result;

/// From so many rows on the tail is merged even while the queue is busy. About 2 MB.
const FULL: usize = 100_000;

#[derive(Debug, Default)]
pub(crate) struct UserIndex(RwLock<Tail>);

#[derive(Debug, Default)]
struct Tail {
    by_user: HashMap<UserId, Vec<BookingId>>,
    rows: usize,
    newest: HighWater,
    /// What is being merged: sorted, and how far that has come.
    merging: Option<Merge<(UserId, BookingId)>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct HighWater(i64);

impl UserIndex {
    /// Reads the bookings that have not been merged.
    pub(crate) fn load(connection: &Connection) -> Result<Self> {
        Ok(Self(RwLock::new(Tail::read(connection)?)))
    }

    /// Reads them again: memory may know less than the disk.
    pub(crate) fn reload(&self, connection: &Connection) -> Result<()> {
        let tail = Tail::read(connection)?;
        *self.0.write() = tail;
        Ok(())
    }

    /// Notes committed bookings. Called before their buyers are answered, so that each can read what they wrote.
    pub(crate) fn note(&self, bookings: impl Iterator<Item = (UserId, BookingId)>) {
        let mut tail = self.0.write();
        for (user, booking) in bookings {
            tail.add(user, booking);
        }
    }

    /// The bookings of a user that may not be in the table yet. Read it *before* the table: a row that is merged in
    /// between is then seen twice, never not at all.
    pub(crate) fn recent(&self, user: UserId) -> Vec<BookingId> {
        self.0.read().by_user.get(&user).cloned().unwrap_or_default()
    }

    /// Whether merging cannot wait for a quiet moment.
    pub(crate) fn is_full(&self) -> bool {
        let tail = self.0.read();
        tail.rows >= FULL || (tail.merging.is_some() && tail.rows >= FULL / 2)
    }

    /// Merges one slice; `true` when more is left. Only the writer may call it.
    pub(crate) fn merge_slice(&self, connection: &mut Connection) -> Result<bool> {
        let (slice, finished) = {
            let mut tail = self.0.write();
            if tail.merging.is_none() && tail.rows < WORTH_IT {
                return Ok(false);
            }
            if tail.merging.is_none() {
                tail.merging = Some(Merge::of(tail.sorted(), tail.newest.0));
            }
            let Some(merge) = &tail.merging else { return Ok(false) };
            merge.slice()
        };
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let sql = "INSERT OR IGNORE INTO user_bookings (user_id, booking_id) VALUES (?1, ?2)";
            let mut insert = tx.prepare_cached(sql)?;
            for (user, booking) in &slice {
                insert.execute(params![user.0, booking.0])?;
            }
            if let Some(up_to) = finished {
                tx.execute("UPDATE user_bookings_merged SET up_to_booking = ?1", [up_to])?;
            }
        }
        tx.commit()?;
        let mut tail = self.0.write();
        if let Some(merge) = &mut tail.merging {
            merge.written(slice.len());
        }
        if let Some(up_to) = finished {
            tail.forget(HighWater(up_to));
        }
        Ok(finished.is_none())
    }
}

impl Tail {
    fn read(connection: &Connection) -> Result<Self> {
        let merged: i64 =
            connection.query_row("SELECT up_to_booking FROM user_bookings_merged", [], |row| row.get(0))?;
        let mut tail = Self { newest: HighWater(merged), ..Self::default() };
        let mut statement = connection.prepare("SELECT id, user_id FROM bookings WHERE id > ?1 ORDER BY id")?;
        let mut rows = statement.query([merged])?;
        while let Some(row) = rows.next()? {
            tail.add(UserId(row.get(1)?), BookingId(row.get(0)?));
        }
        Ok(tail)
    }

    fn add(&mut self, user: UserId, booking: BookingId) {
        self.by_user.entry(user).or_default().push(booking);
        self.rows += 1;
        self.newest = self.newest.max(HighWater(booking.0));
    }

    fn sorted(&self) -> Vec<(UserId, BookingId)> {
        let mut all: Vec<_> =
            self.by_user.iter().flat_map(|(user, bookings)| bookings.iter().map(|booking| (*user, *booking))).collect();
        all.sort_unstable();
        all
    }

    fn forget(&mut self, up_to: HighWater) {
        self.merging = None;
        let mut left = 0;
        self.by_user.retain(|_, bookings| {
            bookings.retain(|booking| booking.0 > up_to.0);
            left += bookings.len();
            !bookings.is_empty()
        });
        self.rows = left;
    }
}
