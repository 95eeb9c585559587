//! Which seats are owned, as this node knows it: counts for lists, states for seat maps, and cheap refusals.
//!
//! A show is read from the database when it is first asked for; from then on every committed change is applied before
//! its author is answered, so what is said here is never older than an answer this node has given.

mod seats;

use std::{collections::HashMap, sync::Arc};

use houselights_domain::{ShowId, UtcMicros};
use houselights_store::{
    Db,
    hot::{Owned, SeatChange},
};
use parking_lot::Mutex;

use crate::{engine::Listener, error::Result, live::Room};
pub use seats::{SeatState, Seats};

/// Shows kept in memory, besides those that are watched. A show of 1,000 seats takes about 4 KiB.
const MOST_SHOWS: usize = 20_000;
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
    Known(Known),
}

#[derive(Debug, Default)]
struct Known {
    seats: Seats,
    /// Where changes are told, if anybody has asked for the show's map.
    room: Option<Arc<Room>>,
}

impl Known {
    /// Applies a change; the room where it is to be told and is not yet being told.
    fn apply(&mut self, change: &SeatChange) -> Option<Arc<Room>> {
        let state = self.seats.apply(change)?;
        let room = self.room.as_ref()?;
        room.note(change.seat, state).then(|| Arc::clone(room))
    }

    /// Turns seats free whose holds have run out.
    fn lapse(&mut self, now: UtcMicros) {
        let lapsed = self.seats.lapse(now);
        if let Some(room) = &self.room {
            let mut news = false;
            for seat in lapsed {
                news |= room.note(seat, SeatState::Free);
            }
            if news {
                room.tell();
            }
        }
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
            Some(Entry::Known(known)) => Some(look(&known.seats)),
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

    /// Enters the room where a show's changes are told, opening it if need be; `None` if the show is not in memory.
    /// Nothing changes while `look` looks.
    pub(crate) fn enter<T>(
        &self,
        show: ShowId,
        now: UtcMicros,
        open: impl FnOnce() -> Arc<Room>,
        look: impl FnOnce(&Seats, &Arc<Room>) -> T,
    ) -> Option<T> {
        let mut shard = self.shard(show).lock();
        let Some(Entry::Known(known)) = shard.get_mut(&show) else { return None };
        known.lapse(now);
        let room = known.room.get_or_insert_with(open);
        room.used(now);
        Some(look(&known.seats, room))
    }

    /// Turns seats of a show free whose holds have run out.
    pub(crate) fn lapse(&self, show: ShowId, now: UtcMicros) {
        if let Some(Entry::Known(known)) = self.shard(show).lock().get_mut(&show) {
            known.lapse(now);
        }
    }

    /// Leaves a room that nobody is in any more; whether it was left.
    pub(crate) fn leave(&self, room: &Room) -> bool {
        let mut shard = self.shard(room.show()).lock();
        match shard.get_mut(&room.show()) {
            Some(Entry::Known(known)) if room.is_empty() => {
                known.room = None;
                true
            }
            Some(_) => false,
            None => true,
        }
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
            let idle = |entry: &Entry| matches!(entry, Entry::Known(known) if known.room.is_none());
            let victim = shard.iter().find(|(_, entry)| idle(entry)).map(|(show, _)| *show);
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
                _ = seats.apply(change);
            }
            shard.insert(owned.show, Entry::Known(Known { seats, room: None }));
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
        let mut news = Vec::new();
        for change in changes {
            match self.shard(change.show).lock().get_mut(&change.show) {
                Some(Entry::Known(known)) => news.extend(known.apply(change)),
                Some(Entry::Loading { meanwhile, .. }) => meanwhile.push(*change),
                None => {}
            }
        }
        // After the last one, so that a booking of several seats is told as one.
        for room in news {
            room.tell();
        }
    }
}
