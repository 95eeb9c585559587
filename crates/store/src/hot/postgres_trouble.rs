//! What can go wrong with a batch on PostgreSQL, sorted by what is to be done about it.

use tokio_postgres::error::SqlState;

use super::postgres_statements::Sql;
use crate::error::Error;

/// Why an attempt at a batch came to nothing, as far as is known.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Somebody else has changed what was read: read again.
    Conflict,
    /// The database took back the transaction in favour of others, or it waited too long for them: try again later.
    Again(Error),
    /// Somebody else writes in this lane, or has used its numbers: take another.
    Fenced,
    /// The connection is gone, or silent, and no COMMIT had been sent: nothing was changed.
    Lost(Error),
    /// The connection is gone, or silent, and a COMMIT may have been carried out.
    InDoubt(Error),
    /// Trying again would not help.
    Fatal(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Fatal(error)
    }
}

/// Sorts what a statement came to that was not the last of its transaction.
pub(super) fn at(sql: Sql) -> impl Fn(tokio_postgres::Error) -> Trouble {
    move |error| sort(sql, error)
}

fn sort(sql: Sql, error: tokio_postgres::Error) -> Trouble {
    let Some(code) = error.code().cloned() else {
        return match Error::from(error) {
            away @ Error::Unavailable(_) => Trouble::Lost(away),
            ours => Trouble::Fatal(ours),
        };
    };
    match (sql, &code) {
        (Sql::Advance | Sql::InsertLedger | Sql::InsertOrders | Sql::InsertBookings, code)
            if *code == SqlState::DIVISION_BY_ZERO || *code == SqlState::UNIQUE_VIOLATION =>
        {
            Trouble::Fenced
        }
        (_, code) if *code == SqlState::DIVISION_BY_ZERO || *code == SqlState::UNIQUE_VIOLATION => Trouble::Conflict,
        (_, code)
            if [
                SqlState::T_R_SERIALIZATION_FAILURE,
                SqlState::T_R_DEADLOCK_DETECTED,
                SqlState::LOCK_NOT_AVAILABLE,
                SqlState::QUERY_CANCELED,
            ]
            .contains(code) =>
        {
            Trouble::Again(error.into())
        }
        // Connection exceptions, too many connections, shutting down, starting up, session timeouts, and a standby: who
        // is connected to one must look for the primary.
        (_, code) if ["08", "53", "57", "25P03", "25006"].iter().any(|class| code.code().starts_with(class)) => {
            Trouble::Lost(error.into())
        }
        _ => Trouble::Fatal(error.into()),
    }
}

/// Sorts what a statement came to that is a transaction of its own: only what ended it before its commit is certain.
pub(super) fn at_once(error: tokio_postgres::Error) -> Trouble {
    let Some(db) = error.as_db_error() else { return Trouble::InDoubt(error.into()) };
    match db.code() {
        code if *code == SqlState::DIVISION_BY_ZERO => Trouble::Conflict,
        code if *code == SqlState::UNIQUE_VIOLATION => match db.table() {
            Some("orders" | "bookings" | "ledger") => Trouble::Fenced,
            _ => Trouble::Conflict,
        },
        // The connection, shutting down, the disk, corruption: it may have been while a standby was waited for.
        code if ["08", "57P", "58", "XX"].iter().any(|class| code.code().starts_with(class)) => {
            Trouble::InDoubt(error.into())
        }
        // Whatever the database has against a statement that does everything: the long way finds out whose it is.
        _ => match sort(Sql::Sell, error) {
            Trouble::Fatal(_) => Trouble::Conflict,
            trouble => trouble,
        },
    }
}

/// Sorts what a COMMIT came to. Few errors say for certain that nothing was committed.
pub(super) fn at_commit(error: tokio_postgres::Error) -> Trouble {
    match error.code() {
        Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => {
            Trouble::Again(error.into())
        }
        _ => Trouble::InDoubt(error.into()),
    }
}
