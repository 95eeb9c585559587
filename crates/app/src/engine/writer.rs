//! A lane that blocks, on a thread of its own: the embedded database's.

use std::sync::{Arc, Weak};

use houselights_store::hot::{Applied, BlockingLane};
use tokio::sync::mpsc;

use super::{
    Answers, Listener, count, publish,
    queue::{self, Pending, Queue},
    sizes,
};
use crate::clock::Clock;

pub(super) struct Writer {
    pub(super) lane: BlockingLane,
    pub(super) queue: Arc<Queue>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) listener: Weak<dyn Listener>,
    pub(super) answers: mpsc::UnboundedSender<Answers>,
}

impl Writer {
    pub(super) fn run(mut self) {
        let sizes = sizes();
        let mut batch = Vec::new();
        let mut answers = Vec::new();
        loop {
            match self.queue.drain(&mut batch, &mut answers) {
                queue::Drained::Some => {}
                queue::Drained::Idle => {
                    self.tidy();
                    continue;
                }
                queue::Drained::Closed => return,
            }
            let applied = self.lane.apply(&batch, self.clock.now());
            count(&sizes, batch.len());
            batch.clear();
            self.publish(applied, &mut answers);
        }
    }

    fn publish(&self, applied: Applied, answers: &mut Vec<Pending>) {
        publish(&self.listener, &applied.changes);
        let decided: Answers = answers.drain(..).zip(applied.decisions).collect();
        // Without the answerer the runtime is gone, and with it everyone who waited.
        let _runtime_gone = self.answers.send(decided);
    }

    /// Does what was put off, a piece at a time, for as long as nobody waits.
    fn tidy(&mut self) {
        loop {
            match self.lane.tidy() {
                Ok(true) if self.queue.len() == 0 => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%error, "housekeeping of the booking tables failed; it will be tried again");
                    return;
                }
            }
        }
    }
}
