//! The booking engine: the one door through which a seat's owner changes.
//!
//! Commands wait in a bounded queue; a lane drains it and carries what it drained out in one transaction; everyone in
//! the batch is answered after the commit, and only then. A lane that blocks has a thread, one that waits for the
//! network a task.

mod queue;
mod task;
mod writer;

use std::{
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use houselights_store::{
    Db,
    hot::{Command, Decision, Lane, LaneSettings, SeatChange, TimeSource},
};

use parking_lot::Mutex;
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    clock::Clock,
    error::{Error, Result},
};
use queue::{Pending, Queue};
use task::Task;
use writer::Writer;

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
    writers: Mutex<Vec<thread::JoinHandle<()>>>,
    /// Lanes that wait, and the one who answers for those that block.
    tasks: Mutex<Vec<JoinHandle<()>>>,
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
        let (mut writers, mut tasks) = (Vec::new(), Vec::new());
        // Never longer than the queue: whoever is in it has left the queue and waits for this very answer.
        let (answers, mut decided) = mpsc::unbounded_channel::<Answers>();
        let time = if clock.is_the_machines() { TimeSource::Database } else { TimeSource::Caller };
        for lane in db.lanes(LaneSettings { count: limits.lanes, time }).await? {
            let (queue, clock, listener) = (Arc::clone(&queue), Arc::clone(&clock), listener.clone());
            match lane {
                Lane::Waiting(lane) => tasks.push(tokio::spawn(Task { lane, queue, clock, listener }.run())),
                Lane::Blocking(lane) => {
                    let writer = Writer { lane, queue, clock, listener, answers: answers.clone() };
                    let thread =
                        thread::Builder::new()
                            .name("houselights-writer".into())
                            .spawn(move || writer.run())
                            .map_err(|error| Error::Bug(format!("the writer thread could not be started: {error}")))?;
                    writers.push(thread);
                }
            }
        }
        // Waking a batch of tasks from inside the runtime costs a fraction of waking each from a thread outside it,
        // and the writer can begin the next transaction meanwhile.
        tasks.push(tokio::spawn(async move {
            while let Some(batch) = decided.recv().await {
                for (pending, decision) in batch {
                    pending.answer(decision);
                }
            }
        }));
        Ok(Self { queue, writers: Mutex::new(writers), tasks: Mutex::new(tasks) })
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
        let writers: Vec<_> = self.writers.lock().drain(..).collect();
        let joined = tokio::task::spawn_blocking(move || writers.into_iter().all(|writer| writer.join().is_ok())).await;
        if !matches!(joined, Ok(true)) {
            tracing::error!("a writer thread panicked");
        }
        let tasks: Vec<_> = self.tasks.lock().drain(..).collect();
        for task in tasks {
            if task.await.is_err() {
                tracing::error!("a lane or the answerer panicked");
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Tells who listens.
fn publish(listener: &Weak<dyn Listener>, changes: &[SeatChange]) {
    if let Some(listener) = listener.upgrade().filter(|_| !changes.is_empty()) {
        listener.changed(changes);
    }
}

/// Counts a batch.
fn count(sizes: &metrics::Histogram, batch: usize) {
    sizes.record(f64::from(u32::try_from(batch).unwrap_or(u32::MAX)));
}

fn sizes() -> metrics::Histogram {
    metrics::histogram!("houselights_engine_batch_size")
}
