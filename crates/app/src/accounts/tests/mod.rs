//! The promises of accounts, each with a test that can fail.

mod browsers;
mod clocks;
mod limits;
mod managing;
mod nodes;
mod sessions;
mod tokens;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use houselights_domain::{UserId, UtcMicros, credentials::PasswordPolicy};
use houselights_store::{Access, Db, SqliteOptions};
use tempfile::TempDir;

use super::{Account, AccountSettings, Accounts, HashCost, NewAccount, SigningKeys, TokenPair, forget_signing_key};
use crate::{
    clock::FakeClock,
    entropy::CountingEntropy,
    error::{Error, Result},
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const SECRET: &str = "a secret that is long enough for HS256";
const NOON: UtcMicros = UtcMicros(1_800_000_000_250_000);
const GOOD: &str = "correct horse";

struct House {
    _folder: TempDir,
    clock: Arc<FakeClock>,
    db: Db,
    accounts: Arc<Accounts>,
}

fn settings() -> AccountSettings {
    AccountSettings {
        hash: HashCost::CHEAPEST,
        passwords: PasswordPolicy { min_length: 4, refuse_common: false },
        logins_by_address: None,
        logins_by_user: None,
        poll_every: Duration::from_millis(20),
        ..AccountSettings::default()
    }
}

impl House {
    async fn open() -> Self {
        Self::with(settings()).await
    }

    async fn with(settings: AccountSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions { folder: folder.path().to_owned(), readers: 2 };
        let db = Db::open_sqlite(options, Access::Serve).await.unwrap();
        let clock = Arc::new(FakeClock::at(NOON));
        let accounts = node(&db, &clock, settings).await;
        Self { _folder: folder, clock, db, accounts }
    }

    /// The same database and clock with empty memory: another process, or this one after a restart.
    async fn another(&self) -> Arc<Accounts> {
        node(&self.db, &self.clock, settings()).await
    }

    async fn sign_up(&self, username: &str) -> Account {
        self.accounts.sign_up(new(username, GOOD)).await.unwrap()
    }

    async fn superuser(&self, username: &str) -> Account {
        self.accounts.create_superuser(new(username, GOOD)).await.unwrap()
    }

    async fn log_in(&self, username: &str) -> TokenPair {
        self.accounts.log_in(username, GOOD, HERE).await.unwrap()
    }

    /// A new account, signed in.
    async fn guest(&self, username: &str) -> (UserId, TokenPair) {
        let id = self.sign_up(username).await.id;
        (id, self.log_in(username).await)
    }
}

async fn node(db: &Db, clock: &Arc<FakeClock>, settings: AccountSettings) -> Arc<Accounts> {
    let keys = SigningKeys::from_secret(SECRET).unwrap();
    let (clock, entropy) = (Arc::clone(clock), Arc::new(CountingEntropy::default()));
    Accounts::open(db.clone(), clock, entropy, keys, settings).await.unwrap()
}

fn new(username: &str, password: &str) -> NewAccount {
    NewAccount { username: username.into(), password: password.into(), email: None }
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "it takes what a use case returned")]
fn void<T: std::fmt::Debug>(result: Result<T>) {
    assert!(matches!(result, Err(Error::InvalidToken)), "{result:?}");
}
