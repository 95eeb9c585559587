//! What can be set about accounts, and its defaults.

use std::time::Duration;

use houselights_domain::credentials::PasswordPolicy;

/// Everything about accounts that a house may want otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSettings {
    /// For how long an access token is good. Default: 15 minutes.
    pub access_lifetime: Duration,
    /// For how long a refresh token is good; each use begins anew. Default: 7 days.
    pub refresh_lifetime: Duration,
    /// The `iss` claim (RFC 7519, 4.1.1).
    pub issuer: String,
    /// The `aud` claim (RFC 7519, 4.1.3).
    pub audience: String,
    /// How good new passwords must be.
    pub passwords: PasswordPolicy,
    /// How dear a password's hash is.
    pub hash: HashCost,
    /// The most password hashes at once. Default: half the cores, at least one, so that logins leave room to sell.
    pub hashing_at_once: usize,
    /// The most callers that wait for a hash; more are turned away with `Busy`. Default: 64.
    pub hashing_waiters: usize,
    /// The most attempts to log in from one address (IPv6: one /64). `None`: no limit. Default: 30 a minute.
    pub logins_by_address: Option<Limit>,
    /// The most attempts to log in with one user name. `None`: no limit. Default: 10 a minute.
    pub logins_by_user: Option<Limit>,
    /// How often revocations by other processes are read. Default: half a second; one is the promise.
    pub poll_every: Duration,
}

impl Default for AccountSettings {
    fn default() -> Self {
        const MINUTE: Duration = Duration::from_mins(1);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            access_lifetime: 15 * MINUTE,
            refresh_lifetime: 7 * 24 * 60 * MINUTE,
            issuer: "houselights".into(),
            audience: "houselights".into(),
            passwords: PasswordPolicy::default(),
            hash: HashCost::default(),
            hashing_at_once: (cores / 2).max(1),
            hashing_waiters: 64,
            logins_by_address: Some(Limit { attempts: 30, per: MINUTE }),
            logins_by_user: Some(Limit { attempts: 10, per: MINUTE }),
            poll_every: Duration::from_millis(500),
        }
    }
}

/// The cost of one argon2id hash (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for HashCost {
    /// OWASP's first choice: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

impl HashCost {
    /// As cheap as argon2 goes: for tests only.
    pub const CHEAPEST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };
}

/// So many attempts at once; spent ones come back one by one, all of them within `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many; 0 counts as 1.
    pub attempts: u32,
    /// In what time.
    pub per: Duration,
}
