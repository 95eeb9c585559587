//! What keeps accounts true in the background: other processes' revocations, rotated keys; and a job for one node at a
//! time, expired sessions.

use std::sync::Arc;

use houselights_domain::UtcMicros;
use houselights_store::{Error as StoreError, cold::sessions};
use tokio::{sync::watch, task::JoinHandle, time};

use super::{Accounts, revocations::SLACK, token::Kind};
use crate::error::{Error, Result};

/// Rows of one read.
const PAGE: u32 = 1000;
/// Sessions deleted in one transaction, so that bookings wait for none of it.
const PURGE: u32 = 200;
/// How long an expired session is kept, in microseconds: longer than any token that names it is good, because
/// SQLite may give its number to another.
const KEEP: i64 = 24 * 60 * UtcMicros::MINUTE;

/// Waits until the receiver holds `true`, or its sender is dropped.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _either_way = stop.wait_for(|stop| *stop).await;
}

impl Accounts {
    /// A number that no other process has.
    pub(crate) fn random_number(&self) -> Result<u64> {
        let mut bytes = [0; 8];
        self.entropy.fill(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    /// Reads the sessions that any process has revoked since the last time, and forgets those whose access tokens have
    /// all expired. A clock that was put back makes tokens good again, so their revocations are read again too.
    pub async fn poll_revocations(&self) -> Result<()> {
        let now = self.clock.now();
        let oldest = now.plus(-self.access_micros()).plus(-2 * SLACK);
        let (mut at, mut session) = (self.polled.lock().begin(now, oldest), 0);
        loop {
            let rows = sessions::revoked_since(&self.db, at, session, PAGE).await?;
            for row in &rows {
                // Where a clock was ahead once, the moments of all ends are, for as long.
                self.revoked.add([row.session], row.at.min(now).max(row.last_used_at));
            }
            if let Some(last) = rows.last() {
                (at, session) = (last.at, last.session);
            }
            if rows.len() < PAGE as usize {
                break;
            }
        }
        self.polled.lock().end(now, at);
        self.revoked.forget_before(oldest);
        Ok(())
    }

    /// Deletes some of the sessions that expired over a day ago; `true` when more may be left.
    pub async fn purge_sessions(&self) -> Result<bool> {
        let before = self.clock.now().plus(-KEEP.max(2 * self.access_micros()));
        if !sessions::any_expired(&self.db, before).await? {
            return Ok(false);
        }
        let purge = self.db.write(move |tx| Box::pin(async move { sessions::purge_expired(tx, before, PURGE).await }));
        let count: std::result::Result<usize, StoreError> = purge.await;
        Ok(count? >= PURGE as usize)
    }

    /// Adds a signing key that signs from now on; tokens of the older ones stay good. `Conflict` when the keys come
    /// from the configuration.
    pub async fn rotate_keys(&self) -> Result<()> {
        let (keys, now, entropy) = (self.tokens.keys.clone(), self.clock.now(), Arc::clone(&self.entropy));
        let lifetime = self.settings.refresh_lifetime.max(self.settings.access_lifetime);
        tokio::task::spawn_blocking(move || keys.rotate(now, &*entropy, lifetime))
            .await
            .map_err(|error| Error::Bug(format!("rotating the keys panicked: {error}")))?
    }

    /// Starts the background task. It ends when `stop` holds `true` or its sender is dropped.
    pub fn spawn_upkeep(self: &Arc<Self>, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let accounts = Arc::clone(self);
        tokio::spawn(async move {
            let mut ticks = time::interval(accounts.settings.poll_every);
            ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    () = stopped(&mut stop) => return,
                    _ = ticks.tick() => accounts.tick().await,
                }
            }
        })
    }

    async fn tick(&self) {
        if let Err(error) = self.poll_revocations().await {
            tracing::warn!(%error, "revocations could not be read");
        }
        let keys = self.tokens.keys.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || keys.reload()).await {
            tracing::warn!(%error, "the signing keys could not be read again");
        }
    }

    fn access_micros(&self) -> i64 {
        let now = self.clock.now();
        self.tokens.expiry(Kind::Access, now).0 - now.0 + UtcMicros::SECOND
    }
}
