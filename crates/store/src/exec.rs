//! The executor: portable statements with `$1`-style parameters, on whichever database there is.

use std::{future::Future, path::PathBuf, pin::Pin, sync::Arc};

use houselights_domain::{SeatNumber, ShowId};
use parking_lot::Mutex;

use crate::{
    error::{Error, Result},
    hot::claim_tail::{self, Claim},
    migrate::{self, SchemaState},
    postgres::{Bell, Postgres, PostgresOptions, PostgresTx},
    sqlite::{self, Sqlite, SqliteOptions},
    value::{FromRow, Row, Value},
};

/// What a transaction's body returns.
pub type BoxFuture<'t, T> = Pin<Box<dyn Future<Output = T> + Send + 't>>;

/// A handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(pub(crate) Backend);

/// Which database there is. Matched here and in `hot/mod.rs`, nowhere else.
#[derive(Clone, Debug)]
pub(crate) enum Backend {
    /// The embedded one.
    Sqlite(Arc<Sqlite>),
    /// The one for several machines.
    Postgres(Arc<Postgres>),
}

/// What the opener wants to do, and so whom it may share the data with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Sell seats: alone on an embedded database, beside other nodes on PostgreSQL. Brings the schema up to date.
    Serve,
    /// Change the programme or accounts, beside a server or without one. Brings the schema up to date, an embedded
    /// one's only when alone.
    Maintain,
    /// Look only; the database must exist.
    Read,
}

/// A transaction under way. It commits when its body returns `Ok` and leaves no trace when it returns `Err`.
#[derive(Debug)]
pub struct Tx(TxBackend);

#[derive(Debug)]
enum TxBackend {
    Sqlite(Arc<Mutex<rusqlite::Connection>>),
    Postgres(Box<PostgresTx>),
}

/// What statements can be run on: the database (each statement by itself) or a transaction.
pub trait Query: Sync {
    /// Runs a statement and returns its rows.
    fn rows(&self, sql: &'static str, params: Vec<Value>) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// All rows, read into a type.
    fn all<T: FromRow + Send>(
        &self,
        sql: &'static str,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<T>>> + Send {
        async move { self.rows(sql, params).await?.iter_mut().map(T::from_row).collect() }
    }

    /// The first row, if there is one.
    fn first<T: FromRow + Send>(
        &self,
        sql: &'static str,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        async move { self.rows(sql, params).await?.iter_mut().next().map(T::from_row).transpose() }
    }
}

impl Db {
    /// Opens the embedded database of a data folder.
    pub async fn open_sqlite(options: SqliteOptions, access: Access) -> Result<Self> {
        let db = sqlite::blocking(move || Sqlite::open(&options, access)).await?;
        Ok(Self(Backend::Sqlite(Arc::new(db))))
    }

    /// Connects to PostgreSQL.
    pub async fn open_postgres(options: PostgresOptions, access: Access) -> Result<Self> {
        Ok(Self(Backend::Postgres(Arc::new(Postgres::open(options, access).await?))))
    }

    /// The schema's version when the database was opened.
    pub fn schema(&self) -> SchemaState {
        match &self.0 {
            Backend::Sqlite(db) => db.schema(),
            Backend::Postgres(db) => db.schema(),
        }
    }

    /// Fails when the database does not answer, and when a newer program has changed its schema in a way that this one
    /// cannot go on with.
    pub async fn still_fits(&self) -> Result<()> {
        migrate::still_fits(self).await
    }

    /// By what its nodes wake each other; nothing where there is only one. Hang up one a process, within the runtime.
    pub fn bell(&self) -> Option<Bell> {
        match &self.0 {
            Backend::Sqlite(_) => None,
            Backend::Postgres(db) => Some(Bell::hang(Arc::clone(db))),
        }
    }

    /// The database's kind and place in words, for `check` and the log; never a password.
    pub fn describe(&self) -> String {
        match &self.0 {
            Backend::Sqlite(db) => format!("SQLite {} in {}", rusqlite::version(), db.file().display()),
            Backend::Postgres(db) => format!("PostgreSQL {}", db.shown()),
        }
    }

