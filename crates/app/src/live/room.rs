//! One show's changes: the last of them, and those who wait for the next.
//!
//! Watchers keep no queue. Each knows how far it has come, and takes what has happened since from one ring that all
//! share: who is slow gets several changes as one, and who is too slow is told to look at the whole map again.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, OnceLock},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use houselights_domain::{SeatNumber, ShowId, UtcMicros};
use parking_lot::Mutex;
use slab::Slab;
use tokio::runtime::Handle;

use super::{Counter, Position};
use crate::occupancy::SeatState;

/// Events that a room remembers.
const MOST_EVENTS: usize = 256;
/// Changes in all of them, but for the last event, which may be larger.
const MOST_CHANGES: usize = 8_192;
/// Watchers that are woken before others have their turn.
const SLICE: usize = 256;
/// The pause after everyone has been woken: what happens in it is told as one event.
const PAUSE: Duration = Duration::from_millis(20);
/// Each watcher hears a heartbeat once in so many turns of the wheel; they are spread over the spokes.
pub(super) const SPOKES: usize = 80;

/// What has happened between two positions.
#[derive(Debug)]
pub struct Event {
    from: u64,
    to: Position,
    seats: BTreeMap<SeatNumber, SeatState>,
    rendered: OnceLock<Bytes>,
}

impl Event {
    /// Where a reader stands who has heard it.
    pub const fn position(&self) -> Position {
        self.to
    }

    /// The seats that are in this state now and were not before.
    pub fn turned(&self, to: SeatState) -> impl Iterator<Item = SeatNumber> {
        self.seats.iter().filter(move |(_, state)| **state == to).map(|(seat, _)| *seat)
    }

    /// The event as it is sent: made by whoever comes first, shared by all others.
    pub fn rendered(&self, make: impl FnOnce(&Self) -> Bytes) -> Bytes {
        self.rendered.get_or_init(|| make(self)).clone()
    }
}

/// What a watcher is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// Seats have turned.
    Changed(Arc<Event>),
    /// Too much has happened since: look at the whole map again. What follows begins at this position.
    Reset(Position),
    /// Nothing has happened for a while.
    Beat,
}

/// A show's changes and those who watch them.
#[derive(Debug)]
pub struct Room {
    show: ShowId,
    id: u64,
    runtime: Handle,
    counter: Arc<Counter>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Changes seen, and how many of them are in the ring.
    count: u64,
    told: u64,
    /// What has not been told yet: the newest state of each seat.
    pending: BTreeMap<SeatNumber, SeatState>,
    ring: VecDeque<Arc<Event>>,
    /// The sum of the ring's changes.
    weight: usize,
    /// The last events put together for those who have missed some, and shared by them.
    merged: Option<Arc<Event>>,
    /// Whether a task is telling.
    telling: bool,
    closed: bool,
    watchers: Slab<Waiting>,
    used_at: UtcMicros,
}

#[derive(Debug, Default)]
struct Waiting {
    waker: Option<Waker>,
    beat: bool,
}

impl Room {
    pub(super) fn new(show: ShowId, id: u64, runtime: Handle, counter: Arc<Counter>) -> Self {
        Self { show, id, runtime, counter, inner: Mutex::default() }
    }

    pub(crate) const fn show(&self) -> ShowId {
        self.show
    }

    /// The position of everything that was noted.
    pub(crate) fn position(&self) -> Position {
        self.at(self.inner.lock().count)
    }

    const fn at(&self, count: u64) -> Position {
        Position { room: self.id, count }
    }

    pub(crate) fn used(&self, now: UtcMicros) {
        self.inner.lock().used_at = now;
    }

    pub(super) fn used_at(&self) -> UtcMicros {
        self.inner.lock().used_at
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.inner.lock().watchers.is_empty()
    }

    /// Notes a change; `true` where [`Self::tell`] is to follow, because nobody is telling yet.
    pub(crate) fn note(&self, seat: SeatNumber, state: SeatState) -> bool {
        let mut inner = self.inner.lock();
        inner.count += 1;
        inner.pending.insert(seat, state);
        !std::mem::replace(&mut inner.telling, true)
    }

