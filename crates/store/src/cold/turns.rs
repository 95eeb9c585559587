//! Turns: transactions that look before they change something wait for each other.
//!
//! An embedded database has one writer, so all of them do. On PostgreSQL they run side by side, and two that each find
//! nothing in their way could both go on; whoever takes a turn has the matter alone until the end of their transaction.

use crate::{
    error::Result,
    exec::{Query, Tx},
    params,
    value::{FromRow, Row},
};

/// What one at a time may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Cinemas, screens, movies and shows.
    Programme,
    /// Who may do what.
    Accounts,
}

/// How often the programme was changed, for [`crate::Db::changed_elsewhere`].
pub(crate) const TAKEN: &str = "SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'turn-programme'";

/// How often a turn was taken.
pub(crate) struct Taken(pub(crate) i64);

impl FromRow for Taken {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next().map(Self)
    }
}

/// Waits for the turn and keeps it until the transaction ends. Call it first: what was read before may be out of date.
pub async fn take(tx: &Tx, turn: Turn) -> Result<()> {
    let name = match turn {
        Turn::Programme => "turn-programme",
        Turn::Accounts => "turn-accounts",
    };
    tx.rows(
        "INSERT INTO meta (name, value) VALUES ($1, '1')
         ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)",
        params![name],
    )
    .await?;
    Ok(())
}
