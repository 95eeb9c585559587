//! Sessions: one row a sign-in, with the family of refresh tokens that descend from it or a browser's secret.

use houselights_domain::{Role, UserId, UtcMicros};

use crate::{
    error::{Error, Result},
    exec::{Query, Tx},
    params,
    value::{FromRow, Row},
};

struct Id(i64);

impl FromRow for Id {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next().map(Self)
    }
}

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Whose.
    pub user: UserId,
    /// The `jti` of its first refresh token.
    pub refresh_jti: String,
    /// When it begins.
    pub now: UtcMicros,
    /// When its first refresh token expires.
    pub expires_at: UtcMicros,
}

/// A refresh token handed in for the next one.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The session it names.
    pub session: i64,
    /// The account it names.
    pub user: UserId,
    /// Its `jti`.
    pub old_jti: String,
    /// The `jti` of its successor.
    pub new_jti: String,
    /// When this happens.
    pub now: UtcMicros,
    /// When its successor expires.
    pub expires_at: UtcMicros,
}

/// A session that was ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Which.
    pub session: i64,
    /// When, in the order of all that were ended; not before any of its tokens was issued.
    pub at: UtcMicros,
    /// When the last of its tokens was issued, by the clock of whoever issued it.
    pub last_used_at: UtcMicros,
}

impl FromRow for Revoked {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self { session: row.next()?, at: row.next()?, last_used_at: row.next()? })
    }
}

struct End(UtcMicros);

impl FromRow for End {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next().map(Self)
    }
}

/// Opens a session and answers with its number.
pub async fn insert(tx: &Tx, new: NewSession) -> Result<i64> {
    let id: Option<Id> = tx
        .first(
            "INSERT INTO sessions (user_id, refresh_jti, created_at, last_used_at, expires_at) \
             VALUES ($1, $2, $3, $3, $4) RETURNING id",
            params![new.user, new.refresh_jti, new.now, new.expires_at],
        )
        .await?;
    id.map(|Id(id)| id).ok_or_else(|| Error::Bug("an insert returned no id".into()))
}

/// Makes the successor the only refresh token that is still good, in one compare-and-set; `false` when the token was
/// used before, or the session was revoked, has expired, or never was.
pub async fn rotate(tx: &Tx, rotation: Rotation) -> Result<bool> {
    let Rotation { session, user, old_jti, new_jti, now, expires_at } = rotation;
    let rows = tx
        .rows(
            "UPDATE sessions SET refresh_jti = $4, expires_at = $6, \
               last_used_at = CASE WHEN last_used_at > $5 THEN last_used_at ELSE $5 END \
             WHERE id = $1 AND user_id = $2 AND refresh_jti = $3 AND revoked_at IS NULL AND expires_at > $5 \
             RETURNING id",
            params![session, user, old_jti, new_jti, now, expires_at],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Whether this refresh token is the one that its session would take.
pub async fn is_current(on: &impl Query, session: i64, refresh_jti: &str, now: UtcMicros) -> Result<bool> {
    let rows = on
        .rows(
            "SELECT 1 FROM sessions \
             WHERE id = $1 AND refresh_jti = $2 AND revoked_at IS NULL AND expires_at > $3",
            params![session, refresh_jti, now],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// A browser's session and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserRow {
    /// Whose.
    pub user: UserId,
    /// Their name.
    pub username: String,
    /// What they may do.
    pub role: Role,
    /// When it was last prolonged.
    pub last_used_at: UtcMicros,
    /// When it ends by itself.
    pub expires_at: UtcMicros,
}

impl FromRow for BrowserRow {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            user: row.next()?,
            username: row.next()?,
            role: row.next()?,
            last_used_at: row.next()?,
            expires_at: row.next()?,
        })
    }
}

/// The session of a browser that shows what belongs to it, if its account may sign in. What is shown stands where
/// other sessions have the `jti` of their refresh token.
pub async fn browser(on: &impl Query, session: i64, proof: &str, now: UtcMicros) -> Result<Option<BrowserRow>> {
    on.first(
        "SELECT s.user_id, u.username, u.role, s.last_used_at, s.expires_at \
         FROM sessions s JOIN users u ON u.id = s.user_id \
         WHERE s.id = $1 AND s.refresh_jti = $2 AND s.revoked_at IS NULL AND s.expires_at > $3 AND u.active = 1",
        params![session, proof, now],
    )
    .await
}

/// Moves the end of a session that is open; `false` when it is not.
pub async fn prolong(tx: &Tx, session: i64, now: UtcMicros, expires_at: UtcMicros) -> Result<bool> {
    let rows = tx
        .rows(
            "UPDATE sessions SET last_used_at = $2, expires_at = $3 \
             WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2 RETURNING id",
            params![session, now, expires_at],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// The moment of an end that comes now: after all that came before it, even where the clock has been put back, or that
/// of another node is ahead. Who reads the ends in this order misses none because of anybody's clock.
async fn end(tx: &Tx, now: UtcMicros) -> Result<UtcMicros> {
    let last: Option<End> = tx
        .first(
            "SELECT revoked_at FROM sessions WHERE revoked_at IS NOT NULL ORDER BY revoked_at DESC, id DESC LIMIT 1",
            params![],
        )
        .await?;
    Ok(last.map_or(now, |End(last)| now.max(last.plus(1))))
}

/// Ends a session; `false` when it had been ended, or never was.
pub async fn revoke(tx: &Tx, session: i64, now: UtcMicros) -> Result<bool> {
    let rows = tx
        .rows(
            "UPDATE sessions SET revoked_at = CASE WHEN last_used_at > $2 THEN last_used_at ELSE $2 END \
             WHERE id = $1 AND revoked_at IS NULL RETURNING id",
            params![session, end(tx, now).await?],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Ends all sessions of a user and answers with the numbers of those that were open.
pub async fn revoke_all(tx: &Tx, user: UserId, now: UtcMicros) -> Result<Vec<i64>> {
    let ids: Vec<Id> = tx
        .all(
            "UPDATE sessions SET revoked_at = CASE WHEN last_used_at > $2 THEN last_used_at ELSE $2 END \
             WHERE user_id = $1 AND revoked_at IS NULL RETURNING id",
            params![user, end(tx, now).await?],
        )
        .await?;
    Ok(ids.into_iter().map(|Id(id)| id).collect())
}

/// Sessions that were revoked after `at`, or then with a number above `session`, in this order, at most `limit`.
pub async fn revoked_since(on: &impl Query, at: UtcMicros, session: i64, limit: u32) -> Result<Vec<Revoked>> {
    on.all(
        "SELECT id, revoked_at, last_used_at FROM sessions \
         WHERE revoked_at >= $1 AND (revoked_at > $1 OR id > $2) ORDER BY revoked_at, id LIMIT $3",
        params![at, session, limit],
    )
    .await
}

/// Whether a session expired before `before`: asked on a reader, so that a purge with nothing to do keeps no writer
/// waiting.
pub async fn any_expired(on: &impl Query, before: UtcMicros) -> Result<bool> {
    Ok(!on.rows("SELECT 1 FROM sessions WHERE expires_at < $1 LIMIT 1", params![before]).await?.is_empty())
}

/// Deletes at most `limit` of the sessions that expired before `before`; answers with how many there were.
pub async fn purge_expired(tx: &Tx, before: UtcMicros, limit: u32) -> Result<usize> {
    let rows = tx
        .rows(
            "DELETE FROM sessions WHERE id IN \
             (SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2) RETURNING id",
            params![before, limit],
        )
        .await?;
    Ok(rows.len())
}
