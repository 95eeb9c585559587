//! How often one may try to log in: by address and by user name, apart.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use governor::{
    Quota, RateLimiter, clock, middleware::NoOpMiddleware, nanos::Nanos, state::keyed::DefaultKeyedStateStore,
};
use parking_lot::Mutex;

use super::settings::{AccountSettings, Limit};
use crate::{
    clock::Clock,
    error::{Error, Result},
};

/// Keys are hashed, with a secret seed, into so many slots: memory is bounded whatever is tried, and nobody can aim at
/// somebody else's slot.
const SLOTS: u64 = 1 << 16;

type Limiter = RateLimiter<u16, DefaultKeyedStateStore<u16>, Steady, NoOpMiddleware<Nanos>>;

/// The limits on logging in.
#[derive(Debug)]
pub(super) struct Throttle {
    clock: Steady,
    seed: RandomState,
    by_address: Option<Limiter>,
    by_user: Option<Limiter>,
}

impl Throttle {
    pub(super) fn new(settings: &AccountSettings, clock: Arc<dyn Clock>) -> Self {
        let clock = Steady::new(clock);
        let limiter = |limit: Option<Limit>| limit.map(|limit| limiter(limit, clock.clone()));
        Self {
            by_address: limiter(settings.logins_by_address),
            by_user: limiter(settings.logins_by_user),
            seed: RandomState::new(),
            clock,
        }
    }

    /// Spends one attempt of the address, then one of the name; `TooMany` when either has none left.
    pub(super) fn log_in(&self, from: IpAddr, username: &str) -> Result<()> {
        self.spend(self.by_address.as_ref(), &network(from), "address")?;
        self.spend(self.by_user.as_ref(), &username, "user")
    }

    /// Spends one attempt of the name, for whoever is signed in and must prove the password.
    pub(super) fn prove(&self, username: &str) -> Result<()> {
        self.spend(self.by_user.as_ref(), &username, "user")
    }

    fn spend(&self, limiter: Option<&Limiter>, key: &impl Hash, kind: &'static str) -> Result<()> {
        let Some(limiter) = limiter else { return Ok(()) };
        let slot = u16::try_from(self.seed.hash_one(key) % SLOTS).unwrap_or(u16::MAX);
        limiter.check_key(&slot).map_err(|refused| {
            metrics::counter!("houselights_logins_throttled_total", "by" => kind).increment(1);
            let wait = refused.wait_time_from(clock::Clock::now(&self.clock));
            Error::TooMany { retry_after: wait.max(Duration::from_secs(1)) }
        })
    }
}

fn limiter(limit: Limit, clock: Steady) -> Limiter {
    let attempts = NonZeroU32::new(limit.attempts).unwrap_or(NonZeroU32::MIN);
    let one = (limit.per / attempts.get()).max(Duration::from_nanos(1));
    let quota =
        Quota::with_period(one).map_or_else(|| Quota::per_minute(attempts), |quota| quota.allow_burst(attempts));
    RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock)
}

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The house's clock as governor wants it: a clock that is put back stands still for a moment, and locks nobody out.
#[derive(Clone, Debug)]
struct Steady {
    clock: Arc<dyn Clock>,
    /// What the house's clock showed last, and the microseconds that have passed.
    passed: Arc<Mutex<(i64, u64)>>,
}

impl Steady {
    fn new(clock: Arc<dyn Clock>) -> Self {
        let now = clock.now().0;
        Self { clock, passed: Arc::new(Mutex::new((now, 0))) }
    }
}

impl clock::Clock for Steady {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let mut passed = self.passed.lock();
        let (last, micros) = *passed;
        let now = self.clock.now().0;
        let micros = micros.saturating_add(u64::try_from(now.saturating_sub(last)).unwrap_or(0));
        *passed = (now, micros);
        Nanos::from(micros.saturating_mul(1000))
    }
}
