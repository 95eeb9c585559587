//! Browsers that are signed in: a session as any other, known by a secret in a cookie instead of by tokens.

use std::{net::IpAddr, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use houselights_domain::{UserId, UtcMicros};
use houselights_store::{
    Error as StoreError,
    cold::sessions::{self, BrowserRow},
};
use quick_cache::sync::Cache;

use super::{
    Accounts, Identity,
    keys::{hex, random_hex},
    token::Kind,
};
use crate::error::Result;

/// The size of a session's secret: nobody guesses 256 bits.
const SECRET: usize = 32;
/// Stands before the secret's hash where a refresh token's `jti` would stand, so that neither is taken for the other.
const MARK: &str = "browser:";
/// Browsers that are recognised without a look into the database.
const MOST_SEEN: usize = 50_000;
/// How long that lasts, in microseconds. A session that is revoked ends at once all the same: revocations are looked
/// up each time, and are remembered for longer than this.
const RECHECK: i64 = UtcMicros::MINUTE;
/// A session is prolonged when this part of its time is over, so that not every page writes.
const PROLONG_AFTER: i64 = 24;

/// Somebody whose browser is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Who they are, and what they may do.
    pub identity: Identity,
    /// What they sign in with.
    pub username: String,
    /// The session lives longer now: the browser is to keep its cookie for another `lifetime`.
    pub prolonged: bool,
    /// How long a session lives after it was last used.
    pub lifetime: Duration,
}

/// A session that was opened for a browser. Its `Debug` leaves the secret out.
#[derive(Clone)]
pub struct BrowserSession {
    /// What the browser shows from now on.
    pub secret: String,
    /// For how long, unless it is used.
    pub lifetime: Duration,
}

impl std::fmt::Debug for BrowserSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrowserSession").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// What is known of a browser.
#[derive(Clone, Debug)]
struct Seen {
    guest: Guest,
    checked_at: UtcMicros,
    expires_at: UtcMicros,
}

/// Browsers that were recognised lately, by the hash of what they showed.
#[derive(Debug)]
pub(super) struct Browsers(Cache<Vec<u8>, Seen>);

impl Default for Browsers {
    fn default() -> Self {
        Self(Cache::new(MOST_SEEN))
    }
}

impl Accounts {
    /// Signs a browser in: always with a new secret, and the session that it had before ends. Fails as `log_in` does.
    pub async fn open_browser(
        &self,
        username: &str,
        password: &str,
        from: IpAddr,
        before: Option<&Guest>,
    ) -> Result<BrowserSession> {
        let (user, hash) = self.proven(username, password, from).await?;
        let secret = random_hex::<SECRET>(&*self.entropy)?;
        let identity = self.open_session(user, hash, &stored(&secret), self.clock.now()).await?;
        if let Some(guest) = before {
            self.log_out(None, Some(&guest.identity)).await?;
        }
        Ok(BrowserSession {
            secret: format!("{}.{secret}", identity.session),
            lifetime: self.settings.refresh_lifetime,
        })
    }

    /// Who shows this secret; `None` where it opens nothing (any more). Now and then it prolongs the session.
    pub async fn guest(&self, shown: &str) -> Result<Option<Guest>> {
        let Some((session, secret)) = parse(shown) else { return Ok(None) };
        let now = self.clock.now();
        if self.revoked.contains(session) {
            return Ok(None);
        }
        let key = digest(&SHA256, shown.as_bytes()).as_ref().to_vec();
        let recheck = RECHECK.min(self.tokens.expiry(Kind::Access, now).0 - now.0);
        if let Some(seen) = self.browsers.0.get(&key)
            // What was seen before the clock was put back would count for as long as the clock was put back.
            && (0..recheck).contains(&(now.0 - seen.checked_at.0))
            && now < seen.expires_at
        {
            return Ok(Some(seen.guest));
        }
        let found = sessions::browser(&self.db, session, &stored(secret), now).await?;
        let Some(BrowserRow { user, username, role, last_used_at, expires_at }) = found else { return Ok(None) };
        let identity = Identity { user: UserId(user.0), role, session };
        let guest = Guest { identity, username, prolonged: false, lifetime: self.settings.refresh_lifetime };
        let longer = self.prolong(session, now, last_used_at).await;
        let seen = Seen { guest: guest.clone(), checked_at: now, expires_at: longer.unwrap_or(expires_at) };
        self.browsers.0.insert(key, seen);
        Ok(Some(Guest { prolonged: longer.is_some(), ..guest }))
    }

    /// Lets a session live on from now, if it was not used for some time; answers with its new end. A session that
    /// cannot be prolonged now is good all the same.
    async fn prolong(&self, session: i64, now: UtcMicros, last_used_at: UtcMicros) -> Option<UtcMicros> {
        let until = self.tokens.expiry(Kind::Refresh, now);
        if now.0 - last_used_at.0 < (until.0 - now.0) / PROLONG_AFTER {
            return None;
        }
        let prolonged: std::result::Result<bool, StoreError> =
            self.db.write(move |tx| Box::pin(async move { sessions::prolong(tx, session, now, until).await })).await;
        match prolonged {
            Ok(done) => done.then_some(until),
            Err(error) => {
                tracing::warn!(%error, "a browser's session could not be prolonged");
                None
            }
        }
    }
}

/// The secret as the database has it: who reads the database cannot sign in with what is there.
fn stored(secret: &str) -> String {
    format!("{MARK}{}", hex(digest(&SHA256, secret.as_bytes()).as_ref()))
}

/// `<number of the session>.<secret in hexadecimal digits>`
fn parse(shown: &str) -> Option<(i64, &str)> {
    let (session, secret) = shown.split_once('.')?;
    let whole = secret.len() == 2 * SECRET && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((session.parse().ok().filter(|session| *session > 0)?, secret)).filter(|_| whole)
}
