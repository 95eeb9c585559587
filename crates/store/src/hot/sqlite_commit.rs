//! Where a batch's transaction begins and ends. Everybody in the batch is answered when [`end`] has returned.

use rusqlite::Connection;

use crate::{
    error::Result,
    mutant::{self, Mutant},
    sqlite::settle,
};

pub(super) fn begin(connection: &Connection) -> Result<()> {
    if mutant::active(Mutant::AnswersFirst) && !connection.is_autocommit() {
        return Ok(());
    }
    settle(connection)?;
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    Ok(())
}

/// The mutant leaves it to the next start to find out that nothing was committed: a kill that falls into a late commit
/// would find everything in the file already, and on a slow disk most of them do.
pub(super) fn end(connection: &Connection) -> Result<()> {
    if !mutant::active(Mutant::AnswersFirst) {
        connection.prepare_cached("COMMIT")?.execute([])?;
    }
    Ok(())
}