    /// Refuses a database on which the promises cannot be kept. A server asks at its start by itself.
    pub async fn is_trustworthy(&self) -> Result<()> {
        match &self.0 {
            Backend::Sqlite(_) => Ok(()),
            Backend::Postgres(db) => db.is_trustworthy().await,
        }
    }

    /// Runs a transaction that may write. The body may wait for nothing but its own statements, and is run once.
    /// Transactions may run side by side on PostgreSQL: what is read and then relied on is locked first, by a turn
    /// ([`crate::cold::turns`]) or by `FOR UPDATE`.
    pub async fn write<T, E, F>(&self, body: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>> + Send + 'static,
    {
        match &self.0 {
            Backend::Sqlite(db) => db.write(body).await,
            Backend::Postgres(db) => db.write(body).await,
        }
    }

    /// Runs a transaction that sees one state of the database and writes nothing.
    pub async fn snapshot<T, E, F>(&self, body: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>> + Send + 'static,
    {
        match &self.0 {
            Backend::Sqlite(db) => db.snapshot(body).await,
            Backend::Postgres(db) => db.snapshot(body).await,
        }
    }

    /// Whether the programme may have been changed by another process, or another node, since this was last asked.
    pub async fn changed_elsewhere(&self) -> Result<bool> {
        match &self.0 {
            Backend::Sqlite(db) => {
                let db = Arc::clone(db);
                sqlite::blocking(move || db.changed_elsewhere()).await
            }
            Backend::Postgres(db) => db.changed_elsewhere().await,
        }
    }

    /// Copies an embedded database, as it is at one moment, to a new file. `progress` gets pages done and pages in all.
    pub async fn backup(&self, to: PathBuf, progress: impl FnMut(u32, u32) + Send + 'static) -> Result<()> {
        match &self.0 {
            Backend::Sqlite(db) => db.backup(to, progress).await,
            Backend::Postgres(_) => {
                Err(Error::Setup("PostgreSQL is backed up with its own tools, such as pg_dump".into()))
            }
        }
    }
}

impl Query for Db {
    async fn rows(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>> {
        match &self.0 {
            Backend::Sqlite(db) => db.rows(sql, params).await,
            Backend::Postgres(db) => db.rows(sql, params).await,
        }
    }
}

impl Tx {
    pub(crate) const fn sqlite(connection: Arc<Mutex<rusqlite::Connection>>) -> Self {
        Self(TxBackend::Sqlite(connection))
    }

    pub(crate) fn postgres(tx: PostgresTx) -> Self {
        Self(TxBackend::Postgres(Box::new(tx)))
    }

    /// Makes sure that the table of claims says who owns what. Call it before a transaction that writes asks it.
    pub fn settle_claims(&self) -> Result<()> {
        match &self.0 {
            TxBackend::Sqlite(connection) => claim_tail::settle_table(&connection.lock()),
            TxBackend::Postgres(_) => Ok(()),
        }
    }

    /// Claims that the table does not show yet.
    pub(crate) fn unmerged_claims(&self) -> Result<Vec<((ShowId, SeatNumber), Claim)>> {
        match &self.0 {
            TxBackend::Sqlite(connection) => claim_tail::unmerged(&connection.lock()),
            TxBackend::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// Its part of PostgreSQL, to be ended.
    pub(crate) fn into_postgres(self) -> Option<PostgresTx> {
        match self.0 {
            TxBackend::Postgres(tx) => Some(*tx),
            TxBackend::Sqlite(_) => None,
        }
    }
}

impl Query for Tx {
    async fn rows(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>> {
        match &self.0 {
            TxBackend::Sqlite(connection) => sqlite::statement(&connection.lock(), sql, &params),
            TxBackend::Postgres(tx) => tx.rows(sql, &params).await,
        }
    }
}
