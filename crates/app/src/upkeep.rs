//! What the house does by itself while it is open: takes lapsed holds back, forgets old answers, and notices changes
//! of the programme that another process has made.

use std::{sync::Arc, time::Duration};

use houselights_store::hot::News;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Interval, MissedTickBehavior},
};

use crate::{App, engine::Listener, error::Result};

/// How often another process's changes are looked for. An import beside a running server is seen after this long; a
/// sale never relies on it.
const LOOK: Duration = Duration::from_millis(500);
/// How often lapsed holds are taken back. A claim takes a lapsed seat over without this.
const SWEEP: Duration = Duration::from_secs(5);
/// How often answers to idempotency keys are forgotten.
const FORGET: Duration = Duration::from_mins(1);
/// How often it is asked what other nodes have sold. A sale never relies on it.
const HEAR: Duration = Duration::from_millis(250);
/// Rows of one sweep or one forgetting.
const SLICE: u32 = 500;

impl App {
    /// Runs the upkeep until the value turns true or its sender is gone.
    pub fn spawn_upkeep(self: &Arc<Self>, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let app = Arc::clone(self);
        let every = |length| {
            let mut interval = tokio::time::interval(length);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            interval
        };
        let hear = app.clone().hear(stop.clone(), every(HEAR));
        let rest = async move {
            let (mut look, mut sweep, mut forget) = (every(LOOK), every(SWEEP), every(FORGET));
            loop {
                let (what, result) = tokio::select! {
                    changed = stop.changed() => {
                        if changed.is_err() || *stop.borrow() {
                            return;
                        }
                        continue;
                    }
                    _ = look.tick() => ("looking for changes", app.look().await),
                    _ = sweep.tick() => ("taking lapsed holds back", app.bookings.sweep(SLICE).await.map(drop)),
                    _ = forget.tick() => ("forgetting old answers", app.forget().await),
                };
                if let Err(error) = result {
                    tracing::warn!(%error, "{what} failed; it will be tried again");
                }
            }
        };
        tokio::spawn(async {
            tokio::join!(hear, rest);
        })
    }

    /// Brings what this node knows of its seats up to what other nodes have sold. Apart from the rest, which may take
    /// longer than a change may stay unknown.
    async fn hear(self: Arc<Self>, mut stop: watch::Receiver<bool>, mut ticks: Interval) {
        let (mut heard, mut failing) = (News::default(), false);
        while self.bookings.db.is_shared() {
            tokio::select! {
                changed = stop.changed() => {
                    if changed.is_err() || *stop.borrow() {
                        return;
                    }
                    continue;
                }
                _ = ticks.tick() => {}
            }
            match self.bookings.db.news(&mut heard).await {
                Ok(changes) => {
                    failing = false;
                    self.bookings.occupancy.changed(&changes);
                }
                Err(error) if !failing => {
                    failing = true;
                    tracing::warn!(%error, "other nodes' sales cannot be read; it is tried on");
                }
                Err(_) => {}
            }
        }
    }

    async fn look(&self) -> Result<()> {
        if self.bookings.db.changed_elsewhere().await? {
            self.catalogue.changed();
        }
        Ok(())
    }

    async fn forget(&self) -> Result<()> {
        while self.keys.purge(SLICE).await? == SLICE as usize {}
        Ok(())
    }
}
