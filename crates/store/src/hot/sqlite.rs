//! The embedded database's lane: drains a batch into one `BEGIN IMMEDIATE` transaction.

use std::{collections::HashMap, sync::Arc};

use houselights_domain::{
    ShowId, UtcMicros,
    ledger::{GENESIS, Hash, LedgerPage},
    show::SalesRules,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Applied, Command, Decision, Outcome,
    claim_tail::Moving,
    decide::{self, Chain},
    sqlite_commands, sqlite_commit,
    sqlite_statements::{Sql, Statements},
};
use crate::{
    error::{Error, Result},
    mutant::{self, Mutant},
    sqlite::{Sqlite, settle},
};

/// The only lane that writes an embedded database.
pub(super) const LANE: i64 = 1;

/// Where the next rows go. Kept in memory because nobody else writes these tables; read again after a rollback.
#[derive(Clone, Debug)]
pub(super) struct Tip {
    pub(super) next_booking: i64,
    pub(super) chain: Chain,
}

/// See [`super::Lane`].
#[derive(Debug)]
pub struct SqliteLane {
    db: Arc<Sqlite>,
    tip: Tip,
    known: Known,
}

/// Rules of shows as they stand in the database: good until anybody else writes to it.
#[derive(Debug, Default)]
struct Known {
    rules: HashMap<ShowId, SalesRules>,
    /// The cold transactions and the foreign commits up to which it is good.
    as_of: (u64, i64),
}

/// Shows whose rules are remembered.
const MOST_RULES: usize = 50_000;

impl Known {
    /// Forgets everything if anybody else has written. Called inside the transaction, so it stays true until its end.
    fn freshen(&mut self, db: &Sqlite, connection: &Connection) -> Result<()> {
        let foreign = connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        let as_of = (db.cold_writes(), foreign);
        if self.as_of != as_of || self.rules.len() > MOST_RULES {
            self.rules.clear();
            self.as_of = as_of;
        }
        Ok(())
    }
}

impl SqliteLane {
    pub(super) fn open(db: Arc<Sqlite>) -> Result<Self> {
        let tip = read_tip(&db.turn().connection)?;
        Ok(Self { db, tip, known: Known::default() })
    }

    /// Carries a batch out in one transaction. Returns after the commit; blocks.
    pub fn apply(&mut self, batch: &[Command], now: UtcMicros) -> Applied {
        match self.transaction(batch, now) {
            Ok(applied) => applied,
            // One command that the database chokes on must not take the others with it.
            Err(_) if batch.len() > 1 => {
                let mut all = Applied::default();
                for command in batch {
                    let one = self.apply(std::slice::from_ref(command), now);
                    all.decisions.extend(one.decisions);
                    all.changes.extend(one.changes);
                }
                all
            }
            Err(error) => Applied { decisions: vec![Err(error)], changes: Vec::new() },
        }
    }

    /// Does a bounded piece of what was put off; `true` when more is left. For when the queue is empty.
    pub fn tidy(&mut self) -> Result<bool> {
        let mut turn = self.db.turn();
        settle(&turn.connection)?;
        // Both are asked, so that neither waits for the other to come to an end.
        let claims = self.db.claim_tail.merge_slice(&mut turn.connection)?;
        let users = self.db.user_index.merge_slice(&mut turn.connection)?;
        Ok(claims || users)
    }

