//! Requests that may be repeated: the first answer is kept, and one that is still being worked on is not begun twice.
//!
//! The booking engine keeps its answers in its own transaction and needs only [`Keys::enter`]. Other routes record
//! theirs after the work: a process that dies between the two has done the work and forgotten the answer.

use std::{collections::HashSet, sync::Arc};

use houselights_domain::Refusal;
pub use houselights_store::cold::idempotency::Slot;
use houselights_store::{
    Db,
    cold::idempotency::{self as rows, FirstAnswer},
    hot::Reply,
};
use parking_lot::Mutex;

use crate::{
    clock::Clock,
    error::{Error, Result},
};

/// The most keyed requests at once in one process.
const MOST_IN_FLIGHT: usize = 20_000;
/// When to come again when there are more.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);

/// The keys of requests.
#[derive(Debug)]
pub struct Keys {
    db: Db,
    clock: Arc<dyn Clock>,
    in_flight: Arc<Mutex<HashSet<Slot>>>,
}

/// A keyed request that is being worked on; another with its key is turned away until this is dropped.
#[derive(Debug)]
pub struct InFlight {
    slot: Slot,
    all: Arc<Mutex<HashSet<Slot>>>,
}

impl InFlight {
    /// Which request.
    pub const fn slot(&self) -> &Slot {
        &self.slot
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.all.lock().remove(&self.slot);
    }
}

impl Keys {
    /// Keys over a database.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock, in_flight: Arc::default() }
    }

    /// Begins work on a request; `InFlight` while the same one is being worked on in this process.
    pub fn enter(&self, slot: Slot) -> Result<InFlight> {
        let mut all = self.in_flight.lock();
        if all.len() >= MOST_IN_FLIGHT {
            return Err(Error::Busy { retry_after: RETRY });
        }
        if !all.insert(slot.clone()) {
            return Err(Error::InFlight);
        }
        Ok(InFlight { slot, all: Arc::clone(&self.in_flight) })
    }

    /// The first answer to this request, if there was one; refused when the key was used with another request.
    pub async fn first_answer(&self, request: &InFlight, fingerprint: &[u8]) -> Result<Option<Reply>> {
        match rows::get(&self.db, request.slot(), self.clock.now()).await? {
            None => Ok(None),
            Some(first) if first.fingerprint == fingerprint => Ok(Some(first.reply)),
            Some(_) => Err(Refusal::KeyReused.into()),
        }
    }

    /// Keeps the first answer.
    pub async fn record(&self, request: &InFlight, fingerprint: Vec<u8>, reply: Reply) -> Result<()> {
        let (slot, now) = (request.slot().clone(), self.clock.now());
        let answer = FirstAnswer { fingerprint, reply };
        self.db
            .write(move |tx| Box::pin(async move { rows::put(tx, &slot, answer, now).await.map_err(Error::from) }))
            .await
    }

    /// Forgets answers that are no longer replayed, at most `most` of them. Says how many went.
    pub async fn purge(&self, most: u32) -> Result<usize> {
        let now = self.clock.now();
        self.db.write(move |tx| Box::pin(async move { rows::purge(tx, now, most).await.map_err(Error::from) })).await
    }
}

#[cfg(test)]
mod tests {
    use houselights_domain::{UserId, UtcMicros};
    use houselights_store::{Access, SqliteOptions};

    use super::*;
    use crate::clock::FakeClock;

    fn slot(key: &str) -> Slot {
        Slot { caller: UserId(1), route: "/api/x/".into(), key: key.into() }
    }

    #[tokio::test]
    async fn first_answers_are_replayed_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions { folder: folder.path().to_owned(), readers: 1 };
        let db = Db::open_sqlite(options, Access::Serve).await.unwrap();
        let clock = Arc::new(FakeClock::at(UtcMicros(1_800_000_000_000_000)));
        let keys = Keys::new(db, Arc::clone(&clock) as Arc<dyn Clock>);
        let reply = Reply { status: 201, body: b"{}".to_vec() };

        let first = keys.enter(slot("a")).unwrap();
        assert!(matches!(keys.enter(slot("a")), Err(Error::InFlight)));
        drop(keys.enter(slot("b")).unwrap());
        assert_eq!(keys.first_answer(&first, b"f").await.unwrap(), None);
        keys.record(&first, b"f".to_vec(), reply.clone()).await.unwrap();
        drop(first);

        let again = keys.enter(slot("a")).unwrap();
        assert_eq!(keys.first_answer(&again, b"f").await.unwrap(), Some(reply.clone()));
        let other = keys.first_answer(&again, b"g").await;
        assert!(matches!(other, Err(Error::Refused(Refusal::KeyReused))));
        assert_eq!(keys.purge(10).await.unwrap(), 0);

        clock.advance(24 * 60 * UtcMicros::MINUTE);
        assert_eq!(keys.first_answer(&again, b"g").await.unwrap(), None);
        keys.record(&again, b"g".to_vec(), reply.clone()).await.unwrap();
        assert_eq!(keys.first_answer(&again, b"g").await.unwrap(), Some(reply));
        clock.advance(24 * 60 * UtcMicros::MINUTE);
        assert_eq!(keys.purge(10).await.unwrap(), 1);
    }
}
