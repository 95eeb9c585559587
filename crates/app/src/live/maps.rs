//! A show's seats, as a map and as a feed.

use std::sync::{Arc, atomic::Ordering};

use houselights_domain::{SeatNumber, ShowId, UtcMicros};
use houselights_store::Db;

use super::{Position, Room, Rooms, Watcher};
use crate::{
    clock::Clock,
    error::{Error, Result},
    occupancy::{Occupancy, SeatState, Seats},
};

/// How often a show is read that is pushed out of memory while it is looked at.
const TRIES: usize = 3;
/// What somebody is told who finds every place taken from which seats can be watched.
const COME_AGAIN: std::time::Duration = std::time::Duration::from_secs(5);

/// The seats of a show at one moment. What they are called and where they stand says the show's layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatMap {
    /// The moment. As long as it is the same, so is the map.
    pub position: Position,
    /// How many seats are held or sold.
    pub taken: u32,
    /// The state of seat 1, 2, 3...
    pub states: Vec<SeatState>,
}

impl SeatMap {
    /// A seat's state.
    pub fn state(&self, seat: SeatNumber) -> SeatState {
        let index = seat.0.checked_sub(1).map(|index| index as usize);
        index.and_then(|index| self.states.get(index).copied()).unwrap_or(SeatState::Free)
    }
}

/// What has turned since a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// The position now.
    pub position: Position,
    /// How many seats are held or sold.
    pub taken: u32,
    /// The seats that may have turned, in order, each as it is now.
    pub seats: Vec<(SeatNumber, SeatState)>,
}

/// The use cases.
#[derive(Debug)]
pub struct SeatMaps {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) occupancy: Arc<Occupancy>,
    pub(crate) rooms: Arc<Rooms>,
    /// The most who may watch at a time.
    pub(crate) most_watchers: usize,
}

impl SeatMaps {
    /// Where a show's seats stand. Costs next to nothing: ask it first, and for the map only if it is another one.
    pub async fn position(&self, show: ShowId) -> Result<Position> {
        self.enter(show, |_, room, _| room.position()).await
    }

    /// The map of a show with so many seats.
    pub async fn map(&self, show: ShowId, total_seats: u32) -> Result<SeatMap> {
        self.enter(show, |seats, room, now| SeatMap {
            position: room.position(),
            taken: seats.taken(now),
            states: (1..=total_seats).map(|seat| seats.state(SeatNumber(seat), now)).collect(),
        })
        .await
    }

    /// What has turned since a position; `None` if that is not known (any more).
    pub async fn turned_since(&self, show: ShowId, since: Position) -> Result<Option<Turned>> {
        self.enter(show, |seats, room, now| {
            let turned = room.turned_since(since)?;
            Some(Turned {
                position: room.position(),
                taken: seats.taken(now),
                seats: turned.into_iter().map(|seat| (seat, seats.state(seat, now))).collect(),
            })
        })
        .await
    }

    /// Watches a show from a position on, or from now on. Who brings a position that is not known (any more) is first
    /// told to look at the whole map again. `Busy` when too many watch.
    pub async fn watch(&self, show: ShowId, since: Option<Position>) -> Result<Watcher> {
        if self.rooms.watchers() >= self.most_watchers {
            return Err(Error::Busy { retry_after: COME_AGAIN });
        }
        self.enter(show, |_, room, _| room.join(since)).await
    }

    /// Does what is due now: holds that have run out, heartbeats. It is done four times a second anyway.
    pub fn turn(&self) {
        self.rooms.turn(&self.occupancy, self.clock.now());
    }

    /// Ends all watching, now and from now on: the house closes.
    pub fn close(&self) {
        self.rooms.close();
    }

    /// Whether the house has closed.
    pub fn is_closed(&self) -> bool {
        self.rooms.closed.load(Ordering::Acquire)
    }

    async fn enter<T>(&self, show: ShowId, look: impl Fn(&Seats, &Arc<Room>, UtcMicros) -> T) -> Result<T> {
        for _ in 0..TRIES {
            let now = self.clock.now();
            let open = || self.rooms.open(show);
            if let Some(found) = self.occupancy.enter(show, now, open, |seats, room| look(seats, room, now)) {
                return Ok(found);
            }
            self.occupancy.look(&self.db, &[show], |_| ()).await?;
        }
        Err(Error::Busy { retry_after: COME_AGAIN })
    }
}
