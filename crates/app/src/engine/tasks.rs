//! Lanes that wait for the network, PostgreSQL's: tasks on one thread of their own. Among the requests' tasks each hop
//! of a batch, from the database's answer to the next statement, would stand in line behind a batch of requests.

use std::thread;

use houselights_store::{
    Db, Error as Failed,
    hot::{Lane, LaneSettings, WaitingLane},
};
use tokio::{runtime, sync::oneshot, task::JoinSet};

use super::{Work, count, sizes};
use crate::error::{Error, Result};

/// Opens the lanes on their thread, which ends when the queue is closed and empty.
pub(super) async fn start(db: Db, settings: LaneSettings, work: Work) -> Result<thread::JoinHandle<()>> {
    let failed = |error: std::io::Error| Error::Bug(format!("the lanes' thread could not be started: {error}"));
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let (ready, opened) = oneshot::channel();
    let thread = thread::Builder::new()
        .name("houselights-lanes".into())
        .spawn(move || {
            runtime.block_on(async move {
                // Connections live where they were opened.
                let lanes = match db.lanes(settings).await {
                    Ok(lanes) => lanes,
                    Err(error) => return drop(ready.send(Err(error))),
                };
                if ready.send(Ok(())).is_err() {
                    return;
                }
                let mut tasks = JoinSet::new();
                for lane in lanes {
                    if let Lane::Waiting(lane) = lane {
                        tasks.spawn(run(lane, work.clone()));
                    }
                }
                // One that panics does not take the others along.
                while let Some(ended) = tasks.join_next().await {
                    if ended.is_err() {
                        tracing::error!("a lane panicked");
                    }
                }
            });
        })
        .map_err(failed)?;
    opened.await.map_err(|_gone| Error::Bug("the lanes' thread panicked".into()))??;
    Ok(thread)
}

async fn run(mut lane: Box<WaitingLane>, work: Work) {
    let sizes = sizes();
    let (mut batch, mut pending) = (Vec::new(), Vec::new());
    while let Some(turn) = work.queue.turn(&mut batch, &mut pending).await {
        let applied = lane.apply(&batch, work.clock.now()).await;
        if lane.is_away() {
            // They have waited for it as long as the batch has. Tried one batch after the other, each would wait
            // for as much longer as batches are before it, the more so as each lane finds out for itself.
            for pending in work.queue.clear() {
                pending.answer(Err(Failed::Unavailable("those before found no database".into())));
            }
        }
        drop(turn);
        count(&sizes, batch.len());
        batch.clear();
        work.done(applied, &mut pending);
    }
}
