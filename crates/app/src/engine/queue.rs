//! The queue in front of the writers: bounded by length and by waiting time.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use houselights_store::hot::{Command, Decision};
use parking_lot::{Condvar, Mutex};
use tokio::sync::{Notify, oneshot};

use super::EngineLimits;
use crate::error::{Error, Result};

/// How long the queue must be empty before housekeeping begins.
const QUIET: Duration = Duration::from_millis(200);
/// How long the writer lets a short queue fill while many callers are about. A commit costs about as much for one
/// booking as for thirty; without this, callers split into a large group and a small one that take turns.
const GATHER: Duration = Duration::from_micros(60);
/// Batches below this size are never worth gathering for: a lone caller is served at once.
const CROWD: usize = 8;
/// What a caller that is turned away is told to wait.
const COME_AGAIN: Duration = Duration::from_secs(1);

type Answer = std::result::Result<Decision, houselights_store::Error>;

pub(super) struct Queue {
    limits: EngineLimits,
    waits: metrics::Histogram,
    inner: Mutex<Inner>,
    filled: Condvar,
    /// As `filled`, for lanes that are tasks.
    called: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<(Command, Pending)>,
    closed: bool,
    /// Whether a writer sleeps and must be woken.
    asleep: usize,
    /// The larger of the last two batches.
    crowd: usize,
    /// The last batch.
    last: usize,
    /// Whether housekeeping has been offered since the last command.
    tidied: bool,
    /// Batches of tasks on their way.
    turns: usize,
}

/// A task's batch on its way.
pub(super) struct Turn<'a>(&'a Queue);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.inner.lock().turns -= 1;
        self.0.called.notify_one();
    }
}

/// Someone who waits for an answer.
#[derive(Debug)]
pub(super) struct Pending {
    since: Instant,
    to: oneshot::Sender<Answer>,
}

impl Pending {
    pub(super) fn answer(self, answer: Answer) {
        // A caller that has gone away is no error: the booking stands, and they will find it.
        let _gone = self.to.send(answer);
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("limits", &self.limits).field("waiting", &self.len()).finish_non_exhaustive()
    }
}

pub(super) enum Drained {
    /// The batch holds commands.
    Some,
    /// Nobody has come for a while.
    Idle,
    /// Nobody will come any more.
    Closed,
}

impl Queue {
    pub(super) fn new(limits: EngineLimits) -> Self {
        Self {
            limits,
            waits: metrics::histogram!("houselights_engine_wait_seconds"),
            inner: Mutex::default(),
            filled: Condvar::new(),
            called: Notify::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.inner.lock().waiting.len()
    }

    pub(super) fn push(&self, command: Command) -> Result<oneshot::Receiver<Answer>> {
        let (to, from) = oneshot::channel();
        let since = Instant::now();
        let mut inner = self.inner.lock();
        let overdue = |(_, first): &(Command, Pending)| since - first.since > self.limits.longest_wait;
        if inner.closed || inner.waiting.len() >= self.limits.queue || inner.waiting.front().is_some_and(overdue) {
            metrics::counter!("houselights_engine_turned_away_total").increment(1);
            return Err(Error::Busy { retry_after: COME_AGAIN });
        }
        inner.waiting.push_back((command, Pending { since, to }));
        inner.tidied = false;
        let wake = inner.asleep > 0;
        let call = self.takes(&inner);
        drop(inner);
        if wake {
            self.filled.notify_one();
        }
        if call {
            self.called.notify_one();
        }
        Ok(from)
    }

    /// Moves what waits, up to a batch, into the two lists; waits for the first.
    pub(super) fn drain(&self, batch: &mut Vec<Command>, pending: &mut Vec<Pending>) -> Drained {
        let mut inner = self.inner.lock();
        while inner.waiting.is_empty() {
            if inner.closed {
                return Drained::Closed;
            }
            inner.asleep += 1;
            let timed_out = if inner.tidied {
                self.filled.wait(&mut inner);
                false
            } else {
                self.filled.wait_for(&mut inner, QUIET).timed_out()
            };
            inner.asleep -= 1;
            if timed_out && inner.waiting.is_empty() && !inner.closed {
                inner.tidied = true;
                return Drained::Idle;
            }
        }
        if inner.crowd >= CROWD && inner.waiting.len() < inner.crowd / 2 && !inner.closed {
            drop(inner);
            std::thread::sleep(GATHER);
            inner = self.inner.lock();
        }
        self.take(&mut inner, batch, pending);
        Drained::Some
    }

    fn take(&self, inner: &mut Inner, batch: &mut Vec<Command>, pending: &mut Vec<Pending>) {
        let count = inner.waiting.len().min(self.limits.batch);
        inner.crowd = count.max(inner.last);
        inner.last = count;
        let now = Instant::now();
        for (command, answer) in inner.waiting.drain(..count) {
            self.waits.record(now - answer.since);
            batch.push(command);
            pending.push(answer);
        }
    }

    /// Whether a task takes what waits: all of it when no batch is on its way, beside others a whole batch only.
    fn takes(&self, inner: &Inner) -> bool {
        let enough = if inner.turns == 0 { 1 } else { self.limits.batch };
        inner.waiting.len() >= enough
    }

    /// As [`Self::drain`], for a task. Nothing when nobody will come any more. Keep what is returned for as long as the
    /// batch is on its way.
    pub(super) async fn turn(&self, batch: &mut Vec<Command>, pending: &mut Vec<Pending>) -> Option<Turn<'_>> {
        loop {
            // What is called from here on is not missed.
            let called = self.called.notified();
            {
                let mut inner = self.inner.lock();
                if self.takes(&inner) {
                    self.take(&mut inner, batch, pending);
                    inner.turns += 1;
                    return Some(Turn(self));
                }
                if inner.closed && inner.waiting.is_empty() {
                    // The others learn of it as well.
                    self.called.notify_one();
                    return None;
                }
            }
            called.await;
        }
    }

    /// Nobody waits any more: it is for the caller to answer those who did.
    pub(super) fn clear(&self) -> Vec<Pending> {
        self.inner.lock().waiting.drain(..).map(|(_, pending)| pending).collect()
    }

    pub(super) fn close(&self) {
        self.inner.lock().closed = true;
        self.filled.notify_all();
        self.called.notify_one();
    }
}
