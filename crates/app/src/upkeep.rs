//! What the house does by itself while it is open: takes lapsed holds back, forgets old answers and sessions, and
//! notices changes of the programme that another process has made.

mod lease;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, Interval, MissedTickBehavior},
};

use crate::{App, error::Result};
use lease::Lease;

/// How often another process's changes are looked for. An import beside a running server, or on another node, is seen
/// after this long; a sale never relies on it.
const LOOK: Duration = Duration::from_millis(500);
/// How often the jobs are looked at.
const JOBS: Duration = Duration::from_secs(1);
/// How often lapsed holds are taken back. A claim takes a lapsed seat over without this.
const SWEEP: Duration = Duration::from_secs(5);
/// How often answers to idempotency keys and expired sessions are forgotten.
const FORGET: Duration = Duration::from_mins(1);
/// Rows of one piece of work, which is done within the time that a lease allows for.
const SLICE: u32 = 100;

fn every(length: Duration) -> Interval {
    let mut interval = tokio::time::interval(length);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

impl App {
    /// Runs the upkeep until the value turns true or its sender is gone.
    pub fn spawn_upkeep(self: &Arc<Self>, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let app = Arc::clone(self);
        tokio::spawn(async move {
            tokio::join!(app.others.hear(stop.clone()), app.watch_programme(stop.clone()), app.do_jobs(stop));
        })
    }

    async fn watch_programme(&self, mut stop: watch::Receiver<bool>) {
        let mut look = every(LOOK);
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                _ = look.tick() => {}
            }
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "looking for changes of others failed; it will be tried again");
            }
        }
    }

    async fn do_jobs(&self, mut stop: watch::Receiver<bool>) {
        let mut lease = match self.accounts.random_number() {
            Ok(node) => Lease::new(self.bookings.db.clone(), "lease-jobs", node),
            Err(error) => return tracing::error!(%error, "there is no upkeep"),
        };
        let (mut ticks, mut jobs) = (every(JOBS), Jobs::default());
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                _ = ticks.tick() => {}
            }
            if let Err(error) = jobs.turn(self, &mut lease).await {
                tracing::warn!(%error, "upkeep failed; it will be tried again");
            }
        }
        if let Err(error) = lease.give_up().await {
            tracing::warn!(%error, "other nodes will take the upkeep over a little later");
        }
    }

    async fn look(&self) -> Result<()> {
        if self.bookings.db.changed_elsewhere().await? {
            self.catalogue.changed();
        }
        Ok(())
    }
}

/// When each job was last done to its end.
#[derive(Debug, Default)]
struct Jobs {
    swept: Option<Instant>,
    forgotten: Option<Instant>,
}

impl Jobs {
    /// Does what is due, piece by piece, for as long as the lease is held.
    async fn turn(&mut self, app: &App, lease: &mut Lease) -> Result<()> {
        let due = |last: Option<Instant>, every| last.is_none_or(|at| at.elapsed() >= every);
        while due(self.swept, SWEEP) && lease.is_held(Instant::now()).await? {
            if app.bookings.sweep(SLICE).await? < SLICE as usize {
                self.swept = Some(Instant::now());
            }
        }
        while due(self.forgotten, FORGET) && lease.is_held(Instant::now()).await? {
            let more = (app.keys.purge(SLICE).await? >= SLICE as usize, app.accounts.purge_sessions().await?);
            if more == (false, false) {
                self.forgotten = Some(Instant::now());
            }
        }
        Ok(())
    }
}
