//! Hashing passwords: dear on purpose, so it happens on threads that may block, few at once, and with few waiting.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use std::time::Duration;

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::Error as HashError,
};
use tokio::sync::Semaphore;

use super::settings::{AccountSettings, HashCost};
use crate::{
    entropy::Entropy,
    error::{Error, Result},
};

/// What a caller that is turned away is told to wait.
const COME_AGAIN: Duration = Duration::from_secs(2);
/// Recommended by RFC 9106, in bytes.
const SALT: usize = 16;

/// Hashes and checks passwords.
#[derive(Debug)]
pub(super) struct Passwords {
    params: Params,
    /// A hash that no password has, at today's cost: what the password of an unknown user is checked against.
    dummy: String,
    pub(super) permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
    /// How many hashes were computed.
    hashes: Arc<AtomicU64>,
}

/// Counts a waiter until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Passwords {
    pub(super) fn new(settings: &AccountSettings) -> Result<Self> {
        let HashCost { memory_kib, passes, lanes } = settings.hash;
        let params = Params::new(memory_kib, passes, lanes, None)
            .map_err(|error| Error::Bug(format!("the cost of password hashes cannot be used: {error}")))?;
        let dummy = format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${}${}", "A".repeat(22), "A".repeat(43));
        Ok(Self {
            params,
            dummy,
            permits: Arc::new(Semaphore::new(settings.hashing_at_once.max(1))),
            waiting: AtomicUsize::new(0),
            most_waiting: settings.hashing_waiters,
            hashes: Arc::default(),
        })
    }

    /// A PHC string for a new password.
    pub(super) async fn hash(&self, password: String, entropy: &dyn Entropy) -> Result<String> {
        let mut salt = [0; SALT];
        entropy.fill(&mut salt)?;
        self.run(move |argon| argon.hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string()))
            .await?
            .map_err(|error| Error::Bug(format!("a password could not be hashed: {error}")))
    }

    /// Whether the password has this hash. With no hash, as for an unknown user, the work is the same and the answer
    /// is no.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let hash = hash.unwrap_or_else(|| self.dummy.clone());
        let checked = self
            .run(move |argon| {
                let hash = PasswordHash::new(&hash).map_err(|_| HashError::EncodingInvalid)?;
                argon.verify_password(password.as_bytes(), &hash)
            })
            .await?;
        match checked {
            Ok(()) => Ok(true),
            Err(HashError::PasswordInvalid) => Ok(false),
            Err(error) => Err(Error::Bug(format!("a stored password hash cannot be checked: {error}"))),
        }
    }

    /// Whether the hash was made at another cost than today's.
    pub(super) fn is_outdated(&self, hash: &str) -> bool {
        let Ok(hash) = PasswordHash::new(hash) else { return true };
        let same = Params::try_from(&hash).is_ok_and(|params| {
            let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
            cost(&params) == cost(&self.params)
        });
        !same || hash.algorithm.as_str() != Algorithm::Argon2id.as_str()
    }

    /// How many hashes were computed so far.
    #[cfg(test)]
    pub(super) fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    /// Runs work that hashes once. The permit moves into the task: a caller that goes away does not stop the hash, so
    /// it must not make room for the next one either.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T> {
        let permits = Arc::clone(&self.permits);
        let permit = if let Ok(permit) = Arc::clone(&permits).try_acquire_owned() {
            permit
        } else {
            let before = self.waiting.fetch_add(1, Ordering::Relaxed);
            let _waiting = Waiting(&self.waiting);
            if before >= self.most_waiting {
                metrics::counter!("houselights_password_hashes_turned_away_total").increment(1);
                return Err(Error::Busy { retry_after: COME_AGAIN });
            }
            permits.acquire_owned().await.map_err(|_| Error::Bug("the hashing permits were closed".into()))?
        };
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let hashes = Arc::clone(&self.hashes);
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            hashes.fetch_add(1, Ordering::Relaxed);
            work(argon)
        });
        task.await.map_err(|error| Error::Bug(format!("hashing a password panicked: {error}")))
    }
}
