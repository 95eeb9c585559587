//! Whether a database keeps what the promises rest on, found out by trying it and not by its name or version: many speak
//! PostgreSQL's protocol, and some of them take locks and keys more lightly, or can be set up so.
//!
//! Two connections quarrel over rows of a table of their own. It takes some tens of milliseconds at a start, most of them
//! spent waiting for a lock that must not be had.

use std::time::Duration;

use tokio_postgres::{Client, error::SqlState, types::Type};

use super::{Postgres, chain};
use crate::error::{Error, Result};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS lock_probe (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)";
/// A number that nobody else uses just now: nodes may start at the same time.
const NUMBER: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 2";
const INSERT: &str = "INSERT INTO lock_probe (id, version) VALUES ($1, 1) RETURNING 1";
const TOUCH: &str = "UPDATE lock_probe SET version = version WHERE id = $1 RETURNING 1";
/// The way in which the hot path moves a claim on: from the version that was read.
const MOVE: &str = "UPDATE lock_probe SET version = 2 WHERE id = $1 AND version = 1 RETURNING 1";
const LOOK: &str = "SELECT 1 FROM lock_probe WHERE id = $1";
const LOCKS: [&str; 2] =
    ["SELECT 1 FROM lock_probe WHERE id = $1 FOR UPDATE", "SELECT 1 FROM lock_probe WHERE id = $1 FOR SHARE"];
/// Fails as a statement of the hot path does that does not find what it read.
const FAIL: &str = "SELECT 1 / count(*) FROM lock_probe WHERE id = $1 AND version = 0";
const CLEAR: &str = "DELETE FROM lock_probe WHERE id = $1 RETURNING 1";

/// Neither the disk nor a standby is waited for. Who must not get a lock is not kept waiting for long.
const BEGIN_SHORT: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit TO off;
                           SET LOCAL lock_timeout = '10ms'; SET LOCAL statement_timeout = '2s'";
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit TO off;
                     SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '5s'";
/// By then a statement that was sent waits for the lock that it needs.
const WAITS_BY: Duration = Duration::from_millis(10);
/// A probe without an end is a database that is away.
const PATIENCE: Duration = Duration::from_secs(15);

/// Refuses a database that does not hold what is asked of it.
pub(super) async fn probe(db: &Postgres) -> Result<()> {
    let probing = async {
        let quarrel = Quarrel::begin(db.connect().await?, db.connect().await?).await?;
        let found = quarrel.all().await?;
        quarrel.one.run(CLEAR, quarrel.id).await?;
        Ok(found)
    };
    let found = tokio::time::timeout(PATIENCE, probing).await;
    match found.unwrap_or_else(|_| Err(Error::Unavailable("a probe of its locks was not answered in time".into())))? {
        None => Ok(()),
        Some(lie) => Err(Error::Setup(format!(
            "the database at {} cannot be trusted with seats: it {lie} (found out in the table lock_probe). Use \
             PostgreSQL 15 or newer as it is delivered, or see docs/DATABASES.md",
            db.shown()
        ))),
    }
}

/// What is wrong, as the end of a sentence.
type Lie = Option<&'static str>;

struct Quarrel {
    one: Side,
    other: Side,
    id: i64,
}

impl Quarrel {
    async fn begin(one: Client, other: Client) -> Result<Self> {
        // Two that make it at the same moment: one of them is told that it is there.
        if let Err(error) = one.batch_execute(TABLE).await
            && error.code().is_none()
        {
            return Err(error.into());
        }
        let row = one.query_typed(NUMBER, &[]).await?;
        let id = row.first().ok_or_else(|| Error::Bug("a number was asked for and no row came".into()))?.try_get(0)?;
        Ok(Self { one: Side(one), other: Side(other), id })
    }

    async fn all(&self) -> Result<Lie> {
        let mut lie = self.key_holds().await?;
        for lock in LOCKS {
            lie = if lie.is_none() { self.lock_holds(lock).await? } else { lie };
        }
        if lie.is_none() {
            lie = self.waiting_reads_again().await?;
        }
        if lie.is_none() {
            lie = self.undone_is_gone().await?;
        }
        Ok(lie)
    }