    fn transaction(&mut self, batch: &[Command], now: UtcMicros) -> Result<Applied> {
        let turn = self.db.turn();
        sqlite_commit::begin(&turn.connection)?;
        let mut tip = self.tip.clone();
        let worked = self.known.freshen(&self.db, &turn.connection).and_then(|()| {
            let mut claims = self.db.claim_tail.moving();
            let applied = run(&turn.connection, (&mut tip, &mut self.known.rules, &mut claims), batch, now)?;
            sqlite_commit::end(&turn.connection)?;
            Ok((applied, claims.moved()))
        });
        match worked {
            Ok((applied, moved)) => {
                self.tip = tip;
                self.db.claim_tail.note(moved);
                self.db.user_index.note(new_bookings(batch, &applied.decisions));
                drop(turn);
                if self.db.user_index.is_full() || self.db.claim_tail.is_full() {
                    // The bookings stand; a merge that fails is tried again later.
                    if let Err(error) = self.tidy() {
                        tracing::warn!(%error, "merging what was put off failed; it will be tried again");
                    }
                }
                Ok(applied)
            }
            Err(error) => {
                settle(&turn.connection)?;
                // A commit that failed may still have reached the disk: believe the database, not memory. The tip comes
                // last: as long as it is old, the next sale runs into the keys of bookings that such a commit has made and
                // comes back here, so that no seat is sold on a tail that could not be read.
                self.db.claim_tail.reload(&turn.connection)?;
                self.db.user_index.reload(&turn.connection)?;
                self.tip = read_tip(&turn.connection)?;
                Err(error)
            }
        }
    }
}

fn run<'c>(
    connection: &'c Connection,
    (tip, rules, claims): (&mut Tip, &mut HashMap<ShowId, SalesRules>, &mut Moving<'c>),
    batch: &[Command],
    now: UtcMicros,
) -> Result<Applied> {
    let mut statements = Statements::new(connection);
    let mut applied = Applied { decisions: Vec::with_capacity(batch.len()), changes: Vec::with_capacity(batch.len()) };
    let mut page = tip.chain.page(now);
    for command in batch {
        let mut work = sqlite_commands::Work {
            statements: &mut statements,
            rules,
            claims,
            tip,
            changes: &mut applied.changes,
            page: &mut page,
            actor: command.actor,
            now,
        };
        let earlier = match &command.key {
            Some(key) if !mutant::active(Mutant::ForgetsKeys) => {
                sqlite_commands::replay(connection, command.actor, key, now)?
            }
            _ => None,
        };
        let decision = if let Some(earlier) = earlier {
            earlier
        } else {
            let decision = decide::carry_out(&mut work, &command.action)?;
            if let Some(key) = command.key.as_ref().filter(|_| decide::is_final(&decision)) {
                sqlite_commands::remember(connection, command.actor, key, &decision, now)?;
            }
            decision
        };
        applied.decisions.push(Ok(decision));
    }
    if !page.is_empty() {
        tip.chain.link(&page);
        let LedgerPage { lane, seq, at, lines } = page;
        statements.get(Sql::InsertLedger)?.execute(params![lane, seq, at.0, lines, tip.chain.hash])?;
    }
    Ok(applied)
}

fn new_bookings<'a>(
    batch: &'a [Command],
    decisions: &'a [Result<Decision>],
) -> impl Iterator<Item = (houselights_domain::UserId, houselights_domain::BookingId)> + 'a {
    batch
        .iter()
        .zip(decisions)
        .filter_map(|(command, decision)| match (&command.action, decision) {
            (super::Action::Claim { .. }, Ok(Ok(Outcome::Done(_, bookings)))) => Some(bookings),
            _ => None,
        })
        .flatten()
        .map(|booking| (booking.user, booking.id))
}

fn read_tip(connection: &Connection) -> Result<Tip> {
    let next = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|last| last + 1);
    let last: Option<(i64, Vec<u8>)> = connection
        .query_row("SELECT seq, hash FROM ledger WHERE lane = ?1 ORDER BY seq DESC LIMIT 1", [LANE], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (seq, hash) = match last {
        None => (0, GENESIS),
        Some((seq, hash)) => {
            let hash = Hash::try_from(hash).map_err(|_| {
                Error::Corrupt(format!("the ledger's page up to entry {seq} has a hash of the wrong length"))
            })?;
            (seq, hash)
        }
    };
    Ok(Tip {
        next_booking: next("SELECT coalesce(max(id), 0) FROM bookings")?,
        chain: Chain { lane: LANE, next_seq: seq + 1, hash },
    })
}
