//! LISTEN and NOTIFY: nodes wake each other, so that what one has sold the others read at once and not at their next
//! look. Nothing depends on it: whoever is not woken looks soon enough.
//!
//! One connection a node, outside the pool, for both. A transaction that notifies takes a lock that the whole server
//! shares, and would wait for the disk; so it is none that sells seats, it waits for no disk, and many changes ring once.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, task::AbortHandle};
use tokio_postgres::{AsyncMessage, Client};

use super::Postgres;
use crate::error::{Error, Result};

/// The pause between two rings of one node.
const PAUSE: Duration = Duration::from_millis(50);
/// The pause before a connection that was lost is made again.
const AGAIN: Duration = Duration::from_secs(1);

const LISTEN: &str = "LISTEN houselights_seats";
const RING: &str = "BEGIN; SET LOCAL synchronous_commit = off; NOTIFY houselights_seats; COMMIT";

/// Rings on other nodes, and says when they have rung. Dropping it takes it down.
#[derive(Debug)]
pub struct Bell {
    calls: Arc<Calls>,
    keeper: AbortHandle,
}

#[derive(Debug, Default)]
struct Calls {
    /// Others have something to tell.
    heard: Notify,
    /// There is something to tell others.
    rung: Notify,
    /// Which session of the database rings for this node: its own rings are no news.
    session: AtomicI32,
}

impl Bell {
    /// Hangs a bell up; it is connected as soon as that is possible. Needs the runtime.
    pub(crate) fn hang(db: Arc<Postgres>) -> Self {
        let calls = Arc::new(Calls::default());
        let keeper = tokio::spawn(keep(db, Arc::clone(&calls))).abort_handle();
        Self { calls, keeper }
    }

    /// Tells other nodes that there is something to read. Returns at once.
    pub fn ring(&self) {
        self.calls.rung.notify_one();
    }

    /// Returns when others have rung since this was last waited for, or may have while the connection was away.
    pub async fn heard(&self) {
        self.calls.heard.notified().await;
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

async fn keep(db: Arc<Postgres>, calls: Arc<Calls>) {
    let mut told = false;
    loop {
        if let Err(error) = connected(&db, &calls).await
            && !std::mem::replace(&mut told, true)
        {
            tracing::info!(%error, "nodes do not wake each other, but look for news; connecting is tried on");
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Listens and rings for as long as one connection lasts.
async fn connected(db: &Postgres, calls: &Arc<Calls>) -> Result<()> {
    let (client, mut connection) = db.listen().await?;
    let listener = Arc::clone(calls);
    // It ends when the client is dropped.
    let ears = tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(rung) = message?
                && rung.process_id() != listener.session.load(Ordering::Relaxed)
            {
                listener.heard.notify_one();
            }
        }
        Ok(())
    });
    tokio::select! {
        rung = ring_on(&client, calls) => rung,
        ended = ears => ended.unwrap_or_else(|error| Err(Error::Bug(format!("a listener panicked: {error}")))),
    }
}

async fn ring_on(client: &Client, calls: &Calls) -> Result<()> {
    client.batch_execute(LISTEN).await?;
    let session = client.query_typed("SELECT pg_backend_pid()", &[]).await?;
    if let Some(row) = session.first() {
        calls.session.store(row.try_get(0)?, Ordering::Relaxed);
    }
    // Whatever was rung before was not heard here.
    calls.heard.notify_one();
    loop {
        calls.rung.notified().await;
        client.batch_execute(RING).await?;
        tokio::time::sleep(PAUSE).await;
    }
}
