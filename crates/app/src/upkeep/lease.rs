//! Whose turn it is to do the house's jobs, where several nodes share a database.
//!
//! The holder writes a new word every few seconds; whoever sees the same word for a whole term takes its place. Nobody
//! compares clocks: each node measures with its own how long a word has stood.

use std::time::Duration;

use houselights_store::{Db, cold::leases};
use tokio::time::Instant;

use crate::error::Result;

/// How long a word must have stood before another may be put in its place.
const TERM: Duration = Duration::from_secs(15);
/// How long after its last word a holder still works: shorter than the term, so that what it has begun is done.
const WORKS: Duration = Duration::from_secs(8);
/// How often the holder writes a new word.
const RENEWS: Duration = Duration::from_secs(3);
/// The word of a holder that has gone in good order.
const GONE: &str = "";

/// One node's view of a lease.
#[derive(Debug)]
pub(super) struct Lease {
    db: Db,
    name: &'static str,
    /// Tells this node from all others.
    node: u64,
    beat: u64,
    /// The last word that was seen, and since when it has stood.
    seen: Option<(String, Instant)>,
    /// When this node began to write its last word.
    renewed: Option<Instant>,
}

impl Lease {
    pub(super) const fn new(db: Db, name: &'static str, node: u64) -> Self {
        Self { db, name, node, beat: 0, seen: None, renewed: None }
    }

    /// Whether this node may do a piece of work now that takes no more than a few seconds. On a database of its own it
    /// always may.
    pub(super) async fn is_held(&mut self, now: Instant) -> Result<bool> {
        if !self.db.is_shared() {
            return Ok(true);
        }
        if self.renewed.is_some_and(|at| now - at < RENEWS) {
            return Ok(true);
        }
        let renewed = self.renew(now).await;
        // As long as the last word is fresh, a database that is away for a moment changes nothing.
        if renewed.is_err() && self.renewed.is_some_and(|at| now - at < WORKS) {
            return Ok(true);
        }
        renewed
    }

    async fn renew(&mut self, now: Instant) -> Result<bool> {
        let there = leases::read(&self.db, self.name).await?;
        let mine = there.as_deref().is_some_and(|word| word == self.word());
        if let Some(word) = there.as_deref().filter(|word| !mine && *word != GONE) {
            self.renewed = None;
            match &self.seen {
                Some((seen, since)) if seen == word && now - *since >= TERM => {}
                Some((seen, _)) if seen == word => return Ok(false),
                Some(_) | None => {
                    self.seen = Some((word.to_owned(), now));
                    return Ok(false);
                }
            }
        }
        self.beat += 1;
        let taken = leases::replace(&self.db, self.name, there, self.word()).await?;
        self.renewed = taken.then_some(now);
        self.seen = None;
        Ok(taken)
    }

    fn word(&self) -> String {
        format!("{:x} {}", self.node, self.beat)
    }

    /// Lets another node take over at once.
    pub(super) async fn give_up(&mut self) -> Result<()> {
        if self.db.is_shared() && self.renewed.take().is_some() {
            _ = leases::replace(&self.db, self.name, Some(self.word()), GONE.to_owned()).await?;
        }
        Ok(())
    }
}
