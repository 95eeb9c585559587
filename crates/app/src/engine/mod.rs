//! The booking engine: the one door through which a seat's owner changes.
//!
//! Commands wait in a bounded queue; a lane drains it and carries what it drained out in one transaction; everyone in
//! the batch is answered after the commit, and only then. Lanes have a thread of their own, where none of the requests
//! that they serve can hold them up.

mod queue;
mod tasks;
mod writer;

use std::{
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use houselights_store::{
    Db,
    hot::{Applied, Command, Decision, LaneSettings, SeatChange, TimeSource},
};

use parking_lot::Mutex;
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    clock::Clock,
    error::{Error, Result},
};
use queue::{Pending, Queue};

/// How the engine bounds itself.
#[derive(Clone, Copy, Debug)]
pub struct EngineLimits {
    /// The most commands that may wait.
    pub queue: usize,
    /// The longest a command may have waited while others are still let in.
    pub longest_wait: Duration,
    /// The most commands in one transaction.
    pub batch: usize,
    /// The most transactions at once, where the database takes several. Another one begins only when a whole batch
    /// waits: fewer and larger ones carry more.
    pub lanes: usize,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self { queue: 4096, longest_wait: Duration::from_secs(2), batch: 512, lanes: 2 }
    }
}

/// Learns of every change after its commit and before its author is answered.
pub trait Listener: Send + Sync {
    /// Seats have changed owners, in this order.
    fn changed(&self, changes: &[SeatChange]);
}

/// A handle on the engine.
#[derive(Debug)]
pub struct Engine {
    queue: Arc<Queue>,
    /// The lanes' thread, and the one who answers for it.
    running: Mutex<Option<(thread::JoinHandle<()>, JoinHandle<()>)>>,
}

/// What lanes work with.
#[derive(Clone)]
struct Work {
    queue: Arc<Queue>,
    clock: Arc<dyn Clock>,
    listener: Weak<dyn Listener>,
    answers: mpsc::UnboundedSender<Answers>,
}

impl Work {
    /// A batch has been carried out: tells who listens, then those who wait.
    fn done(&self, applied: Applied, pending: &mut Vec<Pending>) {
        if let Some(listener) = self.listener.upgrade().filter(|_| !applied.changes.is_empty()) {
            listener.changed(&applied.changes);
        }
        let decided: Answers = pending.drain(..).zip(applied.decisions).collect();
        // Without the answerer the runtime is gone, and with it everyone who waited.
        let _runtime_gone = self.answers.send(decided);
    }
}

/// Decisions on their way to those who wait for them.
type Answers = Vec<(Pending, std::result::Result<Decision, houselights_store::Error>)>;

impl Engine {
    /// Starts the writers.
    pub async fn start(
        db: &Db,
        limits: EngineLimits,
        clock: Arc<dyn Clock>,
        listener: Weak<dyn Listener>,
    ) -> Result<Self> {
        let queue = Arc::new(Queue::new(limits));
        // Never longer than the queue: whoever is in it has left the queue and waits for this very answer.
        let (answers, mut decided) = mpsc::unbounded_channel::<Answers>();
        let time = if clock.is_the_machines() { TimeSource::Database } else { TimeSource::Caller };
        let settings = LaneSettings { count: limits.lanes, time };
        let work = Work { queue: Arc::clone(&queue), clock, listener, answers };
        let thread = if db.is_shared() {
            tasks::start(db.clone(), settings, work).await?
        } else {
            writer::start(db, settings, work).await?
        };
        // Waking a batch of tasks from inside the runtime costs a fraction of waking each from a thread outside it,
        // and the writer can begin the next transaction meanwhile.
        let answerer = tokio::spawn(async move {
            while let Some(batch) = decided.recv().await {
                for (pending, decision) in batch {
                    pending.answer(decision);
                }
            }
        });
        Ok(Self { queue, running: Mutex::new(Some((thread, answerer))) })
    }

    /// Has a command carried out. Returns after its transaction has been committed.
    pub async fn submit(&self, command: Command) -> Result<Decision> {
        let answer = self.queue.push(command)?;
        match answer.await {
            Ok(decision) => Ok(decision?),
            Err(_) => Err(Error::Bug("the writer dropped a command".into())),
        }
    }

    /// How many commands wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Lets no more commands in, carries out those that wait, and returns when all have been answered.
    pub async fn stop(&self) {
        self.queue.close();
        let Some((thread, answerer)) = self.running.lock().take() else { return };
        let joined = tokio::task::spawn_blocking(move || thread.join().is_ok()).await;
        if !matches!(joined, Ok(true)) || answerer.await.is_err() {
            tracing::error!("a lane or the answerer panicked");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Counts a batch.
fn count(sizes: &metrics::Histogram, batch: usize) {
    sizes.record(f64::from(u32::try_from(batch).unwrap_or(u32::MAX)));
}

fn sizes() -> metrics::Histogram {
    metrics::histogram!("houselights_engine_batch_size")
}
