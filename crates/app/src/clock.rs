//! The clock, handed to whatever needs the time. Tests turn its hands themselves.

use std::sync::atomic::{AtomicI64, Ordering};

use houselights_domain::UtcMicros;

/// Tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Now.
    fn now(&self) -> UtcMicros;

    /// Whether this is the machine's clock. Then a database that several machines share decides by its own instead.
    fn is_the_machines(&self) -> bool {
        false
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> UtcMicros {
        jiff::Timestamp::now().into()
    }

    fn is_the_machines(&self) -> bool {
        true
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    /// A clock that shows `now`.
    pub const fn at(now: UtcMicros) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Moves the hands forward by so many microseconds.
    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> UtcMicros {
        UtcMicros(self.0.load(Ordering::SeqCst))
    }
}
