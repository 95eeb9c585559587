//! The schema's versions and how a database gets from one to the next.

#[cfg(test)]
mod rules;
mod steps;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "fault-injection"))]
mod to_come;

use std::{cmp::Ordering, time::Duration};

use refinery::{Migration, Runner};
use rusqlite::OptionalExtension;
use tokio_postgres::error::SqlState;

use crate::{
    dialect,
    error::{Error, Result},
    exec::{Db, Query},
    postgres::{Postgres, chain},
    value::{FromRow, Row},
};

use steps::STEPS;
pub(crate) use steps::Step;

/// Where a database stands compared with this binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// It has every migration this binary knows.
    Current(u32),
    /// It lacks some; `0` is an empty database.
    Behind {
        /// The version it has.
        at: u32,
        /// The version this binary wants.
        wanted: u32,
    },
    /// A newer binary has been here.
    Ahead {
        /// The version it has.
        at: u32,
        /// The version this binary knows.
        known: u32,
        /// The oldest version whose binaries still work on it.
        works_with: u32,
    },
}

/// Where the database keeps the oldest schema version whose programs still work on it. Programs of the past read it:
/// the name and the number's form never change.
const WORKS_WITH: &str = "SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'works_with'";

/// How long a node waits for another one that migrates.
const OTHERS: &str = "SET LOCAL lock_timeout = '60s'";
/// A step locks table after table, and whoever sells locks them in another order. So it waits for none as long as it
/// takes PostgreSQL to look for circles (a second, in which nobody would be served): it gives way, and comes again.
const PATIENCE: &str = "SET lock_timeout = '100ms'";
/// How often it comes again, after such pauses: less than a minute, which is how long others wait for it.
const ATTEMPTS: u32 = 150;
const PAUSE: Duration = Duration::from_millis(200);
/// Which tables the first step made. It was changed before the first release, and never is again. (The history has a
/// sum of each step as well; working ours out takes megabytes that every server would carry.)
const BEGUN: &str = "SELECT count(*) FROM meta WHERE name = 'begun' AND value = '2'";

/// The steps as one database wants them. Each also writes down whom it leaves behind.
fn migrations(steps: &[Step], text: impl Fn(&Step) -> String) -> Result<Vec<Migration>> {
    steps
        .iter()
        .map(|step| {
            let sql = format!(
                "{}\nINSERT INTO meta (name, value) VALUES ('works_with', '{}')
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value;",
                text(step),
                step.works_with
            );
            Migration::unapplied(step.name, &sql).map_err(|error| Error::Bug(error.to_string()))
        })
        .collect()
}

fn sqlite_text(step: &Step) -> String {
    dialect::sqlite_schema(&format!("{}{}", step.both, step.sqlite))
}

fn postgres_text(step: &Step) -> String {
    dialect::postgres_schema(&format!("{}{}", step.both, step.postgres))
}

/// Refuses a database that was begun with other tables.
fn begun_as_ours(found: u32) -> Result<()> {
    if found > 0 {
        return Ok(());
    }
    Err(Error::Setup(
        "the database was made by a Houselights from before its first release, whose tables were different ones: begin \
         with an empty database (of the demo: delete its folder)"
            .into(),
    ))
}

/// What this program knows.
#[cfg(not(feature = "fault-injection"))]
pub(crate) const fn steps() -> &'static [Step] {
    STEPS
}

#[cfg(feature = "fault-injection")]
pub(crate) fn steps() -> &'static [Step] {
    to_come::known()
}

fn known(steps: &[Step]) -> u32 {
    u32::try_from(steps.len()).unwrap_or(u32::MAX)
}

/// Where a database stands that has this version and this mark.
fn state(at: u32, works_with: Option<u32>, steps: &[Step]) -> SchemaState {
    let known = known(steps);
    match at.cmp(&known) {
        Ordering::Equal => SchemaState::Current(at),
        Ordering::Less => SchemaState::Behind { at, wanted: known },
        Ordering::Greater => SchemaState::Ahead { at, known, works_with: works_with.unwrap_or(at) },
    }
}

/// Refuses a schema that is too new for this program, and says so where one is newer that it can work on.
pub(crate) fn admitted(state: SchemaState) -> Result<SchemaState> {
    match state {
        SchemaState::Ahead { at, known, works_with } if known < works_with => Err(Error::Setup(too_old(at, known))),
        SchemaState::Ahead { at, known, .. } => {
            tracing::warn!(
                schema = at,
                known,
                "the database was brought up to date by a newer Houselights, which works beside this one: upgrade this \
                 one too"
            );
            Ok(state)
        }
        SchemaState::Current(_) | SchemaState::Behind { .. } => Ok(state),
    }
}

fn too_old(at: u32, known: u32) -> String {
    format!(
        "the database was written by a newer Houselights (schema version {at}; this one knows {known}): start the newer \
         version again, or restore a backup made before the upgrade"
    )
}

