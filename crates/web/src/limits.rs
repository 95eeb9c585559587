//! How often one caller may come: token buckets, bounded in number.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::DashMapStateStore,
};
use houselights_domain::UserId;

use crate::{
    problem::{Code, Problem, Result},
    settings::LimitSettings,
};

/// The most callers that are told apart; beyond them callers share [`SHARED`] buckets.
const MAX_KEYS: usize = 100_000;
/// How many buckets are shared when there are too many callers.
const SHARED: u128 = 1024;
/// Buckets that are full again are forgotten after so many checks.
const UPKEEP: u32 = 1 << 14;

type Buckets = RateLimiter<u128, DashMapStateStore<u128>, DefaultClock>;

/// All limits of the web side.
#[derive(Debug)]
pub struct Limits {
    sign_in: Option<Limit>,
    booking: Option<Limit>,
    change: Option<Limit>,
}

impl Limits {
    /// Limits as they were set; a number of 0 means no limit of that kind.
    pub fn new(settings: LimitSettings) -> Self {
        let limit = |per_minute: u32| NonZeroU32::new(per_minute).filter(|_| settings.on).map(Limit::new);
        Self {
            sign_in: limit(settings.sign_in_per_minute),
            booking: limit(settings.booking_per_minute),
            change: limit(settings.change_per_minute),
        }
    }

    /// One more sign-up, sign-in or refresh from an address.
    pub fn sign_in(&self, from: IpAddr) -> Result<()> {
        check(self.sign_in.as_ref(), address_key(from))
    }

    /// One more booking or cancellation of an account.
    pub fn booking(&self, user: UserId) -> Result<()> {
        check(self.booking.as_ref(), user_key(user))
    }

    /// One more change of another kind by an account.
    pub fn change(&self, user: UserId) -> Result<()> {
        check(self.change.as_ref(), user_key(user))
    }
}

#[derive(Debug)]
struct Limit {
    buckets: Buckets,
    checks: AtomicU32,
    crowded: AtomicBool,
}

impl Limit {
    fn new(per_minute: NonZeroU32) -> Self {
        Self {
            buckets: RateLimiter::keyed(Quota::per_minute(per_minute)),
            checks: AtomicU32::new(1),
            crowded: AtomicBool::new(false),
        }
    }

    fn wait(&self, key: u128) -> Option<Duration> {
        if self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(UPKEEP) {
            self.tidy();
        }
        let key = if self.crowded.load(Ordering::Relaxed) { u128::MAX - key % SHARED } else { key };
        let refused = self.buckets.check_key(&key).err()?;
        Some(refused.wait_time_from(DefaultClock::default().now()))
    }

    /// Forgets callers that have been away, and notes when there are too many all the same.
    fn tidy(&self) {
        self.buckets.retain_recent();
        self.buckets.shrink_to_fit();
        self.crowded.store(self.buckets.len() > MAX_KEYS, Ordering::Relaxed);
    }
}

fn check(limit: Option<&Limit>, key: u128) -> Result<()> {
    match limit.and_then(|limit| limit.wait(key)) {
        None => Ok(()),
        Some(wait) => {
            Err(Problem::new(Code::Throttled, "That was too many requests in a short time. Please wait a moment.")
                .retry_after(wait))
        }
    }
}

/// An IPv4 address stands for itself, an IPv6 address for the /64 that one customer has.
fn address_key(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

fn user_key(user: UserId) -> u128 {
    u128::from(user.0.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_a_bucket_and_off_means_off() {
        let limits = Limits::new(LimitSettings { booking_per_minute: 3, ..LimitSettings::default() });
        for _ in 0..3 {
            limits.booking(UserId(1)).unwrap();
        }
        assert_eq!(limits.booking(UserId(1)).unwrap_err().code(), Code::Throttled);
        limits.booking(UserId(2)).unwrap();

        let off = Limits::new(LimitSettings { on: false, booking_per_minute: 1, ..LimitSettings::default() });
        for _ in 0..10 {
            off.booking(UserId(1)).unwrap();
        }
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_caller() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}
