//! Marks: facts about the database as a whole.

use crate::{
    error::Result,
    exec::{Query, Tx},
    params,
};

/// The data is made up, and the passwords of its users are public.
pub const DEMO: &str = "demo";

/// Whether a mark was made.
pub async fn is_made(db: &impl Query, mark: &str) -> Result<bool> {
    Ok(!db.rows("SELECT 1 FROM meta WHERE name = $1", params![mark]).await?.is_empty())
}

/// Makes a mark, for ever.
pub async fn make(tx: &Tx, mark: &str) -> Result<()> {
    tx.rows("INSERT INTO meta (name, value) VALUES ($1, '1') ON CONFLICT (name) DO NOTHING", params![mark]).await?;
    Ok(())
}
