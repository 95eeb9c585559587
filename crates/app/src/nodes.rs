//! Other nodes on the same database: what they sell is read here soon after, and what is sold here they are told of.
//!
//! Reading is what counts; it happens every quarter of a second, and at once when another node rings. Seats that come
//! late or twice do no harm, because every change carries its claim's version; and no sale relies on any of it.

use std::{sync::Arc, time::Duration};

use houselights_store::{
    Bell, Db,
    hot::{News, SeatChange},
};
use tokio::{sync::watch, time::MissedTickBehavior};

use crate::{engine::Listener, error::Result, occupancy::Occupancy};

/// How often it is asked what other nodes have sold, rung or not.
const HEAR: Duration = Duration::from_millis(250);

/// This node's side of what nodes tell each other.
#[derive(Debug)]
pub(crate) struct Others {
    db: Db,
    occupancy: Arc<Occupancy>,
    bell: Option<Bell>,
    heard: tokio::sync::Mutex<News>,
}

impl Others {
    /// Begins to listen. To be called before anything is read that they may change.
    pub(crate) async fn open(db: Db, occupancy: Arc<Occupancy>) -> Result<Arc<Self>> {
        let mut heard = News::default();
        _ = db.news(&mut heard).await?;
        let bell = db.bell();
        Ok(Arc::new(Self { db, occupancy, bell, heard: tokio::sync::Mutex::new(heard) }))
    }

    /// Brings what this node knows of its seats up to what others have sold, again and again.
    pub(crate) async fn hear(&self, mut stop: watch::Receiver<bool>) {
        // An embedded database has no other nodes, and no bell.
        let Some(bell) = &self.bell else { return };
        let mut ticks = tokio::time::interval(HEAR);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                _ = ticks.tick() => {}
                () = bell.heard() => {}
            }
            match self.catch_up().await {
                Ok(()) => failing = false,
                Err(error) if !std::mem::replace(&mut failing, true) => {
                    tracing::warn!(%error, "other nodes' sales cannot be read; it is tried on");
                }
                Err(_) => {}
            }
        }
    }

    async fn catch_up(&self) -> Result<()> {
        let changes = self.db.news(&mut *self.heard.lock().await).await?;
        self.occupancy.changed(&changes);
        Ok(())
    }
}

/// What this node has sold itself.
impl Listener for Others {
    fn changed(&self, changes: &[SeatChange]) {
        self.occupancy.changed(changes);
        if let Some(bell) = &self.bell {
            bell.ring();
        }
    }
}

/// A listener for the engine that does not keep the house alive.
pub(crate) fn as_listener(others: &Arc<Others>) -> std::sync::Weak<dyn Listener> {
    let weak: std::sync::Weak<Others> = Arc::downgrade(others);
    weak
}
