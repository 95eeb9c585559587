//! Live seats: who watches a show learns of every change of its seats, and who comes back learns what was missed.
//!
//! A change goes from the engine to [`crate::occupancy`] and from there into the show's [`Room`], if anybody has asked
//! for its map lately. One task a show then wakes those who watch; one turn of a wheel, a few times a second, sees to
//! holds that have run out, to heartbeats, and to rooms that nobody needs any more.

mod maps;
mod position;
mod room;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use houselights_domain::{ShowId, UtcMicros};
use parking_lot::Mutex;
use tokio::{runtime::Handle, time::MissedTickBehavior};

pub use maps::{SeatMap, SeatMaps, Turned};
pub use position::{NotAPosition, Position};
pub use room::{Event, Room, Told, Watcher};

use crate::{clock::Clock, occupancy::Occupancy};
use room::SPOKES;

/// How often the wheel turns by a spoke; with its 80 spokes everyone hears a heartbeat every 20 s.
const TURN: Duration = Duration::from_millis(250);
const TURN_MICROS: i64 = 250_000;
/// How long a room is kept that nobody is in: whoever comes back in this time learns what was missed.
const KEPT: i64 = 5 * UtcMicros::MINUTE;
/// Rooms from which on those that nobody is in are closed sooner.
const MOST_ROOMS: usize = 4_096;

/// How many watch, in all rooms.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicUsize);

impl Counter {
    fn joined(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        metrics::gauge!("houselights_live_watchers").increment(1.0);
    }

    fn left(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("houselights_live_watchers").decrement(1.0);
    }
}

/// All rooms of a node.
#[derive(Debug)]
pub(crate) struct Rooms {
    by_show: Mutex<HashMap<ShowId, Arc<Room>>>,
    runtime: Handle,
    counter: Arc<Counter>,
    next_id: AtomicU64,
    closed: AtomicBool,
    /// The spoke that the wheel has come to.
    spoke: Mutex<Option<i64>>,
}

impl Rooms {
    /// No room yet. `first_id` is random, so that no two nodes give a room the same number. Needs the runtime.
    pub(crate) fn new(first_id: u64) -> Self {
        Self {
            by_show: Mutex::default(),
            runtime: Handle::current(),
            counter: Arc::default(),
            next_id: AtomicU64::new(first_id),
            closed: AtomicBool::new(false),
            spoke: Mutex::default(),
        }
    }

    /// Opens a room for a show.
    fn open(&self, show: ShowId) -> Arc<Room> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let room = Arc::new(Room::new(show, id, self.runtime.clone(), Arc::clone(&self.counter)));
        if self.closed.load(Ordering::Acquire) {
            room.close();
        }
        self.by_show.lock().insert(show, Arc::clone(&room));
        room
    }

    fn watchers(&self) -> usize {
        self.counter.0.load(Ordering::Relaxed)
    }

    /// Does what is due: holds that have run out, heartbeats, rooms to be closed.
    pub(crate) fn turn(&self, occupancy: &Occupancy, now: UtcMicros) {
        let rooms: Vec<Arc<Room>> = self.by_show.lock().values().cloned().collect();
        let spokes = self.spokes(now);
        let crowded = rooms.len() > MOST_ROOMS;
        for room in rooms {
            if !room.is_empty() {
                occupancy.lapse(room.show(), now);
                spokes.clone().for_each(|spoke| room.beat(spoke));
            } else if crowded || now.0.saturating_sub(room.used_at().0) > KEPT {
                self.shut(occupancy, &room);
            }
        }
    }

    /// The spokes that the wheel has passed since it was last turned: all of them after a long time.
    fn spokes(&self, now: UtcMicros) -> impl Iterator<Item = usize> + Clone + use<> {
        let to = now.0 / TURN_MICROS;
        let from = self.spoke.lock().replace(to).unwrap_or(to);
        let passed = usize::try_from(to.saturating_sub(from)).unwrap_or(0).min(SPOKES);
        let first = usize::try_from(from.rem_euclid(80)).unwrap_or(0);
        (1..=passed).map(move |step| (first + step) % SPOKES)
    }

    fn shut(&self, occupancy: &Occupancy, room: &Arc<Room>) {
        if occupancy.leave(room) {
            let mut rooms = self.by_show.lock();
            if rooms.get(&room.show()).is_some_and(|known| Arc::ptr_eq(known, room)) {
                rooms.remove(&room.show());
            }
        }
    }

    /// Ends all watching, now and from now on.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let rooms: Vec<Arc<Room>> = self.by_show.lock().values().cloned().collect();
        for room in rooms {
            room.close();
        }
    }
}

/// Turns the wheel until the rooms are gone.
pub(crate) fn spawn_wheel(rooms: &Arc<Rooms>, occupancy: &Arc<Occupancy>, clock: Arc<dyn Clock>) {
    let (rooms, occupancy) = (Arc::downgrade(rooms), Arc::downgrade(occupancy));
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(TURN);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let (Some(rooms), Some(occupancy)) = (rooms.upgrade(), occupancy.upgrade()) else { return };
            rooms.turn(&occupancy, clock.now());
        }
    });
}
