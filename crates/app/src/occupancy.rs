//! Which seats are owned, as this node knows it: counts for lists, states for seat maps, and cheap refusals.
//!
//! A show is read from the database when it is first asked for; from then on every committed change is applied before
//! its author is answered, so what is said here is never older than an answer this node has given.

use std::{collections::HashMap, sync::Arc};

use houselights_domain::{SeatNumber, ShowId, UtcMicros};
use houselights_store::{
    Db,
    hot::{Owned, SeatChange},
};
use parking_lot::Mutex;

use crate::{engine::Listener, error::Result};

/// Shows kept in memory. A show of 1,000 seats takes about 300 bytes.
const MOST_SHOWS: usize = 50_000;
const SHARDS: usize = 16;

/// What this node knows of its shows' seats.
#[derive(Debug)]
pub struct Occupancy {
    shards: [Mutex<HashMap<ShowId, Entry>>; SHARDS],
}

#[derive(Debug)]
enum Entry {
    /// Being read; what changes meanwhile is applied afterwards. A change says how a seat *is*, so that one which the
    /// read has seen already does no harm.
    Loading {
        readers: usize,
        meanwhile: Vec<SeatChange>,
    },
    Known(Seats),
}

/// The seats of one show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seats {
    sold: Vec<u64>,
    sold_count: u32,
    /// Held seats and when each lapses. Few at any time.
    held: HashMap<SeatNumber, UtcMicros>,
}

impl Seats {
    fn from_owned(owned: &Owned) -> Self {
        let mut seats = Self::default();
        for (seat, deadline) in &owned.seats {
            seats.set(*seat, *deadline);
        }
        seats
    }

    fn set(&mut self, seat: SeatNumber, deadline: UtcMicros) {
        let (word, bit) = (seat.0 as usize / 64, 1_u64 << (seat.0 % 64));
        if self.sold.len() <= word {
            self.sold.resize(word + 1, 0);
        }
        let was_sold = self.sold[word] & bit != 0;
        let is_sold = deadline == UtcMicros::NEVER;
        if is_sold {
            self.sold[word] |= bit;
        } else {
            self.sold[word] &= !bit;
        }
        self.sold_count = self.sold_count + u32::from(is_sold) - u32::from(was_sold);
        if is_sold || deadline == UtcMicros::BEGINNING {
            self.held.remove(&seat);
        } else {
            self.held.insert(seat, deadline);
        }
    }

    /// Whether the seat is sold for good.
    pub fn is_sold(&self, seat: SeatNumber) -> bool {
        self.sold.get(seat.0 as usize / 64).is_some_and(|word| word & (1 << (seat.0 % 64)) != 0)
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

impl Default for Occupancy {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl Occupancy {
    fn shard(&self, show: ShowId) -> &Mutex<HashMap<ShowId, Entry>> {
        &self.shards[usize::try_from(show.0.rem_euclid(16)).unwrap_or(0)]
    }

    /// Looks at a show's seats if they are in memory.
    pub fn peek<T>(&self, show: ShowId, look: impl FnOnce(&Seats) -> T) -> Option<T> {
        match self.shard(show).lock().get(&show) {
            Some(Entry::Known(seats)) => Some(look(seats)),
            _ => None,
        }
    }

    /// Looks at the seats of each show, reading those that are not in memory in one go.
    pub async fn look<T>(&self, db: &Db, shows: &[ShowId], look: impl Fn(&Seats) -> T) -> Result<Vec<T>> {
        let mut found: Vec<Option<T>> = shows.iter().map(|show| self.peek(*show, &look)).collect();
        let missing: Vec<ShowId> =
            shows.iter().zip(&found).filter(|(_, known)| known.is_none()).map(|(show, _)| *show).collect();
        if !missing.is_empty() {
            let mut read = self.load(db, missing).await?.into_iter();
            for slot in found.iter_mut().filter(|slot| slot.is_none()) {
                *slot = read.next().map(|seats| look(&seats));
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    async fn load(&self, db: &Db, shows: Vec<ShowId>) -> Result<Vec<Seats>> {
        let guard = Loads { occupancy: self, shows: &shows };
        for show in &shows {
            self.begin(*show);
        }
        let owned = db.owned_seats(shows.clone()).await?;
        drop(guard.done(&owned));
        Ok(shows
            .iter()
            .zip(&owned)
            .map(|(show, owned)| self.peek(*show, Clone::clone).unwrap_or_else(|| Seats::from_owned(owned)))
            .collect())
    }

    fn begin(&self, show: ShowId) {
        let mut shard = self.shard(show).lock();
        if shard.len() >= MOST_SHOWS / SHARDS && !shard.contains_key(&show) {
            let victim = shard.iter().find(|(_, entry)| matches!(entry, Entry::Known(_))).map(|(show, _)| *show);
            if let Some(victim) = victim {
                shard.remove(&victim);
            }
        }
        match shard.entry(show).or_insert_with(|| Entry::Loading { readers: 0, meanwhile: Vec::new() }) {
            Entry::Loading { readers, .. } => *readers += 1,
            Entry::Known(_) => {}
        }
    }

    fn finish(&self, owned: &Owned) {
        let mut shard = self.shard(owned.show).lock();
        if let Some(Entry::Loading { meanwhile, .. }) = shard.get(&owned.show) {
            let mut seats = Seats::from_owned(owned);
            for change in meanwhile {
                seats.set(change.seat, change.deadline);
            }
            shard.insert(owned.show, Entry::Known(seats));
        }
    }

    fn abandon(&self, show: ShowId) {
        let mut shard = self.shard(show).lock();
        if let Some(Entry::Loading { readers, .. }) = shard.get_mut(&show) {
            *readers -= 1;
            if *readers == 0 {
                shard.remove(&show);
            }
        }
    }
}

/// Reads under way; those that never finish are taken back, or their list of changes would grow for ever.
struct Loads<'a> {
    occupancy: &'a Occupancy,
    shows: &'a [ShowId],
}

impl Loads<'_> {
    fn done(self, owned: &[Owned]) -> Self {
        for one in owned {
            self.occupancy.finish(one);
        }
        self
    }
}

impl Drop for Loads<'_> {
    fn drop(&mut self) {
        for show in self.shows {
            self.occupancy.abandon(*show);
        }
    }
}

impl Listener for Occupancy {
    fn changed(&self, changes: &[SeatChange]) {
        for change in changes {
            match self.shard(change.show).lock().get_mut(&change.show) {
                Some(Entry::Known(seats)) => seats.set(change.seat, change.deadline),
                Some(Entry::Loading { meanwhile, .. }) => meanwhile.push(*change),
                None => {}
            }
        }
    }
}

/// A listener for the engine that does not keep the occupancy alive.
pub(crate) fn as_listener(occupancy: &Arc<Occupancy>) -> std::sync::Weak<dyn Listener> {
    let weak: std::sync::Weak<Occupancy> = Arc::downgrade(occupancy);
    weak
}
