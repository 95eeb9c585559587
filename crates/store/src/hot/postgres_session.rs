//! A lane's connection to PostgreSQL, and its right to write under a number of its own.

use std::time::Duration;

use futures_util::future::join_all;
use houselights_domain::ledger::{GENESIS, Hash};
use tokio_postgres::{Client, Row, SimpleQueryMessage, Statement, types::ToSql};

use super::{
    decide::Chain,
    postgres_statements::Sql,
    postgres_trouble::{Trouble, at},
};
use crate::error::{Error, Result};

/// After so many microseconds without a batch a lane may be taken over by whoever starts. It only keeps the number of
/// lanes small; nothing depends on it.
const IDLE: i64 = 60_000_000;

/// A parameter that is kept until its statement has been answered.
pub(super) type Param = Box<dyn ToSql + Sync + Send>;

/// A statement on its way.
pub(super) struct Step {
    pub(super) sql: Sql,
    pub(super) params: Vec<Param>,
}

impl Step {
    pub(super) fn new(sql: Sql, params: Vec<Param>) -> Self {
        Self { sql, params }
    }
}

/// An answered statement.
pub(super) type Answered = std::result::Result<Vec<Row>, tokio_postgres::Error>;

/// A connection that owns a lane.
pub(super) struct Session {
    client: Client,
    /// Prepared once, unless a pooler stands between that does not know of them.
    prepared: Vec<Statement>,
    pub(super) epoch: i64,
    pub(super) chain: Chain,
}

/// A lane as it was owned: its number and epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owned {
    pub(super) lane: i64,
    pub(super) epoch: i64,
}

impl Session {
    /// Takes a lane on a fresh connection: the one that was owned before, else one that idles, else a new one.
    pub(super) async fn open(
        client: Client,
        prepare: bool,
        before: Option<Owned>,
    ) -> std::result::Result<Self, Trouble> {
        let mut prepared = Vec::new();
        if prepare {
            let all = Sql::ALL.iter().map(|sql| client.prepare_typed(sql.text(), sql.types()));
            for statement in join_all(all).await {
                prepared.push(statement.map_err(at(Sql::Settle))?);
            }
        }
        let chain = Chain { lane: 0, next_seq: 1, hash: GENESIS };
        let mut session = Self { client, prepared, epoch: 0, chain };
        loop {
            let taken = session.take_lane(before).await?;
            // Nobody else can have made the same lane more often than there are others who start right now.
            if let Some(row) = taken {
                session.own(&row)?;
                return Ok(session);
            }
        }
    }

    /// It waits for the disk and for a standby that commits wait for: then everything that can be read after it is as
    /// safe. A primary that comes back from a crash may show a batch that no standby has, and say that it was committed.
    async fn take_lane(&self, before: Option<Owned>) -> std::result::Result<Option<Row>, Trouble> {
        // Whoever still writes in the lane is waited for, but not for ever.
        let begin = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '1s';
                     SET LOCAL idle_in_transaction_session_timeout = '1s'";
        self.word(begin).await.map_err(at(Sql::Settle))?;
        let mut row = None;
        if let Some(own) = before {
            row = self.one(Sql::OwnLane, &[&own.lane, &own.epoch]).await?;
        }
        if row.is_none() {
            row = self.one(Sql::IdleLane, &[&IDLE]).await?;
        }
        if row.is_none() {
            row = self.one(Sql::NewLane, &[&GENESIS.as_slice()]).await?;
        }
        self.word("COMMIT").await.map_err(at(Sql::Settle))?;
        Ok(row)
    }

    fn own(&mut self, row: &Row) -> Result<()> {
        let lane: i64 = row.try_get(0)?;
        let seq: i64 = row.try_get(2)?;
        let hash: Vec<u8> = row.try_get(3)?;
        let hash = Hash::try_from(hash)
            .map_err(|_| Error::Corrupt(format!("lane {lane} ends in a hash of the wrong length")))?;
        self.epoch = row.try_get(1)?;
        self.chain = Chain { lane, next_seq: seq + 1, hash };
        Ok(())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) const fn owned(&self) -> Owned {
        Owned { lane: self.chain.lane, epoch: self.epoch }
    }

    /// The link of the ledger's page up to an entry, if it is there.
    pub(super) async fn link(&self, lane: i64, seq: i64) -> std::result::Result<Option<Vec<u8>>, Trouble> {
        let row = self.one(Sql::LedgerLink, &[&lane, &seq]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose().map_err(Error::from)?)
    }

    async fn one(&self, sql: Sql, params: &[&(dyn ToSql + Sync)]) -> std::result::Result<Option<Row>, Trouble> {
        Ok(self.run(sql, params).await.map_err(at(sql))?.into_iter().next())
    }

    /// Sends a statement when it is first polled; others may be sent before it is answered.
    pub(super) async fn run(&self, sql: Sql, params: &[&(dyn ToSql + Sync)]) -> Answered {
        if let Some(statement) = self.prepared.get(sql as usize) {
            return self.client.query(statement, params).await;
        }
        let typed: Vec<_> = params.iter().copied().zip(sql.types().iter().cloned()).collect();
        self.client.query_typed(sql.text(), &typed).await
    }

    /// Sends all statements, one behind the other, without waiting; returns when all have been answered.
    pub(super) async fn run_all(&self, steps: &[Step]) -> Vec<Answered> {
        join_all(steps.iter().map(|step| async {
            let params: Vec<&(dyn ToSql + Sync)> = step.params.iter().map(|param| &**param as _).collect();
            self.run(step.sql, &params).await
        }))
        .await
    }

    /// As [`Self::run_all`], but waits for each answer before it sends the next: as slow as it sounds.
    pub(super) async fn run_each(&self, steps: &[Step]) -> Vec<Answered> {
        let mut answers = Vec::with_capacity(steps.len());
        for step in steps {
            answers.extend(self.run_all(std::slice::from_ref(step)).await);
        }
        answers
    }

    /// BEGIN, COMMIT and ROLLBACK.
    pub(super) async fn word(&self, word: &str) -> std::result::Result<(), tokio_postgres::Error> {
        self.client.batch_execute(word).await
    }

    /// Takes so many numbers for bookings, and returns the first, in a transaction of its own. It need not reach the disk: whatever
    /// uses the numbers is committed after it, and the log is written in order.
    pub(super) async fn take_numbers(&self, amount: i64) -> std::result::Result<i64, Trouble> {
        let text = format!(
            "BEGIN; SET LOCAL synchronous_commit TO off;
             UPDATE numbers SET next_booking = next_booking + {amount}
             WHERE id = 1 RETURNING next_booking - {amount};
             COMMIT"
        );
        let messages = self.client.simple_query(&text).await.map_err(at(Sql::Settle))?;
        let numbers = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
            _ => None,
        });
        Ok(numbers.ok_or_else(|| Error::Corrupt("the table `numbers` has lost its row".into()))?)
    }

    /// A statement's time limit as the database wants it.
    pub(super) fn limit(left: Duration) -> String {
        format!("{}ms", left.as_millis().max(1))
    }
}
