//! From the configuration to what the layers below want.

use std::time::Duration;

use houselights_app::accounts::{AccountSettings, Limit};
use houselights_domain::credentials::PasswordPolicy;

use crate::config::Config;

/// What `app` wants to know about accounts.
pub(crate) fn accounts(config: &Config) -> AccountSettings {
    let from = &config.accounts;
    let limit = |attempts: u32| Some(Limit { attempts, per: Duration::from_secs(60) }).filter(|_| attempts > 0);
    AccountSettings {
        access_lifetime: from.access_lifetime,
        refresh_lifetime: from.refresh_lifetime,
        passwords: PasswordPolicy { min_length: from.password_min_length, refuse_common: from.refuse_common_passwords },
        hashing_at_once: from.hashes_at_once,
        hashing_waiters: from.hash_waiters,
        logins_by_address: config.rate_limits.and_then(|limits| limit(limits.logins_by_address)),
        logins_by_user: config.rate_limits.and_then(|limits| limit(limits.logins_by_user)),
        ..AccountSettings::default()
    }
}
