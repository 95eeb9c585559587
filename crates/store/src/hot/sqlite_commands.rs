//! What a command works with inside the embedded database's transaction, and the answers to idempotency keys.

use std::collections::HashMap;

use houselights_domain::{Refusal, ShowId, UtcMicros, ledger::LedgerPage, show::SalesRules};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Actor, Decision, IDEMPOTENCY_WINDOW, IdempotencyKey, Outcome, Reply, SeatChange, claim_tail::Moving, sqlite::Tip,
    sqlite_statements::Statements,
};
use crate::error::Result;

/// What a command works with.
pub(super) struct Work<'a, 'c> {
    pub(super) statements: &'a mut Statements<'c>,
    pub(super) rules: &'a mut HashMap<ShowId, SalesRules>,
    pub(super) claims: &'a mut Moving<'c>,
    pub(super) tip: &'a mut Tip,
    pub(super) changes: &'a mut Vec<SeatChange>,
    pub(super) page: &'a mut LedgerPage,
    pub(super) actor: Actor,
    pub(super) now: UtcMicros,
}

/// The answer that was given to this key before, if there is one.
pub(super) fn replay(
    connection: &Connection,
    actor: Actor,
    key: &IdempotencyKey,
    now: UtcMicros,
) -> Result<Option<Decision>> {
    let mut statement = connection.prepare_cached(
        "SELECT fingerprint, status, body FROM idempotency
         WHERE caller = ?1 AND route = ?2 AND key = ?3 AND created_at > ?4",
    )?;
    let oldest = now.plus(-IDEMPOTENCY_WINDOW);
    let found: Option<(Vec<u8>, u16, Vec<u8>)> = statement
        .query_row(params![actor.user.0, key.route, key.key, oldest.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(found.map(|(fingerprint, status, body)| {
        if fingerprint == key.fingerprint {
            Ok(Outcome::Replayed(Reply { status, body }))
        } else {
            Err(Refusal::KeyReused)
        }
    }))
}

/// Keeps the answer to this key.
pub(super) fn remember(
    connection: &Connection,
    actor: Actor,
    key: &IdempotencyKey,
    decision: &Decision,
    now: UtcMicros,
) -> Result<()> {
    let reply = (key.record)(decision);
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO idempotency (caller, route, key, fingerprint, status, body, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    statement.execute(params![actor.user.0, key.route, key.key, key.fingerprint, reply.status, reply.body, now.0])?;
    Ok(())
}