    /// Begins to tell what was noted; returns at once.
    pub(crate) fn tell(self: &Arc<Self>) {
        let room = Arc::clone(self);
        drop(self.runtime.spawn(async move {
            while room.put_down() {
                let mut next = 0;
                while let Some(then) = room.wake(next) {
                    next = then;
                    tokio::task::yield_now().await;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }));
    }

    /// Moves what was noted into the ring, as one event. `false`: there was nothing, and nobody tells any more.
    fn put_down(&self) -> bool {
        let mut inner = self.inner.lock();
        if inner.pending.is_empty() {
            inner.telling = false;
            return false;
        }
        let seats = std::mem::take(&mut inner.pending);
        inner.weight += seats.len();
        let event = Event { from: inner.told, to: self.at(inner.count), seats, rendered: OnceLock::new() };
        inner.told = inner.count;
        inner.merged = None;
        inner.ring.push_back(Arc::new(event));
        while inner.ring.len() > 1 && (inner.ring.len() > MOST_EVENTS || inner.weight > MOST_CHANGES) {
            inner.weight -= inner.ring.pop_front().map_or(0, |oldest| oldest.seats.len());
        }
        metrics::counter!("houselights_live_events_total").increment(1);
        true
    }

    /// Wakes a slice of the watchers; where the next slice begins.
    fn wake(&self, first: usize) -> Option<usize> {
        let mut inner = self.inner.lock();
        let end = inner.watchers.capacity();
        let next = (first + SLICE).min(end);
        let wakers: Vec<Waker> = (first..next).filter_map(|slot| inner.watchers.get_mut(slot)?.waker.take()).collect();
        drop(inner);
        wakers.into_iter().for_each(Waker::wake);
        (next < end).then_some(next)
    }

    /// The wheel turns by a spoke: watchers on it hear a heartbeat.
    pub(super) fn beat(&self, spoke: usize) {
        let mut inner = self.inner.lock();
        let mut wakers = Vec::new();
        for slot in (spoke % SPOKES..inner.watchers.capacity()).step_by(SPOKES) {
            if let Some(watcher) = inner.watchers.get_mut(slot) {
                watcher.beat = true;
                wakers.extend(watcher.waker.take());
            }
        }
        drop(inner);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Ends all watching.
    pub(super) fn close(&self) {
        let mut inner = self.inner.lock();
        inner.closed = true;
        let wakers: Vec<Waker> = inner.watchers.iter_mut().filter_map(|(_, watcher)| watcher.waker.take()).collect();
        drop(inner);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// The seats that have turned since a position, if that is still known.
    pub(crate) fn turned_since(&self, since: Position) -> Option<BTreeSet<SeatNumber>> {
        let inner = self.inner.lock();
        let known = since.room == self.id && inner.knows(since.count);
        known.then(|| {
            let told = inner.ring.iter().filter(|event| event.to.count > since.count);
            let pending = inner.pending.keys().filter(|_| inner.count > since.count);
            told.flat_map(|event| event.seats.keys()).chain(pending).copied().collect()
        })
    }

    /// A watcher who has heard everything up to a position; without one it begins now.
    pub(super) fn join(self: &Arc<Self>, since: Option<Position>) -> Watcher {
        let mut inner = self.inner.lock();
        let known = |since: &Position| since.room == self.id && inner.knows(since.count);
        let lost = since.is_some_and(|since| !known(&since));
        let heard = since.filter(known).map_or(inner.count, |since| since.count);
        let slot = inner.watchers.insert(Waiting::default());
        self.counter.joined();
        Watcher { room: Arc::clone(self), slot, heard, lost }
    }
}

impl Inner {
    /// Whether everything that has happened since is still known.
    fn knows(&self, count: u64) -> bool {
        count <= self.count && self.ring.front().map_or(self.told, |oldest| oldest.from) <= count
    }

    /// What has been told since, as one event.
    fn since(&mut self, count: u64) -> Option<Arc<Event>> {
        let first = self.ring.partition_point(|event| event.to.count <= count);
        let event = self.ring.get(first)?;
        let last = self.ring.back()?;
        if event.to == last.to {
            return Some(Arc::clone(last));
        }
        if let Some(merged) = self.merged.as_ref().filter(|merged| merged.from == event.from) {
            return Some(Arc::clone(merged));
        }
        let seats =
            self.ring.range(first..).flat_map(|event| &event.seats).map(|(seat, state)| (*seat, *state)).collect();
        let merged = Arc::new(Event { from: event.from, to: last.to, seats, rendered: OnceLock::new() });
        self.merged = Some(Arc::clone(&merged));
        Some(merged)
    }
}

/// Someone who watches a show. Dropping it leaves the room.
#[derive(Debug)]
pub struct Watcher {
    room: Arc<Room>,
    slot: usize,
    heard: u64,
    lost: bool,
}

impl Watcher {
    /// How far it has heard; `None`: it is about to be told to look at the whole map.
    pub fn position(&self) -> Option<Position> {
        (!self.lost).then(|| self.room.at(self.heard))
    }

    /// Its place among those who watch the show: a number to tell them apart by.
    pub const fn number(&self) -> u64 {
        self.slot as u64
    }

    /// The next news; `None` when the house closes.
    pub fn poll_told(&mut self, context: &mut Context<'_>) -> Poll<Option<Told>> {
        let mut inner = self.room.inner.lock();
        if inner.closed {
            return Poll::Ready(None);
        }
        if self.lost || !inner.knows(self.heard) {
            self.lost = false;
            self.heard = inner.told;
            return Poll::Ready(Some(Told::Reset(self.room.at(self.heard))));
        }
        if let Some(event) = inner.since(self.heard) {
            self.heard = event.to.count;
            return Poll::Ready(Some(Told::Changed(event)));
        }
        let Some(waiting) = inner.watchers.get_mut(self.slot) else { return Poll::Ready(None) };
        if std::mem::take(&mut waiting.beat) {
            return Poll::Ready(Some(Told::Beat));
        }
        waiting.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut inner = self.room.inner.lock();
        inner.watchers.try_remove(self.slot);
        if inner.watchers.is_empty() {
            inner.watchers = Slab::new();
        }
        drop(inner);
        self.room.counter.left();
    }
}
