//! Accounts: who somebody is, and what they may do.
//!
//! A sign-in opens a *session*, the family of refresh tokens that descend from it. Whatever must end tokens early (a
//! logout, a changed password or role, a disabled account, a refresh token that was used twice) ends sessions: in the
//! database, in this process's memory at once, and in other processes' memory at their next poll. Access tokens are
//! checked without the database ([`Accounts::authenticate`]).

mod agreement;
mod browser;
mod key_file;
mod keys;
mod managing;
mod passwords;
mod revocations;
mod settings;
mod signing_in;
#[cfg(test)]
mod tests;
mod throttle;
mod token;
mod upkeep;
mod verified;

use std::{fmt, sync::Arc};

use houselights_domain::{Role, UserId, UtcMicros, credentials::PasswordPolicy};
use houselights_store::{Db, cold::users::User};
use parking_lot::Mutex;

pub use agreement::forget_signing_key;
pub use browser::{BrowserSession, Guest};
pub use keys::SigningKeys;
pub use settings::{AccountSettings, HashCost, Limit};

use crate::{clock::Clock, entropy::Entropy, error::Result};
use passwords::Passwords;
use revocations::{Progress, Revocations};
use throttle::Throttle;
use token::Tokens;
use verified::VerifiedTokens;

/// The use cases of accounts. One a process; share it in an `Arc`.
#[derive(Debug)]
pub struct Accounts {
    db: Db,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: AccountSettings,
    tokens: Tokens,
    verified: VerifiedTokens,
    passwords: Passwords,
    throttle: Throttle,
    revoked: Revocations,
    browsers: browser::Browsers,
    /// How far the revocations of all processes have been read.
    polled: Mutex<Progress>,
}

/// Who makes a request, as their access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The account.
    pub user: UserId,
    /// What it may do.
    pub role: Role,
    /// The session that the token belongs to.
    pub session: i64,
}

impl Identity {
    /// The house itself, such as a command typed on its machine.
    pub const HOUSE: Self = Self { user: UserId(0), role: Role::Superuser, session: 0 };

    /// Whether it may keep the programme and see what belongs to others.
    pub fn is_staff(&self) -> bool {
        self.role >= Role::Staff
    }
}

/// An account as others may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: UserId,
    /// What its owner types.
    pub username: String,
    /// Empty: none was given.
    pub email: String,
    /// What it may do.
    pub role: Role,
    /// Whether it may sign in.
    pub active: bool,
    /// When it was made.
    pub created_at: UtcMicros,
    /// The last time that somebody signed in.
    pub last_login_at: Option<UtcMicros>,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        let User { id, username, email, role, active, created_at, last_login_at, password_hash: _ } = user;
        Self { id, username, email, role, active, created_at, last_login_at }
    }
}

/// What somebody signs up with. Its `Debug` leaves the password out.
#[derive(Clone, Default)]
pub struct NewAccount {
    /// The name to sign in with.
    pub username: String,
    /// The password as typed.
    pub password: String,
    /// An address, if one was given.
    pub email: Option<String>,
}

impl fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccount").field("username", &self.username).finish_non_exhaustive()
    }
}

/// What a sign-in gives. Its `Debug` leaves the tokens out.
#[derive(Clone)]
pub struct TokenPair {
    /// Goes with every request, as `Authorization: Bearer` (RFC 6750).
    pub access: String,
    /// Is good for the next pair, once.
    pub refresh: String,
    /// When `access` expires.
    pub access_expires_at: UtcMicros,
    /// When `refresh` expires.
    pub refresh_expires_at: UtcMicros,
    /// Whom the tokens stand for.
    pub identity: Identity,
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPair").field("identity", &self.identity).finish_non_exhaustive()
    }
}

impl Accounts {
    /// How good a new password must be.
    pub const fn password_policy(&self) -> &PasswordPolicy {
        &self.settings.passwords
    }

    /// Accounts over a database. Reads the revocations that still matter, so a restart forgets no logout. A sentence
    /// says what to do where other nodes sign with a key that is none of these.
    pub async fn open(
        db: Db,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        keys: SigningKeys,
        settings: AccountSettings,
    ) -> Result<Arc<Self>> {
        agreement::reach(&db, &keys).await?;
        Self::with_keys(db, clock, entropy, keys, settings).await
    }

    /// As [`Self::open`], for a program that signs nothing: it has no key of the house, makes no file for one, and notes
    /// none in the database, where nodes would look for it.
    pub async fn without_tokens(
        db: Db,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: AccountSettings,
    ) -> Result<Arc<Self>> {
        let keys = SigningKeys::made_up(&*entropy)?;
        Self::with_keys(db, clock, entropy, keys, settings).await
    }

    async fn with_keys(
        db: Db,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        keys: SigningKeys,
        settings: AccountSettings,
    ) -> Result<Arc<Self>> {
        let accounts = Self {
            tokens: Tokens::new(keys, &settings),
            verified: VerifiedTokens::default(),
            passwords: Passwords::new(&settings)?,
            throttle: Throttle::new(&settings, Arc::clone(&clock)),
            revoked: Revocations::default(),
            browsers: browser::Browsers::default(),
            polled: Mutex::default(),
            db,
            clock,
            entropy,
            settings,
        };
        accounts.poll_revocations().await?;
        Ok(Arc::new(accounts))
    }
}