/// Fails when the schema has outgrown this program while it ran, and when the database does not answer.
pub(crate) async fn still_fits(db: &Db) -> Result<()> {
    let works_with = db.first::<Number>(WORKS_WITH, Vec::new()).await?;
    match works_with {
        Some(Number(oldest)) if known(steps()) < oldest => Err(Error::Unavailable(too_old(oldest, known(steps())))),
        Some(_) | None => Ok(()),
    }
}

struct Number(u32);

impl FromRow for Number {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next().map(Self)
    }
}

/// Reads where a SQLite database stands; changes nothing.
pub(crate) fn sqlite_state(connection: &rusqlite::Connection, steps: &[Step]) -> Result<SchemaState> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0));
    let at = match number("SELECT count(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'")? {
        0 => 0,
        _ => number("SELECT coalesce(max(version), 0) FROM refinery_schema_history")?,
    };
    if at > 0 {
        begun_as_ours(number(BEGUN)?)?;
    }
    let works_with = if at > known(steps) { number(WORKS_WITH).optional()? } else { None };
    Ok(state(at, works_with, steps))
}

/// Brings a SQLite database up to this binary's version, all steps or none, and refuses one that is too new.
pub(crate) fn sqlite(connection: &mut rusqlite::Connection, steps: &[Step]) -> Result<SchemaState> {
    let before = sqlite_state(connection, steps)?;
    if !matches!(before, SchemaState::Behind { .. }) {
        return Ok(before);
    }
    Runner::new(&migrations(steps, sqlite_text)?).set_grouped(true).run(connection).map_err(|error| failed(&error))?;
    sqlite_state(connection, steps)
}

/// Reads where a PostgreSQL database stands; changes nothing.
pub(crate) async fn postgres_state(db: &Postgres, steps: &[Step]) -> Result<SchemaState> {
    let there = db.rows("SELECT to_regclass('refinery_schema_history') IS NOT NULL", Vec::new()).await?;
    let at = if number(there)? == 0 {
        0
    } else {
        number(db.rows("SELECT coalesce(max(version), 0) FROM refinery_schema_history", Vec::new()).await?)?
    };
    if at > 0 {
        begun_as_ours(number(db.rows(BEGUN, Vec::new()).await?)?)?;
    }
    let mut works_with = Vec::new();
    if at > known(steps) {
        works_with = db.rows(WORKS_WITH, Vec::new()).await?;
    }
    let works_with = works_with.first_mut().map(Number::from_row).transpose()?;
    Ok(state(at, works_with.map(|number| number.0), steps))
}

fn number(mut rows: Vec<Row>) -> Result<u32> {
    rows.first_mut().ok_or_else(|| Error::Bug("an aggregate returned no row".into()))?.next()
}

/// Brings a PostgreSQL database up to this binary's version, all steps or none. One node at a time: the others wait for
/// it and then find nothing left to do. The lock only spares them an error; what keeps two from both migrating is that
/// the steps and their entry in the history, whose version is unique, are one transaction.
pub(crate) async fn postgres(db: &Postgres, steps: &[Step]) -> Result<SchemaState> {
    let lock = db.connect().await?;
    // Two that make it at the same moment: one of them is told that it is there, and both go on.
    if let Err(error) = lock.batch_execute("CREATE TABLE IF NOT EXISTS migrating ()").await
        && error.code().is_none()
    {
        return Err(error.into());
    }
    lock.batch_execute(&format!("BEGIN; {OTHERS}; LOCK TABLE migrating IN ACCESS EXCLUSIVE MODE")).await?;
    let before = postgres_state(db, steps).await?;
    if !matches!(before, SchemaState::Behind { .. }) {
        return Ok(before);
    }
    let runner = Runner::new(&migrations(steps, postgres_text)?).set_grouped(true);
    let mut attempt = 1;
    loop {
        let mut client = db.connect().await?;
        client.batch_execute(PATIENCE).await?;
        match runner.run_async(&mut client).await {
            Ok(_) => break,
            Err(error) if !in_use(&error) => return Err(failed(&error)),
            Err(error) if attempt >= ATTEMPTS => return Err(always_in_use(&error)),
            Err(_) => attempt += 1,
        }
        tokio::time::sleep(PAUSE).await;
    }
    if attempt > 1 {
        tracing::info!(attempt, "the tables were in use by others; the schema was brought up to date all the same");
    }
    lock.batch_execute("COMMIT").await?;
    postgres_state(db, steps).await
}

/// Whether a table was in use for longer than the migration may wait for it.
fn in_use(error: &refinery::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<tokio_postgres::Error>());
    let code = source.and_then(tokio_postgres::Error::code);
    code.is_some_and(|code| [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED].contains(code))
}

fn always_in_use(error: &refinery::Error) -> Error {
    Error::Setup(format!(
        "the database's schema could not be brought up to date, for its tables were in use whenever that was tried: look \
         for a dump or a long transaction in pg_stat_activity, and start again when it has ended ({})",
        chain(error)
    ))
}

fn failed(error: &refinery::Error) -> Error {
    Error::Setup(format!("the database's schema could not be brought up to date: {}", chain(error)))
}
