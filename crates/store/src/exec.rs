//! The executor: portable statements with `$1`-style parameters, on whichever database there is.

use std::{future::Future, path::PathBuf, pin::Pin, sync::Arc};

use parking_lot::Mutex;

use crate::{
    error::{Error, Result},
    migrate::SchemaState,
    sqlite::{self, Access, Sqlite, SqliteOptions},
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
}

/// A transaction under way. It commits when its body returns `Ok` and leaves no trace when it returns `Err`.
#[derive(Debug)]
pub struct Tx(TxBackend);

#[derive(Debug)]
enum TxBackend {
    Sqlite(Arc<Mutex<rusqlite::Connection>>),
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

    /// The schema's version when the database was opened.
    pub fn schema(&self) -> SchemaState {
        let Backend::Sqlite(db) = &self.0;
        db.schema()
    }

    /// The database's kind and place in words, for `check` and the log; never a password.
    pub fn describe(&self) -> String {
        let Backend::Sqlite(db) = &self.0;
        format!("SQLite {} in {}", rusqlite::version(), db.file().display())
    }

    /// Runs a transaction that may write. The body may wait for nothing but its own statements.
    pub async fn write<T, E, F>(&self, body: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>> + Send + 'static,
    {
        let Backend::Sqlite(db) = &self.0;
        db.write(body).await
    }

    /// Runs a transaction that sees one state of the database and writes nothing.
    pub async fn snapshot<T, E, F>(&self, body: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>> + Send + 'static,
    {
        let Backend::Sqlite(db) = &self.0;
        db.snapshot(body).await
    }

    /// Whether another process, or another node, has written since this was last asked.
    pub async fn changed_elsewhere(&self) -> Result<bool> {
        let Backend::Sqlite(db) = &self.0;
        let db = Arc::clone(db);
        sqlite::blocking(move || db.changed_elsewhere()).await
    }

    /// Copies the database, as it is at one moment, to a new file. `progress` gets pages done and pages in all.
    pub async fn backup(&self, to: PathBuf, progress: impl FnMut(u32, u32) + Send + 'static) -> Result<()> {
        let Backend::Sqlite(db) = &self.0;
        db.backup(to, progress).await
    }
}

impl Query for Db {
    async fn rows(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>> {
        let Backend::Sqlite(db) = &self.0;
        db.rows(sql, params).await
    }
}

impl Tx {
    pub(crate) const fn sqlite(connection: Arc<Mutex<rusqlite::Connection>>) -> Self {
        Self(TxBackend::Sqlite(connection))
    }
}

impl Query for Tx {
    async fn rows(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>> {
        let TxBackend::Sqlite(connection) = &self.0;
        sqlite::statement(&connection.lock(), sql, &params)
    }
}
