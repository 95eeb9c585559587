//! First answers to requests that carried an idempotency key, for routes outside the hot path.

use houselights_domain::{UserId, UtcMicros};

use crate::{
    error::Result,
    exec::{Query, Tx},
    hot::{IDEMPOTENCY_WINDOW, Reply},
    params,
    value::{FromRow, Row},
};

/// A first answer and what it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    /// A hash of the request.
    pub fingerprint: Vec<u8>,
    /// The answer.
    pub reply: Reply,
}

impl FromRow for FirstAnswer {
    fn from_row(row: &mut Row) -> Result<Self> {
        let fingerprint = row.next()?;
        let status: u32 = row.next()?;
        let status = u16::try_from(status).unwrap_or(500);
        Ok(Self { fingerprint, reply: Reply { status, body: row.next()? } })
    }
}

/// Which request: the caller, the route and the caller's key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Who asks.
    pub caller: UserId,
    /// The route with its parameters.
    pub route: String,
    /// The key as sent.
    pub key: String,
}

/// The first answer of the last 24 hours.
pub async fn get(db: &impl Query, slot: &Slot, now: UtcMicros) -> Result<Option<FirstAnswer>> {
    db.first(
        "SELECT fingerprint, status, body FROM idempotency
         WHERE caller = $1 AND route = $2 AND key = $3 AND created_at > $4",
        params![slot.caller, &slot.route, &slot.key, now.plus(-IDEMPOTENCY_WINDOW)],
    )
    .await
}

/// Keeps a first answer, in place of one that is out of date.
pub async fn put(tx: &Tx, slot: &Slot, answer: FirstAnswer, now: UtcMicros) -> Result<()> {
    tx.rows(
        "DELETE FROM idempotency WHERE caller = $1 AND route = $2 AND key = $3 AND created_at <= $4",
        params![slot.caller, &slot.route, &slot.key, now.plus(-IDEMPOTENCY_WINDOW)],
    )
    .await?;
    let FirstAnswer { fingerprint, reply } = answer;
    tx.rows(
        "INSERT INTO idempotency (caller, route, key, fingerprint, status, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (caller, route, key) DO NOTHING",
        params![slot.caller, &slot.route, &slot.key, fingerprint, i64::from(reply.status), reply.body, now],
    )
    .await?;
    Ok(())
}

/// Forgets what is older than the window, of the hot path too; at most `most` rows. Says how many went.
pub async fn purge(tx: &Tx, now: UtcMicros, most: u32) -> Result<usize> {
    let gone = tx
        .rows(
            "DELETE FROM idempotency WHERE (caller, route, key) IN (
               SELECT caller, route, key FROM idempotency WHERE created_at <= $1 ORDER BY created_at LIMIT $2)
             RETURNING caller",
            params![now.plus(-IDEMPOTENCY_WINDOW), most],
        )
        .await?;
    Ok(gone.len())
}
