//! The sessions that were ended while one of their access tokens may still be good: what makes a logout take effect
//! at once without a look-up in the database at every request.

use std::collections::HashMap;

use houselights_domain::UtcMicros;
use parking_lot::RwLock;

/// How far the clocks of nodes may be apart, and how long a revocation may take to commit, in microseconds.
pub(super) const SLACK: i64 = UtcMicros::MINUTE;

/// Revoked sessions and when each was revoked.
#[derive(Debug, Default)]
pub(super) struct Revocations(RwLock<HashMap<i64, UtcMicros>>);

impl Revocations {
    pub(super) fn add(&self, sessions: impl IntoIterator<Item = i64>, at: UtcMicros) {
        let mut all = self.0.write();
        for session in sessions {
            all.insert(session, at);
        }
    }

    pub(super) fn contains(&self, session: i64) -> bool {
        self.0.read().contains_key(&session)
    }

    /// Forgets those revoked before `then`, when even the youngest of their access tokens has expired.
    pub(super) fn forget_before(&self, then: UtcMicros) {
        if self.0.read().values().any(|at| *at < then) {
            self.0.write().retain(|_, at| *at >= then);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.read().len()
    }
}
