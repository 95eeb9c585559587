//! The sessions that were ended while one of their access tokens may still be good: what makes a logout take effect
//! at once without a look-up in the database at every request.

use std::collections::HashMap;

use houselights_domain::UtcMicros;
use parking_lot::RwLock;

/// How long a revocation may take to commit, in microseconds.
pub(super) const SLACK: i64 = UtcMicros::MINUTE;

/// How far the revocations in the database have been read. They are in the order in which they were made, whatever
/// clocks say, but one is seen when it is committed: those of the last minute or two are read again.
#[derive(Debug)]
pub(super) struct Progress {
    /// From here on they are read.
    from: UtcMicros,
    /// From here on they will be, a minute after `since`.
    next: UtcMicros,
    newest: UtcMicros,
    since: UtcMicros,
    read_at: UtcMicros,
}

impl Default for Progress {
    fn default() -> Self {
        let nothing = UtcMicros::BEGINNING;
        Self { from: nothing, next: nothing, newest: nothing, since: nothing, read_at: UtcMicros::NEVER }
    }
}

impl Progress {
    /// From where to read now: from `oldest` at first, and where the clock has been put back.
    pub(super) fn begin(&mut self, now: UtcMicros, oldest: UtcMicros) -> UtcMicros {
        if now < self.read_at {
            *self = Self { from: oldest, next: oldest, newest: oldest, since: now, read_at: now };
        }
        self.from
    }

    /// Everything up to `newest` was read, beginning at `now`.
    pub(super) fn end(&mut self, now: UtcMicros, newest: UtcMicros) {
        (self.read_at, self.newest) = (now, self.newest.max(newest));
        if now.0 - self.since.0 >= SLACK {
            (self.from, self.next, self.since) = (self.next, self.newest, now);
        }
    }
}

/// Revoked sessions and for when each was revoked, or the last of its tokens issued if that is later.
#[derive(Debug, Default)]
pub(super) struct Revocations(RwLock<HashMap<i64, UtcMicros>>);

impl Revocations {
    pub(super) fn add(&self, sessions: impl IntoIterator<Item = i64>, at: UtcMicros) {
        let mut all = self.0.write();
        for session in sessions {
            let known = all.entry(session).or_insert(at);
            *known = at.max(*known);
        }
    }

    pub(super) fn contains(&self, session: i64) -> bool {
        self.0.read().contains_key(&session)
    }

    /// Forgets those of before `then`, when even the youngest of their access tokens has expired.
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
