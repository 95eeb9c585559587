//! Turns: transactions that look before they change something wait for each other.
//!
//! An embedded database has one writer, so all of them do. On PostgreSQL they run side by side, and two that each find
//! nothing in their way could both go on; whoever takes a turn has the matter alone until the end of their transaction.
//!
//! The programme's turn is more than manners: a sale in one statement is decided on rules of shows that were read
//! earlier, and relies on this turn's count to have been raised by whoever has changed one since. So nothing of the
//! programme can be written without it: the functions that write ask for a [`ProgrammeTurn`].

use std::ops::Deref;

use crate::{
    error::Result,
    exec::{Query, Tx},
    params,
    value::{FromRow, Row, Value},
};

/// How often the programme was changed, for [`crate::Db::changed_elsewhere`].
pub(crate) const TAKEN: &str = "SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'turn-programme'";

/// How often a turn was taken.
pub(crate) struct Taken(pub(crate) i64);

impl FromRow for Taken {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next().map(Self)
    }
}

/// A transaction that has cinemas, screens, layouts, movies and shows alone. Only [`programme`] makes one, so whoever has
/// not waited cannot write them:
///
/// ```
/// # use houselights_domain::ShowId;
/// # use houselights_store::{Result, Tx, cold::{shows, turns}};
/// async fn call_off(tx: &Tx, show: ShowId) -> Result<()> {
///     shows::call_off(&turns::programme(tx).await?, show).await
/// }
/// ```
///
/// ```compile_fail,E0308
/// # use houselights_domain::ShowId;
/// # use houselights_store::{Result, Tx, cold::{shows, turns}};
/// async fn call_off(tx: &Tx, show: ShowId) -> Result<()> {
///     shows::call_off(tx, show).await
/// }
/// ```
#[derive(Debug)]
pub struct ProgrammeTurn<'tx>(&'tx Tx);

impl Deref for ProgrammeTurn<'_> {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        self.0
    }
}

impl Query for ProgrammeTurn<'_> {
    async fn rows(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>> {
        Query::rows(self.0, sql, params).await
    }
}

/// Waits for the programme's turn and keeps it until the transaction ends. Call it first: what was read before may be
/// out of date.
pub async fn programme(tx: &Tx) -> Result<ProgrammeTurn<'_>> {
    take(tx, "turn-programme").await?;
    Ok(ProgrammeTurn(tx))
}

/// As [`programme`], for who may do what.
pub async fn accounts(tx: &Tx) -> Result<()> {
    take(tx, "turn-accounts").await
}

async fn take(tx: &Tx, name: &str) -> Result<()> {
    tx.rows(
        "INSERT INTO meta (name, value) VALUES ($1, '1')
         ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)",
        params![name],
    )
    .await?;
    Ok(())
}
