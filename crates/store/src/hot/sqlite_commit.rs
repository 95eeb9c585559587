//! Where a batch's transaction begins and ends. Everybody in the batch is answered when [`end`] has returned.
//!
//! With the feature `fault-injection` it ends too late: answers go out first. The feature exists so that
//! `cargo xtask fault --mutants` can show that its checker notices, and does not build in release mode.

#[cfg(not(feature = "fault-injection"))]
mod right {
    use rusqlite::Connection;

    use crate::{error::Result, sqlite::settle};

    pub(crate) fn begin(connection: &Connection) -> Result<()> {
        settle(connection)?;
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(())
    }

    pub(crate) fn end(connection: &Connection) -> Result<()> {
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}

#[cfg(feature = "fault-injection")]
mod wrong {
    use std::sync::atomic::{AtomicU32, Ordering};

    use rusqlite::Connection;

    use crate::error::Result;

    /// So many batches are answered before they are committed together: more than a round of the bench has. A kill that
    /// fell into the commit would find everything in the file already, and on a slow disk most of them do.
    const PUT_OFF: u32 = 100_000;
    static ANSWERED: AtomicU32 = AtomicU32::new(0);

    pub(crate) fn begin(connection: &Connection) -> Result<()> {
        if connection.is_autocommit() {
            connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(())
    }

    pub(crate) fn end(connection: &Connection) -> Result<()> {
        if ANSWERED.fetch_add(1, Ordering::Relaxed) % PUT_OFF == PUT_OFF - 1 {
            connection.execute_batch("COMMIT")?;
        }
        Ok(())
    }
}

#[cfg(not(feature = "fault-injection"))]
pub(super) use right::{begin, end};
#[cfg(feature = "fault-injection")]
pub(super) use wrong::{begin, end};

#[cfg(all(feature = "fault-injection", not(debug_assertions)))]
compile_error!("`fault-injection` loses bookings on purpose: it is for debug builds under test only");
