//! The booking engine: the one door through which a seat's owner changes.
//!
//! Commands wait in a bounded queue; a lane drains it and carries what it drained out in one transaction; everyone in
//! the batch is answered after the commit, and only then.

mod queue;

use std::{
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use houselights_store::{
    Db,
    hot::{Applied, Command, Decision, Lane, SeatChange},
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
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self { queue: 4096, longest_wait: Duration::from_secs(2), batch: 512 }
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
    answerer: Mutex<Option<JoinHandle<()>>>,
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
        let mut writers = Vec::new();
        // Never longer than the queue: whoever is in it has left the queue and waits for this very answer.
        let (answers, mut decided) = mpsc::unbounded_channel::<Answers>();
        for lane in db.lanes().await? {
            let writer = Writer {
                lane,
                queue: Arc::clone(&queue),
                clock: Arc::clone(&clock),
                listener: listener.clone(),
                answers: answers.clone(),
            };
            let thread = thread::Builder::new()
                .name("houselights-writer".into())
                .spawn(move || writer.run())
                .map_err(|error| Error::Bug(format!("the writer thread could not be started: {error}")))?;
            writers.push(thread);
        }
        // Waking a batch of tasks from inside the runtime costs a fraction of waking each from a thread outside it,
        // and the writer can begin the next transaction meanwhile.
        let answerer = tokio::spawn(async move {
            while let Some(batch) = decided.recv().await {
                for (pending, decision) in batch {
                    pending.answer(decision);
                }
            }
        });
        Ok(Self { queue, writers: Mutex::new(writers), answerer: Mutex::new(Some(answerer)) })
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
        let answerer = self.answerer.lock().take();
        if let Some(answerer) = answerer
            && answerer.await.is_err()
        {
            tracing::error!("the answerer panicked");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.queue.close();
    }
}

struct Writer {
    lane: Lane,
    queue: Arc<Queue>,
    clock: Arc<dyn Clock>,
    listener: Weak<dyn Listener>,
    answers: mpsc::UnboundedSender<Answers>,
}

impl Writer {
    fn run(mut self) {
        let sizes = metrics::histogram!("houselights_engine_batch_size");
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
            sizes.record(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
            batch.clear();
            self.publish(applied, &mut answers);
        }
    }

    fn publish(&self, applied: Applied, answers: &mut Vec<Pending>) {
        if let Some(listener) = self.listener.upgrade().filter(|_| !applied.changes.is_empty()) {
            listener.changed(&applied.changes);
        }
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
