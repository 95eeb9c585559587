//! A lane that blocks, on a thread of its own: the embedded database's.

use std::thread;

use houselights_store::{
    Db,
    hot::{BlockingLane, Lane, LaneSettings},
};

use super::{Work, count, queue, sizes};
use crate::error::{Error, Result};

/// Opens the lane and starts its thread, which ends when the queue is closed and empty.
pub(super) async fn start(db: &Db, settings: LaneSettings, work: Work) -> Result<thread::JoinHandle<()>> {
    let Some(Lane::Blocking(lane)) = db.lanes(settings).await?.pop() else {
        return Err(Error::Bug("the embedded database has no lane".into()));
    };
    thread::Builder::new()
        .name("houselights-writer".into())
        .spawn(move || Writer { lane, work }.run())
        .map_err(|error| Error::Bug(format!("the writer thread could not be started: {error}")))
}

struct Writer {
    lane: BlockingLane,
    work: Work,
}

impl Writer {
    fn run(mut self) {
        let sizes = sizes();
        let mut batch = Vec::new();
        let mut pending = Vec::new();
        loop {
            match self.work.queue.drain(&mut batch, &mut pending) {
                queue::Drained::Some => {}
                queue::Drained::Idle => {
                    self.tidy();
                    continue;
                }
                queue::Drained::Closed => return,
            }
            let applied = self.lane.apply(&batch, self.work.clock.now());
            count(&sizes, batch.len());
            batch.clear();
            self.work.done(applied, &mut pending);
        }
    }

    /// Does what was put off, a piece at a time, for as long as nobody waits.
    fn tidy(&mut self) {
        loop {
            match self.lane.tidy() {
                Ok(true) if self.work.queue.len() == 0 => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%error, "housekeeping of the booking tables failed; it will be tried again");
                    return;
                }
            }
        }
    }
}