    /// Two cannot have the same key, neither at once nor one after the other.
    async fn key_holds(&self) -> Result<Lie> {
        self.one.word(BEGIN).await?;
        self.one.run(INSERT, self.id).await?;
        let twice = self.both(INSERT).await? || self.other.run(INSERT, self.id).await? != Came::Refused;
        Ok(twice.then_some("takes a second row with the same unique key"))
    }

    /// Who has locked a row keeps others from changing it.
    async fn lock_holds(&self, lock: &'static str) -> Result<Lie> {
        self.one.word(BEGIN).await?;
        self.one.run(lock, self.id).await?;
        let changed = self.both(TOUCH).await?;
        Ok(changed.then_some("lets one session change a row that another has locked by FOR UPDATE or FOR SHARE"))
    }

    /// The first has done its part in a transaction; the other tries its own, and both commit. Whether both came through.
    async fn both(&self, sql: &'static str) -> Result<bool> {
        self.other.word(BEGIN_SHORT).await?;
        let second = self.other.run(sql, self.id).await?;
        let refused = second == Came::Refused;
        let last = if refused { self.other.word("ROLLBACK").await? } else { self.other.word("COMMIT").await? };
        let first = self.one.word("COMMIT").await?;
        Ok(!refused && last && first)
    }

    /// Of two who move a row on from the same version the one who had to wait finds it moved.
    async fn waiting_reads_again(&self) -> Result<Lie> {
        self.one.word(BEGIN).await?;
        self.other.word(BEGIN).await?;
        let first = self.one.run(MOVE, self.id).await?;
        let (second, committed) = tokio::join!(self.other.run(MOVE, self.id), async {
            tokio::time::sleep(WAITS_BY).await;
            self.one.word("COMMIT").await
        });
        let second = second?;
        let last = self.other.word("COMMIT").await?;
        let twice = first == Came::Rows(1) && committed? && second == Came::Rows(1) && last;
        Ok(twice.then_some("lets two sessions change a row one after the other that both had read before"))
    }

    /// Nothing is left of what was rolled back, by a word or by a fault before the COMMIT.
    async fn undone_is_gone(&self) -> Result<Lie> {
        let id = self.id + 1;
        self.one.word(BEGIN).await?;
        self.one.run(INSERT, id).await?;
        self.one.word("ROLLBACK").await?;
        let rolled_back = self.other.run(LOOK, id).await?;
        // Sent in this order before the first is answered, as a batch is.
        let (begun, _, failed, _) = tokio::join!(
            biased;
            self.one.word(BEGIN),
            self.one.run(INSERT, id),
            self.one.run(FAIL, id),
            self.one.word("COMMIT")
        );
        let failed = begun? && failed? == Came::Refused;
        let after = self.other.run(LOOK, id).await?;
        if rolled_back == Came::Rows(0) && failed && after == Came::Rows(0) {
            return Ok(None);
        }
        self.one.run(CLEAR, id).await?;
        Ok(Some("keeps what was rolled back, or what stood before a fault in the same transaction"))
    }
}

/// What came of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Rows(usize),
    /// The database said no, or let it wait for too long.
    Refused,
}

/// One of two who quarrel.
struct Side(Client);

impl Side {
    async fn run(&self, sql: &'static str, id: i64) -> Result<Came> {
        match self.0.query_typed(sql, &[(&id, Type::INT8)]).await {
            Ok(rows) => Ok(Came::Rows(rows.len())),
            Err(error) => refused(&error).map(|()| Came::Refused),
        }
    }

    /// BEGIN, COMMIT and ROLLBACK: whether the database agreed.
    async fn word(&self, word: &'static str) -> Result<bool> {
        match self.0.batch_execute(word).await {
            Ok(()) => Ok(true),
            Err(error) => refused(&error).map(|()| false),
        }
    }
}

/// A refusal tells something about the database, a lost connection does not, nor does one that may not write at all.
fn refused(error: &tokio_postgres::Error) -> Result<()> {
    let why = || format!("its locks cannot be tried out: {}", chain(error));
    match error.code().map(SqlState::code) {
        Some(code) if code.starts_with("42") => Err(Error::Setup(why())),
        Some(code) if !["08", "25006", "53", "57P"].iter().any(|class| code.starts_with(class)) => Ok(()),
        _ => Err(Error::Unavailable(why())),
    }
}
