//! A lane that waits for the network, as a task: one of PostgreSQL's.

use std::sync::{Arc, Weak};

use houselights_store::{Error, hot::WaitingLane};

use super::{Listener, count, publish, queue::Queue, sizes};
use crate::clock::Clock;

pub(super) struct Task {
    pub(super) lane: Box<WaitingLane>,
    pub(super) queue: Arc<Queue>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) listener: Weak<dyn Listener>,
}

impl Task {
    pub(super) async fn run(mut self) {
        let sizes = sizes();
        let (mut batch, mut answers) = (Vec::new(), Vec::new());
        while let Some(turn) = self.queue.turn(&mut batch, &mut answers).await {
            let applied = self.lane.apply(&batch, self.clock.now()).await;
            if self.lane.is_away() {
                // They have waited for it as long as the batch has. Tried one batch after the other, each would wait
                // for as much longer as batches are before it, the more so as each lane finds out for itself.
                for pending in self.queue.clear() {
                    pending.answer(Err(Error::Unavailable("those before found no database".into())));
                }
            }
            drop(turn);
            count(&sizes, batch.len());
            batch.clear();
            publish(&self.listener, &applied.changes);
            for (pending, decision) in answers.drain(..).zip(applied.decisions) {
                pending.answer(decision);
            }
            // Whoever has been answered comes back with the next command, and fits into the next batch.
            tokio::task::yield_now().await;
        }
    }
}
