//! A connection on loan from the pool, and transactions on it.

use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object};
use tokio_postgres::{
    error::SqlState,
    types::{ToSql, Type, WrongType},
};

use super::chain;
use crate::{
    error::{Error, Result},
    value::{Row, Value},
};

/// How long a transaction of ours may sit idle before PostgreSQL ends it: somebody has lost the connection to us.
const IDLE: Duration = Duration::from_secs(30);

/// A connection on loan. It goes back to the pool by [`Self::give_back`] only: one that was dropped in the middle of
/// something (a timeout, a panic, a fault) is closed, so that nobody inherits an open transaction or a stale answer.
#[derive(Debug)]
pub(crate) struct Lease(Option<Object>);

impl Lease {
    pub(super) const fn new(object: Object) -> Self {
        Self(Some(object))
    }

    /// It is as clean as it came.
    pub(crate) fn give_back(mut self) {
        drop(self.0.take());
    }

    /// Runs one portable statement by itself; a statement without a name, so that poolers between may be of any kind.
    pub(super) async fn statement(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        rows(self.client()?, sql, params).await
    }

    /// One statement in a transaction that can only read, in one round trip.
    pub(super) async fn read(&self, sql: &str, params: &[Value], limit: Duration) -> Result<Vec<Row>> {
        let client = self.client()?;
        let opening = format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {}", limit.as_millis());
        // They are sent in this order before the first answer is waited for.
        let (opened, found, closed) = tokio::join!(
            biased;
            client.batch_execute(&opening),
            rows(client, sql, params),
            client.batch_execute("COMMIT")
        );
        opened?;
        let found = found?;
        closed?;
        Ok(found)
    }

    /// Begins a transaction whose statements wait and run for a bounded time. No setting outlives it.
    pub(crate) async fn begin(&self, kind: Kind, limit: Duration) -> Result<()> {
        let (mode, limit) = match kind {
            Kind::Write => ("ISOLATION LEVEL READ COMMITTED", limit.as_millis()),
            Kind::Snapshot => ("ISOLATION LEVEL REPEATABLE READ READ ONLY", limit.as_millis()),
        };
        let begin = format!(
            "BEGIN {mode}; SET LOCAL statement_timeout = {limit}; SET LOCAL lock_timeout = {limit};
             SET LOCAL idle_in_transaction_session_timeout = {}",
            IDLE.as_millis()
        );
        Ok(self.client()?.batch_execute(&begin).await?)
    }

    /// Commits. The timeout goes first: when it strikes while the commit waits for a standby, PostgreSQL says that all
    /// is well although the standby knows of nothing, and a failover would lose what we had acknowledged. It is refused
    /// after a statement that failed, where a COMMIT alone would roll back and say nothing.
    pub(crate) async fn commit(&self) -> Result<()> {
        let ended = self.client()?.batch_execute("SET LOCAL statement_timeout = 0; COMMIT").await;
        ended.map_err(|error| match error.as_db_error() {
            // A session that is told to end says so too when its commit has been written and waits for a standby.
            Some(db) if !db.code().code().starts_with("57") => error.into(),
            _ => Error::Unknown(chain(&error)),
        })
    }

    pub(crate) async fn roll_back(&self) -> Result<()> {
        Ok(self.client()?.batch_execute("ROLLBACK").await?)
    }

    /// Whether the other end has gone.
    pub(super) fn is_closed(&self) -> bool {
        self.0.as_ref().is_none_or(|object| object.is_closed())
    }

    /// The connection itself, for the hot path.
    pub(crate) fn client(&self) -> Result<&ClientWrapper> {
        self.0.as_deref().ok_or_else(|| Error::Bug("a connection was used after it was given back".into()))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            drop(Object::take(object));
        }
    }
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Each statement sees what was committed before it; what must not change meanwhile is locked by the statement.
    Write,
    /// All statements see one state.
    Snapshot,
}

async fn rows(client: &tokio_postgres::Client, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
    let typed: Vec<(&(dyn ToSql + Sync), Type)> =
        params.iter().map(|value| (value as &(dyn ToSql + Sync), value.postgres_type())).collect();
    client.query_typed(sql, &typed).await?.iter().map(Row::from_postgres).collect()
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            // Without an answer of the server it is the way to it, or a value of a type that the column is not of.
            let ours = std::error::Error::source(&error).is_some_and(<dyn std::error::Error>::is::<WrongType>);
            return if ours { Self::Bug(chain(&error)) } else { Self::Unavailable(chain(&error)) };
        };
        let text = format!("{} ({})", db.message(), db.code().code());
        let code = db.code();
        if *code == SqlState::UNIQUE_VIOLATION {
            return Self::Taken(text);
        }
        if *code == SqlState::FOREIGN_KEY_VIOLATION {
            return Self::InUse(text);
        }
        match code.code().get(..2).unwrap_or_default() {
            // The connection; a transaction that lost against another; a standby; out of something; told to stop, or
            // too late.
            "08" | "40" | "53" | "57" | "58" => Self::Unavailable(text),
            "55" if *code == SqlState::LOCK_NOT_AVAILABLE => Self::Unavailable(text),
            "25" if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Self::Unavailable(text),
            "28" | "3D" => Self::Setup(text),
            "XX" => Self::Corrupt(text),
            _ => Self::Bug(text),
        }
    }
}
